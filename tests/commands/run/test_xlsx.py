"""The workbook: what is in it, that nothing in it is more than text or a number, and that it is always the same."""

import datetime as dt
import io
import sys
from collections.abc import Sequence

import pytest
from freezegun import freeze_time
from openpyxl import load_workbook

from ei_export.base.problems import SettingsError
from ei_export.commands.run.xlsx import require_xlsxwriter, write_workbook

COLUMNS = ("reference", "appointment_id", "units", "amount_cents", "row", "message")
DAY = dt.date(2024, 2, 1)


def workbook(rows: Sequence[Sequence[object]], most_rows: int = 100) -> bytes:
    file = io.BytesIO()
    write_workbook(file, DAY, [("lines", COLUMNS, rows), ("problems", COLUMNS[:1], [])], most_rows)
    return file.getvalue()


def cells(content: bytes, sheet: str) -> list[list[tuple[object, str]]]:
    """Value and type of every cell."""
    return [[(cell.value, cell.data_type) for cell in row] for row in load_workbook(io.BytesIO(content))[sheet].rows]


@pytest.mark.parametrize("text", ["=1+1", "+31", "-5", "@SUM(1)", "https://example.org", "0240201", "\t=1", "{=1}"])
def test_text_is_text_whatever_it_looks_like(text: str) -> None:
    _, row = cells(workbook([(text, text, "3", 12345, None, text)]), "lines")
    assert row == [(text, "s"), (text, "s"), (3, "n"), (12345, "n"), (None, "n"), (text, "s")]


def test_every_sheet_has_its_header() -> None:
    content = workbook([])
    assert load_workbook(io.BytesIO(content)).sheetnames == ["lines", "problems"]
    assert cells(content, "problems") == [[("reference", "s")]]


def test_what_does_not_fit_a_sheet_goes_on_in_the_next() -> None:
    content = workbook([(f"R{number}", "", "", "", "", "") for number in range(5)], most_rows=3)
    sheets = load_workbook(io.BytesIO(content)).sheetnames
    assert sheets == ["lines", "lines 2", "lines 3", "problems"]
    found = [row[0][0] for sheet in sheets[:3] for row in cells(content, sheet)]
    assert found == ["reference", "R0", "R1", "reference", "R2", "R3", "reference", "R4"]


def test_it_is_the_same_whenever_it_is_made() -> None:
    with freeze_time("2024-02-01"):
        one = workbook([("R1", "A1", 1, 2, 3, "x")])
    with freeze_time("2031-07-09"):
        other = workbook([("R1", "A1", 1, 2, 3, "x")])
    assert one == other
    assert load_workbook(io.BytesIO(one)).properties.created.isoformat() == "2024-02-01T00:00:00"


def test_without_the_extra_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    require_xlsxwriter()
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(SettingsError) as refused:
        require_xlsxwriter()
    assert refused.value.code == "XLSX_MISSING"
    assert refused.value.exit_code == 2
