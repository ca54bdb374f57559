"""The records of a flat file as a receiver cuts them, with what is wrong with their line ends.

One mistake is one trouble: a line end that is missing, doubled or of another kind doesn't make the records beside it
wrong too.
"""

from collections.abc import Iterator, Sequence
from os import SEEK_CUR
from struct import Struct
from typing import IO, Final

LINE_END: Final = b"\r\n"

#: What can be wrong: there is a line end in the middle of a record, put in between or in the place of characters of its
#: own, so that it holds it still; one is missing behind a record; it has no record before it; there are none at all.
INSIDE: Final = "VERIFY_LINE_END_INSIDE"
WRONG_END: Final = "VERIFY_LINE_END"
NO_RECORD: Final = "VERIFY_NO_RECORD"
NO_ENDS: Final = "VERIFY_NO_LINE_ENDS"

#: Records that are cut at a time.
_RUN: Final = 256
#: In how many lines a record may be found.
_PIECES: Final = 8
#: Far longer than any record: as many bytes as are held of a file without line ends.
_LONGEST_LINE: Final = 65_536


def cut(file: IO[bytes], length: int) -> Iterator[tuple[bytes, str]]:
    """The records of an open file, each with what is wrong with its line end, a code of the catalogue, or ''.

    A record that isn't ``length`` long is handed over as it is. After `NO_ENDS` nothing follows. Raises OSError.
    """
    for records, trouble in runs(file, length):
        for record in records:
            yield record, trouble


def runs(file: IO[bytes], length: int) -> Iterator[tuple[Sequence[bytes], str]]:
    """As `cut`, several records at a time, of one of which the length may be another only if it is alone."""
    whole = length + len(LINE_END)
    unpack = Struct(f"{length}s{len(LINE_END)}x").iter_unpack
    while block := file.read(_RUN * whole):  # by far most are nothing but whole records
        count, rest = divmod(len(block), whole)
        ends = block[length::whole], block[length + 1 :: whole]
        if not rest and ends == (b"\r" * count, b"\n" * count) and block.count(b"\n") == count:
            yield [record for (record,) in unpack(block)], ""
            continue
        file.seek(-len(block), SEEK_CUR)
        for record, trouble in _by_line(file, length):
            yield [record], trouble
            if trouble == NO_ENDS:
                return


def _by_line(file: IO[bytes], length: int) -> Iterator[tuple[bytes, str]]:
    """The records of the next lines of a file, as `cut`; no more of them than are cut at a time."""
    whole = length + len(LINE_END)
    held: list[bytes] = []
    lines = 0
    while (held or lines < _RUN) and (line := held.pop(0) if held else file.readline(_LONGEST_LINE)):
        lines += 1
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
            yield _joined(line, held, file, length) or (body, "")


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


def _joined(line: bytes, held: list[bytes], file: IO[bytes], length: int) -> tuple[bytes, str] | None:
    """A record with line ends in its middle, put in between or in the place of its own characters; None for none.

    The lines it takes up go from ``held``, which is filled from ``file`` as far as was looked.
    """
    body, whole = line.rstrip(LINE_END), line
    for count in range(1, _PIECES):
        if len(held) < count:
            held.append(file.readline(_LONGEST_LINE))
        rest = held[count - 1].removesuffix(LINE_END)
        body += rest
        lost = length - len(body)
        is_joined = lost <= count * len(LINE_END)
        if not held[count - 1] or lost < 0 or not (rest or is_joined):  # nothing more; too much; another trouble
            return None
        if is_joined:
            del held[:count]
            if not lost:
                return body, INSIDE
            # a mere LF is an element's own character; a CR/LF cuts the record for whoever reads it
            return whole + rest, INSIDE if LINE_END in whole else ""
        whole += held[count - 1]
    return None
