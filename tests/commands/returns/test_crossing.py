"""What was asked for and what came back cross each other: a treatment is due, stands, or is told of, and never lost."""

from collections.abc import Callable

import pytest

from tests.support.clerk import COURSE, NOTHING, Clerk, the
from tests.support.feeds import Clinic, Result, tables_read_once
from tests.support.receiver import Verdict, by_insurer, by_vecozo, file_level

__all__ = ["tables_read_once"]

ASKED: dict[str, tuple[tuple[str, ...], ...]] = {
    "credit": (("credit",),),
    "credit, and taken back": (("credit",), ("credit", "--cancel")),
    "credit and redeclare": (("credit",), ("redeclare",)),
    "credit and redeclare, and taken back": (("credit",), ("redeclare",), ("credit", "--cancel")),
}
CAME: dict[str, Callable[[Clerk, Result, str], object]] = {
    "undo": lambda clerk, first, reference: clerk.undoes("R000001"),
    "the line is refused": lambda clerk, first, reference: clerk.gets(
        by_insurer(the(first), {reference: Verdict(0, ("0611",))})
    ),
    "the file is refused for the line": lambda clerk, first, reference: clerk.gets(
        by_vecozo(the(first), {reference: "0611"})
    ),
    "the file is refused for another line": lambda clerk, first, reference: clerk.gets(
        by_vecozo(the(first), {clerk.reference("A3"): "0611"})
    ),
    "the header is refused": lambda clerk, first, reference: clerk.gets(file_level(the(first), "8097")),
}


@pytest.mark.parametrize("came", CAME)
@pytest.mark.parametrize("asked", ASKED)
def test_nothing_is_lost(clinic: Clinic, clerk: Clerk, asked: str, came: str) -> None:
    first = clinic.feed(COURSE).run()
    reference = clerk.reference("A1")
    for command, *options in ASKED[asked]:
        clerk.asks(command, *options, reference)
    CAME[came](clerk, first, reference)
    night = clinic.write(NOTHING).run()
    stands = [line for line in clerk.lines() if line["appointment_id"] == "A1" and line["debit_credit"] == "D"]
    due = [line["status"] for line in stands].count("sent")
    assert due <= 1
    told = "A1" in {problem["appointment_id"] for problem in night.problems}
    listed = reference in clerk.gives("status", "--all", as_json=False)[1]
    assert due or told or listed, "gone without a word"
    if not due:  # and it can be had all the same
        clerk.asks("redeclare", reference)
        assert clinic.run().lines.keys() >= {"A1"}
