"""A message file as people read it (`TextPage`), and as other programs do (`JsonPage`), one record at a time."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import zip_longest
from typing import IO, Final

from attrs import asdict

from ...base.problems import Language, Refusal, render
from ...base.wording import day_text, euros, printable
from ...base.words import words
from ...output.json_stream import JsonStream
from ...output.paper import TIED, WIDTH, broken, tied, wrapped
from ...standards.contents import Note
from .described import Described, Field

#: Where values begin, and how much deeper a level stands.
_VALUES: Final = 44
_STEP: Final = "  "
#: Between the pieces of a line.
_GAP: Final = "  "
#: The lines of a meaning begin below each other behind a code of at most so many characters.
_LONGEST_CODE: Final = 12

#: As XML has it; a flat message writes cents.
_DECIMAL: Final = re.compile(r"[0-9]+\.[0-9]{2}")


class TextPage:
    """Writes records for a person at a terminal or on paper, at most 80 wide."""

    def __init__(self, out: IO[str], language: Language) -> None:
        self._out = out
        self._language = language
        self._words = words("show", language)
        self._between = ""

    def begin(self, name: str, standard: str) -> None:
        """Heads a file; ``name`` and ``standard`` are '' where they aren't told or known."""
        title = _GAP.join(filter(None, (standard, name)))
        self._out.write(f"{self._between}{_clean(title)}\n{'=' * WIDTH}\n")
        self._between = "\n"

    def record(self, record: Described) -> None:
        """Adds a record to the file."""
        indent = _STEP * record.level
        lines = [self._heading(record, indent)]
        for note in record.notes:
            lines += wrapped(note_text(note, self._language), indent + _STEP)
        if record.text:
            lines += _cut(record.text, indent + _STEP)
        for field in record.fields:
            lines += self._field(field, indent + _STEP)
        self._out.write("\n" + "\n".join(lines) + "\n")

    def end(self, refusal: Refusal | None = None) -> None:
        """Ends a file; ``refusal``: why it can't be shown, or not to its end."""
        if refusal is not None:
            told = "\n".join(render(refusal.code, refusal.params, self._language))
            self._out.write("".join(f"\n{line}" for text in told.splitlines() for line in wrapped(text)))
            self._out.write("\n")

    def close(self) -> None:
        """Ends the page."""

    def _heading(self, record: Described, indent: str) -> str:
        title = record.title or self._words("unknown_kind")
        pieces = headline_pieces(record, self._language)
        left = ": ".join(filter(None, (title, _GAP.join(tied(piece) for piece in pieces))))
        right = self._words("record", number=str(record.number), kind=_clean(record.kind))
        first, *more = broken(left, WIDTH - len(right) - 2 - len(indent), len(_STEP))
        lines = [f"{indent + first:<{WIDTH - len(right)}}{right}", *(indent + line for line in more)]
        return "\n".join(lines).replace(TIED, " ")

    def _field(self, field: Field, indent: str) -> Iterable[str]:
        label = f"{field.id}{_GAP}{field.name}" if field.name != field.id else field.id
        shown = self._shown(field)
        value = f"{shown}{_GAP}{field.meaning}" if field.meaning else shown
        hanging = len(shown) + len(_GAP) if field.meaning and len(shown) <= _LONGEST_CODE else 0
        if len(label) < _VALUES - len(indent) - 1 and len(value) <= WIDTH - _VALUES:  # most
            return (f"{indent + label:<{_VALUES}}{value}",)
        behind_id = len(field.id) + len(_GAP) if len(field.id) <= _LONGEST_CODE else len(_STEP)
        labels = broken(label, _VALUES - len(indent) - 2, behind_id)
        values = broken(value, WIDTH - _VALUES, hanging)
        pairs = zip_longest(labels, values, fillvalue="")
        return [f"{indent + label:<{_VALUES}}{value}".rstrip() for label, value in pairs]

    def _shown(self, field: Field) -> str:
        return value_text(field, self._language)


