"""What was settled long ago loses its persons, for good; what is open stays, and nothing can be declared again."""

import datetime as dt
import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner

from ei_export.base.problems import BusyError, WriteError
from ei_export.cli import main
from ei_export.ledger import Ledger, events
from ei_export.ledger.figures import DECLARATIONS
from ei_export.ledger.matters import Matter
from tests.support.clerk import CONTACT, COURSE, END, NOTHING, SINGLE, START, Clerk, the
from tests.support.feeds import CONTRACTS, Cells, Clinic, Result, tables_read_once, visit
from tests.support.ledgers import writing
from tests.support.receiver import Verdict, by_insurer, by_vecozo, take_apart

__all__ = ["tables_read_once"]

#: Answers are read on the day of the runs, 2021-07-01.
BEFORE: Final = "2021-07-02"
TODAY: Final = "2031-01-01"


def personal(rows: list[Cells]) -> list[bytes]:
    """What of these rows says who somebody is."""
    columns = ("bsn", "name", "insured_number", "postcode")
    return sorted({row[column].encode() for row in rows for column in columns} - {b"", b"1234AB"})


def everything(clinic: Clinic) -> bytes:
    """All bytes of the ledger and the folder of runs."""
    paths = [path for path in clinic.folder.rglob("*") if path.is_file() and path.suffix not in (".toml", ".ret")]
    return b"".join(path.read_bytes() for path in sorted(paths) if path.name != "appointments.csv")


def prune(clerk: Clerk, before: str = BEFORE, *more: str) -> dict[str, Any]:
    code, text = clerk.gives("prune", "--before", before, "--yes", *more, today=TODAY)
    assert code == 0
    return clerk.parsed(text)


def granted(clerk: Clerk, result: Result) -> None:
    """Has every file of a run answered: all is granted."""
    for content in result.files.values():
        assert clerk.gets(by_insurer(take_apart(content), {}))["lines_refused"] == 0


def settled(clinic: Clinic, clerk: Clerk, rows: list[Cells]) -> Result:
    result = clinic.feed(rows).run()
    granted(clerk, result)
    clinic.write(NOTHING)
    return result


def test_persons_go_and_what_was_declared_stays_declared(clinic: Clinic, clerk: Clerk) -> None:
    rows = [*COURSE, SINGLE]
    settled(clinic, clerk, rows)
    end = visit("S2", "2021-04-01", "940142", "TS", patient="P3", insurer="Zilveren Kruis")
    settled(clinic, clerk, [end])
    words = personal(rows)
    assert all(word in everything(clinic) for word in words)
    asked = DECLARATIONS.replace("?1", "'9999-12-31'"), "SELECT * FROM declaration_status"
    before = [*map(clerk.rows, asked)]
    document = prune(clerk)
    assert (document["patients"], document["lines"], len(document["files"])) == (2, 4, 3)
    assert document["staying"] == []
    assert [word for word in words if word in everything(clinic)] == []
    assert before == [*map(clerk.rows, asked)]
    again = clinic.feed(rows).run()
    assert (again.lines, again.credits, again.exit_code) == ({}, {}, 0)
    assert again.counts == {"read": 4, "earlier": 3, "counted": 1}
    for row in (START, END):  # the same performance of the same person under another appointment
        other = {**row, "appointment_id": f"{row['appointment_id']}X", "patient_id": "P1B", "trajectory_id": "T9"}
        assert clinic.feed([other]).run().lines == {}
    assert clinic.feed([visit("N1", "2021-06-01", "940131", "T2")]).run().lines.keys() == {"N1"}


def test_a_cancelled_row_and_another_patient_number_change_nothing(clinic: Clinic, clerk: Clerk) -> None:
    settled(clinic, clerk, [*COURSE])
    prune(clerk)
    moved = [{**row, "patient_id": "P1C"} for row in COURSE]
    assert clinic.feed(moved).run().lines == {}
    settled(clinic, clerk, [visit("Z1", "2021-05-03", "940133", "TZ", patient="P4")])
    prune(clerk)
    gone = clinic.feed([visit("Z1", "2021-05-03", "940133", "TZ", patient="P4", status="geannuleerd")]).run()
    assert gone.counts == {"read": 1, "not_completed": 1}


