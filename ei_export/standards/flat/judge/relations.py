"""The relations between elements of a record: rows of ``specs/checks/<layout>-relations.csv``.

A row says when a relation is broken and what is expected then; what no such words can say is a function here, which its
row names. A mistake that breaks two relations is told of by the first of them only.
"""

import operator
import re
from collections.abc import Callable, Collection, Mapping, Sequence, Set
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Final

from attrs import field, frozen

from ....base.row_types import CertaintyCell, RequiredCell, RowType, SourceCell, TextCell, WordCells
from ....base.specs import SPECS
from ....base.tables import Report, Row, parse_table, refuse
from ....model.codelists import DCSPH, codes, eras, uzovi_numbers
from ...care import indications_of, is_closed, is_diagnosis
from ..record import Layout
from .controls import DECLARATION, elements_of

#: Values by element id, without padding ('' = empty).
Values = Mapping[str, str]
#: Among the values of other records: the day of judging, EEJJMMDD; left out where any day will do.
TODAY: Final = "today"

#: The lists of diagnosis codes (COD392) in record 04, and their codes.
DIAGNOSES: Final = (("0413", "0414"), ("0415", "0416"), ("0417", "0418"), ("0419", "0420"))
#: Identification of the payee and the element it points at (COD833, 0113).
_PAYEES: Final = {"01": "0109", "02": "0110", "03": "0111", "04": "0112"}

_TERM: Final = re.compile(r"([+-])([0-9]{4})|([0-9]{4})(!=|<=|=|<|>)(?:\{(\w+)\}|(\S+))")
_TERMS: Final = "+0110 | -0110 | 0110=1 | 0110!=1|2 | 0110>{0111}, a space between"
_COMPARISONS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
}
_NAMED: Final = re.compile(r"\{(\w+)\}")
#: Behind every day, of any kind.
_LAST: Final = "~"


def _rare(sign: str, row: Row, column: str) -> tuple[str, ...]:
    return tuple(word[1:] for word in row[column].split() if word[0] == sign)


@frozen(eq=False)
class Relation:
    """What ``element`` must be because of ``others``. It is only looked at where nothing is wrong with any of them.

    ``broken``: what is expected of the element, None where the relation holds; never anything personal. ``return_code``
    as of a `Fault`. ``empty``: elements that are empty in every record with the relation broken, ``filled`` those that
    are filled, though few are.
    """

    element: RequiredCell
    others: WordCells
    broken: Callable[[Values], str | None]
    code: RequiredCell
    return_code: TextCell
    filled: Annotated[tuple[str, ...], partial(_rare, "+"), "rare"]
    empty: Annotated[tuple[str, ...], partial(_rare, "-"), "rare"]
    certainty: CertaintyCell
    source: SourceCell
    elements: frozenset[str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "elements", frozenset((self.element, *self.others)))


_RELATION: Final = RowType(Relation, unread=("when", "check", "expected"))


def read_relations(
    layout: Layout, return_codes: Collection[str] | None = None, specs: Path = SPECS, report: Report = refuse
) -> Sequence[Relation]:
    """The relations of a layout; a return has those of the declaration that it repeats, and its own. ``return_codes``:
    those there are; None = take those of the table as they are.

    Errors: a value that the column doesn't take, an element that the layout lacks, or that isn't among the ``others``.
    """
    known = {TODAY, *elements_of(layout)}

    def parse(row: Row) -> Relation:
        own = {row["element"], *row["others"].split()}
        if not own <= known:
            raise row.error("others", f"an element of specs/{layout.name}.csv")
        if row["return_code"] and return_codes is not None and row["return_code"] not in return_codes:
            raise row.error("return_code", "a code of specs/codelists/return-codes.csv")
        return _RELATION.parse(row, broken=_broken(row, own))

    paths = [specs / "checks" / f"{name}-relations.csv" for name in dict.fromkeys((DECLARATION, layout.name))]
    return [relation for path in paths for relation in parse_table(path, _RELATION.columns, parse, report)]


