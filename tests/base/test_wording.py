"""How a person reads what stands in a message."""

import errno
import os

import pytest

from ei_export.base.problems import render
from ei_export.base.wording import shown
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
    ],
)
def test_what_a_person_reads(name: str, value: str, dutch: str, english: str) -> None:
    params = {name: value, "other": value}
    assert shown(params, "nl") == params | {name: dutch}
    assert shown(params, "en") == params | {name: english}


def test_every_column_of_a_feed_is_called_what_a_clerk_calls_it() -> None:
    for column in COLUMNS:
        assert str(shown({"column": column}, "nl")["column"]).endswith(f' ("{column}")')


def test_the_messages_are_worded_so() -> None:
    message, _ = render("DATE_IN_FUTURE", {"date": "2021-03-02", "today": "2021-03-01"}, "nl")
    assert "02-03-2021" in message
    message, _ = render("WRITE_FAILED", {"path": "x", "reason": os.strerror(errno.EACCES)}, "nl")
    assert message == "x kan niet worden geschreven: daar is geen toestemming voor."
