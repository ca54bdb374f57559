"""All lines of a practice: those of its ledger, and those in declaration and return files of any program.

A line is taken once, by invoice and reference, wherever and however often it is found; what the ledger knows of its own
lines goes before what files say, but for an answer that was not read in yet. Of a birth date nothing but the year goes
on from here, of who a person is nothing but a hash.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from datetime import date
from operator import attrgetter
from pathlib import Path
from typing import Self

from attrs import define, field, frozen

from ...base.problems import Finding
from ...ledger import Ledger
from ...ledger.care import BookedLine, KnownPatient, patients_in_care, postcodes
from ...ledger.dossier import KeptTrajectory, Settled, Unsettled
from ...ledger.own_files import holds_invoice
from ...model.declaration import short_number
from ...standards.filed import FiledLine
from .care import CareLine, Traits, Treatments
from .filed import Filed, Granted, read_files
from .span import Span
from .treatments import Counting


@define
class Sources:
    """The lines, who the patients in them are, and what is to be told of them. ``doubles``: how many lines were found
    more than once."""

    findings: list[Finding]
    doubles: int
    lines: list[CareLine] = field(factory=list)
    traits: dict[Hashable, Traits] = field(factory=dict)

    def add(self, line: CareLine, traits: Traits) -> None:
        """A line with what is known of its patient."""
        self.lines.append(line)
        self.traits[line.patient] = self.traits.get(line.patient, Traits()).or_else(traits)

    def unknown(self, span: Span) -> Counter[str]:
        """How many lines in a period have a code of which no table says what it is, by code."""
        lines = (line for line in self.lines if line.treatments.reason == "unknown")
        return Counter(line.code for line in lines if span.why_not(line.day) is None)


@frozen
class _Known:
    """What the ledger knows of a patient: nothing of one whose dossier is gone."""

    appointments: Mapping[str, Settled | Unsettled]
    trajectories: Sequence[KeptTrajectory]

    @classmethod
    def of(cls, patient: KnownPatient) -> Self:
        return cls({each.appointment_id: each for each in patient.appointments}, patient.trajectories)

    def place(self, appointment_id: str) -> int:
        """Which of the trajectories an appointment is in, from 1; 0 = none."""
        about = self.appointments.get(appointment_id)
        return about.place if about is not None else 0


@frozen
class Reading:
    """How lines are read: ``insurers`` by UZOVI number, ``whose`` as for `read_files`; care of ``first`` through
    ``last``."""

    counting: Counting
    insurers: Mapping[str, str]
    whose: Collection[str]
    first: date
    last: date

    def read(self, ledger: Ledger, paths: Sequence[tuple[Path, str]]) -> Sources:
        """Everything there is. Raises InputError for a file that can't be read; WriteError for a damaged ledger."""
        filed = read_files(paths, self.whose)
        found = Sources(filed.findings, filed.doubles)
        self._add_own(ledger, filed, found)
        self._add_filed(ledger, filed, found)
        found.findings.sort(key=lambda each: (each.code, sorted(map(str, each.params.values()))))
        return found

    def _add_own(self, ledger: Ledger, filed: Filed, found: Sources) -> None:
        """The lines of the ledger; those that files have too are taken from here, and not again."""
        lives = dict(postcodes(ledger))
        for patient in patients_in_care(ledger):
            traits = Traits(patient.birth_year, patient.sex, lives.get(patient.patient_id, ""))
            for own in self._own(patient, filed):
                found.add(own, traits)

    def _own(self, patient: KnownPatient, filed: Filed) -> Iterator[CareLine]:
        """The lines of a patient that were not withdrawn, by reference. The contacts of a trajectory come with the last
        line granted that takes them: what was credited before it, or refused, leaves them to it."""
        known, first, last = _Known.of(patient), self.first.isoformat(), self.last.isoformat()
        sent = [line for lines in patient.lines.values() for line in lines if line.became != "withdrawn"]
        lines = sorted((line for line in sent if first <= line.date <= last), key=attrgetter("reference"))
        granted = {
            line.reference: self._granted(line, patient.patient_id, filed.answers.get(line.invoice)) for line in lines
        }
        takes: dict[int, str] = {}
        for line in lines:
            day = date.fromisoformat(line.date)
            is_debit = line.debit_credit == "D" and granted[line.reference]
            if is_debit and self.counting.takes_contacts(line.insurer, line.code, day):
                takes[known.place(line.appointment_id)] = line.reference
        contacts = {reference: known.trajectories[place - 1].contacts for place, reference in takes.items() if place}
        for line in lines:
            day = date.fromisoformat(line.date)
            about = known.appointments.get(line.appointment_id)
            yield CareLine(
                invoice=line.invoice,
                reference=line.reference,
                previous=line.previous,
                is_credit=line.debit_credit == "C",
                patient=patient.patient_id if line.who is None else line.who,
                day=day,
                granted=granted[line.reference],
                treatments=self.counting.own(line.insurer, line.code, day, line.units, contacts.get(line.reference, 0)),
                insurer=line.insurer,
                code=line.f_code,
                diagnosis=about.text("diagnosis_code") if about is not None else "",
                indication=about.besides.indication_code if about is not None else "",
                therapist=about.besides.therapist_agb if about is not None else "",
            )

    def _granted(self, line: BookedLine, patient_id: str, answer: Granted | None) -> int | None:
        """What was granted of a line of the ledger. ``answer``: one that files have, where it knows none."""
        if line.granted_cents is not None or answer is None:
            return line.granted_cents
        return answer.of(line.reference, short_number(patient_id), line.amount_cents)

    def _add_filed(self, ledger: Ledger, filed: Filed, found: Sources) -> None:
        """The lines of files that the ledger doesn't know."""
        known = {(line.invoice, line.reference) for line in found.lines}
        for invoice, lines in sorted(filed.lines.items()):
            answer = filed.answers.get(invoice)
            in_time = [line for _, line in sorted(lines.items()) if self.first <= line.day <= self.last]
            new = [line for line in in_time if (invoice, line.reference) not in known]
            found.doubles += len(in_time) - len(new)
            if new and answer is None:
                params = {"file": filed.files[invoice], "invoice": invoice, "lines": len(new)}
                found.findings.append(Finding("INDEX_NO_ANSWER", "", params))
            for line in new:
                traits = Traits(line.birth_year, line.sex, line.postcode[:4])
                found.add(self._filed(line, invoice, ledger.hashed(line.who), answer), traits)
        for invoice, answer in filed.answers.items():
            if invoice not in filed.lines and not holds_invoice(ledger, invoice):
                params = {"file": answer.file, "invoice": invoice}
                found.findings.append(Finding("INDEX_NO_DECLARATION", "", params))

    def _filed(self, line: FiledLine, invoice: str, who: int, answer: Granted | None) -> CareLine:
        insurer, treatments = self.insurers.get(line.uzovi, ""), Treatments(0)
        if not line.is_credit:
            treatments = self.counting.filed(insurer, line.code, line.list, line.day, line.units)
        return CareLine(
            invoice=invoice,
            reference=line.reference,
            previous=line.previous,
            is_credit=line.is_credit,
            patient=who,
            day=line.day,
            granted=answer.of(line.reference, line.patient_id, line.cents) if answer is not None else None,
            treatments=treatments,
            insurer=insurer,
            code=line.code,
            diagnosis=line.diagnosis,
            indication=line.indication,
            therapist=line.therapist_agb,
        )
