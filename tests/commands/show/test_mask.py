"""Masks: of nobody in a file is anything left, and who is the same person can still be seen."""

import io
from collections.abc import Mapping

import pytest

from ei_export.commands.show.described import HIDDEN
from ei_export.commands.show.mask import Mask
from ei_export.standards.contents import Content
from ei_export.standards.flat import reader
from ei_export.standards.flat.record import Layout
from ei_export.standards.message import messages
from ei_export.standards.vocabulary import word
from tests.support.messages import DEBTORS, HEADER, LINE, PERSON, PM304, PM305, RECORDS, Records, Values, flat

PM304_MESSAGE, PM305_MESSAGE = messages()[:2]
OTHER: Mapping[str, str | int] = {
    **PERSON, "0203": "111222333", "0205": "0040099999", "0206": "K18", "0207": "19980701", "0210": "Duivenvoorde",
    "0215": "Z", "0217": "9876ZX", "0219": 7, "0220": "",
}  # fmt: skip
OTHER_LINE: Values = {**LINE, "0403": "111222333", "0405": "0040099999"}

#: What is personal by its name in the record layouts; everything else is not hidden unless it holds such a thing.
PERSONAL = {
    "0203", "0205", "0206", "0207", "0210", "0211", "0213", "0214", "0215", "0217", "0218", "0219", "0220", "0222",
    "0303", "0304", "0307", "0308", "0310", "0311", "0312", "0315", "0316", "0317", "0318", "0319", "0320", "0322",
    "0323", "0324", "0325", "0403", "0405", "9804",
}  # fmt: skip


def masked(data: bytes, *, message_is_return: bool = False) -> list[Content]:
    message = PM305_MESSAGE if message_is_return else PM304_MESSAGE
    mask = Mask(reader.elements(message))
    for content in reader.contents(io.BytesIO(data), message, "x.txt"):
        mask.learn(content)
    return [mask.hide(content) for content in reader.contents(io.BytesIO(data), message, "x.txt")]


def hidden(records: Records) -> list[Content]:
    return masked(flat(records))


@pytest.mark.parametrize("layout", [PM304, PM305], ids=["PM304", "PM305"])
def test_what_is_personal_is_hidden_and_nothing_else(layout: Layout) -> None:
    records = {**layout.records, "03": DEBTORS[layout.length]}
    for kind, record in records.items():
        reserve = {element.id for element in record.elements if element.code == "TEC007"}
        masks = {element.id: word(element.code, element.id).masks for element in record.elements}
        hides = {id for id, mask in masks.items() if mask not in ("no", "check")}
        assert hides == {id for id in PERSONAL if id.startswith(kind)} | reserve


def test_a_person_has_one_mark_and_another_person_another() -> None:
    first = [("02", PERSON), ("04", LINE), ("04", LINE)]
    records = [*RECORDS[:1], *first, ("02", OTHER), ("04", OTHER_LINE), *first, RECORDS[-1]]
    marks = [(c.values["0203"], c.values["0205"], c.values["0206"]) for c in hidden(records) if c.kind == "02"]
    assert marks == [("#2",) * 3, ("#5",) * 3, ("#2",) * 3]
    lines = [(c.values["0403"], c.values["0405"]) for c in hidden(records) if c.kind == "04"]
    assert lines == [("#2", "#2"), ("#2", "#2"), ("#5", "#5"), ("#2", "#2"), ("#2", "#2")]


def test_a_line_of_another_person_than_it_stands_under_is_seen() -> None:
    records = [*RECORDS[:2], ("04", OTHER_LINE), ("02", OTHER), ("04", OTHER_LINE), RECORDS[-1]]
    assert [c.values["0403"] for c in hidden(records) if c.kind == "04"] == ["#3", "#3"]
    assert [c.values["0203"] for c in hidden(records) if c.kind == "02"] == ["#2", "#3"]


def test_marks_of_a_file_do_not_say_who_it_was() -> None:
    """Another person in the same place has the same mark, and leaves the same behind."""
    swap = {**OTHER, "0208": PERSON["0208"], "0219": 12, "0220": "bis"}
    assert hidden([*RECORDS[:2], ("04", LINE)]) == hidden([RECORDS[0], ("02", swap), ("04", OTHER_LINE)])


def test_without_a_bsn_insurer_and_number_say_who_it_is() -> None:
    one = {**PERSON, "0203": "999999999"}
    line = {**LINE, "0403": "999999999"}
    records = [
        RECORDS[0], ("02", one), ("04", line),
        ("02", {**one, "0204": "7095"}), ("04", {**line, "0404": "7095"}),
        ("02", {**one, "0203": 0}), ("02", {**one, "0205": "", "0206": ""}),
    ]  # fmt: skip
    found = hidden(records)
    assert [c.values["0203"] for c in found if c.kind == "02"] == ["999999999", "999999999", "000000000", "999999999"]
    assert [c.values["0205"] for c in found if c.kind == "02"] == ["#2", "#4", "#2", ""]
    assert [c.values["0405"] for c in found if c.kind == "04"] == ["#2", "#4"]


def test_what_is_empty_stays_empty() -> None:
    found = hidden([RECORDS[0], ("02", OTHER)])[1]
    assert (found.values["0211"], found.values["0218"], found.values["0220"]) == (HIDDEN, "", "")
    assert hidden([RECORDS[0], ("02", {**PERSON, "0219": 0})])[1].values["0219"] == "00000"


