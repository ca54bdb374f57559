"""GDS801 2.0, message 573: the declaration in XML (physiotherapy: care from 2025).

Elements, their order and their forms are ``specs/gds801/message-573.csv``, the order mostly inferred; which values had
to be chosen is in ``specs/inferred.csv``. As in PM304 a file is made of fragments: an insured person and a performance
are prepared as text, and `Gds801Writer` fills in references and puts them together. Everything is checked before
(`check_person`, `check_need`, ...); what was written is verified afterwards.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, BinaryIO, Final, TypeAlias

from attrs import frozen

from ...base.problems import Finding
from ...model.codelists import DCSPH, choice, diagnoses
from ...model.declaration import NO_BSN, Care, Invoice, Performance, Person, Provider
from ..message import messages
from .judge.rulebook import rules
from .redeclaring import redeclaration_code
from .tree import ROOT, Values, root_of, write, write_simple

ENCODING: Final = "utf-8"
MESSAGE: Final = next(message for message in messages() if message.code == "573")
BERICHT: Final = root_of(MESSAGE.code)
#: The root and the parts below it, as :mod:`.safe` asks for them.
ROOT_TAG: Final = f"{{{MESSAGE.namespace}}}{ROOT}"
PART_TAGS: Final = [f"{{{MESSAGE.namespace}}}{node.name}" for node in BERICHT.children]
INSURED: Final = BERICHT["Verzekerde"]
_PERFORMANCE: Final = INSURED["Prestatie"]
_DEBIT: Final = _PERFORMANCE["DebetPrestatie"]
_DETAILS: Final = _DEBIT["AanvullendePrestatiegegevens"]
_DEBIT_ORDER: Final = [node.name for node in _DEBIT.children]
_OPEN_DEBIT: Final = f"<{_PERFORMANCE.name}><{_DEBIT.name}>"
_CLOSE_DEBIT: Final = f"</{_DEBIT.name}></{_PERFORMANCE.name}>"

#: The list of the national codes of physiotherapy (COD367), to which most rules are confined.
NATIONAL_LIST: Final = "073"
_SIDES: Final = {"L": choice("side_left"), "R": choice("side_right")}

# What the codes of CL0002, CL0015, CL0014, CL0012, CL0004 and CL0013 stand for.
_PROVIDER, _SERVICE_BUREAU, _INSURER = "1", "2", "3"
_INSTITUTION, _PRACTICE, _PERSON = "1", "2", "3"
_TREATS, _REFERS = "01", "03"
_SIDE, _ENTITLEMENT = "002", "004"
_REFERRED, _REFERRED_WITHOUT_AGB = "01", "07"
_DECLARATION: Final = "01"

MOST_CENTS: Final = 10**14 - 1  # the form of an amount; more is no price
_MOST_UNITS: Final = 10**9 - 1
_ADULT: Final = 18


# Checks --------------------------------------------------------------------------------------------


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


def check_line(performance: Performance) -> list[Finding]:
    """The numbers of a performance that the elements can't hold."""
    findings: list[Finding] = []
    if performance.units > _MOST_UNITS:
        findings.append(Finding("UNITS_TOO_MANY", "", {"units": performance.units, "limit": _MOST_UNITS}))
    if max(performance.tariff_cents, performance.calculated_cents, performance.claimed_cents) > MOST_CENTS:
        findings.append(Finding("AMOUNT_TOO_LARGE", "", {"limit": MOST_CENTS}))
    return findings


def _age(birth_date: date, day: date) -> int:
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def _refuse_unprintable(of: Person | Care, columns: tuple[str, ...], findings: list[Finding]) -> None:
    findings += [
        Finding("TEXT_CONTROL", column, {"column": column})
        for column in columns
        if not getattr(of, column).isprintable()
    ]


# Fragments -----------------------------------------------------------------------------------------

#: Where the reference of a line goes once it is known.
_UNKNOWN: Final = "0"
_EMPTY_REFERENCE: Final = "<Referentienummer/>"
_REFERENCE: Final = "<Referentienummer>%s</Referentienummer>"
_PATIENT: Final = re.compile("<PatientIdentificatienummer>[^<]*</PatientIdentificatienummer>")


