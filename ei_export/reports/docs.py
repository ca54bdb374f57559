"""Pages of ``docs/`` that are made from the tables, so that they never say something else than the program."""

from collections.abc import Iterator, Mapping
from typing import Final

from ..problems import Kind, Language, catalogue
from ..specs import SPECS
from ..tables import read_table

_HEAD: Final = """\
# Problems

Every problem that `ei-export` can report, in both languages: what is wrong and, after the arrow, what to do about it. A
word in *italics* stands for what was found.

- **error**: the appointment is held; about the settings, the tables or the input as a whole: the run is refused
- **warning**: the run goes on, but somebody should look at it
- **info**: nothing to do

The return code is what the insurer would answer without this check (COD954-VEKT).

This page is made from `specs/problems/`: change those files, not this page.
"""


def problems_page() -> str:
    """``docs/problems.md``: every kind of problem in the order of the catalogue, as Markdown.

    Raises SettingsError where the table of return codes can't be read.
    """
    rows = read_table(SPECS / "codelists" / "return-codes.csv", ("code", "text", "level", "source"))
    return_codes = {row["code"]: row["text"] for row in rows}
    return "\n".join([_HEAD, *(line for kind in catalogue().values() for line in _entry(kind, return_codes))])


def _entry(kind: Kind, return_codes: Mapping[str, str]) -> Iterator[str]:
    yield f"## {kind.code}"
    yield ""
    if kind.return_code:
        yield f"{kind.severity}, return code {kind.return_code}: {return_codes[kind.return_code]}"
    else:
        yield kind.severity
    yield ""
    yield _texts("nl", kind.nl, kind.remedy_nl)
    yield _texts("en", kind.en, kind.remedy_en)
    yield ""


def _texts(language: Language, message: str, remedy: str) -> str:
    return f"- {language}: {_italics(message)}<br>→ {_italics(remedy)}"


def _italics(text: str) -> str:
    return text.replace("{", "*").replace("}", "*")