@pytest.mark.parametrize("reason", ["unanswered", "refused", "queued", "held", "open", "newer", "answered later"])
def test_what_is_open_stays_and_is_told(reason: str, clinic: Clinic, clerk: Clerk) -> None:
    open_rows = {
        "held": [*COURSE, visit("H1", "2021-05-03", "940133", "T1", diagnosis_code="")],
        "open": [START, CONTACT],
        "newer": [*COURSE, visit("L1", "2021-06-30", "940133", "T1")],
    }
    rows = [*open_rows.get(reason, COURSE)]
    result = clinic.feed([*rows, visit("V1", "2021-03-04", "940133", patient="P6")]).run()
    (content,) = result.files.values()
    message = take_apart(content)
    day = "2021-06-15" if reason == "newer" else BEFORE
    if reason == "unanswered":
        result = clinic.feed([visit("A9", "2021-05-03", "940133", "T1")]).run()
        clerk.gets(by_insurer(message, {}))
    elif reason == "refused":
        clerk.gets(by_insurer(message, {clerk.reference("A3"): Verdict(0, ("0611",))}))
    elif reason == "answered later":
        path = clinic.folder / "back.ret"
        path.write_bytes(by_insurer(message, {}))
        clerk.reads(path, today="2021-08-01")
    else:
        clerk.gets(by_insurer(message, {}))
    if reason == "queued":
        clerk.asks("credit", clerk.reference("A3"))
    clinic.write(NOTHING)
    if reason == "newer":
        clerk.write("UPDATE run SET today = '2021-06-01'")
        clerk.write("UPDATE answer SET read_on = '2021-06-02'")
    document = prune(clerk, day)
    staying = {(row["patient_id"], row["reason"]) for row in document["staying"]}
    told = {"refused": "waiting", "queued": "waiting"}.get(reason, reason)
    if reason in ("newer", "answered later"):
        assert (staying, document["newer"]) == (set(), 1 if reason == "newer" else 2)
    else:
        assert staying == {("P1", told)}
    assert all(word in everything(clinic) for word in personal(rows[:1]))
    assert document["patients"] == (0 if reason == "answered later" else 1)
    assert (b"Voorbeeldg" in clerk_dump(clinic)) is (reason == "answered later")
    if reason == "open":
        assert clinic.feed([END]).run().lines == {"A3": ("F1013", 2)}
    if reason == "queued":
        assert clinic.run().credits.keys() == {"A3"}


def clerk_dump(clinic: Clinic) -> bytes:
    return (clinic.folder / "ledger.sqlite").read_bytes()


def test_a_file_goes_once_nobody_in_it_stays(clinic: Clinic, clerk: Clerk) -> None:
    first = clinic.feed([*COURSE, visit("V1", "2021-03-04", "940133", patient="P6")]).run()
    answer = by_insurer(the(first), {clerk.reference("A3"): Verdict(0, ("0611",))})
    clerk.gets(answer)
    clinic.write(NOTHING)
    assert prune(clerk)["files"] == []
    granted(clerk, clinic.feed([START, CONTACT, END | {"indication_code": "001"}]).run())
    clinic.write(NOTHING)
    assert [name.split("/")[0] for name in prune(clerk)["files"]] == ["R000001", "R000002"]
    assert not list(clinic.folder.glob("out/*/declarations/*"))
    assert prune(clerk)["files"] == []


def test_files_of_tests_go_too(clinic: Clinic, clerk: Clerk) -> None:
    clinic.configure(contracts=f'[output]\nmessage = "test"\n{CONTRACTS}')
    clinic.feed(COURSE).run()
    clinic.configure()
    settled(clinic, clerk, [*COURSE])
    assert len(prune(clerk)["files"]) == 2
    assert [word for word in personal([*COURSE]) if word in everything(clinic)] == []


def test_a_ledger_that_was_pruned_can_be_lost_too(clinic: Clinic, clerk: Clerk) -> None:
    settled(clinic, clerk, [*COURSE])
    clinic.feed([SINGLE]).run()
    prune(clerk)
    kept = clerk.rows("SELECT reference, appointment_id, invoice, amount_cents FROM line ORDER BY reference")
    (clinic.folder / "ledger.sqlite").unlink()
    assert clerk.gives("recover", today=TODAY)[0] == 0
    assert clerk.rows("SELECT reference, appointment_id, invoice, amount_cents FROM line ORDER BY reference") == kept
    assert clinic.feed([*COURSE, SINGLE]).run().lines == {}


@pytest.mark.parametrize("command", ["credit", "redeclare", "correct"])
def test_nothing_can_be_asked_of_it(command: str, clinic: Clinic, clerk: Clerk) -> None:
    settled(clinic, clerk, [*COURSE])
    reference = clerk.reference("A1")
    prune(clerk)
    document = clerk.asks(command, reference)
    assert [problem["code"] for problem in document["problems"]] == ["LINE_PRUNED"]
    for number in (reference, "A1", "T1"):
        code, text = clerk.gives("explain", number, debug=False)
        assert (code, clerk.parsed(text)["problems"][0]["code"]) == (2, "LINE_PRUNED")


