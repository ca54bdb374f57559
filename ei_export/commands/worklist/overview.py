"""What asks for attention, whatever today's feed brings: told from the ledger, the settings and the tables.

The ledger may be one that is looked at, or that of a run which has written down what it came to.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import chain, groupby
from operator import attrgetter
from typing import Final, TypeAlias

from attrs import evolve, frozen

from ...base.problems import Finding, Language, Severities, render
from ...base.tables import FOREVER
from ...intake.reader import read_unsettled
from ...judging.rules import Rules
from ...ledger import Ledger
from ...ledger.dossier import Unsettled
from ...ledger.line import Line
from ...ledger.matters import Matter, closed_matters
from ...ledger.standing import Started, refused, waiting, without_end
from ...model.appointment import Outcome
from ...model.tasks import Ending, TaskName
from ...settings import Contract, Settings
from ...zorg1.agreements import ANY, Agreement, Agreements
from ...zorg1.resolution import Verdict
from .attention import EndingTable, NearDeadline, OpenTrajectory, Overview, Rows, State
from .by_now import PUT_RIGHT, ByNow
from .stake import is_due, is_refused

#: What an ending is as a task.
ENDS: Final[Mapping[Ending, TaskName]] = {
    "agreements": "agreements_end",
    "tariffs": "tariffs_end",
    "contract": "contract_end",
}
#: What ended longer ago has been missed by now, or is not wanted.
_YEAR: Final = timedelta(days=365)
#: More products than this are told of by the first and the last.
_MOST_NAMED: Final = 6
#: The last day of care that is held as there is nothing on that day: by what that is, insurer, and product or, for any
#: of them, ''.
Held: TypeAlias = Mapping[tuple[Ending, str, str], date]
NOTHING_HELD: Final[Held] = {}


def overview(ledger: Ledger, settings: Settings, rules: Rules) -> Overview:
    """How things stand on the day of the rules. To be closed."""
    today, status = rules.judge.today, settings.status
    found = Overview(
        day=today,
        forgotten_weeks=status.forgotten_weeks,
        soon_weeks=status.soon_weeks,
        open_trajectories=Rows(OpenTrajectory, _longest_ago),
        deadlines=Rows(NearDeadline, _soonest),
        endings=tuple(ending for ending, _ in endings(ledger, settings, rules)),
    )
    for started in still_open(ledger, settings, rules, today - timedelta(weeks=status.forgotten_weeks)):
        found.open_trajectories.add(_open_trajectory(started, today))
    by_now = ByNow(settings, rules)
    held = (_held(patient, kept, rules, by_now, settings.language) for patient, kept in waiting(ledger))
    nearest = chain(held, (_refused(row, rules) for row in refused(ledger)))
    for near in filter(None, nearest):
        if near.days_left <= status.soon_weeks * 7:
            found.deadlines.add(near)
    return found


# Forgotten ends.


def _ends(agreements: Agreements) -> Mapping[tuple[str, str, str], Sequence[Agreement]]:
    """What the tables say of ends, by insurer, program and profile. The products of TKP and THP have none."""
    ends: dict[tuple[str, str, str], list[Agreement]] = {}
    for agreement in agreements:
        if agreement.moment == "end":
            ends.setdefault((agreement.insurer, agreement.program, agreement.profile), []).append(agreement)
    return ends


def still_open(
    ledger: Ledger,
    settings: Settings,
    rules: Rules,
    last: date,
    patient_id: str | None = None,
    *,
    closed: bool = False,
) -> Iterator[Started]:
    """The trajectories that can have an end and have none, of which nothing was heard after a day; of one patient, or
    of all. Those that nobody closed, or those that somebody did."""
    agreements, decided = rules.judge.agreements, closed_matters(ledger)
    ends = _ends(agreements)
    for started in without_end(ledger, last, patient_id):
        whole = evolve(started, program=agreements.programs.whole(started.program))
        if (matter_of(started) in decided) is closed and _can_end(whole, ends, settings.contracts):
            yield started


def matter_of(started: Started) -> Matter:
    """A trajectory without an end as it can be closed: until there is another visit of it."""
    known = f"{started.started} {started.last} {started.contacts}"
    return Matter("open_trajectory", started.trajectory, known)


def _can_end(
    started: Started, ends: Mapping[tuple[str, str, str], Sequence[Agreement]], contracts: Iterable[Contract]
) -> bool:
    """Whether such a trajectory has an end at all, and the practice may declare it (Zorg1 §3.1)."""
    fitting = ends.get((started.insurer, started.program, started.profile), ())
    positions = (contract for contract in contracts if contract.insurer == started.insurer)
    return any(row.covers(started.started) for row in fitting) and any(c.covers(started.started) for c in positions)


def _open_trajectory(started: Started, today: date) -> OpenTrajectory:
    return OpenTrajectory(
        trajectory=started.trajectory,
        patient_id=started.patient_id,
        insurer=started.insurer,
        program=started.program,
        profile=started.profile,
        started=started.started,
        last_contact=started.last if started.last > started.started else None,
        contacts=started.contacts,
        weeks_open=(today - started.started).days // 7,
    )


def _longest_ago(row: OpenTrajectory) -> tuple[str, ...]:
    return (row.last_contact or row.started).isoformat(), row.started.isoformat(), row.trajectory, row.patient_id


# Deadlines.


def _held(patient_id: str, kept: Unsettled, rules: Rules, by_now: ByNow, language: Language) -> NearDeadline | None:
    """When a line that is held has to be submitted; None where nothing is due, nobody says when, or it was refused: it
    is then one of `refused`."""
    if is_refused(kept):
        return None
    appointment = read_unsettled(patient_id, kept.texts, rules.meant, settled=True)
    if (day := appointment.date) is None:
        return None
    resolution = rules.resolver.of(appointment)
    if not is_due(resolution) or resolution.verdict is Verdict.NO_AGREEMENT:
        return None
    trajectory = appointment.called(appointment.number)
    state: State = "unreadable" if kept.outcome is Outcome.UNREADABLE else "held"
    found = _cause(by_now.found(appointment, kept), rules.judge.severities)
    code, message = (found.code, render(found.code, found.params, language)[0]) if found is not None else ("", "")
    return _near(rules, resolution.insurer, appointment.id, trajectory, day, state, code, message)


def _refused(line: Line, rules: Rules) -> NearDeadline | None:
    """When a line that was refused has to be submitted again, if anybody asks for that."""
    day, refused = date.fromisoformat(line.date), line.refused_on
    return _near(rules, line.insurer, line.appointment_id, line.trajectory, day, "refused", refused=refused)


def _near(
    rules: Rules,
    insurer: str,
    appointment_id: str,
    trajectory: str,
    day: date,
    state: State,
    code: str = "",
    message: str = "",
    refused: date | None = None,
) -> NearDeadline | None:
    """A line by its deadline; None where its insurer publishes none."""
    days = rules.judge.last_days(insurer, day, refused)
    if (last := days.counting) is None:
        return None
    care, again = (each.day if each is not None else None for each in (days.care, days.refusal))
    left = (last.day - rules.judge.today).days
    return NearDeadline(insurer, appointment_id, trajectory, day, last.day, left, state, code, message, care, again)


def _cause(found: Sequence[Finding], severities: Severities) -> Finding | None:
    """The problem that holds an appointment: the first error, if there is one; or that it is put right."""
    return next((each for each in found if severities.of(each.code) == "error" or each.code == PUT_RIGHT), None)


def _soonest(row: NearDeadline) -> tuple[str, ...]:
    """What can still be saved comes first, then what was missed last."""
    return str(int(row.days_left < 0)), f"{abs(row.days_left):06}", row.insurer, row.appointment_id


# What ends.


@frozen
class _End:
    """The last day of one product, price list or code."""

    kind: Ending
    file: str
    insurer: str
    last_day: date
    product: str

    @property
    def matter(self) -> Matter:
        """As it can be closed: until its last day is another."""
        return Matter(ENDS[self.kind], f"{self.insurer} {self.product}", self.last_day.isoformat())


def endings(
    ledger: Ledger, settings: Settings, rules: Rules, held: Held = NOTHING_HELD, *, closed: bool = False
) -> Iterator[tuple[EndingTable, Sequence[Matter]]]:
    """What is needed after its last day, and ends soon or ended less than a year ago; the first to end first, each with
    what is closed of it at once. What nobody closed, or what somebody did; but for that of which care is ``held``."""
    today, soon = rules.judge.today, timedelta(weeks=settings.status.soon_weeks)
    decided = closed_matters(ledger)
    ends = {
        end
        for end in (*_rule_ends(settings, rules), *_tariff_ends(settings, rules), *_contract_ends(settings))
        if end.last_day <= today + soon
        and end.last_day > today - (soon if end.kind == "contract" else _YEAR)
        and not _holds(end, held)
        and (end.matter in decided) is closed
    }
    together = attrgetter("last_day", "insurer", "kind")
    for (last_day, insurer, kind), grouped in groupby(sorted(ends, key=_in_order), key=together):
        same = [*grouped]
        products = _listed([end.product for end in same])
        files = ", ".join(dict.fromkeys(end.file for end in same))
        ending = EndingTable(kind, files, insurer, products, last_day, (last_day - today).days)
        yield ending, [end.matter for end in same]


def _holds(end: _End, held: Held) -> bool:
    """Whether care of after it is held."""
    days = (held.get((end.kind, end.insurer, product), date.min) for product in ("", end.product))
    return max(days) > end.last_day


def _in_order(end: _End) -> tuple[date, str, str, str, str]:
    return end.last_day, end.insurer, end.kind, end.file, end.product


def _rule_ends(settings: Settings, rules: Rules) -> Iterator[_End]:
    """Up to when the tables know each program of an insurer, where a contract position goes on after it."""
    latest: dict[tuple[str, str], Agreement] = {}
    for row in rules.judge.agreements:
        known = latest.get((row.insurer, row.program))
        if row.program != ANY and (known is None or row.valid_until > known.valid_until):
            latest[row.insurer, row.program] = row
    for (insurer, program), row in latest.items():
        if _goes_on(insurer, row.valid_until, settings.contracts):
            yield _End("agreements", row.rule.rpartition(":")[0], insurer, row.valid_until, program)


def _tariff_ends(settings: Settings, rules: Rules) -> Iterator[_End]:
    """The last day of each tariff, where its product and the contract position go on after it."""
    file = settings.tariffs_path.name if settings.tariffs_path is not None else ""
    for row in rules.judge.agreements:
        last_day = max((tariff.valid_until for tariff in rules.resolver.tariffs(row)), default=FOREVER)
        if last_day < row.valid_until and _goes_on(row.insurer, last_day, settings.contracts):
            yield _End("tariffs", file, row.insurer, last_day, row.code)


def _contract_ends(settings: Settings) -> Iterator[_End]:
    """The last day of each price list that is agreed on."""
    last_days: dict[tuple[str, str], date] = {}
    for contract in settings.contracts:
        for name in contract.lists:
            key = contract.insurer, name
            last_days[key] = max(contract.valid_until, last_days.get(key, date.min))
    for (insurer, name), last_day in last_days.items():
        yield _End("contract", settings.path.name, insurer, last_day, name)


def _goes_on(insurer: str, last_day: date, contracts: Iterable[Contract]) -> bool:
    """Whether a contract position with an insurer goes on after a day."""
    return any(contract.insurer == insurer and contract.valid_until > last_day for contract in contracts)


def _listed(products: Sequence[str]) -> str:
    """Some products by name, many by the first and the last."""
    if len(products) <= _MOST_NAMED:
        return ", ".join(products)
    return f"{products[0]} … {products[-1]} ({len(products)})"
