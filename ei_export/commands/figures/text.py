"""Figures for a person at a terminal, by their template."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ...base.problems import Language
from ...base.wording import euros, percentage
from ...base.words import words
from ...output.paper import Paint, columns, counted, plain, set_lines, template
from ...output.refusals import official
from .figures import Figures
from .lines import ANSWERED_WITHIN, DECLARED_WITHIN, Days, Share
from .money import AGES, AMOUNTS

#: Amounts that are only shown where there is one.
_RARE: Final = frozenset({"credited_cents", "written_off_cents", "patient_cents"})
#: Months, the last ones, and return codes, the most frequent ones.
_MOST: Final = 12


def text_lines(figures: Figures, language: Language, paint: Paint = plain) -> Iterator[str]:
    """The figures in words."""

    def share(of: Share) -> str:
        return percentage(of.tenths, language) if of.tenths is not None else "-"

    text = template(__package__, "figures", language).generate(
        f=figures,
        money=list(money_lines(figures.by_uzovi, figures.sums, language)),
        ages=list(_ages(figures, language)),
        months=list(_months(figures, language)),
        codes=figures.by_code[:_MOST],
        share=share,
        median=lambda days: median(days, language),
        official=lambda code: official(code, language),
        declared_within=DECLARED_WITHIN.values(),
        answered_within=ANSWERED_WITHIN.values(),
    )
    yield from set_lines(text, paint)


def median(days: Days, language: Language) -> str:
    """In how many days half of it was done."""
    if days.median is None:
        return "–"
    return counted(days.median, "day", language) if days.median else words("figures", language)["same_day"]


def money_lines(
    by_uzovi: Mapping[tuple[str, str], Mapping[str, int]], totals: Mapping[str, int], language: Language
) -> Iterator[str]:
    """The sums of each insurer and of all, under their heads, in columns; of nothing at all where there are none."""
    if not by_uzovi:
        return
    heads, total = words("headings", language), words("figures", language)["all"]
    shown = [name for name in AMOUNTS if name not in _RARE or totals[name]]
    named = [(f"{insurer} ({uzovi})", sums) for (insurer, uzovi), sums in by_uzovi.items()]
    rows = [[heads["insurer"], *(heads[name] for name in shown)]]
    rows += [[name, *_euros((sums[column] for column in shown), language)] for name, sums in (*named, (total, totals))]
    yield from columns(rows)


def _euros(cents: Iterator[int], language: Language) -> Sequence[str]:
    return [euros(amount, language) for amount in cents]


def _ages(figures: Figures, language: Language) -> Iterator[str]:
    """What is open, by age and insurer."""
    say, heads = words("figures", language), words("headings", language)
    if not figures.sums["open_cents"]:
        return
    first, *insurers = figures.open
    rows = [[heads["insurer"], *(heads[key].partition(" ")[0] for key in AGES)]]
    rows += [[each.insurer, *_euros(iter(each.cents), language)] for each in insurers]
    rows.append([say["all"], *_euros(iter(first.cents), language)])
    yield from columns(rows)


def _months(figures: Figures, language: Language) -> Iterator[str]:
    """Where the money is of what was declared in each month, the last ones."""
    heads = words("headings", language)
    shown = ("declared_cents", "granted_cents", "refused_cents", "open_cents")
    rows = [[heads["month"], *(heads[name] for name in shown)]]
    last = list(figures.months.items())[-_MOST:]
    rows += [[month, *_euros((sums[name] for name in shown), language)] for month, sums in last]
    yield from columns(rows) if last else ()
