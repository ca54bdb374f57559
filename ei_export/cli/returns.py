"""``ei-export returns``: what insurers and VECOZO answered."""

import sys
from pathlib import Path
from typing import IO

import click

from ..commands.returns.report import FileReport, document, text_lines
from ..commands.returns.returns import read_returns
from ..output.json_stream import JsonStream
from .common import Call, command
from .renewing import renew_lists
from .speaking import has_spoken, speaking


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@command
def returns(call: Call, files: tuple[Path, ...]) -> int:
    settings = call.settings("returns", "counted", "answers")
    page = _Json()
    exit_code = 0
    try:
        for report in read_returns(settings, files, call.day):
            exit_code = max(exit_code, report.exit_code)
            with speaking(is_done=True) as out:
                if call.as_json:
                    page.tell(report, out)
                elif not call.quiet or report.exit_code:
                    for line in text_lines(report):
                        click.echo(line, out)
    finally:  # what was read in is told, whatever stopped the rest
        if call.as_json and (has_spoken() or sys.exc_info()[0] is None):
            with speaking(is_done=True) as out:
                page.close(out)
        renew_lists(call, settings)
    return exit_code


class _Json:
    """The document of ``--json``, begun with its first file."""

    _stream: JsonStream | None = None

    def tell(self, report: FileReport, out: IO[str]) -> None:
        stream = self._begun(out)
        stream.object(document(report))
        stream.end()

    def close(self, out: IO[str]) -> None:
        stream = self._begun(out)
        stream.end()
        stream.end()

    def _begun(self, out: IO[str]) -> JsonStream:
        if self._stream is None:
            self._stream = JsonStream(out)
            self._stream.array("files")
        self._stream.out = out
        return self._stream