@cache
def relations(name: str) -> Sequence[Relation]:
    """The relations of a layout."""
    return read_relations(Layout.load(name))


def _broken(row: Row, own: Set[str]) -> Callable[[Values], str | None]:
    """What is expected by a row where all of its terms hold."""
    terms = [_term(row, text, own) for text in row["when"].split()]
    element, expected = row["element"], row["expected"]
    if not set(_NAMED.findall(expected)) <= own or bool(expected) == bool(row["check"]):
        raise row.error("expected", "words, elements of the row in braces; nothing where check says it")
    check = _CHECKS[row.choice("check", tuple(_CHECKS))] if row["check"] else None
    is_plain = "{" not in expected

    def broken(values: Values) -> str | None:
        for holds in terms:
            if not holds(values):
                return None
        if check is not None:
            return check(element, values)
        return expected if is_plain else _NAMED.sub(lambda match: values[match[1]], expected)

    return broken


def _term(row: Row, text: str, own: Set[str]) -> Callable[[Values], object]:
    match = _TERM.fullmatch(text)
    element = (match[2] or match[3]) if match is not None else ""
    other = match[5] if match is not None else None
    if match is None or element not in own or other not in {None, TODAY, *own}:
        raise row.error("when", _TERMS)
    if match[1]:
        return operator.itemgetter(element) if match[1] == "+" else lambda values: not values[element]
    if other:
        compare = _COMPARISONS[match[4]]
        return lambda values: compare(values[element], values.get(other, _LAST))
    if match[4] not in ("=", "!="):
        raise row.error("when", _TERMS)
    among, wanted = frozenset(match[6].split("|")), match[4] == "="
    return lambda values: (values[element] in among) == wanted


# What is left of it where the terms of its row hold -------------------------------------------------


def _payee(element: str, values: Values) -> str:
    """0113: one that points at an element that holds a code; that what it points at is missing."""
    filled = " | ".join(code for code, pointed in _PAYEES.items() if values[pointed])
    return filled or f"{_PAYEES[values[element]]}: nnnnnnnn"


def _uzovi(element: str, values: Values) -> str | None:
    """A number that we don't know; it is told of once, at the head of the file, if it is that of all."""
    return None if values[element] in uzovi_numbers() else "UZOVI"


def _era(element: str, values: Values) -> str | None:
    """Care of a later standard is not declared in this one."""
    last = f"{eras()[0].valid_until:%Y%m%d}"
    return f"<= {last}" if values[element] > last else None


def dcsph(text: str) -> str:
    """A DCSPH code as an element of type N or AN holds it; what is no such code stays what it is."""
    return text.removeprefix("0000") if len(text) == 8 else text


def _diagnosis(element: str, values: Values) -> str | None:
    return None if is_diagnosis(dcsph(values[element])) else "DCSPH"


def _open_diagnosis(element: str, values: Values) -> str | None:
    return "DCSPH" if is_closed(dcsph(values[element])) else None


def _coded(values: Values) -> list[str]:
    """The diagnoses of physiotherapy in a record."""
    return [dcsph(values[code]) for list, code in DIAGNOSES if values[list] == DCSPH and values[code]]


def _indication(element: str, values: Values) -> str | None:
    """Filled with physiotherapy, unless the care can have none."""
    return "nnn" if _coded(values) else None


def _indication_of_diagnosis(element: str, values: Values) -> str | None:
    """One that the DCSPH list gives with one of the diagnoses, for adults or children."""
    allowed = indications_of(_coded(values))
    return " | ".join(allowed) if allowed and values[element] not in allowed else None


def _specialism(element: str, values: Values) -> str | None:
    return None if values[element] in codes("COD016") else "COD016"


_CHECKS: Final[Mapping[str, Callable[[str, Values], str | None]]] = {
    "payee": _payee,
    "uzovi": _uzovi,
    "era": _era,
    "diagnosis": _diagnosis,
    "open_diagnosis": _open_diagnosis,
    "indication": _indication,
    "indication_of_diagnosis": _indication_of_diagnosis,
    "specialism": _specialism,
}
