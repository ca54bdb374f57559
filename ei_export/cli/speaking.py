"""What a command says, to somebody who may have gone and on a disk that may be full: neither changes what was done."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, cast

import click

from ..problems import WriteError


class _Unheard(Exception):
    """Nobody reads on."""


class _Output:
    """Standard output that can fail without anyone taking it for a file that can't be read. From then on, what is
    written is dropped, or the writer stopped."""

    def __init__(self, stream: IO[str], *, to_the_end: bool) -> None:
        self._stream, self._to_the_end = stream, to_the_end
        self.error: OSError | None = None

    def write(self, text: str) -> int:
        if self.error is None:
            try:
                return self._stream.write(text)
            except OSError as error:
                self._lose(error)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        if self.error is None:
            try:
                self._stream.flush()
            except OSError as error:
                self._lose(error)

    def isatty(self) -> bool:
        return self._stream.isatty()

    def _lose(self, error: OSError) -> None:
        self.error = error
        _silence(self._stream)
        if not self._to_the_end:
            raise _Unheard


@contextmanager
def speaking(*, is_done: bool = False, to_the_end: bool = False) -> Iterator[IO[str]]:
    """Around all that is printed on standard output, which it gives.

    Where nobody reads on, that is no fault, and the work stops unless it goes ``to_the_end``. Raises WriteError where
    it can't be written; not of work that ``is_done``, which would be taken for undone.
    """
    out = _Output(sys.stdout, to_the_end=to_the_end)
    try:
        yield cast("IO[str]", out)
        out.flush()
    except _Unheard:
        pass
    except OSError:
        if not is_done:
            raise
    if out.error is not None and not isinstance(out.error, BrokenPipeError) and not is_done:
        raise WriteError("OUTPUT_FAILED", reason=out.error.strerror or "")


def warn(text: str) -> None:
    """Says on standard error what went wrong."""
    try:
        click.echo(text, err=True)
    except OSError:
        _silence(sys.stderr)


def _silence(stream: IO[str]) -> None:
    """Has what a stream still holds, and what comes, go nowhere: it would fail again when the program ends."""
    with suppress(OSError), Path(os.devnull).open("w") as nowhere:  # a stream of its own has no number
        os.dup2(nowhere.fileno(), stream.fileno())
