"""``close``: what needs no further declaring is ended, or opened again.

Of a line, what was not granted gets a name; of an appointment that is held, the runs say no more than that it is
closed. What else is on the work list (`Matter`) leaves that, until something else is known of it. Nothing is forgotten:
opened again, it is as if nobody had closed it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final, Literal

from attrs import field, frozen

from ...base.problems import Finding
from ...intake.reader import read_unsettled
from ...judging.rules import Rules
from ...ledger import Ledger, events
from ...ledger.corrections import Asking
from ...ledger.dossier import Unsettled
from ...ledger.line import ClosedAs, lines_of
from ...ledger.matters import Matter, closed_matters, said_of
from ...ledger.patients import appointment_owner, waiting_appointments
from ...model.tasks import TaskName
from ...output.decisions import note_closed, note_matters
from ...settings import Settings
from ..belonging import refuse_strangers
from ..worklist.task import Task
from .matters import MattersNamed
from .named import Doing, Done, each_named, line_named, own_ledger

#: What can be closed besides what has a kind of task of its own: a line that was refused, or granted in part; one of
#: which the credit was refused; one that was credited or withdrawn; an appointment that waits and would give a line, or
#: is a contact.
Kind = Literal["refused", "partly_granted", "credit_refused", "taken_back", "held", "contact"]

_EVERY: Final[Sequence[ClosedAs]] = ("write-off", "patient", "accepted", "handled")
#: As what. A contact has no money of its own, and a line of which the credit was refused is paid.
WAYS: Final[Mapping[str, Sequence[ClosedAs]]] = {
    "refused": _EVERY,
    "partly_granted": _EVERY,
    "credit_refused": ("accepted", "handled"),
    "taken_back": _EVERY,
    "held": _EVERY,
    "contact": ("accepted", "handled"),
}
#: Why a line or an appointment can't be closed as there is nothing to be done about it: its trajectory may be without
#: an end.
_NOTHING_OF_ITS_OWN: Final = ("CLOSE_GRANTED", "CLOSE_UNANSWERED", "CLOSE_NOTHING", "CLOSE_NOT_CLOSED")


@frozen
class Item:
    """What is closed, or opened again: an appointment, or with a ``reference`` its line; or what has a ``task`` of its
    own, with all that is closed of it. ``kind``: '' where it is opened again. ``rest_cents``: what of a line was not
    granted, None of an appointment without one."""

    kind: Kind | TaskName | Literal[""]
    appointment_id: str
    reference: str | None
    rest_cents: int | None
    matters: tuple[Matter, ...] = ()
    task: Task | None = field(default=None, eq=False)

    @property
    def name(self) -> str:
        """By which it can be named again."""
        return self.reference or (self.task.key if self.task is not None else self.appointment_id)

    @property
    def about(self) -> Sequence[Matter]:
        """What is closed in the ledger."""
        own = Matter("appointment", self.appointment_id) if self.reference is None else Matter("line", self.reference)
        return self.matters or (own,)


def close(settings: Settings, names: Iterable[str], closed_as: ClosedAs, why: str, today: date) -> Done[Item]:
    """Closes lines, each by its reference or the id of its appointment, and appointments that wait, by theirs; all of
    them or none. Raises SettingsError for the ledger of another practice, and as `own_ledger`."""
    return _all(settings, names, closable(settings, Rules.load(settings, today), closed_as), closed_as, why, today)


def reopen(settings: Settings, names: Iterable[str], why: str, today: date) -> Done[Item]:
    """Opens again what was closed; all of it or nothing. Raises as `close`."""
    return _all(settings, names, closed(settings, Rules.load(settings, today)), None, why, today)


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
    for about in (about for item in items for about in item.about):
        events.closed(ledger, about, closed_as, why, today)


def keep_closed(settings: Settings, items: Iterable[Item], closed_as: ClosedAs | None, today: date) -> None:
    """Keeps beside the runs that they are closed, or opened again; before the ledger does. Raises WriteError."""
    for item in items:
        if item.matters:
            note_matters(settings.output.dir, item.matters, closed_as, today)
        else:
            note_closed(settings.output.dir, [(item.appointment_id, item.reference)], closed_as, today)


def unknown(shown: str, position: int) -> Finding:
    """What is told of a name that nothing has."""
    return Finding("CLOSE_UNKNOWN", "", {"item": shown, "position": position})


def closable(settings: Settings, rules: Rules, closed_as: ClosedAs) -> Doing[Item]:
    """What a name is of, if it can be closed like that."""
    open_matters = MattersNamed(settings, rules, closed=False)
    closed_ones = MattersNamed(settings, rules, closed=True)

    def find(ledger: Ledger, named: str) -> Sequence[Item | Finding] | None:
        found = _closable(ledger, named, rules)
        if isinstance(found, Item):
            return [_if_so(found, closed_as)]
        if found is not None and found.code not in _NOTHING_OF_ITS_OWN:
            return [found]
        if matters := open_matters.named(ledger, named):
            return [_if_so(_item(task.kind, task, same), closed_as) for task, same in matters]
        if matters := closed_ones.named(ledger, named):
            decided = closed_matters(ledger)
            said = [(task, decided[same[0]]) for task, same in matters]
            return [
                Finding("CLOSE_TWICE", "", {"item": task.key, "closed_as": each.closed_as, "day": each.day})
                for task, each in said
            ]
        return found if found is None else [found]

    return find


def closed(settings: Settings, rules: Rules) -> Doing[Item]:
    """What a name is of, if it is closed."""
    matters = MattersNamed(settings, rules, closed=True)

    def find(ledger: Ledger, named: str) -> Sequence[Item | Finding] | None:
        found = _closed(ledger, named)
        if isinstance(found, Item):
            return [found]
        if (found is None or found.code in _NOTHING_OF_ITS_OWN) and (same := matters.named(ledger, named)):
            return [_item("", task, each) for task, each in same]
        return found if found is None else [found]

    return find


def _item(kind: TaskName | Literal[""], task: Task, matters: Sequence[Matter]) -> Item:
    return Item(kind, task.appointment_id, None, None, tuple(matters), task)


def _if_so(item: Item, closed_as: ClosedAs) -> Item | Finding:
    """It, if it can be closed like that."""
    ways = item.task.ways if item.task is not None else WAYS[item.kind]
    if closed_as in ways:
        return item
    listed = ", ".join(f"--as {way}" for way in ways)
    return Finding("CLOSE_AS", "", {"item": item.name, "closed_as": closed_as, "ways": listed})


def _closable(ledger: Ledger, name: str, rules: Rules) -> Item | Finding | None:
    """What a name is of, if it can be closed; None for what nothing has."""
    asking = line_named(ledger, name)
    if isinstance(asking, Asking):
        return _closable_line(ledger, asking)
    waiting = waiting_appointments(ledger, name)
    if not waiting:
        return Finding("CLOSE_NOTHING", "", {"item": name}) if asking is None and _is_known(ledger, name) else asking
    if closed := _said_last(ledger, Matter("appointment", name)):
        return Finding("CLOSE_TWICE", "", {"item": name, **closed})
    return Item("contact" if _is_contact(*waiting[0], rules) else "held", name, None, None)


def _closable_line(ledger: Ledger, asking: Asking) -> Item | Finding:
    debit = asking.debit
    item = {"item": debit.reference}
    if debit.closed_as:
        return Finding("CLOSE_TWICE", "", {**item, **_said_last(ledger, Matter("line", debit.reference))})
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
    if asking is None and _said_last(ledger, Matter("appointment", name)):
        return Item("", name, None, None)
    return Finding("CLOSE_NOT_CLOSED", "", {"item": name}) if asking is None and _is_known(ledger, name) else asking


def _is_known(ledger: Ledger, name: str) -> bool:
    """Whether an appointment is in the ledger."""
    return bool(waiting_appointments(ledger, name)) or appointment_owner(ledger, name) is not None


def _said_last(ledger: Ledger, matter: Matter) -> dict[str, object]:
    """As what and when it is closed, if it is."""
    said = said_of(ledger, matter)
    return {"closed_as": said[-1].closed_as, "day": said[-1].day} if said and said[-1].closed_as else {}
