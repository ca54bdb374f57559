"""The run: appointments in, declaration files out, each line exactly once.

Read :func:`run` from top to bottom to know what the program does; everything else is how.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from functools import cache
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final, TypeVar

from attrs import evolve, frozen

from ... import __version__
from ...base.delivery import Place, Stage, Unseen, is_taken, test_files, writing
from ...base.problems import Finding, SettingsError
from ...base.processes import Helper, Later, cores, no_collector
from ...declaring.booking import Booking
from ...declaring.files import Files, LineList, Written
from ...declaring.numbering import Numbering
from ...declaring.numbers import Series, declared_by, provider, run_label
from ...intake import open_feed
from ...judging.collected import Collected
from ...judging.rules import Rules
from ...ledger import Ledger
from ...ledger.buckets import save_buckets
from ...ledger.care import RegularCare, save_regular
from ...ledger.corrections import drop
from ...ledger.feeds import note_feed
from ...ledger.patients import (
    StoredDossier,
    forget_numbers,
    move_appointments,
    move_numbers,
    save_dossiers,
    take_appointments,
)
from ...ledger.planned import save_planned
from ...ledger.recovering import note_shown
from ...ledger.runs import StagedRun, add_run, invoice_count, next_run
from ...ledger.testing import begin_test, next_test_run, test_invoices
from ...model.declaration import Provider
from ...model.due import DueLine, doubles
from ...settings import Settings
from ...standards.registry import standard_named, standards
from ...standards.standard import NewFileCheck
from ..belonging import refuse_strangers, refuse_unknown_runs
from .inbox import Inbox, waiting_in_inbox
from .judging import FeedJudge
from .measured import MeasurementFile
from .recording import record
from .recovery import before_the_last, broken_off, finish_earlier_runs, forgotten
from .summary import Summary

__all__ = ["Options", "check", "run"]

Care = TypeVar("Care", StoredDossier, RegularCare)

#: Fewer lines are written before another process is of any use.
WORTH_A_FORK: Final = 10_000


@frozen
class Options:
    """How to run. ``publish`` False is ``check``: all the same, and nothing is written. ``strict``: any error, and
    nothing is declared; but for one about a return file, which is told of once: what is due has no part in it.
    ``as_json``: keep the lines for ``--json``. ``xlsx``: write a workbook too. ``progress`` is told of rows read and
    judged. ``noticed`` is to be told with all that the run finds; ``inbox``: what was read there before, None where
    nothing was. ``confirmed``: the SHA-256 of each file that somebody was shown by a check and said yes to; where the
    run would come to others, nothing is declared. None where nobody was asked."""

    today: date
    publish: bool = True
    strict: bool = False
    as_json: bool = False
    xlsx: bool = False
    progress: Callable[[str, int], None] = lambda stage, count: None
    noticed: Sequence[Finding] = ()
    inbox: Inbox | None = None
    confirmed: Sequence[str] | None = None


def run(settings: Settings, options: Options) -> Summary:
    """Reads, groups, resolves, writes and records. The summary is the caller's to close: its problems are on disk.

    Raises SettingsError, InputError, BusyError or WriteError; then nothing was declared.
    """
    source = open_feed(settings.input.path, settings.input)
    rules = Rules.load(settings, options.today, source.header)
    declares = provider(settings)

    @cache
    def new_check(standard: str) -> NewFileCheck:
        return standard_named(standard).file_check(declares, settings.output)

    if settings.output.names_schema:  # one that is none is refused before anything else is done
        for standard in standards():
            new_check(standard)
    with writing(settings.output.dir), ExitStack() as cleaning, no_collector():
        ledger = Ledger.open(settings.ledger.path) if options.publish else Ledger.look(settings.ledger.path)
        cleaning.callback(ledger.close)
        refuse_strangers(ledger, settings)
        refuse_unknown_runs(ledger, settings)
        inbox = options.inbox
        arrived = [*(waiting_in_inbox(settings, ledger) if inbox is None else inbox.findings(ledger))]
        earlier = [*options.noticed, *_of_earlier_runs(ledger, settings, options), *arrived]
        measured = MeasurementFile.open(settings, rules, ledger)
        patients = set[str]() if measured is not None and not options.publish else None

        feed_judge = FeedJudge(settings, rules, ledger, options.today, options.progress, earlier)
        judged = feed_judge.judge(source)
        cleaning.push(lambda kind, error, trace: judged.close() if kind else None)  # else it is the caller's
        shared = judged.collected.persons.conflicts()
        if twice := doubles(judged.collected.due, shared, settings.input.twice_on_a_day):
            judged = feed_judge.judge_again(judged, twice)
        if options.strict and judged.summary.errors > _errors(arrived, settings):
            judged = feed_judge.judge_again(judged, twice, hold_all=True)
        summary, due = judged.summary, judged.collected.due
        cleaning.callback(due.close)

        series, folder = _next_run(ledger, settings, options.today)
        is_published = options.publish and due.count
        place = Stage(folder, settings.ledger.path, settings.output.group) if is_published else Unseen()
        cleaning.callback(place.discard)
        files = _files(place, new_check, declares, series, options, summary) if due.count else None
        with ledger.filling():
            first_lines = _declare(judged.collected, ledger, files, summary, patients)
        if options.confirmed not in (None, [declaration.sha256 for declaration in summary.declarations]):
            raise SettingsError("RUN_NOT_AS_CONFIRMED")
        save_buckets(ledger, judged.buckets)
        if inbox is not None:
            summary.answers = inbox.document
            inbox.keep(ledger)
        if judged.feed is not None:
            note_feed(ledger, judged.feed)
        if measured is not None:
            summary.measurements = measured.keep(summary.problems, patients or ())
        if isinstance(place, Stage):
            add_run(ledger, StagedRun(series.key, place.staging, folder), options.today, summary.input, __version__)
            summary.run, summary.folder = series.label, folder
        if options.publish:
            listing = files.line_list if options.xlsx and files is not None else None
            record(settings, rules, ledger, summary, first_lines, listing, place, series, cleaning)
    return summary


def _errors(findings: Iterable[Finding], settings: Settings) -> int:
    return len([finding for finding in findings if settings.severities.of(finding.code) == "error"])


def check(settings: Settings, options: Options) -> Summary:
    """What a run would come to; writes nothing, whatever ``options.publish`` says. Raises as `run`."""
    return run(settings, evolve(options, publish=False))


def _of_earlier_runs(ledger: Ledger, settings: Settings, options: Options) -> Iterator[Finding]:
    """Makes up for what earlier runs left undone, and tells what there is to tell of them; begins a test, if it is
    one."""
    if options.publish:
        yield from finish_earlier_runs(ledger, settings)
    yield from broken_off(ledger, settings)
    yield from before_the_last(ledger, options.today)
    if settings.output.test:
        begin_test(ledger)
        yield Finding("TEST_MESSAGE")
    yield from forgotten(ledger, settings)


def _next_run(ledger: Ledger, settings: Settings, today: date) -> tuple[Series, Path]:
    """The numbers and the folder of the next run; one that is there or on its way, of whatever ledger, is left
    alone."""
    out, series, test = settings.output.dir, settings.practice.series, settings.output.test
    if test:  # a ledger that was lost is nothing to wait for
        run, invoices = next_test_run(ledger), max(test_invoices(ledger), test_files(out))
    else:
        run, invoices = next_run(ledger), invoice_count(ledger, series)
    while is_taken(folder := out / run_label(run, test=test)):
        run += 1
    return Series(series, today, run, invoices, test), folder


def _files(
    place: Place,
    new_check: Callable[[str], NewFileCheck],
    declares: Provider,
    series: Series,
    options: Options,
    summary: Summary,
) -> Files:
    """What writes the files of the run."""
    if options.as_json:
        summary.lines = TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115 - closed with the summary
    return Files(place, new_check, declares, series, LineList(place, summary.lines, declared_by(declares)))


def _declare(
    collected: Collected, ledger: Ledger, files: Files | None, summary: Summary, patients: set[str] | None
) -> Sequence[Sequence[object]]:
    """Writes in the ledger what the patients came to, and in the ledger and in files every line that is due; returns
    the first lines, which a page shows. ``patients`` gets the numbers of those patients, where it is a set.

    The files are written by another process where that is worth it: both number the same lines in the same way.
    """
    if files is None:
        _remember(collected, ledger, patients)
        return ()
    due, series = collected.due, files.series

    def write() -> Written:
        written = files.write(Numbering(series).persons(due))
        files.place.sync()  # what can fail, fails before the run is declared
        return written

    beside = Helper if due.count >= WORTH_A_FORK and cores() > 1 else Later
    with beside(write) as writing_files:
        _remember(collected, ledger, patients)
        numbering, booking = Numbering(series), Booking(ledger)
        booked = booking.add(numbering.persons(due))
        written = writing_files.result()
    booking.add_files(booked, written.declarations, series, declared_by(files.provider))
    summary.declarations = [*written.declarations]
    for line in numbering.differing:
        summary.problems.add(Finding("PERSON_DIFFERS"), line.appointment_id, line.trajectory, _row(line), line.uzovi)
    return written.first_lines


def _remember(collected: Collected, ledger: Ledger, patients: set[str] | None) -> None:
    """Writes in the ledger what the patients came to."""
    totals, dossiers = collected.totals, chain.from_iterable(collected.dossiers)
    forget_numbers(ledger, totals.released)
    move_numbers(ledger, totals.numbers)
    regular = chain.from_iterable(collected.regular)
    save_dossiers(ledger, dossiers if patients is None else _noted(dossiers, patients))
    save_regular(ledger, regular if patients is None else _noted(regular, patients))
    move_appointments(ledger, totals.moved)
    take_appointments(ledger, sorted(totals.taken))
    drop(ledger, sorted(totals.dropped))
    note_shown(ledger, totals.shown)
    save_planned(ledger, totals.over, totals.planned)


def _noted(cares: Iterable[Care], patients: set[str]) -> Iterator[Care]:
    for care in cares:
        patients.add(care.patient_id)
        yield care


def _row(line: DueLine) -> int | None:
    return int(line.row) if line.row else None
