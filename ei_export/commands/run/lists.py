"""What people read and every run renews: the work list, the page, the problems. Each is made by itself: one that can't
be made is told of and says so where it would stand, and the run goes on; what was there before is never left as if it
were of today.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from ...base.delivery import Replacement, Stage, meanwhile
from ...base.patience import ON_FAULT
from ...base.problems import Finding, Refusal, WriteError, refusal_of, render
from ...base.words import ListName
from ...declaring.files import LineList
from ...judging.rules import Rules
from ...ledger import Ledger
from ...settings import Settings
from ..figures.figures import Figures, figures
from ..figures.tables import sheets
from ..worklist import sheets as work_sheets
from ..worklist.worklist import WorkList, worklist
from . import html
from .pages import known, write_page, write_sheets
from .summary import Summary

T = TypeVar("T")

PAGE: Final = "report.html"
PROBLEMS: Final = "problems.csv"
WORKLIST: Final = (f"{work_sheets.NAME}.csv", f"{work_sheets.NAME}.xlsx")
#: What a list may meet without the run being refused: no room, and faults of ours; no table or ledger that is wrong.
_GONE_ON_AFTER: Final = ("WRITE_FAILED", "INTERNAL")


class Lists:
    """The lists of a run in the making: beside their places until `publish`, and in the folder of the run."""

    def __init__(
        self, settings: Settings, rules: Rules, ledger: Ledger, summary: Summary, place: Stage | None, stack: ExitStack
    ) -> None:
        """``ledger`` holds what the run came to; ``place`` is its folder, if it has one; what is not published is taken
        away with the ``stack``."""
        self._settings = settings
        self._rules = rules
        self._ledger = ledger
        self._summary = summary
        self._place = place
        self._stack = stack
        self._made: dict[str, Replacement] = {}
        self._gone: list[Path] = []

    def make(self, first_lines: Sequence[Sequence[object]], listing: LineList | None) -> None:
        """Makes all of them. ``first_lines`` are those that the page shows; ``listing``: all, where a workbook of them
        is asked for. Raises WriteError where the ledger fails."""
        summary, settings, language = self._summary, self._settings, self._settings.language
        told = None
        if not summary.test:  # a test declares nothing: it counts nowhere
            told = self._or_told("figures", lambda: figures(self._ledger, self._rules, summary.today))
        found = self._or_told("worklist", lambda: worklist(settings, self._ledger, self._rules))
        with closing(found) if found is not None else ExitStack():
            self._make_worklist(found, told)
            if listing is not None:
                self._keep("workbook", "workbook.xlsx", lambda file: write_sheets(file, settings, summary, listing))
            since = known(self._ledger, summary.today, found, told)
            page = partial(write_page, settings=settings, summary=summary, since=since, first_lines=first_lines)
            if not self._write("page", (PAGE,), page):
                self._instead(PAGE, lambda file: html.write_not_made(file, summary, language))
        if not self._write("problems", (PROBLEMS,), summary.problems.write_csv):
            self._gone.append(settings.output.dir / PROBLEMS)
        if PAGE in self._made:
            self._keep("page", PAGE, self._made[PAGE].copy)
        if PROBLEMS in self._made:
            self._keep("problems", PROBLEMS, self._made[PROBLEMS].copy)

    def publish(self) -> None:
        """Has them take the place of what was there. One that can't, as on Windows any list that somebody has open, is
        told of."""
        for path in self._gone:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        where = self._place.folder if self._place is not None else self._settings.output.dir
        for file in self._made.values():
            try:
                file.publish()
            except WriteError as error:
                renewed = where / (PAGE if where / PAGE != file.path else PROBLEMS)
                self._summary.add_late(Finding("REPORT_NOT_RENEWED", "", {**error.params, "renewed": str(renewed)}))

    def _make_worklist(self, found: WorkList | None, told: Figures | None) -> None:
        language, day = self._settings.language, self._summary.today

        def write(csv: BinaryIO, xlsx: BinaryIO) -> None:
            assert found is not None
            sending, folder = work_sheets.sending_rows(self._ledger, language), partial(meanwhile, self._ledger_path)
            tabs = sheets(told, language) if told is not None else ()
            work_sheets.write_sheets(found, sending, language, csv, xlsx, tabs, folder)

        if found is None or not self._write("worklist", WORKLIST, write):
            why = render(self._summary.late[-1].code, self._summary.late[-1].params, language)
            for name in WORKLIST:
                self._instead(name, partial(work_sheets.write_not_made, name, day=day, why=why, language=language))

    @property
    def _ledger_path(self) -> Path:
        return self._settings.ledger.path

    def _or_told(self, which: ListName, make: Callable[[], T]) -> T | None:
        """What is made, or None and it is told that it can't be; ``which`` in ``specs/words/lists.toml``."""
        made = self._ledger.attempted(make)
        if not isinstance(made, Exception):
            return made
        why = refusal_of(made)
        if isinstance(made, Refusal) and why.code not in _GONE_ON_AFTER:
            raise made
        ON_FAULT.get()(made)
        reason = why.params.get("reason", why.code)
        self._summary.add_late(Finding("LISTS_NOT_MADE", "", {"unmade": which, "reason": reason}))
        return None

    def _write(self, which: ListName, names: Sequence[str], write: Callable[..., None]) -> bool:
        """Whether files that belong together could be written."""
        return self._or_told(which, lambda: self._written(names, write)) is not None

    def _instead(self, name: str, write: Callable[[BinaryIO], None]) -> None:
        """Writes what stands in the place of a list; where that can't be either, there is to be none."""
        if isinstance(self._ledger.attempted(lambda: self._written((name,), write)), Exception):
            self._gone.append(self._settings.output.dir / name)

    def _written(self, names: Sequence[str], write: Callable[..., None]) -> bool:
        files: list[Replacement] = []
        try:
            for name in names:
                path, group = self._settings.output.dir / name, self._settings.output.group
                files.append(Replacement(path, self._ledger_path, group))
                self._stack.callback(files[-1].discard)
            write(*[file.file for file in files])
            for file in files:
                file.seal()
        except BaseException:
            for file in files:
                file.discard()
            raise
        self._made.update(zip(names, files, strict=True))
        return True

    def _keep(self, which: ListName, name: str, write: Callable[[BinaryIO], object]) -> None:
        """Has a list be in the folder of the run too."""
        if (place := self._place) is not None:
            self._or_told(which, lambda: place.add(name, write))
