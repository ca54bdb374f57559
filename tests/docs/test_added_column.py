"""An input column more, made as docs/develop.md says, in the files that it names: the next version reads the ledger
that this one filled, declares nothing twice, sends what was held before, and reads its own lines back."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.ledger.filled import LATER, expected, unpacked
from tests.support.feeds import COLUMNS, Cells, Clinic, csv_text, visit

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs" / "develop.md").read_text(encoding="utf-8")
#: By file: what is written behind a text of it. One column of a person (0222), and one of care (0427), whose problem
#: is one that there is: a problem is added otherwise.
ADDED: Final[Mapping[str, Mapping[str, str]]] = {
    "model/columns.py": {'"insured_number",\n': '"debtor_number",\n', '"accident",\n': '"end_reason",\n'},
    "model/declaration.py": {
        "    country: str\n": '    debtor_number: str = ""\n',
        "    side: str\n": '    end_reason: str = ""\n',
    },
    "intake/person.py": {
        '"accident", "side",': ' "end_reason",',
        '    "insured_number",\n': '    "debtor_number",\n',
        "            country=country,\n": '            debtor_number=row.text("debtor_number"),\n',
        "            side=side,\n": """\
            end_reason=row.choice("end_reason", tuple(codes("COD217")), "SIDE_INVALID"),
