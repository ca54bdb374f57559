"""What keeps everybody else away from the desk.

It is served to this computer alone, and on a computer there are others: pages of other sites in the same browser, which
can send anything anywhere, and whoever else is logged in. Against them, in this order: only this machine's own address;
only by its own name, so that no name of somebody else can be made to lead here; only three methods; only a browser that
was opened with the secret of this start; no form that a page of another site sends, nor one that this desk didn't give
out; and a browser is told to load nothing from elsewhere, to show pages in nobody's frame, and to keep none of them.
"""

from typing import Final

from flask import Flask, Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_cookie

from .desk import Desk
from .failing import came_back
from .sessions import Session
from .showing import TOKEN, environment, session, stood
from .uploads import limit_of

_HERE: Final = "127.0.0.1"
_NAMES: Final = (_HERE, "localhost")
#: By what the secret is given.
_SECRET: Final = "sleutel"
#: Of the text of one form; pasted tables are the longest.
_MOST_TEXT: Final = 4_000_000

#: What a browser may do with a page: show it, with style, script and pictures of the desk, and send its forms there.
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def guard(app: Flask, desk: Desk) -> None:
    """Has an app answer nobody but who may ask."""

    @app.before_request
    def let_in() -> ResponseReturnValue | None:
        if request.remote_addr != _HERE or request.host not in _hosts(desk):
            return Response(status=400)
        if request.method not in ("GET", "HEAD", "POST"):
            return Response(status=405)
        if not _is_own(desk):
            return _closed(desk)
        if request.path == "/" and _SECRET in request.args:
            return _begun()
        found = session_of(desk, request.headers.get("Cookie", ""))
        if found is None:
            return _closed(desk)
        g.session = found
        return None

    def _begun() -> ResponseReturnValue:
        """Lets a browser in that has the secret, and has the address without it from then on."""
        begun = desk.sessions.begin(request.args[_SECRET])
        if begun is None:
            return _closed(desk)
        response = redirect(url_for("home"), 303)
        response.set_cookie(_cookie(desk), begun.id, httponly=True, samesite="Strict", path="/")
        return response

    @app.before_request
    def take_form() -> ResponseReturnValue | None:
        """Takes in a form once. What was sent before is not done again."""
        if request.method != "POST":
            return None
        request.max_content_length = limit_of(request.path).whole
        request.max_form_memory_size = _MOST_TEXT
        request.max_form_parts = None  # a choice of many lines has a part for each
        if (request.content_length or 0) > limit_of(request.path).whole:
            raise RequestEntityTooLarge
        g.form = request.form
        token = g.form.get(TOKEN, "")
        standing = session().take(token)
        if standing == "fresh":
            return None
        onward = session().led_to(token) or stood()
        del g.form  # where it led the first time stays what is known of it
        return came_back(standing, onward)

    @app.after_request
    def dress(response: Response) -> Response:
        if "form" in g and response.status_code == 303:
            session().note(g.form.get(TOKEN, ""), response.headers["Location"])
        response.headers.update(HEADERS)
        is_same_for_all = request.endpoint in ("static", "style") and response.status_code == 200
        response.headers["Cache-Control"] = "no-cache" if is_same_for_all else "no-store"
        return response


def session_of(desk: Desk, cookies: str) -> Session | None:
    """Whose browser sends these cookies, if it was let in. Those of all ports of this computer are among them: whatever
    other programs put in theirs, also under our name, keeps nobody out."""
    plain = cookies.encode("ascii", "replace").decode()  # as ours is
    found = map(desk.sessions.find, parse_cookie(plain).getlist(_cookie(desk)))
    return next(filter(None, found), None)


def _cookie(desk: Desk) -> str:
    """Browsers take what one port of a computer sets to all: desks of two practices have one each."""
    return f"ei-export-desk-{desk.port}"


def _hosts(desk: Desk) -> set[str]:
    return {f"{name}:{desk.port}" for name in _NAMES} | (set(_NAMES) if desk.port == 80 else set())


def _is_own(desk: Desk) -> bool:
    """Whether a page of the desk asks, as far as the browser says who does. Others may lead to a page, and no more:
    what stands on another port of this computer gets our cookie sent along."""
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site", "same-origin")
    if origin is not None and origin not in {f"http://{host}" for host in _hosts(desk)}:
        return False
    leads = request.method != "POST" and (site == "none" or request.headers.get("Sec-Fetch-Mode") == "navigate")
    return site == "same-origin" or leads


def _closed(desk: Desk) -> Response:
    return Response(how_to_get_in(desk), 403, content_type="text/html; charset=utf-8")


def how_to_get_in(desk: Desk) -> str:
    """A page for who isn't; it says nothing of the practice."""
    return environment(desk.asked_language or "nl").get_template("closed.html").render()
