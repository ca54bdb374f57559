"""How a person reads what stands in a message."""

import errno
import os

import pytest

from ei_export.base.problems import render
from ei_export.base.words import shown, words
from ei_export.model.columns import COLUMNS


@pytest.mark.parametrize(
    ("name", "value", "dutch", "english"),
    [
        ("date", "2021-03-02", "02-03-2021", "2021-03-02"),
        ("after", "940131", "940131", "940131"),
        ("found", "2021-03-02", "2021-03-02", "2021-03-02"),  # as somebody wrote it
        ("columns", "date, x", 'datum ("date"), "x"', 'date ("date"), "x"'),
        ("reason", os.strerror(errno.ENOSPC), "de schijf is vol", os.strerror(errno.ENOSPC)),
        ("reason", os.strerror(errno.ENOTTY), "systeemfout ENOTTY", os.strerror(errno.ENOTTY)),
        ("reason", "Expected '=' (at line 3, column 7)", "regel 3, teken 7", "Expected '=' (at line 3, column 7)"),
        ("reason", "-", "-", "-"),
        (
            "periods",
            "2021-01-01 – 2021-12-31, 2023-01-01 – 2023-12-31",
            "01-01-2021 – 31-12-2021, 01-01-2023 – 31-12-2023",
            "2021-01-01 – 2021-12-31, 2023-01-01 – 2023-12-31",
        ),
        ("expected", "DD-MM-YYYY", "DD-MM-JJJJ", "DD-MM-YYYY"),
        ("expected", "nnnn", "4 cijfers", "4 digits"),
        ("expected", "nnnnAA", "zoals 1000AA", "such as 1000AA"),
        (
            "expected",
            "nn0nnnnn | x",
            "8 cijfers met een 0 als derde, zoals 04012345 | x",
            "8 digits with 0 as the third, such as 04012345 | x",
        ),
        ("expected", "98nnnnnn", "8 cijfers die beginnen met 98", "8 digits that begin with 98"),
        ("expected", "nnnnnnnnn (11-proef)", "9 cijfers die aan de 11-proef voldoen", "9 digits that pass the 11-test"),
        ("expected", "count with the moment end only", "count alleen bij moment end", "count with the moment end only"),
        ("expected", "at most 9 characters", "hoogstens 9 tekens", "at most 9 characters"),
        (
            "expected",
            "the keys nl, en, and perhaps x",
            "de sleutels nl, en, en misschien x",
            "the keys nl, en, and perhaps x",
        ),
    ],
)
def test_what_a_person_reads(name: str, value: str, dutch: str, english: str) -> None:
    params = {name: value, "other": value}
    assert shown(params, "nl") == params | {name: dutch}
    assert shown(params, "en") == params | {name: english}


@pytest.mark.parametrize(
    ("said", "dutch"),
    [
        ("not UTF-8 (at line 12)", "geen UTF-8, op regel 12"),
        ("Unclosed array (at end of document)", "het houdt te vroeg op"),
        ("no such table: patiënten 2021", "tabel patiënten 2021 is er niet"),
        ("no such view: v", "tabel v is er niet"),
        ("no such column: Code (oud)", "kolom Code (oud) is er niet"),
        ("too large; the limit is 2000000 bytes", "het is groter dan 2000000 bytes"),
        ("field larger than field limit (131072)", "een cel is te lang"),
        ("';' expected after '\"'", "achter een aanhalingsteken hoort ;"),
        ("Bad CRC-32 for file 'a.txt'", "het is niet heel overgekomen"),
        ("no such table", "no such table"),
        ("[Errno 28] No space left on device: '/x'", "de schijf is vol"),
    ],
)
def test_why_something_failed(said: str, dutch: str) -> None:
    assert shown({"reason": said}, "nl") == {"reason": dutch}


def test_words_that_are_looked_up_are_of_something() -> None:
    assert set(words("columns", "nl")) == set(COLUMNS)
    assert [name for name in words("system", "nl") if not hasattr(errno, name)] == ["other"]
    for subject in ("forms", "libraries"):
        english, dutch = words(subject, "en"), words(subject, "nl")
        assert all(english[key] != dutch[key] for key in english)


def test_every_column_of_a_feed_is_called_what_a_clerk_calls_it() -> None:
    for column in COLUMNS:
        assert str(shown({"column": column}, "nl")["column"]).endswith(f' ("{column}")')


def test_the_messages_are_worded_so() -> None:
    message, _ = render("DATE_IN_FUTURE", {"date": "2021-03-02", "today": "2021-03-01"}, "nl")
    assert "02-03-2021" in message
    message, _ = render("WRITE_FAILED", {"path": "x", "reason": os.strerror(errno.EACCES)}, "nl")
    assert message == "x kan niet worden geschreven: daar is geen toestemming voor."
