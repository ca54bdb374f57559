"""The file of measurements from night to night: read, kept, told; nothing is held for it."""

import json
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ei_export.commands.run.measured import together
from ei_export.intake.measurements import ReadMeasurements, read_measurements
from ei_export.model.columns import MEASUREMENT_COLUMNS
from ei_export.model.measurement import KeptMeasurement
from tests.support.clerk import COURSE, NOTHING, Clerk, few_tariffs
from tests.support.feeds import Clinic, Result, csv_text, tables_read_once

__all__ = ["tables_read_once"]

HEADER = ";".join(MEASUREMENT_COLUMNS)
FIRST = "P1;T1;2021-03-01;Start Back;5;4;intake\nP1;;2021-03-22;NPRS;7,5;;\n"
NEXT_DAY = "2021-06-02"


def section(more: str = "") -> str:
    return f'[measurements]\npath = "metingen.csv"\n{more}'


def practice(folder: Path, measurements: str | None = FIRST, more: str = "") -> Clinic:
    clinic = few_tariffs(Clinic.open(folder, ledger=section(more)))
    clinic.feed(COURSE)
    if measurements is not None:
        clinic.write(f"{HEADER}\n{measurements}", "metingen.csv")
    return clinic


def measured(clinic: Clinic, text: str) -> Clinic:
    return clinic.write(f"{HEADER}\n{text}", "metingen.csv")


def kept(clinic: Clinic) -> list[tuple[str, ...]]:
    rows = Clerk(clinic).rows("SELECT * FROM measurement ORDER BY patient_id, trajectory_id, date, instrument, moment")
    return [tuple(row.values()) for row in rows]


def told(result: Result) -> list[tuple[Any, ...]]:
    """What is told of measurements: code, severity, file and row."""
    found = (p for p in result.problems if p["code"].startswith("MEASUREMENT"))
    return sorted((p["code"], p["severity"], p["file"], p["row"] or 0) for p in found)


def counts(result: Result, *names: str) -> list[int]:
    found = result.document["measurements"]
    assert found["read"] == sum(found[name] for name in found if name not in ("read", "gone"))
    return [found[name] for name in names]


def test_a_run_keeps_what_was_measured(tmp_path: Path) -> None:
    clinic = practice(tmp_path / "practice")
    result = clinic.run()
    assert kept(clinic) == [
        ("P1", "", "2021-03-22", "NPRS", "", "7.5", ""),
        ("P1", "T1", "2021-03-01", "Start Back", "intake", "5", "4"),
    ]
    assert told(result) == []
    assert counts(result, "read", "new", "known") == [2, 2, 0]
    assert json.loads((clinic.folder / "out/R000001/summary.json").read_text())["measurements"]["new"] == 2


def test_a_run_that_declares_nothing_keeps_it_too(tmp_path: Path) -> None:
    clinic = practice(tmp_path / "practice").write(NOTHING)
    result = clinic.run()
    assert result.document["run"] is None
    assert len(kept(clinic)) == 2


def test_check_tells_the_same_and_keeps_nothing(tmp_path: Path) -> None:
    rows = f"{FIRST}P9;;2021-03-01;NPRS;7;;\nP1;;x;NPRS;7;;\nP1;;2021-03-22;NPRS;6;;\n"
    clinic = practice(tmp_path / "practice", rows)
    checked = clinic.command("check")
    assert not (clinic.folder / "ledger.sqlite").exists()
    done = clinic.run()
    assert told(checked) == told(done) != []
    assert checked.document["measurements"] == done.document["measurements"]
    measured(clinic, FIRST.replace("7,5", "8"))
    before = kept(clinic)
    assert told(clinic.command("check", today=NEXT_DAY)) == told(clinic.command("check", today=NEXT_DAY))
    assert kept(clinic) == before


def test_a_test_keeps_nothing(tmp_path: Path) -> None:
    clinic = practice(tmp_path / "practice", more='[output]\nmessage = "test"\n')
    assert counts(clinic.run(), "new") == [2]
    assert kept(clinic) == []
    assert Clerk(clinic).rows("SELECT * FROM measured_file") == []


