"""Saving a change of settings: checked as a command would refuse it, written in one step, what was there kept.

Taking a change back is a change too, and can be taken back. A run that is on goes by the settings that it read when it
began: what is saved meanwhile counts from the next one.
"""

import os
import stat
import tomllib
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from difflib import unified_diff
from functools import partial
from itertools import chain, count
from pathlib import Path
from threading import Lock
from typing import Any, Final, Literal, Self, TypeAlias

from attrs import frozen

from ...base.delivery import replacing
from ...base.private import read_file, reading_as, resolved
from ...base.problems import Finding, SettingsError
from ...settings import Settings, load
from .changes import SettingsChange
from .keeping import KeptChange, contents_before, digest, keep, kept_changes
from .own_tables import read_own_tables
from .toml_text import Edit, NotEditableError, Put, edited

#: The keys under which settings name any number of files.
LISTED: Final = frozenset({"agreements.overlay"})
#: What Notepad writes at the start of a file.
_MARK: Final = BOM_UTF8
_UTF_16: Final = (BOM_UTF16_LE, BOM_UTF16_BE)
#: What a change makes of every run from then on: declarations for real, a test, or what it is already.
Turn: TypeAlias = Literal["real", "test", ""]
#: One change at a time.
_SAVING: Final = Lock()


@frozen
class Files:
    """The settings and the files of the practice's own that they name as they are now; without the latter where the
    settings can't be loaded."""

    config: Path
    contents: dict[Path, bytes]

    @classmethod
    def now(cls, config: Path) -> Self:
        """Raises SettingsError where there are no settings."""
        contents = {config: _content(config)}
        with reading_as(contents):
            return cls(config, contents | {path: _content(path) for path in _named(config)})

    @property
    def state(self) -> str:
        """The same until something is changed."""
        return digest(b"\0".join(self.contents.values()))


@frozen
class Prepared:
    """A change that may be saved: what there is ``before``; the files that it changes with what they will be; the
    settings then. ``findings``: what these will hold in vain, and don't now. ``is_by_hand``: it takes back what
    somebody wrote in these files since the last change that is kept. ``left``: files that stay, and are named no
    more. ``turns``: what every run is from then on, and isn't now; '' where it stays what it is."""

    change: SettingsChange
    before: Files
    after: Mapping[Path, bytes]
    settings: Settings
    findings: Sequence[Finding] = ()
    is_by_hand: bool = False
    left: Sequence[Path] = ()
    turns: Turn = ""

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


