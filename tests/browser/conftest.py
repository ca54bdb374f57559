"""Skipped where Chromium isn't installed, unless ``EI_EXPORT_BROWSER=required`` says that it has to be."""

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.support.browser import Browser


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
