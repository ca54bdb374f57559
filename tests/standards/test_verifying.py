"""Judging as such: what the quick way takes and the long way finds is the same, nothing crashes it, and files that the
program wrote itself are right."""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Final

import pytest
from attrs import evolve
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ei_export.base.problems import InputError
from ei_export.model.codelists import codes, diagnoses
from ei_export.model.declaration import Person
from ei_export.standards.fault import Fault
from ei_export.standards.flat.fragments import care_fragment, key_fragment, line_fragment, person_fragment
from ei_export.standards.flat.judge import cut as cutting
from ei_export.standards.flat.judge.cut import NO_ENDS, cut
from ei_export.standards.flat.judge.declaration import FlatFile
from ei_export.standards.flat.judge.lines import Lines
from ei_export.standards.flat.judge.receiver import Fragments
from ei_export.standards.flat.record import encoding
from ei_export.standards.verifying import verify_file
from tests.golden.cases import GOLDEN
from tests.standards.flat.judge.test_declaration import CHANGES
from tests.support.declared import END, answer, changed, declaration, file_of, judged
from tests.support.messages import PM304
from tests.support.samples import CARE, INVOICE, PERFORMANCE, PERSON

CORRECT: Final = file_of(declaration())
#: A line that becomes a credit makes the total another one.
_TOTAL: Final = [("9907", "VERIFY_TOTAL")]


def told(faults: list[Fault]) -> list[tuple[int | None, str, str]]:
    return [(fault.record, fault.element, fault.code) for fault in faults]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many records the quick way took each time."""
    said: list[int] = []
    accept = Lines.accept

    def counting(self: Lines, run: Sequence[bytes], at: int) -> int:
        said.append(accept(self, run, at))
        return said[-1]

    monkeypatch.setattr(Lines, "accept", counting)
    return said


def test_what_was_judged_before_is_taken_without_a_look(counted: list[int]) -> None:
    assert judged(CORRECT) == []
    assert sum(counted) == 3  # the lines of B


def test_the_long_way_finds_what_the_quick_way_leaves_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing on what it takes."""
    monkeypatch.setattr(Lines, "accept", lambda self, run, at: 0)
    monkeypatch.setattr(FlatFile, "_accepts_person", lambda self, text: False)
    assert judged(CORRECT) == []
    for change in CHANGES[::2]:
        assert [(*told([fault])[0], fault.return_code) for fault in judged(change.data)] == [change.expected], (
            change.name
        )


def test_what_the_program_wrote_is_right() -> None:
    paths = sorted(GOLDEN.glob("*/expected/*/declarations/*.txt"))
    assert len(paths) > 50
    for path in paths:
        with path.open("rb") as file:
            faults = list(verify_file(file, path.name, date(2026, 1, 1)))
        assert not [fault for fault in faults if fault.severity == "error"], path


# Relations that the correct file has no place for.


