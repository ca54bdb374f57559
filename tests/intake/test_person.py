"""The person and the care of a row, and everything that can be wrong with them."""

from collections.abc import Mapping
from datetime import date

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ei_export.base.problems import Finding, render, severity
from ei_export.intake import values
from ei_export.intake.person import CARE_COLUMNS, PERSON_COLUMNS, born_by, care, given_on, person
from ei_export.model.declaration import Care, Person
from tests.support import samples

DAY = date(2021, 3, 9)

PERSON_CELLS = {
    "patient_id": "P001",
    "bsn": "123456782",
    "birth_date": "17-05-1980",
    "sex": "V",
    "name": "Jansen",
    "initials": "AB",
    "postcode": "1234 ab",
    "house_number": "12",
    "uzovi": "101",
}
PERSON = evolve(samples.PERSON, uzovi="0101", insured_number="", prefix="", house_number_suffix="")
CARE_CELLS = {"diagnosis_code": "3426", "indication_code": "9", "therapist_agb": "4098765"}
CARE = evolve(
    samples.CARE,
    therapist_specialism="",
    referral_date=None,
    referrer_agb="",
    referrer_specialism="",
    authorization_number="",
)


def person_with(**cells: str) -> tuple[Person | None, list[Finding]]:
    return person(PERSON_CELLS | cells)


def care_with(day: date = DAY, /, **cells: str) -> tuple[Care | None, list[Finding]]:
    """The care of these cells on a day; None with an error."""
    found, findings = care(CARE_CELLS | cells)
    if found is not None:
        findings = [*findings, *given_on(found, day)]
    return (None if any(severity(finding.code) == "error" for finding in findings) else found), findings


def said(findings: list[Finding]) -> list[tuple[str, str, Mapping[str, object]]]:
    """The findings, each of which can be worded."""
    for finding in findings:
        for language in ("nl", "en"):
            render(finding.code, finding.params, language)
    return [(finding.code, finding.column, finding.params) for finding in findings]


def test_a_person_of_the_columns_that_must_exist() -> None:
    assert person(PERSON_CELLS) == (PERSON, [])


def test_a_person_of_every_column() -> None:
    found, findings = person_with(
        insured_number=" 0070010020 ",
        prefix="van der",
        partner_name="Vries",
        partner_prefix="de",
        name_use="3",
        house_number_suffix="a",
        country="BE",
        foreign_postcode="1000",
        initials="A.B.",
        name="Dvor\u030ca\u0301k",
    )
    assert said(findings) == [("INITIALS_REWRITTEN", "initials", {})]
    assert found == Person(
        bsn="123456782",
        uzovi="0101",
        insured_number="0070010020",
        patient_id="P001",
        birth_date=date(1980, 5, 17),
        sex="2",
        name="Dvo\u0159\u00e1k",
        prefix="van der",
        initials="AB",
        partner_name="Vries",
        partner_prefix="de",
        name_use="3",
        postcode="",
        foreign_postcode="1000",
        house_number=12,
        house_number_suffix="a",
        country="BE",
    )


DATES = "2021-03-09 | 09-03-2021 | 20210309"


