"""The files of a run: declarations, ``lines.csv``, ``memory.jsonl``."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import IO, Final

from attrs import frozen

from ..base.delivery import Place
from ..base.steps import batched
from ..model.declaration import Declaration, Invoice, Provider
from ..model.due import DueLine
from ..output.cells import defused_at, restored
from ..standards.files import sha256_of
from ..standards.registry import standard_named
from ..standards.standard import NewFileCheck
from .memory import NAME as MEMORY
from .memory import MemoryWriter
from .numbering import NumberedFile, NumberedPerson
from .numbers import Series

#: How many lines of a long run the page shows.
MOST_LINES: Final = 2_000

LINE_COLUMNS: Final = (
    "reference", "appointment_id", "trajectory", "uzovi", "date", "code", "list", "f_code", "units", "amount_cents",
    "debit_credit", "invoice", "rule",
)  # fmt: skip
#: The columns that hold what others wrote.
_FREE: Final = tuple(LINE_COLUMNS.index(column) for column in ("appointment_id", "trajectory", "rule"))
#: What the columns between the reference and the invoice are in a `DueLine`.
said_of: Final = itemgetter(*map(DueLine._fields.index, LINE_COLUMNS[1:11]))
#: Persons that are written at a time, in each of the files.
_ABREAST: Final = 50
#: Persons of a list that are written at a time.
_BATCH: Final = 500


def line_row(line: DueLine, reference: str, invoice: str) -> tuple[object, ...]:
    """A line as `LINE_COLUMNS` name it."""
    *texts, units, cents, debit_credit = said_of(line)
    return (reference, *texts, int(units), int(cents), debit_credit, invoice, line.rule)


class LineList:
    """``lines.csv`` with ``memory.jsonl``, and the lines for ``--json`` where they are asked for. ``first`` are those
    that a page shows. Nothing is written before there is something to `add`, which another process may do."""

    def __init__(self, place: Place, as_json: IO[str] | None, header: str) -> None:
        """``header``: who declares, as `declared_by` gives it."""
        self.first: list[Sequence[object]] = []
        self._file = place.create("lines.csv", is_personal=False)
        self._memory = MemoryWriter(place.create(MEMORY), header)
        self._as_json = as_json
        self._held: list[str] = []
        self._csv = csv.writer(_Lines(self._held), lineterminator="\n")
        self._csv.writerow(LINE_COLUMNS)

    def add(self, person: NumberedPerson) -> None:
        """Adds the lines of a person."""
        invoice, numbered = person.file.invoice, [*zip(person.lines, person.references, strict=True)]
        self._memory.add((reference, line.patient_id) for line, reference in numbered)
        rows = [defused_at((reference, *said_of(line), invoice, line.rule), _FREE) for line, reference in numbered]
        text = "\n".join(map(",".join, rows))
        if _is_plain(text, len(rows)):
            self._held.append(f"{text}\n")
        else:
            self._csv.writerows(rows)
        if len(self._held) >= _BATCH:
            self._flush()
        for line, reference in numbered[: MOST_LINES - len(self.first)]:
            self.first.append(line_row(line, reference, invoice))
        if self._as_json is not None:
            for line, reference in numbered:
                document = dict(zip(LINE_COLUMNS, line_row(line, reference, invoice), strict=True))
                self._as_json.write(json.dumps(document, ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Leaves the files open, for whoever they belong to."""
        self._flush()
        self._file.seek(0)
        self._memory.close(sha256_of(self._file))
        if self._as_json is not None:
            self._as_json.flush()

    def _flush(self) -> None:
        self._file.write("".join(self._held).encode())
        self._held.clear()

    def rows(self) -> Iterator[list[str]]:
        """Every line, read back once all are written."""
        self._file.seek(0)
        text = io.TextIOWrapper(self._file, encoding="utf-8", newline="")
        try:
            rows = csv.reader(text)
            next(rows)
            yield from ([restored(cell) for cell in row] for row in rows)
        finally:  # whoever reads them may fail, and the file is still to be declared by
            text.detach()


def _is_plain(text: str, lines: int) -> bool:
    """Whether so many lines, with commas between their cells, are what `csv.writer` would write."""
    if '"' in text or "\r" in text:
        return False
    return text.count("\n") == lines - 1 and text.count(",") == lines * (len(LINE_COLUMNS) - 1)


class _Lines:
    """Takes what `csv.writer` writes, line by line."""

    def __init__(self, lines: list[str]) -> None:
        self.write = lines.append


@frozen
class Written:
    """What was written: the declarations, and of all lines the first `MOST_LINES`, as `LINE_COLUMNS` name them."""

    declarations: Sequence[Declaration]
    first_lines: Sequence[Sequence[object]]


@frozen
class Files:
    """Writes the files of one run. ``new_check``: what begins the check of a file, by its standard."""

    place: Place
    new_check: Callable[[str], NewFileCheck]
    provider: Provider
    series: Series
    line_list: LineList

    def write(self, persons: Iterable[NumberedPerson]) -> Written:
        """Writes every declaration, and in the list every line. The files stay open. Raises WriteError for a file that
        nobody would take, OSError."""
        files = groupby(persons, key=attrgetter("file"))
        declarations = [self._declaration(file, persons) for file, persons in files]
        self.line_list.close()
        return Written(declarations, self.line_list.first)

    def _declaration(self, numbered: NumberedFile, persons: Iterable[NumberedPerson]) -> Declaration:
        """Writes a declaration: its end, and at its start the period, are known only behind its persons."""
        file = self.place.create(numbered.name)
        writer = standard_named(numbered.standard).writer(file, self.provider, self._invoice(numbered))
        check = self.new_check(numbered.standard)()
        for some in batched(persons, _ABREAST):
            for sink in (writer, check):
                for person in some:
                    sink.person(person.record)
                    for line, reference, cents in zip(person.lines, person.references, person.cents, strict=True):
                        sink.line(line.head, reference, cents, line.previous if line.debit_credit == "C" else "")
            for person in some:
                self.line_list.add(person)
        invoice = self._invoice(numbered)
        writer.close(invoice)
        check.close(file, numbered.name, invoice)
        file.seek(0)
        return Declaration(
            file=numbered.name,
            standard=numbered.standard,
            uzovi=numbered.uzovi,
            insurer=numbered.insurer,
            invoice=numbered.invoice,
            persons=writer.persons,
            lines=writer.lines,
            amount_cents=writer.cents,
            sha256=sha256_of(file),
        )

    def _invoice(self, file: NumberedFile) -> Invoice:
        period = date.fromisoformat(file.since), date.fromisoformat(file.until)
        return Invoice(file.invoice, self.series.today, file.uzovi, *period)
