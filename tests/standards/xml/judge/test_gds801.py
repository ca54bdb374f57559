"""One message that is right, and changes to it: each is caught at its class with its return code, and nothing else is.

The changes are rows of ``gds801_changes.csv`` and ``gds802_changes.csv``, named by the rules they break (see
``specs/gds801/rules.csv``). A row without anything expected is right too.
"""

import csv
import io
import re
from datetime import date
from itertools import count
from pathlib import Path
from typing import Final

import pytest
from lxml import etree

from ei_export.base.problems import LANGUAGES, SettingsError
from ei_export.base.specs import SPECS
from ei_export.standards.fault import HIDDEN, Fault
from ei_export.standards.message import Message
from ei_export.standards.xml.judge import message as judge_of_messages
from ei_export.standards.xml.judge.message import XmlFile
from ei_export.standards.xml.judge.rulebook import TOGETHER, read_rules, rules
from ei_export.standards.xml.judge.rules801 import CHECKS
from ei_export.standards.xml.reader import instances
from tests.support.gds import ANSWER, DECLARATION, M573, M574, Edit, edit, message

TODAY: Final = date(2026, 3, 2)


def changes(name: str) -> list[tuple[str, list[Edit], list[str]]]:
    with (Path(__file__).parent / f"{name}_changes.csv").open(encoding="utf-8", newline="") as file:
        return [
            (
                row["change"],
                [edit(text) for text in row["edits"].split("; ") if text],
                sorted(filter(None, row["expected"].split("; "))),  # no return code: a space
            )
            for row in csv.DictReader(file)
        ]


def judged(text: str, of: Message, *edits: Edit, today: date | None = TODAY, environment: str = "P") -> list[Fault]:
    return list(XmlFile(of, today, environment).faults(message(text, *edits, of=of)))


def places(text: str, of: Message, *edits: Edit) -> dict[int | None, str]:
    """The class of every instance by number."""
    parts = instances(message(text, *edits, of=of), of, "a.xml")
    return {one.number: one.name for part, _ in parts for one in part.walk()}


def check(text: str, of: Message, edits: list[Edit], expected: list[str]) -> list[Fault]:
    faults = judged(text, of, *edits)
    at = places(text, of, *edits)
    assert sorted(f"{fault.return_code} {at[fault.record]}" for fault in faults) == expected
    for fault in faults:
        assert fault.element
        assert fault.found != fault.expected
        for language in LANGUAGES:
            assert all(fault.words(language))
    return faults


@pytest.mark.parametrize(("change", "edits", "expected"), [pytest.param(*row, id=row[0]) for row in changes("gds801")])
def test_a_declaration(change: str, edits: list[Edit], expected: list[str]) -> None:
    named = {word for word in change.split() if word in rules()}
    broken = {
        fault.params.get("rule", "VC016")
        for fault in check(DECLARATION, M573, edits, expected)
        if fault.code != "VERIFY_BSN"
    }
    assert named <= broken or not expected


