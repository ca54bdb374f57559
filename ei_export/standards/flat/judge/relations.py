"""The relations between elements of one record, each a plain function that names its element and its return code.

``a <= b`` is told of ``a``. A mistake that breaks two relations is told of by the first of them only.
"""

from collections.abc import Callable
from typing import Final

from attrs import frozen

from ....model.codelists import DCSPH, Code, codes, eras, uzovi_numbers
from ....model.declaration import NO_BSN
from ...care import indications_of, is_closed, is_diagnosis
from .parts import Relation, Values

#: Among the values of other records: the day of judging, EEJJMMDD.
TODAY: Final = "today"

_NOTHING: Final = "-"
#: How the country of an address in the Netherlands may be given (0221; AW319).
_HOME: Final = ("", "NL", "00")
#: Uses of a name that need the name of a partner (COD829).
_PARTNER_NAME_USES: Final = ("2", "3", "4")
#: Identification of the payee and the element it points at (COD833, 0113), with the return code where that is empty.
_PAYEES: Final = {"01": ("0109", "8171"), "02": ("0110", "8172"), "03": ("0111", "8173"), "04": ("0112", "8174")}
#: The lists of diagnosis codes (COD392) in record 04, and their codes.
_DIAGNOSES: Final = (("0413", "0414"), ("0415", "0416"), ("0417", "0418"), ("0419", "0420"))
_DIAGNOSIS_ELEMENTS: Final = tuple(element for pair in _DIAGNOSES for element in pair)
#: Return codes of the first two lists; the others have none of their own.
_OF_LIST: Final = {"0413": "8618", "0415": "8619"}


def at_most(element: str, other: str) -> Callable[[Values], str | None]:
    """``element <= other``: both are dates, or amounts of one length, so that they compare as text."""
    return lambda values: f"<= {values[other]} ({other})" if values[element] > values[other] else None


def equal(element: str, other: str) -> Callable[[Values], str | None]:
    """``element = other``."""
    return lambda values: None if values[element] == values[other] else f"{values[other]} ({other})"


def when(elements: str, expected: str) -> Callable[[Values], str | None]:
    """Broken when of the ``elements`` those with a + are filled, and those with a - empty: ``+0110 -0112``."""
    filled = [element[1:] for element in elements.split() if element[0] == "+"]
    empty = [element[1:] for element in elements.split() if element[0] == "-"]

    def broken(values: Values) -> str | None:
        for element in filled:
            if not values[element]:
                return None
        for element in empty:
            if values[element]:
                return None
        return expected

    return broken


# Record 01 -----------------------------------------------------------------------------------------


def _version(values: Values) -> str | None:
    """0107: filled exactly where 0106 is."""
    if bool(values["0106"]) == bool(values["0107"]):
        return None
    return "…" if values["0106"] else _NOTHING


def _payee(payee: str, element: str) -> Callable[[Values], str | None]:
    """0113: the element it points at must hold an AGB code; that one is missing where it must be, is told already."""

    def broken(values: Values) -> str | None:
        is_told = element in ("0110", "0111") and not values["0112"]
        if values["0113"] != payee or values[element] or is_told:
            return None
        return " | ".join(code for code, (pointed, _) in _PAYEES.items() if values[pointed]) or f"{element}: nnnnnnnn"

    return broken


def _future(element: str) -> Callable[[Values], str | None]:
    return lambda values: f"<= {values[TODAY]}" if values[element] > values[TODAY] else None


def _period_order(values: Values) -> str | None:
    """0114: not after 0115; in the future it is told of already."""
    return None if values["0114"] > values.get(TODAY, values["0114"]) else at_most("0114", "0115")(values)


# Record 02 -----------------------------------------------------------------------------------------


def _insured_number(values: Values) -> str | None:
    return "…" if values["0203"] == NO_BSN and not values["0205"] else None


def _known_uzovi(values: Values) -> str | None:
    """A number that we don't know is told of once, at the head of the file, if it is that of all."""
    uzovi = values["0204"]
    return None if uzovi in uzovi_numbers() or uzovi == values["0108"] else "UZOVI"


