"""Every row of the element tables of messages in XML: what is other than the row says is a fault that names it.

Messages and mistakes are made from the tables as they are written, not from what the program reads in them.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from datetime import date, time
from functools import cache
from typing import Final

import pytest
from lxml import etree

from ei_export.base.specs import SPECS
from ei_export.model.codelists import codes
from ei_export.standards.fault import Fault
from ei_export.standards.message import Message
from ei_export.standards.xml.judge.message import XmlFile
from tests.support.gds import M573, M574

Row = dict[str, str]
#: A mistake: what it is, the message, and of its fault the code, the class it is in (None = the message), the element.
Mistake = tuple[str, etree._Element, str, etree._Element | None, str]

MISSING, TWICE, FORM = "GDS_ELEMENT_MISSING", "GDS_ELEMENT_TWICE", "GDS_ELEMENT_FORM"
UNKNOWN, ORDER, BETWEEN = "GDS_ELEMENT_UNKNOWN", "GDS_ELEMENT_ORDER", "GDS_TEXT_BETWEEN"
INFERRED: Final = "_INFERRED"
BUILD: Final = {MISSING, TWICE, FORM, UNKNOWN, ORDER, BETWEEN, ORDER + INFERRED, "GDS_ELEMENT_NAME" + INFERRED}
#: One text of each form.
TEXTS: Final = (
    "573", "574", "2", "A", "EUR", "01", "012345", "0401", "04012345", "123456782", "2026-02-03", "09:00:00+01:00",
    "true", "1.00", "x",
)  # fmt: skip
EXIST: Final = {"date": date.fromisoformat, "time": time.fromisoformat}


def rows(name: str) -> list[Row]:
    with (SPECS / "gds801" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


FORMS: Final = {row["form"]: row for row in rows("forms")}
TABLES: Final = {of.code: {row["path"]: row for row in rows(f"message-{of.code}")} for of in (M573, M574)}
#: Elements that hold elements, by name.
CLASSES: Final = {
    path.rpartition("/")[2] for table in TABLES.values() for path in table if table[path]["form"] not in FORMS
}


def fits(form: Row, text: str) -> bool:
    try:
        return bool(re.fullmatch(form["pattern"], text)) and bool(EXIST.get(form["base"], str)(text) is not None)
    except ValueError:
        return False


def inside(code: str, path: str) -> list[Row]:
    """The rows of what is directly in a class."""
    return [row for row in TABLES[code].values() if row["path"].rpartition("/")[0] == path]


def fill(code: str, element: etree._Element, path: str) -> None:
    """Everything that a class can hold, once; of what stands in each other's place the second is in a twin of it."""
    alternatives = 0
    for row in inside(code, path):
        alternatives += row["count"] == "or"
        parent = element.getparent()
        if alternatives > 1 and row["count"] == "or" and parent is not None:
            element = etree.SubElement(parent, element.tag)
        child = etree.SubElement(element, row["path"].rpartition("/")[2])
        if form := FORMS.get(row["form"]):
            child.text = next(
                text for text in (*(codes(row["list"]) if row["list"] else ()), *TEXTS) if fits(form, text)
            )
        elif row["form"] != "any":
            fill(code, child, row["form"] or row["path"])


@cache
def whole(code: str) -> etree._Element:
    root = etree.Element("Bericht")
    fill(code, root, "Bericht")
    return root


def judged(root: etree._Element, of: Message) -> list[Fault]:
    text = etree.tostring(root, encoding="unicode").replace("<Bericht", f'<Bericht xmlns="{of.namespace}"', 1)
    return list(XmlFile(of, None).faults(io.BytesIO(text.encode())))


def number(root: etree._Element, of: etree._Element | None) -> int | None:
    """Which instance of the message a class is."""
    return None if of is None or of is root else [one for one in root.iter() if one.tag in CLASSES].index(of) + 1


def place(root: etree._Element, path: str) -> tuple[etree._Element, etree._Element]:
    """The element of a row, and what it is in."""
    found = root.find(path.removeprefix("Bericht/")) if path.startswith("Bericht/") else root.find(f".//{path}")
    assert found is not None
    parent = found.getparent()
    assert parent is not None
    return found, parent


def wrong_texts(form: Row, right: str) -> Iterator[tuple[str, str]]:
    """Texts that a form doesn't take: none, with space, too short, too long, letters for digits and the other way
    round, a day or a time that doesn't exist."""
    tries = {
        "empty": "", "space before": f" {right}", "space behind": f"{right} ", "too short": right[:-1],
        "too long": right + right[-1:] * 12, "letters": re.sub("[0-9]", "x", right),
        "digits": re.sub("[A-Za-z]", "1", right), "lower": right.lower(), "no day": right.replace("02-03", "02-30"),
        "no time": right.replace("09:", "25:"),
        "negative": f"-{right}", "zero": "0", "comma": right.replace(".", ","),
    }  # fmt: skip
    return ((what, text) for what, text in tries.items() if not fits(form, text))


