"""PM304 3.2: what it can hold, and the bytes it is."""

import io
import unicodedata
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ei_export.base.problems import Finding, severity
from ei_export.model.codelists import choice
from ei_export.model.declaration import NO_BSN, Care, Performance, Person
from ei_export.standards.flat import fragments
from ei_export.standards.flat.checking import check_care, check_line, check_person
from ei_export.standards.flat.fragments import (
    care_fragment,
    key_fragment,
    line_fragment,
    person_fragment,
    same_person,
    tail_fragment,
)
from ei_export.standards.flat.pm304 import STANDARD
from ei_export.standards.flat.record import Layout
from ei_export.standards.flat.writing import Pm304Writer, header, trailer
from tests.support.samples import CARE, INVOICE, PERFORMANCE, PERSON, PROVIDER

LAYOUT = Layout.load("pm304-3.2")


def person_with(**changes: Any) -> Person:
    return evolve(PERSON, **changes)


def written(records: list[tuple[Person, list[tuple[Care, Performance, str]]]]) -> bytes:
    file = io.BytesIO()
    writer = Pm304Writer(file, PROVIDER, INVOICE)
    for person, lines in records:
        writer.person(person_fragment(person))
        key = key_fragment(person_fragment(person))
        for care, performance, reference in lines:
            writer.line(line_fragment(key, care_fragment(care), performance), reference, performance.claimed_cents)
    writer.close(INVOICE)
    return file.getvalue()


def elements(fragment: str, kind: str, first: str, last: str = "") -> dict[str, str]:
    """The filled elements of a fragment, without padding."""
    part = LAYOUT[kind].part(first, last)
    return {id: part[id].bare(raw) for id, raw in part.unpack(fragment).items() if raw.strip(" 0")}


def person_elements(person: Person) -> dict[str, str]:
    return elements(person_fragment(person), "02", "0203")


def line_elements(care: Care = CARE, performance: Performance = PERFORMANCE) -> dict[str, str]:
    head = line_fragment(key_fragment(person_fragment(PERSON)), care_fragment(care), performance)
    return elements(head, "04", "0403", "0433") | elements(tail_fragment(""), "04", "0435")


def test_a_file_byte_for_byte() -> None:
    # Written by hand from the layout, an element or a few to a line.
    expected = [
        "01", "107", "03", "02", "P", "000000", "          ", "7095",
        "00000000", "04098765", "04012345", "00000000", "03",
        "20210301", "20210331", "R000001-7095", "20210401", "              ", "EUR",
        193 * " ", "\r\n",
        "02", "000000000001", "123456782", "7095", "0070010020     ", "P001       ", "19800517", "2",
        "1", "Jansen                   ", "van der   ", "0", "                         ", "          ", "AB    ", "0",
        "1234AB", "         ", "00012", "a     ", "  ", "           ",
        130 * " ", "\r\n",
        "04", "000000000002", "123456782", "7095", "0070010020     ", "M-1            ", "1",
        "20210309", "012", "F1013 ", "0003", "O",
        "005", "00003426", "000", "00000000", "000", "        ", "000", "        ",
        "009", "04098765", "0401", "20210226", "01012345", "0000", "00",
        "00008000", "00008000", "D", "0000", "00007950", "D",
        "R00000100001        ", "                    ",
        79 * " ", "\r\n",
        "99", "000001", "000000", "000001", "000000", "0000002", "00000007950", "D",
        265 * " ", "\r\n",
    ]  # fmt: skip
    assert written([(PERSON, [(CARE, PERFORMANCE, "R00000100001")])]) == "".join(expected).encode("latin-1")


def test_numbers_run_through_and_totals_are_counted() -> None:
    other = person_with(bsn="999991772", initials="É")
    line = (CARE, PERFORMANCE, "R1")
    data = written([(PERSON, [line, line]), (other, [line])])
    records = data.decode("iso-8859-1").split("\r\n")
    assert records.pop() == ""
    assert [LAYOUT.kind(record) for record in records] == ["01", "02", "04", "04", "02", "04", "99"]
    assert [int(record[2:14]) for record in records[1:-1]] == [1, 2, 3, 4, 5]
    total = LAYOUT["99"].unpack(records[-1])
    assert (total["9902"], total["9904"], total["9906"]) == ("000002", "000003", "0000005")
    assert (total["9907"], total["9908"]) == ("00000023850", "D")


