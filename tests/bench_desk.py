"""The part of ``make bench`` about the desk: the time the server takes for each page, against reading the ledger once.

``python -m tests.bench_desk FOLDER DAY [TIMES] [REFUSED]`` measures the pages of a practice that declared, a row for
each: with numbers of its own, filters, the last page of a list, downloads. One of its files was answered before: of
each sixty lines one is refused, of each two hundred one granted in part; with REFUSED, so many of the largest file are.

Reading the ledger once is a look at it with all its lines. ``first``: the page where nothing is known yet of the ledger
and the feed as they are, ``again``: until something is written in one. All are times of the processor, the least of so
many (``TIMES``), as the machine may have other things to do; the modules are loaded before. A page above 300 ms is
marked; what a page begins that goes on by itself is not counted.
"""

import io
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, redirect_stdout
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

from ei_export.cli import main as command
from ei_export.commands.figures.tables import TABLES
from ei_export.commands.worklist.task import unpack
from ei_export.declaring.numbers import run_label
from ei_export.desk.app import create_app
from ei_export.desk.desk import AHEAD, Desk
from ei_export.desk.setup_links import SECTIONS
from ei_export.desk.worklist import tasks
from ei_export.ledger import Ledger
from ei_export.ledger.line import line_of
from tests.support import receiver
from tests.support.receiver import Verdict

_PORT: Final = 8310
_HERE: Final = f"http://127.0.0.1:{_PORT}"
#: What a form sends that nobody typed.
_HIDDEN: Final = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')
#: What is no page, or is only there once something was done or begun.
_NO_PAGES: Final = ("home", "style", "static")
#: As many tasks as are acted on at once.
_CHOSEN: Final = 50
#: Of a list or a file, by the page; one that lies behind the last is the last.
_MIDDLE: Final = "bladzijde=270"
_LAST: Final = "bladzijde=99999999"
#: The longest that a page may take, with 100,000 appointments.
MOST_MS: Final = 300


def seconds(act: Callable[[], object]) -> float:
    """Of the processor, in this thread: what is made beside a page isn't the page."""
    start = time.thread_time()
    act()
    return time.thread_time() - start


def read_once(ledger: Path) -> None:
    with closing(Ledger.look(ledger)) as look:
        for _ in look.rows("SELECT * FROM line"):
            pass


