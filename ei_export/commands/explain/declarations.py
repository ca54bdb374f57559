"""The stories of what went out as a whole: a run, or one of its declarations."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...base.reasons import Reason, reason
from ...declaring.numbers import run_label
from ...ledger import Ledger
from ...ledger.standing import declarations
from ...model.codelists import return_codes
from ...output.refusals import reasons
from ...standards.answer import GOOD
from .story import Quoted, Story

#: What a number of more lines can be of.
DECLARATIONS: Final = ("run", "invoice")
_RUN: Final = re.compile(r"[Rr]0*([1-9][0-9]{0,8})")


def declaration_stories(ledger: Ledger, wanted: str) -> dict[str, list[Story]]:
    """The story of a run by the name of its folder, or of a declaration by its invoice number, if it is one."""
    match = _RUN.fullmatch(wanted)
    if match is not None:
        kind, rows = "run", [row for row in declarations(ledger) if row["run"] == int(match[1])]
    else:
        kind, rows = "invoice", [row for row in declarations(ledger) if row["invoice"] == wanted]
    if not rows:
        return {}
    sums = {name: sum(row[name] for row in rows) for name in ("persons", "lines", "amount_cents")}
    label = run_label(rows[0]["run"])
    head = reason(
        f"outcome.{kind}",
        run=label,
        day=rows[0]["today"],
        files=len(rows),
        lines=sums["lines"],
        cents=sums["amount_cents"],
    )
    steps = [each for row in rows for each in _declaration(row)]
    return {kind: [Story(kind, label if kind == "run" else wanted, [head, *steps])]}


def _declaration(row: Mapping[str, Any]) -> Iterator[Reason]:
    """A declaration, and where it was refused as a whole, what for."""
    answer = reason(f"said.declaration_{row['state']}", day=row["answered"], granted_cents=row["granted_cents"])
    names = {name: row[name] for name in ("file", "standard", "uzovi", "insurer", "invoice", "persons", "lines")}
    yield reason("declaration.file", cents=row["amount_cents"], answer=answer, **names)
    if row["state"] == "refused":
        codes = row["return_codes"].split()
        places = {"insurer": row["insurer"], "invoice": row["invoice"], "by": "VECOZO"}
        for code, found in reasons([code for code in codes if code != GOOD], whole=GOOD not in codes):
            known = return_codes().get(code)
            meaning = known.text if known is not None else reason("said.meaning_unknown")
            if code:
                yield reason("note.return_code", "specs/codelists/return-codes.csv", code=code, meaning=meaning)
            worded = {"meaning": Quoted(found.meaning, places), "remedy": Quoted(found.remedy, places)}
            yield reason("remedy.answer", "specs/codelists/return-remedies.csv", **worded)
