"""What became of every run, of those that failed too: ``runs.jsonl`` beside the runs, a line for the start of each and
one for its end. There is nothing personal in it.

That it can't be written keeps no run from its work.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, Final

from attrs import define

from ..base.delivery import replacing
from ..base.private import make_folder
from ..base.problems import Language, Refusal, WriteError, render
from .ran import Ran

_FILE: Final = "runs.jsonl"
#: Runs that are remembered when the file has become longer than so many bytes.
_KEPT: Final = 100
_LONGEST: Final = 100_000


@define
class Trace:
    """A run in the list; ``out`` and ``ledger`` as the settings have them, ``day`` and ``time`` as `Ran` has them."""

    out: Path
    ledger: Path
    day: date
    time: str
    _number: int = 0

    def begin(self) -> None:
        """Notes that it begins."""
        with suppress(OSError, WriteError):
            make_folder(self.out)
            self._shorten()
        self._number = last_begun(self.out) + 1
        self._add({"start": self._number, "day": self.day.isoformat(), "time": self.time})

    def end(self, exit_code: int, run: str | None = None, *, test: bool = False) -> None:
        """Notes what it came to."""
        self._add({"end": self._number, "exit": exit_code, "run": run, **({"test": True} if test else {})})

    def fail(self, refusal: Refusal, language: Language) -> None:
        """Notes why it failed; also of a run of which not even the settings could be read."""
        if not self._number:
            self.begin()
        message, remedy = render(refusal.code, refusal.params, language)
        why = {"code": refusal.code, "message": message, "remedy": remedy}
        self._add({"end": self._number, "exit": refusal.exit_code, "run": None, **why})

    def _add(self, entry: Mapping[str, object]) -> None:
        """In one piece, behind what others write; on a line of its own, whatever a full disk left of the last one."""
        line = f"\n{json.dumps(entry)}".encode()
        with suppress(OSError):
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK
            descriptor = os.open(self.out / _FILE, flags, 0o600)
            try:
                os.write(descriptor, line)
            finally:
                os.close(descriptor)

    def _shorten(self) -> None:
        path = self.out / _FILE
        if path.is_file() and path.stat().st_size > _LONGEST:
            lines = path.read_bytes().splitlines()[-2 * _KEPT :]
            with replacing(path, self.ledger) as file:
                file.write(b"\n".join(lines))


def last_begun(out: Path) -> int:
    """The number in the list of the run that began last; 0 for none."""
    return max(_starts(out), default=0)


def last_recorded(out: Path) -> int:
    """The number in the list of the last run that was recorded in a ledger, as no test is; 0 for none."""
    numbers = (entry.get("end") for entry in _entries(out) if entry.get("exit") in (0, 1) and "test" not in entry)
    return max((number for number in numbers if isinstance(number, int)), default=0)


def published_since(out: Path, number: int) -> set[str]:
    """The runs that were published (R000001) by those behind this one in the list."""
    ended = (entry for entry in _entries(out) if isinstance(entry.get("end"), int) and entry["end"] > number)
    return {run for entry in ended if isinstance(run := entry.get("run"), str) and "test" not in entry}


def runs_of(out: Path) -> list[Ran]:
    """The runs that are remembered, in the order in which they were last heard of."""
    ran: dict[int, Ran] = {}
    for entry in _entries(out):
        with suppress(KeyError, TypeError, ValueError):
            if "start" in entry:
                ran[int(entry["start"])] = Ran(date.fromisoformat(entry["day"]), str(entry["time"]))
            else:
                started = ran.pop(int(entry["end"]))
                told = {name: str(entry[name]) for name in ("code", "message", "remedy") if name in entry}
                run = entry["run"] and str(entry["run"])
                ran[int(entry["end"])] = Ran(started.day, started.time, int(entry["exit"]), run, **told)
    return list(ran.values())


def _starts(out: Path) -> list[int]:
    return [number for entry in _entries(out) if isinstance(number := entry.get("start"), int)]


def _entries(out: Path) -> list[dict[str, Any]]:
    """What can be read of the list."""
    entries = []
    path = out / _FILE
    with suppress(OSError):
        for line in path.read_bytes().splitlines() if path.is_file() else ():
            with suppress(ValueError, RecursionError):
                entry = json.loads(line)
                if isinstance(entry, dict):
                    entries.append(entry)
    return entries