def test_the_same_file_is_not_read_again_and_tells_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = f"{FIRST}P9;;2021-03-01;Eigen lijst;7;;\nP1;;x;NPRS;7;;\nP1;;2021-03-22;NPRS;6;;\nP1;;2021-03-23;NPRS;;;\n"
    clinic = practice(tmp_path / "practice", rows)
    first = clinic.run()

    read: list[object] = []

    def noted(*arguments: Any) -> ReadMeasurements:
        read.append(arguments)
        return read_measurements(*arguments)

    monkeypatch.setattr("ei_export.commands.run.measured.read_measurements", noted)
    again = clinic.run(today=NEXT_DAY)
    assert not read
    assert told(again) == told(first)
    assert counts(again, "new", "known") == [0, counts(first, "new")[0]]
    measured(clinic, rows + " \n")
    clinic.run(today=NEXT_DAY)
    assert read


@pytest.mark.parametrize("change", ["columns", "values", "table"])
def test_it_is_read_again_by_other_settings(tmp_path: Path, change: str) -> None:
    """So that a word that was explained is no longer told of."""
    clinic = practice(tmp_path / "practice", f"{FIRST}P1;;2021-03-23;Rugscore;3;;\n")
    assert [code for code, *_ in told(clinic.run())] == ["MEASUREMENT_INSTRUMENT_UNKNOWN"]
    more = {
        "columns": '[measurements.columns]\nmoment = "wanneer"\n',
        "values": '[measurements.values.instrument]\nRugscore = "STarT Back"\n',
        "table": '[zorg1]\nmeasures = "eigen.csv"\n',
    }[change]
    header = "program;profile;moment;instrument;required;source;certainty"
    clinic.write(f"{header}\nnek;*;eind;rugscore;1;-;certain\n", "eigen.csv")
    clinic.configure(ledger=section(more))
    if change == "columns":
        clinic.write((clinic.folder / "metingen.csv").read_text().replace(";moment", ";wanneer"), "metingen.csv")
    again = clinic.run(today=NEXT_DAY)
    assert counts(again, "known") == [3]
    unknown = ["MEASUREMENT_INSTRUMENT_UNKNOWN"] if change == "columns" else []
    assert [code for code, *_ in told(again)] == unknown


def test_the_newer_score_counts_and_how_many_are_new_is_told(tmp_path: Path) -> None:
    clinic = practice(tmp_path / "practice")
    clinic.run()
    measured(clinic, "P1;;2021-03-22;NPRS;4;;\nP1;;2021-03-22;PSK;60;;\n")
    again = clinic.run(today=NEXT_DAY)
    assert told(again) == [("MEASUREMENT_CHANGED", "info", "", 0)]
    assert counts(again, "new", "changed", "known", "gone") == [1, 1, 0, 0]
    assert ("P1", "", "2021-03-22", "NPRS", "", "4", "") in kept(clinic)
    assert len(kept(clinic)) == 3
    assert told(clinic.run(today=NEXT_DAY)) == []


def test_what_a_complete_file_lacks_is_gone(tmp_path: Path) -> None:
    clinic = practice(tmp_path / "practice", more="complete_from = 2021-03-10\n")
    clinic.run()
    measured(clinic, "P1;;2021-03-23;NPRS;1;;\n")
    again = clinic.run(today=NEXT_DAY)
    assert told(again) == [("MEASUREMENT_GONE", "info", "", 0)]
    assert counts(again, "new", "gone") == [1, 1]
    assert [row[2] for row in kept(clinic)] == ["2021-03-23", "2021-03-01"]


def test_measurements_of_unknown_patients_are_kept_and_told_until_they_are_known(tmp_path: Path) -> None:
    strangers = "P9;;2021-03-01;NPRS;7;;\nP9;;2021-03-02;NPRS;7;;\nP8;;2021-03-02;NPRS;7;;\n"
    clinic = practice(tmp_path / "practice", FIRST + strangers)
    first = clinic.run()
    (problem,) = (p for p in first.problems if p["code"] == "MEASUREMENT_PATIENT_UNKNOWN")
    assert "3, van 2 patiënten" in problem["message"]
    assert len(kept(clinic)) == 5
    who = {"appointment_id": "N1", "patient_id": "P9", "trajectory_id": "T9", "bsn": "123456782"}
    clinic.feed([*COURSE, COURSE[0] | who])
    for command in ("check", "run", "run"):  # the file is the same
        (problem,) = (p for p in clinic.command(command, today=NEXT_DAY).problems if p["code"].startswith("MEAS"))
        assert "1, van 1 patiënt." in problem["message"]


