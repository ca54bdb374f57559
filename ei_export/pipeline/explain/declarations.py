"""The stories of what went out as a whole: a run, or one of its declarations."""

import re
from collections.abc import Mapping
from typing import Any, Final

from ...ledger import Ledger
from ...ledger.standing import declarations
from ...reports.story import Step, Story, said, step
from ..declaring.publication import run_label

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
    head = step(
        f"outcome.{kind}",
        run=label,
        day=rows[0]["today"],
        files=len(rows),
        lines=sums["lines"],
        cents=sums["amount_cents"],
    )
    return {kind: [Story(kind, label if kind == "run" else wanted, [head, *map(_declaration, rows)])]}


def _declaration(row: Mapping[str, Any]) -> Step:
    answer = said(f"said.declaration_{row['state']}", day=row["answered"], granted_cents=row["granted_cents"])
    names = {name: row[name] for name in ("file", "standard", "uzovi", "insurer", "invoice", "persons", "lines")}
    return step("declaration.file", cents=row["amount_cents"], answer=answer, **names)
