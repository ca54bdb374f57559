"""`Standard`: all that the program asks of a declaration standard. PM304 answers it in ``flat/pm304.py``, GDS801 in
``xml/gds801.py``; the rest of the program knows only this and gets them from :mod:`.registry`.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Literal, NamedTuple, Protocol, TypeAlias

from attrs import frozen

from ..base.problems import Finding
from ..base.tables import Report
from ..model.declaration import Care, Invoice, Performance, Person, Provider
from ..settings import OutputSettings
from .contents import Content, Elements, Landmarks
from .fault import Fault
from .message import Message

if TYPE_CHECKING:
    from .answer import Answer
    from .filed import FiledDeclaration

#: What became of a line with an insurer the last time: it never had one (''), refused it, or it was credited. Of
#: ``information`` only what claims nothing is declared anew; no such line is ever written.
Became = Literal["", "refused", "credited", "information"]


class Receiver(Protocol):
    """What the receiver of one file would say of what goes in it. Of a line that depends on nothing of its person but
    what it repeats of them (`Standard.key`), and on their being born by its day."""

    def person(self, person: str, /) -> Sequence[Fault]:
        """Of a person, as `Standard.person` makes them; the lines that follow are theirs."""

    def line(self, line: str, previous: str, /) -> Sequence[Fault]:
        """Of a line of the last person, as `Standard.line` or `Standard.credit` made it; ``previous`` of a credit is
        the reference of its debit, else ''."""


class Writer(Protocol):
    """Writes one file; ``cents`` are debit minus credit so far."""

    persons: int
    lines: int
    cents: int

    def person(self, record: str, /) -> None:
        """Begins a person, as `Standard.person` makes them; their lines follow."""

    def line(self, head: str, reference: str, cents: int, previous: str, /) -> None:
        """Adds a line of the last person, as `Standard.line` or `Standard.credit` made it. ``cents`` are negative of a
        credit, of which ``previous`` is the debit; else that is ''."""

    def close(self, invoice: Invoice, /) -> None:
        """Writes what comes behind the persons and, before them, what is known last: period and amount. The file stays
        open."""


class FileCheck(Protocol):
    """Holds one finished file against what was handed to its writer, of which it is told the same: nothing dropped,
    doubled, swapped or changed, and numbers, references and totals that are right. Persons and lines were judged before
    (`Receiver`), and are not again unless something is out of the ordinary."""

    def person(self, record: str, /) -> None:
        """As `Writer.person`."""

    def line(self, head: str, reference: str, cents: int, previous: str, /) -> None:
        """As `Writer.line`."""

    def close(self, file: IO[bytes], name: str, invoice: Invoice, /) -> None:
        """Reads the whole file, by its name, once its writer was closed with the same ``invoice``. Raises WriteError
        where it isn't what it should be, or nobody would take it."""


#: Begins the check of a file.
NewFileCheck: TypeAlias = Callable[[], FileCheck]


class FileJudge(Protocol):
    """Judges one file. ``records`` counts what was read, while ``faults`` goes on."""

    records: int

    def faults(self, file: IO[bytes], /) -> Iterator[Fault]:
        """Everything that is wrong with a file that is open at its start and can be read again. Raises InputError for
        what can't be read on, OSError."""


class SentPart(NamedTuple):
    """A person or a line in a file that we wrote, as the ledger keeps it: its ``text``; of a line its ``reference``,
    '' of a person; of a credit the ``previous`` debit, else ''."""

    text: str
    reference: str = ""
    previous: str = ""


@frozen
class Tables:
    """What the tables of a standard rest on, as far as nothing is wrong with it: the messages, the names of the code
    lists, and the return codes that there are. ``codes_are_right``: whether nothing is wrong with the lists."""

    messages: Sequence[Message]
    lists: Collection[str]
    return_codes: Collection[str]
    codes_are_right: bool


