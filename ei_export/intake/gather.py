"""Brings the rows of each patient together, whatever their order in the feed, without holding the feed in memory."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final
from zlib import crc32

from attrs import frozen

from ..base.problems import Finding
from ..base.processes import cores
from ..base.spool import UNIT, PairCheck, Partitions
from .feed import BROKEN, PART, Header, Source
from .people import People
from .survey import Survey
from .values import NO_VALUES, stated

_BYTES_A_PARTITION: Final = 4 << 20
_MOST_PARTITIONS: Final = 128

#: A row as it was gathered: its body (see :mod:`.feed`) and its number.
GatheredRow = tuple[str, str]


@frozen
class Gathered:
    """The feed by patient, and what can only be seen across patients: hashes (of this process) of the appointment ids
    and trajectory numbers that completed rows of more than one patient carry. ``count`` of partitions; ``watched``
    appointment ids with the patients whose completed rows carry them, in this feed or else when last tried; ``orphans``
    the trajectory numbers of rows without a patient; ``contested`` those that more than one patient has in appointments
    to be tried again; ``present`` hashes of the feed's ids, None where what it lacks says nothing; ``people`` those
    whom rows of several patients are about; ``told``: what there is to tell of the feed as a whole, each with the first
    row it is seen in."""

    header: Header
    rows: int
    count: int
    partitions: Partitions
    shared_appointments: frozenset[int]
    shared_numbers: frozenset[int]
    watched: Mapping[str, frozenset[str]]
    orphans: frozenset[str]
    contested: frozenset[str]
    present: Collection[int] | None
    people: People
    told: Sequence[tuple[Finding, int | None]]

    def patients(self, partition: int) -> dict[str, list[GatheredRow]]:
        """The rows of the patients in one partition, by patient; to be asked once."""
        patients: dict[str, list[GatheredRow]] = {}
        for line in self.partitions.take(partition):
            patient, body, row = line.split(PART)
            if (rows := patients.get(patient)) is None:
                patients[patient] = [(body, row)]
            else:
                rows.append((body, row))
        return patients


def partition_of(patient_id: str, count: int) -> int:
    """Where a patient's rows are."""
    return crc32(patient_id.encode()) % count


def gather(
    source: Source,
    size: int,
    survey: Survey,
    pending: Iterable[tuple[str, str, str]],
    progress: Callable[[int], None],
    doubted: Iterable[str] = (),
    *,
    is_complete: bool = False,
) -> Gathered:
    """Reads the whole feed once. ``size`` of the feed in bytes, ``survey`` takes down what nobody explained,
    ``pending`` what earlier feeds left to be tried again: appointment id, patient and trajectory number; without a
    patient an appointment that is only to be watched; ``doubted`` patients that are somebody else
    by what another patient's rows said; ``is_complete``: what the feed lacks is to be seen."""
    waiting = list(pending)
    watch = frozenset(ident for ident, _, _ in waiting)
    orphans = {number for _, patient, number in waiting if number and not patient}
    header = source.header
    count = max(1, min(_MOST_PARTITIONS, size // _BYTES_A_PARTITION))
    if count > 1:
        count += -count % cores()  # as many for each process
    partitions = Partitions(count)
    held = partitions.held
    appointments, numbers = PairCheck(), PairCheck()
    id_parts, id_mask = appointments.parts, appointments.mask
    number_parts, number_mask = numbers.parts, numbers.mask
    at_id, at_patient, at_status = (header.at[c] for c in ("appointment_id", "patient_id", "status"))
    at_number = header.at.get("trajectory_id", -1)
    at_bsn, at_born, at_sex = (header.at[c] for c in ("bsn", "birth_date", "sex"))
    at_code, at_linked = header.at["code"], header.at.get("declare_under", -1)
    most = max(at_id, at_patient, at_status, at_number, at_bsn, at_born, at_sex, at_code, at_linked) + 1
    delimiter = header.delimiter
    blank = f"{UNIT}{delimiter} \t\xa0"
    is_completed, explained = survey.statuses, survey.explained
    completed = 0
    watched: dict[str, set[str]] = {}
    ended: dict[str, set[str]] = {}
    present: set[int] | None = set() if is_complete else None
    people = People(header, doubted, survey.meant)
    met = people.met
    row, read = source.first_row - 1, 0
    for bodies in source.bodies():
        characters = 0
        for body in bodies:
            row += 1
            if body < " ":
                if not body:
                    continue
                mark = body[0]
                cells = body[1:].split(UNIT) if mark in (UNIT, BROKEN) else body.split(delimiter, most)
                if mark == BROKEN:
                    cells = cells[1:]
            else:
                cells = body.split(delimiter, most)
            try:
                patient, ident = cells[at_patient].strip(), cells[at_id].strip()
                status = cells[at_status]
            except IndexError:
                patient = cells[at_patient].strip() if len(cells) > at_patient else ""
                ident = status = ""
            if patient in NO_VALUES:
                patient = ""
            if not patient and not ident and not body.strip(blank):
                continue
            took_place = is_completed[status]
            if not took_place and survey.passes_over(body, row, status):
                continue
            read += 1
            characters += len(body)
            code = crc32(patient.encode())
            held[code % count].append(f"{patient}{PART}{body}{PART}{row}")
            if present is not None and ident:
                present.add(hash(ident))
            if body[:1] == BROKEN:
                continue  # its cells may be shifted
            if not patient:
                if took_place and at_number >= 0 and len(cells) > at_number and cells[at_number].strip():
                    orphans.add(stated(cells[at_number].strip()))
            elif took_place:
                completed += 1
                if len(cells) >= most:
                    person = (patient, cells[at_bsn], cells[at_born], cells[at_sex])
                    if hash(person) not in met:
                        people.meet(person, body)
                    written = cells[at_code], cells[at_linked] if at_linked >= 0 else ""
                    if not explained[written]:
                        survey.not_explained(body, row, *written)
                if ident:
                    key = hash(ident)
                    part = id_parts[key & id_mask]
                    part.append(key)
                    part.append(code)
                    if watch and ident in watch:
                        watched.setdefault(ident, set()).add(patient)
                if at_number >= 0 and (number := cells[at_number].strip()):
                    if number in NO_VALUES:
                        survey.no_value("trajectory_id", number, row)
                        continue
                    key = hash(number)
                    part = number_parts[key & number_mask]
                    part.append(key)
                    part.append(code)
            elif watch and ident in watch:
                ended.setdefault(ident, set()).add(patient)
        partitions.grew(characters)
        appointments.flush()
        numbers.flush()
        people.flush()
        progress(read)
    seen = {ident: frozenset(patients) for ident, patients in (ended | watched).items()}
    users: dict[str, set[str]] = {}
    for ident, patient, number in waiting:
        if number and patient and ident not in seen:  # what the feed brings anew, says for itself
            users.setdefault(number, set()).add(patient)
    contested = frozenset(number for number, patients in users.items() if len(patients) > 1)
    heard: dict[str, set[str]] = {}
    for ident, patient, _ in waiting:
        if patient:
            heard.setdefault(ident, set()).add(patient)
    whose = {ident: frozenset(patients) for ident, patients in heard.items()} | seen
    return Gathered(
        header,
        read,
        count,
        partitions,
        appointments.conflicts(),
        numbers.conflicts(),
        whose,
        frozenset(orphans) - {""},
        contested,
        present if completed else None,
        people.counted(),
        tuple(survey.findings(read, completed, source.titles)),
    )
