"""The trailer (record 99) against what was counted in the file itself; both numbers are told."""

from collections.abc import Iterator, Mapping

from ...fault import Fault
from ..record import number
from .controls import Control
from .counting import Tally
from .parts import Values


def counts(trailer: Values, tally: Tally, controls: Mapping[str, Control]) -> Iterator[Fault]:
    """The numbers of records that are not what was counted (9902-9906). ``trailer``: its elements that are right."""
    counted = {"9902": tally.persons, "9903": tally.debtors, "9904": tally.lines, "9905": tally.comments}
    wrong = False
    for id, count in counted.items():
        if id in trailer and number(trailer[id]) != count:
            wrong = True
            yield _differs(controls[id], trailer, count)
    total = sum(counted.values())
    added = sum(number(trailer.get(id, "")) for id in counted)
    if "9906" in trailer and number(trailer["9906"]) not in ({total, added} if wrong else {total}):
        yield _differs(controls["9906"], trailer, total)


def amount(
    trailer: Values,
    cents: int,
    controls: Mapping[str, Control],
    element: str = "9907",
    sign: str = "9908",
    problem: str = "VERIFY_TOTAL",
) -> Iterator[Fault]:
    """A total that is not what was added up, or whose sign isn't: D = zero or more for the provider, C = less."""
    if element not in trailer or sign not in trailer:
        return
    if number(trailer[element]) != abs(cents):
        yield _differs(controls[element], trailer, abs(cents), problem)
    elif trailer[sign] != (expected := "C" if cents < 0 else "D"):
        at_zero = "" if cents else "8194"
        yield controls[sign].says("VERIFY_SIGN", trailer[sign], expected, return_code=at_zero)


def _differs(control: Control, trailer: Values, counted: int, problem: str = "VERIFY_TOTAL") -> Fault:
    element = control.element
    return control.says(problem, element.pack(trailer[element.id]), str(counted).zfill(element.length))
