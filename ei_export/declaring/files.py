"""From lines that are due to declaration files: numbers, totals, and what the ledger keeps of them."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import IO, Final

from attrs import asdict

from ..base.delivery import Place
from ..ledger import Ledger
from ..ledger.corrections import settle
from ..ledger.runs import add_declaration, add_lines, add_persons, next_person
from ..model.declaration import Declaration, Invoice, Provider, short_number, who
from ..model.due import DueLine
from ..output.cells import defused_at, restored
from ..standards.files import sha256_of
from ..standards.registry import standard_named
from ..standards.standard import NewFileCheck, Writer
from .memory import NAME as MEMORY
from .memory import MemoryWriter
from .numbers import Series, declared_by

#: How many lines of a long run the page shows.
MOST_LINES: Final = 2_000

LINE_COLUMNS: Final = (
    "reference", "appointment_id", "trajectory", "uzovi", "date", "code", "list", "f_code", "units", "amount_cents",
    "debit_credit", "invoice", "rule",
)  # fmt: skip
#: The columns of the table ``line`` in the order in which it is written.
LEDGER_COLUMNS: Final = (*LINE_COLUMNS, "patient_id", "person", "sent", "attempt", "previous", "who")
#: The columns that hold what others wrote.
_FREE: Final = tuple(LINE_COLUMNS.index(column) for column in ("appointment_id", "trajectory", "rule"))
#: Standard and UZOVI of a line: what a file is for.
_FILE: Final = itemgetter(0, 1)
#: And the person: what a record 02 is for.
_PERSON: Final = itemgetter(0, 1, 2)
_BATCH: Final = 1_000


class _File:
    """A declaration file that is being written."""

    def __init__(
        self, place: Place, check: NewFileCheck, provider: Provider, series: Series, number: str, first: DueLine
    ) -> None:
        self.standard, self.uzovi, self.insurer = first.standard, first.uzovi, first.insurer
        standard = standard_named(self.standard)
        self.most_lines, self.most_cents = standard.most_lines, standard.most_cents
        self.name = series.file(standard.path.format(first.uzovi, number))
        self.number = number
        self._today = series.today
        self._check = check()
        self._from = self._until = first.date
        self.first_reference = self.last_reference = ""
        self._shortened: dict[str, str] = {}
        self._file = place.create(self.name)
        self.writer: Writer = standard.writer(self._file, provider, self._invoice())

    def may_hold(self, patient_id: str) -> bool:
        """Whether a patient's number as it is sent is nobody else's in the file: an answer may name a person by it."""
        number = short_number(patient_id)
        return number == patient_id or self._shortened.setdefault(number, patient_id) == patient_id

    def begin_person(self, record: str) -> None:
        self.writer.person(record)
        self._check.person(record)

    def add(self, line: DueLine, reference: str) -> None:
        self.first_reference, self.last_reference = self.first_reference or reference, reference
        self._from, self._until = min(self._from, line.date), max(self._until, line.date)
        added = line.head, reference, _signed(line), line.previous if line.is_credit else ""
        self.writer.line(*added)
        self._check.line(*added)

    def close(self) -> Declaration:
        """Completes the file: its end, and at its start the period, known only now. Raises WriteError."""
        invoice = self._invoice()
        self.writer.close(invoice)
        self._check.close(self._file, self.name, invoice)
        self._file.seek(0)
        return Declaration(
            file=self.name,
            standard=self.standard,
            uzovi=self.uzovi,
            insurer=self.insurer,
            invoice=self.number,
            persons=self.writer.persons,
            lines=self.writer.lines,
            amount_cents=self.writer.cents,
            sha256=sha256_of(self._file),
        )

    def _invoice(self) -> Invoice:
        period = date.fromisoformat(self._from), date.fromisoformat(self._until)
        return Invoice(self.number, self._today, self.uzovi, *period)


class LineList:
    """``lines.csv`` with ``memory.jsonl``, and the lines for ``--json`` where they are asked for. ``first`` are those
    that a page shows."""

    def __init__(self, place: Place, as_json: IO[str] | None, header: str) -> None:
        """``header``: who declares, as `declared_by` gives it."""
        self.first: list[Sequence[object]] = []
        self._file = place.create("lines.csv")
        self._text = io.TextIOWrapper(self._file, encoding="utf-8", newline="")
        self._memory = MemoryWriter(place.create(MEMORY), header)
        self._csv = csv.writer(self._text, lineterminator="\n")
        self._csv.writerow(LINE_COLUMNS)
        self._as_json = as_json

    def add(self, row: Sequence[object], patient_id: str) -> None:
        self._memory.add(str(row[0]), patient_id)
        self._csv.writerow(defused_at(row, _FREE))
        if len(self.first) < MOST_LINES:
            self.first.append(row)
        if self._as_json is not None:
            document = dict(zip(LINE_COLUMNS, row, strict=True))
            self._as_json.write(json.dumps(document, ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Leaves the files open, for whoever they belong to."""
        self._text.detach()
        self._file.seek(0)
        self._memory.close(sha256_of(self._file))

    def rows(self) -> Iterator[list[str]]:
        """Every line, read back once all are written."""
        self._file.seek(0)
        text = io.TextIOWrapper(self._file, encoding="utf-8", newline="")
        rows = csv.reader(text)
        next(rows)
        yield from ([restored(cell) for cell in row] for row in rows)
        text.detach()


