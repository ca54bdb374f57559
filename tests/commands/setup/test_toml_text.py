"""Changing a TOML file: what is asked for is so, and everything else stands where it stood."""

import tomllib
from datetime import date
from difflib import unified_diff
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ei_export.base.specs import STARTER
from ei_export.commands.setup.toml_text import AddTable, Drop, Edit, NotEditableError, Put, edited
from tests.support.demo import DEMO

TEXTS = tuple((folder / "ei-export.toml").read_text(encoding="utf-8") for folder in (STARTER, DEMO))


def changed(before: str, after: str) -> list[str]:
    lines = unified_diff(before.split("\n"), after.split("\n"), n=0, lineterm="")
    return [line for line in lines if line[:2] not in ("--", "++", "@@")]


def test_a_new_value_stands_behind_those_of_its_table_and_before_what_introduces_the_next() -> None:
    text = edited(TEXTS[0], [Put(("codes", "NEK1"), "940156")])
    lines = text.splitlines()
    at = lines.index('"NEK1" = "940156"')
    assert lines[at - 1].startswith('# "tel" = "-"')
    assert lines[at + 1] == ""
    assert lines[at + 2].startswith("# De contractposities")


def test_a_value_that_is_there_keeps_its_place_and_its_comment() -> None:
    text = edited(TEXTS[0], [Put(("codes", "011"), "-")])
    assert changed(TEXTS[0], text) == [
        '-"011" = "940135"                   # contact tussendoor: telt mee, wordt niet gedeclareerd',
        '+"011" = "-"                   # contact tussendoor: telt mee, wordt niet gedeclareerd',
    ]


def test_a_list_keeps_its_lines_and_comments() -> None:
    text = '[input.status]\ncompleted = [\n  "Klaar",  # van de agenda\n  "Weg",\n]\n'
    after = edited(text, [Put(("input", "status", "completed"), ["Klaar", "Gereed"])])
    assert '"Klaar",  # van de agenda' in after
    assert tomllib.loads(after)["input"]["status"]["completed"] == ["Klaar", "Gereed"]


def test_contracts_are_added_behind_the_others_and_taken_out() -> None:
    contract = AddTable("contracts", {"insurer": "ONVZ", "from": date(2024, 1, 1), "lists": ["a"]})
    text = edited(TEXTS[0], [contract])
    assert changed(TEXTS[0], text) == [
        "+[[contracts]]",
        '+insurer = "ONVZ"',
        "+from = 2024-01-01",
        '+lists = ["a"]',
        "+",
    ]
    assert edited(text, [Drop(("contracts", 4))]) == TEXTS[0]
    none = edited(TEXTS[0], [Drop(("contracts", 0))] * 4)
    assert "contracts" not in tomllib.loads(none)
    assert none.index("# De contractposities") < none.index("[tariffs]")
    assert tomllib.loads(edited(none, [contract]))["contracts"][0]["insurer"] == "ONVZ"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[codes]",
        'codes = { "01" = "940131" }\n',
        'codes."01" = "940131"\n',
        '[codes]\n"01" = "940131"\n[input]\npath = "x"\n[codes2]\n',
        "[ codes ] # hier\r\n\r\n[input]\r\n",
        'contracts = [{ insurer = "VGZ", from = 2020-01-01 }]\n[codes]\n',
    ],
)
def test_however_a_file_is_written_it_says_what_was_meant_or_is_refused(text: str) -> None:
    edits = [Put(("codes", "X"), "-"), Put(("input", "values", "uzovi", "Menzis"), "3332")]
    data: dict[str, Any] = tomllib.loads(text)
    data.setdefault("codes", {})["X"] = "-"
    data.setdefault("input", {}).setdefault("values", {})["uzovi"] = {"Menzis": "3332"}
    after = edited(text, edits)
    assert tomllib.loads(after) == data
    assert after.count("\r\n") == after.count("\n") * ("\r\n" in text)


def test_what_cant_be_written_is_refused() -> None:
    inline = 'contracts = [{ insurer = "VGZ", from = 2020-01-01 }]\n'
    with pytest.raises(NotEditableError):
        edited(inline, [AddTable("contracts", {"insurer": "CZ"})])
    hidden = '[practice]\nname = """\n[codes]\n"""\n'
    with pytest.raises(NotEditableError):
        edited(hidden, [Put(("codes", "X"), "-")])


WORDS = st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=12) | st.sampled_from(
    ['"', "\\", "'''", '"""\n[practice]\n', "x\n[[contracts]]\n", "#", "=", "\u2028", "\x00", "\r\n", "a.b", '"] #']
)
EDITS: st.SearchStrategy[Edit] = st.one_of(
    st.builds(lambda code, to: Put(("codes", code), to), WORDS, WORDS),
    st.builds(lambda code: Drop(("codes", code)), st.sampled_from(["01", "011", "BEL", "x"])),
    st.builds(lambda word, to: Put(("input", "values", "sex", word), to), WORDS, WORDS),
    st.builds(lambda words: Put(("input", "status", "completed"), words), st.lists(WORDS, max_size=3)),
    st.builds(lambda name: AddTable("contracts", {"insurer": name, "from": date(2024, 1, 1)}), WORDS),
    st.builds(lambda name: Put(("practice", "name"), name), WORDS),
    st.builds(lambda number: Drop(("contracts", number)), st.integers(0, 2)),
)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(TEXTS), st.booleans(), st.lists(EDITS, min_size=1, max_size=3))
def test_any_words_change_only_what_they_are_meant_for(text: str, is_windows: bool, edits: list[Edit]) -> None:
    """No word of a form becomes a key, a table or a comment of its own."""
    text = text.replace("\n", "\r\n") if is_windows else text
    before = tomllib.loads(text)
    after = edited(text, edits)  # what init makes can always be changed
    data = tomllib.loads(after)
    touched = {edit.name if isinstance(edit, AddTable) else edit.path[0] for edit in edits}
    assert all(data.get(key) == value for key, value in before.items() if key not in touched)
    assert data.keys() - touched == before.keys() - touched
    comments = [line for line in text.splitlines() if line.startswith("#")]
    if "contracts" not in touched:
        assert [line for line in comments if line not in after] == []
