"""What is to be said of a credit that was refused; apart, as ``status`` says it too and needs nothing else of a run."""

from ..base.problems import Finding
from ..ledger.credits import RefusedCredit
from ..model.codelists import return_codes
from ..output.refusals import telling


def about(credit: RefusedCredit) -> Finding:
    """What is to be said of a credit that was refused."""
    answer = credit.credit
    known = return_codes().get(telling(answer.return_codes))
    code = "CREDIT_WAITS" if credit.waits else "PAID_TWICE" if credit.later else "CREDIT_REFUSED"
    lines = {"reference": credit.debit.reference, "credit": answer.reference, "later": credit.later}
    text = known.text.rstrip(".") if known is not None else "-"
    return Finding(code, "", {**lines, "invoice": answer.invoice, "codes": answer.codes, "text": text})
