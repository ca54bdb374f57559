"""What there may be to do for who does the billing (``specs/worklist/``): the kinds of tasks, with how urgent each is
and what can be done about it, and which problems of many appointments are one cause."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, get_args

from attrs import frozen

from ..base.problems import catalogue
from ..base.row_types import CountCell, FlagCell, KeyedTable, RequiredCell, SourceCell, WordCells, one_of, within
from ..base.specs import SPECS
from ..base.tables import Report, Row, refuse

TaskName = Literal[
    "paid_twice", "refused", "nothing_stands", "held", "tariff_missing", "contract_missing", "contact",
    "credit_refused", "partly_granted", "changed",
    "no_agreement", "not_linked", "open_trajectory", "planned", "agreements_end", "tariffs_end", "contract_end",
]  # fmt: skip
#: What can be done about a task with a command, or a button: the last four close it.
Way = Literal["redeclare", "credit", "cancel", "correct", "write-off", "patient", "accepted", "handled"]

#: What can end: a rule table, tariffs, a contract position.
Ending = Literal["agreements", "tariffs", "contract"]

#: What a cause is told apart by, besides the parameters of its problem.
_OF_APPOINTMENT: Final = frozenset({"patient", "trajectory"})


def _rank(row: Row, column: str) -> int:
    """How urgent it is by its deadline; where the cell is empty, no otherwise than without one."""
    return row.whole_number(column if row[column] else "rank")


@frozen
class TaskKind:
    """A kind of task. The lower its ``rank``, the more urgent; ``soon`` and ``late`` are the ranks of one whose
    deadline is near, or has passed. ``ways``: what can be done about it; ``in_setup``: it is put right in the settings,
    or in a table of the practice."""

    kind: Annotated[TaskName, one_of(get_args(TaskName))]
    rank: CountCell
    soon: Annotated[int, _rank]
    late: Annotated[int, _rank]
    ways: Annotated[tuple[Way, ...], lambda row, column: tuple(row[column].split())]
    in_setup: FlagCell
    source: SourceCell


@frozen
class CauseRule:
    """A problem by which many appointments may wait for one thing: those with the same ``cause``, and alike in what
    they are told apart ``by``, parameters of the problem, or the patient or the trajectory. What holds a single
    appointment has no such row. ``kind``: what kind of task it is then, '' for
    that of its appointments; ``in_setup`` as of a kind. ``ends``: what there is none of on the day; where that ended,
    it is told by what it holds."""

    problem: Annotated[str, lambda row, column: row.choice(column, sorted(catalogue()))]
    cause: RequiredCell
    by: WordCells
    kind: Annotated[TaskName | Literal[""], one_of(("", *get_args(TaskName)))]
    in_setup: FlagCell
    ends: Annotated[Ending | Literal[""], one_of(("", *get_args(Ending)))]


_kinds: Final = KeyedTable[TaskName, TaskKind]("worklist/kinds.csv", TaskKind, "kind")
#: The problems that many appointments may wait by.
cause_rules: Final = KeyedTable[str, CauseRule]("worklist/causes.csv", CauseRule, "problem")


def read_task_tables(specs: Path = SPECS, report: Report = refuse) -> None:
    """Reads both tables, and hands what is wrong in them to ``report``."""
    _kinds.read(specs, report, within(frozenset(get_args(Way)), " | ".join(get_args(Way)), "ways"))
    cause_rules.read(specs, report, _known_parameters)


def _known_parameters(row: Row) -> None:
    problem = row.choice("problem", sorted(catalogue()))
    for name in row["by"].split():
        if name not in _OF_APPOINTMENT and f"{{{name}}}" not in catalogue()[problem].nl:
            raise row.error("by", "patient | trajectory | a parameter of its text")


def task_kinds() -> Mapping[TaskName, TaskKind]:
    """Every kind of task by its name."""
    return _kinds()
