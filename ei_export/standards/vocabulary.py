"""What the elements of messages mean, by three tables: ``specs/elements.csv`` says how the values of a data element are
read and whom they could give away, ``specs/records.csv`` how a record is headed, ``specs/codelists/`` what codes say.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Final

from attrs import frozen

from ..base.problems import LANGUAGES, Language
from ..base.row_types import FlagCell, KeyedTable, RequiredCell, TextCell, by_language, one_of
from ..base.specs import SPECS
from ..base.tables import Report, Row, refuse
from ..model.codelists import DCSPH, codes, diagnoses, english, every_code, return_codes, uzovi_numbers
from .message import messages

#: How values are read besides by a code list (``COD367``); the words are explained in ``specs/README.md``.
READINGS: Final = (
    "", "kind", "message", "date", "euros", "number", "percent", "uzovi", "diagnosis", "return",
)  # fmt: skip
#: What a mask does with values: ``no`` nothing; ``check`` hide those that hold a personal value; the others are
#: personal themselves, and hidden.
MASKS: Final = ("no", "check", "hide", "bsn", "number", "name", "birth_date", "address")


@frozen
class Word:
    """What is known of a data element, or of one element: ``reads`` one of `READINGS` or a code list, ``masks`` one of
    `MASKS`, ``once``: not repeated where the record it stands under says the same."""

    element: TextCell = ""
    reads: TextCell = ""
    masks: Annotated[str, one_of(MASKS)] = "check"
    once: FlagCell = False
    english: Annotated[RequiredCell, "en"] = ""


_WORDS: Final = KeyedTable[str, Word]("elements.csv", Word, "element")


def _pieces(row: Row, *columns: str) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Two spaces are between pieces, one between the words of a piece."""
    return {text[-2:]: tuple(tuple(piece.split()) for piece in row[text].split("  ") if piece) for text in columns}


@frozen
class Heading:
    """How a kind of record is headed: how deep it stands, and by language its name and what tells it at a glance.

    That is in pieces, each of words and of elements by their id in braces (``toegekend {0483}``); a piece without any
    filled element is left out.
    """

    kind: TextCell
    level: Annotated[int, lambda row, column: int(row.choice(column, tuple("0123456789")))]
    title: Annotated[Mapping[Language, str], by_language, *LANGUAGES]
    headline: Annotated[Mapping[Language, tuple[tuple[str, ...], ...]], _pieces, "headline_nl", "headline_en"]


_HEADINGS: Final = KeyedTable[str, Heading]("records.csv", Heading, "kind")

_UNKNOWN: Final = Word()


def read_elements(lists: Iterable[str], specs: Path = SPECS, report: Report = refuse) -> Mapping[str, Word]:
    """Every row of ``elements.csv``, by data element or, where it has none, by element id. ``lists``: the code lists
    there are."""
    readings = (*READINGS, *sorted(lists))
    return _WORDS.read(specs, report, lambda row: row.choice("reads", readings))


def read_headings(specs: Path = SPECS, report: Report = refuse) -> Mapping[str, Heading]:
    """Every row of ``records.csv``, by kind of record."""
    return _HEADINGS.read(specs, report)


@cache
def _words() -> Mapping[str, Word]:
    return read_elements({list for list, _ in every_code()})


@cache
def headings() -> Mapping[str, Heading]:
    """How each kind of record is headed."""
    return read_headings()


def word(code: str, id: str) -> Word:
    """What is known of an element, by its data element or else by its id. One that isn't in the table reads as it is,
    and is checked by a mask."""
    return _words().get(code or id, _UNKNOWN)


class CodeMeanings:
    """The words behind codes in one language, official Dutch where we have no English.

    ``insurers``: UZOVI numbers by the practice's own settings, which beat the table.
    """

    def __init__(self, language: Language, insurers: Mapping[str, str]) -> None:
        self._language = language
        self._insurers = insurers
        self._readings: Mapping[str, Callable[[str, str], str]] = {
            "message": _message,
            "uzovi": self._insurer,
            "diagnosis": self._diagnosis,
            "return": _return_code,
        }

    def of(self, reads: str, value: str, before: str) -> str:
        """The words for a value, '' where there are none. ``before``: the value of the element before it, which names
        the list that a diagnosis is on."""
        if look_up := self._readings.get(reads):
            return look_up(value, before)
        return self._listed(reads, value) if reads not in READINGS else ""

    def _listed(self, list: str, value: str) -> str:
        code = codes(list).get(value)
        if code is None:
            return ""
        return english().get((list, value), code.meaning) if self._language == "en" else code.meaning

    def _insurer(self, value: str, before: str) -> str:
        if value in self._insurers:
            return self._insurers[value]
        known = uzovi_numbers().get(value)
        if known is None:
            return ""
        return known.label if known.label.startswith(known.insurer) else f"{known.insurer}: {known.label}"

    def _diagnosis(self, value: str, before: str) -> str:
        if before != DCSPH:
            return ""
        code = value.lstrip("0").zfill(4)
        known = diagnoses().get(code)
        if known is None:
            return self._listed(_OF_2019, code)
        return f"{known.location}: {known.pathology}" if known.pathology else known.location


#: Diagnosis codes that Zorg1 used for a year, on the same list.
_OF_2019: Final = "ZORG1-2019"


def _message(value: str, before: str) -> str:
    return next((message.name for message in messages() if message.code == value), "")


def _return_code(value: str, before: str) -> str:
    known = return_codes().get(value)
    return known.text if known else ""