@pytest.mark.parametrize(
    ("column", "text", "code", "params"),
    [
        ("bsn", "", "BSN_MISSING", {}),
        ("bsn", "123456781", "BSN_INVALID", {}),
        ("bsn", "000000000", "BSN_INVALID", {}),
        ("uzovi", "", "UZOVI_INVALID", {"found": ""}),
        ("uzovi", "VGZ", "UZOVI_INVALID", {"found": "VGZ"}),
        ("uzovi", "123456782", "UZOVI_INVALID", {"found": "*********"}),
        ("patient_id", " ", "PATIENT_ID_MISSING", {}),
        ("birth_date", "", "BIRTH_DATE_MISSING", {"expected": DATES}),
        ("birth_date", "30-02-1980", "BIRTH_DATE_INVALID", {"expected": DATES}),
        ("sex", "", "SEX_INVALID", {"found": "", "expected": values.SEX_FORMS}),
        ("sex", "x", "SEX_INVALID", {"found": "x", "expected": values.SEX_FORMS}),
        ("name", "", "NAME_MISSING", {}),
        ("name", "?", "NAME_MISSING", {}),
        ("name", "Jan\x1dsen", "TEXT_CONTROL", {"column": "name"}),
        ("prefix", "van\x85der", "TEXT_CONTROL", {"column": "prefix"}),
        ("partner_name", "de\tVries", "TEXT_CONTROL", {"column": "partner_name"}),
        ("partner_prefix", "de\x00r", "TEXT_CONTROL", {"column": "partner_prefix"}),
        ("house_number_suffix", "a\nb", "TEXT_CONTROL", {"column": "house_number_suffix"}),
        ("insured_number", "7\n00", "TEXT_CONTROL", {"column": "insured_number"}),
        ("patient_id", "P\n1", "TEXT_CONTROL", {"column": "patient_id"}),
        ("initials", "", "INITIALS_MISSING", {"expected": "AB"}),
        ("initials", "A1", "INITIALS_INVALID", {"expected": "AB"}),
        ("name_use", "5", "NAME_USE_INVALID", {"found": "5", "expected": "1 | 2 | 3 | 4"}),
        ("name_use", "2", "PARTNER_NAME_MISSING", {}),
        ("name_use", "3", "PARTNER_NAME_MISSING", {}),
        ("name_use", "4", "PARTNER_NAME_MISSING", {}),
        ("postcode", "", "POSTCODE_MISSING", {"expected": "1234 AB"}),
        ("postcode", "12345", "POSTCODE_INVALID", {"expected": "1234 AB"}),
        ("house_number", "", "HOUSE_NUMBER_INVALID", {"expected": values.HOUSE_NUMBER_FORM}),
        ("house_number", "a12", "HOUSE_NUMBER_INVALID", {"expected": values.HOUSE_NUMBER_FORM}),
        ("country", "Belgium", "COUNTRY_INVALID", {"found": "Belgium", "expected": "BE | DE | … (ISO 3166)"}),
        ("country", "UK", "COUNTRY_INVALID", {"found": "UK", "expected": "BE | DE | … (ISO 3166)"}),
    ],
)
def test_what_is_wrong_with_a_person(column: str, text: str, code: str, params: dict[str, str]) -> None:
    found, findings = person_with(**{column: text})
    assert found is None
    (finding,) = said(findings)
    assert (finding[0], finding[2]) == (code, params)
    assert severity(code) == "error"
    assert finding[1] == {"PARTNER_NAME_MISSING": "partner_name"}.get(code, column)


def test_who_has_no_bsn_is_known_by_insured_number() -> None:
    assert said(person_with(bsn="999999999")[1]) == [("INSURED_NUMBER_MISSING", "insured_number", {})]
    found, findings = person_with(bsn="999999999", insured_number="007")
    assert findings == []
    assert found is not None
    assert (found.bsn, found.insured_number) == ("999999999", "007")


@pytest.mark.parametrize("name_use", ["", "0", "1"])
def test_the_own_name_needs_no_partner(name_use: str) -> None:
    found, findings = person_with(name_use=name_use)
    assert findings == []
    assert found is not None
    assert found.name_use == (name_use or "0")


def test_the_sex_need_not_be_known_here() -> None:
    found, findings = person_with(sex="9")
    assert findings == []
    assert found is not None
    assert found.sex == "9"


@pytest.mark.parametrize(
    ("cells", "written", "codes"),
    [
        ({"country": "de", "foreign_postcode": "10115", "postcode": ""}, ("DE", "", "10115"), []),
        ({"country": "DE", "foreign_postcode": "", "postcode": ""}, ("DE", "", ""), []),
        ({"country": "SR"}, ("SR", "", "1234 ab"), ["POSTCODE_ABROAD"]),
        ({"country": "BE", "foreign_postcode": "1000", "postcode": "1000"}, ("BE", "", "1000"), []),
        ({"country": "BE", "foreign_postcode": "1000"}, ("BE", "", "1000"), []),
        ({"country": "BE", "foreign_postcode": "1000", "postcode": "2000"}, ("BE", "", "1000"), ["POSTCODE_UNUSED"]),
        ({"country": "NL", "foreign_postcode": "10115"}, ("", "1234AB", ""), ["POSTCODE_UNUSED"]),
        ({"foreign_postcode": "1234AB"}, ("", "1234AB", ""), []),
    ],
)
def test_the_country_says_which_postcode_goes_along(
    cells: dict[str, str], written: tuple[str, str, str], codes: list[str]
) -> None:
    found, findings = person_with(**cells)
    assert found is not None
    assert (found.country, found.postcode, found.foreign_postcode) == written
    assert [finding.code for finding in findings] == codes


