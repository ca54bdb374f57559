"""Figures of a made-up practice, without its ledger."""

from datetime import date
from typing import Final

from ei_export.commands.figures.figures import Figures, figured
from ei_export.commands.figures.money import AMOUNTS
from ei_export.commands.figures.waiting import Undeclared
from ei_export.ledger.counted import AnsweredLines, CountedDebits
from ei_export.ledger.figures import KnownDeclaration

DAY: Final = date(2024, 2, 1)


def known(insurer: str, uzovi: str, day: str, read_on: str | None = None, **cents: int) -> KnownDeclaration:
    money = dict.fromkeys(AMOUNTS, 0) | {f"{name}_cents": value for name, value in cents.items()}
    return KnownDeclaration(f"{uzovi}{day}", insurer, uzovi, 2, day, None, read_on, read_on, **money)


def answered(insurer: str, *, refused: str = "", lines: int = 1, therapist: str = "04098765") -> AnsweredLines:
    return AnsweredLines(insurer, "012", therapist, not refused, bool(refused), refused, True, lines, 6_644 * lines)


def some_figures() -> Figures:
    """Something of everything: more than one month, insurer, age, and return code; what is known by half."""
    declarations = [
        known("VGZ", "7095", "2023-12-04", "2023-12-05", declared=20_000, granted=15_000, refused=5_000),
        known("CZ", "9664", "2023-10-02", declared=30_000, open=30_000),
        known("VGZ", "0101", "2024-01-29", declared=10_000, credited=12_000, open=-2_000),
    ]
    refused = answered("VGZ", refused="0611 8059"), answered("VGZ", refused="0320", therapist="")
    answers = [answered("VGZ", lines=8), *refused]
    waits = [Undeclared("VGZ", "held", 3, 13_288, 1, 1), Undeclared("", "unreadable", 1, 0, 0, 1)]
    return figured(DAY, declarations, CountedDebits(answers, [("VGZ", 5, 6), ("CZ", 40, 2)]), waits)
