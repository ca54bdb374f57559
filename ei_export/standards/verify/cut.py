"""The records of a flat file as a receiver cuts them, with what is wrong with their line ends.

One mistake is one trouble: a line end that is missing, doubled or of another kind doesn't make the records beside it
wrong too.
"""

from collections.abc import Iterator
from typing import IO, Final

LINE_END: Final = b"\r\n"

#: What can be wrong: a record doesn't end in CR/LF; there is a CR/LF without record; there are no line ends at all.
WRONG_END: Final = "VERIFY_LINE_END"
NO_RECORD: Final = "VERIFY_NO_RECORD"
NO_ENDS: Final = "VERIFY_NO_LINE_ENDS"

#: Far longer than any record: as many bytes as are held of a file without line ends.
_LONGEST_LINE: Final = 65_536


def cut(file: IO[bytes], length: int) -> Iterator[tuple[bytes, str]]:
    """The records of an open file, each with what is wrong with its line end, a code of the catalogue, or ''.

    A record that isn't ``length`` long is handed over as it is. After `NO_ENDS` nothing follows. Raises OSError.
    """
    whole = length + len(LINE_END)
    held = b""
    while line := held or file.readline(_LONGEST_LINE):
        held = b""
        if len(line) == whole and line.endswith(LINE_END):  # by far most
            yield line[:length], ""
            continue
        if len(line) >= _LONGEST_LINE:
            yield line[:length], NO_ENDS
            return
        body = line.strip(LINE_END)
        if len(body) >= length:
            yield from _pieces(line, body, length)
        elif not body:
            yield b"", NO_RECORD
        else:
            following = file.readline(_LONGEST_LINE)
            joined = _joined(line, body, following, length)
            if joined is None:
                held = following
            yield joined or (body, "")


def _pieces(line: bytes, body: bytes, length: int) -> Iterator[tuple[bytes, str]]:
    """A line that holds a whole record or more, with nothing between them or up to two characters that are no CR/LF."""
    ended = line.endswith(LINE_END)
    for between in (0, 1, 2):
        more, over = divmod(len(body) - length, length + between)
        if not over:
            starts = range(0, len(body), length + between)
            yield from ((body[start : start + length], WRONG_END) for start in starts[:-1])
            yield body[-length:], "" if more and ended else WRONG_END
            return
    if len(body) == length + 1 and not ended:
        yield body[:length], WRONG_END  # another character in the place of the CR
    else:
        yield body, ""


def _joined(line: bytes, body: bytes, following: bytes, length: int) -> tuple[bytes, str] | None:
    """A record with a line end in its middle, put in between or in the place of its own characters; None for none."""
    rest = following.removesuffix(LINE_END)
    if len(body) + len(rest) == length:
        return body + rest, WRONG_END
    if len(line) + len(rest) == length:
        return line + rest, ""  # the element it stands in is what is wrong
    return None
