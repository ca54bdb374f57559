"""Whatever stands in an export, settings, an answer or a reason is text on the pages, and in spreadsheets."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import urlencode

import pytest
from openpyxl import load_workbook

from tests.desk.test_pages import crawled
from tests.support.clerk import Clerk, few_tariffs, the
from tests.support.desk import Page, let_in
from tests.support.feeds import TODAY, Clinic, visit
from tests.support.receiver import Verdict, by_insurer

#: What would be a picture, and do something, in a page; what would be a formula in a spreadsheet.
PICTURE = "\"'><img src=x onerror=x>"
FORMULA = "=1+1"
#: Whose start is refused, and who has held and unknown things in every column of text.
ROWS = [
    visit("A1", "2021-03-01", "940131", "T1"),
    visit("A3", "2021-03-22", "940134", "T1"),
    visit(f"P1{PICTURE}", "2021-03-02", f"C{PICTURE}", f"T{PICTURE}", patient="P2") | {"patient_id": f"Q{PICTURE}"},
    visit(f"{FORMULA}", "2021-03-02", "940131", FORMULA, patient="P3") | {"patient_id": f"{FORMULA}2", "sex": PICTURE},
    visit("S1", "2021-03-02", "940131", "T4", patient="P4") | {"status": PICTURE, "therapist_agb": PICTURE},
    visit("S2", "2021-03-02", "940131", "T5", patient="P5") | {"uzovi": PICTURE, "name": PICTURE, "initials": FORMULA},
    visit("S3", "2021-03-02", "940131", "T6", patient="P6") | {"status": FORMULA, "diagnosis_code": FORMULA},
    visit("S4", "2021-03-02", FORMULA, "T7", patient="P7") | {"postcode": PICTURE, "country": FORMULA},
]


#: Pages of what is strange, besides.
MORE = [
    *(f"/uitleg?{urlencode({'number': number})}" for number in (f"P1{PICTURE}", f"T{PICTURE}", f"Q{PICTURE}", FORMULA)),
    *(f"/inrichting/{part}" for part in ("kolommen", "codes", "verzekeraars", "praktijk")),
    f"/werklijst?{urlencode({'zoek': PICTURE})}",
]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Page]]:
    clinic = few_tariffs(Clinic.open(tmp_path_factory.mktemp("texts")))
    settings = clinic.folder / "ei-export.toml"
    text, count = re.subn("(?m)^name = .*$", lambda _: f"name = '''{PICTURE}'''", settings.read_text("utf-8"))
    assert count == 1
    settings.write_text(text, "utf-8")
    clerk = Clerk(clinic)
    sent = the(clinic.feed(ROWS).run())
    answer = by_insurer(sent, {clerk.reference("A1"): Verdict(0, ("0611",), (PICTURE, FORMULA))})
    path = clinic.folder / f"{PICTURE.replace('/', '')}.txt"
    path.write_bytes(answer)
    clerk.reads(path)
    clerk.gives("close", f"P1{PICTURE}", "--as", "handled", "--why", PICTURE)
    clerk.gives("redeclare", clerk.reference("A1"), "--why", FORMULA)
    with let_in(clinic.folder, date.fromisoformat(TODAY)) as visitor:
        yield crawled(visitor, *MORE)


def test_what_stands_in_it_is_seen_and_nothing_else(pages: dict[str, Page]) -> None:
    seen = {}
    for address, page in pages.items():
        if page.response.mimetype == "text/html":
            assert page.tree.xpath("//img|//*[@onerror]|//*[@src='x']") == [], address
            seen[address] = page.text.count(PICTURE)
    assert min(seen.values()) >= 1, "the name of the practice"
    assert sum(count > 1 for count in seen.values()) >= 5


def test_no_cell_is_a_formula(pages: dict[str, Page]) -> None:
    cells: list[object] = []
    for address, page in pages.items():
        content = page.response.get_data()
        if page.response.mimetype == "text/csv" or ".csv" in address:
            rows = csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
            found = [cell for row in rows for cell in row]
            assert [cell for cell in found if cell[:1] in ("=", "+", "@", "\t")] == [], address
            cells += found
        elif ".xlsx" in address:
            for sheet in load_workbook(io.BytesIO(content)):
                for row in sheet.iter_rows():
                    assert [cell.coordinate for cell in row if cell.data_type == "f"] == [], address
                    cells += [cell.value for cell in row]
    assert FORMULA in cells
    assert f"'{FORMULA}" in cells
