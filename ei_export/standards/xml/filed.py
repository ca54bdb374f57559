"""GDS801 of whatever program read for what is in it."""

from collections.abc import Iterator
from datetime import date
from typing import IO, Final

from ...model.codelists import DCSPH
from ..filed import FiledDeclaration, FiledLine, unreadable_line, who_is
from ..message import Message
from . import names
from .gds802 import providers
from .reader import Instance, instances

_AMOUNT: Final = {names.DEBIT: "DeclaratieBedragInclBtw", names.CREDIT: "ToegekendBedragInclBtwFinancieel"}


def read(file: IO[bytes], message: Message, name: str) -> FiledDeclaration:
    """The declaration in a file that is open at its start, and stays open while its lines are read. Raises InputError,
    with ``name``, where header or context are not as they should be."""
    whole: dict[str, Instance] = {}
    for part in _parts(file, message, name):
        if part.name == names.INSURED:
            break
        whole[part.name] = part
    for wanted in ("Header", "DeclaratieContext"):
        if wanted not in whole:
            raise unreadable_line(name, 1, wanted)
    header, context = whole["Header"], whole["DeclaratieContext"]
    return FiledDeclaration(
        standard=message.name,
        invoice=context.get("Factuurnummer"),
        providers=providers(header, context, "Verzender"),
        test=header.get("Berichtsoort") == "T",
        read=lambda: _lines(file, message, name),
    )


def _lines(file: IO[bytes], message: Message, name: str) -> Iterator[FiledLine]:
    file.seek(0)
    for part in _parts(file, message, name):
        if part.name == names.INSURED:
            for performance in part.all(names.PERFORMANCE):
                for line in performance.inside:
                    if line.name in names.LINES:
                        yield _line(line, part, name)


def _line(line: Instance, person: Instance, name: str) -> FiledLine:
    is_credit = line.name == names.CREDIT
    born = person.get("Geboortedatum")[:4]
    units = line.get("Aantal")
    try:
        day = date.fromisoformat(line.get("Begindatum"))
        count = int(units) if not is_credit else 0
        cents = int(line.get(_AMOUNT[line.name]).replace(".", ""))
    except ValueError:
        raise unreadable_line(name, line.number, line.name) from None
    return FiledLine(
        record=line.number,
        reference=line.get("Referentienummer"),
        previous=line.get("GerelateerdReferentienummer"),
        is_credit=is_credit,
        who=who_is(
            person.get("BSN"),
            person.get("Verzekerdennummer"),
            person.get("UzoviNummer"),
            person.get("PatientIdentificatienummer") or f"{name}:{person.number}",
        ),
        patient_id=person.get("PatientIdentificatienummer"),
        uzovi=person.get("UzoviNummer"),
        birth_year=int(born) if born.isascii() and born.isdigit() else None,
        sex="",
        postcode="",
        day=day,
        list=line.get(names.LIST),
        code=line.get("Prestatiecode"),
        units=count,
        cents=cents,
        diagnosis=_diagnosis(line),
        indication=_indication(line),
        therapist_agb=_therapist(line),
    )


def _diagnosis(line: Instance) -> str:
    for one in line.walk():
        if one.name == "Diagnose" and one.get("DiagnoseCodelijstCode") == DCSPH:
            return one.get("Diagnosecode")
    return ""


def _indication(line: Instance) -> str:
    for trait in line.all("AanvullendPrestatieKenmerk"):
        if trait.get("ApkCodelijstCode") == names.ENTITLEMENT:
            return trait.get("ApkCode")
    return ""


def _therapist(line: Instance) -> str:
    for one in line.all("Zorgaanbieder"):
        if one.get("ZorgaanbiederRol") == names.TREATS:
            return one.get("Zorgaanbiedercode")
    return ""


def _parts(file: IO[bytes], message: Message, name: str) -> Iterator[Instance]:
    """The parts of the message, however wrong in what is not asked for here: `verify` tells of that."""
    return (part for part, _ in instances(file, message, name) if part.number)
