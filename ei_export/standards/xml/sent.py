"""What was sent in GDS801, read back from the fragments that the ledger keeps of it: see :mod:`.writing`."""

import re
from collections.abc import Iterator
from datetime import date
from typing import IO, Final

from lxml import etree

from ...model.declaration import NO_BSN, Care, Person
from ..standard import SentPart
from . import names
from .writing import ENCODING, sides, without_reference

_PREVIOUS: Final = re.compile("<GerelateerdReferentienummer>([^<]*)<")


def read_person(fragment: str) -> Person:
    """The person of a fragment (`person_fragment`), as far as they were sent: names and addresses are not."""
    found = etree.fromstring(f"{fragment}</{names.INSURED}>")
    return Person(
        bsn=_text(found, "BSN") or NO_BSN,
        uzovi=_text(found, "UzoviNummer"),
        insured_number=_text(found, "Verzekerdennummer"),
        patient_id=_text(found, "PatientIdentificatienummer"),
        birth_date=date.fromisoformat(_text(found, "Geboortedatum")),
        sex="",
        name="",
        prefix="",
        initials="",
        partner_name="",
        partner_prefix="",
        name_use="",
        postcode="",
        foreign_postcode="",
        house_number=0,
        house_number_suffix="",
        country="",
    )


def read_care(fragment: str) -> Care:
    """The care of a line (`line_fragment`), as far as it was sent."""
    found = etree.fromstring(fragment)[0]
    traits = {
        _text(trait, "ApkCodelijstCode"): _text(trait, "ApkCode")
        for trait in found.iterfind("AanvullendPrestatieKenmerk")
    }
    referred = _text(found, "Verwijzing/Verwijsdatum")
    return Care(
        diagnosis=_text(found, "AanvullendePrestatiegegevens/Diagnose/Diagnosecode"),
        indication=traits.get(names.ENTITLEMENT, ""),
        therapist_agb=_text(found, "Zorgaanbieder/Zorgaanbiedercode"),
        therapist_specialism="",
        referral_date=date.fromisoformat(referred) if referred else None,
        referrer_agb=_text(found, "Verwijzing/Verwijzer/Zorgaanbiedercode"),
        referrer_specialism=_text(found, "Verwijzing/Verwijzer/ZorgaanbiederSpecificatie"),
        authorization_number=_text(found, "Machtigingsnummer"),
        accident="J" if _text(found, "IndicatieOngeval") else "",
        side=next((side for side, code in sides().items() if traits.get(names.SIDE) == code), ""),
    )


def sent_parts(file: IO[bytes]) -> Iterator[SentPart]:
    """The persons and lines of a file that we wrote, as the ledger keeps them."""
    for line in file:
        text = line.decode(ENCODING).rstrip("\n")
        if text.startswith(f"<{names.INSURED}>"):
            yield SentPart(text)
        elif text.startswith(f"<{names.PERFORMANCE}>"):
            previous = _PREVIOUS.search(text)
            yield SentPart(*without_reference(text), previous[1] if previous is not None else "")


def _text(element: etree._Element, path: str) -> str:
    return element.findtext(path) or ""
