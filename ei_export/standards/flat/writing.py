"""PM304 as text. A file is made of fragments: a person's record and a performance's record are prepared as text without
their running number, and `Pm304Writer` numbers them, counts, and adds up. Everything is checked before (see
:mod:`.checking`), so that preparing and writing are one template a record.

The layout is ``specs/pm304-3.2.csv``; what no official text settled is in ``specs/inferred.csv``.
"""

from collections.abc import Callable
from datetime import date
from functools import cache, lru_cache
from typing import BinaryIO, Final

from attrs import frozen

from ...model.codelists import DCSPH, choice
from ...model.declaration import Care, Invoice, Performance, Person, Provider
from .record import Layout, Template, encoding, number

LINE_END: Final = "\r\n"

#: COD833: whom the insurer pays.
_PAY_TO: Final = {"service_bureau": "01", "provider": "02", "practice": "03", "institution": "04"}


class _Records:
    """The records of PM304 and parts of them, with templates of those that are written often."""

    def __init__(self, layout: Layout) -> None:
        self.layout: Final = layout
        person, line = layout["02"], layout["04"]
        self.person: Final = person.part("0203")
        #: A line before and behind its reference number.
        self.head, self.tail = line.part("0403", "0433"), line.part("0435")
        self.no_previous: Final = self.tail.pack({})
        self.care: Final = line.part("0412", "0427")
        self.fill_person: Final = Template(
            self.person,
            {"0209": 1},
            (
                "0203", "0204", "0205", "0206", "0207", "0208", "0210", "0211", "0212", "0213", "0214", "0215", "0216",
                "0217", "0218", "0219", "0220", "0221",
            ),
        ).fill  # fmt: skip
        key = Template(line.part("0403", "0405"), {}, ("0403", "0404", "0405"))
        self.fill_key: Final = key.fill
        self.key_length: Final = key.record.length
        before = line.part("0406", "0411").template({"0407": 1}, ("0406", "0408", "0409", "0410", "0411"))
        amounts = line.part("0428", "0433").template({}, ("0428", "0429", "0430", "0432", "0433"))
        self.debit: Final = f"%s{before}%s{amounts}"
        self.numbered_person: Final = person.part(last="0202").template({}, ["0202"]) + "%s" + LINE_END
        number, reference = line.part(last="0402"), line.part("0434", "0434")
        self.numbered_line: Final = (
            number.template({}, ["0402"]) + "%s" + reference.template({}, ["0434"]) + "%s" + LINE_END
        )


@cache
def records() -> _Records:
    """Raises SettingsError where the layout can't be read."""
    return _Records(Layout.load("pm304-3.2"))


# Fragments -----------------------------------------------------------------------------------------


def header(provider: Provider, invoice: Invoice) -> str:
    """Record 01, without line end. Raises ValueError, naming the element, for a value that does not fit."""
    record = records().layout["01"]
    return record.pack(
        {
            "0102": "107",
            "0103": "03",
            "0104": "02",
            "0105": "T" if provider.test else "P",
            "0106": provider.software_code,
            "0107": provider.software_version if provider.software_code else "",
            "0108": invoice.uzovi,
            "0109": provider.service_bureau_agb,
            "0110": provider.provider_agb,
            "0111": provider.practice_agb,
            "0112": provider.institution_agb,
            "0113": _PAY_TO[provider.pay_to],
            "0114": _digits(invoice.period_from),
            "0115": _digits(invoice.period_until),
            "0116": invoice.number,
            "0117": _digits(invoice.date),
            "0118": provider.vat_id,
            "0119": "EUR",
        }
    )


def person_fragment(person: Person) -> str:
    """Record 02 behind its running number, of a person as `check_person` gives them back.

    Raises ValueError, naming the element, for a person who does not fit.
    """
    partner = bool(person.partner_name)
    abroad = bool(person.country)
    return records().fill_person(
        {
            "0203": number(person.bsn),
            "0204": number(person.uzovi),
            "0205": person.insured_number,
            "0206": person.patient_id,
            "0207": _digits(person.birth_date),
            "0208": number(person.sex),
            "0210": person.name,
            "0211": person.prefix,
            "0212": 2 if partner else 0,
            "0213": person.partner_name,
            "0214": person.partner_prefix if partner else "",
            "0215": person.initials,
            "0216": number(person.name_use),
            "0217": "" if abroad else person.postcode,
            "0218": person.foreign_postcode if abroad else "",
            "0219": person.house_number,
            "0220": person.house_number_suffix,
            "0221": person.country,
        }
    )


def same_person(one: str, other: str) -> bool:
    """Whether two records 02, as `person_fragment` gives them, say the same but for the practice's patient number."""
    record = records().person
    first, second = record.unpack(one), record.unpack(other)
    return all(first[element] == second[element] for element in first if element != "0206")


