"""Messages in XML, driven by their element table ``specs/gds801/message-<code>.csv``: one row per element.

The table alone says which elements a message has, in which order, how often, and of which form; what is known of that
and what is inferred stands beside them. Writing, reading, verifying, and our own schema follow it.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, time
from functools import cache, lru_cache
from html import escape
from pathlib import Path
from typing import Annotated, Final, TypeAlias, Union

from attrs import field, frozen

from ...base.row_types import (
    CertaintyCell,
    KeyedTable,
    RequiredCell,
    RowCell,
    SourceCell,
    TextCell,
    one_of,
    within,
)
from ...base.specs import SPECS
from ...base.tables import Report, Row, refuse
from ...model.codelists import every_code

FOLDER: Final = "gds801"
ROOT: Final = "Bericht"
#: How often an element occurs in its parent: once, at most once, at least once, any number, or it or its neighbour.
COUNTS: Final = ("1", "?", "+", "*", "or")
#: Not a form: a class whose elements we don't know all of, as they don't go to an insurer.
OPEN: Final = "any"

#: What `write` takes: text by element name, and for a class its own values, or several.
Filling: TypeAlias = Mapping[str, Union[str, "Filling", Sequence["Filling"]]]


def _expression(row: Row, column: str) -> str:
    try:
        return re.compile(row.required(column)).pattern
    except re.error:
        raise row.error(column, "a regular expression") from None


@frozen
class Form:
    """How the text of an element is written: ``base`` a type of XML Schema, ``pattern`` a regular expression; ``shown``
    is how it is told to people, in no language; ``holds`` what it is for."""

    name: Annotated[RequiredCell, "form"]
    base: Annotated[str, one_of(("string", "date", "time", "boolean", "decimal"))]
    pattern: Annotated[str, _expression]
    shown: RequiredCell
    holds: RequiredCell
    _match: Callable[[str], object] = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_match", re.compile(self.pattern).fullmatch)

    def fits(self, text: str) -> bool:
        """Whether the text is of this form, and where it is a date or a time, one that exists."""
        if self._match(text) is None:
            return False
        exists = _EXISTS.get(self.base)
        return exists is None or exists(text)


def _parsed(parse: Callable[[str], object]) -> Callable[[str], bool]:
    def exists(text: str) -> bool:
        try:
            parse(text)
        except ValueError:
            return False
        return True

    return lru_cache(maxsize=16_384)(exists)


_EXISTS: Final[Mapping[str, Callable[[str], bool]]] = {
    "date": _parsed(date.fromisoformat),
    "time": _parsed(time.fromisoformat),
}


@frozen(eq=False)
class Node:
    """An element as its row has it. One without a ``form`` is a class: its ``children`` are inside it, in this order.

    ``path`` is from the root of the message (``Bericht/Header``); ``list`` the code list its text is of, or '';
    ``is_open`` a class whose children are not looked at; ``is_named_so`` and ``is_placed_so`` whether its name, and its
    place among its neighbours, were seen and not inferred.
    """

    name: str
    path: str
    count: str
    form: Form | None
    list: str
    is_open: bool
    children: "tuple[Node, ...]"
    is_named_so: bool = True
    is_placed_so: bool = True
    _by_name: "Mapping[str, tuple[int, Node]]" = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        by_name = {child.name: (at, child) for at, child in enumerate(self.children)}
        object.__setattr__(self, "_by_name", by_name)

    def __getitem__(self, name: str) -> "Node":
        return self._by_name[name][1]

    def get(self, name: str) -> "tuple[int, Node] | None":
        """The child with a name, and its place among the children, from 0."""
        return self._by_name.get(name)

    def find(self, path: str) -> "Node | None":
        """The element at a path below it: ``Verwijzer/Zorgaanbiedercode``."""
        node: Node | None = self
        for name in path.split("/"):
            found = node.get(name) if node is not None else None
            node = found and found[1]
        return node

    @property
    def is_day(self) -> bool:
        return self.form is not None and self.form.base == "date"

    @property
    def holds_text(self) -> bool:
        """Whether it is a class that holds more than other classes."""
        return any(child.form is not None for child in self.children)

    @property
    def is_needed(self) -> bool:
        return self.count in ("1", "+")

    @property
    def is_repeated(self) -> bool:
        return self.count in ("+", "*")


@cache
def root_of(code: str) -> Node:
    """The root of the message with an EI code: ``573`` or ``574``. Raises SettingsError, with the line."""
    return read_tree(code, forms(), {name for name, _ in every_code()})


def codes_of_trees(specs: Path = SPECS) -> list[str]:
    """The codes of the messages that have a table."""
    return [path.stem.removeprefix("message-") for path in sorted((specs / FOLDER).glob("message-*.csv"))]


#: Every form by name.
forms: Final = KeyedTable[str, Form](f"{FOLDER}/forms.csv", Form, "form")


@frozen
class ElementRow:
    """A row about an element, or a class, of a message."""

    path: RequiredCell
    count: Annotated[str, one_of(COUNTS)]
    form: TextCell
    list: TextCell
    certainty: CertaintyCell
    place: CertaintyCell
    source: SourceCell
    row: RowCell


def read_tree(
    code: str, forms: Mapping[str, Form], lists: Collection[str], specs: Path = SPECS, report: Report = refuse
) -> Node:
    """The root of a message. A row stands behind its class; a form that is no form is a class described apart from the
    root (``Feedback``).

    Errors go to ``report``: an element twice or outside a class, an unknown form, count, code list or certainty, a
    class without elements, an alternative (``or``) that is alone, a row without a source.
    """
    table = KeyedTable[str, ElementRow](f"{FOLDER}/message-{code}.csv", ElementRow, "path")
    rows = table.read(specs, report, within(lists, "a list of specs/codelists/codes.csv", "list"))
    classes = {ROOT, *(row.form for row in rows.values())} - {"", OPEN, *forms}
    inside: dict[str, list[str]] = {path: [] for path, row in rows.items() if not row.form}
    for path, row in rows.items():
        parent = path.rpartition("/")[0]
        if parent not in inside and parent not in classes:
            report(row.row.error("path", "an element behind its class"))
        inside.setdefault(parent, []).append(path)
    for path, row in rows.items():
        if row.form not in forms and row.form != OPEN and not inside.get(row.form or path):
            report(row.row.error("form", f"a form of specs/{FOLDER}/forms.csv, or elements in the class"))
        neighbours = [rows[one].count for one in inside[path.rpartition("/")[0]]]
        if row.count == "or" and neighbours.count("or") == 1:
            report(row.row.error("count", "or, with a neighbour that says the same"))

    def node(path: str, at: str) -> Node:
        row, name = rows[path], path.rpartition("/")[2]
        form, is_open = forms.get(row.form), row.form == OPEN
        below = () if form or is_open else inside.get(row.form or path, ())
        children = tuple(node(one, f"{at}/{one.rpartition('/')[2]}") for one in below)
        is_named_so, is_placed_so = (sure != "inferred" for sure in (row.certainty, row.place))
        return Node(name, at, row.count, form, row.list, is_open, children, is_named_so, is_placed_so)

    return Node(ROOT, ROOT, "1", None, "", False, tuple(node(path, path) for path in inside.get(ROOT, ())))


# Writing -------------------------------------------------------------------------------------------


def write(node: Node, values: Filling, *, later: str = "") -> str:
    """An element of a class with these values as text, in the order of the table, in no namespace. ``later``: a child
    that is still to come.

    Raises ValueError, naming the element and never the value: one that the class lacks, that is missing, or that isn't
    of its form.
    """
    pieces: list[str] = []
    used = 0
    for child in node.children:
        value = values.get(child.name)
        if value is None:
            if child.is_needed and child.name != later:
                raise ValueError(f"{child.path} is missing")
            continue
        used += 1
        if isinstance(value, str):
            pieces.append(write_simple(child, value))
        elif child.form is not None:
            raise ValueError(f"{child.path} is no class")
        else:
            pieces += [write(child, one) for one in ([value] if isinstance(value, Mapping) else value)]
    if used < len(values):
        raise ValueError(f"{node.path} has no {', '.join(sorted(set(values) - {c.name for c in node.children}))}")
    return f"<{node.name}>{''.join(pieces)}</{node.name}>" if pieces else f"<{node.name}/>"


@lru_cache(maxsize=4096)
def write_simple(node: Node, value: str) -> str:
    """An element that is no class as text. Raises ValueError, naming the element, for what isn't of its form."""
    if node.form is None or not node.form.fits(value):
        raise ValueError(f"{node.path} is not of its form")
    return f"<{node.name}>{escape(value, quote=False)}</{node.name}>"
