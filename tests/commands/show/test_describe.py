"""Records in words: every element under its name, every code with its meaning."""

import io
from collections.abc import Mapping

import pytest

from ei_export.base.problems import LANGUAGES, Language, SettingsError
from ei_export.commands.show.describe import Choice, Describer
from ei_export.commands.show.described import Described, Field
from ei_export.model.codelists import codes, diagnoses, english, every_code, return_codes
from ei_export.standards.contents import Content
from ei_export.standards.flat import reader
from ei_export.standards.flat.record import Element, Layout
from ei_export.standards.message import messages
from ei_export.standards.vocabulary import CodeMeanings, headings
from tests.support.messages import DEBTORS, HEADER, LINE, PERSON, PM304, PM305, RECORDS, TRAILER, Values, flat

MESSAGES = dict(zip((PM304.name, PM305.name), messages()[:2], strict=True))
ELEMENTS = [
    (layout, kind, element)
    for layout in (PM304, PM305)
    for kind, record in {**layout.records, "03": DEBTORS[layout.length]}.items()
    for element in record.elements
]
#: Which elements are codes of which list, from the names in the record layouts.
LISTS: Mapping[str, str] = {
    "0105": "COD856", "0113": "COD833", "0208": "COD046", "0209": "COD700", "0212": "COD700", "0216": "COD700",
    "0305": "COD046", "0306": "COD700", "0309": "COD700", "0313": "COD700", "0407": "COD820", "0409": "COD367",
    "0412": "COD183", "0413": "COD392", "0415": "COD392", "0417": "COD392", "0419": "COD392", "0421": "COD321",
    "0423": "COD016", "0426": "COD016", "0427": "COD217", "0430": "COD043", "0433": "COD043", "0482": "COD043",
    "0484": "COD043", "9908": "COD043", "9910": "COD043",
}  # fmt: skip
ALL = Choice(everything=True)
FILLED = Choice()
RETURN_CODE = Choice(elements=frozenset({"0496"}))
RETURN_CODES = {f"{kind}{number}" for kind in ("01", "02", "03", "04", "98") for number in (96, 97, 98)}


def described(layout: Layout, *contents: Content, choice: Choice = ALL, language: Language = "nl") -> list[Described]:
    schema = reader.elements(MESSAGES[layout.name])
    describer = Describer(schema, choice, CodeMeanings(language, {"1234": "Practice's own"}), language)
    return [record for record in map(describer.describe, contents) if record is not None]


def of_file(data: bytes, choice: Choice = FILLED, language: Language = "nl") -> list[Described]:
    contents = reader.contents(io.BytesIO(data), MESSAGES[PM304.name], "x.txt")
    return described(PM304, *contents, choice=choice, language=language)


def field(layout: Layout, kind: str, values: Mapping[str, str], id: str, language: Language = "nl") -> Field:
    (record,) = described(layout, Content(1, kind, values), language=language)
    return next(field for field in record.fields if field.id == id)


@pytest.mark.parametrize(("layout", "kind"), sorted({(layout.name, kind) for layout, kind, _ in ELEMENTS}))
def test_every_element_is_shown_under_its_name(layout: str, kind: str) -> None:
    elements = [element for each, of, element in ELEMENTS if (each.name, of) == (layout, kind)]
    values = {element.id: _some(element) for element in elements}
    names = {}
    for language in LANGUAGES:
        (record,) = described(Layout.load(layout), Content(1, kind, values), language=language)
        assert record.title
        assert {field.id: field.value for field in record.fields} == values
        names[language] = {field.id: field.name for field in record.fields}
    assert names["nl"] == {element.id: element.name for element in elements}
    # in English every name is our own; those that are the same in both languages are named here
    same = {"0106", "0325", "0180", "0280", "0380", "0480", "9880", "9980", "9999"} | {f"{kind}99"}
    assert {id for id in names["nl"] if names["nl"][id] == names["en"][id]} <= same


def _some(element: Element) -> str:
    return "1".zfill(element.length) if element.type == "N" else "x"


