"""Reports of runs that never were, to look at."""

import datetime as dt
import io
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from attrs import evolve

from ei_export.base.problems import Finding, Language, Severities
from ei_export.commands.figures.figures import figured
from ei_export.commands.run.html import Known, RunPage, write_report
from ei_export.commands.run.summary import Summary
from ei_export.commands.worklist.task import Task
from ei_export.commands.worklist.worklist import WorkList
from ei_export.ledger.counted import CountedDebits
from ei_export.model.appointment import Outcome
from ei_export.model.declaration import Declaration
from ei_export.output.problem_list import ProblemList
from tests.support.figured import some_figures

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


def work(*tasks: Task) -> WorkList:
    """A work list of these."""
    found = WorkList(DAY, 56)
    for task in tasks:
        found.add(task)
    found.put_in_order()
    return found


LATE: Final = Task.of(
    "held",
    [Finding("TARIFF_MISSING", "", tariff_missing(1)[-1])],
    key="A00007",
    patient_id="P7",
    date=dt.date(2022, 9, 25),
    insurer="CZ",
    amount_cents=12_345,
    basis="estimate",
    appointment_id="A00007",
    trajectory="T7",
    deadline=dt.date(2024, 1, 25),
    days_left=-7,
)
REFUSED: Final = evolve(LATE, kind="refused", key="R7", deadline=None, days_left=None, remark="Te laat ingediend")
ENDED: Final = Task.of(
    "tariffs_end",
    [
        Finding(
            "TASK_TARIFFS_END",
            "",
            {"insurer": "VGZ", "products": "940131", "last": DAY, "file": "tarieven.csv", "task": "T1"},
        )
    ],
    key="tariffs_end:VGZ",
    insurer="VGZ",
    deadline=DAY,
    days_left=0,
)


def report(
    found: Sequence[Found] = (),
    lines: Sequence[dict[str, Any]] = (),
    declarations: Sequence[Declaration] = (),
    language: Language = "en",
    found_work: WorkList | None = None,
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
    known = Known(DAY, found_work or work(), None if test else figured(DAY, [], CountedDebits([], []), []), {})
    return RunPage(summary, language, practice, known, lines)


def full(language: Language) -> RunPage:
    """A page with everything on it."""
    shown = report(
        [tariff_missing(1), tariff_missing(2), tariff_missing(3, "3332"), deadline_passed(1), deadline_passed(2)],
        [line(1), line(2), line(3, "9664")],
        [declaration("7095", 2, 24690), declaration("9664", 1, 12345)],
        language,
        work(LATE, REFUSED, ENDED),
        test=True,
    )
    return evolve(shown, known=evolve(shown.known, figures=some_figures()))


def page(of: RunPage) -> str:
    """The page as it is written."""
    file = io.BytesIO()
    write_report(of, file)
    return file.getvalue().decode()
