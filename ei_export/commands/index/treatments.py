"""How many treatments a line stands for.

Regular care: as many as its units, where its code is a treatment (``specs/index/performances.csv``). A product of
Zorg1: as many as its units where these are the real number, as with the ends of VGZ and CZ (manual §4.1.6); else one,
for the visit that the line is of. Where an insurer is told of no contacts in between (Menzis has fixed units, §4.1.4),
those that the ledger counted come with the end. That products count so, is inferred.
"""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Final

from attrs import field, frozen

from ...model.index_tables import IndexPerformance
from ...zorg1.agreements import ANY, Agreement, Agreements
from .care import Treatments

#: The lists of regular care (COD367), which ``specs/index/performances.csv`` is of.
_REGULAR: Final = ("012", "073")
_UNKNOWN: Final = Treatments(0, "unknown")


@frozen
class Counting:
    """Counts treatments by the agreements of the practice and the table of ``codes`` of regular care."""

    agreements: Agreements
    codes: Mapping[str, IndexPerformance]
    _told: dict[tuple[str, str, date], bool] = field(init=False, factory=dict, repr=False, eq=False)

    def own(self, insurer: str, declare_under: str, day: date, units: int, contacts: int) -> Treatments:
        """Of a line that this program declared; ``contacts``: how many come with it (see `takes_contacts`)."""
        product = self.agreements.find(insurer, declare_under, day)
        if product is None:
            return Treatments(1, is_sure=False, certainty="inferred")
        if product.units == "count":
            return Treatments(units)
        return Treatments(1 + contacts, certainty="inferred")

    def takes_contacts(self, insurer: str, declare_under: str, day: date) -> bool:
        """Whether the contacts that the ledger counted come with a line: nothing else that is declared tells of
        them."""
        product = self.agreements.find(insurer, declare_under, day)
        return (
            product is not None
            and product.moment in ("end", "profile")
            and product.units != "count"
            and not self._tells_contacts(product, day)
        )

    def filed(self, insurer: str, code: str, performance_list: str, day: date, units: int) -> Treatments:
        """Of a line in a file of whatever program, by the code that was sent."""
        products = [
            product for product in self._products.get((insurer, code, performance_list), ()) if product.covers(day)
        ]
        if any(product.units == "count" for product in products):
            return Treatments(units)
        if products:
            is_sure = all(self._tells_contacts(product, day) for product in products)
            return Treatments(1, is_sure=is_sure, certainty="inferred")
        if performance_list in _REGULAR and (found := self.codes.get(code)) is not None:
            if found.counts_as == "treatment":
                return Treatments(units, certainty=found.certainty)
            return Treatments(0, found.counts_as, certainty=found.certainty)
        if code[:1] == "F":
            return Treatments(1, is_sure=False, certainty="inferred")
        return _UNKNOWN

    @cached_property
    def _products(self) -> Mapping[tuple[str, str, str], list[Agreement]]:
        """The agreements that give a line, by insurer, the code that is sent and its list."""
        found: dict[tuple[str, str, str], list[Agreement]] = {}
        for product in self.agreements:
            if product.is_sent:
                found.setdefault((product.insurer, product.f_code, product.list), []).append(product)
        return found

    def _tells_contacts(self, product: Agreement, day: date) -> bool:
        """Whether an insurer is told of each contact of a program: by a line of its own, or by the units of the end."""
        key = product.insurer, product.program, day
        if key not in self._told:
            self._told[key] = any(
                other.units == "count" or (other.is_sent and other.moment in ("contact", "other"))
                for other in self.agreements
                if other.insurer == product.insurer and other.program in (product.program, ANY) and other.covers(day)
            )
        return self._told[key]