class Standard(Protocol):
    """A declaration standard. It holds nothing of a run: whatever it needs is handed to it.

    What can't be written is told by the ``check_…`` methods, as findings; whatever passes them, the others can write,
    and raise ValueError, naming the element, where it doesn't fit after all.
    """

    # What it makes of a person, of care and of a line, to be kept until the line has its number.

    def check_person(self, person: Person, /) -> tuple[Person, list[Finding]]:
        """The person as they can be written, and what was wrong or had to be rewritten."""

    def person(self, person: Person, /) -> str:
        """A person, of whom `check_person` found no error."""

    def key(self, person: str, /) -> str:
        """What each line repeats of its person, as `person` made them, at its start; '' for nothing."""

    def check_care(self, care: Care, /) -> list[Finding]:
        """What of care can't be written."""

    def care(self, care: Care, output: OutputSettings, /) -> Any:
        """What lines of one course of treatment say of the care, as only `line` knows it."""

    def check_line(
        self, performance: Performance, person: Person, care: Care, started: date | None, provider: Provider, /
    ) -> list[Finding]:
        """What of a performance can't be written, or doesn't go with its person and care. ``started``: when the
        trajectory began, None where that is not known."""

    def line(self, key: str, care: Any, performance: Performance, started: date | None, /) -> str:
        """A debit before it has its reference, of what `key` and `care` made; with '' for the key what is behind it."""

    #: Whether a line says when its trajectory began.
    tells_start: bool

    def receiver(self, provider: Provider, today: date, uzovi: str, /) -> Receiver:
        """Judges persons and lines one by one, as if they were in a file of this day for this UZOVI number."""

    # How it writes a file.

    #: The path of a file in the folder of its run, with places for UZOVI and invoice number.
    path: str

    @property
    def most_lines(self) -> int:
        """How many lines a file can count."""

    @property
    def most_cents(self) -> int:
        """The largest total a file can have, debit or credit."""

    @property
    def key_length(self) -> int:
        """How long `key` is."""

    def same_person(self, one: str, other: str, /) -> bool:
        """Whether two persons, as `person` makes them, are the same but for the practice's patient number."""

    def writer(self, file: BinaryIO, provider: Provider, invoice: Invoice, /) -> Writer:
        """Begins a file; the period in ``invoice`` may still be another."""

    def file_check(self, provider: Provider, output: OutputSettings, /) -> NewFileCheck:
        """What is asked of the files of a provider. Raises SettingsError where the settings ask for a schema that is
        none."""

    # How it takes up again what was sent, by what the ledger keeps of it.

    def read_person(self, person: str, /) -> Person:
        """The person, as far as they were sent."""

    def read_care(self, line: str, /) -> Care:
        """The care of a debit, as far as it was sent."""

    def credit(self, line: str, list: str, day: date, cents: int, reference: str, /) -> str:
        """The line that takes a debit back, before it has a reference of its own. Of the debit: the line as it was
        sent, the performance list, the day of the care, what was granted of it, and its reference."""

    def declared_anew(self, line: str, here: Became, elsewhere: Became, /) -> str:
        """A debit that says what became of it before, ``here`` with the insurer that gets it now; with '' and '' it is
        a first declaration, as `line` makes it."""

    def sent_parts(self, file: IO[bytes], /) -> Iterator[SentPart]:
        """The persons and lines of a file that we wrote, in their order."""

    # How a file of whoever is read: a declaration, and an answer to one.

    landmarks: Landmarks

    def elements(self, message: Message, /) -> Elements:
        """What the records of a message can hold."""

    def contents(self, file: IO[bytes], message: Message, name: str, /) -> Iterator[Content]:
        """The records of a file that is open at its start. Raises InputError, with ``name``, where it can't read on."""

    def judge(self, message: Message, today: date | None, /) -> FileJudge:
        """What judges a declaration on a day, None = any day."""

    def answer_judge(self, message: Message, today: date | None, /) -> FileJudge:
        """What judges an answer."""

    def answer(self, file: IO[bytes], message: Message, name: str, /) -> "Answer":
        """The answer in a file that is open at its start, and stays open while its lines are read. Raises InputError,
        with ``name``, where it is no whole and well-formed message."""

    def filed(self, file: IO[bytes], message: Message, name: str, /) -> "FiledDeclaration":
        """The declaration in a file that is open at its start, and stays open while its lines are read. Raises
        InputError, with ``name``, for one that can't be read."""

    def place_of(self, file: IO[bytes], message: Message, reference: str, /) -> int | None:
        """The number of the record of a line, by its reference, in a declaration that is open at its start. Raises
        InputError, ValueError or KeyError where it isn't as we wrote it."""

    def place_by_order(self, persons: int, lines: int, /) -> int | None:
        """The number of the record of a line with so many persons and lines in its file up to and including it; None
        where that doesn't tell."""

    def check_tables(self, specs: Path, tables: Tables, report: Report, /) -> None:
        """Reads the standard's own tables in ``specs`` and hands on what is wrong with them."""
