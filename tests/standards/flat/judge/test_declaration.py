"""The controls of PM304, as the owner of a standard tests them: one correct file, and one change for each control.

A change is named by its level and element: N1 the file and its line ends, N2 the order and number of records, N3 an
element by itself, N4 elements beside others (``pm304_changes.csv`` for those two). Each must be caught at its element,
with the return code of the receiver, and nothing else reported.
"""

from collections.abc import Callable
from itertools import chain
from typing import Final

import pytest

from ei_export.standards.flat.judge.controls import controls
from ei_export.standards.flat.judge.relations import relations
from tests.support.declared import (
    END,
    Change,
    Records,
    changed,
    declaration,
    element_changes,
    file_of,
    judged,
    number_of,
)
from tests.support.messages import DEBTORS

#: Relations of another year or diagnosis than the correct file has; they have tests of their own below.
OTHERWISE: Final = {("0408", "VERIFY_ERA"), ("0416", "VERIFY_DIAGNOSIS"), ("0420", "VERIFY_DIAGNOSIS")} | {
    (element, "VERIFY_DIAGNOSIS_CLOSED") for element in ("0416", "0418", "0420")
}


def without(name: str) -> Records:
    records = declaration()
    del records[name]
    return records


def moved(name: str, behind: str) -> Records:
    """The records with one of them behind another."""
    record = declaration()[name]
    return dict(
        chain.from_iterable(
            [(each, text), (name, record)] if each == behind else [(each, text)] for each, text in without(name).items()
        )
    )


def added(behind: str, record: bytes) -> Records:
    """The records with one more behind one of them."""
    return dict(
        chain.from_iterable(
            [(each, text), ("added", record)] if each == behind else [(each, text)]
            for each, text in declaration().items()
        )
    )


def ended(name: str, end: bytes, record: Callable[[bytes], bytes] = lambda record: record) -> bytes:
    """The file with something else behind one record."""
    return b"".join(record(text) + end if each == name else text + END for each, text in declaration().items())


def renamed(name: str, kind: bytes) -> bytes:
    """The file with a record that says it is another kind."""
    record = declaration()[name]
    return file_of({**declaration(), name: kind + record[len(kind) :]})


def within(name: str, start: int, value: bytes) -> bytes:
    """The file with other bytes in a record."""
    record = declaration()[name]
    return file_of({**declaration(), name: record[:start] + value + record[start + len(value) :]})


def renumbered(name: str, number: str) -> bytes:
    return file_of(changed(declaration(), name, f"{declaration()[name][:2].decode()}02", number))


def with_ends(end: bytes) -> bytes:
    return b"".join(record + end for record in declaration().values())


RECORDS: Final = declaration()
A1: Final = RECORDS["A1"]
B: Final = RECORDS["B"]


