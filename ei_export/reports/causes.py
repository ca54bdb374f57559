"""Many problems told in few words: by kind, and in it by what there is to do; what all of them say is said once."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from attrs import frozen

from ..problems import Language, Problem, Severity, catalogue
from .problem_list import ProblemList

#: How many are told: of all kinds together, of one kind, and of one kind when all is used up.
_MOST: Final = 5_000
_OF_A_KIND: Final = 2_000
_FEW: Final = 20

_BLANK: Final = "…"
_BLANKS: Final = re.compile(f"{_BLANK}( {_BLANK})+")
_PARAMETER: Final = re.compile(r"\{[^}]*\}")


@frozen
class Place:
    """One problem of a cause: what it fills in at the … of the heading, or else its whole message."""

    problem: Problem
    insurer: str
    filled_in: str = ""
    message: str = ""


@frozen
class Cause:
    """Problems of one kind that ask for the same to be done."""

    heading: str
    remedy: str
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


def kinds_found(problems: ProblemList, language: Language, insurers: Mapping[str, str]) -> Iterator[KindFound]:
    """The kinds in the order of the list, errors first. ``insurers``: UZOVI → insurer."""
    for group in problems.groups(_MOST, _OF_A_KIND, _FEW):
        first = group.first[0][0]
        heading = title(first.code, language)
        by_remedy: dict[str, list[tuple[Problem, str]]] = {}
        for problem, uzovi in group.first:
            by_remedy.setdefault(problem.remedy, []).append((problem, insurers.get(uzovi, "")))
        yield KindFound(
            code=first.code,
            severity=first.severity,
            title=heading,
            return_code=catalogue()[first.code].return_code,
            count=group.count,
            shown=len(group.first),
            causes=[_cause(heading, remedy, same) for remedy, same in by_remedy.items()],
        )


def title(code: str, language: Language) -> str:
    """A kind of problem in words, with … for what is filled in."""
    kind = catalogue()[code]
    return _PARAMETER.sub(_BLANK, kind.nl if language == "nl" else kind.en).replace(f"{_BLANK}.", _BLANK)


def _cause(heading: str, remedy: str, same: Sequence[tuple[Problem, str]]) -> Cause:
    """Problems with one remedy. Where their messages have as many words, what differs is left blank in the heading."""
    messages = [problem.message.split(" ") for problem, _ in same]
    if len({len(message) for message in messages}) == 1:
        common = [words[0] if len(set(words)) == 1 else _BLANK for words in zip(*messages, strict=True)]
        if common.count(_BLANK) <= len(common) / 2:
            places = [
                Place(problem, insurer, filled_in=_filled_in(common, message))
                for (problem, insurer), message in zip(same, messages, strict=True)
            ]
            return Cause(_BLANKS.sub(_BLANK, " ".join(common)), remedy, places)
    return Cause(heading, remedy, [Place(problem, insurer, message=problem.message) for problem, insurer in same])


def _filled_in(common: Sequence[str], message: Sequence[str]) -> str:
    """The words of a message where the heading has a blank."""
    runs = groupby(zip(common, message, strict=True), key=lambda pair: pair[0] == _BLANK)
    return " · ".join(" ".join(word for _, word in run).strip(".,:;") for is_blank, run in runs if is_blank)
