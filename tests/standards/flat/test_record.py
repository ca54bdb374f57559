"""Layout tables and the records they drive."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ei_export.base.problems import SettingsError
from ei_export.standards.flat import record as module
from ei_export.standards.flat.record import Element, Layout, Record, Template, as_int, is_text

LAYOUTS = ("pm304-3.2", "pm305-3.2")
RECORDS = [(name, kind) for name in LAYOUTS for kind in Layout.load(name).records]

TEXT = st.text(st.characters(codec="iso-8859-1", exclude_categories=("Cc", "Cf"), exclude_characters="\xa0"))


def values_of(elements: tuple[Element, ...]) -> st.SearchStrategy[dict[str, str | int]]:
    """Any values the elements can hold, some elements left out."""

    def values(element: Element) -> st.SearchStrategy[str | int]:
        if element.type == "N":
            number = st.integers(0, 10**element.length - 1)
            return st.one_of(number, number.map(str))
        return TEXT.map(lambda text: text[: element.length])

    return st.fixed_dictionaries({}, optional={element.id: values(element) for element in elements})


@pytest.mark.parametrize(("name", "length"), [("pm304-3.2", 310), ("pm305-3.2", 370)])
def test_a_standard_has_one_length_and_no_gaps(name: str, length: int) -> None:
    layout = Layout.load(name)
    assert list(layout.records) == ["01", "02", "04", "98", "99"]
    assert layout.length == length
    for kind, record in layout.records.items():
        assert record.length == length
        position = 1
        for element in record.elements:
            assert element.id.startswith(kind)
            assert element.start == position
            position = element.end + 1
        assert position == length + 1


def test_a_return_record_begins_as_the_record_it_answers() -> None:
    declared, returned = Layout.load("pm304-3.2"), Layout.load("pm305-3.2")
    for kind in ("01", "02", "04", "98"):
        for element in declared[kind].elements:
            answer = returned[kind][element.id]
            assert (answer.type, answer.start, answer.length) == (element.type, element.start, element.length)


@pytest.mark.parametrize(("name", "kind"), RECORDS)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_what_is_packed_is_unpacked(name: str, kind: str, data: st.DataObject) -> None:
    record = Layout.load(name)[kind]
    values = data.draw(values_of(record.elements[1:]))
    text = record.pack(values)
    raw = record.unpack(text)
    assert len(text) == record.length
    assert Layout.load(name).kind(text) == kind
    assert record.pack(raw) == text
    for element in record.elements[1:]:
        value = values.get(element.id, "")
        if element.type == "N":
            assert int(raw[element.id]) == int(value or 0)
        else:
            assert element.bare(raw[element.id]) == str(value).rstrip(" ")


@pytest.mark.parametrize(("name", "kind"), RECORDS)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_a_template_gives_what_pack_gives(name: str, kind: str, data: st.DataObject) -> None:
    record = Layout.load(name)[kind]
    values = data.draw(values_of(record.elements[1:]))
    free = [id for id in (element.id for element in record.elements) if id in values and data.draw(st.booleans())]
    fixed = {id: value for id, value in values.items() if id not in free}
    filled = tuple(int(values[id]) if record[id].type == "N" else values[id] for id in free)
    assert record.template(fixed, free) % filled == record.pack(values)
    assert Template(record, fixed, tuple(free)).fill(filled) == record.pack(values)


@pytest.mark.parametrize("name", ["A" * 26, "Dvořák", "Jan\nsen"])
def test_a_form_is_as_strict_as_pack(name: str) -> None:
    form = Template(Layout.load("pm304-3.2")["02"], {"0209": 1}, ("0203", "0210"))
    with pytest.raises(ValueError, match=r"^element 0210 takes") as caught:
        form.fill((123456782, name))
    assert name not in str(caught.value)


def test_a_number_is_digits_and_never_shown() -> None:
    assert (as_int("007"), as_int("")) == (7, 0)
    for text in ("12345678x", " 1", "+1", "1_0", "²"):
        with pytest.raises(ValueError, match=r"^digits only$"):
            as_int(text)


@pytest.mark.parametrize(
    ("element", "value", "packed"),
    [
        ("0219", 12, "00012"),
        ("0219", "12", "00012"),
        ("0219", 99999, "99999"),
        ("0219", "", "00000"),
        ("0211", "van der", "van der   "),
        ("0211", "van den é%", "van den é%"),
        ("0211", "", "          "),
        ("0218", 1000, "1000     "),
    ],
)
def test_digits_stand_right_and_text_stands_left(element: str, value: str | int, packed: str) -> None:
    assert Layout.load("pm304-3.2")["02"][element].pack(value) == packed


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ("0203", "12345678x"),
        ("0203", "1234567890"),
        ("0203", -12345),
        ("0203", "¹23456789"),
        ("0203", "١٢٣٤٥٦٧٨٩"),
        ("0210", "A" * 26),
        ("0210", "Novák\n"),
        ("0210", "Nov\x85k"),
        ("0210", "Dvořák"),
        ("0210", "Jansen\u00ad"),
    ],
)
def test_what_does_not_fit_is_refused_by_element_and_never_shown(element: str, value: str | int) -> None:
    with pytest.raises(ValueError, match=f"^element {element} takes") as caught:
        Layout.load("pm304-3.2")["02"].pack({element: value})
    assert str(value) not in str(caught.value)


def test_bare_leaves_the_zeros_of_a_code() -> None:
    record = Layout.load("pm304-3.2")["02"]
    assert record["0204"].bare("0101") == "0101"
    assert record["0211"].bare("van der   ") == "van der"
    assert record["0211"].bare(" " * 10) == ""


def test_a_part_is_cut_out_of_the_record() -> None:
    record = Layout.load("pm304-3.2")["04"]
    values: dict[str, str | int] = {"0403": 123456782, "0404": "7095", "0405": "A1", "0434": "R1", "0435": "R0"}
    key, rest = record.part("0403", "0405"), record.part("0434")
    assert record.pack(values)[14 : 14 + key.length] == key.pack({id: values[id] for id in ("0403", "0404", "0405")})
    assert record.pack(values).endswith(rest.pack({"0434": "R1", "0435": "R0"}))
    assert record.part(last="0402").pack({"0402": 7}) == "04000000000007"
    assert record.part() == record


@pytest.mark.parametrize(
    "act",
    [
        lambda record: record.pack({"0401": "04"}),
        lambda record: record.template({"0401": "04"}, []),
        lambda record: record.template({}, ["0401"]),
        lambda record: record.template({}, ["0204", "0203"]),
        lambda record: record.template({}, ["0203", "0203"]),
        lambda record: record.template({"0203": 1}, ["0203"]),
        lambda record: record.unpack(" " * 309),
        lambda record: record.unpack(" " * 311),
    ],
)
def test_a_mistake_in_the_program_is_refused(act: Callable[[Record], object]) -> None:
    with pytest.raises(ValueError, match="record 02"):
        act(Layout.load("pm304-3.2")["02"])


@given(st.text())
def test_text_is_what_iso_8859_1_prints(text: str) -> None:
    encodes = all(" " <= character <= "~" or "\xa1" <= character <= "\xff" for character in text)
    assert is_text(text) == (encodes and "\xad" not in text)


GOOD = """record,element,code,name,type,length,start,mandatory,rule,end,basis
01,0101,COD001,Kenmerk,N,2,1,M,,2,A
01,0102,COD002,Code,AN,3,3,M,,5,A
02,0201,COD001,Kenmerk,N,2,1,M,,2,A
02,0202,NUM040,Nummer,N,3,3,M,,5,A
"""


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Layout]:
    def load(text: str) -> Layout:
        (tmp_path / "test.csv").write_text(text, encoding="utf-8")
        return module._load.__wrapped__("test")

    monkeypatch.setattr(module, "SPECS", tmp_path)
    return load


def test_a_layout_is_read_from_its_table(load: Callable[[str], Layout]) -> None:
    layout = load(GOOD)
    assert layout["02"].pack({"0202": 7}) == "02007"
    assert layout.kind("99xyz") == "99"


@pytest.mark.parametrize(
    ("old", "new", "line", "column"),
    [
        ("Code,AN,3,3", "Code,AN,3,4", 3, "start"),
        ("Code,AN,3,3", "Code,AN,3,2", 3, "start"),
        ("Code,AN,3,3", "Code,AN,0,3", 3, "length"),
        ("Code,AN,3,3", "Code,AN,x,3", 3, "length"),
        ("Code,AN,3,3", "Code,A,3,3", 3, "type"),
        ("3,M,,5,A\n02,0201", "3,M,,6,A\n02,0201", 3, "end"),
        ("3,3,M,,5,A\n02,0201", "3,3,X,,5,A\n02,0201", 3, "mandatory"),
        ("0102,COD002", "0101,COD002", 3, "element"),
        ("0102,COD002", "0202,COD002", 3, "element"),
        ("0102,COD002", "0102,COD001", 3, "code"),
        ("0201,COD001", "0201,COD002", 4, "code"),
        ("Nummer,N,3,3,M,,5", "Nummer,N,4,3,M,,6", 5, "end"),
        ("Kenmerk,N,2,1,M,,2,A\n01", ",N,2,1,M,,2,A\n01", 2, "name"),
        ("3,M,,5,A\n02,0201", "3,M,,5,\n02,0201", 3, "basis"),
    ],
)
def test_a_broken_layout_is_refused_at_its_line(
    load: Callable[[str], Layout], old: str, new: str, line: int, column: str
) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(SettingsError) as caught:
        load(GOOD.replace(old, new))
    assert caught.value.code == "TABLE_VALUE"
    assert (caught.value.params["line"], caught.value.params["column"]) == (line, column)


def test_a_layout_without_rows_is_empty(load: Callable[[str], Layout]) -> None:
    assert load(GOOD.splitlines()[0]).records == {}
