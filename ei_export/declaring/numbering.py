"""Which file a line goes in, under which person and which number: the same for whoever goes through the lines of a run,
so that one can write them while another books them."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Final, NamedTuple

from attrs import define, field

from ..model.declaration import short_number
from ..model.due import DueLine
from ..standards.registry import standard_named
from .numbers import Series

#: Standard, UZOVI and person of a line: what a record 02 is for.
_PERSON: Final = itemgetter(0, 1, 2)
#: What a line does to the total of its file.
_SIGN: Final = {"D": 1, "C": -1}


@define(eq=False)
class NumberedFile:
    """A declaration and what it comes to, once all its persons have been handed out. ``name`` is its path in the folder
    of the run; ``since`` and ``until`` are the first and the last day of its care, YYYY-MM-DD; ``cents`` are debit
    minus credit."""

    name: str
    standard: str
    uzovi: str
    insurer: str
    invoice: str
    since: str
    until: str
    persons: int = 0
    lines: int = 0
    cents: int = 0
    first_reference: str = ""
    last_reference: str = ""
    _shortened: dict[str, str] = field(factory=dict)

    def may_hold(self, patient_id: str) -> bool:
        """Whether a patient's number as it is sent is nobody else's in the file: an answer may name a person by it."""
        number = short_number(patient_id)
        return number == patient_id or self._shortened.setdefault(number, patient_id) == patient_id

    def add(self, lines: Sequence[DueLine], references: Sequence[str], cents: int) -> None:
        """Counts a person and their lines, which are in the order of their days."""
        self.persons += 1
        self.lines += len(lines)
        self.cents += cents
        self.since, self.until = min(self.since, lines[0].date), max(self.until, lines[-1].date)
        self.first_reference = self.first_reference or references[0]
        self.last_reference = references[-1]


class NumberedPerson(NamedTuple):
    """A person in a file: the ``record`` as it is sent, which one it is of the run, counted from 1, and the lines, each
    with its reference and what it adds to the total of its file, in cents."""

    file: NumberedFile
    number: int
    record: str
    lines: Sequence[DueLine]
    references: Sequence[str]
    cents: Sequence[int]


class Numbering:
    """Numbers the lines of one run."""

    def __init__(self, series: Series) -> None:
        #: Lines whose person came with two sets of details.
        self.differing: list[DueLine] = []
        self._series = series
        self._files = self._persons = self._lines = 0
        self._file: NumberedFile | None = None

    def persons(self, due: Iterable[str]) -> Iterator[NumberedPerson]:
        """Every person with their lines, file by file, of lines in the order of the files: by standard, UZOVI, person
        and date. Raises WriteError where a run is too large for its numbers."""
        persons = ([*same] for _, same in groupby(map(DueLine.unpack, due), key=_PERSON))
        for _, of_one_file in groupby(persons, key=_file_of):
            waiting = yield from self._placed(of_one_file)
            while waiting:
                self._file = None
                waiting = yield from self._placed(waiting)

    def _placed(self, persons: Iterable[list[DueLine]]) -> Generator[NumberedPerson, None, list[list[DueLine]]]:
        """Numbers lines, person by person; returns those that have to go in another file."""
        waiting = []
        for same in persons:
            record, lines, others = self._one_person(same)
            if others:
                waiting.append(others)
            cents = [int(line.amount_cents) * _SIGN[line.debit_credit] for line in lines]
            file = self._file_for(lines, total := sum(cents))
            if not file.may_hold(lines[-1].patient_id):
                waiting.append(lines)
                continue
            references = self._series.references(self._lines, len(lines))
            self._lines += len(lines)
            self._persons += 1
            file.add(lines, references, total)
            yield NumberedPerson(file, self._persons, record, lines, references, cents)
        return waiting

    def _file_for(self, lines: Sequence[DueLine], cents: int) -> NumberedFile:
        """The file of a person's lines: a new one for another insurer, and where a count or the total would outgrow
        its element."""
        file, first = self._file, lines[0]
        standard = standard_named(first.standard)
        if file is not None and (file.standard, file.uzovi) == (first.standard, first.uzovi):
            fits = file.lines + len(lines) <= standard.most_lines and abs(file.cents + cents) <= standard.most_cents
            if fits:
                return file
        self._files += 1
        invoice = self._series.invoice(self._files)
        name = self._series.file(standard.path.format(first.uzovi, invoice))
        self._file = NumberedFile(
            name, first.standard, first.uzovi, first.insurer, invoice, since=first.date, until=first.date
        )
        return self._file

    def _one_person(self, lines: list[DueLine]) -> tuple[str, list[DueLine], list[DueLine]]:
        """The record 02 of a person, their lines, and those that can't stand under it.

        A person is one record in a file (STB 5.2), as the practice knew them last, and what a line repeats of its
        person has to be what the record says (0403-0405). A credit is a copy of what was sent, so one that was sent
        under another insured number has to go in another file.
        """
        debits = [line for line in lines if line.debit_credit == "D"]
        if len(debits) == len(lines):
            return *self._one_record(lines), []
        if debits:
            record, debits = self._one_record(debits)
            key = _key(debits[0])
        else:
            newest = max(lines, key=attrgetter("previous"))
            record, key = newest.person, _key(newest)
        fitting = [line for line in lines if line.is_credit and _key(line) == key]
        return record, sorted(debits + fitting), [line for line in lines if line.is_credit and _key(line) != key]

    def _one_record(self, debits: list[DueLine]) -> tuple[str, list[DueLine]]:
        """The record 02 of the debits of a person, who may have two dossiers, and the debits as they go under it."""
        patients = {line.patient_id for line in debits}
        if len(patients) == 1:
            return debits[0].person, debits
        records = {line.patient_id: line.person for line in debits if line.person}
        last = debits[-1]
        record = records[last.patient_id]
        standard, key = standard_named(last.standard), _key(last)
        self.differing.extend(line for line in debits if line.person and not standard.same_person(line.person, record))
        return record, [line._replace(head=key + line.head[standard.key_length :]) for line in debits]


def _file_of(lines: Sequence[DueLine]) -> tuple[str, str]:
    """Standard and UZOVI of a person's lines: what a file is for."""
    return lines[0].standard, lines[0].uzovi


def _key(line: DueLine) -> str:
    """What a line repeats of its person."""
    return line.head[: standard_named(line.standard).key_length]
