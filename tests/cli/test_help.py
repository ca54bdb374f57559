"""Help: of every command and option in Dutch and in English, in the language that is asked for."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ei_export.base.entries import read_words
from ei_export.base.specs import SPECS
from ei_export.base.words import words
from ei_export.cli import main
from ei_export.cli.help import put_into_words

#: What is the same in both languages, or only in one of them.
ENGLISH = re.compile(r"\b(?:Usage|Options|Commands|OPTIONS|COMMAND|ARGS|default|required|the|and|YYYY)\b")
PLACES = ("LC_ALL", "LC_MESSAGES", "LANG", "EI_EXPORT_CONFIG")


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no settings and no place say which language it is."""
    monkeypatch.chdir(tmp_path)
    for name in PLACES:
        monkeypatch.delenv(name, raising=False)


def contexts(context: click.Context | None = None) -> Iterator[click.Context]:
    """Every command, and every group before its members."""
    context = context or click.Context(main, info_name="ei-export", **main.context_settings)
    yield context
    if isinstance(command := context.command, click.Group):
        for name in command.list_commands(context):
            member = command.get_command(context, name)
            assert member is not None
            yield from contexts(click.Context(member, info_name=name, parent=context))


COMMANDS = [tuple(context.command_path.split()[1:]) for context in contexts()]


def shown(*typed: str) -> str:
    done = CliRunner().invoke(main, list(typed))
    assert done.exit_code == 0
    return done.stdout


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_is_in_both_languages(command: tuple[str, ...]) -> None:
    dutch, english = (shown(*command, "--help", "--lang", language) for language in ("nl", "en"))
    assert dutch.startswith("Gebruik: ei-export")
    assert english.startswith("Usage: ei-export")
    assert english == shown(*command, "-h")
    assert not ENGLISH.search(dutch.replace("[nl|en]", ""))
    own, theirs = (text.partition(f"\n{head}:")[2] for text, head in ((dutch, "Opties"), (english, "Options")))
    assert own.count("\n  -") == theirs.count("\n  -") != 0


@pytest.mark.parametrize("command", [(), ("specs",)], ids=" ".join)
def test_a_group_alone_shows_its_help(command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "nl_NL.UTF-8")
    done = CliRunner().invoke(main, command)
    assert "Gebruik: ei-export" in done.output


@pytest.mark.parametrize("command", [(), ("specs",)], ids=" ".join)
@pytest.mark.parametrize(("language", "usage"), [("nl", "Gebruik"), ("en", "Usage")])
def test_a_group_with_its_language_alone_shows_its_help(command: tuple[str, ...], language: str, usage: str) -> None:
    done = CliRunner().invoke(main, [*command, "--lang", language])
    assert done.exit_code == CliRunner().invoke(main, command).exit_code
    assert done.stderr.startswith(" ".join([f"{usage}: ei-export", *command]))


def test_every_command_and_option_has_words_of_its_own() -> None:
    """And none of the words is of a command or an option that is not there."""
    used = set()
    for context in contexts():
        for language in ("nl", "en"):
            put_into_words(context, language)
            options = [option for option in context.command.get_params(context) if isinstance(option, click.Option)]
            used |= {context.command.help, *(option.help for option in options if not option.hidden)}
            if isinstance(group := context.command, click.Group):
                members = [group.get_command(context, name) for name in group.list_commands(context)]
                used |= {member.short_help for member in members if member is not None}
    assert None not in used
    entries = [entry for entry in read_words(SPECS / "words" / "help.toml") if not entry.key.startswith("click.")]
    assert len(entries) > 60
    for entry in entries:
        assert {entry.texts["nl"], entry.texts["en"]} <= used, entry.key
        assert entry.texts["nl"] != entry.texts["en"], entry.key


def test_the_words_of_click_are_those_that_it_says() -> None:
    english = words("help", "en")
    said = "".join(shown(*command, "--help") for command in COMMANDS)
    for entry in read_words(SPECS / "words" / "help.toml"):
        if entry.key.startswith("click."):
            assert english(entry.key) in said, entry.key


@pytest.mark.parametrize(
    ("place", "language"),
    [
        ({"LANG": "nl_NL.UTF-8"}, "nl"),
        ({"LANG": "nl_BE"}, "nl"),
        ({"LC_MESSAGES": "nl_NL.UTF-8", "LANG": "en_US.UTF-8"}, "nl"),
        ({"LC_ALL": "C", "LANG": "nl_NL.UTF-8"}, "en"),
        ({"LC_ALL": "", "LANG": "nl"}, "nl"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_help_is_in_the_language_of_the_place(
    place: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in place.items():
        monkeypatch.setenv(name, value)
    for command in ((), ("status",), ("specs", "check")):
        assert shown(*command, "--help").startswith("Gebruik" if language == "nl" else "Usage")


@pytest.mark.parametrize(("language", "first"), [("nl", "Gebruik"), ("en", "Usage")])
def test_the_settings_come_before_the_place_and_what_is_asked_before_both(
    language: str, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "nl_NL" if language == "en" else "en_US")
    shown("init", "practice", "-q")
    settings = Path("practice/ei-export.toml")
    text = re.sub(r"^\[messages\]\n.*\n", "", settings.read_text(encoding="utf-8"), flags=re.MULTILINE)
    settings.write_text(f'{text}\n[messages]\nlanguage = "{language}"\n', encoding="utf-8")
    assert shown("run", "--config", str(settings), "--help").startswith(first)
    other = {"nl": "en", "en": "nl"}[language]
    assert not shown("run", "--config", str(settings), "--lang", other, "--help").startswith(first)
    assert not shown("--lang", other, "run", "--config", str(settings), "--help").startswith(first)


def test_a_language_before_the_command_is_that_of_the_command() -> None:
    assert shown("--lang", "en", "init", "practice").partition("\n\n")[2].startswith("To try it:")
    assert shown("--lang", "en", "init", "other", "--lang", "nl").partition("\n\n")[2].startswith("Proberen:")
