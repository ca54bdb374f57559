"""The days that care may be given on, by the elements of a record: its referral, its indication and its diagnoses."""

from typing import Final

from attrs import frozen

from ....model.codelists import DCSPH, Code, codes
from .relations import DIAGNOSES, Values, dcsph


@frozen
class Bound:
    """The first and the last day (EEJJMMDD) of care that an element allows, which holds ``value``."""

    element: str
    value: str
    first: bytes
    last: bytes
    code: str
    return_code: str

    def expected(self, day: bytes) -> str:
        """What the element should be on a day outside."""
        if self.element == _REFERRAL:
            return f"<= {day.decode()} (0408)"
        return f"{self.first.decode()} <= 0408 <= {self.last.decode()}"


@frozen
class Period:
    """The days that care may be given on, and the bounds that make it so."""

    first: bytes
    last: bytes
    bounds: tuple[Bound, ...]


_REFERRAL: Final = "0424"
_FIRST: Final = b"00000000"
_LAST: Final = b"99999999"


def period(values: Values) -> Period:
    """When the care of a record may be given: not before its referral, and while its indication and diagnosis hold."""
    bounds = []
    if referral := values[_REFERRAL]:
        bounds.append(Bound(_REFERRAL, referral, referral.encode(), _LAST, "VERIFY_DATE_ORDER", "8616"))
    if indication := values["0421"]:
        bounds.append(_in_force(codes("COD321")[indication], "0421", "VERIFY_INDICATION_DATE", "3102"))
    for list_element, code_element in DIAGNOSES:
        old = codes("ZORG1-2019").get(dcsph(values[code_element]))
        if values[list_element] == DCSPH and old is not None:
            bounds.append(_in_force(old, code_element, "VERIFY_DIAGNOSIS_DATE", "3100"))
    first = max((bound.first for bound in bounds), default=_FIRST)
    last = min((bound.last for bound in bounds), default=_LAST)
    return Period(first, last, tuple(bounds))


def _in_force(code: Code, element: str, problem: str, return_code: str) -> Bound:
    first, last = (f"{day:%Y%m%d}".zfill(8).encode() for day in (code.valid_from, code.valid_until))
    return Bound(element, code.code, first, last, problem, return_code)
