"""The rules of GDS801 and GDS802, each a plain function, in `CHECKS` by its id in ``specs/gds801/rules.csv``.

A function is given an instance of the class its rule is about, and says what is wrong with it, if anything. What needs
more than one part of a message (totals, links between lines) is in :mod:`.xmlfile`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from ....model.codelists import DCSPH, codes, diagnoses
from ...care import indications_of, is_closed, is_diagnosis
from ..gds801 import MOST_INSURED_NUMBER
from ..reader import Instance
from .rule_forms import (
    NOTHING,
    SOMETHING,
    ZERO,
    About,
    Breach,
    Check,
    any_of,
    at_most,
    details,
    excludes,
    filled,
    has,
    listed,
    missing,
    not_allowed,
    not_on_lists,
    once_on_lists,
    one_of,
    only_on_lists,
    together,
    unpaid_alone,
)
from .rulebook import Rule

_AMOUNTS: Final = ("TariefInclBtw", "BerekendBedragInclBtw", "DeclaratieBedragInclBtw")
#: A receiver that is no insurer (CL0002); a care provider that is a person (CL0015), and what they do (CL0014).
_BUREAU: Final = "2"
_PERSON: Final = "3"
_TREATS, _DIRECTS = "01", "02"
_SPECIFICATION, _INFORMATION = "02", "03"
#: Lists of additional traits (CL0012).
_SIDE, _ENTITLEMENT = "002", "004"
_SEPA: Final = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]*")
#: Lists (COD367) with rules of their own for additional traits, and for referrals.
_TRAITS_RULED: Final = ("073", "074")
_REFERRALS_RULED: Final = ("073", "074", "075", "076", "077", "078", "079", "080", "082")


# Header and context --------------------------------------------------------------------------------


def _environment(one: Instance, about: About, rule: Rule) -> Breach | None:
    allowed = (about.environment,) if about.environment else tuple(codes("COD856"))
    kind = one.get("Berichtsoort")
    return None if kind in allowed else Breach("Berichtsoort", kind, " | ".join(allowed))


def _not_future(one: Instance, about: About, rule: Rule) -> Breach | None:
    if about.today is None or one.get("Verzenddatum") <= about.today.isoformat():
        return None
    return Breach("Verzenddatum", one.get("Verzenddatum"), f"<= {about.today}")


def _bureau_is_paid(one: Instance, about: About, rule: Rule) -> Breach | None:
    if one.get("BetalingAanServicebureau") != "true" or about.header.get("VerzenderRol") == _BUREAU:
        return None
    return Breach("BetalingAanServicebureau", "true", "false")


def _since_gds(one: Instance, about: About, rule: Rule) -> Breach | None:
    first, (start,) = one.get("BegindatumDeclaratieperiode"), rule.values
    if about.header.get("Berichtsoort") != "P" or not first or first >= start:
        return None
    return Breach("BegindatumDeclaratieperiode", first, f">= {start}")


def _place_of_work(one: Instance, about: About, rule: Rule) -> Breach | None:
    place, declarant = one.first("Zorgaanbieder"), one.first("Declarant")
    if place is None or declarant is None:
        return None
    if declarant.get("ZorgaanbiederSoort") != _PERSON:
        return Breach("Zorgaanbieder", SOMETHING, NOTHING)
    kind = place.get("ZorgaanbiederSoort")
    return None if kind in rule.values else Breach("ZorgaanbiederSoort", kind or NOTHING, " | ".join(rule.values))


def _sepa(one: Instance, about: About, rule: Rule) -> Breach | None:
    number, (start,) = one.get("Factuurnummer"), rule.values
    if one.get("Factuurdatum") < start or _SEPA.fullmatch(number):
        return None
    return Breach("Factuurnummer", number, "A-Z a-z 0-9 / - ? : ( ) . , ' +")


def _sole_declarant(one: Instance, about: About, rule: Rule) -> Breach | None:
    declarant = one.first("Declarant")
    if declarant is None or declarant.get("ZorgaanbiederSoort") != _PERSON or one.first("Zorgaanbieder"):
        return None
    code = declarant.get("Zorgaanbiedercode")
    return Breach("Zorgaanbieder", NOTHING, SOMETHING) if code[:2] in rule.values else None


# Insured person ------------------------------------------------------------------------------------


def _bsn(one: Instance, about: About, rule: Rule) -> Breach | None:
    if has(one, "Verzekerdennummer") or about.receiver in rule.values:
        return None
    return missing(one, "BSN", "nnnnnnnnn")


def _insured_number(one: Instance, about: About, rule: Rule) -> Breach | None:
    if has(one, "BSN") or about.receiver in rule.values:
        return None
    return missing(one, "Verzekerdennummer")


def _not_both(one: Instance, about: About, rule: Rule) -> Breach | None:
    return not_allowed(one, "Verzekerdennummer") if has(one, "BSN") else None


def _short_insured_number(one: Instance, about: About, rule: Rule) -> Breach | None:
    length = len(one.get("Verzekerdennummer"))
    if length <= MOST_INSURED_NUMBER or about.receiver in rule.values:
        return None
    return Breach("Verzekerdennummer", f"{length} × A", f"<= {MOST_INSURED_NUMBER} × A")


def _same_insurer(one: Instance, about: About, rule: Rule) -> Breach | None:
    uzovi = one.get("UzoviNummer")
    if uzovi == about.receiver or about.receiver_role == _BUREAU:
        return None
    return Breach("UzoviNummer", uzovi, f"{about.receiver} (Ontvanger)")


def _birth_date(one: Instance, about: About, rule: Rule) -> Breach | None:
    return None if about.receiver in rule.values else missing(one, "Geboortedatum", "JJJJ-MM-DD")


def _no_address(one: Instance, about: About, rule: Rule) -> Breach | None:
    if about.receiver_role == _BUREAU or about.receiver in rule.values:
        return None
    return not_allowed(one, "AanvullendeVerzekerdegegevens")


# Performance ---------------------------------------------------------------------------------------


def _all_zero(one: Instance, about: About, rule: Rule) -> Breach | None:
    wrong = [name for name in _AMOUNTS if one.get(name) != ZERO]
    return Breach(wrong[0], one.get(wrong[0]), ZERO) if 0 < len(wrong) < len(_AMOUNTS) else None


def _all_more(one: Instance, about: About, rule: Rule) -> Breach | None:
    wrong = [name for name in _AMOUNTS if one.get(name) == ZERO]
    return Breach(wrong[0], ZERO, f"> {ZERO}") if 0 < len(wrong) < len(_AMOUNTS) else None


def _later_end(one: Instance, about: About, rule: Rule) -> Breach | None:
    first, last = one.get("Begindatum"), one.get("Einddatum")
    return Breach("Einddatum", last, f"> {first} (Begindatum)") if last and last <= first else None


def _times(one: Instance, about: About, rule: Rule) -> Breach | None:
    start, end = one.get("Begintijd"), one.get("Eindtijd")
    if end and not start:
        return Breach("Begintijd", NOTHING, SOMETHING)
    if not end or has(one, "Einddatum") or (start[:8] < end[:8] and start[8:] == end[8:]):
        return None
    return Breach("Eindtijd", end, f"> {start} (Begintijd)")


def _gave_the_care(one: Instance, about: About, rule: Rule) -> Breach | None:
    roles = [provider.get("ZorgaanbiederRol") for provider in one.all("Zorgaanbieder")]
    wrong = [role for role in roles if role in rule.values]
    return Breach("ZorgaanbiederRol", wrong[0], f"{_TREATS} | {_DIRECTS}") if wrong else None


def _forwarded(one: Instance, about: About, rule: Rule) -> Breach | None:
    allowed = one.get("DoorsturenToegestaan")
    if allowed == "true" or about.receiver_role not in rule.values:
        return None
    return Breach("DoorsturenToegestaan", allowed, "true")


def _care_path(one: Instance, about: About, rule: Rule) -> Breach | None:
    details = one.first("AanvullendePrestatiegegevens")
    if about.list not in rule.values or (details is not None and details.first("Zorgtraject")):
        return None
    return Breach("Zorgtraject", NOTHING, "Zorgtraject")


def _without_code(one: Instance, about: About, rule: Rule) -> Breach | None:
    found = one.get("PrestatieCodelijstCode")
    if found not in rule.values or about.receiver_role == _BUREAU:
        return None
    return Breach("PrestatieCodelijstCode", found, f"OntvangerRol = {_BUREAU}")


def _is_person(one: Instance, role: str) -> bool:
    """Whether a care provider is a person, by their own AGB code, in a role."""
    found = one.get("ZorgaanbiederSoort"), one.get("ZorgaanbiederRol")
    return bool(one.get("Zorgaanbiedercode")) and found == (_PERSON, role)


def _therapist(one: Instance, about: About, rule: Rule) -> Breach | None:
    if about.list not in rule.values or any(_is_person(p, _TREATS) for p in one.all("Zorgaanbieder")):
        return None
    expected = f"Zorgaanbiedercode, ZorgaanbiederSoort = {_PERSON}, ZorgaanbiederRol = {_TREATS}"
    return Breach("Zorgaanbieder", NOTHING, expected)


def _entitlement(one: Instance, about: About, rule: Rule) -> Breach | None:
    traits = [trait.get("ApkCodelijstCode") for trait in one.all("AanvullendPrestatieKenmerk")]
    if about.list not in rule.values or _ENTITLEMENT in traits:
        return None
    return Breach("AanvullendPrestatieKenmerk", ", ".join(traits) or NOTHING, f"ApkCodelijstCode = {_ENTITLEMENT}")


def _no_sub_number(one: Instance, about: About, rule: Rule) -> Breach | None:
    if about.list not in rule.values:
        return None
    paths = details(one, "Zorgtraject")
    return next(filter(None, (not_allowed(path, "ZorgtrajectSubnummer") for path in paths)), None)


def _claims_nothing(one: Instance, about: About, rule: Rule) -> Breach | None:
    if one.get("InformatieCode") not in (_SPECIFICATION, _INFORMATION):
        return None
    wrong = [name for name in _AMOUNTS[1:] if one.get(name) != ZERO]
    return Breach(wrong[0], one.get(wrong[0]), ZERO) if wrong else None


# What belongs to a performance ---------------------------------------------------------------------


def _trait_of_physiotherapy(one: Instance, about: About, rule: Rule) -> Breach | None:
    found = one.get("ApkCodelijstCode")
    if found in rule.values or about.list not in _TRAITS_RULED:
        return None
    return Breach("ApkCodelijstCode", found, " | ".join(rule.values))


def _treatment_plan(one: Instance, about: About, rule: Rule) -> Breach | None:
    if (one.get("ApkCodelijstCode"), one.get("ApkCode")) != ("003", "01"):
        return None
    if any(_is_person(provider, _DIRECTS) for provider in about.performance.all("Zorgaanbieder")):
        return None
    expected = f"Zorgaanbiedercode, ZorgaanbiederSoort = {_PERSON}, ZorgaanbiederRol = {_DIRECTS}"
    return Breach("Zorgaanbieder", NOTHING, expected)


def _referrer_has(element: str) -> Check:
    """With the kinds of referral that the rule names, this is known of the referrer."""

    def check(one: Instance, about: About, rule: Rule) -> Breach | None:
        referrer = one.first("Verwijzer")
        if one.get("TypeVerwijzingcode") not in rule.values or (referrer is not None and referrer.get(element)):
            return None
        return Breach(element, NOTHING, SOMETHING)

    return check


def _no_referrer(one: Instance, about: About, rule: Rule) -> Breach | None:
    if one.get("TypeVerwijzingcode") not in rule.values:
        return None
    return not_allowed(one, "Verwijzer") or not_allowed(one, "Verwijsdatum")


def _dated_referral(one: Instance, about: About, rule: Rule) -> Breach | None:
    return missing(one, "Verwijsdatum", "JJJJ-MM-DD") if has(one, "Verwijzer") and about.list in rule.values else None


def _profession_of_role(one: Instance, about: About, rule: Rule) -> Breach | None:
    role = one.get("ZorgaanbiederRol")
    if not one.get("BeroepZorgverlener") or role in rule.values:
        return None
    return Breach("ZorgaanbiederRol", role, " | ".join(rule.values))


def _no_placement(one: Instance, about: About, rule: Rule) -> Breach | None:
    return not_allowed(one, "Plaatsingsbesluit") if about.receiver_role in rule.values else None


def _named_diagnosis(one: Instance, about: About, rule: Rule) -> Breach | None:
    return missing(one, "DiagnoseCodelijstCode", "nnn") if about.performance.get("PrivacyCode") == "false" else None


def _listed_side(one: Instance, about: About, rule: Rule) -> Breach | None:
    total = one.first("TotaalDeclaratiebedragInclBtw")
    return listed("DebetCreditCode")(total, about, rule) if total is not None else None


def _unpaid_total_alone(one: Instance, about: About, rule: Rule) -> Breach | None:
    amounts = [
        total.get("Bedrag") if (total := one.first(f"TotaalToegekendBedragInclBtw{kind}")) else ZERO
        for kind in ("Financieel", "NietFinancieel")
    ]
    return Breach("TotaalToegekendBedragInclBtwFinancieel", amounts[0], ZERO) if ZERO not in amounts else None


def _foreign_insured_only(one: Instance, about: About, rule: Rule) -> Breach | None:
    return None if about.receiver in rule.values else Breach(one.name, SOMETHING, NOTHING)


def _treated_by(one: Instance, about: About, rule: Rule) -> Breach | None:
    roles = [provider.get("ZorgaanbiederRol") for provider in one.all("Zorgaanbieder")]
    if about.list not in rule.values or _TREATS in roles:
        return None
    return Breach("ZorgaanbiederRol", ", ".join(roles) or NOTHING, _TREATS)


# As in PM304, and by our own tables ----------------------------------------------------------------


def _coded(one: Instance) -> list[str]:
    """The diagnoses of physiotherapy of a performance."""
    found = [diagnosis.texts for diagnosis in details(one, "Diagnose")]
    return [
        texts["Diagnosecode"]
        for texts in found
        if texts.get("DiagnoseCodelijstCode") == DCSPH and texts.get("Diagnosecode")
    ]


def _entitlements(one: Instance) -> list[str]:
    """The indications of a performance."""
    traits = one.all("AanvullendPrestatieKenmerk")
    return [trait.get("ApkCode") for trait in traits if trait.get("ApkCodelijstCode") == _ENTITLEMENT]


def _known_diagnosis(one: Instance, about: About, rule: Rule) -> Breach | None:
    code = one.get("Diagnosecode")
    if one.get("DiagnoseCodelijstCode") != DCSPH or not code:
        return None
    old = codes("ZORG1-2019").get(code)
    if is_diagnosis(code) and (old is None or old.valid_on(date.fromisoformat(_begun(one, about)))):
        return None
    return Breach("Diagnosecode", code, "DCSPH", code="VERIFY_DIAGNOSIS")


def _open_diagnosis(one: Instance, about: About, rule: Rule) -> Breach | None:
    code = one.get("Diagnosecode")
    if one.get("DiagnoseCodelijstCode") != DCSPH or not is_closed(code):
        return None
    return Breach("Diagnosecode", code, "DCSPH", code="VERIFY_DIAGNOSIS_CLOSED")


def _list_of_profession(one: Instance, about: About, rule: Rule) -> Breach | None:
    found = one.get("DiagnoseCodelijstCode")
    if about.list not in rule.values or found in ("", DCSPH) or found not in codes("COD392"):
        return None
    return Breach("DiagnoseCodelijstCode", found, DCSPH, code="GDS_RULE_DOUBTFUL")


def _known_indication(one: Instance, about: About, rule: Rule) -> Breach | None:
    found, (name,) = one.get("ApkCode"), rule.values
    if one.get("ApkCodelijstCode") != _ENTITLEMENT or found in codes(name):
        return None
    return Breach("ApkCode", found, name, code="VERIFY_CODE")


def _indication_in_force(one: Instance, about: About, rule: Rule) -> Breach | None:
    found, day, (name,) = one.get("ApkCode"), _begun(one, about), rule.values
    code = codes(name).get(found)
    if one.get("ApkCodelijstCode") != _ENTITLEMENT or code is None or code.valid_on(date.fromisoformat(day)):
        return None
    expected = f"{code.valid_from} <= {day} <= {code.valid_until}"
    return Breach("ApkCode", found, expected, code="VERIFY_INDICATION_DATE")


def _indication_of_diagnosis(one: Instance, about: About, rule: Rule) -> Breach | None:
    found, allowed = one.get("ApkCode"), indications_of(_coded(about.performance))
    if one.get("ApkCodelijstCode") != _ENTITLEMENT or not allowed or found in allowed or found not in codes("COD321"):
        return None
    return Breach("ApkCode", found, " | ".join(allowed), code="VERIFY_INDICATION")


def _indication(one: Instance, about: About, rule: Rule) -> Breach | None:
    if about.list not in rule.values or _entitlements(one) or not _coded(one):
        return None
    return Breach("ApkCode", NOTHING, f"ApkCodelijstCode = {_ENTITLEMENT}", code="VERIFY_INDICATION_MISSING")


def _side(one: Instance, about: About, rule: Rule) -> Breach | None:
    traits = [trait.get("ApkCodelijstCode") for trait in one.all("AanvullendPrestatieKenmerk")]
    sided = [code for code in _coded(one) if code in diagnoses() and diagnoses()[code].side_required]
    if not sided or _SIDE in traits:
        return None
    expected = f"ApkCodelijstCode = {_SIDE} ({sided[0]})"
    return Breach("AanvullendPrestatieKenmerk", NOTHING, expected, code="VERIFY_SIDE_MISSING")


def _not_more_than_calculated(one: Instance, about: About, rule: Rule) -> Breach | None:
    _, calculated, claimed = _AMOUNTS
    most, found = one.get(calculated), one.get(claimed)
    if ZERO in (most, found) or Decimal(found) <= Decimal(most):
        return None
    return Breach(claimed, found, f"<= {most}", code="VERIFY_AMOUNT", other=calculated)


def _born_before(one: Instance, about: About, rule: Rule) -> Breach | None:
    day = one.get("Begindatum")
    if day >= about.born:
        return None
    return Breach("Begindatum", day, ">= Geboortedatum", code="VERIFY_BEFORE_BIRTH", other="Geboortedatum")


def _says_something(one: Instance, about: About, rule: Rule) -> Breach | None:
    if one.texts or one.inside:
        return None
    return Breach(one.name, NOTHING, "ZorgtrajectStartdatum", code="GDS_CARE_PATH_EMPTY")


# All of them ---------------------------------------------------------------------------------------


def _sent(one: Instance, about: About) -> str:
    return about.sent


def _begun(one: Instance, about: About) -> str:
    return about.performance.get("Begindatum")


def _own(element: str) -> Callable[[Instance, About], str]:
    return lambda one, about: one.get(element)


_PAID, _UNPAID = "ToegekendBedragInclBtwFinancieel", "ToegekendBedragInclBtwNietFinancieel"
_CREDIT_PAID, _CREDIT_UNPAID = "ToegekendCreditBedragInclBtwFinancieel", "ToegekendCreditBedragInclBtwNietFinancieel"

CHECKS: Final[Mapping[str, Check]] = {
    "VC001": _environment,
    "VC002": one_of("VerzenderRol"),
    "VC003": one_of("VerzenderRol"),
    "VC004": one_of("OntvangerRol"),
    "VC005": one_of("OntvangerRol"),
    "VC006": _not_future,
    "RC003": listed("VerzenderRol", _sent),
    "RC006": listed("OntvangerRol", _sent),
    "VC007": _bureau_is_paid,
    "VC008": at_most("Factuurdatum", "Verzenddatum", _sent),
    "VC009": together("InformatiesysteemCode", "InformatiesysteemVersie"),
    "VC010": together("InformatiesysteemVersie", "InformatiesysteemCode"),
    "VC012": together("BegindatumDeclaratieperiode", "EinddatumDeclaratieperiode"),
    "VC013": together("EinddatumDeclaratieperiode", "BegindatumDeclaratieperiode"),
    "VC014": at_most("EinddatumDeclaratieperiode", "Verzenddatum", _sent),
    "VC015": at_most("BegindatumDeclaratieperiode", "EinddatumDeclaratieperiode", _own("EinddatumDeclaratieperiode")),
    "VC098": _since_gds,
    "VC111": _place_of_work,
    "VC171": _sepa,
    "VC174": _sole_declarant,
    "RC052": filled("InformatiesysteemCode"),
    "RC008": listed("ZorgaanbiederSoort"),
    "RC010": listed("ZorgaanbiederSoort"),
    "RC046": _listed_side,
    "VC018": _bsn,
    "VC019": _same_insurer,
    "VC020": _insured_number,
    "VC021": at_most("Geboortedatum", "Verzenddatum", _sent),
    "VC023": _birth_date,
    "VC026": _no_address,
    "VC060": _not_both,
    "rc9553": _short_insured_number,
    "RC019": listed("PrestatieCodelijstCode", _begun),
    "RC027": listed("Herdeclaratiecode"),
    "RC028": listed("InformatieCode"),
    "VC030": _all_zero,
    "VC031": _all_more,
    "VC032": at_most("Begindatum", "Verzenddatum", _sent),
    "VC033": _later_end,
    "VC034": _times,
    "VC036": _gave_the_care,
    "VC038": _forwarded,
    "VC040": _care_path,
    "VC069": one_of("PrestatieCodelijstCode"),
    "VC116": _without_code,
    "rc9558": once_on_lists("Verwijzing"),
    "rc9559": _therapist,
    "rc9561": _entitlement,
    "rc9674": once_on_lists("Diagnose"),
    "VC145": _no_sub_number,
    "VC147": not_on_lists("SoortKosten"),
    "VC148": not_on_lists("Commentaar"),
    "VC150": not_on_lists("Aanspraakstartdatum"),
    "VC167": not_on_lists("Waarde"),
    "VC181": not_on_lists("LocatiePostcode4"),
    "VC169": _treated_by,
    "rc9666": _claims_nothing,
    "ownAmount": _not_more_than_calculated,
    "ownBirth": _born_before,
    "ownSide": _side,
    "ownMissing": _indication,
    "RC029": listed("ApkCodelijstCode", _begun),
    "rc9562": _trait_of_physiotherapy,
    "rc9556": _treatment_plan,
    "ownIndication": _known_indication,
    "ownLapsed": _indication_in_force,
    "ownUnusual": _indication_of_diagnosis,
    "RC031": listed("TypeVerwijzingcode"),
    "VC042": at_most("Verwijsdatum", "Begindatum", _begun),
    "VC107": _referrer_has("Zorgaanbiedercode"),
    "VC108": _no_referrer,
    "VC109": _referrer_has("ZorgaanbiederSpecificatie"),
    "VC131": one_of("TypeVerwijzingcode", lambda one, about: about.list in _REFERRALS_RULED),
    "rc9566": _dated_referral,
    "RC033": listed("ZorgaanbiederSoort"),
    "RC034": filled("ZorgaanbiederSpecificatie"),
    "RC035": listed("ZorgaanbiederRol"),
    "VC071": excludes("Zorgaanbiedercode"),
    "VC073": together("Zorgaanbiedercode", "ZorgaanbiederSoort"),
    "VC075": together("ZorgaanbiederSoort", "Zorgaanbiedercode"),
    "VC077": excludes("ZorgaanbiederSpecificatie"),
    "VC081v": excludes("BeroepZorgverlener"),
    "VC082v": _profession_of_role,
    "VC083": only_on_lists("BeroepZorgverlener"),
    "VC084": any_of,
    "RC023": listed("ZorgaanbiederSoort"),
    "RC024": filled("ZorgaanbiederSpecificatie"),
    "RC025": listed("ZorgaanbiederRol"),
    "VC057": excludes("Zorgaanbiedercode"),
    "VC058": together("Zorgaanbiedercode", "ZorgaanbiederSoort"),
    "VC062": together("ZorgaanbiederSoort", "Zorgaanbiedercode"),
    "VC063": excludes("ZorgaanbiederSpecificatie"),
    "VC065": excludes("BeroepZorgverlener"),
    "VC066": _profession_of_role,
    "VC067": only_on_lists("BeroepZorgverlener"),
    "VC068": any_of,
    "VC146": not_on_lists("NaamZorgverlener"),
    "VC059": _no_placement,
    "VC130": only_on_lists("Plaatsingsbesluit"),
    "RC036": listed("DiagnoseCodelijstCode"),
    "rc9567a": _list_of_profession,
    "ownDiagnosis": _known_diagnosis,
    "ownClosed": _open_diagnosis,
    "VC044": _named_diagnosis,
    "VC046": together("DiagnoseCodelijstCode", "Diagnosecode"),
    "VC047": together("Diagnosecode", "DiagnoseCodelijstCode"),
    "VC048": at_most("Diagnosedatum", "Verzenddatum", _sent),
    "RC043": listed("ZorgaanbiederSoort"),
    "RC044": filled("ZorgaanbiederSpecificatie"),
    "RC045": listed("ZorgaanbiederRol"),
    "VC072": excludes("Zorgaanbiedercode"),
    "VC074": together("Zorgaanbiedercode", "ZorgaanbiederSoort"),
    "VC076": together("ZorgaanbiederSoort", "Zorgaanbiedercode"),
    "VC078": excludes("ZorgaanbiederSpecificatie"),
    "VC085": any_of,
    "ownPath": _says_something,
    "rc9552": _foreign_insured_only,
    "rc9554": excludes("ZorgverzekeraarsCode"),
    "VC049": at_most("ZorgtrajectStartdatum", "Begindatum", _begun),
    "RC019c": listed("PrestatieCodelijstCode", _begun),
    "VC039": at_most("Begindatum", "Verzenddatum", _sent),
    "VC081": one_of("PrestatieCodelijstCode"),
    "VC132": _without_code,
    "rc9459": unpaid_alone(_PAID, _UNPAID),
    "rc9460": unpaid_alone(_CREDIT_PAID, _CREDIT_UNPAID),
    "VC112": _unpaid_total_alone,
}
