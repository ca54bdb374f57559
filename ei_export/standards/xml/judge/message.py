"""A message in XML judged as its receiver would: first its build, then the rules, then what its parts are together.

One mistake is one fault: an instance whose build is wrong is held to no rule, and where an amount can't be read the
total is not held against the sum.
"""

from collections.abc import Container, Iterator, Sequence
from datetime import date
from typing import IO, Final

from ....model.declaration import passes_11_test
from ...fault import Fault
from ...message import Message
from ..names import INSURED, LINES, PERFORMANCE
from ..reader import INFERRED, Flaw, Instance, instances
from ..tree import Node
from .constraints import About, Breach, Check
from .rulebook import Rule, rules
from .together import Together

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


class XmlFile:
    """Judges one message. ``records`` counts its instances while its faults are found. ``today``: no message is sent on
    a later day; None = any day will do. ``environment``: ``P`` or ``T``, '' = either."""

    def __init__(self, message: Message, today: date | None, environment: str = "") -> None:
        self.records = 0
        self._message: Final = message
        self._today: Final = today
        self._environment: Final = environment
        #: None while there is no header that can be read: without it no rule can be looked at.
        self._about: About | None = None
        self._together: Final = Together(is_declaration=message.code == "573")
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
                    yield Breach("Berichtversie", found, self._message.version).fault("VERIFY_VERSION", part.number)
                    return
            elif part.name == "Overzicht":
                self._together.total = None if wrong else part
            for one, is_sure in _in_turn(part, wrong):
                self.records = one.number
                if not is_sure:
                    self._together.lose(one)
                elif self._about is not None:
                    yield from self._rules(one, self._about)
                    yield from self._together.remember(one, self._about)
        if self._about is not None:
            yield from self._together.faults()

    def of_part(self, part: Instance, flaws: Sequence[Flaw]) -> Iterator[Fault]:
        """What is wrong in a part of a file whose header `faults` saw, but for what it is together with others."""
        yield from self._flaws(flaws)
        for one, is_sure in _in_turn(part, _wrong(flaws)):
            if is_sure and self._about is not None:
                yield from self._rules(one, self._about)

    def _rules(self, one: Instance, about: About) -> Iterator[Fault]:
        if one.name in LINES:
            about.enter(one)
        elif one.name == INSURED:
            born = one.get("Geboortedatum")
            about.born = born if born <= about.header.get("Verzenddatum") else ""  # else VC021 tells of it
        kind = one.node, about.list
        if (checks := self._checks.get(kind)) is None:
            checks = self._checks[kind] = _checks_of(one, about)
        for rule, check in checks:
            if (breach := check(one, about)) is not None:
                yield rule.fault(one.number, breach)
        if one.name == INSURED and (number := one.get("BSN")) and not passes_11_test(number):
            yield Breach("BSN", number, "nnnnnnnnn (11-proef)").fault("VERIFY_BSN", one.number, "0435")

    def _flaws(self, flaws: Sequence[Flaw]) -> Iterator[Fault]:
        """What is wrong with the build; what is only other than we inferred is told once."""
        for flaw in flaws:
            what = flaw.code, flaw.element, flaw.expected
            if flaw.code not in INFERRED or what not in self._told:
                yield _fault(flaw)
            if flaw.code in INFERRED:
                self._told.add(what)


def _fault(flaw: Flaw) -> Fault:
    code, params = _FLAWS[flaw.code], {"element_name": flaw.element}
    if flaw.code == "form":  # what is found is a value
        return Breach(flaw.element, flaw.found, flaw.expected).fault(code, flaw.record)
    return Fault(code, flaw.element, flaw.found, flaw.expected, params=params, record=flaw.record)


def _in_turn(part: Instance, wrong: Container[int | None]) -> Iterator[tuple[Instance, bool]]:
    """What is in a part, each with whether it can be judged: its build is right, and that of the line it is in."""
    is_sure = True
    for one in part.walk():
        if one.name in LINES:
            is_sure = one.number not in wrong
        elif one.name == PERFORMANCE:
            is_sure = True
        yield one, is_sure and one.number not in wrong


def _wrong(flaws: Sequence[Flaw]) -> set[int | None]:
    """The instances whose build is wrong, and not only other than we inferred."""
    return {flaw.record for flaw in flaws if flaw.record and flaw.code not in INFERRED}


def _checks_of(one: Instance, about: About) -> Sequence[tuple[Rule, Check]]:
    """What instances as this one, in lines of one performance list, are held to."""
    meant = (rule for rule in rules().values() if rule.node is one.node and rule.concerns(one, about))
    return [(rule, rule.check) for rule in meant if rule.check is not None]
