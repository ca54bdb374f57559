"""What a practice's tables and settings say that can never do anything, and is most likely a slip of the pen."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import takewhile
from typing import Final

from ..base.problems import Finding
from ..base.tables import FOREVER
from ..model.names import AgreementNames
from ..settings import Settings
from .agreements import Agreement, Agreements
from .resolver import NOT_ZORG1
from .tariffs import Tariff, Tariffs

#: More rows of which there is nothing to do are told of by their number.
_MOST_PLACES: Final = 20


def in_vain(settings: Settings, agreements: Agreements, tariffs: Tariffs) -> Iterator[Finding]:
    """Tariffs that no product can ever have or that are zero, codes linked to none, UZOVI numbers of an insurer without
    agreements; and the open rows that end because a later one follows."""
    names = AgreementNames.of(settings.overlays)
    if closed := (*agreements.closed, *tariffs.closed):
        yield Finding("TABLE_ROWS_CLOSED", "", _rows(closed))
    late: dict[tuple[str, date, date], list[str]] = {}
    for tariff in tariffs.rows:
        insurer = names.insurers.name(tariff.insurer)
        if (finding := _unknown(tariff, agreements, names)) is not None:
            yield finding
        elif not _is_in_time(agreements.periods(insurer, tariff.code.upper()), tariff):
            key = insurer, tariff.valid_from, tariff.valid_until
            late.setdefault(key, []).append(f"{tariff.code} ({tariff.place})")
    for (insurer, first, last), rows in sorted(late.items()):
        yield Finding("TARIFF_OUT_OF_TIME", "", {"insurer": insurer, "periods": _period(first, last), **_rows(rows)})
    if zero := [f"{tariff.insurer} {tariff.code} ({tariff.place})" for tariff in tariffs.rows if not tariff.cents]:
        yield Finding("TARIFF_ZERO", "", _rows(zero))
    yield from _codes(settings.codes, agreements)
    for number, insurer in sorted(settings.uzovi.items()):
        if insurer not in agreements.insurers:
            params = {"uzovi": number, "insurer": insurer, "expected": names.insurers.nearest(insurer)}
            yield Finding("UZOVI_WITHOUT_AGREEMENTS", "", params)


def _rows(rows: Sequence[str]) -> dict[str, object]:
    """How many rows there are, and which: the first of them."""
    more = ("…",) if len(rows) > _MOST_PLACES else ()
    return {"count": len(rows), "rows": ", ".join((*rows[:_MOST_PLACES], *more))}


def _unknown(tariff: Tariff, agreements: Agreements, names: AgreementNames) -> Finding | None:
    """What name of a tariff doesn't exist, if one doesn't. A practice may fill in more insurers and lists for a code
    than there are products, so that is no fault."""
    said, price_list, code = tariff.insurer, tariff.list, tariff.code
    params: dict[str, object] = {"place": tariff.place, "list": price_list, "insurer": said, "code": code}
    insurer = names.insurers.find(said)
    if insurer is None:
        return Finding("TARIFF_INSURER_UNKNOWN", "", {**params, "expected": names.insurers.nearest(said)})
    if names.lists.find(price_list) is None:
        return Finding("TARIFF_LIST_UNKNOWN", "", {**params, "expected": names.lists.nearest(price_list)})
    if code.upper() not in agreements.codes:
        alike = _alike(code.upper(), agreements.codes_by_insurer.get(insurer, frozenset()))
        return Finding("TARIFF_CODE_UNKNOWN", "", {**params, "alike": alike})
    return None


def _is_in_time(rows: Sequence[Agreement], tariff: Tariff) -> bool:
    """Whether a tariff has a day in common with one of its product, where there are any."""
    return not rows or any(
        row.valid_from <= tariff.valid_until and tariff.valid_from <= row.valid_until for row in rows
    )


def _codes(own_codes: Mapping[str, str], agreements: Agreements) -> Iterator[Finding]:
    for own, linked in sorted(own_codes.items()):
        if linked != NOT_ZORG1 and linked.upper() not in agreements.codes:
            params = {"own": own, "code": linked, "alike": _alike(linked.upper(), agreements.codes)}
            yield Finding("LINKED_CODE_UNKNOWN", "", params)


@lru_cache(1_000)  # a desk asks for the same at every page
def _alike(code: str, known: frozenset[str]) -> str:
    """The codes that look most like one, those that begin alike first; '-' where none does."""
    close = difflib.get_close_matches(code, sorted(known), 30)
    close.sort(key=lambda other: (-_alike_from_the_start(code, other), other))
    return " | ".join(close[:3]) or "-"


def _alike_from_the_start(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _period(first: date, last: date) -> str:
    start, end = ("…" if day in (date.min, FOREVER) else day.isoformat() for day in (first, last))
    return f"{start} – {end}"
