"""The forms that rules on messages in XML come in: `FORMS`, by the name that a row of ``specs/gds801/rules.csv`` gives.

A form makes a check of what the row says: the elements that it is about, and what they are held against. Rules that are
of no form are functions in :mod:`.rules801`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from attrs import define, field, frozen

from ....model.codelists import codes
from ..reader import Instance
from ..tree import Node

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
    performance: Instance = field(init=False)
    list: str = field(init=False)
    born: str = ""

    def __attrs_post_init__(self) -> None:
        self.receiver = self.header.get("Ontvanger")
        self.enter(self.header)

    def enter(self, performance: Instance) -> None:
        """The instances that are judged from now on are in this line."""
        self.performance, self.list = performance, performance.get("PrestatieCodelijstCode")


Check = Callable[[Instance, About], Breach | None]


@frozen(eq=False)
class Pointer:
    """An element as a rule reaches it from an instance: ``node`` in whatever class ``holder`` finds, None where there
    is none. ``is_common``: it is of the header, or the performance list of a line, and so alike for all instances of a
    class in the lines of one list."""

    node: Node
    holder: Callable[[Instance, About], Instance | None]
    is_common: bool

    @property
    def name(self) -> str:
        return self.node.name

    def text(self, one: Instance, about: About) -> str:
        """Its text, or something for a class; '' where it isn't there."""
        found = self.holder(one, about)
        if found is None:
            return ""
        if self.node.form is not None:
            return found.texts.get(self.node.name, "")
        return SOMETHING if found.first(self.node.name) is not None else ""

    def unwanted(self, one: Instance, about: About) -> Breach | None:
        """What is wrong where it may not be there, be it empty."""
        found = self.holder(one, about)
        return not_allowed(found, self.node.name) if found is not None else None


class Given(NamedTuple):
    """What a row gives to its form: the ``elements`` that it is about, the ``values`` it goes by, and where they name
    an element with a day, that."""

    elements: Sequence[Pointer]
    values: Sequence[str]
    day: Pointer | None


def missing(one: Instance, element: str, expected: str = SOMETHING) -> Breach | None:
    return None if has(one, element) else Breach(element, NOTHING, expected)


def has(one: Instance, element: str) -> bool:
    return element in one.texts or one.first(element) is not None


def not_allowed(one: Instance, element: str) -> Breach | None:
    return Breach(element, one.get(element) or SOMETHING, NOTHING) if has(one, element) else None


# The forms -----------------------------------------------------------------------------------------


def _one(given: Given) -> Check:
    """The element is one of the values."""
    (element,), expected = given.elements, " | ".join(given.values)

    def check(one: Instance, about: About) -> Breach | None:
        text = element.text(one, about)
        return None if text in given.values else Breach(element.name, text or NOTHING, expected)

    return check


def _listed(given: Given) -> Check:
    """The element is in its code list, and valid on the day of another element, if one is named."""
    (element,), day = given.elements, given.day
    name, known = element.node.list, codes(element.node.list)

    def check(one: Instance, about: About) -> Breach | None:
        text, on = element.text(one, about), day.text(one, about) if day is not None else ""
        code = known.get(text)
        if not text or (code is not None and not on):
            return None
        if code is None:
            return Breach(element.name, text, name)
        if date.fromisoformat(on) < code.valid_from:
            return Breach(element.name, text, f"{name}, {code.valid_from} <= {on}", 1)
        if date.fromisoformat(on) > code.valid_until:
            return Breach(element.name, text, f"{name}, {on} <= {code.valid_until}", 2)
        return None

    return check


def _filled(given: Given) -> Check:
    """The element may be in a code list that we don't have as it is now; zeros are in none. What our copy of it lacks,
    if we have one, is doubtful."""
    (element,) = given.elements
    name = element.node.list
    known = codes(name) if name else None

    def check(one: Instance, about: About) -> Breach | None:
        text = element.text(one, about)
        if text and not text.strip("0"):
            return Breach(element.name, text, "> 0")
        is_unknown = text and known is not None and text not in known
        return Breach(element.name, text, name, code="VERIFY_CODE_DOUBTFUL") if is_unknown else None

    return check


def _until(given: Given) -> Check:
    """The element is a day that is not after another one; either may be missing."""
    (element,), last = given.elements, given.day
    assert last is not None  # by the kind of its values

    def check(one: Instance, about: About) -> Breach | None:
        text, limit = element.text(one, about), last.text(one, about)
        return Breach(element.name, text, f"<= {limit} ({last.name})") if text and limit and text > limit else None

    return check


def _there(given: Given) -> Check:
    """At least one of the elements is there; the values are how what is expected is told."""
    elements = given.elements
    expected = " ".join(given.values) or (" | ".join(e.name for e in elements) if len(elements) > 1 else SOMETHING)

    def check(one: Instance, about: About) -> Breach | None:
        for element in elements:
            if element.text(one, about):
                return None
        return Breach(elements[0].name, NOTHING, expected)

    return check


def _absent(given: Given) -> Check:
    """None of the elements is there."""

    def check(one: Instance, about: About) -> Breach | None:
        for element in given.elements:
            if (breach := element.unwanted(one, about)) is not None:
                return breach
        return None

    return check


def _once(given: Given) -> Check:
    """There is one instance of the class at most."""
    (class_,) = given.elements

    def check(one: Instance, about: About) -> Breach | None:
        found = class_.holder(one, about)
        count = len(found.all(class_.name)) if found is not None else 0
        return Breach(class_.name, f"{count} ×", "<= 1 ×") if count > 1 else None

    return check


#: What the values of a form can be, and how that is told.
VALUES: Final = {
    "": "nothing",
    "words": "words",
    "codes": "values that the element can have",
    "day": "an element that is a day",
    "day?": "an element that is a day, or nothing",
}


class RuleForm(NamedTuple):
    """A form of rule: what makes a check; the kind of its ``values``; which elements it ``takes``, and how these are
    ``shown``; whether of ``many`` elements or of one."""

    check: Callable[[Given], Check]
    values: str = ""
    takes: Callable[[Node], object] = bool
    shown: str = "an element"
    many: bool = False


FORMS: Final[Mapping[str, RuleForm]] = {
    "one": RuleForm(_one, "codes", lambda node: node.form, "an element with text"),
    "listed": RuleForm(_listed, "day?", lambda node: node.list, "an element with a code list"),
    "filled": RuleForm(_filled, "", lambda node: node.form, "an element with text"),
    "until": RuleForm(_until, "day", lambda node: node.is_day, "an element that is a day"),
    "there": RuleForm(_there, "words", many=True),
    "absent": RuleForm(_absent, many=True),
    "once": RuleForm(_once, "", lambda node: node.form is None, "a class"),
}
