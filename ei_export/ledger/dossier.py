"""What the ledger keeps of a patient's appointments, as values and as text: of settled ones what trajectories and the
Zorg1 tables need, of those to be tried again every text.

In the ledger each value stands under the name of its column: a column more or less changes nothing of what was kept
before. What a text lacks is '', and a column that is no more is passed over.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

from ..base.problems import Finding
from ..model.appointment import OUTCOMES, Appointment, Outcome, Past, positions
from ..model.columns import COLUMNS
from .packing import pack, pack_columns

#: The texts kept of every appointment: of a settled one normalised, what it was declared or counted on.
CORE: Final = (
    "appointment_id", "date", "code", "declare_under", "trajectory_id", "uzovi", "diagnosis_code", "bsn",
)  # fmt: skip
#: The texts kept of one to be tried again, as the feed had them; those of a settled one are the first of these.
SAVED: Final = (*CORE, *(column for column in COLUMNS if column not in {*CORE, "status", "patient_id"}))

#: What a single row can't show again: it holds an appointment until the feed brings it anew.
LASTING: Final = frozenset(
    {
        "APPOINTMENT_CONFLICT",
        "APPOINTMENT_TWO_PATIENTS",
        "ROW_CELLS",
        "ROW_CUT_OFF",
        "ROW_QUOTE",
        "ROW_TOO_LONG",
        "STATUS_UNCLEAR",
    }
)

#: To be tried again in every run.
PENDING: Final = frozenset({Outcome.HELD, Outcome.NO_AGREEMENT, Outcome.UNREADABLE})

#: Where each column stands among texts in the order of `SAVED`.
AT: Final = positions({column: index for index, column in enumerate(SAVED)})


def core(appointment: Appointment) -> tuple[str, ...]:
    """The texts in the order of `CORE`, normalised so that two ways to write the same are the same."""
    return tuple(texts[0] for texts in _core([appointment]))


def _core(appointments: Sequence[Appointment]) -> tuple[list[str], ...]:
    """The same of many, column by column."""
    return (
        [each.id for each in appointments],
        [each.date.isoformat() if each.date is not None else each.text("date") for each in appointments],
        [each.common.code for each in appointments],
        [each.common.declare_under for each in appointments],
        [each.number for each in appointments],
        [each.common.uzovi for each in appointments],
        [each.diagnosis for each in appointments],
        [each.cells[each.at["bsn"]].strip().zfill(9) for each in appointments],
    )


class Besides(NamedTuple):
    """What the Zorg1 tables ask of an appointment and no line is made of, as it was heard last: texts by their columns,
    and all that was ``measured``: names and scores, as the feed has them."""

    consent: str = ""
    indication_code: str = ""
    category: str = ""
    therapist_agb: str = ""
    referral_date: str = ""
    measured: Sequence[tuple[str, str]] = ()


NOTHING_BESIDES: Final = Besides()


def refusal(word: str) -> tuple[bool, bool, str]:
    """A key that puts words on sharing data in order from yes to no: N goes before all, J after all
    that isn't it."""
    return word not in ("", "J"), word == "N", word


class Settled(NamedTuple):
    """An appointment that is not to be tried again: declared or counted, or not by us, or by nobody.

    First `CORE`, normalised, ``date`` as YYYY-MM-DD where it is one; then the ``outcome`` (the value of an `Outcome`),
    the ``units`` of its line, its declare-under code at the time (``linked``), and the ``mark`` of the row it was sent
    from; the ``place`` of its trajectory among those of the patient, from 1, 0 where it is in none; then `Besides`.
    """

    appointment_id: str
    date: str
    code: str
    declare_under: str
    trajectory_id: str
    uzovi: str
    diagnosis_code: str
    bsn: str
    outcome: str
    units: int = 0
    linked: str = ""
    mark: str = ""
    place: int = 0
    consent: str = ""
    indication_code: str = ""
    category: str = ""
    therapist_agb: str = ""
    referral_date: str = ""
    measured: Sequence[Sequence[str]] = ()

    @property
    def texts(self) -> Sequence[str]:
        """In the order of `SAVED`."""
        return tuple(map(self.text, CORE))

    @property
    def besides(self) -> Besides:
        return Besides._make((*self[_BESIDES:-1], _pairs(self.measured)))

    def text(self, column: str) -> str:
        """The text of one of the columns."""
        return str(getattr(self, column))


