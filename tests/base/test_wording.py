"""How a person reads what stands in a message."""

import errno
import os
import re

import pytest

from ei_export.base.entries import read_words
from ei_export.base.problems import LANGUAGES, catalogue, render
from ei_export.base.specs import SPECS
from ei_export.base.words import filled, shown, uncounted, words
from ei_export.model.columns import COLUMNS, MEASUREMENTS

#: What is never one: limits, how many there are of what is shown in part, the digits of a form.
MANY = {"limit", "all", "count", "digits"}


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
        ("expected", "nnnnAA", "4 cijfers en 2 letters, zoals 1000AA", "4 digits and 2 letters, such as 1000AA"),
        ("expected", "nn", "2 cijfers", "2 digits"),
        ("expected", "EEJJMMDD", "JJJJMMDD, zoals 20240131", "YYYYMMDD, such as 20240131"),
        ("expected", "JJJJ-MM-DD", "JJJJ-MM-DD, zoals 2024-01-31", "YYYY-MM-DD, such as 2024-01-31"),
        (
            "expected",
            "UU:MM:SS+UU:MM",
            "uu:mm:ss+uu:mm, zoals 09:30:00+01:00",
            "hh:mm:ss+hh:mm, such as 09:30:00+01:00",
        ),
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
    of_measurements = {MEASUREMENTS.called(column) for column in MEASUREMENTS.columns}
    assert set(words("columns", "nl")) == {*COLUMNS, *of_measurements}
    assert [name for name in words("system", "nl") if not hasattr(errno, name)] == ["ESHARING", "other"]
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


@pytest.mark.parametrize(
    ("count", "dutch"), [(1, "1 cel"), ("1", "1 cel"), (0, "0 cellen"), (21, "21 cellen"), ("…", "… cellen")]
)
def test_of_one_there_is_no_plural(count: object, dutch: str) -> None:
    text = "Deze rij heeft {found:cel|cellen} in plaats van {expected}."
    assert filled(text, {"found": count, "expected": 3}, "nl") == f"Deze rij heeft {dutch} in plaats van 3."
    assert uncounted(text) == "Deze rij heeft {found} cellen in plaats van {expected}."


@pytest.mark.parametrize(
    ("code", "params", "message"),
    [
        ("ROW_CELLS", {"found": 1, "expected": 40}, "Deze rij heeft 1 cel in plaats van 40 en is overgeslagen."),
        (
            "TABLE_CELLS",
            {"line": 3, "file": "t.csv", "found": 1, "expected": 7},
            "Regel 3 van de tabel t.csv heeft 1 cel",
        ),
        ("UNITS_TOO_MANY", {"units": 1, "limit": 99}, "Het traject telt 1 eenheid;"),
        ("DATE_INVALID", {"found": "", "expected": "YYYY"}, "(leeg) is geen bestaande datum."),
        ("STATUS_UNCLEAR", {"word": ""}, "Of deze afspraak is uitgevoerd is niet te zien; de status is (leeg)."),
        ("STATUS_UNCLEAR", {"word": "x"}, 'Of deze afspraak is uitgevoerd is niet te zien; de status is "x".'),
    ],
)
def test_one_is_one_and_nothing_is_not_quoted(code: str, params: dict[str, object], message: str) -> None:
    assert render(code, params, "nl")[0].startswith(message)


def test_every_text_that_counts_knows_the_word_for_one() -> None:
    things = (
        *("cellen", "rijen", "tekens", "weken", "maanden", "eenheden", "bestanden", "dagen", "patiënten", "regels"),
        *("cells", "rows", "characters", "weeks", "months", "units", "files", "days", "patients", "lines"),
    )
    many = re.compile(rf"\{{(\w+)\}} (?:{'|'.join(things)})\b")
    texts = {text for kind in catalogue().values() for language in LANGUAGES for text in kind.texts(language)}
    for path in (SPECS / "words").glob("*.toml"):
        texts |= {
            entry.texts[language]
            for entry in read_words(path)
            for language in LANGUAGES
            if f"one_{language}" not in entry.texts and entry.key != "age"  # a page says it from two days on
        }
    counted = [(place[1], text) for text in sorted(texts) for place in many.finditer(text)]
    assert [text for name, text in counted if name not in MANY] == []
