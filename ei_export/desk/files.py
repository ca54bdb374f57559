"""Bestanden: the runs and their files, each in readable form, judged as its receiver would, and given out."""

from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from datetime import date
from pathlib import Path
from typing import Any, Final

from attrs import define, field, frozen
from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue

from ..base.private import resolved
from ..base.problems import InputError, Language
from ..base.words import Words, words
from ..commands.files.files import RunFile, RunFiles, runs_with_files
from ..commands.show.describe import Choice
from ..commands.show.described import Described, Field
from ..commands.show.leafing import Leafed, leafed, records_of
from ..commands.show.page import headline_pieces, note_text, value_text
from ..commands.show.show import Showing
from ..commands.verify.practice import PracticeRecords
from ..commands.verify.report import Kinds
from ..commands.verify.verify import Verifying, verify
from ..settings import Settings
from ..standards.contents import Note
from ..standards.registry import standard_of
from .looks import stamp
from .showing import Paged, acting, as_download, desk, one_of, paged, redirect_with, show, uploaded
from .uploads import limit_of
from .working import work, worked

PAGE = Blueprint("files", __name__, url_prefix="/bestanden")

_KIND: Final = "verify"
#: Runs on a page, and records of a file, which have a line for each element.
_RUNS: Final = 20
_RECORDS: Final = 20
#: Files of which the first records are told with what they came to.
_READ: Final = 10
#: Bytes of a file that is too large to be shown, and of one that takes long to be judged.
_LARGEST: Final = 60_000_000
_LONG: Final = 1_000_000
#: As many places of one kind of problem are told.
_PLACES: Final = 20
#: What a run tells in files beside those that it declares with, and what all runs renew; nobody is named in them.
_OF_RUN: Final = ("report.html", "lines.csv", "problems.csv", "summary.json")
_OF_ALL: Final = ("report.html", "werklijst.xlsx", "werklijst.csv", "problems.csv")


@define
class FileRead:
    """What a file came to; ``standard`` '' where it isn't known. ``begins``: its first records, nobody to be recognised
    in them; none where it can't be read, or is in a zip."""

    file: str
    standard: str
    kinds: Kinds = field(factory=lambda: Kinds(_PLACES))
    records: int = 0
    ok: bool = False
    begins: Sequence[Described] = ()


class _FilesRead(list[FileRead]):
    """A page that keeps what is to be told."""

    def begin(self, file: str, standard: str) -> None:
        self.append(FileRead(file, standard))

    def problem(self, problem: dict[str, Any]) -> None:
        self[-1].kinds.add(problem)

    def end(self, records: int, *, ok: bool) -> None:
        self[-1].records, self[-1].ok = records, ok


@frozen
class InWords:
    """What there is in a record, as people read it."""

    language: Language

    def value(self, element: Field) -> str:
        return value_text(element, self.language)

    def note(self, note: Note) -> str:
        return note_text(note, self.language)

    def headline(self, record: Described) -> Sequence[str]:
        return headline_pieces(record, self.language)


def judged(settings: Settings, files: Mapping[Path, str], today: date, progress: object) -> list[FileRead]:
    """Judges files, each with what it is called, and reads how they begin. Raises as `verify`."""
    found = _FilesRead()
    with closing(PracticeRecords(settings)) as practice:
        verify([*files], Verifying(today, settings.language, settings.severities, practice, files), found)
    paths = {name: path for path, name in files.items()}
    showing = Showing(settings.language, Choice(), mask=True, insurers=settings.uzovi)
    for verdict in found[:_READ]:
        with suppress(InputError):
            if verdict.standard and (path := paths.get(verdict.file)) is not None:
                verdict.begins = records_of(path, leafed(path), showing, 1, _RECORDS)
    return [*found]


@PAGE.get("")
def page() -> ResponseReturnValue:
    """The runs, the last one first."""
    out = desk().settings().output.dir
    return show(
        "files.html",
        _words(),
        runs=paged(_runs(), _RUNS),
        lists=[name for name in _OF_ALL if (out / name).is_file()],
        of_run={name: _words()[f"list.{name}"] for name in _OF_RUN},
        most=limit_of(url_for("files.page")).whole,
    )


@PAGE.get("/<run>/<name>")
def file(run: str, name: str) -> ResponseReturnValue:
    """Some records of a file, nobody to be recognised in them."""
    return _shown(run, name, masked=True)


