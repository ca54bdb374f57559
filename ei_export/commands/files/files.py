"""Which files each run made, what is to be done with them, and where they are. Only what is as a run wrote it is given
out: anything else in its folder is of somebody else.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Final, Literal

from attrs import field, frozen

from ...base.delivery import test_folders
from ...base.private import resolved
from ...base.problems import SettingsError
from ...declaring.numbers import run_label
from ...ledger import Ledger, standing
from ...ledger.runs import folders
from ...standards.files import sha256_of

#: What is to be done with the files of a run: hand them over; wait, as somebody did, or as there is an answer to some;
#: nothing, as there is one to all; or never, as it was withdrawn, or is a test.
Standing = Literal["send", "sent", "partly", "answered", "withdrawn", "test"]

#: Where in the folder of a run its files are.
_FOLDER: Final = "declarations"


@frozen
class RunFile:
    """A file by its ``name`` alone; ``answered`` on a day, or None. Of a test only the name is known."""

    name: str
    insurer: str = ""
    uzovi: str = ""
    standard: str = ""
    invoice: str = ""
    persons: int = 0
    lines: int = 0
    amount_cents: int = 0
    sha256: str = ""
    answered: date | None = None


def _by_name(files: Iterable[RunFile]) -> Sequence[RunFile]:
    return sorted(files, key=attrgetter("name"))


@frozen
class RunFiles:
    """The files of a run of a ``day``, by name; ``folder`` where they were published, ``sent_on`` when they were handed
    to VECOZO, None where nobody said so."""

    run: str
    day: date
    standing: Standing
    folder: Path
    files: Sequence[RunFile] = field(converter=_by_name)
    sent_on: date | None = None

    @property
    def lines(self) -> int:
        return sum(file.lines for file in self.files)

    @property
    def amount_cents(self) -> int:
        return sum(file.amount_cents for file in self.files)

    @property
    def unanswered(self) -> Sequence[RunFile]:
        """Those that an answer is to come to."""
        return [file for file in self.files if file.answered is None]

    def path(self, file: RunFile, out: Path) -> Path:
        """Where a file is. ``out``: the folder of the runs, in which a run is looked for that was moved with it.

        Raises SettingsError where it isn't there any more, or is not as the run wrote it.
        """
        params = {"run": self.run, "file": file.name}
        there = [place for place in self._places(file, out) if place.is_file()]
        if not there:
            raise SettingsError("SEND_FILE_GONE", path=str(self.folder / _FOLDER), **params)
        for place in there:
            with place.open("rb") as content:
                if not file.sha256 or sha256_of(content) == file.sha256:
                    return place
        raise SettingsError("SEND_FILE_CHANGED", **params)

    def _places(self, file: RunFile, out: Path) -> Iterator[Path]:
        """Where it may be: in a folder of the run, and nowhere else, whatever its name or a link says."""
        for folder in dict.fromkeys((resolved(out / self.folder.name), resolved(self.folder))):
            place = resolved(folder / _FOLDER / file.name)
            if place.parent == folder / _FOLDER:
                yield place


def runs_with_files(ledger: Ledger, out: Path) -> list[RunFiles]:
    """Every run that made files, the last one first, those of tests behind the others. Raises as `Ledger.rows`."""
    where = folders(ledger)
    runs = []
    for run, rows in groupby(standing.declarations(ledger), key=itemgetter("run")):
        declared = list(rows)
        first = declared[0]
        files = [_file(row) for row in declared]
        runs.append(
            RunFiles(
                run_label(run),
                date.fromisoformat(first["today"]),
                _standing(first, files),
                where[run],
                files,
                _day(first["sent_on"]),
            )
        )
    return [*reversed(runs), *reversed(_tests(ledger, out))]


def _standing(declared: standing.LedgerRow, files: Sequence[RunFile]) -> Standing:
    if declared["state"] == "withdrawn":
        return "withdrawn"
    if answered := sum(file.answered is not None for file in files):
        return "answered" if answered == len(files) else "partly"
    return "sent" if declared["sent_on"] else "send"


def _file(row: standing.LedgerRow) -> RunFile:
    kept = {name: row[name] for name in ("insurer", "uzovi", "standard", "invoice", "persons", "lines")}
    name = row["file"].rpartition("/")[2]
    return RunFile(name, **kept, amount_cents=row["amount_cents"], sha256=row["sha256"], answered=_day(row["answered"]))


def _tests(ledger: Ledger, out: Path) -> list[RunFiles]:
    """The tests whose folders are still there."""
    there = {folder.name: folder for folder in test_folders(out)}
    tests = []
    for row in standing.tests(ledger):
        if (folder := there.get(run_label(row["run"], test=True))) is not None:
            names = [path.name for path in (folder / _FOLDER).glob("*") if path.is_file()]
            day = date.fromisoformat(row["today"])
            tests.append(RunFiles(folder.name, day, "test", folder, [RunFile(name) for name in names]))
    return tests


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
