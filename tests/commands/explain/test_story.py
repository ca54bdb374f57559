"""Stories: the words in both languages, and how they look."""

import pytest

from ei_export.base.entries import read_words
from ei_export.base.problems import Problem
from ei_export.base.reasons import reason
from ei_export.base.specs import SPECS
from ei_export.base.words import words
from ei_export.commands.explain.story import Quoted, Story, document, parts, sentence, text_lines

HEAD = reason("outcome.aside")
PROBLEM = Problem("CODE", "error", "A1", "T1", "a.csv", 2, "date", "message", "remedy")


def test_labels_are_of_steps() -> None:
    texts = {entry.key: entry.texts for entry in read_words(SPECS / "words" / "explain.toml")}
    labels = {key.removeprefix("label."): texts.pop(key) for key in list(texts) if key.startswith("label.")}
    assert {label for label in labels if label not in texts} <= {key.partition(".")[0] for key in texts}
    assert all(len(text) <= 13 for label in labels.values() for text in label.values())


def test_a_sentence_has_as_many_lines_in_both_languages() -> None:
    for entry in read_words(SPECS / "words" / "explain.toml"):
        assert entry.texts["nl"].count("\n") == entry.texts["en"].count("\n")


def test_values_in_a_sentence() -> None:
    unit = reason("amount.unit", units=3, tariff_cents=123_450, cents=370_350)
    assert sentence(unit, "nl") == "3 x € 1.234,50 = € 3.703,50: het tarief is per eenheid."
    assert sentence(unit, "en") == "3 x € 1,234.50 = € 3,703.50: the tariff is for each unit."
    visit = reason("said.visit_held", moment="end")
    assert (
        sentence(reason("visit.line", day="2021-03-01", id="A1", what=visit), "nl")
        == "01-03-2021  A1  einde: vastgehouden"
    )
    cells = (reason("said.code", value="01"), reason("said.uzovi", value="7095"))
    assert sentence(reason("row.feed", cells=cells), "en") == "code 01, UZOVI 7095"
    quoted = Quoted(
        {"nl": "{insurer} gaf € {granted}", "en": "{insurer} gave € {granted}"}, {"insurer": "VGZ", "granted": 123_450}
    )
    answer = reason("remedy.answer", meaning=quoted, remedy="remedy")
    assert sentence(answer, "nl") == "VGZ gaf € 1.234,50 remedy"
    assert sentence(answer, "en") == "VGZ gave € 1,234.50 remedy"
    with pytest.raises(KeyError):
        sentence(reason("row.feed"), "en")


def test_the_parts_of_a_sentence_are_the_sentence_with_its_numbers_apart() -> None:
    said = reason("said.line_debit", run="R000001", day="2024-02-01", cents=10_500)
    line = reason("outcome.line", appointment="A1", what=said)
    found = list(parts(line, "nl", words("desk-explain", "nl")))
    assert "".join(part.text for part in found) == sentence(line, "nl")
    assert [part for part in found if part.kind] == [("A1", "appointment", "A1"), ("R000001", "run", "R000001")]
    visit = reason("visit.line", day="2021-03-01", id="-", what=reason("said.counts", number=2))
    assert not any(part.kind for part in parts(visit, "nl", words("desk-explain", "nl"))), "a count is no number"
    waits = reason("correction.waits_feed", reference="R1")
    assert "ei-export" in sentence(waits, "nl")
    assert "ei-export" not in "".join(part.text for part in parts(waits, "nl", words("desk-explain", "nl")))


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
