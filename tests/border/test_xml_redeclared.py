"""The Herdeclaratiecode (COD651) of a line in GDS801: it says what became of the appointment before, and with whom."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner

from ei_export.cli import main
from ei_export.standards.xml.redeclaring import read_redeclarations, redeclaration_code
from tests.declaring.test_gds801 import clinic
from tests.support.clerk import Clerk
from tests.support.feeds import BSNS, Clinic, Result, csv_text, tables_read_once, visit
from tests.support.gds_receiver import Declaration

__all__ = ["tables_read_once"]

VISIT: Final = visit("A4", "2025-01-14", "940131", "T2", patient="P2")
BESIDE: Final = visit("A9", "2025-01-15", "940131", "T9", patient="P9")
#: Whom a message comes from (CL0002).
INSURER, VECOZO = "3", "6"


class Office:
    """Steps on the one appointment, each a day later; what a run sends of it is kept."""

    def __init__(self, folder: Path) -> None:
        self.practice: Clinic = clinic(folder).feed([VISIT, BESIDE])
        self.cells: dict[str, str] = {}
        self.day = 0
        self.result: Result
        self.codes: list[str] = []

    def step(self, name: str) -> None:
        self.day += 1
        word, _, rest = name.partition(" ")
        getattr(self, word)(*filter(None, [rest]))

    def run(self, feed: str = "whole") -> None:
        rows = [VISIT | self.cells, BESIDE] if feed == "whole" else []
        self.practice.write(csv_text(rows))
        self.result = self.practice.run(today=f"2025-03-{self.day:02}")
        for name, content in self.result.files.items():
            if name.endswith(".txt"):
                continue
            lines = [line for line in Declaration.of(content).lines() if line.kind == "DebetPrestatie"]
            sent = [line for line in lines if line.text("Begindatum") == self.cells.get("date", VISIT["date"])]
            self.codes += [line.text("Herdeclaratiecode") for line in sent]

    def is_refused(self, by: str = INSURER) -> None:
        """The last line of the appointment by the insurer or VECOZO; or the ``whole`` message by the insurer."""
        reference = self.reference()
        messages = map(Declaration.of, self.result.files.values())
        message = next(m for m in messages if any(line.reference == reference for line in m.lines()))
        if by == "whole":
            self.returned(message.answer(sender=INSURER, whole=["9264"], granted="0.00"))
            return
        rest = [line.text("DeclaratieBedragInclBtw") for line in message.lines() if line.reference != reference]
        granted = rest[0] if rest and by == INSURER else "0.00"
        self.returned(message.answer({reference: ("0.00", ["0611"], [])}, sender=by, granted=granted))

    def returned(self, content: bytes) -> None:
        path = self.practice.folder / "return.xml"
        path.write_bytes(content)
        self.command("returns", str(path))

    def asks(self, what: str) -> None:
        extra = ["--why", "test"] if what == "credit" else []
        assert self.command(what, self.reference(), *extra)["queued"]

    def undo(self) -> None:
        self.command("undo", self.result.document["run"], "--why", "niet verstuurd")

    def moves(self, to: str) -> None:
        """The appointment is of another insurer, person, day or diagnosis from now on."""
        self.cells |= {
            "CZ": {"uzovi": "9664"},
            "VGZ": {"uzovi": VISIT["uzovi"]},
            "IZA": {"uzovi": "0699"},
            "P5": {"patient_id": "P5", "bsn": BSNS[5], "birth_date": "1965-05-17", "trajectory_id": "T5"},
            "number": {"patient_id": "P55"},
            "bsn": {"bsn": BSNS[6]},
            "day": {"date": "2025-01-16"},
        }[to]

    def reference(self) -> str:
        lines = [line for line in self.command("status", "--lines")["lines"] if line["appointment_id"] == "A4"]
        return str([line["reference"] for line in lines if line["debit_credit"] == "D"][-1])

    def command(self, name: str, *arguments: str) -> dict[str, Any]:
        options = [
            "--config",
            str(self.practice.folder / "ei-export.toml"),
            "--today",
            f"2025-03-{self.day:02}",
            "--json",
        ]
        done = CliRunner().invoke(main, [name, *options, *arguments])
        found: dict[str, Any] = json.loads(done.stdout)
        return found


#: What happens, and the codes of the lines that go out for the appointment.
STORIES: Final = {
    "first": (["run"], ["01"]),
    "refused, and again as it is": (["run", "is_refused", "asks redeclare", "run"], ["01", "03"]),
    "refused, and again in silence": (["run", "is_refused", "asks redeclare", "run silent"], ["01", "03"]),
    "refused, put right in the feed": (["run", "is_refused", "moves day", "run"], ["01", "03"]),
    "refused twice": (
        ["run", "is_refused", "asks redeclare", "run", "is_refused", "asks redeclare", "run"], ["01", "03", "03"],
    ),
    "refused, at another insurer": (["run", "is_refused", "moves CZ", "run"], ["01", "02"]),
    "refused, with another number of the concern": (["run", "is_refused", "moves IZA", "run"], ["01", "02"]),
    "refused at both, again at the second": (
        ["run", "is_refused", "moves CZ", "run", "is_refused", "asks redeclare", "run"], ["01", "02", "03"],
    ),
    "refused at both, back at the first": (
        ["run", "is_refused", "moves CZ", "run", "is_refused", "moves VGZ", "run"], ["01", "02", "03"],
    ),
    "credited, and again": (["run", "asks credit", "run", "asks redeclare", "run"], ["01", "05"]),
    "credited and again at once": (["run", "asks credit", "asks redeclare", "run"], ["01", "05"]),
    "credited, at another insurer": (["run", "moves CZ", "run", "asks correct", "run"], ["01", "02"]),
    "credited there too, and back": (
        ["run", "moves CZ", "run", "asks correct", "run", "moves VGZ", "run", "asks correct", "run"],
        ["01", "02", "05"],
    ),
    "corrected": (["run", "moves day", "run", "asks correct", "run"], ["01", "05"]),
    "refused after it was credited": (
        ["run", "asks credit", "run", "asks redeclare", "run", "is_refused", "asks redeclare", "run"],
        ["01", "05", "03"],
    ),
    "credited after it was refused": (
        ["run", "is_refused", "asks redeclare", "run", "asks credit", "asks redeclare", "run"], ["01", "03", "05"],
    ),
    "returned by VECOZO": (["run", "is_refused 6", "asks redeclare", "run"], ["01", "01"]),
    "refused, then returned by VECOZO": (
        ["run", "is_refused", "asks redeclare", "run", "is_refused 6", "asks redeclare", "run"], ["01", "03", "03"],
    ),
    "the whole refused by the insurer": (["run", "is_refused whole", "asks redeclare", "run"], ["01", "03"]),
    "withdrawn": (["run", "undo", "run"], ["01", "01"]),
    "refused, and withdrawn": (["run", "is_refused", "asks redeclare", "run", "undo", "run"], ["01", "03", "03"]),
    "another person's": (["run", "is_refused", "moves P5", "run"], ["01", "01"]),
    "under another patient number": (["run", "is_refused", "moves number", "asks redeclare", "run"], ["01", "03"]),
    "with another BSN": (["run", "is_refused", "moves bsn", "run"], ["01", "03"]),
}  # fmt: skip


@pytest.mark.parametrize("name", STORIES)
def test_the_code_says_what_became_of_it_before(tmp_path: Path, name: str) -> None:
    steps, codes = STORIES[name]
    office = Office(tmp_path)
    for step in steps:
        office.step(step)
    assert office.codes == codes


def test_what_was_declared_in_the_standard_before_counts(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.cells = {"date": "2024-12-30"}
    office.step("run")
    assert office.codes == []  # PM304 has no such code
    office.cells = {"date": "2025-01-02"}
    for step in ("run", "asks correct", "run"):
        office.step(step)
    assert office.codes == ["05"]


def test_a_debit_whose_person_was_taken_out_is_passed_over(tmp_path: Path) -> None:
    office = Office(tmp_path)
    for step in ("run", "is_refused", "asks redeclare", "run", "is_refused"):
        office.step(step)
    first = "appointment_id = 'A4' AND attempt = 1"
    clerk = Clerk(office.practice)
    clerk.write(f"UPDATE person SET sent = '' WHERE person IN (SELECT person FROM line WHERE {first})")
    clerk.write(f"UPDATE line SET sent = '' WHERE {first}")
    for step in ("asks redeclare", "run"):
        office.step(step)
    assert office.codes == ["01", "03", "03"]


def test_a_line_at_fault_is_held_while_it_would_be_the_same(tmp_path: Path) -> None:
    office = Office(tmp_path)
    for step in ("run", "is_refused 6", "run"):
        office.step(step)
    assert ("LINE_REFUSED", "A4", "") in office.result.found("error")
    assert office.codes == ["01"]


def test_a_correction_that_changes_nothing_is_dropped_also_the_second_time(tmp_path: Path) -> None:
    office = Office(tmp_path)
    for step in (
        "run",
        "moves day",
        "run",
        "asks correct",
        "run",
        "moves CZ",
        "run",
        "asks correct",
        "moves VGZ",
        "run",
    ):
        office.step(step)
    assert office.codes == ["01", "05"]
    assert "CORRECTION_DROPPED" in office.result.codes


def test_every_code_of_the_list_has_its_case() -> None:
    rows = read_redeclarations()
    assert {row.code for row in rows.values()} == {"01", "02", "03", "04", "05"}
    assert redeclaration_code("information") == redeclaration_code("information", "refused") == "04"