def person_fragment(person: Person) -> str:
    """The start of an insured person, up to their first performance."""
    values = {
        **({"Verzekerdennummer": person.insured_number} if person.bsn == NO_BSN else {"BSN": person.bsn}),
        "UzoviNummer": person.uzovi,
        "PatientIdentificatienummer": person.patient_id,
        "Geboortedatum": person.birth_date.isoformat(),
    }
    return write(INSURED, values, later=_PERFORMANCE.name).removesuffix(f"</{INSURED.name}>")


def same_person(one: str, other: str) -> bool:
    """Whether two fragments of `person_fragment` say the same but for the practice's patient number."""
    return _PATIENT.sub("", one) == _PATIENT.sub("", other)


#: What says whether a line was declared before.
_AGAIN: Final = "Herdeclaratiecode"
_DECLARED_BEFORE: Final = re.compile(f"(<{_AGAIN}>)[^<]*")
#: Of a debit line, what is the same whatever is declared for the first time.
_SAME: Final = {
    name: write_simple(_DEBIT[name], value)
    for name, value in {
        _AGAIN: redeclaration_code(),
        "InformatieCode": _DECLARATION,
        "DoorsturenToegestaan": "true",
        "PrivacyCode": "false",
    }.items()
} | {"Referentienummer": _EMPTY_REFERENCE}


@frozen
class CareFragment:
    """What a debit line says of the care given, as text by element; the diagnosis apart, as it goes with the day the
    trajectory began."""

    texts: Mapping[str, str]
    diagnosis: str


def care_fragment(care: Care) -> CareFragment:
    """The part of a debit line that lines of one course of treatment share; a referral only if it is complete (see
    `check_need`). Raises ValueError, naming the element."""
    values: dict[str, Any] = {
        "AanvullendPrestatieKenmerk": _traits(care),
        "Zorgaanbieder": [_person(care.therapist_agb, _TREATS)],
    }
    if care.accident == "J":
        values["IndicatieOngeval"] = choice("accident")
    if care.authorization_number:
        values["Machtigingsnummer"] = care.authorization_number
    if care.referral_date is not None and not care.lacks_of_referral:
        values["Verwijzing"] = [_referral(care, care.referral_date)]
    texts = {
        name: write_simple(_DEBIT[name], value)
        if isinstance(value, str)
        else "".join(write(_DEBIT[name], one) for one in value)
        for name, value in values.items()
    }
    return CareFragment(_SAME | texts, care.diagnosis)


def line_fragment(care: CareFragment, performance: Performance, started: date | None) -> str:
    """A debit line, its reference still open. ``started``: when the trajectory began, None = not known.

    Raises ValueError, naming the element, for a performance that `check_line` doesn't pass.
    """
    values = {
        "PrestatieCodelijstCode": performance.list,
        "Prestatiecode": performance.code,
        "Aantal": str(performance.units),
        "Begindatum": performance.date.isoformat(),
        "TariefInclBtw": _euros(performance.tariff_cents),
        "BerekendBedragInclBtw": _euros(performance.calculated_cents),
        "DeclaratieBedragInclBtw": _euros(performance.claimed_cents),
    }
    texts = {name: write_simple(_DEBIT[name], value) for name, value in values.items()}
    texts |= care.texts
    if details := _details(care.diagnosis, started or _assumed_start(performance)):
        texts[_DETAILS.name] = details
    return _OPEN_DEBIT + "".join([texts[name] for name in _DEBIT_ORDER if name in texts]) + _CLOSE_DEBIT


def declared_before(fragment: str, code: str) -> str:
    """A debit line with another ``code`` of COD651; as `line_fragment` gives it, it is a first declaration."""
    return _DECLARED_BEFORE.sub(rf"\g<1>{code}", fragment, count=1)


@lru_cache(maxsize=4096)
def _details(diagnosis: str, started: date | None) -> str:
    """What goes with a performance; '' where nothing does. An empty care path says nothing, so there is none then."""
    values: dict[str, Any] = {}
    if started:
        values["Zorgtraject"] = {"ZorgtrajectStartdatum": started.isoformat()}
    if diagnosis:
        values["Diagnose"] = [{"DiagnoseCodelijstCode": DCSPH, "Diagnosecode": diagnosis}]
    return write(_DETAILS, values) if values else ""


