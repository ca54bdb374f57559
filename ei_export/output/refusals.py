"""What a refusal is told as, by its return codes: the one that says most comes first."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import evolve

from ..base.problems import Language
from ..model.codelists import Remedy, remedies, remedy, return_codes

#: Says that something is wrong with the lines, and not what.
_OF_LINES: Final = "8097"
_NO_CODE: Final = Remedy(
    code="",
    again="corrected",
    meaning={"nl": "De reden is niet gegeven.", "en": "No reason was given."},
    remedy={
        "nl": "Vraag {by} waarom, verbeter wat er mis is en declareer de regel opnieuw.",
        "en": "Ask {by} why, correct what is wrong and declare the line again.",
    },
    source="",
    certainty="",
)
#: Of a declaration that was refused as a whole, without a word on what is wrong.
_ASK: Final[Mapping[str, str]] = {
    "nl": "Wat er mis is, staat niet in dit antwoord: vraag het aan {by}. Verbeter het, en declareer alles opnieuw.",
    "en": "What is wrong is not in this answer: ask {by}. Correct it, and declare everything again.",
}
_UNKNOWN: Final[Mapping[Language, str]] = {"nl": "betekenis niet bekend", "en": "meaning unknown"}


def telling(codes: Sequence[str]) -> str:
    """The return code that says most: not one that it wasn't looked at because of another. '' where there is none."""
    return next(_by_weight(codes), "")


def _by_weight(codes: Sequence[str]) -> Iterator[str]:
    yield from sorted(dict.fromkeys(codes), key=_is_remark)


def _is_remark(code: str) -> bool:
    known = return_codes().get(code)
    return known is not None and known.level == "O"


def official(code: str, language: Language) -> str:
    """The text of a return code."""
    known = return_codes().get(code)
    return known.text if known is not None else f"({_UNKNOWN[language]})"


def reasons(codes: Sequence[str], *, whole: bool = False) -> Iterator[tuple[str, Remedy]]:
    """The return codes of a refusal, each with what to do; '' where there is none. A remark adds nothing to another
    code. ``whole``: of a declaration of which no line was judged."""
    found = list(_by_weight(codes))
    telling_ones = [code for code in found if not _is_remark(code)] or found[:1]
    for code in telling_ones or [""]:
        yield code, _of_whole(code) if whole else remedy(code) if code else _NO_CODE


def _of_whole(code: str) -> Remedy:
    """What to do where there is no line that a remedy could be about."""
    found = remedy(code) if code else _NO_CODE
    if code in ("", _OF_LINES) or _is_remark(code):
        return evolve(found, meaning=_NO_CODE.meaning if _is_remark(code) else found.meaning, remedy=_ASK)
    about_line = any("{" in text.replace("{insurer}", "") for text in (*found.meaning.values(), *found.remedy.values()))
    return remedies()["T"] if about_line else found
