"""What was done and is not declared, with the money where that is known: as the last run left it."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final, Literal, get_args

from attrs import frozen

from ...intake.reader import read_unsettled
from ...judging.rules import Rules
from ...ledger import Ledger
from ...ledger.dossier import Unsettled
from ...ledger.figures import to_go_again
from ...ledger.standing import waiting
from ...model.appointment import Outcome
from ..worklist.stake import is_due, is_refused, money

#: Why it is not declared: held, a row that can't be read, no contract position on its day, or its run was withdrawn.
Why = Literal["held", "unreadable", "no_agreement", "withdrawn"]
WHYS: Final[Sequence[Why]] = get_args(Why)


@frozen
class Undeclared:
    """So many ``appointments`` with an insurer ('' where that can't be told), and the ``cents`` that they come to; of
    ``estimated`` of them by what is known of another day, and of ``unknown`` of them nobody can say."""

    insurer: str
    why: Why
    appointments: int = 0
    cents: int = 0
    estimated: int = 0
    unknown: int = 0

    def __add__(self, other: "Undeclared") -> "Undeclared":
        sums = (getattr(self, name) + getattr(other, name) for name in _COUNTED)
        return Undeclared(self.insurer, self.why, *sums)


_COUNTED: Final = ("appointments", "cents", "estimated", "unknown")


def undeclared(ledger: Ledger, rules: Rules) -> Sequence[Undeclared]:
    """What would give a line and gave none, by insurer and why. Contacts that only count are none of it."""
    found: dict[tuple[str, Why], Undeclared] = {}
    for each in chain(_withdrawn(ledger), _waiting(ledger, rules)):
        key = each.insurer, each.why
        found[key] = found[key] + each if key in found else each
    return sorted(found.values(), key=lambda each: (each.insurer, WHYS.index(each.why)))


def _withdrawn(ledger: Ledger) -> Iterator[Undeclared]:
    for insurer, (lines, cents) in to_go_again(ledger).items():
        yield Undeclared(insurer, "withdrawn", lines, cents)


def _waiting(ledger: Ledger, rules: Rules) -> Iterator[Undeclared]:
    for patient_id, kept in waiting(ledger):
        if not is_refused(kept):
            row = read_unsettled(patient_id, kept.texts, rules.meant, settled=True)
            resolution = rules.resolver.of(row)
            if is_due(resolution):
                worth = money(rules, resolution, row.date)
                basis, insurer = worth["basis"], resolution.insurer or rules.insurers.get(row.uzovi, "")
                counts = 1, worth["amount_cents"] or 0, int(basis == "estimate"), int(basis == "unknown")
                yield Undeclared(insurer, _why(kept), *counts)


def _why(kept: Unsettled) -> Why:
    match kept.outcome:
        case Outcome.NO_AGREEMENT:
            return "no_agreement"
        case Outcome.UNREADABLE:
            return "unreadable"
        case _:
            return "held"
