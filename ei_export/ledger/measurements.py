"""What was measured, as the practice's file of measurements said, and which file that was."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from attrs import frozen

from ..base.problems import Finding
from ..model.measurement import KeptMeasurement
from . import Ledger
from .packing import encode

_COLUMNS: Final = KeptMeasurement._fields
_KEY: Final = _COLUMNS[:-2]
_ALL: Final = f"SELECT {', '.join(_COLUMNS)} FROM measurement"
_IN_ORDER: Final = f"ORDER BY {', '.join(_KEY)}"


@frozen
class MeasuredFile:
    """The file that was read last: its ``digest``, the ``counts`` of its rows, and what there was to tell of it, each
    with its row or None."""

    digest: bytes
    counts: Mapping[str, int]
    told: Sequence[tuple[Finding, int | None]]


def all_measurements(ledger: Ledger) -> Iterator[KeptMeasurement]:
    """All that was measured, in order of the keys: by patient, in the order of code points."""
    return map(KeptMeasurement._make, ledger.rows(f"{_ALL} {_IN_ORDER}"))


def patients_with_care(ledger: Ledger) -> Iterator[str]:
    """The patients of whom any care is known, in the order of code points; some of them twice."""
    sql = "SELECT patient_id FROM patient UNION ALL SELECT patient_id FROM regular ORDER BY patient_id"
    return ledger.column(sql)


def of_unknown(ledger: Ledger) -> Iterator[tuple[str, int]]:
    """The patients of whom no care is known, with how many measurements there are of each."""
    return ledger.rows(
        "SELECT patient_id, count(*) FROM measurement GROUP BY patient_id "
        "HAVING patient_id NOT IN (SELECT patient_id FROM patient) "
        "AND patient_id NOT IN (SELECT patient_id FROM regular)"
    )


def measured_file(ledger: Ledger) -> MeasuredFile | None:
    """The file that was read last, if one was."""
    for digest, counts, told in ledger.rows("SELECT digest, counts, told FROM measured_file"):
        findings = [(Finding(code, column, params), row) for code, column, params, row in json.loads(told)]
        return MeasuredFile(digest, json.loads(counts), findings)
    return None


def save_measurements(ledger: Ledger, measurements: Iterable[KeptMeasurement]) -> None:
    """Writes measurements, in the place of those with the same keys."""
    ledger.insert_many("measurement", _COLUMNS, measurements, over=True)


def remove_measurements(ledger: Ledger, keys: Iterable[Sequence[str]]) -> None:
    """Takes measurements away, by their keys."""
    ledger.many(f"DELETE FROM measurement WHERE {' AND '.join(f'{column} = ?' for column in _KEY)}", keys)


def note_file(ledger: Ledger, file: MeasuredFile | None) -> None:
    """Keeps which file was read; None: the next one is read, whichever it is."""
    ledger.do("DELETE FROM measured_file")
    if file is not None:
        told = [(finding.code, finding.column, dict(finding.params), row) for finding, row in file.told]
        values = {"digest": file.digest, "counts": encode(dict(file.counts)), "told": encode(told)}
        ledger.insert("measured_file", values)
