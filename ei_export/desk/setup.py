"""Inrichting: what the export holds and what of it is understood, linked by clicking; contracts, tariffs,
agreements, and all other settings; each change looked at before it is saved, and taken back where that is asked."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from ..base.problems import BusyError, Finding, InputError, Refusal, SettingsError, render
from ..base.words import Words, words
from ..commands.belonging import refuse_strangers
from ..commands.setup.begin import begin_with
from ..commands.setup.fields import VALUES, of_section
from ..commands.setup.keeping import KEPT, MOST_KEPT, kept_changes
from ..commands.setup.saving import Files, Prepared, prepare, prepare_to_take_back
from ..commands.setup.told import told, wrong_with
from .setup_begin import give_up, taken_in
from .setup_counting import CountingError, holdings_now
from .setup_files import download
from .setup_forms import KINDS, read_paste, section_of
from .setup_links import SECTIONS
from .setup_proposals import (
    Proposal,
    Refused,
    again,
    failed_because,
    find_out,
    how_far,
    problems_of,
    propose,
    save_proposal,
)
from .setup_rows import section_values
from .setup_typed import Fields, NothingAskedError
from .showing import acting, desk, one_of, redirect_with, renew_lists, session, show, stood, uploaded
from .uploads import limit_of

PAGE: Final = Blueprint("setup", __name__, url_prefix="/inrichting")

#: A field that says how things stood when a form was made, and where an address names a form that was refused.
_SEEN, _AGAIN = "stand", "opnieuw"
#: The sections that show what the export holds.
_OF_THE_EXPORT: Final = ("overview", "columns", "statuses", "codes", "insurers", "tariffs")
_NOTHING_TYPED: Final[Fields] = MultiDict()


@PAGE.get("")
def page() -> ResponseReturnValue:
    """What is to be done, section by section; or where a practice begins."""
    if not desk().has_practice():
        return _begin_page()
    return _section_page("overview")


@PAGE.get("/<name>")
def section(name: str) -> ResponseReturnValue:
    """A section. What its address says besides is filled in its forms."""
    return _section_page(SECTIONS[one_of(name, SECTIONS)])


@PAGE.get("/bestand/<key>/<int:number>")
def file(key: str, number: int) -> Response:
    """A file that the settings name, or a table in them, to be changed elsewhere."""
    return download(desk().settings(), key, number)


@PAGE.post("/wijzigen/<name>")
@acting
def change(name: str) -> ResponseReturnValue:
    """Takes in a form, and leads to what it would change."""
    kind, form = KINDS[one_of(name, KINDS)], request.form
    where = kind.section or section_of(form)
    try:
        settings = desk().settings()
        prepared = prepare(desk().config, kind.asked(form, settings), form.get(_SEEN, ""))
        if prepared.is_nothing:
            raise NothingAskedError("nothing.new")
        if where == "practice":
            with suppress(BusyError), desk().ledger() as ledger:  # a run that is at work is waited for by nobody
                refuse_strangers(ledger, prepared.settings)
        pasted = read_paste(form, settings) if name == "plakken" else None
    except NothingAskedError as nothing:
        return again(_address(where), form, _w()(nothing.key))
    except SettingsError as refusal:
        typed = MultiDict(form)
        if refusal.code == "SETUP_DECLARED":  # it can end instead
            typed["tm"] = str(refusal.params["last"])
        return again(_address(where), typed, *problems_of(refusal))
    return propose(Proposal(prepared, where, stood(), pasted))


@PAGE.post("/terugnemen/<name>")
@acting
def take_back(name: str) -> ResponseReturnValue:
    """Leads to what putting things back as they were before a change comes to."""
    where = _address("changes")
    try:
        prepared = prepare_to_take_back(desk().config, name, request.form.get(_SEEN, ""))
    except SettingsError as refusal:
        return again(where, _NOTHING_TYPED, *problems_of(refusal))
    if prepared.is_nothing:
        return again(where, _NOTHING_TYPED, _w()("nothing.new"))
    return propose(Proposal(prepared, "changes", where))


@PAGE.get("/voorstel/<key>")
def proposal(key: str) -> ResponseReturnValue:
    """What a change would do, to be saved or not."""
    found = session().remembered(key, Proposal)
    if found is None or found.is_saved:
        where = found.section if found is not None else "overview"
        return redirect_with(_address(where), _w()("preview.saved" if found is not None else "preview.gone"), "warning")
    find_out(found)
    prepared, language = found.prepared, desk().language
    label = words("setup", language)
    columns = found.pasted.columns if found.pasted else ()
    values: dict[str, object] = {
        "what": told(prepared.change.what, language),
        "prepared": prepared,
        "lines": [*prepared.lines()],
        "findings": _told_apart(found),
        "proposal": found,
        "how_far": how_far(found),
        "failed": failed_because(found),
        "pasted": found.pasted,
        "columns": [label(f"tariff.{column}") if column else _w()("skipped") for column in columns],
        "wrong": _wrong,
        "counts": words("desk-today", language),
        "action": url_for("setup.confirm", key=key),
        "section": found.section,
        "sections": SECTIONS,
        "problems": (),
    }
    return show("setup-preview.html", _w(), 200, **values)


@PAGE.post("/voorstel/<key>")
@acting
def confirm(key: str) -> ResponseReturnValue:
    """Saves a change that was looked at."""
    found = session().remembered(key, Proposal)
    if found is None or found.is_saved:
        return redirect(url_for("setup.proposal", key=key), 303)
    where = _address(found.section)
    try:
        save_proposal(found)
    except SettingsError as refusal:
        return again(where, _NOTHING_TYPED, *problems_of(refusal))
    renew_lists()
    said = [_w()("saved", what=told(found.prepared.change.what, desk().language)), *_left(found.prepared)]
    return redirect_with(where, " ".join(said))


@PAGE.post("/beginnen")
@acting
def begin() -> ResponseReturnValue:
    """Makes the settings of a practice that has none, for an export that is dragged in or that is there already."""
    config, form = desk().config, MultiDict(request.form)
    if desk().has_practice():
        return redirect_with(url_for("setup.page"), _w()("begun.already"), "warning")
    export, is_begun = None, False
    try:
        export = taken_in(config.parent, form.get("bestand", ""))
        if export is None:
            return again(url_for("setup.page"), form, _w()("nothing.export"))
        if not export.is_file():
            return again(url_for("setup.page"), form, _w()("nothing.missing", file=export.name))
        keys = [field.key for field in of_section("practice", VALUES)]
        begin_with(config, export, {key: form[key].strip() for key in keys if form.get(key, "").strip()})
        is_begun = True
    except (SettingsError, InputError) as refusal:
        if desk().has_practice():  # somebody else began it at the same time
            return redirect_with(url_for("setup.page"), _w()("begun.already"), "warning")
        lost = [_w()("nothing.kept")] if uploaded("export") else []
        return again(url_for("setup.page"), form, *problems_of(refusal), *lost)
    finally:
        if not is_begun:
            give_up(export)
    return redirect_with(url_for("setup.page"), _w()("begun"))


def _w() -> Words:
    return words("desk-setup", desk().language)


def _said(refusal: Refusal) -> str:
    return " ".join(render(refusal.code, refusal.params, desk().language))


def _address(section: str) -> str:
    end = next((end for end, name in SECTIONS.items() if name == section), "")
    return url_for("setup.section", name=end) if end else url_for("setup.page")


def _left(prepared: Prepared) -> Sequence[str]:
    """What is said of files that stay, and that nothing goes by any more."""
    names = [path.name for path in prepared.left]
    return [_w()("files.left", files=", ".join(names))] if names else []


def _told_apart(found: Proposal) -> Sequence[tuple[str, str]]:
    """What settings and tables would hold in vain, but for what is told of the next run."""
    kinds = found.difference.kinds if found.difference is not None else ()
    told_already = {kind.code for kind in kinds if not kind.before}
    left = [finding for finding in found.prepared.findings if finding.code not in told_already]
    return [render(finding.code, finding.params, desk().language) for finding in left]


def _typed() -> tuple[Fields, Sequence[str]]:
    """What the forms of the page hold, and why what they asked for isn't done."""
    found = session().remembered(request.args.get(_AGAIN, ""), Refused)
    return (found.typed, found.problems) if found is not None else (request.args, ())


