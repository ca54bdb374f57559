"""The controls on single elements: rows of ``specs/checks/``, one for each element of a record layout.

A row is made into one regular expression of what is right, so that a whole record can be looked at in one go; what is
not right is looked at again, to say why.
"""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from functools import cache, lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Annotated, Final

from attrs import field, frozen

from ....base.problems import SettingsError
from ....base.row_types import CertaintyCell, RowType, SourceCell, one_of
from ....base.specs import SPECS
from ....base.tables import Report, Row, parse_keyed, refuse
from ....model.codelists import codes, return_codes, uzovi_numbers
from ....model.declaration import NO_BSN, passes_11_test
from ...fault import HIDDEN, Fault
from ...vocabulary import word
from ..record import Element, Layout

#: The layout that a return repeats, and adds to.
DECLARATION: Final = "pm304-3.2"

_EMPTY: Final = ("never", "may", "zero", "must")
_FORMS: Final = ("any", "one", "code", "uzovi", "return", "date", "bsn", "name", "exact", "pattern")
#: What is said of a value that isn't of its form, where that is an error and where it is a warning.
_WRONG: Final = {
    "one": ("VERIFY_CODE", "VERIFY_CODE_DOUBTFUL"),
    "code": ("VERIFY_CODE", "VERIFY_CODE_DOUBTFUL"),
    "uzovi": ("VERIFY_CODE", "VERIFY_CODE_DOUBTFUL"),
    "return": ("VERIFY_FORM", "VERIFY_FORM"),
    "date": ("VERIFY_DATE", "VERIFY_DATE"),
    "bsn": ("VERIFY_BSN", "VERIFY_BSN"),
    "name": ("VERIFY_FORM", "VERIFY_FORM"),
    "exact": ("VERIFY_FORM", "VERIFY_FORM"),
    "pattern": ("VERIFY_FORM", "VERIFY_FORM"),
}

#: What is no name: a space beside a hyphen, or zeros only.
_NO_NAME: Final = re.compile(" -|- |^[0 ]*0[0 ]*$")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
#: Bytes that ISO 8859-1 has no visible character for; another character set may.
_DOUBTFUL: Final = re.compile(r"[\x80-\xa0\xad]")
_CHARACTER: Final = r"[ -~\xa1-\xac\xae-\xff]"
_FIRST: Final = r"[!-~\xa1-\xac\xae-\xff]"
#: Dates outside are typing errors.
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2100

#: More codes than this are looked up instead of being alternatives of a regular expression.
_LONG: Final = 50
#: True, or anything that counts as it, for an element that is right.
Test = Callable[[str], object]


def _is_error(row: Row, column: str) -> bool:
    return row.choice(column, ("error", "warning")) == "error"


