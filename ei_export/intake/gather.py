"""Brings the rows of each patient together, whatever their order in the feed, without holding the feed in memory.

The feed is cut in parts, one for each process, and what was seen in them is put together as if one had read it all. Of
patients for whom nothing is to be done the rows are only counted: see `ei_export.ledger.buckets`.
"""

from array import array
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from hashlib import blake2b
from itertools import accumulate, compress, count
from types import MappingProxyType
from typing import Final, TypeVar
from zlib import crc32

from attrs import Factory, define, frozen

from ..base.problems import Finding, InputError
from ..base.processes import Helper, cores
from ..base.spool import UNIT, PairCheck, Partitions, Piles, Scratch
from ..ledger.buckets import BUCKETS, bucket_of
from .feed import BROKEN, PART, Header, Source
from .people import Meeter, Meetings, People
from .survey import Noted, Survey
from .values import NO_VALUES, stated

_BYTES_A_PARTITION: Final = 4 << 20
_MOST_PARTITIONS: Final = 128
#: Bytes of a feed that are worth a process of their own.
WORTH_A_PROCESS: Final = 4 << 20
#: In the place of the bucket of a row that is no appointment.
_NONE: Final = 0xFFFF
_NOTHING: Final[Mapping[int, bytes]] = MappingProxyType({})

#: A row as it was gathered: its body (see :mod:`.feed`) and its number.
GatheredRow = tuple[str, int]

T = TypeVar("T")


@frozen
class Gathered:
    """The feed by patient, and what can only be seen across patients: hashes (of this process) of the appointment ids
    and trajectory numbers that completed rows of more than one patient carry. ``rows`` in it, of which ``left`` are of
    patients who may have something to do; ``count`` of partitions; ``settled`` are the buckets that are done with.

    ``watched`` appointment ids with the patients whose completed rows carry them, in this feed or else when last tried;
    ``orphans`` the trajectory numbers of rows without a patient; ``contested`` those that more than one patient has in
    appointments to be tried again; ``present`` hashes of the feed's ids, None where what it lacks says nothing;
    ``people`` those whom rows of several patients are about; ``told``: what there is to tell of the feed as a whole,
    each with the first row it is seen in."""

    header: Header
    rows: int
    left: int
    count: int
    settled: Collection[int]
    shared_appointments: frozenset[int]
    shared_numbers: frozenset[int]
    watched: Mapping[str, frozenset[str]]
    orphans: frozenset[str]
    contested: frozenset[str]
    present: Collection[int] | None
    people: People
    told: Sequence[tuple[Finding, int | None]]
    _dealt: Sequence[tuple[Partitions, int]]
    _sums: Sequence[int]
    _key: bytes | None

    def digest(self, bucket: int) -> bytes:
        """Of the rows of a bucket, in any order."""
        return _digest(self._key, self._sums[bucket])

    def patients(self, partition: int) -> dict[str, list[GatheredRow]]:
        """The rows of the patients in one partition, by patient; to be asked once."""
        patients: dict[str, list[GatheredRow]] = {}
        for partitions, before in self._dealt:
            for line in partitions.take(partition):
                patient, body, row = line.split(PART)
                if (rows := patients.get(patient)) is None:
                    patients[patient] = [(body, int(row) + before)]
                else:
                    rows.append((body, int(row) + before))
        if self.settled:
            for patient in [patient for patient in patients if bucket_of(patient) in self.settled]:
                del patients[patient]
        return patients


def partition_of(patient_id: str, count: int) -> int:
    """Where a patient's rows are: those of a bucket are together."""
    return bucket_of(patient_id) % count


@frozen
class _Sought:
    """What is looked for in each part of a feed. ``watch`` for these appointment ids; ``key``: of the digests, None
    where nobody asks for them; ``is_dealt``: by bucket, whether its rows go in the partitions."""

    survey: Survey
    watch: frozenset[str]
    doubted: frozenset[str]
    is_complete: bool
    key: bytes | None
    is_dealt: Sequence[bool]
    progress: Callable[[int], None]

    def row_sum(self, body: str) -> int:
        """What a row adds to the sum of its bucket, under this key."""
        return int.from_bytes(blake2b(body.encode(), digest_size=16, salt=self.key or b"").digest())


