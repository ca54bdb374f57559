"""Zorg1: monitoring, quality, export, the agreements in force, the treatment index, the control of activities."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, Final, cast

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue

from ..base.problems import Refusal, SettingsError, render
from ..base.wording import iso_day
from ..base.words import Words, words
from ..commands.agreements.agreements import Screen, agreements
from ..commands.agreements.text import cells as agreement_cells
from ..commands.agreements.text import sheet as agreement_sheet
from ..commands.index.index import Asked
from ..commands.zorg1.monitor import COLUMNS, Question
from ..commands.zorg1.quality import Consent
from ..model.names import AgreementNames
from ..output.sheets import Row, Sheet, Value, titled
from ..zorg1.agreements import ANY, Agreements
from .places import said
from .showing import acting, as_download, desk, paged, redirect_with, show, uploaded
from .uploads import limit_of
from .working import work, worked
from .zorg1_work import (
    Download,
    ExportedFile,
    MonitoredRows,
    WantedCourses,
    agreements_file,
    controlled,
    counted,
    exported,
    indexed,
    monitor_file,
    monitored,
)

PAGE = Blueprint("zorg1", __name__, url_prefix="/zorg1")

#: Bytes of a ledger that takes long to be gone through.
_LONG: Final = 3_000_000
#: Of each column what is asked of it, in fields of this name.
_ASKED: Final = "f-"
#: What is shown of an agreement; a download has all of it.
_AGREEMENT: Final = (
    *("insurer", "program", "name", "code", "own_codes", "f_code", "list", "units_text", "diagnoses", "tariff_cents"),
    *("until", "rule"),
)
#: Agreements on a page.
_AGREEMENTS: Final = 50
#: What is shown of a row of monitoring, with what is asked of besides; a download has all of it.
_ROW: Final = (
    *("started", "trajectory", "patient_id", "program", "profile", "insurer", "declare_under", "status", "problems"),
)
_VERSIONS: Final = (1, 2, 3)


@PAGE.get("")
def page() -> ResponseReturnValue:
    """Monitoring: what is asked, and the rows of it; of everything where nothing is asked and that takes a moment."""
    found = cast("MonitoredRows | None", worked("monitor")) or (None if _is_long() else _all_monitored())
    wanted, question = (found.wanted, found.question) if found else (WantedCourses(), Question())
    asked = dict(each.split("=", 1) for each in question.filters)
    return show(
        "zorg1.html",
        _words(),
        found=found,
        rows=paged(found.rows) if found else None,
        wanted=wanted,
        question=question,
        asked={f"{_ASKED}{name}": value for name, value in asked.items()},
        shown={place for place, column in enumerate(COLUMNS) if column.key in (*_ROW, *asked, *question.order)},
        columns=[(column.key, _headings()[column.key]) for column in COLUMNS],
        said=words("monitor", desk().language),
        facts=lambda place: {},
        views=[("", _words()["all"]), *((name, name) for name in desk().settings().zorg1.views)],
        **_choices(),
    )


def _all_monitored() -> MonitoredRows | None:
    """The whole table; None where it can't be made: who asks for it is told why."""

    def make() -> MonitoredRows:
        return monitored(desk().settings(), WantedCourses(), Question(), desk().day, lambda stage, count: None)

    with suppress(Refusal):
        return desk().kept("monitor", make)
    return None


@PAGE.post("")
@acting
def monitor() -> ResponseReturnValue:
    """Looks for what is asked, or makes a file of it."""
    settings, wanted, question, form = desk().settings(), _wanted(), _question(), request.form.get("as", "")
    if form in ("csv", "xlsx"):
        arguments = settings, wanted, question, desk().day, form == "xlsx"
        return work("file", monitor_file, *arguments, then=url_for("zorg1.file"), is_long=_is_long())
    then = url_for("zorg1.page")
    return work("monitor", monitored, settings, wanted, question, desk().day, then=then, is_long=_is_long())


@PAGE.get("/bestand")
def file() -> ResponseReturnValue:
    """A file that was made."""
    return _given(cast("Download | None", worked("file")) or abort(404))


@PAGE.get("/kwaliteit")
def quality() -> ResponseReturnValue:
    """What was measured of what should have been."""
    return show("zorg1_quality.html", _words(), found=worked("quality"), **_choices())


@PAGE.post("/kwaliteit")
@acting
def tally() -> ResponseReturnValue:
    consent: Consent = "all" if request.form.get("consent") == "all" else "J"
    arguments = desk().settings(), _wanted(), consent, "check" in request.form, desk().day
    return work("quality", counted, *arguments, then=url_for("zorg1.quality"), is_long=_is_long())


@PAGE.get("/export")
def export() -> ResponseReturnValue:
    """Where the tables for Zorg1 are made."""
    job = request.args.get("job", "")
    return show("zorg1_export.html", _words(), found=worked("export"), job=job, **_choices())


@PAGE.post("/export")
@acting
def make_export() -> ResponseReturnValue:
    arguments = desk().settings(), _wanted(), desk().day, request.form.get("as") == "xlsx"
    return work("export", exported, *arguments, then=url_for("zorg1.export"), is_long=_is_long())


@PAGE.get("/export/bestand")
def export_file() -> ResponseReturnValue:
    """The tables that were made."""
    found = cast("ExportedFile | None", worked("export")) or abort(404)
    return _given(found.file)


