"""The format-neutral model both sides meet at: who was treated, what was performed, what is claimed for it."""

import datetime as dt
from collections.abc import Mapping
from hashlib import blake2b
from typing import Final

from attrs import define, frozen

#: The BSN of a person who has none (EI-standaard, STB 5.4.7); such a person is known by insured number.
NO_BSN = "999999999"


def _weighed(*weights: int) -> Mapping[str, int]:
    """What each three digits add to the sum of the 11-test, at their place."""
    texts = (f"{number:03}" for number in range(1000))
    return {text: sum(weight * int(digit) for weight, digit in zip(weights, text, strict=True)) for text in texts}


_BEGIN, _MIDDLE, _END = _weighed(9, 8, 7), _weighed(6, 5, 4), _weighed(3, 2, -1)


def passes_11_test(digits: str) -> bool:
    """Whether 9 digits, zeros too, could be a BSN: a sum of them with weights is a multiple of 11."""
    return (_BEGIN[digits[:3]] + _MIDDLE[digits[3:6]] + _END[digits[6:]]) % 11 == 0


@define  # not frozen, as `Performance`: there are very many, and frozen ones take three times as long to make
class Person:
    """An insured person as the practice knows them, normalised but never shortened.

    ``bsn`` 9 digits or ``NO_BSN``; ``uzovi`` 4 digits; ``patient_id`` as `short_number` gives it; ``sex`` and
    ``name_use`` as COD046 and COD700, one digit (``name_use`` 0 = not relevant); ``postcode`` ``1234AB`` or '';
    ``country`` ISO 3166 alpha-2 or '' = Netherlands.
    """

    bsn: str
    uzovi: str
    insured_number: str
    patient_id: str
    birth_date: dt.date
    sex: str
    name: str
    prefix: str
    initials: str
    partner_name: str
    partner_prefix: str
    name_use: str
    postcode: str
    foreign_postcode: str
    house_number: int
    house_number_suffix: str
    country: str

    @property
    def key(self) -> str:
        """What makes a person one person towards an insurer: BSN, or insured number where there is none (STB 5.4.7)."""
        return self.bsn if self.bsn != NO_BSN else f"{NO_BSN}/{self.insured_number}"

    @property
    def who(self) -> str:
        """What makes a person one person, whoever insures them; see `who`."""
        return who(self.key, self.uzovi)


#: PM304 0206, and so in GDS801, where no length is given.
MOST_PATIENT_ID: Final = 11
#: Digits and letters that are no others by mistake, and make no words.
_DIGITS: Final = "0123456789BCDFGHJKMNPQRSTVWXYZ"


def short_number(patient_id: str) -> str:
    """The number of a patient as it is sent: their own, or where that doesn't fit, a K and ten digits and letters that
    follow from it, so that they are the same for good, whatever else is declared."""
    if len(patient_id) <= MOST_PATIENT_ID:
        return patient_id
    number, text = int.from_bytes(blake2b(patient_id.encode(), digest_size=16).digest(), "big"), "K"
    while len(text) < MOST_PATIENT_ID:
        number, digit = divmod(number, len(_DIGITS))
        text += _DIGITS[digit]
    return text


def who(key: str, uzovi: str) -> str:
    """What makes a person one person: the BSN, or the insured number of that insurer. ``key`` as `Person.key`."""
    return f"{key}/{uzovi}" if "/" in key else key


@frozen
class Care:
    """What the feed says of one performance besides its code. Empty text or None = not known.

    ``diagnosis`` DCSPH, 4 digits; ``indication`` CSI (COD321), 3 digits; ``accident`` J, N or O (COD183);
    ``side`` L, R or '' ; AGB codes 8 digits, specialisms 4 digits (COD016).
    """

    diagnosis: str
    indication: str
    therapist_agb: str
    therapist_specialism: str
    referral_date: dt.date | None
    referrer_agb: str
    referrer_specialism: str
    authorization_number: str
    accident: str
    side: str

    @property
    def lacks_of_referral(self) -> str:
        """The column that a referral is not complete without: a referrer comes with a date, a date with a referrer."""
        referrer = self.referrer_agb or self.referrer_specialism
        if bool(referrer) == (self.referral_date is not None):
            return ""
        return "referral_date" if referrer else "referrer_agb"


@define
class Performance:
    """One line as it is claimed: ``list`` COD367, 3 digits; ``code`` the F-code; amounts in cents, all >= 0.

    ``tariff_cents`` the tariff of one performance, ``calculated_cents`` what the provider is owed for the line,
    ``claimed_cents`` what is asked of this receiver (PM304 0428, 0429, 0432).
    """

    date: dt.date
    list: str
    code: str
    units: int
    tariff_cents: int
    calculated_cents: int
    claimed_cents: int


@frozen
class Provider:
    """Who declares and who is paid: AGB codes of 8 digits or ''; ``pay_to`` as the settings name it."""

    practice_agb: str
    provider_agb: str
    institution_agb: str
    service_bureau_agb: str
    pay_to: str
    vat_id: str
    software_code: str
    software_version: str
    test: bool


@frozen
class Invoice:
    """One declaration: its number (at most 12 characters), date, the UZOVI of the persons in it, and its period."""

    number: str
    date: dt.date
    uzovi: str
    period_from: dt.date
    period_until: dt.date


@frozen
class Declaration:
    """One file that was written; the keys are those of ``summary.json``."""

    file: str
    standard: str
    uzovi: str
    insurer: str
    invoice: str
    persons: int
    lines: int
    amount_cents: int
    sha256: str
