"""``ei-export run``: the nightly job."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from attrs import define, evolve

from .. import __version__
from ..base.problems import Finding, Language, Refusal, WriteError, render
from ..base.words import words
from ..commands.run.notice import clear_notice, notice, write_notice
from ..commands.run.pages import mark_page
from ..commands.run.run import Options
from ..commands.run.run import run as run_pipeline
from ..commands.run.summary import Summary, text_lines, whole_document
from ..output.ran import Ran, last_done
from ..output.traces import Trace, runs_of
from ..settings import Settings, places
from .common import Call, command, if_it_fails, painter
from .speaking import warn

F = TypeVar("F", bound=Callable[..., Any])


def feed_options(function: F) -> F:
    """The options of every command that works through a feed."""
    for option in (
        click.option("--strict", is_flag=True),
        click.option("--out", type=click.Path(path_type=Path, file_okay=False)),
        click.option("--input", "input_path", type=click.Path(path_type=Path)),
    ):
        function = option(function)
    return function


@click.command()
@click.option("--notify-file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--xlsx", is_flag=True)
@feed_options
@command
def run(
    call: Call, input_path: Path | None, out: Path | None, strict: bool, xlsx: bool, notify_file: Path | None
) -> int:
    folder, ledger = places(call.config)
    watched = _Watched(_begun(out or folder, ledger, call), notify_file)
    if_it_fails(watched.failed)
    settings = with_paths(call.settings("summary", "report", "returns", "answers", "notice"), input_path, out)
    watched.trace = _begun(settings.output.dir, settings.ledger.path, call, settings.input.name)
    noticed = watched.begin(settings.language)
    where = str(settings.output.dir / "report.html")

    def told(summary: Summary) -> Iterator[str]:
        return text_lines(summary, settings.language, where, paint=painter())

    options = Options(call.day, strict=strict, xlsx=xlsx, noticed=noticed)
    if settings.output.inbox is not None:
        from ..commands.returns.inbox import read_inbox  # what most practices do without takes time to load

        options = evolve(options, inbox=read_inbox(settings, call.day))
    return work(call, settings, told, options, watched)


@define
class _Watched:
    """A run that leaves a trace, whatever becomes of it: where it is looked for, in its log, and in the file that is
    mailed, if there is one."""

    trace: Trace
    notify_file: Path | None

    def begin(self, language: Language) -> Sequence[Finding]:
        """Notes that it begins, also on the page: one that is killed can't say so any more. Returns what is to be told
        of that."""
        self.trace.begin()
        self._mark_page(language)
        if self.notify_file is not None:
            with suppress(WriteError):
                clear_notice(self.notify_file)
        return () if self.trace.fault is None else (self.trace.fault,)

    def ended(self, summary: Summary, language: Language) -> None:
        told, self.trace.fault = self.trace.fault, None
        late = summary.late[0] if summary.late else None
        self.trace.end(summary.exit_code, summary.run, late, language, test=summary.test)
        if late is not None:
            self._mark_page(language)
        if told is None:
            self._tell_fault(language)
        self._notify(summary, language)

    def failed(self, refusal: Refusal, language: Language) -> None:
        trace = self.trace
        trace.fail(refusal, language)
        self._mark_page(language)
        self._tell_fault(language)
        self._notify(None, language)
        done = last_done(runs_of(trace.out))
        failed = f"run=- today={trace.ran.day.isoformat()} exit={refusal.exit_code} reason={refusal.code}"
        _log(f"{failed} last_good={done.stamp if done is not None else '-'}")

    def _notify(self, summary: Summary | None, language: Language) -> None:
        """Writes the ten lines; that they can't be written changes nothing else."""
        trace, path = self.trace, self.notify_file
        if path is None:
            return
        done = last_done([*runs_of(trace.out), trace.ran])
        lines = notice(trace.ran, done, summary, trace.out / "report.html", language)
        try:
            write_notice(path, lines, trace.ledger)
        except WriteError as error:
            told = {"path": str(path), "reason": error.params["reason"]}
            warn("\n".join(render("NOTICE_NOT_WRITTEN", told, language)))

    def _mark_page(self, language: Language) -> None:
        with suppress(WriteError):
            mark_page(self.trace.out, self.trace.ledger, language)

    def _tell_fault(self, language: Language) -> None:
        if self.trace.fault is not None:
            warn("\n".join(render(self.trace.fault.code, self.trace.fault.params, language)))


def _begun(out: Path, ledger: Path, call: Call, feed: str = "") -> Trace:
    """A run from now on."""
    time = "" if call.asked_day else datetime.now().strftime("%H:%M")  # noqa: DTZ005 - as the clock on the wall
    return Trace(out, ledger, Ran(call.day, time, version=__version__, feed=feed))


def work(
    call: Call,
    settings: Settings,
    told: Callable[[Summary], Iterator[str]],
    chosen: Options,
    watched: _Watched | None = None,
) -> int:
    """Works through the feed, tells what came of it, and gives its exit code. ``told``: in which words."""
    progress = Progress(settings.language)
    summary = run_pipeline(settings, evolve(chosen, as_json=call.as_json, progress=progress.show))
    progress.clear()
    with closing(summary):
        if watched is not None:
            watched.ended(summary, settings.language)
        call.say(lambda: whole_document(summary), lambda: told(summary), is_done=chosen.publish)
        for finding in summary.late:
            warn("\n".join(render(finding.code, finding.params, settings.language)))
        if watched is not None:
            _log(summary.log_line())
        return summary.exit_code


def with_paths(settings: Settings, input_path: Path | None, out: Path | None) -> Settings:
    """The settings with the paths of the command line."""
    if input_path is not None:
        settings = evolve(settings, input=evolve(settings.input, path=input_path))
    if out is not None:
        settings = evolve(settings, output=evolve(settings.output, dir=out))
    return settings


def _log(line: str) -> None:
    """One line for the log of a nightly job; a person at a terminal was told."""
    if not sys.stderr.isatty():
        warn(f"{datetime.now():%Y-%m-%d %H:%M:%S} ei_export {line}")  # noqa: DTZ005 - as the clock on the wall


class Progress:
    """How far a run is, on one line, where someone is looking."""

    def __init__(self, language: Language) -> None:
        self._words = words("progress", language)
        self._shown = 0
        self._on = sys.stderr.isatty()

    def show(self, stage: str, count: int) -> None:
        """Called often."""
        if self._on:
            text = self._words(f"stage.{stage}", count=count)
            sys.stderr.write("\r" + text.ljust(self._shown))
            sys.stderr.flush()
            self._shown = len(text)

    def clear(self) -> None:
        if self._shown:
            sys.stderr.write("\r" + " " * self._shown + "\r")
            sys.stderr.flush()
