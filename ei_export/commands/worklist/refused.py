"""A line that was refused: what is told of it, what it was refused for, and what to do."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ...base.problems import Language
from ...base.wording import SPAN, day_text, euros
from ...ledger.line import Line
from ...output.refusals import official, reasons, worded

#: What is told of a line that was refused.
REFUSED: Final = (
    "insurer", "invoice", "reference", "appointment_id", "trajectory", "date", "f_code", "units", "amount_cents",
    "return_codes", "remark", "uzovi", "waits_for", "refused_on",
)  # fmt: skip
#: What is called otherwise in our documents than in the ledger.
_FIELDS: Final = {"status": "became", "waits_for": "again", "refused_on": "answered"}


def told(line: Line, names: Sequence[str]) -> dict[str, Any]:
    """What is told of a line: None where it has no ``previous``, ``granted_cents`` 0 while there is no answer."""
    row = {name: getattr(line, _FIELDS.get(name, name)) for name in names}
    if "previous" in row:
        row |= {"previous": line.previous or None, "granted_cents": line.granted_cents or 0}
    return row


def refusal(row: Mapping[str, Any], language: Language) -> dict[str, str]:
    """What a refused line (`REFUSED`) was refused for, what to do about it, and whether it can be declared again. Of
    many lines together: from which day through which they are; what they don't share is a text."""
    whole, cents = row["waits_for"] == "header", row["amount_cents"]
    codes = () if isinstance(row["return_codes"], str) else row["return_codes"]
    reason, found = next(reasons(codes, whole=whole))
    day = SPAN.join(day_text(dt.date.fromisoformat(each), language) for each in row["date"].split(SPAN))
    by = row["insurer"] if row["waits_for"] == "feed" else "VECOZO"
    places = {**row, "date": day, "amount": euros(cents, language) if isinstance(cents, int) else cents, "by": by}
    return {
        "meaning": worded(found.meaning, places, language),
        "remedy": worded(found.remedy, places, language),
        "again": found.again,
        "text": official(reason, language) if reason else "",
    }