def test_credits_count_against_debits() -> None:
    file = io.BytesIO()
    writer = Pm304Writer(file, PROVIDER, INVOICE)
    writer.person(person_fragment(PERSON))
    writer.line(fragments.credit(_line(), 7950), "R00000200001", -7950, "R00000100001")
    writer.line(_line(), "R00000200002", 1000)
    writer.close(INVOICE)
    records = file.getvalue().decode("iso-8859-1").split("\r\n")
    credit = LAYOUT["04"].unpack(records[2])
    assert (credit["0430"], credit["0433"]) == ("C", "C")
    assert credit["0435"] == "R00000100001".ljust(20)
    total = LAYOUT["99"].unpack(records[4])
    assert (total["9907"], total["9908"]) == ("00000006950", "C")


def _line() -> str:
    return line_fragment(key_fragment(person_fragment(PERSON)), care_fragment(CARE), PERFORMANCE)


def test_nothing_to_pay_is_a_debit() -> None:
    assert elements(trailer(1, 1, 0), "99", "")["9908"] == "D"


@pytest.mark.parametrize(
    ("pay_to", "code"), [("service_bureau", "01"), ("provider", "02"), ("practice", "03"), ("institution", "04")]
)
def test_the_header_says_who_is_paid(pay_to: str, code: str) -> None:
    provider = evolve(PROVIDER, pay_to=pay_to, service_bureau_agb="98000001", institution_agb="41000001", test=True)
    record = elements(header(provider, INVOICE), "01", "")
    assert (record["0105"], record["0109"], record["0112"], record["0113"]) == ("T", "98000001", "41000001", code)


def test_the_software_version_goes_with_the_software_code_only() -> None:
    versioned = evolve(PROVIDER, software_version="1.2.3", vat_id="NL123456789B01")
    assert "0107" not in elements(header(versioned, INVOICE), "01", "")
    record = elements(header(evolve(versioned, software_code="012345"), INVOICE), "01", "")
    assert (record["0106"], record["0107"], record["0118"]) == ("012345", "1.2.3", "NL123456789B01")


def test_a_header_that_does_not_fit_names_its_element() -> None:
    with pytest.raises(ValueError, match="element 0116 takes at most 12 characters"):
        header(PROVIDER, evolve(INVOICE, number="R000001-7095-2"))


def test_the_partner_goes_with_the_partner_name() -> None:
    alone = person_elements(person_with(partner_prefix="de"))
    assert alone.keys().isdisjoint({"0212", "0213", "0214", "0216"})
    together = person_elements(person_with(partner_name="Vries", partner_prefix="de", name_use="3"))
    assert {id: together[id] for id in ("0209", "0212", "0213", "0214", "0216")} == {
        "0209": "1",
        "0212": "2",
        "0213": "Vries",
        "0214": "de",
        "0216": "3",
    }


def test_an_address_abroad_has_no_dutch_postcode() -> None:
    abroad = person_elements(person_with(country="BE", foreign_postcode="1000", house_number=0))
    assert abroad.keys().isdisjoint({"0217", "0219"})
    assert (abroad["0218"], abroad["0221"]) == ("1000", "BE")
    home = person_elements(person_with(foreign_postcode="1000"))
    assert home.keys().isdisjoint({"0218", "0221", "0222"})
    assert home["0217"] == "1234AB"


def test_a_person_without_bsn_is_known_by_insured_number() -> None:
    person = person_with(bsn=NO_BSN)
    assert elements(key_fragment(person_fragment(person)), "04", "0403", "0405") == {
        "0403": "999999999",
        "0404": "7095",
        "0405": "0070010020",
    }


def test_a_line_repeats_the_start_of_its_person() -> None:
    """So that the key of a line can be cut from the record of the person."""
    person, line = LAYOUT["02"].part("0203", "0205"), LAYOUT["04"].part("0403", "0405")
    assert [(e.code, e.type, e.length, e.start) for e in person.elements] == [
        (e.code, e.type, e.length, e.start) for e in line.elements
    ]


