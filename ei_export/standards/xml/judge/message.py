"""A message in XML judged as its receiver would: first its build, then the rules, then what its parts are together.

One mistake is one fault: an instance whose build is wrong is held to no rule, and where an amount can't be read the
total is not held against the sum.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import chain, groupby
from types import MappingProxyType
from typing import IO, Final

from stdnum.nl import bsn

from ....base.spool import SortedLines
from ...care import insurer_of
from ...fault import HIDDEN, Fault
from ...message import Message
from ...vocabulary import word
from ..reader import INFERRED, Flaw, Instance, instances
from ..tree import Node
from ..writing import INSURED, nodes
from .constraints import NOTHING, SOMETHING, ZERO, About, Breach, Check
from .rulebook import LINES, Rule, rules

_FLAWS: Final = {
    "missing": "GDS_ELEMENT_MISSING",
    "unknown": "GDS_ELEMENT_UNKNOWN",
    "order": "GDS_ELEMENT_ORDER",
    "twice": "GDS_ELEMENT_TWICE",
    "form": "GDS_ELEMENT_FORM",
    "text": "GDS_TEXT_BETWEEN",
    "place": "GDS_ELEMENT_ORDER_INFERRED",
    "name": "GDS_ELEMENT_NAME_INFERRED",
}
#: What is only other than we inferred.
OTHER_THAN_INFERRED: Final = tuple(_FLAWS[code] for code in INFERRED)
#: What a mask does with elements that don't tell who somebody is.
_OPEN: Final = ("no", "check")
#: Between the parts of what is remembered of a line.
_SEPARATOR: Final = "\x1f"
_DECLARATION, _SPECIFICATION, _INFORMATION = "01", "02", "03"


class XmlFile:
    """Judges one message. ``records`` counts its instances while its faults are found. ``today``: no message is sent on
    a later day; None = any day will do. ``environment``: ``P`` or ``T``, '' = either."""

    def __init__(self, message: Message, today: date | None, environment: str = "") -> None:
        self.records = 0
        self._message: Final = message
        self._insured: Final = nodes().insured
        self._today: Final = today
        self._environment: Final = environment
        #: None while there is no header that can be read: without it no rule can be looked at.
        self._about: About | None = None
        self._total: Instance | None = None
        self._cents: int | None = 0
        self._links: Final = SortedLines()
        #: Whether number times tariff was asked about; what was told of that rests on inference.
        self._asked = False
        self._told: Final[set[tuple[str, str, str]]] = set()
        self._checks: Final[dict[tuple[Node, str], Sequence[tuple[Rule, Check]]]] = {}

    def faults(self, file: IO[bytes]) -> Iterator[Fault]:
        """Everything that is wrong with a file that is open at its start. Raises InputError for what can't be read on,
        OSError."""
        for part, flaws in instances(file, self._message, self._message.name):
            yield from self._flaws(flaws)
            wrong = _wrong(flaws)
            if not part.number:
                continue
            if part.name == "Header" and not wrong:
                self._about = About(part, self._today, self._environment)
                self._checks.clear()
                if (found := part.get("Berichtversie")) != self._message.version:
                    yield self._says("VERIFY_VERSION", part, Breach("Berichtversie", found, self._message.version))
                    return
            elif part.name == "Overzicht":
                self._total = None if wrong else part
            for one, is_sure in _in_turn(part, wrong):
                self.records = one.number
                if not is_sure:
                    self._lose(one)
                elif self._about is not None:
                    yield from self._rules(one, self._about)
                    yield from self._remember(one)
        yield from self._together()

    def of_part(self, part: Instance, flaws: Sequence[Flaw]) -> Iterator[Fault]:
        """What is wrong in a part of a file whose header `faults` saw, but for what it is together with others."""
        yield from self._flaws(flaws)
        for one, is_sure in _in_turn(part, _wrong(flaws)):
            if is_sure and self._about is not None:
                yield from self._rules(one, self._about)

    def _rules(self, one: Instance, about: About) -> Iterator[Fault]:
        if one.name in LINES:
            about.enter(one)
        elif one.node is self._insured:
            born = one.get("Geboortedatum")
            about.born = born if born <= about.header.get("Verzenddatum") else ""  # else VC021 tells of it
        kind = one.node, about.list
        if (checks := self._checks.get(kind)) is None:
            checks = self._checks[kind] = _checks_of(one, about)
        for rule, check in checks:
            if (breach := check(one, about)) is not None:
                yield _broken(rule, one.number, breach)
        if one.name == "Verzekerde" and (number := one.get("BSN")) and bsn.checksum(number):
            yield self._says("VERIFY_BSN", one, Breach("BSN", number, "nnnnnnnnn (11-proef)"), "0435")

    # What lines are together.

    def _remember(self, one: Instance) -> Iterator[Fault]:
        """Keeps of an instance what others are held against, and tells what needs no other."""
        if one.node is self._insured:
            number = one.get("BSN") or f"{one.get('UzoviNummer')} {one.get('Verzekerdennummer')}"
            self._link("P", number, "", one)
        if self._message.code != "573" or one.name not in LINES:
            return
        is_debit = one.name == "DebetPrestatie"
        amount = one.get("DeclaratieBedragInclBtw" if is_debit else "ToegekendBedragInclBtwFinancieel")
        if self._cents is not None:
            self._cents += int(amount.replace(".", "")) * (1 if is_debit else -1)
        self._link("R", one.get("Referentienummer"), "D" if is_debit else "C", one)
        if related := one.get("GerelateerdReferentienummer"):
            self._link("R", related, "related", one)
        if (information := one.get("InformatieCode")) and (number := one.get("PrestatieKoppelnummer")):
            self._link("K", number, information, one)
        elif information in (_SPECIFICATION, _INFORMATION):
            self._link("K", "", information, one)
        if is_debit and not self._asked:
            yield from self._price(one)

    def _price(self, one: Instance) -> Iterator[Fault]:
        """Number times tariff: a message of products that have one price is one question."""
        tariff, calculated = (one.get(name) for name in ("TariefInclBtw", "BerekendBedragInclBtw"))
        units = one.get("Aantal")
        is_zero = ZERO in (tariff, calculated)  # VC030 and VC031 tell of that
        if self._about is None or is_zero or int(units) * Decimal(tariff) == Decimal(calculated):
            return
        self._asked = True
        expected = f"{units} × {tariff} = {int(units) * Decimal(tariff)}"
        breach = Breach(
            "BerekendBedragInclBtw", calculated, expected, code="VERIFY_NUMBER_TIMES_TARIFF", other="TariefInclBtw"
        )
        more = {"units": units, "insurer": insurer_of(self._about.receiver)}
        yield _broken(rules()["ownPrice"], one.number, breach, more)

    def _link(self, what: str, value: str, kind: str, one: Instance) -> None:
        self._links.add(_SEPARATOR.join((what, value, kind, str(one.number))))

    def _lose(self, one: Instance) -> None:
        """An instance that can't be judged may hold an amount."""
        if one.name in ("Prestatie", *LINES):
            self._cents = None

    def _together(self) -> Iterator[Fault]:
        if self._about is not None:
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
        total = self._total and self._total.first("TotaalDeclaratiebedragInclBtw")
        if self._message.code != "573" or self._total is None or total is None or self._cents is None:
            return
        sign = 1 if total.get("DebetCreditCode") == "D" else -1
        if sign * int(total.get("Bedrag").replace(".", "")) == self._cents:
            return
        found = f"{total.get('Bedrag')} {total.get('DebetCreditCode')}"
        cents, side = abs(self._cents), "C" if self._cents < 0 else "D"
        breach = Breach("Bedrag", found, f"{cents // 100}.{cents % 100:02} {side}")
        yield self._says("VERIFY_TOTAL", self._total, breach, *rules()["VC016"].return_codes)

    def _persons(self, same: list[int]) -> Iterator[Fault]:
        for number in sorted(same)[1:]:
            breach = Breach(INSURED, "2 ×", "1 ×", code="GDS_PERSON_TWICE")
            yield _broken(rules()["ownPerson"], number, breach)

    def _references(self, reference: str, linked: dict[str, list[int]]) -> Iterator[Fault]:
        """VC102, that a reference is given once, and that a line is credited once, by another."""
        own = sorted(chain(linked.get("D", []), linked.get("C", [])))
        related = sorted(linked.get("related", []))
        for number in own[1:]:
            breach = Breach("Referentienummer", "2 ×", "1 ×", code="GDS_REFERENCE_TWICE")
            yield _broken(rules()["ownReference"], number, breach)
        itself = set(related).intersection(linked.get("C", []))
        for number in related:
            credit = Breach("GerelateerdReferentienummer", SOMETHING, NOTHING)
            if number in itself:
                yield _broken(rules()["ownItself"], number, credit._replace(code="VERIFY_CREDIT_OF_ITSELF"))
            elif "D" in linked:
                yield _broken(rules()["VC102"], number, credit)
            elif number != related[0]:
                again = credit._replace(found=reference, expected="1 ×", code="VERIFY_CREDITED_TWICE")
                yield _broken(rules()["ownCredited"], number, again)

    def _specifications(self, number: str, linked: dict[str, list[int]]) -> Iterator[Fault]:
        """rc9642 and rc9643"""
        for kind in (_SPECIFICATION, _INFORMATION):
            for record in linked.get(kind, []):
                if not number or _DECLARATION not in linked:
                    expected = f"InformatieCode = {_DECLARATION}"
                    yield _broken(
                        rules()["rc9642"], record, Breach("PrestatieKoppelnummer", number or NOTHING, expected)
                    )
        if number and _SPECIFICATION in linked:
            for record in linked.get(_INFORMATION, []):
                yield _broken(rules()["rc9643"], record, Breach("InformatieCode", _INFORMATION, _SPECIFICATION))

    # In words.

    def _flaws(self, flaws: Sequence[Flaw]) -> Iterator[Fault]:
        """What is wrong with the build; what is only other than we inferred is told once."""
        for flaw in flaws:
            what = flaw.code, flaw.element, flaw.expected
            if flaw.code not in INFERRED or what not in self._told:
                yield self._flaw(flaw)
            if flaw.code in INFERRED:
                self._told.add(what)

    def _flaw(self, flaw: Flaw) -> Fault:
        found = HIDDEN if flaw.code == "form" and flaw.found != NOTHING and _is_personal(flaw.element) else flaw.found
        params = {"element_name": flaw.element}
        return Fault(_FLAWS[flaw.code], flaw.element, found, flaw.expected, params=params, record=flaw.record)

    def _says(self, code: str, one: Instance, breach: Breach, return_code: str = "") -> Fault:
        found = HIDDEN if _is_personal(breach.element) else breach.found
        params = {"element_name": breach.element}
        return Fault(code, breach.element, found, breach.expected, return_code, params, one.number)


