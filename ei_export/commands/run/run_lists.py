"""The lists of a run, with what it found; in the place of one that can't be made stands what says so: what was there
before is never left as if it were of today.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from typing import BinaryIO, Final

from ...base.delivery import Stage
from ...base.problems import Finding, render
from ...base.words import ListName
from ...declaring.files import LineList
from ...judging.rules import Rules
from ...ledger import Ledger
from ...settings import Settings
from ..worklist.sheets import write_not_made
from . import html
from .lists import PAGE, WORKLIST, Lists
from .pages import write_page, write_sheets
from .summary import Summary

PROBLEMS: Final = "problems.csv"


class RunLists:
    """Beside their places until `publish`, and in the folder of the run."""

    def __init__(
        self, settings: Settings, rules: Rules, ledger: Ledger, summary: Summary, place: Stage | None, stack: ExitStack
    ) -> None:
        """``ledger`` holds what the run came to; ``place`` is its folder, if it has one; ``stack`` as of `Lists`."""
        self._out = settings.output.dir
        self._settings = settings
        self._ledger = ledger
        self._summary = summary
        self._place = place
        self._lists = Lists(settings, rules, ledger, self._unmade, stack)
        self._gone: list[str] = []

    def make(self, first_lines: Sequence[Sequence[object]], listing: LineList | None) -> None:
        """Makes all of them. ``first_lines`` are those that the page shows; ``listing``: all, where a workbook of them
        is asked for. Raises WriteError where the ledger fails."""
        summary, settings, lists = self._summary, self._settings, self._lists
        with lists.known(is_counted=not summary.test) as since:  # a test declares nothing: it counts nowhere
            if WORKLIST[0] not in lists.made:
                why = render(summary.late[-1].code, summary.late[-1].params, settings.language)
                for name in WORKLIST:
                    self._instead(
                        name, partial(write_not_made, name, day=summary.today, why=why, language=settings.language)
                    )
            if listing is not None:
                self._keep("workbook", "workbook.xlsx", lambda file: write_sheets(file, settings, summary, listing))
            page = partial(write_page, settings=settings, summary=summary, since=since, first_lines=first_lines)
            if not lists.write("page", [PAGE], page):
                self._instead(PAGE, lambda file: html.write_not_made(file, summary, settings.language))
        if not lists.write("problems", [PROBLEMS], summary.problems.write_csv):
            self._gone.append(PROBLEMS)
        names: Sequence[tuple[ListName, str]] = (("page", PAGE), ("problems", PROBLEMS))
        for which, name in names:
            if name in lists.made:
                self._keep(which, name, lists.made[name].copy)

    def publish(self) -> None:
        """Has them take the place of what was there, and tells of one that can't."""
        for name in self._gone:
            with suppress(OSError):
                (self._out / name).unlink(missing_ok=True)
        where = self._place.folder if self._place is not None else self._out
        for name, error in self._lists.publish():
            renewed = where / (PAGE if self._place is not None or name != PAGE else PROBLEMS)
            self._summary.add_late(Finding("REPORT_NOT_RENEWED", "", {**error.params, "renewed": str(renewed)}))

    def _unmade(self, which: ListName, reason: str) -> None:
        self._summary.add_late(Finding("LISTS_NOT_MADE", "", {"unmade": which, "reason": reason}))

    def _instead(self, name: str, write: Callable[[BinaryIO], None]) -> None:
        """Writes what stands in the place of a list; where that can't be either, there is to be none."""
        if isinstance(self._ledger.attempted(lambda: self._lists.written([name], write)), Exception):
            self._gone.append(name)

    def _keep(self, which: ListName, name: str, write: Callable[[BinaryIO], object]) -> None:
        """Has a list be in the folder of the run too."""
        if (place := self._place) is not None:
            self._lists.attempt(which, lambda: place.add(name, write))
