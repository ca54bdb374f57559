"""The changes of settings that somebody can ask for by clicking: each with what it is, to be told, and what it does to
the data of ``ei-export.toml``, or to a file that this names.

Nothing here decides whether a change is right: the settings as they would be are loaded, and refused as any others.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final, Self

from attrs import frozen

from ...settings import status_word
from ...settings.statuses import DEFAULT_COMPLETED, DEFAULT_PLANNED
from ...zorg1.resolver import NOT_ZORG1
from .guessing import Said
from .keeping import What
from .tariff_table import EMPTY, NewTariff, TariffTable
from .toml_text import AddTable, Drop, Edit, Put, Value

#: The data of settings, as TOML gives it.
Data = Mapping[str, Any]

#: The lists of status words, each with the words that are in it where the settings have none.
_STATUS_LISTS: Final[Mapping[str, Sequence[str]]] = {
    "completed": DEFAULT_COMPLETED,
    "not_completed": (),
    "planned": DEFAULT_PLANNED,
}


@frozen
class FileChange:
    """What becomes of a file that the settings name under a ``key``: what ``make`` gives for a path and what stands
    there, None where there is nothing. ``name``: what it is called where the settings name none. Of files in a list
    the one at ``path``, or a new one."""

    key: str
    name: str
    make: Callable[[Path, bytes | None], bytes]
    path: Path | None = None


@frozen
class SettingsChange:
    """One change: ``what`` it is, part by part; the ``edits`` that it makes of the data there is, and what it makes of
    ``files``."""

    what: Sequence[What]
    edits: Callable[[Data], Sequence[Edit]] = lambda data: ()
    files: Sequence[FileChange] = ()

    @classmethod
    def of(
        cls,
        key: str,
        params: Mapping[str, str | int],
        edits: Callable[[Data], Sequence[Edit]] = lambda data: (),
        files: Sequence[FileChange] = (),
    ) -> Self:
        """One of a single part."""
        return cls((What(key, params),), edits, files)


def link_columns(links: Mapping[str, str]) -> SettingsChange:
    """Reads columns of ours from columns of the export, ours = theirs; '' = from none, or from the one that is called
    the same."""

    def edits(data: Data) -> Sequence[Edit]:
        return [_put_or_drop(("input", "columns", ours), theirs) for ours, theirs in links.items()]

    return SettingsChange.of("columns", {"count": len(links), "columns": ", ".join(links)}, edits)


def link_statuses(words: Iterable[str], said: Said) -> SettingsChange:
    """Takes status words for an appointment that took place, did not, or not yet. Where the settings have no words for
    what is changed, those that stand for it by themselves are written down with them."""
    given = {status_word(word): word.strip() for word in words}

    def edits(data: Data) -> Iterator[Edit]:
        section = _section(data, "input", "status")
        for name, default in _STATUS_LISTS.items():
            before = [*section.get(name, default)]
            after = [word for word in before if status_word(word) not in given or name == said]
            known = {*map(status_word, after)}
            after += [word for key, word in given.items() if name == said and key not in known]
            if after != before:
                yield Put(("input", "status", name), after) if after or default else Drop(("input", "status", name))
        for word in _section(data, "input", "values", "status"):
            if status_word(word) in given:
                yield Drop(("input", "values", "status", word))

    return SettingsChange.of(
        f"status.{said}", {"count": len(given), "words": ", ".join(given.values())}, lambda data: [*edits(data)]
    )


def link_codes(codes: Iterable[str], to: str) -> SettingsChange:
    """Links own codes to a declare-under code, or to ``-``: no Zorg1, on purpose; '' takes the link away."""
    found = [code.strip() for code in codes]

    def edits(data: Data) -> Sequence[Edit]:
        return [_put_or_drop(("codes", code), to.strip()) for code in found]

    what = "codes.none" if to == NOT_ZORG1 else "codes.linked" if to else "codes.unlinked"
    return SettingsChange.of(what, {"count": len(found), "own": ", ".join(found), "to": to}, edits)


def link_words(column: str, words: Iterable[str], meaning: str) -> SettingsChange:
    """Reads words of a column as something else (``[input.values]``); '' takes that away."""
    found = [word.strip() for word in words]

    def edits(data: Data) -> Iterator[Edit]:
        there = {key.strip().casefold(): key for key in _section(data, "input", "values", column)}
        for word in found:
            yield _put_or_drop(("input", "values", column, there.get(word.casefold(), word)), meaning.strip())

    params: Mapping[str, str | int] = {"column": column, "words": ", ".join(found), "meaning": meaning}
    return SettingsChange.of("words", params, lambda data: [*edits(data)])


def link_uzovi(number: str, insurer: str) -> SettingsChange:
    """Says whose an UZOVI number is; '' leaves it to the tables again."""
    return SettingsChange.of(
        "uzovi", {"uzovi": number, "insurer": insurer}, lambda data: [_put_or_drop(("uzovi", number), insurer)]
    )


@frozen
class NewContract:
    """A contract position as it is to be written; ``last`` None while it goes on; ``amount``: product, unit, or '';
    ``company``: a remark."""

    insurer: str
    first: date
    last: date | None
    lists: Sequence[str]
    amount: str = ""
    company: str = ""

    def values(self) -> Mapping[str, Value]:
        """Its keys; what is left out isn't there."""
        ends = {"until": self.last} if self.last is not None else {}
        said = {name: text for name, text in (("amount", self.amount), ("company", self.company)) if text}
        return {"insurer": self.insurer, "from": self.first, **ends, "lists": [*self.lists], **said}


