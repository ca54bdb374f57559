"""What a run came to, or would, without what its summary keeps on disk: all that is shown of it later."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, Self

from attrs import frozen

from ...base.problems import Language, render
from ...model.declaration import Declaration
from ...output.causes import KindFound, Limits, kinds_found
from .summary import InsurerCounts, Summary

#: How many problems are shown: enough to see what is wrong; all of them are in the lists of the run.
_LIMITS: Final = Limits(most=500, of_a_kind=50, few=5, causes=50)


@frozen
class RunOutcome:
    """A run of a day. ``counts`` of appointments as `Summary.shown_counts`; ``kinds`` of problems, errors first;
    ``late`` in words: what went wrong once it was declared, each with what to do."""

    run: str | None
    is_test: bool
    today: date
    input: str
    insurers: Sequence[InsurerCounts]
    declarations: Sequence[Declaration]
    counts: Mapping[str, int]
    answers: Mapping[str, int] | None
    kinds: Sequence[KindFound]
    late: Sequence[tuple[str, str]]

    @classmethod
    def of(cls, summary: Summary, language: Language) -> Self:
        """Of a summary that is still open, in words of a language."""
        return cls(
            run=summary.run,
            is_test=summary.test,
            today=summary.today,
            input=summary.input,
            insurers=summary.by_insurer(),
            declarations=tuple(summary.declarations),
            counts=summary.shown_counts,
            answers=summary.answers,
            kinds=list(kinds_found(summary.problems, language, summary.insurers, _LIMITS)),
            late=[render(finding.code, finding.params, language) for finding in summary.late],
        )

    @property
    def files(self) -> Sequence[str]:
        """The SHA-256 of each file: what makes two runs declare the same."""
        return [declaration.sha256 for declaration in self.declarations]

    @property
    def lines(self) -> int:
        return sum(declaration.lines for declaration in self.declarations)

    @property
    def persons(self) -> int:
        return sum(declaration.persons for declaration in self.declarations)

    @property
    def amount_cents(self) -> int:
        return sum(declaration.amount_cents for declaration in self.declarations)
