"""What a command says, to somebody who may have gone and on a disk that may be full: neither changes what was done."""

import codecs
import io
import json
import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final, cast

import click

from ..base.problems import WriteError
from ..base.windows import is_unheard

#: By what a character is shown where there is no room for it, and its simpler form says nothing.
_SIMPLER: Final[Mapping[str, str]] = {"€": "EUR", "×": "x", "–": "-", "’": "'", "“": '"', "”": '"', "→": "->", "·": "-"}


def take_all(*, as_json: bool) -> None:
    """Has standard output and standard error take every character, whatever the encoding of the terminal or the log:
    what they lack is shown by what comes nearest. JSON is escaped where it can't be UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, io.TextIOWrapper):
            continue
        if as_json and stream is sys.stdout:
            is_utf8 = codecs.lookup(stream.encoding).name == "utf-8"
            stream.reconfigure(encoding="utf-8" if is_utf8 else "ascii", errors="ei_export_json")
        else:
            stream.reconfigure(errors="ei_export_text")


def _simpler(error: UnicodeError) -> tuple[str, int]:
    """Characters without their accents, or as a question mark; see `codecs.register_error`."""
    assert isinstance(error, UnicodeEncodeError)
    text = "".join(map(_simple, error.object[error.start : error.end]))
    return text, error.end


def _simple(character: str) -> str:
    plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return _SIMPLER.get(character) or plain or "?"


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """Characters as JSON escapes them."""
    assert isinstance(error, UnicodeEncodeError)
    return _escape(error.object[error.start : error.end]), error.end


def _escape(text: str) -> str:
    return json.dumps(text)[1:-1].replace("\x7f", "\\u007f")


codecs.register_error("ei_export_text", _simpler)
codecs.register_error("ei_export_json", _escaped)


_SPOKEN: Final = "ei_export.spoken"
#: How much of a document is held in memory, in characters.
_IN_MEMORY: Final = 1 << 20
#: Colours (SGR), and what a terminal takes for an order or reads in another direction: control characters but for a
#: new line, separators of lines, and marks of direction.
_STEERING: Final = re.compile(
    r"\x1b\[[0-9;]*m|[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)


class _Unheard(Exception):
    """Nobody reads on."""


class _Output:
    """Standard output that can fail without anyone taking it for a file that can't be read. From then on, what is
    written is dropped, or the writer stopped."""

    def __init__(self, stream: IO[str], *, to_the_end: bool) -> None:
        context = click.get_current_context(silent=True)
        self._stream, self._to_the_end = stream, to_the_end
        self.as_json = context is not None and context.params.get("as_json", False)
        self.error: OSError | None = None

    def write(self, text: str) -> int:
        if self.error is None:
            _notes()[_SPOKEN] = True
            try:
                return self._stream.write(text if text.replace("\n", "").isprintable() else self._harmless(text))
            except OSError as error:
                self._lose(error)
        return len(text)

    def _harmless(self, text: str) -> str:
        """A text without what could steer a terminal, but for our own colours."""
        return _STEERING.sub(self._instead, text)

    def _instead(self, found: re.Match[str]) -> str:
        if self.as_json:
            return _escape(found[0])
        return found[0] if found[0].endswith("m") and self.isatty() else "?" * len(found[0])

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
        silence(self._stream)
        if not self._to_the_end:
            raise _Unheard


def _notes() -> MutableMapping[str, Any]:
    """What is kept of the command that is at work."""
    context = click.get_current_context(silent=True)
    return context.meta if context is not None else {}


def has_spoken() -> bool:
    """Whether something was printed on standard output: a document that is begun can't be followed by another one."""
    return _SPOKEN in _notes()


@contextmanager
def speaking(*, is_done: bool = False, to_the_end: bool = False) -> Iterator[IO[str]]:
    """Around all that is printed on standard output, which it gives.

    Where nobody reads on, that is no fault, and the work stops unless it goes ``to_the_end``. Raises WriteError where
    it can't be written; not of work that ``is_done``, which would be taken for undone. JSON comes when it is whole:
    what fails halfway has a document of its own.
    """
    out = _Output(sys.stdout, to_the_end=to_the_end)
    try:
        if out.as_json and not is_done:
            with SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8", errors="surrogatepass", newline="") as whole:
                yield whole
                whole.seek(0)
                out.writelines(iter(partial(whole.read, _IN_MEMORY), ""))
        else:
            yield cast("IO[str]", out)
        out.flush()
    except _Unheard:
        pass
    except OSError:
        if not is_done:
            raise
    if out.error is not None and not is_unheard(out.error) and not is_done:
        raise WriteError("OUTPUT_FAILED", reason=out.error.strerror or "")


def warn(text: str) -> None:
    """Says on standard error what went wrong."""
    try:
        click.echo(_STEERING.sub("?", text), err=True)
    except OSError:
        silence(sys.stderr)


def silence(stream: IO[str]) -> None:
    """Has what a stream still holds, and what comes, go nowhere: it would fail again when the program ends."""
    with suppress(OSError), Path(os.devnull).open("w") as nowhere:  # a stream of its own has no number
        os.dup2(nowhere.fileno(), stream.fileno())
