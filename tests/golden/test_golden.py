"""Every golden case, byte for byte; and that a difference is named where it is."""

from pathlib import Path

import pytest

from tests.golden.cases import Case, cases, differences

CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case, tmp_path: Path) -> None:
    told = list(differences(case.expected(), case.run(tmp_path)))
    assert not told, "\n".join([case.about, *told])


def _declaration() -> tuple[str, bytes]:
    files = next(case for case in CASES if case.name == "contacts-counted").expected()
    return next((name, content) for name, content in files.items() if name.endswith(".txt"))


def _changed(content: bytes, record: int, start: int, value: bytes) -> bytes:
    lines = content.split(b"\r\n")
    lines[record - 1] = lines[record - 1][: start - 1] + value + lines[record - 1][start - 1 + len(value) :]
    return b"\r\n".join(lines)


def test_a_difference_in_a_declaration_names_record_and_element() -> None:
    name, content = _declaration()
    (told,) = differences({name: content}, {name: _changed(content, 4, 76, b"0004")})
    assert told == f"{name}, record 4, 0411 Aantal uitgevoerde prestaties: expected '0003', found '0004'"


def test_a_record_too_few_and_one_of_another_length_are_named() -> None:
    name, content = _declaration()
    records = content.split(b"\r\n")
    assert list(differences({name: content}, {name: b"\r\n".join(records[:-1])})) == [f"{name}, record 6: missing"]
    told = list(differences({name: content}, {name: content.replace(b"\r\n99", b" \r\n99")}))
    assert told == [f"{name}, record 4: expected '04' of 310 characters, found '04' of 311"]


def test_a_difference_in_a_message_names_class_and_element() -> None:
    files = next(case for case in CASES if case.name == "gds801-turn-of-2025").expected()
    name, content = next((name, content) for name, content in files.items() if name.endswith(".xml"))
    (told,) = differences({name: content}, {name: content.replace(b"<Aantal>1<", b"<Aantal>2<", 1)})
    assert told.endswith("'DebetPrestatie', 'Aantal', '1'), found (6, 'DebetPrestatie', 'Aantal', '2')")


def test_a_difference_in_a_table_names_row_and_column() -> None:
    one, other = b"code,row\nX,1\n", b"code,row\nX,2\nY,3\n"
    told = list(differences({"problems.csv": one}, {"problems.csv": other}))
    assert told == [
        "problems.csv, row 2, row: expected '1', found '2'",
        "problems.csv, row 3: not expected: ['Y', '3']",
    ]


def test_a_difference_in_the_summary_names_the_key() -> None:
    one, other = b'{"run": "R000001", "declarations": [{"lines": 2}]}', b'{"run": null, "declarations": [{"lines": 3}]}'
    assert list(differences({"summary.json": one}, {"summary.json": other})) == [
        "summary.json, run: expected 'R000001', found None",
        "summary.json, declarations[1].lines: expected 2, found 3",
    ]


def test_another_exit_code_is_named() -> None:
    assert list(differences({"run-1/exit": b"0\n"}, {"run-1/exit": b"1\n"})) == ["run-1/exit: expected 0, found 1"]


def test_files_too_many_and_too_few_and_other_bytes_are_named() -> None:
    assert list(differences({"a.csv": b"x\n", "b.csv": b"x\n"}, {"a.csv": b'"x"\n', "c.csv": b""})) == [
        "a.csv: the same values in other bytes (line ends, quotes or padding)",
        "b.csv: expected, but not written",
        "c.csv: written, but not expected",
    ]
