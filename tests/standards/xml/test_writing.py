"""GDS801: what it can hold, and the message it is."""

import io
from datetime import date
from typing import Any

import pytest
from attrs import evolve

from ei_export.base.problems import severity
from ei_export.model.declaration import NO_BSN, Care, Invoice, Performance, Person, Provider
from ei_export.standards.xml import fragments
from ei_export.standards.xml.checking import check_care, check_line, check_need, check_person
from ei_export.standards.xml.fragments import (
    care_fragment,
    credit_fragment,
    line_fragment,
    person_fragment,
    same_person,
)
from ei_export.standards.xml.judge.message import XmlFile
from ei_export.standards.xml.reader import Instance, instances
from ei_export.standards.xml.writing import Gds801Writer, frame
from tests.support.gds import M573
from tests.support.samples import CARE as CARE_OF_2021
from tests.support.samples import INVOICE as INVOICE_OF_2021
from tests.support.samples import PERFORMANCE as PERFORMANCE_OF_2021
from tests.support.samples import PERSON, PROVIDER

CARE = evolve(CARE_OF_2021, referral_date=date(2025, 2, 26), authorization_number="")
PERFORMANCE = evolve(
    PERFORMANCE_OF_2021, date=date(2025, 3, 9), list="073", calculated_cents=24000, claimed_cents=24000
)
INVOICE = evolve(
    INVOICE_OF_2021,
    number="250401000001",
    date=date(2025, 4, 1),
    period_from=date(2025, 3, 1),
    period_until=date(2025, 3, 31),
)
STARTED = date(2025, 3, 2)


def written(
    *lines: tuple[str, int], provider: Provider = PROVIDER, invoice: Invoice = INVOICE, person: Person = PERSON
) -> str:
    file = io.BytesIO()
    writer = Gds801Writer(file, provider, invoice)
    writer.person(person_fragment(person))
    for number, (fragment, cents) in enumerate(lines, 1):
        writer.line(fragment, f"R{number}", cents)
    writer.close(invoice)
    return file.getvalue().decode("utf-8")


def debit(care: Care = CARE, performance: Performance = PERFORMANCE, started: date | None = STARTED) -> tuple[str, int]:
    return line_fragment(care_fragment(care), performance, started), performance.claimed_cents


def is_right(text: str, environment: str = "P") -> bool:
    """Whether whoever receives the message finds nothing wrong with it."""
    return not list(XmlFile(M573, INVOICE.date, environment).faults(io.BytesIO(text.encode())))


def values(text: str) -> dict[str, str]:
    """The texts of a message by class, with the one it is in, and element; of classes that are there twice the last."""

    def told(one: Instance, above: str) -> dict[str, str]:
        found = {f"{above}{one.name}/{name}": value for name, value in one.texts.items()}
        for inner in one.inside:
            found |= told(inner, f"{one.name}/")
        return found

    found: dict[str, str] = {}
    for part, _ in instances(io.BytesIO(text.encode()), M573, "a.xml"):
        found |= told(part, "")
    return found


