"""What people get to see of a run: its page and its workbook."""

from contextlib import closing
from typing import BinaryIO

from attrs import astuple

from ..ledger import Ledger
from ..problems import PROBLEM_COLUMNS
from ..reports.html import Report, write_report
from ..reports.summary import Summary
from ..reports.xlsx import write_workbook
from ..settings import Settings
from .declaring.publication import LINE_COLUMNS, Listing
from .overview import overview
from .rules import Rules


def write_page(
    file: BinaryIO,
    settings: Settings,
    rules: Rules,
    ledger: Ledger,
    summary: Summary,
    listing: Listing | None,
) -> None:
    """Writes ``report.html``. The ledger holds what the run came to."""
    with closing(overview(ledger, settings, rules)) as seen:
        rows = [dict(zip(LINE_COLUMNS, line, strict=True)) for line in listing.first] if listing else []
        name, test = settings.practice.name, settings.output.test
        write_report(Report(summary, settings.language, name, test, seen, rows), file)


def write_sheets(file: BinaryIO, summary: Summary, listing: Listing) -> None:
    """Writes ``workbook.xlsx``."""
    problems = map(astuple, summary.problems)
    tables = [("lines", LINE_COLUMNS, listing.rows()), ("problems", PROBLEM_COLUMNS, problems)]
    write_workbook(file, summary.today, tables)
