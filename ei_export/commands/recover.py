"""``recover``: published runs that the ledger doesn't know are read back from the folder of runs, from what they say of
themselves and from the files that were sent. All of them, or none: a file that was changed is refused.

What is not in there: answers, contacts, what was held, wishes that had not gone out, and why something was closed; that
it is, and when files were handed over, is kept beside the runs.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import chain, groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, cast, get_args

from attrs import frozen

from ..base.delivery import is_withdrawn, run_folders, writing
from ..base.private import resolved
from ..base.problems import SettingsError
from ..base.wording import iso_text
from ..declaring import memory
from ..declaring.booking import LEDGER_COLUMNS
from ..declaring.files import LINE_COLUMNS
from ..declaring.numbers import run_label
from ..intake.people import fixed
from ..ledger import Ledger, events
from ..ledger.belonging import runs as known_runs
from ..ledger.dossier import Settled
from ..ledger.line import ClosedAs, debits_of, line_of, next_attempt
from ..ledger.matters import Matter, closed_matters
from ..ledger.people import hashed_identity
from ..ledger.recovering import doubt_begun, keep_declared, note_listed
from ..ledger.runs import (
    StagedRun,
    add_declaration,
    add_persons,
    add_run,
    mark_published,
    next_person,
    published_run,
)
from ..model.appointment import Outcome
from ..model.tasks import TaskName
from ..output.cells import restored
from ..output.decisions import Decisions, decided
from ..output.traces import last_begun
from ..settings import Settings
from ..standards.files import sha256_of
from ..standards.registry import standard_named
from ..standards.standard import SentPart, Standard
from .belonging import codes_of, gone_runs, keep_owner, named, refuse_strangers, unknown_runs
from .run.recovery import RUN

LineRow = Mapping[str, str]
_NUMBERS: Final = ("units", "amount_cents")


@frozen
class ReadBack:
    """A run that the ledger knows again; ``withdrawn`` as its folder says."""

    run: str
    folder: Path
    today: str
    invoices: Sequence[str]
    lines: int
    amount_cents: int
    withdrawn: bool


@frozen
class Recovered:
    """The ``runs`` that were read back, how many things are ``closed`` or opened again by what was decided since, and
    of how many runs is known when they were ``sent``."""

    runs: Sequence[ReadBack]
    closed: int
    sent: int


def recover(settings: Settings, today: date, *, runs_gone: bool = False) -> Recovered:
    """Reads back every run in the folder of runs that the ledger doesn't know, which is made where there is none, and
    what people decided about them. ``runs_gone``: also where earlier ones are nowhere to be found.

    Raises SettingsError for a run or a file that is gone, for one that was changed, for a run of another practice, and
    for one whose number is another's in the ledger; BusyError, WriteError. Then nothing was read back.
    """
    with writing(settings.ledger.path):
        ledger = Ledger.open(settings.ledger.path)
        try:
            refuse_strangers(ledger, settings)
            runs = unknown_runs(ledger, settings.output.dir)
            gone = _gone(ledger, settings.output.dir, runs)
            if gone and not runs_gone:
                raise SettingsError("RECOVER_RUNS_GONE", runs=named(gone), path=str(settings.output.dir))
            if runs or gone:
                doubt_begun(ledger)
            done = [_read_back(ledger, settings, number, folder, today) for number, folder in runs]
            closed, sent = _decide(ledger, decided(settings.output.dir))
            keep_owner(ledger, settings, today)
            note_listed(ledger, settings.output.dir, last_begun(settings.output.dir))
            ledger.commit()
        finally:
            ledger.close()
    return Recovered(done, closed, sent)


def _read_back(ledger: Ledger, settings: Settings, number: int, folder: Path, today: date) -> ReadBack:
    label = run_label(number)
    if number in known_runs(ledger):
        raise SettingsError("RECOVER_CLASH", run=label, path=str(folder))
    summary = _summary(folder)
    header = _checked(folder, summary)
    _refuse_stranger(settings, header, folder)
    add_run(ledger, StagedRun(number, folder, folder), date.fromisoformat(summary["today"]), summary["input"], "")
    mark_published(ledger, number, folder)
    person, rows = next_person(ledger), _rows(folder)
    for declaration in summary["declarations"]:
        person = _read_declaration(ledger, folder, declaration, number, header, rows, person)
    if withdrawn := is_withdrawn(folder):
        events.withdrawn(ledger, number, resolved(folder), today, "")
    declarations = summary["declarations"]
    lines, cents = (sum(each[name] for each in declarations) for name in ("lines", "amount_cents"))
    invoices = [each["invoice"] for each in declarations]
    return ReadBack(label, folder, summary["today"], invoices, lines, cents, withdrawn)


def _gone(ledger: Ledger, out: Path, runs: Sequence[tuple[int, Path]]) -> Sequence[str]:
    """The runs that are neither in the ledger nor in the folder of runs: before the last of these ``runs``, or by the
    list of runs. What they declared would go again."""
    earlier = {*range(1, max((number for number, _ in runs), default=0))}
    missing = earlier - known_runs(ledger).keys() - {number for number, _ in run_folders(out)}
    return sorted({*map(run_label, missing), *gone_runs(ledger, out)})


def _refuse_stranger(settings: Settings, header: str, folder: Path) -> None:
    """Raises SettingsError for a run that another practice declared."""
    provider = json.loads(header)
    bound = {provider["practice_agb"], provider["institution_agb"]} - {""}
    own = codes_of(settings.practice)
    if not (own & bound or bound <= set(settings.practice.formerly)):
        said = {"bound": ", ".join(sorted(bound)), "found": ", ".join(sorted(own))}
        raise SettingsError("LEDGER_OTHER_PRACTICE", path=str(folder), **said)


def _decide(ledger: Ledger, decisions: Decisions) -> tuple[int, int]:
    """Has the ledger know what was decided and it doesn't know; of how many things, and of how many runs. Why is not
    kept."""
    known = closed_matters(ledger)
    closed = sent = 0
    for (kind, name, was_known), (closed_as, day) in decisions.closed.items():
        matter = Matter(cast(TaskName, kind), name, was_known)
        is_known = (known[matter].closed_as if matter in known else None) == closed_as
        if is_known or (kind == "line" and line_of(ledger, name) is None):
            continue
        if closed_as is None or closed_as in get_args(ClosedAs):  # else it is of somebody else
            events.closed(ledger, matter, cast(ClosedAs | None, closed_as), "", day)
            closed += 1
    for label, handed_over in decisions.sent.items():
        match = RUN.fullmatch(label)
        run = published_run(ledger, int(match[1])) if match else None
        if run is not None and run.handed_over_on != iso_text(handed_over):
            events.handed_over(ledger, run.run, handed_over)
            sent += 1
    return closed, sent


# A run as it says itself.


def _summary(folder: Path) -> dict[str, Any]:
    path = folder / "summary.json"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        date.fromisoformat(document["today"])
        assert isinstance(document["declarations"], list)
    except FileNotFoundError:
        raise _file_gone(path) from None
    except (OSError, ValueError, KeyError, TypeError, AssertionError):
        raise _changed(path) from None
    return dict(document)


def _checked(folder: Path, summary: Mapping[str, Any]) -> str:
    """Holds every file against its SHA-256; gives who declared."""
    path = folder / memory.NAME
    try:
        with path.open("rb") as file:
            found = memory.read_checked(file)
        expected = {
            "lines.csv": found.lines_sha256,
            **{each["file"]: each["sha256"] for each in summary["declarations"] if "pruned" not in each},
        }
        for name, sha256 in expected.items():
            path = folder / name
            with path.open("rb") as file:
                if sha256_of(file) != sha256:
                    raise _changed(path)
    except FileNotFoundError:
        raise _file_gone(path) from None
    except (OSError, ValueError, KeyError, TypeError):
        raise _changed(path) from None
    return found.header


def _rows(folder: Path) -> Iterator[LineRow]:
    """The lines of a run, each with its patient."""
    with (folder / "lines.csv").open("rb") as lines, (folder / memory.NAME).open("rb") as patients:
        table = csv.reader(io.TextIOWrapper(lines, encoding="utf-8", newline=""))
        next(table)
        for cells, (_, patient_id) in zip(table, memory.rows(patients), strict=True):
            yield {**dict(zip(LINE_COLUMNS, map(restored, cells), strict=True)), "patient_id": patient_id}


# Into the ledger.


def _read_declaration(
    ledger: Ledger,
    folder: Path,
    declaration: Mapping[str, Any],
    run: int,
    header: str,
    rows: Iterator[LineRow],
    person: int,
) -> int:
    """Writes a declaration in the ledger with its persons and lines; ``person`` is the next free number, and so is what
    it gives."""
    if "pruned" in declaration:
        return _read_pruned(ledger, declaration, run, header, rows, person)
    first = last = ""
    standard = standard_named(declaration["standard"])
    with (folder / declaration["file"]).open("rb") as file:
        sent: list[tuple[LineRow, str, str]] = []
        record = ""
        for text, reference, previous in chain(standard.sent_parts(file), [SentPart("")]):
            if reference:
                row = next(rows, None)
                if row is None or row["reference"] != reference:
                    raise _changed(folder / "lines.csv")
                first, last = first or reference, reference
                sent.append((row, text, previous))
                continue
            if sent:
                _keep(ledger, standard, person, record, sent)
                person += 1
                sent = []
            record = text
    more = {"run": run, "provider": header, "first_reference": first, "last_reference": last}
    add_declaration(ledger, {**declaration, **more})
    return person


def _read_pruned(
    ledger: Ledger, declaration: Mapping[str, Any], run: int, header: str, rows: Iterator[LineRow], person: int
) -> int:
    """As `_read_declaration`, of one whose persons were taken out: of its lines only ``lines.csv`` is left."""
    lines = [*islice(rows, declaration["lines"])]
    add_persons(ledger, [(person, "")])
    for row in lines:
        attempt = next_attempt(ledger, row["appointment_id"], row["debit_credit"])
        events.sent(ledger, LEDGER_COLUMNS, [(*_values(row), person, "", attempt, None, None, "")])
    more = {"run": run, "provider": header, "first_reference": lines[0]["reference"]}
    kept = {name: value for name, value in declaration.items() if name != "pruned"}
    add_declaration(ledger, {**kept, **more, "last_reference": lines[-1]["reference"]})
    return person + 1


def _values(row: LineRow) -> list[object]:
    return [int(row[column]) if column in _NUMBERS else row[column] for column in (*LINE_COLUMNS, "patient_id")]


def _keep(
    ledger: Ledger, standard: Standard, person: int, record: str, sent: Sequence[tuple[LineRow, str, str]]
) -> None:
    """Writes a person with their lines in the ledger, and in the dossiers of the patients that they are."""
    add_persons(ledger, [(person, record)])
    insured = standard.read_person(record)
    identity = hashed_identity(ledger, insured.who, *fixed(insured.birth_date, insured.sex))
    debits: list[tuple[str, Settled]] = []
    for row, fragment, previous in sent:
        side = row["debit_credit"]
        attempt = next_attempt(ledger, row["appointment_id"], side)
        line = (*_values(row), person, fragment, attempt, previous or None, identity[0])
        if side == "C":
            events.sent(ledger, LEDGER_COLUMNS, [(*line, "")], credited=[previous])
            continue
        earlier = [debit.reference for debit in debits_of(ledger, row["appointment_id"])]
        care = standard.read_care(fragment)
        events.sent(ledger, LEDGER_COLUMNS, [(*line, care.therapist_agb)], replaced=earlier)
        debits.append((row["patient_id"], _declared(row, insured.bsn, care.diagnosis)))
    debits.sort()
    for patient_id, same in groupby(debits, key=itemgetter(0)):
        keep_declared(ledger, patient_id, identity, [appointment for _, appointment in same])


def _declared(row: LineRow, bsn: str, diagnosis: str) -> Settled:
    """An appointment as it was declared. A trajectory without a number is called after its patient."""
    trajectory = row["trajectory"]
    return Settled(
        appointment_id=row["appointment_id"],
        date=row["date"],
        code="",
        declare_under=row["code"],
        trajectory_id="" if trajectory.startswith(f"{row['patient_id']}/") else trajectory,
        uzovi=row["uzovi"],
        diagnosis_code=diagnosis,
        bsn=bsn.zfill(9),
        outcome=Outcome.DECLARED.value,
        units=int(row["units"]),
        linked=row["code"],
    )


def _file_gone(path: Path) -> SettingsError:
    return SettingsError("RECOVER_GONE", path=str(path))


def _changed(path: Path) -> SettingsError:
    return SettingsError("RECOVER_CHANGED", path=str(path))
