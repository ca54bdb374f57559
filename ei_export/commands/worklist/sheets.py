"""``werklijst.csv`` and ``werklijst.xlsx``: the work list as a table, a row for everything that is open.

On top stands what is to be sent and what has no answer, which is no task and has no number (`sending_rows`). What waits
for one cause has the number of its task in common, and stands together. No BSN, name or birth date is in it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import chain, count, groupby
from operator import itemgetter
from tempfile import TemporaryDirectory
from typing import BinaryIO, Final

from ...base.problems import Language
from ...base.words import words
from ...declaring.numbers import run_label
from ...ledger import Ledger
from ...ledger.standing import LedgerRow, declarations
from ...output.sheets import Column, CsvRows, Row, Sheet, Value, titled, write_workbook
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


def sending_rows(ledger: Ledger, language: Language) -> Sequence[Row]:
    """A row for every run whose files nobody said were sent, and to none of which there is an answer; then one for
    every other declaration without an answer; the first one first."""
    to_send, waiting = list[Row](), list[Row]()
    for run, same in groupby(declarations(ledger), key=itemgetter("run")):
        declared = [*same]
        left = [each for each in declared if each["state"] == "sent"]
        if len(left) == len(declared) and left[0]["sent_on"] is None:
            to_send.append(_to_send(run_label(run), left, language))
        else:
            waiting.extend(_without_answer(run_label(run), each, language) for each in left)
    return [*to_send, *waiting]


def _to_send(run: str, files: Sequence[LedgerRow], language: Language) -> Row:
    say = words("worklist", language)
    lines = sum(file["lines"] for file in files)
    return _row(
        task_kind=say["to_send"],
        date=date.fromisoformat(files[0]["today"]),
        amount_cents=sum(file["amount_cents"] for file in files),
        cause=say("to_send.cause", run=run, files=len(files), rows=lines),
        todo=say("to_send.todo", run=run),
        things=len(files),
    )


def _without_answer(run: str, file: LedgerRow, language: Language) -> Row:
    say, sent_on = words("worklist", language), file["sent_on"]
    told = {"run": run, "file": file["file"].rpartition("/")[2], "rows": file["lines"]}
    if sent_on is None:
        cause = say("no_answer.cause", **told)
    else:
        cause = say("no_answer.cause_sent", **told, day=date.fromisoformat(sent_on))
    return _row(
        task_kind=say["no_answer"],
        date=date.fromisoformat(sent_on or file["today"]),
        insurer=file["insurer"],
        amount_cents=file["amount_cents"],
        cause=cause,
        todo=say["no_answer.todo"],
        invoice=file["invoice"],
    )


def _row(**cells: Value) -> Row:
    """A row of which the other cells are empty."""
    return tuple(cells.get(column.key) for column in _COLUMNS)


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
    sending: Iterable[Row],
    language: Language,
    csv: BinaryIO,
    xlsx: BinaryIO,
    tabs: Iterable[tuple[Sheet, Iterable[Row]]] = (),
    meanwhile: Callable[[], TemporaryDirectory[str]] = TemporaryDirectory,
) -> None:
    """Writes both files, ``sending`` (`sending_rows`) above the work list, and ``tabs`` behind it in the workbook; they
    stay open. The same list, the same bytes. ``meanwhile`` as of `Workbook`. Raises OSError."""
    table = sheet(language)
    text = CsvRows(csv, table)

    def listed() -> Iterator[Row]:
        for row in chain(sending, rows(found, language)):
            text.add(row)
            yield row
        text.close()

    write_workbook(xlsx, found.day, [(table, listed()), *tabs], meanwhile=meanwhile)


def write_not_made(name: str, file: BinaryIO, day: date, why: Sequence[str], language: Language) -> None:
    """Writes a file by its name in the place of one that can't be made: a row that says ``why``, and what to do. Raises
    OSError."""
    table, (cause, todo) = sheet(language), why
    row = _row(task_kind=words("worklist", language)["not_made"], date=day, cause=cause, todo=todo)
    if name.endswith(".xlsx"):
        write_workbook(file, day, [(table, [row])])
    else:
        text = CsvRows(file, table)
        text.add(row)
        text.close()