def _assumed_start(performance: Performance) -> date | None:
    """When a care path began of which we don't know it: by this line, on the lists that ask for one (VC040)."""
    return performance.date if performance.list in rules()["VC040"].lists else None


def check_start(performance: Performance) -> Finding:
    """What is said of a line of which it is not known when its care path began."""
    is_assumed = _assumed_start(performance) is not None
    return Finding("CARE_PATH_START_ASSUMED" if is_assumed else "CARE_PATH_START_UNKNOWN")


def credit_fragment(performance_list: str, day: date, granted_cents: int, previous: str) -> str:
    """A credit line, its reference still open: takes back what was granted (and paid) for the line ``previous``."""
    values = {
        "Referentienummer": _UNKNOWN,
        "GerelateerdReferentienummer": previous,
        "PrestatieCodelijstCode": performance_list,
        "Begindatum": day.isoformat(),
        "ToegekendBedragInclBtwFinancieel": _euros(granted_cents),
    }
    text = write(_PERFORMANCE, {"CreditPrestatie": values})
    return text.replace(_REFERENCE % _UNKNOWN, _EMPTY_REFERENCE, 1)


def with_reference(fragment: str, reference: str) -> str:
    """A line that is given its reference."""
    return fragment.replace(_EMPTY_REFERENCE, _REFERENCE % reference, 1)


def without_reference(line: str) -> tuple[str, str]:
    """A line as it was before it was given its reference, and that."""
    found = re.search(_REFERENCE % "([^<]*)", line)
    return (line.replace(found[0], _EMPTY_REFERENCE, 1), found[1]) if found is not None else (line, "")


def _traits(care: Care) -> list[Values]:
    """The side of the body, only where the diagnosis asks for it, and the entitlement code."""
    diagnosis = diagnoses().get(care.diagnosis)
    is_sided = diagnosis is not None and diagnosis.side_required and care.side
    side = [{"ApkCodelijstCode": _SIDE, "ApkCode": _SIDES[care.side]}] if is_sided else []
    entitlement = [{"ApkCodelijstCode": _ENTITLEMENT, "ApkCode": care.indication}] if care.indication else []
    return [*side, *entitlement]


def _person(agb: str, role: str) -> Values:
    return {"Zorgaanbiedercode": agb, "ZorgaanbiederSoort": _PERSON, "ZorgaanbiederRol": role}


def _referral(care: Care, day: date) -> Values:
    if care.referrer_agb:
        kind, referrer = _REFERRED, _person(care.referrer_agb, _REFERS)
    else:
        kind = _REFERRED_WITHOUT_AGB
        referrer = {"ZorgaanbiederSpecificatie": care.referrer_specialism, "ZorgaanbiederRol": _REFERS}
    return {"TypeVerwijzingcode": kind, "Verwijsdatum": day.isoformat(), "Verwijzer": referrer}


def _euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


# The file ------------------------------------------------------------------------------------------

_START: Final = f'<?xml version="1.0" encoding="UTF-8"?>\n<{ROOT} xmlns="{MESSAGE.namespace}">\n'
_END: Final = f"</{ROOT}>\n"

#: Before and behind the insured persons.
Frame: TypeAlias = tuple[str, str]


def frame(provider: Provider, invoice: Invoice, cents: int) -> Frame:
    """What stands before and behind the insured persons; ``cents`` debit minus credit.

    The first is as long for every period and amount, so that it can be written again once these are known. Raises
    ValueError, naming the element, for what doesn't fit.
    """
    before, behind = _frame(provider, invoice, cents)
    longest, _ = _frame(provider, invoice, MOST_CENTS)
    return before.ljust(len(longest)), behind


