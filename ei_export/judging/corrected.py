"""Lines that somebody had corrected: what stands is taken back together with the line that comes in its place."""

from collections.abc import Mapping

from attrs import evolve

from ..base.problems import Finding
from ..ledger.dossier import PENDING
from ..ledger.line import Line
from ..model.appointment import Judgement, Key, Outcome, Past
from ..standards.registry import standard_named
from ..zorg1.trajectories import Grouped
from .answered import as_first
from .context import Context
from .patient import Heard


def hold_back(context: Context, grouped: Grouped, judged: Mapping[Key, Judgement]) -> dict[Key, Judgement]:
    """Tells of each line that stays for now, because its appointment as it is now comes to no other."""
    held: dict[Key, Judgement] = {}
    for ident in judged.keys() & context.replaced.keys():
        judgement, visit = judged[ident], grouped.visits.get(str(ident))
        is_unmapped = visit is not None and not visit.resolution.is_linked  # nobody said that it is none
        if judgement.outcome is Outcome.NOT_ZORG1 and is_unmapped:
            judgement = evolve(judgement, outcome=Outcome.HELD)
        if judgement.outcome in PENDING:
            if all(finding.code != "STRICT_HELD" for finding in judgement.found):
                params = {"reference": context.replaced[str(ident)]}
                judgement = judgement.finding(Finding("CREDIT_HELD_BACK", "", params))
            held[ident] = judgement
    return held


def is_as_declared(
    context: Context, heard: Heard, ident: str, file: tuple[str, str], record: str, head: str
) -> Line | None:
    """The debit to be corrected, where the line in its place would be the same; ``file``: standard and UZOVI number."""
    reference = context.replaced.get(ident)
    if reference is None:
        return None
    (debit,) = [debit for debit in heard.debits[ident] if debit.reference == reference]
    is_same = (debit.standard, debit.uzovi) == file and as_first(debit) == head
    stands = debit.stands and debit.became != "partly_granted"
    return debit if stands and is_same and standard_named(debit.standard).same_person(debit.person, record) else None


def put_back(past: Past, debit: Line) -> Judgement:
    """What an appointment comes to that is taken for what it was declared as, as if nobody had asked for anything."""
    past = evolve(past, settled_as=Outcome.DECLARED, units=debit.units, linked=debit.code)
    return Judgement(Outcome.EARLIER, (Finding("CORRECTION_DROPPED", "", {"reference": debit.reference}),), past)