def test_rows_that_cannot_be_read_hold_nothing(tmp_path: Path) -> None:
    more = 'columns = { date = "Meetdatum" }\n'
    clinic = practice(tmp_path / "practice", f"{FIRST}P1;T1;gisteren;Start Back;5;;\nP1\n", more)
    clinic.write((clinic.folder / "metingen.csv").read_text().replace(";date;", ";Meetdatum;"), "metingen.csv")
    result = clinic.run("--strict")
    assert result.exit_code == 0
    assert len(result.lines) == 2
    assert told(result) == [
        ("MEASUREMENT_ROW", "warning", "metingen.csv", 5),
        ("MEASUREMENT_VALUE", "warning", "metingen.csv", 4),
    ]
    (problem,) = (p for p in result.problems if p["code"] == "MEASUREMENT_VALUE")
    assert problem["column"] == "Meetdatum"
    assert 'datum van de meting ("Meetdatum")' in problem["message"]


def test_no_severity_makes_them_hold_anything(tmp_path: Path) -> None:
    clinic = practice(tmp_path / "practice", more='[severity]\nMEASUREMENT_VALUE = "error"\n')
    result = clinic.run()
    assert (result.exit_code, result.problems[0]["code"]) == (2, "SETTINGS_SEVERITY")


def test_without_the_file_nothing_is_declared(tmp_path: Path) -> None:
    clinic = practice(tmp_path / "practice", None)
    code, message = clinic.refused()
    assert code == "INPUT_MISSING"
    assert "measurements" in message


def test_without_the_setting_there_is_no_word_of_it(tmp_path: Path) -> None:
    clinic = practice(tmp_path / "practice")
    clinic.configure()
    result = clinic.run()
    assert "measurements" not in result.document
    assert kept(clinic) == []


def _database(clinic: Clinic) -> Path:
    path = clinic.folder / "metingen.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE TABLE metingen ({', '.join(MEASUREMENT_COLUMNS)})")
        connection.execute("INSERT INTO metingen VALUES ('P1', NULL, '2021-03-01', 'NPRS', 7, NULL, NULL)")
    clinic.configure(ledger='[measurements]\npath = "metingen.sqlite"\n')
    return path


def test_a_database_of_measurements(tmp_path: Path) -> None:
    clinic = practice(tmp_path / "practice", None)
    path = _database(clinic)
    assert counts(clinic.run(), "new") == [1]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("INSERT INTO metingen VALUES ('P1', NULL, '2021-03-02', 'NPRS', 6, NULL, NULL)")
        connection.commit()
        assert counts(clinic.run(today=NEXT_DAY), "new", "known") == [1, 1]  # still in the log beside the file
    assert [row[2] for row in kept(clinic)] == ["2021-03-01", "2021-03-02"]


def test_a_database_that_is_locked_or_in_a_transaction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ei_export.intake.sqlite_feed._PATIENCE_SECONDS", 0.1)
    clinic = practice(tmp_path / "practice", None)
    path = _database(clinic)
    with closing(sqlite3.connect(path, isolation_level=None)) as writing:
        writing.execute("BEGIN EXCLUSIVE")
        assert clinic.refused()[0] == "INPUT_SQLITE_BUSY"
        writing.execute("ROLLBACK")
    assert counts(clinic.run(), "new") == [1]