@pytest.mark.parametrize(("layout", "kind", "element"), [each for each in ELEMENTS if each[2].id in LISTS])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_its_meaning(layout: Layout, kind: str, element: Element, language: Language) -> None:
    for code in codes(LISTS[element.id]).values():
        if code.code.strip("0"):
            meaning = english().get((code.list, code.code), code.meaning) if language == "en" else code.meaning
            assert field(layout, kind, {element.id: code.code}, element.id, language).meaning == meaning
    unknown = "?" if element.type == "AN" else "7" * element.length
    assert field(layout, kind, {element.id: unknown}, element.id, language).meaning == ""


def test_every_code_is_translated() -> None:
    long = {"COD016", "COD367"}  # told in Dutch, but for what physiotherapy uses most
    read = {*LISTS.values(), "ZORG1-2019"} - long
    own = {("COD016", code) for code in ("0101", "0305", "0401", "0404", "0478")} | {
        ("COD367", "012"),
        ("COD367", "073"),
    }
    assert {key for key in every_code() if key[0] in read} | own <= english().keys()


def test_return_codes_have_their_text_everywhere() -> None:
    found = {element.id for layout, _, element in ELEMENTS if layout is PM305} & RETURN_CODES
    assert found == RETURN_CODES
    for id in found:
        assert field(PM305, id[:2], {id: "8021"}, id).meaning == return_codes()["8021"].text
        assert field(PM305, id[:2], {id: "9998"}, id).meaning == ""
    told = described(PM305, *(Content(1, "04", {"0496": code}) for code in return_codes()), choice=RETURN_CODE)
    assert [record.fields[0].meaning for record in told] == [known.text for known in return_codes().values()]


@pytest.mark.parametrize("id", ["0108", "0204", "0404"])
def test_an_insurer_is_named_by_its_number(id: str) -> None:
    names = {number: field(PM304, id[:2], {id: number}, id).meaning for number in ("0101", "7095", "1234", "9999")}
    assert names == {"0101": "VGZ: Univé", "7095": "VGZ", "1234": "Practice's own", "9999": ""}


@pytest.mark.parametrize(("list", "code"), [("0413", "0414"), ("0415", "0416"), ("0417", "0418"), ("0419", "0420")])
def test_a_diagnosis_is_told_where_its_list_is_known(list: str, code: str) -> None:
    digits = PM304["04"][code].type == "N"
    for diagnosis in ("3426", "7023", "1000"):
        known = diagnoses()[diagnosis]
        value = diagnosis.zfill(8) if digits else diagnosis
        found = field(PM304, "04", {list: "005", code: value}, code)
        assert found.meaning == f"{known.location}: {known.pathology}"
        assert field(PM304, "04", {list: "012", code: value}, code).meaning == ""
    assert "profiel 2" in field(PM304, "04", {list: "005", code: "8002"}, code).meaning
    assert "profile 2" in field(PM304, "04", {list: "005", code: "8002"}, code, "en").meaning


def test_the_message_is_named() -> None:
    assert field(PM304, "01", {"0102": "107"}, "0102").meaning == "PM304 3.2"
    assert field(PM305, "01", {"0102": "108"}, "0102").meaning == "PM305 3.2"


# What is shown ---------------------------------------------------------------------------------------


def ids(record: Described) -> set[str]:
    return {field.id for field in record.fields}


def test_what_is_empty_or_said_above_is_left_out() -> None:
    header, person, line, trailer = of_file(flat())
    assert ids(header) == {*HEADER}
    assert ids(person) == {*PERSON}
    assert ids(line) == {*LINE} - {"0403", "0404", "0405"}  # of the person
    assert ids(trailer) == {*TRAILER}


def test_what_differs_from_above_is_shown() -> None:
    records: list[tuple[str, Values]] = [
        *RECORDS[:2],
        ("04", {**LINE, "0403": "111222333", "0405": "40010020"}),
        RECORDS[-1],
    ]
    assert {"0403", "0405"} <= ids(of_file(flat(records))[2])
    assert "0404" not in ids(of_file(flat(records))[2])


