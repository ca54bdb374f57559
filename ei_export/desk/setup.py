"""Inrichting: what the export holds and what of it is understood, linked by clicking; contracts, tariffs, the practice;
each change looked at before it is saved, and taken back where that is asked."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from ..base.problems import BusyError, Finding, InputError, Refusal, SettingsError, render
from ..base.words import Words, words
from ..commands.belonging import refuse_strangers
from ..commands.setup.begin import begin_with
from ..commands.setup.changes import DETAILS
from ..commands.setup.keeping import KEPT, MOST_KEPT, kept_changes
from ..commands.setup.pasting import Pasted
from ..commands.setup.saving import Files, Prepared, prepare, prepare_to_take_back, save
from ..commands.setup.told import told, wrong_with
from .setup_begin import taken_in
from .setup_counting import CountingError, effects, holdings_now
from .setup_forms import KINDS, Fields, NothingAskedError, read_paste, shown_fields
from .setup_links import SECTIONS
from .setup_rows import section_values
from .showing import STOOD, TOKEN, acting, desk, one_of, redirect_with, show
from .uploads import limit_of

PAGE: Final = Blueprint("setup", __name__, url_prefix="/inrichting")

#: Fields that say how things stood when a form was made, and that it is to be saved.
_SEEN, _SAVE = "stand", "bewaar"
_NOTHING_TYPED: Final[Fields] = MultiDict()


@PAGE.get("")
def page() -> ResponseReturnValue:
    """What is to be done, section by section; or where a practice begins."""
    if not desk().has_practice():
        return _begin_page({})
    return _section_page("overview", _NOTHING_TYPED)


@PAGE.get("/<name>")
def section(name: str) -> ResponseReturnValue:
    """A section. What its address says besides is filled in its forms."""
    return _section_page(SECTIONS[one_of(name, SECTIONS)], request.args)


@PAGE.post("/wijzigen/<name>")
@acting
def change(name: str) -> ResponseReturnValue:
    """A form: first what it would change, then, by the button there, that it is saved."""
    kind, form = KINDS[one_of(name, KINDS)], request.form
    try:
        settings = desk().settings()
        prepared = prepare(desk().config, kind.asked(form, settings), form.get(_SEEN, ""))
        if prepared.is_nothing:
            raise NothingAskedError("nothing.new")
        if kind.section == "practice":
            with suppress(BusyError), desk().ledger() as ledger:  # a run that is at work is waited for by nobody
                refuse_strangers(ledger, prepared.settings)
        if _SAVE in form:
            return _saved(prepared, kind.section)
        pasted = read_paste(form, settings) if name == "plakken" else None
    except NothingAskedError as nothing:
        return _section_page(kind.section, form, _w()(nothing.key))
    except SettingsError as refusal:
        return _section_page(kind.section, form, _said(refusal))
    return _preview_page(prepared, url_for("setup.change", name=name), kind.section, pasted=pasted)


@PAGE.post("/terugnemen/<name>")
@acting
def take_back(name: str) -> ResponseReturnValue:
    """Puts things back as they were before a change: first what that changes."""
    try:
        prepared = prepare_to_take_back(desk().config, name, request.form.get(_SEEN, ""))
        if prepared.is_nothing:
            return _section_page("changes", _NOTHING_TYPED, _w()("nothing.new"))
        if _SAVE in request.form:
            return _saved(prepared, "changes")
    except SettingsError as refusal:
        return _section_page("changes", _NOTHING_TYPED, _said(refusal))
    return _preview_page(prepared, url_for("setup.take_back", name=name), "changes", pasted=None)


@PAGE.post("/beginnen")
@acting
def begin() -> ResponseReturnValue:
    """Makes the settings of a practice that has none, for an export that is dragged in or that is there already."""
    config, form = desk().config, request.form.to_dict()
    if desk().has_practice():
        return redirect(url_for("setup.page"), 303)
    try:
        export = taken_in(config.parent, form.get("bestand", ""))
        if export is None:
            return _begin_page(form, _w()("nothing.export"))
        form["bestand"] = export.name if export.parent == config.parent else export.as_posix()
        details = {key: form[key].strip() for key in DETAILS if form.get(key, "").strip()}
        begin_with(config, export, details)
    except (SettingsError, InputError) as refusal:
        return _begin_page(form, _said(refusal))
    return redirect_with(url_for("setup.page"), _w()("begun"))


def _w() -> Words:
    return words("desk-setup", desk().language)


def _said(refusal: Refusal) -> str:
    return " ".join(render(refusal.code, refusal.params, desk().language))


def _begin_page(form: Mapping[str, str], problem: str = "") -> Response:
    most, detail = limit_of(request.path).file, words("setup", desk().language)
    status = 409 if problem else 200
    return show("setup-begin.html", _w(), status, typed=form, problem=problem, most=most, detail=detail)


def _section_page(name: str, typed: Fields, problem: str = "") -> ResponseReturnValue:
    """A section with its forms filled in as they were typed; ``problem``: why what was asked isn't done."""
    values: dict[str, object] = {"section": name, "sections": SECTIONS, "typed": typed, "problem": problem, "seen": ""}
    if name == "changes":  # also where settings can't be read
        language = desk().language
        done = [(kept, told(kept.what, language)) for kept in kept_changes(desk().config)]
        values |= {"kept": done, "folder": KEPT, "most": MOST_KEPT}
    else:
        settings, found, feed_problem = desk().settings(), None, ""
        try:
            found = holdings_now(settings)
        except CountingError as counting:
            return redirect(counting.address, 303)
        except InputError as refusal:
            feed_problem = _said(refusal)
        values |= {"held": found, "feed_problem": feed_problem, "settings": settings}
        values |= section_values(name, settings, found, typed)
    with suppress(SettingsError):
        values["seen"] = Files.now(desk().config).state
    return show(f"setup-{name}.html", _w(), 409 if problem else 200, **values)


def _preview_page(prepared: Prepared, action: str, section: str, pasted: Pasted | None) -> Response:
    language = desk().language
    label = words("setup", language)
    fields = {**shown_fields(request.form, (TOKEN, STOOD, _SEEN)), _SEEN: [prepared.before.state]}
    values: dict[str, object] = {
        "what": told(prepared.change.what, language),
        "lines": [*prepared.lines()],
        "findings": [render(finding.code, finding.params, language) for finding in prepared.findings],
        "effects": effects(prepared),
        "pasted": pasted,
        "columns": [label(f"tariff.{column}") if column else _w()("skipped") for column in pasted.columns]
        if pasted
        else (),
        "is_by_hand": prepared.is_by_hand,
        "wrong": _wrong,
        "problem": "",
        "fields": fields,
        "action": action,
        "save": _SAVE,
        "section": section,
        "sections": SECTIONS,
    }
    return show("setup-preview.html", _w(), 200, **values)


def _wrong(finding: Finding) -> tuple[str, str]:
    return wrong_with(finding, desk().language)


def _saved(prepared: Prepared, section: str) -> ResponseReturnValue:
    """Raises SettingsError."""
    save(prepared, datetime.now())  # noqa: DTZ005 - the clock on the wall
    what = told(prepared.change.what, desk().language)
    where = next(end for end, name in SECTIONS.items() if name == section)
    return redirect_with(url_for("setup.section", name=where), _w()("saved", what=what))