@pytest.mark.parametrize("element", ["0434", "0435"])
@pytest.mark.parametrize(
    "reference",
    [
        "123456782",
        "2020/123456782/1",
        "X123.456.782",
        "0000123456782",
        "20110923-1",
        "23-09-2011",
        "230911/4",
        "2392011",
        "PQWOLTERS2020",
        "wolters",
        "Wôltërs-1",
        "0040010020",
        "V/0040010020",
        "1234 AB 12",
        "111222333",  # of the other person
        "Duivenvoorde/3",
        "01071998",
    ],
)
def test_a_reference_that_gives_somebody_away_is_hidden(element: str, reference: str) -> None:
    records = [*RECORDS[:2], ("04", {**LINE, element: reference}), ("02", OTHER), RECORDS[-1]]
    assert hidden(records)[2].values[element] == HIDDEN


@pytest.mark.parametrize(
    "reference", ["V-0001", "240201R0000010000088", "2020-06-18/1", "123456783", "WOLF-1", "000000000001", "PQ", "K17"]
)
def test_any_other_reference_is_kept(reference: str) -> None:
    records = [*RECORDS[:2], ("04", {**LINE, "0434": reference}), ("02", OTHER), RECORDS[-1]]
    assert hidden(records)[2].values["0434"] == reference


def test_a_bsn_without_its_first_zero_is_found() -> None:
    records = [RECORDS[0], ("02", {**PERSON, "0203": "012345672"}), ("04", {**LINE, "0434": "A/12345672"})]
    assert hidden(records)[2].values["0434"] == HIDDEN


@pytest.mark.parametrize("element", ["0116", "0118", "0107"])
def test_what_comes_before_the_persons_is_checked_too(element: str) -> None:
    for value in ("123456782", "Wolters") if element != "0107" else ("20110923",):
        found = hidden([("01", {**HEADER, element: value}), *RECORDS[1:]])
        assert found[0].values[element] == HIDDEN
    assert hidden(RECORDS)[0].values["0116"] == HEADER["0116"]


@pytest.mark.parametrize("element", ["0406", "0410", "0418", "0434", "0435"])
def test_every_element_of_free_text_in_a_line_is_checked(element: str) -> None:
    records: Records = [RECORDS[0], ("02", {**PERSON, "0210": "Wolt"}), ("04", {**LINE, element: "Wolt"})]
    assert hidden(records)[2].values[element] == HIDDEN


def test_a_number_that_could_be_a_bsn_is_checked() -> None:
    records = [RECORDS[0], ("02", {**PERSON, "0202": "000123456782"})]
    assert hidden(records)[1].values["0202"] == HIDDEN


def test_debtors_are_persons() -> None:
    debtor: Values = {
        "0302": 2, "0303": "D9", "0304": "19701231", "0307": "Kruisheer", "0312": "QZ", "0315": "Lindelaan",
        "0318": "2345BC", "0320": "Ommen", "0322": "0612345678", "0324": "q@example.org", "0325": "NL91ABNA0417164300",
    }  # fmt: skip
    line = {**LINE, "0402": 3, "0434": "KRUISHEER1"}
    found = hidden([*RECORDS[:2], ("03", debtor), ("04", line)])
    assert {value for id, value in found[2].values.items() if id in debtor and id != "0302"} <= {HIDDEN, "#3"}
    assert found[3].values["0434"] == HIDDEN


def test_comments_are_hidden() -> None:
    found = hidden([*RECORDS[:3], ("98", {"9802": 2, "9803": 1, "9804": "Mevrouw belde."})])
    assert found[3].values["9804"] == HIDDEN
    assert found[3].values["9803"] == "0001"


def test_what_stands_in_a_reserve_is_hidden() -> None:
    assert hidden([RECORDS[0], ("02", {**PERSON, "0280": "2"})])[1].values["0280"] == HIDDEN


# Files that are not as they should be ---------------------------------------------------------------


def lines(*changed: bytes) -> list[Content]:
    return masked(b"\r\n".join([flat(RECORDS[:2]).rstrip(b"\r\n"), *changed]) + b"\r\n")


LINE_BYTES = flat([RECORDS[2]]).rstrip(b"\r\n")


@pytest.mark.parametrize(
    "line",
    [
        LINE_BYTES[:20] + LINE_BYTES[21:],  # shifted, so that part of a BSN would be the insurer
        LINE_BYTES[:12] + b"0" + LINE_BYTES[12:],
        LINE_BYTES[:20] + LINE_BYTES[21:] + b" ",  # of the right length all the same
        LINE_BYTES + b"Wolters",
    ],
)
def test_of_a_record_that_may_be_shifted_nothing_is_left(line: bytes) -> None:
    found = lines(line)[2]
    assert set(found.values.values()) <= {HIDDEN, ""}
    assert found.text in (HIDDEN, "")


def test_a_record_without_its_blanks_is_masked_as_any_other() -> None:
    assert lines(LINE_BYTES.rstrip())[2].values == lines(LINE_BYTES)[2].values


def test_blanks_for_zeros_are_no_shift() -> None:
    line = LINE_BYTES.replace(b"20200511", b" " * 8)  # the date of the referral
    assert lines(line)[2].values["0424"] == ""
    assert lines(line)[2].values["0434"] == "V-0001"


@pytest.mark.parametrize(("line", "kind"), [(b"07 Wolters", "07"), (b"Wolters", HIDDEN)])
def test_of_an_unknown_record_nothing_is_left(line: bytes, kind: str) -> None:
    found = lines(line)[2]
    assert (found.kind, found.values, found.text) == (kind, {}, HIDDEN)


def test_the_reference_of_an_insurer_is_checked() -> None:
    data = flat([("01", {**HEADER, "0181": "BRIEF-WOLTERS", "0182": "20200710", "0196": "8001"}), *RECORDS[1:2]], PM305)
    assert masked(data, message_is_return=True)[0].values["0181"] == HIDDEN