@pytest.mark.parametrize(
    ("record", "edits", "expected"),
    [
        ("B3", {"0415": "005", "0416": "00009926"}, [("0416", "VERIFY_DIAGNOSIS")]),
        ("B3", {"0419": "005", "0420": "9926"}, [("0420", "VERIFY_DIAGNOSIS")]),
        ("B3", {"0415": "005", "0416": "00001000"}, [("0416", "VERIFY_DIAGNOSIS_CLOSED")]),
        ("B3", {"0419": "005", "0420": "1000"}, [("0420", "VERIFY_DIAGNOSIS_CLOSED")]),
        ("D2", {"0418": "1000"}, [("0418", "VERIFY_DIAGNOSIS_CLOSED")]),
        ("B3", {"0413": "012", "0414": "00009926"}, []),  # of another list, that is not known here
        ("B3", {"0414": "00007023", "0421": "012"}, []),
        ("B3", {"0414": "00007023", "0421": "012", "0408": "20171231"}, [("0421", "VERIFY_INDICATION_DATE")]),
        ("B3", {"0414": "00008002", "0408": "20190501"}, []),
        ("B3", {"0414": "00008002", "0408": "20200101"}, [("0414", "VERIFY_DIAGNOSIS_DATE")]),
        ("B3", {"0428": "00000000", "0429": "00009000"}, [("0428", "VERIFY_ZERO_AMOUNT")]),
        ("B3", {"0428": "00000000", "0429": "00000000"}, [("0432", "VERIFY_AMOUNT")]),
        ("B3", {"0429": "00000000", "0432": "00000000"}, [("0429", "VERIFY_ZERO_AMOUNT"), *_TOTAL]),
        ("B3", {"0411": "0003", "0429": "00024000"}, []),
        ("B3", {"0411": "0003", "0429": "00016000"}, [("0429", "VERIFY_NUMBER_TIMES_TARIFF")]),
        ("B3", {"0425": "01012345", "0424": "20210301"}, []),
        ("B3", {"0425": "01012345", "0426": "0101"}, [("0424", "VERIFY_REFERRAL_DATE")]),
        ("B3", {"0427": "02"}, []),
        ("B3", {"0427": "99"}, []),
        ("B3", {"0430": "C", "0433": "C", "0435": "R-0005"}, [("0435", "VERIFY_CREDIT_OF_ITSELF"), *_TOTAL]),
        ("B3", {"0435": "R-0005"}, [("0435", "VERIFY_DEBIT_REFERENCE")]),
        ("A", {"0212": "2", "0213": "Vries", "0214": "de", "0216": "4"}, []),
        ("A", {"0221": "NL"}, []),
        ("A", {"0217": "      ", "0218": "L-1234", "0221": "LU"}, []),
        ("A", {"0217": "      ", "0218": "L-1234"}, [("0221", "VERIFY_COUNTRY")]),
        ("A", {"0217": "      ", "0221": "LU"}, []),
        ("A", {"0217": "      ", "0218": "L-1234", "0221": "00"}, [("0221", "VERIFY_COUNTRY")]),
        ("A", {"0218": "L-1234", "0221": "LU"}, [("0221", "VERIFY_COUNTRY")]),
        ("header", {"0106": "000000", "0107": "          "}, []),
        ("header", {"0110": "00000000", "0111": "00000000", "0112": "41000001", "0113": "04"}, []),
        ("header", {"0111": "00000000", "0112": "41000001", "0113": "04"}, [("0110", "VERIFY_BESIDE_INSTITUTION")]),
        ("header", {"0110": "00000000", "0112": "41000001", "0113": "04"}, [("0111", "VERIFY_BESIDE_INSTITUTION")]),
        ("header", {"0112": "41000001"}, [("0110", "VERIFY_BESIDE_INSTITUTION")]),
        ("header", {"0110": "00000000", "0113": "02"}, [("0110", "VERIFY_PROVIDER")]),
        ("header", {"0111": "00000000", "0113": "02"}, [("0111", "VERIFY_PROVIDER")]),
        ("header", {"0110": "00000000", "0111": "00000000"}, [("0110", "VERIFY_PROVIDER")]),
        (
            "header",
            {"0117": "20210502", "0115": "20210502", "0114": "20210502"},
            [("0114", "VERIFY_FUTURE"), ("0117", "VERIFY_FUTURE")],
        ),
    ],
)
def test_relations(record: str, edits: dict[str, str], expected: list[tuple[str, str]]) -> None:
    records = declaration()
    for element, value in edits.items():
        records = changed(records, record, element, value)
    assert [(fault.element, fault.code) for fault in judged(file_of(records))] == expected


def test_care_of_a_later_standard_is_warned_of() -> None:
    records = changed(changed(declaration(), "B3", "0408", "20250101"), "header", "0117", "20250401")
    (fault,) = judged(file_of(records), date(2025, 5, 1))
    assert (fault.element, fault.code, fault.severity, fault.expected) == (
        "0408",
        "VERIFY_ERA",
        "warning",
        "<= 20241231",
    )


def test_to_a_service_bureau_much_is_allowed() -> None:
    """Debtors, and care that may not be forwarded."""
    records = changed(changed(declaration(), "header", "0108", "0000"), "header", "0109", "98000001")
    records = changed(changed(records, "B3", "0407", "2"), "A", "0222", "D-1")
    assert judged(file_of(records)) == []


def test_without_a_day_any_invoice_date_will_do() -> None:
    assert judged(file_of(changed(declaration(), "header", "0117", "20990401")), None) == []


def test_a_lost_header_leaves_the_rest_to_be_judged() -> None:
    records = {**declaration(), "header": declaration()["header"] + b"x"}
    assert told(judged(file_of(changed(records, "B3", "0409", "000")))) == [
        (1, "", "VERIFY_LENGTH"),
        (11, "0409", "VERIFY_EMPTY"),
    ]


def test_two_mistakes_are_two_faults() -> None:
    records = changed(changed(declaration(), "A", "0207", "00000000"), "A", "0215", "")
    records = changed(changed(records, "A2", "0424", "20210231"), "E1", "0411", "0000")
    assert told(judged(file_of(records))) == [
        (2, "0207", "VERIFY_EMPTY"),
        (2, "0215", "VERIFY_EMPTY"),
        (6, "0424", "VERIFY_DATE"),
        (16, "0411", "VERIFY_EMPTY"),
    ]


