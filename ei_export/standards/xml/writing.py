"""GDS801 as text. As in PM304 a file is made of fragments: an insured person and a performance are prepared as text,
and `Gds801Writer` fills in references and puts them together. Everything is checked before (see :mod:`.checking`); what
was written is verified afterwards.

Elements, their order and their forms are ``specs/gds801/message-573.csv``, the order mostly inferred; which values had
to be chosen is in ``specs/inferred.csv``.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache, lru_cache
from typing import Any, BinaryIO, Final, TypeAlias

from attrs import frozen

from ...model.codelists import DCSPH, choice, diagnoses
from ...model.declaration import NO_BSN, Care, Invoice, Performance, Person, Provider
from ..message import messages
from ..standard import Became
from . import names
from .judge.rulebook import rules
from .redeclaring import redeclaration_code
from .tree import ROOT, Values, root_of, write, write_simple

ENCODING: Final = "utf-8"
#: The code of the message.
CODE: Final = "573"
_DETAILS: Final = "AanvullendePrestatiegegevens"
_OPEN_DEBIT: Final = f"<{names.PERFORMANCE}><{names.DEBIT}>"
_CLOSE_DEBIT: Final = f"</{names.DEBIT}></{names.PERFORMANCE}>"

MOST_CENTS: Final = 10**14 - 1  # the form of an amount; more is no price


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
    return write(nodes().insured, values, later=names.PERFORMANCE).removesuffix(f"</{names.INSURED}>")


def same_person(one: str, other: str) -> bool:
    """Whether two fragments of `person_fragment` say the same but for the practice's patient number."""
    return _PATIENT.sub("", one) == _PATIENT.sub("", other)


#: What says whether a line was declared before.
_AGAIN: Final = "Herdeclaratiecode"
_DECLARED_BEFORE: Final = re.compile(f"(<{_AGAIN}>)[^<]*")


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
        "TariefInclBtw": _euros(performance.tariff_cents),
        "BerekendBedragInclBtw": _euros(performance.calculated_cents),
        "DeclaratieBedragInclBtw": _euros(performance.claimed_cents),
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
        "ToegekendBedragInclBtwFinancieel": _euros(granted_cents),
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


def _traits(care: Care) -> list[Values]:
    """The side of the body, only where the diagnosis asks for it, and the entitlement code."""
    diagnosis = diagnoses().get(care.diagnosis)
    is_sided = diagnosis is not None and diagnosis.side_required and care.side
    side = [{"ApkCodelijstCode": names.SIDE, "ApkCode": sides()[care.side]}] if is_sided else []
    entitlement = [{"ApkCodelijstCode": names.ENTITLEMENT, "ApkCode": care.indication}] if care.indication else []
    return [*side, *entitlement]


def _person(agb: str, role: str) -> Values:
    return {"Zorgaanbiedercode": agb, "ZorgaanbiederSoort": names.PERSON, "ZorgaanbiederRol": role}


def _referral(care: Care, day: date) -> Values:
    if care.referrer_agb:
        kind, referrer = names.REFERRED, _person(care.referrer_agb, names.REFERS)
    else:
        kind = names.REFERRED_WITHOUT_AGB
        referrer = {"ZorgaanbiederSpecificatie": care.referrer_specialism, "ZorgaanbiederRol": names.REFERS}
    return {"TypeVerwijzingcode": kind, "Verwijsdatum": day.isoformat(), "Verwijzer": referrer}


def _euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


# The file ------------------------------------------------------------------------------------------

_START: Final = f'<?xml version="1.0" encoding="UTF-8"?>\n<{ROOT} xmlns="%s">\n'
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
    root = nodes().root
    order = [node.name for node in root.children]
    texts = [f"{write(root[name], made[name])}\n" if name in made else "" for name in order]
    middle = order.index(names.INSURED)
    return _START % nodes().message.namespace + "".join(texts[:middle]), "".join(texts[middle:]) + _END


def _header(provider: Provider, invoice: Invoice) -> Values:
    bureau, message = provider.service_bureau_agb, nodes().message
    return {
        "Berichtcode": message.code,
        "Berichtversie": message.version,
        "Berichtsubversie": message.subversion,
        "Berichtsoort": "T" if provider.test else "P",
        "Verzender": bureau or _declarant(provider)[0],
        "VerzenderRol": names.SERVICE_BUREAU if bureau else names.CARE_PROVIDER,
        "Ontvanger": invoice.uzovi,
        "OntvangerRol": names.INSURER,
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
        "practice": (provider.practice_agb, names.PRACTICE),
        "institution": (provider.institution_agb, names.INSTITUTION),
    }
    known = [(code, kind) for code, kind in places.values() if code]
    code, kind = places.get(provider.pay_to) or (known[0] if known and provider.pay_to != "provider" else ("", ""))
    if code:
        return code, kind, {}
    place = {"Zorgaanbiedercode": known[0][0], "ZorgaanbiederSoort": known[0][1]} if known else {}
    return provider.provider_agb, names.PERSON, place


def tags() -> tuple[str, list[str]]:
    """The root and the parts below it, as :mod:`.safe` asks for them."""
    namespace = f"{{{nodes().message.namespace}}}"
    return namespace + ROOT, [namespace + node.name for node in nodes().root.children]


class Gds801Writer:
    """Writes one message to a binary file object: what comes before the persons at once, what is behind on `close`."""

    def __init__(self, file: BinaryIO, provider: Provider, invoice: Invoice) -> None:
        self._file, self._provider = file, provider
        self._write: Callable[[bytes], object] = file.write
        self.persons = 0
        self.lines = 0
        #: Debit minus credit so far.
        self.cents = 0
        self._put(frame(provider, invoice, 0)[0])

    def person(self, fragment: str) -> None:
        """Begins a person; ``fragment`` as `person_fragment` gives it. Their lines follow."""
        self._put(f"</{names.INSURED}>\n{fragment}\n" if self.persons else f"{fragment}\n")
        self.persons += 1

    def line(self, fragment: str, reference: str, cents: int, previous: str = "") -> None:
        """Adds a line of the last person; ``fragment`` as `line_fragment` or `credit_fragment` gives it, ``cents`` what
        it claims, negative for a credit; that says itself which is ``previous``."""
        self._put(with_reference(fragment, reference) + "\n")
        self.lines += 1
        self.cents += cents

    def close(self, invoice: Invoice) -> None:
        """Ends the message, and writes its start anew; the file object stays open."""
        before, behind = frame(self._provider, invoice, self.cents)
        self._put((f"</{names.INSURED}>\n" if self.persons else "") + behind)
        self._file.seek(0)
        self._put(before)

    def _put(self, text: str) -> None:
        self._write(text.encode(ENCODING))
