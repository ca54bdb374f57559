"""Charts of pages: bars under each other, drawn in the page itself (``page/charts.html``). What they show is told in
words too, and stands in a table beside them."""

from collections.abc import Iterable, Sequence
from typing import Final

from attrs import frozen

#: Pixels, for each bar with its label.
BAR_HEIGHT: Final = 40


@frozen
class Bar:
    """A bar, and the ``part`` of it that is filled: how wide they are, in percent of the widest bar. ``text``: what it
    shows, ``told`` the same for who can't see how much of it is filled; ``top`` in pixels."""

    label: str
    text: str
    told: str
    width: str
    part: str
    top: int


@frozen
class Value:
    """What a bar shows, below 0 as nothing; ``part`` of it is filled, all of it where that is None."""

    label: str
    value: int
    text: str
    part: int | None = None
    told: str = ""


def bars(values: Iterable[Value]) -> Sequence[Bar]:
    """Bars in the order of their values."""
    shown = [*values]
    most = max([1, *(each.value for each in shown)])
    return [
        Bar(
            each.label,
            each.text,
            each.told or each.text,
            _percent(each.value, most),
            _percent(each.value if each.part is None else min(each.part, each.value), most),
            BAR_HEIGHT * place,
        )
        for place, each in enumerate(shown)
    ]


def _percent(value: int, most: int) -> str:
    return f"{max(value, 0) / most:.2%}"
