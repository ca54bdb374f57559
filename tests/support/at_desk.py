"""Somebody who does the billing at the desk: by forms alone, or in a real browser without a mouse. Both read the same
pages, follow the same links and press the same buttons, so that one walk is for both."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

from attrs import Factory, define, field, frozen
from lxml import html
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.support.browser import Browser
from tests.support.desk import HERE, Page, Seen, Typed, Visitor
from tests.support.long_work import come_to

#: The widths that pages are looked at, in pixels: that of a desk, and that of a telephone.
WIDE, NARROW = 1280, 360
#: What can be reached by Tab, without what is hidden or folded away.
_REACHED: Final = """
const all = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
const reached = [...document.querySelectorAll(all)].filter(e => e.checkVisibility() && !e.disabled);
return reached.indexOf(arguments[0]) - reached.indexOf(document.activeElement);
"""
_OUTLINE: Final = "return (s => `${s.outlineStyle} ${s.outlineWidth}`)(getComputedStyle(arguments[0]))"


class AtDesk(Protocol):
    """What they can do. ``page`` is what they look at; of long work that is what it came to."""

    @property
    def page(self) -> Seen: ...

    def follow(self, link: str) -> Seen:
        """Goes where a link leads that begins with this text."""

    def press(self, button: str, /, near: str = "", **typed: Typed) -> Seen:
        """Fills a form in and presses its button, as `Visitor.press`."""

    def drop(self, button: str, /, near: str = "", **files: Mapping[str, bytes]) -> Seen:
        """The same for a form that files are dropped on, where that can be done."""

    def download(self, link: str) -> bytes:
        """The file that a link leads to."""


@define
class ByForms:
    """Without JavaScript."""

    visitor: Visitor
    page: Page = field(init=False)

    @page.default
    def _open(self) -> Page:
        return self.visitor.get("/")

    def follow(self, link: str) -> Page:
        self.page = self.visitor.get(self.page.link(link).get("href", ""))
        return self.page

    def press(self, button: str, /, near: str = "", **typed: Typed) -> Page:
        self.page = come_to(self.visitor, self.visitor.press(self.page, button, near, **typed))
        return self.page

    drop = press

    def download(self, link: str) -> bytes:
        with self.visitor.client.get(self.page.link(link).get("href", ""), base_url=HERE) as response:
            assert response.headers["Content-Disposition"].startswith("attachment")
            content: bytes = response.data
        return content


@frozen
class Shown(Seen):
    """A page in a browser, after its scripts."""

    tree: html.HtmlElement


@define
class InBrowser:
    """In a browser, by keyboard; files are dropped with the mouse. Each page is looked at, wide and narrow: with
    ``pictures`` in that folder."""

    browser: Browser
    address: str
    pictures: Path | None = None
    page: Shown = field(init=False)
    _seen: list[tuple[str, ...]] = Factory(list)

    def __attrs_post_init__(self) -> None:
        folder = str(self.browser.folder)
        self.browser.do("Browser.setDownloadBehavior", behavior="allow", downloadPath=folder)
        self.browser.wide(WIDE)
        self._go(lambda: self.browser.driver.get(self.address))

    def follow(self, link: str) -> Shown:
        element = self._find(self.page.link(link))
        self._go(lambda: element.send_keys(Keys.ENTER))
        return self.page

    def press(self, button: str, /, near: str = "", **typed: Typed) -> Shown:
        form, pressed = self.page.form_of(button, near)
        element = self._find(pressed)
        self._unfold(element)

        def act() -> None:
            self._fill(form, typed)
            if form.get("data-live") is None:  # else it is sent as one types
                self._tab_to(element)

        self._go(act)
        return self.page

    def drop(self, button: str, /, near: str = "", **files: Mapping[str, bytes]) -> Shown:
        form, pressed = self.page.form_of(button, near)
        element = self._find(pressed)
        self._unfold(element)
        for name, contents in files.items():
            self._drop(self._find(form.xpath(f".//*[@data-drop][.//input[@name={name!r}]]")[0]), self._stored(contents))
        self._go(lambda: self._tab_to(element))
        return self.page

    def download(self, link: str) -> bytes:
        found = self.page.link(link)
        path = self.browser.folder / Path(urlsplit(found.get("href", "")).path).name
        self._find(found).send_keys(Keys.ENTER)
        _until(path.exists)
        return path.read_bytes()

    def _find(self, element: html.HtmlElement) -> WebElement:
        """What is in the browser what was read there."""
        return self.browser.driver.find_element("xpath", element.getroottree().getpath(element))

    def _unfold(self, element: WebElement) -> None:
        for summary in element.find_elements("xpath", "ancestor::details[not(@open)]/summary"):
            summary.send_keys(Keys.ENTER)

    def _fill(self, form: html.HtmlElement, typed: Mapping[str, Typed]) -> None:
        for name, value in typed.items():
            fields = form.xpath(f".//*[@name={name!r}]")
            assert fields, f"no field {name!r}"
            if isinstance(value, str):
                self._type(self._find(fields[0]), value)
            elif isinstance(value, Mapping):
                self._find(fields[0]).send_keys("\n".join(map(str, self._stored(value))))
            else:
                for box in fields:
                    if (box.get("value") in value) is not self._find(box).is_selected():
                        self._find(box).send_keys(Keys.SPACE)

    def _type(self, element: WebElement, value: str) -> None:
        """All at once: a page that searches as one types must not be quicker."""
        element.send_keys(Keys.CONTROL + "a")
        self.browser.do("Input.insertText", text=value)

    def _tab_to(self, element: WebElement) -> None:
        """Comes to a button by Tab, sees that it is there, and presses it."""
        count = self.browser.run(_REACHED, element)
        assert count > 0, "the button comes before what is filled in"
        self.browser.press(*[Keys.TAB] * count)
        for _ in range(20):  # a field of a date takes a Tab for each of its parts
            if self.browser.driver.switch_to.active_element == element:
                break
            self.browser.press(Keys.TAB)
        assert self.browser.driver.switch_to.active_element == element, "it can't be reached by Tab"
        assert self.browser.run(_OUTLINE, element) == "solid 3px"
        self.browser.press(Keys.ENTER)

    def _stored(self, contents: Mapping[str, bytes]) -> list[Path]:
        folder = self.browser.folder / "sent"
        folder.mkdir(exist_ok=True)
        for name, content in contents.items():
            (folder / name).write_bytes(content)
        return [folder / name for name in contents]

    def _drop(self, target: WebElement, paths: list[Path]) -> None:
        """Drops files as somebody who drags them in from elsewhere, at the edge of a field, where the script of a
        page has to take them."""
        place = self.browser.run(
            "arguments[0].scrollIntoView({block: 'center'}); const r = arguments[0].getBoundingClientRect();"
            "return [r.x + 5, r.y + 5]",
            target,
        )
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self.browser.do("Input.dispatchDragEvent", type=kind, x=place[0], y=place[1], data=data)

    def _go(self, act: Callable[[], None]) -> None:
        """Does what leads to another page, and looks at that once it is there, and no work goes on."""
        self.browser.run("window.isLeft = true")
        act()
        _until(
            lambda: self.browser.run(
                "return !window.isLeft && document.readyState === 'complete' && !document.querySelector('[data-work]')"
            )
        )
        self.page = Shown(html.document_fromstring(self.browser.driver.page_source))
        self._look()

    def _look(self) -> None:
        """Looks at the page that is there, unless one of its kind was looked at."""
        path = urlsplit(self.browser.driver.current_url).path
        kind = (path, *self.page.all("//h2"))
        if kind in self._seen:
            return
        name = f"{len(self._seen):02}{path.replace('/', '-')}"
        self._seen.append(kind)
        self._picture(f"{name}-{WIDE}")
        self.browser.wide(NARROW)
        width = self.browser.run("return document.documentElement.scrollWidth")
        self._picture(f"{name}-{NARROW}")
        self.browser.wide(WIDE)
        assert width <= NARROW, f"{path} is {width} wide"

    def _picture(self, name: str) -> None:
        if self.pictures is not None:
            self.pictures.mkdir(parents=True, exist_ok=True)
            self.browser.picture(self.pictures / f"{name}.png")


def _until(holds: Callable[[], bool]) -> None:
    for _ in range(3000):
        if holds():
            return
        time.sleep(0.02)
    raise AssertionError("it takes too long")
