"""What judging comes to: of a patient, and added up of many."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from attrs import define, field, fields_dict

from ..base.problems import Finding
from ..base.value import value
from ..ledger.patients import StoredDossier
from ..model.appointment import Outcome
from ..model.due import DueLine


@define
class Totals:
    """What adds up, patient by patient.

    ``outcomes`` counts rows and remembered appointments alike; ``held`` ones by UZOVI number. ``released``
    trajectory numbers are no longer the patient's, ``moved`` appointments and ``numbers``
    are the patient's now, and ``taken`` appointments no longer those of who had them. Of appointments that are to be
    corrected, ``held_back`` ones come to no line yet, and ``dropped`` ones are as they were declared again. ``shown``
    ones were read back from published runs and are in the feed. ``doubtful`` counts by UZOVI number the appointments
    whose insurer is not sure on their day; ``unasked`` are the insurers of lines whose amount is not number × tariff,
    and nobody said that this is what they want. ``settled`` are the references of debits that nobody waits for any
    more: others come in their place, or nothing is to. ``buckets`` are those of the patients that were judged, each
    with the tally of what their rows count as when seen again, None while something is left to do.
    """

    outcomes: Counter[Outcome] = field(factory=Counter)
    held: Counter[str] = field(factory=Counter)
    remembered: int = 0
    released: list[tuple[str, str]] = field(factory=list)
    moved: list[tuple[str, str]] = field(factory=list)
    taken: list[tuple[str, str]] = field(factory=list)
    numbers: list[tuple[str, str]] = field(factory=list)
    held_back: set[str] = field(factory=set)
    dropped: set[str] = field(factory=set)
    shown: list[str] = field(factory=list)
    settled: set[str] = field(factory=set)
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


_TOTALS: Final = tuple(fields_dict(Totals))


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


@define
class Result(Totals):
    """What a patient comes to: also ``lines`` that are due, ``problems``, and the ``dossier`` for next time; ``again``:
    what the rows count as when seen again, None while something is left to do."""

    lines: Sequence[DueLine] = ()
    problems: Sequence[Told] = ()
    dossier: StoredDossier | None = None
    again: Counter[Outcome] | None = None


def tally_of(outcomes: Mapping[Outcome, int]) -> str:
    """How often there is each outcome, as the ledger keeps it: name=count, a space between."""
    return " ".join(f"{outcome.value}={outcomes[outcome]}" for outcome in Outcome if outcomes.get(outcome))


def counted(tally: str) -> Counter[Outcome]:
    """What `tally_of` wrote."""
    counts = (count.split("=") for count in tally.split(" "))
    return Counter({Outcome(name): int(count) for name, count in counts})
