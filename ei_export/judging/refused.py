"""What is to be said of a credit that was refused; apart, as ``status`` says it too and needs nothing else of a run."""

from ..base.problems import Finding
from ..ledger.credits import RefusedCredit
from ..model.codelists import return_codes
from ..output.refusals import telling


def about(credit: RefusedCredit) -> Finding:
    """What is to be said of a credit that was refused."""
    known = return_codes().get(telling(credit.codes.split()))
    answer = {"codes": credit.codes, "text": known.text.rstrip(".") if known is not None else "-"}
    code = "CREDIT_WAITS" if credit.waits else "PAID_TWICE" if credit.later else "CREDIT_REFUSED"
    lines = {name: getattr(credit, name) for name in ("reference", "credit", "later", "invoice")}
    return Finding(code, "", {**lines, **answer})
