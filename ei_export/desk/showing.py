"""How a page of the desk is made: its template filled in, what came of an act told, a list cut in pages."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from functools import cache, partial, wraps
from io import SEEK_END, BytesIO
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast
from urllib.parse import urlencode, urlsplit

from attrs import frozen
from flask import Response, abort, current_app, g, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape
from werkzeug.exceptions import RequestEntityTooLarge

from ..base.problems import BusyError, Language, Refusal, SettingsError, refusal_of, render
from ..base.wording import number, printable
from ..base.words import Worded, Words, words
from ..commands.renewing import renew
from ..ledger.standing import to_send, unanswered
from ..output.pages import page_environment
from ..output.ran import Ran
from ..output.sheets import Kind, Value
from ..output.traces import runs_of
from .desk import Desk
from .sessions import PageMessage, Session, Tone
from .setup_links import linked
from .uploads import Upload, limit_of, stored

if TYPE_CHECKING:
    from jinja2 import Environment

T = TypeVar("T")
View = Callable[..., ResponseReturnValue]

#: How long the server waits for who has the ledger before it says so, and how often it tries, in seconds.
_PATIENCE: Final = 20.0
_PAUSE: Final = 0.25
#: Names of fields that are not of the page: the token of its forms, and where a form stood.
TOKEN, STOOD = "_token", "_stond"
#: How a value of a kind of column is shown, where it is no text.
_FILTERS: Final[Mapping[Kind, str]] = {
    "list": "listed",
    "date": "date",
    "cents": "euros",
    "number": "decimal",
    "percent": "percent",
}
#: By what the pages of a list are asked for.
_PAGE: Final = "bladzijde"
_ROWS: Final = 100


def desk() -> Desk:
    """The desk whose page this is."""
    return cast(Desk, current_app.extensions["ei_export"])


def session() -> Session:
    """Of the browser that asks."""
    return cast(Session, g.session)


# A page.


def show(template: str, w: Words, status: int = 200, **values: object) -> Response:
    """The page of a template of this room, which has ``w`` for its own words besides the values."""
    language = desk().language
    page = environment(language).get_template(template)
    text = page.render(w=w, **_around(), **values)
    return Response(text, status, content_type="text/html; charset=utf-8")


def _around() -> Mapping[str, object]:
    """What `desk.html` shows around every page."""
    practice, pages = "", current_app.extensions["ei_export.navigation"]
    with suppress(SettingsError):  # it is told where settings matter
        practice = desk().settings().practice.name
    return {
        "practice": practice,
        "asked_day": desk().asked_day,
        "navigation": [(name, _told(count, 0)) for name, count in pages if desk().has_practice()],
        "sending": _told(_sending, _NONE) if desk().has_practice() else _NONE,
        "unfinished": _told(_unfinished, None) if desk().has_practice() else None,
        "here": request.blueprint,
        "messages": session().messages() if _is_shown() else (),
        "running": [job for job in desk().jobs.running() if not request.path.endswith(f"/{job.id}")],
        "request_path": request.path,
        "request_endpoint": request.endpoint,
    }


def _is_shown() -> bool:
    """Whether somebody gets to see the page; no script, that only looks how far work is."""
    return request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"


@frozen
class _Sending:
    """How many runs have files that were not sent yet, and how many declarations that were have no answer."""

    runs: int
    declarations: int


_NONE: Final = _Sending(0, 0)


def _sending() -> _Sending:
    def read() -> _Sending:
        with desk().ledger() as ledger:
            unsent = {run["run"] for run in to_send(ledger)}
            waiting = sum(row["run"] not in unsent for row in unanswered(ledger, date.max))
        return _Sending(len(unsent), waiting)

    return desk().kept("sending", read)


def _unfinished() -> Ran | None:
    """The last run, if it failed, or began and no work here goes on with it."""
    ran = runs_of(desk().settings().output.dir)
    is_going_on = any(job.kind == "run" for job in desk().jobs.running())
    last = ran[-1] if ran else None
    return last if last is not None and not (last.is_done or last.is_calm or is_going_on) else None


def _told(read: Callable[[], T] | None, nothing: T) -> T:
    """What is told around a page, such as how much there is to do on another; ``nothing`` where it can't be told."""
    if read is None:
        return nothing
    try:
        return read()
    except Exception as error:  # noqa: BLE001 - it is told on the page itself, and others go on
        if not isinstance(error, Refusal):
            desk().log(f"{request.endpoint}: {refusal_of(error).params}")
        return nothing


@cache
def environment(language: Language) -> "Environment":
    """Fills in the templates of the desk."""
    made = page_environment(language, __package__, "templates")
    made.finalize = _printed
    made.globals |= {
        "desk_words": words("desk", language),
        "work_words": words("desk-work", language),
        "report_words": words("report", language),
        "setup_words": words("setup", language),
        "url_for": url_for,
        "token": token,
        "stood": stood,
        "names": (TOKEN, STOOD),
    }
    made.filters |= {
        "lines": escape,  # a text as it is, with its lines, for what is sent back
        "listed": ", ".join,
        "decimal": partial(_decimal, language=language),
        "as_kind": partial(_as_kind, made),
        "linked": partial(linked, language=language),  # a remedy, with links to the sections of Inrichting
    }
    return made


def token() -> str:
    """Of the forms of the page that is being made; one of them can be sent, once."""
    if "token" not in g:
        g.token = session().new_token() if _is_shown() else ""  # they would push those of pages out
    return cast(str, g.token)