@define
class _Part:
    """What was seen in one part of the feed. ``last`` is the number of its last row, ``read`` and ``completed`` count
    rows, ``dealt`` those in ``partitions``. ``ids`` and ``numbers`` are those of completed rows, by patient;
    ``watched`` appointment ids with the patients whose completed rows carry them, ``ended`` the same of other rows.
    ``sums`` by bucket: what its rows come to, in whatever order; ``buckets``: the one of each row, two bytes each."""

    partitions: Partitions
    ids: PairCheck = Factory(lambda: PairCheck(Scratch()))
    numbers: PairCheck = Factory(lambda: PairCheck(Scratch()))
    meetings: Meetings = Factory(lambda: Meetings(PairCheck(Scratch()), PairCheck(Scratch())))
    buckets: Piles = Factory(lambda: Piles(1, Scratch()))
    last: int = 0
    read: int = 0
    completed: int = 0
    dealt: int = 0
    noted: Noted = Factory(Noted)
    watched: dict[str, set[str]] = Factory(dict)
    ended: dict[str, set[str]] = Factory(dict)
    orphans: set[str] = Factory(set)
    present: set[int] = Factory(set)
    sums: list[int] = Factory(lambda: [0] * BUCKETS)

    @classmethod
    def of(cls, count: int) -> "_Part":
        """One whose files are open, to be filled by another process if need be."""
        return cls(Partitions(count, file=Scratch()))

    def add(self, other: "_Part", rows: int) -> None:
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
        self.present |= other.present
        self.sums = [*map(int.__add__, self.sums, other.sums)]


class _Cutter:
    """Cuts rows as far as the columns they are gathered by."""

    def __init__(self, header: Header) -> None:
        at = header.at
        self.id, self.patient, self.status = (at[c] for c in ("appointment_id", "patient_id", "status"))
        self.bsn, self.born, self.sex, self.code = (at[c] for c in ("bsn", "birth_date", "sex", "code"))
        self.number, self.linked = at.get("trajectory_id", -1), at.get("declare_under", -1)
        self.delimiter = header.delimiter
        own = (self.id, self.patient, self.status, self.bsn, self.born, self.sex, self.code, self.number, self.linked)
        self.most = max(own) + 1

    def cut(self, body: str) -> list[str]:
        """At least the cells up to ``most``, as far as there are so many."""
        mark = body[:1]
        if mark == UNIT:
            return body[1:].split(UNIT)
        if mark == BROKEN:
            return body.split(UNIT)[1:]
        return body.split(self.delimiter, self.most)

    def patient_of(self, cells: Sequence[str]) -> str:
        """The patient number, or ''."""
        patient = cells[self.patient].strip() if len(cells) > self.patient else ""
        return "" if patient in NO_VALUES else patient


