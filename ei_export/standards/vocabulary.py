"""What the elements of messages mean, by three tables: ``specs/elements.csv`` says how the values of a data element are
read and whom they could give away, ``specs/records.csv`` how a record is headed, ``specs/codelists/`` what codes say.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from attrs import frozen

from ..base.problems import LANGUAGES, Language
from ..base.specs import SPECS
from ..base.tables import Report, Row, parse_keyed, refuse
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

    reads: str = ""
    masks: str = "check"
    once: bool = False
    english: str = ""


@frozen
class Heading:
    """How a kind of record is headed: how deep it stands, and by language its name and what tells it at a glance.

    That is in pieces, each of words and of elements by their id in braces (``toegekend {0483}``); a piece without any
    filled element is left out.
    """

    level: int
    title: Mapping[Language, str]
    headline: Mapping[Language, tuple[tuple[str, ...], ...]]


_UNKNOWN: Final = Word()


def read_words(lists: Iterable[str], specs: Path = SPECS, report: Report = refuse) -> Mapping[str, Word]:
    """Every row of ``elements.csv``, by data element or, where it has none, by element id. ``lists``: the code lists
    there are."""
    readings = (*READINGS, *sorted(lists))

    def parse(row: Row) -> Word:
        reads, masks = row.choice("reads", readings), row.choice("masks", MASKS)
        return Word(reads, masks, row.choice("once", ("", "1")) == "1", row.required("en"))

    columns = ("element", "reads", "masks", "once", "en")
    return parse_keyed(specs / "elements.csv", columns, lambda row: row["element"], parse, report)


def read_headings(specs: Path = SPECS, report: Report = refuse) -> Mapping[str, Heading]:
    """Every row of ``records.csv``, by kind of record."""

    def parse(row: Row) -> Heading:
        return Heading(
            level=int(row.choice("level", tuple("0123456789"))),
            title={language: row.required(language) for language in LANGUAGES},
            headline={language: tuple(_pieces(row[f"headline_{language}"])) for language in LANGUAGES},
        )

    columns = ("kind", "level", *LANGUAGES, *(f"headline_{language}" for language in LANGUAGES))
    return parse_keyed(specs / "records.csv", columns, lambda row: row["kind"], parse, report)


def _pieces(text: str) -> Iterator[tuple[str, ...]]:
    """Two spaces are between pieces, one between the words of a piece."""
    return (tuple(piece.split()) for piece in text.split("  ") if piece)


@cache
def _words() -> Mapping[str, Word]:
    return read_words({list for list, _ in every_code()})


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
