"""What is asked every night reads what is still to be done, and no other line: a ledger holds those of many years."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ei_export.ledger import Ledger
from tests.support.clerk import COURSE, SINGLE, Clerk, the
from tests.support.feeds import Clinic
from tests.support.receiver import Verdict, by_insurer, take_apart

#: What the table is called in a statement.
LINE = re.compile(r"\bline(?: AS (\w+))?\b")
#: How SQLite says that it walks through all of it, perhaps in the order of an index that leaves no line out.
ALL = r"SCAN (?:{})(?: USING INDEX sqlite_autoindex_line_\d+)?"


@pytest.mark.parametrize("command", ["run", "check", "status"])
def test_no_line_is_read_that_nothing_is_to_be_done_about(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic = Clinic.open(tmp_path)
    clerk = Clerk(clinic)
    for content in clinic.feed([*COURSE, SINGLE]).run().files.values():
        message = take_apart(content)
        refused = {line.reference: Verdict(0, ("0611",)) for _, line in message.lines[:1]}
        clerk.gets(by_insurer(message, refused))
    clerk.asks("credit", clerk.reference("A3"))
    clerk.gets(by_insurer(the(clinic.run()), {clerk.reference("A3"): Verdict(0, ("0611",))}))
    read: set[str] = set()

    def watched(name: str) -> None:
        ask = getattr(Ledger, name)

        def asks(ledger: Ledger, sql: str, values: Sequence[object] = ()) -> Iterator[Any]:
            names = {alias or "line" for alias in LINE.findall(sql)}
            plan = [detail for *_, detail in rows(ledger, f"EXPLAIN QUERY PLAN {sql}", values)]
            all_lines = re.compile(ALL.format("|".join(names or {"line"})))
            read.update(f"{detail}: {sql}" for detail in plan if all_lines.fullmatch(detail))
            asked.append(sql)
            yield from ask(ledger, sql, values)

        monkeypatch.setattr(Ledger, name, asks)

    rows, asked = Ledger.rows, list[str]()
    watched("rows")
    watched("named")
    assert clerk.gives(command)[0] in (0, 1)
    assert any(LINE.search(sql) for sql in asked)
    assert read == set()
