"""Judging the feed: every patient in it, those the ledger wants tried again, and what is credited.

Whether a performance is declared twice, and with ``--strict`` whether anything is wrong, shows only once every patient
was judged. Then the feed is judged again, knowing that: from its start, as what changes for one may change for others.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, timedelta
from itertools import chain
from types import MappingProxyType
from typing import Final

from attrs import evolve, frozen

from ...base.private import written_in
from ...base.problems import Finding
from ...base.tables import FOREVER
from ...intake import Source, open_feed
from ...intake.gather import Gathered, gather, partition_of
from ...intake.survey import Survey
from ...judging.collected import Collected, fill
from ...judging.context import Context
from ...judging.credits import add_credits, add_credits_of_replaced, judged_credits
from ...judging.judge import judge_patients
from ...judging.result import add_up, outcomes_of, tally_of
from ...judging.rules import Rules
from ...ledger import Ledger
from ...ledger.buckets import SettledBucket, bucket_of, settled_buckets
from ...ledger.feeds import ReadFeed
from ...ledger.patients import Codes, patients_since, pending_appointments, pending_patients, unexplained
from ...ledger.people import doubted
from ...model.appointment import Outcome
from ...model.codelists import Uzovi, uzovi_numbers
from ...output.problem_list import ProblemList
from ...settings import Settings
from .feeds import compared, lost
from .summary import Summary
from .waiting import tell_of_refused, tell_of_unanswered

_NONE: Final[Mapping[str, str]] = MappingProxyType({})


@frozen
class JudgedFeed:
    """What the patients of the feed came to, and the summary that tells it; ``buckets``: what the ledger is to keep of
    those that were judged, and ``feed``: of the feed itself, None where that has no rows."""

    collected: Collected
    summary: Summary
    buckets: Mapping[int, SettledBucket | None] = MappingProxyType({})
    feed: ReadFeed | None = None

    def close(self) -> None:
        """Gives the disk back."""
        self.collected.due.close()
        self.summary.close()


@frozen
class FeedJudge:
    """Judges the feed. ``progress`` is told of rows read and judged; ``earlier`` is what is to be told of earlier
    runs."""

    settings: Settings
    rules: Rules
    ledger: Ledger
    today: date
    progress: Callable[[str, int], None]
    earlier: Sequence[Finding]

    def judge(self, source: Source, twice: Mapping[str, str] = _NONE, *, hold_all: bool = False) -> JudgedFeed:
        """``twice`` as for `Context`; ``hold_all``: what is due waits until nothing is wrong any more."""
        settings = self.settings
        problems = ProblemList(settings.language, settings.input.name, settings.severities)
        summary = Summary(self.today, settings.input.name, problems, test=settings.output.test)
        judged = JudgedFeed(Collected(problems), summary)
        try:
            for finding in (*self.earlier, *self.rules.findings):
                problems.add(finding)
            survey = Survey(settings.input, source.header, self.rules.resolver.is_explained)
            explained = [codes for codes in unexplained(self.ledger) if survey.explained[codes]]
            pending = [*pending_patients(self.ledger, explained)]
            settled = settled_buckets(self.ledger, pending)
            feed = self._gathered(source, survey, explained, settled)
            for finding, row in feed.told:
                problems.add(finding, row=row)
            read, told = self._compared(feed)
            for finding in told:
                problems.add(finding)
            summary.of_feed = lost([*told, *(finding for finding, _ in feed.told)], settings.severities)
            context = Context(settings, self.rules, self.ledger, feed, hold_all=hold_all, twice=twice)
            add_credits(judged.collected, context, judged_credits(context))
            self._judge_patients(judged.collected, context, feed, pending)
            add_credits_of_replaced(judged.collected, context)
            totals = judged.collected.totals
            for bucket in feed.settled:
                add_up(totals.outcomes, outcomes_of(settled[bucket].tally))
            self._sum_up(judged, feed.rows)
        except BaseException:
            judged.close()
            raise
        tallies = dict.fromkeys(settled.keys() - feed.settled) | totals.buckets
        buckets = {b: None if tally is None else SettledBucket(feed.digest(b), tally) for b, tally in tallies.items()}
        return evolve(judged, buckets=buckets, feed=read)

    def judge_again(self, judged: JudgedFeed, twice: Mapping[str, str], *, hold_all: bool = False) -> JudgedFeed:
        """Judges the feed anew, in the place of what it came to before."""
        judged.close()
        again = open_feed(self.settings.input.path, self.settings.input)
        return self.judge(again, twice, hold_all=hold_all)

    def _gathered(
        self, source: Source, survey: Survey, explained: Sequence[Codes], settled: Mapping[int, SettledBucket]
    ) -> Gathered:
        """The rows of the feed by patient."""
        path, complete_from = self.settings.input.path, self.settings.input.complete_from
        return gather(
            source,
            path.stat().st_size,
            survey,
            pending_appointments(self.ledger, explained),
            lambda rows: self.progress("read", rows),
            doubted(self.ledger),
            is_complete=complete_from is not None,
            key=self.rules.fingerprint,
            settled={bucket: kept.digest for bucket, kept in settled.items()},
        )

    def _compared(self, feed: Gathered) -> tuple[ReadFeed | None, Sequence[Finding]]:
        """The feed beside those of earlier runs, and what is to be told of that."""
        if not feed.rows:  # one that holds only what is new may have none, night after night
            return None, ()
        modified = max(each.stat().st_mtime_ns for each in written_in(self.settings.input.path))
        name, read_by = self.settings.input.name, self.rules.fingerprint
        read = ReadFeed(name, feed.whole_digest, self.today, self.today, modified, read_by)
        return compared(self.ledger, read)

    def _judge_patients(self, collected: Collected, context: Context, feed: Gathered, pending: Collection[str]) -> None:
        """Every patient in the feed, and those without a row in it who are to be tried again, or should be in it; but
        for those of buckets that are settled, as each of them is."""
        waiting: list[list[str]] = [[] for _ in range(feed.count)]
        complete_from = self.settings.input.complete_from
        absent = patients_since(self.ledger, complete_from) if complete_from is not None else ()
        for patient in chain(pending, absent):
            if bucket_of(patient) not in feed.settled:
                waiting[partition_of(patient, feed.count)].append(patient)

        def judge(partition: int, collected: Collected) -> None:
            patients = feed.patients(partition)
            for patient in waiting[partition]:
                patients.setdefault(patient, [])
            again: dict[int, dict[Outcome, int] | None] = {}
            for patient, result in judge_patients(context, patients.items()):
                collected.add(result)
                bucket = bucket_of(patient)
                if result.again is None:
                    again[bucket] = None
                elif (outcomes := again.setdefault(bucket, {})) is not None:
                    add_up(outcomes, result.again)
            tallies = {
                bucket: tally_of(outcomes) if outcomes is not None else None for bucket, outcomes in again.items()
            }
            collected.totals.buckets.update(tallies)
            self.progress("judged", sum(collected.totals.outcomes.values()))

        fill(collected, feed.count, feed.left if self.ledger.can_be_reopened else 0, judge, context.reopen)

    def _sum_up(self, judged: JudgedFeed, rows: int) -> None:
        """Tells what is said once of all patients, and counts."""
        totals, summary, language = judged.collected.totals, judged.summary, self.settings.language
        for number, count in sorted(totals.doubtful.items()):
            summary.problems.add(_doubt(uzovi_numbers()[number], count), uzovi=number)
        for insurer in sorted(totals.unasked):
            summary.problems.add(Finding("AMOUNT_NOT_BY_UNIT", "", {"insurer": insurer}))
        patience = timedelta(weeks=self.settings.status.answer_weeks)
        tell_of_refused(summary.problems, self.ledger, language, totals.given_up)
        tell_of_unanswered(summary.problems, self.ledger, language, self.today, patience)
        summary.read, summary.remembered, summary.outcomes = rows, totals.remembered, totals.outcomes
        summary.closed = totals.closed
        summary.held, summary.insurers = totals.held, self.rules.insurers


def _doubt(row: Uzovi, count: int) -> Finding:
    """What is said once of an UZOVI number of which it is not sure, or not on every day, whose it is."""
    params = {"uzovi": row.uzovi, "label": row.label, "insurer": row.insurer, "count": count}
    if row.certainty != "certain":
        return Finding("UZOVI_UNSURE", "uzovi", params)
    days = (row.valid_from, date.min), (row.valid_until, FOREVER)
    periods = " – ".join("…" if day == open_end else day.isoformat() for day, open_end in days)
    return Finding("UZOVI_NOT_KNOWN_THEN", "uzovi", {**params, "periods": periods})
