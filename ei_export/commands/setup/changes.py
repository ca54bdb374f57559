"""The changes of settings that somebody can ask for by clicking: each with what it is, to be told, and what it does to
the data of ``ei-export.toml``, or to the tariff table.

Nothing here decides whether a change is right: the settings as they would be are loaded, and refused as any others.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, Self, TypeAlias

from attrs import frozen

from ...settings import Settings, status_word
from ...settings.statuses import DEFAULT_COMPLETED, DEFAULT_PLANNED
from ...zorg1.resolver import NOT_ZORG1
from .guessing import Said
from .keeping import What
from .tariff_table import NewTariff, TariffTable
from .toml_text import AddTable, Drop, Edit, Put, Value

#: A detail of the practice.
Detail: TypeAlias = str | date | list[str] | None
#: The data of settings, as TOML gives it.
Data = Mapping[str, Any]

_PRACTICE: Final = (
    *("name", "practice_agb", "provider_agb", "institution_agb", "service_bureau_agb", "pay_to", "vat_id", "formerly"),
)
#: What else can be changed, by its key with dots. What can't be undone by another change isn't here.
DETAILS: Final = (
    *(f"practice.{name}" for name in _PRACTICE),
    *("input.path", "input.table", "ledger.declared_until", "output.message", "messages.language"),
)
#: The lists of status words, each with the words that are in it where the settings have none.
_STATUS_LISTS: Final[Mapping[str, Sequence[str]]] = {
    "completed": DEFAULT_COMPLETED,
    "not_completed": (),
    "planned": DEFAULT_PLANNED,
}


@frozen
class Change:
    """One change: ``what`` it is, part by part; the ``edits`` that it makes of the data there is, and what it makes of
    the ``tariffs``."""

    what: Sequence[What]
    edits: Callable[[Data], Sequence[Edit]] = lambda data: ()
    tariffs: Callable[[TariffTable], TariffTable] | None = None

    @classmethod
    def of(
        cls,
        key: str,
        params: Mapping[str, str | int],
        edits: Callable[[Data], Sequence[Edit]] = lambda data: (),
        tariffs: Callable[[TariffTable], TariffTable] | None = None,
    ) -> Self:
        """One of a single part."""
        return cls((What(key, params),), edits, tariffs)


def link_columns(links: Mapping[str, str]) -> Change:
    """Reads columns of ours from columns of the export, ours = theirs; '' = from none, or from the one that is called
    the same."""

    def edits(data: Data) -> Sequence[Edit]:
        return [_put_or_drop(("input", "columns", ours), theirs) for ours, theirs in links.items()]

    return Change.of("columns", {"count": len(links), "columns": ", ".join(links)}, edits)


def link_statuses(words: Iterable[str], said: Said) -> Change:
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

    return Change.of(
        f"status.{said}", {"count": len(given), "words": ", ".join(given.values())}, lambda data: [*edits(data)]
    )


def link_codes(codes: Iterable[str], to: str) -> Change:
    """Links own codes to a declare-under code, or to ``-``: no Zorg1, on purpose; '' takes the link away."""
    found = [code.strip() for code in codes]

    def edits(data: Data) -> Sequence[Edit]:
        return [_put_or_drop(("codes", code), to.strip()) for code in found]

    what = "codes.none" if to == NOT_ZORG1 else "codes.linked" if to else "codes.unlinked"
    return Change.of(what, {"count": len(found), "own": ", ".join(found), "to": to}, edits)


def link_words(column: str, words: Iterable[str], meaning: str) -> Change:
    """Reads words of a column as something else (``[input.values]``); '' takes that away."""
    found = [word.strip() for word in words]

    def edits(data: Data) -> Iterator[Edit]:
        there = {key.strip().casefold(): key for key in _section(data, "input", "values", column)}
        for word in found:
            yield _put_or_drop(("input", "values", column, there.get(word.casefold(), word)), meaning.strip())

    params: Mapping[str, str | int] = {"column": column, "words": ", ".join(found), "meaning": meaning}
    return Change.of("words", params, lambda data: [*edits(data)])


def link_uzovi(number: str, insurer: str) -> Change:
    """Says whose an UZOVI number is; '' leaves it to the tables again."""
    return Change.of(
        "uzovi", {"uzovi": number, "insurer": insurer}, lambda data: [_put_or_drop(("uzovi", number), insurer)]
    )


@frozen
class NewContract:
    """A contract position as it is to be written; ``last`` None while it goes on; ``amount``: product, unit, or ''."""

    insurer: str
    first: date
    last: date | None
    lists: Sequence[str]
    amount: str = ""

    def values(self) -> Mapping[str, Value]:
        """Its keys; what is left out isn't there."""
        ends = {"until": self.last} if self.last is not None else {}
        amount = {"amount": self.amount} if self.amount else {}
        return {"insurer": self.insurer, "from": self.first, **ends, "lists": [*self.lists], **amount}


