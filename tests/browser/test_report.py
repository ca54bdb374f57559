"""The report in a real browser: that it works, and that nothing leaves it."""

from typing import Final

import pytest
from selenium.webdriver.common.keys import Keys

from ei_export.base.problems import LANGUAGES, Language
from tests.support.browser import Browser
from tests.support.pages import deadline_passed, declaration, full, line, report, tariff_missing

PROBLEMS: Final = "#problems ~ "
STATUS: Final = f"{PROBLEMS}.status"
OUTLINE: Final = "(s => `${s.outlineStyle} ${s.outlineWidth}`)(getComputedStyle(document.activeElement))"
ITEMS: Final = f"{PROBLEMS}.level [data-item]"


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_opens_without_a_word_and_without_the_network(browser: Browser, language: Language) -> None:
    browser.asked_for()
    browser.open(full(language))
    assert browser.run("return document.documentElement.lang") == language
    assert browser.shown(STATUS) == ["5 van 5 meldingen getoond" if language == "nl" else "5 of 5 problems shown"]
    assert browser.said() == []
    assert browser.asked_for() == [(browser.folder / "report.html").as_uri()]


def test_nothing_can_be_slipped_into_it(browser: Browser) -> None:
    browser.open(full("en"))
    browser.run(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x.png><p style=color:red>x</p>');"
        "document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))"
    )
    assert browser.run("return window.ran") is None
    refused = " ".join(browser.said())
    assert all(directive in refused for directive in ("x.png", "style-src", "script-src"))


def test_search_and_filter_show_what_fits_and_count_it(browser: Browser) -> None:
    browser.open(full("en"))
    search = browser.find(f"{PROBLEMS}.controls input")
    search.send_keys("a00002")
    browser.wait_for(STATUS, "1 of 5 problems shown")
    assert browser.shown(ITEMS) == ["appointment A00002 trajectory T2 VGZ appointments.csv, row 2, column date"]
    assert browser.shown(f"{PROBLEMS}.level h3") == ["Held or wrong (3)"]
    assert browser.shown(".times") == ["1 / 3"]
    search.send_keys(Keys.CONTROL + "a", Keys.DELETE)
    browser.wait_for(STATUS, "5 of 5 problems shown")
    search.send_keys("Tariff  MENZIS")
    browser.wait_for(STATUS, "1 of 5 problems shown")
    assert "A00003" in browser.shown(ITEMS)[0]
    search.send_keys(" nowhere")
    browser.wait_for(STATUS, "0 of 5 problems shown")
    assert browser.shown(f"{PROBLEMS}.level") == []
    browser.find(f"{PROBLEMS}.controls button").click()
    browser.wait_for(STATUS, "5 of 5 problems shown")
    assert browser.run("return document.activeElement") == search
    assert browser.shown(".times") == ["3 ×", "2 ×"]


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({"severity": "warning"}, ["B00001", "B00002"]),
        ({"kind": "TARIFF_MISSING"}, ["A00001", "A00002", "A00003"]),
        ({"insurer": "VGZ"}, ["A00001", "A00002"]),
        ({"insurer": "Menzis", "severity": "error"}, ["A00003"]),
        ({"insurer": "VGZ", "severity": "warning"}, []),
    ],
)
def test_filters_work_together(browser: Browser, chosen: dict[str, str], found: list[str]) -> None:
    browser.open(full("en"))
    for name, value in chosen.items():
        browser.find(f"{PROBLEMS}.controls [name={name}] option[value={value}]").click()
    assert [text.split(" ")[1] for text in browser.shown(ITEMS)] == found
    assert browser.shown(STATUS) == [f"{len(found)} of 5 problems shown"]


def test_lines_have_a_search_of_their_own(browser: Browser) -> None:
    browser.open(full("en"))
    browser.find("#lines ~ .controls input").send_keys("f1013 cz")
    browser.wait_for("#lines ~ .status", "1 of 3 lines shown")
    assert browser.shown(".lines tbody th") == ["240201R0000010000003"]
    assert browser.shown(STATUS) == ["5 of 5 problems shown"]


def test_it_works_by_keyboard(browser: Browser) -> None:
    browser.open(full("en"))
    browser.press(Keys.TAB)
    assert browser.shown("a:focus") == ["To what is held"]
    browser.press(Keys.ENTER)
    assert browser.run("return location.hash") == "#problems"
    reached: list[str] = []
    while not reached or reached[-1]:
        browser.press(Keys.TAB)
        reached.append(browser.run("const a = document.activeElement; return a.name || a.type || a.className"))
        assert not reached[-1] or browser.run(f"return {OUTLINE}") == "solid 3px"
        if reached == ["search"]:
            browser.press("A00003")
            browser.wait_for(STATUS, "1 of 5 problems shown")
        if reached[-1] == "severity":
            browser.press(Keys.ARROW_DOWN)
            assert browser.run("return document.activeElement.value") == "error"
    assert reached == [
        "search", "severity", "kind", "insurer", "button", "search", "insurer", "button", "scroll", "",
    ]  # fmt: skip
    assert browser.shown(STATUS) == ["1 of 5 problems shown"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_narrow_screen_is_wide_enough(browser: Browser, language: Language) -> None:
    browser.open(full(language), width=320)
    assert browser.run("return document.documentElement.scrollWidth") <= 320
    outside = browser.run(
        "return [...document.querySelectorAll('h1, h2, h3, h4, p, li, dd, input, select, button,"
        " .stacks td, .tasks td')]"
        ".filter(e => e.getBoundingClientRect().right > 320).map(e => e.outerHTML)"
    )
    assert outside == []


def test_it_prints_on_a4(browser: Browser) -> None:
    lines = [line(number) for number in range(150)]
    browser.open(report([tariff_missing(1)], lines, [declaration("7095", 150, 100)]))
    assert 3 <= browser.printed() <= 6
    browser.do("Emulation.setEmulatedMedia", media="print")
    try:
        assert browser.shown(".controls, .status, nav, .skip") == []
        assert len(browser.shown(ITEMS)) == 1
        assert browser.run("return getComputedStyle(document.querySelector('tbody tr')).breakInside") == "avoid"
    finally:
        browser.do("Emulation.setEmulatedMedia", media="")


def test_a_thousand_problems_are_no_trouble(browser: Browser) -> None:
    found = [tariff_missing(number) for number in range(500)] + [deadline_passed(number) for number in range(500)]
    browser.open(report(found))
    browser.do("Performance.enable")

    def layouts() -> int:
        metrics = {metric["name"]: metric["value"] for metric in browser.do("Performance.getMetrics")["metrics"]}
        return int(metrics["LayoutCount"])

    before = layouts()
    search = f"document.querySelector('{PROBLEMS}.controls input')"
    browser.run(f"const s = {search}; s.value = 'a00321'; s.dispatchEvent(new Event('input'))")
    browser.wait_for(STATUS, "1 of 1,000 problems shown")
    assert layouts() - before < 20  # for all items together, not for each of them
    assert len(browser.shown(ITEMS)) == 1


def test_without_scripts_it_is_the_whole_list(browser: Browser) -> None:
    browser.do("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(full("en"))
        assert browser.shown(".controls, .status") == []
        assert len(browser.shown(ITEMS)) == 5
        assert len(browser.shown(".lines tbody tr")) == 3
    finally:
        browser.do("Emulation.setScriptExecutionDisabled", value=False)