# Any bytes ------------------------------------------------------------------------------------------

TEXT: Final = r"[ -~\xa1-\xac\xae-\xff]*"
FILLED: Final = r"[!-~\xa1-\xac\xae-\xff]" + TEXT
AGB: Final = r"(?!00)\d\d(?!0{6})\d{6}"
Values = dict[str, str]


def a_day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])) if 1900 <= int(text[:4]) <= 2100 else None
    except ValueError:
        return None


def between(first: str, last: str) -> Callable[[str, Values], bool]:
    return lambda raw, values: a_day(raw) is not None and first <= raw <= last


def like(pattern: str) -> Callable[[str, Values], bool]:
    return lambda raw, values: re.fullmatch(pattern, raw) is not None


def known_diagnosis(raw: str, values: Values) -> bool:
    found = diagnoses().get(raw.strip(" ").removeprefix("0000"))
    return raw[:1] != " " and found is not None and found.is_open and values["0421"] in found.indications


def allowed_indication(raw: str, values: Values) -> bool:
    found = diagnoses()[values["0414"].removeprefix("0000")]
    return raw in (*found.indications, *found.indications_under_18)


def name(raw: str, values: Values) -> bool:
    return re.fullmatch(FILLED, raw) is not None and re.search(" -|- +[^ ]", raw) is None and raw.strip(" 0") != ""


#: What may stand in an element of the correct file in the place of what does, reasoned without the tables of controls.
FREE: Final[dict[str, Callable[[str, Values], bool]]] = {
    "0105": like("[PT]"),
    "0106": like(r"(?!000000)\d{6}"),
    "0107": like(FILLED),
    "0110": like(AGB),
    "0111": like(r"(?!00)\d\d0(?!0{5})\d{5}"),
    "0113": like("0[23]"),
    "0114": between("19000101", "20210331"),
    "0115": between("20210301", "20210401"),
    "0116": like(FILLED),
    "0117": between("20210331", "20210501"),
    "0206": like(FILLED),
    "0207": between("19000101", "20210401"),
    "0208": like("[12]"),
    "0210": name,
    "0211": lambda raw, values: raw == " " * 10 or name(raw, values),
    "0213": lambda raw, values: values["0212"] == "2" and name(raw, values),
    "0214": lambda raw, values: values["0212"] == "2" and name(raw, values),
    "0215": like("[A-Za-zÀ-ÖØ-öø-ÿ]+ *"),
    "0216": lambda raw, values: raw in ("01234" if values["0212"] == "2" else "01"),
    "0217": like("[1-9][0-9]{3}[A-Za-z]{2}"),
    "0218": lambda raw, values: values["0221"] == "DE" and like(FILLED)(raw, values),
    "0219": like(r"\d{5}"),
    "0220": like(f"{FILLED}|      "),
    "0221": lambda raw, values: values["0217"] == " " * 6 and raw != "NL" and like("[A-Za-z]{2}")(raw, values),
    "0406": like(f"{FILLED}|{' ' * 15}"),
    "0408": lambda raw, values: between(max("19970101", values["0424"]), "20210401")(raw, values),
    "0410": like("[0-9A-Za-z]+ *"),
    "0412": like("[JNO ]"),
    "0413": lambda raw, values: raw in codes("COD392"),
    "0414": known_diagnosis,
    "0417": lambda raw, values: values["0418"] != " " * 8 and raw in codes("COD392"),
    "0418": lambda raw, values: values["0417"] == "005" and known_diagnosis(raw, values),
    "0421": allowed_indication,
    "0422": like(AGB),
    "0423": lambda raw, values: raw in codes("COD016") or (raw == "0000" and values["0422"] != "0" * 8),
    "0424": lambda raw, values: values["0425"] != "0" * 8 and between("19000101", values["0408"])(raw, values),
    "0425": like(AGB),
    "0426": lambda raw, values: raw == "0000" or raw in codes("COD016"),
    "0427": lambda raw, values: raw == "00" or raw in codes("COD217"),
    "0431": like("0[69]00"),
    "0434": like(FILLED),
    "0435": lambda raw, values: values["0433"] == "C" and like(FILLED)(raw, values),
    "9804": like(FILLED),
}


def places() -> Iterator[tuple[int, str, str]]:
    """The record and the element of every byte of the correct file; '' for the line ends."""
    for record in declaration().values():
        for element in PM304[record[:2].decode()].elements:
            yield from ((offset, record[:2].decode(), element.id) for offset in range(element.length))
        yield from ((offset, "", "") for offset in range(len(END)))


PLACES: Final = list(places())


