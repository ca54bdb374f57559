"""Reports of runs that never were, to look at."""

import datetime as dt
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from ei_export.base.problems import Finding, Language, Severities
from ei_export.commands.run.html import RunPage, write_report
from ei_export.commands.run.summary import Summary
from ei_export.commands.worklist.attention import EndingTable, NearDeadline, OpenTrajectory, Overview, Rows
from ei_export.model.appointment import Outcome
from ei_export.model.declaration import Declaration
from ei_export.output.problem_list import ProblemList

DAY: Final = dt.date(2024, 2, 1)
INSURERS: Final = {"7095": "VGZ", "9664": "CZ", "3332": "Menzis"}

#: Code, appointment, trajectory, row, UZOVI and parameters.
Found = tuple[str, str, str, int | None, str, dict[str, object]]


def tariff_missing(number: int, uzovi: str = "7095") -> Found:
    params: dict[str, object] = {
        "code": "940131",
        "insurer": INSURERS[uzovi],
        "date": "2023-09-25",
        "list": "productafspraken Zorg1",
    }
    return "TARIFF_MISSING", f"A{number:05}", f"T{number}", number, uzovi, params


def deadline_passed(number: int, uzovi: str = "9664") -> Found:
    params = {"insurer": INSURERS[uzovi], "months": 12, "deadline": f"2023-{number % 12 + 1:02}-15"}
    return "DEADLINE_PASSED", f"B{number:05}", "", None, uzovi, params


def declaration(uzovi: str, lines: int, cents: int) -> Declaration:
    invoice = f"24020100{uzovi}"
    name = f"declarations/PM304_{uzovi}_{invoice}.txt"
    return Declaration(name, "PM304 3.2", uzovi, INSURERS[uzovi], invoice, 1, lines, cents, "0" * 64)


def line(number: int, uzovi: str = "7095", **cells: object) -> dict[str, Any]:
    """A row of ``lines.csv``."""
    return {
        "reference": f"240201R000001{number:07}",
        "appointment_id": f"L{number:05}",
        "trajectory": f"T{number}",
        "uzovi": uzovi,
        "date": "2023-09-25",
        "code": "940131",
        "list": "012",
        "f_code": "F1013",
        "units": 1,
        "amount_cents": 12345,
        "debit_credit": "D",
        "invoice": f"24020100{uzovi}",
        "rule": "specs/zorg1/vgz.csv:12",
        **cells,
    }


def overview(
    trajectories: Iterable[OpenTrajectory] = (),
    deadlines: Iterable[NearDeadline] = (),
    endings: Sequence[EndingTable] = (),
) -> Overview:
    open_trajectories = Rows(OpenTrajectory, lambda row: (row.trajectory,))
    near = Rows(NearDeadline, lambda row: (row.appointment_id,))
    for trajectory in trajectories:
        open_trajectories.add(trajectory)
    for deadline in deadlines:
        near.add(deadline)
    return Overview(DAY, 12, 8, open_trajectories, near, endings)


FORGOTTEN: Final = OpenTrajectory("T7", "P7", "VGZ", "lage rug", "2", dt.date(2023, 6, 1), None, 0, 35)
LATE: Final = NearDeadline(
    "CZ", "A00007", "T7", dt.date(2022, 9, 25), dt.date(2024, 1, 25), -7, "held", "TARIFF_MISSING", "Geen tarief."
)
ENDED: Final = EndingTable("agreements", "specs/zorg1/vgz.csv", "VGZ", "lage rug, nek", dt.date(2023, 12, 31), -32)


def report(
    found: Sequence[Found] = (),
    lines: Sequence[dict[str, Any]] = (),
    declarations: Sequence[Declaration] = (),
    language: Language = "en",
    seen: Overview | None = None,
    practice: str = "Fysiotherapie De Brug",
    *,
    test: bool = False,
) -> RunPage:
    problems = ProblemList(language, "appointments.csv", Severities())
    for code, appointment, trajectory, row, uzovi, params in found:
        problems.add(Finding(code, "date", params), appointment, trajectory, row, uzovi)
    outcomes = Counter({Outcome.DECLARED: len(lines), Outcome.HELD: problems.severities["error"]})
    run = "R000001" if declarations else None
    summary = Summary(DAY, "appointments.csv", problems, run, outcomes=outcomes, insurers=INSURERS)
    summary.declarations = list(declarations)
    summary.held = Counter(uzovi for code, _, _, _, uzovi, _ in found if code == "TARIFF_MISSING")
    summary.read = outcomes.total()
    summary.test = test
    return RunPage(summary, language, practice, seen or overview(), lines)


def full(language: Language) -> RunPage:
    """A page with everything on it."""
    return report(
        [tariff_missing(1), tariff_missing(2), tariff_missing(3, "3332"), deadline_passed(1), deadline_passed(2)],
        [line(1), line(2), line(3, "9664")],
        [declaration("7095", 2, 24690), declaration("9664", 1, 12345)],
        language,
        overview([FORGOTTEN], [LATE], [ENDED]),
        test=True,
    )


def page(of: RunPage) -> str:
    """The page as it is written."""
    file = io.BytesIO()
    write_report(of, file)
    return file.getvalue().decode()
