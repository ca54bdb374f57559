"""Reading rows: the numbers that a row can be found by are those that it is read with; nothing legible has faults."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ei_export.intake import open_feed, reader
from ei_export.intake.reader import RowReader
from ei_export.intake.survey import Statuses
from ei_export.settings import load
from tests.support.feeds import Clinic, csv_text, visit, write_sqlite

COLUMNS = tuple(visit("A", "2021-01-04", "01"))
WITHOUT = tuple(column for column in COLUMNS if column != "trajectory_id")
ROWS = [
    visit("A1", "2021-01-04", "01", " T1 "),
    visit("A 2", "2021-01-04", "01", name='Quote " and ; in it', patient="P2"),
    visit("", "x", "01", "T;3", patient="P3"),
]


@pytest.mark.parametrize("columns", [COLUMNS, WITHOUT, tuple(reversed(COLUMNS))])
@pytest.mark.parametrize("quote_all", [False, True])
def test_names_of_a_csv_row(tmp_path: Path, columns: tuple[str, ...], quote_all: bool) -> None:
    clinic = Clinic.open(tmp_path / "clinic")
    text = csv_text(ROWS, columns, quote_all=quote_all)
    broken = "A9;short\nA8;" + ";" * 60 + '\nA7;"not closed\n'
    found = _found(clinic.write(text + broken))
    assert ("A1", "T1" if "trajectory_id" in columns else "", "P1") in found
    assert len(found) > len(ROWS)


def test_names_of_a_sqlite_row(tmp_path: Path) -> None:
    clinic = Clinic.open(tmp_path / "clinic", feed='path = "feed.db"')
    write_sqlite(clinic.folder / "feed.db", ROWS, COLUMNS)
    assert _found(clinic) == [("A1", "T1", "P1"), ("A 2", "", "P2"), ("", "T;3", "P3")]


def _found(clinic: Clinic) -> list[tuple[str, ...]]:
    settings = load(clinic.folder / "ei-export.toml")
    source = open_feed(settings.input.path, settings.input)
    reader = RowReader(source.header, Statuses(settings.input))
    bodies = [body for some in source.bodies() for body in some if body]
    names = [tuple(reader.names(body)) for body in bodies]
    read = [reader.read(body, 1) for body in bodies]
    assert names == [(appointment.id, appointment.number, appointment.patient_id) for appointment in read]
    return names


TEXTS = st.one_of(
    st.sampled_from(
        ["", "A1", "1" * 65, "7,001E+08", "7E08", "7E8", "123456782", "0123456782", "a\x07", "a\ufffd", "+"]
    ),
    st.text(max_size=12),
    st.from_regex(r"[0-9]{1,2}[.,]?[0-9]{0,3}[eE][+-]?[0-9]{1,3}", fullmatch=True),
).map(str.strip)


@given(TEXTS, st.sampled_from(["2021-03-01", "1-3-2021", "x", ""]), TEXTS, TEXTS, TEXTS, TEXTS, TEXTS)
@example("123456782", "2021-03-01", "", "P1", "01", "", "123456782")
def test_in_what_is_legible_at_a_glance_nothing_is_found(
    ident: str, day: str, number: str, patient: str, code: str, declare_under: str, bsn: str
) -> None:
    common = reader.common_of(True, code, declare_under, "7095")
    when = date(2021, 3, 1) if day.endswith("2021") or day.startswith("2021") else None
    if reader._is_legible(ident, when, number, patient, common, bsn):
        assert reader._illegible(ident, day, number, patient, common, bsn) == (ident, ())


@given(
    st.one_of(st.text(max_size=3), st.text(st.characters(whitelist_categories=("Zs", "Zl", "Zp", "Cc")), max_size=2))
)
def test_there_is_nothing_to_trim_in_a_plain_text_without_a_blank(text: str) -> None:
    if " " not in text and reader._is_plain(text):
        assert text.strip() == text


def test_no_white_space_but_the_blank_is_plain() -> None:
    assert [chr(code) for code in range(0x110000) if chr(code).isspace() and reader._is_plain(chr(code))] == [" "]
