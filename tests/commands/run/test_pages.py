"""The page and the workbook of a run: where they are, when they are refreshed, and that they say what the run did."""

import csv
import io
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import html
from openpyxl import load_workbook

from ei_export.base.problems import WriteError
from ei_export.cli import main
from ei_export.declaring import files as publication
from ei_export.ledger import Ledger
from tests.support.feeds import BYSTANDERS, Clinic, tables_read_once, visit

__all__ = ["tables_read_once"]

ROOT = Path(__file__).parents[3]
#: Besides the folders of runs.
RENEWED = ["problems.csv", "report.html", "runs.jsonl", "werklijst.csv", "werklijst.xlsx"]


def page_of(path: Path) -> html.HtmlElement:
    return html.document_fromstring(path.read_bytes())


def said(document: html.HtmlElement, selector: str) -> list[str]:
    return [" ".join(element.text_content().split()) for element in document.cssselect(selector)]


def table(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic.open(tmp_path / "practice").feed([*BYSTANDERS, visit("H1", "2021-03-01", "940131", bsn="1")])


def test_a_run_has_a_page_and_the_newest_is_always_in_the_same_place(clinic: Clinic) -> None:
    clinic.run()
    out = clinic.folder / "out"
    first = page_of(out / "report.html")
    assert (out / "R000001" / "report.html").read_bytes() == (out / "report.html").read_bytes()
    assert said(first, "html > head > title") == ["Declaraties van 01-07-2021 · Fysiotherapie De Brug"]
    lines = table(out / "R000001" / "lines.csv")[1:]
    assert said(first, ".lines tbody th") == [line[0] for line in lines]
    assert "afspraak H1" in said(first, ".level.error .place")[0]
    clinic.run(today="2021-07-02")
    second = page_of(out / "report.html")
    assert said(second, "h1") == ["Geen declaraties op 02-07-2021"]
    assert len(second.cssselect(".level.error .place")) == 1
    assert sorted(path.name for path in out.iterdir()) == ["R000001", *RENEWED]


def test_a_check_makes_no_page(clinic: Clinic) -> None:
    clinic.command("check")
    assert not (clinic.folder / "out").exists()


def test_the_page_speaks_the_language_asked_for(clinic: Clinic) -> None:
    clinic.run("--lang", "en")
    page = page_of(clinic.folder / "out" / "report.html")
    assert page.get("lang") == "en"
    assert said(page, "h1") == ["Declarations of 2021-07-01"]


def test_the_page_holds_nobody(tmp_path: Path) -> None:
    """No BSN, name, birth date, address or insured number of the demo practice, and the same bytes every time."""
    pages, lists = [], []
    for name in ("one", "other"):
        practice = tmp_path / name
        shutil.copytree(ROOT / "fixtures" / "demo", practice)
        arguments = ["run", "--quiet", "--today", "2024-02-01", "--config", str(practice / "ei-export.toml")]
        assert CliRunner().invoke(main, arguments).exit_code == 1
        pages.append((practice / "out" / "report.html").read_text(encoding="utf-8"))
        lists.append([(practice / "out" / f"werklijst.{kind}").read_bytes() for kind in ("csv", "xlsx")])
    assert pages[0] == pages[1]
    assert lists[0] == lists[1]
    text = html.document_fromstring(pages[0].encode()).text_content() + lists[0][0].decode()
    with (tmp_path / "one" / "afspraken.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))
    personal = ("BSN", "Geboortedatum", "Achternaam", "Achternaam partner", "Postcode", "Verzekerdennr")
    values = {row[column] for row in rows for column in personal if len(row[column]) > 4}
    assert len(values) > 100
    assert re.findall(rf"\b(?:{'|'.join(map(re.escape, values))})\b", text) == []


def test_a_page_shows_the_first_lines_of_many(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publication, "MOST_LINES", 2)
    clinic.run("--lang", "en")
    page = page_of(clinic.folder / "out" / "report.html")
    assert len(page.cssselect(".lines tbody tr")) == 2
    assert said(page, "#lines ~ .intro") == ["These are the first 2 of 3 lines; lines.csv has them all."]


def test_a_run_that_fails_at_the_end_leaves_the_rest_of_the_page(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic.run()
    page = clinic.folder / "out" / "report.html"
    before = page.read_bytes()

    def full(ledger: Ledger) -> None:
        raise WriteError("WRITE_FAILED", path="ledger", reason="disk full")

    monkeypatch.setattr(Ledger, "commit", full)
    clinic.feed([visit("N1", "2021-06-01", "940131", patient="P3")])
    arguments = ["run", "--today", "2021-07-02", "--config", str(clinic.folder / "ei-export.toml")]
    assert CliRunner().invoke(main, arguments).exit_code == 4
    head, told, rest = page.read_bytes().partition(b'<header class="failed"')
    assert b"De run van 02-07-2021 is mislukt" in told + rest
    assert head + rest.partition(b"</header>\n")[2] == before
    files = [path.name for path in page.parent.iterdir() if path.is_file()]
    assert sorted(files) == RENEWED


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_page_that_could_not_be_renewed_is_told_of(clinic: Clinic, language: str) -> None:
    out = clinic.folder / "out"
    (out / "report.html").mkdir(parents=True)
    done = CliRunner().invoke(
        main,
        ["run", "-q", "--today", "2021-07-02", "--lang", language, "--config", str(clinic.folder / "ei-export.toml")],
    )
    assert str(out / "R000001" / "report.html") in done.stderr
    assert ("het is een map" if language == "nl" else "Is a directory") in done.stderr
    assert (out / "R000001" / "report.html").is_file()


# The workbook --------------------------------------------------------------------------------------


def test_the_workbook_has_the_rows_of_both_tables(clinic: Clinic) -> None:
    clinic.feed([*BYSTANDERS, visit("=1+1", "2021-06-01", "940131", patient="P3"), visit("@H", "2021-03-01", "940131")])
    clinic.run("--xlsx")
    folder = clinic.folder / "out" / "R000001"
    book = load_workbook(io.BytesIO((folder / "workbook.xlsx").read_bytes()))
    assert book.sheetnames == ["lines", "problems"]
    for sheet in book:
        cells = [["" if cell.value is None else str(cell.value) for cell in row] for row in sheet.rows]
        assert [[cell.lstrip("'") for cell in row] for row in table(folder / f"{sheet.title}.csv")] == cells
        assert {cell.data_type for row in sheet.rows for cell in row} <= {"s", "n"}
    assert "=1+1" in [row[1].value for row in book["lines"].rows]


def test_there_is_no_workbook_unless_asked_for(clinic: Clinic) -> None:
    clinic.run()
    assert [path.name for path in clinic.folder.rglob("*.xlsx")] == ["werklijst.xlsx"]
