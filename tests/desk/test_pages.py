"""Every page of the desk that a link leads to: it is there, can be read and used by everybody, and names no command."""

import re
from collections import Counter
from collections.abc import Iterator
from importlib import resources
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

import pytest
from flask import Flask
from lxml import html
from werkzeug.exceptions import HTTPException

from ei_export.cli import main
from ei_export.desk.app import create_app
from ei_export.desk.showing import paged
from tests.desk.conftest import DAY
from tests.support.demo import ANSWERS, demo
from tests.support.desk import Page, Visitor, desk_of, spaced

#: Pages of one kind, asked in the same way, of which these are looked at.
EACH = 1
COMMAND = re.compile(r"\bei-export [a-z]|(?<!\w)--[a-z]")
#: Acts that need no ledger.
WITHOUT_LEDGER = {"work.stop"}
LABELLED = ("input", "select", "textarea")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Page]]:
    """By their addresses, all that links lead to from the first one, of the demo practice with its answers."""
    practice = demo(tmp_path_factory.mktemp("pages"))
    read = ["returns", "--quiet", "--config", str(practice / "ei-export.toml"), "--today", DAY.isoformat()]
    main([*read, *map(str, ANSWERS.iterdir())], standalone_mode=False)
    desk = desk_of(practice, DAY)
    visitor = Visitor(create_app(desk), desk)
    yield crawled(visitor)
    desk.close()


def crawled(visitor: Visitor, *more: str) -> dict[str, Page]:
    """All that links lead to from the first page, some of each kind, and more besides."""
    found: dict[str, Page] = {}
    seen: Counter[object] = Counter()
    waiting = ["/"]
    for address in waiting:  # which grows
        seen[kind := kind_of(visitor, address)] += 1
        if address in found or seen[kind] > EACH:
            continue
        found[address] = page = visitor.get(address)
        if page.response.mimetype == "text/html":
            links = [
                urldefrag(urljoin(page.path, href)).url
                for href in page.tree.xpath("//a/@href|//form[@method='get']/@action")
            ]
            waiting += [link for link in links if not urlsplit(link).netloc and link not in waiting]
    return found | {address: visitor.get(address) for address in more}


def kind_of(visitor: Visitor, address: str) -> object:
    """What answers there, and by what it is asked."""
    parts = urlsplit(address)
    try:
        endpoint, _ = visitor.client.application.url_map.bind("127.0.0.1").match(parts.path)
    except HTTPException:
        endpoint = parts.path
    return endpoint, tuple(sorted(parse_qs(parts.query)))


def shown(pages: dict[str, Page]) -> Iterator[tuple[str, html.HtmlElement]]:
    for address, page in pages.items():
        if page.response.mimetype == "text/html":
            yield address, page.tree


def test_every_link_leads_to_something(pages: dict[str, Page]) -> None:
    assert [address for address, page in pages.items() if page.status != 200] == []
    assert set(pages["/"].tree.xpath("//header/nav//a/@href")) <= pages.keys()


def test_headings_are_in_order(pages: dict[str, Page]) -> None:
    for address, tree in shown(pages):
        levels = [int(str(each.tag)[1:]) for each in tree.iter("h1", "h2", "h3", "h4", "h5", "h6")]
        assert levels[0] == 1, address
        assert levels.count(1) == 1, address
        assert all(after <= before + 1 for before, after in pairwise(levels)), (address, levels)


def test_every_field_has_a_label(pages: dict[str, Page]) -> None:
    for address, tree in shown(pages):
        labels = set(tree.xpath("//label/@for"))
        for each in tree.iter(*LABELLED):
            if each.get("type") in ("hidden", "submit"):
                continue
            named = each.get("aria-label") or each.get("aria-labelledby") or each.get("id") in labels
            inside = next((spaced(label.text_content()) for label in each.iterancestors("label")), "")
            assert named or inside, (address, html.tostring(each))


