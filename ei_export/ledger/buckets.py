"""Buckets of patients: of what is in a bucket it can be seen at once that nothing is to be done.

A patient's bucket follows from the patient number. Of each bucket a run keeps a digest of the rows the feed had of it,
and what such rows count as when seen again; only if by then nothing was left to do for any patient in it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple
from zlib import crc32

from . import Ledger
from .corrections import corrected_patients

#: So many that hardly any holds more than a few patients: what is to be done for one has the others looked at too.
BUCKETS: Final = 1 << 14


class SettledBucket(NamedTuple):
    """What is kept of a bucket: it is done with while this is the ``digest`` of its rows; ``tally`` as of a patient."""

    digest: bytes
    tally: str


def bucket_of(patient_id: str) -> int:
    return crc32(patient_id.encode()) % BUCKETS


def settled_buckets(ledger: Ledger, open_patients: Iterable[str]) -> dict[int, SettledBucket]:
    """The buckets that are done with: without those of ``open_patients``, and of whom something was heard or asked
    since the digest was made."""
    rows = ledger.rows("SELECT bucket, digest, tally FROM bucket")
    found = {bucket: SettledBucket(digest, tally) for bucket, digest, tally in rows}
    if found:
        corrected = (patient for patient, is_open in corrected_patients(ledger).items() if is_open)
        for patients in (open_patients, corrected, _unsettled_patients(ledger)):
            for patient in patients:
                found.pop(bucket_of(patient), None)
    return found


def _unsettled_patients(ledger: Ledger) -> Iterator[str]:
    return ledger.column("SELECT patient_id FROM patient WHERE digest IS NULL")


def save_buckets(ledger: Ledger, buckets: Mapping[int, SettledBucket | None]) -> None:
    """Keeps what was found of buckets; None where something is left to do."""
    ledger.many("DELETE FROM bucket WHERE bucket = ?", ((bucket,) for bucket in buckets))
    settled = ((bucket, *kept) for bucket, kept in buckets.items() if kept is not None)
    ledger.insert_many("bucket", ("bucket", "digest", "tally"), settled)
