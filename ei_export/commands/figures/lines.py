"""How declarations fare, line by line: what is granted at once, what is refused, and how many days everything takes."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from attrs import frozen

from ...ledger.counted import AnsweredLines
from ...ledger.figures import KnownDeclaration
from ...model.holidays import working_days_after
from ...model.promises import Promise
from ...standards.answer import GOOD

#: Within how many days, of those from the care to the declaration, and from there to the answer; by what their columns
#: are called.
DECLARED_WITHIN: Final = {"within_7": 7, "within_30": 30, "within_90": 90}
ANSWERED_WITHIN: Final = {"within_1": 1, "within_7": 7, "within_30": 30}


@frozen
class Share:
    """``count`` out of ``of`` lines, of what is called ``name`` ('': of all); ``cents``: what those lines claimed."""

    name: str
    count: int
    of: int
    cents: int = 0

    @property
    def tenths(self) -> int | None:
        """In tenths of a per cent, half of one up; None of nothing."""
        return (2000 * self.count + self.of) // (2 * self.of) if self.of else None


def first_pass(answered: Iterable[AnsweredLines]) -> Sequence[Share]:
    """How many debits were granted in full by the first answer to their appointment: of all, and by insurer."""
    firsts = [lines for lines in answered if lines.is_first]
    return _shares(firsts, lambda lines: lines.is_granted, lambda lines: lines.insurer)


def refused_by(answered: Iterable[AnsweredLines], name: Callable[[AnsweredLines], str]) -> Sequence[Share]:
    """How many answered debits were refused: of all, and by what ``name`` makes of them."""
    return _shares(answered, lambda lines: lines.is_refused, name)


def _shares(
    answered: Iterable[AnsweredLines],
    counts: Callable[[AnsweredLines], bool],
    name: Callable[[AnsweredLines], str],
) -> Sequence[Share]:
    lines, cents, of = Counter[str](), Counter[str](), Counter[str]()
    for each in answered:
        for about in ("", f" {name(each)}"):  # nothing else sorts before all
            of[about] += each.lines
            if counts(each):
                lines[about] += each.lines
                cents[about] += each.amount_cents
    return [Share(about[1:], lines[about], of[about], cents[about]) for about in sorted(of)] or [Share("", 0, 0)]


def refused_by_code(answered: Iterable[AnsweredLines]) -> Sequence[Share]:
    """How many answered debits were refused with each return code, the most frequent first. A line may have more than
    one, and is counted with each; one without any is counted with ''."""
    lines, cents, of = Counter[str](), Counter[str](), 0
    for each in answered:
        of += each.lines
        if each.is_refused:
            for code in [code for code in dict.fromkeys(each.codes.split()) if code != GOOD] or [""]:
                lines[code] += each.lines
                cents[code] += each.amount_cents
    ranked = sorted(lines, key=lambda code: (-lines[code], code))
    return [Share(code, lines[code], of, cents[code]) for code in ranked]


# Days.


@frozen
class Days:
    """How many days something took, of ``lines`` of an insurer, or of all (''): half of them at most ``median`` (None
    of nothing), and ``within`` so many days so many lines."""

    insurer: str
    lines: int
    median: int | None
    within: Mapping[int, int]

    def share(self, days: int) -> Share:
        """Those within so many days."""
        return Share(self.insurer, self.within[days], self.lines)


def days_taken(counted: Iterable[tuple[str, int, int]], within: Collection[int]) -> Sequence[Days]:
    """The days of all lines, and by insurer; ``counted``: insurer, days, and how many lines took these."""
    found: dict[str, Counter[int]] = {"": Counter()}
    for insurer, days, lines in counted:
        for name in ("", insurer):
            found.setdefault(name, Counter())[days] += lines
    return [_days(insurer, found[insurer], within) for insurer in sorted(found)]


def _days(insurer: str, counts: Counter[int], within: Collection[int]) -> Days:
    total, median, seen = sum(counts.values()), None, 0
    for days in sorted(counts):
        seen += counts[days]
        if 2 * seen >= total:
            median = days
            break
    return Days(
        insurer, total, median, {most: sum(lines for days, lines in counts.items() if days <= most) for most in within}
    )


def answered_after(declarations: Iterable[KnownDeclaration]) -> Iterable[tuple[str, int, int]]:
    """Of the answered ones, as far as it is known: insurer, days from the declaration to the day the answer was read,
    and lines."""
    for each in declarations:
        if each.read_on is not None and each.is_timed:
            days = (date.fromisoformat(each.read_on) - date.fromisoformat(each.declared_on)).days
            yield each.insurer, days, each.lines


# Promises.


@frozen
class Kept:
    """A promise beside what its insurer did: ``share``, the lines that it answered within that time, out of all of
    which that time was over or the answer there."""

    promise: Promise
    share: Share


def kept_promises(declarations: Iterable[KnownDeclaration], promises: Iterable[Promise], on: date) -> Sequence[Kept]:
    """What became of each promise by a day. The time runs from the day on which the files were handed over, or else
    declared, to the day of the answer itself, or else that it was read. What was answered in nobody knows what time
    doesn't count."""
    known, kept = [each for each in declarations if each.read_on is None or each.is_timed], []
    for promise in promises:
        within = of = 0
        for each in known:
            if each.insurer == promise.insurer:
                last, answered = working_days_after(_sent(each), promise.working_days), _answered(each)
                if answered is not None or on > last:
                    of += each.lines
                    within += each.lines if answered is not None and answered <= last else 0
        kept.append(Kept(promise, Share(promise.insurer, within, of)))
    return kept


def _sent(declaration: KnownDeclaration) -> date:
    """When it was handed over, unless that is said to be before it was made or after it was answered."""
    made, sent = declaration.declared_on, declaration.sent_on
    is_so = sent is not None and made <= sent <= (declaration.read_on or sent)
    return date.fromisoformat(sent if sent is not None and is_so else made)


def _answered(declaration: KnownDeclaration) -> date | None:
    """The day of the answer by itself, unless that is before it was sent or after it was read."""
    if declaration.read_on is None:
        return None
    dated = declaration.dated or ""
    is_so = _sent(declaration).isoformat() <= dated <= declaration.read_on
    return date.fromisoformat(dated if is_so else declaration.read_on)