@PAGE.get("/overeenkomsten")
def agreed() -> ResponseReturnValue:
    """The agreements in force on a day."""
    screen, refused = None, None
    try:
        screen = _screen()
    except SettingsError as refusal:
        if refusal.code != "USAGE_CHOICE":
            raise
        refused = render(refusal.code, refusal.params, desk().language)
    settings = desk().settings()
    known = Agreements.load(settings.overlays)
    insurers = sorted(AgreementNames.of(settings.overlays).insurers.known)
    return show(
        "zorg1_agreed.html",
        _words(),
        screen=screen,
        refused=refused,
        sheet=_agreement_sheet(),
        rows=paged(_agreement_rows(screen), _AGREEMENTS) if screen is not None else None,
        told=[render(each.code, each.params, desk().language) for each in screen.findings] if screen else [],
        insurers=[("", _words()["all"]), *((name, name) for name in insurers if name in known.insurers)],
        programs=[("", _words()["all"]), *((name, name) for name in sorted({row.program for row in known} - {ANY}))],
        day=_day(),
    )


@PAGE.get("/overeenkomsten/bestand")
def agreed_file() -> ResponseReturnValue:
    """The same with all its columns, as a file."""
    return _given(agreements_file(desk().settings(), _screen(), request.args.get("as") == "xlsx"))


@PAGE.get("/index")
def index() -> ResponseReturnValue:
    """The practice's part of the treatment index."""
    return show("zorg1_index.html", _words(), found=worked("index"), year=desk().day.year - 1, most=_most())


@PAGE.post("/index")
@acting
def compute_index() -> ResponseReturnValue:
    year, version = request.form.get("year", ""), request.form.get("version", "")
    if not (year.isascii() and year.isdecimal() and len(year) == 4 and version in map(str, _VERSIONS)):
        return redirect_with(url_for("zorg1.index"), _words()["index.what"], "warning")
    files = {upload.path: upload.name for upload in uploaded("files")}
    asked = Asked(int(year), int(version), [*files], _first("reference"), _first("statuses"), files)
    is_long = _is_long() or bool(files)
    return work("index", indexed, desk().settings(), asked, desk().day, then=url_for("zorg1.index"), is_long=is_long)


@PAGE.get("/controle")
def control() -> ResponseReturnValue:
    """Norm N0959, over two exports of another system."""
    return show("zorg1_control.html", _words(), found=worked("control"), year=desk().day.year - 1, most=_most())


@PAGE.post("/controle")
@acting
def judge() -> ResponseReturnValue:
    activities, subtrajects = _first("activities"), _first("subtrajects")
    if activities is None or subtrajects is None:
        return redirect_with(url_for("zorg1.control"), _words()["control.what"], "warning")
    lists = tuple(upload.path for upload in uploaded("lists"))
    arguments = desk().settings(), activities, subtrajects, request.form.get("year", "").strip(), lists
    is_long = activities.stat().st_size > _LONG
    return work("control", controlled, *arguments, then=url_for("zorg1.control"), is_long=is_long)


# What is asked.


def _wanted() -> WantedCourses:
    """Of which trajectories."""
    form = request.form
    uzovis = tuple(form.get("uzovi", "").replace(",", " ").split())
    texts = {name: form.get(name, "").strip() for name in ("since", "until", "quarter")}
    return WantedCourses(programs=tuple(filter(None, form.getlist("program"))), uzovis=uzovis, **texts)


def _question() -> Question:
    """Which rows of monitoring, and in what order."""
    asked = {name: request.form.get(f"{_ASKED}{name}", "").strip() for name in (column.key for column in COLUMNS)}
    sort = request.form.get("sort", "")
    order = (f"{sort}:desc" if "descending" in request.form else sort,) if sort else ()
    filters = tuple(f"{name}={value}" for name, value in asked.items() if value)
    return Question(filters, order, request.form.get("view", ""))


def _day() -> date:
    return iso_day(request.args.get("on", "")) or desk().day


def _screen() -> Screen:
    return agreements(desk().settings(), _day(), request.args.get("insurer", ""), request.args.get("program", ""))


def _first(field: str) -> Path | None:
    return next((upload.path for upload in uploaded(field)), None)


def _is_long() -> bool:
    """Whether what goes through the whole ledger is for a process."""
    path = desk().settings().ledger.path
    return path.exists() and path.stat().st_size > _LONG


def _most() -> int:
    return limit_of(url_for("zorg1.page")).whole


# What is shown.


def _choices() -> dict[str, Any]:
    return {"programs": [("", _words()["all"]), *((name, name) for name in desk().rules().resolver.programs.known)]}


def _agreement_sheet() -> Sheet:
    whole = agreement_sheet(desk().language)
    return titled("agreements", [column for column in whole.columns if column.key in _AGREEMENT], desk().language)


def _agreement_rows(screen: Screen) -> Sequence[Row]:
    settings, language = desk().settings(), desk().language
    every = words("agreements", language)["any_program"]
    shown = {
        place: column.key for place, column in enumerate(agreement_sheet(language).columns) if column.key in _AGREEMENT
    }

    def cell(key: str, value: Value) -> Value:
        return said(str(value), settings, language) if key == "rule" else every if value == ANY else value

    rows = (agreement_cells(row, language) for row in screen.rows)
    return [[cell(key, row[place]) for place, key in shown.items()] for row in rows]


def _given(made: Download) -> ResponseReturnValue:
    return as_download(made.content, made.name)


def _headings() -> Words:
    return words("headings", desk().language)


def _words() -> Words:
    return words("desk-zorg1", desk().language)
