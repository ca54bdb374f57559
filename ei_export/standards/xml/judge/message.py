"""A message in XML judged as its receiver would: first its build, then the rules, then what its parts are together.

One mistake is one fault: an instance whose build is wrong is held to no rule, and where an amount can't be read the
total is not held against the sum.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import IO, Final

from ....model.declaration import passes_11_test
from ...fault import Fault
from ...message import Message
from ..names import INSURED, LINES, OWN_REFERENCE
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
#: As many lines are remembered.
_REMEMBERED: Final = 10_000
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
        #: What lines say that were right lately (`_said`).
        self._right: Final[set[int | None]] = set()
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
                self._right.clear()
                if (found := part.get("Berichtversie")) != self._message.version:
                    yield Breach("Berichtversie", found, self._message.version).fault("VERIFY_VERSION", part.number)
                    return
            elif part.name == "Overzicht":
                self._together.total = None if wrong else part
            yield from self._judge(part, wrong, self._together)
        if self._about is not None:
            yield from self._together.faults()

    def of_part(self, part: Instance, flaws: Sequence[Flaw]) -> Iterator[Fault]:
        """What is wrong in a part of a file whose header `faults` saw, but for what it is together with others."""
        yield from self._flaws(flaws)
        yield from self._judge(part, _wrong(flaws))

    @property
    def born(self) -> str:
        """When the person of the last part was born, '' where that isn't known."""
        return self._about.born if self._about is not None else ""

    def _judge(self, part: Instance, wrong: frozenset[int | None], together: Together | None = None) -> Iterator[Fault]:
        """What is wrong by the rules in a part, in which the build of some instances is ``wrong``."""
        following = [part]
        while following:
            one = following.pop()
            if one.name in LINES:
                yield from self._judge_line(one, wrong, together)
            else:
                yield from self._judge_one(one, one.number not in wrong, together)
                following += reversed(one.inside)

    def _judge_line(self, line: Instance, wrong: frozenset[int | None], together: Together | None) -> Iterator[Fault]:
        """A line with all in it. Lines say the same again and again: one that says what was right lately, is right."""
        said = _said(line) if not wrong else None
        if said in self._right and line.get("Begindatum") >= self.born:
            self.records = line.last_number
            if together is not None and self._about is not None:
                yield from together.remember(line, self._about)
            return
        is_right = said is not None and self._about is not None
        for one in line.walk():
            is_sure = line.number not in wrong and one.number not in wrong
            for fault in self._judge_one(one, is_sure, together):
                is_right = False
                yield fault
        if is_right:
            if len(self._right) >= _REMEMBERED:
                self._right.clear()
            self._right.add(said)

    def _judge_one(self, one: Instance, is_sure: bool, together: Together | None) -> Iterator[Fault]:
        self.records = one.number
        if self._about is not None and is_sure:
            yield from self._rules(one, self._about)
        if together is not None and not is_sure:
            together.lose(one)
        elif together is not None and self._about is not None:
            yield from together.remember(one, self._about)

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


def _said(line: Instance) -> int:
    """What tells one line from another but for its reference, of which no rule speaks. All that a line is held against
    of its person is the day that they were born (``ownBirth``)."""
    said: list[object] = [LINES.index(line.name), len(line.texts)]
    said += [text for name, text in line.texts.items() if name != OWN_REFERENCE]
    said += line.texts
    for one in line.walk():
        if one is not line:
            said.append(one.node)
            said += one.texts
            said += one.texts.values()
    return hash(tuple(said))


def _wrong(flaws: Sequence[Flaw]) -> frozenset[int | None]:
    """The instances whose build is wrong, and not only other than we inferred."""
    return frozenset(flaw.record for flaw in flaws if flaw.record and flaw.code not in INFERRED)


def _checks_of(one: Instance, about: About) -> Sequence[tuple[Rule, Check]]:
    """What instances as this one, in lines of one performance list, are held to."""
    meant = (rule for rule in rules().values() if rule.node is one.node and rule.concerns(one, about))
    return [(rule, rule.check) for rule in meant if rule.check is not None]
