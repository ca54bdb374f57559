"""``close``: what needs no further declaring is ended, or opened again.

Of a line, what was not granted gets a name; of an appointment that is held, the runs say no more than that it is
closed. Nothing of either is forgotten: opened again, it is as if nobody had closed it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final, Literal

from attrs import frozen

from ...base.problems import Finding
from ...intake.reader import read_unsettled
from ...judging.rules import Rules
from ...ledger import Ledger, events
from ...ledger.closings import closings_of, waiting_appointments
from ...ledger.corrections import Asking
from ...ledger.dossier import Unsettled
from ...ledger.events import Closable
from ...ledger.line import ClosedAs, lines_of
from ...ledger.patients import appointment_owner
from ...output.decisions import note_closed
from ...settings import Settings
from ..belonging import refuse_strangers
from .named import Doing, Done, each_named, line_named, own_ledger

#: What can be closed: a line that was refused, or granted in part; one of which the credit was refused; one that was
#: credited or withdrawn; an appointment that waits and would give a line, or is a contact.
Kind = Literal["refused", "partly_granted", "credit_refused", "taken_back", "held", "contact"]

_EVERY: Final[Sequence[ClosedAs]] = ("write-off", "patient", "accepted", "handled")
#: As what. A contact has no money of its own, and a line of which the credit was refused is paid.
WAYS: Final[Mapping[Kind, Sequence[ClosedAs]]] = {
    "refused": _EVERY,
    "partly_granted": _EVERY,
    "credit_refused": ("accepted", "handled"),
    "taken_back": _EVERY,
    "held": _EVERY,
    "contact": ("accepted", "handled"),
}


@frozen
class Item:
    """What is closed, or opened again: an appointment, or with a ``reference`` its line. ``rest_cents``: what of a
    line was not granted, None of an appointment without one."""

    kind: Kind | Literal[""]
    appointment_id: str
    reference: str | None
    rest_cents: int | None

    @property
    def about(self) -> Closable:
        return Closable(self.appointment_id, self.reference)


def close(settings: Settings, names: Iterable[str], closed_as: ClosedAs, why: str, today: date) -> Done[Item]:
    """Closes lines, each by its reference or the id of its appointment, and appointments that wait, by theirs; all of
    them or none. Raises SettingsError for the ledger of another practice, and as `own_ledger`."""
    return _all(settings, names, closable(Rules.load(settings, today), closed_as), closed_as, why, today)


def reopen(settings: Settings, names: Iterable[str], why: str, today: date) -> Done[Item]:
    """Opens again what was closed; all of it or nothing. Raises as `close`."""
    return _all(settings, names, closed, None, why, today)


def _all(
    settings: Settings, names: Iterable[str], find: Doing[Item], closed_as: ClosedAs | None, why: str, today: date
) -> Done[Item]:
    """Does it with all that these names are of, where it can be done with every one."""
    with own_ledger(settings) as ledger:
        refuse_strangers(ledger, settings)
        done = each_named(ledger, names, find, unknown)
        if not done.refused:
            close_items(ledger, done.items, closed_as, why, today)
            keep_closed(settings, done.items, closed_as, today)
            ledger.commit()
    return done


def close_items(ledger: Ledger, items: Iterable[Item], closed_as: ClosedAs | None, why: str, today: date) -> None:
    """Closes them as that, or opens them again with None."""
    for item in items:
        if closed_as is None:
            events.reopened(ledger, item.about, why, today)
        else:
            events.closed(ledger, item.about, closed_as, why, today)


def keep_closed(settings: Settings, items: Iterable[Item], closed_as: ClosedAs | None, today: date) -> None:
    """Keeps beside the runs that they are closed, or opened again; before the ledger does. Raises WriteError."""
    things = [(item.appointment_id, item.reference) for item in items]
    note_closed(settings.output.dir, things, closed_as, today)


def unknown(shown: str, position: int) -> Finding:
    """What is told of a name that nothing has."""
    return Finding("CLOSE_UNKNOWN", "", {"item": shown, "position": position})


def closable(rules: Rules, closed_as: ClosedAs) -> Doing[Item]:
    """What a name is of, if it can be closed like that."""

    def find(ledger: Ledger, named: str) -> Sequence[Item | Finding] | None:
        item = _closable(ledger, named, rules)
        if isinstance(item, Item) and item.kind and closed_as not in WAYS[item.kind]:
            item = Finding("CLOSE_AS", "", {"item": _name(item), "closed_as": closed_as, "ways": _listed(item.kind)})
        return item if item is None else [item]

    return find


def closed(ledger: Ledger, named: str) -> Sequence[Item | Finding] | None:
    """What a name is of, if it is closed."""
    item = _closed(ledger, named)
    return item if item is None else [item]


def _name(item: Item) -> str:
    return item.reference or item.appointment_id


def _listed(kind: Kind) -> str:
    return ", ".join(f"--as {way}" for way in WAYS[kind])


def _closable(ledger: Ledger, name: str, rules: Rules) -> Item | Finding | None:
    """What a name is of, if it can be closed; None for what nothing has."""
    asking = line_named(ledger, name)
    if isinstance(asking, Asking):
        return _closable_line(ledger, asking)
    waiting = waiting_appointments(ledger, name)
    if not waiting:
        return Finding("CLOSE_NOTHING", "", {"item": name}) if asking is None and _is_known(ledger, name) else asking
    if closed := _said_last(ledger, name, None):
        return Finding("CLOSE_TWICE", "", {"item": name, **closed})
    return Item("contact" if _is_contact(*waiting[0], rules) else "held", name, None, None)


def _closable_line(ledger: Ledger, asking: Asking) -> Item | Finding:
    debit = asking.debit
    item = {"item": debit.reference}
    if debit.closed_as:
        return Finding("CLOSE_TWICE", "", {**item, **_said_last(ledger, debit.appointment_id, debit.reference)})
    if debit.is_pruned:
        return Finding("LINE_PRUNED", "", {"reference": debit.reference})
    lines = lines_of(ledger, debit.appointment_id, debit.patient_id)
    kind: Kind
    if debit.stands and any(each.previous == debit.reference and each.became == "refused" for each in lines):
        kind = "credit_refused"
    elif not asking.is_last:
        return Finding("REDECLARE_LATER", "", {"reference": debit.reference, "appointment": debit.appointment_id})
    elif debit.became in ("sent", "granted"):
        return Finding("CLOSE_UNANSWERED" if debit.became == "sent" else "CLOSE_GRANTED", "", item)
    else:
        kind = debit.became if debit.became in ("refused", "partly_granted") else "taken_back"
    return Item(kind, debit.appointment_id, debit.reference, debit.amount_cents - (debit.granted_cents or 0))


def _is_contact(patient_id: str, kept: Unsettled, rules: Rules) -> bool:
    """Whether an appointment that waits would only count."""
    row = read_unsettled(patient_id, kept.texts, rules.meant, settled=False)
    return rules.resolver.of(row).moment == "contact"


def _closed(ledger: Ledger, name: str) -> Item | Finding | None:
    """What a name is of, if it is closed; None for what nothing has."""
    asking = line_named(ledger, name)
    if isinstance(asking, Asking):
        debit = asking.debit
        if debit.closed_as:
            return Item("", debit.appointment_id, debit.reference, debit.amount_cents - (debit.granted_cents or 0))
        return Finding("CLOSE_NOT_CLOSED", "", {"item": debit.reference})
    if asking is None and _said_last(ledger, name, None):
        return Item("", name, None, None)
    return Finding("CLOSE_NOT_CLOSED", "", {"item": name}) if asking is None and _is_known(ledger, name) else asking


def _is_known(ledger: Ledger, name: str) -> bool:
    """Whether an appointment is in the ledger."""
    return bool(waiting_appointments(ledger, name)) or appointment_owner(ledger, name) is not None


def _said_last(ledger: Ledger, appointment_id: str, reference: str | None) -> dict[str, object]:
    """As what and when it is closed, if it is."""
    said = [each for each in closings_of(ledger, appointment_id) if each.reference == (reference or "")]
    return {"closed_as": said[-1].closed_as, "day": said[-1].day} if said and said[-1].closed_as else {}
