"""What is at stake with care that waits: how much, and until when."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from ...judging.rules import Rules
from ...ledger.dossier import Unsettled
from ...zorg1.agreements import Agreement
from ...zorg1.resolution import Resolution, Verdict

#: What is found of an appointment whose line was refused, and that waits for that.
_REFUSALS: Final = frozenset({"LINE_REFUSED", "DECLARATION_REFUSED", "LINE_REFUSED_BEFORE"})


def is_refused(kept: Unsettled) -> bool:
    """Whether an appointment waits as its line was refused: it is then told of, and its money counted, as that."""
    return not _REFUSALS.isdisjoint(finding.code for finding in kept.found)


def is_due(resolution: Resolution) -> bool:
    """Whether it gives a line once nothing is wrong any more; a contact that is only counted gives none."""
    if not resolution.is_zorg1 or resolution.verdict is Verdict.CONTACT:
        return False
    return resolution.moment != "contact" or (resolution.agreement is not None and resolution.agreement.is_sent)


def money(rules: Rules, resolution: Resolution, day: date | None, contacts: int | None = None) -> dict[str, Any]:
    """What a line would come to, as `Task` has it: ``amount_cents`` and their ``basis``. By the product's units and the
    practice's tariff of the day; where there is no such row or tariff, by the last one known. ``contacts``: how many
    count in an end that counts them so far, None where that isn't known."""
    if not is_due(resolution):
        return {"amount_cents": None, "basis": "none"}
    unknown = {"amount_cents": None, "basis": "unknown"}
    agreement = resolution.agreement or _last_before(
        rules.judge.agreements.periods(resolution.insurer, resolution.code), day
    )
    if agreement is None or not agreement.is_sent:
        return unknown
    tariffs = rules.resolver.tariffs(agreement)
    known = [tariff for tariff in tariffs if day is not None and tariff.valid_from <= day <= tariff.valid_until]
    tariff = known[0] if known else next((each for each in reversed(tariffs)), None)
    if tariff is None:
        return unknown
    by_unit = (resolution.amount_agreed or agreement.amount) == "unit"
    units: int | None = 1
    if by_unit:
        units = agreement.units if isinstance(agreement.units, int) else None
        if agreement.units == "count" and contacts is not None:
            units = contacts + 1
    if units is None:
        return unknown
    is_sure = bool(known) and agreement is resolution.agreement and not (by_unit and agreement.units == "count")
    return {"amount_cents": tariff.cents * units, "basis": "exact" if is_sure else "estimate"}


def _last_before(periods: Sequence[Agreement], day: date | None) -> Agreement | None:
    """The last row about a code that had begun on a day; the first there is, where none had."""
    begun = [agreement for agreement in periods if day is None or agreement.valid_from <= day]
    return begun[-1] if begun else next(iter(periods), None)


def term(rules: Rules, insurer: str, day: date | None, refused: date | None = None) -> dict[str, Any]:
    """Until when the insurer takes it, as `Task` has it: ``deadline``, ``days_left`` and ``first_deadline``, or nothing
    where it doesn't say. ``refused``: when it refused the line that is to go out again."""
    if day is None:
        return {}
    days = rules.judge.last_days(insurer, day, refused)
    if (last := days.counting) is None:
        return {}
    first = days.care.day if days.care is not None and last is not days.care else None
    return {"deadline": last.day, "days_left": (last.day - rules.judge.today).days, "first_deadline": first}
