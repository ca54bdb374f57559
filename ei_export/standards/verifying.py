"""Judging a message file as whoever receives it would, from its bytes alone: `verify_file` is the way in."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import IO, Final

from ..base.problems import WriteError
from .fault import Fault
from .message import Message, named, recognise, start_of
from .registry import is_answer, standard_of
from .standard import FileJudge


class Verification:
    """A file that is being judged: iterate to get its faults; ``records`` is complete after the last. ``standard`` is
    what it says it is, perhaps in another version than ``message``."""

    def __init__(self, file: IO[bytes], message: Message, standard: str, judge: FileJudge) -> None:
        self.message: Final = message
        self.standard: Final = standard
        self._file: Final = file
        self._judge: Final = judge

    @property
    def records(self) -> int:
        return self._judge.records

    def __iter__(self) -> Iterator[Fault]:
        return self._judge.faults(self._file)


def verify_file(file: IO[bytes], name: str, today: date | None = None) -> Verification:
    """Recognises a file that is open at its start, and judges it while it is iterated over, once.

    ``today``: an invoice of a later day is a fault. Raises InputError, naming the file as ``name``, where it is nothing
    we can judge; OSError.
    """
    start = start_of(file)
    message = recognise(start, name)
    standard = standard_of(message)
    judge = standard.answer_judge if is_answer(message) else standard.judge
    return Verification(file, message, named(start, message), judge(message, today))


def refuse_faulty(file: IO[bytes], name: str, also: Collection[str] = ()) -> None:
    """Raises WriteError for a file that we wrote and that its receiver would refuse, or finds one of these faults
    ``also`` in."""
    file.seek(0)
    for fault in verify_file(file, name):
        if fault.severity == "error" or fault.code in also:
            said = {"element": fault.element or "-", "found": fault.found or "-", "expected": fault.expected or "-"}
            raise WriteError("FILE_REJECTED", file=name, record=fault.record or "-", **said)
