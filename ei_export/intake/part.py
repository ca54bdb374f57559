"""A part of a feed, read once by one process: its rows are looked at some at a time, column by column, as it costs a
third of that to ask something of many cells at once.

What was seen in the parts is put together by `ei_export.intake.gather`.
"""

from array import array
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from itertools import compress, count, repeat
from typing import Final, NamedTuple
from zlib import crc32

from attrs import Factory, define, frozen

from ..base.spool import UNIT, PairCheck, Partitions, Piles, Scratch
from ..ledger.buckets import BUCKETS
from .feed import BROKEN, PART, Header, Source
from .people import Meeter, Meetings
from .survey import Noted, Survey
from .values import NO_VALUES, stated

#: Rows looked at together: few enough that their cells stay at hand.
_TOGETHER: Final = 1_000
#: In the place of the bucket of a row that is no appointment.
NO_BUCKET: Final = 0xFFFF


@frozen
class Sought:
    """What is looked for in each part of a feed. ``watch`` for these appointment ids; ``key``: of the digests, None
    where nobody asks for them; ``is_dealt``: by bucket, whether its rows go in the partitions."""

    survey: Survey
    watch: frozenset[str]
    doubted: frozenset[str]
    is_complete: bool
    key: bytes | None
    is_dealt: Sequence[bool]
    progress: Callable[[int], None]

    def row_sum(self) -> Callable[[str], int]:
        """Tells what a row adds to the sum of its bucket, under this key."""
        start = blake2b(digest_size=16, salt=self.key or b"").copy

        def row_sum(body: str) -> int:
            row = start()
            row.update(body.encode())
            return int.from_bytes(row.digest())

        return row_sum


@define
class Part:
    """What was seen in one part of the feed. ``last`` is the number of its last row, ``read`` and ``completed`` count
    rows, ``dealt`` those in ``partitions``. ``ids`` and ``numbers`` are those of completed rows, by patient;
    ``watched`` appointment ids with the patients whose completed rows carry them, ``ended`` the same of other rows;
    ``orphans`` the trajectory numbers of rows without a patient; ``present`` all ids, where they are asked for.
    ``sums`` by bucket: what its rows come to, in whatever order; ``buckets``: the one of each row, two bytes each."""

    partitions: Partitions
    ids: PairCheck = Factory(lambda: PairCheck(Scratch()))
    numbers: PairCheck = Factory(lambda: PairCheck(Scratch()))
    meetings: Meetings = Factory(Meetings)
    buckets: Piles = Factory(lambda: Piles(1, Scratch()))
    last: int = 0
    read: int = 0
    completed: int = 0
    dealt: int = 0
    noted: Noted = Factory(Noted)
    watched: dict[str, set[str]] = Factory(dict)
    ended: dict[str, set[str]] = Factory(dict)
    orphans: set[str] = Factory(set)
    present: PairCheck = Factory(lambda: PairCheck(Scratch()))
    sums: list[int] = Factory(lambda: [0] * BUCKETS)

    @classmethod
    def of(cls, count: int) -> "Part":
        """One whose files are open, to be filled by another process if need be."""
        return cls(Partitions(count, file=Scratch()))

    def flush(self) -> None:
        """To be called now and then while rows are read."""
        self.ids.flush()
        self.numbers.flush()
        self.present.flush()
        self.meetings.flush()

    def add(self, other: "Part", rows: int) -> None:
        """Adds what was seen in a part that begins behind so many rows."""
        self.ids.adopt(other.ids)
        self.numbers.adopt(other.numbers)
        self.read += other.read
        self.completed += other.completed
        self.noted.add(other.noted, rows)
        for mine, theirs in ((self.watched, other.watched), (self.ended, other.ended)):
            for ident, patients in theirs.items():
                mine.setdefault(ident, set()).update(patients)
        self.orphans |= other.orphans
        self.present.adopt(other.present)
        self.sums = [*map(int.__add__, self.sums, other.sums)]


class Cells(NamedTuple):
    """The cells that rows are gathered by, column by column, '' for one that isn't there. Ids and patients are trimmed,
    and a patient that is a word for nothing is ''; ``took`` whether it took place, None where the status doesn't say;
    ``are_whole``: all these cells were there."""

    took: Sequence[bool | None]
    are_whole: Sequence[bool]
    are_broken: Sequence[bool]
    ids: Sequence[str]
    patients: Sequence[str]
    statuses: Sequence[str]
    bsns: Sequence[str]
    born: Sequence[str]
    sexes: Sequence[str]
    codes: Sequence[str]
    courses: Sequence[str]
    linked: Sequence[str]


