"""What a run came to: for programs (``summary.json``, ``--json``), and for the person who started it."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import IO, Any, Final

from attrs import asdict, define, field, frozen

from ..appointment import Outcome
from ..problems import Language
from .problem_list import ProblemList

#: The order of the counts in ``summary.json``, behind ``read`` and ``remembered``.
_COUNTS: Final = (
    Outcome.DECLARED, Outcome.COUNTED, Outcome.EARLIER, Outcome.HELD, Outcome.NOT_COMPLETED, Outcome.NOT_ZORG1,
    Outcome.NO_AGREEMENT, Outcome.UNREADABLE, Outcome.DUPLICATE,
)  # fmt: skip


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


@define
class Summary:
    """A run, or what a run would be. ``run`` and ``folder`` are None where nothing was declared; ``lines`` holds a JSON
    object for each line where ``--json`` asked for them."""

    today: date
    input: str
    problems: ProblemList
    run: str | None = None
    folder: Path | None = None
    read: int = 0
    remembered: int = 0
    outcomes: Counter[Outcome] = field(factory=Counter)
    declarations: list[Declaration] = field(factory=list)
    lines: IO[str] | None = None

    @property
    def exit_code(self) -> int:
        """0: done, at most warnings. 1: done, but at least one error (something is held)."""
        return 1 if self.problems.severities["error"] else 0

    def close(self) -> None:
        """Gives back what it keeps on disk."""
        self.problems.close()
        if self.lines is not None:
            self.lines.close()

    def document(self) -> dict[str, Any]:
        """``summary.json``."""
        counts = {"read": self.read, "remembered": self.remembered}
        counts |= {outcome.value: self.outcomes[outcome] for outcome in _COUNTS}
        return {
            "run": self.run,
            "today": self.today.isoformat(),
            "input": self.input,
            "appointments": counts,
            "declarations": [asdict(declaration) for declaration in self.declarations],
        }

    def log_line(self) -> str:
        """The run in one line of ``key=value`` for a log; nothing of it is personal."""
        values = {
            "run": self.run or "-",
            "today": self.today.isoformat(),
            **self.document()["appointments"],
            "files": len(self.declarations),
            "amount_cents": sum(declaration.amount_cents for declaration in self.declarations),
            "errors": self.problems.severities["error"],
            "warnings": self.problems.severities["warning"],
            "exit": self.exit_code,
        }
        return " ".join(f"{name}={value}" for name, value in values.items())


def write_json(summary: Summary, file: IO[str]) -> None:
    """Writes the document of ``--json``: `Summary.document` with the arrays ``lines`` and ``problems``, one row at a
    time."""
    file.write(json.dumps(summary.document(), ensure_ascii=False, indent=1).removesuffix("\n}"))
    file.write(',\n "lines": [')
    between = "\n  "
    if summary.lines is not None:
        summary.lines.seek(0)
        for line in summary.lines:
            file.write(between + line.rstrip("\n"))
            between = ",\n  "
    file.write('\n ],\n "problems": [')
    between = "\n  "
    for problem in summary.problems:
        file.write(between + json.dumps(asdict(problem), ensure_ascii=False))
        between = ",\n  "
    file.write("\n ]\n}\n")


WORDS: Final[dict[Language, dict[str, str]]] = {
    "nl": {
        "insurer": "Verzekeraar",
        "persons": "Personen",
        "lines": "Regels",
        "amount": "Bedrag",
        "total": "Totaal",
        "read": "gelezen",
        "remembered": "van eerder, opnieuw geprobeerd",
        "declared": "gedeclareerd",
        "counted": "contact, geteld en niet verzonden",
        "earlier": "al eerder afgehandeld",
        "held": "vastgehouden",
        "not_completed": "niet uitgevoerd",
        "not_zorg1": "geen Zorg1",
        "no_agreement": "geen prijsafspraak",
        "unreadable": "niet te lezen",
        "duplicate": "dubbel in de invoer",
        "appointments": "Afspraken",
        "files": "Bestanden voor VECOZO in {folder}:",
        "nothing": "Er was niets te declareren.",
        "would": "Dit is een controle: er is niets geschreven of gedeclareerd.",
        "problems": "{errors} x vastgehouden of fout, {warnings} x waarschuwing. Wat en wat nu: {place}",
    },
    "en": {
        "insurer": "Insurer",
        "persons": "Persons",
        "lines": "Lines",
        "amount": "Amount",
        "total": "Total",
        "read": "read",
        "remembered": "of earlier, tried again",
        "declared": "declared",
        "counted": "contact, counted and not sent",
        "earlier": "dealt with earlier",
        "held": "held",
        "not_completed": "not completed",
        "not_zorg1": "no Zorg1",
        "no_agreement": "no price agreement",
        "unreadable": "can't be read",
        "duplicate": "twice in the feed",
        "appointments": "Appointments",
        "files": "Files for VECOZO in {folder}:",
        "nothing": "There was nothing to declare.",
        "would": "This is a check: nothing was written or declared.",
        "problems": "{errors} x held or wrong, {warnings} x warning. What, and what now: {place}",
    },
}


def euros(cents: int, language: Language) -> str:
    """Cents as people write euros: ``1.234,50`` or ``1,234.50``."""
    text = f"{cents // 100:,}.{cents % 100:02}" if cents >= 0 else f"-{euros(-cents, 'en')}"
    return text.translate(str.maketrans(",.", ".,")) if language == "nl" else text


def text_lines(summary: Summary, language: Language, place: str) -> Iterator[str]:
    """The run for a person at a terminal, at most 80 wide. ``place``: where the problems are to be read."""
    words = WORDS[language]
    if summary.declarations:
        rows: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        for d in summary.declarations:
            rows[f"{d.insurer} ({d.uzovi})"] = [
                total + more
                for total, more in zip(
                    rows[f"{d.insurer} ({d.uzovi})"], (d.persons, d.lines, d.amount_cents), strict=True
                )
            ]
        rows[words["total"]] = [sum(column) for column in zip(*rows.values(), strict=True)]
        yield f"{words['insurer']:<34}{words['persons']:>12}{words['lines']:>12}{words['amount']:>18}"
        for name, (persons, lines, cents) in rows.items():
            yield f"{name:<34.34}{persons:>12}{lines:>12}{'€ ' + euros(cents, language):>18}"
        yield ""
        if summary.folder is not None:
            yield words["files"].format(folder=summary.folder)
            yield from (f"  {declaration.file}" for declaration in summary.declarations)
            yield ""
    else:
        yield words["nothing"]
        yield ""
    yield words["appointments"]
    for name, count in summary.document()["appointments"].items():
        if count:
            yield f"{count:>9}  {words[name]}"
    if len(summary.problems):
        yield ""
        yield words["problems"].format(
            errors=summary.problems.severities["error"], warnings=summary.problems.severities["warning"], place=place
        )
