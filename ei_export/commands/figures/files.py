"""Figures as files: a workbook of all tables, or one of them for a spreadsheet."""

import io

from ...base.problems import Language
from ...output.sheets import CsvRows, titled, write_workbook
from .figures import Figures
from .tables import TABLES, sheets, table_rows


def workbook(figures: Figures, language: Language) -> bytes:
    """A workbook with a sheet for each table that has rows; the same figures give the same bytes."""
    file = io.BytesIO()
    write_workbook(file, figures.on, sheets(figures, language))
    return file.getvalue()


def csv_file(figures: Figures, key: str, language: Language) -> bytes:
    """The table with a key of `TABLES` as CSV, as `output.sheets` writes it."""
    table = next(table for table in TABLES if table.key == key)
    file = io.BytesIO()
    rows = CsvRows(file, titled(key, table.columns, language))
    for row in table_rows(figures, key, language):
        rows.add(row)
    rows.close()
    return file.getvalue()