class _Rows(NamedTuple):
    """Rows of a part, column by column: number, body, CRC-32 of the patient and its bucket, and the cells."""

    numbers: Sequence[int]
    bodies: Sequence[str]
    crcs: Sequence[int]
    buckets: Sequence[int]
    cells: Cells

    def where(self, wanted: Sequence[object]) -> "_Rows":
        """Those of which this is true."""
        if all(wanted):
            return self
        *columns, cells = self
        own = ([*compress(column, wanted)] for column in columns)
        return _Rows._make([*own, Cells._make([*compress(column, wanted)] for column in cells)])


class Cutter:
    """Cuts rows as far as the columns they are gathered by."""

    _NEEDED: Final = ("appointment_id", "patient_id", "status", "bsn", "birth_date", "sex", "code")
    _OPTIONAL: Final = ("trajectory_id", "declare_under")

    def __init__(self, header: Header, statuses: Mapping[str, bool | None]) -> None:
        self._places = [header.at[column] for column in self._NEEDED]
        self._places += (header.at.get(column, -1) for column in self._OPTIONAL)
        self._most = max(self._places) + 1
        self._delimiter = header.delimiter
        self._statuses = statuses

    def rows(self, numbers: Sequence[int], bodies: Sequence[str]) -> _Rows:
        """These rows, of which there is one at least."""
        cells = self.cells(bodies)
        crcs = [*map(crc32, map(str.encode, cells.patients))]
        return _Rows(numbers, bodies, crcs, [crc % BUCKETS for crc in crcs], cells)

    def cells(self, bodies: Sequence[str]) -> Cells:
        """What is in these rows, of which there is one at least."""
        cut = [body.split(self._delimiter, self._most) for body in bodies]
        are_whole: Sequence[bool] = (True,) * len(cut)
        are_broken: Sequence[bool] = (False,) * len(cut)
        if min(bodies) < " " or min(map(len, cut)) < self._most:
            cut = [*map(self._cut, bodies)]
            are_whole = [len(cells) >= self._most for cells in cut]
            are_broken = [body[:1] == BROKEN for body in bodies]
            cut = [*map(self._filled, cut)]
        columns = [*zip(*cut), ("",) * len(cut)]  # noqa: B905 - as many as all have; at -1 what no row has
        ids, patients, statuses, *others = (columns[place] for place in self._places)
        patients = tuple(map(str.strip, patients))
        if not NO_VALUES.isdisjoint(patients):
            patients = tuple("" if patient in NO_VALUES else patient for patient in patients)
        took = [*map(self._statuses.__getitem__, statuses)]
        ids = tuple(map(str.strip, ids))
        return Cells(took, are_whole, are_broken, ids, patients, statuses, *others)

    def _cut(self, body: str) -> list[str]:
        """At least the cells up to ``most``, as far as there are so many."""
        mark = body[:1]
        if mark == UNIT:
            return body[1:].split(UNIT)
        if mark == BROKEN:
            return body.split(UNIT)[1:]
        return body.split(self._delimiter, self._most)

    def _filled(self, cells: list[str]) -> list[str]:
        """The cells, with empty ones for those that are missing; a row that ends before its status says no more than
        whose it is."""
        filled = [*cells, *[""] * (self._most - len(cells))]
        ident, patient, status, *_ = self._places
        if len(cells) <= max(ident, patient, status):
            filled[ident] = filled[status] = ""
        return filled