def test_two_dossiers_of_one_person_differ_by_more_than_their_number() -> None:
    one = person_fragment(PERSON)
    assert same_person(one, person_fragment(person_with(patient_id="P002")))
    assert not same_person(one, person_fragment(person_with(patient_id="P002", house_number=13)))


def test_a_line_begins_with_its_key() -> None:
    key = key_fragment(person_fragment(PERSON))
    assert line_fragment(key, care_fragment(CARE), PERFORMANCE)[: STANDARD.key_length] == key


def test_the_diagnosis_goes_where_the_settings_say() -> None:
    assert choice("diagnosis_element") == "0414"
    diagnosis = ("0413", "0414", "0415", "0416", "0417", "0418", "0419", "0420")
    by_default = elements(care_fragment(CARE).rest, "04", "0412", "0427")
    assert {id: by_default[id] for id in diagnosis if id in by_default} == {"0413": "005", "0414": "00003426"}
    otherwise = elements(care_fragment(CARE, "0418").rest, "04", "0412", "0427")
    assert {id: otherwise[id] for id in diagnosis if id in otherwise} == {"0417": "005", "0418": "3426"}


def test_unknown_care_is_left_empty() -> None:
    nothing = Care("", "", "04098765", "", None, "", "", "", "N", "")
    assert elements(care_fragment(nothing).rest, "04", "0412", "0427") == {"0412": "N", "0422": "04098765"}


def test_the_referrer_is_named_by_code_or_else_by_specialism() -> None:
    assert "0426" not in line_elements()
    unnamed = line_elements(evolve(CARE, referrer_agb=""))
    assert "0425" not in unnamed
    assert unnamed["0426"] == "0101"


def test_a_line_on_the_bilateral_list() -> None:
    line = line_elements(performance=evolve(PERFORMANCE, list="990", code="F1013B", units=9999))
    assert (line["0407"], line["0409"], line["0410"], line["0411"]) == ("1", "990", "F1013B", "9999")


def test_a_line_that_does_not_fit_is_not_made() -> None:
    with pytest.raises(ValueError, match="see check_line"):
        line_fragment(key_fragment(person_fragment(PERSON)), care_fragment(CARE), evolve(PERFORMANCE, units=10_000))


@pytest.mark.parametrize("reference", ["R" * 21, "R1\n", "R\x85"])
def test_the_writer_lets_no_bad_record_out(reference: str) -> None:
    file = io.BytesIO()
    writer = Pm304Writer(file, PROVIDER, INVOICE)
    writer.person(person_fragment(PERSON))
    before = file.getvalue()
    with pytest.raises(ValueError, match="detail record 2 "):
        writer.line(_line(), reference, 7950)
    assert file.getvalue() == before


def test_the_limit_of_lines_is_what_the_trailer_can_count() -> None:
    most = STANDARD.most_lines
    assert most == 999_999
    assert len(trailer(most, most, 0)) == LAYOUT.length
    with pytest.raises(ValueError, match="element 9904"):
        trailer(1, most + 1, 0)


# Checks


def test_a_person_that_fits_is_left_alone() -> None:
    assert check_person(PERSON) == (PERSON, [])


@pytest.mark.parametrize("sex", ["0", "9"])
def test_only_man_and_woman_can_be_declared(sex: str) -> None:
    assert check_person(person_with(sex=sex))[1] == [Finding("SEX_NOT_DECLARABLE", "sex", {"found": sex})]


