"""A flat declaration file judged as its receiver would: record by record, and what they are together.

One mistake is one fault: what follows from it is not told again. A record of the wrong length is not cut any further,
and where a record can't be counted the trailer is not held against the count.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import IO, ClassVar, Final

from attrs import evolve

from ...fault import Fault
from ...message import Message, messages
from ..record import Layout, encoding
from . import counting
from .controls import controls
from .counting import Comments, Numbers, Tally
from .cut import INSIDE, LINE_END, NO_ENDS, NO_RECORD, runs
from .doubles import Doubles, PersonKeys
from .lines import Lines
from .parts import Part
from .relations import TODAY, Values

#: The order in which a record that says it is something else is compared with the kinds there are.
_KINDS: Final = ("02", "04", "99", "98")
#: The record of a debtor has no layout here: it may not go to an insurer.
_DEBTOR: Final = "03"
_PERSON: Final = b"02"
#: What is in a file once.
_HEADER: Final = "01"
_TRAILER: Final = "99"
#: What a comment may follow; '' = a record that could not be judged.
_COMMENTED: Final = ("02", _DEBTOR, "04", "98", "")
#: With as many elements wrong, a record is perhaps of another kind than it says.
_ANOTHER_KIND: Final = 3
#: What of the header other records are held against.
_OF_HEADER: Final = ("0108", "0117")


class _StopJudging(Exception):
    """Nothing more can be said of the file."""


class FlatFile:
    """Judges one declaration. ``records`` counts on while its faults are found. ``today``: no invoice is of a later
    day; None = any day will do."""

    _needs_persons: ClassVar[bool] = True

    def __init__(self, message: Message, today: date | None) -> None:
        self.records = 0
        self._message: Final = message
        self._layout: Final = Layout.load(message.layout)
        self._controls: Final = controls(message.layout)
        self._kind_ends: Final = self._layout["01"].elements[0].end
        self._numbers: Final = Numbers(self._layout["02"]["0202"].length)
        self._tally: Final = Tally()
        self._trailer: Values = {}
        #: Whether every record could be counted; whether a person came by; the record of the trailer.
        self._counted, self._opened, self._closed = True, False, 0
        #: What is said of the first record behind the trailer, unless header or trailer are doubled.
        self._behind: Fault | None = None
        self._doubled = False
        #: The last person, and whether all came in ascending order; the record of the last one, and the lines before.
        self._persons: Final = PersonKeys(self._layout)
        self._last_person, self._ascending = b"", True
        self._childless: tuple[int, int] | None = None
        #: The record before this one with its kind, if it was judged at length, and what was wrong with its line end.
        self._judged, self._trouble = (b"", ""), ""
        #: Whether the last detail record that was judged at length has a wrong number.
        self._misnumbered = False
        self._comments: Final = Comments(self._controls)
        self._about: Values = {TODAY: f"{today:%Y%m%d}"} if today else {}
        self._begin({})

    def faults(self, file: IO[bytes]) -> Iterator[Fault]:
        """Everything that is wrong with a file that is open at its start. Raises OSError."""
        length, before = self._layout.length, b""
        try:
            for run, trouble in runs(file, length):
                at = 0
                while at < len(run):
                    self.records += 1
                    if not trouble and len(run[at]) == length and (taken := self._accept(run, at)):
                        self.records += taken - 1
                        at += taken
                    else:
                        for fault in self._judge(run[at], before, trouble):
                            yield fault if fault.record else fault.at(self.records)
                        at += 1
                    self._trouble, before = trouble, run[at - 1]
        except _StopJudging:
            return
        yield from self._end(cut_off=bool(before) and not self._kind_of(before))
        seen_once = self._ascending and self._lines.ascending and not self._lines.credits
        if not seen_once and not self._numbers.broken:  # records that are in it twice were told of
            yield from Doubles(self._layout, self._controls, self._takes_part).find(file, self._closed)

    def _accept(self, run: Sequence[bytes], at: int) -> int:
        """Takes records from one on, a person or lines, with which nothing is wrong. How many; 0 says nothing of it."""
        return self._accepts_person(run[at]) or self._lines.accept(run, at)

    def _accepts_person(self, text: bytes) -> bool:
        """Takes a person with whom nothing is wrong; False says nothing about the record."""
        if not text.startswith(_PERSON + self._numbers.text) or self._closed or self._is_childless():
            return False
        if self._parts["02"].judge(text[self._kind_ends :].decode(encoding())):
            return False
        self._numbers.advance()
        self._begin_person(text, ())
        return True

    def _judge(self, text: bytes, before: bytes, trouble: str) -> Iterator[Fault]:
        if trouble == INSIDE or (trouble and trouble != self._trouble):  # other line ends everywhere are one mistake
            yield self._says(trouble, "8095", "-", "CR/LF")
        if trouble == NO_ENDS:
            raise _StopJudging
        if trouble == NO_RECORD:
            return
        record = text.decode(encoding())
        stated, kind = record[: self._kind_ends], ""
        is_cut = trouble == INSIDE and LINE_END in text
        if self.records == 1 and not is_cut:
            yield from self._judge_header(record)
            kind = "01"
        elif self.records == 1:
            self._counted = False
        elif is_cut:
            self._lose(stated)
        elif len(text) != self._layout.length:
            yield self._says("VERIFY_LENGTH", "0804", str(len(text)), str(self._layout.length))
            self._lose(stated)
        elif stated == _HEADER and self._kind(record) == _HEADER:
            yield self._says("VERIFY_HEADER_TWICE", "8199", stated, "1 ×")
            self._counted, self._doubled = False, True
        elif self._closed:
            self._counted, self._behind = False, self._behind or self._says_behind(stated)
            if stated == _TRAILER and not self._doubled:
                yield self._says("VERIFY_TRAILER_TWICE", "8200", stated, "1 ×")
                self._doubled = True
        elif text == before:
            yield self._says("VERIFY_TWICE", "0801", stated, "1 ×")
            self._counted, kind = False, stated
        else:
            kind = self._kind(record)
            yield from self._judge_kind(kind, stated)
            match kind:
                case "02":
                    yield from self._judge_person(record, text)
                case "03":
                    yield from self._judge_debtor(record)
                case "04":
                    yield from self._judge_line(record, text)
                case "98":
                    yield from self._judge_comment(record, before)
                case "99":
                    yield from self._judge_trailer(record)
        self._judged = text, kind

    # The records by kind.

    def _judge_header(self, record: str) -> Iterator[Fault]:
        """Record 01. Of another version, or as long as another message, nothing more can be said."""
        if len(record) != self._layout.length:
            for other in messages():
                if other.layout and len(record) == Layout.load(other.layout).length:
                    fault = self._controls["0102"].says("VERIFY_CODE", self._message.code, other.code)
                    yield evolve(fault, return_code="0010")
                    raise _StopJudging
            yield self._says("VERIFY_LENGTH", "0804", str(len(record)), str(self._layout.length))
            self._counted = False
            return
        for id, known in (("0103", self._message.version), ("0104", self._message.subversion)):
            if (found := self._controls[id].of(record)) != known:
                yield self._controls[id].says("VERIFY_VERSION", found, known)
                raise _StopJudging
        faults = self._parts["01"].judge(record[self._kind_ends :])
        yield from self._unexplained(record, faults)
        errors = [fault for fault in faults if fault.severity == "error"]
        doubtful = {id for fault in errors for id in (fault.element, fault.params.get("other"))}
        self._begin({id: self._controls[id].value(record) for id in _OF_HEADER if id not in doubtful})

    def _judge_kind(self, kind: str, stated: str) -> Iterator[Fault]:
        if not kind:
            yield self._says("VERIFY_KIND", "0002", stated, " | ".join(self._layout.records))
            self._lose("")
        elif kind != stated:
            yield self._controls[self._layout[kind].elements[0].id].says("VERIFY_KIND", stated, kind)

    def _judge_person(self, record: str, text: bytes) -> Iterator[Fault]:
        yield from self._childless_person()
        yield from self._judge_number(record, "0202")
        faults = self._parts["02"].judge(record[self._kind_ends :])
        yield from self._unexplained(record, faults)
        self._begin_person(text, [fault.element for fault in faults])

    def _begin_person(self, text: bytes, doubtful: Sequence[str]) -> None:
        self._lines.begin(text, doubtful)
        key = self._persons.of(text)
        self._ascending = self._ascending and key > self._last_person
        self._last_person = key
        self._opened, self._childless = True, (self.records, self._tally.lines)
        self._tally.persons += 1

    def _judge_debtor(self, record: str) -> Iterator[Fault]:
        if self._about.get("0108"):
            yield self._says("VERIFY_DEBTOR_RECORD", "8075", _DEBTOR, "-")
        yield from self._judge_number(record, "0202")
        self._tally.debtors += 1

    def _judge_line(self, record: str, text: bytes) -> Iterator[Fault]:
        wrong = list(self._judge_number(record, "0402"))
        if not self._opened:
            yield self._out_of_order("04", "02 | 99")
            return
        if wrong:
            yield from wrong
            self._lines.begin(b"")  # the record of the person may be what is missing
        yield from self._unexplained(record, list(self._lines.judge(text)))

    def _judge_comment(self, record: str, before: bytes) -> Iterator[Fault]:
        commented = self._kind_of(before)
        if commented not in _COMMENTED:
            yield self._out_of_order("98", "02 | 04 | 99")
            return
        if commented != "98":
            known = commented and not (self._misnumbered and before is self._judged[0])
            number = self._controls["0202"].of(before.decode(encoding())) if known else ""
            self._comments.begin(number, first=bool(commented))
        self._tally.comments += 1
        faults = self._parts["98"].judge(record[self._kind_ends :])
        yield from faults
        if faults:
            self._comments.skip()
        else:
            yield from self._comments.judge(record)

    def _judge_trailer(self, record: str) -> Iterator[Fault]:
        yield from self._childless_person()
        part, text = self._parts["99"], record[self._kind_ends :]
        faults = part.judge(text)
        yield from faults
        wrong = {fault.element for fault in faults}
        self._trailer = {id: value for id, value in part.values(text).items() if id not in wrong}
        self._close()

    # Between the records.

    def _end(self, *, cut_off: bool) -> Iterator[Fault]:
        """What can be said once everything was read; ``cut_off``: the last record couldn't be judged."""
        if self._behind is not None and not self._doubled:
            yield self._behind
        if not self._closed and not cut_off:
            yield from self._childless_person()
            yield self._says("VERIFY_NO_TRAILER", "8026", "-", "99")
        if not self._opened and self._needs_persons:
            yield self._says("VERIFY_NO_PERSON", "8026", "-", "02")
        if self._counted and not self._numbers.broken:
            yield from (fault if fault.record else fault.at(self._closed) for fault in self._totals())

    def _totals(self) -> Iterator[Fault]:
        wrong = list(counting.counts(self._trailer, self._tally, self._controls))
        yield from wrong
        if self._tally.sure and not any(fault.element == "9904" for fault in wrong):
            yield from counting.amount(self._trailer, self._tally.cents, self._controls)

    def _is_childless(self) -> bool:
        """Whether the last person has no line so far."""
        return self._childless is not None and self._childless[1] == self._tally.lines

    def _childless_person(self) -> Iterator[Fault]:
        if self._childless is not None and self._is_childless():
            yield self._says("VERIFY_PERSON_ALONE", "8026", "02", "04").at(self._childless[0])
            self._counted = False
        self._childless = None

    def _judge_number(self, record: str, element: str) -> Iterator[Fault]:
        """The running number of a detail record; that it is one at all, is for its control to say."""
        control = self._controls[element]
        raw = control.of(record)
        expected = self._number_expected(int(raw) if control.right(raw) else None)
        self._misnumbered = expected is not None
        if expected is not None:
            yield control.says("VERIFY_NUMBER", raw, expected)

    def _number_expected(self, found: int | None) -> str | None:
        """Takes the next number, None for none: what it should have been, if it can't be what was found."""
        expected = self._numbers.text.decode(encoding())
        if found is None:
            self._numbers.follows(-1)
            return None
        return None if self._numbers.follows(found) else expected

    def _says_behind(self, stated: str) -> Fault:
        return self._says("VERIFY_AFTER_TRAILER", "8026", stated, "-").at(self.records)

    def _close(self) -> None:
        self._closed = self.records
        self._lines.begin(b"")  # so that no more are accepted

    def _lose(self, kind: str) -> None:
        """A record that can't be judged, as far as its kind says what it was."""
        self._counted, self._childless = False, None
        if kind == "99":
            self._close()
        elif kind != "98":
            self._numbers.lose()
            self._opened = True
            if kind != "04":
                self._lines.begin(b"")

    def _kind(self, record: str) -> str:
        """The kind a record is: the one it says, unless it can't be and is another by all its elements; '' for none."""
        stated, text = record[: self._kind_ends], record[self._kind_ends :]
        own = self._parts.get(stated)
        if own is not None and (own.matches(text) or own.wrong_elements(text) < _ANOTHER_KIND):
            return stated
        for kind in _KINDS:
            if self._parts[kind].matches(text):
                return kind
        return stated if stated in (*self._parts, _DEBTOR) else ""

    def _kind_of(self, before: bytes) -> str:
        """The kind of the record before, as it was judged; '' = not known."""
        text, kind = self._judged
        return kind if text is before else before[: self._kind_ends].decode(encoding())

    def _begin(self, header: Values) -> None:
        """The header is known, as far as nothing is wrong with it: what follows is held against it."""
        self._about = about = {**self._about, **header}
        #: Every record but its kind.
        self._parts = {
            kind: Part(record.part(record.elements[1].id), self._layout.name, about)
            for kind, record in self._layout.records.items()
        }
        self._lines = Lines(self._layout, about, self._numbers, self._tally)

    def _unexplained(self, record: str, faults: Sequence[Fault]) -> Sequence[Fault]:
        """The faults of a record that nothing in it speaks of already."""
        return faults

    def _takes_part(self, record: str) -> bool:
        """Whether what a record holds may not be in another one too."""
        return self._kind(record) == self._layout.kind(record)

    def _says(self, code: str, return_code: str, found: str, expected: str) -> Fault:
        """A fault of a whole record, or of the file."""
        return Fault(code, "", found, expected, return_code)

    def _out_of_order(self, kind: str, expected: str) -> Fault:
        self._counted = False
        return self._says("VERIFY_ORDER", "8026", kind, expected)
