"""The report in a real browser: that it works, and that nothing leaves it. Skipped where Chromium isn't installed,
unless ``EI_EXPORT_BROWSER=required`` says that it has to be."""

import base64
import json
import os
import re
import shutil
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from ei_export.base.problems import LANGUAGES, Language
from ei_export.commands.run.html import RunPage, write_report
from tests.support.pages import deadline_passed, declaration, full, line, report, tariff_missing

#: What a browser does besides showing a page, and none of which is the page's doing.
FLAGS: Final = (
    "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip


class Browser:
    """Chromium with a report in it."""

    def __init__(self, chromium: str, driver: str, folder: Path) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = chromium
        for flag in (*FLAGS, f"--user-data-dir={folder / 'profile'}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(driver))
        self.folder = folder

    def open(self, shown: RunPage, width: int = 1200) -> None:
        path = self.folder / "report.html"
        with path.open("wb") as file:
            write_report(shown, file)
        self.do("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.driver.get(path.as_uri())

    def do(self, command: str, **arguments: object) -> dict[str, Any]:
        """A command of the Chrome DevTools protocol."""
        answer: dict[str, Any] = self.driver.execute_cdp_cmd(command, arguments)
        return answer

    def run(self, script: str, *arguments: object) -> Any:
        return self.driver.execute_script(script, *arguments)

    def find(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def shown(self, selector: str) -> list[str]:
        """The text of the elements that can be seen."""
        found: list[str] = self.run(
            "const all = [...document.querySelectorAll(arguments[0])];"
            "return all.filter(element => element.checkVisibility()).map(element => element.innerText)",
            selector,
        )
        return [" ".join(text.split()) for text in found]

    def wait_for(self, selector: str, text: str) -> None:
        WebDriverWait(self.driver, 10, 0.02).until(lambda _: self.find(selector).text == text)

    def press(self, *keys: str) -> None:
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def said(self) -> list[str]:
        """What the console says, violations of the page's policy among it."""
        return [entry["message"] for entry in self.driver.get_log("browser")]  # type: ignore[no-untyped-call]

    def asked_for(self) -> list[str]:
        """The addresses that pages asked for since the last time."""
        log = self.driver.get_log("performance")  # type: ignore[no-untyped-call]
        events = [json.loads(entry["message"])["message"] for entry in log]
        asked = [event["params"] for event in events if event["method"] == "Network.requestWillBeSent"]
        return [request["request"]["url"] for request in asked if request["documentURL"].startswith("file:")]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    driver = shutil.which("chromedriver")
    if chromium is None or driver is None:
        reason = "no Chromium with chromedriver here: apt-get install chromium chromium-driver"
        if os.environ.get("EI_EXPORT_BROWSER") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    opened = Browser(chromium, driver, tmp_path_factory.mktemp("browser"))
    yield opened
    opened.driver.quit()


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
        "search", "severity", "kind", "insurer", "button", *["scroll"] * 3, "search", "insurer", "button", "scroll", "",
    ]  # fmt: skip
    assert browser.shown(STATUS) == ["1 of 5 problems shown"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_narrow_screen_is_wide_enough(browser: Browser, language: Language) -> None:
    browser.open(full(language), width=320)
    assert browser.run("return document.documentElement.scrollWidth") <= 320
    outside = browser.run(
        "return [...document.querySelectorAll('h1, h2, h3, h4, p, li, dd, input, select, button, .stacks td')]"
        ".filter(e => e.getBoundingClientRect().right > 320).map(e => e.outerHTML)"
    )
    assert outside == []


def test_it_prints_on_a4(browser: Browser) -> None:
    lines = [line(number) for number in range(150)]
    browser.open(report([tariff_missing(1)], lines, [declaration("7095", 150, 100)]))
    content = base64.b64decode(browser.do("Page.printToPDF", preferCSSPageSize=True)["data"])
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content)
    assert {(round(float(width)), round(float(height))) for width, height in boxes} == {(595, 842)}
    assert 3 <= len(boxes) <= 6
    streams = re.findall(rb"/Filter /FlateDecode.*?stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
    pages = [text for text in map(zlib.decompress, streams) if b"BT" in text and b"Tj" in text.replace(b"TJ", b"Tj")]
    assert len(pages) == len(boxes)
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
    browser.run("const s = document.querySelector('input'); s.value = 'a00321'; s.dispatchEvent(new Event('input'))")
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
