"""A declaration of whatever program, read for what is in it."""

import io
import random
from collections.abc import Callable, Sequence
from datetime import date

import pytest

from ei_export.base.problems import InputError
from ei_export.standards.filed import FiledDeclaration, FiledLine
from ei_export.standards.message import recognise, start_of
from ei_export.standards.registry import standard_of
from tests.support.filed import BSNS, Care, gds801, pm304

CARED = (
    Care(1, "2021-03-01", cents=4150, units=2),
    Care(1, "2021-03-08", indication="001", diagnosis="2554"),
    Care(2, "2021-03-02", born="19510204", credit="X0-7", therapist="04055555"),
)


def filed(content: bytes) -> tuple[FiledDeclaration, list[FiledLine]]:
    file = io.BytesIO(content)
    message = recognise(start_of(file), "x")
    found = standard_of(message).filed(file, message, "x.txt")
    return found, list(found.read())


def test_pm304() -> None:
    declaration, lines = filed(pm304(CARED))
    assert (declaration.standard, declaration.invoice, declaration.test) == ("PM304 3.2", "X1", False)
    assert declaration.providers == {"provider_agb": "04098765", "practice_agb": "04012345"}
    first, second, credit = lines
    assert (first.reference, first.day, first.list, first.code) == ("X1-1", date(2021, 3, 1), "012", "1000")
    assert (first.units, first.cents, first.diagnosis, first.indication) == (2, 4150, "3426", "009")
    assert (first.who, first.patient_id, first.birth_year, first.sex) == (BSNS[1], "Q1", 1980, "2")
    assert (first.therapist_agb, first.postcode, first.uzovi, first.is_credit) == ("04098765", "1234AB", "7095", False)
    assert (second.diagnosis, second.indication) == ("2554", "001")
    assert (credit.is_credit, credit.previous, credit.birth_year) == (True, "X0-7", 1951)


def test_gds801() -> None:
    declaration, lines = filed(gds801([*CARED[:2], CARED[2]]))
    assert (declaration.standard, declaration.invoice, declaration.test) == ("GDS801 2.0", "G1", False)
    assert declaration.providers == {"practice_agb": "04012345"}
    first, _, credit = lines
    assert (first.reference, first.day, first.code, first.units, first.cents) == (
        *("G1-1", date(2021, 3, 1), "1000"),
        *(2, 4150),
    )
    assert (first.diagnosis, first.indication, first.therapist_agb) == ("3426", "009", "04098765")
    assert (first.who, first.birth_year, first.sex) == (BSNS[1], 1980, "")
    assert (credit.is_credit, credit.previous, credit.code, credit.cents) == (True, "X0-7", "", 4000)


def test_one_person_is_one_in_both_standards() -> None:
    (one, *_), (other, *_) = filed(pm304(CARED))[1], filed(gds801(CARED))[1]
    assert one.who == other.who


def test_who_has_no_bsn_is_known_by_insured_number_and_insurer() -> None:
    _, lines = filed(pm304([Care(1, "2021-03-01", bsn=False), Care(2, "2021-03-01", bsn=False)]))
    assert [line.who for line in lines] == ["999999999/70010001/7095", "999999999/70010002/7095"]


def test_nobody_reads_in_a_line_who_it_is_of() -> None:
    for content in (pm304(CARED), gds801(CARED)):
        for line in filed(content)[1]:
            assert BSNS[1] not in repr(line)
            assert "1234AB" not in repr(line)


@pytest.mark.parametrize(
    ("old", "new", "element"), [("20210301", "20211301", "0408"), ("00004150", "0000415x", "0432")]
)
def test_a_value_that_tells_nothing_is_refused_by_its_element(old: str, new: str, element: str) -> None:
    content = pm304(CARED).replace(old.encode(), new.encode())
    with pytest.raises(InputError) as refused:
        filed(content)
    assert (refused.value.code, refused.value.params["element"]) == ("FILED_MALFORMED", element)


def test_a_record_of_another_length_is_refused() -> None:
    content = pm304(CARED).replace(b"\r\n04", b"\r\n04 ", 1)
    with pytest.raises(InputError) as refused:
        filed(content)
    assert refused.value.code == "FILED_MALFORMED"


def test_xml_with_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(InputError) as refused:
        filed(gds801(CARED).replace(b"2021-03-08", b"2021-03-38"))
    assert refused.value.code == "FILED_MALFORMED"


@pytest.mark.parametrize("make", [pm304, gds801])
def test_whatever_the_bytes_are_it_is_read_or_refused(make: Callable[[Sequence[Care]], bytes]) -> None:
    draw, right = random.Random(5), make(CARED)
    read = 0
    for _ in range(300):
        content = bytearray(right)
        place = draw.randrange(len(content))
        content[place : place + draw.choice([0, 1, 1, 30])] = bytes([draw.randrange(256)])
        try:
            filed(bytes(content))
        except InputError:
            continue
        read += 1
    assert 0 < read < 300