def _name_use(values: Values) -> str | None:
    if values["0216"] in _PARTNER_NAME_USES and not values["0213"] and not values["0212"]:
        return "0 | 1"
    return None


def _postcode(values: Values) -> str | None:
    """0217: of whoever lives in the Netherlands."""
    home = values["0221"] in _HOME
    return "nnnnAA" if home and not values["0217"] and not values["0218"] else None


def _foreign_postcode(values: Values) -> str | None:
    """0218: not beside one of the Netherlands. Whoever lives abroad may have none."""
    return _NOTHING if values["0221"] in _HOME and values["0217"] and values["0218"] else None


def _home_country(*, named: bool) -> Callable[[Values], str | None]:
    """0221: another one goes with a postcode abroad, be this ``named`` or left out."""

    def broken(values: Values) -> str | None:
        is_home = values["0221"] in _HOME and bool(values["0221"]) == named
        return "AA" if is_home and values["0218"] and not values["0217"] else None

    return broken


def _foreign_country(values: Values) -> str | None:
    """0221: one abroad does not go with a postcode of the Netherlands."""
    return _NOTHING if values["0221"] not in _HOME and values["0217"] else None


# Record 04 -----------------------------------------------------------------------------------------


def _forwarding(values: Values) -> str | None:
    return "1" if values["0108"] and values["0407"] != "1" else None


def _era(values: Values) -> str | None:
    """0408: care of a later standard is not declared in this one."""
    last = f"{eras()[0].valid_until:%Y%m%d}"
    return f"<= {last}" if last < values["0408"] <= values["0117"] else None


def _dcsph(text: str) -> str:
    """A DCSPH code as an element of type N or AN holds it; what is no such code stays what it is."""
    return text.removeprefix("0000") if len(text) == 8 else text


def _known_diagnosis(list_element: str, code_element: str) -> Callable[[Values], str | None]:
    def broken(values: Values) -> str | None:
        code = _dcsph(values[code_element])
        return "DCSPH" if values[list_element] == DCSPH and code and not is_diagnosis(code) else None

    return broken


def _open_diagnosis(list_element: str, code_element: str) -> Callable[[Values], str | None]:
    def broken(values: Values) -> str | None:
        return "DCSPH" if values[list_element] == DCSPH and is_closed(_dcsph(values[code_element])) else None

    return broken


def _coded(values: Values) -> list[str]:
    """The diagnoses of physiotherapy in a record."""
    return [_dcsph(values[code]) for list, code in _DIAGNOSES if values[list] == DCSPH and values[code]]


def _indication(values: Values) -> str | None:
    """0421: filled with physiotherapy, unless the care can have none."""
    return "nnn" if not values["0421"] and _coded(values) else None


def _indication_of_diagnosis(values: Values) -> str | None:
    """0421: one that the DCSPH list gives with one of the diagnoses, for adults or children."""
    allowed = indications_of(_coded(values))
    if not values["0421"] or not allowed or values["0421"] in allowed:
        return None
    return " | ".join(allowed)


def _specialism(values: Values) -> str | None:
    return "COD016" if values["0426"] and values["0426"] not in codes("COD016") else None


def _referral_date(values: Values) -> str | None:
    """0424: filled where there is a referrer."""
    return "EEJJMMDD" if (values["0425"] or values["0426"]) and not values["0424"] else None


def _itself(values: Values) -> str | None:
    """0435: a credit takes back another line than this one."""
    return "…" if values["0433"] == "C" and values["0435"] and values["0435"] == values["0434"] else None


def _previous(values: Values) -> str | None:
    """0435: the reference of the debit that is credited."""
    return "…" if values["0433"] == "C" and values["0430"] == "C" and not values["0435"] else None


def _no_previous(values: Values) -> str | None:
    return _NOTHING if values["0433"] == "D" and values["0430"] == "D" and values["0435"] else None