def _pairs(measured: Sequence[Sequence[str]]) -> Sequence[tuple[str, str]]:
    """What was measured, which JSON has as arrays."""
    return tuple((name, score) for name, score in measured)


_BESIDES: Final = len(Settled._fields) - len(Besides._fields)


class Unsettled(NamedTuple):
    """An appointment of which every text is kept: it is to be tried again, or is once somebody says what its code
    stands for. ``texts`` by column as the feed had them, without empty ones, or those of a line that was sent
    (``is_sent``); ``found`` is what is wrong with it; ``place`` as of `Settled`."""

    appointment_id: str
    outcome: Outcome
    texts: Mapping[str, str]
    found: Sequence[Finding] = ()
    measured: Sequence[Sequence[str]] = ()
    is_sent: bool = False
    place: int = 0

    @property
    def besides(self) -> Besides:
        return Besides._make((*map(self.text, Besides._fields[:-1]), _pairs(self.measured)))

    def text(self, column: str) -> str:
        """The text of a column, or ''."""
        return self.texts.get(column, "")

    @property
    def lasting(self) -> list[Finding]:
        """What only the feed can put right."""
        return [finding for finding in self.found if finding.code in LASTING]


#: How the feed changed an appointment after it was declared: another ``row``; one that was ``said`` to be otherwise,
#: which is not told of again; ``cancelled``; another ``count`` of contacts. Or what has become of one whose debit
#: doesn't stand: it is only ``counted`` by now, or ``gone``: no part of any trajectory.
ChangeKind: TypeAlias = Literal["row", "said", "cancelled", "count", "counted", "gone"]


class Change(NamedTuple):
    """How the feed changed an appointment after it was declared, kept until that is put right; ``texts`` of the row by
    column, without empty ones."""

    kind: ChangeKind
    texts: Mapping[str, str]


def by_column(appointment: Appointment) -> dict[str, str]:
    """The texts of an appointment as the feed has them, without empty ones."""
    return {column: text for column in SAVED if (text := appointment.kept(column))}


def in_order(texts: Mapping[str, str]) -> list[str]:
    """Texts in the order of `SAVED`."""
    return [texts.get(column, "") for column in SAVED]


class KeptTrajectory(NamedTuple):
    """A trajectory as it was when its patient was judged last: what it is called, and its number of the practice or '';
    days are YYYY-MM-DD or ''; ``contacts`` how many count, ``last`` the day of its last visit, ``relapse`` that of the
    relapse that goes on from it."""

    trajectory: str
    number: str = ""
    insurer: str = ""
    program: str = ""
    profile: str = ""
    started: str = ""
    ended: str = ""
    contacts: int = 0
    last: str = ""
    relapse: str = ""


# As text.


def pack_judged(judged: Sequence[tuple[Appointment, Past, int, Besides]]) -> str:
    """The same text of appointments that were judged now, each with what is to be known of it, its place, and what is
    known besides; column by column, as a run has millions of them."""
    if not judged:
        return pack(Settled, [])
    appointments, pasts, places, besides = zip(*judged, strict=True)
    columns = (
        *_core(appointments),
        [OUTCOMES[past.settled_as] for past in pasts],
        [past.units for past in pasts],
        [past.linked for past in pasts],
        [past.mark for past in pasts],
        places,
        *zip(*besides, strict=True),
    )
    return pack_columns(len(judged), zip(Settled._fields, columns, strict=True))
