"""What of the feed bears on some patients: their own rows, and those by which they may be judged otherwise."""

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Final, TypeAlias

from ...intake.picking import FeedRows, Names, Persons
from ...ledger import Ledger
from ...ledger.patients import StoredDossier, appointment_owner, dossier_of, number_owner
from ...ledger.planned import planned_of

#: An appointment to be tried again, with its patient and trajectory number; see `pending_appointments`.
Waiting: TypeAlias = tuple[str, str, str]
_BSN: Final = "bsn"


def concerning(
    feed: FeedRows,
    ledger: Ledger,
    patients: Collection[str],
    waiting: Sequence[Waiting],
    doubted: Collection[str],
    persons: Persons,
) -> Names:
    """What the rows are found by without which some patients can't be judged: theirs; those that carry a number of an
    appointment or a trajectory that they have by the feed or by the ledger, or that somebody has who had one of these
    before, or that waits with such a number; and those of the same persons, also of who is ``doubted`` to be."""
    names = feed.names_of(frozenset(patients))
    for patient in patients:
        names = names.and_those(_remembered(ledger, patient, persons))
    for owner in {*_owners(ledger, names)} - {*patients}:
        names = names.and_those(_remembered(ledger, owner, persons))
    waits = frozenset(ident for ident, _, number in waiting if number in names.numbers)
    return names.and_those(Names(frozenset(doubted), waits))


def _remembered(ledger: Ledger, patient: str, persons: Persons) -> Names:
    """What the ledger keeps of a patient that rows can be found by."""
    dossier = dossier_of(ledger, patient)
    kept = dossier.kept() if dossier is not None else []
    planned = planned_of(ledger, patient)
    bsns = [*(each.text(_BSN) for each in kept), *_bsn(dossier)]
    return Names(
        frozenset({patient}),
        frozenset([*(each.appointment_id for each in kept), *planned]),
        frozenset(each.text("trajectory_id") for each in kept),
        frozenset(map(persons.__getitem__, bsns)),
    )


def _bsn(dossier: StoredDossier | None) -> Iterator[str]:
    if dossier is not None and dossier.person:
        yield json.loads(dossier.person).get(_BSN, "")


def _owners(ledger: Ledger, names: Names) -> Iterator[str]:
    """Whose the numbers were before."""
    for ident in names.appointments:
        if (owner := appointment_owner(ledger, ident)) is not None:
            yield owner
    for number in names.numbers:
        if (owner := number_owner(ledger, number)) is not None:
            yield owner