RELATIONS: Final = (
    Relation("0107", ("0106",), "VERIFY_SOFTWARE_VERSION", "8166", _version),
    # A message to a service bureau (0109) names no insurer.
    Relation("0108", ("0109",), "VERIFY_RECEIVER", "0018", when("-0108 -0109", "nnnn")),
    # A provider and a practice declare, each with the other, or an institution alone; of both the provider is told of.
    Relation("0110", ("0112",), "VERIFY_BESIDE_INSTITUTION", "8168", when("+0110 +0112", "-")),
    Relation("0111", ("0112", "0110"), "VERIFY_BESIDE_INSTITUTION", "8169", when("+0111 +0112 -0110", "-")),
    Relation("0110", ("0111", "0112"), "VERIFY_PROVIDER", "8170", when("-0110 -0112", "nnnnnnnn")),
    Relation("0111", ("0110", "0112"), "VERIFY_PROVIDER", "8170", when("+0110 -0111 -0112", "nnnnnnnn")),
    *(
        Relation("0113", ("0109", "0110", "0111", "0112"), "VERIFY_PAYEE", code, _payee(payee, element))
        for payee, (element, code) in _PAYEES.items()
    ),
    Relation("0114", (TODAY,), "VERIFY_FUTURE", "8847", _future("0114")),
    Relation("0114", ("0115",), "VERIFY_DATE_ORDER", "0020", _period_order),
    Relation("0115", ("0117",), "VERIFY_DATE_ORDER", "0021", at_most("0115", "0117")),
    Relation("0117", (TODAY,), "VERIFY_FUTURE", "8848", _future("0117")),
    Relation("0204", ("0108",), "VERIFY_CODE_DOUBTFUL", "0423", _known_uzovi),
    Relation("0205", ("0203",), "VERIFY_INSURED_NUMBER", "0300", _insured_number, empty="0205"),
    Relation("0207", ("0117",), "VERIFY_DATE_ORDER", "8151", at_most("0207", "0117")),
    Relation("0212", ("0213",), "VERIFY_PARTNER_CODE", "8223", when("+0213 -0212", "2"), ("0213",)),
    Relation("0213", ("0212",), "VERIFY_PARTNER_NAME", "8181", when("+0212 -0213", "…"), ("0212",)),
    Relation("0214", ("0213", "0212"), "VERIFY_PARTNER_PREFIX", "8282", when("+0214 -0213 -0212", "-"), ("0214",)),
    Relation("0216", ("0213", "0212"), "VERIFY_NAME_USE", "0397", _name_use, ("0216",)),
    Relation("0217", ("0221", "0218"), "VERIFY_POSTCODE", "0408", _postcode, empty="0217"),
    Relation("0218", ("0217", "0221"), "VERIFY_FOREIGN_POSTCODE", "8182", _foreign_postcode, ("0218",)),
    Relation("0221", ("0218", "0217"), "VERIFY_COUNTRY", "8184", _home_country(named=False), ("0218",)),
    Relation("0221", ("0218", "0217"), "VERIFY_COUNTRY", "8185", _home_country(named=True), ("0218",)),
    Relation("0221", ("0217",), "VERIFY_COUNTRY", "8186", _foreign_country, ("0221",)),
    Relation("0222", ("0108",), "VERIFY_DEBTOR", "0630", when("+0222 +0108", "-"), ("0222",)),
    Relation("0407", ("0108",), "VERIFY_FORWARDING", "8179", _forwarding),
    Relation("0408", ("0117",), "VERIFY_DATE_ORDER", "8176", at_most("0408", "0117")),
    Relation("0408", ("0117",), "VERIFY_ERA", "8061", _era),
    *(
        Relation(list, (code,), "VERIFY_DIAGNOSIS_LIST", _OF_LIST.get(list, "0540"), when(f"+{code} -{list}", "nnn"))
        for list, code in _DIAGNOSES
    ),
    *(
        Relation(code, (list,), "VERIFY_DIAGNOSIS_MISSING", "8009", when(f"+{list} -{code}", "…"))
        for list, code in _DIAGNOSES
    ),
    *(Relation(code, (list,), "VERIFY_DIAGNOSIS", "3100", _known_diagnosis(list, code)) for list, code in _DIAGNOSES),
    *(
        Relation(code, (list,), "VERIFY_DIAGNOSIS_CLOSED", "3100", _open_diagnosis(list, code))
        for list, code in _DIAGNOSES
    ),
    Relation("0421", _DIAGNOSIS_ELEMENTS, "VERIFY_INDICATION_MISSING", "3102", _indication, empty="0421"),
    Relation("0421", _DIAGNOSIS_ELEMENTS, "VERIFY_INDICATION", "8058", _indication_of_diagnosis, ("0421",)),
    Relation("0422", ("0423",), "VERIFY_THERAPIST", "8396", when("-0422 -0423", "nnnnnnnn"), empty="0422"),
    Relation("0424", ("0425", "0426"), "VERIFY_REFERRAL_DATE", "8079", _referral_date, ("0425", "0426")),
    Relation("0426", (), "VERIFY_CODE_DOUBTFUL", "8014", _specialism, ("0426",)),
    Relation("0425", ("0424", "0426"), "VERIFY_REFERRER", "8014", when("+0424 -0425 -0426", "nnnnnnnn"), ("0424",)),
    # Tariff, calculated and declared amount are all zero, where that was agreed (AW319), or none of them is.
    Relation("0428", ("0429",), "VERIFY_ZERO_AMOUNT", "0611", when("-0428 +0429", "> 0")),
    Relation("0429", ("0428", "0432"), "VERIFY_ZERO_AMOUNT", "8032", when("+0428 -0429 -0432", "> 0")),
    Relation("0432", ("0429", "0428"), "VERIFY_ZERO_AMOUNT", "8033", when("-0432 +0429 +0428", "> 0")),
    Relation("0432", ("0429",), "VERIFY_AMOUNT", "8063", at_most("0432", "0429")),
    Relation("0433", ("0430",), "VERIFY_DEBIT_CREDIT", "8064", equal("0433", "0430")),
    Relation("0435", ("0433", "0430"), "VERIFY_CREDIT_REFERENCE", "0651", _previous, empty="0435"),
    Relation("0435", ("0434", "0433"), "VERIFY_CREDIT_OF_ITSELF", "0651", _itself, ("0435",)),
    Relation("0435", ("0430", "0433"), "VERIFY_DEBIT_REFERENCE", "8397", _no_previous, ("0435",)),
)