""",
    },
    "standards/flat/fragments.py": {
        '    "country": "0221",\n': '    "debtor_number": "0222",\n',
        '    "referrer_specialism": "0426",\n': '    "end_reason": "0427",\n',
    },
}
WORDS: Final = "".join(f'\n[{name}]\nnl = "{name}"\nen = "{name}"\n' for name in ("debtor_number", "end_reason"))
NEW: Final = (*COLUMNS, "debtor_number", "end_reason")
DEBTOR, REASON = slice(169, 180), slice(159, 161)


@pytest.fixture(scope="module")
def next_version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the program, and the columns in it."""
    folder = tmp_path_factory.mktemp("next")
    for name in ("ei_export", "specs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name, places in ADDED.items():
        path = folder / "ei_export" / name
        text = path.read_text(encoding="utf-8")
        for place, addition in places.items():
            assert text.count(place) == 1, f"{name} has no longer one {place!r}: what this test adds, stands elsewhere"
            text = text.replace(place, place + addition)
        path.write_text(text, encoding="utf-8")
    with (folder / "specs" / "words" / "columns.toml").open("a", encoding="utf-8") as words:
        words.write(WORDS)
    return folder


def run(program: Path, clinic: Clinic, rows: list[Cells], today: str) -> dict[str, Any]:
    """What the next version makes of a feed that has the columns."""
    clinic.write(csv_text(rows, NEW))
    command = [sys.executable, "-m", "ei_export", "run", "--json", "--lang", "en", "--today", today]
    environment = {**os.environ, "PYTHONPATH": str(program)}
    done = subprocess.run(command, cwd=clinic.folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def records(clinic: Clinic, document: dict[str, Any], kind: str, place: slice) -> list[str]:
    files = [clinic.folder / "out" / document["run"] / made["file"] for made in document["declarations"]]
    return [r[place] for file in files for r in file.read_text(encoding="latin-1").splitlines() if r[:2] == kind]


def declared(document: dict[str, Any]) -> list[str]:
    return sorted(line["appointment_id"] for line in document["lines"])


def problems(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    """But for what is said of a feed with nothing new."""
    return sorted((p["code"], p["appointment_id"], p["column"]) for p in document["problems"] if p["appointment_id"])


def test_the_page_names_the_files() -> None:
    told = PAGE.partition("**An input column that goes into a record**")[2].partition("\n**")[0]
    assert [name for name in ADDED if f"`{name}`" not in told] == []


def test_a_ledger_of_before_is_read_and_what_was_held_goes_out(tmp_path: Path, next_version: Path) -> None:
    clinic = Clinic.open(tmp_path / "practice")
    clinic.tariffs(without="940141")
    before = [
        visit("A1", "2021-03-01", "940131", patient="P1"),
        visit("A2", "2021-03-02", "940135", patient="P1"),
        visit("H1", "2021-03-03", "940141", patient="P2", accident="J", authorization_number="M77"),
        visit("H2", "2021-03-04", "940131", patient="P3", postcode="12"),
    ]
    first = clinic.feed(before).run(today="2021-04-01")
    assert (first.counts["declared"], first.counts["held"]) == (1, 2)

    same = run(next_version, clinic, before, "2021-04-02")
    assert (declared(same), problems(same)) == ([], sorted(p for p in first.found("error")))

    clinic.tariffs()
    last = visit("A3", "2021-04-02", "940134", patient="P1", debtor_number="D-4711", end_reason="02")
    second = run(next_version, clinic, [last], "2021-04-03")
    assert declared(second) == ["A3", "H1"]
    assert {line["appointment_id"]: line["units"] for line in second["lines"]} == {"A3": 2, "H1": 1}
    assert sorted(records(clinic, second, "02", DEBTOR)) == [" " * 11, "D-4711".ljust(11)]
    assert sorted(records(clinic, second, "04", REASON)) == ["00", "02"]
    (held,) = (r for r in records(clinic, second, "04", slice(0, 310)) if r[REASON] == "00")
    assert (held[42:57].rstrip(), held[79]) == ("M77", "J")
    assert problems(second) == [p for p in problems(same) if p[1] == "H2"]

    third = run(next_version, clinic, [*before, last], "2021-04-04")
    assert (declared(third), problems(third)) == ([], [p for p in problems(same) if p[1] == "H2"])

    changed = run(next_version, clinic, [*before, {**last, "end_reason": "10"}], "2021-04-05")
    (told,) = (p for p in changed["problems"] if p["appointment_id"] == "A3")
    assert (declared(changed), told["code"]) == ([], "DECLARED_DETAILS_CHANGED")
    assert "end_reason" in told["message"]


def test_a_filled_ledger_is_read_as_before(tmp_path: Path, next_version: Path) -> None:
    """One in which everything happened: held, changed, refused, credited, withdrawn, of codes that nobody explained."""
    clinic = Clinic(unpacked(tmp_path / "practice"))
    before = clinic.command("check", today=LATER)
    questions = """\
import json
from pathlib import Path
from ei_export.ledger import Ledger
from tests.ledger import filled
print(json.dumps(filled.questions(Ledger.look(Path("ledger.sqlite")))))
"""
    environment = {**os.environ, "PYTHONPATH": f"{next_version}{os.pathsep}{ROOT}"}
    asked = [sys.executable, "-c", questions]
    done = subprocess.run(asked, cwd=clinic.folder, env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == expected()["questions"]

    again = run(next_version, clinic, [], LATER)
    assert declared(again) == declared(before.document) == ["A1-13", "A1-13", "A1-16"]  # as was asked
    assert problems(again) == sorted(
        (p["code"], p["appointment_id"], p["column"]) for p in before.problems if p["appointment_id"]
    )
    clinic.tariffs()
    once = visit("H9", "2021-03-04", "940141", "TI", patient="P21", debtor_number="D-4711", end_reason="02")
    last = run(next_version, clinic, [once], "2021-08-02")
    assert declared(last) == ["H9"]  # B3 waits for a feed, as its ledger was read back once
    assert [*records(clinic, last, "02", DEBTOR)] == ["D-4711".ljust(11)]
    assert [*records(clinic, last, "04", REASON)] == ["02"]


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"debtor_number": "D" * 12}, ("TEXT_LENGTH", "N1", "debtor_number")),
        ({"debtor_number": "D\N{SNOWMAN}"}, ("CHARACTER_UNSUPPORTED", "N1", "debtor_number")),
    ],
)
def test_what_an_element_cannot_hold_holds_the_line(
    tmp_path: Path, next_version: Path, cells: Cells, told: tuple[str, str, str]
) -> None:
    rows = [visit("N1", "2021-03-01", "940131", **cells), visit("N2", "2021-03-01", "940131", patient="P2")]
    document = run(next_version, Clinic.open(tmp_path / "practice"), rows, "2021-04-01")
    assert (declared(document), problems(document)) == (["N2"], [told])
