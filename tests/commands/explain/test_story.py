"""Stories: the words in both languages, and how they look."""

from string import Formatter

import pytest

from ei_export.base.problems import LANGUAGES, Problem
from ei_export.base.reasons import reason
from ei_export.commands.explain.story import Quoted, Story, document, text_lines, words
from ei_export.commands.explain.words import LABELS, MOMENTS, SENTENCES, TITLES

HEAD = reason("outcome.aside")
PROBLEM = Problem("CODE", "error", "A1", "T1", "a.csv", 2, "date", "message", "remedy")


def parameters(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("key", SENTENCES)
def test_a_sentence_has_the_same_places_in_both_languages(key: str) -> None:
    sentence = SENTENCES[key]
    assert set(sentence) == set(LANGUAGES)
    assert parameters(sentence["nl"]) == parameters(sentence["en"])
    assert sentence["nl"].count("\n") == sentence["en"].count("\n")


@pytest.mark.parametrize("table", [TITLES, LABELS, MOMENTS])
def test_every_word_is_there_in_both_languages(table: dict[str, dict[str, str]]) -> None:
    assert all(set(entry) == set(LANGUAGES) and all(entry.values()) for entry in table.values())


def test_labels_are_of_steps() -> None:
    names = {key.partition(".")[0] for key in SENTENCES}
    assert {label for label in LABELS if label not in SENTENCES} <= names
    assert all(len(text) <= 13 for label in LABELS.values() for text in label.values())


def test_values_in_a_sentence() -> None:
    unit = reason("amount.unit", units=3, tariff_cents=123_450, cents=370_350)
    assert words(unit, "nl") == "3 x € 1.234,50 = € 3.703,50: het tarief is per eenheid."
    assert words(unit, "en") == "3 x € 1,234.50 = € 3,703.50: the tariff is for each unit."
    visit = reason("said.visit_held", moment="end")
    assert (
        words(reason("visit.line", day="2021-03-01", id="A1", what=visit), "nl")
        == "01-03-2021  A1  einde: vastgehouden"
    )
    cells = (reason("said.code", value="01"), reason("said.uzovi", value="7095"))
    assert words(reason("row.feed", cells=cells), "en") == "code 01, UZOVI 7095"
    quoted = Quoted(
        {"nl": "{insurer} gaf € {granted}", "en": "{insurer} gave € {granted}"}, {"insurer": "VGZ", "granted": 123_450}
    )
    answer = reason("remedy.answer", meaning=quoted, remedy="remedy")
    assert words(answer, "nl") == "VGZ gaf € 1.234,50 remedy"
    assert words(answer, "en") == "VGZ gave € 1,234.50 remedy"
    with pytest.raises(KeyError):
        words(reason("row.feed"), "en")


def text(*stories: Story) -> list[str]:
    return list(text_lines(stories, "en"))


def test_steps_are_numbered_and_what_belongs_below_is_not() -> None:
    steps = [
        HEAD,
        reason("row.feed", "a.csv:2", cells="cells"),
        reason("visit.line", "a.csv:2", day="2021-03-01", id="A1", what="what"),
        reason("visit.this", "a.csv:3", day="2021-03-02", id="A2", what="what"),
        reason("note.return_code", code="0001", meaning="meaning"),
        reason("problem.warning", "CODE", who="", message="message"),
        reason("remedy.do", remedy="remedy"),
    ]
    assert text(Story("appointment", "A1", steps)) == [
        "Appointment A1: a contact that counts in no end and does not go to the insurer",
        "itself.",
        "",
        " 1 Row          cells (a.csv:2)",
        "                2021-03-01  A1  what",
        "              > 2021-03-02  A2  what",
        "                0001: meaning",
        " 2 Note         message (CODE)",
        " 3 What now     remedy",
    ]


def test_where_something_stands_is_said_once_and_not_broken() -> None:
    steps = [
        HEAD,
        reason("units.unknown", "specs/a.csv:2; Zorg1 §4.1.2, §4.1.6"),
        reason("units.not_counted", "specs/a.csv:2"),
        reason("units.unknown", "specs/a.csv:2; Zorg1 §4.2"),
    ]
    assert text(Story("appointment", "A1", steps))[3:] == [
        " 1 Units        Not known: the source gives no number.",
        "                (specs/a.csv:2; Zorg1 §4.1.2, §4.1.6)",
        " 2 Units        Can't be counted: this end belongs to no open trajectory.",
        " 3 Units        Not known: the source gives no number. (Zorg1 §4.2)",
    ]


def test_what_can_not_be_seen_is_not_printed() -> None:
    steps = [HEAD, reason("row.feed", cells="a\x1b[31mb")]
    assert text(Story("appointment", "A\x071", steps))[0].startswith("Appointment A?1: a contact")
    assert text(Story("appointment", "A1", steps))[-1] == " 1 Row          a?[31mb"


def test_more_than_one_story() -> None:
    one, other = Story("appointment", "1", [HEAD]), Story("patient", "1", [HEAD])
    assert text(one, other)[0] == "This number is of more than one thing: appointment, patient. They follow each"
    assert text(one, one)[0] == "This number occurs with 2 patients. They follow each other."
    assert text(one, other).count("-" * 80) == 1


def test_the_document_says_nothing_twice() -> None:
    line = {"reference": "R1", "units": 1}
    one = Story("appointment", "1", [HEAD], [PROBLEM], [line], line)
    other = Story("trajectory", "1", [HEAD, reason("units.unknown", "a.csv:2")], [PROBLEM], [line, {"reference": "R2"}])
    found = document([one, other], "en")
    assert (found["subject"], found["kinds"]) == ("1", ["appointment", "trajectory"])
    assert found["steps"][2] == {
        "step": "units",
        "text": "Not known: the source gives no number.",
        "source": "a.csv:2",
    }
    assert found["line"] == line
    assert found["lines"] == [line, {"reference": "R2"}]
    assert [problem["code"] for problem in found["problems"]] == ["CODE"]
    assert document([Story("patient", "1", [HEAD])], "en")["line"] is None