def prepare(config: Path, change: SettingsChange, seen: str = "") -> Prepared:
    """Works out a change, and checks it; nothing is written. ``seen``: the state of the files when it was asked for.

    Raises SettingsError: they were changed since; the settings or the tables would be refused; they are written in a
    way that can't be changed here.
    """
    files = _seen(config, seen)
    with reading_as(files.contents):
        settings = load(config)
        held = _held_in_vain(settings)
    try:
        after = _changed(files.contents, _changed_files(files, change, settings))
    except NotEditableError:
        raise SettingsError("SETUP_BY_HAND", path=config.name) from None
    with reading_as(files.contents | after):
        wanted = load(config)
        findings = [finding for finding in read_own_tables(wanted) if finding not in held]
    turns = _turn(settings, wanted)
    return Prepared(change, files, after, wanted, findings, left=_left(settings, wanted), turns=turns)


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
    with reading_as(files.contents | after):
        settings = load(config)
        _expect_ours(after, {config, *chain.from_iterable(settings.own_files.values()), *files.contents})
        contents = {path: _content(path) for path in after if path not in files.contents and path.is_file()}
        read_own_tables(settings)
    contents |= files.contents
    left: dict[Path, str] = {}
    for change in back:
        for file in change.files:
            left.setdefault(config.parent / file.path, file.became)
    with reading_as(files.contents):
        named, turns = _named(config), _turn(_loaded(config), settings)
    return Prepared(
        change=SettingsChange.of("taken_back", {"count": len(back), "when": back[-1].when.isoformat(" ", "minutes")}),
        before=Files(config, contents),
        after=_changed(contents, after),
        settings=settings,
        is_by_hand=any(digest(content) != left.get(path, digest(content)) for path, content in contents.items()),
        left=[path for path in named if path not in [*chain.from_iterable(settings.own_files.values())]],
        turns=turns,
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
        # The tables first: settings never name one that isn't there.
        for path in sorted(prepared.after, key=lambda path: path == config):
            _replace(path, prepared.after[path], ledger)
    return kept


def _seen(config: Path, seen: str) -> Files:
    files = Files.now(config)
    if seen and seen != files.state:
        raise SettingsError("SETUP_CHANGED", path=config.name)
    return files


def _named(config: Path) -> Sequence[Path]:
    """The files that settings name; none where these can't be loaded."""
    settings = _loaded(config)
    return [*chain.from_iterable(settings.own_files.values())] if settings is not None else []


def _loaded(config: Path) -> Settings | None:
    """The settings as they are; None where they can't be loaded."""
    with suppress(SettingsError):
        return load(config)
    return None


def _turn(before: Settings | None, after: Settings) -> Turn:
    if before is not None and before.output.test == after.output.test:
        return ""
    return "test" if after.output.test else "real"


def _held_in_vain(settings: Settings) -> Sequence[Finding]:
    """What is told of settings and tables as they are; of those that are wrong, and that a change may put right,
    nothing."""
    with suppress(SettingsError):
        return read_own_tables(settings)
    return ()


def _changed_files(files: Files, change: SettingsChange, settings: Settings) -> Mapping[Path, bytes]:
    """The files as a change makes them. Raises NotEditableError, and SettingsError for what isn't read as such."""
    config, contents = files.config, dict(files.contents)
    contents[config] = _edited(contents[config], change.edits)
    for file in change.files:
        path = file.path
        if path is None and file.key not in LISTED:
            path = next(iter(settings.own_files.get(file.key, ())), None)
        if path is None:
            path = _free(config.with_name(file.name), contents)
            contents[config] = _edited(contents[config], partial(_naming, key=file.key, name=path.name))
        contents[path] = file.make(path, contents.get(path))
    return contents


def _naming(data: Mapping[str, Any], key: str, name: str) -> Sequence[Edit]:
    """Has settings name one more file under a key."""
    *way, last = key.split(".")
    if key not in LISTED:
        return [Put((*way, last), name)]
    there: Any = data
    for step in way:
        there = there.get(step, {})
    return [Put((*way, last), [*there.get(last, ()), name])]


def _edited(content: bytes, edits: Callable[[Mapping[str, Any]], Sequence[Edit]]) -> bytes:
    """Settings with these edits. Raises NotEditableError."""
    mark = _MARK if content.startswith(_MARK) else b""
    text = content.removeprefix(mark).decode()
    return mark + edited(text, edits(tomllib.loads(text))).encode()


def _changed(before: Mapping[Path, bytes], after: Mapping[Path, bytes]) -> dict[Path, bytes]:
    return {path: content for path, content in after.items() if content != before.get(path)}


def _left(before: Settings, after: Settings) -> Sequence[Path]:
    """The files that settings name no more."""
    named = [*chain.from_iterable(after.own_files.values())]
    return [path for path in chain.from_iterable(before.own_files.values()) if path not in named]


def _expect_ours(after: Mapping[Path, object], known: Collection[Path]) -> None:
    """Refuses to put back another file than settings and tables, whatever a note says."""
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


def _free(path: Path, taken: Collection[Path]) -> Path:
    """A name that no file has."""
    names = (path if number == 1 else path.with_stem(f"{path.stem}-{number}") for number in count(1))
    return next(name for name in names if not os.path.lexists(name) and name not in taken)


def _lines(content: bytes | None) -> list[str]:
    """The lines of a file, as they are shown; a table may be in another encoding than the settings."""
    text = ""
    for encoding in ("utf-16",) if (content or b"").startswith(_UTF_16) else ("utf-8-sig", "cp1252"):
        with suppress(UnicodeDecodeError):
            text = (content or b"").decode(encoding)
            break
    return text.replace("\r\n", "\n").replace("\r", "\n").splitlines()