class JsonPage:
    """Writes records as one JSON document: ``{"standard", "records"}`` of a file, or ``{"files": [...]}`` of such, with
    the name of each, of ``many``."""

    def __init__(self, out: IO[str], language: Language, *, many: bool) -> None:
        self._stream = JsonStream(out)
        self._language = language
        self._many = many
        if many:
            self._stream.array("files")

    def begin(self, name: str, standard: str) -> None:
        """Begins a file; ``standard`` '' for one that isn't recognised."""
        if self._many:
            self._stream.object({"file": name})
        self._stream.fields({"standard": standard or None})
        self._stream.array("records")

    def record(self, number: int, kind: str, values: Mapping[str, str], notes: Sequence[Note], text: str) -> None:
        """Adds a record to the file."""
        document: dict[str, object] = {"record": number, "kind": kind, "elements": values}
        if notes:
            document["notes"] = [asdict(note) for note in notes]
        if text:
            document["text"] = text
        self._stream.row(document)

    def end(self, refusal: Refusal | None = None) -> None:
        """Ends a file; ``refusal``: why it can't be shown, or not to its end."""
        self._stream.end()
        if refusal is not None:
            message, remedy = render(refusal.code, refusal.params, self._language)
            problem = {"code": refusal.code, "severity": "error", "message": message, "remedy": remedy}
            self._stream.fields({"problems": [problem]})
        if self._many:
            self._stream.end()

    def close(self) -> None:
        """Ends the document."""
        if self._many:
            self._stream.end()
        self._stream.end()


def headline_pieces(record: Described, language: Language) -> Sequence[str]:
    """What tells a record at a glance."""
    return [
        " ".join(each if isinstance(each, str) else value_text(each, language) for each in piece)
        for piece in record.headline
    ]


def note_text(note: Note, language: Language) -> str:
    """Why a record may not be what it seems."""
    return words("show", language)(f"note.{note.code}", found=str(note.found), right=str(note.expected))


def value_text(field: Field, language: Language) -> str:
    """The value of an element as people write it."""
    if field.empty and field.reads not in _ZERO_IS_A_VALUE:
        return words("show", language)["empty"]
    read = _READ.get(field.reads)
    return _clean(read(field.value, language) if read else field.value)


# Values --------------------------------------------------------------------------------------------


def _date(value: str, language: Language) -> str:
    """``YYYYMMDD`` or ``YYYY-MM-DD``."""
    digits = value.replace("-", "")
    if not (len(digits) == 8 and _is_number(digits)):
        return value
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return words("show", language)("no_date", value=value)
    return day_text(day, language)


def _euros(value: str, language: Language) -> str:
    """Cents, or euros with a point and two decimals."""
    cents = value.replace(".", "") if _DECIMAL.fullmatch(value) else value
    return f"€ {euros(int(cents), language)}" if _is_number(cents) else value


def _number(value: str, language: Language) -> str:
    return str(int(value)) if _is_number(value) else value


def _percent(value: str, language: Language) -> str:
    """Hundredths of a percent."""
    return f"{euros(int(value), language)}%" if _is_number(value) else value


def _diagnosis(value: str, language: Language) -> str:
    """At least four digits, without the zeros that an element of digits has in front."""
    return value.lstrip("0").zfill(4) if _is_number(value) else value


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdigit()


#: Values by how they are read; what isn't of the form, such as what a mask put in its place, stays as it is.
_READ: Final[Mapping[str, Callable[[str, Language], str]]] = {
    "date": _date,
    "euros": _euros,
    "number": _number,
    "percent": _percent,
    "diagnosis": _diagnosis,
}
#: Read as these, zeros are not nothing.
_ZERO_IS_A_VALUE: Final = frozenset({"euros", "number", "percent"})


# Lines ---------------------------------------------------------------------------------------------


def _clean(text: str) -> str:
    """Without what would play tricks on a terminal."""
    return printable(text.replace("\xa0", " "))


def _cut(text: str, indent: str) -> list[str]:
    """A record as it stands in the file, in pieces, each behind a bar."""
    width = WIDTH - len(indent) - 2
    text = _clean(text.rstrip())
    return [f"{indent}| {text[start : start + width]}" for start in range(0, len(text), width)]
