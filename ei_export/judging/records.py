"""Persons and care as a standard writes them, worked out once for all the rows that say the same."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Any, Final, NamedTuple
from zlib import crc32

from ..base.memo import Memo
from ..base.problems import Finding
from ..base.spool import UNIT
from ..declaring.numbers import provider
from ..intake.person import CARE_COLUMNS, PERSON_COLUMNS, care, person
from ..ledger.dossier import CORE
from ..model.appointment import Appointment
from ..model.declaration import Care, Performance, Person
from ..settings import Settings
from ..standards.fault import Fault
from ..standards.registry import standard_named
from ..standards.standard import Receiver, Standard

_PERSON: Final = tuple(column for column in PERSON_COLUMNS if column != "patient_id")
#: What the dossier keeps of every appointment is compared by itself.
_MARKED: Final = tuple(column for column in (*_PERSON, *CARE_COLUMNS) if column not in CORE)
#: Persons come many abreast (`judge.judge_patients`), and not again; of care there are few kinds.
_PERSONS: Final = 512
_CARES: Final = 4096
#: More standards than there will be.
_STANDARDS: Final = 64


class RenderedPerson(NamedTuple):
    """A person with what is wrong with them; ``record`` and ``key`` (`Standard.person` and `key`) are '' with an error.
    ``who`` as of `Person`, '' where there is none."""

    person: Person | None
    findings: Sequence[Finding]
    who: str = ""
    record: str = ""
    key: str = ""


class RenderedCare(NamedTuple):
    """Care with what is wrong with it; ``fragment`` is None with an error."""

    care: Care | None
    findings: Sequence[Finding]
    fragment: Any = None


class _Picker:
    """Picks the texts of some columns out of rows, wherever these have them."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = columns
        self._known: dict[int, tuple[Mapping[str, int], Callable[[Sequence[str]], tuple[str, ...]]]] = {}

    def texts(self, row: Appointment) -> tuple[str, ...]:
        """As they stand in the feed."""
        found = self._known.get(id(row.at))
        if found is None:
            pick = itemgetter(*(row.at[column] for column in self._columns))
            found = self._known[id(row.at)] = (row.at, pick)  # keeps ``at``, so that its id stays its own
        return found[1](row.cells)


class Marker:
    """Marks rows by the texts of person and care: the same mark for the same texts."""

    def __init__(self) -> None:
        self._texts = _Picker(_MARKED).texts

    def mark(self, row: Appointment) -> str:
        """8 characters; two rows that say something else have the same one once in four thousand million times."""
        return f"{crc32(UNIT.join(self._texts(row)).encode()):08x}"


class Renderer:
    """Renders in one standard, by the texts of the columns as they stand in the feed."""

    def __init__(self, standard: Standard, settings: Settings, today: date) -> None:
        self.standard = standard
        self._settings, self._severities = settings, settings.severities
        self._provider = provider(settings)
        self._today = today
        #: By the UZOVI number of their file, each with the person judged last and why they would be refused.
        self._receivers: dict[str, tuple[Receiver, str, Sequence[Fault]]] = {}
        self._persons = Memo(self._person, _PERSONS)
        #: The last one, by the same: rows of one patient follow each other, and comparing is quicker than hashing.
        self._last: tuple[tuple[str, tuple[str, ...]], RenderedPerson] = (("", ()), RenderedPerson(None, ()))
        self._cares = Memo(self._care, _CARES)
        self._who, self._what = _Picker(_PERSON).texts, _Picker(CARE_COLUMNS).texts

    def person(self, appointment: Appointment) -> RenderedPerson:
        key, (last, found) = (appointment.patient_id, self._who(appointment)), self._last
        if key != last:
            found = self._persons[key]
            self._last = key, found
        return found

    def care(self, appointment: Appointment) -> RenderedCare:
        return self._cares[self._what(appointment)]

    def _care(self, texts: tuple[str, ...]) -> RenderedCare:
        what, findings = care(dict(zip(CARE_COLUMNS, texts, strict=True)))
        return RenderedCare(None, findings) if what is None else self.rendered_care(what, findings)

    def rendered_care(self, what: Care, findings: Sequence[Finding] = ()) -> RenderedCare:
        """Care of which this was found already."""
        findings = [*findings, *self.standard.check_care(what)]
        if findings and self._severities.hold(findings):
            return RenderedCare(what, findings)
        return RenderedCare(what, findings, self.standard.care(what, self._settings.output))

    def _person(self, said: tuple[str, tuple[str, ...]]) -> RenderedPerson:
        patient_id, texts = said
        who, findings = person(dict(zip(PERSON_COLUMNS, (patient_id, *texts), strict=True)))
        return RenderedPerson(None, findings) if who is None else self.rendered_person(who, findings)

    def rendered_person(self, who: Person, findings: Sequence[Finding] = ()) -> RenderedPerson:
        """A person of whom this was found already."""
        who, more = self.standard.check_person(who)
        findings = [*findings, *more]
        if findings and self._severities.hold(findings):
            return RenderedPerson(who, findings, who.who)
        record = self.standard.person(who)
        return RenderedPerson(who, findings, who.who, record, self.standard.key(record))

    def check_line(self, who: Person, what: Care, performance: Performance, started: date | None) -> Sequence[Finding]:
        """What is wrong with a performance by itself, and with its person and care."""
        return self.standard.check_line(performance, who, what, started, self._provider)

    def refused(self, uzovi: str, person: str) -> Sequence[Fault]:
        """What the receiver of a file would refuse a person for."""
        receiver, last, found = self._receivers.get(uzovi) or self._receiver(uzovi)
        if person != last:
            found = _errors(receiver.person(person))
            self._receivers[uzovi] = receiver, person, found
        return found

    def refusal(self, uzovi: str, person: str, line: str, previous: str = "") -> Mapping[str, object] | None:
        """What the receiver of a file would refuse a line or its person for, as the messages about it say; the line,
        and ``previous``, as of `Receiver`."""
        found = self.refused(uzovi, person) or _errors(self._receivers[uzovi][0].line(line, previous))
        for fault in found:
            said = {"element": fault.element, "found": fault.found or "-", "expected": fault.expected or "-"}
            return {**said, "return_code": fault.return_code or "-"}
        return None

    def _receiver(self, uzovi: str) -> tuple[Receiver, str, Sequence[Fault]]:
        receiver = self.standard.receiver(self._provider, self._today, uzovi)
        found = self._receivers[uzovi] = receiver, "", ()
        return found


def _errors(faults: Iterable[Fault]) -> Sequence[Fault]:
    return [fault for fault in faults if fault.severity == "error"]


def renderers(settings: Settings, today: date) -> Memo[str, Renderer]:
    """Those of each standard, made when they are first asked for: loading one that nothing is written in takes time."""
    return Memo(lambda standard: Renderer(standard_named(standard), settings, today), _STANDARDS)
