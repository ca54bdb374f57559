"""The rules that messages in XML are held to: ``specs/gds801/rules.csv``, one row per rule.

What a rule looks at is a function in :mod:`.rules801`; its class, return codes and the values it goes by are in
the table.
"""

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from attrs import frozen

from ....base.specs import SPECS
from ....base.tables import Report, Row, parse_keyed, refuse, source
from ....model.codelists import CERTAINTIES
from ..tree import FOLDER, Node, Tree

#: Whom a rule is for: G every message, P those of physiotherapy.
_SCOPES: Final = ("G", "P")
#: Whether the whole rule is looked at, or, as our copy of a code list is not complete, only the form of the code.
_CHECKED: Final = ("all", "form")


@frozen
class Rule:
    """A rule by its id in the validation of VECOZO: VC a relation, RC a code list, rc the number of its return code; or
    one of our own (own).

    ``message`` 573 or 574; ``class_`` where its fault is told, by the end of the path; ``return_codes`` (COD954), of a
    code list three: unknown, not valid yet, not valid any more; none where none is known; ``values`` codes or names
    that the rule goes by.
    """

    id: str
    message: str
    class_: str
    return_codes: tuple[str, ...]
    values: tuple[str, ...]

    def is_about(self, node: Node) -> bool:
        return node.path == self.class_ or node.path.endswith(f"/{self.class_}")


def read_rules(
    known: Collection[str] | None = None, specs: Path = SPECS, report: Report = refuse
) -> Mapping[str, Rule]:
    """Every rule by id. ``known``: the return codes there are; None = take those of the table as they are."""

    def parse(row: Row) -> Rule:
        found = Rule(
            id=row.required("id"),
            message=row.choice("message", ("573", "574")),
            class_=row.required("class"),
            return_codes=tuple(row["return_codes"].split()),
            values=tuple(row["values"].split()),
        )
        if not any(map(found.is_about, _classes(Tree.load(found.message).root))):
            raise row.error("class", f"a class of specs/{FOLDER}/message-{found.message}.csv")
        if len(found.return_codes) not in (0, 1, 3) or (
            known is not None and not set(found.return_codes) <= set(known)
        ):
            raise row.error("return_codes", "one or three codes of specs/codelists/return-codes.csv, or none")
        row.choice("scope", _SCOPES)
        row.choice("checked", _CHECKED)
        row.choice("certainty", CERTAINTIES)
        row.required("versions")
        row.required("says")
        source(row)
        return found

    columns = (
        "id", "message", "class", "return_codes", "scope", "versions", "values", "checked", "says", "certainty",
        "source",
    )  # fmt: skip
    return parse_keyed(specs / FOLDER / "rules.csv", columns, lambda row: row["id"], parse, report)


def _classes(node: Node) -> Iterator[Node]:
    for child in node.children:
        if child.form is None:
            yield child
            yield from _classes(child)


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by id."""
    return read_rules()
