"""Brings the rows of each patient together, whatever their order in the feed, without holding the feed in memory.

The feed is cut in parts, one for each process, and what was seen in them is put together as if one had read it all. Of
patients for whom nothing is to be done the rows are only counted: see `ei_export.ledger.buckets`.
"""

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from hashlib import blake2b
from itertools import accumulate
from types import MappingProxyType
from typing import Final, Protocol, TypeVar
from zlib import crc32

from attrs import evolve, frozen

from ..base.problems import Finding, InputError
from ..base.processes import Helper, cores
from ..ledger.buckets import BUCKETS, bucket_of
from .feed import PART, Header, Source
from .part import NO_BUCKET, Part, Sought, deal, read
from .people import People
from .survey import Survey

_BYTES_A_PARTITION: Final = 4 << 20
_MOST_PARTITIONS: Final = 128
#: Bytes of a feed that are worth a process of their own.
WORTH_A_PROCESS: Final = 4 << 20
_NOTHING: Final[Mapping[int, bytes]] = MappingProxyType({})

#: A row as it was gathered: its body (see :mod:`.feed`) and its number.
GatheredRow = tuple[str, int]

T = TypeVar("T")


class _Lines(Protocol):
    """Lines by the partition they are in."""

    def take(self, index: int, /) -> Iterable[str]: ...


@frozen
class Gathered:
    """The feed by patient, and what can only be seen across patients: hashes (of this process) of the appointment ids
    and trajectory numbers that completed rows of more than one patient carry. ``rows`` in it, of which ``left`` are of
    patients who may have something to do; ``count`` of partitions; ``settled`` are the buckets that are done with.

    ``_sharing``: the CRCs of the patients whose trajectory number is another's too.

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
    _sharing: frozenset[int]
    watched: Mapping[str, frozenset[str]]
    orphans: frozenset[str]
    contested: frozenset[str]
    present: Container[int] | None
    people: People
    told: Sequence[tuple[Finding, int | None]]
    _dealt: Sequence[tuple[_Lines, int]]
    _sums: Sequence[int]
    _key: bytes | None

    def digest(self, bucket: int) -> bytes:
        """Of the rows of a bucket, in any order."""
        return _digest(self._key, self._sums[bucket])

    @property
    def whole_digest(self) -> bytes:
        """Of all rows, in any order."""
        return blake2b(repr(self._sums).encode(), digest_size=16, salt=self._key or b"").digest()

    def shares_number(self, patient_id: str) -> bool:
        """Whether another patient of the feed has a trajectory number of this one too."""
        return crc32(patient_id.encode()) in self._sharing

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

    def numbered(self, numbers: Sequence[int]) -> "Gathered":
        """The same, where the rows were picked from a feed in which they have these numbers."""
        return evolve(self, dealt=[(_Numbered(partitions, numbers), before) for partitions, before in self._dealt])


@frozen
class _Numbered:
    """The lines of partitions, with other numbers for their rows."""

    _partitions: _Lines
    _numbers: Sequence[int]

    def take(self, index: int) -> Iterator[str]:
        for line in self._partitions.take(index):
            said, part, row = line.rpartition(PART)
            yield f"{said}{part}{self._numbers[int(row) - 1]}"


def partition_of(patient_id: str, count: int) -> int:
    """Where a patient's rows are: those of a bucket are together."""
    return bucket_of(patient_id) % count


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
    is_dealt = [True] * BUCKETS
    for bucket in settled if source.is_lasting else ():
        is_dealt[bucket] = False
    sought = Sought(
        survey,
        frozenset(ident for ident, _, _ in waiting),
        frozenset(doubted),
        is_complete,
        key,
        is_dealt,
        progress,
    )
    sources = source.parts(min(cores(), size // WORTH_A_PROCESS))
    parts = _in_parts(read, sources, [Part.of(partitions) for _ in sources], sought)
    behind = [0, *accumulate(part.last for part in parts)]
    whole = parts[0]
    people = People([part.meetings for part in parts], sought.doubted)
    for part, rows in zip(parts[1:], behind[1:], strict=False):
        whole.add(part, rows)
    numbers = whole.numbers.conflicts()
    sharing = frozenset().union(*numbers.values())
    same = {bucket for bucket, digest in settled.items() if _digest(key, whole.sums[bucket]) == digest}
    same -= {crc % BUCKETS for crc in sharing}
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
        shared_appointments=frozenset(whole.ids.conflicts()),
        shared_numbers=frozenset(numbers),
        sharing=sharing,
        watched=whose,
        orphans=frozenset(orphans) - {""},
        contested=contested,
        present=whole.present.keys() if is_complete and whole.completed else None,
        people=people,
        told=tuple(survey.findings(whole.read, whole.completed, source.titles)),
        dealt=[(part.partitions, rows) for part, rows in zip(parts, behind, strict=False)],
        sums=whole.sums,
        key=key,
    )


def _in_parts(
    work: Callable[[Source, Part, Sought], T], sources: Sequence[Source], parts: Sequence[Part], sought: Sought
) -> list[T]:
    """What ``work`` gives for each part of a feed: of the first in this process, of each other in one of its own."""
    with ExitStack() as cleaning:
        others = zip(sources[1:], parts[1:], strict=True)
        helpers = [cleaning.enter_context(Helper(partial(work, source, part, sought))) for source, part in others]
        return [work(sources[0], parts[0], sought), *(helper.result() for helper in helpers)]


def _deal_changed(sources: Sequence[Source], parts: Sequence[Part], sought: Sought, changed: Collection[int]) -> None:
    """Reads the feed again, for the rows of buckets that turned out to have changed. Raises InputError where the feed
    is no longer what it was."""
    is_changed = bytes(bucket in changed for bucket in range(BUCKETS)).ljust(NO_BUCKET + 1, b"\0")
    dealt = _in_parts(partial(deal, is_changed), sources, parts, sought)
    for part, (partitions, rows, _) in zip(parts, dealt, strict=True):
        part.partitions = partitions
        part.dealt += rows
    for bucket in changed:
        if sum(sums.get(bucket, 0) for _, _, sums in dealt) != parts[0].sums[bucket]:
            raise InputError("INPUT_CHANGED")


def _digest(key: bytes | None, total: int) -> bytes:
    """Of the rows of a bucket, by their sum; also of none."""
    return blake2b(str(total).encode(), digest_size=16, salt=key or b"").digest()


def _whose(waiting: Sequence[tuple[str, str, str]], whole: Part) -> tuple[Mapping[str, frozenset[str]], frozenset[str]]:
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
