"""What people get to see of a run: its page and its workbook."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final

from attrs import astuple

from ...base.delivery import meanwhile, replacing, writing
from ...base.problems import PROBLEM_COLUMNS, Language
from ...declaring.files import LINE_COLUMNS, LineList
from ...declaring.numbers import run_label
from ...ledger import Ledger
from ...ledger.runs import published_run
from ...ledger.standing import to_send, unanswered
from ...output.ran import Ran
from ...output.sheets import Column, Row, Sheet, write_workbook
from ...output.traces import runs_of
from ...settings import Settings
from ..figures.figures import Figures
from ..worklist.worklist import WorkList
from .html import Known, RunPage, Step, with_known, with_last_run, with_step, write_report
from .recovery import RUN
from .summary import Summary

#: Columns that hold a number, everything else is text, whatever it looks like; and the wide ones, in characters.
_NUMBERS: Final = frozenset({"units", "amount_cents", "row"})
_WIDTHS: Final = {"message": 80, "remedy": 80, "reference": 22, "trajectory": 22, "rule": 26, "code": 24}


def known(ledger: Ledger, day: date, found: WorkList | None, figures: Figures | None) -> Known:
    """What the ledger knows, as pages say it; the arguments as of `Known`."""
    unsent = {run["run"] for run in to_send(ledger)}
    sent = {run_label(row["run"]): row["run"] not in unsent for row in unanswered(ledger, date.max)}
    return Known(day, found, figures, sent)


def write_page(
    file: BinaryIO, settings: Settings, summary: Summary, since: Known, first_lines: Iterable[Sequence[object]]
) -> None:
    """Writes ``report.html``. ``since``: what the ledger knows, with what the run came to."""
    rows = [dict(zip(LINE_COLUMNS, line, strict=True)) for line in first_lines]
    write_report(RunPage(summary, settings.language, settings.practice.name, since, rows), file)


def renewed_page(settings: Settings, ledger: Ledger, now: Known) -> bytes:
    """The page of the last run that was shown, saying what is known by now, and that a later one failed, also where
    that could not write so itself; nothing where it says so already. Raises WriteError."""
    path = settings.output.dir / "report.html"
    with writing(path):
        page = path.read_bytes() if path.is_file() else b""
    renewed = with_known(page, now, lambda run: _step(ledger, run), settings.language)
    ran = runs_of(settings.output.dir)
    if ran and not ran[-1].is_shown:
        renewed = with_last_run(renewed, ran, settings.language)
    return renewed if renewed != page else b""


def _step(ledger: Ledger, label: str) -> Step | None:
    """What is to be done with the files of a run; None where all of them are answered."""
    match = RUN.fullmatch(label)
    run = published_run(ledger, int(match[1])) if match else None
    if run is None or run.state == "withdrawn":
        return "withdrawn"
    if not any(row["run"] == run.run for row in unanswered(ledger, date.max)):
        return None
    return "sent" if run.handed_over_on or run.answered else "send"


def mark_pages(settings: Settings, folder: Path, run: str, step: Step) -> None:
    """Has the page of a run say what is to be done with its files, or was; and so the page of the last run, where it is
    the same. Raises WriteError."""
    for path in (folder / "report.html", settings.output.dir / "report.html"):
        with writing(path):
            if not path.is_file():
                continue
            page = path.read_bytes()
        marked = with_step(page, run, step)
        if marked != page:
            with replacing(path, settings.ledger.path) as file:
                file.write(marked)


def mark_page(out: Path, ledger: Path, ran: Sequence[Ran], language: Language) -> None:
    """Has the page that everybody looks at begin with what became of the last run that ``ran``, by which it was not
    renewed: it failed, or began and is not finished. Raises WriteError."""
    path = out / "report.html"
    with writing(path):
        page = path.read_bytes() if path.is_file() else b""
    with replacing(path, ledger) as file:
        file.write(with_last_run(page, ran, language))


def write_sheets(file: BinaryIO, settings: Settings, summary: Summary, listing: LineList) -> None:
    """Writes ``workbook.xlsx``: what is in ``lines.csv`` and ``problems.csv``, under the same names."""
    tables = [("lines", LINE_COLUMNS, listing.rows()), ("problems", PROBLEM_COLUMNS, map(astuple, summary.problems))]
    sheets, folder = [_as_in_csv(*table) for table in tables], partial(meanwhile, settings.ledger.path)
    write_workbook(file, summary.today, sheets, meanwhile=folder)


def _as_in_csv(name: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> tuple[Sheet, Iterator[Row]]:
    """A sheet of rows of CSV, in which numbers may be texts."""
    columns = [Column(each, "number" if each in _NUMBERS else "text", _WIDTHS.get(each, 14)) for each in names]
    numbers = [index for index, each in enumerate(names) if each in _NUMBERS]
    return Sheet(name, columns, {each: each for each in names}), (_with_numbers(row, numbers) for row in rows)


def _with_numbers(row: Sequence[Any], numbers: Sequence[int]) -> Row:
    typed = list(row)
    for index in numbers:
        typed[index] = int(row[index]) if row[index] not in (None, "") else None
    return typed