def _begin_page() -> Response:
    most, detail = limit_of(url_for("setup.begin")).file, words("setup", desk().language)
    typed, problems = _typed()
    return show("setup-begin.html", _w(), typed=typed, problems=problems, most=most, detail=detail)


def _section_page(name: str) -> ResponseReturnValue:
    """A section with its forms filled in as they were typed."""
    typed, problems = _typed()
    values: dict[str, object] = {
        "section": name,
        "sections": SECTIONS,
        "typed": typed,
        "problems": problems,
        "seen": "",
    }
    if name == "changes":  # also where settings can't be read
        language = desk().language
        done = [(kept, told(kept.what, language)) for kept in kept_changes(desk().config)]
        values |= {"kept": done, "folder": KEPT, "most": MOST_KEPT}
    else:
        settings, found, feed_problem = desk().settings(), None, ""
        try:
            found = holdings_now(settings) if name in _OF_THE_EXPORT else None
        except CountingError as counting:
            return redirect(counting.address, 303)
        except InputError as refusal:
            feed_problem = _said(refusal)
        values |= {"held": found, "feed_problem": feed_problem, "settings": settings}
        values |= section_values(name, settings, found, typed)
    with suppress(SettingsError):
        values["seen"] = Files.now(desk().config).state
    return show(f"setup-{name}.html", _w(), 200, **values)


def _wrong(finding: Finding) -> tuple[str, str]:
    return wrong_with(finding, desk().language)