@pytest.mark.parametrize(("change", "edits", "expected"), [pytest.param(*row, id=row[0]) for row in changes("gds802")])
def test_an_answer(change: str, edits: list[Edit], expected: list[str]) -> None:
    check(ANSWER, M574, edits, expected)


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (["drop Header/Referentienummer"], ("GDS_ELEMENT_MISSING", "Header", "Referentienummer", "-", "…")),
        (["drop Header"], ("GDS_ELEMENT_MISSING", None, "Header", "-", "Header")),
        (["drop Overzicht"], ("GDS_ELEMENT_MISSING", None, "Overzicht", "-", "Overzicht")),
        (
            ["drop DebetPrestatie"],
            ("GDS_ELEMENT_MISSING", "Prestatie", "DebetPrestatie", "-", "DebetPrestatie | CreditPrestatie"),
        ),
        (["after BSN <Naam>Jansen</Naam>"], ("GDS_ELEMENT_UNKNOWN", "Verzekerde", "Naam", "Naam", "-")),
        (["after Header <Header2/>"], ("GDS_ELEMENT_UNKNOWN", None, "Header2", "Header2", "-")),
        (["put Aantal 0"], ("GDS_ELEMENT_FORM", "DebetPrestatie", "Aantal", "0", ">= 1")),
        (["put BSN 12345678"], ("GDS_ELEMENT_FORM", "Verzekerde", "BSN", HIDDEN, "nnnnnnnnn")),
        (["put Geboortedatum 1980-02-30"], ("GDS_ELEMENT_FORM", "Verzekerde", "Geboortedatum", HIDDEN, "JJJJ-MM-DD")),
        (
            ["put Verwijsdatum 2026-02-30"],
            ("GDS_ELEMENT_FORM", "Verwijzing", "Verwijsdatum", "2026-02-30", "JJJJ-MM-DD"),
        ),
        (["put Bedrag 24,50"], ("GDS_ELEMENT_FORM", "TotaalDeclaratiebedragInclBtw", "Bedrag", "24,50", "0.00")),
        (["again Begindatum"], ("GDS_ELEMENT_TWICE", "DebetPrestatie", "Begindatum", "2 ×", "1 ×")),
        (
            ["again DebetPrestatie", "put DebetPrestatie/Referentienummer R7"],
            ("GDS_ELEMENT_TWICE", "Prestatie", "DebetPrestatie", "2 ×", "1 ×"),
        ),
        (
            ["swap Aantal"],
            ("GDS_ELEMENT_ORDER_INFERRED", "DebetPrestatie", "Aantal", "Begindatum, Aantal", "Aantal, Begindatum"),
        ),
        (
            ["swap Verzekerde"],
            ("GDS_ELEMENT_ORDER_INFERRED", None, "Verzekerde", "Overzicht, Verzekerde", "Verzekerde, Overzicht"),
        ),
        (
            [
                "drop Prestatiecode",
                "after DebetPrestatie/PrestatieCodelijstCode <PrestatieCode>1000</PrestatieCode>",
            ],
            ("GDS_ELEMENT_NAME_INFERRED", "DebetPrestatie", "PrestatieCode", "PrestatieCode", "Prestatiecode"),
        ),
        (
            ["after ZorgtrajectStartdatum <Zorgtrajectnummer>7</Zorgtrajectnummer>"],
            ("GDS_ELEMENT_NAME_INFERRED", "Zorgtraject", "Zorgtrajectnummer", "Zorgtrajectnummer", "ZorgtrajectNummer"),
        ),
        (["after Prestatiecode <Code>1</Code>"], ("GDS_ELEMENT_UNKNOWN", "DebetPrestatie", "Code", "Code", "-")),
        (
            ["swap Header"],
            ("GDS_ELEMENT_ORDER", None, "Header", "DeclaratieContext, Header", "Header, DeclaratieContext"),
        ),
        (
            ["again Prestatie", "put Bedrag 64.50"],
            ("GDS_REFERENCE_TWICE", "DebetPrestatie", "Referentienummer", "2 ×", "1 ×"),
        ),
        (
            ["drop DebetPrestatie/PrestatieCodelijstCode", "put TypeVerwijzingcode 02"],
            ("GDS_ELEMENT_MISSING", "DebetPrestatie", "PrestatieCodelijstCode", "-", "nnn"),
        ),
        (["put Berichtversie 1"], ("VERIFY_VERSION", "Header", "Berichtversie", "1", "2")),
    ],
)
def test_the_build_of_a_message(edits: list[str], expected: tuple[str | None, ...]) -> None:
    changed = [edit(text) for text in edits]
    (fault,) = judged(DECLARATION, M573, *changed)
    at = places(DECLARATION, M573, *changed).get(fault.record)
    assert (fault.code, at, fault.element, fault.found, fault.expected) == expected
    assert all(all(fault.words(language)) for language in LANGUAGES)


def test_what_is_only_other_than_we_inferred_is_told_once_and_judged_all_the_same() -> None:
    edits = [
        "swap Aantal", "again Prestatie", "put Prestatie[2]/DebetPrestatie/Referentienummer R7", "put Bedrag 64.50",
        "put Prestatie[2]/DebetPrestatie/Herdeclaratiecode 77", "swap Verzekerde",
    ]  # fmt: skip
    faults = judged(DECLARATION, M573, *map(edit, edits))
    assert sorted((fault.code, fault.element, fault.severity) for fault in faults) == [
        ("GDS_ELEMENT_ORDER_INFERRED", "Aantal", "warning"),
        ("GDS_ELEMENT_ORDER_INFERRED", "Verzekerde", "warning"),
        ("GDS_RULE_VALUE", "Herdeclaratiecode", "error"),
    ]


def test_an_element_is_said_by_its_name_once() -> None:
    (fault,) = judged(DECLARATION, M573, edit("put DeclaratieBedragInclBtw 41.00"), edit("put Bedrag 25.50"))
    assert (
        fault.words("en")[0] == "DeclaratieBedragInclBtw is 41.00; that is more than BerekendBedragInclBtw (<= 40.00)."
    )


def test_text_between_elements_is_found() -> None:
    (fault,) = judged(DECLARATION.replace("<BSN>", "loose<BSN>"), M573)
    assert (fault.code, fault.element) == ("GDS_TEXT_BETWEEN", "Verzekerde")


