"""Insured persons and performances of GDS801 as text, and read back from it: so the ledger keeps them, a performance
without its reference. :mod:`.writing` puts them in a file. Everything is checked before (see :mod:`.checking`).

Elements, their order and their forms are ``specs/gds801/message-573.csv``, the order mostly inferred; which values had
to be chosen is in ``specs/inferred.csv``.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache, lru_cache
from typing import IO, Any, Final

from attrs import frozen
from lxml import etree

from ...model.codelists import DCSPH, choice, diagnoses
from ...model.declaration import NO_BSN, Care, Performance, Person
from ..message import messages
from ..standard import Became, SentPart
from . import names
from .judge.rulebook import rules
from .redeclaring import redeclaration_code
from .tree import Filling, root_of, write, write_simple

ENCODING: Final = "utf-8"
#: The code of the message.
CODE: Final = "573"
_DETAILS: Final = "AanvullendePrestatiegegevens"
_OPEN_DEBIT: Final = f"<{names.PERFORMANCE}><{names.DEBIT}>"
_CLOSE_DEBIT: Final = f"</{names.DEBIT}></{names.PERFORMANCE}>"
#: What says whether a line was declared before.
_AGAIN: Final = "Herdeclaratiecode"
_DECLARED_BEFORE: Final = re.compile(f"(<{_AGAIN}>)[^<]*")
#: Where the reference of a line goes once it is known.
_UNKNOWN: Final = "0"
_EMPTY_REFERENCE: Final = "<Referentienummer/>"
_REFERENCE: Final = "<Referentienummer>%s</Referentienummer>"
_PREVIOUS: Final = re.compile("<GerelateerdReferentienummer>([^<]*)<")
_PATIENT: Final = re.compile("<PatientIdentificatienummer>[^<]*</PatientIdentificatienummer>")


class _Nodes:
    """The elements of the message, as far as they are written apart."""

    def __init__(self) -> None:
        self.message: Final = next(message for message in messages() if message.code == CODE)
        self.root: Final = root_of(CODE)
        self.insured: Final = self.root[names.INSURED]
        self.performance: Final = self.insured[names.PERFORMANCE]
        self.debit: Final = self.performance[names.DEBIT]
        self.debit_order: Final = [node.name for node in self.debit.children]
        self.details: Final = self.debit[_DETAILS]
        #: Of a debit line, what is the same whatever is declared for the first time.
        self.same: Final = {
            name: write_simple(self.debit[name], value)
            for name, value in {
                _AGAIN: redeclaration_code(),
                "InformatieCode": names.DECLARATION,
                "DoorsturenToegestaan": "true",
                "PrivacyCode": "false",
            }.items()
        } | {"Referentienummer": _EMPTY_REFERENCE}


@cache
def nodes() -> _Nodes:
    """Raises SettingsError where a table can't be read."""
    return _Nodes()


@cache
def sides() -> Mapping[str, str]:
    """The code of a side by what it is called here."""
    return {"L": choice("side_left"), "R": choice("side_right")}


# Written -------------------------------------------------------------------------------------------


def person_fragment(person: Person) -> str:
    """The start of an insured person, up to their first performance."""
    values = {
        **({"Verzekerdennummer": person.insured_number} if person.bsn == NO_BSN else {"BSN": person.bsn}),
        "UzoviNummer": person.uzovi,
        "PatientIdentificatienummer": person.patient_id,
        "Geboortedatum": person.birth_date.isoformat(),
    }
    return write(nodes().insured, values, later=names.PERFORMANCE).removesuffix(f"</{names.INSURED}>")


def same_person(one: str, other: str) -> bool:
    """Whether two fragments of `person_fragment` say the same but for the practice's patient number."""
    return _PATIENT.sub("", one) == _PATIENT.sub("", other)


@frozen
class Gds801Care:
    """What a debit line says of the care given, as text by element; the diagnosis apart, as it goes with the day the
    trajectory began."""

    texts: Mapping[str, str]
    diagnosis: str


