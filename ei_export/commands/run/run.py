"""The run: appointments in, declaration files out, each line exactly once.

Read :func:`run` from top to bottom to know what the program does; everything else is how.
"""

import gc
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile
from types import MappingProxyType

from attrs import evolve, frozen

from ... import __version__
from ...base.delivery import Place, Replacement, Scratch, Stage, is_taken, test_files, writing
from ...base.problems import BusyError, Finding, WriteError
from ...base.spool import SortedLines
from ...base.tables import FOREVER
from ...declaring.files import LineList, Publication
from ...declaring.numbers import Series, provider, run_label
from ...intake import Source, open_feed
from ...intake.gather import gather, partition_of
from ...intake.survey import Survey
from ...judging.collected import Collected, fill
from ...judging.context import Context
from ...judging.credits import add_credits, add_credits_of_replaced, judged_credits
from ...judging.patient import judge_patient
from ...judging.rules import Rules
from ...ledger import Ledger
from ...ledger.corrections import drop
from ...ledger.patients import (
    forget_appointments,
    forget_numbers,
    move_appointments,
    move_numbers,
    patients_since,
    pending_appointments,
    pending_patients,
    save_dossiers,
    save_owners,
    unexplained,
)
from ...ledger.people import doubted, take_appointments
from ...ledger.recovering import note_listed, note_shown
from ...ledger.runs import StagedRun, add_run, invoice_count, mark_published, next_run
from ...ledger.testing import begin_test, end_test, next_test_run, test_invoices
from ...model.codelists import Uzovi, uzovi_numbers
from ...model.due import DueLine, doubles
from ...output.problem_list import ProblemList
from ...output.traces import last_begun
from ...settings import Settings
from ...standards.registry import standards
from ..belonging import keep_owner, refuse_strangers, refuse_unknown_runs
from .pages import write_page, write_sheets
from .recovery import before_the_last, broken_off, finish_earlier_runs, forgotten
from .summary import Summary
from .waiting import tell_of_refused, tell_of_unanswered
from .xlsx import require_xlsxwriter

__all__ = ["Options", "check", "run"]


@frozen
class Options:
    """How to run. ``publish`` False is ``check``: all the same, and nothing is written. ``strict``: any error, and
    nothing is declared. ``as_json``: keep the lines for ``--json``. ``xlsx``: write a workbook too. ``progress`` is
    told of rows read and judged."""

    today: date
    publish: bool = True
    strict: bool = False
    as_json: bool = False
    xlsx: bool = False
    progress: Callable[[str, int], None] = lambda stage, count: None


def run(settings: Settings, options: Options) -> Summary:
    """Reads, groups, resolves, writes and records. The summary is the caller's to close: its problems are on disk.

    Raises SettingsError, InputError, BusyError or WriteError; then nothing was declared.
    """
    if options.xlsx:
        require_xlsxwriter()
    source = open_feed(settings.input.path, settings.input)
    rules = Rules.load(settings, options.today, source.header)
    checks = {name: standard.file_check(settings.output) for name, standard in standards().items()}
    with writing(settings.output.dir), ExitStack() as cleaning, _no_collector():
        ledger = Ledger.open(settings.ledger.path) if options.publish else Ledger.look(settings.ledger.path)
        cleaning.callback(ledger.close)
        refuse_strangers(ledger, settings)
        refuse_unknown_runs(ledger, settings)
        earlier = [*finish_earlier_runs(ledger, settings)] if options.publish else []
        earlier += [*broken_off(ledger, settings), *before_the_last(ledger, options.today)]
        if settings.output.test:
            begin_test(ledger)
            earlier.append(Finding("TEST_MESSAGE"))
        earlier += forgotten(ledger, settings)
        problems = ProblemList(settings.language, settings.input.name, settings.severities)
        summary = Summary(options.today, settings.input.name, problems, test=settings.output.test)
        cleaning.push(lambda kind, error, trace: summary.close() if kind else None)  # else it is the caller's
        collected = _judge(source, settings, options, rules, ledger, summary, earlier)

        def judge_again(hold_all: bool, twice: Mapping[str, str]) -> Collected:
            nonlocal summary
            collected.due.close()
            summary.close()
            summary = Summary(options.today, summary.input, summary.problems.empty_copy(), test=summary.test)
            again = open_feed(settings.input.path, settings.input)
            return _judge(again, settings, options, rules, ledger, summary, earlier, hold_all=hold_all, twice=twice)

        if twice := doubles(collected.due, settings.input.twice_on_a_day):
            collected = judge_again(hold_all=False, twice=twice)
        if options.strict and summary.exit_code:
            collected = judge_again(hold_all=True, twice=twice)
        due = collected.due
        cleaning.callback(due.close)
        _remember(collected, ledger)
        series, folder = _next_run(ledger, settings, options.today)
        place = Stage(folder, settings.ledger.path) if options.publish and due.count else Scratch()
        cleaning.callback(place.discard)
        line_list = None
        if due.count:
            publication = Publication(place, ledger, checks, provider(settings), series)
            line_list = _write(due, place, publication, options, summary)
        if isinstance(place, Stage):
            add_run(ledger, StagedRun(series.key, place.staging, folder), options.today, summary.input, __version__)
            summary.run, summary.folder = series.label, folder
            _complete_summary(place, summary)
            if options.xlsx and line_list is not None:
                write_sheets(place.create("workbook.xlsx"), summary, line_list)
        if options.publish:
            _record(settings, rules, ledger, summary, line_list, place, series, cleaning)
    return summary


