"""The desk as a web application: its pages in the order of the navigation, and what is done around each."""

from contextlib import ExitStack, suppress
from importlib import resources
from typing import Final

from flask import Flask, Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ..base.problems import SettingsError
from ..base.wording import at_desk, naming
from . import actions, answers, explain, failing, figures, files, setup, today, work, worklist, zorg1
from .desk import Desk
from .running import names_at_desk
from .safety import guard
from .showing import clear_uploads

#: The pages, in the order of the navigation: each has its blueprint as ``PAGE``, and where things wait for somebody
#: ``count``, that says how many.
_PAGES: Final = (today, worklist, answers, explain, files, figures, zorg1, setup)
#: Pages that are come to from others.
_BESIDES: Final = (actions, work, failing)
#: What there is to see where there are no settings yet: where they are made, and what that looks like.
_WITHOUT_SETTINGS: Final = ("setup", "work", "failing"), ("static", "style")


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
    failing.answer_for_failures(app, desk)
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
            g.around.enter_context(naming(names_at_desk(settings)))
        return None

    @app.teardown_request
    def leave(_: BaseException | None) -> None:
        request.close()  # the files that were sent with it
        clear_uploads()
        if "around" in g:
            g.around.close()
