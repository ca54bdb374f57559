"""Whether anything was declared by a tariff or a contract position: what was, isn't taken out of the settings, as
nobody could see any more why it was declared so. It ends instead."""

from collections.abc import Iterable, Iterator
from datetime import date

from ...base.problems import SettingsError
from ...ledger import Ledger
from ...ledger.standing import declared_to
from ...model.names import AgreementNames, folded
from ...settings import Settings
from ...settings.contracts import Contract
from ...zorg1.agreements import Agreements
from ...zorg1.tariffs import Tariff


def refuse_declared_tariff(ledger: Ledger, settings: Settings, tariff: Tariff) -> None:
    """Raises SettingsError where lines were declared by a row of the tariff table, with the last day of their care."""
    insurer = AgreementNames.of(settings.overlays).insurers.name(tariff.insurer)
    declared = declared_to(ledger, insurer, tariff.valid_from, tariff.valid_until)
    of_code = [(code, day, count) for code, day, count in declared if code == tariff.code.upper()]
    _refuse([*_of_lists(settings, insurer, of_code, [tariff.list])])


def refuse_declared_contract(ledger: Ledger, settings: Settings, contract: Contract) -> None:
    """Raises SettingsError where lines were declared by a contract position, with the last day of their care."""
    declared = declared_to(ledger, contract.insurer, contract.valid_from, contract.valid_until)
    _refuse([*_of_lists(settings, contract.insurer, declared, contract.lists)])


def _of_lists(
    settings: Settings, insurer: str, declared: Iterable[tuple[str, date, int]], lists: Iterable[str]
) -> Iterator[tuple[date, int]]:
    """Those whose price stands in one of these lists; those, too, that nobody has an agreement about any more."""
    agreements, names = Agreements.load(settings.overlays), {*map(folded, lists)}
    for code, day, count in declared:
        row = agreements.find(insurer, code, day)
        if row is None or folded(row.tariff_list) in names:
            yield day, count


def _refuse(declared: Iterable[tuple[date, int]]) -> None:
    found = [*declared]
    if found:
        days = [day for day, _ in found]
        count = sum(times for _, times in found)
        raise SettingsError("SETUP_DECLARED", count=count, first=min(days), last=max(days))