def test_a_message_byte_for_byte() -> None:
    # Written by hand from the element table.
    assert written(debit(), (credit_fragment("073", date(2025, 1, 7), 1550, "Q9"), -1550)) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Bericht xmlns="http://ei.vektis.nl/declaratiebericht573">\n'
        "<Header><Berichtcode>573</Berichtcode><Berichtversie>2</Berichtversie><Berichtsubversie>0</Berichtsubversie>"
        "<Berichtsoort>P</Berichtsoort><Verzender>04012345</Verzender><VerzenderRol>1</VerzenderRol>"
        "<Ontvanger>7095</Ontvanger><OntvangerRol>3</OntvangerRol><Verzenddatum>2025-04-01</Verzenddatum>"
        "<Referentienummer>250401000001</Referentienummer></Header>\n"
        "<DeclaratieContext><Declarant><Zorgaanbiedercode>04012345</Zorgaanbiedercode>"
        "<ZorgaanbiederSoort>2</ZorgaanbiederSoort></Declarant>"
        "<BetalingAanServicebureau>false</BetalingAanServicebureau><Factuurnummer>250401000001</Factuurnummer>"
        "<Factuurdatum>2025-04-01</Factuurdatum><Valutacode>EUR</Valutacode>"
        "<BegindatumDeclaratieperiode>2025-03-01</BegindatumDeclaratieperiode>"
        "<EinddatumDeclaratieperiode>2025-03-31</EinddatumDeclaratieperiode></DeclaratieContext>\n"
        "<Verzekerde><BSN>123456782</BSN><UzoviNummer>7095</UzoviNummer>"
        "<PatientIdentificatienummer>P001</PatientIdentificatienummer><Geboortedatum>1980-05-17</Geboortedatum>\n"
        "<Prestatie><DebetPrestatie><Referentienummer>R1</Referentienummer><Herdeclaratiecode>01</Herdeclaratiecode>"
        "<InformatieCode>01</InformatieCode><DoorsturenToegestaan>true</DoorsturenToegestaan>"
        "<PrivacyCode>false</PrivacyCode><PrestatieCodelijstCode>073</PrestatieCodelijstCode>"
        "<Prestatiecode>F1013</Prestatiecode><Aantal>3</Aantal><Begindatum>2025-03-09</Begindatum>"
        "<TariefInclBtw>80.00</TariefInclBtw><BerekendBedragInclBtw>240.00</BerekendBedragInclBtw>"
        "<DeclaratieBedragInclBtw>240.00</DeclaratieBedragInclBtw>"
        "<AanvullendPrestatieKenmerk><ApkCodelijstCode>004</ApkCodelijstCode><ApkCode>009</ApkCode>"
        "</AanvullendPrestatieKenmerk><Verwijzing><TypeVerwijzingcode>01</TypeVerwijzingcode>"
        "<Verwijsdatum>2025-02-26</Verwijsdatum><Verwijzer><Zorgaanbiedercode>01012345</Zorgaanbiedercode>"
        "<ZorgaanbiederSoort>3</ZorgaanbiederSoort><ZorgaanbiederRol>03</ZorgaanbiederRol></Verwijzer></Verwijzing>"
        "<Zorgaanbieder><Zorgaanbiedercode>04098765</Zorgaanbiedercode><ZorgaanbiederSoort>3</ZorgaanbiederSoort>"
        "<ZorgaanbiederRol>01</ZorgaanbiederRol></Zorgaanbieder><AanvullendePrestatiegegevens><Diagnose>"
        "<DiagnoseCodelijstCode>005</DiagnoseCodelijstCode><Diagnosecode>3426</Diagnosecode></Diagnose>"
        "<Zorgtraject><ZorgtrajectStartdatum>2025-03-02</ZorgtrajectStartdatum></Zorgtraject>"
        "</AanvullendePrestatiegegevens></DebetPrestatie></Prestatie>\n"
        "<Prestatie><CreditPrestatie><Referentienummer>R2</Referentienummer>"
        "<GerelateerdReferentienummer>Q9</GerelateerdReferentienummer>"
        "<PrestatieCodelijstCode>073</PrestatieCodelijstCode><Begindatum>2025-01-07</Begindatum>"
        "<ToegekendBedragInclBtwFinancieel>15.50</ToegekendBedragInclBtwFinancieel></CreditPrestatie></Prestatie>\n"
        "</Verzekerde>\n"
        "<Overzicht><TotaalDeclaratiebedragInclBtw><Bedrag>224.50</Bedrag><DebetCreditCode>D</DebetCreditCode>"
        "</TotaalDeclaratiebedragInclBtw></Overzicht>\n"
        "</Bericht>\n"
    )


