"""A declaration file held against what the practice knows: what it declared before, and what was agreed.

What was declared was right that day: a file of the ledger's own stands, and its lines in any other file are held to
what was sent. Only the debits of somebody else are held against the tables as they are now.

Its bytes were judged before; what can't be read here was told of there.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import IO, Final

from attrs import frozen

from ...declaring.numbers import run_label
from ...ledger import Ledger
from ...ledger.line import Line, line_of
from ...ledger.own_files import file_of, holds_invoice, holds_reference
from ...model.codelists import uzovi_numbers
from ...settings import Settings
from ...standards.contents import Content, Elements, Landmarks
from ...standards.fault import Fault
from ...standards.files import sha256_of
from ...standards.message import Message
from ...standards.registry import is_answer, standard_of
from ...zorg1.agreements import Agreement, Agreements
from ...zorg1.tariffs import Tariffs

_REMEMBERED: Final = 20_000


@frozen
class _Claimed:
    """What is claimed in a line: the insurer, and the values that the agreements are about."""

    insurer: str
    day: date
    list: str
    code: str
    units: int
    tariff_cents: int


class PracticeRecords:
    """A practice's ledger, agreements and tariffs. To be closed."""

    def __init__(self, settings: Settings) -> None:
        """Raises SettingsError, BusyError or WriteError as the ledger and the tables do."""
        agreements = Agreements.load(settings.overlays)
        self._tariffs: Final = Tariffs.load(settings.tariffs_path)
        self._insurers: Final = {number: row.insurer for number, row in uzovi_numbers().items()} | dict(settings.uzovi)
        #: The rows that give a line, by insurer and the code that is sent.
        self._rows: Final[dict[tuple[str, str], list[Agreement]]] = {}
        for insurer in sorted(agreements.insurers):
            for code in sorted(agreements.codes):
                for row in agreements.periods(insurer, code):
                    if row.is_sent:
                        self._rows.setdefault((insurer, row.f_code), []).append(row)
        self._chosen: Final = {contract.insurer for contract in settings.contracts if contract.amount}
        self._judged: Final[dict[_Claimed, tuple[str, str, str, str] | None]] = {}
        self._ledger: Final = Ledger.look(settings.ledger.path)

    def has_settled(self, fault: Fault) -> bool:
        """Whether a fault is a question that the settings answer: what the tariff of an insurer is the price of."""
        return fault.code == "VERIFY_NUMBER_TIMES_TARIFF" and fault.params["insurer"] in self._chosen

    def close(self) -> None:
        self._ledger.close()

    def faults(self, file: IO[bytes], message: Message, name: str) -> Iterator[Fault]:
        """What is wrong with a declaration that is open at its start, by what the practice knows; nothing is of any
        other message. Raises InputError, OSError."""
        if is_answer(message):
            return
        if (own := file_of(self._ledger, sha256_of(file))) is not None:
            if own.is_withdrawn:
                params = {"invoice": own.invoice, "run": run_label(own.run)}
                yield Fault("INVOICE_WITHDRAWN", return_code="", params=params)
            return
        file.seek(0)
        standard, names = standard_of(message), standard_of(message).landmarks
        sayer = _Sayer(standard.elements(message))
        invoice = uzovi = ""
        for content in standard.contents(file, message, name):
            if not content.fits:
                continue
            if content.kind == names.person:
                uzovi = content.values.get(names.uzovi, "")
            elif content.kind == names.header:
                invoice = content.values.get(names.invoice, "")
                if invoice and holds_invoice(self._ledger, invoice):
                    yield sayer.says("VERIFY_INVOICE_USED", content, names.invoice, "-", "0030")
            elif content.kind in names.lines:
                yield from self._against_ledger(content, names, sayer)
                sent = line_of(self._ledger, content.values.get(names.reference, ""))
                if sent is not None and sent.invoice == invoice:
                    yield from _against_sent(content, sent, names, sayer)
                elif not names.is_credit(content):
                    yield from self._against_agreements(content, names, uzovi, sayer)

    def _against_ledger(self, line: Content, names: Landmarks, sayer: "_Sayer") -> Iterator[Fault]:
        reference, previous = line.values.get(names.reference, ""), line.values.get(names.previous, "")
        if reference and holds_reference(self._ledger, reference):
            yield sayer.says("VERIFY_REFERENCE_USED", line, names.reference, "-", "8021")
        if previous:
            debit = line_of(self._ledger, previous)
            if debit is None or debit.debit_credit == "C" or not (debit.stands or debit.became == "credited"):
                yield sayer.says("VERIFY_DEBIT_UNKNOWN", line, names.previous, "-", "8017")
            elif debit.became == "credited":
                yield sayer.says("VERIFY_CREDITED_BEFORE", line, names.previous, "-", "8084")

    def _against_agreements(self, line: Content, names: Landmarks, uzovi: str, sayer: "_Sayer") -> Iterator[Fault]:
        claimed = _claimed(line.values, names, self._insurers.get(uzovi, ""))
        if claimed is None:
            return
        if claimed not in self._judged:
            if len(self._judged) >= _REMEMBERED:
                self._judged.clear()
            self._judged[claimed] = self._judge(claimed, names)
        if (wrong := self._judged[claimed]) is not None:
            code, element, expected, return_code = wrong
            yield sayer.says(code, line, element, expected, return_code, insurer=claimed.insurer)

    def _judge(self, claimed: _Claimed, names: Landmarks) -> tuple[str, str, str, str] | None:
        """The first thing no rule gives: problem, element, what rules give, return code."""
        rows = [
            row
            for row in self._rows.get((claimed.insurer, claimed.code), ())
            if row.valid_from <= claimed.day <= row.valid_until
        ]
        if not rows:
            return "VERIFY_NO_AGREEMENT", names.code, "-", "0582"
        lists = sorted({row.list for row in rows})
        rows = [row for row in rows if row.list == claimed.list]
        if not rows:
            return "VERIFY_AGREED_LIST", names.list, " | ".join(lists), "0581"
        units = sorted({str(row.units) for row in rows})
        rows = [row for row in rows if row.units in (claimed.units, "count", "?")]
        if not rows:
            return "VERIFY_AGREED_UNITS", names.units, " | ".join(units), "0638"
        tariffs = {
            tariff.cents
            for row in rows
            if (tariff := self._tariffs.find(row.tariff_list, row.insurer, row.code, claimed.day)) is not None
        }
        if tariffs and claimed.tariff_cents not in tariffs:
            problem = "VERIFY_TARIFF" if len(tariffs) == 1 else "VERIFY_TARIFF_OF_SEVERAL"
            return problem, names.tariff, " | ".join(map(str, sorted(tariffs))), "0611"
        return None


