"""A practice with the declarations of another system, and what its index comes to."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from tests.support.clerk import Clerk
from tests.support.feeds import Clinic
from tests.support.filed import Care, pm304
from tests.support.receiver import Verdict, by_insurer, file_level, take_apart

COLUMNS: Final = "age_from;age_until;condition;diagnoses;basis;sex;social_status;mean"
REFERENCE: Final = (";;rug;3426;AV;;;6", ";;nek;3026;AV;;;8")
TODAY: Final = "2022-06-01"


def course(patient: int, count: int, diagnosis: str = "3426", *, year: int = 2021, **more: Any) -> list[Care]:
    """So many sessions of a patient, one on each day from the 4th of January."""
    days = [f"{year}-{1 + day // 28:02}-{1 + day % 28:02}" for day in range(3, 3 + count)]
    return [Care(patient, day, diagnosis=diagnosis, **more) for day in days]


#: A: 10 patients with 8 treatments, where others give 6; B: 30 with 6, where others give 8.
EXAMPLE: Final = (
    *(care for patient in range(10) for care in course(patient, 8)),
    *(care for patient in range(10, 40) for care in course(patient, 6, "3026")),
)


@frozen
class Indexed:
    """A practice, and what ``index`` says of it."""

    clinic: Clinic

    @property
    def folder(self) -> Path:
        return self.clinic.folder

    def file(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def granted(
        self, cared: Sequence[Care], invoice: str = "X1", verdicts: Mapping[str, Verdict] | None = None
    ) -> list[Path]:
        """A declaration and its answer: all granted, but for the verdicts by reference."""
        content = pm304(cared, invoice)
        message = take_apart(content)
        answer = file_level(message, "8001") if verdicts is None else by_insurer(message, verdicts)
        return [self.file(f"{invoice}.txt", content), self.file(f"{invoice}.ret", answer)]

    def reference(self, *rows: str, columns: str = COLUMNS) -> Path:
        return self.file("ref.csv", "\n".join([columns, *(rows or REFERENCE), ""]).encode())

    def index(
        self, *arguments: object, year: int = 2021, version: int = 3, code: int = 0, today: str = TODAY
    ) -> dict[str, Any]:
        """The document of the command; ``code`` is what it ends with."""
        asked = ("index", "--year", str(year), "--version", str(version), *map(str, arguments))
        ended, text = Clerk(self.clinic).gives(*asked, today=today, debug=False)
        assert ended == code, text
        return dict(json.loads(text))

    def text(self, *arguments: object, language: str = "nl") -> str:
        asked = ("index", "--year", "2021", "--lang", language, *map(str, arguments))
        return Clerk(self.clinic).gives(*asked, today=TODAY, as_json=False)[1]


def codes(document: Mapping[str, Any]) -> list[str]:
    """The problems, in alphabetical order."""
    return sorted(problem["code"] for problem in document["problems"])


def left(document: Mapping[str, Any]) -> dict[str, int]:
    """The lines by what became of them."""
    return {row["outcome"]: row["lines"] for row in document["counted"]}
