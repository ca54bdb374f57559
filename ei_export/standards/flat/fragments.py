"""Persons and lines of PM304 as text, and read back from it. A person's record and a performance's record are prepared
without their running number and reference, and so the ledger keeps them; :mod:`.writing` puts them in a file.
Everything is checked before (see :mod:`.checking`), so that preparing is one template a record.

Where a column of a person or of care stands, is said here once. The layout is ``specs/pm304-3.2.csv``; what no official
text settled is in ``specs/inferred.csv``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache, lru_cache
from operator import attrgetter, itemgetter
from typing import IO, Any, Final

from attrs import frozen

from ...model.codelists import DCSPH, choice
from ...model.declaration import Care, Performance, Person
from ..standard import SentPart
from .record import Layout, Record, Template, as_int, encoding

#: Where the columns of a person stand in record 02.
PERSON: Final = {
    "bsn": "0203",
    "uzovi": "0204",
    "insured_number": "0205",
    "patient_id": "0206",
    "birth_date": "0207",
    "sex": "0208",
    "name": "0210",
    "prefix": "0211",
    "partner_name": "0213",
    "partner_prefix": "0214",
    "initials": "0215",
    "name_use": "0216",
    "postcode": "0217",
    "foreign_postcode": "0218",
    "house_number": "0219",
    "house_number_suffix": "0220",
    "country": "0221",
}
#: Where those of care stand in record 04, but for the authorization number and the diagnosis.
CARE: Final = {
    "accident": "0412",
    "indication": "0421",
    "therapist_agb": "0422",
    "therapist_specialism": "0423",
    "referral_date": "0424",
    "referrer_agb": "0425",
    "referrer_specialism": "0426",
}
AUTHORIZATION: Final = "0406"
#: The diagnosis, and the list before it that says it is one (see `care_fragment`).
_DIAGNOSES: Final = (("0413", "0414"), ("0417", "0418"))
#: What of a name says that the person has a partner (COD829), and that the name is their own.
_PARTNER_CODE, _OWN_NAME = "0212", {"0209": 1}


class _Records:
    """The records of PM304 and parts of them, with templates of those that are written often."""

    def __init__(self, layout: Layout) -> None:
        self.layout: Final = layout
        line = layout["04"]
        self.person: Final = layout["02"].part("0203")
        #: A line before and behind its reference number.
        self.head, self.tail = line.part("0403", "0433"), line.part("0435")
        self.no_previous: Final = self.tail.pack({})
        self.care: Final = line.part("0412", "0427")
        partner = {_PARTNER_CODE: lambda name: 2 if name else 0}
        self.of_person: Final = _Columns(self.person, [*PERSON.items(), ("partner_name", _PARTNER_CODE)], partner)
        self.of_care: Final = _Columns(self.care, CARE.items())
        self.fill_person: Final = Template(self.person, _OWN_NAME, self.of_person.elements).fill
        self.key_length: Final = line.part("0403", "0405").length
        before = line.part(AUTHORIZATION, "0411").template({"0407": 1}, (AUTHORIZATION, "0408", "0409", "0410", "0411"))
        amounts = line.part("0428", "0433").template({}, ("0428", "0429", "0430", "0432", "0433"))
        #: A debit behind its key.
        self.debit: Final = f"{before}%s{amounts}"


@cache
def records() -> _Records:
    """Raises SettingsError where the layout can't be read."""
    return _Records(Layout.load("pm304-3.2"))


# Written -------------------------------------------------------------------------------------------


def person_fragment(person: Person) -> str:
    """Record 02 behind its running number, of a person as `check_person` gives them back.

    Raises ValueError, naming the element, for a person who does not fit.
    """
    known = records()
    values, at = known.of_person.values(person), known.of_person.at
    if not person.partner_name:
        values[at[PERSON["partner_prefix"]]] = ""
    values[at[PERSON["postcode" if person.country else "foreign_postcode"]]] = ""
    return known.fill_person(values)


def same_person(one: str, other: str) -> bool:
    """Whether two records 02, as `person_fragment` gives them, say the same but for the practice's patient number."""
    record = records().person
    first, second = record.unpack(one), record.unpack(other)
    return all(first[element] == second[element] for element in first if element != "0206")


def key_fragment(person: str) -> str:
    """What record 04 repeats of its person (`person_fragment`): 0403-0405, as 0203-0205 have it."""
    return person[: records().key_length]


@frozen
class Pm304Care:
    """What record 04 holds of the care given, as text: the authorization number (0406), and 0412-0427."""

    authorization_number: str
    rest: str


def care_fragment(care: Care, diagnosis_element: str = "") -> Pm304Care:
    """The part of record 04 that lines of one course of treatment share. Raises ValueError, naming the element.

    ``diagnosis_element``: where the DCSPH code goes, 0414 or 0418, '' = as the specs say; the element before it names
    the list.
    """
    known = records().of_care
    values = dict(zip(known.elements, known.values(care), strict=True))
    if care.referrer_agb:  # said only where the code of the referrer is not known
        values[CARE["referrer_specialism"]] = 0
    element = ""
    if care.diagnosis:
        element = diagnosis_element or choice("diagnosis_element")
        values[element] = as_int(care.diagnosis)
    return Pm304Care(care.authorization_number, _fill_care(element, values))


