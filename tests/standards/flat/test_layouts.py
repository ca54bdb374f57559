"""The record layouts against what the standard says of itself: lengths, and what a return repeats of a declaration."""

from ei_export.model.codelists import choices
from ei_export.standards.flat.record import Layout

PM304 = Layout.load("pm304-3.2")
PM305 = Layout.load("pm305-3.2")


def test_lengths_and_records() -> None:
    assert (PM304.length, PM305.length) == (310, 370)
    assert list(PM304.records) == list(PM305.records) == ["01", "02", "04", "98", "99"]


def test_a_return_repeats_the_declaration_and_adds_to_it() -> None:
    """Only the number of the message differs. Record 99 of a return is a record of its own."""
    for kind in ("01", "02", "04", "98"):
        declared = PM304[kind].elements
        repeated = PM305[kind].elements[: len(declared)]
        differing = {one.id for one, other in zip(declared, repeated, strict=True) if one != other}
        assert differing == ({"0102"} if kind == "01" else set())


def test_inferred_elements_are_in_the_layout() -> None:
    element = choices()["diagnosis_element"]
    for id in (element.value, *element.alternatives):
        assert PM304["04"][id].length == 8
