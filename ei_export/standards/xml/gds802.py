"""GDS802, message 574: what VECOZO or the insurer makes of a GDS801 declaration.

Feedback, a return code with the elements it is about, may hang anywhere. In the header, the context or the totals it
refuses the whole; below an insured person it refuses all their lines. VECOZO answers only what it finds wrong and
grants nothing; whether it sends on the rest was not found, so as in PM304 it is taken not to. An insurer may leave out
lines that are granted in full; the totals tell whether they are.
"""

from collections.abc import Iterator
from datetime import date
from typing import IO, Final

from ...base.problems import InputError
from ..answer import Answer, AnswerKind, LineAnswer, is_fault
from ..message import Message
from . import names
from .reader import Flaw, Instance, instances

#: What a reader may overlook: what a later subversion adds, and the order, which is known of few messages.
_HARMLESS: Final = ("unknown", "order", "place", "name", "text")
#: The kinds of care provider by the names of `Provider`.
_PROVIDERS: Final = {
    names.INSTITUTION: "institution_agb",
    names.PRACTICE: "practice_agb",
    names.PERSON: "provider_agb",
}
#: By kind of line: debit or credit, what is paid, and what is granted without payment.
_LINES: Final = {
    names.DEBIT: ("D", "ToegekendBedragInclBtwFinancieel", "ToegekendBedragInclBtwNietFinancieel"),
    names.CREDIT: ("C", "ToegekendCreditBedragInclBtwFinancieel", "ToegekendCreditBedragInclBtwNietFinancieel"),
}
_CALCULATED: Final = "BerekendBedragVerzekeraarInclBtw"
_DECLARED: Final = "TotaalDeclaratiebedragInclBtw"
_GRANTED: Final = ("TotaalToegekendBedragInclBtwFinancieel", "TotaalToegekendBedragInclBtwNietFinancieel")


def read(file: IO[bytes], message: Message, name: str) -> Answer:
    """The answer in a file that is open at its start. Reads it once, its lines again when they are asked for.

    Raises InputError, with ``name``, where it is no whole and well-formed message, or says nothing.
    """
    whole: dict[str, Instance] = {}
    lines = 0
    for part in _parts(file, message, name):
        if part.name == names.INSURED:
            lines += sum(1 for _ in _lines_of(part))
        else:
            whole[part.name] = part
    header, context, totals = whole["Header"], whole["DeclaratieContext"], whole.get("Overzicht")
    if (version := header.get("Berichtversie")) != message.version:
        raise _malformed(name, Flaw(header.number, "form", "Berichtversie", version, message.version))
    codes = tuple(dict.fromkeys(code for part in whole.values() for code in _codes(part)))
    is_vecozo = header.get("VerzenderRol") == names.VECOZO
    if is_vecozo and totals is not None and not (codes or lines):
        raise InputError("RETURN_SAYS_NOTHING", file=name, invoice=context.get("Factuurnummer"))
    # a declaration without totals comes back without totals and without any feedback
    kind: AnswerKind = "refused" if is_vecozo or totals is None or any(map(is_fault, codes)) else "answered"
    return Answer(
        standard=message.name,
        kind=kind,
        is_insurers=not is_vecozo,
        invoice=context.get("Factuurnummer"),
        providers=providers(header, context, "Ontvanger"),
        test=header.get("Berichtsoort") == "T",
        dated=date.fromisoformat(header.get("Verzenddatum")),
        codes=codes,
        declared_cents=_total(totals, _DECLARED),
        granted_cents=sum(_total(totals, granted) for granted in _GRANTED),
        lines=lines,
        read=lambda: _answers(file, message, name),
    )


def _answers(file: IO[bytes], message: Message, name: str) -> Iterator[LineAnswer]:
    file.seek(0)
    for part in _parts(file, message, name):
        if part.name == names.INSURED:
            yield from _lines_of(part)


def _lines_of(person: Instance) -> Iterator[LineAnswer]:
    """The lines of an insured person. Where they are at fault themselves, a last one stands for those not named."""
    number = person.get("PatientIdentificatienummer")
    above = tuple(
        code for one in person.inside if one.name != names.PERFORMANCE for code in _codes(one) if is_fault(code)
    )
    for performance in person.all(names.PERFORMANCE):
        for line in performance.inside:
            if line.name not in _LINES:
                continue
            side, paid, unpaid = _LINES[line.name]
            granted = _cents(line.get(paid)) + _cents(line.get(unpaid))
            yield LineAnswer(
                record=line.number,
                reference=line.get("Referentienummer"),
                debit_credit=side,
                calculated_cents=_cents(line.get(_CALCULATED)) if side == "D" else granted,
                granted_cents=granted,
                granted_debit_credit=side,
                codes=tuple(dict.fromkeys((*_codes(performance), *above))),
                patient_id=number,
            )
    if above:
        yield LineAnswer(person.number, "", "", 0, 0, "", above, patient_id=number)


def _parts(file: IO[bytes], message: Message, name: str) -> Iterator[Instance]:
    """The parts of the message. Raises InputError for one that isn't as it should be."""
    for part, flaws in instances(file, message, name):
        for flaw in flaws:
            if flaw.code not in _HARMLESS:
                raise _malformed(name, flaw)
        if part.number:
            yield part


def _codes(part: Instance) -> list[str]:
    """The return codes in an instance, at any depth."""
    return [one.get("Retourcode") for one in part.walk() if one.name == "Feedback"]


def providers(header: Instance, context: Instance, declarer: str) -> dict[str, str]:
    """The AGB codes of who declared, by the names of `Provider`. ``declarer``: what the declaring side is in the
    header, ``Verzender`` of a declaration, ``Ontvanger`` of its answer."""
    found = {}
    for one in (context.first("Declarant"), context.first("Zorgaanbieder")):
        if one is not None and (column := _PROVIDERS.get(one.get("ZorgaanbiederSoort"))):
            found[column] = one.get("Zorgaanbiedercode")
    if header.get(f"{declarer}Rol") == names.SERVICE_BUREAU:
        found["service_bureau_agb"] = header.get(declarer)
    return found


def _total(totals: Instance | None, name: str) -> int:
    """A total in cents; credit is negative."""
    total = totals.first(name) if totals is not None else None
    if total is None:
        return 0
    return _cents(total.get("Bedrag")) * (-1 if total.get("DebetCreditCode") == "C" else 1)


def _cents(text: str) -> int:
    """An amount as a message has it, ``12.50``; 0 where there is none."""
    return int(text.replace(".", "") or 0)


def _malformed(name: str, flaw: Flaw) -> InputError:
    """Nothing of what was found is told: it may be private."""
    record = "-" if flaw.record is None else flaw.record
    params = {"file": name, "record": record, "element": flaw.element, "found": "-", "expected": flaw.expected}
    return InputError("RETURN_MALFORMED", **params)
