"""The element tables of messages 573 and 574: our own schemas are made of them, and say the same."""

import pytest

from ei_export.base.specs import SPECS
from ei_export.standards.message import Message
from ei_export.standards.xml.judge.message import XmlFile
from ei_export.standards.xml.safe import Schema
from ei_export.standards.xml.tree import FOLDER, ROOT, Node, Tree, codes_of_trees, schema_text, write, write_simple
from tests.support.gds import ANSWER, DECLARATION, M573, M574, edit, message

MESSAGES = pytest.mark.parametrize(("of", "text"), [(M573, DECLARATION), (M574, ANSWER)], ids=["573", "574"])


def own_schema(of: Message) -> Schema:
    return Schema.load(SPECS / FOLDER / f"own-{of.code}.xsd")


def differs(of: Message, text: str, *edits: str) -> str:
    """What the schema says of a changed message, '' if nothing."""
    namespace = f"{{{of.namespace}}}"
    tags = [f"{namespace}{node.name}" for node in Tree.load(of.code).root.children]
    found = own_schema(of).check(message(text, *map(edit, edits), of=of), "a.xml", f"{namespace}{ROOT}", tags)
    return found.says if found else ""


@MESSAGES
def test_the_schema_is_what_the_table_gives(of: Message, text: str) -> None:
    """After a change to the table: write it anew with `schema_text`."""
    written = (SPECS / FOLDER / f"own-{of.code}.xsd").read_text(encoding="utf-8")
    assert written == schema_text(Tree.load(of.code), of.namespace)
    assert "not the official schema" in written


@MESSAGES
def test_the_schema_takes_a_right_message(of: Message, text: str) -> None:
    assert differs(of, text) == ""


@pytest.mark.parametrize(
    "edits",
    [
        "drop Header", "drop Overzicht", "drop Header/Referentienummer", "drop DebetPrestatie", "drop Verzekerde",
        "after BSN <Naam>Jansen</Naam>", "put Aantal 0", "put BSN 12345678", "put Geboortedatum 1980-02-30",
        "put Bedrag 24,50", "put Bedrag -24.50", "put PrivacyCode 1", "again Begindatum", "again DebetPrestatie",
        "swap Aantal", "swap Header", "put Factuurnummer  x", "put Berichtcode 574",
        "after DebetPrestatie/Begindatum <Begintijd>25:00:00+01:00</Begintijd>",
    ],
)  # fmt: skip
def test_the_schema_refuses_what_verify_refuses(edits: str) -> None:
    assert differs(M573, DECLARATION, edits)
    assert any(XmlFile(M573, None).faults(message(DECLARATION, edit(edits))))


def test_there_is_a_table_for_each_message_in_xml() -> None:
    assert codes_of_trees() == ["573", "574"]
    assert Tree.load("573") is Tree.load("573")
    feedback = Tree.load("574").find("Bericht/Verzekerde/Prestatie/DebetPrestatie/Zorgaanbieder/Feedback")
    assert [child.name for child in feedback.children] == ["Retourcode", "BetrokkenElement"]
    with pytest.raises(KeyError):
        Tree.load("573").find("Bericht/Header/Feedback")


def header() -> Node:
    return Tree.load("573").find("Bericht/DeclaratieContext/Declarant")


def test_elements_are_written_in_the_order_of_the_table() -> None:
    text = write(header(), {"ZorgaanbiederSoort": "2", "Zorgaanbiedercode": "04012345"})
    assert text == (
        "<Declarant><Zorgaanbiedercode>04012345</Zorgaanbiedercode><ZorgaanbiederSoort>2</ZorgaanbiederSoort></Declarant>"
    )
    number = Tree.load("573").find("Bericht/Verzekerde/Prestatie/DebetPrestatie/Machtigingsnummer")
    assert write_simple(number, "A&B<C") == "<Machtigingsnummer>A&amp;B&lt;C</Machtigingsnummer>"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"ZorgaanbiederSoort": "2"}, "Bericht/DeclaratieContext/Declarant/Zorgaanbiedercode is missing"),
        ({"Zorgaanbiedercode": "1", "ZorgaanbiederSoort": "2"}, "Zorgaanbiedercode is not of its form"),
        ({"Zorgaanbiedercode": "04012345", "ZorgaanbiederSoort": "2", "Naam": "x"}, "Declarant has no Naam"),
        ({"Zorgaanbiedercode": {"x": "y"}, "ZorgaanbiederSoort": "2"}, "Zorgaanbiedercode is no class"),
    ],
)
def test_what_does_not_fit_is_named_and_not_told(values: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said) as refusal:
        write(header(), values)
    assert "04012345" not in str(refusal.value)


def test_a_class_is_no_text() -> None:
    with pytest.raises(ValueError, match="Declarant is not of its form"):
        write(Tree.load("573").find("Bericht/DeclaratieContext"), {"Declarant": "x"})
    with pytest.raises(ValueError, match="Declarant is not of its form"):
        write_simple(header(), "x")
