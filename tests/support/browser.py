"""A real browser, to look at pages with."""

import base64
import json
import re
import zlib
from pathlib import Path
from typing import Any, Final

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from ei_export.commands.run.html import RunPage, write_report

#: What a browser does besides showing a page, and none of which is the page's doing.
FLAGS: Final = (
    "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip


class Browser:
    """Chromium with a page in it."""

    def __init__(self, chromium: str, driver: str, folder: Path) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = chromium
        for flag in (*FLAGS, f"--user-data-dir={folder / 'profile'}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(driver))
        self.folder = folder

    def open(self, shown: RunPage, width: int = 1200) -> None:
        """A report that is made for it."""
        path = self.folder / "report.html"
        with path.open("wb") as file:
            write_report(shown, file)
        self.show(path, width)

    def show(self, path: Path, width: int = 1200) -> None:
        self.wide(width)
        self.driver.get(path.as_uri())

    def wide(self, width: int) -> None:
        self.do("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)

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

    def asked_for(self, of: str = "file:") -> list[str]:
        """The addresses that pages of such an address asked for since the last time."""
        log = self.driver.get_log("performance")  # type: ignore[no-untyped-call]
        events = [json.loads(entry["message"])["message"] for entry in log]
        asked = [event["params"] for event in events if event["method"] == "Network.requestWillBeSent"]
        return [request["request"]["url"] for request in asked if request["documentURL"].startswith(of)]

    def picture(self, path: Path) -> None:
        """Of the whole page."""
        width, height = self.run("return [innerWidth, document.documentElement.scrollHeight]")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        content = self.do("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"]
        path.write_bytes(base64.b64decode(content))

    def printed(self) -> int:
        """How many sheets of A4 it is printed on; none of them is empty."""
        content = base64.b64decode(self.do("Page.printToPDF", preferCSSPageSize=True)["data"])
        boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content)
        assert {(round(float(width)), round(float(height))) for width, height in boxes} == {(595, 842)}
        streams = re.findall(rb"/Filter /FlateDecode.*?stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
        written = [text for text in map(zlib.decompress, streams) if b"BT" in text and (b"Tj" in text or b"TJ" in text)]
        assert len(written) == len(boxes)
        return len(boxes)
