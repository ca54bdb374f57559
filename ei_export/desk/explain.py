"""Uitleg: any number, and all there is to tell of what has it."""

from collections.abc import Sequence
from typing import Final

from attrs import evolve, frozen
from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ..base.problems import SettingsError, render
from ..base.words import Words, words
from ..commands.explain.explain import KINDS, NumberUnknown, explain
from ..commands.explain.story import Story
from ..commands.worklist.task import Task
from ..intake import values
from .actions import ways
from .showing import acting, desk, show
from .stories import Telling, name_of, run_of, told

PAGE = Blueprint("explain", __name__, url_prefix="/uitleg")

#: Stories of one line or one appointment, about which something can be done.
_OF_ONE: Final = ("appointment", "reference")
#: Why nothing is told of a number; whatever else is wrong is wrong with more than that.
_OF_NUMBERS: Final = ("EXPLAIN_UNKNOWN", "EXPLAIN_SIMILAR", "EXPLAIN_PERSONAL", "TEST_NUMBER", "LINE_PRUNED")


@PAGE.get("")
def page() -> ResponseReturnValue:
    """The stories of a ``number``, of every ``kind`` or of one; where none is asked for, where to ask."""
    number, kind = request.args.get("number", "").strip(), request.args.get("kind", "")
    if not number:
        return _page(number, [])
    try:
        return _page(number, _stories(number, kind if kind in KINDS else ""))
    except SettingsError as refusal:
        if refusal.code == "EXPLAIN_KIND":
            return redirect(url_for("explain.page", number=number), 303)
        if refusal.code not in _OF_NUMBERS:
            raise
        return _page("" if refusal.code == "EXPLAIN_PERSONAL" else number, [], refusal)


@PAGE.post("")
@acting
def search() -> ResponseReturnValue:
    """Leads to the stories of a number. Not of a BSN: that isn't to be in an address."""
    number = request.form.get("number", "").strip()
    if values.bsn(number):
        return _page("", [], SettingsError("EXPLAIN_PERSONAL"))
    return redirect(url_for("explain.page", number=number), 303)


def _words() -> Words:
    return words("desk-explain", desk().language)


def _stories(number: str, kind: str) -> Sequence[Telling]:
    settings, language = desk().settings(), desk().language
    with desk().ledger() as ledger:
        stories = explain(settings, number, desk().day, kind, ledger=ledger, keep=desk().kept_feed)
    return [told(story, settings, language, _words()) for story in stories]


@frozen
class Offer:
    """What can be done (``ways``) about what is called ``name``; ``task``: how that stands on the work list, if so."""

    task: Task | None
    name: str
    ways: Sequence[str]


def _offers(story: Story) -> Sequence[Offer]:
    """What stands on the work list of what a story tells of, and all that can be done about it."""
    offers = [Offer(task, task.name, task.ways) for task in story.tasks]
    if story.kind not in _OF_ONE:
        return offers
    first, *others = offers or [Offer(None, story.subject, ())]  # is what the story is about
    with desk().ledger() as ledger:
        possible = ways(ledger, first.name)
    return [evolve(first, ways=[*possible, *(way for way in first.ways if way not in possible)]), *others]


def _page(number: str, stories: Sequence[Telling], refusal: SettingsError | None = None) -> ResponseReturnValue:
    language = desk().language
    return show(
        "explain.html",
        _words(),
        number=number,
        stories=stories,
        refused=render(refusal.code, refusal.params, language) if refusal is not None else None,
        alike=refusal.alike if isinstance(refusal, NumberUnknown) else (),
        said=words("explain", language),
        offers=_offers,
        kinds=words("worklist", language),
        run_of=run_of,
        name_of=name_of,
    )
