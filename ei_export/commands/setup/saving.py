"""Saving a change of settings: checked as a command would refuse it, written in one step, what was there kept.

Taking a change back is a change too, and can be taken back. A run that is on goes by the settings that it read when it
began: what is saved meanwhile counts from the next one.
"""

import os
import stat
import tomllib
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from difflib import unified_diff
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Final, Self

from attrs import evolve, frozen

from ...base.delivery import replacing
from ...base.private import read_file, resolved
from ...base.problems import Finding, SettingsError
from ...base.tables import refuse
from ...settings import Settings, load
from ...zorg1.agreements import Agreements
from ...zorg1.in_vain import in_vain
from ...zorg1.tariffs import Tariffs
from .changes import Change
from .keeping import KeptChange, contents_before, digest, keep, kept_changes
from .tariff_table import EMPTY, TariffTable
from .toml_text import NotEditableError, Put, edited

#: The tariff table of a practice that had none.
_TARIFFS: Final = "tariffs.csv"
#: What Notepad writes at the start of a file.
_MARK: Final = BOM_UTF8
_UTF_16: Final = (BOM_UTF16_LE, BOM_UTF16_BE)
#: One change at a time.
_SAVING: Final = Lock()


@frozen
class Files:
    """The settings and the tariff table that they name as they are now; without the latter where the settings can't be
    loaded."""

    config: Path
    contents: dict[Path, bytes]

    @classmethod
    def now(cls, config: Path) -> Self:
        """Raises SettingsError where there are no settings."""
        contents = {config: _content(config)}
        try:
            path = load(config, contents[config]).tariffs_path
        except SettingsError:
            path = None
        return cls(config, contents | ({path: _content(path)} if path is not None else {}))

    @property
    def state(self) -> str:
        """The same until something is changed."""
        return digest(b"\0".join(self.contents.values()))


@frozen
class Prepared:
    """A change that may be saved: what there is ``before``; the files that it changes with what they will be; the
    settings and the tariffs then. ``findings``: what these will hold in vain, and don't now. ``is_by_hand``: it takes
    back what somebody wrote in these files since the last change that is kept."""

    change: Change
    before: Files
    after: Mapping[Path, bytes]
    settings: Settings
    tariffs: Tariffs
    findings: Sequence[Finding] = ()
    is_by_hand: bool = False

    @property
    def is_nothing(self) -> bool:
        """Whether all of it is so already."""
        return not self.after

    def lines(self) -> Iterator[tuple[str, str]]:
        """The lines of the files that go (``-``) and come (``+``)."""
        for path, content in self.after.items():
            before, after = map(_lines, (self.before.contents.get(path), content))
            for line in list(unified_diff(before, after, n=0, lineterm=""))[2:]:
                if line[0] in "+-":
                    yield line[0], line[1:]


def prepare(config: Path, change: Change, seen: str = "") -> Prepared:
    """Works out a change, and checks it; nothing is written. ``seen``: the state of the files when it was asked for.

    Raises SettingsError: they were changed since; the settings or the tariffs would be refused; they are written in a
    way that can't be changed here.
    """
    files = _seen(config, seen)
    settings = load(config, files.contents[config])
    try:
        after = {config: _edited(files.contents[config], change)}
        wanted = load(config, after[config])
        if change.tariffs is not None:
            path = settings.tariffs_path
            if path is None:  # there is none yet; settings that name one that isn't there would be refused
                path = _free(config.with_name(_TARIFFS))
                naming = Change((), edits=lambda data: [Put(("tariffs", "path"), path.name)])
                after[config] = _edited(after[config], naming)
                wanted = evolve(wanted, tariffs_path=path)
            table = change.tariffs(TariffTable.read(path, files.contents.get(path, EMPTY)))
            after[path] = table.content()
    except NotEditableError:
        raise SettingsError("SETUP_BY_HAND", path=config.name) from None
    agreements = Agreements.load(settings.overlays)  # which no change touches
    before = [*in_vain(settings, agreements, _tariffs(settings, files.contents))]
    tariffs = _tariffs(wanted, files.contents | after)
    findings = [finding for finding in in_vain(wanted, agreements, tariffs) if finding not in before]
    return Prepared(change, files, _changed(files.contents, after), wanted, tariffs, findings)


