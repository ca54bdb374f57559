"""What the text of one cell means."""

import time
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ei_export.intake import values

DAY = date(2021, 3, 9)


@pytest.mark.parametrize(
    "text",
    [
        "2021-03-09",
        "20210309",
        "09-03-2021",
        "9-3-2021",
        "9-03-2021",
        "2021-03-09T10:15",
        "2021-03-09T22:59:59.999Z",
        "2021-03-09T10:15:00+01:00",
        "2021-03-09 10:15:00 +0100",
        "20210309T101500",
        "20210309 1015",
        "09-03-2021 9:05",
        "9-3-2021  9:05 PM",
        "09-03-2021 00:00:00",
        "09-03-2021 10",
    ],
)
def test_a_day_in_every_form(text: str) -> None:
    assert values.day(text) == DAY


@pytest.mark.parametrize(
    "text",
    [
        "2021/03/09",
        "09/03/2021",
        "09.03.2021",
        "9 maart 2021",
        "09-03-21",
        "2021-3-9",
        "2021-0309",
        "202103-09",
        "2021-W10-2",
        "2021-068",
        "44264",
        "2021-02-29",
        "31-04-2021",
        "0-3-2021",
        "2021-13-01",
        "20211301",
        "0021-03-09",
        "1899-12-31",
        "2101-01-01",
        "2021-03-09x",
        "2021-03-09 en later",
        "2021-03-09 2021-03-10",
        "2021-03-09T",
        "٢٠٢١-٠٣-٠٩",
        "00000000",
    ],
)
def test_what_is_no_day(text: str) -> None:
    assert values.day(text) is None


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_every_day_reads_the_same_in_every_form(day: date) -> None:
    compact = f"{day.year}{day.month:02d}{day.day:02d}"
    for text in (
        day.isoformat(),
        compact,
        f"{day.day:02d}-{day.month:02d}-{day.year}",
        f"{day.day}-{day.month}-{day.year}",
    ):
        assert values.day(text) == day


@given(st.text(max_size=30))
def test_no_text_breaks_a_parser(text: str) -> None:
    for parse in PARSERS:
        parse(text)


