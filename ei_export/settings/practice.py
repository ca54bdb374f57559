"""``[practice]`` and ``[software]``: who declares, who is paid, and by what it was made."""

from typing import Final, Literal, get_args

from attrs import frozen

from .sections import Section, asked

PayTo = Literal["service_bureau", "provider", "practice", "institution"]

# Forms of a value, each with how it is shown to a person. AGB codes: Vektis AW319 (8 digits, care type 01-99 and a
# number that is not all zero); a practice has a zero at position 3, a service bureau is care type 98.
_AGB: Final = ("(?!00)[0-9]{2}(?!000000)[0-9]{6}", "8 digits, such as 04098765")
_PRACTICE_AGB: Final = ("(?!00)[0-9]{2}0(?!00000)[0-9]{5}", "8 digits with 0 as the third, such as 04012345")
_SERVICE_BUREAU_AGB: Final = ("98(?!000000)[0-9]{6}", "8 digits that begin with 98, such as 98012345")
_VAT_ID: Final = ("NL[0-9]{9}B[0-9]{2}", "such as NL123456789B01")
_SERIES: Final = ("[A-Za-z0-9]{0,3}", "0 … 3 × A-Z 0-9")
_SOFTWARE_CODE: Final = ("(?!000000)[0-9]{6}", "6 digits, such as 123456")
_SOFTWARE_VERSION: Final = ("[!-~][ -~]{0,9}", "at most 10 characters")
#: What must be there where no institution declares, and may not beside one: each with the return code (COD954) of a
#: declaration in which it stands beside one, and its form. Without an institution the return code is 8170.
_DECLARANTS: Final = {"practice_agb": ("8169", _PRACTICE_AGB[1]), "provider_agb": ("8168", _AGB[1])}


def _pay_to(section: Section, name: str) -> PayTo:
    return section.choice(name, get_args(PayTo), "institution" if section.text("institution_agb") else "practice")


@frozen
class Practice:
    """Who declares and who is paid: AGB codes of 8 digits or ''; the one that ``pay_to`` names is never ''. ``series``:
    what stands before the invoice numbers and references, at most 3 letters and digits; ``formerly``: the AGB codes it
    had before."""

    name: str = asked(Section.text)
    practice_agb: str = asked(Section.form, _PRACTICE_AGB)
    provider_agb: str = asked(Section.form, _AGB)
    institution_agb: str = asked(Section.form, _AGB)
    service_bureau_agb: str = asked(Section.form, _SERVICE_BUREAU_AGB)
    pay_to: PayTo = asked(_pay_to)
    vat_id: str = asked(Section.form, _VAT_ID)
    series: str = asked(Section.form, _SERIES, default="", converter=str.upper)
    formerly: tuple[str, ...] = asked(Section.list_of_forms, _AGB, default=())

    @classmethod
    def of(cls, section: Section) -> "Practice":
        """Refuses what can't declare: it is a practice with its provider, or an institution alone, as PM304 asks
        (0110-0112); who is paid (0113) is named by an element that must hold an AGB code."""
        practice = section.read(cls)
        institution = practice.institution_agb
        for name, (return_code, expected) in _DECLARANTS.items():
            if institution and section.text(name):
                raise section.error("SETTINGS_BESIDE_INSTITUTION", name, return_code=return_code)
            if not institution and not section.text(name):
                raise section.error("SETTINGS_DECLARANT", name, expected=expected)
        section.required(f"{practice.pay_to}_agb", f'{_AGB[1]} (pay_to = "{practice.pay_to}")')
        return practice


@frozen
class Software:
    """``code`` 6 digits as Vektis gave it and ``version`` of at most 10 characters, or both ''."""

    code: str = asked(Section.form, _SOFTWARE_CODE)
    version: str = asked(Section.form, _SOFTWARE_VERSION)

    @classmethod
    def of(cls, section: Section) -> "Software":
        """Both or neither (PM304 0107: filled exactly when 0106 is)."""
        software = section.read(cls)
        if software.version:
            section.required("code", f'{_SOFTWARE_CODE[1]} (version = "{software.version}")')
        if software.code:
            section.required("version", f'{_SOFTWARE_VERSION[1]} (code = "{software.code}")')
        return software
