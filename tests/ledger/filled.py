"""A practice to which everything happened, and every question that is asked of its ledger.

``python -m tests.ledger.filled`` fills a ledger with the present program and puts it in ``filled-1/``, with what each
question gives. That is done once for each version of the tables, when they are complete: every later program must
read it.
"""

import gzip
import json
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any, Final

import attrs

from ei_export.ledger import (
    Ledger,
    belonging,
    buckets,
    care,
    corrections,
    counted,
    credits,
    events,
    feeds,
    figures,
    history,
    line,
    matters,
    measurements,
    patients,
    people,
    pruning,
    recovering,
    runs,
    standing,
    testing,
)
from tests.golden.cases import GOLDEN
from tests.support.clerk import COURSE, NOTHING, SINGLE, Clerk, few_tariffs, the
from tests.support.feeds import BYSTANDERS, COLUMNS, Cells, Clinic, csv_text, visit
from tests.support.receiver import Verdict, by_insurer, by_vecozo

#: Made-up agreements of the years of the other standard.
OVERLAY: Final = "verzonnen-2024-2026.csv"
FILLED: Final = Path(__file__).parent / "filled-1"
_KEPT: Final = ("ei-export.toml", "tariffs.csv", "appointments.csv", "metingen.csv", OVERLAY)
#: The day after the last run.
LATER: Final = "2025-03-01"
_MORE: Final = ("category", "measurement_name", "measurement_score")
_ZORG1: Final = {"consent": "J", "category": "Zorg 1: Lage rug | profiel 2", "measurement_name": "Start Back"}
_COURSE: Final = [row | _ZORG1 | {"measurement_score": str(score)} for score, row in enumerate(COURSE, start=3)]


#: Behind the ledger's own settings.
_MEASURED: Final = """
[measurements]
path = "metingen.csv"
"""
_MEASUREMENTS: Final = """\
patient_id,trajectory_id,date,instrument,score,subscore,moment
P1,T1,2021-03-01,Start Back,5,4,intake
P1,,01-03-2021,NPRS,"7,5",,
P10,T1-10,2021-03-22,Eigen lijst,3,,daarna
P99,,2021-03-01,NPRS,4,,
P1,,2021-03-08,NPRS,,,
P1,,32-03-2021,NPRS,hoog,,
"""


def _other(number: int, **cells: str) -> list[Cells]:
    """A course of patient P10 and so on."""
    rows = (visit(f"{row['appointment_id']}-{number}", row["date"], row["code"], f"T{number}") for row in COURSE)
    who = visit("", "", "", patient=f"P{number}")
    own = {name: who[name] for name in ("patient_id", "bsn", "birth_date", "name", "house_number", "insured_number")}
    return [row | own | cells for row in rows]


