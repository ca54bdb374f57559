"""What an act will come to, told before it is done: it is done in the ledger, looked at, and undone.

So there is one set of rules: what keeps it from being done keeps it from being shown, and what the next run would send
is what the judging of a run makes of the patient, as far as the last feed said.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from hashlib import blake2b
from typing import Final

from attrs import define, evolve, frozen

from ...base.problems import Finding
from ...intake.reader import read_unsettled
from ...judging.rules import Rules
from ...ledger import Ledger
from ...ledger.line import Line, line_of
from ...ledger.matters import said_of
from ...ledger.patients import waiting_appointments
from ...settings import Settings
from ..belonging import refuse_strangers
from ..coming import Coming, NextRun
from ..worklist.task import Task
from .acts import Act, Effect
from .closing import Item
from .named import Done, each_named, own_ledger

#: What has a sum of its own once it is closed as that; else what was not granted stays refused.
_SUMS: Final[Mapping[str, str]] = {"write-off": "written_off", "patient": "patient"}


@frozen
class Planned:
    """What an act comes to with one line, or with an appointment that has none (``reference`` ''), or with what else
    there is a task of.

    ``date`` (None where it can't be read) and ``insurer`` ('' where it isn't known) of the care; ``amount_cents``: what
    the line was declared at, None without one. ``effect``: what the act itself did. ``coming``: what the next run
    sends of the appointment then, None where it has no part in it. ``moved_cents``: what of the line is then no longer
    in the sum ``from_sum``, but in ``to_sum``: refused, written_off or patient.
    """

    reference: str
    appointment_id: str
    patient_id: str
    date: date | None
    insurer: str
    amount_cents: int | None
    effect: Effect
    coming: Coming | None = None
    from_sum: str = "refused"
    to_sum: str = "refused"
    moved_cents: int = 0

    @property
    def name(self) -> str:
        """By which it can be named again."""
        task = self.task
        return self.reference or (task.key if task is not None else self.appointment_id)

    @property
    def task(self) -> Task | None:
        """What it is, where that is no line, nor an appointment that waits."""
        return self.effect.task if isinstance(self.effect, Item) else None

    @property
    def kind(self) -> str:
        """The kind of that task, or ''."""
        return self.task.kind if self.task is not None else ""

    @property
    def trajectory(self) -> str:
        """What the trajectory of that task is called, or ''."""
        return self.task.trajectory if self.task is not None else ""

    @cached_property
    def fingerprint(self) -> str:
        """The same as long as the act comes to the same."""
        return blake2b(repr(self).encode(), digest_size=12).hexdigest()


@define(slots=False)
class Preview:
    """What an act comes to with each of what was named, and what it can't be done with: names, where they stood, each
    with why."""

    act: Act
    planned: Sequence[Planned]
    refused: Sequence[tuple[str, int, Finding]]

    @property
    def credit_cents(self) -> int:
        """What the next run takes back of all these."""
        return sum(each.coming.credit_cents for each in self.planned if each.coming is not None)

    @property
    def line_cents(self) -> int:
        """What the next run claims anew of all these."""
        return sum(each.coming.line_cents for each in self.planned if each.coming is not None)

    @property
    def moved_cents(self) -> int:
        """What goes from one sum to another."""
        return sum(each.moved_cents for each in self.planned)


@frozen
class Confirmed:
    """What was done, and ``otherwise``: what was not, as it comes to something else by now than was shown."""

    done: Sequence[Planned]
    otherwise: Preview


def preview(
    settings: Settings, ledger: Ledger, act: Act, names: Iterable[str], today: date, rules: Rules | None = None
) -> Preview:
    """What an act would come to; the ledger, which may be one that is only looked at, is left as it was. Raises
    SettingsError where a table can't be read."""
    rules = rules or Rules.load(settings, today)
    with ledger.trying():
        done = _do(settings, ledger, act, names, rules, today)
        next_run = NextRun(settings, rules, ledger)
        planned = [_planned(ledger, rules, act, effect, next_run) for effect in done.items]
    return Preview(act, planned, done.refused)


def confirm(settings: Settings, act: Act, shown: Mapping[str, str], today: date) -> Confirmed:
    """Does what was shown: with each name, its fingerprint; but for what comes to something else by now. Raises
    SettingsError for the ledger of another practice, and as `own_ledger`."""
    rules = Rules.load(settings, today)
    with own_ledger(settings) as ledger:
        refuse_strangers(ledger, settings)
        first = now = preview(settings, ledger, act, shown, today, rules)
        while otherwise := [each.name for each in now.planned if shown.get(each.name) != each.fingerprint]:
            now = preview(settings, ledger, act, _without(now, otherwise), today, rules)
        done = _do(settings, ledger, act, [each.name for each in now.planned], rules, today)
        act.keep(settings, done.items, today)
        ledger.commit()
    names = {each.name for each in now.planned}
    left = [each for each in first.planned if each.name not in names]
    return Confirmed(now.planned, Preview(act, left, first.refused))


def ways_of(
    settings: Settings, ledger: Ledger, named: str, acts: Iterable[Act], rules: Rules, today: date
) -> Sequence[Act]:
    """Which of these acts can be done with a line or an appointment, by its name."""
    found = []
    for act in acts:
        with ledger.trying():
            if _do(settings, ledger, act, [named], rules, today).items:
                found.append(act)
    return found


def _planned(ledger: Ledger, rules: Rules, act: Act, effect: Effect, next_run: NextRun) -> Planned:
    if isinstance(effect, Item) and (task := effect.task) is not None:
        return Planned("", task.appointment_id, task.patient_id, task.date, task.insurer, None, effect)
    line = line_of(ledger, effect.reference or "")
    planned = _about_appointment(ledger, rules, effect) if line is None else _about_line(line, effect)
    if isinstance(effect, Item):
        rest = effect.rest_cents or 0
        if act.kind == "close":
            return evolve(planned, moved_cents=rest, to_sum=_SUMS.get(act.closed_as, "refused"))
        *_, before, _ = said_of(ledger, effect.about[0])
        planned = evolve(planned, moved_cents=rest, from_sum=_SUMS.get(before.closed_as or "", "refused"))
    return evolve(planned, coming=next_run.of(planned.appointment_id, planned.patient_id, planned.reference))


def _about_line(line: Line, effect: Effect) -> Planned:
    day = date.fromisoformat(line.date)
    about = line.reference, line.appointment_id, line.patient_id, day, line.insurer, line.amount_cents
    return Planned(*about, effect)


def _about_appointment(ledger: Ledger, rules: Rules, effect: Effect) -> Planned:
    """Of one that gave no line."""
    ident = effect.appointment_id
    for patient_id, kept in waiting_appointments(ledger, ident):
        row = read_unsettled(patient_id, kept.texts, rules.meant, settled=True)
        return Planned("", ident, patient_id, row.date, rules.insurers.get(row.uzovi, ""), None, effect)
    return Planned("", ident, "", None, "", None, effect)


def _do(settings: Settings, ledger: Ledger, act: Act, names: Iterable[str], rules: Rules, today: date) -> Done[Effect]:
    return each_named(ledger, names, act.doing(settings, rules, today), act.unknown)


def _without(now: Preview, names: Sequence[str]) -> list[str]:
    return [each.name for each in now.planned if each.name not in names]