def test_what_was_undone_or_pruned(tmp_path: Path) -> None:
    """A withdrawn run takes nothing of it back; who is taken out of the ledger, goes with all that was measured."""
    clinic = practice(tmp_path / "practice", f"{FIRST}P9;;2019-03-01;NPRS;7;;\nP8;;2021-03-02;NPRS;7;;\n")
    clinic.run()
    clerk = Clerk(clinic)
    assert clerk.undoes("R000001", NEXT_DAY) == 0
    assert len(kept(clinic)) == 4
    assert clerk.gives("prune", "--before", "2020-01-01", "--yes", today=NEXT_DAY)[0] == 0
    assert [row[0] for row in kept(clinic)] == ["P1", "P1", "P8"]
    before = kept(clinic)
    clinic.run(today=NEXT_DAY)  # the file is the same as before
    assert kept(clinic) == before


def test_a_lost_ledger_gets_them_back_from_the_file(tmp_path: Path) -> None:
    clinic = practice(tmp_path / "practice")
    clinic.run()
    before = kept(clinic)
    (clinic.folder / "ledger.sqlite").unlink()
    assert Clerk(clinic).gives("recover", today=NEXT_DAY)[0] == 0
    clinic.run(today=NEXT_DAY)
    assert kept(clinic) == before


def test_no_score_is_in_a_file_for_people(tmp_path: Path) -> None:
    clinic = practice(tmp_path / "practice", FIRST.replace("7,5", "73,5").replace(";5;", ";81,5;"))
    clinic.run()
    for path in (clinic.folder / "out").rglob("*"):
        if path.is_file():
            assert not any(score in path.read_bytes() for score in (b"73,5", b"73.5", b"81,5", b"81.5")), path


rows = st.lists(
    st.builds(
        ";".join,
        st.tuples(
            st.sampled_from(["P1", "P9"]),
            st.sampled_from(["", "T1"]),
            st.sampled_from(["2021-03-01", "2021-03-22"]),
            st.sampled_from(["NPRS", "Start Back"]),
            st.sampled_from(["3", "9", "10", "", "x"]),
            st.just(""),
            st.sampled_from(["", "eind"]),
        ),
    ),
    max_size=6,
)


@hypothesis_settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(nights=st.lists(rows, min_size=1, max_size=3), seed=st.integers())
def test_the_ledger_is_the_same_whatever_the_order_of_rows(
    nights: list[list[str]], seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    chance, found = random.Random(seed), []
    for shuffles in (False, True):
        clinic = practice(tmp_path_factory.mktemp("order") / "practice")
        for number, night in enumerate(nights, start=1):
            ordered = chance.sample(night, len(night)) if shuffles else night
            measured(clinic, "".join(f"{row}\n" for row in ordered))
            result = clinic.run(today=f"2021-06-0{number}")
            found.append((kept(clinic), result.document["measurements"], [code for code, *_ in told(result)]))
    half = len(found) // 2
    assert found[:half] == found[half:]


keys = st.sampled_from([("P1", "", "2021-03-01", name, "") for name in "ABCD"])
in_order = st.dictionaries(keys, st.sampled_from("123")).map(
    lambda found: [KeptMeasurement(*key, score, "") for key, score in sorted(found.items())]
)


@given(file=in_order, before=in_order)
def test_together_has_each_measurement_once(file: list[KeptMeasurement], before: list[KeptMeasurement]) -> None:
    pairs = [*together(iter(file), iter(before))]
    assert [now for now, _ in pairs if now is not None] == file
    assert [old for _, old in pairs if old is not None] == before
    assert all(now.key == old.key for now, old in pairs if now is not None and old is not None)
    places = [each.key for pair in pairs for each in [*filter(None, pair)][:1]]
    assert places == sorted(set(places))


def test_a_copy_of_the_practice_reads_it_alike(tmp_path: Path) -> None:
    """Whether a file is the same doesn't hang on where it is."""
    clinic = practice(tmp_path / "practice")
    clinic.run()
    shutil.copytree(clinic.folder, tmp_path / "copy")
    assert counts(Clinic(tmp_path / "copy").command("check", today=NEXT_DAY), "known") == [2]


def test_a_feed_written_anew_changes_nothing_of_it(tmp_path: Path) -> None:
    clinic = practice(tmp_path / "practice")
    clinic.run()
    clinic.write(csv_text([row | {"name": "Anders"} for row in COURSE]))
    assert counts(clinic.run(today=NEXT_DAY), "known") == [2]