def care_fragment(care: Care) -> Gds801Care:
    """The part of a debit line that lines of one course of treatment share; a referral only if it is complete (see
    `check_need`). Raises ValueError, naming the element."""
    values: dict[str, Any] = {
        "AanvullendPrestatieKenmerk": _traits(care),
        "Zorgaanbieder": [_person(care.therapist_agb, names.TREATS)],
    }
    if care.accident == "J":
        values["IndicatieOngeval"] = choice("accident")
    if care.authorization_number:
        values["Machtigingsnummer"] = care.authorization_number
    if care.referral_date is not None and not care.lacks_of_referral:
        values["Verwijzing"] = [_referral(care, care.referral_date)]
    debit = nodes().debit
    texts = {
        name: write_simple(debit[name], value)
        if isinstance(value, str)
        else "".join(write(debit[name], one) for one in value)
        for name, value in values.items()
    }
    return Gds801Care(nodes().same | texts, care.diagnosis)


def line_fragment(care: Gds801Care, performance: Performance, started: date | None) -> str:
    """A debit line, its reference still open. ``started``: when the trajectory began, None = not known.

    Raises ValueError, naming the element, for a performance that `check_line` doesn't pass.
    """
    values = {
        "PrestatieCodelijstCode": performance.list,
        "Prestatiecode": performance.code,
        "Aantal": str(performance.units),
        "Begindatum": performance.date.isoformat(),
        "TariefInclBtw": amount_text(performance.tariff_cents),
        "BerekendBedragInclBtw": amount_text(performance.calculated_cents),
        "DeclaratieBedragInclBtw": amount_text(performance.claimed_cents),
    }
    debit, order = nodes().debit, nodes().debit_order
    texts = {name: write_simple(debit[name], value) for name, value in values.items()}
    texts |= care.texts
    if details := _details(care.diagnosis, started or assumed_start(performance)):
        texts[_DETAILS] = details
    return _OPEN_DEBIT + "".join([texts[name] for name in order if name in texts]) + _CLOSE_DEBIT


def declared_anew(fragment: str, here: Became, elsewhere: Became) -> str:
    """A debit line with the code (COD651) of what became of it before; as `line_fragment` gives it, it is a first
    declaration."""
    return _DECLARED_BEFORE.sub(rf"\g<1>{redeclaration_code(here, elsewhere)}", fragment, count=1)


@lru_cache(maxsize=4096)
def _details(diagnosis: str, started: date | None) -> str:
    """What goes with a performance; '' where nothing does. An empty care path says nothing, so there is none then."""
    values: dict[str, Any] = {}
    if started:
        values["Zorgtraject"] = {"ZorgtrajectStartdatum": started.isoformat()}
    if diagnosis:
        values["Diagnose"] = [{"DiagnoseCodelijstCode": DCSPH, "Diagnosecode": diagnosis}]
    return write(nodes().details, values) if values else ""


def assumed_start(performance: Performance) -> date | None:
    """When a care path began of which we don't know it: by this line, on the lists that ask for one (VC040)."""
    return performance.date if performance.list in rules()["VC040"].lists else None


def credit_fragment(performance_list: str, day: date, granted_cents: int, previous: str) -> str:
    """A credit line, its reference still open: takes back what was granted (and paid) for the line ``previous``."""
    values = {
        "Referentienummer": _UNKNOWN,
        "GerelateerdReferentienummer": previous,
        "PrestatieCodelijstCode": performance_list,
        "Begindatum": day.isoformat(),
        "ToegekendBedragInclBtwFinancieel": amount_text(granted_cents),
    }
    text = write(nodes().performance, {names.CREDIT: values})
    return text.replace(_REFERENCE % _UNKNOWN, _EMPTY_REFERENCE, 1)


def with_reference(fragment: str, reference: str) -> str:
    """A line that is given its reference."""
    return fragment.replace(_EMPTY_REFERENCE, _REFERENCE % reference, 1)


def without_reference(line: str) -> tuple[str, str]:
    """A line as it was before it was given its reference, and that."""
    found = re.search(_REFERENCE % "([^<]*)", line)
    return (line.replace(found[0], _EMPTY_REFERENCE, 1), found[1]) if found is not None else (line, "")


