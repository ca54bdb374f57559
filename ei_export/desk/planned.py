"""What an act comes to, in the words of a page."""

from collections.abc import Iterator

from ..base.problems import Language, render
from ..base.wording import euros
from ..base.words import Words, words
from ..commands.coming import Coming
from ..commands.corrections.closing import Item
from ..commands.corrections.corrections import Queued
from ..commands.corrections.preview import Planned


def told(planned: Planned, w: Words, language: Language) -> list[str]:
    """What an act comes to with one of what was chosen."""
    effect = planned.effect
    return [
        *(
            _of_closing(planned, effect, w, language)
            if isinstance(effect, Item)
            else _of_wish(planned, effect, w, language)
        )
    ]


def comes_to(asked: str, coming: Coming, w: Words, language: Language) -> list[str]:
    """What the next run sends of a wish: of its credit, of its line, or of both."""
    return [*_sent(coming, w, language, credit=asked != "redeclare", line=asked != "credit")]


def _of_wish(planned: Planned, effect: Queued, w: Words, language: Language) -> Iterator[str]:
    coming = planned.coming
    if effect.cancelled:
        yield w["will.cancel"]
    if coming is not None and (not effect.cancelled or coming.credits or coming.code):
        yield from _sent(coming, w, language, change=effect.change)
    if effect.waits_for:
        yield w("note.waits_for", reference=effect.waits_for)
    if effect.late:
        yield w("note.late", day=effect.late)
    if effect.is_last:
        yield w("note.is_last")


def _of_closing(planned: Planned, item: Item, w: Words, language: Language) -> Iterator[str]:
    if planned.task is not None:
        yield planned.task.cause(language)
        yield planned.task.once_closed(language) if item.kind else words("worklist", language)["reopened"]
        return
    amount = _money(planned.moved_cents, language)
    if planned.from_sum != planned.to_sum and planned.moved_cents:
        yield w("will.move", amount=amount, before=w[f"sum.{planned.from_sum}"], after=w[f"sum.{planned.to_sum}"])
    elif item.kind and item.reference and planned.moved_cents:
        yield w("will.stay", amount=amount)
    if item.kind:
        yield w("will.close_line" if item.reference else "will.close_appointment")
        return
    yield w("will.reopen_line" if item.reference else "will.reopen_appointment")
    if planned.coming is not None and (planned.coming.code or planned.coming.held):
        yield from _sent(planned.coming, w, language)


def _sent(
    coming: Coming, w: Words, language: Language, *, change: str = "", credit: bool = True, line: bool = True
) -> Iterator[str]:
    """What the next run sends, or why it doesn't."""
    takes_back, claims = credit and coming.credits > 0, line and coming.code != ""
    amounts = {
        "back": _money(coming.credit_cents, language),
        "amount": _money(coming.line_cents, language),
        "code": coming.code,
    }
    if takes_back and claims:
        yield w("will.correct", **amounts)
    elif takes_back:
        yield w(f"will.{change}" if change in ("cancelled", "no_line") else "will.credit", **amounts)
    elif claims:
        yield w("will.redeclare", **amounts)
    if claims and coming.repeats:
        yield w("note.repeats", code=coming.repeats)
    if coming.held is not None and not (takes_back and not line):
        message, remedy = render(coming.held.code, coming.held.params, language)
        yield w("will.wait", message=message, remedy=remedy)
    elif not (takes_back or claims):
        yield w("will.nothing")


def _money(cents: int, language: Language) -> str:
    return f"€\u00a0{euros(cents, language)}"
