"""What an export holds (`Holdings`), and what of it the settings understand: columns, words, codes, insurers, tariffs.

It is counted by what a run would take each row for, in one pass. Nothing of a person is kept: of columns with
whatever it may be only how many cells are filled, of words and codes what a message may quote too.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from attrs import Factory, define, evolve

from ...base.wording import printable
from ...intake import AnyFeed, open_any_feed
from ...intake.meanings import meant
from ...intake.person import WORDS, word_shown
from ...intake.values import quoted_cell
from ...judging.rules import Rules
from ...model.columns import COLUMNS, REQUIRED
from ...settings import Settings, load, status_word
from ...zorg1.agreements import ANY, Agreement
from ...zorg1.resolution import Link, Verdict
from ...zorg1.resolver import NOT_ZORG1
from .counting import Counted, Group, RowDays, count
from .guessing import is_likely
from .held import CodeHeld, Holdings, InsurerHeld, PriceHeld, StandsFor, StatusHeld, Taken, TheirColumn, WordHeld

#: More unknown words are no status words: another column stands in their place.
MOST_WORDS: Final = 20
#: More UZOVI numbers than there are insurers, and therapists than a practice has.
_MOST_INSURERS: Final = 100
_MOST_THERAPISTS: Final = 200
_PRICED: Final = frozenset({"TARIFF_MISSING", "CONTRACT_LIST_MISSING"})


def holdings(
    settings: Settings, today: date, progress: Callable[[str, int], None] = lambda stage, rows: None
) -> Holdings:
    """What the feed of a practice holds. Reads it once. Raises InputError and SettingsError."""
    rules = Rules.load(settings, today)
    feed = open_any_feed(settings.input.path, settings.input, is_likely)
    return _Holding(settings, rules, feed, count(feed, settings.input, rules, progress)).holdings()


def holdings_of(config: Path, today: date, progress: Callable[[str, int], None]) -> Holdings:
    """As `holdings`, by a process of its own: of the settings in a file."""
    return holdings(load(config), today, progress=progress)


class _Holding:
    """What was counted, made into what is shown."""

    def __init__(self, settings: Settings, rules: Rules, feed: AnyFeed, counted: Counted) -> None:
        self._settings, self._rules, self._feed, self._counted = settings, rules, feed, counted
        self._at = feed.source.header.at
        self._completed = [group for group in counted.groups if group.kind.took_place]

    def holdings(self) -> Holdings:
        counted, feed = self._counted, self._feed
        statuses = sorted(self._statuses(), key=lambda held: (held.taken != "unknown", -held.count, held.word))
        unknown = [held for held in statuses if held.taken == "unknown"]
        many = len(unknown) if len(unknown) > MOST_WORDS else 0
        return Holdings(
            rows=counted.rows,
            broken=counted.broken,
            encoding=feed.encoding,
            delimiter=feed.delimiter,
            has_names=any(is_likely(name) or name in self._settings.input.columns.values() for name in feed.names),
            columns=tuple(self._columns()),
            missing=tuple(column for column in COLUMNS if column in REQUIRED and column not in self._at),
            statuses=tuple(statuses[many:]),
            many_words=many,
            codes=tuple(self._codes()),
            insurers=tuple(self._insurers()),
            therapists=tuple(self._therapists()),
            words=tuple(self._words()),
            many=tuple(column for column, values in counted.values.items() if values is None),
            prices=tuple(self._prices()),
            is_cut_off=counted.is_cut_off,
        )

    def _columns(self) -> Iterator[TheirColumn]:
        ours = {place: column for column, place in self._at.items()}
        names = [name.casefold() for name in self._feed.names]
        for place, (name, filled) in enumerate(zip(self._feed.names, self._counted.filled, strict=True)):
            is_twice = bool(name) and names.count(name.casefold()) > 1
            yield TheirColumn(printable(name), filled, ours.get(place, ""), is_twice)

    def _statuses(self) -> Iterator[StatusHeld]:
        """Each status word. Of those that aren't completed as a run counts them: not of rows that are none."""
        if "status" not in self._at:
            return
        zorg1: Counter[str] = Counter()
        completed: Counter[str] = Counter()
        written: dict[str, str] = {}
        for group in self._counted.groups:
            word = status_word(group.kind.status)
            written[word] = min(written.get(word, group.kind.status), group.kind.status)
            zorg1[word] += group.days.count * self._is_zorg1(group)
            completed[word] += group.days.count * bool(group.kind.took_place)
        for word, times in completed.items():
            if times:
                yield StatusHeld(quoted_cell(written[word]), "completed", times, zorg1[word])
        feed = self._settings.input
        for word, seen in self._counted.noted.not_completed.items():
            taken: Taken = "not_completed" if word in feed.not_completed else "unknown"
            taken = "planned" if word in feed.planned else taken
            yield StatusHeld(seen.text.strip(), taken, seen.count, zorg1[word])

    @staticmethod
    def _is_zorg1(group: Group) -> bool:
        return group.resolution.is_zorg1 and bool(group.kind.code or group.kind.declare_under)

    def _codes(self) -> Sequence[CodeHeld]:
        """Each code of completed appointments, those that nobody explained as a run counts them."""
        if "code" not in self._at:
            return ()
        counts: defaultdict[tuple[str, str], int] = defaultdict(int)
        under: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for group in self._completed:
            code, linked = group.kind.code, group.kind.declare_under
            counts[code, linked] += group.days.count
            if linked:
                under[code][linked] += group.days.count
        noted = self._counted.noted.codes
        held = []
        for (code, linked), times in counts.items():
            shown = self._shown(code), self._shown(linked)
            stands_for = self._stands_for(code, linked)
            if stands_for == "unknown" and shown not in noted:  # the cells of its rows may be shifted
                continue
            held.append(self._code(shown, self._rules.resolver.link(code, linked), times, stands_for, under[code]))
        rank = {"unknown": 0, "fault": 1}
        return sorted(held, key=lambda each: (rank.get(each.stands_for, 2), -each.count, each.code, each.declare_under))

    def _shown(self, code: str) -> str:
        """A code as it may be shown; one that is known is nobody's, though it may look like a BSN."""
        return code if self._is_known(code) else quoted_cell(code)

    def _stands_for(self, code: str, linked: str) -> StandsFor:
        resolver = self._rules.resolver
        link = resolver.link(code, linked)
        if link.code in resolver.codes:
            return "contact" if likely(resolver.agreed_anywhere(link.code)).moment == "contact" else "product"
        if link.code == NOT_ZORG1:
            return "none"
        if resolver.resolve(code, linked, "", None).verdict is Verdict.FAULT:
            return "fault"
        return "regular" if resolver.is_explained(code, linked) else "unknown"

    def _code(
        self, shown: tuple[str, str], link: Link, times: int, stands_for: StandsFor, under: Mapping[str, int]
    ) -> CodeHeld:
        others = [linked for linked in sorted(under, key=lambda each: (-under[each], each)) if self._is_known(linked)]
        held = CodeHeld(*shown, times, stands_for, self._shown(link.code), link.by, others=tuple(others))
        rows = self._rules.resolver.agreed_anywhere(link.code)
        if not rows:
            return held
        row, insurers = likely(rows), tuple(sorted({row.insurer for row in rows}))
        return evolve(held, program=row.program, profile=row.profile, moment=row.moment, insurers=insurers)

    def _is_known(self, code: str) -> bool:
        return code.upper() in self._rules.resolver.codes

    def _insurers(self) -> Sequence[InsurerHeld]:
        """Each UZOVI number of completed appointments."""
        if "uzovi" not in self._at:
            return ()
        seen: defaultdict[str, _Bound] = defaultdict(_Bound)
        for group in self._completed:
            seen[group.kind.uzovi].add(group, is_zorg1=self._is_zorg1(group))
        resolver = self._rules.resolver
        insurer, agreed = resolver.insurer, resolver.insurers
        held = [
            InsurerHeld(
                *(
                    quoted_cell(uzovi),
                    insurer(uzovi),
                    insurer(uzovi) in agreed,
                    bound.all.count,
                    bound.zorg1,
                    bound.unbound.count,
                ),
                *_edges(bound.unbound if bound.unbound.count else bound.all),
            )
            for uzovi, bound in seen.items()
            if len(seen) <= _MOST_INSURERS or insurer(uzovi)
        ]
        return sorted(held, key=lambda each: (bool(each.insurer), not each.unbound, -each.count, each.uzovi))

    def _therapists(self) -> Iterator[tuple[str, int]]:
        values: Mapping[str, int] = self._counted.values.get("therapist_agb") or {}
        sums: Counter[str] = Counter()
        for text, times in values.items():
            code = WORDS["therapist_agb"](meant(self._settings.input.values, "therapist_agb", text.strip()))
            if isinstance(code, str):
                sums[code] += times
        # More than a practice has: the column may hold something else, whose digits are somebody's.
        yield from sorted(sums.items(), key=lambda item: (-item[1], item[0])) if len(sums) <= _MOST_THERAPISTS else ()

    def _words(self) -> Iterator[WordHeld]:
        for column, values in self._counted.values.items():
            sums: Counter[str] = Counter()
            for text, times in (values or {}).items():
                said = meant(self._settings.input.values, column, text.strip())
                if said and WORDS[column](said) is None:
                    sums[word_shown(column, text.strip())] += times
            for word, times in sorted(sums.items(), key=lambda item: (-item[1], item[0])):
                yield WordHeld(column, word, times)

    def _prices(self) -> Sequence[PriceHeld]:
        """Each product of completed appointments that this program is to declare, with whether it has a price."""
        until = self._settings.ledger.declared_until or date.min
        found: dict[tuple[str, str, str, date | None], _Priced] = {}
        for group in self._completed:
            row = group.resolution.agreement
            if row is None or not row.is_sent or group.days.last <= until or group.days.last == date.min:
                continue
            why = next((finding.code for finding in group.resolution.faults if finding.code in _PRICED), "")
            key = row.insurer, row.tariff_list, row.code, group.since if why else None
            priced = found.setdefault(key, _Priced(row, why, group.since, group.until))
            priced.days.add(group.days)
        held = [priced.held() for priced in found.values()]
        return sorted(held, key=lambda each: (not each.why, each.insurer, each.list, each.code, each.first))


