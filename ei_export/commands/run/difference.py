"""What a change of settings makes of the next run: a check as things are beside one as they would be."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Self

from attrs import frozen

from ...base.problems import SEVERITIES, Severity
from ...output.causes import KindFound
from .outcome import RunOutcome

#: Of a kind of problem that appears or goes, so many causes are told in full.
_MOST_CAUSES: Final = 5


@frozen
class Totals:
    """What a run would declare."""

    lines: int
    amount_cents: int

    @classmethod
    def of(cls, outcome: RunOutcome) -> Self:
        return cls(outcome.lines, outcome.amount_cents)


@frozen
class Told:
    """A cause in words, with what to do, and how often it is there."""

    heading: str
    remedy: str
    count: int


@frozen
class KindDiffers:
    """A kind of problem (``title`` in words) of which there would be another number than ``before``; its ``causes``,
    where there were none before, or there would be none."""

    code: str
    severity: Severity
    title: str
    before: int
    after: int
    causes: Sequence[Told] = ()


@frozen
class Difference:
    """What a run would declare as things are, None where that can't be told, and as they would be; the ``counts`` of
    appointments (as `Summary.shown_counts`) that differ, and the ``kinds`` of problems, the most serious first."""

    before: Totals | None
    after: Totals
    counts: Mapping[str, tuple[int, int]]
    kinds: Sequence[KindDiffers]

    @classmethod
    def between(cls, before: RunOutcome | None, after: RunOutcome) -> Self:
        """Between two checks of one day."""
        counted = before.counts if before is not None else {}
        names = dict.fromkeys((*after.counts, *counted))
        counts = {name: (counted.get(name, 0), after.counts.get(name, 0)) for name in names}
        return cls(
            before=Totals.of(before) if before is not None else None,
            after=Totals.of(after),
            counts={name: pair for name, pair in counts.items() if pair[0] != pair[1]},
            kinds=sorted(_kinds(before.kinds if before is not None else (), after.kinds), key=_order),
        )

    @property
    def is_none(self) -> bool:
        """Whether the run would come to the same."""
        return self.before == self.after and not self.counts and not self.kinds


def _kinds(before: Sequence[KindFound], after: Sequence[KindFound]) -> Iterator[KindDiffers]:
    was, is_now = ({(kind.code, kind.severity): kind for kind in kinds} for kinds in (before, after))
    for key in dict.fromkeys((*is_now, *was)):
        kind = is_now.get(key) or was[key]
        numbers = was[key].count if key in was else 0, is_now[key].count if key in is_now else 0
        if numbers[0] != numbers[1]:
            causes = kind.causes[:_MOST_CAUSES] if not all(numbers) else ()
            told = [Told(cause.heading, cause.remedy, cause.count) for cause in causes]
            yield KindDiffers(kind.code, kind.severity, kind.title, *numbers, told)


def _order(kind: KindDiffers) -> tuple[int, str]:
    return SEVERITIES.index(kind.severity), kind.code