@frozen(eq=False)
class Control:
    """What one element must be. Elements are texts as they stand in a record, padding included.

    ``empty``: never, may, ``zero`` (zeros are a number like any other), must. ``form``: ``any`` digits or text as its
    type; ``one`` of ``values``; a ``code`` of the list in ``values``; an ``uzovi`` number; a ``return`` code; a
    ``date``; a ``bsn``; a ``name``, without spaces beside a hyphen and not of zeros; an ``exact`` regular expression of
    all its characters, or a ``pattern`` of those it has without the spaces behind them.
    """

    element: Element
    empty: Annotated[str, one_of(_EMPTY)]
    form: Annotated[str, one_of(_FORMS)]
    values: tuple[str, ...]
    expected: str
    return_code: str
    personal: bool
    is_error: Annotated[bool, _is_error, "severity"]
    certainty: CertaintyCell
    source: SourceCell
    place: slice = field(init=False)
    is_digits: bool = field(init=False)
    #: Regular expressions: empty; right and filled; right. What ``test`` has to say of it comes on top.
    blank: str = field(init=False)
    filled: str = field(init=False)
    pattern: str = field(init=False)
    test: Test | None = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "place", slice(self.element.start - 1, self.element.end))
        object.__setattr__(self, "is_digits", self.element.type == "N")
        object.__setattr__(self, "test", self._test())
        object.__setattr__(self, "blank", f"{'0' if self.is_digits else ' '}{{{self.element.length}}}")
        object.__setattr__(self, "filled", self._filled())
        object.__setattr__(self, "pattern", self._pattern())

    def of(self, record: str) -> str:
        """The element in a whole record."""
        return record[self.place]

    def bare(self, raw: str) -> str:
        """The value without padding, '' for an empty one. Zeros in front may belong to a code, and stay."""
        if self.is_digits:
            return raw if raw.strip("0") else ""
        return raw.rstrip(" ")

    def value(self, record: str) -> str:
        """The value of the element in a whole record, without padding, '' for an empty one."""
        return self.bare(record[self.place])

    def right(self, raw: str) -> bool:
        """Whether nothing is wrong with the element."""
        return re.fullmatch(self.pattern, raw) is not None and (self.test is None or bool(self.test(raw)))

    def fault(self, raw: str) -> Fault | None:
        """What is wrong with the element, one thing at most."""
        return None if self.right(raw) else self._fault(raw)

    def says(
        self,
        code: str,
        found: str,
        expected: str,
        *,
        return_code: str = "",
        other: Element | None = None,
        **more: object,
    ) -> Fault:
        """A fault of this element: ``found`` without padding, ``return_code`` if it isn't the element's own, ``other``
        the element that it is told beside, ``more`` what else the words of the fault name."""
        hidden = found.strip(" 0") and (self.personal or _could_be_bsn(found))
        shown = HIDDEN if hidden else found
        params = {"element_name": self.element.name, **more}
        if other is not None:
            params |= {"other": other.id, "other_name": other.name}
        answer = (return_code or self.return_code) if self.return_code else ""
        return Fault(code, self.element.id, shown or "-", expected, answer, params)

    def _pattern(self) -> str:
        if self.empty == "must":
            return self.blank
        return f"{self.blank}|{self.filled}" if self.empty == "may" else self.filled

    @property
    def _is_long(self) -> bool:
        """Whether it is of a code list that is looked up, as it would be slow as a regular expression."""
        return self.form == "code" and len(self.values) > _LONG

    def _filled(self) -> str:
        """What is right and not empty; zeros that are a number like any other count as filled."""
        length = self.element.length
        if self.form in ("one", "uzovi") or (self.form == "code" and not self._is_long):
            return "|".join(re.escape(self.element.pack(value)) for value in self.values)
        if self.form == "exact":
            return self.values[0]
        if not self.is_digits:
            return f"{_FIRST}{_CHARACTER}{{{length - 1}}}"
        return f"[0-9]{{{length}}}" if self.empty == "zero" else f"(?!{self.blank})[0-9]{{{length}}}"

    def _test(self) -> Test | None:
        if self.form == "date":
            return _is_date if self.empty == "never" else _is_date_or_zeros
        if self.form == "bsn":
            return _is_bsn
        if self.form == "name":
            return _is_name
        if self.form == "return":
            known = return_codes()
            return lambda raw: raw.isspace() or raw in known
        if self._is_long:
            values = self.values if self.empty == "never" else ("", *self.values)
            return frozenset(map(self.element.pack, values)).__contains__
        if self.form == "pattern":
            return re.compile(f"(?:{self.values[0]}) *| *").fullmatch
        return None

    def _fault(self, raw: str) -> Fault:
        found = self.bare(raw)
        if self.is_digits and not re.fullmatch("[0-9]+", raw):
            return self.says("VERIFY_DIGITS", _visible(raw), f"{self.element.length} × 0-9")
        if self.empty == "must":
            code = "VERIFY_RESERVE" if self.element.mandatory == "S" else "VERIFY_NOT_EMPTY"
            return self.says(code, _visible(raw), "-")
        if not self.is_digits:
            if _CONTROL.search(raw):
                return self.says("VERIFY_CONTROL", _visible(raw), self.expected or "-")
            if _DOUBTFUL.search(raw):
                return self.says("VERIFY_CHARACTERS", _visible(raw), "ISO 8859-1")
            if found.startswith(" "):
                return self.says("VERIFY_ALIGNMENT", found, HIDDEN if self.personal else found.lstrip())
        if not found:
            return self.says("VERIFY_EMPTY", "-", self.expected)
        if self.form == "return" and re.fullmatch("[0-9]{4}", found):
            return self.says("VERIFY_CODE_DOUBTFUL", found, "COD954")
        error, warning = _WRONG[self.form]
        return self.says(error if self.is_error else warning, found, self.expected)


_CONTROLS: Final = RowType(Control, unread=("element", "values", "expected", "return_code"))


def read_controls(
    layout: Layout, return_codes: Collection[str] | None = None, specs: Path = SPECS, report: Report = refuse
) -> Mapping[str, Control]:
    """The controls of every element of a layout by id, from ``specs/checks/<layout>.csv``; a return repeats the
    declaration, so it adds to the controls of that. ``return_codes``: those there are; None = take those of the table
    as they are.

    Errors: a value that the column doesn't take, an element that the layout lacks, or that has no row.
    """
    errors: list[SettingsError] = []
    controls: dict[str, Control] = {}
    for name in dict.fromkeys((DECLARATION, layout.name)):
        controls.update(_table(layout, name, return_codes, specs, errors.append))
    if not errors and (missing := sorted(elements_of(layout).keys() - controls.keys())):
        params = {"file": f"specs/checks/{layout.name}.csv", "line": 1, "column": "element", "found": ""}
        errors = [SettingsError("TABLE_VALUE", **params, expected=", ".join(missing))]
    for error in errors:
        report(error)
    return controls


