"""Files of PM304, put together of :mod:`.fragments`: `Pm304Writer` numbers them, counts, and adds up."""

from collections.abc import Callable
from typing import BinaryIO, Final

from ...model.declaration import Invoice, Provider
from .fragments import digits, records, tail_fragment
from .record import encoding

LINE_END: Final = "\r\n"

#: COD833: whom the insurer pays.
_PAY_TO: Final = {"service_bureau": "01", "provider": "02", "practice": "03", "institution": "04"}


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
            "0114": digits(invoice.period_from),
            "0115": digits(invoice.period_until),
            "0116": invoice.number,
            "0117": digits(invoice.date),
            "0118": provider.vat_id,
            "0119": "EUR",
        }
    )


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


class Pm304Writer:
    """Writes one PM304 file to a binary file object: the header at once and again on `close`, which adds the trailer.

    Every record is looked at once more before it goes out (length, printable, ISO 8859-1), so that no mistake before it
    can shift a file. Raises ValueError for a record that isn't right; the file is then not to be used.
    """

    def __init__(self, file: BinaryIO, provider: Provider, invoice: Invoice) -> None:
        self._file, self._provider = file, provider
        self._write: Callable[[bytes], object] = file.write
        layout = records().layout
        person, line = layout["02"], layout["04"]
        number, reference = line.part(last="0402"), line.part("0434", "0434")
        self._person = person.part(last="0202").template({}, ["0202"]) + "%s" + LINE_END
        self._line = number.template({}, ["0402"]) + "%s" + reference.template({}, ["0434"]) + "%s" + LINE_END
        self._text = layout.length
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
        self._put(self._person % (self._number, fragment))

    def line(self, head: str, reference: str, cents: int, previous: str = "") -> None:
        """Adds a line of the last person; ``head`` as `line_fragment` gives it, ``cents`` its 0432, negative for a
        credit, ``previous`` the reference of the line that is credited."""
        self._number += 1
        self.lines += 1
        self.cents += cents
        self._put(self._line % (self._number, head, reference, tail_fragment(previous)))

    def close(self, invoice: Invoice) -> None:
        """Writes the trailer, and the header anew, which is as long whatever the period; the file object stays open."""
        self._put(trailer(self.persons, self.lines, self.cents) + LINE_END)
        self._file.seek(0)
        self._put(header(self._provider, invoice) + LINE_END)

    def _put(self, record: str) -> None:
        if len(record) != self._record or not record[: self._text].isprintable():
            raise ValueError(f"detail record {self._number} is no {self._text} printable characters")
        self._write(record.encode(encoding()))
