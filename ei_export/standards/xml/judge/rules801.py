"""The rules of GDS801 and GDS802 that no constraint says (:mod:`.constraints`), each a function, in `CHECKS` by its id.

A function is given the values of its row in ``specs/gds801/rules.csv`` and an instance of the class its rule is about,
where what the row says of that is so, and says what is wrong with it, if anything. What needs more than one part of a
message (totals, links between lines) is in :mod:`.together`.
"""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Final

from ....model.codelists import DCSPH, codes, diagnoses
from ...care import indications_of, is_closed, is_diagnosis
from ..names import DIRECTS, ENTITLEMENT, LIST, PERSON, SERVICE_BUREAU, SIDE, TREATS
from ..reader import Instance
from .constraints import NOTHING, SOMETHING, ZERO, About, Breach, Function, Given, has, missing

CHECKS: Final[dict[str, Function]] = {}

_AMOUNTS: Final = ("TariefInclBtw", "BerekendBedragInclBtw", "DeclaratieBedragInclBtw")
_SEPA: Final = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]*")


def _rule(*ids: str) -> Callable[[Function], Function]:
    """Makes a function the check of these rules."""

    def enter(function: Function) -> Function:
        CHECKS.update(dict.fromkeys(ids, function))
        return function

    return enter


# Header and context --------------------------------------------------------------------------------


@_rule("VC001")
def _environment(given: Given, one: Instance, about: About) -> Breach | None:
    allowed = (about.environment,) if about.environment else tuple(codes("COD856"))
    kind = one.get("Berichtsoort")
    return None if kind in allowed else Breach("Berichtsoort", kind, " | ".join(allowed))


@_rule("VC006")
def _not_future(given: Given, one: Instance, about: About) -> Breach | None:
    if about.today is None or one.get("Verzenddatum") <= about.today.isoformat():
        return None
    return Breach("Verzenddatum", one.get("Verzenddatum"), f"<= {about.today}")


@_rule("VC098")
def _since_gds(given: Given, one: Instance, about: About) -> Breach | None:
    first, (start,) = one.get("BegindatumDeclaratieperiode"), given.values
    return Breach("BegindatumDeclaratieperiode", first, f">= {start}") if first and first < start else None


@_rule("VC111")
def _place_of_work(given: Given, one: Instance, about: About) -> Breach | None:
    place, declarant = one.first("Zorgaanbieder"), one.first("Declarant")
    if place is None or declarant is None:
        return None
    if declarant.get("ZorgaanbiederSoort") != PERSON:
        return Breach("Zorgaanbieder", SOMETHING, NOTHING)
    kind = place.get("ZorgaanbiederSoort")
    return None if kind in given.values else Breach("ZorgaanbiederSoort", kind or NOTHING, " | ".join(given.values))


@_rule("VC171")
def _sepa(given: Given, one: Instance, about: About) -> Breach | None:
    number, (start,) = one.get("Factuurnummer"), given.values
    if one.get("Factuurdatum") < start or _SEPA.fullmatch(number):
        return None
    return Breach("Factuurnummer", number, "A-Z a-z 0-9 / - ? : ( ) . , ' +")


@_rule("VC174")
def _sole_declarant(given: Given, one: Instance, about: About) -> Breach | None:
    declarant = one.first("Declarant")
    is_meant = declarant is not None and declarant.get("Zorgaanbiedercode")[:2] in given.values
    return missing(one, "Zorgaanbieder") if is_meant else None


# Insured person ------------------------------------------------------------------------------------


@_rule("rc9553")
def _short_insured_number(given: Given, one: Instance, about: About) -> Breach | None:
    length, (most,) = len(one.get("Verzekerdennummer")), given.values
    return Breach("Verzekerdennummer", f"{length} × A", f"<= {most} × A") if length > int(most) else None


@_rule("VC019")
def _same_insurer(given: Given, one: Instance, about: About) -> Breach | None:
    uzovi = one.get("UzoviNummer")
    return Breach("UzoviNummer", uzovi, f"{about.receiver} (Ontvanger)") if uzovi != about.receiver else None


# Performance ---------------------------------------------------------------------------------------


@_rule("VC030")
def _all_zero(given: Given, one: Instance, about: About) -> Breach | None:
    wrong = [name for name in _AMOUNTS if one.get(name) != ZERO]
    return Breach(wrong[0], one.get(wrong[0]), ZERO) if 0 < len(wrong) < len(_AMOUNTS) else None


