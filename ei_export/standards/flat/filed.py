"""PM304 of whatever program read for what is in it; where its elements stand is said in :mod:`.fragments`."""

from collections.abc import Iterator
from datetime import date
from typing import IO, Final

from ..contents import Content
from ..filed import FiledDeclaration, FiledLine, unreadable_line, who_is
from ..message import Message
from .fragments import CARE, PERSON, diagnosis_of
from .reader import contents

_HEADER, _PERSON, _LINE = "01", "02", "04"
_PROVIDERS: Final = {
    "0109": "service_bureau_agb",
    "0110": "provider_agb",
    "0111": "practice_agb",
    "0112": "institution_agb",
}


def read(file: IO[bytes], message: Message, name: str) -> FiledDeclaration:
    """The declaration in a file that is open at its start, and stays open while its lines are read. Raises InputError,
    with ``name``, where it doesn't begin with a header."""
    first = next(contents(file, message, name), None)
    if first is None or first.kind != _HEADER or not first.fits:
        raise unreadable_line(name, 1, "0101")
    return FiledDeclaration(
        standard=message.name,
        invoice=first.values["0116"],
        providers={column: agb for element, column in _PROVIDERS.items() if (agb := _filled(first, element))},
        test=first.values["0105"] == "T",
        read=lambda: _lines(file, message, name),
    )


def _lines(file: IO[bytes], message: Message, name: str) -> Iterator[FiledLine]:
    file.seek(0)
    person: Content | None = None
    for content in contents(file, message, name):
        if not content.fits:
            raise unreadable_line(name, content.number, f"{content.kind}01")
        if content.kind == _PERSON:
            person = content
        elif content.kind == _LINE:
            if person is None:
                raise unreadable_line(name, content.number, "0402")
            yield _line(content, person, name)


def _line(line: Content, person: Content, name: str) -> FiledLine:
    values = line.values
    uzovi = values["0404"]
    born = _filled(person, PERSON["birth_date"])[:4]
    return FiledLine(
        record=line.number,
        reference=values["0434"],
        previous=values["0435"],
        is_credit=values["0433"] == "C",
        who=who_is(
            values["0403"],
            values["0405"],
            uzovi,
            person.values[PERSON["patient_id"]] or f"{name}:{person.number}",
        ),
        patient_id=person.values[PERSON["patient_id"]],
        uzovi=uzovi,
        birth_year=int(born) if born.isascii() and born.isdigit() else None,
        sex=_filled(person, PERSON["sex"]),
        postcode=person.values[PERSON["postcode"]],
        day=_day(line, "0408", name),
        list=values["0409"],
        code=values["0410"],
        units=_number(line, "0411", name),
        cents=_number(line, "0432", name),
        diagnosis=diagnosis_of(values),
        indication=_filled(line, CARE["indication"]),
        therapist_agb=_filled(line, CARE["therapist_agb"]),
    )


def _filled(content: Content, element: str) -> str:
    """The text of an element of digits; '' for zeros."""
    text = content.values[element]
    return text if text.strip("0") else ""


def _number(line: Content, element: str, name: str) -> int:
    text = line.values[element]
    if not (text.isascii() and text.isdigit()):
        raise unreadable_line(name, line.number, element)
    return int(text)


def _day(line: Content, element: str, name: str) -> date:
    text = line.values[element]
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise unreadable_line(name, line.number, element) from None
