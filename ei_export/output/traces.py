"""What became of every run, of those that failed too: ``runs.jsonl`` beside the runs, a line for the start of each and
one for its end. There is nothing personal in it.

That it can't be written keeps no run from its work; it is told.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Final

from attrs import define, evolve

from ..base.delivery import replacing
from ..base.private import make_folder
from ..base.problems import Finding, Language, Refusal, WriteError, render
from .journal import add_entry, entries_of
from .ran import Ran

_FILE: Final = "runs.jsonl"
#: Runs that are remembered when the file has become longer than so many bytes.
_KEPT: Final = 100
_LONGEST: Final = 100_000


@define
class Trace:
    """A run in the list: ``out`` and ``ledger`` as the settings have them, ``ran`` what is known of it by now."""

    out: Path
    ledger: Path
    ran: Ran
    #: Why something of it is not in the list, if so.
    fault: Finding | None = None
    _number: int = 0

    def begin(self) -> None:
        """Notes that it begins."""
        with suppress(OSError, WriteError):
            make_folder(self.out)
            self._shorten()
        self._number = last_begun(self.out) + 1
        ran = self.ran
        entry = {"start": self._number, "day": ran.day.isoformat(), "time": ran.time}
        by_hand = {"by_hand": True} if ran.by_hand else {}
        self._add({**entry, "version": ran.version, "feed": ran.feed, **by_hand})

    def end(
        self,
        exit_code: int,
        run: str | None,
        late: Finding | None,
        beside: Finding | None,
        language: Language,
        *,
        test: bool,
    ) -> None:
        """Notes what it came to, and what belongs to that: ``late``, what went wrong once it was declared, or else
        ``beside``, that its feed may not be that of tonight."""
        self.ran = evolve(self.ran, exit=exit_code, run=run, is_late=late is not None)
        beside = late or beside
        if beside is not None:
            self._tell(beside.code, beside.params, language)
        self._end(({"test": True} if test else {}) | ({"late": True} if late is not None else {}))

    def fail(self, refusal: Refusal, language: Language) -> None:
        """Notes why it failed; also of a run of which not even the settings could be read."""
        if not self._number:
            self.begin()
        self.ran = evolve(self.ran, exit=refusal.exit_code)
        self._tell(refusal.code, refusal.params, language)
        self._end({})

    def runs(self) -> list[Ran]:
        """The runs that are remembered, this one last, also where that could not be written."""
        others = _runs(self.out)
        others.pop(self._number, None)
        return [*others.values(), self.ran]

    def _tell(self, code: str, params: Mapping[str, object], language: Language) -> None:
        message, remedy = render(code, params, language)
        self.ran = evolve(self.ran, code=code, message=message, remedy=remedy)

    def _end(self, more: Mapping[str, object]) -> None:
        ran = self.ran
        told = {"code": ran.code, "message": ran.message, "remedy": ran.remedy} if ran.code else {}
        self._add({"end": self._number, "exit": ran.exit, "run": ran.run, **more, **told})

    def _add(self, entry: Mapping[str, object]) -> None:
        path = self.out / _FILE
        try:
            add_entry(path, entry)
        except OSError as error:
            self.fault = Finding("TRACE_NOT_WRITTEN", "", {"path": str(path), "reason": error.strerror or ""})

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
    numbers = (
        entry.get("end") for entry in entries_of(out / _FILE) if entry.get("exit") in (0, 1) and "test" not in entry
    )
    return max((number for number in numbers if isinstance(number, int)), default=0)


def published_since(out: Path, number: int) -> set[str]:
    """The runs that were published (R000001) by those behind this one in the list."""
    ended = (entry for entry in entries_of(out / _FILE) if isinstance(entry.get("end"), int) and entry["end"] > number)
    return {run for entry in ended if isinstance(run := entry.get("run"), str) and "test" not in entry}


def runs_of(out: Path) -> list[Ran]:
    """The runs that are remembered, in the order in which they were last heard of."""
    return [*_runs(out).values()]


def _runs(out: Path) -> dict[int, Ran]:
    ran: dict[int, Ran] = {}
    for entry in entries_of(out / _FILE):
        with suppress(KeyError, TypeError, ValueError):
            if "start" in entry:
                version, feed = (str(entry.get(name, "")) for name in ("version", "feed"))
                when, by_hand = (date.fromisoformat(entry["day"]), str(entry["time"])), "by_hand" in entry
                ran[int(entry["start"])] = Ran(*when, version=version, feed=feed, by_hand=by_hand)
            else:
                started = ran.pop(int(entry["end"]))
                code, message, remedy = (str(entry.get(name, "")) for name in ("code", "message", "remedy"))
                run = entry["run"] and str(entry["run"])
                ended = evolve(started, exit=int(entry["exit"]), run=run, is_late="late" in entry)
                ended = evolve(ended, code=code, message=message, remedy=remedy)
                ran[int(entry["end"])] = ended
    return ran


def _starts(out: Path) -> list[int]:
    return [number for entry in entries_of(out / _FILE) if isinstance(number := entry.get("start"), int)]
