"""``ei-export run``: the nightly job."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import click
from attrs import define, evolve

from ..base.problems import Language, Refusal, WriteError, render
from ..commands.run.pages import mark_failed
from ..commands.run.run import Options
from ..commands.run.run import run as run_pipeline
from ..commands.run.summary import Summary, text_lines, write_json
from ..output.text import number
from ..output.traces import Trace
from ..settings import Settings
from .common import day_or_today, if_it_fails, options, painter, refusing, settings_of
from .speaking import speaking, warn

#: What is told of while a run is at it.
_STAGES: Final[Mapping[Language, Mapping[str, str]]] = {
    "nl": {"read": "gelezen", "judged": "beoordeeld"},
    "en": {"read": "read", "judged": "judged"},
}

F = TypeVar("F", bound=Callable[..., Any])


def feed_options(function: F) -> F:
    """The options of every command that works through a feed."""
    for option in (
        click.option("--strict", is_flag=True, help="Declare nothing if anything is wrong."),
        click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="The folder for the files."),
        click.option("--input", "input_path", type=click.Path(path_type=Path), help="The feed, not the settings' own."),
    ):
        function = option(function)
    return function


@click.command()
@click.option("--xlsx", is_flag=True, help="Write a workbook of the lines and the problems too.")
@feed_options
@options
@refusing
def run(config: Path, lang: Language | None, input_path: Path | None, out: Path | None, **choices: Any) -> None:
    """Read, group and resolve the appointments, write the declaration files, and record them in the ledger."""
    watched = _Watched(_begun(out or config.parent / "out", config.parent / "ledger.sqlite", choices["today"]))
    if_it_fails(watched.failed)
    settings = with_paths(settings_of(config, lang), input_path, out)
    watched.trace = _begun(settings.output.dir, settings.ledger.path, choices["today"])
    watched.trace.begin()
    where = str(settings.output.dir / "report.html")

    def told(summary: Summary) -> Iterator[str]:
        return text_lines(summary, settings.language, where, paint=painter())

    work(settings, told, publish=True, watched=watched, **choices)


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


def _begun(out: Path, ledger: Path, today: date | None) -> Trace:
    """A run from now on."""
    time = "" if today else datetime.now().strftime("%H:%M")  # noqa: DTZ005 - as the clock on the wall
    return Trace(out, ledger, day_or_today(today), time)


def work(
    settings: Settings,
    told: Callable[[Summary], Iterator[str]],
    *,
    publish: bool,
    watched: _Watched | None = None,
    today: date | None,
    as_json: bool,
    quiet: bool,
    strict: bool,
    xlsx: bool = False,
) -> None:
    """Works through the feed, tells what came of it, and ends with its exit code. ``told``: in which words."""
    progress = Progress(settings.language)
    chosen = Options(day_or_today(today), publish, strict, as_json, xlsx, progress.show)
    summary = run_pipeline(settings, chosen)
    progress.clear()
    with closing(summary):
        if watched is not None:
            watched.ended(summary)
        with speaking(is_done=publish) as out:
            if as_json:
                write_json(summary, out)
            elif not quiet:
                for line in told(summary):
                    click.echo(line, out)
        for finding in summary.late:
            warn("\n".join(render(finding.code, finding.params, settings.language)))
        if watched is not None:
            _log(summary.log_line())
    click.get_current_context().exit(summary.exit_code)


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
        self._language = language
        self._shown = 0
        self._on = sys.stderr.isatty()

    def show(self, stage: str, count: int) -> None:
        """Called often."""
        if self._on:
            text = f"{_STAGES[self._language][stage]} {number(count, self._language)}"
            sys.stderr.write("\r" + text.ljust(self._shown))
            sys.stderr.flush()
            self._shown = len(text)

    def clear(self) -> None:
        if self._shown:
            sys.stderr.write("\r" + " " * self._shown + "\r")
            sys.stderr.flush()
