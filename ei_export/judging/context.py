"""A patient, what patients are judged by, and what judging one comes to."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from hashlib import blake2b
from types import MappingProxyType
from typing import Final

from attrs import define, evolve, field, frozen

from ..base.problems import Finding
from ..declaring.numbers import declared_by, provider
from ..intake.gather import Gathered, GatheredRow
from ..intake.reader import RowReader
from ..intake.survey import Statuses
from ..ledger import Ledger
from ..ledger.corrections import Debit, corrected_patients, debits, debits_of
from ..ledger.credits import replacements
from ..ledger.dossier import Change
from ..ledger.patients import StoredDossier, dossier_of
from ..ledger.people import StandingDebit, declared_for
from ..ledger.recovering import recovered
from ..model.appointment import Appointment, Outcome
from ..model.codelists import Uzovi, uzovi_numbers
from ..model.declaration import Person
from ..model.due import DueLine
from ..settings import Settings
from ..standards.registry import standards
from ..zorg1.claims import Claim, ClaimJudge
from ..zorg1.resolver import Resolver
from ..zorg1.visit import Trajectory, Visit
from .records import Marker, Renderer

_NONE: Final[Mapping[str, str]] = MappingProxyType({})


@define
class Result:
    """What a patient's part of a run came to. ``outcomes`` counts rows and remembered appointments alike; ``cancelled``
    appointments and ``released`` trajectory numbers are no longer the patient's, ``moved`` appointments and ``numbers``
    are the patient's now, and ``taken`` appointments no longer those of who had them. Of appointments that are to be
    corrected, ``held_back`` ones come to no line yet, and ``dropped`` ones are as they were declared again. ``shown``
    ones were read back from published runs and are in the feed. ``doubtful`` are the UZOVI numbers, once per
    appointment, whose insurer is not sure on its day, ``unasked`` the insurers of lines whose amount is not number ×
    tariff, and nobody said that this is what they want. ``settled`` are the references of debits of which nothing is
    to come any more."""

    outcomes: dict[Outcome, int] = field(factory=dict)
    remembered: int = 0
    lines: list[DueLine] = field(factory=list)
    problems: list[tuple[Appointment, Finding]] = field(factory=list)
    dossier: StoredDossier | None = None
    cancelled: list[tuple[str, str]] = field(factory=list)
    released: list[tuple[str, str]] = field(factory=list)
    moved: list[tuple[str, str]] = field(factory=list)
    taken: list[tuple[str, str]] = field(factory=list)
    numbers: list[tuple[str, str]] = field(factory=list)
    held_back: list[str] = field(factory=list)
    dropped: list[str] = field(factory=list)
    shown: list[str] = field(factory=list)
    settled: list[str] = field(factory=list)
    doubtful: list[str] = field(factory=list)
    unasked: set[str] = field(factory=set)

    def tally(self, outcome: Outcome | None, count: int = 1) -> None:
        """Counts appointments or rows that ended up so."""
        assert outcome is not None
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + count


class Context:
    """All that patients are judged by besides their own rows: settings, tables, ledger, and the feed as a whole."""

    def __init__(
        self,
        settings: Settings,
        resolver: Resolver,
        judge: ClaimJudge,
        ledger: Ledger,
        feed: Gathered,
        fingerprint: bytes,
        *,
        hold_all: bool = False,
        twice: Mapping[str, str] = _NONE,
    ) -> None:
        """``hold_all``: what is due waits (``--strict``). ``twice``: appointments whose performance this run declares
        for the same person under another patient number, each with the appointment that goes."""
        self.hold_all = hold_all
        self.twice = twice
        self.people = feed.people
        self.statuses = Statuses(settings.input)
        self.reader = RowReader(feed.header, self.statuses, settings.input.values)
        self.settings = settings
        self.resolver = resolver
        self.judge = judge
        self.ledger = ledger
        self.shared_appointments, self.shared_numbers = feed.shared_appointments, feed.shared_numbers
        self.watched, self.orphans, self.contested = feed.watched, feed.orphans, feed.contested
        self.fingerprint = fingerprint
        self.declared_until = settings.ledger.declared_until or date.min
        self.renderers = {name: Renderer(one, settings, judge.today) for name, one in standards().items()}
        self.header = declared_by(provider(settings))
        self.unsure = {number: row for number, row in uzovi_numbers().items() if not row.is_sure}
        for number in settings.uzovi:
            self.unsure.pop(number, None)
        self._corrected = corrected_patients(ledger)
        self.recovered = recovered(ledger)
        self._marker = Marker()
        self._present = feed.present
        #: The debits to be corrected, by appointment id.
        self.replaced = replacements(ledger, self.header)
        #: The debits, by reference, of which the credit that was asked for can't go out.
        self.waiting_credits: set[str] = set()

    def reopen(self) -> None:
        """To be called in another process than the one that opened the ledger."""
        self.ledger = self.ledger.reopened()

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
        """Whether something is still to be done about a debit of the patient."""
        return self._corrected.get(patient_id, False)

    def debits(self, patient_id: str) -> dict[str, list[Debit]]:
        """See `LedgerHistory.debits`."""
        if not self.is_corrected(patient_id):
            return {}
        found = debits(self.ledger, patient_id, self.header)
        return {ident: self._as_they_stand(same) for ident, same in found.items()}

    def debits_of(self, appointment_id: str) -> list[Debit]:
        """The debits of an appointment in order, whoever's it is."""
        return self._as_they_stand(debits_of(self.ledger, appointment_id, self.header))

    def _as_they_stand(self, found: list[Debit]) -> list[Debit]:
        """A debit stands as long as its credit waits."""
        return [evolve(debit, credit="") if debit.reference in self.waiting_credits else debit for debit in found]

    def declared_for(
        self, person: Person, day: str, list: str, f_code: str, appointment_id: str
    ) -> Iterator[StandingDebit]:
        """The lines in which a performance was declared for a person as another appointment, as far as they stand."""
        if self.ledger.is_new:
            return
        for line in declared_for(self.ledger, person.who, day, list, f_code, appointment_id):
            is_credited = line.credit == "now" or (line.credit == "header" and line.header != self.header)
            if not is_credited or line.reference in self.waiting_credits:
                yield line

    def is_deleted(self, appointment: Appointment) -> bool:
        """Whether an appointment is not in a feed that holds everything of its day (``[input] complete_from``)."""
        first, present = self.settings.input.complete_from, self._present
        if first is None or present is None or appointment.date is None:
            return False
        return appointment.date >= first and hash(appointment.id) not in present

    def mark(self, row: Appointment) -> str:
        """Tells rows apart by what they say of person and care."""
        return self._marker.mark(row)

    def digest(self, rows: Sequence[GatheredRow]) -> bytes:
        """Of the rows' text, in any order, under these settings and tables."""
        text = "\n".join(sorted(body for body, _ in rows))
        return blake2b(text.encode(), digest_size=16, key=self.fingerprint).digest()