def gather(
    source: Source,
    size: int,
    survey: Survey,
    pending: Iterable[tuple[str, str, str]],
    progress: Callable[[int], None],
    doubted: Iterable[str] = (),
    *,
    is_complete: bool = False,
    key: bytes | None = None,
    settled: Mapping[int, bytes] = _NOTHING,
) -> Gathered:
    """Reads the whole feed. ``size`` of the feed in bytes, ``survey`` takes down what nobody explained,
    ``pending`` what earlier feeds left to be tried again: appointment id, patient and trajectory number; without a
    patient an appointment that is only to be watched; ``doubted`` patients that are somebody else
    by what another patient's rows said; ``is_complete``: what the feed lacks is to be seen; ``key`` of the digests;
    ``settled``: the buckets that are done with where they have this digest.

    Raises InputError.
    """
    waiting = list(pending)
    partitions = max(1, min(_MOST_PARTITIONS, size // _BYTES_A_PARTITION))
    if partitions > 1:
        partitions += -partitions % cores()  # as many for each process
    sought = _Sought(
        survey,
        frozenset(ident for ident, _, _ in waiting),
        frozenset(doubted),
        is_complete,
        key,
        [not source.is_lasting or bucket not in settled for bucket in range(BUCKETS)],
        progress,
    )
    sources = source.parts(min(cores(), size // WORTH_A_PROCESS))
    parts = _in_parts(_read, sources, [_Part.of(partitions) for _ in sources], sought)
    behind = [0, *accumulate(part.last for part in parts)]
    whole = parts[0]
    people = People([part.meetings for part in parts], sought.doubted)
    for part, rows in zip(parts[1:], behind[1:], strict=False):
        whole.add(part, rows)
    same = {bucket for bucket, digest in settled.items() if _digest(key, whole.sums[bucket]) == digest}
    if source.is_lasting and (changed := settled.keys() - same):
        _deal_changed(sources, parts, sought, changed)
    survey.noted.add(whole.noted, 0)
    whose, contested = _whose(waiting, whole)
    orphans = {number for _, patient, number in waiting if number and not patient} | whole.orphans
    return Gathered(
        header=source.header,
        rows=whole.read,
        left=sum(part.dealt for part in parts),
        count=partitions,
        settled=same,
        shared_appointments=whole.ids.conflicts(),
        shared_numbers=whole.numbers.conflicts(),
        watched=whose,
        orphans=frozenset(orphans) - {""},
        contested=contested,
        present=whole.present if is_complete and whole.completed else None,
        people=people,
        told=tuple(survey.findings(whole.read, whole.completed, source.titles)),
        dealt=[(part.partitions, rows) for part, rows in zip(parts, behind, strict=False)],
        sums=whole.sums,
        key=key,
    )


def _in_parts(
    work: Callable[[Source, _Part, _Sought], T], sources: Sequence[Source], parts: Sequence[_Part], sought: _Sought
) -> list[T]:
    """What ``work`` gives for each part of a feed: of the first in this process, of each other in one of its own."""
    with ExitStack() as cleaning:
        others = zip(sources[1:], parts[1:], strict=True)
        helpers = [cleaning.enter_context(Helper(partial(work, source, part, sought))) for source, part in others]
        return [work(sources[0], parts[0], sought), *(helper.result() for helper in helpers)]


def _read(source: Source, part: _Part, sought: _Sought) -> _Part:
    """Reads a part of the feed."""
    cutter = _Cutter(source.header)
    cut, delimiter, most = cutter.cut, cutter.delimiter, cutter.most
    at_id, at_patient, at_status, at_number = cutter.id, cutter.patient, cutter.status, cutter.number
    at_bsn, at_born, at_sex, at_code, at_linked = cutter.bsn, cutter.born, cutter.sex, cutter.code, cutter.linked
    #: Whoever has one number only is met once.
    at_course = at_number if at_number >= 0 else at_patient
    blank = f"{UNIT}{delimiter} \t\xa0"
    survey = sought.survey.of_part()
    part.noted = survey.noted
    is_completed, explained = survey.statuses, survey.explained
    meeter = Meeter(source.header, sought.doubted, survey.meant, part.meetings)
    met = meeter.met
    held = part.partitions.held
    piles = [held[bucket % len(held)] if is_dealt else None for bucket, is_dealt in enumerate(sought.is_dealt)]
    id_parts, id_mask = part.ids.parts, part.ids.mask
    watch, key, sums, present = sought.watch, sought.key, part.sums, part.present
    is_complete, row_sum = sought.is_complete, sought.row_sum
    row, read, completed, dealt = source.first_row - 1, 0, 0, 0

    def note_number(cells: Sequence[str], code: int) -> bool:
        """Notes the trajectory number of a completed row; whether the next one like it says nothing more."""
        number = cells[at_number].strip() if 0 <= at_number < len(cells) else ""
        if number in NO_VALUES:
            if number:
                survey.no_value("trajectory_id", number, row)
            return not number
        part.numbers.add_hashed(hash(number), code)
        return True

    for bodies in source.bodies():
        characters = 0
        buckets = array("H")
        for body in bodies:
            row += 1
            if body >= " ":
                cells = body.split(delimiter, most)
            elif body:
                cells = cut(body)
            else:
                buckets.append(_NONE)
                continue
            try:
                patient, ident, status = cells[at_patient].strip(), cells[at_id].strip(), cells[at_status]
            except IndexError:
                patient, ident, status = cutter.patient_of(cells), "", ""
            if patient in NO_VALUES:
                patient = ""
            if not patient and not ident and not body.strip(blank):
                buckets.append(_NONE)
                continue
            took_place = is_completed[status]
            if not took_place and survey.passes_over(body, row, status):
                buckets.append(_NONE)
                continue
            read += 1
            code = crc32(patient.encode())
            bucket = code % BUCKETS
            buckets.append(bucket)
            if key is not None:
                sums[bucket] += row_sum(body)
            if (pile := piles[bucket]) is not None:
                pile.append(f"{patient}{PART}{body}{PART}{row}")
                dealt += 1
                characters += len(body)
            if is_complete and ident:
                present.add(hash(ident))
            if body < "\x01":
                continue  # broken: its cells may be shifted
            if not patient:
                if took_place and 0 <= at_number < len(cells) and cells[at_number].strip():
                    part.orphans.add(stated(cells[at_number].strip()))
            elif took_place:
                completed += 1
                if len(cells) >= most:
                    hashed = hash((patient, cells[at_bsn], cells[at_born], cells[at_sex], cells[at_course]))
                    if hashed not in met:
                        meeter.meet((patient, cells[at_bsn], cells[at_born], cells[at_sex]), body)
                        if note_number(cells, code):
                            met.add(hashed)
                    written = cells[at_code], cells[at_linked] if at_linked >= 0 else ""
                    if not explained[written]:
                        survey.not_explained(body, row, *written)
                else:
                    note_number(cells, code)
                if ident:
                    hashed = hash(ident)
                    pairs = id_parts[hashed & id_mask]
                    pairs.append(hashed)
                    pairs.append(code)
                    if watch and ident in watch:
                        part.watched.setdefault(ident, set()).add(patient)
            elif watch and ident in watch:
                part.ended.setdefault(ident, set()).add(patient)
        part.buckets.put(0, buckets.tobytes())
        part.partitions.grew(characters)
        part.ids.flush()
        part.numbers.flush()
        part.meetings.flush()
        sought.progress(read)
    part.last, part.read, part.completed, part.dealt = row, read, completed, dealt
    return part


def _deal_changed(sources: Sequence[Source], parts: Sequence[_Part], sought: _Sought, changed: Collection[int]) -> None:
    """Reads the feed again, for the rows of buckets that turned out to have changed. Raises InputError where the feed
    is no longer what it was."""
    is_changed = bytes(bucket in changed for bucket in range(BUCKETS)).ljust(_NONE + 1, b"\0")
    dealt = _in_parts(partial(_deal, is_changed), sources, parts, sought)
    for part, (partitions, rows, _) in zip(parts, dealt, strict=True):
        part.partitions = partitions
        part.dealt += rows
    for bucket in changed:
        if sum(sums.get(bucket, 0) for _, _, sums in dealt) != parts[0].sums[bucket]:
            raise InputError("INPUT_CHANGED")


def _deal(is_changed: bytes, source: Source, part: _Part, sought: _Sought) -> tuple[Partitions, int, Mapping[int, int]]:
    """Deals the rows of changed buckets; also how many they are, and the sum of each bucket."""
    cutter, partitions = _Cutter(source.header), part.partitions
    buckets = array("H", part.buckets.take(0))
    sums: dict[int, int] = {}
    row, rows = source.first_row, 0
    first = row
    for bodies in source.bodies():
        here = buckets[row - first : row - first + len(bodies)]
        characters = 0
        wanted = map(is_changed.__getitem__, here)
        for number, body, bucket in compress(zip(count(row), bodies, here, strict=False), wanted):
            patient = cutter.patient_of(cutter.cut(body))
            partitions.held[bucket % len(partitions.held)].append(f"{patient}{PART}{body}{PART}{number}")
            sums[bucket] = sums.get(bucket, 0) + sought.row_sum(body)
            characters += len(body)
            rows += 1
        partitions.grew(characters)
        row += len(bodies)
    return partitions, rows, sums


def _digest(key: bytes | None, total: int) -> bytes:
    """Of the rows of a bucket, by their sum; also of none."""
    return blake2b(str(total).encode(), digest_size=16, salt=key or b"").digest()


def _whose(
    waiting: Sequence[tuple[str, str, str]], whole: _Part
) -> tuple[Mapping[str, frozenset[str]], frozenset[str]]:
    """Whose the watched appointments are, and the numbers that more than one patient has in what is to be tried
    again."""
    seen = {ident: frozenset(patients) for ident, patients in (whole.ended | whole.watched).items()}
    users: dict[str, set[str]] = {}
    heard: dict[str, set[str]] = {}
    for ident, patient, number in waiting:
        if number and patient and ident not in seen:  # what the feed brings anew, says for itself
            users.setdefault(number, set()).add(patient)
        if patient:
            heard.setdefault(ident, set()).add(patient)
    contested = frozenset(number for number, patients in users.items() if len(patients) > 1)
    return {ident: frozenset(patients) for ident, patients in heard.items()} | seen, contested
