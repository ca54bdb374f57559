"""Vandaag: the last night, what is to be handed to VECOZO, and declaring: look what goes along, confirm it, run."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any

from attrs import evolve, frozen
from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ..base.problems import Finding, SettingsError, render
from ..base.wording import iso_day
from ..base.words import Words, words
from ..commands.belonging import refuse_strangers, refuse_unknown_runs
from ..commands.coming import Queue, queue
from ..commands.corrections.runs import note_sent
from ..commands.corrections.undo import undo
from ..commands.files.files import RunFiles, runs_with_files
from ..commands.files.zips import Zips, zips_of
from ..commands.run.outcome import RunOutcome
from ..model.vecozo import limit
from ..output.ran import Ran, last_done
from ..output.traces import runs_of
from ..settings import Settings
from ..standards.files import files_in
from .jobs import Job
from .looks import stamp
from .running import Asked, declare, look
from .showing import acting, as_download, desk, one_of, paged, redirect_with, renew_lists, show, uploaded
from .uploads import limit_of, plain_name

PAGE = Blueprint("today", __name__, url_prefix="/vandaag")


def count() -> int:
    """How many runs wait to be handed over."""
    return sum(run.standing == "send" for run in _runs(desk().settings()))


@PAGE.get("")
def page() -> Response:
    """How things stand, and what can be done."""
    settings, w = desk().settings(), _words()
    runs = _runs(settings)
    night, running = runs_of(settings.output.dir), desk().jobs.running()
    return show(
        "today.html",
        w,
        settings=settings,
        night=_night(night, desk().day),
        to_send=[_offered(run, settings) for run in runs if run.standing == "send"],
        waiting=[run for run in runs if run.standing in ("sent", "partly")],
        patience=settings.status.answer_weeks * 7,
        day=desk().day,
        queue=desk().kept("queue", _queue),
        most=limit_of(PAGE.url_prefix or "").file,
        zip_limits=[limit("messages"), limit("bytes")],
        is_writing=any(job.writes for job in running),
        is_running=any(job.kind == "run" for job in running),
    )


@PAGE.get("/runs")
def all_runs() -> Response:
    """Every run that made files, and what became of these."""
    return show("runs.html", _words(), runs=paged(_runs(desk().settings())))


# The files of a run.


@PAGE.get("/runs/<run>/<name>")
def file(run: str, name: str) -> Response:
    """One file."""
    settings = desk().settings()
    found = _run(run, _runs(settings))
    asked = one_of(name, [each.name for each in found.files])
    each = next(each for each in found.files if each.name == asked)
    return as_download(found.path(each, settings.output.dir), each.name)


@PAGE.get("/runs/<run>/zip/<name>")
def zipped(run: str, name: str) -> Response:
    """A zip of files."""
    settings = desk().settings()
    zips = {each.name: each for each in zips_of(_run(run, _runs(settings)), settings.output.dir).zips}
    return as_download(zips[one_of(name, zips)].content(), name, "application/zip")


@PAGE.post("/runs/<run>/verstuurd")
@acting
def sent(run: str) -> ResponseReturnValue:
    """Notes that the files of a run were handed to VECOZO, or that they were not."""
    w, day = _words(), iso_day(request.form.get("day", ""))
    if day is None and "not_sent" not in request.form:
        return redirect_with(url_for(".page"), w("sent.no_day"), "warning")
    noted = note_sent(desk().settings(), run, None if "not_sent" in request.form else day, desk().day)
    renew_lists()
    text = w("sent.not", run=noted) if "not_sent" in request.form else w("sent.noted", run=noted, day=day)
    return redirect_with(url_for(".page"), text)


@PAGE.get("/runs/<run>/intrekken")
def withdrawing(run: str) -> Response:
    """What withdrawing a run does, before it is done."""
    settings = desk().settings()
    found = _run(run, _runs(settings))
    return show("withdraw.html", _words(), run=found, offered=_offered(found, settings))


@PAGE.post("/runs/<run>/intrekken")
@acting
def withdraw(run: str) -> ResponseReturnValue:
    """Takes back a run that was not sent."""
    settings, form = desk().settings(), request.form
    undone = undo(settings, run, form.get("why", "").strip(), desk().day, files_gone="files_gone" in form)
    renew_lists()
    told = [_words()("withdrawn", run=undone.run), *_told(undone.findings)]
    return redirect_with(url_for(".page"), " ".join(told), "warning" if undone.findings else "good")


# Declaring.


@frozen
class _Looked:
    """What was looked at before somebody is asked to confirm it. ``state``: changes with all that a run would read;
    ``feed``: what the file is called that was dragged in, '' where none was; ``is_again``: it was otherwise before."""

    asked: Asked
    state: Hashable
    feed: str = ""
    is_again: bool = False


@PAGE.post("/kijken")
@acting
def looking() -> ResponseReturnValue:
    """Has a process look what would go along: from the feed of the settings, or a file that is dragged in."""
    asked, name = Asked(desk().config, desk().day, desk().asked_language), ""
    if files := uploaded("feed"):
        name = files[0].name
        path = files[0].path.with_name(_file_name(name, files[0].path.suffix))
        if not path.exists():  # else it is looked at for another time, as something was in the way
            files[0].path.rename(path)
        asked = evolve(asked, feed=path)
    return _look(_Looked(asked, _state(asked), name))


@PAGE.get("/voorstel")
def proposal() -> ResponseReturnValue:
    """What would go along, to be confirmed."""
    job = desk().jobs.done(request.args.get("job", ""), "check")
    if job is None:
        return redirect_with(url_for(".page"), _words()("look_again"), "warning")
    is_changed = job.about.state != _state(job.about.asked)
    return show("proposal.html", _words(), job=job, is_changed=is_changed, **_shown(job))


@PAGE.post("/declareren")
@acting
def declaring() -> ResponseReturnValue:
    """Has a process run what was confirmed; where anything that a run reads changed since, it looks anew first."""
    job = desk().jobs.done(request.form.get("job", ""), "check")
    if job is None:
        return redirect_with(url_for(".page"), _words()("look_again"), "warning")
    looked: _Looked = job.about
    if looked.state != (state := _state(looked.asked)):
        return _look(evolve(looked, state=state, is_again=True))
    folder = looked.asked.feed.parent if looked.asked.feed is not None else None
    args = looked.asked, desk().asked_day is None, job.result.files
    done = url_for(".done")
    started = desk().jobs.start("run", declare, *args, writes=True, then=done, folder=folder, about=looked)
    return redirect(url_for("work.page", job_id=started.id), 303)


@PAGE.get("/gedaan")
def done() -> ResponseReturnValue:
    """What a run came to, and what is to be done with its files."""
    job = desk().jobs.done(request.args.get("job", ""), "run")
    if job is None:
        return redirect(url_for(".page"), 303)
    settings = desk().settings()
    made = [run for run in _runs(settings) if run.run == job.result.run and run.standing == "send"]
    return show("done.html", _words(), offered=[_offered(run, settings) for run in made], day=desk().day, **_shown(job))


def _look(looked: _Looked) -> ResponseReturnValue:
    folder = looked.asked.feed.parent if looked.asked.feed is not None else None
    then = url_for(".proposal")
    job = desk().jobs.start(
        "check", look, looked.asked, writes=False, then=then, folder=folder, keep=True, about=looked
    )
    return redirect(url_for("work.page", job_id=job.id), 303)


def _state(asked: Asked) -> Hashable:
    """Changes with all that a run would read."""
    settings = desk().settings()
    inbox = settings.output.inbox
    waiting = tuple(sorted((path.name, stamp(path)) for path in files_in(inbox))) if inbox is not None else ()
    return desk().state(), stamp(asked.feed or settings.input.path), waiting


def _file_name(name: str, suffix: str) -> str:
    """What a file is called that was dragged in, with an ending by which nothing else is known where that is not
    ``suffix``."""
    return f"{plain_name(name.removesuffix(suffix), 'export')}{suffix}"


# What is shown.


@frozen
class _Offered:
    """A run with the zips of its files, or why there are none; ``zips_told``: what is in none of them."""

    run: RunFiles
    zips: Zips | None
    told: Sequence[str]
    fault: tuple[str, str] | None = None


def _offered(run: RunFiles, settings: Settings) -> _Offered:
    try:
        zips: Zips = desk().kept(("zips", run.run), lambda: zips_of(run, settings.output.dir))
    except SettingsError as error:
        return _Offered(run, None, (), render(error.code, error.params, desk().language))
    return _Offered(run, zips, _told(zips.told))


def _shown(job: Job) -> Mapping[str, Any]:
    """What a run came to, or would."""
    outcome: RunOutcome = job.result
    levels = {severity: list(kinds) for severity, kinds in groupby(outcome.kinds, key=attrgetter("severity"))}
    counted = {severity: sum(kind.count for kind in kinds) for severity, kinds in levels.items()}
    return {"outcome": outcome, "looked": job.about, "levels": levels, "counted": counted}


@frozen
class _Night:
    """The last run; and ``other``, which is told of beside it: the last ``good`` one where it failed, or the last night
    where it was run by hand. ``days`` since the last good one, and ``failed`` runs since then."""

    last: Ran | None
    other: Ran | None
    good: Ran | None
    days: int
    failed: int

    @property
    def is_calm(self) -> bool:
        """As of `Ran`, of the last run."""
        return self.last is not None and self.last.is_calm


def _night(ran: Sequence[Ran], day: date) -> _Night:
    good, last = last_done(ran), ran[-1] if ran else None
    failed = len(ran) - (ran.index(good) + 1 if good is not None else 0)
    nights = (each for each in reversed(ran) if not each.by_hand)
    other = good if failed else next(nights, None) if last is not None and last.by_hand else None
    return _Night(last, other, good, (day - good.day).days if good is not None else 0, failed)


def _runs(settings: Settings) -> Sequence[RunFiles]:
    def read() -> Sequence[RunFiles]:
        with desk().ledger() as ledger:
            refuse_strangers(ledger, settings)
            refuse_unknown_runs(ledger, settings)
            return runs_with_files(ledger, settings.output.dir)

    return desk().kept("runs", read)


def _queue() -> Queue:
    with desk().ledger() as ledger:
        return queue(desk().settings(), ledger, desk().rules())


def _run(name: str, runs: Iterable[RunFiles]) -> RunFiles:
    known = {run.run: run for run in runs}
    return known[one_of(name, known)]


def _told(findings: Iterable[Finding]) -> Sequence[str]:
    return [" ".join(render(finding.code, finding.params, desk().language)) for finding in findings]


def _words() -> Words:
    return words("desk-today", desk().language)