def _fill_care(diagnosis_element: str, values: Mapping[str, str | int]) -> str:
    template = _care_template(diagnosis_element)
    return template.fill([values[element] for element in template.free])


@cache
def _care_template(diagnosis_element: str) -> Template:
    """With a place for the diagnosis, and the code of its list in the element before it; '' for no diagnosis."""
    list_elements = {element: DCSPH for element, diagnosis in _DIAGNOSES if diagnosis == diagnosis_element}
    free = {*CARE.values(), *filter(None, [diagnosis_element])}
    return Template(records().care, list_elements, tuple(sorted(free)))


def line_fragment(key: str, care: Pm304Care, performance: Performance, started: date | None = None) -> str:
    """A debit before its reference number (0403-0433), without the running number; ``started`` is nowhere in it.

    ``key`` and ``care`` as `key_fragment` and `care_fragment` give them, '' for what is behind the key; ``performance``
    one that `checking.check_line` passed. Raises ValueError for what does not fit.
    """
    known = records()
    rest = known.debit % (
        care.authorization_number,
        digits(performance.date),
        as_int(performance.list),
        performance.code,
        performance.units,
        care.rest,
        performance.tariff_cents,
        performance.calculated_cents,
        "D",
        performance.claimed_cents,
        "D",
    )
    if len(rest) != (length := known.head.length - known.key_length):
        raise ValueError(f"a performance of {length} characters takes {len(rest)}; see check_line")
    return key + rest


def tail_fragment(previous: str) -> str:
    """Record 04 behind its reference number (0435-0480). ``previous``: the reference of the line that is credited, or
    ''."""
    return records().tail.pack({"0435": previous}) if previous else records().no_previous


class _Columns:
    """Columns of a person or of care, and the elements that they go in, in the order of the record. ``takes``: what an
    element makes of its column, where that is more than text or a number."""

    def __init__(
        self,
        record: Record,
        columns: Iterable[tuple[str, str]],
        takes: Mapping[str, Callable[[Any], str | int]] = {},  # nothing is added to it
    ) -> None:
        places = sorted(columns, key=itemgetter(1))
        self.elements: Final = tuple(element for _, element in places)
        #: Where an element is among the values.
        self.at: Final = {element: at for at, element in enumerate(self.elements)}
        self._texts: Final = attrgetter(*(column for column, _ in places))
        numbers = {id: _number for id in self.elements if record[id].type == "N"}
        self._takes: Final = [(self.at[id], take) for id, take in {**numbers, **takes}.items()]

    def values(self, of: Person | Care) -> list[str | int]:
        """What the elements hold of it. Raises ValueError, which never shows it, for text that should be digits."""
        values = [*self._texts(of)]
        for at, take in self._takes:
            values[at] = take(values[at])
        return values


def _number(value: str | date | int | None) -> int:
    """What an element of digits takes."""
    if isinstance(value, str):  # most are
        return as_int(value)
    return value if isinstance(value, int) else digits(value) if value else 0


@lru_cache(maxsize=4096)
def digits(day: date) -> int:
    """EEJJMMDD"""
    return day.year * 10_000 + day.month * 100 + day.day


# Read back -----------------------------------------------------------------------------------------


def read_person(record: str) -> Person:
    """The person of a record 02 (`person_fragment`), as far as it was sent."""
    found = _bare(records().person.unpack(record))
    values: dict[str, Any] = {column: found[element] for column, element in PERSON.items()}
    return Person(**values | {"birth_date": _day(values["birth_date"]), "house_number": int(values["house_number"])})


def read_care(head: str) -> Care:
    """The care of a record 04 (`line_fragment`), as far as it was sent. A number of zeros is empty."""
    found = _bare(records().head.unpack(head))
    values: dict[str, Any] = {column: found[element] for column, element in CARE.items()}
    values = {column: text if text.strip("0") else "" for column, text in values.items()}
    values["referral_date"] = _day(values["referral_date"]) if values["referral_date"] else None
    return Care(diagnosis=diagnosis_of(found), authorization_number=found[AUTHORIZATION], side="", **values)


def diagnosis_of(line: Mapping[str, str]) -> str:
    """The diagnosis in the elements of a record 04, without padding; '' where it has none."""
    return next((line[element] for listed, element in _DIAGNOSES if line[listed].strip("0")), "").lstrip("0")


def sent_parts(file: IO[bytes]) -> Iterator[SentPart]:
    """The persons and lines of a file that we wrote, as the ledger keeps them."""
    person, head, line = records().person, records().head, records().layout["04"]
    before = line["0403"].start - 1
    for record in file:
        text = record.decode(encoding()).rstrip("\r\n")
        if text[:2] == "02":
            yield SentPart(text[-person.length :])
        elif text[:2] == "04":
            values = line.unpack(text)
            yield SentPart(text[before : before + head.length], values["0434"].rstrip(), values["0435"].rstrip())


def credit(head: str, cents: int) -> str:
    """The line that takes back a line: the same, but for the amount that is declared and the side it is on."""
    record = records().head
    return record.pack({**_bare(record.unpack(head)), "0430": "C", "0432": cents, "0433": "C"})


def _bare(raw: Mapping[str, str]) -> dict[str, str]:
    layout = records().layout
    return {id: layout[id[:2]][id].bare(text) for id, text in raw.items()}


def _day(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))