def add_contract(contract: NewContract) -> Change:
    """Adds a contract position."""
    params: Mapping[str, str | int] = {"insurer": contract.insurer, "first": contract.first.isoformat()}
    return Change.of("contract.added", params, lambda data: [AddTable("contracts", contract.values())])


def change_contract(number: int, contract: NewContract) -> Change:
    """Changes the contract position of a number, counted from 1 as they are in the settings."""

    def edits(data: Data) -> Sequence[Edit]:
        wanted = contract.values()
        there = data.get("contracts", ())[number - 1] if 0 < number <= len(data.get("contracts", ())) else {}
        gone = [name for name in ("year", "until", "amount") if name in there and name not in wanted]
        drops = [Drop(("contracts", number - 1, name)) for name in gone]
        return [*drops, *(Put(("contracts", number - 1, name), value) for name, value in wanted.items())]

    return Change.of("contract.changed", {"insurer": contract.insurer, "number": number}, edits)


def remove_contract(number: int, insurer: str) -> Change:
    """Takes a contract position out."""
    return Change.of(
        "contract.removed", {"insurer": insurer, "number": number}, lambda data: [Drop(("contracts", number - 1))]
    )


def details_of(settings: Settings) -> Mapping[str, Detail]:
    """The details as they are, by their keys; of what nobody said as it is taken."""
    practice, feed = settings.practice, settings.input
    where = feed.path.relative_to(settings.path.parent) if feed.path.is_relative_to(settings.path.parent) else feed.path
    return {
        **{f"practice.{name}": getattr(practice, name) for name in _PRACTICE},
        "practice.formerly": [*practice.formerly],
        "input.path": where.as_posix(),
        "input.table": feed.table,
        "ledger.declared_until": settings.ledger.declared_until,
        "output.message": "test" if settings.output.test else "production",
        "messages.language": settings.language,
    }


def change_details(values: Mapping[str, Detail]) -> Change:
    """Changes details of the practice, by their keys (`DETAILS`); '', None or [] is nothing. Raises KeyError for
    another key."""
    for key in values:
        if key not in DETAILS:
            raise KeyError(key)

    def edits(data: Data) -> Iterator[Edit]:
        for key, value in values.items():
            table, name = key.split(".")
            if (_section(data, table).get(name) or None) != (value or None):
                yield Put((table, name), value) if value else Drop((table, name))

    return Change.of("details", {"keys": ", ".join(values)}, lambda data: [*edits(data)])


def add_tariffs(tariffs: Sequence[NewTariff]) -> Change:
    """Adds rows to the tariff table."""
    insurers = ", ".join(dict.fromkeys(tariff.insurer for tariff in tariffs))
    params: Mapping[str, str | int] = {"count": len(tariffs), "insurers": insurers}
    return Change.of("tariffs.added", params, tariffs=lambda table: table.adding(tariffs))


def change_tariffs(cells: Mapping[int, Mapping[str, str]]) -> Change:
    """Changes cells of rows of the tariff table, by the line that they stand in."""

    def changed(table: TariffTable) -> TariffTable:
        for line, values in cells.items():
            table = table.changing(line, values)
        return table

    return Change.of("tariffs.changed", {"count": len(cells)}, tariffs=changed)


def together(*changes: Change) -> Change:
    """Several changes as one."""

    def edits(data: Data) -> Sequence[Edit]:
        return [edit for change in changes for edit in change.edits(data)]

    def tariffs(table: TariffTable) -> TariffTable:
        for change in changes:
            table = change.tariffs(table) if change.tariffs else table
        return table

    what = [part for change in changes for part in change.what]
    return Change(what, edits, tariffs if any(change.tariffs for change in changes) else None)


def _put_or_drop(way: tuple[str, ...], text: str) -> Edit:
    return Put(way, text) if text else Drop(way)


def _section(data: Data, *way: str) -> Data:
    """A table of the data; an empty one where it isn't there, or is none."""
    for step in way:
        found = data.get(step, {})
        data = found if isinstance(found, Mapping) else {}
    return data