@given(place=st.integers(0, len(CORRECT) - 1), byte=st.integers(0, 255))
@settings(max_examples=150, deadline=None)
@example(place=50, byte=0x0A)
@example(place=400, byte=0x0D)
def test_any_other_byte_is_a_fault_or_right_for_a_reason(place: int, byte: int) -> None:
    data = bytearray(CORRECT)
    if data[place] == byte:
        return
    data[place] = byte
    try:
        faults = judged(bytes(data))
    except InputError:
        assert PLACES[place][2] in ("0101", "0102", "0103", "0104")
        return
    if not faults:
        _, kind, id = PLACES[place]
        assert id in FREE, id
        start = place // (PM304.length + len(END)) * (PM304.length + len(END))
        values = PM304[kind].unpack(bytes(data[start : start + PM304.length]).decode(encoding()))
        assert FREE[id](values[id], values), (id, values[id])
    for fault in faults:
        assert all(fault.words("nl"))
        assert all(fault.words("en"))


@given(
    st.lists(st.tuples(st.integers(0, len(CORRECT)), st.sampled_from([b"", b"\r", b"\n", END, b"99", b"01", b"\0"])))
)
@settings(max_examples=60, deadline=None)
def test_no_bytes_put_in_or_taken_out_crash_it(edits: list[tuple[int, bytes]]) -> None:
    for correct in (CORRECT, file_of(answer())):
        data = correct
        for place, put in edits:
            data = data[:place] + put + data[place + (not put) :]
        if data.startswith((b"011070302", b"011080302")):
            faults = judged(data)
            if correct is CORRECT and len(data) != len(correct):  # a return may speak of it itself
                assert faults


@given(st.sampled_from([b"011070302P", b"011080302P"]), st.binary(max_size=2_000))
@settings(max_examples=60, deadline=None)
def test_no_bytes_at_all_crash_it(start: bytes, rest: bytes) -> None:
    assert judged(start + rest)


@given(st.lists(st.sampled_from([b"a" * 9, b"b" * 10, b"c" * 11, b"\r", b"\n", END, b"d" * 70_000]), max_size=14))
def test_whole_records_are_cut_out_whatever_is_between_them(parts: list[bytes]) -> None:
    data = b"".join(part + END for part in parts if part.isalpha() and len(part) < 20)
    assert [text for text, _ in cut(io.BytesIO(data), 10)] == data.split(END)[:-1]
    pieces = list(cut(io.BytesIO(b"".join(parts)), 10))
    assert sum(len(text) for text, _ in pieces) <= sum(map(len, parts))
    assert all(trouble != NO_ENDS for _, trouble in pieces[:-1])


@given(
    st.lists(st.sampled_from([b"a" * 9, b"b" * 10, b"c" * 11, b"e" * 10 + END, b"\r", b"\n", END]), max_size=30),
    st.integers(1, 5),
)
def test_records_that_are_cut_several_at_a_time_are_those_that_are_cut_line_by_line(
    parts: list[bytes], together: int
) -> None:
    data = b"".join(parts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cutting, "_RUN", 1_000)
        by_line = list(cutting._by_line(io.BytesIO(data), 10))
        patch.setattr(cutting, "_RUN", together)
        assert list(cut(io.BytesIO(data), 10)) == by_line


# Fragments ------------------------------------------------------------------------------------------


def line(person: Person = PERSON, **changes: Any) -> str:
    return line_fragment(key_fragment(person_fragment(person)), care_fragment(CARE), evolve(PERFORMANCE, **changes))


def test_fragments_are_judged_before_they_are_in_a_file() -> None:
    fragments = Fragments(INVOICE.date, INVOICE.uzovi)
    assert list(fragments.person(person_fragment(PERSON))) == []
    (asked,) = fragments.line(line())  # the first with more units than one times its price
    assert (asked.element, asked.code, asked.severity) == ("0429", "VERIFY_NUMBER_TIMES_TARIFF", "warning")
    for _ in range(3):
        assert list(fragments.line(line())) == []
    (late,) = fragments.line(line(date=INVOICE.date + timedelta(days=1)))
    assert (late.element, late.code, late.return_code) == ("0408", "VERIFY_DATE_ORDER", "8176")
    (less,) = fragments.line(line(claimed_cents=8001))
    assert (less.element, less.code) == ("0432", "VERIFY_AMOUNT")
    (other,) = fragments.line(line(evolve(PERSON, bsn="999900122")))
    assert (other.element, other.code) == ("0403", "VERIFY_KEY")
    (name,) = fragments.person(person_fragment(evolve(PERSON, name="Jansen -Vos")))
    assert (name.element, name.code) == ("0210", "VERIFY_FORM")
