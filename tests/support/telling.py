"""What ``explain`` tells in tests: through the command, or of every patient of a feed at once."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final

from attrs import evolve, frozen
from click.testing import CliRunner

from ei_export.base.problems import Language, Refusal, render
from ei_export.cli import main
from ei_export.commands.belonging import practice_ledger
from ei_export.commands.explain.explain import explain
from ei_export.commands.explain.patient import PatientHistory
from ei_export.commands.explain.story import document, text_lines
from ei_export.intake import open_feed
from ei_export.intake.gather import Gathered, gather
from ei_export.intake.survey import Survey
from ei_export.judging.context import Context
from ei_export.judging.credits import judged_credits
from ei_export.judging.rules import Rules
from ei_export.ledger.patients import pending_appointments, pending_patients
from ei_export.ledger.people import doubted
from ei_export.settings import Settings, load
from tests.support.feeds import TODAY

#: What the stories of a sum say: how many contacts, and how many units.
_SUM: Final = re.compile(r"(\d+) contact(?:en|s)? \+ 1 \(.*?\) = (\d+)")
_FIXED: Final = re.compile(r"(\d+), (?:een vast aantal|a fixed number)\.")


@frozen
class Told:
    """A story, for programs and for people."""

    exit_code: int
    document: dict[str, Any]
    text: str

    def texts(self, name: str) -> list[str]:
        """What the steps of a name say."""
        return [step["text"] for step in self.document["steps"] if step["step"] == name]

    def sources(self, name: str) -> list[str]:
        return [step["source"] for step in self.document["steps"] if step["step"] == name]

    @property
    def codes(self) -> list[str]:
        return sorted({problem["code"] for problem in self.document["problems"]})


def explained(folder: Path, number: str, kind: str = "", *, today: str = TODAY, lang: Language = "nl") -> Told:
    """What the command tells of a number in a practice's folder, without going through the command line."""
    settings = evolve(load(folder / "ei-export.toml"), language=lang)
    try:
        stories = explain(settings, number, date.fromisoformat(today), kind)
    except Refusal as refusal:
        return Told(
            refusal.exit_code, {"problems": [{"code": refusal.code}]}, render(refusal.code, refusal.params, lang)[0]
        )
    lines = list(text_lines(stories, lang))
    assert all(len(line) <= 80 or " " not in line.strip() for line in lines)
    is_wrong = any(problem.severity == "error" for story in stories for problem in story.problems)
    return Told(int(is_wrong), document(stories, lang), "\n".join(lines))


def commanded(folder: Path, number: str, *arguments: str, today: str = TODAY) -> Told:
    """What the command prints, as JSON and as text; its refusal where it refuses."""
    common = ["--config", str(folder / "ei-export.toml"), "--today", today, *arguments]
    told, said = (CliRunner().invoke(main, ["explain", number, *common, *more]) for more in (["--json"], []))
    assert told.exit_code == said.exit_code
    assert told.stderr == said.stderr
    assert bool(said.stderr) == (said.exit_code > 1)
    return Told(told.exit_code, json.loads(told.stdout), said.stdout or said.stderr)


@contextmanager
def read_feed(settings: Settings, today: date) -> Iterator[tuple[Context, Gathered]]:
    """The whole feed, gathered as by a run, and the context in which a run would judge its patients."""
    source = open_feed(settings.input.path, settings.input)
    survey = Survey(settings.input, source.header)
    with practice_ledger(settings) as ledger:
        waiting, in_doubt = [*pending_appointments(ledger)], [*doubted(ledger)]
        is_complete = settings.input.complete_from is not None
        feed = gather(source, 0, survey, waiting, lambda rows: None, in_doubt, is_complete=is_complete)
        yield Context(settings, Rules.load(settings, today, source.header), ledger, feed), feed


@contextmanager
def histories(folder: Path, today: str = TODAY) -> Iterator[list[PatientHistory]]:
    """Every patient of the feed, worked out: what ``explain`` does for the patients of one number."""
    settings = load(folder / "ei-export.toml")
    with read_feed(settings, date.fromisoformat(today)) as (context, feed):
        rows = {patient: rows for index in range(feed.count) for patient, rows in feed.patients(index).items()}
        rows |= {patient: [] for patient in pending_patients(context.ledger) if patient not in rows}
        credits, rules = list(judged_credits(context)), Rules.load(settings, date.fromisoformat(today))
        yield [PatientHistory.open(context, rules, patient, rows[patient], credits) for patient in sorted(rows)]


def units_of(texts: Sequence[str]) -> int:
    """The units that the one step about them comes to."""
    (text,) = texts
    if match := _SUM.match(text):
        assert int(match[2]) == int(match[1]) + 1
        return int(match[2])
    match = _FIXED.match(text)
    assert match is not None, text
    return int(match[1])
