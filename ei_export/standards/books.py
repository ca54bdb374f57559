"""How each standard makes a file of what is prepared: see :mod:`.styles` for what goes in it."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, BinaryIO, Protocol

from attrs import frozen

from ..base.problems import WriteError
from ..base.specs import label
from ..model.declaration import Invoice, Provider
from ..model.due import DueLine
from .flat import pm304
from .standard import verify_file
from .xml import gds801
from .xml.judge.message import OTHER_THAN_INFERRED
from .xml.safe import Schema


class Writer(Protocol):
    """Writes one file; ``cents`` are debit minus credit so far."""

    persons: int
    lines: int
    cents: int

    def person(self, fragment: str, /) -> None:
        """Begins a person; their lines follow."""

    def close(self) -> None:
        """Writes what comes behind the persons."""


@frozen
class Book:
    """One standard. ``path`` of a file, with places for UZOVI and invoice number; ``most_lines`` one can count,
    ``most_cents`` its total can be.

    ``line`` adds a line with its reference; ``start`` is what comes before the persons, as long whatever the period and
    the amount, which are known last; ``check`` is given the finished file, and raises WriteError where nobody would
    take it. ``same_person`` compares two persons but for the patient number; ``key_length`` is how much of a line
    repeats its person.
    """

    path: str
    most_lines: int
    most_cents: int
    writer: Callable[[BinaryIO, Provider, Invoice], Any]
    line: Callable[[Any, DueLine, str], None]
    start: Callable[[Provider, Invoice, int], bytes]
    check: Callable[[IO[bytes], str], None]
    same_person: Callable[[str, str], bool]
    key_length: int


def books(gds801_xsd: Path | None) -> Mapping[str, Book]:
    """Every standard by its name. ``gds801_xsd``: the official schema, which files must follow; None where the practice
    doesn't have it. Raises SettingsError for one that is none."""
    official = Schema.load(gds801_xsd) if gds801_xsd else None

    def check(file: IO[bytes], name: str) -> None:
        file.seek(0)
        for fault in verify_file(file, name):
            if fault.severity == "error" or fault.code in OTHER_THAN_INFERRED:  # what we write is as we infer it
                said = {"element": fault.element or "-", "found": fault.found or "-", "expected": fault.expected or "-"}
                raise WriteError("FILE_REJECTED", file=name, record=fault.record or "-", **said)

    def check_gds801(file: IO[bytes], name: str) -> None:
        if official is not None and gds801_xsd is not None:
            file.seek(0)
            if (wrong := official.check(file, name, gds801.ROOT_TAG, gds801.PART_TAGS)) is not None:
                params = {"file": name, "line": wrong.line, "reason": wrong.says, "schema": label(gds801_xsd)}
                raise WriteError("XSD_DIFFERS", **params)
        check(file, name)

    return {
        "PM304 3.2": Book(
            path="declarations/PM304_{}_{}.txt",
            most_lines=pm304.MAX_LINES,
            most_cents=pm304.MOST_TOTAL_CENTS,
            writer=pm304.Pm304Writer,
            line=_pm304_line,
            start=lambda provider, invoice, cents: pm304.header(provider, invoice).encode(pm304.ENCODING),
            check=check,
            same_person=pm304.same_person,
            key_length=pm304.KEY_LENGTH,
        ),
        "GDS801 2.0": Book(
            path="declarations/GDS801_{}_{}.xml",
            most_lines=sys.maxsize,
            most_cents=gds801.MOST_CENTS,
            writer=gds801.Gds801Writer,
            line=_gds801_line,
            start=lambda provider, invoice, cents: gds801.frame(provider, invoice, cents)[0].encode(gds801.ENCODING),
            check=check_gds801,
            same_person=gds801.same_person,
            key_length=0,
        ),
    }


def _pm304_line(writer: pm304.Pm304Writer, line: DueLine, reference: str) -> None:
    tail = pm304.tail_fragment(line.previous) if line.is_credit else pm304.NO_PREVIOUS
    writer.line(line.head, reference, tail, int(line.amount_cents), "C" if line.is_credit else "D")


def _gds801_line(writer: gds801.Gds801Writer, line: DueLine, reference: str) -> None:
    cents = int(line.amount_cents)
    writer.line(line.head, reference, -cents if line.is_credit else cents)
