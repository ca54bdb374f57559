"""What is right of diagnoses, indications and insurers, in whatever standard they stand."""

from collections.abc import Iterable

from ..model.codelists import codes, diagnoses, uzovi_numbers


def is_diagnosis(code: str) -> bool:
    """Whether it is a DCSPH code, or one that Zorg1 used in 2019 in its place."""
    return code in diagnoses() or code in codes("ZORG1-2019")


def is_closed(code: str) -> bool:
    """Whether the DCSPH list has the code, and doesn't allow it."""
    found = diagnoses().get(code)
    return found is not None and not found.is_open


def indications_of(found: Iterable[str]) -> list[str]:
    """The indications (COD321) that the DCSPH list gives with one of these diagnoses, for adults or children; none
    where it says nothing of them."""
    known = [diagnoses()[code] for code in found if code in diagnoses()]
    return sorted({code for one in known for code in (*one.indications, *one.indications_under_18)})


def insurer_of(uzovi: str) -> str:
    """Whose an UZOVI number is, to people: the contract party, or the number itself."""
    known = uzovi_numbers().get(uzovi)
    return known.insurer if known is not None else uzovi
