"""The page of the Zorg1 trajectories in a real browser: filters, keyboard, print, a narrow screen, and no word said."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner
from selenium.webdriver.common.keys import Keys

from ei_export.cli import main
from tests.support.browser import Browser
from tests.support.zorg1_practice import TODAY, zorg1_practice

ROWS: Final = ".trajectories tbody tr"
FILTERS: Final = "#trajectories ~ .controls"
STATUS: Final = "#trajectories ~ .status"
#: Whether no table is wider than its place.
FITS: Final = "return [...document.querySelectorAll('.scroll')].every(e => e.scrollWidth <= e.clientWidth)"
PLACES: Final = "#problems ~ .level [data-item]"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = zorg1_practice(tmp_path_factory.mktemp("practice")).folder
    config = str(folder / "ei-export.toml")
    assert CliRunner().invoke(main, ["zorg1", "monitor", "--config", config, "--today", TODAY]).exit_code == 0
    return folder / "out" / "zorg1" / "zorg1.html"


def chosen(browser: Browser, **values: str) -> list[str]:
    """The trajectories that are shown once something is chosen."""
    browser.find(f"{FILTERS} button").click()
    for name, value in values.items():
        browser.find(f"{FILTERS} [name={name}] option[value='{value}']").click()
    return browser.shown(f"{ROWS} th")


def test_it_opens_without_a_word_and_without_the_network(browser: Browser, page: Path) -> None:
    browser.asked_for()
    browser.show(page)
    assert browser.said() == []
    assert browser.asked_for() == [page.as_uri()]
    assert browser.shown(STATUS) == ["13 van 13 trajecten getoond"]


def test_filters_work_alone_and_together(browser: Browser, page: Path) -> None:
    browser.show(page)
    assert chosen(browser, program="nek") == ["P10/ONVZ/nek/2022-04-05", "T2"]
    assert chosen(browser, insurer="CZ") == ["T13", "T2"]
    assert chosen(browser, quarter="2022Q1") == ["T1", "T16", "T15", "T14"]
    assert chosen(browser, program="nek", insurer="CZ") == ["T2"]
    assert browser.shown(STATUS) == ["1 van 13 trajecten getoond"]
    assert chosen(browser, program="nek", quarter="2022Q1") == []
    assert chosen(browser) != []
    browser.find(f"{FILTERS} input").send_keys("p13")
    browser.wait_for(STATUS, "1 van 13 trajecten getoond")
    assert browser.shown(f"{ROWS} th") == ["T13"]


def test_what_is_found_is_filtered_too(browser: Browser, page: Path) -> None:
    browser.show(page)
    every = browser.shown(PLACES)
    browser.find("#problems ~ .controls [name=program] option[value=nek]").click()
    nek = browser.shown(PLACES)
    assert 0 < len(nek) < len(every)
    assert all("T2" in place or "P10" in place for place in nek)


def test_it_works_by_keyboard(browser: Browser, page: Path) -> None:
    browser.show(page)
    browser.press(Keys.TAB)
    assert browser.shown("a:focus") == ["Naar wat aandacht vraagt"]
    reached: list[str] = []
    while "BODY" not in reached:
        browser.press(Keys.TAB)
        reached.append(
            browser.run("const a = document.activeElement; return a.name || a.type || a.className || a.tagName")
        )
    filters = ["program", "quarter", "insurer", "button"]
    assert reached == [
        *("A", "A", "A", "A", "scroll", "scroll"),
        *("search", "severity", "kind", *filters),
        *("search", *filters, "scroll", "BODY"),
    ]


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_it_needs_no_scrolling_sideways(browser: Browser, page: Path, width: int) -> None:
    browser.show(page, width)
    assert browser.run("return document.documentElement.scrollWidth") <= width
    outside = browser.run(
        "return [...document.querySelectorAll('h1, h2, h3, h4, p, li, dd, input, select, button, figure, svg')]"
        ".filter(e => !e.closest('.scroll') && e.getBoundingClientRect().right > arguments[0]).map(e => e.outerHTML)",
        width,
    )
    assert outside == []
    if width != 768:
        assert browser.run(FITS)


def test_it_prints_on_a4_without_filters(browser: Browser, page: Path) -> None:
    browser.show(page)
    assert browser.printed() in range(2, 7)
    browser.do("Emulation.setEmulatedMedia", media="print")
    try:
        browser.show(page, 680)  # what is between the margins
        assert browser.run(FITS)
        assert browser.shown(".controls, .status, nav, .skip") == []
        assert len(browser.shown(ROWS)) == 13
        assert len(browser.shown("figure.chart")) > 0
    finally:
        browser.do("Emulation.setEmulatedMedia", media="")


@pytest.fixture
def scriptless(browser: Browser) -> Iterator[Browser]:
    browser.do("Emulation.setScriptExecutionDisabled", value=True)
    yield browser
    browser.do("Emulation.setScriptExecutionDisabled", value=False)


def test_without_scripts_it_is_the_whole_table(scriptless: Browser, page: Path) -> None:
    scriptless.show(page)
    assert scriptless.shown(".controls, .status") == []
    assert len(scriptless.shown(ROWS)) == 13


def test_its_colours_can_be_told_apart(browser: Browser, page: Path) -> None:
    """Text has at least 4.5 : 1 on what it stands on (WCAG AA)."""
    browser.show(page)
    contrast = """
      const light = (c) => c.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255)
        .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
      const ground = (e) => { for (; e; e = e.parentElement) {
        const c = getComputedStyle(e).backgroundColor; if (!/, 0\\)$/.test(c)) return c; } return 'rgb(255,255,255)'; };
      return Math.min(...[...document.querySelectorAll('body *')]
        .filter(e => e.checkVisibility() && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
        .map(e => { const s = getComputedStyle(e); const ink = e instanceof SVGElement ? s.fill : s.color;
          const [a, b] = [light(ink), light(ground(e))].sort((x, y) => y - x); return (a + 0.05) / (b + 0.05); }));
    """
    assert browser.run(contrast) >= 4.5