@pytest.mark.parametrize(
    ("column", "text", "kept", "code"),
    [
        ("name", "A" * 26, "A" * 25, "TEXT_SHORTENED"),
        ("name", "Abcdefghijklmnopqrstuvwx-yz", "Abcdefghijklmnopqrstuvwx", "TEXT_SHORTENED"),
        ("name", "Abcdefghijklmnopqrstuvwx yz", "Abcdefghijklmnopqrstuvwx", "TEXT_SHORTENED"),
        ("partner_name", "É" * 30, "É" * 25, "TEXT_SHORTENED"),
        ("prefix", "van den van", "van den va", "TEXT_SHORTENED"),
        ("partner_prefix", "van der de la", "van der de", "TEXT_SHORTENED"),
        ("house_number_suffix", "bis-achter", "bis-ac", "TEXT_SHORTENED"),
        ("house_number_suffix", "zwart-wit", "zwart", "TEXT_SHORTENED"),
        ("initials", "ABCDEFG", "ABCDEF", "INITIALS_SHORTENED"),
    ],
)
def test_what_is_shortened_is_said(column: str, text: str, kept: str, code: str) -> None:
    fitted, findings = check_person(person_with(**{column: text}))
    assert getattr(fitted, column) == kept
    assert [(finding.code, finding.column) for finding in findings] == [(code, column)]
    assert findings[0].params["limit"] in (25, 10, 6)
    assert severity(code) == "warning"
    person_fragment(fitted)


@pytest.mark.parametrize(
    ("column", "text", "kept", "characters"),
    [
        ("name", "Dvořák", "Dvorák", "ř → r"),
        ("name", "Łódź", "Lódz", "Ł → L, ź → z"),
        ("name", "Đorđević", "Dordevic", "Đ → D, đ → d, ć → c"),
        ("name", "Iħsan Y\u0131ldiz", "Ihsan Yildiz", "ħ → h, \u0131 → i"),
        ("name", "Bjǿrn", "Bjørn", "ǿ → ø"),
        ("name", "X\u030cavi", "Xavi", "X\u030c → X"),
        ("name", "D’Hondt–Šik", "D'Hondt-Sik", "’ → ', – → -, Š → S"),
        ("name", "Jansen - de Vries", "Jansen-de Vries", '" - " → -'),
        ("name", "Jansen – de Vries", "Jansen-de Vries", '– → -, " - " → -'),
        ("prefix", "van\xa0der", "van der", 'U+00A0 → " "'),
        ("initials", "Č", "C", "Č → C"),
        ("initials", "Ĳ", "IJ", "Ĳ → IJ"),
        ("name", "Ĳsselmuiden", "IJsselmuiden", "Ĳ → IJ"),
        ("name", "van Dĳk", "van Dijk", "ĳ → ij"),
        ("partner_name", "Œuvre-Cœur", "OEuvre-Coeur", "Œ → OE, œ → oe"),
        ("name", "Steﬀens-ﬁscher", "Steffens-fischer", "ﬀ → ff, ﬁ → fi"),
        ("house_number_suffix", "ĳ", "ij", "ĳ → ij"),
        ("partner_name", "Nguyễn", "Nguyen", "ễ → e"),
    ],
)
def test_what_iso_8859_1_lacks_becomes_its_base_letter(column: str, text: str, kept: str, characters: str) -> None:
    fitted, findings = check_person(person_with(**{column: text}))
    assert getattr(fitted, column) == kept
    assert findings == [Finding("CHARACTER_REPLACED", column, {"characters": characters, "column": column})]


@pytest.mark.parametrize("text", ["Möller", "Günaydin", "Ðórsson", "Größe", "Øst", "Ñandú", "'t Hóóft"])
def test_what_iso_8859_1_has_is_kept_however_it_is_composed(text: str) -> None:
    fitted, findings = check_person(person_with(name=unicodedata.normalize("NFD", text)))
    assert (fitted.name, findings) == (unicodedata.normalize("NFC", text), [])


@pytest.mark.parametrize(
    ("column", "text", "characters"),
    [
        ("name", "Ⅳ", "Ⅳ"),
        ("name", "Юлий", "Ю, л, и, й"),
        ("name", "Li 李", "李"),
        ("name", "A€", "€"),
        ("name", "A①", "①"),
        ("name", "Jan\u200bsen", "U+200B"),
        ("name", "Jan\u00adsen", "U+00AD"),
        ("insured_number", "A\u0141", "\u0141"),
        ("patient_id", "P’1", "’"),
        ("foreign_postcode", "10–00", "–"),
    ],
)
def test_what_has_no_base_letter_is_refused(column: str, text: str, characters: str) -> None:
    findings = check_person(person_with(**{column: text}))[1]
    assert findings == [Finding("CHARACTER_UNSUPPORTED", column, {"characters": characters, "column": column})]