@PAGE.post("/<run>/<name>")
@acting
def persons(run: str, name: str) -> ResponseReturnValue:
    """The same records with the persons in them, this once."""
    return _shown(run, name, masked=False)


@PAGE.get("/<run>/<name>/halen")
def download(run: str, name: str) -> ResponseReturnValue:
    """The file itself."""
    _, its_file, path = _found(run, name)
    return as_download(path, its_file.name)


@PAGE.get("/lijst/<name>")
def list_of_all(name: str) -> ResponseReturnValue:
    """What the last run renewed."""
    return _list(desk().settings().output.dir, one_of(name, _OF_ALL), "")


@PAGE.get("/<run>/lijst/<name>")
def list_of(run: str, name: str) -> ResponseReturnValue:
    """What a run told."""
    return _list(_run(run).folder, one_of(name, _OF_RUN), f"{run}-")


@PAGE.post("/<run>/<name>/controle")
@acting
def judge(run: str, name: str) -> ResponseReturnValue:
    """Judges a file of a run."""
    _, its_file, path = _found(run, name)
    return _judge({path: its_file.name})


@PAGE.post("/controle")
@acting
def judge_other() -> ResponseReturnValue:
    """Judges files that were dragged in, of any program."""
    files = {upload.path: upload.name for upload in uploaded("files")}
    return _judge(files) if files else redirect_with(url_for("files.page"), _words()["no_files"], "warning")


@PAGE.get("/controle")
def verdicts() -> ResponseReturnValue:
    """What files came to that were judged."""
    language = desk().language
    return show(
        "verdicts.html",
        _words(),
        verdicts=worked(_KIND) or abort(404),
        said=words("verify", language),
        said_of_records=words("show", language),
        in_words=InWords(language),
    )


def _judge(files: Mapping[Path, str]) -> ResponseReturnValue:
    is_long = sum(path.stat().st_size for path in files) > _LONG
    then = url_for("files.verdicts")
    return work(_KIND, judged, desk().settings(), files, desk().day, then=then, is_long=is_long)


def _shown(run: str, name: str, *, masked: bool) -> ResponseReturnValue:
    its_run, its_file, path = _found(run, name)
    settings, language = desk().settings(), desk().language
    if path.stat().st_size > _LARGEST:
        raise InputError("DESK_FILE_TOO_LARGE", file=its_file.name, most=_LARGEST // 1_000_000)
    known: Leafed = desk().kept(("leafed", run, name), lambda: leafed(path), (stamp(path),))
    last = max(1, -(-known.records // _RECORDS))
    number = min(max(1, _number()), last)
    showing = Showing(language, Choice(), mask=masked, insurers=settings.uzovi)
    landmarks = standard_of(known.message).landmarks
    records = records_of(path, known, showing, (number - 1) * _RECORDS + 1, _RECORDS)
    links = {landmarks.reference: "reference", landmarks.previous: "reference", landmarks.invoice: "invoice"}
    return show(
        "file.html",
        _words(),
        run=its_run,
        file=its_file,
        standard=known.message.name,
        records=Paged(records, number, last, known.records),
        masked=masked,
        links=links,
        said=words("show", language),
        in_words=InWords(language),
    )


def _number() -> int:
    """The page of a file that is asked for."""
    asked = request.values.get("bladzijde", "1")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else 1


def _runs() -> Sequence[RunFiles]:
    with desk().ledger() as ledger:
        return runs_with_files(ledger, desk().settings().output.dir)


def _run(run: str) -> RunFiles:
    return next((each for each in _runs() if each.run == run), None) or abort(404)


def _found(run: str, name: str) -> tuple[RunFiles, RunFile, Path]:
    """A file of a run, and where it is. Raises SettingsError as `RunFiles.path`."""
    its_run = _run(run)
    its_file = next((each for each in its_run.files if each.name == name), None) or abort(404)
    return its_run, its_file, its_run.path(its_file, desk().settings().output.dir)


def _list(folder: Path, name: str, before: str) -> ResponseReturnValue:
    """A list in a folder of the practice's own; not found where a link leads out of it."""
    path = resolved(folder / name)
    if path.parent != resolved(folder) or not path.is_file():
        abort(404)
    return as_download(path, f"{before}{name}")


def _words() -> Words:
    return words("desk-files", desk().language)
