"""What the Zorg1 page asks of the commands, as values that it shows: each is worked out by a process where it takes
long. No person is in any of them."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import date
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from attrs import frozen

from ..base.problems import Finding, render
from ..commands.agreements.agreements import Screen
from ..commands.agreements.text import write as write_agreements
from ..commands.control.n0959 import control
from ..commands.control.report import cells as control_cells
from ..commands.control.report import sheet as control_sheet
from ..commands.index.index import Asked, compute
from ..commands.index.tables import tables
from ..commands.zorg1.export import export
from ..commands.zorg1.monitor import COLUMNS, Question, monitor, sheet
from ..commands.zorg1.quality import Consent, named, quality
from ..commands.zorg1.quality import sheet as quality_sheet
from ..commands.zorg1.selection import Selection
from ..output.causes import KindFound, Limits, kinds_found
from ..output.sheets import Row, Sheet
from ..settings import Settings
from ..zorg1.programs import Programs

#: Rows of monitoring that are shown; a download has them all.
MOST_ROWS: Final = 5_000
#: Problems that are shown.
_LIMITS: Final = Limits(most=400, of_a_kind=100, few=5, causes=50)
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)

#: How far it is; nothing of this tells.
Progress = Callable[[str, int], None]


@frozen
class WantedCourses:
    """Of which trajectories, as it was typed: see `Selection.of`."""

    since: str = ""
    until: str = ""
    programs: tuple[str, ...] = ()
    uzovis: tuple[str, ...] = ()
    quarter: str = ""

    def select(self, programs: Programs) -> Selection:
        """Raises SettingsError."""
        return Selection.of(programs, self.since, self.until, self.programs, self.uzovis, self.quarter)


@frozen
class Download:
    """A file by its name."""

    name: str
    content: bytes


@frozen
class MonitoredRows:
    """Rows of monitoring, the first `MOST_ROWS` of ``count``, of so many trajectories, and what is wrong with them."""

    sheet: Sheet
    rows: Sequence[Row]
    count: int
    trajectories: int
    kinds: Sequence[KindFound]
    wanted: WantedCourses
    question: Question


@frozen
class CountedRows:
    """The table of quality; ``told``: message and remedy of what there is to tell; whether the criteria were asked for
    and all are met."""

    sheet: Sheet
    rows: Sequence[Row]
    between_weeks: int
    told: Sequence[tuple[str, str]]
    met: bool
    wanted: WantedCourses
    consent: Consent


@frozen
class ExportedFile:
    """What was exported, and what there is to tell of it."""

    file: Download
    trajectories: int
    patients: int
    told: Sequence[tuple[str, str]]


@frozen
class Indexed:
    """The tables of the index of a year, each by its key."""

    year: int
    version: int
    tables: Sequence[tuple[str, Sheet, Sequence[Row]]]
    told: Sequence[tuple[str, str]]


@frozen
class Controlled:
    """What is signalled of the activities of a year."""

    year: int
    sheet: Sheet
    rows: Sequence[Row]
    told: Sequence[tuple[str, str]]


def monitored(
    settings: Settings, wanted: WantedCourses, question: Question, today: date, progress: Progress
) -> MonitoredRows:
    """Raises as `monitor`."""
    with closing(monitor(settings, wanted.select, question, today)) as found:
        rows = [_in_words(row, told) for row, told in islice(found.told(), MOST_ROWS)]
        kinds = list(kinds_found(found.problems, settings.language, {}, _LIMITS))
        return MonitoredRows(
            sheet(settings.language), rows, len(found.kept), found.trajectories, kinds, wanted, question
        )


def _in_words(row: Row, told: Sequence[str]) -> Row:
    """A row with its problems as they are told, in the place of their codes."""
    return [told if column.key == "problems" else cell for column, cell in zip(COLUMNS, row, strict=True)]


def monitor_file(
    settings: Settings, wanted: WantedCourses, question: Question, today: date, xlsx: bool, progress: Progress
) -> Download:
    """The whole table. Raises as `monitor`."""
    with _folder() as folder:
        with closing(monitor(settings, wanted.select, question, today, folder, xlsx=xlsx)):
            pass
        return _packed(folder, "zorg1-monitor", xlsx=xlsx)


def counted(
    settings: Settings, wanted: WantedCourses, consent: Consent, check: bool, today: date, progress: Progress
) -> CountedRows:
    """Raises as `quality`."""
    found = quality(settings, wanted.select, today, consent=consent, check=check)
    rows = [(*(named(str(key), settings.language) for key in row[:2]), *row[2:]) for row in found.rows]
    told = _told(found.findings, settings)
    met = check and not found.unmet
    return CountedRows(quality_sheet(settings.language), rows, found.between_weeks, told, met, wanted, consent)


def exported(settings: Settings, wanted: WantedCourses, today: date, xlsx: bool, progress: Progress) -> ExportedFile:
    """Raises as `export`."""
    with _folder() as folder:
        done = export(settings, wanted.select, today, folder, xlsx=xlsx)
        with closing(done.problems):
            told = [(problem.message, problem.remedy) for problem in done.problems]
        return ExportedFile(_packed(folder, "zorg1-export", xlsx=xlsx), done.trajectories, done.patients, told)


def agreements_file(settings: Settings, screen: Screen, xlsx: bool) -> Download:
    """The agreements of a screen, all columns of them. Raises WriteError."""
    with _folder() as folder:
        write_agreements(screen, folder, settings.ledger.path, settings.language, xlsx=xlsx)
        return _packed(folder, "overeenkomsten", xlsx=xlsx)


def indexed(settings: Settings, asked: Asked, today: date, progress: Progress) -> Indexed:
    """Raises as `compute`."""
    found = compute(settings, asked, today)
    shown = [(key, table, _with_years(table, rows)) for key, table, rows in tables(found, settings.language)]
    return Indexed(asked.year, asked.version, shown, _told(found.findings, settings))


def controlled(
    settings: Settings, activities: Path, subtrajects: Path, year: str, lists: Sequence[Path], progress: Progress
) -> Controlled:
    """Raises as `control`."""
    found = control(activities, subtrajects, year, lists)
    rows = [control_cells(each) for each in found.signalled]
    return Controlled(found.year, control_sheet(found, settings.language), rows, _told(found.findings, settings))


def _with_years(table: Sheet, rows: Sequence[Row]) -> Sequence[Row]:
    """A year is no number to a reader, who would see a point in it."""
    years = {place for place, column in enumerate(table.columns) if column.key == "year"}
    return [[str(value) if place in years else value for place, value in enumerate(row)] for row in rows]


def _told(findings: Sequence[Finding], settings: Settings) -> Sequence[tuple[str, str]]:
    return [render(found.code, found.params, settings.language) for found in findings]


@contextmanager
def _folder() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        yield Path(folder)


def _packed(folder: Path, name: str, *, xlsx: bool) -> Download:
    """The workbook in a folder; or the other files in it, one as it is and more of them in a zip."""
    files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    wanted: Mapping[str, bytes] = {each: files[each] for each in files if each.endswith(".xlsx" if xlsx else ".csv")}
    if len(wanted) == 1:
        return Download(*next(iter(wanted.items())))
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as made:
        for each, content in wanted.items():
            made.writestr(ZipInfo(each, _EPOCH), content)
    return Download(f"{name}.zip", packed.getvalue())
