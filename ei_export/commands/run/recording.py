"""Recording a run: in the ledger first, and then for all to see."""

import shutil
from collections.abc import Sequence
from contextlib import ExitStack, closing, suppress
from typing import Final

from ...base.delivery import Place, Replacement, Stage, writing
from ...base.private import let_read
from ...base.problems import BusyError, Finding, WriteError
from ...declaring.numbers import Series
from ...judging.rules import Rules
from ...ledger import Ledger
from ...ledger.recovering import note_listed
from ...ledger.runs import mark_published
from ...ledger.testing import end_test
from ...output.traces import last_begun
from ...settings import Settings
from ..belonging import keep_owner
from ..figures.figures import figures
from ..figures.tables import sheets
from ..worklist.sheets import NAME, sending_rows, write_sheets
from ..worklist.worklist import worklist
from .pages import write_page
from .summary import Summary

#: So many of what is renewed by every run are in its folder too.
_IN_RUN: Final = 2


def record(
    settings: Settings,
    rules: Rules,
    ledger: Ledger,
    summary: Summary,
    first_lines: Sequence[Sequence[object]],
    place: Place,
    series: Series,
    cleaning: ExitStack,
) -> None:
    """Records what the run came to, of a test no more than its numbers, and then shows it. ``first_lines``: those that
    the page shows, as `LINE_COLUMNS` name them."""
    out, ledger_path, group = settings.output.dir, settings.ledger.path, settings.output.group
    names = "report.html", "problems.csv", f"{NAME}.csv", f"{NAME}.xlsx"
    shown = page, problems, csv, xlsx = [Replacement(out / name, ledger_path, group) for name in names]
    for file in shown:
        cleaning.callback(file.discard)
    with writing(out):
        let_read(out, group)
    keep_owner(ledger, settings, series.today)
    summary.problems.write_csv(problems.file)
    told = None if series.test else figures(ledger, rules, series.today)  # a test declares nothing: it counts nowhere
    with closing(worklist(settings, ledger, rules)) as found:
        write_page(page.file, settings, ledger, summary, first_lines, found, told)
        tabs = sheets(told, settings.language) if told is not None else ()
        write_sheets(found, sending_rows(ledger, settings.language), settings.language, csv.file, xlsx.file, tabs)
    if isinstance(place, Stage):
        for name, file in zip(names[:_IN_RUN], shown, strict=False):
            file.file.seek(0)
            shutil.copyfileobj(file.file, place.create(name, is_personal=False))
        place.seal()
    for file in shown:
        file.seal()
    note_listed(ledger, out, last_begun(out))
    if series.test:
        end_test(ledger, series.run, series.today, len(summary.declarations))
    ledger.commit()
    # From here on it is declared; what still fails, the next run makes up for.
    if isinstance(place, Stage):
        try:
            summary.folder = place.publish()
        except WriteError as error:
            if series.test:
                raise
            params = {"run": summary.run, "path": str(summary.folder), "reason": error.params["reason"]}
            summary.add_late(Finding("RUN_NOT_PUBLISHED", "", params))
            return
        if not series.test:
            with suppress(BusyError, WriteError):
                mark_published(ledger, series.run, summary.folder)
    for file in shown:
        try:
            file.publish()
        except WriteError as error:  # on Windows any list that somebody has open
            renewed = place.folder / page.path.name if isinstance(place, Stage) else page.path
            if renewed == file.path:
                raise
            summary.add_late(Finding("REPORT_NOT_RENEWED", "", {**error.params, "renewed": str(renewed)}))
