"""The tables of docs/ say what the code says, name by name; what a page names exists."""

import csv
import json
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import click
import pytest

from ei_export.base.problems import PROBLEM_COLUMNS, catalogue
from ei_export.cli import common, main
from ei_export.commands.specs_check import check_specs
from ei_export.declaring.files import LINE_COLUMNS
from ei_export.model.appointment import Outcome
from ei_export.model.columns import COLUMNS, REQUIRED
from ei_export.settings.settings import _KEYS, load
from ei_export.standards.xml.judge.constraints import CONSTRAINTS
from tests.support.demo import demo
from tests.support.markdown import PAGES, ROOT, blocks, prose, quoted, read, table

PRACTICE = '[practice]\npractice_agb = "04012345"\nprovider_agb = "04098765"\n'
CONTRACT = '[[contracts]]\ninsurer = "VGZ"\nfrom = 2023-01-01\n'
SETTINGS = table("docs/settings.md", "key", "holds", "default")
#: Settings with names of the practice's own below them.
FREE = {"input.columns", "input.values", "codes", "uzovi", "severity"}
#: Where a default is a value, or words, and no explanation: a backtick begins it.
DEFAULTS = [(quoted(key)[0], quoted(default)) for key, _, default in SETTINGS if default.startswith("`")]


# Settings ----------------------------------------------------------------------------------------------------------


def test_every_setting_is_in_the_table() -> None:
    sections = {key for key in _KEYS if key}
    known = {f"{section}.{name}".lstrip(".") for section, names in _KEYS.items() for name in names}
    told = [quoted(key)[0] for key, *_ in SETTINGS]
    assert len(told) == len(set(told))
    assert set(told) == (known - sections) | FREE


@pytest.mark.parametrize(("key", "words"), DEFAULTS)
def test_a_default_is_what_a_setting_is_without_a_line(tmp_path: Path, key: str, words: list[str]) -> None:
    section, _, name = key.rpartition(".")
    parts = {"practice": PRACTICE, "contracts": CONTRACT}
    path = tmp_path / "ei-export.toml"
    path.write_text("".join(parts.values()), encoding="utf-8")
    without = load(path)
    parts[section] = (
        parts.get(section, f"[{section}]\n") + f"{name} = {_toml(words, is_list=section == 'input.status')}\n"
    )
    path.write_text("".join(parts.values()), encoding="utf-8")
    assert load(path) == without


def _toml(words: list[str], *, is_list: bool) -> str:
    """The value that a table gives: words, of which … leaves some out, a number, or a text or list as it is."""
    if is_list:
        return json.dumps([word for word in words if word not in ("…", '""')], ensure_ascii=False)
    (value, *_) = words
    return value if re.fullmatch(r"[1-9]\d*|\[.*\]", value) else json.dumps(value)


# Input and output --------------------------------------------------------------------------------------------------


def test_every_input_column_is_in_the_table() -> None:
    names = [name for name, _ in table("docs/input.md", "column", "holds")]
    assert names == [f"**{column}**" if column in REQUIRED else column for column in COLUMNS]


def test_every_file_of_a_run_is_told_of(tmp_path: Path) -> None:
    out = demo(tmp_path) / "out"
    made = {path.name for path in (*out.iterdir(), *out.glob("R000001/*")) if path.is_file()}
    assert len(made) > 5
    assert made <= {name.rpartition("/")[2] for name in quoted(read("docs/output.md"))}


def test_every_column_of_the_output_is_in_the_table() -> None:
    told = {quoted(file)[0]: tuple(quoted(columns)) for file, columns in table("docs/output.md", "file", "columns")}
    assert told == {"lines.csv": LINE_COLUMNS, "problems.csv": PROBLEM_COLUMNS}


def test_every_count_is_in_the_table() -> None:
    told = [quoted(count)[0] for count, _ in table("docs/output.md", "count", "appointments")]
    assert sorted(told) == sorted(outcome.value for outcome in Outcome)


@pytest.mark.parametrize(
    ("page", "header"),
    [
        ("docs/output.md", ("code", "means for `run`", "for the other commands")),
        ("docs/nl/elke-nacht.md", ("exitcode", "betekent")),
    ],
)
def test_every_exit_code_is_in_the_table(page: str, header: tuple[str, ...]) -> None:
    codes = [int(row[0]) for row in table(page, *header)]
    assert codes == [0, common.HELD, common.USAGE, common.INPUT, common.WRITING, common.BUSY, common.INTERRUPTED]


def test_the_standards_are_those_of_their_table() -> None:
    with (ROOT / "specs" / "standards.csv").open(encoding="utf-8", newline="") as rows:
        known = [(_care(row), row["standard"], ", ".join(row["lists"].split())) for row in csv.DictReader(rows)]
    rows_told = table("docs/rules.md", "care", "standard", "lists", "answers")
    assert [(care, standard.partition(",")[0], lists) for care, standard, lists, _ in rows_told] == known


def _care(row: Mapping[str, str]) -> str:
    days = {name: date.fromisoformat(row[name]) for name in ("from", "until") if row[name]}
    return " ".join(f"{name} {day.day}-{day.month}-{day.year}" for name, day in days.items())


def test_the_overlay_shown_is_a_good_table(tmp_path: Path) -> None:
    overlay = tmp_path / "zorg1-2024.csv"
    overlay.write_text(blocks("docs/rules.md", "csv")[0], encoding="utf-8")
    assert check_specs([overlay]) == []


CLERK = ("docs/clerk.md", "docs/nl/declaratiemedewerker.md")
#: What is written for today: not what was true of a version.
CURRENT = [page for page in PAGES if page != "CHANGELOG.md"]


