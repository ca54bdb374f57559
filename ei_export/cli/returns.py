"""``ei-export returns``: what insurers and VECOZO answered."""

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import IO

import click

from ..base.problems import Language
from ..commands.returns.report import FileReport, text_lines, write_json
from ..commands.returns.returns import read_returns
from .common import day_or_today, options, refusing, settings_of
from .speaking import has_spoken, speaking


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@options
@refusing
def returns(
    files: tuple[Path, ...],
    config: Path,
    today: date | None,
    as_json: bool,
    lang: Language | None,
    quiet: bool,
) -> None:
    """Read return files into the ledger: what was granted, what was refused, why, and what to do about it.

    FILE is a return file as it comes from VECOZO, a zip of them, or a folder. A file is taken whole or not at all, and
    once: the same file again changes nothing.
    """
    settings = settings_of(config, lang)
    page = _Json()
    tell: Callable[[FileReport, IO[str]], None] = page.tell if as_json else (_quiet if quiet else _say)
    exit_code = 0
    try:
        for report in read_returns(settings, files, day_or_today(today)):
            exit_code = max(exit_code, report.exit_code)
            with speaking(is_done=True) as out:
                tell(report, out)
    finally:  # what was read in is told, whatever stopped the rest
        if as_json and (has_spoken() or sys.exc_info()[0] is None):
            with speaking(is_done=True) as out:
                page.close(out)
    click.get_current_context().exit(exit_code)


def _say(report: FileReport, out: IO[str]) -> None:
    for line in text_lines(report):
        click.echo(line, out)


def _quiet(report: FileReport, out: IO[str]) -> None:
    """Nothing but what went wrong."""
    if report.exit_code:
        _say(report, out)


class _Json:
    """The document of ``--json``, begun with its first file."""

    def __init__(self) -> None:
        self._between = '{"files": [\n '

    def tell(self, report: FileReport, out: IO[str]) -> None:
        out.write(self._between)
        write_json(report, out)
        self._between = ",\n "

    def close(self, out: IO[str]) -> None:
        out.write("\n]}\n" if self._between.startswith(",") else '{"files": []}\n')
