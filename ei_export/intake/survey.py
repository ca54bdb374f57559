"""What a feed says that nobody explained: status words, codes, and rows that are no appointment at all.

Everything here is seen while the feed is read, so that it is told once for the whole feed, with how often it is there.
"""

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from copy import copy
from typing import Final, TypeVar

from attrs import Factory, define

from ..base.memo import Memo
from ..base.problems import Finding
from ..base.spool import UNIT
from ..model.columns import COLUMNS
from ..settings import InputSettings, status_word
from . import values
from .feed import BROKEN, NEWLINE, Header
from .meanings import meant

#: More different words than these are no status words: another column stands in their place.
_MOST_WORDS: Final = 20
#: A title or a footer has no more filled cells; what has more may be an appointment.
_MOST_FILLED: Final = 6
#: What a text is that nobody gives an appointment for a number: a sentence, or a word of those who add up. Looked for
#: from the beginning of a word: a cell may hold a million characters.
_PROSE: Final = re.compile(r"(?<![^\W\d_])[^\W\d_]{3,}[^\w]*[\s:]|(?<![\d(])[\d(]+ +[^\W\d_]{3,}")
_TOTALS: Final = re.compile(
    r"(sub|eind)?tota(a)?l|aantal|som\b|sum\b|count\b|einde|end\b|eof\b|pagina|page|export|rapport|report|overzicht"
    r"|afdruk|afgedrukt|geprint|printed|periode|period\b|gemaakt|created|bron\b|source\b|records?\b|rijen\b|rows\b"
)
#: As many are remembered as they are written.
_MOST_STATUSES: Final = 10_000
_MOST_CODES: Final = 100_000


class Statuses(Memo[str, bool | None]):
    """Whether an appointment with a status, as written, took place; None where nobody said what the word means."""

    def __init__(self, settings: InputSettings) -> None:
        super().__init__(self._took_place, _MOST_STATUSES)
        self._completed, self._not_completed = settings.completed, settings.not_completed
        self._planned = settings.planned

    def is_planned(self, status: str) -> bool:
        """Whether an appointment of this status is still to come, as its word says."""
        return status_word(status) in self._planned

    def _took_place(self, status: str) -> bool | None:
        word = status_word(status)
        return True if word in self._completed else False if word in self._not_completed else None


class Explained(Memo[tuple[str, str], bool]):
    """Whether it is known what a code and the code it is declared under, as written, stand for."""

    def __init__(self, explained: Callable[[str, str], bool]) -> None:
        super().__init__(self._is_explained, _MOST_CODES)
        self._explained = explained

    def _is_explained(self, written: tuple[str, str]) -> bool:
        code, declare_under = (text.strip() for text in written)
        is_empty = code in values.NO_VALUES or declare_under in values.NO_VALUES
        return not is_empty and self._explained(code, declare_under)


@define
class _Seen:
    """How something is written, how often it is there, and in which row first."""

    text: str
    row: int
    count: int = 0

    def again(self, text: str) -> None:
        self.text, self.count = min(self.text, text), self.count + 1


Named = TypeVar("Named", bound=Hashable)


@define
class Noted:
    """What was noted in a feed, or in a part of it, by how it is written; ``passed``: the rows that are no
    appointment."""

    not_completed: dict[str, _Seen] = Factory(dict)
    codes: dict[tuple[str, str], _Seen] = Factory(dict)
    no_values: dict[tuple[str, str], _Seen] = Factory(dict)
    passed: list[tuple[Finding, int]] = Factory(list)

    def add(self, part: "Noted", rows: int) -> None:
        """Adds what was noted in a part that begins behind so many rows."""
        _add(self.not_completed, part.not_completed, rows)
        _add(self.codes, part.codes, rows)
        _add(self.no_values, part.no_values, rows)
        self.passed += ((finding, row + rows) for finding, row in part.passed)


def _add(noted: dict[Named, _Seen], part: dict[Named, _Seen], rows: int) -> None:
    for name, seen in part.items():
        first = noted.setdefault(name, _Seen(seen.text, seen.row + rows))
        first.text, first.count = min(first.text, seen.text), first.count + seen.count


