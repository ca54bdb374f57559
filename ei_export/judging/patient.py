"""A patient who is being judged: what is remembered, what the feed says, and what it comes to."""

from collections.abc import Collection, Mapping, Sequence

from attrs import define, field, frozen

from ..ledger.corrections import Debit
from ..ledger.dossier import Change
from ..ledger.patients import StoredDossier
from ..model.appointment import Appointment
from ..zorg1.claims import Claim
from ..zorg1.visit import Trajectory, Visit
from .context import Context
from .result import Result


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
