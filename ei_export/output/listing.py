"""The problems of a run for a person at a terminal: by kind what is wrong, which rule says so, what to do, where."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import attrgetter
from typing import Final

from attrs import frozen

from ..base.problems import Language, Severity, catalogue
from ..model.codelists import return_codes
from .causes import KindFound, Limits, Told, kinds_found
from .problem_list import ProblemList
from .text import Paint, Role, number, plain, wrapped

#: The first few places of each kind; and as many as anyone would read.
SHORT: Final = Limits(most=0, of_a_kind=0, few=5, causes=5)
LONG: Final = Limits(most=100_000, of_a_kind=100_000, few=5)

_INDENT: Final = " " * 8
_ROLES: Final[dict[Severity, Role]] = {"error": "error", "warning": "warning", "info": "soft"}

_WORDS: Final[dict[Language, dict[str, str]]] = {
    "nl": {
        "error": "FOUT: dit wordt vastgehouden ({count})",
        "warning": "LET OP ({count})",
        "info": "TER INFORMATIE ({count})",
        "none": "Er is niets mis.",
        "rule": "Regel: ",
        "return_code": 'de verzekeraar zou afwijzen met retourcode {code}, "{text}"',
        "todo": "Wat te doen: ",
        "appointment": "afspraak {id}",
        "trajectory": "traject {id}",
        "row": "{file} rij {row}",
        "column": "kolom {column}",
        "earlier": "uit een eerdere export",
        "more": "en nog {count}: {where}",
    },
    "en": {
        "error": "WRONG: this is held ({count})",
        "warning": "TO BE LOOKED AT ({count})",
        "info": "FOR INFORMATION ({count})",
        "none": "Nothing is wrong.",
        "rule": "Rule: ",
        "return_code": 'the insurer would refuse it with return code {code}, "{text}"',
        "todo": "What to do: ",
        "appointment": "appointment {id}",
        "trajectory": "trajectory {id}",
        "row": "{file} row {row}",
        "column": "column {column}",
        "earlier": "from an earlier feed",
        "more": "and {count} more: {where}",
    },
}


@frozen
class Listing:
    """How problems are listed. ``insurers`` UZOVI → insurer; ``where``: what is left out here is to be read.
    ``of_feed``: there was one, and what is not in it is said to be of an earlier one."""

    language: Language
    insurers: Mapping[str, str]
    where: str
    limits: Limits = SHORT
    paint: Paint = plain
    of_feed: bool = True

    def lines(self, problems: ProblemList) -> Iterator[str]:
        """The problems, errors first."""
        words = _WORDS[self.language]
        if not len(problems):
            yield words["none"]
        for severity, same in groupby(self._found(problems), key=attrgetter("severity")):
            count = number(problems.severities[severity], self.language)
            yield self.paint(words[severity].format(count=count), _ROLES[severity])
            for kind in same:
                yield ""
                yield from self._kind(kind)
            yield ""

    def kinds(self, problems: ProblemList) -> Iterator[str]:
        """The problems without headings, for those who have one."""
        for kind in self._found(problems):
            yield from self._kind(kind)
            yield ""

    def _found(self, problems: ProblemList) -> Iterator[KindFound]:
        return kinds_found(problems, self.language, self.insurers, self.limits)

    def _kind(self, kind: KindFound) -> Iterator[str]:
        words = _WORDS[self.language]
        for index, cause in enumerate(kind.causes):
            times = f"{number(cause.count, self.language):>5} x "
            yield from wrapped(cause.heading, times)
            for rule in () if index else self._rules(kind):
                yield from wrapped(rule, f"{_INDENT}{words['rule']}", _INDENT)
            yield from wrapped(cause.remedy, f"{_INDENT}{words['todo']}", _INDENT)
            for place in cause.places:
                yield from wrapped(self._place(place), f"{_INDENT}- ", f"{_INDENT}  ")
        if kind.count > kind.shown:
            more = words["more"].format(count=number(kind.count - kind.shown, self.language), where=self.where)
            yield from wrapped(more, f"{_INDENT}- ", f"{_INDENT}  ")
        yield self.paint(f"{_INDENT}({kind.code})", "soft")

    def _rules(self, kind: KindFound) -> Iterator[str]:
        """What says so, besides what the text itself names."""
        if source := catalogue()[kind.code].source:
            yield source
        if kind.return_code:
            text = return_codes()[kind.return_code].text
            yield _WORDS[self.language]["return_code"].format(code=kind.return_code, text=text.rstrip("."))

    def _place(self, place: Told) -> str:
        words, problem = _WORDS[self.language], place.problem
        ids = []
        if problem.appointment_id:
            ids.append(words["appointment"].format(id=problem.appointment_id))
        if problem.trajectory:
            ids.append(words["trajectory"].format(id=problem.trajectory))
        if problem.row is not None:
            ids.append(words["row"].format(file=problem.file, row=problem.row))
        elif problem.appointment_id and self.of_feed:
            ids.append(words["earlier"])
        if problem.column:
            ids.append(words["column"].format(column=problem.column))
        return ": ".join(filter(None, (", ".join(ids), place.filled_in)))
