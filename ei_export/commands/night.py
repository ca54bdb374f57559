"""A night: a run that leaves a trace, however it ends. It is in the list of runs, on the page, and in the file that is
mailed, if there is one; and it is a line for a log.
"""

from contextlib import suppress
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

from attrs import evolve

from .. import __version__
from ..base.problems import Finding, Language, Refusal, WriteError, refusal_of
from ..output.ran import Ran, last_done
from ..output.traces import Trace, runs_of
from ..settings import Settings
from .run.notice import clear_notice, notice, write_notice
from .run.pages import mark_page
from .run.run import Options, run
from .run.summary import Summary


class Night:
    """To be used in a ``with``, around all that the run needs: what is raised in it before the run has ended is noted,
    and goes on. ``told`` is then what is to be told besides that, or besides what the summary tells; ``log_line`` how
    it ended, in ``key=value``."""

    def __init__(
        self,
        day: date,
        time: str,
        language: Language,
        out: Path,
        ledger: Path,
        notify_file: Path | None = None,
        *,
        by_hand: bool = False,
    ) -> None:
        """``time`` is that of the clock (HH:MM), '' where the day was given. ``language``, ``out`` and ``ledger`` are
        for what fails before the settings are read, which then say theirs. ``notify_file`` gets the ten lines of
        `notice`; ``by_hand`` as of `Ran`."""
        self.language = language
        self.told: list[Finding] = []
        self.log_line = ""
        self._notify_file = notify_file
        self._trace = Trace(out, ledger, Ran(day, time, version=__version__, by_hand=by_hand))

    def run(self, settings: Settings, options: Options) -> Summary:
        """Reads what is in the inbox, and runs. The summary is the caller's to close. Raises as `read_inbox` and
        `commands.run.run.run`."""
        self.language = settings.language
        ran = evolve(self._trace.ran, feed=settings.input.name)
        self._trace = Trace(settings.output.dir, settings.ledger.path, ran)
        options = evolve(options, noticed=self._begin())
        if settings.output.inbox is not None:
            from .returns.inbox import read_inbox  # what most practices do without takes time to load

            options = evolve(options, inbox=read_inbox(settings, options.today))
        summary = run(settings, options)
        self._ended(summary)
        return summary

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: TracebackType | None) -> None:
        if isinstance(error, Exception | KeyboardInterrupt) and not self.log_line:
            self._failed(refusal_of(error))

    def _begin(self) -> list[Finding]:
        """Notes that it begins, also on the page: one that is killed can't say so any more. Returns what is to be told
        of that."""
        self._trace.begin()
        self._mark_page()
        if self._notify_file is not None:
            with suppress(WriteError):
                clear_notice(self._notify_file)
        return [] if self._trace.fault is None else [self._trace.fault]

    def _ended(self, summary: Summary) -> None:
        self.log_line = summary.log_line()
        trace = self._trace
        told, trace.fault = trace.fault, None
        late, beside = (next(iter(each), None) for each in (summary.late, summary.of_feed))
        trace.end(summary.exit_code, summary.run, late, beside, self.language, test=summary.test)
        if summary.late:
            self._mark_page()
        if told is None:
            self._tell_fault()
        self._notify(summary)

    def _failed(self, refusal: Refusal) -> None:
        trace = self._trace
        trace.fail(refusal, self.language)
        self._mark_page()
        self._tell_fault()
        self._notify(None)
        done = last_done(runs_of(trace.out))
        failed = f"run=- today={trace.ran.day.isoformat()} exit={refusal.exit_code} reason={refusal.code}"
        self.log_line = f"{failed} last_good={done.stamp if done is not None else '-'}"

    def _tell_fault(self) -> None:
        if self._trace.fault is not None:
            self.told.append(self._trace.fault)

    def _notify(self, summary: Summary | None) -> None:
        """Writes the ten lines; that they can't be written changes nothing else."""
        trace, path = self._trace, self._notify_file
        if path is None:
            return
        done = last_done(trace.runs())
        lines = notice(trace.ran, done, summary, trace.out / "report.html", self.language)
        try:
            write_notice(path, lines, trace.ledger)
        except WriteError as error:
            self.told.append(Finding("NOTICE_NOT_WRITTEN", "", {"path": str(path), "reason": error.params["reason"]}))

    def _mark_page(self) -> None:
        with suppress(WriteError):
            mark_page(self._trace.out, self._trace.ledger, self._trace.runs(), self.language)