class _Reading:
    """A part of the feed that is being read."""

    def __init__(self, header: Header, part: Part, sought: Sought) -> None:
        self._part: Final = part
        self._sought: Final = sought
        self._survey: Final = sought.survey.of_part()
        part.noted = self._survey.noted
        self._cutter: Final = Cutter(header, self._survey.statuses)
        self._meeter: Final = Meeter(header, sought.doubted, self._survey.meant, part.meetings)
        self._blank: Final = f"{UNIT}{header.delimiter} \t\xa0"
        self._row_sum: Final = sought.row_sum()

    def look_at(self, first: int, bodies: Sequence[str]) -> None:
        """Looks at rows from this number on."""
        part = self._part
        rows = self._cutter.rows(range(first, first + len(bodies)), bodies)
        cells, buckets = rows.cells, rows.buckets
        if not (all(cells.took) and all(cells.patients)):
            found = zip(rows.numbers, bodies, cells.ids, cells.patients, cells.statuses, cells.took, strict=True)
            are_appointments = [self._is_appointment(*row) for row in found]
            rows = rows.where(are_appointments)
            cells = rows.cells
            buckets = [b if is_one else NO_BUCKET for b, is_one in zip(buckets, are_appointments, strict=True)]
        part.buckets.put(0, array("H", buckets).tobytes())
        part.read += len(rows.bodies)
        if self._sought.key is not None:
            for bucket, added in zip(rows.buckets, map(self._row_sum, rows.bodies), strict=True):
                part.sums[bucket] += added
        part.dealt += _deal(rows.where([*map(self._sought.is_dealt.__getitem__, rows.buckets)]), part.partitions)
        if self._sought.is_complete:
            part.present.add_hashed(zip(map(hash, filter(None, cells.ids)), repeat(0)))
        if not (all(cells.took) and all(cells.patients)) or any(cells.are_broken):
            seen = zip(cells.are_broken, cells.ids, cells.patients, cells.courses, cells.took, strict=True)
            rows = rows.where([self._is_completed(*row) for row in seen])
        part.completed += len(rows.bodies)
        self._meet(rows)
        self._note_ids(rows)

    def _is_appointment(self, number: int, body: str, ident: str, patient: str, status: str, took: bool | None) -> bool:
        """Whether a row is one that counts: not blank, nor clearly something else."""
        if not patient and not ident and not body.strip(self._blank):
            return False
        return bool(took) or not self._survey.passes_over(body, number, status)

    def _is_completed(self, is_broken: bool, ident: str, patient: str, course: str, took: bool | None) -> bool:
        """Whether a row is an appointment of somebody that took place; notes what else is to be known of it. Of one
        that is broken the cells may be shifted."""
        if is_broken or (took and patient):
            return not is_broken
        if took and course.strip():
            self._part.orphans.add(stated(course.strip()))
        elif not took and patient and ident in self._sought.watch:
            self._part.ended.setdefault(ident, set()).add(patient)
        return False

    def _meet(self, rows: _Rows) -> None:
        """Notes of completed rows who they are about, their trajectory numbers, and the codes that nobody explained."""
        cells, met, explained, numbers = rows.cells, self._meeter.met, self._survey.explained, []
        said = [*zip(cells.patients, cells.bsns, cells.born, cells.sexes, cells.courses, strict=True)]
        for place, hashed in [(at, hashed) for at, hashed in enumerate(map(hash, said)) if hashed not in met]:
            if is_whole := cells.are_whole[place]:
                self._meeter.meet(said[place][:4], rows.bodies[place])
            if (number := cells.courses[place].strip()) in NO_VALUES:
                self._survey.no_value("trajectory_id", number, rows.numbers[place])
                continue
            if number:
                numbers.append((hash(number), rows.crcs[place]))
            if is_whole:
                met.add(hashed)
        self._part.numbers.add_hashed(numbers)
        if not all(map(explained.__getitem__, zip(cells.codes, cells.linked, strict=True))):
            for place, written in enumerate(zip(cells.codes, cells.linked, strict=True)):
                if cells.are_whole[place] and not explained[written]:
                    self._survey.not_explained(rows.bodies[place], rows.numbers[place], *written)

    def _note_ids(self, rows: _Rows) -> None:
        """Notes whose completed rows are."""
        rows = rows.where(rows.cells.ids)
        ids, patients = rows.cells.ids, rows.cells.patients
        self._part.ids.add_hashed(zip(map(hash, ids), rows.crcs, strict=True))
        if not self._sought.watch.isdisjoint(ids):
            for ident, patient in zip(ids, patients, strict=True):
                if ident in self._sought.watch:
                    self._part.watched.setdefault(ident, set()).add(patient)


def _deal(rows: _Rows, partitions: Partitions) -> int:
    """Puts rows in the partitions, and says how many they are."""
    held = partitions.held
    for patient, body, number, bucket in zip(rows.cells.patients, rows.bodies, rows.numbers, rows.buckets, strict=True):
        held[bucket % len(held)].append(f"{patient}{PART}{body}{PART}{number}")
    partitions.grew(sum(map(len, rows.bodies)))
    return len(rows.bodies)


def read(source: Source, part: Part, sought: Sought) -> Part:
    """Reads a part of the feed."""
    reading = _Reading(source.header, part, sought)
    row = source.first_row
    for bodies in source.bodies():
        for start in range(0, len(bodies), _TOGETHER):
            some = bodies[start : start + _TOGETHER]
            reading.look_at(row, some)
            row += len(some)
        part.flush()
        sought.progress(part.read)
    part.last = row - 1
    return part


def deal(is_changed: bytes, source: Source, part: Part, sought: Sought) -> tuple[Partitions, int, Mapping[int, int]]:
    """Reads a part of the feed once more, for the rows of buckets that turned out to have changed; also how many they
    are, and the sum of each bucket."""
    cutter = Cutter(source.header, sought.survey.statuses)
    buckets = array("H", part.buckets.take(0))
    row_sum, sums = sought.row_sum(), dict[int, int]()
    row, dealt = source.first_row, 0
    first = row
    for bodies in source.bodies():
        here = buckets[row - first : row - first + len(bodies)]
        wanted = [*map(is_changed.__getitem__, here)]
        if any(wanted):
            rows = cutter.rows([*compress(count(row), wanted)], [*compress(bodies, wanted)])
            dealt += _deal(rows, part.partitions)
            for bucket, body in zip(rows.buckets, rows.bodies, strict=True):
                sums[bucket] = sums.get(bucket, 0) + row_sum(body)
        row += len(bodies)
    return part.partitions, dealt, sums