def test_an_address_abroad_needs_no_house_number() -> None:
    found, findings = person_with(country="de", postcode="", house_number="")
    assert found is not None
    assert (found.house_number, findings) == (0, [])


@pytest.mark.parametrize(
    ("number", "suffix", "written"),
    [
        ("12a", "", (12, "a")),
        ("12 A", "a", (12, "a")),
        ("12a", "bis", (12, "a bis")),
        ("104-2", "hs", (104, "2 hs")),
        ("12-A/3", "", (12, "A/3")),
        ("12", "12a", (12, "12a")),
    ],
)
def test_a_house_number_and_what_is_behind_it(number: str, suffix: str, written: tuple[int, str]) -> None:
    found, findings = person_with(house_number=number, house_number_suffix=suffix)
    assert found is not None
    assert (found.house_number, found.house_number_suffix) == written
    assert [finding.code for finding in findings] == ["HOUSE_NUMBER_SPLIT"] * (number != "12")


@pytest.mark.parametrize(
    ("text", "initials", "codes"),
    [
        ("Ans", "A", ["INITIALS_OF_NAMES"]),
        ("Els Chr.", "EChr", ["INITIALS_OF_NAMES"]),
        ("Johannes", "J", ["INITIALS_OF_NAMES"]),
        ("Jan Peter", "JP", ["INITIALS_OF_NAMES"]),
        ("Peter-Jan", "PJ", ["INITIALS_OF_NAMES"]),
        ("J. Willem", "JW", ["INITIALS_OF_NAMES"]),
        ("JOHANNES", "J", ["INITIALS_OF_NAMES"]),
        ("MARIA", "M", ["INITIALS_OF_NAMES"]),
        ("IJsbrand", "IJ", ["INITIALS_OF_NAMES"]),
        ("Th. Joh.", "ThJoh", ["INITIALS_REWRITTEN"]),
        ("Chr", "Chr", []),
        ("JHCM", "JHCM", []),
        ("A.B.C.", "ABC", ["INITIALS_REWRITTEN"]),
    ],
)
def test_first_names_among_the_initials(text: str, initials: str, codes: list[str]) -> None:
    found, findings = person_with(initials=text)
    assert found is not None
    assert found.initials == initials
    assert [finding.code for finding in findings] == codes


def test_a_house_without_number_has_number_zero() -> None:
    found, findings = person_with(house_number="0")
    assert findings == []
    assert found is not None
    assert found.house_number == 0


def test_everything_wrong_is_said_at_once() -> None:
    found, findings = person({})
    assert found is None
    assert [finding.code for finding in findings] == [
        "BSN_MISSING",
        "UZOVI_INVALID",
        "PATIENT_ID_MISSING",
        "BIRTH_DATE_MISSING",
        "SEX_INVALID",
        "NAME_MISSING",
        "INITIALS_MISSING",
        "POSTCODE_MISSING",
        "HOUSE_NUMBER_INVALID",
    ]


def test_nobody_is_treated_before_birth() -> None:
    assert born_by(PERSON, PERSON.birth_date) == []
    assert said(born_by(PERSON, date(1980, 5, 16))) == [("BIRTH_DATE_FUTURE", "birth_date", {})]


def test_care_of_the_columns_that_must_exist() -> None:
    assert care(CARE_CELLS) == (CARE, [])