def test_ids_are_of_one_thing_and_lead_to_it(pages: dict[str, Page]) -> None:
    for address, tree in shown(pages):
        ids: Counter[str] = Counter(tree.xpath("//@id"))
        assert [id for id, times in ids.items() if times > 1] == [], address
        for of in ("aria-describedby", "aria-labelledby"):
            assert {each for ids_of in tree.xpath(f"//@{of}") for each in ids_of.split()} <= set(ids), address
        assert {href[1:] for href in tree.xpath("//a/@href") if href.startswith("#")} <= set(ids), address


def test_everything_that_can_be_pressed_or_followed_says_what_it_does(pages: dict[str, Page]) -> None:
    for address, tree in shown(pages):
        for each in tree.iter("a", "button", "summary"):
            assert spaced(each.text_content()) or each.get("aria-label"), (address, html.tostring(each))
        for table in tree.iter("table"):
            assert table.xpath(".//th"), address
        for form in tree.iter("form"):
            assert form.xpath(".//button") or tree.xpath(f"//button[@form='{form.get('id')}']"), address


def test_the_policy_of_a_page_is_kept_to(pages: dict[str, Page]) -> None:
    for address, tree in shown(pages):
        assert tree.xpath("//style|//script[not(@src)]|//@style|//*[@*[starts-with(name(), 'on')]]") == [], address
        sources = tree.xpath("//@src|//link/@href|//a/@href|//form/@action")
        assert [each for each in sources if urlsplit(each).netloc or urlsplit(each).scheme] == [], address


def test_no_page_asks_for_a_command(pages: dict[str, Page]) -> None:
    for address, page in pages.items():
        assert COMMAND.findall(page.text if page.response.mimetype == "text/html" else "") == [], address


def test_a_form_that_does_something_has_a_token_and_one_that_looks_has_none(pages: dict[str, Page]) -> None:
    for address, tree in shown(pages):
        for form in tree.iter("form"):
            posts = form.get("method", "get").lower() == "post"
            assert bool(form.xpath(".//input[@name='_token']")) is posts, (address, form.get("action"))


#: Text and what can be pressed or filled in, each on what it stands on; WCAG 2.2 AA asks 4.5 of text and 3 of the rest.
CONTRASTS = [
    *((text, ground, 4.5) for text in ("ink", "soft", "accent", "held", "warning") for ground in ("paper", "ground")),
    ("paper", "accent", 4.5),
    ("paper", "ink", 4.5),
    ("paper", "#084a63", 4.5),
    ("#7b8894", "paper", 3.0),
]


@pytest.mark.parametrize(("text", "ground", "least"), CONTRASTS)
def test_what_is_shown_stands_out(text: str, ground: str, least: float) -> None:
    style = resources.files("ei_export.output").joinpath("page/page.css").read_text("utf-8")
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]+);", style))
    lights = sorted(light(colours.get(colour, colour)) for colour in (text, ground))
    assert (lights[1] + 0.05) / (lights[0] + 0.05) >= least


def light(colour: str) -> float:
    """Its relative luminance (WCAG)."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    red, green, blue = (int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4))
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def test_every_act_waits_for_who_has_the_ledger(practice: Path) -> None:
    desk = desk_of(practice, DAY)
    app = create_app(desk)
    acts = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert acts
    assert {name for name in acts if not getattr(app.view_functions[name], "is_acting", False)} <= WITHOUT_LEDGER
    desk.close()


@pytest.mark.parametrize(
    ("count", "asked", "number", "last"),
    [(0, "1", 1, 1), (100, "2", 1, 1), (101, "2", 2, 2), (250, "99", 3, 3), (250, "0", 1, 3), (250, "x", 1, 3)],
)
def test_a_list_is_cut_in_full_pages(count: int, asked: str, number: int, last: int) -> None:
    with Flask(__name__).test_request_context(f"/?bladzijde={asked}"):
        page = paged(range(count))
    assert (page.number, page.last, page.count) == (number, last, count)
    assert [*page.rows] == [*range(count)][100 * (number - 1) : 100 * number]
