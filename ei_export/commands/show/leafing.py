"""A message file by the page, for who looks at some of its records."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from attrs import frozen

from ...base.problems import InputError
from ...standards.contents import Content
from ...standards.files import entries
from ...standards.message import Message
from ...standards.registry import standard_of
from ...standards.vocabulary import CodeMeanings
from .describe import Describer
from .described import Described
from .mask import Mask
from .show import Showing, noted, recognised


@frozen
class Leafed:
    """A file that was gone through once: what it is, how many ``records`` it has, and what its mask hides."""

    message: Message
    records: int
    mask: Mask


def leafed(path: Path) -> Leafed:
    """Goes through a file. Raises InputError for one that can't be shown."""
    with _opened(path) as (file, message):
        standard = standard_of(message)
        mask, records = Mask(standard.elements(message)), 0
        for content in standard.contents(file, message, path.name):
            mask.learn(content)
            records += 1
        return Leafed(message, records, mask)


def records_of(path: Path, known: Leafed, showing: Showing, first: int, most: int) -> Sequence[Described]:
    """At most so many records of a file that was gone through, from one on, as `show` has them. Raises InputError for
    one that can't be shown any more."""
    standard = standard_of(known.message)
    elements, mask = standard.elements(known.message), known.mask.again()
    describer = Describer(elements, showing.choice, CodeMeanings(showing.language, showing.insurers), showing.language)
    found: list[Described] = []
    with _opened(path) as (file, message):
        for content in _from(standard.contents(file, message, path.name), standard.landmarks.person, first):
            shown = noted(standard.landmarks, content)
            record = describer.describe(mask.hide(shown) if showing.mask else shown)
            if content.number >= first and record is not None:
                found.append(record)
                if len(found) == most:
                    break
    return found


@contextmanager
def _opened(path: Path) -> Iterator[tuple[IO[bytes], Message]]:
    """A file at its start, and what it is. Raises InputError, also of what reads it."""
    try:
        for entry in entries(path):
            message = recognised(entry, path.name)
            if isinstance(message, InputError):
                raise message
            assert entry.file is not None
            yield entry.file, message
            return
    except OSError as error:
        raise InputError("FILE_UNREADABLE", file=path.name, reason=error.strerror or "") from None


def _from(contents: Iterator[Content], person: str, first: int) -> Iterator[Content]:
    """The records from one on, behind those that say what need not be said again: the one that heads the file, and
    those from the person on that the first is about."""
    before: list[Content] = []
    for content in contents:
        if content.number >= first:
            yield from before
            before.clear()
            yield content
        elif content.kind == person:
            before = [*before[:1], content]
        else:
            before.append(content)