def fill(folder: Path) -> Clinic:
    """A practice of some nights, in a folder."""
    clinic = few_tariffs(Clinic.open(folder, codes='VREEMD = "940131"\n', ledger=_MEASURED))
    clerk = Clerk(clinic)
    (folder / "metingen.csv").write_text(_MEASUREMENTS, encoding="utf-8")

    def night(day: str, *rows: Cells) -> Any:
        clinic.write(csv_text([*rows], (*COLUMNS, *(name for name in _MORE if name not in COLUMNS))))
        return clinic.run(today=day)

    # Declared, counted, held for what the table or the row lacks, not readable, and of codes that nobody explained.
    first = night(
        "2021-04-01",
        *(*_COURSE, SINGLE, *BYSTANDERS),
        *(row for number in range(10, 19) for row in _other(number)),
        visit("H1", "2021-03-03", "940131", "TH", patient="P20", diagnosis_code="", name='Voor"beeld\\'),
        visit("H2", "2021-03-04", "940141", "TI", patient="P21"),
        visit("U1", "32-03-2021", "940131", "TU", patient="P22"),
        visit("X1", "2021-03-05", "RUG-1", "", patient="P23", measurement_name="NPRS", measurement_score="7"),
        visit("X2", "2021-03-06", "RUG-2", "", patient="P23"),
        visit("O1", "2021-03-07", "940131", "TO", patient="P24"),
        visit("O2", "2021-03-14", "940135", "TO", patient="P24"),
    )
    assert first.lines
    # An answer of the insurer: granted, for less, and refused.
    files = {message.invoice: message for message in map(_taken_apart, first.files.values())}
    verdicts = {
        clerk.reference("A1-10"): Verdict(0, ("0611",)),
        clerk.reference("A3-10"): Verdict(0, ("0320",)),
        clerk.reference("A1-11"): Verdict(1000, ("0611",)),
        clerk.reference("A3-11"): Verdict(0, ("0611",)),
        clerk.reference("A3-13"): Verdict(1000, ("0611",)),
        clerk.reference("A3-17"): Verdict(0, ("0611",)),
        clerk.reference("A3-18"): Verdict(0, ("0611",)),
    }
    vgz = next(m for m in files.values() if any(each.reference in verdicts for _, each in m.lines))
    clerk.gets(by_insurer(vgz, verdicts))
    # The feed says otherwise of what was declared and of what was counted; a contact is another patient's now.
    changed = [
        _COURSE[0] | {"date": "2021-03-02"},
        {**_other(12)[0], "status": "cancelled"},
        {**_other(13)[0], "name": "Anders"},
        {**_other(14)[0], "therapist_agb": "04011111"},
        {**_other(15)[1], "patient_id": "P16"},
        _COURSE[2] | {"consent": "N"},
        {**_other(17)[2], "code": "940135"},
        {**_other(18)[2], "code": "1000", "trajectory_id": ""},
    ]
    night("2021-05-01", *changed, visit("N1", "2021-04-12", "940140", "TN", patient="P25", insurer="Zilveren Kruis"))
    # A run that was not sent, and what goes again.
    clerk.undoes("R000002", today="2021-05-02")
    # A line corrected, one credited and one declared again, and an answer of VECOZO.
    clerk.asks("correct", clerk.reference("A1"), today="2021-05-03")
    clerk.asks("credit", clerk.reference("S1"), "--why", "dubbel", today="2021-05-03")
    third = night("2021-06-01", visit("N2", "2021-05-12", "940131", "T9", patient="P26"))
    for content in third.files.values():
        message = _taken_apart(content)
        if any(each.reference == clerk.reference("N1") for _, each in message.lines):
            clerk.gets(by_vecozo(message, {clerk.reference("N1"): "8202"}))
    clerk.asks("credit", clerk.reference("A1-14"), today="2021-06-02")
    # A test, which leaves its number only.
    settings = folder / "ei-export.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("[codes]", '[output]\nmessage = "test"\n[codes]', 1), encoding="utf-8")
    night("2021-06-03", visit("N3", "2021-05-13", "940131", "T8", patient="P27"))
    settings.write_text(text, encoding="utf-8")
    fourth = night("2021-07-01", visit("N3", "2021-05-13", "940131", "T8", patient="P27"))
    # A credit that was refused.
    sent = clerk.rows("SELECT reference FROM line WHERE appointment_id = 'A1-14' AND debit_credit = 'C'")
    (credit,) = (str(row["reference"]) for row in sent)
    for message in map(_taken_apart, fourth.files.values()):
        if any(each.reference == credit for _, each in message.lines):
            clerk.gets(by_insurer(message, {credit: Verdict(0, ("0611",))}))
    # A run of the other standard that is read back in an older ledger.
    shutil.copyfile(GOLDEN / "gds801-turn-of-2025" / OVERLAY, folder / OVERLAY)
    settings.write_text(f'{text}\n[agreements]\noverlay = ["{OVERLAY}"]\n', encoding="utf-8")
    before = (folder / "ledger.sqlite").read_bytes()
    night("2025-02-03", visit("N4", "2025-01-14", "940131", "T7", patient="P28", consent="J"))
    (folder / "ledger.sqlite").write_bytes(before)
    assert clerk.gives("recover", today="2025-02-03")[0] == 0
    # What people closed, and opened again.
    _close(folder, clerk)
    # What the next run is still to do.
    clerk.asks("credit", clerk.reference("A1-16"), today="2025-02-04")
    clerk.asks("correct", clerk.reference("A1-13"), today="2025-02-04")
    clinic.write(NOTHING)
    return clinic


def _close(folder: Path, clerk: Clerk) -> None:
    """What somebody closed, as ever they may; two are opened again. One run is handed over."""
    day = date(2025, 2, 4)
    partly, refused = (matters.Matter("line", clerk.reference(ident)) for ident in ("A1-11", "A3-11"))
    held, opened = matters.Matter("appointment", "H2"), matters.Matter("appointment", "H1")
    again = matters.Matter("line", clerk.reference("A3-10"))
    trajectory = matters.Matter("open_trajectory", "TO", "2021-03-07 2021-03-14 1")
    tariffs = matters.Matter("tariffs_end", "VGZ 940131", "2021-12-31")
    with closing(Ledger.open(folder / "ledger.sqlite")) as ledger:
        events.closed(ledger, partly, "patient", "eigen rekening", day)
        events.closed(ledger, refused, "write-off", "", day)
        events.closed(ledger, held, "handled", "verhuisd", day)
        events.closed(ledger, tariffs, "accepted", "", day)
        for about in (opened, again, trajectory):
            events.closed(ledger, about, "accepted", "", day)
            events.closed(ledger, about, None, "toch niet", day)
        events.handed_over(ledger, 1, day)
        ledger.commit()