def test_what_was_credited_or_withdrawn_stays_so(clinic: Clinic, clerk: Clerk) -> None:
    granted(clerk, clinic.feed([*COURSE]).run())
    clerk.asks("credit", clerk.reference("A3"))
    granted(clerk, clinic.run())
    clinic.feed([*COURSE, SINGLE]).run()
    assert clerk.undoes("R000003") == 0
    clinic.run()
    single = visit("S2", "2021-04-01", "940142", "TS", patient="P3", insurer="Zilveren Kruis")
    granted(clerk, clinic.feed([*COURSE, SINGLE, single]).run())
    message = next(clinic.folder.glob("out/R000004/declarations/*")).read_bytes()
    clerk.gets(by_insurer(take_apart(message), {}))
    document = prune(clerk)
    assert (document["patients"], document["staying"]) == (2, [])
    again = clinic.feed([*COURSE, SINGLE, single]).run()
    assert (again.lines, again.credits) == ({}, {})
    assert clerk.rows("SELECT count(*) AS n FROM line")[0]["n"] == 6


def test_it_is_asked_for(clinic: Clinic, clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    settled(clinic, clerk, [*COURSE])
    before = clerk.dump()
    config = str(clinic.folder / "ei-export.toml")
    words = ["prune", "--config", config, "--today", TODAY, "--before", BEFORE]
    refused = CliRunner().invoke(main, [*words, "--json"])
    assert (refused.exit_code, json.loads(refused.stdout)["problems"][0]["code"]) == (2, "PRUNE_NOT_CONFIRMED")
    assert CliRunner().invoke(main, [*words, "--yes", "--before", "2031-01-02"]).exit_code == 2
    assert CliRunner().invoke(main, [*words[:-2], "--yes"]).exit_code == 2
    monkeypatch.setattr("ei_export.cli.prune._is_asked", lambda: True)
    assert CliRunner().invoke(main, words, input="n\n").exit_code == 0
    assert clerk.dump() == before
    done = CliRunner().invoke(main, words, input="ja\n")
    assert "Weggehaald" in done.stdout
    assert clerk.dump() != before


def test_by_vecozo_refused_lines_stay(clinic: Clinic, clerk: Clerk) -> None:
    message = the(clinic.feed([*COURSE]).run())
    clerk.gets(by_vecozo(message, {clerk.reference("A1"): "0611"}))
    clinic.write(NOTHING)
    assert [row["reason"] for row in prune(clerk)["staying"]] == ["waiting"]


@pytest.mark.parametrize(
    "error",
    [WriteError("WRITE_FAILED", path="ledger.sqlite", reason="full"), BusyError("LEDGER_BUSY", path="ledger.sqlite")],
)
def test_bytes_are_gone_also_where_their_room_is_not_given_back(
    clinic: Clinic, clerk: Clerk, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """As where a page of the desk just reads."""
    settled(clinic, clerk, [*COURSE])

    def fails(ledger: object) -> None:
        raise error

    monkeypatch.setattr("ei_export.commands.prune.compact", fails)
    assert prune(clerk)["lines"] == 2
    assert [word for word in personal([*COURSE]) if word in clerk_dump(clinic)] == []
    with sqlite3.connect(clinic.folder / "ledger.sqlite") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"therapist_agb": "04011119"},
        {"bsn": "999000123", "birth_date": "1971-02-03"},
        {"diagnosis_code": "3526"},
        {"status": "geannuleerd"},
        {"uzovi": "7053"},
        {"trajectory_id": "T1B"},
    ],
    ids=str,
)
def test_a_feed_that_goes_on_showing_it_changes_nothing(change: dict[str, str], clinic: Clinic, clerk: Clerk) -> None:
    settled(clinic, clerk, [*COURSE])
    prune(clerk)
    clinic.feed([*COURSE]).run()
    for rows in ([{**row, **change} for row in COURSE], [*COURSE], [{**START, **change}]):
        result = clinic.feed(rows).run()
        assert (result.lines, result.credits) == ({}, {})
        assert result.exit_code in (0, 1)
    assert prune(clerk)["patients"] in (0, 1)
    assert clinic.feed([*COURSE]).run().lines == {}


