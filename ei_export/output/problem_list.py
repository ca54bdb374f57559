"""The problems of a run: any number of them, in an order that doesn't depend on that of the feed.

Each is kept as its code and parameters, and worded when it is shown.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, BinaryIO, Final

from attrs import frozen

from ..base.problems import (
    PROBLEM_COLUMNS,
    SEVERITIES,
    Finding,
    Language,
    Problem,
    Severities,
    Severity,
    catalogue,
    render,
)
from ..base.spool import UNIT, Scratch, SortedLines
from ..base.wording import column_name
from .cells import defused_at

_ALL: Final = range(len(PROBLEM_COLUMNS))
#: Findings that are alike are worded once, unless so many others come between.
_REMEMBERED: Final = 4096
_encode: Final = json.JSONEncoder(default=str).encode  # escapes, so that one problem is one line
_decode: Final = json.JSONDecoder().decode


@frozen
class Placed:
    """A finding at its place, to be worded. ``row`` None: not in this feed; ``uzovi`` of its appointment, or ''."""

    finding: Finding
    severity: Severity
    appointment_id: str
    trajectory: str
    file: str
    row: int | None
    uzovi: str

    def worded(self, language: Language) -> Problem:
        """As a person reads it."""
        place = self.appointment_id, self.trajectory, self.file, self.row
        return Problem(self.finding.code, self.severity, *place, *_words(self.finding, language))


class ProblemList:
    """Takes findings, hands back problems: errors first, causes before what follows from them, then by kind,
    trajectory and appointment."""

    def __init__(self, language: Language, file: str, severities: Severities, kept: Scratch | None = None) -> None:
        """``file`` is the name of the feed; ``kept`` as `SortedLines` has it, where its problems are kept."""
        self._language: Language = language
        self._file = file
        self._known = severities
        self.lines = SortedLines(file=kept)
        self.severities: Counter[Severity] = Counter()
        #: Warnings by the UZOVI number of their appointment.
        self.warnings: Counter[str] = Counter()

    def add(
        self,
        finding: Finding,
        appointment_id: str = "",
        trajectory: str = "",
        row: int | None = None,
        uzovi: str = "",
        file: str = "",
    ) -> None:
        """Keeps a finding at its place. ``row`` None: not in this feed; ``file``: the name of another one that the row
        is of."""
        level = self._known.of(finding.code)
        self.severities[level] += 1
        if level == "warning":
            self.warnings[uzovi] += 1
        key = (
            f"{SEVERITIES.index(level)}{catalogue()[finding.code].consequence:d}",
            finding.code,
            trajectory,
            appointment_id,
            f"{row or 0:010}",
        )
        file = (file or self._file) if row is not None else ""
        place = _encode((level, appointment_id, trajectory, file, row, uzovi))
        found = _encode((finding.code, finding.column, finding.params))
        self.lines.add(UNIT.join((*key, place, found)))

    def empty_copy(self, kept: Scratch) -> "ProblemList":
        """A list without problems, for the same feed in the same language, that keeps them in a file of its own."""
        return ProblemList(self._language, self._file, self._known, kept)

    def adopt(self, other: "ProblemList") -> None:
        """Adds the problems of another list."""
        self.lines.adopt(other.lines)
        self.severities.update(other.severities)
        self.warnings.update(other.warnings)

    def close(self) -> None:
        """Gives the disk back."""
        self.lines.close()

    def __len__(self) -> int:
        return self.lines.count

    def __iter__(self) -> Iterator[Problem]:
        return (Problem(*row) for row in self._rows())

    def kinds(self) -> Iterator[tuple[str, Severity, int]]:
        """The codes in order, each with its severity and how often it is there."""
        for (level, code), lines in groupby(self.lines, key=_kind):
            yield code, SEVERITIES[int(level[0])], sum(1 for _ in lines)

    def by_kind(self) -> Iterator[Iterator[Placed]]:
        """Kind by kind, not worded yet."""
        finding = lru_cache(_REMEMBERED)(_finding)
        for _, lines in groupby(self.lines, key=_kind):
            yield (Placed(finding(found), *_decode(place)) for place, found in self._in_order(lines))

    def write_csv(self, file: BinaryIO) -> None:
        """Writes ``problems.csv``; the file stays open."""
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(PROBLEM_COLUMNS)
        writer.writerows(defused_at(row, _ALL) for row in self._rows())
        text.detach()

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        """The problems in words, in the order of `PROBLEM_COLUMNS`."""
        words = lru_cache(_REMEMBERED)(self._words)
        for place, found in self._in_order(self.lines):
            level, appointment_id, trajectory, file, row, _ = _decode(place)
            code, *said = words(found)
            yield (code, level, appointment_id, trajectory, file, row, *said)

    def _in_order(self, lines: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Places and findings; those of one kind at one place by what they say."""
        for _, same in groupby((line.rsplit(UNIT, 2) for line in lines), key=itemgetter(0)):
            kept = [(place, found) for _, place, found in same]
            yield from sorted(kept, key=self._said) if len(kept) > 1 else kept

    def _said(self, kept: tuple[str, str]) -> str:
        return _encode(self._words(kept[1]))

    def _words(self, found: str) -> tuple[str, str, str, str]:
        """The code, the column, the message and the remedy of a finding."""
        finding = _finding(found)
        return finding.code, *_words(finding, self._language)


def _finding(found: str) -> Finding:
    return Finding(*_decode(found))


def _words(finding: Finding, language: Language) -> tuple[str, str, str]:
    """The column, the message and the remedy of a finding."""
    return column_name(finding.column), *render(finding.code, finding.params, language)


def _kind(line: str) -> list[str]:
    return line.split(UNIT, 2)[:2]
