"""``werklijst.csv`` and ``werklijst.xlsx``: the work list as a table, a row for everything that is open.

What waits for one cause has the number of its task in common, and stands together. No BSN, name or birth date is in it.
"""

from collections.abc import Iterable, Iterator
from itertools import count
from typing import BinaryIO, Final

from ...base.problems import Language
from ...base.words import words
from ...output.sheets import Column, CsvRows, Row, Sheet, Workbook, titled
from .worklist import WorkList

#: What is called in the files as in Dutch, whatever the language of the practice: programs and people look for it.
NAME: Final = "werklijst"

_COLUMNS: Final = (
    Column("task_number", "number", 6),
    Column("task_kind", width=20),
    Column("patient_id"),
    Column("date", "date", 12),
    Column("insurer"),
    Column("amount_cents", "cents", 12),
    Column("amount_basis"),
    Column("cause", width=70),
    Column("todo", width=70),
    Column("deadline", "date", 12),
    Column("first_deadline", "date", 12),
    Column("things", "number", 8),
    Column("appointment_id"),
    Column("trajectory"),
    Column("line_reference", width=22),
    Column("invoice"),
    Column("return_codes", "list", 12),
    Column("remark", width=40),
)


def sheet(language: Language) -> Sheet:
    """The table without its rows."""
    return titled(NAME, _COLUMNS, language)


def rows(found: WorkList, language: Language) -> Iterator[Row]:
    """A row for everything that is open, the most urgent task first."""
    say = words("worklist", language)
    numbers, last = count(1), None
    for task, thing in found.things():
        if task is not last:
            last, number = task, next(numbers)
        yield (
            number,
            task.title(language),
            thing.patient_id,
            thing.date,
            thing.insurer,
            thing.amount_cents,
            say[f"basis_{thing.basis}"],
            thing.cause(language),
            thing.remedy(language),
            thing.deadline,
            thing.first_deadline,
            task.count,
            thing.appointment_id,
            thing.trajectory,
            thing.reference,
            thing.invoice,
            thing.return_codes,
            thing.remark,
        )


def write_sheets(
    found: WorkList,
    language: Language,
    csv: BinaryIO,
    xlsx: BinaryIO,
    tabs: Iterable[tuple[Sheet, Iterable[Row]]] = (),
) -> None:
    """Writes both files, and ``tabs`` behind the work list in the workbook; they stay open. The same list, the same
    bytes. Raises OSError."""
    table = sheet(language)
    book = Workbook(xlsx, found.day)
    try:
        text = CsvRows(csv, table)
        into = text, book.sheet(table)
        for row in rows(found, language):
            for each in into:
                each.add(row)
        text.close()
        for tab, its in tabs:
            page = book.sheet(tab)
            for row in its:
                page.add(row)
        book.close()
    finally:
        book.discard()
