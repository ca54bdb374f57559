"""The last look at a file that we wrote: whatever its writer does to what it was handed, it is not published."""

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ei_export.base.problems import WriteError
from ei_export.model.declaration import Care, Invoice, Performance
from ei_export.settings import OutputSettings
from ei_export.standards.flat.writing import Pm304Writer
from ei_export.standards.registry import standard_named, standards
from ei_export.standards.standard import Writer
from tests.support.feeds import BSNS, Clinic, visit
from tests.support.samples import CARE, INVOICE, PERFORMANCE, PERSON, PROVIDER

OUTPUT: Final = OutputSettings(Path(), "auto", False, "", None)
NAMES: Final = [*standards()]

#: Care of each standard, what of it is claimed, the invoice, and when the trajectory began.
SENT: Final[dict[str, tuple[Care, Performance, Invoice]]] = {
    "PM304 3.2": (CARE, PERFORMANCE, INVOICE),
    "GDS801 2.0": (
        evolve(CARE, referral_date=date(2025, 2, 26)),
        evolve(PERFORMANCE, date=date(2025, 3, 9), list="073", tariff_cents=2650, claimed_cents=7950),
        Invoice("250401000001", date(2025, 4, 1), "7095", date(2025, 3, 1), date(2025, 3, 31)),
    ),
}


class Part(NamedTuple):
    """What a writer is handed: a person, or where it has a reference, a line."""

    text: str
    reference: str = ""
    cents: int = 0
    previous: str = ""


def parts(name: str, persons: int = 3, lines: int = 2) -> list[Part]:
    standard = standard_named(name)
    care, performance, _ = SENT[name]
    found = []
    for number, bsn in enumerate(sorted(BSNS[:persons])):
        person = evolve(PERSON, bsn=bsn, patient_id=f"P{number}")
        found.append(Part(standard.person(person)))
        key = standard.key(found[-1].text)
        for more in range(lines):
            cents = performance.claimed_cents - number - 10 * more
            claimed = evolve(performance, claimed_cents=cents, calculated_cents=performance.tariff_cents * 3)
            text = standard.line(key, standard.care(care, OUTPUT), claimed, performance.date)
            found.append(Part(text, f"R{number}{more}", cents))
    return found


def credited(name: str, part: Part) -> Part:
    """The credit of a line that was declared before."""
    _, performance, _ = SENT[name]
    text = standard_named(name).credit(part.text, performance.list, performance.date, part.cents, "OLD01")
    return Part(text, part.reference, -part.cents, "OLD01")


def hand(parts: list[Part], to: Writer) -> None:
    for part in parts:
        if part.reference:
            to.line(*part)
        else:
            to.person(part.text)


def written(name: str, parts: list[Part]) -> bytes:
    file = io.BytesIO()
    writer = standard_named(name).writer(file, PROVIDER, SENT[name][2])
    hand(parts, writer)
    writer.close(SENT[name][2])
    return file.getvalue()


def refused(name: str, parts: list[Part], content: bytes) -> WriteError | None:
    """What is said of a file with this content, of which the writer was handed these parts."""
    check = standard_named(name).file_check(PROVIDER, OUTPUT)()
    for part in parts:
        if part.reference:
            check.line(*part)
        else:
            check.person(part.text)
    try:
        check.close(io.BytesIO(content), "a-file", SENT[name][2])
    except WriteError as error:
        return error
    return None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("persons", "lines"), [(1, 1), (3, 2), (2, 1_500)])
def test_what_was_handed_in_is_right(name: str, persons: int, lines: int) -> None:
    handed = parts(name, persons, 2)
    first = handed[1]
    more = [first._replace(reference=f"R0{number:06}") for number in range(lines - 2)]
    handed[1:1] = more
    assert refused(name, handed, written(name, handed)) is None


@pytest.mark.parametrize("name", NAMES)
def test_a_credit_is_right(name: str) -> None:
    handed = parts(name)
    handed[1] = credited(name, handed[1])
    assert refused(name, handed, written(name, handed)) is None


Break = Callable[[list[Part]], list[Part]]


def another_amount(part: Part, name: str) -> Part:
    return next(other for other in parts(name) if other.reference and other.cents != part.cents)


#: What a writer could do to what it is handed.
MISTAKES: Final[dict[str, Break]] = {
    "drops a line": lambda all: all[:2] + all[3:],
    "drops the last line": lambda all: all[:-1],
    "drops a person with their lines": lambda all: all[:3] + all[6:],
    "drops a person only": lambda all: all[:3] + all[4:],
    "doubles a line": lambda all: [*all[:3], *all[2:]],
    "doubles the last person with their lines": lambda all: all + all[-3:],
    "swaps two lines": lambda all: [all[0], all[2], all[1], *all[3:]],
    "swaps two persons": lambda all: [*all[3:6], *all[:3], *all[6:]],
    "gives two lines each other's references": lambda all: [
        all[0],
        all[1]._replace(reference=all[2].reference),
        all[2]._replace(reference=all[1].reference),
        *all[3:],
    ],
    "gives a line under another person": lambda all: [*all[:2], all[3], all[2], *all[4:]],
    "adds up another amount": lambda all: [all[0], all[1]._replace(cents=all[1].cents + 1), *all[2:]],
}


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.parametrize("name", NAMES)
def test_a_writer_that_makes_a_mistake(name: str, mistake: str) -> None:
    handed = parts(name)
    assert refused(name, handed, written(name, MISTAKES[mistake](handed))) is not None