@pytest.mark.parametrize("text", ["Jan\nsen", "Jan\x00sen", "Jan\x7fsen", "Jan\x92sen"])
def test_control_characters_are_refused(text: str) -> None:
    findings = check_person(person_with(name=text))[1]
    assert findings == [Finding("TEXT_CONTROL", "name", {"column": "name"})]


@pytest.mark.parametrize(
    ("column", "text", "code", "limit"),
    [
        ("insured_number", "1" * 16, "INSURED_NUMBER_LENGTH", 15),
        ("patient_id", "P" * 12, "PATIENT_ID_LENGTH", 11),
        ("foreign_postcode", "AB12 34567X", "FOREIGN_POSTCODE_LENGTH", 9),
    ],
)
def test_numbers_are_never_shortened(column: str, text: str, code: str, limit: int) -> None:
    fitted, findings = check_person(person_with(**{column: text}))
    assert findings == [Finding(code, column, {"found": len(text), "limit": limit})]
    assert severity(code) == "error"
    assert getattr(fitted, column) == text


def test_a_house_number_has_at_most_five_digits() -> None:
    findings = check_person(person_with(house_number=100_000))[1]
    assert findings == [Finding("HOUSE_NUMBER_INVALID", "house_number", {"expected": "0-99999"})]


def test_a_line_that_fits_has_no_finding() -> None:
    assert check_line(PERFORMANCE) == []
    most = evolve(PERFORMANCE, units=9999, tariff_cents=99_999_999, calculated_cents=99_999_999)
    assert check_line(most) == []
    assert check_care(evolve(CARE, authorization_number="1" * 15)) == []
    assert check_care(evolve(CARE, indication="")) == [Finding("INDICATION_MISSING", "indication_code")]
    assert severity("INDICATION_MISSING") == "warning"


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"units": 10_000}, Finding("UNITS_TOO_MANY", "", {"units": 10_000, "limit": 9999})),
        ({"tariff_cents": 10**8}, Finding("AMOUNT_TOO_LARGE", "", {"limit": 99_999_999})),
        ({"calculated_cents": 10**8}, Finding("AMOUNT_TOO_LARGE", "", {"limit": 99_999_999})),
        ({"claimed_cents": 10**8}, Finding("AMOUNT_TOO_LARGE", "", {"limit": 99_999_999})),
    ],
)
def test_a_number_too_large_is_refused(change: dict[str, Any], finding: Finding) -> None:
    assert check_line(evolve(PERFORMANCE, **change)) == [finding]


@pytest.mark.parametrize(
    ("number", "code"),
    [("1" * 16, "AUTHORIZATION_LENGTH"), ("M–1", "CHARACTER_UNSUPPORTED"), ("M\t1", "TEXT_CONTROL")],
)
def test_an_authorization_number_goes_as_it_is_or_not(number: str, code: str) -> None:
    findings = check_care(evolve(CARE, authorization_number=number))
    assert [(finding.code, finding.column) for finding in findings] == [(code, "authorization_number")]


_COLUMNS = ("name", "prefix", "initials", "partner_name", "partner_prefix", "house_number_suffix")


@settings(max_examples=200, deadline=None)
@given(st.fixed_dictionaries({column: st.text(max_size=40) for column in _COLUMNS}))
def test_a_person_without_errors_can_always_be_written(texts: dict[str, str]) -> None:
    person = person_with(**texts)
    fitted, findings = check_person(person)
    for finding in findings:
        assert finding.column in _COLUMNS
    if all(severity(finding.code) != "error" for finding in findings):
        assert len(person_fragment(fitted).encode("iso-8859-1")) == LAYOUT.length - 14
        assert check_person(fitted) == (fitted, [])
    changed = {column for column in _COLUMNS if getattr(fitted, column) != unicodedata.normalize("NFC", texts[column])}
    assert changed <= {finding.column for finding in findings}
