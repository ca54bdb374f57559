"""How each standard writes persons, care and lines, and what of them it can't hold."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

from attrs import frozen

from ..declaration import Care, Performance, Person, Provider
from ..problems import Finding
from ..standards import gds801, pm304


@frozen
class Style:
    """One standard. What `care` makes of care is only for `line`, which gives a debit before it has its reference.

    ``key`` is what a line repeats of its person, '' for nothing. The last argument of `check_line` and `line` is when
    the trajectory began, None where that is not known.
    """

    check_person: Callable[[Person], tuple[Person, list[Finding]]]
    person: Callable[[Person], str]
    key: Callable[[Person], str]
    check_care: Callable[[Care], list[Finding]]
    care: Callable[[Care], Any]
    check_line: Callable[[Performance, Person, Care, date | None], list[Finding]]
    line: Callable[[str, Any, Performance, date | None], str]


def styles(provider: Provider, diagnosis_element: str) -> Mapping[str, Style]:
    """Every standard by its name; ``diagnosis_element`` of PM304, '' = as the specs say."""

    def check_gds801(performance: Performance, person: Person, care: Care, started: date | None) -> list[Finding]:
        found = [*gds801.check_provider(provider), *gds801.check_line(performance)]
        found += gds801.check_need(care, person, performance, provider)
        return found if started else [*found, Finding("CARE_PATH_START_UNKNOWN")]

    return {
        "PM304 3.2": Style(
            check_person=pm304.check_person,
            person=pm304.person_fragment,
            key=pm304.key_fragment,
            check_care=pm304.check_care,
            care=partial(pm304.care_fragment, diagnosis_element=diagnosis_element or pm304.DIAGNOSIS_ELEMENT),
            check_line=lambda performance, person, care, started: pm304.check_line(performance),
            line=lambda key, care, performance, started: pm304.line_fragment(key, care, performance)[0],
        ),
        "GDS801 2.0": Style(
            check_person=gds801.check_person,
            person=gds801.person_fragment,
            key=lambda person: "",
            check_care=gds801.check_care,
            care=gds801.care_fragment,
            check_line=check_gds801,
            line=lambda key, care, performance, started: gds801.line_fragment(care, performance, started),
        ),
    }
