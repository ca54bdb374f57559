"""The file of measurements in a run: read where it is another than last time, and kept with all else the run keeps."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from hashlib import blake2b, file_digest
from pathlib import Path
from typing import Final

from attrs import define, evolve, field, frozen

from ...base.private import expect_file
from ...base.problems import Finding, InputError
from ...base.spool import Batches
from ...intake import Source, open_feed
from ...intake.measurements import read_measurements
from ...judging.rules import Rules
from ...ledger import Ledger
from ...ledger.measurements import (
    MeasuredFile,
    all_measurements,
    measured_file,
    note_file,
    of_unknown,
    patients_with_care,
    remove_measurements,
    save_measurements,
)
from ...model.columns import MEASUREMENTS
from ...model.measurement import KeptMeasurement
from ...output.problem_list import ProblemList
from ...settings import Settings
from ...zorg1.measuring import MeasuringRules

#: Of a file with more to tell than this nothing is kept: it is read again every time.
_MOST_TOLD: Final = 1_000
#: The rows of the file that were ``read``, all that they came to, and what is ``gone`` from the ledger.
COUNTS: Final = ("read", "new", "changed", "known", "empty", "double", "unreadable", "gone")


@define
class _Teller:
    """Tells what is found of the file, and keeps it for the next time, as far as it isn't too much."""

    problems: ProblemList
    name: str
    told: list[tuple[Finding, int | None]] = field(factory=list)

    def __call__(self, finding: Finding, row: int | None) -> None:
        self.problems.add(finding, row=row, file=self.name)
        if len(self.told) <= _MOST_TOLD:
            self.told.append((finding, row))

    @property
    def is_all(self) -> bool:
        """Whether what was kept is all that was told."""
        return len(self.told) <= _MOST_TOLD


@frozen
class MeasurementFile:
    """The practice's file of measurements; ``source`` is None where it is the one that was read last, of which the
    ledger keeps ``before``."""

    settings: Settings
    rules: Rules
    ledger: Ledger
    digest: bytes
    before: MeasuredFile | None
    source: Source | None

    @classmethod
    def open(cls, settings: Settings, rules: Rules, ledger: Ledger) -> "MeasurementFile | None":
        """The file that the settings name, if they name one. Raises InputError for one that can't be read."""
        path = settings.measurements.path
        if path is None:
            return None
        digest, before = _digest(path, settings, rules), measured_file(ledger)
        is_same = before is not None and before.digest == digest
        source = None if is_same else open_feed(path, settings.measurements)
        return cls(settings, rules, ledger, digest, before, source)

    def keep(self, problems: ProblemList, judged: Collection[str]) -> Mapping[str, int]:
        """Keeps what the file holds, and tells of it; returns how many rows came to what, named as in `COUNTS`.
        ``judged`` are patients that the ledger would know by now if something were to be kept."""
        tell = _Teller(problems, self.settings.measurements.name)
        unknown = Counter({patient: count for patient, count in of_unknown(self.ledger) if patient not in judged})
        if self.source is None and self.before is not None:
            for finding, row in self.before.told:
                tell(finding, row)
            counts = _as_known(self.before.counts)
        else:
            counts = self._read(tell, unknown, judged)
            note_file(self.ledger, MeasuredFile(self.digest, counts, tell.told) if tell.is_all else None)
        for code, count in ("MEASUREMENT_CHANGED", counts["changed"]), ("MEASUREMENT_GONE", counts["gone"]):
            if count:
                problems.add(Finding(code, "", {"count": count}))
        if unknown := +unknown:  # without those of whom nothing is left
            params = {"count": unknown.total(), "patients": len(unknown)}
            problems.add(Finding("MEASUREMENT_PATIENT_UNKNOWN", MEASUREMENTS.called("patient_id"), params))
        return counts

    def _read(self, tell: _Teller, unknown: Counter[str], judged: Collection[str]) -> Mapping[str, int]:
        """Reads the file, and keeps what is new or otherwise in it. ``unknown`` counts the measurements of patients of
        whom no care is known."""
        said, ledger = self.settings.measurements, self.ledger
        tables = MeasuringRules.load(self.rules.judge.agreements, self.settings.zorg1)
        assert self.source is not None
        since = said.complete_from.isoformat() if said.complete_from is not None else None
        counts = Counter[str]()
        to_write, gone = Batches[KeptMeasurement](), Batches[KeptMeasurement]()
        with closing(read_measurements(self.source, said.values, tables.instruments, tell)) as file:
            with_care = _Ascending(patients_with_care(ledger))
            for now, before in together(file.in_order(tell), all_measurements(ledger)):
                if now == before:
                    counts["known"] += 1
                elif now is None and before is not None:
                    if since is not None and before.date >= since:
                        gone.add(before)
                        counts["gone"] += 1
                        unknown[before.patient_id] -= before.patient_id in unknown
                elif now is not None:
                    to_write.add(now)
                    counts["new" if before is None else "changed"] += 1
                    if before is None and now.patient_id not in with_care and now.patient_id not in judged:
                        unknown[now.patient_id] += 1
            counts += Counter(read=file.read, empty=file.empty, double=file.doubles, unreadable=file.unreadable)
        for batch in gone:
            remove_measurements(ledger, [measured.key for measured in batch])
        for batch in to_write:
            save_measurements(ledger, batch)
        return {name: counts[name] for name in COUNTS}


class _Ascending:
    """Texts in order, of which is asked in the same order whether one is among them."""

    def __init__(self, texts: Iterator[str]) -> None:
        self._texts = texts
        self._here = next(texts, None)

    def __contains__(self, text: str) -> bool:
        while self._here is not None and self._here < text:
            self._here = next(self._texts, None)
        return self._here == text


def together(
    file: Iterator[KeptMeasurement], kept: Iterator[KeptMeasurement]
) -> Iterator[tuple[KeptMeasurement | None, KeptMeasurement | None]]:
    """The measurements of a ``file`` and those that are ``kept``, both in order, with those of the same key side by
    side."""
    before = next(kept, None)
    for now in file:
        while before is not None and before.key < now.key:
            yield None, before
            before = next(kept, None)
        if before is not None and before.key == now.key:
            yield now, before
            before = next(kept, None)
        else:
            yield now, None
    while before is not None:
        yield None, before
        before = next(kept, None)


def _as_known(counts: Mapping[str, int]) -> Mapping[str, int]:
    """The counts of a file that is the same as last time."""
    return {**counts, "known": counts["known"] + counts["new"] + counts["changed"], "new": 0, "changed": 0, "gone": 0}


def _digest(path: Path, settings: Settings, rules: Rules) -> bytes:
    """A hash of the file, of the log that SQLite may have beside it, and of all that it is read by."""
    own = settings.zorg1
    said = repr(evolve(settings.measurements, path=None)).encode()
    tables = (table.read_bytes() for table in (own.measures, own.profiles) if table is not None)
    digest = blake2b(b"".join((rules.fingerprint, said, *tables)))
    log = path.with_name(f"{path.name}-wal")
    try:
        expect_file(path)
        for each in (path, *([log] if log.exists() else [])):
            with each.open("rb") as file:
                digest.update(file_digest(file, blake2b).digest())
    except OSError as error:
        raise InputError("INPUT_MISSING", path=str(path), reason=error.strerror or "", **MEASUREMENTS.told) from None
    return digest.digest()
