"""``docs/problems.md`` and ``docs/nl/problemen.md``, from the catalogue, so that they say what it says.

``python -m tools.problems_page`` makes both anew.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from ei_export.base.problems import Kind, Language, catalogue, catalogue_files
from ei_export.base.specs import SPECS
from ei_export.base.tables import read_table
from ei_export.base.words import uncounted
from ei_export.output.causes import title

#: Where the page of each language is, below ``docs/``.
PAGES: Final[Mapping[Language, str]] = {"en": "problems.md", "nl": "nl/problemen.md"}
_DOCS: Final = Path(__file__).parents[1] / "docs"
_HEAD: Final[Mapping[Language, str]] = {
    "en": """\
# Problems

Every problem that `ei-export` can report: what is wrong and, after the arrow, what to do about it. A word in *italics*
stands for what was found. [In Dutch](nl/problemen.md).

- **error**: the appointment is held; about the settings, the tables or the input as a whole: the run is refused
- **warning**: the run goes on, but somebody should look at it
- **info**: nothing to do

`[severity]` in the settings makes one of the others of it, where the column *may be* says so. An error that the insurer
would refuse, or that keeps a line from being declared twice, stays one.

The return code is what the insurer would answer without this check (COD954-VEKT).

This page is made from `specs/problems/`: change those files, not this page.

| problem | severity | may be | return code | about |
|---|---|---|---|---|""",
    "nl": """\
# Problemen

Elk probleem dat `ei-export` kan melden: wat er mis is en, achter de pijl, wat u doet. Een woord in *cursief* staat voor
wat er is gevonden. Zoek op het woord in hoofdletters dat bij de melding tussen haakjes staat.
[In het Engels](../problems.md).

- **fout**: de afspraak wordt vastgehouden; gaat het over de instellingen, de tabellen of de invoer als geheel, dan
  begint de run niet
- **waarschuwing**: het gaat door, maar kijk er even naar
- **ter informatie**: u hoeft niets te doen

Onder `[severity]` in de instellingen maakt u er iets anders van (`error`, `warning` of `info`), als de kolom *mag zijn*
dat zegt. Wat de verzekeraar zou afwijzen, en wat dubbel declareren voorkomt, blijft een fout.

De retourcode is wat de verzekeraar zonder deze controle zou antwoorden (COD954-VEKT).

Deze pagina wordt gemaakt uit `specs/problems/`: verander die bestanden, niet deze pagina.

| probleem | ernst | mag zijn | retourcode | gaat over |
|---|---|---|---|---|""",
}
_WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "error": "error",
        "warning": "warning",
        "info": "info",
        "return_code": "return code {code}: {text}",
        "source": "by {source}",
    },
    "nl": {
        "error": "fout",
        "warning": "waarschuwing",
        "info": "ter informatie",
        "return_code": "retourcode {code}: {text}",
        "source": "volgens {source}",
    },
}
#: What a file of the catalogue is about: its first line in English, its second in Dutch.
_SUBJECT: Final = re.compile("# (?P<en>.+)\n# (?P<nl>.+)\n")


def problems_page(language: Language) -> str:
    """Every kind of problem in the order of the catalogue, by subject, as Markdown.

    Raises SettingsError where the table of return codes can't be read.
    """
    rows = read_table(SPECS / "codelists" / "return-codes.csv", ("code", "text", "level", "source", "certainty"))
    return_codes = {row["code"]: row["text"] for row in rows}
    subjects = dict(_subject(path, language) for path in catalogue_files())
    lines = [_HEAD[language], *(_row(kind, language) for kinds in subjects.values() for kind in kinds)]
    for subject, kinds in subjects.items():
        lines += ["", f"## {subject}"]
        for kind in kinds:
            lines += ["", *_entry(kind, language, return_codes)]
    return "\n".join([*lines, ""])


def _subject(path: Path, language: Language) -> tuple[str, list[Kind]]:
    """What a file is about, and its kinds."""
    text = path.read_text(encoding="utf-8")
    found = _SUBJECT.match(text)
    assert found is not None, f"{path.name} does not say in two lines what it is about, in English and in Dutch"
    return found[language], [catalogue()[code] for code in tomllib.loads(text)]


def _row(kind: Kind, language: Language) -> str:
    """A kind in the index."""
    words = _WORDS[language]
    others = ", ".join(words[level] for level in kind.allowed if level != kind.severity)
    about = title(kind.code, language)
    cells = (f"[{kind.code}](#{kind.code.lower()})", words[kind.severity], others, kind.return_code, about)
    return f"| {' | '.join(cells)} |"


def _entry(kind: Kind, language: Language, return_codes: Mapping[str, str]) -> Iterator[str]:
    words = _WORDS[language]
    said = [words[kind.severity]]
    if kind.return_code:
        said.append(words["return_code"].format(code=kind.return_code, text=return_codes[kind.return_code]))
    if kind.source:
        said.append(words["source"].format(source=kind.source))
    message, remedy = (kind.nl, kind.remedy_nl) if language == "nl" else (kind.en, kind.remedy_en)
    yield from (f"### {kind.code}", "", ", ".join(said), "", f"{_italics(message)}<br>→ {_italics(remedy)}")


def _italics(text: str) -> str:
    return uncounted(text).replace("{", "*").replace("}", "*")


if __name__ == "__main__":
    for each, page in PAGES.items():
        (_DOCS / page).write_text(problems_page(each), encoding="utf-8")
