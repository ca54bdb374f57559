"""What judging comes to: of a patient, and added up of many."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from attrs import define, field, fields_dict

from ..base.problems import Finding
from ..base.value import value
from ..ledger.care import RegularCare
from ..ledger.patients import StoredDossier
from ..ledger.planned import PlannedAppointment
from ..model.appointment import OUTCOMES, Outcome
from ..model.due import DueLine

T = TypeVar("T")


@define
class Totals:
    """What adds up, patient by patient; most of it is of few patients.

    ``outcomes`` counts rows and remembered appointments alike; ``held`` ones by UZOVI number, and of these
    the ``closed`` ones. ``released``
    trajectory numbers are no longer the patient's, ``moved`` appointments and ``numbers``
    are the patient's now, and ``taken`` appointments no longer those of who had them. Of appointments that are to be
    corrected, ``held_back`` ones come to no line yet, and ``dropped`` ones are as they were declared again. ``shown``
    ones were read back from published runs and are in the feed. ``doubtful`` counts by UZOVI number the appointments
    whose insurer is not sure on their day; ``unasked`` are the insurers of lines whose amount is not number × tariff,
    and nobody said that this is what they want. ``given_up`` are the references of debits that nobody waits for
    any more: others come in their place, or nothing is to. ``planned`` appointments are still to come, and those that
    are ``over``, each with the patient, aren't any more. ``buckets`` are those of the patients that were judged, each
    with the tally of what their rows count as when seen again, None while something is left to do.
    """

    outcomes: Counter[Outcome] = field(factory=Counter)
    held: Counter[str] = field(factory=Counter)
    remembered: int = 0
    closed: Counter[str] = field(factory=Counter)
    released: list[tuple[str, str]] = field(factory=list)
    moved: list[tuple[str, str]] = field(factory=list)
    taken: list[tuple[str, str]] = field(factory=list)
    numbers: list[tuple[str, str]] = field(factory=list)
    held_back: set[str] = field(factory=set)
    dropped: set[str] = field(factory=set)
    shown: list[str] = field(factory=list)
    given_up: set[str] = field(factory=set)
    planned: list[PlannedAppointment] = field(factory=list)
    over: list[tuple[str, str]] = field(factory=list)
    doubtful: Counter[str] = field(factory=Counter)
    unasked: set[str] = field(factory=set)
    buckets: dict[int, str | None] = field(factory=dict)

    def add(self, other: "Totals") -> None:
        """Adds up, field by field."""
        for name in _TOTALS:
            if more := getattr(other, name):
                own = getattr(self, name)
                if isinstance(own, int):
                    setattr(self, name, own + more)
                elif isinstance(own, list):
                    own.extend(more)
                else:  # counts are added up, and sets joined
                    own.update(more)

    def count(self, result: "Result") -> None:
        """Adds up what a patient came to."""
        add_up(self.outcomes, result.outcomes)
        add_up(self.held, result.held)
        self.remembered += result.remembered
        for more in result.totals:
            self.add(more)


_TOTALS: Final = tuple(fields_dict(Totals))
#: Of a row of which nothing is left.
NOT_COMPLETED: Final = Totals(Counter({Outcome.NOT_COMPLETED: 1}))


@value
class Told:
    """A finding at its place, as people may see it; ``row`` of the feed, None where the ledger remembers it.
    ``outcome`` of the appointment, None of one that is none any more."""

    finding: Finding
    appointment_id: str
    trajectory: str
    row: int | None
    uzovi: str
    outcome: Outcome | None


@value
class Result:
    """What a patient comes to: ``outcomes``, ``held`` and ``remembered`` as of `Totals`, and ``totals`` with all that
    few patients add to these; ``lines`` that are due, ``problems``, and the ``dossier`` and ``regular`` care for next
    time; ``again``: what the rows count as when seen again, None while something is left to do."""

    outcomes: Mapping[Outcome, int]
    held: Mapping[str, int] = field(factory=dict)
    remembered: int = 0
    totals: Sequence[Totals] = ()
    lines: Sequence[DueLine] = ()
    problems: Sequence[Told] = ()
    dossier: StoredDossier | None = None
    regular: RegularCare | None = None
    again: Mapping[Outcome, int] | None = None


def add_up(own: dict[T, int], more: Mapping[T, int]) -> None:
    """Adds counts to others; quicker than a `Counter` does it, where there are few."""
    for each, count in more.items():
        own[each] = own.get(each, 0) + count


_NAMED: Final = {name: outcome for outcome, name in OUTCOMES.items()}


def tally_of(outcomes: Mapping[Outcome, int]) -> str:
    """How often there is each outcome, as the ledger keeps it: name=count, a space between."""
    return " ".join([f"{name}={outcomes[outcome]}" for outcome, name in OUTCOMES.items() if outcomes.get(outcome)])


def outcomes_of(tally: str) -> dict[Outcome, int]:
    """What `tally_of` wrote."""
    counts = (count.split("=") for count in tally.split(" "))
    return {_NAMED[name]: int(count) for name, count in counts}