@frozen
class Course:
    """A trajectory as it was when the patient was judged last; ``is_over``: its end stands, declared by us."""

    number: str
    insurer: str
    start: str
    end: str
    is_over: bool


@define
class LedgerHistory:
    """What the ledger remembers of a patient; of appointments that are found to be theirs now, what it has of those.

    ``remembered`` are the appointments that the feed says nothing of, by id: whoever takes a row takes it out.
    ``pending`` were to be tried again.

    Of what was declared before, by appointment id: ``debits`` are those of appointments that have one which doesn't
    simply stand; ``again`` the last one, where that doesn't. ``said_before`` is what the feed said of declared ones,
    when it was heard of last, if that was something else.

    ``doubted`` are the appointments of a feed whose rows were of different people; ``courses`` see `insurers`.
    """

    dossier: StoredDossier | None
    remembered: dict[str, Appointment] = field(factory=dict)
    pending: set[str] = field(factory=set)
    debits: dict[str, list[Debit]] = field(factory=dict)
    again: dict[str, Debit] = field(factory=dict)
    said_before: dict[str, Appointment] = field(factory=dict)
    doubted: set[str] = field(factory=set)
    courses: Sequence[Course] | None = None


@define
class Patient:
    """One patient who is being judged, with what it comes to: ``result``.

    ``in_feed`` are the appointments of the feed, each once. Of these and of those that are remembered, ``visits`` could
    be grouped into ``trajectories``, ``unclear`` ones could not, and ``kept`` go in the dossier. ``claims`` are the
    visits that are due. ``shared`` are trajectory numbers that another patient has too.

    Of declared ones, ``silent`` may be due again while the feed said nothing of them since; ``changes`` are how the
    feed changed them, ``open`` those to be told of.

    ``person`` are the texts of the patient's latest row, ``is_news`` whether that is somebody else than before;
    ``contradicted`` the columns in which the rows of this feed are of different people.
    """

    context: Context
    patient_id: str
    history: LedgerHistory
    result: Result = field(factory=Result)
    in_feed: list[Appointment] = field(factory=list)
    visits: list[Visit] = field(factory=list)
    unclear: list[Appointment] = field(factory=list)
    kept: list[Appointment] = field(factory=list)
    shared: set[str] = field(factory=set)
    trajectories: list[Trajectory] = field(factory=list)
    claims: list[tuple[Visit, Claim]] = field(factory=list)
    silent: set[str] = field(factory=set)
    changes: dict[str, Change] = field(factory=dict)
    open: set[str] = field(factory=set)
    #: Those whose person was taken out of the ledger.
    pruned: set[str] = field(factory=set)
    #: Whether a row of an unknown status is left alone until its day.
    waits: bool = False
    #: Appointments that another patient has, each with the reference of its line, or ''.
    elsewhere: dict[str, str] = field(factory=dict)
    #: Declared appointments that the feed ought to have and lacks.
    deleted: set[str] = field(factory=set)
    #: The rows of this feed, and the appointments they are of, completed or not.
    rows: Sequence[Appointment] = ()
    named: Collection[str] = ()
    person: Mapping[str, str] = field(factory=dict)
    is_news: bool = False
    contradicted: Sequence[str] = ()

    def misses_contacts(self, visit: Visit) -> bool:
        """Whether contacts of a visit's trajectory may be missing, as its start was only read back from a run."""
        recovered = self.context.recovered
        return bool(recovered) and any(
            other.trajectory is visit.trajectory
            and other.appointment.row is None
            and other.appointment.id in recovered
            and other.resolution.moment == "start"
            for other in self.visits
        )
