"""PM305 3.2, the return message of PM304: what VECOZO or the insurer makes of a declaration.

The layout is ``specs/pm305-3.2.csv``. What comes back tells what it means (STB 6.4-6.8): only 01 and 99 with code 8001,
everything is granted; only 01 and 99 with other codes, the file is refused; all records, the good ones marked 8096,
VECOZO refused the file for some of its records; else only the records that the insurer refuses, with those they hang
below. Where every line is refused none is marked; it is VECOZO's if it says that the file is refused (the codes in 01),
and no insurer gave it a number (0181).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import IO, Final

from attrs import evolve

from ...base.problems import InputError
from ..answer import GOOD, GRANTED, Answer, AnswerKind, LineAnswer, is_fault
from ..contents import Content
from ..message import Message
from .reader import contents
from .record import Layout

_HEADER, _PERSON, _DEBTOR, _LINE, _COMMENT, _TRAILER = "01", "02", "03", "04", "98", "99"
#: What each count in the trailer counts.
_COUNTS: Final = {
    "9902": (_PERSON,),
    "9903": (_DEBTOR,),
    "9904": (_LINE,),
    "9905": (_COMMENT,),
    "9906": (_PERSON, _DEBTOR, _LINE, _COMMENT),
}
_PROVIDERS: Final = {
    "0109": "service_bureau_agb",
    "0110": "provider_agb",
    "0111": "practice_agb",
    "0112": "institution_agb",
}


def read(file: IO[bytes], message: Message, name: str) -> Answer:
    """The answer in a file that is open at its start. Reads it once, its lines again when they are asked for.

    Raises InputError, with ``name``, where it is no whole and well-formed message.
    """
    head: Mapping[str, str] = {}
    trailer: Mapping[str, str] = {}
    counts: Counter[str] = Counter()
    good = False
    remarks: list[str] = []
    for content in _contents(file, message, name):
        if content.kind == _COMMENT and counts.keys() <= {_HEADER, _COMMENT}:
            remarks.append(content.values["9804"])
        counts[content.kind] += 1
        if content.kind == _HEADER:
            head = content.values
        elif content.kind == _TRAILER:
            trailer = content.values
        elif content.kind == _LINE:
            good = good or GOOD in _codes(content)
    last = Content(sum(counts.values()), _TRAILER, trailer)
    for element, kinds in _COUNTS.items():
        if _number(last, element, name) != (counted := sum(counts[kind] for kind in kinds)):
            raise _malformed(name, last, element, trailer[element], str(counted))
    first = Content(1, _HEADER, head)
    codes = _codes(first)
    if not codes:
        raise _malformed(name, first, "0196", "", "COD954")
    lines = counts[_LINE]
    kind: AnswerKind = "refused" if good or not (lines or GRANTED in codes) else "answered"
    return Answer(
        standard=message.name,
        kind=kind,
        is_insurers=bool(head["0181"]) or not any(map(is_fault, codes)),
        invoice=head["0116"],
        providers={column: head[element] for element, column in _PROVIDERS.items() if head[element].strip("0")},
        test=head["0105"] == "T",
        dated=_day(first, "0182", name),
        codes=codes,
        declared_cents=_signed(last, "9907", "9908", name),
        granted_cents=_signed(last, "9909", "9910", name),
        lines=lines,
        read=lambda: _lines(file, message, name),
        remark=_joined(remarks),
    )


def _lines(file: IO[bytes], message: Message, name: str) -> Iterator[LineAnswer]:
    file.seek(0)
    person: tuple[str, ...] = ()
    of_person: list[str] = []
    of_line: list[str] = []
    line: LineAnswer | None = None
    for content in _contents(file, message, name):
        if content.kind == _COMMENT:  # stands right behind what it is on
            (of_person if line is None else of_line).append(content.values["9804"])
            continue
        if line is not None:
            yield evolve(line, remark=_joined(of_person + of_line))
            line = None
            of_line.clear()
        if content.kind == _PERSON:
            person = tuple(filter(is_fault, _codes(content)))
            of_person.clear()
        elif content.kind == _LINE:
            values = content.values
            line = LineAnswer(
                record=content.number,
                reference=values["0434"],
                debit_credit=values["0430"],
                calculated_cents=_cents(content, "0481", name),
                granted_cents=_cents(content, "0483", name),
                granted_debit_credit=values["0484"],
                codes=tuple(dict.fromkeys((*_codes(content), *person))),
            )


def _joined(texts: Sequence[str]) -> str:
    """The lines of a comment as one text."""
    return " ".join(filter(None, map(str.strip, texts)))


def _contents(file: IO[bytes], message: Message, name: str) -> Iterator[Content]:
    """The records, each where it may stand. Raises InputError."""
    before = ""
    content = Content(0, "", {})
    for content in contents(file, message, name):
        kind = content.kind
        if not content.fits:
            length = Layout.load(message.layout).length
            if len(content.text) != length:
                params = {"found": len(content.text), "expected": length}
                raise InputError("RETURN_LENGTH", file=name, record=content.number, **params)
            raise _malformed(name, content, f"{_HEADER}01", kind, f"{_HEADER}, {_PERSON}, {_LINE}, {_TRAILER}")
        first = kind == _HEADER
        if first is bool(before) or before == _TRAILER or (kind == _LINE and before == _HEADER):
            raise _malformed(name, content, f"{kind}01", kind, f"{_HEADER}, {_PERSON}, {_LINE}, {_TRAILER}")
        if kind == _HEADER:
            for element, expected in (("0103", message.version), ("0104", message.subversion)):
                if content.values[element] != expected:
                    raise _malformed(name, content, element, content.values[element], expected)
        before = kind
        yield content
    if before != _TRAILER:
        raise _malformed(name, content, "9901", before, _TRAILER)


def _codes(content: Content) -> tuple[str, ...]:
    """The return codes of a record, in order."""
    return tuple(filter(None, (content.values[f"{content.kind}{place}"] for place in ("96", "97", "98"))))


def _number(content: Content, element: str, name: str) -> int:
    text = content.values[element]
    if not (text.isascii() and text.isdigit()):
        raise _malformed(name, content, element, "", "0-9")
    return int(text)


#: Amounts are in cents.
_cents = _number


def _signed(content: Content, amount: str, debit_credit: str, name: str) -> int:
    """An amount with the D/C behind it; negative is C."""
    cents, sign = _number(content, amount, name), content.values[debit_credit]
    if sign not in ("D", "C"):
        raise _malformed(name, content, debit_credit, "", "D | C")
    return cents if sign == "D" else -cents


def _day(content: Content, element: str, name: str) -> date | None:
    text = content.values[element]
    if not text.strip("0"):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise _malformed(name, content, element, "", "EEJJMMDD") from None


def _malformed(name: str, content: Content, element: str, found: str, expected: str) -> InputError:
    """``found`` nothing that may be private."""
    params = {"file": name, "record": content.number, "element": element, "found": found, "expected": expected}
    return InputError("RETURN_MALFORMED", **params)