def check(settings: Settings, options: Options) -> Summary:
    """What a run would come to; writes nothing, whatever ``options.publish`` says. Raises as `run`."""
    return run(settings, evolve(options, publish=False))


def _record(
    settings: Settings,
    rules: Rules,
    ledger: Ledger,
    summary: Summary,
    line_list: LineList | None,
    place: Place,
    series: Series,
    cleaning: ExitStack,
) -> None:
    """Records what the run came to, of a test no more than its numbers, and then shows it."""
    out = settings.output.dir
    shown = problems, page = [Replacement(out / name, settings.ledger.path) for name in ("problems.csv", "report.html")]
    for file in shown:
        cleaning.callback(file.discard)
    keep_owner(ledger, settings, series.today)
    save_owners(ledger)
    summary.problems.write_csv(problems.file)
    write_page(page.file, settings, rules, ledger, summary, line_list)
    if isinstance(place, Stage):
        page.file.seek(0)
        shutil.copyfileobj(page.file, place.create("report.html"))
        place.seal()
    for file in shown:
        file.seal()
    note_listed(ledger, out, last_begun(out))
    if series.test:
        end_test(ledger, series.run, series.today, len(summary.declarations))
    ledger.commit()
    # From here on it is declared; what still fails, the next run makes up for.
    if isinstance(place, Stage):
        try:
            summary.folder = place.publish()
        except WriteError as error:
            if series.test:
                raise
            params = {"run": summary.run, "path": str(summary.folder), "reason": error.params["reason"]}
            summary.add_late(Finding("RUN_NOT_PUBLISHED", "", params))
            return
        if not series.test:
            with suppress(BusyError, WriteError):
                mark_published(ledger, series.run, summary.folder)
    try:
        for file in shown:
            file.publish()
    except WriteError as error:
        if not isinstance(place, Stage):
            raise
        renewed = str(place.folder / "report.html")
        summary.add_late(Finding("REPORT_NOT_RENEWED", "", {**error.params, "renewed": renewed}))


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


