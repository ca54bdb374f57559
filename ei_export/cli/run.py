"""``ei-export run``: the nightly job."""

import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeVar

import click
from attrs import evolve

from ..pipeline import Options
from ..pipeline import run as run_pipeline
from ..problems import Language, render
from ..reports.summary import Summary, text_lines, write_json
from ..reports.text import number
from ..settings import Settings
from .common import day_or_today, options, painter, refusing, settings_of
from .speaking import speaking, warn

_log = logging.getLogger("ei_export")


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
    settings = with_paths(settings_of(config, lang), input_path, out)
    where = str(settings.output.dir / "report.html")

    def told(summary: Summary) -> Iterator[str]:
        return text_lines(summary, settings.language, where, paint=painter())

    work(settings, told, publish=True, **choices)


def work(
    settings: Settings,
    told: Callable[[Summary], Iterator[str]],
    *,
    publish: bool,
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
        with speaking(is_done=publish) as out:
            if as_json:
                write_json(summary, out)
            elif not quiet:
                for line in told(summary):
                    click.echo(line, out)
        for finding in summary.late:
            warn("\n".join(render(finding.code, finding.params, settings.language)))
        if publish and not sys.stderr.isatty():
            log(summary)
    click.get_current_context().exit(summary.exit_code)


def with_paths(settings: Settings, input_path: Path | None, out: Path | None) -> Settings:
    """The settings with the paths of the command line."""
    if input_path is not None:
        settings = evolve(settings, input=evolve(settings.input, path=input_path))
    if out is not None:
        settings = evolve(settings, output=evolve(settings.output, dir=out))
    return settings


def log(summary: Summary) -> None:
    """One line for the log of a nightly job."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(message)s"))
    _log.addHandler(handler)
    try:
        _log.setLevel(logging.INFO)
        _log.log(logging.WARNING if summary.exit_code else logging.INFO, summary.log_line())
    finally:
        _log.removeHandler(handler)


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
