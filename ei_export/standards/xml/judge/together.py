"""What the lines and the persons of a message are together: totals, references, links between lines."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import chain, groupby
from typing import Final

from ....base.spool import SortedLines
from ...care import insurer_of
from ...fault import Fault
from ..names import DEBIT, DECLARATION, INFORMATION, INSURED, LINES, PERFORMANCE, SPECIFICATION
from ..reader import Instance
from .constraints import NOTHING, SOMETHING, ZERO, About, Breach
from .rulebook import rules

#: Between the parts of what is remembered of a line.
_SEPARATOR: Final = "\x1f"


class Together:
    """Remembers of the parts of one message what others are held against. ``total``: the part with the totals, once it
    has come and its build is right."""

    def __init__(self, *, is_declaration: bool) -> None:
        self.total: Instance | None = None
        self._is_declaration: Final = is_declaration
        #: Debit minus credit; None where an amount can't be read.
        self._cents: int | None = 0
        self._links: Final = SortedLines()
        #: Whether number times tariff was asked about; what was told of that rests on inference.
        self._asked = False

    def remember(self, one: Instance, about: About) -> Iterator[Fault]:
        """Keeps of an instance what others are held against, and tells what needs no other."""
        if not self._is_declaration:
            return
        if one.name == INSURED:
            number = one.get("BSN") or f"{one.get('UzoviNummer')} {one.get('Verzekerdennummer')}"
            self._link("P", number, "", one)
        if one.name not in LINES:
            return
        is_debit = one.name == DEBIT
        amount = one.get("DeclaratieBedragInclBtw" if is_debit else "ToegekendBedragInclBtwFinancieel")
        if self._cents is not None:
            self._cents += int(amount.replace(".", "")) * (1 if is_debit else -1)
        self._link("R", one.get("Referentienummer"), "D" if is_debit else "C", one)
        if related := one.get("GerelateerdReferentienummer"):
            self._link("R", related, "related", one)
        if (information := one.get("InformatieCode")) and (number := one.get("PrestatieKoppelnummer")):
            self._link("K", number, information, one)
        elif information in (SPECIFICATION, INFORMATION):
            self._link("K", "", information, one)
        if is_debit and not self._asked:
            yield from self._price(one, about)

    def lose(self, one: Instance) -> None:
        """An instance that can't be judged may hold an amount."""
        if one.name in (PERFORMANCE, *LINES):
            self._cents = None

    def _price(self, one: Instance, about: About) -> Iterator[Fault]:
        """Number times tariff: a message of products that have one price is one question."""
        tariff, calculated = (one.get(name) for name in ("TariefInclBtw", "BerekendBedragInclBtw"))
        units = one.get("Aantal")
        is_zero = ZERO in (tariff, calculated)  # VC030 and VC031 tell of that
        if is_zero or int(units) * Decimal(tariff) == Decimal(calculated):
            return
        self._asked = True
        expected = f"{units} × {tariff} = {int(units) * Decimal(tariff)}"
        breach = Breach(
            "BerekendBedragInclBtw", calculated, expected, code="VERIFY_NUMBER_TIMES_TARIFF", other="TariefInclBtw"
        )
        more = {"units": units, "insurer": insurer_of(about.receiver)}
        yield rules()["ownPrice"].fault(one.number, breach, **more)

    def _link(self, what: str, value: str, kind: str, one: Instance) -> None:
        self._links.add(_SEPARATOR.join((what, value, kind, str(one.number))))

    def faults(self) -> Iterator[Fault]:
        """What is wrong, now that all parts have come."""
        yield from self._check_total()
        for (what, value), lines in groupby((line.split(_SEPARATOR) for line in self._links), lambda line: line[:2]):
            linked: dict[str, list[int]] = {}
            for _, _, kind, number in lines:
                linked.setdefault(kind, []).append(int(number))
            match what:
                case "R":
                    yield from self._references(value, linked)
                case "P":
                    yield from self._persons(linked[""])
                case _:
                    yield from self._specifications(value, linked)
        self._links.close()

    def _check_total(self) -> Iterator[Fault]:
        """VC016"""
        total = self.total and self.total.first("TotaalDeclaratiebedragInclBtw")
        if not self._is_declaration or self.total is None or total is None or self._cents is None:
            return
        sign = 1 if total.get("DebetCreditCode") == "D" else -1
        if sign * int(total.get("Bedrag").replace(".", "")) == self._cents:
            return
        found = f"{total.get('Bedrag')} {total.get('DebetCreditCode')}"
        cents, side = abs(self._cents), "C" if self._cents < 0 else "D"
        breach = Breach("Bedrag", found, f"{cents // 100}.{cents % 100:02} {side}")
        yield breach.fault("VERIFY_TOTAL", self.total.number, *rules()["VC016"].return_codes)

    def _persons(self, same: list[int]) -> Iterator[Fault]:
        for number in sorted(same)[1:]:
            breach = Breach(INSURED, "2 ×", "1 ×", code="GDS_PERSON_TWICE")
            yield rules()["ownPerson"].fault(number, breach)

    def _references(self, reference: str, linked: dict[str, list[int]]) -> Iterator[Fault]:
        """VC102, that a reference is given once, and that a line is credited once, by another."""
        own = sorted(chain(linked.get("D", []), linked.get("C", [])))
        related = sorted(linked.get("related", []))
        for number in own[1:]:
            breach = Breach("Referentienummer", "2 ×", "1 ×", code="GDS_REFERENCE_TWICE")
            yield rules()["ownReference"].fault(number, breach)
        itself = set(related).intersection(linked.get("C", []))
        for number in related:
            credit = Breach("GerelateerdReferentienummer", SOMETHING, NOTHING)
            if number in itself:
                yield rules()["ownItself"].fault(number, credit._replace(code="VERIFY_CREDIT_OF_ITSELF"))
            elif "D" in linked:
                yield rules()["VC102"].fault(number, credit)
            elif number != related[0]:
                again = credit._replace(found=reference, expected="1 ×", code="VERIFY_CREDITED_TWICE")
                yield rules()["ownCredited"].fault(number, again)

    def _specifications(self, number: str, linked: dict[str, list[int]]) -> Iterator[Fault]:
        """rc9642 and rc9643"""
        for kind in (SPECIFICATION, INFORMATION):
            for record in linked.get(kind, []):
                if not number or DECLARATION not in linked:
                    expected = f"InformatieCode = {DECLARATION}"
                    yield rules()["rc9642"].fault(record, Breach("PrestatieKoppelnummer", number or NOTHING, expected))
        if number and SPECIFICATION in linked:
            for record in linked.get(INFORMATION, []):
                yield rules()["rc9643"].fault(record, Breach("InformatieCode", INFORMATION, SPECIFICATION))
