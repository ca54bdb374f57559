"""``[[contracts]]``: what is agreed with which insurer, from when until when."""

from collections.abc import Sequence
from datetime import date
from itertools import combinations
from typing import Final, Literal, TypeAlias, get_args

from attrs import frozen

from ..base.tables import FOREVER
from ..model.names import AgreementNames, Spelling
from .sections import Section

#: Whether a tariff is the price of a line, or of each of its units.
Amount: TypeAlias = Literal["product", "unit"]
AMOUNTS: Final[tuple[Amount, ...]] = get_args(Amount)

#: The lists of a contract position that names none.
DEFAULT_LISTS: Final = ("productafspraken Zorg1",)

#: Years outside are typing errors.
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2100


@frozen
class Contract:
    """A contract position (Zorg1 manual §3.1): the price lists agreed with an insurer, both dates inclusive. ``amount``
    says for all of it what a tariff is the price of, '' = as the rows of the agreements do; ``company`` is a remark."""

    insurer: str
    valid_from: date
    valid_until: date
    lists: tuple[str, ...]
    amount: Amount | Literal[""] = ""
    company: str = ""

    def covers(self, day: date) -> bool:
        return self.valid_from <= day <= self.valid_until


def contracts(sections: Sequence[Section], names: AgreementNames) -> tuple[Contract, ...]:
    """The contract positions, in the order they stand in; no two may be of the same lists on one day, nor be of
    one list with different amounts."""
    found = tuple(_contract(section, names) for section in sections)
    in_time = sorted(zip(sections, found, strict=True), key=lambda pair: pair[1].valid_from)
    for (one, first), (two, second) in combinations(in_time, 2):
        if first.insurer != second.insurer or second.valid_from > first.valid_until:
            continue
        if set(first.lists) == set(second.lists):
            raise two.refused("from", second.valid_from, f"{one.key}.until < {second.valid_from}")
        if set(first.lists) & set(second.lists) and first.amount != second.amount:
            raise two.refused("amount", second.amount or "-", f'{one.key}.amount: "{first.amount or "-"}"')
    return found


def _contract(section: Section, names: AgreementNames) -> Contract:
    insurer = _known(section, "insurer", section.required("insurer", '"…"'), names.insurers)
    start, end = _year(section) if "year" in section.values else _period(section)
    lists = section.list_of_texts("lists", DEFAULT_LISTS)
    return Contract(
        insurer=insurer,
        valid_from=start,
        valid_until=end,
        lists=tuple(dict.fromkeys(_known(section, "lists", name, names.lists) for name in lists)),
        amount=section.choice("amount", ("", *AMOUNTS), ""),
        company=section.text("company"),
    )


def _known(section: Section, key: str, text: str, spelling: Spelling) -> str:
    """The name that a text stands for; one that is unknown is refused, with the nearest."""
    found = spelling.find(text)
    if found is None:
        raise section.refused(key, text, spelling.nearest(text))
    return found


def _year(section: Section) -> tuple[date, date]:
    """A calendar year in the place of both dates (manual §3.1)."""
    for name in ("from", "until"):
        if name in section.values:
            raise section.refused(name, section.values[name], "year | from + until")
    year = section.number("year", 2020, _LAST_YEAR, least=_FIRST_YEAR)
    return date(year, 1, 1), date(year, 12, 31)


def _period(section: Section) -> tuple[date, date]:
    start = section.day("from")
    if start is None:
        raise section.error("SETTINGS_REQUIRED", "from", expected="YYYY-MM-DD | year = YYYY")
    end = section.day("until") or FOREVER
    if end < start:
        raise section.refused("until", end, f">= {start}")
    return start, end