def _signed(line: DueLine) -> int:
    """What a line adds to the total of its file, in cents."""
    return -int(line.amount_cents) if line.is_credit else int(line.amount_cents)


class Publication:
    """Writes the files of one run from lines in the order of the files: by standard, UZOVI, person and date."""

    def __init__(
        self, place: Place, ledger: Ledger, checks: Mapping[str, NewFileCheck], provider: Provider, series: Series
    ) -> None:
        self.declarations: list[Declaration] = []
        #: Appointments whose person came with two sets of details.
        self.differing: list[DueLine] = []
        self._place, self._ledger, self._checks, self._provider = place, ledger, checks, provider
        self.header = declared_by(provider)
        self._series, self._person = series, next_person(ledger)
        self._line = 0
        self._file: _File | None = None
        self._rows: list[tuple[object, ...]] = []
        self._sent: list[tuple[int, str]] = []
        #: References of debits that are credited, and of those that others come in the place of.
        self._credited: list[str] = []
        self._replaced: list[str] = []

    def write(self, due: Iterable[str], line_list: LineList) -> None:
        """Writes every declaration, and in the listing every line.

        Raises WriteError where a run is too large for its numbers.
        """
        for _, lines in groupby(map(DueLine.unpack, due), key=_FILE):
            waiting = self._write_persons(([*same] for _, same in groupby(lines, key=_PERSON)), line_list)
            while waiting:
                self._close_file()
                waiting = self._write_persons(waiting, line_list)
        self._close_file()
        self._flush()
        line_list.close()

    def _write_persons(self, persons: Iterable[list[DueLine]], line_list: LineList) -> list[list[DueLine]]:
        """Writes lines, person by person; returns those that have to go in another file."""
        waiting = []
        for same in persons:
            record, lines, others = self._one_person(same)
            if others:
                waiting.append(others)
            file = self._file_for(lines)
            if not file.may_hold(lines[-1].patient_id):
                waiting.append(lines)
                continue
            file.begin_person(record)
            self._sent.append((self._person, record))
            first = lines[0]
            hashed = self._ledger.hashed(who(first.person_key, first.uzovi))
            for line in lines:
                self._write_line(line, hashed, file, line_list)
            self._person += 1
            if len(self._rows) > _BATCH:
                self._flush()
        return waiting

    def _write_line(self, line: DueLine, who: int, file: _File, line_list: LineList) -> None:
        row = self._number(line, file)
        file.add(line, str(row[0]))
        line_list.add(row, line.patient_id)
        previous = None
        if line.previous:
            if line.is_credit:
                previous = line.previous
                self._credited.append(previous)
            else:
                self._replaced.append(line.previous)
        self._rows.append((*row, line.patient_id, self._person, line.head, int(line.attempt or 1), previous, who))

    def _number(self, line: DueLine, file: _File) -> tuple[object, ...]:
        """The line as `LINE_COLUMNS` name it."""
        self._line += 1
        return (
            self._series.reference(self._line),
            line.appointment_id,
            line.trajectory,
            line.uzovi,
            line.date,
            line.code,
            line.list,
            line.f_code,
            int(line.units),
            int(line.amount_cents),
            line.debit_credit,
            file.number,
            line.rule,
        )

    def _file_for(self, lines: list[DueLine]) -> _File:
        """The file of a person's lines: a new one for another insurer, and where a count or the total would outgrow
        its element."""
        file, first = self._file, lines[0]
        if file is not None:
            same = (file.standard, file.uzovi) == (first.standard, first.uzovi)
            cents = file.writer.cents + sum(map(_signed, lines))
            if same and file.writer.lines + len(lines) <= file.most_lines and abs(cents) <= file.most_cents:
                return file
            self._close_file()
        number = self._series.invoice(len(self.declarations) + 1)
        self._file = _File(self._place, self._checks[first.standard], self._provider, self._series, number, first)
        return self._file

    def _close_file(self) -> None:
        if self._file is not None:
            declaration = self._file.close()
            more = {
                "run": self._series.key,
                "provider": self.header,
                "first_reference": self._file.first_reference,
                "last_reference": self._file.last_reference,
            }
            add_declaration(self._ledger, {**asdict(declaration), **more})
            self.declarations.append(declaration)
            self._file = None

    def _one_person(self, lines: list[DueLine]) -> tuple[str, list[DueLine], list[DueLine]]:
        """The record 02 of a person, their lines, and those that can't stand under it.

        A person is one record in a file (STB 5.2), as the practice knew them last, and what a line repeats of its
        person has to be what the record says (0403-0405). A credit is a copy of what was sent, so one that was sent
        under another insured number has to go in another file.
        """
        debits = [line for line in lines if not line.is_credit]
        if len(debits) == len(lines):
            return *self._one_record(debits), []
        if debits:
            record, debits = self._one_record(debits)
            key = self._key(debits[0])
        else:
            newest = max(lines, key=attrgetter("previous"))
            record, key = newest.person, self._key(newest)
        fitting = [line for line in lines if line.is_credit and self._key(line) == key]
        return record, sorted(debits + fitting), [line for line in lines if line.is_credit and self._key(line) != key]

    def _one_record(self, debits: list[DueLine]) -> tuple[str, list[DueLine]]:
        """The record 02 of the debits of a person, who may have two dossiers, and the debits as they go under it."""
        records = {line.patient_id: line.person for line in debits if line.person}
        if len(records) == 1:
            return debits[0].person, debits
        last = debits[-1]
        record = records[last.patient_id]
        standard, key = standard_named(last.standard), self._key(last)
        self.differing.extend(line for line in debits if line.person and not standard.same_person(line.person, record))
        return record, [line._replace(head=key + line.head[standard.key_length :]) for line in debits]

    def _key(self, line: DueLine) -> str:
        """What a line repeats of its person."""
        return line.head[: standard_named(line.standard).key_length]

    def _flush(self) -> None:
        add_persons(self._ledger, self._sent)
        add_lines(self._ledger, LEDGER_COLUMNS, self._rows)
        if self._credited or self._replaced:
            settle(self._ledger, self._credited, self._replaced)
        for written in (self._sent, self._rows, self._credited, self._replaced):
            written.clear()