def answer(practice: Path, day: date, refused: int = 0) -> None:
    """Has the smallest declaration answered; or the largest, with so many lines refused."""
    choose = max if refused else min
    declared = choose(practice.glob("out/*/declarations/*.txt"), key=lambda path: path.stat().st_size)
    message = receiver.take_apart(declared.read_bytes())
    lines = message.lines[:refused] if refused else message.lines[::60]
    verdicts = {line.reference: Verdict(0, ("0611",)) for _, line in lines}
    if not refused:
        verdicts |= {line.reference: Verdict(line.cents // 2, ("8059",)) for _, line in message.lines[1::200]}
    path = practice / f"answer-{declared.name}"
    path.write_bytes(receiver.by_insurer(message, verdicts))
    with redirect_stdout(io.StringIO()):
        given = ["returns", str(path), "--config", str(practice / "ei-export.toml"), "--today", day.isoformat()]
        command([*given, "--json"], standalone_mode=False)


class Browser:
    """Somebody at a desk of which nothing is known yet."""

    def __init__(self, practice: Path, day: date) -> None:
        self.desk = Desk(practice / "ei-export.toml", day, port=_PORT)
        self.app = create_app(self.desk)
        self._client = self.app.test_client()
        self._client.get(self.desk.address)

    def rest(self) -> None:
        """Waits for long work that a page began, which isn't the page."""
        while self.desk.jobs.running() or any(each.name == AHEAD for each in threading.enumerate()):
            time.sleep(0.05)

    def get(self, address: str) -> str:
        """The status of a page, and where it leads."""
        with self._client.get(address, base_url=_HERE, buffered=True) as answer:
            return f"{answer.status_code} {answer.headers.get('Location', '')}".strip()

    def worked(self, page: str, action: str, **typed: str) -> str:
        """Has something worked out by a form of a page; by which it is asked for, once that is done."""
        with self._client.get(page, base_url=_HERE) as answer:
            text = answer.get_data(as_text=True).partition(f'action="{action}"')[2].partition("</form>")[0]
        hidden = dict(_HIDDEN.findall(text))
        with self._client.post(action, base_url=_HERE, data=hidden | typed, headers={"Origin": _HERE}) as answer:
            place = answer.headers["Location"]
        self.rest()
        return f"job={place.rpartition('job=' if 'job=' in place else '/')[2]}"

    def pages(self) -> Iterator[str]:
        """Every kind of page there is, each with what this practice has to show on it."""
        told = self._examples()
        for rule in sorted(self.app.url_map.iter_rules(), key=lambda rule: rule.rule):
            if "GET" in (rule.methods or ()) and rule.endpoint not in _NO_PAGES:
                yield from told.pop(rule.endpoint, [] if rule.arguments else [rule.rule])
        assert not told, f"there are no such pages: {', '.join(told)}"

    def _examples(self) -> dict[str, list[str]]:
        """By the name of a page, the addresses to ask it by, where its own isn't all."""
        with closing(Ledger.look(self.desk.settings().ledger.path)) as ledger:
            line = line_of(ledger, str(ledger.first("SELECT max(reference) FROM line")))
            files = [
                Path(name)
                for name in ledger.column("SELECT file FROM declaration JOIN run USING (run) ORDER BY lines DESC")
            ]
            answered = ledger.first("SELECT max(invoice) FROM answer")
        assert line is not None
        run, largest = run_label(line.run), files[0].name
        of_file = f"/bestanden/{run}/{largest}"
        numbers = [line.appointment_id, line.reference, line.patient_id, line.trajectory, run, line.invoice, "nobody"]
        found = tasks(self.desk)
        chosen = [unpack(task.packed) for task in found.all if task.key not in found.things][:_CHOSEN]
        ways = urlencode([("way", "redeclare"), *(("name", task.reference or task.appointment_id) for task in chosen)])
        earlier = f"dag={(self.desk.day - timedelta(30)).isoformat()}"
        return {
            "actions.look": [f"/acties?{ways}"],
            "answers.answer": [f"/antwoorden/{answered}"],
            "explain.page": ["/uitleg", *(f"/uitleg?number={quote(number)}" for number in numbers)],
            "figures.page": ["/cijfers", f"/cijfers?{earlier}", f"/cijfers?verzekeraar={quote(line.insurer)}"],
            "figures.table": [f"/cijfers/{TABLES[0].key}.csv"],
            "files.file": [f"{of_file}{page}" for page in ("", f"?{_MIDDLE}", f"?{_LAST}")],
            "files.download": [f"{of_file}/halen"],
            "files.list_of": [f"/bestanden/{run}/lijst/lines.csv"],
            "files.list_of_all": ["/bestanden/lijst/werklijst.xlsx"],
            "files.verdicts": [
                f"/bestanden/controle?{self.worked(of_file, f'{of_file}/controle')}",
            ],
            "zorg1.page": ["/zorg1", f"/zorg1?{self.worked('/zorg1', '/zorg1', **{'f-program': 'nek'})}"],
            "setup.section": [f"/inrichting/{name}" for name in SECTIONS],
            "today.file": [f"/vandaag/runs/{run}/{largest}"],
            "today.withdrawing": [f"/vandaag/runs/{run}/intrekken"],
            "worklist.page": [
                "/werklijst",
                f"/werklijst?{_LAST}",
                "/werklijst?wat=refused",
                f"/werklijst?verzekeraar={quote(line.insurer)}",
                f"/werklijst?zoek={quote(line.patient_id)}",
            ],
            "worklist.cause": [f"/werklijst/oorzaak?naam={quote(key)}" for key in [*found.things][:1]],
        }


def measured(practice: Path, day: date, times: int) -> Iterator[tuple[str, float, float, str]]:
    """Each page, with the seconds it takes first and again, and its status."""
    browser = Browser(practice, day)
    for page in list(browser.pages()):
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
        yield page, min(first), min(again), status
    browser.desk.close()


def main(arguments: Sequence[str]) -> None:
    practice, day = Path(arguments[0]), date.fromisoformat(arguments[1])
    times, refused = (int(text) for text in (*arguments[2:], *("3", "0")[len(arguments) - 2 :]))
    answer(practice, day, refused)
    ledger = Desk(practice / "ei-export.toml").settings().ledger.path
    once = min(seconds(lambda: read_once(ledger)) for _ in range(times))
    about = f", {refused:,} lines refused" if refused else ""
    sys.stdout.write(f"\nthe desk{about}: reading the ledger once takes {once * 1000:.0f} ms of the processor\n")
    sys.stdout.write(f"{'':<44}{'first ms':>9}{'x ledger':>9}{'again ms':>9}\n")
    slow = 0
    for page, first, again, status in measured(practice, day, times):
        told = "" if status == "200" else f"   {status}"
        is_slow = max(first, again) * 1000 > MOST_MS
        slow += is_slow
        mark = "   slow" if is_slow else ""
        sys.stdout.write(f"{page[:43]:<44}{first * 1000:>9.0f}{first / once:>9.2f}{again * 1000:>9.0f}{told}{mark}\n")
    sys.stdout.write(f"{slow} above {MOST_MS} ms\n")


if __name__ == "__main__":
    main(sys.argv[1:])