def key_fragment(person: Person) -> str:
    """What record 04 repeats of its person: 0403-0405. Raises ValueError, naming the element."""
    return records().fill_key({"0403": number(person.bsn), "0404": number(person.uzovi), "0405": person.insured_number})


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
    values: dict[str, str | int] = {
        "0412": care.accident,
        "0421": number(care.indication),
        "0422": number(care.therapist_agb),
        "0423": number(care.therapist_specialism),
        "0424": _digits(care.referral_date) if care.referral_date else 0,
        "0425": number(care.referrer_agb),
        # only where the code of the referrer is not known
        "0426": 0 if care.referrer_agb else number(care.referrer_specialism),
    }
    if not care.diagnosis:
        return Pm304Care(care.authorization_number, _care_template("").fill(values))
    element = diagnosis_element or choice("diagnosis_element")
    values[element] = number(care.diagnosis)
    return Pm304Care(care.authorization_number, _care_template(element).fill(values))


@cache
def _care_template(diagnosis_element: str) -> Template:
    """With a place for the diagnosis, and the code of its list in the element before it; '' for no diagnosis."""
    free = ("0412", "0421", "0422", "0423", "0424", "0425", "0426")
    record = records().care
    if not diagnosis_element:
        return Template(record, {}, free)
    ids = [element.id for element in record.elements]
    list_element = ids[ids.index(diagnosis_element) - 1]
    return Template(record, {list_element: DCSPH}, tuple(sorted((*free, diagnosis_element))))


def line_fragment(key: str, care: Pm304Care, performance: Performance, started: date | None = None) -> str:
    """A debit before its reference number (0403-0433), without the running number; ``started`` is nowhere in it.

    ``key`` and ``care`` as `key_fragment` and `care_fragment` give them, ``performance`` one that
    `checking.check_line` passed. Raises ValueError for what does not fit.
    """
    known = records()
    head = known.debit % (
        key,
        care.authorization_number,
        _digits(performance.date),
        number(performance.list),
        performance.code,
        performance.units,
        care.rest,
        performance.tariff_cents,
        performance.calculated_cents,
        "D",
        performance.claimed_cents,
        "D",
    )
    if len(head) != known.head.length:
        raise ValueError(f"a performance of {known.head.length} characters takes {len(head)}; see check_line")
    return head


def tail_fragment(previous: str) -> str:
    """Record 04 behind its reference number (0435-0480). ``previous``: the reference of the line that is credited, or
    ''."""
    return records().tail.pack({"0435": previous}) if previous else records().no_previous


def trailer(persons: int, lines: int, cents: int) -> str:
    """Record 99, without line end; ``cents`` debit minus credit. Raises ValueError, naming the element."""
    record = records().layout["99"]
    return record.pack(
        {
            "9902": persons,
            "9904": lines,
            "9906": persons + lines,
            "9907": abs(cents),
            "9908": "C" if cents < 0 else "D",
        }
    )


@lru_cache(maxsize=4096)
def _digits(day: date) -> int:
    """EEJJMMDD"""
    return day.year * 10_000 + day.month * 100 + day.day


# The file ------------------------------------------------------------------------------------------


class Pm304Writer:
    """Writes one PM304 file to a binary file object: the header at once and again on `close`, which adds the trailer.

    Every record is looked at once more before it goes out (length, printable, ISO 8859-1), so that no mistake before it
    can shift a file. Raises ValueError for a record that isn't right; the file is then not to be used.
    """

    def __init__(self, file: BinaryIO, provider: Provider, invoice: Invoice) -> None:
        self._file, self._provider = file, provider
        self._write: Callable[[bytes], object] = file.write
        self._records = records()
        self._text = self._records.layout.length
        self._record = self._text + len(LINE_END)
        self._number = 0
        self.persons = 0
        self.lines = 0
        #: Debit minus credit so far.
        self.cents = 0
        self._put(header(provider, invoice) + LINE_END)

    def person(self, fragment: str) -> None:
        """Begins a person; ``fragment`` as `person_fragment` gives it. Their lines follow."""
        self._number += 1
        self.persons += 1
        self._put(self._records.numbered_person % (self._number, fragment))

    def line(self, head: str, reference: str, cents: int, previous: str = "") -> None:
        """Adds a line of the last person; ``head`` as `line_fragment` gives it, ``cents`` its 0432, negative for a
        credit, ``previous`` the reference of the line that is credited."""
        self._number += 1
        self.lines += 1
        self.cents += cents
        self._put(self._records.numbered_line % (self._number, head, reference, tail_fragment(previous)))

    def close(self, invoice: Invoice) -> None:
        """Writes the trailer, and the header anew, which is as long whatever the period; the file object stays open."""
        self._put(trailer(self.persons, self.lines, self.cents) + LINE_END)
        self._file.seek(0)
        self._put(header(self._provider, invoice) + LINE_END)

    def _put(self, record: str) -> None:
        if len(record) != self._record or not record[: self._text].isprintable():
            raise ValueError(f"detail record {self._number} is no {self._text} printable characters")
        self._write(record.encode(encoding()))