def structural_changes() -> list[tuple[str, bytes, str | int, str, str, str]]:
    """Name, file, record (its name, or its number where it has none or moved), element, problem, return code."""
    end, length, order, number = ("VERIFY_LINE_END", "8095"), ("VERIFY_LENGTH", "0804"), "8026", "0801"
    kind, numbered = ("VERIFY_KIND", "0002"), ("VERIFY_NUMBER", number)
    inside, beside = ("VERIFY_LINE_END_INSIDE", "8095"), ("VERIFY_BESIDE_INSTITUTION", "8169")
    return [
        ("N1_8095_01", ended("A2", b"\n"), "A2", "", *end),
        ("N1_8095_02", ended("A2", b"\r"), "A2", "", *end),
        ("N1_8095_03", ended("A2", b""), "A2", "", *end),
        ("N1_8095_04", ended("A2", b"\n\r"), "A2", "", *end),
        ("N1_8095_05", ended("A2", b"\r\r\n"), "A2", "", *end),
        ("N1_8095_06", ended("A2", b"X\n"), "A2", "", *end),
        ("N1_8095_07", ended("A2", b"\rX"), "A2", "", *end),
        ("N1_8095_08", ended("trailer", b""), "trailer", "", *end),
        ("N1_8095_09", ended("trailer", b"\n"), "trailer", "", *end),
        ("N1_8095_10", ended("header", b""), "header", "", *end),
        ("N1_8095_11", with_ends(b"\n"), "header", "", *end),
        ("N1_8095_12", with_ends(b"\r"), "header", "", *end),
        ("N1_8095_13", with_ends(b""), "header", "", *end),
        ("N1_8095_14", ended("A2", END, lambda text: text[:100] + END + text[100:]), "A2", "", *inside),
        ("N1_8095_18", ended("A2", END, lambda text: text[:100] + END + text[102:]), "A2", "", *inside),
        ("N1_8095_19", ended("A2", END, lambda text: text[:100] + END + text[101:]), "A2", "", *inside),
        ("N1_8095_20", ended("A2", END, lambda text: END.join((text[:9], text[11:99], text[101:]))), "A2", "", *inside),
        ("N1_8095_25", ended("A2", END, lambda text: text[:-2] + END), "A2", "", *inside),
        ("N1_8095_21", ended("header", END, lambda text: text[:60] + END + text[62:]), "header", "", *inside),
        ("N1_8095_22", ended("B", END, lambda text: text[:70] + END + text[72:]), "B", "", *inside),
        ("N1_8095_23", ended("A comment", END, lambda text: text[:90] + END + text[92:]), "A comment", "", *inside),
        ("N1_8095_24", ended("trailer", END, lambda text: text[:99] + END + text[101:]), "trailer", "", *inside),
        ("N1_8095_15", ended("trailer", END + END), 18, "", "VERIFY_NO_RECORD", "8095"),
        ("N1_8095_16", ended("A2", END + b"\n"), 7, "", "VERIFY_NO_RECORD", "8095"),
        ("N1_8095_17", b"".join(with_ends(b"") for _ in range(20)), "header", "", "VERIFY_NO_LINE_ENDS", "8095"),
        ("N1_0210_01", within("A", 70, b"\n"), "A", "0210", "VERIFY_CONTROL", "0312"),
        ("N1_0804_01", ended("A2", END, lambda text: text[:-1]), "A2", "", *length),
        ("N1_0804_02", ended("A2", END, lambda text: text + b" "), "A2", "", *length),
        ("N1_0804_03", ended("A2", END, lambda text: text[:1]), "A2", "", *length),
        ("N1_0804_04", ended("A", END, lambda text: text[:-1]), "A", "", *length),
        ("N1_0804_05", ended("A comment", END, lambda text: text[:-1]), "A comment", "", *length),
        ("N1_0804_06", ended("header", END, lambda text: text + b"  "), "header", "", *length),
        ("N1_0804_07", ended("trailer", b"", lambda text: text[:200]), "trailer", "", *length),
        ("N1_0804_08", ended("E1", END, lambda text: text[:50]), "E1", "", *length),
        ("N1_0804_09", ended("trailer", END + b"\x1a"), 18, "", *length),
        ("N1_0804_10", file_of(declaration())[:-500], "E1", "", *length),
        ("N1_0102_01", within("header", 2, b"108"), "header", "0102", "VERIFY_CODE", "0010"),
        ("N2_0002_01", renamed("A", b"05"), "A", "0201", *kind),
        ("N2_0002_02", renamed("A", b"04"), "A", "0201", *kind),
        ("N2_0002_03", renamed("B3", b"  "), "B3", "0401", *kind),
        ("N2_0002_04", renamed("B3", b"02"), "B3", "0401", *kind),
        ("N2_0002_05", renamed("A comment", b"9A"), "A comment", "9801", *kind),
        ("N2_0002_06", renamed("trailer", b"90"), "trailer", "9901", *kind),
        ("N2_0002_07", renamed("A", b"03"), "A", "0201", *kind),
        ("N2_0002_08", file_of({**RECORDS, "B2": b"x" * 310}), "B2", "", *kind),
        ("N2_8026_01", file_of(moved("A1", "header")), 2, "", "VERIFY_ORDER", order),
        ("N2_8199_01", file_of(added("A1", RECORDS["header"])), 6, "", "VERIFY_HEADER_TWICE", "8199"),
        ("N2_8199_02", file_of(added("header", RECORDS["header"])), 2, "", "VERIFY_HEADER_TWICE", "8199"),
        ("N2_8199_03", file_of(declaration()) * 2, 18, "", "VERIFY_HEADER_TWICE", "8199"),
        ("N2_8200_01", file_of(added("trailer", RECORDS["trailer"])), 18, "", "VERIFY_TRAILER_TWICE", "8200"),
        ("N2_8200_02", file_of(added("B3", RECORDS["trailer"])), 18, "", "VERIFY_TRAILER_TWICE", "8200"),
        ("N2_8026_03", file_of(added("header", RECORDS["A2 comment"])), 2, "", "VERIFY_ORDER", order),
        ("N2_8026_04", file_of(without("trailer")), "", "", "VERIFY_NO_TRAILER", order),
        ("N2_8026_05", file_of(added("trailer", RECORDS["E1"])), 18, "", "VERIFY_AFTER_TRAILER", order),
        ("N2_8026_06", file_of(moved("trailer", "B3")), 13, "", "VERIFY_AFTER_TRAILER", order),
        ("N2_8026_07", file_of(without("E1")), "E", "", "VERIFY_PERSON_ALONE", order),
        ("N2_8026_08", nobody(), "", "", "VERIFY_NO_PERSON", order),
        ("N2_8026_09", twice("E", "D"), "E", "0203", "VERIFY_PERSON_TWICE", order),
        ("N2_8026_10", twice("B", "A"), "B", "0203", "VERIFY_PERSON_TWICE", order),
        ("N2_8075_01", debtor(), 5, "", "VERIFY_DEBTOR_RECORD", "8075"),
        ("N2_0801_01", file_of(added("A1", A1)), 6, "", "VERIFY_TWICE", number),
        ("N2_0801_02", file_of(added("A2", A1)), 7, "0402", *numbered),
        ("N2_0801_03", file_of(without("A1")), 5, "0402", *numbered),
        ("N2_0801_04", file_of(without("B")), 8, "0402", *numbered),
        ("N2_0801_05", file_of(moved("B1", "B2")), 9, "0402", *numbered),
        ("N2_0801_06", renumbered("B2", "000000000060"), "B2", "0402", *numbered),
        ("N2_0801_07", renumbered("B2", "000000000005"), "B2", "0402", *numbered),
        ("N2_0801_08", renumbered("A", "000000000002"), "A", "0202", *numbered),
        ("N4_0111_02", edited("header", {"0110": "00000000", "0112": "41000001"}), "header", "0111", *beside),
        ("N4_0113_03", edited("header", institution()), "header", "0113", "VERIFY_PAYEE", "8173"),
        ("N4_0113_04", edited("header", institution() | {"0113": "02"}), "header", "0113", "VERIFY_PAYEE", "8172"),
        ("N4_0429_04", nothing_calculated(), "B3", "0429", "VERIFY_ZERO_AMOUNT", "8032"),
        ("N4_9908_03", for_nothing("C"), "trailer", "9908", "VERIFY_SIGN", "8194"),
        ("N2_8084_01", credited_twice(), "D2", "0435", "VERIFY_CREDITED_TWICE", "8084"),
    ]  # fmt: skip