class _Sayer:
    """Words faults of one message."""

    def __init__(self, elements: Elements) -> None:
        self._elements = elements

    def says(
        self, code: str, content: Content, element: str, expected: str, return_code: str, **params: object
    ) -> Fault:
        names = {"element_name": self._elements[content.kind][element].name, **params}
        return Fault(code, element, content.values[element], expected, return_code, names, content.number)


def _against_sent(line: Content, own: Line, names: Landmarks, sayer: _Sayer) -> Iterator[Fault]:
    """How a line is otherwise than it was sent. A credit in XML has not all of it."""
    amounts = ((amount, own.amount_cents) for amount in names.amounts)
    sent = ((names.day, own.date), (names.list, own.list), (names.code, own.f_code), (names.units, own.units), *amounts)
    for element, value in sent:
        if element in line.values and _bare(line.values[element]) != _bare(str(value)):
            yield sayer.says("VERIFY_NOT_AS_SENT", line, element, str(value), "")


def _bare(value: str) -> str:
    """A date, an amount, a number or a code without what only one way of writing gives it."""
    return value.replace("-", "").replace(".", "").lstrip("0")


def _claimed(values: Mapping[str, str], names: Landmarks, insurer: str) -> _Claimed | None:
    """What a line claims; None where it can't be read, the insurer isn't known, or it is no code of an agreement:
    national paramedical codes (COD192) are numbers."""
    code = values.get(names.code, "")
    if not insurer or not code or code.isdigit():
        return None
    try:
        return _Claimed(
            insurer,
            date.fromisoformat(values.get(names.day, "")),
            values.get(names.list, ""),
            code,
            int(values.get(names.units, "")),
            int(values.get(names.tariff, "").replace(".", "")),
        )
    except ValueError:
        return None
