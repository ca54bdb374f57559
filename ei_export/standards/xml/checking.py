"""What GDS801 can't hold of a person, of care and of a performance, and what doesn't go together: told before anything
of them is written.
"""

from datetime import date
from typing import Final

from ...base.problems import Finding
from ...model.codelists import diagnoses
from ...model.declaration import NO_BSN, Care, Performance, Person, Provider
from .fragments import assumed_start
from .judge.rulebook import rules
from .writing import MOST_CENTS

#: The list of the national codes of physiotherapy (COD367), to which most rules are confined.
NATIONAL_LIST: Final = "073"
_MOST_UNITS: Final = 10**9 - 1
_ADULT: Final = 18


def check_person(person: Person) -> tuple[Person, list[Finding]]:
    """The person as they are, and what of them can't be written. Names and addresses don't go to an insurer (VC026)."""
    findings: list[Finding] = []
    most = int(rules()["rc9553"].values[0])
    if person.bsn == NO_BSN and len(person.insured_number) > most:
        params = {"found": len(person.insured_number), "limit": most}
        findings.append(Finding("INSURED_NUMBER_LENGTH", "insured_number", params))
    _refuse_unprintable(person, ("insured_number", "patient_id"), findings)
    return person, findings


def check_care(care: Care) -> list[Finding]:
    """The texts of well-formed care that can't be written."""
    findings: list[Finding] = []
    _refuse_unprintable(care, ("authorization_number",), findings)
    return findings


def check_line(
    performance: Performance, person: Person, care: Care, started: date | None, provider: Provider
) -> list[Finding]:
    """What of a performance the elements can't hold, and what of person and care doesn't go with it; ``started`` when
    the trajectory began, None where that is not known."""
    findings = _check_numbers(performance)
    findings += check_need(care, person, performance, provider)
    return findings if started else [*findings, _check_start(performance)]


def check_need(care: Care, person: Person, performance: Performance, provider: Provider) -> list[Finding]:
    """What a performance needs of the care given, and what of it doesn't fit together."""
    findings: list[Finding] = []
    if not care.indication:
        code = "ENTITLEMENT_MISSING" if performance.list == NATIONAL_LIST else "INDICATION_MISSING"
        findings.append(Finding(code, "indication_code"))
    diagnosis = diagnoses().get(care.diagnosis)
    if diagnosis is not None:
        allowed = (
            diagnosis.indications
            if _age(person.birth_date, performance.date) >= _ADULT
            else diagnosis.indications_under_18
        )
        if care.indication and allowed and care.indication not in allowed:
            params = {"found": care.indication, "diagnosis": care.diagnosis, "expected": " / ".join(allowed)}
            findings.append(Finding("ENTITLEMENT_UNUSUAL", "indication_code", params))
        if diagnosis.side_required and not care.side:
            findings.append(Finding("SIDE_MISSING", "side", {"diagnosis": care.diagnosis}))
    if missing := care.lacks_of_referral:
        findings.append(Finding("REFERRAL_INCOMPLETE", missing, {"column": missing}))
    if care.therapist_agb in (provider.practice_agb, provider.institution_agb):
        findings.append(Finding("THERAPIST_NOT_A_PERSON", "therapist_agb", {"found": care.therapist_agb}))
    return findings


def _check_numbers(performance: Performance) -> list[Finding]:
    """The numbers of a performance that the elements can't hold."""
    findings: list[Finding] = []
    if performance.units > _MOST_UNITS:
        findings.append(Finding("UNITS_TOO_MANY", "", {"units": performance.units, "limit": _MOST_UNITS}))
    if max(performance.tariff_cents, performance.calculated_cents, performance.claimed_cents) > MOST_CENTS:
        findings.append(Finding("AMOUNT_TOO_LARGE", "", {"limit": MOST_CENTS}))
    return findings


def _check_start(performance: Performance) -> Finding:
    """What is said of a line of which it is not known when its care path began."""
    is_assumed = assumed_start(performance) is not None
    return Finding("CARE_PATH_START_ASSUMED" if is_assumed else "CARE_PATH_START_UNKNOWN")


def _age(birth_date: date, day: date) -> int:
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def _refuse_unprintable(of: Person | Care, columns: tuple[str, ...], findings: list[Finding]) -> None:
    findings += [
        Finding("TEXT_CONTROL", column, {"column": column})
        for column in columns
        if not getattr(of, column).isprintable()
    ]