@cache
def controls(name: str) -> Mapping[str, Control]:
    """The controls of every element of a layout by id."""
    return read_controls(Layout.load(name))


def _table(
    layout: Layout, name: str, return_codes: Collection[str] | None, specs: Path, report: Report
) -> Mapping[str, Control]:
    """One table, as far as the elements of the layout go."""
    elements = elements_of(layout)
    own = name == layout.name

    def parse(row: Row) -> Control | None:
        id = row.required("element")
        if id not in elements:
            if own:
                raise row.error("element", f"an element of specs/{name}.csv")
            return None
        if row["return_code"] and return_codes is not None and row["return_code"] not in return_codes:
            raise row.error("return_code", "a code of specs/codelists/return-codes.csv")
        return _control(row, elements[id], is_return=layout.name != DECLARATION)

    found = parse_keyed(specs / "checks" / f"{name}.csv", _CONTROLS.columns, itemgetter("element"), parse, report)
    return {id: control for id, control in found.items() if control is not None}


def elements_of(layout: Layout) -> Mapping[str, Element]:
    """Every element of a layout by id."""
    return {element.id: element for record in layout.records.values() for element in record.elements}


def _control(row: Row, element: Element, *, is_return: bool) -> Control:
    form = row.choice("form", _FORMS)
    values = _values(row, form, element)
    return _CONTROLS.parse(
        row,
        element=element,
        values=values,
        expected=row["expected"] or _expected(form, values, element, row["values"]),
        return_code="" if is_return else row["return_code"],  # whoever gets a return answers nothing
        personal=word(element.code, element.id).masks not in ("no", "check"),
    )


def _values(row: Row, form: str, element: Element) -> tuple[str, ...]:
    """What ``values`` stands for; each as long as the element takes."""
    values: Collection[str]
    if form in ("exact", "pattern"):
        text = row.required("values")
        try:
            groups = re.compile(text).groups
        except re.error:
            groups = -1
        if groups:  # those of a record are counted
            raise row.error("values", "a regular expression, groups as (?:…)")
        return (text,)
    if form == "code":
        try:
            values = codes(row.required("values"))
        except KeyError:
            raise row.error("values", "a list of specs/codelists/codes.csv") from None
    elif form == "uzovi":
        values = uzovi_numbers()
    else:
        values = row["values"].split()
    if bool(values) != (form in ("one", "code", "uzovi")):
        raise row.error("values", "values with the forms one, code, exact and pattern only")
    if any(len(value) != element.length for value in values):
        raise row.error("values", f"{element.length} characters")
    return tuple(values)


#: So many values are listed; more are told by the name of their list.
_LISTED: Final = 8


def _expected(form: str, values: tuple[str, ...], element: Element, given: str) -> str:
    if form == "date":
        return "EEJJMMDD"
    if form in ("one", "code", "uzovi"):
        return " | ".join(values) if len(values) <= _LISTED else given or "UZOVI"
    return f"{element.length} × 0-9" if element.type == "N" else ""


def _visible(raw: str) -> str:
    """A text without padding, with what can't be seen by number."""
    return "".join(
        character if character.isprintable() else f"\\x{ord(character):02x}" for character in raw.rstrip(" ")
    )


@lru_cache(maxsize=65_536)
def _is_date(digits: str) -> bool:
    """Whether EEJJMMDD is an existing date."""
    try:
        return _FIRST_YEAR <= date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year <= _LAST_YEAR
    except ValueError:
        return False


def _is_date_or_zeros(digits: str) -> bool:
    return _is_date(digits) or not digits.strip("0")


def _is_name(text: str) -> bool:
    """Whether no space is beside a hyphen, and it is no zeros; spaces behind a name are no part of it."""
    return ("-" not in text and "0" not in text) or _NO_NAME.search(text.rstrip(" ")) is None


def _is_bsn(digits: str) -> bool:
    """Whether it is a number that passes the 11-test, or that of somebody who has none (STB 5.4.7)."""
    return passes_11_test(digits) or digits == NO_BSN


def _could_be_bsn(text: str) -> bool:
    """Whether it is one, in an element that is for something else."""
    return re.fullmatch("[0-9]{9}", text) is not None and _is_bsn(text)
