"""Messages in XML taken apart, also where they are not as they should be.

What is a record of a flat message, is here an instance of a class (an element that holds elements). Instances are
numbered from 1 in the order in which they start; the root has no number.
"""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import cache
from itertools import count
from typing import IO, Final, Literal, NamedTuple

from attrs import define, field, frozen
from lxml import etree

from ...base.problems import InputError
from ..contents import Content, ElementKind, Elements
from ..message import Message
from .safe import parts
from .tree import ROOT, Node, root_of

#: What can be wrong with the build of a message: an element that is missing; that the class lacks; that stands before
#: one it should follow; that is there once too often; whose text is not of its form; text where there should be none.
#: And what is other than we expect by inference: its ``place``, or its ``name``.
FlawCode = Literal["missing", "unknown", "order", "twice", "form", "text", "place", "name"]
INFERRED: Final = ("place", "name")


class Flaw(NamedTuple):
    """Something that is wrong with the build of an instance. ``found`` may be personal; ``expected`` is in no language.

    ``record`` is the instance, None = the message; ``element`` what in it.
    """

    record: int | None
    code: FlawCode
    element: str
    found: str
    expected: str


@define(eq=False)
class Instance:
    """One instance of a class: the texts of its simple elements by name, of each the first, and those inside it.

    It doesn't know what it is in: a run does without a garbage collector, so nothing may hold each other.
    """

    number: int
    node: Node
    texts: dict[str, str] = field(factory=dict)
    inside: "list[Instance]" = field(factory=list)

    @property
    def name(self) -> str:
        return self.node.name

    def get(self, name: str) -> str:
        """The text of a simple element, '' where it isn't there."""
        return self.texts.get(name, "")

    def all(self, name: str) -> "list[Instance]":
        """The instances of a class directly in it."""
        return [one for one in self.inside if one.node.name == name]

    def first(self, name: str) -> "Instance | None":
        """The first instance of a class directly in it."""
        for one in self.inside:
            if one.node.name == name:
                return one
        return None

    @property
    def last_number(self) -> int:
        """That of the last instance in it; its own, where there are none."""
        one = self
        while one.inside:
            one = one.inside[-1]
        return one.number

    def walk(self) -> "Iterator[Instance]":
        """Itself and all in it, in their order."""
        following = [self]
        while following:
            one = following.pop()
            yield one
            following += reversed(one.inside)


def instances(file: IO[bytes], message: Message, name: str) -> Iterator[tuple[Instance, Sequence[Flaw]]]:
    """The parts of a message, each with all in it and what is wrong with its build. What is wrong with the message as
    a whole comes with a last part that has no number.

    Raises InputError, with ``name``, for what can't be read (see :mod:`.safe`).
    """
    root = root_of(message.code)
    feedback = root["Header"].get(_FEEDBACK)
    reading = Reading(f"{{{message.namespace}}}", f"{{{message.guest}}}", feedback and feedback[1])
    order = _Order(root)
    expected = [f"{reading.namespace}{node.name}" for node in root.children]
    before: etree._Element | None = None
    for element in parts(file, name, f"{reading.namespace}{ROOT}", expected):
        node = order.take(reading.local(element))
        flaws = [*(_in_root(element.getparent()) if before is None else _beside(before.tail)), *order.flaws]
        order.flaws.clear()
        if node is not None:
            yield reading.part(element, node, flaws), flaws
        else:
            yield Instance(0, root), flaws
        before = element
    order.end()
    yield Instance(0, root), [*order.flaws, *_beside(before.tail if before is not None else None)]


def _in_root(root: etree._Element | None) -> Iterator[Flaw]:
    """What is wrong with the root itself: an attribute, and text before its first part."""
    if root is not None:
        if attribute := str(_OWN_ATTRIBUTE(root)):
            yield Flaw(None, "unknown", attribute, attribute, "-")
        yield from _beside(root.text)


def _beside(text: str | None) -> Iterator[Flaw]:
    """Text between the parts."""
    if text and not text.isspace():
        yield Flaw(None, "text", ROOT, "…", "-")