def _in_turn(part: Instance, wrong: Container[int | None]) -> Iterator[tuple[Instance, bool]]:
    """What is in a part, each with whether it can be judged: its build is right, and that of the line it is in."""
    is_sure = True
    for one in part.walk():
        if one.name in LINES:
            is_sure = one.number not in wrong
        elif one.name == "Prestatie":
            is_sure = True
        yield one, is_sure and one.number not in wrong


def _wrong(flaws: Sequence[Flaw]) -> set[int | None]:
    """The instances whose build is wrong, and not only other than we inferred."""
    return {flaw.record for flaw in flaws if flaw.record and flaw.code not in INFERRED}


def _broken(rule: Rule, record: int, breach: Breach, more: Mapping[str, object] = MappingProxyType({})) -> Fault:
    """The fault of a breach, by its code, or by its shape: something is missing, may not be there, or is another;
    ``more`` is what else its words name."""
    if breach.found == NOTHING:
        code, found = "GDS_RULE_MISSING", NOTHING
    else:
        code = "GDS_RULE_NOT_ALLOWED" if breach.expected == NOTHING else "GDS_RULE_VALUE"
        found = HIDDEN if _is_personal(breach.element) else breach.found
    params = {"element_name": breach.element, "rule": rule.id, "class_": rule.class_, **more}
    if breach.other:
        params |= {"other": breach.other, "other_name": breach.other}
    return_code = rule.return_codes[breach.which] if rule.return_codes else ""
    return Fault(breach.code or code, breach.element, found, breach.expected, return_code, params, record)


def _checks_of(one: Instance, about: About) -> Sequence[tuple[Rule, Check]]:
    """What instances as this one, in lines of one performance list, are held to."""
    meant = (rule for rule in rules().values() if rule.node is one.node and rule.concerns(one, about))
    return [(rule, rule.check) for rule in meant if rule.check is not None]


@lru_cache(maxsize=1024)
def _is_personal(element: str) -> bool:
    return word("", element).masks not in _OPEN