#: What whoever hands in could do: what is wrong then is in the file as it was handed in.
HANDED_IN_WRONG: Final[dict[str, Break]] = {
    "two lines with one reference": lambda all: [*all[:2], all[2]._replace(reference=all[1].reference), *all[3:]],
    "a person without lines": lambda all: all[:4] + all[6:],
    "a last person without lines": lambda all: all[:-2],
    "an amount that isn't the line's": lambda all: [all[0], all[1]._replace(cents=all[1].cents + 1), *all[2:]],
}


@pytest.mark.parametrize("mistake", HANDED_IN_WRONG)
@pytest.mark.parametrize("name", NAMES)
def test_parts_that_make_no_right_file(name: str, mistake: str) -> None:
    handed = HANDED_IN_WRONG[mistake](parts(name))
    error = refused(name, handed, written(name, handed))
    assert error is not None
    assert error.code == "FILE_REJECTED"


def test_a_person_twice() -> None:
    """A receiver of GDS801 warns of it only."""
    for name, code in (("PM304 3.2", "FILE_REJECTED"), ("GDS801 2.0", None)):
        handed = parts(name)
        handed += [handed[-3], *(part._replace(reference=f"S{part.reference}") for part in handed[-2:])]
        error = refused(name, handed, written(name, handed))
        assert (error and error.code) == code


def test_a_line_of_another_person() -> None:
    """What it repeats of its person isn't what the person is; in GDS801 it repeats nothing."""
    handed = parts("PM304 3.2")
    handed[1], handed[4] = handed[4]._replace(reference="R00"), handed[1]._replace(reference="R10")
    error = refused("PM304 3.2", handed, written("PM304 3.2", handed))
    assert error is not None
    assert (error.code, error.params["element"]) == ("FILE_REJECTED", "0403")


@pytest.mark.parametrize("name", NAMES)
def test_credits_of_one_line(name: str) -> None:
    handed = parts(name)
    handed[1] = credited(name, handed[1])
    handed[2] = credited(name, handed[1]._replace(text=handed[2].text, cents=100, reference="R01"))
    error = refused(name, handed, written(name, handed))
    assert error is not None
    assert error.code == "FILE_REJECTED"


@given(st.sampled_from(NAMES), st.data())
def test_a_byte_that_changed_anywhere(name: str, data: st.DataObject) -> None:
    handed = parts(name)
    content = bytearray(written(name, handed))
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    assert refused(name, handed, bytes(content)) is not None


@given(st.sampled_from(NAMES), st.data())
def test_a_file_that_was_cut_off_or_goes_on(name: str, data: st.DataObject) -> None:
    handed = parts(name)
    content = written(name, handed)
    end = data.draw(st.integers(0, len(content) - 1))
    assert refused(name, handed, content[:end]) is not None
    assert refused(name, handed, content + content[end:]) is not None


@given(st.sampled_from(NAMES), st.data())
def test_a_piece_that_is_missing_or_there_twice(name: str, data: st.DataObject) -> None:
    handed = parts(name)
    content = written(name, handed)
    start, end = sorted(data.draw(st.lists(st.integers(0, len(content)), min_size=2, max_size=2, unique=True)))
    assert refused(name, handed, content[:start] + content[end:]) is not None
    assert refused(name, handed, content[:end] + content[start:]) is not None


@pytest.mark.parametrize("name", NAMES)
def test_another_invoice(name: str) -> None:
    """The start is written twice, as the period is only known at the end."""
    handed = parts(name)
    standard, invoice = standard_named(name), SENT[name][2]
    for other in (evolve(invoice, number="X00000000001"), evolve(invoice, period_until=invoice.date)):
        file = io.BytesIO()
        writer = standard.writer(file, PROVIDER, other)
        hand(handed, writer)
        writer.close(other)
        assert refused(name, handed, file.getvalue()) is not None


# In a run ------------------------------------------------------------------------------------------

ROWS: Final = (
    visit("A1", "2021-03-01", "940131", "T1", patient="P1"),
    visit("A2", "2021-03-08", "940134", "T1", patient="P1"),
    visit("A3", "2021-03-02", "940131", "T2", patient="P2"),
)


@pytest.mark.parametrize("mistake", ["number", "total", "dropped", "byte"])
def test_a_run_declares_nothing_by_a_writer_that_makes_a_mistake(
    mistake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice = Clinic.open(tmp_path).feed(ROWS)
    line = Pm304Writer.line

    def wrong(self: Pm304Writer, head: str, reference: str, cents: int, previous: str = "") -> None:
        if self.lines != 1 or mistake == "total":
            line(self, head, reference, cents + (mistake == "total"), previous)
        elif mistake == "number":
            self._number += 1
            line(self, head, reference, cents, previous)
        elif mistake == "byte":
            line(self, head.replace("F1", "F2"), reference, cents, previous)

    with monkeypatch.context() as broken:
        broken.setattr(Pm304Writer, "line", wrong)
        refused = practice.run()
        assert refused.exit_code == 4
        assert refused.problems[0]["code"] in ("FILE_REJECTED", "FILE_DIFFERS")
        assert not list((tmp_path / "out").glob("R*"))
    assert sorted(practice.run().lines) == ["A1", "A2", "A3"]
