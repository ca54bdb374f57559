"""No cell of a CSV file is a formula to a spreadsheet, and every cell can be had back as it was."""

import csv
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ei_export.output.cells import defused, defused_at, restored
from tests.support.feeds import CONTRACTS, Clinic, tables_read_once, visit

__all__ = ["tables_read_once"]

#: Texts that look for trouble.
CELLS = st.text(st.one_of(st.sampled_from("=+-@'\" \t\r\n\uff1d\xa0"), st.characters()), max_size=6)


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet may take it for one: by what comes first, whatever spaces and quotes stand before it."""
    return cell[:1] in ("\t", "\r", "\n") or cell.lstrip().lstrip("'\" \t\xa0")[:1] in tuple(
        "=+-@\uff1d\uff0b\uff0d\uff20"
    )


@given(CELLS)
@example("=HYPERLINK(0)")
@example('" =1+1')
@example("'=1")
@example("-1")
@example("")
def test_a_cell_is_text_and_can_be_had_back(cell: str) -> None:
    safe = defused(cell)
    assert restored(safe) == cell
    assert safe in (cell, f"'{cell}")
    if is_formula(cell):
        assert safe == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "A1", "2021-03-01", "'s-Gravenhage", '"x" is no date.', "č = c", "€ 5", "(…)"])
def test_other_cells_are_left_alone(cell: str) -> None:
    assert defused(cell) == cell


def test_only_the_columns_asked_for_are_changed() -> None:
    row = ("=1", "=2", 3, "A", None)
    assert defused_at(row, (1, 2, 4)) == ["=1", "'=2", 3, "A", None]
    assert defused_at(row, (2, 3)) is row


def test_files_of_a_run_hold_no_formula(tmp_path: Path) -> None:
    clinic = Clinic.open(tmp_path)
    clinic.configure(contracts=CONTRACTS)
    trouble = "=cmd|' /C calc'!A0"
    rows = [
        visit("=A1", "2021-03-01", "940131", "@T1"),
        visit("+A2", "2021-03-08", trouble, "@T1"),
        visit(" -A3", trouble, "940131", "-T2", patient="P2"),
    ]
    result = clinic.feed(rows).run()
    assert set(result.lines) == {"=A1"}
    run = tmp_path / "out" / "R000001"
    for path in (run / "lines.csv", run / "problems.csv", tmp_path / "out" / "problems.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            read = list(csv.DictReader(file))
        assert not [cell for row in read for cell in row.values() if is_formula(cell) and cell[:1] != "'"]
        key = "lines" if path.name == "lines.csv" else "problems"
        told = [
            {column: str("" if value is None else value) for column, value in row.items()}
            for row in result.document[key]
        ]
        assert [{column: restored(cell) for column, cell in row.items()} for row in read] == told