def unpacked(folder: Path) -> Path:
    """A copy of the filled practice in a folder that isn't there yet."""
    folder.mkdir()
    for name in _KEPT:
        shutil.copyfile(FILLED / name, folder / name)
    (folder / "ledger.sqlite").write_bytes(gzip.decompress((FILLED / "ledger.sqlite.gz").read_bytes()))
    return folder


def expected() -> dict[str, Any]:
    """What everything gave when the ledger was filled: ``questions`` and ``commands``."""
    return dict(json.loads((FILLED / "expected.json").read_text(encoding="utf-8")))


def _taken_apart(content: bytes) -> Any:
    return the(_File({"": content}))  # type: ignore[arg-type]


@attrs.frozen
class _File:
    files: Mapping[str, bytes]


# Asking.


def questions(ledger: Ledger) -> dict[str, Any]:
    """What every question of the ledger gives, as JSON has it."""
    day, header = date.fromisoformat(LATER), "another header"
    appointments = sorted({kept.appointment_id for _, kept in patients.kept_by_all(ledger)} | {"nobody's"})
    references = [*ledger.column("SELECT reference FROM line ORDER BY reference")]
    numbers = [*ledger.column("SELECT number FROM trajectory_owner ORDER BY number")]
    known = [*care.patients_in_care(ledger)]
    invoices = sorted(invoice for found in belonging.runs(ledger).values() for invoice in found)
    asked: dict[str, Callable[[], object]] = {
        "belonging.owners": lambda: sorted(belonging.owners(ledger)),
        "belonging.runs": lambda: belonging.runs(ledger),
        "belonging.is_header_refused": lambda: belonging.is_header_refused(ledger),
        "buckets.settled_buckets": lambda: buckets.settled_buckets(ledger, []),
        "corrections.corrected_patients": lambda: corrections.corrected_patients(ledger),
        "corrections.waiting_for_credit": lambda: [corrections.waiting_for_credit(ledger, each) for each in invoices],
        "corrections.asking": lambda: [corrections.asking(ledger, reference) for reference in references],
        "corrections.refused_of": lambda: [corrections.refused_of(ledger, invoice) for invoice in invoices],
        "corrections.standing_debits": lambda: [corrections.standing_debits(ledger, each) for each in appointments],
        "credits.due_credits": lambda: credits.due_credits(ledger, header),
        "credits.replacements": lambda: credits.replacements(ledger, header),
        "credits.refused_credits": lambda: credits.refused_credits(ledger, header),
        "feeds.read_feeds": lambda: feeds.read_feeds(ledger),
        "history.requests_about": lambda: [history.requests_about(ledger, each) for each in references],
        "history.names_like": lambda: sorted(history.names_like(ledger, "a1-10")),
        "history.patients_with": lambda: [sorted(history.patients_with(ledger, n, ["P1"])) for n in ("A1", "TI", "T1")],
        "line.lines": lambda: [line.line_of(ledger, reference) for reference in references],
        "line.debits_of": lambda: [[each.reference for each in line.debits_of(ledger, i)] for i in appointments],
        "line.corrected_debits": lambda: [
            [each.reference for each in line.corrected_debits(ledger, patient.patient_id)] for patient in known
        ],
        "care.patients_in_care": lambda: known,
        "measurements.all_measurements": lambda: measurements.all_measurements(ledger),
        "measurements.patients_with_care": lambda: sorted({*measurements.patients_with_care(ledger)}),
        "measurements.of_unknown": lambda: measurements.of_unknown(ledger),
        "measurements.measured_file": lambda: measurements.measured_file(ledger) is not None,
        "patients.dossier_of": lambda: [patients.dossier_of(ledger, patient.patient_id) for patient in known],
        "patients.unexplained": lambda: sorted(patients.unexplained(ledger)),
        "patients.pending_patients": lambda: sorted(patients.pending_patients(ledger, [("RUG-1", "")])),
        "patients.pending_appointments": lambda: sorted(patients.pending_appointments(ledger, [("RUG-1", "")])),
        "patients.patients_since": lambda: sorted(patients.patients_since(ledger, date(2021, 4, 1))),
        "patients.appointment_owner": lambda: {each: patients.appointment_owner(ledger, each) for each in appointments},
        "patients.number_owner": lambda: {number: patients.number_owner(ledger, number) for number in numbers},
        "people.doubted": lambda: sorted(people.doubted(ledger)),
        "people.same_persons": lambda: [people.same_persons(ledger, known[0].patient_id, "")],
        "pruning.open_lines": lambda: pruning.open_lines(ledger, LATER),
        "pruning.patients": lambda: pruning.patients(ledger),
        "recovering.recovered": lambda: sorted(recovering.recovered(ledger)),
        "runs.next_run": lambda: runs.next_run(ledger),
        "runs.invoice_count": lambda: runs.invoice_count(ledger, ""),
        "runs.last_day": lambda: runs.last_day(ledger),
        "runs.staged_runs": lambda: runs.staged_runs(ledger),
        "standing.waiting": lambda: standing.waiting(ledger),
        "standing.without_end": lambda: sorted(standing.without_end(ledger, day), key=repr),
        "standing.declarations": lambda: standing.declarations(ledger),
        "standing.tests": lambda: standing.tests(ledger),
        "figures.known_declarations": lambda: [*figures.known_declarations(ledger, day)],
        "counted.counted_debits": lambda: counted.counted_debits(ledger, day),
        "figures.last_event": lambda: figures.last_event(ledger),
        "figures.to_go_again": lambda: figures.to_go_again(ledger),
        "standing.lines": lambda: standing.lines(ledger),
        "standing.refused": lambda: standing.refused(ledger),
        "standing.unanswered": lambda: standing.unanswered(ledger, day),
        "standing.changed": lambda: standing.changed(ledger),
        "standing.nothing_stands": lambda: standing.nothing_stands(ledger),
        "standing.is_still_due": lambda: [standing.is_still_due(ledger, reference) for reference in references],
        "standing.going_by_themselves": lambda: standing.going_by_themselves(ledger),
        "closings": lambda: ledger.named("SELECT * FROM closing ORDER BY closing"),
        "matters.closed_matters": lambda: [*matters.closed_matters(ledger).items()],
        "testing.next_test_run": lambda: testing.next_test_run(ledger),
        "testing.test_invoices": lambda: testing.test_invoices(ledger),
    }
    return {name: _plain(answer()) for name, answer in asked.items()}


