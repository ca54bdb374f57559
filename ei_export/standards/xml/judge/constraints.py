"""What a rule on messages in XML says that an element must be: `CONSTRAINTS`, by the name that a row of
``specs/gds801/rules.csv`` gives (``must_be``).

Each is a function of what the row gives: the elements that it is about, and what they are held against. Rules that none
of these can say have functions of their own in :mod:`.rules801`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from attrs import define, field, frozen

from ....model.codelists import codes
from ...fault import HIDDEN, Fault
from ...vocabulary import word
from ..names import LIST
from ..reader import Instance
from ..tree import Node

NOTHING: Final = "-"
SOMETHING: Final = "…"
#: What a mask does with elements that don't tell who somebody is.
_OPEN: Final = ("no", "check")
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

    def fault(self, code: str, record: int | None, return_code: str = "", **more: object) -> Fault:
        """The fault of an instance, without what is personal in it. ``more`` is what else its words name."""
        found = HIDDEN if self.found != NOTHING and _is_personal(self.element) else self.found
        params = {"element_name": self.element, **more}
        return Fault(code, self.element, found, self.expected, return_code, params, record)


@lru_cache(maxsize=1024)
def _is_personal(element: str) -> bool:
    return word("", element).masks not in _OPEN


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
        self.performance, self.list = performance, performance.get(LIST)


Check = Callable[[Instance, About], Breach | None]


def itself(one: Instance, about: About) -> Instance:
    return one


@frozen(eq=False)
class Pointer:
    """An element as a rule reaches it from an instance: ``node`` in whatever class ``holder`` finds, None where there
    is none. ``is_common``: it is of the header, or the performance list of a line, and so alike for all instances of a
    class in the lines of one list.

    ``text`` gives its text, or something for a class; '' where it isn't there.
    """

    node: Node
    holder: Callable[[Instance, About], Instance | None]
    is_common: bool
    text: Callable[[Instance, About], str] = field(init=False)

    @property
    def name(self) -> str:
        return self.node.name

    @text.default
    def _text(self) -> Callable[[Instance, About], str]:
        name, holder, is_class = self.node.name, self.holder, self.node.form is None
        if holder is itself and not is_class:  # most are
            return lambda one, about: one.texts.get(name, "")

        def text(one: Instance, about: About) -> str:
            found = holder(one, about)
            if found is None:
                return ""
            return (SOMETHING if found.first(name) else "") if is_class else found.texts.get(name, "")

        return text


class Given(NamedTuple):
    """What a row gives to its check: the ``elements`` that it is about, the ``values`` it goes by, and where they name
    an element that is a day, that."""

    elements: Sequence[Pointer]
    values: Sequence[str]
    day: Pointer | None

    @property
    def element(self) -> Pointer:
        return self.elements[0]


#: What is wrong with an instance of a class, by what a row gives, if anything.
Function = Callable[[Given, Instance, About], Breach | None]


def missing(one: Instance, element: str, expected: str = SOMETHING) -> Breach | None:
    return None if has(one, element) else Breach(element, NOTHING, expected)


def has(one: Instance, element: str) -> bool:
    return element in one.texts or one.first(element) is not None


# Constraints ---------------------------------------------------------------------------------------


def _one(given: Given, one: Instance, about: About) -> Breach | None:
    """The element is one of the values."""
    text = given.element.text(one, about)
    return None if text in given.values else Breach(given.element.name, text or NOTHING, " | ".join(given.values))


def _listed(given: Given, one: Instance, about: About) -> Breach | None:
    """The element is in its code list, and valid on the day of another element, if one is named."""
    element, name = given.element, given.element.node.list
    text, on = element.text(one, about), given.day.text(one, about) if given.day is not None else ""
    code = codes(name).get(text)
    if not text or (code is not None and not on):
        return None
    if code is None:
        return Breach(element.name, text, name)
    if (day := date.fromisoformat(on)) < code.valid_from:
        return Breach(element.name, text, f"{name}, {code.valid_from} <= {on}", 1)
    return Breach(element.name, text, f"{name}, {on} <= {code.valid_until}", 2) if day > code.valid_until else None


def _filled(given: Given, one: Instance, about: About) -> Breach | None:
    """The element may be in a code list that we don't have as it is now; zeros are in none. What our copy of it lacks,
    if we have one, is doubtful."""
    text, name = given.element.text(one, about), given.element.node.list
    if text and not text.strip("0"):
        return Breach(given.element.name, text, "> 0")
    is_unknown = text and name and text not in codes(name)
    return Breach(given.element.name, text, name, code="VERIFY_CODE_DOUBTFUL") if is_unknown else None


def _until(given: Given, one: Instance, about: About) -> Breach | None:
    """The element is a day that is not after another one; either may be missing."""
    text, limit = given.element.text(one, about), given.day.text(one, about) if given.day is not None else ""
    is_late = text and limit and text > limit
    return Breach(given.element.name, text, f"<= {limit} ({given.values[0]})") if is_late else None


def _there(given: Given, one: Instance, about: About) -> Breach | None:
    """At least one of the elements is there; the values are how what is expected is told."""
    for element in given.elements:
        if element.text(one, about):
            return None
    names = [element.name for element in given.elements]
    return Breach(names[0], NOTHING, " ".join(given.values) or (" | ".join(names) if len(names) > 1 else SOMETHING))


def _absent(given: Given, one: Instance, about: About) -> Breach | None:
    """None of the elements is there, be it empty."""
    for element in given.elements:
        holder = element.holder(one, about)
        if holder is not None and has(holder, element.name):
            return Breach(element.name, holder.get(element.name) or SOMETHING, NOTHING)
    return None


def _once(given: Given, one: Instance, about: About) -> Breach | None:
    """There is one instance of the class at most."""
    holder, name = given.element.holder(one, about), given.element.name
    count = len(holder.all(name)) if holder is not None else 0
    return Breach(name, f"{count} ×", "<= 1 ×") if count > 1 else None


#: What the values of a constraint can be, and how that is told.
VALUES: Final = {
    "": "no values",
    "words": "words, a space between",
    "codes": "values that the element can have",
    "day": "an element that is a day",
    "day?": "an element that is a day, or nothing",
}


class Constraint(NamedTuple):
    """What an element must be: its check; the kind of its ``values``; which elements it ``takes``, and how these are
    ``shown``; whether of ``many`` elements or of one."""

    check: Function
    values: str = ""
    takes: Callable[[Node], object] = bool
    shown: str = "an element"
    many: bool = False


CONSTRAINTS: Final[Mapping[str, Constraint]] = {
    "one": Constraint(_one, "codes", lambda node: node.form, "an element with text"),
    "listed": Constraint(_listed, "day?", lambda node: node.list, "an element with a code list"),
    "filled": Constraint(_filled, "", lambda node: node.form, "an element with text"),
    "until": Constraint(_until, "day", lambda node: node.is_day, "an element that is a day"),
    "there": Constraint(_there, "words", many=True),
    "absent": Constraint(_absent, many=True),
    "once": Constraint(_once, "", lambda node: node.form is None, "a class"),
}
