"""The problems of a run: any number of them, worded, in an order that doesn't depend on that of the feed."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import IO, Any, BinaryIO, Final

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
from ..base.spool import SortedLines
from ..base.wording import column_name
from .cells import defused_at

#: Sorts before everything that is printed.
_BETWEEN: Final = "\x1f"
_ALL: Final = range(len(PROBLEM_COLUMNS))
_encode: Final = json.JSONEncoder().encode  # escapes, so that one problem is one line


class ProblemList:
    """Takes findings, hands back problems: errors first, causes before what follows from them, then by kind,
    trajectory and appointment."""

    def __init__(self, language: Language, file: str, severities: Severities) -> None:
        self._language: Language = language
        self._file = file
        self._known = severities
        self.lines = SortedLines()
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
    ) -> None:
        """Words a finding at its place. ``row`` None: not in this feed."""
        level = self._known.of(finding.code)
        message, remedy = render(finding.code, finding.params, self._language)
        self.severities[level] += 1
        if level == "warning":
            self.warnings[uzovi] += 1
        file = self._file if row is not None else ""
        values = (
            finding.code,
            level,
            appointment_id,
            trajectory,
            file,
            row,
            column_name(finding.column),
            message,
            remedy,
            uzovi,
        )
        key = (
            f"{SEVERITIES.index(level)}{catalogue()[finding.code].consequence:d}",
            finding.code,
            trajectory,
            appointment_id,
            f"{row or 0:010}",
        )
        self.lines.add(f"{_BETWEEN.join(key)}{_BETWEEN}{_encode(values)}")

    def empty_copy(self) -> "ProblemList":
        """A list without problems, for the same feed in the same language."""
        return ProblemList(self._language, self._file, self._known)

    def adopt(
        self, lines: IO[str], count: int, severities: Mapping[Severity, int], warnings: Mapping[str, int]
    ) -> None:
        """Adds the problems of another list, as its ``lines`` wrote them to a file."""
        self.lines.adopt(lines, count)
        self.severities.update(severities)
        self.warnings.update(warnings)

    def close(self) -> None:
        """Gives the disk back."""
        self.lines.close()

    def __len__(self) -> int:
        return self.lines.count

    def __iter__(self) -> Iterator[Problem]:
        return (Problem(*values[:-1]) for values in map(_decode, self.lines))

    def kinds(self) -> Iterator[tuple[str, Severity, int]]:
        """The codes in order, each with its severity and how often it is there."""
        for (level, code), lines in groupby(self.lines, key=_kind):
            yield code, SEVERITIES[int(level[0])], sum(1 for _ in lines)

    def by_kind(self) -> Iterator[Iterator[tuple[Problem, str]]]:
        """Kind by kind, each problem with the UZOVI number of its appointment or ''."""
        for _, lines in groupby(self.lines, key=_kind):
            yield ((Problem(*rest), uzovi) for *rest, uzovi in map(_decode, lines))

    def write_csv(self, file: BinaryIO) -> None:
        """Writes ``problems.csv``; the file stays open."""
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(PROBLEM_COLUMNS)
        writer.writerows(defused_at(_decode(line)[:-1], _ALL) for line in self.lines)
        text.detach()


def _decode(line: str) -> list[Any]:
    """A problem in the order of `PROBLEM_COLUMNS`, and its UZOVI number."""
    values: list[Any] = json.loads(line.rpartition(_BETWEEN)[2])
    return values


def _kind(line: str) -> list[str]:
    return line.split(_BETWEEN, 2)[:2]
