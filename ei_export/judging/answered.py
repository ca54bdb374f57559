"""What the answers to an appointment's lines say of declaring it again."""

from collections.abc import Mapping

from ..base.problems import Finding
from ..ledger.dossier import PENDING
from ..ledger.line import Line
from ..model.appointment import Judgement, Key
from ..model.codelists import return_codes
from ..output.refusals import telling
from ..standards.registry import standard_named
from .patient import Heard


def why_not_again(heard: Heard, ident: str) -> Finding | None:
    """What keeps an appointment from being declared again: another debit of it that stands or was sent
    after all, or a header at fault."""
    last = heard.again.get(ident)
    if last is None:
        return None
    standing = [debit.reference for debit in heard.debits[ident] if debit.stays]
    if standing:
        return Finding("DEBIT_STANDS", "", {"reference": ", ".join(standing)})
    for debit in heard.debits[ident]:
        if debit.contradicted:
            return Finding("WITHDRAWN_ANSWERED", "", {"reference": debit.reference, "invoice": debit.invoice})
    return _declaration_refused(last) if last.again == "header" else None


def _declaration_refused(debit: Line) -> Finding:
    return Finding("DECLARATION_REFUSED", "", {"invoice": debit.invoice, **_answer(debit)})


def name_answers(heard: Heard, judged: Mapping[Key, Judgement]) -> dict[Key, Judgement]:
    """Tells of the answers to what is held for something else, which may be all that there is to put right."""
    told: dict[Key, Judgement] = {}
    for ident, last in heard.again.items():
        judgement = judged.get(ident)
        if judgement is None or last.again not in ("line", "header") or judgement.outcome not in PENDING:
            continue
        if not {"LINE_REFUSED", "DECLARATION_REFUSED"}.intersection(finding.code for finding in judgement.found):
            before = Finding("LINE_REFUSED_BEFORE", "", {"reference": last.reference, **_answer(last)})
            told[ident] = judgement.finding(_declaration_refused(last) if last.again == "header" else before)
    return told


def why_not_the_same(heard: Heard, ident: str, record: str, head: str) -> Finding | None:
    """What keeps a line from going out that was found at fault before: it would be the same."""
    last = heard.again.get(ident)
    if last is None or last.again != "line" or head != as_first(last):
        return None
    if not standard_named(last.standard).same_person(record, last.person):
        return None
    return Finding("LINE_REFUSED", "", {"reference": last.reference, **_answer(last)})


def _answer(debit: Line) -> dict[str, object]:
    """The return codes of a debit, and what the most telling one says."""
    known = return_codes().get(telling(debit.codes.split()))
    return {"codes": debit.codes, "text": known.text.rstrip(".") if known is not None else "-"}


def as_first(debit: Line) -> str:
    """The line of a debit as it would have been sent as a first declaration."""
    return standard_named(debit.standard).declared_anew(debit.sent, "", "")
