"""The forms that rules on messages in XML come in; see :mod:`.rules801`."""

from collections.abc import Callable
from datetime import date
from typing import Final, NamedTuple

from attrs import define, field

from ....model.codelists import codes
from ..reader import Instance
from .rulebook import Rule

NOTHING: Final = "-"
SOMETHING: Final = "…"
ZERO: Final = "0.00"


class Breach(NamedTuple):
    """What is wrong with ``element``: what there is and what is expected, in no language; ``which`` of the return codes
    of the rule it has. ``code`` of the catalogue, where its shape alone doesn't say it, and the ``other`` element that
    is told of then."""

    element: str
    found: str
    expected: str
    which: int = 0
    code: str = ""
    other: str = ""


@define
class About:
    """The message that an instance is in: its header, and the day and environment (P, T) it is judged for, if any.

    ``performance`` is the line that an instance is in, or is, and ``list`` its performance list; nothing for those that
    are in none. ``born``: when the insured person was that is judged, '' = not known.
    """

    header: Instance
    today: date | None
    environment: str
    receiver: str = field(init=False)
    receiver_role: str = field(init=False)
    sent: str = field(init=False)
    performance: Instance = field(init=False)
    list: str = field(init=False)
    born: str = ""

    def __attrs_post_init__(self) -> None:
        self.receiver, self.receiver_role = self.header.get("Ontvanger"), self.header.get("OntvangerRol")
        self.sent = self.header.get("Verzenddatum")
        self.enter(self.header)

    def enter(self, performance: Instance) -> None:
        """The instances that are judged from now on are in this line."""
        self.performance, self.list = performance, performance.get("PrestatieCodelijstCode")


Check = Callable[[Instance, About, Rule], Breach | None]


def missing(one: Instance, element: str, expected: str = SOMETHING) -> Breach | None:
    return None if has(one, element) else Breach(element, NOTHING, expected)


def has(one: Instance, element: str) -> bool:
    return element in one.texts or one.first(element) is not None


def not_allowed(one: Instance, element: str) -> Breach | None:
    return Breach(element, one.get(element) or SOMETHING, NOTHING) if has(one, element) else None


def details(performance: Instance, class_: str) -> list[Instance]:
    """The instances of a class among the details of a performance."""
    found = performance.first("AanvullendePrestatiegegevens")
    return found.all(class_) if found is not None else []


# Forms of rule -------------------------------------------------------------------------------------


def one_of(element: str, when: Callable[[Instance, About], bool] = lambda one, about: True) -> Check:
    """The element is one of the values of the rule."""

    def check(one: Instance, about: About, rule: Rule) -> Breach | None:
        if one.get(element) in rule.values or not when(one, about):
            return None
        return Breach(element, one.get(element) or NOTHING, " | ".join(rule.values))

    return check


def listed(element: str, day: Callable[[Instance, About], str] = lambda one, about: "") -> Check:
    """The element is in the code list of the rule, and valid on a day (none: whenever)."""

    def check(one: Instance, about: About, rule: Rule) -> Breach | None:
        text, on = one.get(element), day(one, about)
        (name,) = rule.values
        code = codes(name).get(text)
        if not text or (code is not None and not on):
            return None
        if code is None:
            return Breach(element, text, name)
        if date.fromisoformat(on) < code.valid_from:
            return Breach(element, text, f"{name}, {code.valid_from} <= {on}", 1)
        if date.fromisoformat(on) > code.valid_until:
            return Breach(element, text, f"{name}, {on} <= {code.valid_until}", 2)
        return None

    return check


def filled(element: str) -> Check:
    """The element may be in a code list that we don't have as it is now; zeros are in none. What our copy of it lacks,
    where the rule names one, is doubtful."""

    def check(one: Instance, about: About, rule: Rule) -> Breach | None:
        text = one.get(element)
        if text and not text.strip("0"):
            return Breach(element, text, "> 0")
        unknown = next((name for name in rule.values if text and text not in codes(name)), "")
        return Breach(element, text, unknown, code="VERIFY_CODE_DOUBTFUL") if unknown else None

    return check


def at_most(element: str, other: str, of: Callable[[Instance, About], str]) -> Check:
    """A date that is not after another one; either may be missing."""

    def check(one: Instance, about: About, rule: Rule) -> Breach | None:
        text, limit = one.get(element), of(one, about)
        return Breach(element, text, f"<= {limit} ({other})") if text and limit and text > limit else None

    return check


def together(element: str, other: str) -> Check:
    """Where one is, the other one must be."""

    def check(one: Instance, about: About, rule: Rule) -> Breach | None:
        return missing(one, other) if has(one, element) else None

    return check


def excludes(element: str) -> Check:
    """Where it is, the elements that the rule names may not be."""

    def check(one: Instance, about: About, rule: Rule) -> Breach | None:
        if not has(one, element):
            return None
        return next(filter(None, (not_allowed(one, other) for other in rule.values)), None)

    return check


def any_of(one: Instance, about: About, rule: Rule) -> Breach | None:
    """At least one of the elements that the rule names is there."""
    return (
        None
        if any(has(one, name) for name in rule.values)
        else Breach(rule.values[0], NOTHING, " | ".join(rule.values))
    )


def not_on_lists(element: str) -> Check:
    """On the performance lists of the rule the element may not be."""

    def check(one: Instance, about: About, rule: Rule) -> Breach | None:
        return not_allowed(one, element) if about.list in rule.values else None

    return check


def only_on_lists(element: str) -> Check:
    """Only on the performance lists of the rule the element may be."""

    def check(one: Instance, about: About, rule: Rule) -> Breach | None:
        return None if about.list in rule.values else not_allowed(one, element)

    return check


def once_on_lists(class_: str) -> Check:
    """On the performance lists of the rule there is one instance of the class at most."""

    def check(one: Instance, about: About, rule: Rule) -> Breach | None:
        count = len(about.performance.all(class_)) + len(details(about.performance, class_))
        return Breach(class_, f"{count} ×", "<= 1 ×") if count > 1 and about.list in rule.values else None

    return check


def unpaid_alone(paid: str, unpaid: str) -> Check:
    """What is granted without payment stands only where nothing is paid."""

    def check(one: Instance, about: About, rule: Rule) -> Breach | None:
        if one.get(unpaid) in ("", ZERO) or one.get(paid) in ("", ZERO):
            return None
        return Breach(paid, one.get(paid), ZERO)

    return check
