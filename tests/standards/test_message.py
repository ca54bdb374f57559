"""Files as messages: recognised by their first bytes, and cut into records whatever their line ends."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ei_export.base.problems import InputError
from ei_export.standards.flat.reader import Line, lines, records, without_end
from ei_export.standards.message import Message, messages, named, recognise, start_of

PM304, PM305, GDS801, GDS802 = messages()


@pytest.mark.parametrize(
    ("start", "message"),
    [
        (b"011070302P", PM304),
        (b"011080302P", PM305),
        (b"011070199P", PM304),  # of another version: for whoever reads on to say
        (b'<Bericht xmlns="http://ei.vektis.nl/declaratiebericht573">', GDS801),
        (b"<?xml ?>\r\n<!-- <a> -->\n<x:Bericht a='1' xmlns:x = 'http://ei.vektis.nl/declaratiebericht574'>", GDS802),
        (b'\xef\xbb\xbf<Bericht\nxmlns="http://ei.vektis.nl/declaratiebericht573"/>', GDS801),
    ],
)  # fmt: skip
def test_a_file_is_recognised_by_its_first_bytes(start: bytes, message: Message) -> None:
    assert recognise(start, "x.txt") == message
    assert start_of(io.BytesIO(start + b" " * 9_000)) == (start + b" " * 9_000)[:4096]


@pytest.mark.parametrize(
    ("start", "code"),
    [
        (b"", "FILE_NOT_RECOGNISED"),
        (b"021070302P", "FILE_NOT_RECOGNISED"),
        (b"01107030", "FILE_NOT_RECOGNISED"),
        (b"\xef\xbb\xbf011070302P", "FILE_NOT_RECOGNISED"),
        (b"011990102P", "MESSAGE_UNKNOWN"),
        (b"011010102P", "MESSAGE_NOT_READ"),
        (b"<!DOCTYPE a><Bericht/>", "FILE_NOT_RECOGNISED"),
        (b"<!---->" * 500, "FILE_NOT_RECOGNISED"),  # and at once
        (b"<?a?>" * 800, "FILE_NOT_RECOGNISED"),
        (b'<a><b xmlns="http://ei.vektis.nl/declaratiebericht573"/></a>', "FILE_NOT_RECOGNISED"),
        (b'<a xmlns="http://ei.vektis.nl/declaratiebericht5739"/>', "FILE_NOT_RECOGNISED"),
    ],
)
def test_anything_else_is_refused(start: bytes, code: str) -> None:
    with pytest.raises(InputError) as refused:
        recognise(start, "x.txt")
    assert refused.value.code == code
    assert "x.txt" in str(refused.value)


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("106", "AP304, Declaratie farmaceutische hulp"),
        ("176", "MZ301, Declaratie mondzorg"),
        ("195", "GZ321, Declaratie basis en gespecialiseerde GGZ"),
        ("112", "Declaratie huisartsenhulp"),
        ("902", "SB311, Debiteurrecord bij declaraties"),
    ],
)
def test_a_message_of_another_standard_is_named(code: str, title: str) -> None:
    with pytest.raises(InputError) as refused:
        recognise(b"01%s0102P" % code.encode(), "x.txt")
    assert (refused.value.code, refused.value.params["title"]) == ("MESSAGE_NOT_READ", title)
    assert refused.value.exit_code == 3


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"011070302P", "PM304 3.2"),
        (b"011070201P", "PM304 2.1"),
        (b"011081000P", "PM305 10.0"),
        (b'<Bericht xmlns="http://ei.vektis.nl/declaratiebericht573"/>', "GDS801 2.0"),
    ],
)
def test_another_version_is_named_as_it_says(start: bytes, name: str) -> None:
    assert named(start, recognise(start, "x.txt")) == name


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_records_are_numbered_whatever_their_line_ends(end: str) -> None:
    file = io.BytesIO(end.join(["011070302P", "", "04É", "9", ""]).encode("latin-1"))
    assert list(records(file, PM304)) == [
        Line(1, "01", "011070302P"),
        Line(2, "", ""),
        Line(3, "04", "04É"),
        Line(4, "9", "9"),
    ]


def test_a_file_without_line_ends_comes_in_pieces() -> None:
    text = "x" * 1_000_000
    pieces = list(records(io.BytesIO(text.encode()), PM304))
    assert "".join(piece.text for piece in pieces) == text
    assert max(len(piece.text) for piece in pieces) < 200_000


def test_a_long_file_with_bare_carriage_returns_is_cut_at_each() -> None:
    data = b"".join(b"%0310d\r" % number for number in range(2_000))
    assert [int(line) for line in map(without_end, lines(io.BytesIO(data)))] == list(range(2_000))


@settings(max_examples=40)
@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"a", b"b" * 40_000, b"c" * 65_536]), max_size=12))
def test_no_byte_is_lost(parts: list[bytes]) -> None:
    data = b"".join(parts)
    found = list(lines(io.BytesIO(data)))
    assert b"".join(found) == data
    assert not any(set(without_end(line)) & set(b"\r\n") for line in found)