def _plain(value: object) -> Any:
    """As JSON has it: what has fields, by their names."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | Path | bytes):
        return str(value)
    if attrs.has(type(value)):
        fields = [field.name for field in attrs.fields(type(value)) if field.repr]  # type: ignore[arg-type]
        return {name: _plain(getattr(value, name)) for name in fields}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return _plain(value._asdict())
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(map(_plain, value))
    if isinstance(value, Iterator | list | tuple):
        return [_plain(each) for each in value]
    return value


def commands(folder: Path) -> dict[str, Any]:
    """What ``status``, and the next run, say of a copy of the practice, however they word it."""
    clerk = Clerk(Clinic(folder))
    _, status = clerk.gives("status", "--lines", "--all", today=LATER)
    _, check = clerk.gives("check", today=LATER)
    return {"status": _unworded(json.loads(status)), "check": _unworded(json.loads(check))}


def _unworded(document: Any) -> Any:
    if isinstance(document, dict):
        return {name: _unworded(value) for name, value in document.items() if name not in ("message", "remedy")}
    return [*map(_unworded, document)] if isinstance(document, list) else document


def _text(given: Mapping[str, Mapping[str, Any]]) -> str:
    """A line for each answer."""
    parts = []
    for about, answers in given.items():
        rows = [f"{json.dumps(name)}: {json.dumps(answer, ensure_ascii=False)}" for name, answer in answers.items()]
        parts.append(f"{json.dumps(about)}: {{\n" + ",\n".join(rows) + "\n}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        practice = fill(Path(place) / "practice").folder
        with closing(sqlite3.connect(practice / "ledger.sqlite")) as ledger, ledger:
            ledger.execute("UPDATE run SET staging = '/practice/.out/' || run, folder = '/practice/out/' || run")
            ledger.execute("UPDATE listed SET folder = '/practice/out'")
        FILLED.mkdir(exist_ok=True)
        for name in _KEPT:
            shutil.copyfile(practice / name, FILLED / name)
        (FILLED / "ledger.sqlite.gz").write_bytes(gzip.compress((practice / "ledger.sqlite").read_bytes(), mtime=0))
        copy = unpacked(Path(place) / "copy")
        with closing(Ledger.look(copy / "ledger.sqlite")) as looked:
            given = {"questions": questions(looked), "commands": commands(copy)}
    (FILLED / "expected.json").write_text(_text(given), encoding="utf-8")
    sys.stdout.write(f"{FILLED}\n")


if __name__ == "__main__":
    main()