def mistakes(message: str, row: Row) -> Iterator[Mistake]:
    """All that can be done wrong with one element. Each comes with a message of its own."""
    path, name, form = row["path"], row["path"].rpartition("/")[2], FORMS.get(row["form"])
    siblings = inside(message, path.rpartition("/")[0])
    alternatives = [one["path"].rpartition("/")[2] for one in siblings if one["count"] == "or"]

    def anew() -> tuple[etree._Element, etree._Element, etree._Element]:
        root = deepcopy(whole(message))
        return root, *place(root, path)

    if row["count"] in ("1", "+", "or"):
        root, element, parent = anew()
        for one in parent.findall(name):
            parent.remove(one)
        yield "missing", root, MISSING, parent, alternatives[0] if row["count"] == "or" else name
    if row["count"] in ("1", "?", "or"):
        root, element, parent = anew()
        element.addnext(deepcopy(element))
        yield "twice", root, TWICE, parent, name
    if row["count"] == "or":
        root, element, parent = anew()
        element.addnext(deepcopy(place(root, next(one["path"] for one in siblings if one is not row))[0]))
        yield "both", root, TWICE, parent, alternatives[0]
    following = siblings[siblings.index(row) + 1 :]
    if following and row["count"] != "or":
        root, element, parent = anew()
        parent[-1].addnext(element)
        is_sure = all(one["place"] != "inferred" for one in (row, following[-1]))
        yield "last", root, ORDER if is_sure else ORDER + INFERRED, parent, name
    for what, text in wrong_texts(form, place(whole(message), path)[0].text or "") if form else ():
        root, element, parent = anew()
        element.text = text
        yield what, root, FORM, parent, name
    root, element, parent = anew()
    if form is not None:
        etree.SubElement(element, "Onbekend").text, element.text = element.text, ""
        yield "an element in it", root, FORM, parent, name
    elif row["form"] != "any":
        etree.SubElement(element, "Onbekend")
        yield "unknown in it", root, UNKNOWN, element, "Onbekend"
    root, element, parent = anew()
    element.set("eenheid", "x")
    yield "an attribute", root, UNKNOWN, next(one for one in root if one is element or element in one.iter()), "eenheid"
    root, element, parent = anew()
    element.tag = f"{name}2"
    code = "GDS_ELEMENT_NAME" + INFERRED if row["certainty"] == "inferred" else UNKNOWN
    yield "other name", root, code, parent, f"{name}2"
    root, element, parent = anew()
    totals = place(root, "Bericht/Overzicht/TotaalDeclaratiebedragInclBtw")[0]
    if totals.find(name) is None and element not in (totals, *totals.iterancestors()):
        totals.append(element)
        yield "in another class", root, UNKNOWN, totals, name
    if row["form"] != "any" and form is None:
        root, element, parent = anew()
        element.text = "loose"
        part = next(one for one in root if one is element or element in one.iter())
        yield "text between", root, BETWEEN, part, str(part.tag)


@pytest.mark.parametrize("of", [M573, M574], ids=["573", "574"])
def test_a_message_of_everything_is_built_right(of: Message) -> None:
    root = whole(of.code)
    assert {one.tag for one in root.iter()} == {"Bericht", *(path.rpartition("/")[2] for path in TABLES[of.code])}
    assert not [fault for fault in judged(root, of) if fault.code in BUILD]


@pytest.mark.parametrize("of", [M573, M574], ids=["573", "574"])
@pytest.mark.parametrize("part", range(-1, 4))
def test_text_beside_the_parts_and_an_attribute_of_the_message_are_faults(of: Message, part: int) -> None:
    root = deepcopy(whole(of.code))
    root.set("eenheid", "x")
    if part < 0:
        root.text = "loose"
    else:
        root[part].tail = "loose"
    found = sorted((fault.code, fault.element, fault.record) for fault in judged(root, of) if fault.code in BUILD)
    assert found == [(UNKNOWN, "eenheid", None), (BETWEEN, "Bericht", None)]


@pytest.mark.parametrize(
    ("of", "path"), [pytest.param(of, path, id=f"{of.code} {path}") for of in (M573, M574) for path in TABLES[of.code]]
)
def test_whatever_is_other_than_a_row_says_is_a_fault(of: Message, path: str) -> None:
    done = 0
    for what, root, code, class_, element in mistakes(of.code, TABLES[of.code][path]):
        faults = [fault for fault in judged(root, of) if fault.code in BUILD]
        assert (code, element, number(root, class_)) in {(f.code, f.element, f.record) for f in faults}, (what, faults)
        done += 1
    assert done >= 4


def listed(of: Message) -> Sequence[str]:
    return [path for path, row in TABLES[of.code].items() if row["list"]]


@pytest.mark.parametrize("path", listed(M573))
def test_a_code_that_is_not_in_its_list_is_a_fault(path: str) -> None:
    row = TABLES["573"][path]
    form, known = FORMS[row["form"]], codes(row["list"])
    wrong = next(text for text in ("X", "9", "99", "998", "9998") if fits(form, text) and text not in known)
    root = deepcopy(whole("573"))
    element, _ = place(root, path)
    element.text = wrong
    assert (element.tag, wrong) in {(fault.element, fault.found) for fault in judged(root, M573)}
