"""``ei-export run``: the nightly job."""

import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from attrs import define, evolve

from ..base.problems import Language, Refusal, WriteError, render
from ..base.words import words
from ..commands.run.pages import mark_failed
from ..commands.run.run import Options
from ..commands.run.run import run as run_pipeline
from ..commands.run.summary import Summary, text_lines, whole_document
from ..output.traces import Trace
from ..settings import Settings
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
@click.option("--xlsx", is_flag=True)
@feed_options
@command
def run(call: Call, input_path: Path | None, out: Path | None, strict: bool, xlsx: bool) -> int:
    folder = call.config.parent
    watched = _Watched(_begun(out or folder / "out", folder / "ledger.sqlite", call))
    if_it_fails(watched.failed)
    settings = with_paths(call.settings("summary", "report"), input_path, out)
    watched.trace = _begun(settings.output.dir, settings.ledger.path, call)
    watched.trace.begin()
    where = str(settings.output.dir / "report.html")

    def told(summary: Summary) -> Iterator[str]:
        return text_lines(summary, settings.language, where, paint=painter())

    return work(call, settings, told, Options(call.day, strict=strict, xlsx=xlsx), watched)


@define
class _Watched:
    """A run that leaves a trace, whatever becomes of it: where it is looked for, and in its log."""

    trace: Trace

    def ended(self, summary: Summary) -> None:
        self.trace.end(summary.exit_code, summary.run, test=summary.test)

    def failed(self, refusal: Refusal, language: Language) -> None:
        self.trace.fail(refusal, language)
        with suppress(WriteError):
            mark_failed(self.trace.out, self.trace.ledger, language)
        _log(f"run=- today={self.trace.day.isoformat()} exit={refusal.exit_code} reason={refusal.code}")


def _begun(out: Path, ledger: Path, call: Call) -> Trace:
    """A run from now on."""
    time = "" if call.asked_day else datetime.now().strftime("%H:%M")  # noqa: DTZ005 - as the clock on the wall
    return Trace(out, ledger, call.day, time)


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
            watched.ended(summary)
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
