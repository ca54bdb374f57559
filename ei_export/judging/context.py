"""A patient, what patients are judged by, and what judging one comes to."""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import blake2b
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType
from typing import Final

from attrs import evolve

from ..declaring.numbers import declared_by, provider
from ..intake.gather import Gathered, GatheredRow
from ..intake.reader import RowReader
from ..intake.survey import Statuses
from ..ledger import Ledger
from ..ledger.care import RegularCare, regular_of
from ..ledger.corrections import corrected_patients
from ..ledger.credits import replacements
from ..ledger.line import Line, closed_references, corrected_debits, debits_of
from ..ledger.matters import closed_appointments
from ..ledger.patients import StoredDossier, digest_of, dossier_of
from ..ledger.people import declared_for
from ..ledger.planned import planned_by, planned_of
from ..ledger.recovering import recovered
from ..model.codelists import Uzovi, uzovi_numbers
from ..model.declaration import Person
from ..settings import Settings
from .besides import BesidesReader
from .claimed import Claims
from .records import Marker, renderers
from .rules import Rules

_NONE: Final[Mapping[str, str]] = MappingProxyType({})
_NO_DAYS: Final[Mapping[str, date]] = MappingProxyType({})


class Context:
    """All that patients are judged by besides their own rows: settings, tables, ledger, and the feed as a whole."""

    def __init__(
        self,
        settings: Settings,
        rules: Rules,
        ledger: Ledger,
        feed: Gathered,
        *,
        hold_all: bool = False,
        twice: Mapping[str, str] = _NONE,
    ) -> None:
        """``hold_all``: what is due waits (``--strict``). ``twice``: appointments whose performance this run declares
        for the same person under another patient number, each with the appointment that goes."""
        self.hold_all = hold_all
        self.twice = twice
        self.feed = feed
        self.statuses = Statuses(settings.input)
        self.reader = RowReader(feed.header, self.statuses, settings.input.values)
        self.besides = BesidesReader(feed.header.at)
        self.settings = settings
        self.resolver, self.judge, self.fingerprint = rules.resolver, rules.judge, rules.fingerprint
        self.ledger = ledger
        self.declared_until = settings.ledger.declared_until or date.min
        self.renderers = renderers(settings, rules.judge.today)
        self.claims = Claims(settings, rules.judge)
        self.header = declared_by(provider(settings))
        self.unsure = {number: row for number, row in uzovi_numbers().items() if not row.is_sure}
        for number in settings.uzovi:
            self.unsure.pop(number, None)
        self._corrected = corrected_patients(ledger)
        self.recovered = recovered(ledger)
        #: Whose the appointments are that were still to come when they were heard of last, by id.
        self.planned_by = planned_by(ledger)
        #: Tells rows apart by what they say of person and care.
        self.mark = Marker().mark
        #: The debits to be corrected, by appointment id.
        self.replaced = replacements(ledger, self.header)
        #: The debits, by reference, of which the credit that was asked for can't go out.
        self.waiting_credits: set[str] = set()
        #: The closed appointments that gave no line, by id; and the references of the closed lines.
        self.closed, self.closed_lines = closed_appointments(ledger), closed_references(ledger)

    def reopen(self) -> None:
        """To be called in another process than the one that opened the ledger."""
        self.ledger = self.ledger.reopened()

    def digest_of(self, patient_id: str) -> tuple[bytes | None, str]:
        """The digest of a patient's rows when nothing was left to do, and what such rows count as; None and ''."""
        return (None if self.ledger.is_new else digest_of(self.ledger, patient_id)) or (None, "")

    def dossier(self, patient_id: str) -> StoredDossier | None:
        """What the ledger keeps of a patient."""
        return None if self.ledger.is_new else dossier_of(self.ledger, patient_id)

    def doubted(self, uzovi: str, day: date | None) -> Uzovi | None:
        """The row by which an UZOVI number has an insurer, where it may be another's for care on a day."""
        row = self.unsure.get(uzovi)
        return None if row is None or (day is not None and row.known_on(day)) else row

    def is_corrected(self, patient_id: str) -> bool:
        """Whether the patient has debits that don't simply stand."""
        return patient_id in self._corrected

    def is_open(self, patient_id: str) -> bool:
        """Whether something is still to be done about a debit of the patient, or a trajectory number of theirs is
        another's too by now."""
        return self._corrected.get(patient_id, False) or self.feed.shares_number(patient_id)

    def debits(self, patient_id: str) -> dict[str, list[Line]]:
        """See `LedgerHistory.debits`."""
        if not self.is_corrected(patient_id):
            return {}
        found = map(self._as_it_stands, corrected_debits(self.ledger, patient_id))
        return {ident: [*same] for ident, same in groupby(found, key=attrgetter("appointment_id"))}

    def debits_of(self, appointment_id: str) -> list[Line]:
        """The debits of an appointment in order, whoever's it is."""
        return [*map(self._as_it_stands, debits_of(self.ledger, appointment_id))]

    def _as_it_stands(self, debit: Line) -> Line:
        """A debit by the header of today; it stands as long as its credit waits."""
        debit = debit.under(self.header)
        return evolve(debit, credit="") if debit.reference in self.waiting_credits else debit

    def declared_for(self, person: Person, day: str, list: str, f_code: str, appointment_id: str) -> Sequence[Line]:
        """The lines in which a performance was declared for a person as another appointment, as far as they stand."""
        if self.ledger.is_new:
            return ()
        lines = declared_for(self.ledger, person.who, day, list, f_code, appointment_id)
        return [line for line in lines if self._as_it_stands(line).stays]

    def planned(self, patient_id: str) -> Mapping[str, date]:
        """The appointments of a patient that were still to come when they were heard of last, by id, each with its
        day."""
        return planned_of(self.ledger, patient_id) if self.planned_by else _NO_DAYS

    def regular(self, patient_id: str) -> RegularCare | None:
        """What the ledger keeps of a patient's regular care."""
        return None if self.ledger.is_new else regular_of(self.ledger, patient_id)

    def is_deleted(self, ident: str, day: date | None) -> bool:
        """Whether an appointment is not in a feed that holds everything of its day (``[input] complete_from``)."""
        first, present = self.settings.input.complete_from, self.feed.present
        if first is None or present is None or day is None:
            return False
        return day >= first and hash(ident) not in present

    def digest(self, rows: Sequence[GatheredRow]) -> bytes:
        """Of the rows' text, in any order, under these settings and tables."""
        text = "\n".join(sorted([body for body, _ in rows]))
        return blake2b(text.encode(), digest_size=16, key=self.fingerprint).digest()
