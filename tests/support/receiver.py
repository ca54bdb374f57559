"""A small VECOZO and a small insurer: they take PM304 files apart and answer in PM305, by the layout tables alone.

Nothing of the program's own writer or reader is used. What a receiver would refuse for its form fails the test.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from attrs import define, evolve, field, frozen

from ei_export.standards.flat.record import Layout

SENT: Final = Layout.load("pm304-3.2")
BACK: Final = Layout.load("pm305-3.2")
ENCODING: Final = "iso-8859-1"
#: What may be different in a credit (STB 5.4.8).
OWN_TO_A_CREDIT: Final = frozenset({"0402", "0430", "0432", "0433", "0434", "0435"})

Values = dict[str, str]


@frozen
class Record:
    """A record as it came, and its elements without the blanks around them."""

    kind: str
    text: str
    values: Mapping[str, str]

    @property
    def reference(self) -> str:
        return self.values["0434"]

    @property
    def cents(self) -> int:
        """What is claimed, a credit as a negative amount."""
        return int(self.values["0432"]) * (1 if self.values["0430"] == "D" else -1)

    @property
    def is_credit(self) -> bool:
        return self.values["0430"] == "C"


@frozen
class Message:
    """A declaration: its records in order, each performance with its person."""

    header: Record
    lines: Sequence[tuple[Record, Record]]
    trailer: Record

    @property
    def invoice(self) -> str:
        return self.header.values["0116"]

    @property
    def cents(self) -> int:
        return sum(line.cents for _, line in self.lines)


def take_apart(content: bytes) -> Message:
    """A PM304 file; everything a receiver checks of its form is asserted."""
    assert content.endswith(b"\r\n")
    records = [_record(text) for text in content.decode(ENCODING).split("\r\n")[:-1]]
    header, *details, trailer = records
    assert [header.kind, trailer.kind] == ["01", "99"]
    lines: list[tuple[Record, Record]] = []
    persons: list[Record] = []
    for number, record in enumerate(details, 1):
        assert record.kind in ("02", "04")
        assert int(record.values[f"{record.kind}02"]) == number
        if record.kind == "02":
            persons.append(record)
            continue
        person = persons[-1]
        for own, of_person in (("0403", "0203"), ("0404", "0204"), ("0405", "0205")):
            assert record.values[own] == person.values[of_person], f"{own} is not that of its person"
        assert record.values["0430"] == record.values["0433"]
        assert bool(record.values["0435"]) is record.is_credit
        lines.append((person, record))
    keys = [(p.values["0203"], p.values["0204"], p.values["0205"]) for p in persons]
    insured = [bsn if bsn != "999999999" else number for bsn, _, number in keys]
    assert len(set(insured)) == len(insured), "one insured person, two records"
    assert {line[0].text for line in lines} == {person.text for person in persons}, "a person without a line"
    assert len({line.reference for _, line in lines}) == len(lines)
    counts = {"9902": len(persons), "9903": 0, "9904": len(lines), "9905": 0, "9906": len(details)}
    for element, count in counts.items():
        assert int(trailer.values[element]) == count
    message = Message(header, lines, trailer)
    assert int(trailer.values["9907"]) == abs(message.cents)
    assert trailer.values["9908"] == ("C" if message.cents < 0 else "D")
    return message


def _record(text: str) -> Record:
    record = SENT[SENT.kind(text)]
    return Record(record.kind, text, {id: raw.rstrip(" ") for id, raw in record.unpack(text).items()})


# Answers -------------------------------------------------------------------------------------------


@frozen
class Verdict:
    """On one line: what is granted of it in cents, its return codes, and the lines of what is written with it."""

    granted: int
    codes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def file_level(message: Message, *codes: str) -> bytes:
    """The file as such: only 01 and 99, with return codes in 01. 8001 grants everything."""
    granted = message.cents if codes == ("8001",) else 0
    return _file([_header(message, codes), _trailer(message, [], granted)])


def by_vecozo(message: Message, faulty: Mapping[str, str]) -> bytes:
    """One wrong record, and the whole file comes back; what is good is marked 8096. ``faulty``: a code by reference of
    a line, or by BSN of a person."""
    verdicts = {line.reference: Verdict(0, (faulty.get(line.reference, "8096"),)) for _, line in message.lines}
    persons = {person.values["0203"]: faulty.get(person.values["0203"], "0200") for person, _ in message.lines}
    return _answer(message, message.lines, verdicts, persons, ("8097",), insurer="")


def by_insurer(message: Message, verdicts: Mapping[str, Verdict], persons: Mapping[str, str] = {}) -> bytes:
    """Line by line: only what is not granted in full comes back, below its person. ``persons``: the code of those that
    are refused with all their lines, by BSN."""
    verdicts = dict(verdicts)
    for person, line in message.lines:
        if person.values["0203"] in persons:
            verdicts[line.reference] = Verdict(0, ("8002",))
    named = [(person, line) for person, line in message.lines if line.reference in verdicts]
    if not named:
        return file_level(message, "8001")
    return _answer(message, named, verdicts, persons, ("0200",), insurer="V-1")


def _answer(
    message: Message,
    named: Sequence[tuple[Record, Record]],
    verdicts: Mapping[str, Verdict],
    persons: Mapping[str, str],
    codes: Sequence[str],
    *,
    insurer: str,
) -> bytes:
    records: list[str] = []
    last = None
    for person, line in named:
        if person is not last:
            records.append(person.text + BACK["02"].part("0296").pack({"0296": persons.get(person.values["0203"], "")}))
            last = person
        verdict = verdicts[line.reference]
        side = line.values["0430"]
        more: dict[str, str | int] = {"0481": verdict.granted, "0482": side, "0483": verdict.granted, "0484": side}
        more |= dict(zip(("0496", "0497", "0498"), verdict.codes, strict=False))
        records.append(line.text + BACK["04"].part("0481").pack(more))
        comment = {"9801": "98", "9802": line.values["0402"]}
        records += [BACK["98"].pack({**comment, "9803": n, "9804": text}) for n, text in enumerate(verdict.remarks, 1)]
    granted = 0
    if insurer:
        refused = sum(_signed(line, int(line.values["0432"]) - verdicts[line.reference].granted) for _, line in named)
        granted = message.cents - refused
    return _file([_header(message, codes, insurer), *records, _trailer(message, records, granted)])


def _signed(line: Record, cents: int) -> int:
    return -cents if line.is_credit else cents


def _header(message: Message, codes: Sequence[str], insurer: str = "") -> str:
    more: dict[str, str | int] = {"0181": insurer, "0182": message.header.values["0117"]}
    more |= dict(zip(("0196", "0197", "0198"), codes, strict=False))
    changed = {**message.header.values, "0102": "108"}
    return SENT["01"].pack(changed) + BACK["01"].part("0181").pack(more)


def _trailer(message: Message, records: Iterable[str], granted: int) -> str:
    kinds = [BACK.kind(record) for record in records]
    return BACK["99"].pack(
        {
            "9902": kinds.count("02"),
            "9904": kinds.count("04"),
            "9905": kinds.count("98"),
            "9906": len(kinds),
            "9907": abs(message.cents),
            "9908": "C" if message.cents < 0 else "D",
            "9909": abs(granted),
            "9910": "C" if granted < 0 else "D",
        }
    )


def _file(records: Sequence[str]) -> bytes:
    assert {len(record) for record in records} == {BACK.length}
    return "".join(f"{record}\r\n" for record in records).encode(ENCODING)


# Books ---------------------------------------------------------------------------------------------


@define
class Books:
    """What the receivers know of what came in before, and what they owe."""

    #: Every debit that was judged: its record and what was granted of it.
    debits: dict[str, tuple[Record, int]] = field(factory=dict)
    credited: set[str] = field(factory=set)
    invoices: set[str] = field(factory=set)
    references: set[str] = field(factory=set)
    paid: int = 0
    declared: int = 0
    taken_back: int = 0

    def receive(self, content: bytes) -> Message:
        """Takes a file in; every file counts as declared, whatever comes of it."""
        message = take_apart(content)
        assert message.invoice not in self.invoices, "an invoice number twice"
        self.invoices.add(message.invoice)
        for _, line in message.lines:
            assert line.reference not in self.references, "a reference twice"
            self.references.add(line.reference)
            if line.is_credit:
                self.taken_back += int(line.values["0432"])
            else:
                self.declared += line.cents
        return message

    def judge(self, message: Message, wishes: Mapping[str, Verdict]) -> dict[str, Verdict]:
        """What an insurer decides: as ``wishes`` say by reference, but for what it may not grant. Writes it down;
        returns the verdicts on the lines that are not granted in full."""
        verdicts: dict[str, Verdict] = {}
        for _, line in sorted(message.lines, key=lambda pair: not pair[1].is_credit):
            claimed = int(line.values["0432"])
            verdict = self._refusal(message, line) or wishes.get(line.reference) or Verdict(claimed)
            granted = min(verdict.granted, claimed)
            if line.is_credit:
                granted = claimed if granted else 0  # whole lines only
                if granted:
                    self.credited.add(line.values["0435"])
            else:
                self.debits[line.reference] = (line, granted)
            self.paid += _signed(line, granted)
            if granted != claimed or verdict.codes:
                verdicts[line.reference] = evolve(verdict, granted=granted)
        return verdicts

    def _refusal(self, message: Message, line: Record) -> Verdict | None:
        if line.is_credit:
            return self._refused_credit(message, line)
        same = ("0403", "0408", "0409", "0410")
        for reference, (other, granted) in self.debits.items():
            alike = all(other.values[element] == line.values[element] for element in same)
            if alike and granted and reference not in self.credited:
                return Verdict(0, ("0587",))
        return None

    def _refused_credit(self, message: Message, line: Record) -> Verdict | None:
        previous = line.values["0435"]
        assert previous not in {other.reference for _, other in message.lines}, "8062: debit and credit in one file"
        if previous not in self.debits:
            return None if previous in self.references else Verdict(0, ("8017",))
        debit, granted = self.debits[previous]
        if not granted:
            return Verdict(0, ("8017",))
        if previous in self.credited:
            return Verdict(0, ("8084",))
        for element, value in debit.values.items():
            assert element in OWN_TO_A_CREDIT or line.values[element] == value, f"the credit differs in {element}"
        assert int(line.values["0432"]) in (granted, int(debit.values["0432"]))
        return None

    def live(self) -> dict[str, int]:
        """The debits that are granted and not credited, each with what was granted."""
        return {
            reference: granted
            for reference, (_, granted) in self.debits.items()
            if granted and reference not in self.credited
        }
