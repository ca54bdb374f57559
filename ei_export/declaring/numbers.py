"""The numbers of a run, its lines and its invoices: unique for good, and they tell nobody who."""

import json
import re
from datetime import date
from typing import Final

from attrs import asdict, evolve, field, frozen

from ..base.problems import WriteError
from ..model.declaration import Provider
from ..settings import Settings

#: What 0116 and 0434 hold.
_INVOICE_LENGTH: Final = 12


_REFERENCE_LENGTH: Final = 20


_FORM: Final = re.compile(r"[RT][0-9]{6}|(?=.{12}$|.{20}$)[A-Z0-9]{0,3}[0-9]{6}(?:[RT][0-9]{6}|T)?[0-9]+")


_TEST_FORM: Final = re.compile(r"T[0-9]{6}|(?=.{12}$|.{20}$)[A-Z0-9]{0,3}[0-9]{6}T[0-9]+")


def run_label(run: int, *, test: bool = False) -> str:
    return f"{'T' if test else 'R'}{run:06}"


def has_form(text: str) -> bool:
    """Whether a text could be the number of a run, a line or an invoice: it is nobody's name or BSN then."""
    return _FORM.fullmatch(text) is not None


def is_of_a_test(text: str) -> bool:
    """Whether a number is that of a test run, or of a line or an invoice in one."""
    return _TEST_FORM.fullmatch(text.strip().upper()) is not None


@frozen
class Series:
    """The numbers of one run; those of tests are never those of production. Unique for good, also when a practice
    starts again with an empty ledger on another day; they tell nobody who.

    ``prefix``: at most 3 letters and digits in front of them all (``practice.series``). ``invoices``: how many there
    were before.
    """

    prefix: str
    today: date
    run: int
    invoices: int
    test: bool
    _day: str = field(init=False)
    _start: str = field(init=False)

    @_day.default
    def _starts_invoices(self) -> str:
        return f"{self.prefix}{self.today:%y%m%d}"

    @_start.default
    def _starts_references(self) -> str:
        return f"{self._day}{self.label}"

    @property
    def label(self) -> str:
        return run_label(self.run, test=self.test)

    @property
    def key(self) -> int:
        """Of the run in the ledger; a test, which the ledger forgets, is below zero."""
        return -self.run if self.test else self.run

    def invoice(self, count: int) -> str:
        """0116, 12 characters: the day, T for a test, and how many invoices there were; ``count`` from 1 in the run."""
        start = f"{self._day}{'T' if self.test else ''}"
        room = _room(start, count, _INVOICE_LENGTH)  # a run can't have more than there are numbers in a day
        return f"{start}{(self.invoices + count) % 10**room:0{room}}"

    def references(self, before: int, count: int) -> list[str]:
        """0434 of so many lines behind the first ones of the run, 20 characters each: the day, the run, and the line in
        it. Raises WriteError for one too many."""
        room = _room(self._start, before + count, _REFERENCE_LENGTH)
        form = f"{self._start}%0{room}d"
        return [form % line for line in range(before + 1, before + count + 1)]

    def file(self, path: str) -> str:
        """The path of a file, which says so itself if it is a test."""
        folder, _, name = path.rpartition("/")
        return f"{folder}/TEST_{name}" if self.test else path


def _room(start: str, number: int, length: int) -> int:
    """How many digits there are for a number behind a start. Raises WriteError where it doesn't fit."""
    room = length - len(start)
    if number >= 10**room:
        raise WriteError("RUN_TOO_LARGE", limit=10**room - 1)
    return room


def provider(settings: Settings) -> Provider:
    """Who declares, from the settings."""
    practice = settings.practice
    return Provider(
        practice_agb=practice.practice_agb,
        provider_agb=practice.provider_agb,
        institution_agb=practice.institution_agb,
        service_bureau_agb=practice.service_bureau_agb,
        pay_to=practice.pay_to,
        vat_id=practice.vat_id,
        software_code=settings.software.code,
        software_version=settings.software.version,
        test=settings.output.test,
    )


def declared_by(provider: Provider) -> str:
    """What a header says of who declares, to be compared with what it would say another day; a test is no other."""
    return json.dumps(asdict(evolve(provider, test=False)), ensure_ascii=False)
