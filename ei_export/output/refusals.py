"""What a refusal is told as, by its return codes: the one that says most comes first."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final

from attrs import evolve

from ..base.problems import LANGUAGES, Language
from ..base.wording import is_at_desk, with_own_columns
from ..base.words import as_at_desk, words
from ..model.codelists import Remedy, remedy, return_codes

#: Says that something is wrong with the lines, and not what.
_OF_LINES: Final = "8097"


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
    return known.text if known is not None else f"({words('answers', language)('meaning_unknown')})"


def reasons(codes: Sequence[str], *, whole: bool = False) -> Iterator[tuple[str, Remedy]]:
    """The return codes of a refusal, each with what to do; '' where there is none. A remark adds nothing to another
    code. ``whole``: of a declaration of which no line was judged."""
    found = list(_by_weight(codes))
    telling_ones = [code for code in found if not _is_remark(code)] or found[:1]
    for code in telling_ones or [""]:
        yield code, _where_read(_of_whole(code) if whole else remedy(code) if code else _no_code())


def worded(text: Mapping[str, str], places: Mapping[str, object], language: Language) -> str:
    """A meaning or a remedy for one line, with the columns as the practice calls them."""
    return with_own_columns(text[language]).format_map(places)


def _where_read(found: Remedy) -> Remedy:
    """At the desk what to do names its buttons."""
    if not is_at_desk():
        return found
    key = f"return-{found.code}"
    return evolve(found, remedy={language: as_at_desk(key, found.remedy[language], language) for language in LANGUAGES})


@cache
def _no_code() -> Remedy:
    return Remedy("", "corrected", False, _in_each("no_reason"), _in_each("ask_reason"), source="", certainty="")


def _in_each(key: str) -> Mapping[str, str]:
    """A text in every language, its places still open."""
    return {language: words("answers", language)[key] for language in LANGUAGES}


def _of_whole(code: str) -> Remedy:
    """What to do where there is no line that a remedy could be about: by what the code means, not by where it stands.
    Of the head or the end of a file a code has a remedy of its own, as `specs/checks/` has a control of it there."""
    found = remedy(code) if code else _no_code()
    if code in ("", _OF_LINES) or _is_remark(code):
        meaning = _no_code().meaning if _is_remark(code) else found.meaning
        return evolve(found, meaning=meaning, remedy=_in_each("ask_of_whole"))
    known = return_codes().get(code)
    if known is None:
        return evolve(found, meaning=_in_each("whole_unknown"), remedy=_in_each("ask_of_whole"))
    if known.level == "D":
        return evolve(found, meaning=_in_each("whole_of_lines"), remedy=_in_each("whole_of_lines.remedy"))
    return found