def test_what_is_written_is_right() -> None:
    sided = evolve(CARE, side="R", accident="J", authorization_number="A&B <1>", diagnosis="7023", indication="012")
    lines = [
        debit(),
        debit(sided),
        debit(evolve(CARE, diagnosis=""), started=None),
        debit(performance=evolve(PERFORMANCE, list="081")),
    ]
    text = written(*lines)
    assert is_right(text)
    debit_values = {name.removeprefix("Prestatie/DebetPrestatie/"): v for name, v in values(written(lines[1])).items()}
    assert debit_values["IndicatieOngeval"] == "J"
    assert debit_values["Machtigingsnummer"] == "A&B <1>"
    assert debit_values["DebetPrestatie/AanvullendPrestatieKenmerk/ApkCode"] == "012"
    assert "<ApkCodelijstCode>002</ApkCodelijstCode><ApkCode>02</ApkCode>" in lines[1][0]


def test_more_is_taken_back_than_declared() -> None:
    total = "Overzicht/TotaalDeclaratiebedragInclBtw/"
    text = written((credit_fragment("081", date(2025, 1, 7), 5, "Q9"), -5))
    assert is_right(text)
    assert (values(text)[f"{total}Bedrag"], values(text)[f"{total}DebetCreditCode"]) == ("0.05", "C")
    nothing = written(debit(), (credit_fragment("073", date(2025, 1, 7), 24000, "Q9"), -24000))
    assert values(nothing)[f"{total}DebetCreditCode"] == "D"


def test_persons_follow_each_other() -> None:
    file = io.BytesIO()
    writer = Gds801Writer(file, PROVIDER, INVOICE)
    for number, bsn in enumerate(("123456782", "999991772")):
        writer.person(person_fragment(evolve(PERSON, bsn=bsn)))
        writer.line(debit()[0], f"R{number}", 24000)
    writer.close(INVOICE)
    assert (writer.persons, writer.lines, writer.cents) == (2, 2, 48000)
    assert is_right(file.getvalue().decode())


def test_a_person_has_a_bsn_or_an_insured_number() -> None:
    assert "Verzekerde/Verzekerdennummer" not in values(written(debit()))
    found = values(written(debit(), person=evolve(PERSON, bsn=NO_BSN)))
    assert found["Verzekerde/Verzekerdennummer"] == "0070010020"
    assert "Verzekerde/BSN" not in found


def test_nothing_of_a_name_or_address_goes_along() -> None:
    text = written(debit(), person=evolve(PERSON, name="Ångström", house_number_suffix="bis"))
    assert not any(word in text for word in ("Ångström", "van der", "1234AB", "bis", "AB<"))


def test_a_referrer_without_agb_code_is_known_by_specialism() -> None:
    found = values(written(debit(evolve(CARE, referrer_agb=""))))
    assert found["DebetPrestatie/Verwijzing/TypeVerwijzingcode"] == "07"
    assert found["Verwijzing/Verwijzer/ZorgaanbiederSpecificatie"] == "0101"
    assert "Verwijzing/Verwijzer/Zorgaanbiedercode" not in found
    assert is_right(written(debit(evolve(CARE, referrer_agb=""))))


def test_the_side_goes_along_where_the_diagnosis_asks_for_it() -> None:
    assert "<ApkCodelijstCode>002<" not in debit(evolve(CARE, side="R"))[0]
    assert "<ApkCode>01</ApkCode>" in debit(evolve(CARE, diagnosis="7023", side="L"))[0]


def test_direct_access_has_no_referral() -> None:
    text = written(debit(evolve(CARE, referral_date=None, referrer_agb="", referrer_specialism="")))
    assert "Verwijzing" not in text
    assert is_right(text)


DECLARANT = "DeclaratieContext/Declarant/"
PLACE = "DeclaratieContext/Zorgaanbieder/"
INSTITUTION = {"institution_agb": "41000001"}