def test_every_step_of_explain_is_in_the_table() -> None:
    """A step is called by the first part of the key of its sentence; the rest of the file is of labels and of parts."""
    with (ROOT / "specs" / "words" / "explain.toml").open("rb") as file:
        steps = tomllib.load(file).keys() - {"kinds", "label", "moment", "said", "title"}
    told = [name for names, *_ in table("docs/clerk.md", "step", "tells", "source") for name in quoted(names)]
    assert len(told) == len(set(told))
    assert set(told) == steps


@pytest.mark.parametrize(
    ("page", "header", "language"), [(CLERK[0], ("section", "tells"), "en"), (CLERK[1], ("kop", "vertelt"), "nl")]
)
def test_every_section_of_status_is_in_the_table(page: str, header: tuple[str, str], language: str) -> None:
    with (ROOT / "specs" / "words" / "status.toml").open("rb") as file:
        texts = [text[language] for text in tomllib.load(file).values() if language in text]
    headings = {found[0] for text in texts if (found := re.match(r"[A-Z][A-Z, ]+[A-Z]", text))}
    assert headings == {heading for heading, _ in table(page, *header)}


# What is named -----------------------------------------------------------------------------------------------------


def spoken(page: str) -> list[str]:
    """What a page says that can be typed: code in its text, commands in its blocks."""
    typed = "\n".join(blocks(page, "console") + blocks(page, "sh"))
    commands = re.findall(r"^(?:\$ )?(ei-export [^|;&>\n]*)", typed, re.MULTILINE)
    return [*commands, *(code for code in quoted(prose(page)) if code.startswith("ei-export "))]


@pytest.mark.parametrize("page", CURRENT)
def test_every_command_and_option_exists(page: str) -> None:
    for text in spoken(page):
        words = text.split()[1:]
        command: click.Command = main
        while isinstance(command, click.Group) and words and not words[0].startswith("-"):
            found = command.get_command(click.Context(command), words.pop(0))
            assert found is not None, text
            command = found
        options = {option for each in command.params for option in (*each.opts, *each.secondary_opts)}
        known = options | {"-h", "--help"}
        asked = {word.partition("=")[0].rstrip(",.") for word in words if re.match("--?[a-z]", word)}
        assert asked <= known, text


@pytest.mark.parametrize("page", CURRENT)
def test_every_option_named_on_its_own_exists(page: str) -> None:
    named = {code.split()[0] for code in quoted(prose(page)) if code.startswith("--")}
    assert named <= every_option(main) | {"--help"}


def every_option(command: click.Command) -> set[str]:
    """The options of a command, and of those below it."""
    options = {option for each in command.params for option in each.opts}
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            if (member := command.get_command(context, name)) is not None:
                options |= every_option(member)
    return options


@pytest.mark.parametrize("page", CURRENT)
def test_every_file_named_exists(page: str) -> None:
    named = {
        code
        for code in quoted(prose(page))
        if re.fullmatch(r"(?:ei_export|specs|docs|tests|tools|fixtures)/[\w./*-]*", code)
    }
    assert [name for name in named if not list(ROOT.glob(name.rstrip("/")))] == []


@pytest.mark.parametrize("page", CURRENT)
def test_every_problem_named_is_in_the_catalogue(page: str) -> None:
    named = {code for code in re.findall(r"\b[A-Z]+(?:_[A-Z0-9]+)+\b", read(page)) if not code.startswith("EI_EXPORT")}
    assert named <= catalogue().keys()


def test_the_dutch_page_for_the_clerk_gives_the_commands_of_the_english_one() -> None:
    given = {page: [text.split()[1:3] for text in spoken(page) if "--today" in text] for page in CLERK}
    assert given[CLERK[0]] == given[CLERK[1]] != []


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith("docs/nl/")])
def test_dutch_pages_say_u(page: str) -> None:
    assert re.findall(r"\b(?:je|jij|jou|jouw|jullie)\b", prose(page).lower()) == []


# Tables of specs/ --------------------------------------------------------------------------------------------------


def test_every_table_of_specs_is_in_its_list() -> None:
    rows = table("specs/README.md", "table", "holds", "source", "checked on")
    listed = [name + "*" * name.endswith("/") for cell, *_ in rows for name in quoted(cell)]
    files = [path.relative_to(ROOT / "specs") for path in (ROOT / "specs").rglob("*.*") if path.name != "README.md"]
    assert [file for file in files if not any(file.match(name) for name in listed)] == []
    assert [name for name in listed if not any(file.match(name) for file in files)] == []


def test_the_columns_named_are_those_of_the_table() -> None:
    """Where ``specs/README.md`` says ``file.csv`` (``a,b,c``): its first line."""
    found = re.findall(r"`([\w./<>-]+)\.csv`[^`\n(]*(?:`[\w.-]+`)?\s\(`([a-z0-9_,]+)`", read("specs/README.md"))
    named = {file.replace("<layout>", "pm304-3.2"): columns for file, columns in found}
    assert named.keys() >= {"gds801/rules", "checks/pm304-3.2", "elements", "inferred", "codes", "uzovi", "standards"}
    for file, columns in named.items():
        (path, *_) = [path for path in (ROOT / "specs").rglob("*.csv") if path.as_posix().endswith(f"/{file}.csv")]
        assert columns == path.read_text(encoding="utf-8").partition("\n")[0], path


def test_every_constraint_of_a_rule_is_in_the_table() -> None:
    rows = table("specs/README.md", "the `element`,", "`must_be`", "by its `values`")
    assert [quoted(name)[0] for _, name, _ in rows] == list(CONSTRAINTS)
