"""What insurers granted, line by line, to how many treatments each patient had. No files, no ledger, no persons: who a
patient is, is a value that says no more than that two lines are of one.

Decided by source: only what was granted and isn't 0 counts, debit minus credit; no screening, no surcharge (FAQ of
spiegelinformatiefysio.nl); each patient counts once (CZ). Ours: the group of a patient with more than one condition or
basis is that of most treatments, the first of them where these are as many; age is that of the end of the year.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date
from typing import Final, Literal, TypeAlias, TypeVar

from attrs import frozen

T = TypeVar("T", bound=Hashable)

#: Why a line is no treatment. ``unanswered``: no insurer said yet what it grants; ``credited``: nothing is left of it
#: by a credit; ``credit``: it takes back a debit that isn't here; ``unknown``: no table says what its code is;
#: ``week``: of a day that is in no index; ``elsewhen``: outside the period.
Reason = Literal[
    "unanswered", "refused", "credited", "credit", "screening", "surcharge", "other", "unknown", "week", "elsewhen"
]
#: The insurance that an entitlement is of: basic, supplementary, or not known.
BASES: Final = ("BV", "AV", "")


#: Invoice and reference.
_Key: TypeAlias = tuple[str, str]


@frozen
class Treatments:
    """How many treatments a line stands for; 0 with the ``reason``. ``is_sure``: as many were given, as far as the line
    tells; ``certainty`` of that, as of tables."""

    count: int
    reason: Reason | None = None
    is_sure: bool = True
    certainty: str = "certain"


@frozen
class CareLine:
    """A line as an insurer has it. ``patient``: see above. ``reference`` is its own, ``previous`` of a credit that of
    its debit. ``granted``: cents, >= 0, None while nobody answered. ``insurer``: the contract party; ``code`` of the
    performance; ``diagnosis`` DCSPH, ``indication`` COD321, ``therapist`` AGB; '' where not known."""

    invoice: str
    reference: str
    previous: str
    is_credit: bool
    patient: Hashable
    day: date
    granted: int | None
    treatments: Treatments
    insurer: str = ""
    code: str = ""
    diagnosis: str = ""
    indication: str = ""
    therapist: str = ""


@frozen
class Traits:
    """What groups ask of a patient: ``birth_year`` None, ``sex`` (1, 2) and ``postcode`` '' where not known."""

    birth_year: int | None = None
    sex: str = ""
    postcode: str = ""

    def or_else(self, other: "Traits") -> "Traits":
        """This, and from the other what isn't known here."""
        return Traits(self.birth_year or other.birth_year, self.sex or other.sex, self.postcode or other.postcode)


@frozen
class Balance:
    """The lines that are treatments, debits only; and how many others there are, by reason."""

    lines: Sequence[CareLine]
    left: Mapping[Reason, int]


@frozen
class TreatedPatient:
    """A patient with at least one treatment. ``condition`` (DCSPH), ``basis`` (see `BASES`) and ``indication`` are
    those of most treatments; ``is_mixed``: there were others."""

    traits: Traits
    treatments: int
    condition: str
    basis: str
    indication: str
    is_mixed: bool
    by_therapist: Mapping[str, int]


def balanced(lines: Iterable[CareLine], why_not: Callable[[date], Reason | None]) -> Balance:
    """Debit minus credit. ``why_not`` a day is in the index, None = it is.

    A credit takes back the debit of its patient and day that it names; nothing is left of a debit of which all is taken
    back. A credit without a debit takes nothing away: the debit isn't here either.
    """
    debits: dict[_Key, CareLine] = {}
    credits: list[CareLine] = []
    left: Counter[Reason] = Counter()
    for line in lines:
        if line.is_credit:
            credits.append(line)
        else:
            debits[line.invoice, line.reference] = line
    taken: Counter[_Key] = Counter()
    by_name: dict[Hashable, _Key] = {}
    for key in sorted(debits, reverse=True):  # of two of one name always the same
        line = debits[key]
        by_name[line.reference, line.patient, line.day] = key
    for credit in credits:
        taken_back = by_name.get((credit.previous, credit.patient, credit.day))
        if reason := why_not(credit.day):
            left[reason] += 1
        elif credit.granted is None:
            left["unanswered"] += 1
        elif taken_back is None:
            left["credit"] += bool(credit.granted)
        else:
            taken[taken_back] += credit.granted
    found = []
    for key, line in debits.items():
        if (reason := why_not(line.day) or _why_not(line, taken[key])) is None:
            found.append(line)
        else:
            left[reason] += 1
    return Balance(found, dict(left))


def _why_not(line: CareLine, taken: int) -> Reason | None:
    """Why a debit on a day of the index is no treatment; ``taken``: what was credited of it."""
    if line.treatments.reason is not None:
        return line.treatments.reason
    if line.granted is None:
        return "unanswered"
    if not line.granted:
        return "refused"
    return "credited" if taken >= line.granted else None


def treated(
    lines: Iterable[CareLine], traits: Mapping[Hashable, Traits], covers: Mapping[str, str]
) -> Sequence[TreatedPatient]:
    """The patients of lines that are treatments, in an order that is the same whatever that of the lines is.
    ``covers``: AV or BV by indication."""
    by_patient: dict[Hashable, list[CareLine]] = defaultdict(list)
    for line in lines:
        by_patient[line.patient].append(line)
    found = [_patient(own, traits.get(who, Traits()), covers) for who, own in by_patient.items()]
    return sorted(found, key=_order)


def _patient(lines: Sequence[CareLine], traits: Traits, covers: Mapping[str, str]) -> TreatedPatient:
    cared = _most(lines, lambda line: (line.diagnosis, covers.get(line.indication, "")))
    indications = _most(lines, lambda line: line.indication)
    therapists: Counter[str] = Counter()
    for line in lines:
        therapists[line.therapist] += line.treatments.count
    condition, basis = cared[0]
    return TreatedPatient(
        traits=traits,
        treatments=sum(line.treatments.count for line in lines),
        condition=condition,
        basis=basis,
        indication=indications[0],
        is_mixed=len(cared) > 1,
        by_therapist=dict(therapists),
    )


def _most(lines: Sequence[CareLine], of: Callable[[CareLine], T]) -> Sequence[T]:
    """What lines say, that of most treatments first, of as many the one of the first day."""
    counts: Counter[T] = Counter()
    first: dict[T, date] = {}
    for line in lines:
        said = of(line)
        counts[said] += line.treatments.count
        first[said] = min(first.get(said, line.day), line.day)
    return sorted(counts, key=lambda said: (-counts[said], first[said], said))


def _order(patient: TreatedPatient) -> tuple[object, ...]:
    return (
        patient.condition,
        patient.basis,
        patient.traits.birth_year or 0,
        patient.traits.sex,
        patient.traits.postcode,
        patient.treatments,
        patient.indication,
        sorted(patient.by_therapist.items()),
        patient.is_mixed,
    )
