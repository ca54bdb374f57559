"""The part of ``make bench`` about the desk: the time the server takes for each page, against reading the ledger once.

``python -m tests.bench_desk FOLDER DAY`` measures the pages of a practice that declared, a row for each, after one of
its files was answered: of each sixty lines one is refused, of each two hundred one granted in part. Reading the ledger
once is a look at it with all its lines. ``first``: the page where nothing is known yet of the ledger as it is,
``again``: until something is written in it. Both are medians; the modules are loaded before.
"""

import io
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, redirect_stdout
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

from flask import Flask

from ei_export.cli import main as command
from ei_export.desk.app import create_app
from ei_export.desk.desk import Desk
from ei_export.ledger import Ledger
from tests.support import receiver
from tests.support.receiver import Verdict

_PORT: Final = 8310
#: The longest that a page may take, with 100,000 appointments.
MOST_MS: Final = 300


def seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def read_once(ledger: Path) -> None:
    with closing(Ledger.look(ledger)) as look:
        for _ in look.rows("SELECT * FROM line"):
            pass


def answer(practice: Path, day: date) -> None:
    """Has the smallest declaration answered."""
    declared = min(practice.glob("out/*/declarations/*.txt"), key=lambda path: path.stat().st_size)
    message = receiver.take_apart(declared.read_bytes())
    verdicts = {line.reference: Verdict(0, ("0611",)) for _, line in message.lines[::60]}
    verdicts |= {line.reference: Verdict(line.cents // 2, ("8059",)) for _, line in message.lines[1::200]}
    path = practice / f"answer-{declared.name}"
    path.write_bytes(receiver.by_insurer(message, verdicts))
    with redirect_stdout(io.StringIO()):
        given = ["returns", str(path), "--config", str(practice / "ei-export.toml"), "--today", day.isoformat()]
        command([*given, "--json"], standalone_mode=False)


def addresses(app: Flask, ledger: Path) -> Iterator[str]:
    """Every page that needs no more than its address, and those of a line, an appointment and a patient."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if "GET" in (rule.methods or ()) and not rule.arguments and rule.endpoint not in ("home", "style"):
            yield rule.rule
    with closing(Ledger.look(ledger)) as look:
        line = look.first("SELECT max(reference) FROM line")
    yield f"/uitleg?number={line}"


class Browser:
    """Somebody at a desk of which nothing is known yet."""

    def __init__(self, practice: Path, day: date) -> None:
        self.desk = Desk(practice / "ei-export.toml", day, port=_PORT)
        self.app = create_app(self.desk)
        self._client = self.app.test_client()
        self._client.get(self.desk.address)

    def rest(self) -> None:
        """Waits for long work that a page began, which isn't the page."""
        while self.desk.jobs.running():
            time.sleep(0.05)

    def get(self, address: str) -> str:
        """The status of a page, and where it leads."""
        with self._client.get(address, base_url=f"http://127.0.0.1:{_PORT}", buffered=True) as answer:
            return f"{answer.status_code} {answer.headers.get('Location', '')}".strip()


def measured(practice: Path, day: date, times: int) -> Iterator[tuple[str, float, float, str]]:
    """Each page, with the seconds it takes first and again, and its status."""
    browser = Browser(practice, day)
    for page in list(addresses(browser.app, browser.desk.settings().ledger.path)):
        browser.get(page)
        browser.rest()
        status = browser.get(page)
        browser.rest()
        first, again = [], []
        for _ in range(times):
            browser.desk.forget()
            first.append(seconds(partial(browser.get, page)))
            again.append(seconds(partial(browser.get, page)))
            browser.rest()
        yield page, median(first), median(again), status
    browser.desk.close()


def main(arguments: Sequence[str]) -> None:
    practice, day = Path(arguments[0]), date.fromisoformat(arguments[1])
    times = int(arguments[2]) if len(arguments) > 2 else 3
    answer(practice, day)
    ledger = Desk(practice / "ei-export.toml").settings().ledger.path
    once = median(seconds(lambda: read_once(ledger)) for _ in range(times))
    sys.stdout.write(f"\nthe desk: reading the ledger once takes {once * 1000:.0f} ms\n")
    sys.stdout.write(f"{'':<44}{'first ms':>9}{'x ledger':>9}{'again ms':>9}\n")
    for page, first, again, status in measured(practice, day, times):
        told = "" if status == "200" else f"   {status}"
        slow = "   slow" if max(first, again) * 1000 > MOST_MS else ""
        sys.stdout.write(f"{page[:43]:<44}{first * 1000:>9.0f}{first / once:>9.2f}{again * 1000:>9.0f}{told}{slow}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
