"""How each standard writes persons, care and lines, and what of them it can't hold."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache, partial
from typing import Any, Final

from attrs import frozen

from ..base.problems import Finding
from ..model.declaration import Care, Invoice, Performance, Person, Provider
from .flat import pm304
from .flat.judge.fragments import Fragments
from .standard import Fault
from .xml import gds801
from .xml.judge.fragments import XmlFragments

#: Stands for the number an invoice gets once it goes out.
_NUMBER: Final = "1"


@frozen
class Style:
    """One standard. What `care` makes of care is only for `line`, which gives a debit before it has its reference.

    ``key`` is what a line repeats of its person, '' for nothing. The last argument of `check_line` and `line` is when
    the trajectory began, None where that is not known. ``faults`` is what the receiver would say of a line, by the
    UZOVI of its file, its person, what `line` made and, for a credit, the reference of its debit, or ''.
    """

    check_person: Callable[[Person], tuple[Person, list[Finding]]]
    person: Callable[[Person], str]
    key: Callable[[Person], str]
    check_care: Callable[[Care], list[Finding]]
    care: Callable[[Care], Any]
    check_line: Callable[[Performance, Person, Care, date | None], list[Finding]]
    line: Callable[[str, Any, Performance, date | None], str]
    faults: Callable[[str, str, str, str], Sequence[Fault]]


def refusal(style: Style, uzovi: str, person: str, head: str, previous: str = "") -> Mapping[str, object] | None:
    """What the receiver would refuse a line for, as the messages about it say; the arguments as of `Style.faults`."""
    for fault in style.faults(uzovi, person, head, previous):
        if fault.severity == "error":
            said = {"element": fault.element, "found": fault.found or "-", "expected": fault.expected or "-"}
            return {**said, "return_code": fault.return_code or "-"}
    return None


class _Pm304Receiver:
    """Judges lines of PM304 one by one, as if they were in a file of this day."""

    def __init__(self, today: date) -> None:
        self._file = cache(partial(Fragments, today))
        #: By UZOVI the person judged last, '' for one who is wrong: each of their lines is to say so.
        self._persons: dict[str, str] = {}

    def faults(self, uzovi: str, person: str, head: str, previous: str) -> Sequence[Fault]:
        file = self._file(uzovi)
        found: list[Fault] = []
        if self._persons.get(uzovi) != person:
            found = file.person(person)
            self._persons[uzovi] = "" if found else person
        return [*found, *file.line(head, pm304.tail_fragment(previous))]


def styles(provider: Provider, diagnosis_element: str, today: date) -> Mapping[str, Style]:
    """Every standard by its name; ``diagnosis_element`` of PM304, '' = as the specs say; ``today`` of the invoice."""

    def check_gds801(performance: Performance, person: Person, care: Care, started: date | None) -> list[Finding]:
        found = gds801.check_line(performance)
        found += gds801.check_need(care, person, performance, provider)
        return found if started else [*found, gds801.check_start(performance)]

    @cache
    def gds801_file(uzovi: str) -> XmlFragments:
        invoice = Invoice(_NUMBER, today, uzovi, today, today)
        return XmlFragments(gds801.frame(provider, invoice, 0), today)

    return {
        "PM304 3.2": Style(
            check_person=pm304.check_person,
            person=pm304.person_fragment,
            key=pm304.key_fragment,
            check_care=pm304.check_care,
            care=partial(pm304.care_fragment, diagnosis_element=diagnosis_element or pm304.DIAGNOSIS_ELEMENT),
            check_line=lambda performance, person, care, started: pm304.check_line(performance),
            line=lambda key, care, performance, started: pm304.line_fragment(key, care, performance)[0],
            faults=_Pm304Receiver(today).faults,
        ),
        "GDS801 2.0": Style(
            check_person=gds801.check_person,
            person=gds801.person_fragment,
            key=lambda person: "",
            check_care=gds801.check_care,
            care=gds801.care_fragment,
            check_line=check_gds801,
            line=lambda key, care, performance, started: gds801.line_fragment(care, performance, started),
            faults=lambda uzovi, person, line, previous: gds801_file(uzovi).line(person, line),
        ),
    }
