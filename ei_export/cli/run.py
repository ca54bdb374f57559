"""``ei-export run``: the nightly job."""

import sys
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from attrs import evolve

from ..base.problems import Finding, Language, render
from ..base.words import words
from ..commands.night import Night
from ..commands.run.run import Options
from ..commands.run.summary import text_lines, whole_document
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
    time = "" if call.asked_day else datetime.now().strftime("%H:%M")  # noqa: DTZ005 - as the clock on the wall
    with Night(call.day, time, call.asked_language or "nl", out or folder, ledger, notify_file) as night:
        if_it_fails(lambda: _say_of(night))
        settings = with_paths(call.settings("summary", "report", "returns", "answers", "notice"), input_path, out)
        progress = Progress(settings.language)
        options = Options(call.day, strict=strict, xlsx=xlsx, as_json=call.as_json, progress=progress.show)
        summary = night.run(settings, options)
    progress.clear()
    with closing(summary):
        _warn_of(night.told, night.language)
        where = str(settings.output.dir / "report.html")
        call.say(
            lambda: whole_document(summary),
            lambda: text_lines(summary, settings.language, where, paint=painter()),
            is_done=True,
        )
        _warn_of(summary.late, settings.language)
        _log(night.log_line)
        return summary.exit_code


def _say_of(night: Night) -> None:
    """What there is to say of a night that was refused, behind why."""
    _warn_of(night.told, night.language)
    _log(night.log_line)


def _warn_of(findings: Iterable[Finding], language: Language) -> None:
    for finding in findings:
        warn("\n".join(render(finding.code, finding.params, language)))


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
