"""Many problems told in few words: by kind, and in it by what there is to do; what all of them say is said once."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import define, field, frozen

from ..base.problems import Language, Problem, Severity, catalogue, render
from ..base.words import shown, uncounted
from .problem_list import Placed, ProblemList

_BLANK: Final = "…"
_PARAMETER: Final = re.compile(r"\{([^}]*)\}")


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
class Told:
    """One problem of a cause, and what it fills in at the … of the heading."""

    problem: Problem
    insurer: str
    filled_in: str


@frozen
class Cause:
    """Problems of one kind that ask for the same to be done; ``count`` in all, of which ``places`` are told."""

    heading: str
    remedy: str
    count: int
    places: Sequence[Told]


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
    """Problems of one kind that ask for the same: how many, the first of them, and the parameters that all share."""

    shared: dict[str, object]
    count: int = 0
    first: list[Placed] = field(factory=list)

    def add(self, params: Mapping[str, object]) -> None:
        """Counts one, and keeps of what is shared what it says too."""
        self.count += 1
        if not self.shared.items() <= params.items():
            self.shared = dict(self.shared.items() & params.items())

    def cause(self, language: Language, insurers: Mapping[str, str]) -> Cause:
        """What differs is left blank in the heading."""
        code, params = self.first[0].finding.code, self.first[0].finding.params
        differing = [name for name in _places(catalogue()[code].texts(language)[0]) if name not in self.shared]
        heading, remedy = render(code, {**params, **dict.fromkeys(differing, _BLANK)}, language)
        told = []
        for placed in self.first:
            values = shown(placed.finding.params, language)
            filled_in = " · ".join(str(values[name]) for name in differing)
            told.append(Told(placed.worded(language), insurers.get(placed.uzovi, ""), filled_in))
        return Cause(_ended(heading), remedy, self.count, told)


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
    problems: Iterator[Placed], language: Language, insurers: Mapping[str, str], room: int, limits: Limits
) -> KindFound:
    """One kind; there is ``room`` for so many of its problems, and for a few of each cause."""
    by_remedy: dict[tuple[object, ...], _Same] = {}
    asked: Sequence[str] | None = None
    count = told = 0
    for placed in problems:
        count += 1
        params = placed.finding.params
        if asked is None:
            asked = _places(catalogue()[placed.finding.code].texts(language)[1])
        key = tuple(params[name] for name in asked)
        same = by_remedy.get(key)
        if same is None:
            if len(by_remedy) == limits.causes:
                continue
            same = by_remedy[key] = _Same(dict(params))
        same.add(params)
        if told < room or len(same.first) < limits.few:
            same.first.append(placed)
            told += 1
    code = placed.finding.code
    return KindFound(
        code=code,
        severity=placed.severity,
        title=title(code, language),
        return_code=catalogue()[code].return_code,
        count=count,
        shown=told,
        causes=[same.cause(language, insurers) for same in by_remedy.values()],
    )


def title(code: str, language: Language) -> str:
    """A kind of problem in words, with … for what is filled in."""
    return _ended(_PARAMETER.sub(_BLANK, uncounted(catalogue()[code].texts(language)[0])))


def _places(text: str) -> Sequence[str]:
    """The parameters of a text, in the order in which they come."""
    return tuple(dict.fromkeys(_PARAMETER.findall(uncounted(text))))


def _ended(heading: str) -> str:
    """A text without a full stop behind a blank."""
    return heading.replace(f"{_BLANK}.", _BLANK)
