"""PM304 3.2, the flat declaration message for paramedical care (care until 2024), with its return message PM305.

What it can't hold is told by :mod:`.checking`; persons and lines are written and read back by :mod:`.fragments`, files
put together by :mod:`.writing`; ``judge/`` judges files of whoever.
"""

from datetime import date
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, Final

from ...base.problems import Finding, SettingsError
from ...base.tables import Report
from ...model.declaration import Care, Invoice, Performance, Person, Provider
from ...settings import OutputSettings
from ..contents import Landmarks
from ..message import Message
from ..standard import Became, FileJudge, NewFileCheck, Receiver, Standard, Tables, Writer
from . import checking, fragments, reader
from .record import Layout

if TYPE_CHECKING:
    from ..answer import Answer
    from ..filed import FiledDeclaration


class Pm304:
    """See `Standard`. What judges, writes or answers is loaded where it is asked for: who shows a file does without."""

    check_person = staticmethod(checking.check_person)
    person = staticmethod(fragments.person_fragment)
    key = staticmethod(fragments.key_fragment)
    check_care = staticmethod(checking.check_care)

    @staticmethod
    def care(care: Care, output: OutputSettings) -> fragments.Pm304Care:
        return fragments.care_fragment(care, output.diagnosis_element)

    @staticmethod
    def check_line(
        performance: Performance, person: Person, care: Care, started: date | None, provider: Provider
    ) -> list[Finding]:
        return checking.check_line(performance)

    line = staticmethod(fragments.line_fragment)
    tells_start = False

    @staticmethod
    def receiver(provider: Provider, today: date, uzovi: str) -> Receiver:
        from .judge.receiver import Fragments

        return Fragments(today, uzovi)

    path = "declarations/PM304_{}_{}.txt"

    @property
    def most_lines(self) -> int:
        return fragments.records().layout["99"]["9904"].most

    @property
    def most_cents(self) -> int:
        return fragments.records().layout["99"]["9907"].most

    @property
    def key_length(self) -> int:
        return fragments.records().key_length

    same_person = staticmethod(fragments.same_person)

    @staticmethod
    def writer(file: BinaryIO, provider: Provider, invoice: Invoice) -> Writer:
        from .writing import Pm304Writer

        return Pm304Writer(file, provider, invoice)

    @staticmethod
    def file_check(provider: Provider, output: OutputSettings) -> NewFileCheck:
        from ..verifying import refuse_faulty
        from .judge.own import OwnPm304

        return partial(OwnPm304, provider, refuse_faulty)

    read_person = staticmethod(fragments.read_person)
    read_care = staticmethod(fragments.read_care)

    @staticmethod
    def credit(line: str, list: str, day: date, cents: int, reference: str) -> str:
        return fragments.credit(line, cents)

    @staticmethod
    def declared_anew(line: str, here: Became, elsewhere: Became) -> str:
        return line

    sent_parts = staticmethod(fragments.sent_parts)

    landmarks = Landmarks(
        first="01",
        message_kind="0105",
        header="01",
        invoice="0116",
        person="02",
        uzovi="0204",
        lines=("04",),
        reference="0434",
        previous="0435",
        day="0408",
        list="0409",
        code="0410",
        units="0411",
        tariff="0428",
        amounts=("0432",),
        is_credit=lambda line: line.values.get("0433") == "C",
    )
    elements = staticmethod(reader.elements)
    contents = staticmethod(reader.contents)

    @staticmethod
    def judge(message: Message, today: date | None) -> FileJudge:
        from .judge.declaration import FlatFile

        return FlatFile(message, today)

    @staticmethod
    def answer_judge(message: Message, today: date | None) -> FileJudge:
        from .judge.returned import ReturnFile

        return ReturnFile(message, today)

    @staticmethod
    def answer(file: IO[bytes], message: Message, name: str) -> "Answer":
        from .pm305 import read

        return read(file, message, name)

    @staticmethod
    def filed(file: IO[bytes], message: Message, name: str) -> "FiledDeclaration":
        from .filed import read

        return read(file, message, name)

    place_of = staticmethod(reader.place_of)

    @staticmethod
    def place_by_order(persons: int, lines: int) -> int:
        return 1 + persons + lines

    @staticmethod
    def check_tables(specs: Path, tables: Tables, report: Report) -> None:
        from .judge.controls import read_controls
        from .judge.relations import read_relations

        errors: list[SettingsError] = []
        named = {message.layout for message in tables.messages if message.layout}
        for name in sorted(named | {path.stem for path in (*specs.glob("pm*.csv"), *specs.glob("sb*.csv"))}):
            try:
                layout = Layout.load(name)
            except SettingsError as error:
                errors.append(error)
            else:  # what a return repeats of a declaration would be wrong in both
                if name in named and not errors:
                    read_controls(layout, tables.return_codes, specs, errors.append)
                    read_relations(layout, tables.return_codes, specs, errors.append)
        for wrong in errors:
            report(wrong)


STANDARD: Final[Standard] = Pm304()
