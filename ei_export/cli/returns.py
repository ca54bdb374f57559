"""``ei-export returns``: what insurers and VECOZO answered."""

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import click

from ..pipeline.answers.returns import read_returns
from ..problems import Language
from ..reports.returns import FileReport, text_lines, write_json
from .common import day_or_today, options, refusing, settings_of, speaking


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
    tell: Callable[[FileReport], None] = page.tell if as_json else (_quiet if quiet else _say)
    exit_code = 0
    for report in read_returns(settings, files, day_or_today(today)):
        exit_code = max(exit_code, report.exit_code)
        with speaking():
            tell(report)
    if as_json:
        with speaking():
            page.close()
    click.get_current_context().exit(exit_code)


def _say(report: FileReport) -> None:
    for line in text_lines(report):
        click.echo(line)


def _quiet(report: FileReport) -> None:
    """Nothing but what went wrong."""
    if report.exit_code:
        _say(report)


class _Json:
    """The document of ``--json``, begun with its first file."""

    def __init__(self) -> None:
        self._between = '{"files": [\n '

    def tell(self, report: FileReport) -> None:
        sys.stdout.write(self._between)
        write_json(report, sys.stdout)
        self._between = ",\n "

    def close(self) -> None:
        sys.stdout.write("\n]}\n" if self._between.startswith(",") else '{"files": []}\n')
