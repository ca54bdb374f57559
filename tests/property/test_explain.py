"""What ``explain`` tells is what a run does, whatever the practice and the mistakes in its feed."""

import re
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ei_export.base.problems import LANGUAGES
from ei_export.commands.explain.patient import PatientHistory
from ei_export.commands.explain.stories import appointment_stories, patient_stories, trajectory_stories
from ei_export.commands.explain.story import document, text_lines
from ei_export.ledger.dossier import PENDING
from tests.property.test_equivalence import MISTAKES, TODAY, bounded, clinics, practices, with_mistakes
from tests.support.feeds import BSNS, Cells, tables_read_once
from tests.support.telling import histories, units_of

__all__ = ["tables_read_once"]

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")

#: Of `tests.support.feeds.visit`.
_PRIVATE: Final = re.compile("|".join([*BSNS, r"Voorbeeld\w", r"19\d\d-05-17"]))
#: Problems that are seen only where lines of more than one patient come together in a file.
OF_THE_RUN: Final = frozenset({"PERFORMANCE_TWICE", "PERSON_DIFFERS"})
#: What only the run as a whole knows of a line.
_NUMBERS: Final = {"reference": None, "invoice": None}


def stories_of(history: PatientHistory) -> dict[str, dict[str, Any]]:
    """What is told of every appointment of a patient; all else that can be told is told too, and seen not to leak."""
    ids = sorted({*history.rows, *history.appointments} - {""})
    labels = {name for t in history.patient.trajectories for name in (t.number, t.label)} - {""}
    told = {ident: appointment_stories(history, ident) for ident in ids}
    rest = [story for label in sorted(labels) for story in trajectory_stories(history, label)]
    for story in (*(story for stories in told.values() for story in stories), *rest):
        for language in LANGUAGES:
            text = "\n".join(text_lines([story], language))
            assert not _PRIVATE.search(text)
    for story in patient_stories(history, history.patient.patient_id):
        assert {problem.code for problem in story.problems} == {problem.code for problem in history.problems}
    return {ident: document(stories, "nl") for ident, stories in told.items()}


@bounded(16)
@given(practices(), st.lists(MISTAKES, max_size=3))
def test_the_story_of_every_appointment_is_what_a_run_does(
    rows: list[Cells], mistakes: list[tuple[int, Cells, bool]]
) -> None:
    with clinics() as clinic:
        practice = clinic("practice").feed(with_mistakes(rows, mistakes))
        checked = practice.command("check", today=TODAY)
        expected = {line["appointment_id"]: line | _NUMBERS for line in checked.document["lines"]}
        with histories(practice.folder, TODAY) as patients:
            told = {(history.patient.patient_id, i): d for history in patients for i, d in stories_of(history).items()}
        lines = {ident: found["line"] for (_, ident), found in told.items() if found["line"] is not None}
        assert lines == expected
        for found in told.values():
            if (line := found["line"]) is not None:
                assert units_of([step["text"] for step in found["steps"] if step["step"] == "units"]) == line["units"]
        named = [p for p in checked.problems if p["appointment_id"] and p["code"] not in OF_THE_RUN]
        assert sorted(map(_brief, (p for d in told.values() for p in d["problems"]))) == sorted(map(_brief, named))
        for history in patients:
            for ident, appointment in history.appointments.items():
                if appointment.outcome in PENDING:
                    assert told[history.patient.patient_id, ident]["problems"]


def _brief(problem: dict[str, Any]) -> list[str]:
    return [str(problem[key]) for key in ("code", "appointment_id", "trajectory", "row", "message", "remedy")]


@bounded(8)
@given(practices(), st.lists(MISTAKES, max_size=2))
def test_after_a_run_the_lines_are_those_that_went_out(
    rows: list[Cells], mistakes: list[tuple[int, Cells, bool]]
) -> None:
    with clinics() as clinic:
        practice = clinic("practice").feed(with_mistakes(rows, mistakes))
        first = practice.run(today=TODAY)
        sent = {line["appointment_id"]: line for line in first.document["lines"]}
        with histories(practice.folder, TODAY) as patients:
            told = {ident: found["line"] for history in patients for ident, found in stories_of(history).items()}
        assert {ident: line for ident, line in told.items() if line is not None} == sent
