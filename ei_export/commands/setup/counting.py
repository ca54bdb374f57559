"""One pass over a feed: how often each word, code and insurer stands there, by what a run takes them for."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from attrs import Factory, define, frozen

from ...base.spool import UNIT
from ...intake import AnyFeed
from ...intake.feed import BROKEN, NEWLINE
from ...intake.meanings import meant
from ...intake.person import WORDS
from ...intake.survey import Noted, Survey
from ...intake.values import day, stated, uzovi
from ...judging.rules import Rules
from ...settings import InputSettings
from ...zorg1.resolution import Resolution, Resolutions

#: More different values of a column are none that anybody would link one by one; what comes after them isn't counted.
MOST_VALUES: Final = 500
#: More different kinds of rows than these no practice has: the columns are linked the wrong way round.
_MOST_KINDS: Final = 200_000
_TOGETHER: Final = 1_000
_KIND: Final = ("status", "code", "declare_under", "uzovi")


@frozen
class Kind:
    """What rows have in common: their texts as they are meant, ``uzovi`` 4 digits where it is a number; ``took_place``
    None where the ``status`` doesn't say."""

    took_place: bool | None
    status: str
    code: str
    declare_under: str
    uzovi: str


@define
class RowDays:
    """How many rows there are, and their first and last day of care."""

    count: int = 0
    first: date = date.max
    last: date = date.min

    def add(self, other: "RowDays") -> None:
        self.count += other.count
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)

    def add_rows(self, count: int, day: date | None) -> None:
        """So many more rows of a day, or of one that can't be read."""
        self.count += count
        if day is not None:
            self.first, self.last = min(self.first, day), max(self.last, day)


@frozen
class Group:
    """Rows of a kind that mean the same on their days, which are among those from ``since`` through ``until``."""

    kind: Kind
    resolution: Resolution
    days: RowDays
    since: date
    until: date


@define
class Counted:
    """What a feed holds. ``rows`` that are appointments, of which ``broken`` couldn't be cut into cells; ``filled``
    cells by the place of their column; ``values`` by column (of `WORDS`) how often each stands there, None where they
    are more than `MOST_VALUES`; ``noted``: what a run would tell of the feed; ``is_cut_off``: there are more kinds of
    rows than are counted."""

    noted: Noted
    rows: int = 0
    broken: int = 0
    filled: list[int] = Factory(list)
    groups: list[Group] = Factory(list)
    values: dict[str, Counter[str] | None] = Factory(dict)
    is_cut_off: bool = False


def count(feed: AnyFeed, settings: InputSettings, rules: Rules, progress: Callable[[str, int], None]) -> Counted:
    """Reads a feed once, as a stream; ``progress`` is told of rows. Raises InputError."""
    counting = _Counting(feed, settings, rules)
    number = feed.source.first_row
    for bodies in feed.source.bodies():
        for start in range(0, len(bodies), _TOGETHER):
            some = bodies[start : start + _TOGETHER]
            counting.look_at(number, some)
            number += len(some)
        progress("read", counting.counted.rows)
    return counting.finished()


