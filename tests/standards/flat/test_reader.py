"""Flat messages taken apart, as they should be and as they come."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ei_export.base.problems import InputError
from ei_export.standards.contents import Content, Note
from ei_export.standards.flat import reader
from ei_export.standards.flat.record import Element, Layout
from ei_export.standards.message import messages
from tests.support.messages import DEBTORS, LINE, PERSON, PM304, PM305, RECORDS, flat, packed

MESSAGE, RETURN = messages()[:2]
#: What files bring in ISO 8859-1; a line end would be another record.
TEXT = st.text(st.characters(codec="iso-8859-1", exclude_categories=["Cc"]))


def contents(data: bytes) -> list[Content]:
    return list(reader.contents(io.BytesIO(data), RETURN if data.startswith(b"01108") else MESSAGE, "x.txt"))


def value(element: Element) -> st.SearchStrategy[str]:
    if element.type == "N":
        return st.integers(0, 10**element.length - 1).map(str)
    return TEXT.map(lambda text: text[: element.length].rstrip(" "))


@pytest.mark.parametrize("layout", [PM304, PM305], ids=["PM304", "PM305"])
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_any_record_comes_back_element_by_element(layout: Layout, data: st.DataObject) -> None:
    header = packed([RECORDS[0]], layout)[0]
    for kind, record in {**layout.records, "03": DEBTORS[layout.length]}.items():
        values = {element.id: data.draw(value(element)) for element in record.elements[1:]}
        text = "".join(
            kind if not index else values[e.id].zfill(e.length) if e.type == "N" else values[e.id].ljust(e.length)
            for index, e in enumerate(record.elements)
        )
        found = contents(f"{header}\r\n{text}\r\n".encode("latin-1"))[1]
        assert (found.number, found.kind, list(found.values)) == (2, kind, [e.id for e in record.elements])
        if not any(note.code == "utf8" for note in found.notes):  # any text may happen to be that
            assert "".join(found.values[e.id].ljust(e.length) for e in record.elements) == text
            assert found.fits


def test_a_schema_holds_the_debtor_record_of_its_length() -> None:
    for message, layout in ((MESSAGE, PM304), (RETURN, PM305)):
        schema = reader.elements(message)
        assert list(schema) == ["01", "02", "03", "04", "98", "99"]
        assert list(schema["03"]) == [element.id for element in DEBTORS[layout.length].elements]
        assert schema["02"]["0203"].numeric
        assert schema["02"]["0203"].mandatory
        assert not schema["02"]["0205"].mandatory


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_line_ends_and_blank_lines_change_nothing(end: str) -> None:
    expected = contents(flat())
    assert [content.kind for content in expected] == ["01", "02", "04", "99"]
    assert contents(flat(end=end) + (end * 2 + "   " + end + "\x1a").encode()) == expected


def person(text: str) -> Content:
    """A record 02 as a file brings it."""
    return contents(f"{packed(RECORDS[:1])[0]}\r\n{text}\r\n".encode("latin-1"))[1]


PERSON_TEXT = packed([("02", PERSON)])[0]
WHOLE = person(PERSON_TEXT)


def test_blanks_that_were_taken_off_the_end_are_put_back() -> None:
    found = person(PERSON_TEXT.rstrip())
    assert found.values == WHOLE.values
    assert found.notes == (Note("length", len(PERSON_TEXT.rstrip()), 310),)
    assert found.fits
    assert not found.text


def test_blanks_too_many_are_passed_over() -> None:
    found = person(PERSON_TEXT + "  ")
    assert (found.values, found.notes, found.fits) == (WHOLE.values, (Note("length", 312, 310),), True)


def test_a_record_that_lacks_something_is_cut_as_far_as_it_goes() -> None:
    for text in (PERSON_TEXT[1:], PERSON_TEXT[:100] + "x" + PERSON_TEXT[100:].rstrip().ljust(210, "x")):
        found = person("02" + text[2:])
        assert found.notes == (Note("length", len(text), 310),)
        assert not found.fits
        assert found.text == "02" + text[2:]
    assert person(PERSON_TEXT[:60] + PERSON_TEXT[61:]).values["0203"] == PERSON["0203"]


def test_an_unknown_kind_is_handed_over_as_it_is() -> None:
    found = person("07" + PERSON_TEXT[2:])
    assert found == Content(2, "07", {}, (Note("unknown"),), fits=False, text="07" + PERSON_TEXT[2:])


def test_letters_of_the_character_set_are_nothing_special() -> None:
    (text,) = packed([("02", {**PERSON, "0210": "Müller-Ørsted"})])
    found = person(text)
    assert found.values["0210"] == "Müller-Ørsted"
    assert not found.notes


def utf8(text: str) -> str:
    """As a reader of one byte a character sees it."""
    return text.encode().decode("latin-1")


def test_utf8_that_counts_letters_is_read() -> None:
    found = person(utf8(packed([("02", {**PERSON, "0210": "Müller"})])[0]))
    assert found.values == {**WHOLE.values, "0210": "Müller"}
    assert (found.notes, found.fits) == ((Note("utf8"),), True)


def test_utf8_that_counts_bytes_is_read() -> None:
    found = person(packed([("02", {**PERSON, "0210": utf8("Müller")})])[0])
    assert found.values == {**WHOLE.values, "0210": "Müller"}
    assert (found.notes, found.fits) == ((Note("utf8"),), True)


class Broken(io.BytesIO):
    """A file on a disk that gives up half-way."""

    def readline(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise OSError(5, "Input/output error")
        return super().readline(size)


def test_a_file_that_cannot_be_read_on_is_refused() -> None:
    found = reader.contents(Broken(flat()), MESSAGE, "x.txt")
    assert next(found).kind == "01"
    with pytest.raises(InputError, match=r"x\.txt") as refused:
        next(found)
    assert refused.value.code == "FILE_UNREADABLE"


def test_a_line_keeps_the_zeros_of_its_codes() -> None:
    line = contents(flat())[2].values
    assert (line["0409"], line["0410"], line["0411"]) == (LINE["0409"], LINE["0410"], "0001")