def add_contract(contract: NewContract) -> SettingsChange:
    """Adds a contract position."""
    params: Mapping[str, str | int] = {"insurer": contract.insurer, "first": contract.first.isoformat()}
    return SettingsChange.of("contract.added", params, lambda data: [AddTable("contracts", contract.values())])


def change_contract(number: int, contract: NewContract) -> SettingsChange:
    """Changes the contract position of a number, counted from 1 as they are in the settings."""

    def edits(data: Data) -> Sequence[Edit]:
        wanted = contract.values()
        there = data.get("contracts", ())[number - 1] if 0 < number <= len(data.get("contracts", ())) else {}
        gone = [name for name in ("year", "until", "amount", "company") if name in there and name not in wanted]
        drops = [Drop(("contracts", number - 1, name)) for name in gone]
        return [*drops, *(Put(("contracts", number - 1, name), value) for name, value in wanted.items())]

    return SettingsChange.of("contract.changed", {"insurer": contract.insurer, "number": number}, edits)


def remove_contract(number: int, insurer: str) -> SettingsChange:
    """Takes a contract position out."""
    return SettingsChange.of(
        "contract.removed", {"insurer": insurer, "number": number}, lambda data: [Drop(("contracts", number - 1))]
    )


def add_tariffs(tariffs: Sequence[NewTariff]) -> SettingsChange:
    """Adds rows to the tariff table."""
    insurers = ", ".join(dict.fromkeys(tariff.insurer for tariff in tariffs))
    params: Mapping[str, str | int] = {"count": len(tariffs), "insurers": insurers}
    return SettingsChange.of("tariffs.added", params, files=[_of_tariffs(lambda table: table.adding(tariffs))])


def change_tariffs(cells: Mapping[int, Mapping[str, str]]) -> SettingsChange:
    """Changes cells of rows of the tariff table, by the line that they stand in."""

    def changed(table: TariffTable) -> TariffTable:
        for line, values in cells.items():
            table = table.changing(line, values)
        return table

    return SettingsChange.of("tariffs.changed", {"count": len(cells)}, files=[_of_tariffs(changed)])


def remove_tariff(line: int, insurer: str, code: str) -> SettingsChange:
    """Takes a row out of the tariff table, by the line that it stands in."""
    params: Mapping[str, str | int] = {"insurer": insurer, "code": code}
    return SettingsChange.of("tariffs.removed", params, files=[_of_tariffs(lambda table: table.removing(line))])


def _of_tariffs(change: Callable[[TariffTable], TariffTable]) -> FileChange:
    def made(path: Path, content: bytes | None) -> bytes:
        return change(TariffTable.read(path, EMPTY if content is None else content)).content()

    return FileChange("tariffs.path", "tariffs.csv", made)


def put_file(key: str, name: str, content: bytes, path: Path | None = None) -> SettingsChange:
    """Puts another content in the file that settings name under a key (see `FileChange`), or a new one."""
    what = "file.put" if path is None else "file.replaced"
    params: Mapping[str, str | int] = {"file": (path or Path(name)).name, "keys": key}
    return SettingsChange.of(what, params, files=[FileChange(key, name, lambda _path, _content: content, path)])


def leave_file(key: str, path: Path, folder: Path) -> SettingsChange:
    """Names a file no more; it stays where it is. ``folder``: of the settings."""

    def edits(data: Data) -> Sequence[Edit]:
        *way, last = key.split(".")
        named = _section(data, *way).get(last)
        if not isinstance(named, list):
            return [Drop((*way, last))]
        left = [text for text in named if folder / text.strip() != path]
        return [Put((*way, last), left) if left else Drop((*way, last))]

    return SettingsChange.of("file.left", {"file": path.name, "keys": key}, edits)


def together(*changes: SettingsChange) -> SettingsChange:
    """Several changes as one."""

    def edits(data: Data) -> Sequence[Edit]:
        return [edit for change in changes for edit in change.edits(data)]

    what = [part for change in changes for part in change.what]
    return SettingsChange(what, edits, [file for change in changes for file in change.files])


def _put_or_drop(way: tuple[str, ...], text: str) -> Edit:
    return Put(way, text) if text else Drop(way)


def _section(data: Data, *way: str) -> Data:
    """A table of the data; an empty one where it isn't there, or is none."""
    for step in way:
        found = data.get(step, {})
        data = found if isinstance(found, Mapping) else {}
    return data