def test_a_file_goes_although_somebody_in_it_stays_for_something_else(clinic: Clinic, clerk: Clerk) -> None:
    """What a patient has open keeps the patient, and not each file that the patient was ever in."""
    newer = visit("V1", "2021-03-04", "940133", patient="P6")
    settled(clinic, clerk, [*COURSE, newer])
    clinic.feed([visit("V2", "2021-06-04", "940156", "T6", patient="P6", diagnosis_code="3026")]).run()
    document = prune(clerk)
    assert ([row["patient_id"] for row in document["staying"]], document["patients"]) == (["P6"], 1)
    assert ([name.split("/")[0] for name in document["files"]], document["kept_files"]) == (["R000001"], [])
    assert [word for word in personal([*COURSE]) if word in everything(clinic)] == []
    assert clerk.gives("explain", "V1", debug=False)[0] == 0
    clerk.asks("credit", clerk.reference("V1"))
    result = clinic.feed([]).run()
    assert result.credits.keys() == {"V1"}


def test_whom_a_file_still_holds_is_told(clinic: Clinic, clerk: Clerk) -> None:
    message = the(clinic.feed([*COURSE, visit("V1", "2021-03-04", "940133", patient="P6")]).run())
    clerk.gets(by_insurer(message, {clerk.reference("V1"): Verdict(0, ("0611",))}))
    clinic.write(NOTHING)
    document = prune(clerk)
    assert (document["patients"], document["files"]) == (1, [])
    (kept,) = document["kept_files"]
    assert (clinic.folder / "out" / kept).is_file()
    assert kept in clerk.gives("prune", "--before", BEFORE, "--yes", today=TODAY, as_json=False)[1]


def test_why_something_was_closed_goes_with_whom_it_was_about(clinic: Clinic, clerk: Clerk) -> None:
    settled(clinic, clerk, [*COURSE])
    line, waited = Matter("line", clerk.reference("A3")), Matter("appointment", "A2")
    own, other = (Matter("open_trajectory", number, "2021-03-01 2021-03-08 1") for number in ("T1", "T7"))

    def close(ledger: Ledger) -> None:
        for matter in (line, waited, own, other):
            events.closed(ledger, matter, "accepted", "mevrouw Voorbeeldgans", dt.date(2021, 6, 1))

    writing(clinic.folder, close)
    prune(clerk)
    left = clerk.rows("SELECT kind, name, known FROM closing WHERE why <> ''")
    assert left == [other._asdict()]


def test_why_a_run_was_withdrawn_goes_with_whom_it_was_about(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed([*COURSE]).run()
    assert clerk.gives("undo", "R000001", "--why", "adres van mevrouw Voorbeeldgans")[0] == 0
    clinic.write(NOTHING)
    clinic.feed([{**row, "status": "geannuleerd"} for row in COURSE]).run()
    prune(clerk)
    assert b"Voorbeeldgans" not in everything(clinic)


def test_what_was_cancelled_and_taken_back_waits_for_nothing(clinic: Clinic, clerk: Clerk) -> None:
    granted(clerk, clinic.feed([*COURSE]).run())
    gone = [{**row, "status": "geannuleerd"} for row in COURSE]
    clinic.feed(gone).run()
    assert prune(clerk)["patients"] == 0
    clerk.asks("correct", clerk.reference("A1"), clerk.reference("A3"))
    credits = clinic.feed(gone).run()
    assert credits.credits.keys() == {"A1", "A3"}
    granted(clerk, credits)
    clinic.feed(gone).run()
    clinic.write(NOTHING)
    assert prune(clerk)["staying"] == []
    assert [word for word in personal([*COURSE]) if word in everything(clinic)] == []


def test_of_a_copy_nothing_is_taken_out_of_the_original(clinic: Clinic, clerk: Clerk, tmp_path: Path) -> None:
    settled(clinic, clerk, [*COURSE])
    original = {path: path.read_bytes() for path in clinic.folder.rglob("*") if path.is_file()}
    copy = Clerk(Clinic(Path(shutil.copytree(clinic.folder, tmp_path / "copy"))))
    assert [name.split("/")[0] for name in prune(copy)["files"]] == ["R000001"]
    alone = Clerk(Clinic(Path(shutil.copytree(clinic.folder, tmp_path / "alone"))))
    shutil.rmtree(alone.clinic.folder / "out")
    document = prune(alone)
    assert (document["patients"], document["files"]) == (1, [])
    assert [Path(name).is_relative_to(clinic.folder) for name in document["kept_files"]] == [True]
    assert original == {path: path.read_bytes() for path in original}