@_rule("VC031")
def _all_more(given: Given, one: Instance, about: About) -> Breach | None:
    wrong = [name for name in _AMOUNTS if one.get(name) == ZERO]
    return Breach(wrong[0], ZERO, f"> {ZERO}") if 0 < len(wrong) < len(_AMOUNTS) else None


@_rule("VC033")
def _later_end(given: Given, one: Instance, about: About) -> Breach | None:
    first, last = one.get("Begindatum"), one.get("Einddatum")
    return Breach("Einddatum", last, f"> {first} (Begindatum)") if last and last <= first else None


@_rule("VC034")
def _times(given: Given, one: Instance, about: About) -> Breach | None:
    start, end = one.get("Begintijd"), one.get("Eindtijd")
    if end and not start:
        return Breach("Begintijd", NOTHING, SOMETHING)
    if not end or has(one, "Einddatum") or (start[:8] < end[:8] and start[8:] == end[8:]):
        return None
    return Breach("Eindtijd", end, f"> {start} (Begintijd)")


@_rule("VC036")
def _gave_the_care(given: Given, one: Instance, about: About) -> Breach | None:
    wrong = [role for role in _roles(one) if role in given.values]
    return Breach("ZorgaanbiederRol", wrong[0], f"{TREATS} | {DIRECTS}") if wrong else None


@_rule("VC116", "VC132")
def _to_a_bureau(given: Given, one: Instance, about: About) -> Breach | None:
    return Breach(LIST, about.list, f"OntvangerRol = {SERVICE_BUREAU}")


@_rule("rc9559")
def _therapist(given: Given, one: Instance, about: About) -> Breach | None:
    return _named_person(one, TREATS)


@_rule("rc9556")
def _treatment_plan(given: Given, one: Instance, about: About) -> Breach | None:
    return _named_person(about.performance, DIRECTS)


def _named_person(performance: Instance, role: str) -> Breach | None:
    """A care provider of a performance is a person, by their own AGB code, in a role."""
    for provider in performance.all("Zorgaanbieder"):
        found = provider.get("ZorgaanbiederSoort"), provider.get("ZorgaanbiederRol")
        if provider.get("Zorgaanbiedercode") and found == (PERSON, role):
            return None
    expected = f"Zorgaanbiedercode, ZorgaanbiederSoort = {PERSON}, ZorgaanbiederRol = {role}"
    return Breach("Zorgaanbieder", NOTHING, expected)


@_rule("rc9561")
def _entitlement(given: Given, one: Instance, about: About) -> Breach | None:
    traits = _traits(one)
    if ENTITLEMENT in traits:
        return None
    return Breach("AanvullendPrestatieKenmerk", ", ".join(traits) or NOTHING, f"ApkCodelijstCode = {ENTITLEMENT}")


@_rule("VC169")
def _treated_by(given: Given, one: Instance, about: About) -> Breach | None:
    roles = _roles(one)
    return Breach("ZorgaanbiederRol", ", ".join(roles) or NOTHING, TREATS) if TREATS not in roles else None


@_rule("rc9666")
def _claims_nothing(given: Given, one: Instance, about: About) -> Breach | None:
    wrong = [name for name in _AMOUNTS[1:] if one.get(name) != ZERO]
    return Breach(wrong[0], one.get(wrong[0]), ZERO) if wrong else None


@_rule("rc9552")
def _goes_elsewhere(given: Given, one: Instance, about: About) -> Breach | None:
    return Breach(one.name, SOMETHING, NOTHING)


@_rule("ownPath")
def _says_something(given: Given, one: Instance, about: About) -> Breach | None:
    if one.texts or one.inside:
        return None
    return Breach(one.name, NOTHING, "ZorgtrajectStartdatum", code="GDS_CARE_PATH_EMPTY")


@_rule("VC112")
def _unpaid_total_alone(given: Given, one: Instance, about: About) -> Breach | None:
    amounts = [
        total.get("Bedrag") if (total := one.first(f"TotaalToegekendBedragInclBtw{kind}")) else ZERO
        for kind in ("Financieel", "NietFinancieel")
    ]
    return Breach("TotaalToegekendBedragInclBtwFinancieel", amounts[0], ZERO) if ZERO not in amounts else None


def _roles(performance: Instance) -> list[str]:
    return [provider.get("ZorgaanbiederRol") for provider in performance.all("Zorgaanbieder")]


