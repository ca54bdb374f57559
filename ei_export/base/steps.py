"""Work in steps, which many take abreast: each step is done for all of them before the next.

What a step needs, its code and its tables, stays at hand in the processor while it is done again and again. Where
somebody does all the steps of one thing and then those of the next, each of them puts out what the others need.
"""

from collections.abc import Generator, Iterable, Iterator
from itertools import islice
from typing import TypeAlias, TypeVar

T = TypeVar("T")

#: Work that stops between its steps, and comes to something.
Steps: TypeAlias = Generator[None, None, T]


def alone(work: Steps[T]) -> T:
    """What work comes to, by itself."""
    return abreast([work])[0]


def abreast(works: Iterable[Steps[T]]) -> list[T]:
    """What each of some works comes to, in their order, all of them done abreast."""
    going = dict(enumerate(works))
    ended: dict[int, T] = {}
    while going:
        for place, work in [*going.items()]:
            try:
                next(work)
            except StopIteration as end:
                ended[place] = end.value
                del going[place]
    return [ended[place] for place in sorted(ended)]


def batched(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """Things in their order, so many at a time."""
    left = iter(things)
    while batch := [*islice(left, size)]:
        yield batch