def place_of(file: IO[bytes], message: Message, reference: str) -> int | None:
    """The number of the performance with a reference, in a message that is open at its start. Raises InputError."""
    for part, _ in instances(file, message, message.name):
        for one in part.walk():
            if one is not part and one.get("Referentienummer") == reference:
                return one.number
    return None


#: How much alike two names of one element are, from 0 to 1.
_ALIKE: Final = 0.6


class _Order:
    """Holds the elements in a class against the table, one after the other. Its flaws are of no record yet."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._at = 0
        self._seen: set[str] = set()
        self.flaws: list[Flaw] = []

    def take(self, name: str) -> Node | None:
        """The node of the next element; None for one that the class lacks."""
        found = self._node.get(name)
        if found is None:
            self._flaw("unknown", name, name, "-")
            return None
        at, node = found
        if at < self._at:
            after = self._node.children[self._at]
            code: FlawCode = "order" if node.is_placed_so and after.is_placed_so else "place"
            self._flaw(code, name, f"{after.name}, {name}", f"{name}, {after.name}")
        elif name in self._seen and not node.is_repeated:
            self._flaw("twice", name, "2 ×", "1 ×")
        self._at = max(self._at, at)
        self._seen.add(name)
        return node

    def take_as_inferred(self, name: str) -> Node | None:
        """The node of an element that the class lacks, by a name much like it that we inferred and is not there."""
        for node in self._node.children:
            is_like = SequenceMatcher(None, node.name.casefold(), name.casefold()).ratio() >= _ALIKE
            if not node.is_named_so and node.name not in self._seen and is_like:
                self._seen.add(node.name)
                unknown = next(flaw for flaw in self.flaws if (flaw.code, flaw.element) == ("unknown", name))
                self.flaws[self.flaws.index(unknown)] = Flaw(None, "name", name, name, node.name)
                return node
        return None

    def end(self) -> None:
        """Says what is missing now that all have come."""
        for node in self._node.children:
            if node.is_needed and node.name not in self._seen:
                self._flaw("missing", node.name, "-", node.form.shown if node.form else node.name)
        alternatives = [node.name for node in self._node.children if node.count == "or"]
        there = [name for name in alternatives if name in self._seen]
        if alternatives and len(there) != 1:
            code: FlawCode = "twice" if there else "missing"
            self._flaw(code, alternatives[0], ", ".join(there) or "-", " | ".join(alternatives))

    def _flaw(self, code: FlawCode, element: str, found: str, expected: str) -> None:
        self.flaws.append(Flaw(None, code, element, found, expected))


class _Plan(NamedTuple):
    """What the elements in a class are, by their tags, and what is wrong with these being there in this order."""

    nodes: tuple[Node | None, ...]
    flaws: tuple[Flaw, ...]


@frozen
class Reading:
    """Makes instances of elements, whose names are in ``namespace`` or ``guest`` (``{…}``, or '' for none). What is
    ``feedback`` in the message is that wherever it hangs. A message says the same again and again, so plans are kept.
    """

    namespace: str
    guest: str = ""
    feedback: Node | None = None
    _numbers: Iterator[int] = field(factory=lambda: count(1))
    _plans: dict[tuple[Node, tuple[str, ...]], _Plan] = field(factory=dict)

    def local(self, element: etree._Element) -> str:
        """The name of an element; with its namespace where that isn't the message's."""
        return self._local(str(element.tag))

    def _local(self, tag: str) -> str:
        return tag.removeprefix(self.namespace).removeprefix(self.guest)

    def part(self, element: etree._Element, node: Node, flaws: list[Flaw]) -> Instance:
        """A part with all in it; adds what is wrong to ``flaws``."""
        made = self._instance(element, node, flaws)
        if not node.is_open and _HAS_STRAY_TEXT(element):
            flaws.append(Flaw(made.number, "text", made.name, "…", "-"))
        if attribute := str(_ATTRIBUTE(element)):
            flaws.append(Flaw(made.number, "unknown", attribute, attribute, "-"))
        return made

    def _instance(self, element: etree._Element, node: Node, flaws: list[Flaw]) -> Instance:
        made = Instance(next(self._numbers), node)
        if node.is_open:
            told = (f"{self.local(one)} {one.text.strip()}" for one in element.iter() if one.text and one.text.strip())
            made.texts[ROOT] = "; ".join(told)
            made.inside += self._feedback_in(element, flaws)
            return made
        children = list(element)
        plan = self._plan(node, tuple([str(child.tag) for child in children]))
        if plan.flaws:
            flaws += [flaw._replace(record=made.number) for flaw in plan.flaws]
        for child, inner in zip(children, plan.nodes, strict=True):
            if inner is None:
                made.inside += self._feedback_in(child, flaws)
                continue
            form, text = inner.form, child.text or ""
            if form is None:
                made.inside.append(self._instance(child, inner, flaws))
                continue
            made.texts.setdefault(inner.name, text)
            if not form.fits(text):
                flaws.append(Flaw(made.number, "form", inner.name, text or "-", form.shown))
        return made

    def _feedback_in(self, unknown: etree._Element, flaws: list[Flaw]) -> list[Instance]:
        """All feedback in an element of which we know nothing else."""
        if self.feedback is None:
            return []
        return [self._instance(one, self.feedback, flaws) for one in unknown.iter() if self.local(one) == _FEEDBACK]

    def _plan(self, node: Node, tags: tuple[str, ...]) -> _Plan:
        plan = self._plans.get((node, tags))
        if plan is None:
            order = _Order(node)
            names = [self._local(tag) for tag in tags]
            nodes = [order.take(name) or (self.feedback if name == _FEEDBACK else None) for name in names]
            for place, name in enumerate(names):
                nodes[place] = nodes[place] or order.take_as_inferred(name)
            order.end()
            plan = _Plan(tuple(nodes), tuple(order.flaws))
            if len(self._plans) < _MOST_PLANS:
                self._plans[node, tags] = plan
        return plan


#: What tells what is wrong, at whatever it is about.
_FEEDBACK: Final = "Feedback"
#: There are some twenty ways to build a right message.
_MOST_PLANS: Final = 1_000
#: Text beside elements.
_HAS_STRAY_TEXT: Final = etree.XPath("boolean(.//text()[normalize-space()][../*])")
#: The name of an attribute: no element has any but those that any message may have (``xsi:nil``).
_ATTRIBUTES: Final = "@*[namespace-uri() != 'http://www.w3.org/2001/XMLSchema-instance']"
_ATTRIBUTE: Final = etree.XPath(f"name((.//{_ATTRIBUTES})[1])")
_OWN_ATTRIBUTE: Final = etree.XPath(f"name({_ATTRIBUTES})")


# As records, to be shown ---------------------------------------------------------------------------


@cache
def elements(message: Message) -> Elements:
    """What the classes of a message can hold. Classes of one name are one kind, with the elements of all."""
    kinds: dict[str, dict[str, ElementKind]] = {}

    def add(node: Node) -> None:
        parts = kinds.setdefault(node.name, {}) if node.holds_text or node.is_open else {}
        for child in node.children:
            if child.form is None:
                add(child)
            else:
                parts.setdefault(
                    child.name, ElementKind(child.name, "", child.name, numeric=False, mandatory=child.is_needed)
                )

    for node in root_of(message.code).children:
        add(node)
    return kinds


def contents(file: IO[bytes], message: Message, name: str) -> Iterator[Content]:
    """Every instance that can hold text as a record: what only holds others says nothing to a reader. In one with a
    value out of form, values may be anywhere.

    Raises InputError, with ``name``, where the file can't be read on.
    """
    try:
        for part, flaws in instances(file, message, name):
            out_of_form = {flaw.record for flaw in flaws if flaw.code == "form"}
            for one in part.walk():
                if one.node.is_open:
                    yield Content(one.number, one.name, {}, fits=False, text=one.get(ROOT))
                elif one.number and one.node.holds_text:
                    yield Content(one.number, one.name, one.texts, fits=one.number not in out_of_form)
    except OSError as error:
        raise InputError("FILE_UNREADABLE", file=name, reason=error.strerror or "") from None
