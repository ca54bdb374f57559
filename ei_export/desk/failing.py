"""What is shown where something fails: what is wrong and what to do, with the form that was sent, so that nothing is
lost.

A form that can't be done leads on, as one that is done does: who comes back to the page that it leads to only looks,
and to a browser nothing failed.
"""

from collections.abc import Mapping
from typing import Final, Literal

from attrs import frozen
from flask import Blueprint, Flask, Response, abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, InternalServerError

from ..base.problems import BusyError, Refusal, WriteError, refusal_of, render
from ..base.words import Words, words
from .desk import Desk
from .sessions import Standing
from .showing import desk, session, show, stood, to_send_again, token

PAGE: Final = Blueprint("failing", __name__, url_prefix="/niet-gelukt")


@frozen
class FailedForm:
    """A form that can't be done: why, and what is to be sent again, to ``action``, as the form of that ``token``;
    ``stood``: the page that it stood on."""

    message: str
    remedy: str
    is_busy: bool
    action: str
    fields: Mapping[str, list[str]]
    token: str
    stood: str


@frozen
class FormAgain:
    """A form that came back; ``onward``: where it led the first time, or else the page that it stood on."""

    standing: Standing
    onward: str


@PAGE.get("/<key>")
def page(key: str) -> ResponseReturnValue:
    """Why a form was not done."""
    if (again := session().remembered(key, FormAgain)) is not None:
        return show("again.html", _w(), standing=again.standing, onward=again.onward)
    failed = session().remembered(key, FailedForm) or abort(404)
    g.token, g.stood = failed.token, failed.stood
    return show(
        "failed.html",
        _w(),
        is_busy=failed.is_busy,
        message=failed.message,
        remedy=failed.remedy,
        again=failed.fields,
        action=failed.action,
        onward="failed.back",
    )


def came_back(standing: Standing, onward: str) -> ResponseReturnValue:
    """Leads to what is said of a form that was sent before, or that nobody gave out."""
    return _leads_to(FormAgain(standing, onward))


def answer_for_failures(app: Flask, desk: Desk) -> None:
    """A page for all that can go wrong. Of what is unexpected is told where it happened, and nothing that it was
    about."""

    @app.errorhandler(Refusal)
    def refused(refusal: Refusal) -> ResponseReturnValue:
        message, remedy = render(refusal.code, refusal.params, desk.language)
        is_busy = isinstance(refusal, BusyError)
        if request.method == "POST":
            fields = to_send_again()
            return _leads_to(FailedForm(message, remedy, is_busy, request.path, fields, token(), stood()))
        # What a form that looks asks for is told of; a page that can't be shown at all is an error.
        status = 503 if is_busy else 500 if isinstance(refusal, WriteError) else 200 if request.args else 409
        return _failed(status, message, remedy, "failed.try_again", is_busy=is_busy)

    @app.errorhandler(HTTPException)
    def wrong(error: HTTPException) -> Response:
        w = _w()
        if isinstance(error, InternalServerError):  # showing what failed failed too
            return Response(w("failed.500", reason=_logged(desk, error.original_exception or error)), 500)
        key = f"failed.{error.code}" if f"failed.{error.code}" in w else "failed.400"
        onward: _Onward = "failed.back" if request.method == "POST" else ""
        return _failed(error.code or 500, w(key), w(f"{key}.remedy"), onward)

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> ResponseReturnValue:
        refusal = refusal_of(error)
        if refusal.code != "INTERNAL":
            return refused(refusal)
        w = _w()
        acted = request.method == "POST"
        onward: _Onward = "failed.back" if acted else "failed.try_again"
        again = to_send_again() if acted else None
        return _failed(500, w("failed.500", reason=_logged(desk, error)), w("failed.500.remedy"), onward, again)


#: What is said of the page that is led to, if one is.
_Onward = Literal["", "failed.back", "failed.try_again"]


def _logged(desk: Desk, error: BaseException) -> str:
    """What an error was and where, after who started the desk was told."""
    reason = str(refusal_of(error).params.get("reason", type(error).__name__))
    desk.log(f"{request.method} {request.endpoint}: {reason}")
    return reason


def _failed(
    status: int,
    message: str,
    remedy: str,
    onward: _Onward,
    again: Mapping[str, list[str]] | None = None,
    *,
    is_busy: bool = False,
) -> Response:
    """The page itself, in the place of the one that was asked for."""
    said = {"message": message, "remedy": remedy, "onward": onward}
    return show("failed.html", _w(), status, is_busy=is_busy, again=again, action=request.path, **said)


def _leads_to(shown: FailedForm | FormAgain) -> ResponseReturnValue:
    return redirect(url_for("failing.page", key=session().remember(shown)), 303)


def _w() -> Words:
    return words("desk", desk().language)
