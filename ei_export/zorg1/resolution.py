"""What a code means with an insurer, from one day to another: the values that `Resolver` finds."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date, timedelta
from enum import Enum
from typing import Any, Final, Literal

from attrs import evolve, field, frozen

from ..base.problems import Finding
from ..base.reasons import Reason
from ..base.tables import FOREVER
from ..settings import Amount, Contract
from .agreements import Agreement
from .tariffs import Tariff

_DAY: Final = timedelta(days=1)


class Verdict(Enum):
    """What the tables say of a code with an insurer on a date."""

    PRODUCT = "product"  # declared on its own date
    CONTACT = "contact"  # registered and counted, never sent
    FAULT = "fault"  # should be declared, but can't be: see ``faults``
    NO_AGREEMENT = "no agreement"  # no contract position on the date (§3.1)
    NOT_ZORG1 = "not zorg1"  # a code of regular care
    UNMAPPED = "unmapped"  # the same by the paramedic list, and nobody said so: suspect under a trajectory's number
    UNEXPLAINED = "unexplained"  # a code that nobody linked to anything: suspect inside a Zorg1 trajectory


@frozen
class Link:
    """The declare-under ``code`` that a code stands for (§3.2), and what says so: the feed's column ``declare_under``,
    ``codes`` of the settings, or nothing (''): then it stands for itself."""

    code: str
    by: Literal["declare_under", "codes", ""]


@frozen
class Resolution:
    """What a code means for one UZOVI during a period.

    ``code`` is the declare-under code as resolved; program, profile and moment are known even if it can't be declared.
    ``contract`` is the position it falls under, the one that names its price list if there is one.
    ``faults`` and ``notes`` (a warning each) still lack the date, which :meth:`dated` adds; so do the reasons in
    ``why``: of the ``code``, and of the ``rule`` it goes by, its ``contract``, ``list`` and ``tariff``, each with what
    else there is to know of it. ``fixed`` are the units of a product with a fixed number, else 0.
    """

    verdict: Verdict
    code: str
    insurer: str = ""
    program: str = ""
    profile: str = ""
    moment: str = ""
    agreement: Agreement | None = None
    contract: Contract | None = None
    tariff: Tariff | None = None
    faults: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()
    why: Mapping[str, tuple[Reason, ...]] = field(factory=dict, eq=False, repr=False)
    is_linked: bool = field(init=False)
    is_zorg1: bool = field(init=False)
    fixed: int = field(init=False)

    def __attrs_post_init__(self) -> None:
        is_linked = self.verdict not in (Verdict.UNMAPPED, Verdict.UNEXPLAINED)
        units = self.agreement.units if self.agreement is not None else 0
        object.__setattr__(self, "is_linked", is_linked)
        object.__setattr__(self, "is_zorg1", is_linked and self.verdict is not Verdict.NOT_ZORG1)
        object.__setattr__(self, "fixed", units if isinstance(units, int) else 0)

    @property
    def amount_agreed(self) -> Amount | Literal[""]:
        """What the contract position says that a tariff is the price of."""
        return self.contract.amount if self.contract is not None else ""

    @property
    def amount(self) -> Amount:
        """What the tariff of the agreement is the price of: as the contract position says, or else the agreement."""
        assert self.agreement is not None
        return self.amount_agreed or self.agreement.amount

    def because(self, name: str, *reasons: Reason, **changes: Any) -> "Resolution":
        """What it is once one more thing is decided, and why."""
        return evolve(self, why={**self.why, name: reasons}, **changes)


def dated(finding: Finding, day: date) -> Finding:
    """The finding with the date it applies to."""
    return evolve(finding, params={**finding.params, "date": day.isoformat()})


@frozen
class Resolutions:
    """What a code means with one UZOVI; ``starts[i]`` is the first day of ``resolutions[i]``, the first one of all."""

    starts: tuple[date, ...]
    resolutions: tuple[Resolution, ...]

    def on(self, day: date) -> Resolution:
        return self.resolutions[self.place(day)]

    def place(self, day: date) -> int:
        """Which of the resolutions holds on a day."""
        return bisect_right(self.starts, day) - 1

    def span(self, place: int) -> tuple[date, date]:
        """The days on which one of them holds, both inclusive."""
        later = self.starts[place + 1 : place + 2]
        return self.starts[place], later[0] - _DAY if later else FOREVER