def stood() -> str:
    """The page that is being made, or that whose form was sent, for who comes back to it; the first page where a form
    doesn't say so, or says what is no page of the desk."""
    if request.method != "POST":  # what is told of a form is told as where that stood
        return cast(str, g.get("stood", "")) or _of_the_desk(request.full_path.rstrip("?"))
    referrer = urlsplit(request.referrer or "")  # of a form that is too large to be read
    page = g.form.get(STOOD, "") if "form" in g else f"{referrer.path}?{referrer.query}".rstrip("?")
    return _of_the_desk(page)


def _of_the_desk(address: str) -> str:
    """An address, if it is one of a page here: a browser takes two slashes for another computer's, in whatever way and
    around whatever tabs they stand."""
    return address if re.fullmatch(r"/(?![/\\])[^\\\x00-\x1f]*", address) else "/"


def _printed(value: object) -> object:
    """What a template prints; an amount stays on one line."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return (value if isinstance(value, Worded) else printable(value)).replace("€ ", "€\u00a0")


def _as_kind(made: "Environment", value: Value, kind: Kind) -> object:
    """A value of a column of that kind (`output.sheets`) as a person reads it."""
    if value is None or isinstance(value, str) or kind == "text":
        return "" if value is None else value
    return made.filters[_FILTERS[kind]](value)


def _decimal(value: int | Decimal, language: Language) -> str:
    text = f"{value:f}" if isinstance(value, Decimal) else number(value, language)
    return text.replace(".", ",") if isinstance(value, Decimal) and language == "nl" else text


def one_of(name: str, names: Iterable[T]) -> T:
    """What is called that among what there is; anything else is not found, whatever it leads to."""
    for each in names:
        if str(each) == name:
            return each
    return abort(404)


# Acts.


def redirect_with(location: str, text: str, tone: Tone = "good") -> ResponseReturnValue:
    """Leads to a page that says what came of the act."""
    session().tell(PageMessage(text, tone))
    return redirect(location, 303)


def renew_lists() -> None:
    """Has the page and the lists beside the runs say what was just recorded; the next page says which could not."""
    for finding in renew(desk().settings(), desk().day):
        session().tell(PageMessage(" ".join(render(finding.code, finding.params, desk().language)), "warning"))


def acting(view: View) -> View:
    """A view that does something: where another has the ledger it waits, and then says so with the form to send again.
    What it does before it needs the ledger it may do more than once."""

    @wraps(view)
    def patient(*args: Any, **values: Any) -> ResponseReturnValue:
        until = monotonic() + _PATIENCE
        while True:
            try:
                return view(*args, **values)
            except BusyError:
                if monotonic() > until:
                    raise
            sleep(_PAUSE)

    patient.is_acting = True  # type: ignore[attr-defined]
    return patient


def uploaded(field: str) -> Sequence[Upload]:
    """The files that were dragged in, in that field of the form; those that came with it before, where it is sent again
    as it could not be done then. They have a folder of their own."""
    if "uploads" not in g:
        uploads = {name: [*files] for name, files in session().kept(request.form[TOKEN]).items()}
        g.folder = next((upload.path.parent for files in uploads.values() for upload in files), None)
        limit = limit_of(request.path)
        given = [(name, file) for name, file in request.files.items(multi=True) if file.filename]
        if len(given) > limit.files:
            raise RequestEntityTooLarge
        if any(file.stream.seek(0, SEEK_END) > limit.file for _, file in given):
            raise RequestEntityTooLarge
        if given:
            g.folder = desk().uploads.folder()
        for number, (name, file) in enumerate(given, start=1):
            file.stream.seek(0)
            uploads.setdefault(name, []).append(stored(g.folder, number, file.filename or "", file.save))
        g.uploads = uploads  # once all of them are there: of some, the others would be missed by nobody
    return cast(Sequence[Upload], g.uploads.get(field, []))


def uploads_folder() -> Path | None:
    """Where the files are that came with the form, for the work that needs them; None where none came."""
    return cast(Path | None, g.get("folder"))


def clear_uploads() -> None:
    """Takes the files away that came with the form, but for those that work has, or a form that is to be sent again."""
    folder = uploads_folder()
    if folder is not None and not desk().jobs.has(folder):
        desk().uploads.remove(folder)


def to_send_again() -> Mapping[str, list[str]]:
    """The fields of the form that was sent, for one that is sent in its place, with the files that came with it."""
    if "uploads" in g:
        session().keep(token(), g.uploads)
        g.folder = None
    return {name: values for name, values in request.form.lists() if name not in (TOKEN, STOOD)}


# Lists and files.


@frozen
class Paged(Generic[T]):
    """A page of a list: its rows, the how manieth page it is of how many, and of how many rows in all."""

    rows: Sequence[T]
    number: int
    last: int
    count: int

    def address(self, number: int) -> str:
        """Where another page of the list is, filtered as this one."""
        asked = request.args.to_dict(flat=False) | {_PAGE: [str(number)]}
        return f"{request.path}?{urlencode(asked, doseq=True)}"


def paged(rows: Sequence[T], most: int = _ROWS) -> Paged[T]:
    """The page of a list that is asked for; the last one where there are fewer."""
    last = max(1, -(-len(rows) // most))
    asked = request.args.get(_PAGE, "1")
    number = min(max(1, int(asked)), last) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else 1
    return Paged(rows[(number - 1) * most : number * most], number, last, len(rows))


def as_download(content: bytes | Path, name: str, kind: str = "application/octet-stream") -> Response:
    """A file for the browser to store under a name of ours; a browser shows none of it."""
    source = BytesIO(content) if isinstance(content, bytes) else content
    return send_file(source, kind, as_attachment=True, download_name=name, etag=False, max_age=0)