# Care on a day -------------------------------------------------------------------------------------


@frozen
class Bound:
    """The first and the last day (EEJJMMDD) of care that an element allows, which holds ``value``."""

    element: str
    value: str
    first: bytes
    last: bytes
    code: str
    return_code: str

    def expected(self, day: bytes) -> str:
        """What the element should be on a day outside."""
        if self.element == _REFERRAL:
            return f"<= {day.decode()} (0408)"
        return f"{self.first.decode()} <= 0408 <= {self.last.decode()}"


@frozen
class Period:
    """The days that care may be given on, and the bounds that make it so."""

    first: bytes
    last: bytes
    bounds: tuple[Bound, ...]


_REFERRAL: Final = "0424"
_FIRST: Final = b"00000000"
_LAST: Final = b"99999999"


def period(values: Values) -> Period:
    """When the care of a record may be given: not before its referral, and while its indication and diagnosis hold."""
    bounds = []
    if referral := values[_REFERRAL]:
        bounds.append(Bound(_REFERRAL, referral, referral.encode(), _LAST, "VERIFY_DATE_ORDER", "8616"))
    if indication := values["0421"]:
        bounds.append(_in_force(codes("COD321")[indication], "0421", "VERIFY_INDICATION_DATE", "3102"))
    for list_element, code_element in _DIAGNOSES:
        old = codes("ZORG1-2019").get(_dcsph(values[code_element]))
        if values[list_element] == DCSPH and old is not None:
            bounds.append(_in_force(old, code_element, "VERIFY_DIAGNOSIS_DATE", "3100"))
    first = max((bound.first for bound in bounds), default=_FIRST)
    last = min((bound.last for bound in bounds), default=_LAST)
    return Period(first, last, tuple(bounds))


def _in_force(code: Code, element: str, problem: str, return_code: str) -> Bound:
    first, last = (f"{day:%Y%m%d}".zfill(8).encode() for day in (code.valid_from, code.valid_until))
    return Bound(element, code.code, first, last, problem, return_code)
