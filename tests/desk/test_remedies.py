"""At the desk no text asks for a command: it names the button, or the page, that does the same."""

import re
from collections.abc import Iterator

import pytest

from ei_export.base.entries import places
from ei_export.base.problems import LANGUAGES, Language, catalogue, render
from ei_export.base.wording import at_desk
from ei_export.base.words import words
from ei_export.cli import main
from ei_export.model.codelists import remedies
from ei_export.output.refusals import reasons

COMMAND = re.compile(rf"ei-export ({'|'.join(main.list_commands(None))})\b|(?<!\w)--[a-z]")  # type: ignore[arg-type]
#: What only who gives commands can come across.
AT_TERMINAL = re.compile(
    "DESK_PORT$|DESK_MISSING$|USAGE_(?!CHOICE$)|INIT_|PRUNE_|COPY_EXISTS$|RECOVER_|EXPLAIN_KIND$|SHOW_|SETTINGS_MISSING$|NOTICE_NOT_WRITTEN$"
)


def texts(language: Language) -> Iterator[tuple[str, str]]:
    """Every text of a problem that may be read at the desk."""
    for code, kind in catalogue().items():
        if not AT_TERMINAL.match(code):
            message, remedy = kind.texts(language)
            yield f"{code}.message", message
            yield code, remedy


#: What only the desk says of a problem, and is told of it always.
MORE = {"INPUT_COLUMNS.message": {"lacking"}}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_problem_asks_for_a_command(language: Language) -> None:
    at_terminal = dict(texts(language))
    with at_desk():
        asking = {key for key, text in texts(language) if COMMAND.search(text)}
        at_the_desk = dict(texts(language))
    assert asking == set()
    assert {key for key in at_terminal if at_terminal[key] != at_the_desk[key]} == {
        key for key in words("desk-remedies", language) if not key.startswith("return-")
    }
    for key, text in at_the_desk.items():
        assert places(text) - places(at_terminal[key]) <= MORE.get(key, set()), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_return_code_asks_for_a_command(language: Language) -> None:
    with at_desk():
        told = {code: remedy.remedy[language] for asked in remedies() for code, remedy in reasons([asked])}
        whole = [remedy.remedy[language] for asked in remedies() for _, remedy in reasons([asked], whole=True)]
    assert not [text for text in (*told.values(), *whole) if COMMAND.search(text) or "ei-export.toml" in text]
    before = {asked: remedies()[asked].remedy[language] for asked in remedies()}
    changed = {code for code, text in told.items() if code in before and text != before[code]}
    named = {key.removeprefix("return-") for key in words("desk-remedies", language) if key.startswith("return-")}
    assert named <= before.keys()
    assert changed == named


def test_only_who_is_at_the_desk_is_told_of_buttons() -> None:
    def remedy() -> str:
        return render("SENT_IN_FUTURE", {"run": "R000001", "day": "2024-02-01", "today": "2024-01-31"}, "nl")[1]

    with at_desk():
        assert remedy() == "Vul de dag in waarop u ze naar VECOZO stuurde."
    assert remedy() == "Geef bij --on de dag waarop u ze naar VECOZO stuurde."


#: What has no place at the desk, or is read where there is no desk.
ELSEWHERE = (
    "DESK_MISSING",
    "LEDGER_",
    "RETURN_INVOICE_UNKNOWN",
    "RUNS_UNKNOWN",
    "XSD_BROKEN",
    "RECOVER_",
    "COPY_EXISTS",
    "USAGE_",
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_at_the_desk_is_told_to_write_in_a_file_what_has_a_place_there(language: Language) -> None:
    with at_desk():
        told = {code: " ".join(kind.texts(language)) for code, kind in catalogue().items()}
    named = [code for code, text in told.items() if re.search(r"\[\[?[a-z][a-z0-9_.]*\]", text)]
    assert [code for code in named if not code.startswith(ELSEWHERE)] == []