def test_a_person_is_not_said_above_the_next_one() -> None:
    records: list[tuple[str, Values]] = [
        *RECORDS[:3],
        ("02", PERSON),
        ("04", LINE),
        ("98", {"9802": 2, "9803": 1, "9804": "x"}),
    ]
    _, _, _, person, line, comment = of_file(flat(records))
    assert {"0203", "0204", "0205"} <= ids(person)
    assert not {"0403", "0404", "0405"} & ids(line)
    assert ids(comment) == {"9803", "9804"}


def test_an_amount_of_zero_and_a_gap_in_what_must_be_filled_are_shown() -> None:
    records: list[tuple[str, Values]] = [*RECORDS[:2], ("04", {**LINE, "0429": 0, "0432": 0, "0434": ""}), RECORDS[-1]]
    empty = {field.id: field.empty for field in of_file(flat(records))[2].fields}
    assert empty["0429"]
    assert empty["0432"]
    assert empty["0434"]
    assert "0431" not in empty


def test_kinds_and_elements_can_be_chosen() -> None:
    def kinds(*wanted: str) -> list[str]:
        return [record.kind for record in of_file(flat(), Choice(kinds=frozenset(wanted)))]

    assert kinds("01", "04") == ["01", "04"]
    chosen = of_file(flat(), Choice(elements=frozenset({"0403", "0415", "9902"})))
    assert [(record.kind, ids(record)) for record in chosen] == [("04", {"0403", "0415"}), ("99", {"9902"})]


def test_a_line_alone_says_whom_it_is_about() -> None:
    (line,) = of_file(flat(), Choice(kinds=frozenset({"04"})))
    assert {"0403", "0404", "0405"} <= ids(line)


def test_unknown_kinds_are_left_out_of_a_choice_only() -> None:
    data = flat() + b"07 what is this\r\n"
    assert [record.kind for record in of_file(data)] == ["01", "02", "04", "99", "07"]
    assert [record.kind for record in of_file(data, Choice(elements=frozenset({"9902"})))] == ["99"]


@pytest.mark.parametrize(
    ("choice", "code", "found", "known"),
    [
        (Choice(kinds=frozenset({"05", "04", "06"})), "SHOW_KIND_UNKNOWN", "05, 06", "01, 02, 03, 04, 98, 99"),
        (
            Choice(frozenset({"98"}), frozenset({"0409", "9804"})),
            "SHOW_ELEMENT_UNKNOWN",
            "0409",
            "9801, 9802, 9803, 9804, 9880",
        ),
    ],
)
def test_what_does_not_exist_is_refused_with_what_does(choice: Choice, code: str, found: str, known: str) -> None:
    with pytest.raises(SettingsError) as refused:
        choice.check({"PM304 3.2": reader.elements(MESSAGES[PM304.name])})
    assert (refused.value.code, refused.value.params["found"]) == (code, found)
    assert refused.value.params["known"] == known


def test_a_choice_is_right_if_one_of_the_messages_has_it() -> None:
    schemas = {message.name: reader.elements(message) for message in MESSAGES.values()}
    Choice(elements=frozenset({"0483"})).check(schemas)
    with pytest.raises(SettingsError):
        Choice(elements=frozenset({"0483"})).check({"PM304 3.2": schemas["PM304 3.2"]})


# Headings --------------------------------------------------------------------------------------------


def test_headings_name_elements_that_exist() -> None:
    known = {element.id for _, _, element in ELEMENTS}
    for kind, heading in headings().items():
        if kind.isdigit():
            named = {
                token.strip("{}")
                for pieces in heading.headline.values()
                for piece in pieces
                for token in piece
                if token[0] == "{"
            }
            assert named <= {id for id in known if id.startswith(kind)}


def test_a_heading_tells_what_is_filled() -> None:
    header, person, line, trailer = (
        [[each if isinstance(each, str) else each.id for each in piece] for piece in record.headline]
        for record in of_file(flat())
    )
    assert header == [["factuur", "0116", "van", "0117"]]
    assert person == [["0215", "0211", "0210"], ["0207"], ["BSN", "0203"]]
    assert line == [["0408"], ["0409", "0410"], ["0411", "x"], ["0432", "0433"]]
    assert trailer == [["prestaties:", "9904"], ["totaal", "9907", "9908"]]