PARSERS: list[Callable[[str], object]] = [
    values.day,
    values.bsn,
    values.uzovi,
    values.agb,
    values.specialism,
    values.sex,
    values.diagnosis,
    values.indication,
    values.house_number,
    values.postcode,
    values.country,
    values.initials,
    values.excerpt,
]


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (values.bsn, "123456782", "123456782"),
        (values.bsn, "10000008", "010000008"),
        (values.bsn, "010000008", "010000008"),
        (values.bsn, "999999999", "999999999"),
        (values.bsn, "123456781", None),
        (values.bsn, "000000000", None),
        (values.bsn, "00000000", None),
        (values.bsn, "1234567", None),
        (values.bsn, "0123456782", None),
        (values.bsn, "1234.56.782", None),
        (values.bsn, "123456782.0", None),
        (values.bsn, "１２３４５６７８２", None),  # noqa: RUF001
        (values.uzovi, "7095", "7095"),
        (values.uzovi, "101", "0101"),
        (values.uzovi, "0101", "0101"),
        (values.uzovi, "0", None),
        (values.uzovi, "0000", None),
        (values.uzovi, "07095", None),
        (values.uzovi, "VGZ", None),
        (values.agb, "04098765", "04098765"),
        (values.agb, "4098765", "04098765"),
        (values.agb, "91000001", "91000001"),
        (values.agb, "00098765", None),
        (values.agb, "0098765", None),
        (values.agb, "04000000", None),
        (values.agb, "00000000", None),
        (values.agb, "098765", None),
        (values.agb, "040987650", None),
        (values.agb, "04-098765", None),
        (values.specialism, "0401", "0401"),
        (values.specialism, "401", "0401"),
        (values.specialism, "8800", "8800"),
        (values.specialism, "0001", None),
        (values.specialism, "041", None),
        (values.specialism, "41", None),
        (values.specialism, "00401", None),
        (values.sex, "1", "1"),
        (values.sex, "M", "1"),
        (values.sex, "m", "1"),
        (values.sex, "2", "2"),
        (values.sex, "v", "2"),
        (values.sex, "F", "2"),
        (values.sex, "0", "0"),
        (values.sex, "9", "9"),
        (values.sex, "3", None),
        (values.sex, "vrouw", "2"),
        (values.sex, "Vrouw", "2"),
        (values.sex, "MAN", "1"),
        (values.sex, "Male", "1"),
        (values.sex, "female", "2"),
        (values.sex, "Onbekend", "0"),
        (values.sex, "x", None),
        (values.sex, "heer", None),
        (values.diagnosis, "3426", "3426"),
        (values.diagnosis, "342", None),
        (values.diagnosis, "34.26", None),
        (values.indication, "009", "009"),
        (values.indication, "9", "009"),
        (values.indication, "0009", None),
        (values.house_number, "12", (12, "")),
        (values.house_number, "0", (0, "")),
        (values.house_number, "00012", (12, "")),
        (values.house_number, "99999", (99999, "")),
        (values.house_number, "100000", None),
        (values.house_number, "12a", (12, "a")),
        (values.house_number, "12 A", (12, "A")),
        (values.house_number, "3 bis", (3, "bis")),
        (values.house_number, "104-2", (104, "2")),
        (values.house_number, "12-A/3", (12, "A/3")),
        (values.house_number, "7 I hoog", (7, "I hoog")),
        (values.house_number, "12.0", (12, "")),
        (values.house_number, "12,0", (12, "")),
        (values.house_number, "a12", None),
        (values.house_number, "1234AB", None),
        (values.house_number, "1234 ab", None),
        (values.house_number, "12-05-1980", None),
        (values.house_number, "12 Dorpsstraat", None),
        (values.house_number, "12" + "a" * 8, None),
        (values.house_number, "123456782", None),
        (values.house_number, "-1", None),
        (values.postcode, "1234AB", "1234AB"),
        (values.postcode, "1234 ab", "1234AB"),
        (values.postcode, "0234AB", None),
        (values.postcode, "1234", None),
        (values.postcode, "1234  AB", None),
        (values.country, "BE", "BE"),
        (values.country, "be", "BE"),
        (values.country, "nl", ""),
        (values.country, "NLD", None),
        (values.country, "00", None),
        (values.country, "UK", None),
        (values.country, "XX", None),
        (values.country, "gb", "GB"),
        (values.initials, "AB", "AB"),
        (values.initials, "A.B.", "AB"),
        (values.initials, "A B", "AB"),
        (values.initials, "J.-P.", "JP"),
        (values.initials, "Ch.", "Ch"),
        (values.initials, "E\u0301.", "É"),
        (values.initials, "É.Ł.", "ÉŁ"),
        (values.initials, "A1", None),
        (values.initials, "A/B", None),
        (values.initials, "...", None),
    ],
)
def test_what_a_cell_means(parse: Callable[[str], object], text: str, value: object) -> None:
    assert parse(text) == value


def test_a_message_quotes_the_beginning_of_a_cell_and_never_a_bsn() -> None:
    assert values.excerpt("12a") == "12a"
    assert values.excerpt("A" * 30) == "A" * 20 + "…"
    assert values.excerpt("123456782") == "*********"
    assert values.excerpt("10000008") == "********"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        *((text, text) for text in ("2021-13-01", "32-01-2021", "1 mrt 2021", "20211301", "45000", "x2000y")),
        *((text, "…") for text in ("01-01-1961", "12021", "20211", "jan", "2021-01-01\n1961-02-03")),
        ("x2000 " * 20_000, "x2000 x2000 x2000 x2…"),
    ],
)
def test_a_day_is_quoted_where_it_is_of_care(text: str, shown: str) -> None:
    assert values.quoted_day(text) == shown


def test_a_cell_that_took_in_half_an_export_is_read_at_once() -> None:
    """A quote that isn't closed makes one of thousands of rows."""
    began = time.process_time()
    assert values.quoted_day("A1;x2000 Jansen\n" * 10_000) == "…"
    assert time.process_time() - began < 1
