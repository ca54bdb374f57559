"""Of appointments that gave no line, what waits: held, without contract position, or with a code that nobody linked."""

from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Final

from attrs import evolve

from ...base.problems import Finding, catalogue
from ...base.wording import quoted_word
from ...intake.person import PERSON_COLUMNS
from ...intake.reader import read_unsettled
from ...judging.rules import Rules
from ...ledger import Ledger
from ...ledger.dossier import Unsettled
from ...ledger.standing import waiting
from ...ledger.worklist import kept_trajectories, not_linked
from ...model.tasks import Ending, TaskName, cause_rules, task_kinds
from .by_now import ByNow
from .stake import is_due, money, term
from .task import Task

#: The parameter that says what there is none of.
_ENDED: Final[Mapping[Ending, str]] = {"agreements": "code", "tariffs": "code", "contract": "list"}
_OF_PERSON: Final = frozenset(PERSON_COLUMNS)


def of_appointments(
    ledger: Ledger,
    rules: Rules,
    by_now: ByNow,
    heard: Set[tuple[str, str]],
    ended: dict[tuple[Ending, str, str], date],
    patient: str | None = None,
) -> Iterator[Task]:
    """What waits, but for what was ``heard`` of, each with its patient; of one ``patient``, or of all. What there is
    none of on their days is added to what ``ended``, as `Held` has it."""
    for patient_id, same in groupby(waiting(ledger, patient), key=itemgetter(0)):
        waits = [kept for _, kept in same if (patient_id, kept.appointment_id) not in heard]
        held = {kept.appointment_id: _Held(ledger, rules, by_now, patient_id, kept) for kept in waits}
        for each in held.values():
            others = (held[ident] for ident in each.because_of if ident in held)
            cause = next((other for other in others if not other.because_of), each)
            each.note_ended(ended)
            yield each.task(cause.waits_for)


def of_codes(ledger: Ledger, rules: Rules) -> Iterator[Task]:
    """The codes that nobody linked; what was linked since the last run is none."""
    for code, declare_under, count in not_linked(ledger):
        if rules.resolver.is_explained(code, declare_under):
            continue
        column, word = ("declare_under", declare_under) if declare_under else ("code", code)
        word = quoted_word(word)
        found = Finding("CODE_NOT_LINKED", column, {"code": word, "count": count})
        yield Task.of("not_linked", [found], key=f"not_linked:{word}", count=count, waits_for=("code", word))


class _Held:
    """An appointment that waits, and why.

    ``because_of`` are the appointments that it waits for, if it waits for nothing else; ``waits_for`` is the same for
    all that waits for one cause.
    """

    def __init__(self, ledger: Ledger, rules: Rules, by_now: ByNow, patient_id: str, kept: Unsettled) -> None:
        self._ledger, self._rules, self._kept = ledger, rules, kept
        self._row = row = read_unsettled(patient_id, kept.texts, rules.meant, settled=True)
        self._trajectory = row.called(row.number)
        self._resolution = rules.resolver.of(row)
        self._has_agreement = by_now.has_agreement(row, kept)
        self._found = self._in_order(by_now.found(row, kept))
        first = self._found[0]
        ids = str(first.params.get("appointments", "")) if catalogue()[first.code].consequence else ""
        self.because_of = [*filter(None, ids.split(", "))]
        self.waits_for = self._waits_for(first)

    def _in_order(self, found: Sequence[Finding]) -> Sequence[Finding]:
        """What is wrong: what holds this one by itself before what holds many, so that these are what there is to do
        about the others; and what follows from something else last."""
        errors = [each for each in found if self._rules.judge.severities.of(each.code) == "error"]
        if not errors:  # without contract position, or nothing is wrong any more
            return sorted(found, key=lambda each: each.code not in cause_rules()) or [Finding("TASK_HELD_UNSAID")]
        return sorted(errors, key=lambda each: (catalogue()[each.code].consequence, each.code in cause_rules()))

    def _waits_for(self, first: Finding) -> Sequence[str]:
        row = self._row
        if (rule := cause_rules().get(first.code)) is not None:
            own = {"patient": row.patient_id, "trajectory": self._trajectory}
            return (rule.cause, *(own.get(name) or str(first.params.get(name, "")) for name in rule.by))
        if first.column in _OF_PERSON:
            return ("person", row.patient_id, first.code)
        return ("appointment", row.patient_id, row.id)

    def note_ended(self, ended: dict[tuple[Ending, str, str], date]) -> None:
        """Notes what there is none of on its day, if it waits for that, by its last day."""
        found, day = self._found[0], self._row.date
        rule = cause_rules().get(found.code)
        if rule is None or not rule.ends or day is None:
            return
        insurer, product = str(found.params["insurer"]), str(found.params.get(_ENDED[rule.ends], ""))
        if rule.ends == "agreements":
            product = next((each.program for each in self._rules.judge.agreements.periods(insurer, product)), product)
        key = rule.ends, insurer, product
        ended[key] = max(day, ended.get(key, day))

    def task(self, waits_for: Sequence[str]) -> Task:
        """What is to be done about it."""
        row, resolution = self._row, self._resolution
        task = Task.of(
            self._kind(),
            self._found,
            key=row.id,
            patient_id=row.patient_id,
            date=row.date,
            insurer=self._rules.insurers.get(row.uzovi, ""),
            appointment_id=row.id,
            trajectory=self._trajectory,
            waits_for=waits_for,
            **money(self._rules, resolution, row.date, self._contacts()),
            **self._term(),
        )
        return evolve(task, ways=task_kinds()["contact"].ways) if self._is_contact else task

    def _kind(self) -> TaskName:
        if not self._has_agreement:
            return "no_agreement"
        rule = cause_rules().get(self._found[0].code)
        return "contact" if self._is_contact else "held" if rule is None or not rule.kind else rule.kind

    @property
    def _is_contact(self) -> bool:
        """Whether it only counts, and has no money of its own."""
        return self._resolution.moment == "contact" and not is_due(self._resolution)

    def _term(self) -> dict[str, object]:
        if not self._has_agreement or not is_due(self._resolution):
            return {}
        return term(self._rules, self._resolution.insurer, self._row.date)

    def _contacts(self) -> int | None:
        """How many contacts count so far in an end that counts them."""
        agreement, place = self._resolution.agreement, self._kept.place
        if agreement is None or agreement.units != "count" or not place:
            return None
        return kept_trajectories(self._ledger, self._row.patient_id)[place - 1].contacts
