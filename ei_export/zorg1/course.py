"""A course of care as the Zorg1 tables know it (§5.2): a trajectory, with price agreement or without, and its visits.

There is no name, BSN or birth date in it, and nothing here is judged anew: it is what runs made of the appointments.
"""

from datetime import date
from typing import Final

from attrs import frozen

from ..model.appointment import Outcome
from ..model.measurement import Measurement

#: The moments that are neither start, end nor relapse, nor a product of TKP or THP.
_BETWEEN: Final = ("contact", "other")

#: What was declared, or counts in what was, is agreed on, whatever the settings say today.
_AGREED: Final = (Outcome.DECLARED, Outcome.COUNTED)

#: The words on consent that say something.
CONSENTS: Final = ("J", "N")
#: In the place of a word on consent that says neither.
UNREAD: Final = "?"


@frozen
class VisitProduct:
    """What the agreements say of a visit, by its code, insurer and day. ``registered`` is what the code is linked to,
    ``declare_under`` that as resolved, both '' of regular care; ``moment`` and ``profile`` are those of its product, ''
    where it has none, as ``list`` and ``f_code``; ``units`` 0 where there are none, or not the same for every visit.
    ``agreed``: it falls under a price agreement."""

    registered: str
    declare_under: str
    moment: str
    profile: str
    list: str
    f_code: str
    units: int
    agreed: bool


@frozen
class VisitLine:
    """What stands of the declaration of a visit: its last debit that wasn't withdrawn. ``state`` and ``became`` as of a
    `Line`; amounts are cents: ``declared_cents`` 0 where it was credited, ``granted_cents`` None while there is no
    answer."""

    reference: str
    uzovi: str
    code: str
    list: str
    f_code: str
    units: int
    state: str
    became: str
    declared_cents: int
    granted_cents: int | None

    @property
    def stands(self) -> bool:
        """Whether it wasn't taken back by a credit."""
        return self.became != "credited"


@frozen
class CourseVisit:
    """An appointment of a course: its own ``code``, the ``product`` that this is by the agreements, and the ``line``,
    None where nothing stands. ``therapist`` is an AGB code."""

    appointment_id: str
    day: date
    number: str
    code: str
    product: VisitProduct
    outcome: Outcome
    uzovi: str
    dcsph: str
    csi: str
    category: str
    therapist: str
    referral: date | None
    line: VisitLine | None = None
    measured: tuple[Measurement, ...] = ()

    @property
    def declared(self) -> VisitLine | VisitProduct:
        """What has the list, the F-code and the units it was declared with; or would be, by the agreements."""
        return self.line if self.line is not None else self.product

    @property
    def agreed(self) -> bool:
        """Whether it falls under a price agreement."""
        return self.outcome in _AGREED or self.product.agreed


@frozen
class Course:
    """One trajectory of one patient.

    ``trajectory`` is the practice's number, or a name that is as lasting: patient, insurer, program and first day.
    ``birth_year`` None, and texts '', where that is not known. ``program`` is that of the manual, artrose knie and
    artrose heup apart; ``profile`` as in the agreements, "3 AV + BV" where both were declared. ``agreement``: whether
    it falls under a price agreement (§4.1.7). ``uzovi`` is that of the first visit, ``uzovis`` all of them in order.
    ``started`` is the start of the file (§5.2.1): the start, or else the first visit; ``ended`` and ``relapse`` None
    where there was none. ``consent`` is the patient's last word: J, N, '' or `UNREAD`. ``by_diagnosis``: nothing but a
    diagnosis says that it is of Zorg1. ``visits`` are in the order in which they are judged.
    """

    trajectory: str
    patient_id: str
    birth_year: int | None
    sex: str
    consent: str
    uzovi: str
    uzovis: tuple[str, ...]
    insurer: str
    category: str
    program: str
    profile: str
    agreement: bool
    dcsph: str
    csi: str
    referral: date | None
    started: date
    ended: date | None
    relapse: date | None
    has_start: bool
    by_diagnosis: bool
    visits: tuple[CourseVisit, ...]
    measurements: tuple[Measurement, ...] = ()

    @property
    def numbers(self) -> frozenset[str]:
        """The practice's own numbers of it, as the feed has them; none where it gives none."""
        return frozenset(visit.number for visit in self.visits) - {""}

    @property
    def shares(self) -> bool:
        """Whether the patient's word is that data may be shared with Zorg1."""
        return self.consent == "J"

    @property
    def risk(self) -> str:
        """The number of the profile, whatever it is an agreement of: 1, 2, 3 or ''."""
        return self.profile[:1]

    @property
    def last(self) -> date:
        """The day of the last visit."""
        return max(visit.day for visit in self.visits)

    @property
    def weeks(self) -> int:
        """Whole weeks from the start up to the end, or up to the last visit where there is no end."""
        return ((self.ended or self.last) - self.started).days // 7

    @property
    def contacts(self) -> int:
        """The visits in between: all but start, end and relapse. Without price agreement sessions of regular care are
        too. Where no code says which visit is the start, as in 2019 too, the first is no visit in between."""
        named = _BETWEEN if self.agreement else (*_BETWEEN, "")
        between = [visit for visit in self.visits if visit.product.moment in named]
        is_start = not self.has_start and between[:1] == [*self.visits[:1]] and between[0].product.moment != "contact"
        return len(between) - is_start

    @property
    def treatments(self) -> int:
        """All visits."""
        return len(self.visits)

    @property
    def declared_cents(self) -> int:
        return sum(visit.line.declared_cents for visit in self.visits if visit.line is not None)

    @property
    def granted_cents(self) -> int | None:
        """What was granted; None while there is no answer to any of it."""
        granted = [visit.line.granted_cents for visit in self.visits if visit.line is not None]
        known = [cents for cents in granted if cents is not None]
        return sum(known) if known else None