def _frame(provider: Provider, invoice: Invoice, cents: int) -> Frame:
    made = {
        "Header": _header(provider, invoice),
        "DeclaratieContext": _context(provider, invoice),
        "Overzicht": {
            "TotaalDeclaratiebedragInclBtw": {
                "Bedrag": _euros(abs(cents)),
                "DebetCreditCode": "C" if cents < 0 else "D",
            }
        },
    }
    names = [node.name for node in BERICHT.children]
    texts = [f"{write(BERICHT[name], made[name])}\n" if name in made else "" for name in names]
    middle = names.index(INSURED.name)
    return _START + "".join(texts[:middle]), "".join(texts[middle:]) + _END


def _header(provider: Provider, invoice: Invoice) -> Values:
    bureau = provider.service_bureau_agb
    return {
        "Berichtcode": MESSAGE.code,
        "Berichtversie": MESSAGE.version,
        "Berichtsubversie": MESSAGE.subversion,
        "Berichtsoort": "T" if provider.test else "P",
        "Verzender": bureau or _declarant(provider)[0],
        "VerzenderRol": _SERVICE_BUREAU if bureau else _PROVIDER,
        "Ontvanger": invoice.uzovi,
        "OntvangerRol": _INSURER,
        "Verzenddatum": invoice.date.isoformat(),
        "Referentienummer": invoice.number,
    }


def _context(provider: Provider, invoice: Invoice) -> Values:
    code, kind, place = _declarant(provider)
    software = {
        "InformatiesysteemCode": provider.software_code,
        "InformatiesysteemVersie": provider.software_version,
    }
    return {
        "Declarant": {"Zorgaanbiedercode": code, "ZorgaanbiederSoort": kind},
        **({"Zorgaanbieder": place} if place else {}),
        "BetalingAanServicebureau": "true" if provider.pay_to == "service_bureau" else "false",
        "Factuurnummer": invoice.number,
        "Factuurdatum": invoice.date.isoformat(),
        **({"BtwIdentificatienummer": provider.vat_id} if provider.vat_id else {}),
        "Valutacode": "EUR",
        **(software if provider.software_code else {}),
        "BegindatumDeclaratieperiode": invoice.period_from.isoformat(),
        "EinddatumDeclaratieperiode": invoice.period_until.isoformat(),
    }


def _declarant(provider: Provider) -> tuple[str, str, Values]:
    """AGB code and kind of the declarant, and where a person works (VC111): nothing for a practice or an institution.

    The declarant is whoever is paid; where that is a service bureau, whom it declares for.
    """
    places = {
        "practice": (provider.practice_agb, _PRACTICE),
        "institution": (provider.institution_agb, _INSTITUTION),
    }
    known = [(code, kind) for code, kind in places.values() if code]
    code, kind = places.get(provider.pay_to) or (known[0] if known and provider.pay_to != "provider" else ("", ""))
    if code:
        return code, kind, {}
    place = {"Zorgaanbiedercode": known[0][0], "ZorgaanbiederSoort": known[0][1]} if known else {}
    return provider.provider_agb, _PERSON, place


class Gds801Writer:
    """Writes one message to a binary file object: what comes before the persons at once, what is behind on `close`."""

    def __init__(self, file: BinaryIO, provider: Provider, invoice: Invoice) -> None:
        self._write: Callable[[bytes], object] = file.write
        self._provider, self._invoice = provider, invoice
        self.persons = 0
        self.lines = 0
        #: Debit minus credit so far.
        self.cents = 0
        self._put(frame(provider, invoice, 0)[0])

    def person(self, fragment: str) -> None:
        """Begins a person; ``fragment`` as `person_fragment` gives it. Their lines follow."""
        self._put(f"</{INSURED.name}>\n{fragment}\n" if self.persons else f"{fragment}\n")
        self.persons += 1

    def line(self, fragment: str, reference: str, cents: int) -> None:
        """Adds a line of the last person; ``fragment`` as `line_fragment` or `credit_fragment` gives it, ``cents`` what
        it claims, negative for a credit."""
        self._put(with_reference(fragment, reference) + "\n")
        self.lines += 1
        self.cents += cents

    def close(self) -> None:
        """Ends the message; the file object stays open."""
        end = f"</{INSURED.name}>\n" if self.persons else ""
        self._put(end + frame(self._provider, self._invoice, self.cents)[1])

    def _put(self, text: str) -> None:
        self._write(text.encode(ENCODING))
