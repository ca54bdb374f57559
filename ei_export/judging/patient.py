"""A patient who is judged: what is remembered and what the feed says, what is heard, placed and judged of that."""

from collections.abc import Mapping, Sequence, Set
from typing import Final

from ..base.problems import Finding
from ..base.value import value
from ..ledger.dossier import Change
from ..ledger.line import Line
from ..model.appointment import Appointment, Judgement, Key, Outcome
from ..zorg1.trajectories import Grouped
from .context import Context
from .history import LedgerHistory
from .result import Result, Totals


@value
class Patient:
    """One patient as the ledger and the rows of this feed tell of them.

    ``person`` are the texts of the patient's latest row, ``is_news`` whether that is somebody else than before;
    ``contradicted`` the columns in which the rows of this feed are of different people.
    """

    context: Context
    patient_id: str
    history: LedgerHistory
    rows: Sequence[Appointment]
    person: Mapping[str, str]
    is_news: bool = False
    contradicted: Sequence[str] = ()


@value
class Taken:
    """What one appointment is taken for: ``appointment``, None for nothing any more; and what comes with it.

    Of a declared one: how the feed changed it, which ``is_open`` while it is to be told of; ``is_silent`` where it may
    be due again while the feed said nothing of it since; ``is_pruned`` where its person was taken out of the ledger;
    ``dropped`` where it is nothing any more and yet to be kept. Of one that another patient had: ``debits`` and
    ``again`` as of `LedgerHistory`, that are this patient's now; ``elsewhere`` the reference of the line that is
    another's, or ''. ``told`` is what is to be said of that besides; ``totals`` what it adds to those of the patient.
    """

    appointment: Appointment | None
    change: Change | None = None
    is_open: bool = False
    is_silent: bool = False
    is_pruned: bool = False
    dropped: Appointment | None = None
    debits: Sequence[Line] = ()
    again: Line | None = None
    elsewhere: str | None = None
    told: Sequence[Finding] = ()
    totals: Sequence[Totals] = ()


@value
class Heard:
    """All appointments of a patient, each once: those of the feed, and those that it says nothing of, by id; with what
    those were taken for that there is something to say of, and the debits, by id: see `Taken`.

    ``named`` are the appointments of the feed, completed or not. ``waits``: a row of an unknown status is left alone
    until its day. ``passed`` are the outcomes of rows that came to no appointment; ``told`` is what was found of
    others.
    """

    in_feed: Sequence[Appointment]
    remembered: Mapping[str, Appointment]
    named: Set[str]
    debits: Mapping[str, Sequence[Line]]
    again: Mapping[str, Line]
    taken: Mapping[str, Taken]
    waits: bool
    passed: Sequence[Outcome]
    told: Sequence[tuple[Appointment, Finding]]
    totals: Sequence[Totals]

    def taken_for(self, ident: str) -> Taken:
        """What an appointment was taken for."""
        return self.taken.get(ident, _AS_IT_IS)


#: An appointment that there is nothing more to say of.
_AS_IT_IS: Final = Taken(None)


@value
class Placed:
    """The appointments of a patient in their places: visits ``grouped`` in trajectories; ``unclear`` ones, that could
    not be grouped; and what became of those that are no visits, ``judged`` already.

    ``kept`` are all that go in the dossier. ``shared`` are trajectory numbers that another patient has too. ``changes``
    are how the feed changed what was declared, by id, of which those that are ``open`` are to be told of until that is
    put right.
    """

    grouped: Grouped
    unclear: Sequence[Appointment]
    judged: Mapping[Key, Judgement]
    kept: Sequence[Appointment]
    shared: Set[str]
    changes: Mapping[str, Change]
    open: Set[str]
    totals: Sequence[Totals]


@value
class JudgedPatient:
    """A patient who was judged: what was heard, where that has its place, what became of each appointment, by
    `Appointment.key`, and what that comes to."""

    patient: Patient
    heard: Heard
    placed: Placed
    judged: Mapping[Key, Judgement]
    result: Result

    @property
    def patient_id(self) -> str:
        return self.patient.patient_id