def edited(name: str, edits: dict[str, str], records: Records = RECORDS) -> bytes:
    """The file with some elements of a record changed."""
    for element, value in edits.items():
        records = changed(records, name, element, value)
    return file_of(records)


def institution() -> dict[str, str]:
    """What a header is changed in, to be that of an institution that has a practice paid."""
    return {"0110": "00000000", "0111": "00000000", "0112": "41000001"}


def nothing_calculated() -> bytes:
    """A line with a tariff, for which nothing is asked."""
    records = changed(declaration(), "trailer", "9907", "00000044450")
    return edited("B3", {"0429": "00000000", "0432": "00000000"}, records)


def for_nothing(sign: str) -> bytes:
    """All lines for nothing, as may be agreed, and a sign at the total."""
    records = changed(declaration(), "trailer", "9907", "00000000000")
    for name, text in RECORDS.items():
        if text[:2] == b"04":
            for element in ("0428", "0429", "0432"):
                records = changed(records, name, element, "00000000")
    return file_of(records if sign == "D" else changed(records, "trailer", "9908", sign))


def nobody() -> bytes:
    totals = {"9902": "000000", "9904": "000000", "9905": "000000", "9906": "0000000", "9907": "00000000000"}
    records = {name: declaration()[name] for name in ("header", "trailer")}
    for element, value in totals.items():
        records = changed(records, "trailer", element, value)
    return file_of(records)


def twice(name: str, other: str) -> bytes:
    """A person with the BSN and the insured number of another; their lines have it too."""
    records = declaration()
    for each, text in records.items():
        if each[0] == name and text[:2] in (b"02", b"04"):
            records[each] = text[:14] + RECORDS[other][14:42] + text[42:]
    return file_of(records)


def debtor() -> bytes:
    """With a debtor behind the first person, numbered and counted as it should be."""
    records: Records = {}
    for name, text in declaration().items():
        records[name] = text
        if name == "A comment 2":
            records["debtor"] = DEBTORS[len(text)].pack({"0302": 2, "0307": "Jansen", "0316": 12}).encode()
    for name, text in records.items():
        if text[:2] in (b"02", b"04") and name != "A":
            records[name] = text[:2] + b"%012d" % (int(text[2:14]) + 1) + text[14:]
    records = changed(records, "A2 comment", "9802", "000000000004")
    records = changed(records, "trailer", "9903", "000001")
    return file_of(changed(records, "trailer", "9906", "0000016"))


def credited_twice() -> bytes:
    records = declaration()
    for element, value in {"0430": "C", "0433": "C", "0435": "Q-0001"}.items():
        records = changed(records, "D2", element, value)
    return file_of(changed(records, "trailer", "9907", "00000036450"))


def changes() -> list[Change]:
    found = element_changes("pm304", declaration())
    for name, data, record, element, problem, return_code in structural_changes():
        at = record if isinstance(record, int) else number_of(RECORDS, record)
        found.append(Change(name, data, (at, element, problem, return_code)))
    return found


CHANGES: Final = changes()
EACH: Final = pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)


def test_the_correct_file_has_no_fault() -> None:
    assert judged(file_of(declaration())) == []


def test_lines_may_be_for_nothing() -> None:
    assert judged(for_nothing("D")) == []


def test_every_control_has_a_change() -> None:
    assert len(CHANGES) >= 300
    assert len({change.name for change in CHANGES}) == len(CHANGES)
    told = {(relation.element, relation.code) for relation in relations("pm304-3.2")}
    hit = {(change.expected[1], change.expected[2]) for change in CHANGES}
    assert told - hit <= OTHERWISE
    assert set(controls("pm304-3.2")) - {element for element, _ in hit} == {"0101"}  # without it, it is no message


@EACH
def test_a_change_is_caught_where_it_is_and_nothing_else_is(change: Change) -> None:
    change.check()