def test_care_of_every_column() -> None:
    found, findings = care_with(
        therapist_specialism="401",
        referral_date="2021-03-09",
        referrer_agb="01012345",
        referrer_specialism="0101",
        authorization_number=" M-1 ",
        accident="n",
        side="l",
    )
    assert findings == []
    assert found == Care("3426", "009", "04098765", "0401", DAY, "01012345", "0101", "M-1", "N", "L")


AGB, SPECIALISM = "8 × 0-9", "4 × 0-9"


@pytest.mark.parametrize(
    ("column", "text", "code", "params"),
    [
        ("diagnosis_code", "342", "DIAGNOSIS_UNKNOWN", {"found": "342"}),
        ("diagnosis_code", "9999", "DIAGNOSIS_UNKNOWN", {"found": "9999"}),
        ("diagnosis_code", "8004", "DIAGNOSIS_UNKNOWN", {"found": "8004"}),
        ("indication_code", "099", "INDICATION_INVALID", {"found": "099"}),
        ("indication_code", "x", "INDICATION_INVALID", {"found": "x"}),
        ("indication_code", "002", "INDICATION_NOT_ON_DATE", {"found": "002", "date": "2021-03-09"}),
        ("therapist_agb", "", "THERAPIST_AGB_MISSING", {"found": "", "expected": AGB}),
        ("therapist_agb", "00098765", "THERAPIST_AGB_INVALID", {"found": "00098765", "expected": AGB}),
        (
            "therapist_specialism",
            "4",
            "SPECIALISM_INVALID",
            {"column": "therapist_specialism", "found": "4", "expected": SPECIALISM},
        ),
        (
            "referrer_specialism",
            "arts",
            "SPECIALISM_INVALID",
            {"column": "referrer_specialism", "found": "arts", "expected": SPECIALISM},
        ),
        ("referral_date", "gisteren", "REFERRAL_DATE_INVALID", {"expected": DATES}),
        ("referral_date", "10-03-2021", "REFERRAL_DATE_LATE", {"referral": "2021-03-10", "date": "2021-03-09"}),
        ("referrer_agb", "123", "REFERRER_AGB_INVALID", {"found": "123", "expected": AGB}),
        ("authorization_number", "M\n1", "TEXT_CONTROL", {"column": "authorization_number"}),
        ("accident", "X", "ACCIDENT_INVALID", {"found": "X", "expected": "J | N | O"}),
        ("side", "B", "SIDE_INVALID", {"found": "B", "expected": "L | R"}),
    ],
)
def test_what_is_wrong_with_care(column: str, text: str, code: str, params: dict[str, str]) -> None:
    found, findings = care_with(**{column: text})
    assert found is None
    assert said(findings) == [(code, column, params)]
    assert severity(code) == "error"


def test_whether_an_indication_may_be_missing_depends_on_the_standard() -> None:
    found, findings = care_with(indication_code="")
    assert found is not None
    assert found.indication == ""
    assert findings == []


def test_whether_a_diagnosis_may_be_missing_depends_on_the_product() -> None:
    found, findings = care_with(diagnosis_code="")
    assert findings == []
    assert found is not None
    assert found.diagnosis == ""


@pytest.mark.parametrize("code", ["8001", "8002", "8003"])
def test_zorg1_of_2019_wrote_its_profiles_as_diagnoses(code: str) -> None:
    found, findings = care_with(date(2019, 5, 1), diagnosis_code=code)
    assert findings == []
    assert found is not None
    assert found.diagnosis == code


def test_an_indication_is_looked_up_on_the_day() -> None:
    assert care_with(date(2016, 12, 31), indication_code="002")[1] == []


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.sampled_from(PERSON_COLUMNS), st.text(max_size=12)),
    st.dictionaries(st.sampled_from(CARE_COLUMNS), st.text(max_size=12)),
)
def test_any_cells_give_a_value_or_an_error(person_cells: dict[str, str], care_cells: dict[str, str]) -> None:
    for found, findings in (person(PERSON_CELLS | person_cells), care(CARE_CELLS | care_cells)):
        said(findings)
        assert (found is None) == any(severity(finding.code) == "error" for finding in findings)
