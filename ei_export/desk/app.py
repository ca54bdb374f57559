"""The desk as a web application: its pages in the order of the navigation, and what is shown where something fails."""

from contextlib import ExitStack, suppress
from importlib import resources
from typing import Final

from flask import Flask, Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, InternalServerError

from ..base.problems import BusyError, Refusal, SettingsError, WriteError, refusal_of, render
from ..base.wording import at_desk, naming
from ..base.words import words
from . import actions, answers, explain, figures, files, setup, today, work, worklist, zorg1
from .desk import Desk
from .safety import guard
from .showing import clear_uploads, show, to_send_again

#: The pages, in the order of the navigation: each has its blueprint as ``PAGE``, and where things wait for somebody
#: ``count``, that says how many.
_PAGES: Final = (today, worklist, answers, explain, files, figures, zorg1, setup)
#: Pages that are come to from others.
_BESIDES: Final = (actions, work)
#: A form may be sent again after these: something may have been put right meanwhile, or nobody has the ledger any more.
_WORTH_ANOTHER: Final = (409, 500, 503)
#: What there is to see where there are no settings yet: where they are made, and what that looks like.
_WITHOUT_SETTINGS: Final = ("setup", "work"), ("static", "style")


def create_app(desk: Desk) -> Flask:
    """The pages of a desk. What is wrong with the practice is told on them."""
    app = Flask(__name__, template_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.logger.disabled = True  # it would tell what an error was about
    app.extensions["ei_export"] = desk
    guard(app, desk)
    _before_each(app, desk)
    app.add_url_rule("/", "home", lambda: redirect(url_for("today.page"), 303))
    app.add_url_rule("/static/desk.css", "style", _style)
    for page in (*_PAGES, *_BESIDES):
        app.register_blueprint(page.PAGE)
    shown = [page for page in _PAGES if f"{page.PAGE.name}.page" in app.view_functions]
    app.extensions["ei_export.navigation"] = [(page.PAGE.name, getattr(page, "count", None)) for page in shown]
    _answer_for_failures(app, desk)
    return app


def _style() -> Response:
    """The style that all pages of the program have, and behind it what only the desk has."""
    parts = ("ei_export.output", "page/page.css"), ("ei_export.desk", "desk.css")
    text = "\n".join(resources.files(package).joinpath(name).read_text(encoding="utf-8") for package, name in parts)
    return Response(text, content_type="text/css; charset=utf-8")


def _before_each(app: Flask, desk: Desk) -> None:
    @app.before_request
    def prepare() -> ResponseReturnValue | None:
        """Has columns called as the practice does while a page is made; leads to where a practice is made."""
        g.around = ExitStack()
        g.around.enter_context(at_desk())
        if not desk.has_practice():
            blueprints, endpoints = _WITHOUT_SETTINGS
            is_there = request.blueprint in blueprints or request.endpoint in endpoints
            return None if is_there else redirect(url_for("setup.page"), 303)
        with suppress(SettingsError):
            settings = desk.settings()
            g.around.enter_context(naming({**settings.input.columns, **settings.measurements.names}))
        return None

    @app.teardown_request
    def leave(_: BaseException | None) -> None:
        request.close()  # the files that were sent with it
        clear_uploads()
        if "around" in g:
            g.around.close()


def _answer_for_failures(app: Flask, desk: Desk) -> None:
    """A page for all that can go wrong, with what to do, and with the form that was sent, so that nothing is lost. Of
    what is unexpected is told where it happened, and nothing that it was about."""

    @app.errorhandler(Refusal)
    def refused(refusal: Refusal) -> Response:
        status = 503 if isinstance(refusal, BusyError) else 500 if isinstance(refusal, WriteError) else 409
        message, remedy = render(refusal.code, refusal.params, desk.language)
        return _failed(desk, status, message, remedy)

    @app.errorhandler(HTTPException)
    def wrong(error: HTTPException) -> Response:
        w = words("desk", desk.language)
        if isinstance(error, InternalServerError):  # showing what failed failed too
            return Response(w("failed.500", reason=_logged(desk, error.original_exception or error)), 500)
        key = f"failed.{error.code}" if f"failed.{error.code}" in w else "failed.400"
        return _failed(desk, error.code or 500, w(key), w(f"{key}.remedy"))

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        refusal = refusal_of(error)
        if refusal.code != "INTERNAL":
            return refused(refusal)
        w = words("desk", desk.language)
        return _failed(desk, 500, w("failed.500", reason=_logged(desk, error)), w("failed.500.remedy"))


def _logged(desk: Desk, error: BaseException) -> str:
    """What an error was and where, after who started the desk was told."""
    reason = str(refusal_of(error).params.get("reason", type(error).__name__))
    desk.log(f"{request.method} {request.endpoint}: {reason}")
    return reason


def _failed(desk: Desk, status: int, message: str, remedy: str) -> Response:
    w = words("desk", desk.language)
    acted, worth_another = request.method == "POST", status in _WORTH_ANOTHER
    again = to_send_again() if acted and worth_another else None
    onward = "failed.back" if acted else "failed.try_again" if worth_another else ""
    return show(
        "failed.html", w, status, is_busy=status == 503, message=message, remedy=remedy, again=again, onward=onward
    )