def test_no_element_has_attributes() -> None:
    (fault,) = judged(DECLARATION.replace("<Aantal>", '<Aantal eenheid="minuut">'), M573)
    assert (fault.code, fault.element, fault.found) == ("GDS_ELEMENT_UNKNOWN", "eenheid", "eenheid")
    nil = '<Einddatum xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true">2026-02-04</Einddatum>'
    assert judged(DECLARATION, M573, edit(f"after DebetPrestatie/Begindatum {nil}")) == []


def test_what_is_personal_is_not_told() -> None:
    told = [
        fault
        for text in (
            "put BSN 999999999",
            "drop Geboortedatum",
            "put Geboortedatum 2026-03-03",
            "after UzoviNummer <Verzekerdennummer>70010</Verzekerdennummer>",
        )
        for fault in judged(DECLARATION, M573, edit(text))
    ]
    assert len(told) == 4
    assert {fault.found for fault in told} == {HIDDEN, "-"}


def test_any_day_and_any_environment_will_do() -> None:
    edits = edit("put Verzenddatum 2031-03-03"), edit("put Berichtsoort T")
    assert judged(DECLARATION, M573, *edits, today=None, environment="") == []
    (fault,) = judged(DECLARATION, M573, edit("put Berichtsoort X"), today=None, environment="")
    assert (fault.return_code, fault.expected) == ("8028", "P | T")


def test_every_rule_has_a_check_and_a_change_that_breaks_it() -> None:
    named = {word for change, *_ in (*changes("gds801"), *changes("gds802")) for word in re.findall(r"\w+", change)}
    assert rules().keys() <= named
    assert {name for name, rule in rules().items() if rule.check is None} == TOGETHER
    assert CHECKS.keys() <= rules().keys()


def made_up() -> list[dict[str, str]]:
    with (Path(__file__).parent / "made_up_rules.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("given", made_up(), ids=lambda given: f"{given['element']} {given['must_be']}")
def test_a_constraint_is_a_row(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: dict[str, str]) -> None:
    """What is expected is a return code and an element, nothing, or the column that is refused."""
    row = {
        "id": "VC999", "message": "573", "return_codes": "8001 8002 8003", "scope": "G", "versions": "2",
        "says": "Made up.", "certainty": "inferred", "source": "nowhere",
    } | {name: given[name] for name in ("class", "when", "element", "must_be", "values")}  # fmt: skip
    (tmp_path / "gds801").mkdir()
    text = "\n".join([",".join(row), ",".join(row.values()), ""])
    (tmp_path / "gds801" / "rules.csv").write_text(text, encoding="utf-8")
    if given["expected"] in row:
        with pytest.raises(SettingsError) as refusal:
            read_rules(specs=tmp_path)
        assert (refusal.value.params["line"], refusal.value.params["column"]) == (2, given["expected"])
        return
    more = {**rules(), **read_rules(specs=tmp_path)}
    monkeypatch.setattr("ei_export.standards.xml.judge.message.rules", lambda: more)
    faults = judged(DECLARATION, M573, *[edit(text) for text in given["edits"].split("; ") if text])
    told = [f"{fault.return_code} {fault.element}" for fault in faults if fault.params.get("rule") == "VC999"]
    assert told == [given["expected"]] * bool(given["expected"])


@pytest.mark.parametrize(("change", "edits", "expected"), [pytest.param(*row, id=row[0]) for row in changes("gds801")])
def test_a_line_is_not_taken_for_one_that_was_right(
    change: str, edits: list[Edit], expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lines of a right person are remembered, and then come as they were changed."""
    changed = etree.parse(message(DECLARATION, *edits, of=M573)).getroot()
    tag = f"{{{M573.namespace}}}Verzekerde"
    right = etree.parse(message(DECLARATION, of=M573)).getroot().findall(tag)
    for person in changed.findall(tag)[:1]:
        for one in right:
            person.addprevious(one)
    text = etree.tostring(changed, encoding="utf-8")
    found = [*XmlFile(M573, TODAY, "P").faults(io.BytesIO(text))]
    unlike = count()
    monkeypatch.setattr(judge_of_messages, "_said", lambda line: next(unlike))
    assert found == [*XmlFile(M573, TODAY, "P").faults(io.BytesIO(text))]


def test_no_rule_speaks_of_the_reference_of_a_line() -> None:
    """Lines that are alike but for that are judged once."""
    with (SPECS / "gds801" / "rules.csv").open(encoding="utf-8", newline="") as file:
        told = [row for row in csv.DictReader(file) if row["id"] not in TOGETHER and row["class"] != "Header"]
    assert len(told) > 90
    for row in told:
        assert "Referentienummer" not in re.findall(r"\w+", " ".join((row["when"], row["element"], row["values"])))