class Survey:
    """Notes what is not understood of a feed. ``explained``: whether a code, or else the one it is declared under, is
    linked to something that is known."""

    def __init__(
        self, settings: InputSettings, header: Header, explained: Callable[[str, str], bool] = lambda code, linked: True
    ) -> None:
        self.statuses: Final = Statuses(settings)
        self.meant: Final = settings.values
        self.explained: Final = Explained(self._by_meaning(explained) if self.meant else explained)
        self._header = header
        self._at = {column: header.at.get(column, -1) for column in COLUMNS}
        self._names = {
            place: settings.columns.get(column, column).strip().casefold() for column, place in header.at.items()
        }
        self.noted = Noted()

    def of_part(self) -> "Survey":
        """One that notes anew, for a part of the feed."""
        part = copy(self)
        part.noted = Noted()
        return part

    def _by_meaning(self, explained: Callable[[str, str], bool]) -> Callable[[str, str], bool]:
        return lambda code, linked: explained(
            meant(self.meant, "code", code), meant(self.meant, "declare_under", linked)
        )

    def passes_over(self, body: str, row: int, status: str) -> bool:
        """Of a row whose status doesn't say that it took place: whether it is no appointment. Else its status is
        counted."""
        word = status_word(status)
        if self.statuses[status] is None:
            cells = self._cut(body)
            if (finding := self._no_appointment(cells)) is not None:
                self.noted.passed.append((finding, row))
                return True
            if not self._is_whole(cells):  # told of by itself
                return False
            status = values.quoted_cell(status.strip()) if self._is_in_place(cells) else values.HIDDEN
            word = word if status != values.HIDDEN else values.HIDDEN
        self.noted.not_completed.setdefault(word, _Seen(status, row)).again(status)
        return False

    def not_explained(self, body: str, row: int, code: str, declare_under: str) -> None:
        """Counts a code that nobody linked, and a word for nothing in the place of one."""
        code, declare_under = code.strip(), declare_under.strip()
        for column, text in (("code", code), ("declare_under", declare_under)):
            if text in values.NO_VALUES:
                self.no_value(column, text, row)
        code, declare_under = values.stated(code), values.stated(declare_under)
        cells = self._cut(body)
        if self._is_whole(cells) and not self.explained[code, declare_under]:
            key = values.quoted_cell(code), values.quoted_cell(declare_under)
            self.noted.codes.setdefault(key if self._is_in_place(cells) else (values.HIDDEN, ""), _Seen("", row)).again(
                ""
            )

    def no_value(self, column: str, text: str, row: int) -> None:
        """Counts a word for nothing in one of the columns that a row is found by."""
        self.noted.no_values.setdefault((column, text), _Seen(text, row)).again(text)

    def findings(self, read: int, completed: int, titles: Sequence[int]) -> Iterator[tuple[Finding, int | None]]:
        """What there is to tell of a feed with so many rows, so many of them completed, and the row it is seen in
        first. ``titles``: rows above the header."""
        yield from ((Finding("ROW_NO_APPOINTMENT"), row) for row in titles)
        yield from self.noted.passed
        if not read:
            yield Finding("FEED_EMPTY"), None
        elif not completed:
            said = sorted(self.noted.not_completed.values(), key=lambda seen: (-seen.count, seen.text))
            words = ", ".join(f'"{seen.text.strip()}" {seen.count} ×' for seen in said[:5] if len(said) <= _MOST_WORDS)
            yield Finding("FEED_NOT_COMPLETED", "status", {"count": read, "found": words or "-"}), None
        for (column, text), seen in sorted(self.noted.no_values.items()):
            yield Finding("COLUMN_NO_VALUE", column, {"column": column, "found": text, "count": seen.count}), seen.row
        unknown = {word: seen for word, seen in sorted(self.noted.not_completed.items()) if self.statuses[word] is None}
        if len(unknown) > _MOST_WORDS:
            params: dict[str, object] = {"words": len(unknown), "count": sum(seen.count for seen in unknown.values())}
            yield Finding("STATUS_MANY_WORDS", "status", params), min(seen.row for seen in unknown.values())
            return
        for word, seen in unknown.items():
            if word:
                yield Finding("STATUS_UNKNOWN", "status", {"word": seen.text, "count": seen.count}), seen.row
            else:
                yield Finding("STATUS_EMPTY", "status", {"count": seen.count}), seen.row
        for (code, declare_under), seen in sorted(self.noted.codes.items()):
            if declare_under:
                params = {"code": declare_under, "count": seen.count}
                yield Finding("CODE_NOT_LINKED", "declare_under", params), seen.row
            else:
                params = {"code": code, "count": seen.count}
                yield Finding("CODE_NOT_LINKED", "code", params), seen.row

    def _cut(self, body: str) -> list[str]:
        """The cells of a row; of one that can't be cut, what could be read of them."""
        mark = body[:1]
        cells = body[1:].split(UNIT) if mark in (UNIT, BROKEN) else body.split(self._header.delimiter)
        if mark == BROKEN:
            code, *cells = cells
            if code != "ROW_CUT_OFF":
                return []
        return [cell.replace(NEWLINE, " ").strip() for cell in cells]

    def _no_appointment(self, cells: Sequence[str]) -> Finding | None:
        """What a row is that is clearly no appointment; None where it may be one.

        Its first filled cell reads as a title or a sum, few others are filled, and nothing stands where an appointment
        has its day, its patient, its status or a code that is known.
        """
        filled = [cell for cell in cells if cell]
        if not cells:
            return None
        folded = {place: cells[place].casefold() for place in self._names if place < len(cells) and cells[place]}
        if len(folded) > 2 and all(self._names[place] == cell for place, cell in folded.items()):
            return Finding("ROW_HEADER_AGAIN")
        if not any(map(str.isalnum, "".join(filled))):
            return Finding("ROW_NO_APPOINTMENT") if filled else None
        if len(filled) > _MOST_FILLED:
            return None
        first = filled[0].casefold()
        if not (_TOTALS.match(first) or _PROSE.search(first)):
            return None

        day, born, bsn, status = (self._cell(cells, column) for column in ("date", "birth_date", "bsn", "status"))
        if values.day(day) or values.day(born) or values.bsn(bsn):
            return None
        if self.statuses[status] is not None and status:
            return None
        return Finding("ROW_NO_APPOINTMENT")

    def _is_whole(self, cells: Sequence[str]) -> bool:
        """Whether a row has a cell for each name."""
        return len(cells) >= self._header.width and not any(cells[self._header.width :])

    def _is_in_place(self, cells: Sequence[str]) -> bool:
        """Whether the cells of a row stand under their names, as far as that can be seen: only then they are quoted."""
        day, born, bsn, sex = (self._cell(cells, column) for column in ("date", "birth_date", "bsn", "sex"))
        if (born and values.day(born) is None) or len(sex) > 12 or any(map(str.isalpha, bsn)):
            return False
        return values.day(day) is not None or not day

    def _cell(self, cells: Sequence[str], column: str) -> str:
        """A cell of a row; '' of a column that isn't there."""
        return cells[self._at[column]] if 0 <= self._at[column] < len(cells) else ""
