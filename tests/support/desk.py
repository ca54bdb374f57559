"""The desk as somebody uses it: let in, reading pages, pressing their buttons; and a desk that a browser can open."""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Any, Final

from attrs import field, frozen
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from ei_export.desk.app import create_app
from ei_export.desk.desk import Desk
from ei_export.desk.serving import Server

#: Of a desk that isn't served.
PORT: Final = 8310
HERE: Final = f"http://127.0.0.1:{PORT}"
#: What is typed in a field, chosen, or ticked: all its values. Files: contents by names.
Typed = str | Sequence[str] | Mapping[str, bytes]


class Seen:
    """What can be read on a page, and pressed."""

    tree: html.HtmlElement

    @property
    def text(self) -> str:
        """What can be read on it."""
        return spaced(" ".join(self.tree.xpath("//body//text()")))

    def all(self, xpath: str) -> list[str]:
        """The text of all elements of an XPath expression."""
        return [spaced(found if isinstance(found, str) else found.text_content()) for found in self.tree.xpath(xpath)]

    def form_of(self, button: str, near: str = "") -> tuple[html.HtmlElement, html.HtmlElement]:
        """The form with a button that says this, and that button; ``near``: a text that stands in the same form, or the
        same row of a table."""
        found = [each for each in self.tree.iter("button") if spaced(each.text_content()) == button]
        if near:
            found = [each for each in found if near in spaced(_around(each).text_content())]
        assert len(found) == 1, f"{len(found)} × {button!r} near {near!r} in: {self.text}"
        form = next(each for each in self.tree.iter("form") if each in found[0].iterancestors("form"))
        return form, found[0]

    def link(self, text: str) -> html.HtmlElement:
        """The first link that says this, or begins with it."""
        found = [each for each in self.tree.iter("a") if f"{spaced(each.text_content())} ".startswith(f"{text} ")]
        assert found, f"no {text!r} in: {self.text}"
        return found[0]


@frozen
class Page(Seen):
    """A page as a browser has it."""

    response: TestResponse
    tree: html.HtmlElement = field(init=False)

    @tree.default
    def _parse(self) -> html.HtmlElement:
        if self.response.mimetype != "text/html":
            return html.Element("html")
        return html.document_fromstring(self.response.get_data(as_text=True))

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def path(self) -> str:
        """Where it is, once all that led on was followed."""
        return self.response.request.full_path.rstrip("?")


def spaced(text: str) -> str:
    return " ".join(text.split())


def _around(button: html.HtmlElement) -> html.HtmlElement:
    return next(iter([*button.iterancestors("tr"), *button.iterancestors("form")]))


class Visitor:
    """A browser that was let in, without JavaScript."""

    def __init__(self, app: Flask, desk: Desk) -> None:
        self.desk = desk
        self.client: FlaskClient = app.test_client()
        begun = self.client.get("/", base_url=HERE, query_string={"sleutel": desk.sessions.secret})
        assert begun.status_code == 303

    def get(self, path: str, **options: Any) -> Page:
        """A page, wherever that leads."""
        return Page(self.client.get(path, base_url=HERE, follow_redirects=True, buffered=True, **options))

    def press(self, page: Page, button: str, /, near: str = "", **typed: Typed) -> Page:
        """Sends the form of a button, filled in, as a browser would; a page of what came of it. A name that can't be
        one in Python is given by ``**{"name": …}``."""
        form, pressed = page.form_of(button, near)
        fields = _fields(form, typed)
        if pressed.get("name"):
            fields.append((pressed.get("name", ""), pressed.get("value", "")))
        return self.send(form.get("method", "get"), form.get("action") or page.path, fields, typed)

    def send(
        self, method: str, path: str, fields: Sequence[tuple[str, str]], files: Mapping[str, Typed] | None = None
    ) -> Page:
        """Sends what is in a form."""
        data: dict[str, Any] = {}
        for name, value in fields:
            data.setdefault(name, []).append(value)
        if method.lower() == "get":
            return self.get(path, query_string=data)
        for name, given in (files or {}).items():
            if isinstance(given, Mapping):
                data[name] = [(io.BytesIO(content), called) for called, content in given.items()]
        headers = {"Origin": HERE, "Sec-Fetch-Site": "same-origin"}
        return Page(
            self.client.post(path, base_url=HERE, data=data, headers=headers, follow_redirects=True, buffered=True)
        )


def _fields(form: html.HtmlElement, typed: Mapping[str, Typed]) -> list[tuple[str, str]]:
    """What a form sends, filled in; what is typed has to have a field."""
    fields = []
    known = {each.get("name") for each in form.xpath(".//input|.//select|.//textarea")}
    assert not typed.keys() - known, f"no field {typed.keys() - known}, only {known}"
    for each in form.xpath(".//input|.//select|.//textarea"):
        name = each.get("name")
        if name is None or name in typed or each.get("disabled") is not None or each.get("type") == "file":
            continue
        if each.tag == "select":
            options = each.xpath(".//option")
            chosen = [option for option in options if option.get("selected") is not None] or options[:1]
            fields += [(name, option.get("value", option.text_content())) for option in chosen]
        elif each.tag == "textarea":
            fields.append((name, each.text_content()))
        elif each.get("type") not in ("checkbox", "radio") or each.get("checked") is not None:
            fields.append((name, each.get("value", "")))
    for name, value in typed.items():
        if isinstance(value, str):
            fields.append((name, value))
        elif not isinstance(value, Mapping):
            fields += [(name, each) for each in value]
    return fields


def desk_of(practice: Path, day: date | None = None) -> Desk:
    """The desk of the practice in a folder, on a day."""
    return Desk(practice / "ei-export.toml", day, port=PORT)


@contextmanager
def let_in(practice: Path, day: date | None = None) -> Iterator[Visitor]:
    """Somebody at the desk of a practice."""
    desk = desk_of(practice, day)
    try:
        yield Visitor(create_app(desk), desk)
    finally:
        desk.close()


@contextmanager
def served(practice: Path, day: date | None = None) -> Iterator[Desk]:
    """A desk that is served on a port that is free, for a real browser: by its ``address``."""
    desk = desk_of(practice, day)
    server = Server(desk, 0)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield desk
    finally:
        server.stop()
        thread.join(20)
        assert not thread.is_alive()
