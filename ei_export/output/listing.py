"""The problems of a run for a person at a terminal: by kind what is wrong, which rule says so, what to do, where."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from attrs import frozen

from ..base.problems import Language, Severity, catalogue
from ..base.words import words
from ..model.codelists import return_codes
from .causes import Cause, KindFound, Limits, Told, kinds_found
from .paper import Paint, Role, plain, set_lines, template
from .problem_list import ProblemList

if TYPE_CHECKING:
    from jinja2 import Template

#: The first few places of each kind; and as many as anyone would read.
SHORT: Final = Limits(most=0, of_a_kind=0, few=5, causes=5)
LONG: Final = Limits(most=100_000, of_a_kind=100_000, few=5)

_ROLES: Final[Mapping[Severity, Role]] = {"error": "error", "warning": "warning", "info": "soft"}


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
        """The problems, errors first, in the lines of a terminal."""
        levels = groupby(self._found(problems), key=attrgetter("severity"))
        return set_lines(self._template.generate(self._told(problems, levels)), self.paint)

    def pieces(self, problems: ProblemList) -> Iterator[str]:
        """The problems without headings, to go in another template."""
        return self._template.generate(self._told(problems, [("", self._found(problems))]))

    @property
    def _template(self) -> "Template":
        return template(__package__, "listing", self.language)

    def _told(self, problems: ProblemList, levels: Iterable[tuple[str, Iterator[KindFound]]]) -> Mapping[str, object]:
        told = {"levels": levels, "counts": problems.severities, "roles": _ROLES, "where": self.where}
        return {**told, "rules": partial(_rules, self.language), "places": partial(_places, self)}

    def _found(self, problems: ProblemList) -> Iterator[KindFound]:
        return kinds_found(problems, self.language, self.insurers, self.limits)


def _rules(language: Language, kind: KindFound) -> Iterator[str]:
    """What says so, besides what the text itself names."""
    if source := catalogue()[kind.code].source:
        yield source
    if kind.return_code:
        text = return_codes()[kind.return_code].text
        yield words("listing", language)("return_code", code=kind.return_code, said=text.rstrip("."))


def _places(listing: Listing, cause: Cause) -> Iterator[str]:
    """Where a cause was found; of what is of no appointment there may be nothing to say but what its heading says."""
    return filter(None, (_place(listing, told) for told in cause.places))


def _place(listing: Listing, told: Told) -> str:
    """Which appointment it is, where that stands, and what the heading left blank."""
    say, problem = words("listing", listing.language), told.problem
    ids = []
    if problem.appointment_id:
        ids.append(say("appointment", id=problem.appointment_id))
    if problem.trajectory:
        ids.append(say("trajectory", id=problem.trajectory))
    if problem.row is not None:
        ids.append(say("row", file=problem.file, row=str(problem.row)))
    elif problem.appointment_id and listing.of_feed:
        ids.append(say["earlier"])
    if problem.column:
        ids.append(say("column", name=problem.column))
    return ": ".join(filter(None, (", ".join(ids), told.filled_in)))
