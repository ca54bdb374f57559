"""Stories: why something is as it is, told step by step to a person (``explain``) and to programs (``--json``).

A step is the reason for something, or what became of it, with a sentence by its key in ``specs/words/explain.toml``;
what is told, and in which order, is for whoever makes the steps.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from attrs import asdict, field, frozen

from ...base.problems import Language, Problem
from ...base.reasons import Reason, reason
from ...base.wording import euros
from ...base.words import Words, filled, words
from ...ledger.line import Line
from ...output.paper import WIDTH, tied, wrapped
from ..worklist.task import Task

#: Where the text of a step begins: behind its number and its label.
_INDENT: Final = 16
#: Of these only programs are told where it stands; a person sees the number.
_UNPLACED: Final = frozenset({"visit", "sent"})
#: The values of sentences that are numbers, where they are texts, and what of.
_NUMBERS: Final = {
    **{kind: kind for kind in ("appointment", "reference", "invoice", "run")},
    "id": "appointment",
    "previous": "reference",
    "number": "trajectory",
    "label": "trajectory",
}
#: In front of the appointment in a list that the story is about.
_MARK: Final = {"visit.this": "> "}


@frozen
class Quoted:
    """A text that a table has in every language, with places in it; those that are numbers of cents are euros there."""

    texts: Mapping[str, str]
    places: Mapping[str, str | int] = field(factory=dict)


@frozen
class Story:
    """All there is to tell of one ``subject``, of a ``kind`` (a ``title``). The first step is what became of it.

    ``lines`` went out, or would go out now, in that order and by the columns of ``lines.csv``; ``line`` is the one that
    was asked about, if there is one. ``sent`` are those that went out, with what became of them; ``tasks`` what stands
    on the work list of it.
    """

    kind: str
    subject: str
    steps: Sequence[Reason]
    problems: Sequence[Problem] = ()
    lines: Sequence[Mapping[str, Any]] = ()
    line: Mapping[str, Any] | None = None
    sent: Sequence[Line] = ()
    tasks: Sequence[Task] = ()


class SaidPart(NamedTuple):
    """A part of a sentence: its ``text``, and where that is a number, what it is of and how it is asked for."""

    text: str
    kind: str = ""
    number: str = ""


def sentence(said: Reason, language: Language) -> str:
    """A sentence in one language. Of the values, one named ``moment`` is shown as people call it, another `Reason` as
    its words, and several of them one behind the other; anything else as `Words` does. Raises KeyError for a sentence
    that is not there, or a value it needs and hasn't got."""
    params = {name: _shown(name, value, language) for name, value in said.params.items()}
    return words("explain", language)(said.key, **params)


def parts(said: Reason, language: Language, own: Words) -> Iterator[SaidPart]:
    """The same sentence in its parts. ``own`` are the words of whoever tells it, for what is said otherwise there."""
    texts = own if said.key in own else words("explain", language)
    params = {name: _shown(name, value, language) for name, value in said.params.items()}
    for text, name in texts.parts(said.key, **params):
        value = said.params.get(name)
        if isinstance(value, Reason):
            yield from parts(value, language, own)
        elif isinstance(value, str) and name in _NUMBERS and value != "-":
            yield SaidPart(text, _NUMBERS[name], value)
        else:
            yield SaidPart(text)


def _shown(name: str, value: object, language: Language) -> object:
    if isinstance(value, Reason):
        return sentence(value, language)
    if isinstance(value, Quoted):
        places = {n: euros(v, language) if isinstance(v, int) else v for n, v in value.places.items()}
        return filled(value.texts[language], places, language)
    if isinstance(value, tuple):
        return ", ".join(sentence(each, language) for each in value)
    return words("explain", language)(f"moment.{value or 'none'}") if name == "moment" else value


def document(stories: Sequence[Story], language: Language) -> dict[str, Any]:
    """The document of ``explain --json``; of several stories the steps follow each other."""
    return {
        "subject": stories[0].subject,
        "kinds": list(dict.fromkeys(story.kind for story in stories)),
        "steps": [
            {"step": step.name, "text": sentence(step, language), "source": step.source}
            for story in stories
            for step in story.steps
        ],
        "line": next((story.line for story in stories if story.line is not None), None),
        "lines": _once(line for story in stories for line in story.lines),
        "problems": _once(asdict(problem) for story in stories for problem in story.problems),
    }


def _once(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rows without those that were there already: two stories may tell of the same."""
    return list({json.dumps(row, sort_keys=True): row for row in rows}.values())


def text_lines(stories: Sequence[Story], language: Language) -> Iterator[str]:
    """The stories for a person at a terminal, 80 wide unless a path or a number is longer."""
    if len(stories) > 1:
        yield from _wrapped(sentence(_several(stories, language), language), "", "")
        yield ""
    for index, story in enumerate(stories):
        if index:
            yield from ("", "-" * WIDTH, "")
        yield from _one(story, language)


def _several(stories: Sequence[Story], language: Language) -> Reason:
    """Why there is more than one story."""
    kinds = list(dict.fromkeys(_title(story.kind, language) for story in stories))
    if len(kinds) == 1:
        return reason("kinds.patients", count=len(stories))
    return reason("kinds.several", kinds=", ".join(kinds))


def _title(kind: str, language: Language) -> str:
    """What a story is about."""
    return words("explain", language)(f"title.{kind}")


def _one(story: Story, language: Language) -> Iterator[str]:
    head, *steps = story.steps
    title = f"{_title(story.kind, language)} {story.subject}"
    labels = words("explain", language)
    yield from _wrapped(f"{title[:1].upper()}{title[1:]}: {sentence(head, language)}", "", "")
    yield ""
    number = 0
    placed: set[str] = set()
    for step in steps:
        text = sentence(step, language)
        if step.name not in _UNPLACED:
            text += _place(step.source, placed)
        label = next((key for key in (f"label.{step.key}", f"label.{step.name}") if key in labels), None)
        if label is None:
            yield from _wrapped(text, _MARK.get(step.key, "").rjust(_INDENT), " " * (_INDENT + 2))
        else:
            number += 1
            yield from _wrapped(text, f"{number:2} {labels(label):<{_INDENT - 3}}", " " * _INDENT)


def _place(source: str, placed: set[str]) -> str:
    """Where a step stands, in brackets and on one line; nothing that was said before, which is in ``placed``."""
    new = [part for part in source.split("; ") if part and part not in placed]
    placed.update(new)
    if not new:
        return ""
    text = f"({'; '.join(new)})"
    return f" {tied(text) if len(text) <= WIDTH - _INDENT else text}"


def _wrapped(text: str, first: str, rest: str) -> Iterator[str]:
    """The text in lines, each of its own lines apart; what is aligned in it stays so."""
    for line in text.split("\n"):
        yield from wrapped(line, first, rest)
        first = rest