def _traits(performance: Instance) -> list[str]:
    return [trait.get("ApkCodelijstCode") for trait in performance.all("AanvullendPrestatieKenmerk")]


# As in PM304, and by our own tables ----------------------------------------------------------------


def _coded(performance: Instance) -> list[str]:
    """The diagnoses of physiotherapy of a performance."""
    details = performance.first("AanvullendePrestatiegegevens")
    listed = details.all("Diagnose") if details is not None else ()
    found = [one.get("Diagnosecode") for one in listed if one.get("DiagnoseCodelijstCode") == DCSPH]
    return [code for code in found if code]


def _begun(about: About) -> date:
    return date.fromisoformat(about.performance.get("Begindatum"))


@_rule("ownDiagnosis")
def _known_diagnosis(given: Given, one: Instance, about: About) -> Breach | None:
    code = one.get("Diagnosecode")
    old = codes("ZORG1-2019").get(code)
    if is_diagnosis(code) and (old is None or old.valid_on(_begun(about))):
        return None
    return Breach("Diagnosecode", code, "DCSPH", code="VERIFY_DIAGNOSIS")


@_rule("ownClosed")
def _open_diagnosis(given: Given, one: Instance, about: About) -> Breach | None:
    code = one.get("Diagnosecode")
    return Breach("Diagnosecode", code, "DCSPH", code="VERIFY_DIAGNOSIS_CLOSED") if is_closed(code) else None


@_rule("rc9567a")
def _list_of_profession(given: Given, one: Instance, about: About) -> Breach | None:
    found = one.get("DiagnoseCodelijstCode")
    if found == DCSPH or found not in codes("COD392"):
        return None
    return Breach("DiagnoseCodelijstCode", found, DCSPH, code="GDS_RULE_DOUBTFUL")


@_rule("ownIndication")
def _known_indication(given: Given, one: Instance, about: About) -> Breach | None:
    found, (name,) = one.get("ApkCode"), given.values
    return Breach("ApkCode", found, name, code="VERIFY_CODE") if found not in codes(name) else None


@_rule("ownLapsed")
def _indication_in_force(given: Given, one: Instance, about: About) -> Breach | None:
    found, (name,) = one.get("ApkCode"), given.values
    code, day = codes(name).get(found), _begun(about)
    if code is None or code.valid_on(day):
        return None
    return Breach("ApkCode", found, f"{code.valid_from} <= {day} <= {code.valid_until}", code="VERIFY_INDICATION_DATE")


@_rule("ownUnusual")
def _indication_of_diagnosis(given: Given, one: Instance, about: About) -> Breach | None:
    found, (name,) = one.get("ApkCode"), given.values
    allowed = indications_of(_coded(about.performance))
    if not allowed or found in allowed or found not in codes(name):
        return None
    return Breach("ApkCode", found, " | ".join(allowed), code="VERIFY_INDICATION")


@_rule("ownMissing")
def _indication(given: Given, one: Instance, about: About) -> Breach | None:
    if ENTITLEMENT in _traits(one) or not _coded(one):
        return None
    return Breach("ApkCode", NOTHING, f"ApkCodelijstCode = {ENTITLEMENT}", code="VERIFY_INDICATION_MISSING")


@_rule("ownSide")
def _side(given: Given, one: Instance, about: About) -> Breach | None:
    sided = [code for code in _coded(one) if code in diagnoses() and diagnoses()[code].side_required]
    if not sided or SIDE in _traits(one):
        return None
    expected = f"ApkCodelijstCode = {SIDE} ({sided[0]})"
    return Breach("AanvullendPrestatieKenmerk", NOTHING, expected, code="VERIFY_SIDE_MISSING")


@_rule("ownAmount")
def _not_more_than_calculated(given: Given, one: Instance, about: About) -> Breach | None:
    _, calculated, claimed = _AMOUNTS
    most, found = one.get(calculated), one.get(claimed)
    if ZERO in (most, found) or Decimal(found) <= Decimal(most):
        return None
    return Breach(claimed, found, f"<= {most}", code="VERIFY_AMOUNT", other=calculated)


@_rule("ownBirth")
def _born_before(given: Given, one: Instance, about: About) -> Breach | None:
    day = one.get("Begindatum")
    if day >= about.born:
        return None
    return Breach("Begindatum", day, ">= Geboortedatum", code="VERIFY_BEFORE_BIRTH", other="Geboortedatum")