def _judge(
    source: Source,
    settings: Settings,
    options: Options,
    rules: Rules,
    ledger: Ledger,
    summary: Summary,
    earlier: Iterable[Finding],
    *,
    hold_all: bool = False,
    twice: Mapping[str, str] = MappingProxyType({}),
) -> Collected:
    """Reads the feed and works out every patient in it, and those the ledger wants tried again; and what is credited.

    ``earlier``: what is to be told of earlier runs. ``hold_all``: what is due waits until nothing is wrong any more
    (``--strict``). ``twice`` as for `Context`.
    """
    for finding in (*earlier, *rules.findings):
        summary.problems.add(finding)
    size = settings.input.path.stat().st_size
    survey = Survey(settings.input, source.header, rules.resolver.is_explained)
    explained = [text for text in unexplained(ledger) if any(survey.explained[c, d] for c, d in json.loads(text))]
    pending = pending_appointments(ledger, explained)
    complete_from = settings.input.complete_from
    feed = gather(
        source,
        size,
        survey,
        pending,
        lambda rows: options.progress("read", rows),
        doubted(ledger),
        is_complete=complete_from is not None,
    )
    for finding, row in feed.told:
        summary.problems.add(finding, row=row)
    collected = Collected(summary.problems)
    context = Context(
        settings, rules.resolver, rules.judge, ledger, feed, rules.fingerprint, hold_all=hold_all, twice=twice
    )
    add_credits(collected, context, judged_credits(context))
    waiting: list[list[str]] = [[] for _ in range(feed.count)]
    absent = patients_since(ledger, complete_from) if complete_from is not None else ()
    for patient in chain(pending_patients(ledger, explained), absent):
        waiting[partition_of(patient, feed.count)].append(patient)

    def work(partition: int, collected: Collected) -> None:
        patients = feed.patients(partition)
        for patient in waiting[partition]:
            patients.setdefault(patient, [])
        for patient, rows in patients.items():
            collected.add(judge_patient(context, patient, rows))
        options.progress("judged", sum(collected.outcomes.values()))

    fill(collected, feed.count, feed.rows, work, context.reopen)
    add_credits_of_replaced(collected, context)
    for number, count in sorted(collected.doubtful.items()):
        summary.problems.add(_doubt(uzovi_numbers()[number], count), uzovi=number)
    for insurer in sorted(collected.unasked):
        summary.problems.add(Finding("AMOUNT_NOT_BY_UNIT", "", {"insurer": insurer}))
    patience = timedelta(weeks=settings.status.answer_weeks)
    tell_of_refused(summary.problems, ledger, settings.language, collected.settled)
    tell_of_unanswered(summary.problems, ledger, settings.language, options.today, patience)
    summary.read, summary.remembered, summary.outcomes = feed.rows, collected.remembered, collected.outcomes
    summary.held, summary.insurers = collected.held, rules.insurers
    return collected


def _doubt(row: Uzovi, count: int) -> Finding:
    """What is said once of an UZOVI number of which it is not sure, or not on every day, whose it is."""
    params = {"uzovi": row.uzovi, "label": row.label, "insurer": row.insurer, "count": count}
    if row.certainty != "certain":
        return Finding("UZOVI_UNSURE", "uzovi", params)
    days = (row.valid_from, date.min), (row.valid_until, FOREVER)
    periods = " – ".join("…" if day == open_end else day.isoformat() for day, open_end in days)
    return Finding("UZOVI_NOT_KNOWN_THEN", "uzovi", {**params, "periods": periods})


def _remember(collected: Collected, ledger: Ledger) -> None:
    """Writes in the ledger what the patients came to."""
    for dossiers in collected.dossiers():
        save_dossiers(ledger, dossiers)
    forget_appointments(ledger, collected.cancelled)
    forget_numbers(ledger, collected.released)
    move_appointments(ledger, collected.moved)
    move_numbers(ledger, collected.numbers)
    take_appointments(ledger, sorted(collected.taken))
    drop(ledger, sorted(collected.dropped))
    note_shown(ledger, collected.shown)


def _write(due: SortedLines, place: Place, publication: Publication, options: Options, summary: Summary) -> LineList:
    """Writes the declarations, and returns the list of their lines."""
    if options.as_json:
        summary.lines = TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115 - closed with the summary
    line_list = LineList(place, summary.lines, publication.header)
    publication.write(due, line_list)
    if summary.lines is not None:
        summary.lines.flush()  # what can fail, fails before the run is declared
    summary.declarations = publication.declarations
    for line in publication.differing:
        summary.problems.add(Finding("PERSON_DIFFERS"), line.appointment_id, line.trajectory, _row(line), line.uzovi)
    return line_list


def _complete_summary(place: Place, summary: Summary) -> None:
    """Writes what is known once all is written."""
    summary.problems.write_csv(place.create("problems.csv"))
    document = json.dumps(summary.document(), ensure_ascii=False, indent=1) + "\n"
    place.create("summary.json").write(document.encode())


def _row(line: DueLine) -> int | None:
    return int(line.row) if line.row else None


@contextmanager
def _no_collector() -> Iterator[None]:
    """A run makes many objects and no cycles worth collecting; looking for them would take a third of its time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
