"""Care activities and subtrajects that never were, in the files that norm N0959 looks at."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

Cells = dict[str, str]

ACTIVITY_COLUMNS: Final = (
    "activity_id", "patient_id", "date", "code", "tariff_type", "separate", "physiotherapy", "specialism", "production",
    "amount", "before", "after",
)  # fmt: skip
SUBTRAJECT_COLUMNS: Final = ("subtraject_id", "patient_id", "date", "type")
LIST_COLUMNS: Final = ("activity_id", "norm")


def activity(number: str = "A1", **cells: str) -> Cells:
    """One that meets conditions 1 to 4 in 2021, beside `subtraject` as it is."""
    said = {
        "activity_id": number,
        "patient_id": "P1",
        "date": "2021-02-03",
        "tariff_type": "20",
        "separate": "J",
        "physiotherapy": "N",
        "production": "OZP",
    }
    return said | cells


def subtraject(number: str = "S1", **cells: str) -> Cells:
    return {"subtraject_id": number, "patient_id": "P1", "date": "2021-02-03", "type": "ZT11"} | cells


def write(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]], delimiter: str = ";") -> Path:
    """A CSV file; cells that a row doesn't say are empty."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def files(
    folder: Path,
    activities: Iterable[Mapping[str, str]],
    subtrajects: Iterable[Mapping[str, str]] = (subtraject(),),
    listed: Iterable[str] = (),
) -> tuple[Path, Path, Path]:
    """``activities.csv``, ``subtrajects.csv`` and ``signalled.csv`` in a folder."""
    folder.mkdir(exist_ok=True)
    return (
        write(folder / "activities.csv", ACTIVITY_COLUMNS, activities),
        write(folder / "subtrajects.csv", SUBTRAJECT_COLUMNS, subtrajects),
        write(folder / "signalled.csv", LIST_COLUMNS, ({"activity_id": number} for number in listed)),
    )
