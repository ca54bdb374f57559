"""Stories as a page shows them: their steps with all that belongs below each, and the numbers in them apart."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import PurePosixPath

from attrs import define, field, frozen

from ..base.problems import Language
from ..base.reasons import Reason
from ..base.tables import Row
from ..base.words import Words, words
from ..commands.explain.rule_rows import rule_row
from ..commands.explain.story import SaidPart, Story, parts
from ..declaring.numbers import run_label
from ..ledger.line import Line
from ..settings import Settings
from .places import said

#: Told as rows of a table; as what a line says; as a file.
_VISIT, _SENT, _FILE = "visit", ("sent.debit", "sent.credit"), "declaration.file"


@frozen
class Cited:
    """Where something stands: its ``place`` as a clerk knows it, and the row of a table of rules that is there, or
    None."""

    place: str
    row: Row | None


@frozen
class Step:
    """A step in its parts, with ``sources`` that were not named before. ``line``: the one it is about, where it tells
    of one that went out; ``file``: a run and the name of a file of it, or None."""

    reason: Reason
    parts: Sequence[SaidPart]
    sources: Sequence[Cited]
    line: Line | None = None
    file: tuple[str, str] | None = None

    @property
    def is_visit(self) -> bool:
        return self.reason.name == _VISIT


@define
class Block:
    """A step with a ``label``, and those that go on below it."""

    label: str
    steps: list[Step] = field(factory=list)

    def runs(self) -> Iterator[tuple[bool, Sequence[Step]]]:
        """Its steps in their order, visits that follow each other together."""
        for are_visits, steps in groupby(self.steps, key=lambda step: step.is_visit):
            yield are_visits, list(steps)


@frozen
class Telling:
    """A story: what it is about, what became of that, and all that led to it."""

    story: Story
    title: str
    head: Sequence[SaidPart]
    blocks: Sequence[Block]


def told(story: Story, settings: Settings, language: Language, own: Words) -> Telling:
    """A story in a language; ``own`` words say what is said otherwise here."""
    known = words("explain", language)
    head, *steps = story.steps
    sent = {line.reference: line for line in story.sent}
    placed: set[str] = set()
    blocks: list[Block] = []
    for reason in steps:
        label = next((key for key in (f"label.{reason.key}", f"label.{reason.name}") if key in known), "")
        if label or not blocks:
            blocks.append(Block(known[label] if label else ""))
        blocks[-1].steps.append(
            Step(
                reason,
                list(parts(reason, language, own)),
                [*_sources(reason, settings, language, placed)],
                sent.get(str(reason.params["reference"])) if reason.key in _SENT else None,
                _file(reason, head) if reason.key == _FILE else None,
            )
        )
    return Telling(story, known[f"title.{story.kind}"], list(parts(head, language, own)), blocks)


def _sources(reason: Reason, settings: Settings, language: Language, placed: set[str]) -> Iterator[Cited]:
    """Where a step stands, as far as no step before it said so; of a visit its row in any case."""
    for place in filter(None, reason.source.split("; ")):
        if place not in placed or reason.name == _VISIT:
            placed.add(place)
            yield Cited(said(place, settings, language), rule_row(settings, place))


def _file(reason: Reason, head: Reason) -> tuple[str, str]:
    """The file that a step tells of; the first step names its run."""
    return str(head.params["run"]), PurePosixPath(str(reason.params["file"])).name


def run_of(line: Line) -> str:
    """The run that a line went out in."""
    return run_label(line.run)


def name_of(line: Line) -> str:
    """The name of the file that a line is in."""
    return PurePosixPath(line.file).name
