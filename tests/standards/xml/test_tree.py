"""The element tables of messages 573 and 574, and elements that are written by them."""

import pytest

from ei_export.standards.xml.tree import Node, codes_of_trees, root_of, write, write_simple


def test_there_is_a_table_for_each_message_in_xml() -> None:
    assert codes_of_trees() == ["573", "574"]
    assert root_of("573") is root_of("573")
    feedback = root_of("574").find("Verzekerde/Prestatie/DebetPrestatie/Zorgaanbieder/Feedback")
    assert feedback is not None
    assert [child.name for child in feedback.children] == ["Retourcode", "BetrokkenElement"]
    assert root_of("573").find("Header/Feedback") is None
    assert root_of("573").find("Header/Feedback/Retourcode") is None


def header() -> Node:
    return root_of("573")["DeclaratieContext"]["Declarant"]


def test_elements_are_written_in_the_order_of_the_table() -> None:
    text = write(header(), {"ZorgaanbiederSoort": "2", "Zorgaanbiedercode": "04012345"})
    assert text == (
        "<Declarant><Zorgaanbiedercode>04012345</Zorgaanbiedercode><ZorgaanbiederSoort>2</ZorgaanbiederSoort></Declarant>"
    )
    number = root_of("573")["Verzekerde"]["Prestatie"]["DebetPrestatie"]["Machtigingsnummer"]
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
        write(root_of("573")["DeclaratieContext"], {"Declarant": "x"})
    with pytest.raises(ValueError, match="Declarant is not of its form"):
        write_simple(header(), "x")
