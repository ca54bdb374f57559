"""What the ledger keeps of a run's lines and their persons, and of the declarations they are in."""

from collections.abc import Iterable, Sequence
from typing import Final

from attrs import asdict

from ..base.steps import batched
from ..ledger import Ledger, events
from ..ledger.runs import add_declaration, add_persons, next_person
from ..model.declaration import Declaration
from ..model.due import who_of
from .files import LINE_COLUMNS, said_of
from .numbering import NumberedFile, NumberedPerson
from .numbers import Series

#: The columns of the table ``line`` in the order in which it is written.
LEDGER_COLUMNS: Final = (*LINE_COLUMNS, "patient_id", "person", "sent", "attempt", "previous", "who", "therapist")
#: Persons that are booked at a time.
_BATCH: Final = 100


class Booking:
    """Books one run."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._rows: list[tuple[object, ...]] = []
        self._sent: list[tuple[int, str]] = []
        #: References of debits that are credited, and of those that others come in the place of.
        self._credited: list[str] = []
        self._replaced: list[str] = []

    def add(self, persons: Iterable[NumberedPerson]) -> Sequence[NumberedFile]:
        """Books every line; returns the files they are in, which are booked with `add_files`. Raises WriteError."""
        files: list[NumberedFile] = []
        before = next_person(self._ledger) - 1
        for some in batched(persons, _BATCH):
            for person in some:
                if not files or files[-1] is not person.file:
                    files.append(person.file)
                self._add_person(person, before + person.number)
            self._flush()
        return files

    def add_files(
        self, files: Iterable[NumberedFile], declarations: Iterable[Declaration], series: Series, header: str
    ) -> None:
        """Books the declarations as they were written; ``header``: who declares, as `declared_by` gives it. Raises
        RuntimeError where they aren't what was booked."""
        for file, written in zip(files, declarations, strict=True):
            booked = Declaration(
                file.name, file.standard, file.uzovi, file.insurer, file.invoice, file.persons, file.lines, file.cents,
                written.sha256,
            )  # fmt: skip
            if booked != written:
                raise RuntimeError("what was written is not what was booked")
            more = {
                "run": series.key,
                "provider": header,
                "first_reference": file.first_reference,
                "last_reference": file.last_reference,
            }
            add_declaration(self._ledger, {**asdict(written), **more})

    def _add_person(self, person: NumberedPerson, number: int) -> None:
        self._sent.append((number, person.record))
        invoice, who = person.file.invoice, self._ledger.hashed(who_of(person.lines[0]))
        for line, reference in zip(person.lines, person.references, strict=True):
            previous = None
            if line.previous:
                if line.is_credit:
                    previous = line.previous
                    self._credited.append(previous)
                else:
                    self._replaced.append(line.previous)
            # Numbers go as texts: the columns that they are for make them numbers.
            line_row = reference, *said_of(line), invoice, line.rule
            about = line.attempt or 1, previous, who, line.therapist
            self._rows.append((*line_row, line.patient_id, number, line.head, *about))

    def _flush(self) -> None:
        add_persons(self._ledger, self._sent)
        events.sent(self._ledger, LEDGER_COLUMNS, self._rows, self._credited, self._replaced)
        for written in (self._sent, self._rows, self._credited, self._replaced):
            written.clear()
