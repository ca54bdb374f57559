"""GDS801 2.0, the declaration in XML (physiotherapy: care from 2025), with its return message GDS802.

What it can't hold is told by :mod:`.checking`; persons and lines are written and read back by :mod:`.fragments`, files
put together by :mod:`.writing`; ``judge/`` judges files of whoever.
"""

import sys
from datetime import date
from functools import partial
from pathlib import Path
from typing import IO, Final

from ...base.problems import SettingsError, WriteError
from ...base.specs import label
from ...base.tables import Report
from ...model.declaration import Care, Invoice, Performance, Provider
from ...settings import OutputSettings
from ..contents import Landmarks
from ..message import Message
from ..standard import FileJudge, NewFileCheck, Receiver, Standard, Tables
from ..verifying import refuse_faulty
from . import checking, filed, fragments, gds802, names, reader, writing
from .judge.rulebook import read_rules
from .redeclaring import read_redeclarations
from .safe import Schema
from .tree import codes_of_trees, read_tree
from .tree import forms as every_form

#: Stands for the number an invoice gets once it goes out.
_NUMBER: Final = "1"


class Gds801:
    """See `Standard`. A judge is loaded where one is asked for: who shows a file does without."""

    check_person = staticmethod(checking.check_person)
    person = staticmethod(fragments.person_fragment)

    @staticmethod
    def key(person: str) -> str:
        return ""

    check_care = staticmethod(checking.check_care)

    @staticmethod
    def care(care: Care, output: OutputSettings) -> fragments.Gds801Care:
        return fragments.care_fragment(care)

    check_line = staticmethod(checking.check_line)

    @staticmethod
    def line(key: str, care: fragments.Gds801Care, performance: Performance, started: date | None) -> str:
        return fragments.line_fragment(care, performance, started)

    tells_start = True

    @staticmethod
    def receiver(provider: Provider, today: date, uzovi: str) -> Receiver:
        from .judge.receiver import XmlFragments

        return XmlFragments(writing.frame(provider, Invoice(_NUMBER, today, uzovi, today, today), 0), today)

    path = "declarations/GDS801_{}_{}.xml"
    most_lines = sys.maxsize
    most_cents = writing.MOST_CENTS
    key_length = 0
    same_person = staticmethod(fragments.same_person)
    writer = writing.Gds801Writer

    @staticmethod
    def file_check(provider: Provider, output: OutputSettings) -> NewFileCheck:
        """With the official schema, where the practice has it."""
        from .judge.message import OTHER_THAN_INFERRED
        from .judge.own import OwnGds801

        xsd = output.gds801_xsd
        schema = Schema.load(xsd) if xsd else None

        def check_schema(file: IO[bytes], name: str) -> None:
            if schema is not None and xsd is not None:
                file.seek(0)
                if (wrong := schema.check(file, name, *writing.tags())) is not None:
                    params = {"file": name, "line": wrong.line, "reason": wrong.says, "schema": label(xsd)}
                    raise WriteError("XSD_DIFFERS", **params)

        judge = partial(refuse_faulty, also=OTHER_THAN_INFERRED)  # what we write is as we infer it
        return partial(OwnGds801, provider, judge, check_schema)

    read_person = staticmethod(fragments.read_person)
    read_care = staticmethod(fragments.read_care)

    @staticmethod
    def credit(line: str, list: str, day: date, cents: int, reference: str) -> str:
        return fragments.credit_fragment(list, day, cents, reference)

    declared_anew = staticmethod(fragments.declared_anew)
    sent_parts = staticmethod(fragments.sent_parts)

    landmarks = Landmarks(
        first="Header",
        message_kind="Berichtsoort",
        header="DeclaratieContext",
        invoice="Factuurnummer",
        person=names.INSURED,
        uzovi="UzoviNummer",
        lines=names.LINES,
        reference="Referentienummer",
        previous="GerelateerdReferentienummer",
        day="Begindatum",
        list=names.LIST,
        code="Prestatiecode",
        units="Aantal",
        tariff="TariefInclBtw",
        amounts=("DeclaratieBedragInclBtw", "ToegekendBedragInclBtwFinancieel"),
        is_credit=lambda line: line.kind == names.CREDIT,
    )
    elements = staticmethod(reader.elements)
    contents = staticmethod(reader.contents)

    @staticmethod
    def judge(message: Message, today: date | None) -> FileJudge:
        from .judge.message import XmlFile

        return XmlFile(message, today)

    answer_judge = judge
    answer = staticmethod(gds802.read)
    filed = staticmethod(filed.read)
    place_of = staticmethod(reader.place_of)

    @staticmethod
    def place_by_order(persons: int, lines: int) -> None:
        """Its records are as many as its elements."""

    @staticmethod
    def check_tables(specs: Path, tables: Tables, report: Report) -> None:
        errors: list[SettingsError] = []
        forms = every_form.read(specs, errors.append)
        if not errors:  # without a form, every element of it would be wrong too
            roots = {code: read_tree(code, forms, tables.lists, specs, errors.append) for code in codes_of_trees(specs)}
            if not errors and tables.codes_are_right:  # and without an element, or a code, every rule on it
                read_rules(tables.return_codes, roots, specs, errors.append)
        read_redeclarations(specs, errors.append)
        for error in errors:
            report(error)


STANDARD: Final[Standard] = Gds801()