def prepare_to_take_back(config: Path, name: str, seen: str = "") -> Prepared:
    """Works out what taking back a change, and those after it, comes to: their files as they were before; one that
    wasn't there stays, and is named no more. Settings that can't be loaded any more are no hindrance.

    Raises SettingsError as `prepare`, and for a change that isn't kept.
    """
    files, done = _seen(config, seen), kept_changes(config)
    names = [change.name for change in done]
    if name not in names:
        raise SettingsError("SETUP_NOT_KEPT", change=name)
    back = done[: names.index(name) + 1]
    after = {path: content for path, content in contents_before(config, back).items() if content is not None}
    settings = load(config, after.get(config, files.contents[config]))
    _expect_ours(after, {settings.tariffs_path, *files.contents})
    contents = {path: _content(path) for path in after if path.is_file()} | files.contents
    tariffs = _tariffs(settings, contents | after)
    told: Mapping[str, str | int] = {"count": len(back), "when": back[-1].when.isoformat(" ", "minutes")}
    left: dict[Path, str] = {}
    for change in back:
        for file in change.files:
            left.setdefault(config.parent / file.path, file.became)
    return Prepared(
        change=Change.of("taken_back", told),
        before=Files(config, contents),
        after=_changed(contents, after),
        settings=settings,
        tariffs=tariffs,
        is_by_hand=any(digest(content) != left.get(path, digest(content)) for path, content in contents.items()),
    )


def save(prepared: Prepared, now: datetime) -> KeptChange:
    """Saves a change that was prepared, and keeps what was there.

    Raises SettingsError where something was changed since or mustn't be written, and WriteError.
    """
    config, before = prepared.before.config, prepared.before.contents
    ledger = prepared.settings.ledger.path
    with _SAVING:
        if any(_content(path) != content for path, content in before.items()):
            raise SettingsError("SETUP_CHANGED", path=config.name)
        for path in prepared.after:
            _expect_writable(path)
        pairs = {path: (before.get(path), content) for path, content in prepared.after.items()}
        kept = keep(config, prepared.change.what, now, pairs)
        # The tariff table first: settings never name one that isn't there.
        for path in sorted(prepared.after, key=lambda path: path == config):
            _replace(path, prepared.after[path], ledger)
    return kept


def _seen(config: Path, seen: str) -> Files:
    files = Files.now(config)
    if seen and seen != files.state:
        raise SettingsError("SETUP_CHANGED", path=config.name)
    return files


def _edited(content: bytes, change: Change) -> bytes:
    """The settings with the edits of a change. Raises NotEditableError."""
    mark = _MARK if content.startswith(_MARK) else b""
    text = content.removeprefix(mark).decode()
    return mark + edited(text, change.edits(tomllib.loads(text))).encode()


def _changed(before: Mapping[Path, bytes], after: Mapping[Path, bytes]) -> Mapping[Path, bytes]:
    return {path: content for path, content in after.items() if content != before.get(path)}


def _tariffs(settings: Settings, contents: Mapping[Path, bytes]) -> Tariffs:
    """Raises SettingsError for what is wrong with them."""
    path = settings.tariffs_path
    return Tariffs() if path is None else Tariffs.read(path, refuse, contents.get(path))


def _expect_ours(after: Mapping[Path, object], known: set[Path | None]) -> None:
    """Refuses to put back another file than settings and tariffs, whatever a note says."""
    for path in after:
        if path not in known:
            raise SettingsError("SETUP_NOT_KEPT", change=path.name)


def _expect_writable(path: Path) -> None:
    """Raises SettingsError for a file that somebody made read-only: it could be replaced all the same."""
    place = resolved(path)
    if place.exists() and not (os.access(place, os.W_OK) and place.stat().st_mode & stat.S_IWUSR):
        raise SettingsError("SETUP_READ_ONLY", path=place.as_posix())


def _replace(path: Path, content: bytes, ledger: Path) -> None:
    """Puts another content in the place of a file, behind a link that leads to it; who may read it stays the same."""
    place = resolved(path)
    with replacing(place, ledger) as file:
        if place.exists() and hasattr(os, "fchmod"):
            os.fchmod(file.fileno(), stat.S_IMODE(place.stat().st_mode))
        file.write(content)


def _content(path: Path) -> bytes:
    """Raises SettingsError where a file can't be read."""
    try:
        return read_file(path)
    except FileNotFoundError:
        raise SettingsError("SETTINGS_MISSING", path=path.as_posix()) from None
    except OSError as error:
        raise SettingsError("TABLE_MISSING", file=path.as_posix(), reason=error.strerror or "") from None


def _free(path: Path) -> Path:
    """A name that no file has."""
    names = (path if number == 1 else path.with_stem(f"{path.stem}-{number}") for number in count(1))
    return next(name for name in names if not os.path.lexists(name))


def _lines(content: bytes | None) -> list[str]:
    """The lines of a file, as they are shown; a table may be in another encoding than the settings."""
    text = ""
    for encoding in ("utf-16",) if (content or b"").startswith(_UTF_16) else ("utf-8-sig", "cp1252"):
        with suppress(UnicodeDecodeError):
            text = (content or b"").decode(encoding)
            break
    return text.replace("\r\n", "\n").replace("\r", "\n").splitlines()
