"""Pages of ``docs/`` that are made from the tables, so that they never say something else than the program."""

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from ei_export.base.problems import Kind, Language, catalogue, catalogue_files
from ei_export.base.specs import SPECS
from ei_export.base.tables import read_table
from ei_export.output.causes import title

_HEAD: Final = """\
# Problems

Every problem that `ei-export` can report, in both languages: what is wrong and, after the arrow, what to do about it. A
word in *italics* stands for what was found.

- **error**: the appointment is held; about the settings, the tables or the input as a whole: the run is refused
- **warning**: the run goes on, but somebody should look at it
- **info**: nothing to do

`[severity]` in the settings makes one of the others of it, where the column *may be* says so. An error that the insurer
would refuse, or that keeps a line from being declared twice, stays one.

The return code is what the insurer would answer without this check (COD954-VEKT).

This page is made from `specs/problems/`: change those files, not this page.
"""
#: What a file of the catalogue is about: its first line.
_SUBJECT: Final = re.compile("# (.+)\n")


def problems_page() -> str:
    """``docs/problems.md``: every kind of problem in the order of the catalogue, by subject, as Markdown.

    Raises SettingsError where the table of return codes can't be read.
    """
    rows = read_table(SPECS / "codelists" / "return-codes.csv", ("code", "text", "level", "source", "certainty"))
    return_codes = {row["code"]: row["text"] for row in rows}
    subjects = dict(map(_subject, catalogue_files()))
    lines = [_HEAD, "| problem | severity | may be | return code | about |", "|---|---|---|---|---|"]
    lines += [_row(kind) for kinds in subjects.values() for kind in kinds]
    for subject, kinds in subjects.items():
        lines += ["", f"## {subject}"]
        for kind in kinds:
            lines += ["", *_entry(kind, return_codes)]
    return "\n".join([*lines, ""])


def _subject(path: Path) -> tuple[str, list[Kind]]:
    """What a file is about, and its kinds."""
    text = path.read_text(encoding="utf-8")
    found = _SUBJECT.match(text)
    assert found is not None, f"{path.name} does not say what it is about"
    return found[1].rstrip("."), [catalogue()[code] for code in tomllib.loads(text)]


def _row(kind: Kind) -> str:
    """A kind in the index."""
    others = ", ".join(level for level in kind.allowed if level != kind.severity)
    cells = (f"[{kind.code}](#{kind.code.lower()})", kind.severity, others, kind.return_code, title(kind.code, "en"))
    return f"| {' | '.join(cells)} |"


def _entry(kind: Kind, return_codes: Mapping[str, str]) -> Iterator[str]:
    yield f"### {kind.code}"
    yield ""
    said: list[str] = [kind.severity]
    if kind.return_code:
        said.append(f"return code {kind.return_code}: {return_codes[kind.return_code]}")
    if kind.source:
        said.append(f"by {kind.source}")
    yield ", ".join(said)
    yield ""
    yield _texts("nl", kind.nl, kind.remedy_nl)
    yield _texts("en", kind.en, kind.remedy_en)


def _texts(language: Language, message: str, remedy: str) -> str:
    return f"- {language}: {_italics(message)}<br>→ {_italics(remedy)}"


def _italics(text: str) -> str:
    return text.replace("{", "*").replace("}", "*")


if __name__ == "__main__":
    sys.stdout.write(problems_page())