class _Counting:
    def __init__(self, feed: AnyFeed, settings: InputSettings, rules: Rules) -> None:
        header = feed.source.header
        self._width, self._delimiter, self._at = header.width, header.delimiter, header.at
        self._survey = Survey(settings, header, rules.resolver.is_explained)
        self._resolver, self._meant = rules.resolver, settings.values
        self._kinds: dict[tuple[str, ...], tuple[Kind, Resolutions, dict[int, RowDays]]] = {}
        columns = [column for column in WORDS if column in header.at]
        self.counted = Counted(self._survey.noted, filled=[0] * header.width, values={c: Counter() for c in columns})

    def look_at(self, first: int, bodies: Sequence[str]) -> None:
        """Looks at rows from this number on."""
        counted, width, statuses = self.counted, self._width, self._survey.statuses
        status = self._at.get("status", -1)
        rows: list[Sequence[str]] = []
        seen: list[tuple[int, str]] = []
        for number, body in enumerate(bodies, first):
            cells = self._cut(body)
            if len(cells) != width or status < 0 or not statuses[cells[status]]:  # else it is a completed appointment
                if not "".join(cells).strip() or self._is_passed_over(body, number, cells):
                    continue
                if len(cells) < width or any(map(str.strip, cells[width:])):
                    counted.broken += 1
                    counted.rows += 1
                    continue
                cells = cells[:width]
            rows.append(cells)
            seen.append((number, body))
        counted.rows += len(rows)
        if rows:
            columns = [*zip(*rows, strict=True)]
            self._note(seen, columns)
            self._count(columns)

    def _cut(self, body: str) -> Sequence[str]:
        mark = body[:1]
        if mark == UNIT:
            return body[1:].replace(NEWLINE, " ").split(UNIT)
        if mark == BROKEN:
            return [body]
        return body.split(self._delimiter)

    def _cell(self, cells: Sequence[str], column: str) -> str:
        place = self._at.get(column, -1)
        return cells[place] if 0 <= place < len(cells) else ""

    def _is_passed_over(self, body: str, number: int, cells: Sequence[str]) -> bool:
        status = self._cell(cells, "status")
        return not self._survey.statuses[status] and self._survey.passes_over(body, number, status)

    def _note(self, seen: Sequence[tuple[int, str]], columns: Sequence[Sequence[str]]) -> None:
        """Notes the codes of completed appointments that nobody explained."""
        statuses, explained = self._survey.statuses, self._survey.explained
        codes, linked = self._column(columns, "code"), self._column(columns, "declare_under")
        if all(map(explained.__getitem__, zip(codes, linked, strict=True))):
            return
        said = self._column(columns, "status")
        for (number, body), status, *written in zip(seen, said, codes, linked, strict=True):
            if statuses[status] and not explained[written[0], written[1]]:
                self._survey.not_explained(body, number, *written)

    def _column(self, columns: Sequence[Sequence[str]], name: str) -> Sequence[str]:
        """A column; of one that isn't there as many empty cells."""
        return columns[self._at[name]] if name in self._at else ("",) * len(columns[0])

    def _count(self, columns: Sequence[Sequence[str]]) -> None:
        """Counts rows, column by column."""
        counted = self.counted
        counted.filled = [n + len(cells) - cells.count("") for n, cells in zip(counted.filled, columns, strict=True)]
        for column, seen in counted.values.items():
            if seen is not None:
                seen.update(columns[self._at[column]])
                if len(seen) > MOST_VALUES:
                    counted.values[column] = None
        wanted = (self._column(columns, name) for name in (*_KIND, "date"))
        for (*texts, on), times in Counter(zip(*wanted, strict=True)).items():
            found = self._kinds.get(key := tuple(texts))
            if found is None:
                if len(self._kinds) >= _MOST_KINDS:
                    counted.is_cut_off = True
                    continue
                found = self._kinds[key] = self._read(key)
            _, periods, by_period = found
            on_day = day(on.strip())
            place = -1 if on_day is None else periods.place(on_day)
            (by_period.get(place) or by_period.setdefault(place, RowDays())).add_rows(times, on_day)

    def _read(self, texts: tuple[str, ...]) -> tuple[Kind, Resolutions, dict[int, RowDays]]:
        status, *said = map(str.strip, texts)
        code, linked, insurer = (meant(self._meant, name, text) for name, text in zip(_KIND[1:], said, strict=True))
        code, linked, insurer = stated(code), stated(linked), uzovi(insurer) or insurer
        kind = Kind(self._survey.statuses[status], status, code, linked, insurer)
        return kind, self._resolver.periods(code, linked, insurer), {}

    def finished(self) -> Counted:
        """What was counted, once all was looked at."""
        self.counted.groups = [
            Group(kind, periods.resolutions[max(place, 0)], days, *periods.span(max(place, 0)))
            for kind, periods, by_period in self._kinds.values()
            for place, days in by_period.items()
        ]
        return self.counted
