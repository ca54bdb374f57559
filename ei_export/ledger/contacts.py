"""Appointments that are no longer those of the patient who had them."""

from collections.abc import Iterable
from typing import Final

from . import Ledger

#: The next run looks at what is left.
_TAKE: Final = """
UPDATE dossier SET digest = NULL, tally = NULL, pending = pending + 1, appointments = (
    SELECT json_group_array(json(value)) FROM json_each(dossier.appointments) WHERE json_extract(value, '$[3]') <> ?1
) WHERE patient_id = ?2
"""


def take_appointments(ledger: Ledger, taken: Iterable[tuple[str, str]]) -> None:
    """Removes appointments, each from the dossier of a patient whose it no longer is."""
    for ident, patient in taken:
        ledger._do(_TAKE, (ident, patient))