def _traits(care: Care) -> list[Filling]:
    """The side of the body, only where the diagnosis asks for it, and the entitlement code."""
    diagnosis = diagnoses().get(care.diagnosis)
    is_sided = diagnosis is not None and diagnosis.side_required and care.side
    side = [{"ApkCodelijstCode": names.SIDE, "ApkCode": sides()[care.side]}] if is_sided else []
    entitlement = [{"ApkCodelijstCode": names.ENTITLEMENT, "ApkCode": care.indication}] if care.indication else []
    return [*side, *entitlement]


def _person(agb: str, role: str) -> Filling:
    return {"Zorgaanbiedercode": agb, "ZorgaanbiederSoort": names.PERSON, "ZorgaanbiederRol": role}


def _referral(care: Care, day: date) -> Filling:
    if care.referrer_agb:
        kind, referrer = names.REFERRED, _person(care.referrer_agb, names.REFERS)
    else:
        kind = names.REFERRED_WITHOUT_AGB
        referrer = {"ZorgaanbiederSpecificatie": care.referrer_specialism, "ZorgaanbiederRol": names.REFERS}
    return {"TypeVerwijzingcode": kind, "Verwijsdatum": day.isoformat(), "Verwijzer": referrer}


def amount_text(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


# Read back -----------------------------------------------------------------------------------------


def read_person(fragment: str) -> Person:
    """The person of a fragment (`person_fragment`), as far as they were sent: names and addresses are not."""
    found = etree.fromstring(f"{fragment}</{names.INSURED}>")
    return Person(
        bsn=_text(found, "BSN") or NO_BSN,
        uzovi=_text(found, "UzoviNummer"),
        insured_number=_text(found, "Verzekerdennummer"),
        patient_id=_text(found, "PatientIdentificatienummer"),
        birth_date=date.fromisoformat(_text(found, "Geboortedatum")),
        sex="",
        name="",
        prefix="",
        initials="",
        partner_name="",
        partner_prefix="",
        name_use="",
        postcode="",
        foreign_postcode="",
        house_number=0,
        house_number_suffix="",
        country="",
    )


def read_care(fragment: str) -> Care:
    """The care of a line (`line_fragment`), as far as it was sent."""
    found = etree.fromstring(fragment)[0]
    traits = {
        _text(trait, "ApkCodelijstCode"): _text(trait, "ApkCode")
        for trait in found.iterfind("AanvullendPrestatieKenmerk")
    }
    referred = _text(found, "Verwijzing/Verwijsdatum")
    return Care(
        diagnosis=_text(found, "AanvullendePrestatiegegevens/Diagnose/Diagnosecode"),
        indication=traits.get(names.ENTITLEMENT, ""),
        therapist_agb=_text(found, "Zorgaanbieder/Zorgaanbiedercode"),
        therapist_specialism="",
        referral_date=date.fromisoformat(referred) if referred else None,
        referrer_agb=_text(found, "Verwijzing/Verwijzer/Zorgaanbiedercode"),
        referrer_specialism=_text(found, "Verwijzing/Verwijzer/ZorgaanbiederSpecificatie"),
        authorization_number=_text(found, "Machtigingsnummer"),
        accident="J" if _text(found, "IndicatieOngeval") else "",
        side=next((side for side, code in sides().items() if traits.get(names.SIDE) == code), ""),
    )


def sent_parts(file: IO[bytes]) -> Iterator[SentPart]:
    """The persons and lines of a file that we wrote, as the ledger keeps them."""
    for line in file:
        text = line.decode(ENCODING).rstrip("\n")
        if text.startswith(f"<{names.INSURED}>"):
            yield SentPart(text)
        elif text.startswith(f"<{names.PERFORMANCE}>"):
            previous = _PREVIOUS.search(text)
            yield SentPart(*without_reference(text), previous[1] if previous is not None else "")


def _text(element: etree._Element, path: str) -> str:
    return element.findtext(path) or ""