@pytest.mark.parametrize(
    ("provider", "expected"),
    [
        ({"pay_to": "practice"}, ["04012345", "2", None, None, "04012345", "1", "false"]),
        ({"pay_to": "institution", **INSTITUTION}, ["41000001", "1", None, None, "41000001", "1", "false"]),
        ({"pay_to": "provider"}, ["04098765", "3", "04012345", "2", "04098765", "1", "false"]),
        (
            {"pay_to": "provider", "practice_agb": "", **INSTITUTION},
            ["04098765", "3", "41000001", "1", "04098765", "1", "false"],
        ),
        (
            {"pay_to": "service_bureau", "service_bureau_agb": "98000001"},
            ["04012345", "2", None, None, "98000001", "2", "true"],
        ),
        (
            {"pay_to": "service_bureau", "service_bureau_agb": "98000001", "practice_agb": "", **INSTITUTION},
            ["41000001", "1", None, None, "98000001", "2", "true"],
        ),
        ({"service_bureau_agb": "98000001"}, ["04012345", "2", None, None, "98000001", "2", "false"]),
    ],
)
def test_who_declares_and_who_is_paid(provider: dict[str, Any], expected: list[str | None]) -> None:
    who = evolve(PROVIDER, **provider)
    text = written(debit(), provider=who)
    found = values(text)
    assert [
        found[f"{DECLARANT}Zorgaanbiedercode"],
        found[f"{DECLARANT}ZorgaanbiederSoort"],
        found.get(f"{PLACE}Zorgaanbiedercode"),
        found.get(f"{PLACE}ZorgaanbiederSoort"),
        found["Header/Verzender"],
        found["Header/VerzenderRol"],
        found["DeclaratieContext/BetalingAanServicebureau"],
    ] == expected
    assert is_right(text)


def test_a_therapist_does_not_declare_alone() -> None:
    assert not is_right(written(debit(), provider=evolve(PROVIDER, pay_to="provider", practice_agb="")))


def test_software_and_vat_go_along_where_they_are_known() -> None:
    found = values(
        written(
            debit(), provider=evolve(PROVIDER, software_code="012345", software_version="1.2", vat_id="NL123456789B01")
        )
    )
    context = "DeclaratieContext/"
    assert found[f"{context}InformatiesysteemCode"] == "012345"
    assert found[f"{context}InformatiesysteemVersie"] == "1.2"
    assert found[f"{context}BtwIdentificatienummer"] == "NL123456789B01"


def test_a_test_message_says_so() -> None:
    assert is_right(written(debit(), provider=evolve(PROVIDER, test=True)), "T")


def test_the_start_can_be_written_again() -> None:
    """For the period, which is known only at the end."""
    one, _ = frame(PROVIDER, INVOICE, 0)
    later = evolve(INVOICE, period_from=date(2025, 1, 2), period_until=date(2025, 4, 1))
    assert len(frame(PROVIDER, later, 0)[0]) == len(one) == len(one.rstrip()) + 1


def test_the_total_may_stand_before_the_persons(monkeypatch: pytest.MonkeyPatch) -> None:
    """Should the official schema say so, the table is all that changes."""
    root = fragments.nodes().root
    names = ["Header", "DeclaratieContext", "Overzicht", "Verzekerde"]
    moved = evolve(root, children=tuple(root[name] for name in names))
    monkeypatch.setattr(fragments.nodes(), "root", moved)
    before, behind = frame(PROVIDER, INVOICE, 123456)
    assert len(before) == len(frame(PROVIDER, INVOICE, 0)[0])
    assert "<Bedrag>1234.56</Bedrag>" in before
    assert behind == "</Bericht>\n"


def test_two_dossiers_of_one_person_differ_by_more_than_their_number() -> None:
    one = person_fragment(PERSON)
    assert same_person(one, person_fragment(evolve(PERSON, patient_id="P002", house_number=13)))
    assert not same_person(one, person_fragment(evolve(PERSON, birth_date=date(1980, 5, 18))))


# Checks --------------------------------------------------------------------------------------------


def found_in(care: dict[str, Any], *, person: Person = PERSON, on: str = "073") -> list[tuple[str, str]]:
    changed = evolve(CARE, **care)
    findings = [*check_care(changed), *check_need(changed, person, evolve(PERFORMANCE, list=on), PROVIDER)]
    return [(finding.code, finding.column) for finding in findings]


CHILD = evolve(PERSON, birth_date=date(2007, 3, 10))
ADULT = evolve(PERSON, birth_date=date(2007, 3, 9))


