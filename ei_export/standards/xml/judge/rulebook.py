"""The rules that messages in XML are held to: ``specs/gds801/rules.csv``, one row per rule.

Most are a constraint (:mod:`.constraints`): their row says when they are looked at, which element must be what, and
what it is held against. The others are functions (:mod:`.rules801`), or on what lines are together (:mod:`.together`).
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache, partial
from operator import itemgetter
from pathlib import Path
from typing import Annotated, Final

from attrs import frozen

from ....base.row_types import CertaintyCell, RequiredCell, RowType, SourceCell, WordCells, one_of
from ....base.specs import SPECS
from ....base.tables import Report, Row, parse_keyed, refuse
from ....model.codelists import codes
from ...fault import Fault
from ..names import LINES, LIST
from ..reader import Instance
from ..tree import FOLDER, Node, codes_of_trees, root_of
from .constraints import CONSTRAINTS, NOTHING, VALUES, About, Breach, Check, Given, Pointer, itself
from .rules801 import CHECKS

#: Whom a rule is for: G every message, P those of physiotherapy.
_SCOPES: Final = ("G", "P")
#: Rules on what lines are together.
TOGETHER: Final = frozenset(
    ("VC016", "VC102", "rc9642", "rc9643", "ownCredited", "ownItself", "ownPerson", "ownPrice", "ownReference")
)
_CONDITION: Final = re.compile(r"(\S+)(?: (!?=) (\S.*))?")
_CONDITIONS: Final = "ELEMENT, ELEMENT = VALUE..., or ELEMENT != VALUE...; more of them with a semicolon between"


@frozen(eq=False)
class Condition:
    """What must be so for a rule to be looked at: an element is there, and is one of ``values``, or ``is_other`` than
    these; without values, it is there."""

    element: Pointer
    values: tuple[str, ...]
    is_other: bool

    def holds(self, one: Instance, about: About) -> bool:
        found = self.element.text(one, about)
        return bool(found) and (not self.values or (found in self.values) != self.is_other)


@frozen(eq=False)
class Rule:
    """A rule by its id in the validation of VECOZO: VC a relation, RC a code list, rc the number of its return code; or
    one of our own (own).

    ``node`` is the class where its fault is told, in the table ``class_``; ``return_codes`` (COD954), of a code list
    three: unknown, not valid yet, not valid any more; none where none is known; ``values`` codes or names that the rule
    goes by; ``check`` what an instance is held to where the ``conditions`` hold, None for a rule on what lines are
    together; ``versions`` the subversions of the standard that have it, and what it ``says`` in words.
    """

    id: RequiredCell
    class_: Annotated[RequiredCell, "class"]
    node: Node
    return_codes: WordCells
    conditions: tuple[Condition, ...]
    values: WordCells
    check: Check | None
    scope: Annotated[str, one_of(_SCOPES)]
    versions: RequiredCell
    says: RequiredCell
    certainty: CertaintyCell
    source: SourceCell

    def concerns(self, one: Instance, about: About) -> bool:
        """Whether it is for an instance, by what all those in lines of its performance list are alike in."""
        return all(condition.holds(one, about) for condition in self.conditions if condition.element.is_common)

    def fault(self, record: int, breach: Breach, **more: object) -> Fault:
        """The fault of a breach, by its code, or by its shape: something is missing, may not be there, or is another;
        ``more`` is what else its words name."""
        code = "GDS_RULE_NOT_ALLOWED" if breach.expected == NOTHING else "GDS_RULE_VALUE"
        code = breach.code or ("GDS_RULE_MISSING" if breach.found == NOTHING else code)
        other = {"other": breach.other, "other_name": breach.other} if breach.other else {}
        return_code = self.return_codes[breach.which] if self.return_codes else ""
        return breach.fault(code, record, return_code, rule=self.id, class_=self.class_, **more, **other)

    @property
    def lists(self) -> tuple[str, ...]:
        """The performance lists that it is confined to."""
        return next((one.values for one in self.conditions if one.element.name == LIST and not one.is_other), ())


_RULE: Final = RowType(Rule, unread=("message", "when", "element", "must_be"))


def read_rules(
    known: Collection[str] | None = None,
    roots: Mapping[str, Node] | None = None,
    specs: Path = SPECS,
    report: Report = refuse,
) -> Mapping[str, Rule]:
    """Every rule by id. ``known``: the return codes there are, None = take those of the table as they are; ``roots``:
    the messages by their codes, None = those of the program."""
    messages = roots or {code: root_of(code) for code in codes_of_trees()}
    parse = partial(_parse, messages, known)
    return parse_keyed(specs / FOLDER / "rules.csv", _RULE.columns, itemgetter("id"), parse, report)


def _parse(messages: Mapping[str, Node], known: Collection[str] | None, row: Row) -> Rule:
    message, path = row.choice("message", tuple(messages)), row.required("class")
    classes = [node for node in _classes(messages[message]) if f"/{node.path}".endswith(f"/{path}")]
    if len(classes) != 1:
        raise row.error("class", f"the end of the path of one class of specs/{FOLDER}/message-{message}.csv")
    return_codes = tuple(row["return_codes"].split())
    if len(return_codes) not in (0, 1, 3) or (known is not None and not set(return_codes) <= set(known)):
        raise row.error("return_codes", "one or three codes of specs/codelists/return-codes.csv, or none")
    find = partial(_find, messages[message], classes[0])
    conditions = tuple(_condition(row, find, text.strip()) for text in row["when"].split(";") if row["when"])
    check = _check(row, find)
    if check is not None and (own := [one for one in conditions if not one.element.is_common]):
        check = partial(_checked_where, own, check)
    return _RULE.parse(row, node=classes[0], conditions=conditions, check=check)


Find = Callable[[str], Pointer | None]


def _condition(row: Row, find: Find, text: str) -> Condition:
    match = _CONDITION.fullmatch(text)
    element, values = (find(match[1]), tuple((match[3] or "").split())) if match is not None else (None, ())
    if match is None or element is None or (match[2] and not _can_be(element.node, values)):
        raise row.error("when", _CONDITIONS)
    return Condition(element, values, match[2] == "!=")


def _check(row: Row, find: Find) -> Check | None:
    """What an instance is held to: a constraint, or the function of the rule."""
    name, values = row["id"], tuple(row["values"].split())
    has_function = name in CHECKS or name in TOGETHER
    if bool(row["must_be"]) == has_function:
        raise row.error("must_be", "nothing, as the rule has a function" if has_function else " | ".join(CONSTRAINTS))
    if has_function:
        if row["element"]:
            raise row.error("element", "nothing, as the rule has a function")
        return partial(CHECKS[name], Given((), values, None)) if name in CHECKS else None
    constraint = CONSTRAINTS[row.choice("must_be", tuple(CONSTRAINTS))]
    names = row["element"].split()
    elements = [found for name in names if (found := find(name)) is not None and constraint.takes(found.node)]
    if not elements or len(elements) < len(names) or (len(names) > 1 and not constraint.many):
        raise row.error("element", f"{constraint.shown}, in {row['class']}, the line that it is in, or Header")
    day = find(values[0]) if len(values) == 1 else None
    is_day = day is not None and day.node.is_day
    is_right = {
        "": not values,
        "words": True,
        "codes": _can_be(elements[0].node, values),
        "day": is_day,
        "day?": is_day or not values,
    }
    if not is_right[constraint.values]:
        raise row.error("values", VALUES[constraint.values])
    if constraint.values == "day?" and is_day and len(row["return_codes"].split()) == 1:
        raise row.error("return_codes", "three codes, as the list is looked at on a day, or none")
    return partial(constraint.check, Given(elements, values, day))


def _can_be(node: Node, values: Sequence[str]) -> bool:
    """Whether there are values, and an element can have each of them."""
    form, known = node.form, codes(node.list) if node.list else values
    return bool(values) and form is not None and all(form.fits(value) and value in known for value in values)


def _checked_where(conditions: Sequence[Condition], check: Check, one: Instance, about: About) -> Breach | None:
    for condition in conditions:
        if not condition.holds(one, about):
            return None
    return check(one, about)


# Where elements are --------------------------------------------------------------------------------


def _find(root: Node, class_: Node, path: str) -> Pointer | None:
    """The element that a rule on a class names, perhaps inside other classes (``Verwijzer/Zorgaanbiedercode``), where
    it is nearest: in the instance, in the line that it is in, or in the header."""
    line = next((one for one in _classes(root) if one.name in LINES and class_.path.startswith(one.path)), None)
    *way, _ = path.split("/")
    for start, holder in ((class_, itself), (line, _line_of), (root["Header"], _header_of)):
        if start is not None and (node := start.find(path)) is not None:
            is_common = start is root["Header"] or (start is line and path == LIST)
            return Pointer(node, partial(_inside, holder, way) if way else holder, is_common)
    return None


def _line_of(one: Instance, about: About) -> Instance:
    return about.performance


def _header_of(one: Instance, about: About) -> Instance:
    return about.header


def _inside(
    holder: Callable[[Instance, About], Instance], way: Sequence[str], one: Instance, about: About
) -> Instance | None:
    found: Instance | None = holder(one, about)
    for name in way:
        found = found.first(name) if found is not None else None
    return found


def _classes(node: Node) -> Iterator[Node]:
    for child in node.children:
        if child.form is None:
            yield child
            yield from _classes(child)


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by id."""
    return read_rules()
