"""What was sent in PM304, read back from the fragments that the ledger keeps of it: see :mod:`.writing`."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import IO, Final

from ...model.declaration import Care, Person
from ..standard import SentPart
from .record import encoding
from .writing import records

#: The diagnosis, and the list before it that says it is one (see `care_fragment`).
_DIAGNOSES: Final = (("0413", "0414"), ("0417", "0418"))


def read_person(record: str) -> Person:
    """The person of a record 02 (`person_fragment`), as far as it was sent."""
    found = _values(records().person.unpack(record))
    return Person(
        bsn=found["0203"],
        uzovi=found["0204"],
        insured_number=found["0205"],
        patient_id=found["0206"],
        birth_date=_day(found["0207"]),
        sex=found["0208"],
        name=found["0210"],
        prefix=found["0211"],
        initials=found["0215"],
        partner_name=found["0213"],
        partner_prefix=found["0214"],
        name_use=found["0216"],
        postcode=found["0217"],
        foreign_postcode=found["0218"],
        house_number=int(found["0219"]),
        house_number_suffix=found["0220"],
        country=found["0221"],
    )


def read_care(head: str) -> Care:
    """The care of a record 04 (`line_fragment`), as far as it was sent."""
    found = _values(records().head.unpack(head))
    diagnosis = next((found[element] for listed, element in _DIAGNOSES if found[listed].strip("0")), "")
    return Care(
        diagnosis=diagnosis.lstrip("0"),
        indication=_filled(found["0421"]),
        therapist_agb=found["0422"],
        therapist_specialism=_filled(found["0423"]),
        referral_date=_day(found["0424"]) if _filled(found["0424"]) else None,
        referrer_agb=_filled(found["0425"]),
        referrer_specialism=_filled(found["0426"]),
        authorization_number=found["0406"],
        accident=found["0412"],
        side="",
    )


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
    return record.pack({**_values(record.unpack(head)), "0430": "C", "0432": cents, "0433": "C"})


def _values(raw: Mapping[str, str]) -> dict[str, str]:
    layout = records().layout
    return {id: layout[id[:2]][id].bare(text) for id, text in raw.items()}


def _filled(digits: str) -> str:
    """A number that is empty when it is all zeros."""
    return digits if digits.strip("0") else ""


def _day(digits: str) -> date:
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