@pytest.mark.parametrize(
    ("care", "person", "on", "expected"),
    [
        ({}, PERSON, "073", []),
        ({"indication": ""}, PERSON, "073", [("ENTITLEMENT_MISSING", "indication_code")]),
        ({"indication": ""}, PERSON, "081", [("INDICATION_MISSING", "indication_code")]),
        ({"indication": "012"}, PERSON, "073", [("ENTITLEMENT_UNUSUAL", "indication_code")]),
        ({"diagnosis": "7023", "indication": "012", "side": "L"}, PERSON, "073", []),
        ({"diagnosis": "7023", "indication": "012"}, PERSON, "073", [("SIDE_MISSING", "side")]),
        ({"diagnosis": "7023", "indication": "012"}, PERSON, "081", [("SIDE_MISSING", "side")]),
        ({"indication": "003"}, ADULT, "073", [("ENTITLEMENT_UNUSUAL", "indication_code")]),
        ({"indication": "003"}, CHILD, "073", []),
        ({"diagnosis": "", "indication": "012"}, PERSON, "073", []),
        ({"diagnosis": "1000"}, PERSON, "073", []),
        ({"referral_date": None}, PERSON, "073", [("REFERRAL_INCOMPLETE", "referral_date")]),
        ({"referral_date": None, "referrer_agb": ""}, PERSON, "073", [("REFERRAL_INCOMPLETE", "referral_date")]),
        ({"referrer_agb": "", "referrer_specialism": ""}, PERSON, "073", [("REFERRAL_INCOMPLETE", "referrer_agb")]),
        ({"referral_date": None, "referrer_agb": "", "referrer_specialism": ""}, PERSON, "073", []),
        ({"therapist_agb": "04012345"}, PERSON, "073", [("THERAPIST_NOT_A_PERSON", "therapist_agb")]),
        ({"authorization_number": "A\x7f"}, PERSON, "073", [("TEXT_CONTROL", "authorization_number")]),
    ],
)
def test_what_the_care_of_a_line_needs(
    care: dict[str, Any], person: Person, on: str, expected: list[tuple[str, str]]
) -> None:
    assert found_in(care, person=person, on=on) == expected


def test_what_would_be_refused_is_an_error() -> None:
    errors = {
        "ENTITLEMENT_MISSING", "SIDE_MISSING", "REFERRAL_INCOMPLETE", "THERAPIST_NOT_A_PERSON",
        "LIST_NOT_FOR_DATE",
    }  # fmt: skip
    assert {severity(code) for code in errors} == {"error"}
    assert severity("ENTITLEMENT_UNUSUAL") == "warning"


def test_a_person_fits_whatever_they_are_called() -> None:
    person = evolve(PERSON, name="Ω" * 80, sex="9", insured_number="1" * 16, house_number=123456)
    assert check_person(person) == (person, [])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"bsn": NO_BSN, "insured_number": "1" * 15}, []),
        ({"bsn": NO_BSN, "insured_number": "1" * 16}, [("INSURED_NUMBER_LENGTH", "insured_number")]),
        ({"insured_number": "1\ufffe"}, [("TEXT_CONTROL", "insured_number")]),
        ({"patient_id": "P\x01"}, [("TEXT_CONTROL", "patient_id")]),
    ],
)
def test_what_of_a_person_does_not_fit(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    _, findings = check_person(evolve(PERSON, **changes))
    assert [(finding.code, finding.column) for finding in findings] == expected


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"units": 10**9}, "UNITS_TOO_MANY"),
        ({"claimed_cents": 10**14}, "AMOUNT_TOO_LARGE"),
        ({"units": 10**9 - 1}, None),
    ],
)
def test_what_of_a_performance_does_not_fit(changes: dict[str, Any], code: str | None) -> None:
    performance = evolve(PERFORMANCE, **changes)
    assert [finding.code for finding in check_line(performance, PERSON, CARE, STARTED, PROVIDER)] == (
        [code] if code else []
    )
    if code:
        with pytest.raises(ValueError, match="is not of its form"):
            debit(performance=performance)
    else:
        assert debit(performance=performance)
