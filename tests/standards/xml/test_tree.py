"""The element tables of messages 573 and 574, and elements that are written by them."""

import pytest

from ei_export.standards.xml.tree import Node, Tree, codes_of_trees, write, write_simple


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