@define
class _Bound:
    """Appointments of an UZOVI number; ``unbound`` are those without a contract."""

    all: RowDays = Factory(RowDays)
    zorg1: int = 0
    unbound: RowDays = Factory(RowDays)

    def add(self, group: Group, *, is_zorg1: bool) -> None:
        self.all.add(group.days)
        self.zorg1 += group.days.count * is_zorg1
        if group.resolution.verdict is Verdict.NO_AGREEMENT:
            self.unbound.add(group.days)


@define
class _Priced:
    """Appointments of a product; of those without a price the days on which that is so."""

    row: Agreement
    why: str
    since: date
    until: date
    days: RowDays = Factory(RowDays)

    def held(self) -> PriceHeld:
        row, first, last = self.row, self.days.first, self.days.last
        return PriceHeld(
            *(row.insurer, row.tariff_list, row.code, row.program, row.profile, row.moment, self.days.count, self.why),
            *(first, last, max(self.since, first.replace(month=1, day=1))),
            min(self.until, last.replace(month=12, day=31)),
        )


def likely(rows: Sequence[Agreement]) -> Agreement:
    """Of the agreements about a code the one that says of any program what it is, or the first."""
    return next((row for row in rows if row.program == ANY), rows[0])


def _edges(days: RowDays) -> tuple[date | None, date | None]:
    return (days.first, days.last) if days.first <= days.last else (None, None)
