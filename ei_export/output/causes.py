"""Many problems told in few words: by kind, and in it by what there is to do; what all of them say is said once."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from attrs import define, field, frozen

from ..base.problems import Language, Problem, Severity, catalogue
from .problem_list import ProblemList

_BLANK: Final = "…"
_BLANKS: Final = re.compile(f"{_BLANK}( {_BLANK})+")
_PARAMETER: Final = re.compile(r"\{[^}]*\}")


@frozen
class Limits:
    """How many problems are told: of all kinds together, of one kind, and of each cause when those are used up; and how
    many causes of a kind."""

    most: int = 5_000
    of_a_kind: int = 2_000
    few: int = 20
    causes: int = 500


_PAGE: Final = Limits()


@frozen
class Place:
    """One problem of a cause: what it fills in at the … of the heading, or else its whole message."""

    problem: Problem
    insurer: str
    filled_in: str = ""
    message: str = ""


@frozen
class Cause:
    """Problems of one kind that ask for the same to be done; ``count`` in all, of which ``places`` are told."""

    heading: str
    remedy: str
    count: int
    places: Sequence[Place]


@frozen
class KindFound:
    """The problems of one kind by cause: ``count`` in all, of which ``shown`` are told."""

    code: str
    severity: Severity
    title: str
    return_code: str
    count: int
    shown: int
    causes: Sequence[Cause]


@define
class _Same:
    """Problems with one remedy, as they come: the words that all their messages share, and the first of them.

    ``common`` is None once the messages have more words, or fewer.
    """

    remedy: str
    common: list[str] | None
    count: int = 0
    first: list[tuple[Problem, str]] = field(factory=list)
    _last: str = ""

    def add(self, message: str) -> None:
        """Counts a message and blanks what it says otherwise than those before it."""
        self.count += 1
        if message == self._last or self.common is None:
            return
        self._last, words = message, message.split(" ")
        if len(words) == len(self.common):
            pairs = zip(self.common, words, strict=True)
            self.common = [word if word == other else _BLANK for word, other in pairs]
        else:
            self.common = None

    def cause(self, title: str) -> Cause:
        """What differs is left blank in the heading, unless that is most of it."""
        common = self.common
        if common is None or common.count(_BLANK) > len(common) / 2:
            places = [Place(problem, insurer, message=problem.message) for problem, insurer in self.first]
            return Cause(title, self.remedy, self.count, places)
        places = [
            Place(problem, insurer, filled_in=_filled_in(common, problem.message.split(" ")))
            for problem, insurer in self.first
        ]
        return Cause(_BLANKS.sub(_BLANK, " ".join(common)), self.remedy, self.count, places)


def kinds_found(
    problems: ProblemList, language: Language, insurers: Mapping[str, str], limits: Limits = _PAGE
) -> Iterator[KindFound]:
    """The kinds in the order of the list, errors first. ``insurers``: UZOVI → insurer."""
    left = limits.most
    for same in problems.by_kind():
        found = _kind_found(same, language, insurers, min(left, limits.of_a_kind), limits)
        left -= found.shown
        yield found


def _kind_found(
    problems: Iterator[tuple[Problem, str]], language: Language, insurers: Mapping[str, str], room: int, limits: Limits
) -> KindFound:
    """One kind; there is ``room`` for so many of its problems, and for a few of each cause."""
    by_remedy: dict[str, _Same] = {}
    count = shown = 0
    for problem, uzovi in problems:
        count += 1
        same = by_remedy.get(problem.remedy)
        if same is None:
            if len(by_remedy) == limits.causes:
                continue
            same = by_remedy[problem.remedy] = _Same(problem.remedy, problem.message.split(" "))
        same.add(problem.message)
        if shown < room or len(same.first) < limits.few:
            same.first.append((problem, insurers.get(uzovi, "")))
            shown += 1
    heading = title(problem.code, language)
    return KindFound(
        code=problem.code,
        severity=problem.severity,
        title=heading,
        return_code=catalogue()[problem.code].return_code,
        count=count,
        shown=shown,
        causes=[same.cause(heading) for same in by_remedy.values()],
    )


def title(code: str, language: Language) -> str:
    """A kind of problem in words, with … for what is filled in."""
    kind = catalogue()[code]
    return _PARAMETER.sub(_BLANK, kind.nl if language == "nl" else kind.en).replace(f"{_BLANK}.", _BLANK)


def _filled_in(common: Sequence[str], message: Sequence[str]) -> str:
    """The words of a message where the heading has a blank."""
    runs = groupby(zip(common, message, strict=True), key=lambda pair: pair[0] == _BLANK)
    return " · ".join(" ".join(word for _, word in run).strip(".,:;") for is_blank, run in runs if is_blank)
