"""Feeds as practices deliver them: in every dialect, damaged, half finished, and from SQLite."""

import os
import resource
import sqlite3
import subprocess
import sys
import sysconfig
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from ei_export.intake import csv_feed
from tests.support.feeds import (
    BYSTANDER_LINES,
    BYSTANDERS,
    COLUMNS,
    TODAY,
    Cells,
    Clinic,
    Result,
    csv_text,
    tables_read_once,
    visit,
    write_sqlite,
)

__all__ = ["tables_read_once"]

COURSE = (
    visit("A1", "2021-03-01", "940131", "T1", name="Müller-Brücke"),
    visit("A2", "2021-03-08", "940135", "T1", name="Müller-Brücke"),
    visit("A3", "2021-03-22", "940134", "T1", name="Müller-Brücke"),
)
COURSE_LINES = {"A1": ("F1013", 1), "A3": ("F1013", 2)}
ROWS = [*COURSE, *BYSTANDERS]
LINES = {**COURSE_LINES, **BYSTANDER_LINES}
COUNTS = {"read": 7, "declared": 5, "counted": 2}
SQLITE = 'path = "feed.sqlite"'


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic.open(tmp_path)


def body(result: Result) -> str:
    """The declarations, without what the name of the feed or its order could change."""
    return "".join(content.decode("latin-1") for _, content in sorted(result.files.items()))


# --- Dialects ---------------------------------------------------------------------------------------------------------

PLAIN = csv_text(ROWS)
FIRST, *REST = PLAIN.splitlines(keepends=True)
DIALECTS: dict[str, bytes] = {
    "semicolons": PLAIN.encode(),
    "commas": csv_text(ROWS, delimiter=",").encode(),
    "tabs": csv_text(ROWS, delimiter="\t").encode(),
    "CRLF": csv_text(ROWS, newline="\r\n").encode(),
    "all quoted": csv_text(ROWS, quote_all=True).encode(),
    "all quoted, commas, CRLF": csv_text(ROWS, quote_all=True, delimiter=",", newline="\r\n").encode(),
    "with a byte order mark": PLAIN.encode("utf-8-sig"),
    "Windows-1252": PLAIN.encode("cp1252"),
    "Windows-1252, CRLF, tabs": csv_text(ROWS, delimiter="\t", newline="\r\n").encode("cp1252"),
    "no line end at the end": PLAIN.rstrip("\n").encode(),
    "blank lines": PLAIN.replace("\n", "\n\n").encode(),
    "blank lines at both ends": f"\n\n{PLAIN}\n \n\n".encode(),
    "lines of delimiters": (FIRST + (";" * (len(COLUMNS) - 1) + "\n").join(["", *REST, ""])).encode(),
    "sep=; first": f"sep=;\n{PLAIN}".encode(),
    "SEP=; first, in quotes": f'"SEP=;"\n{PLAIN}'.encode(),
    "sep=; first, CRLF, byte order mark": f"sep=;\r\n{csv_text(ROWS, newline=chr(13) + chr(10))}".encode("utf-8-sig"),
    "a delimiter at the end of each line": PLAIN.replace("\n", ";\n").encode(),
    "a delimiter at the end of the rows only": (FIRST + "".join(REST).replace("\n", ";\n")).encode(),
    "column names with capitals and spaces": (FIRST.upper().replace(";", " ; ") + "".join(REST)).encode(),
    "cells with spaces": PLAIN.replace(";", " ; ").encode(),
    "columns of its own": csv_text(ROWS, [*COLUMNS[::-1], "note", "note"]).encode(),
}


def test_the_plain_feed_is_declared_whole(clinic: Clinic) -> None:
    result = clinic.write(PLAIN).run()
    assert result.lines == LINES
    assert result.counts == COUNTS
    assert result.problems == []
    assert "Müller-Brücke" in body(result)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_dialect_of_a_feed_makes_no_difference(dialect: str, tmp_path: Path) -> None:
    plain = Clinic.open(tmp_path / "plain").write(PLAIN).run()
    result = Clinic.open(tmp_path / "other").write(DIALECTS[dialect]).run()
    assert result.counts == COUNTS
    assert result.problems == []
    assert result.files == plain.files


def test_quoted_line_ends_and_delimiters_belong_to_their_cell(clinic: Clinic) -> None:
    rows = [{**row, "note": 'said "no";\nthen "yes",\r\nthen nothing\n'} for row in ROWS]
    result = clinic.write(csv_text(rows, [*COLUMNS[:4], "note", *COLUMNS[4:]])).run()
    assert result.lines == LINES
    assert result.counts == COUNTS


def test_column_names_and_status_words_of_a_practice(clinic: Clinic) -> None:
    clinic.configure(
        feed='path = "appointments.csv"\n'
        '[input.columns]\nappointment_id = "AfspraakNr"\nbsn = "Burger Service Nummer"\n'
        '[input.status]\ncompleted = ["Nagekomen", "GEWEEST"]\nnot_completed = ["completed"]'
    )
    words = ["nagekomen ", "Geweest", "NAGEKOMEN", "completed"]
    rows = [{**row, "status": words[index % 3]} for index, row in enumerate(ROWS)]
    rows.append(visit("A9", "2021-03-09", "940135", "T1", status="completed"))
    text = csv_text(rows).replace("appointment_id", "afspraaknr ", 1).replace(";bsn;", ";Burger Service Nummer;", 1)
    result = clinic.write(text).run()
    assert result.lines == LINES
    assert result.counts == {**COUNTS, "read": 8, "not_completed": 1}


def test_a_configured_encoding_is_kept_to(clinic: Clinic) -> None:
    clinic.configure(feed='path = "appointments.csv"\nencoding = "utf-16"')
    result = clinic.write(PLAIN.encode("utf-16")).run()
    assert result.lines == LINES
    assert "Müller-Brücke" in body(result)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_configured_encoding_in_which_it_is_not_written(encoding: str, clinic: Clinic) -> None:
    clinic.configure(feed=f'path = "appointments.csv"\nencoding = "{encoding}"')
    code, message = clinic.write(PLAIN).refused()
    assert code == "INPUT_ENCODING"
    assert encoding in message


def test_a_feed_of_only_a_header_is_fine(clinic: Clinic) -> None:
    result = clinic.write(FIRST).run()
    assert result.exit_code == 0
    assert result.counts == {}
    assert result.document["run"] is None
    assert not list((clinic.folder / "out").glob("R*"))


# --- Feeds that can't be read -----------------------------------------------------------------------------------------


def test_a_missing_feed(clinic: Clinic) -> None:
    code, message = clinic.refused()
    assert code == "INPUT_MISSING"
    assert "appointments.csv" in message


@pytest.mark.parametrize("content", ["", "\n\n", " \r\n", "sep=;\n"])
def test_an_empty_feed(content: str, clinic: Clinic) -> None:
    assert clinic.write(content).refused()[0] == "INPUT_EMPTY"


def test_an_empty_feed_with_a_byte_order_mark(clinic: Clinic) -> None:
    assert clinic.write("".encode("utf-8-sig")).refused()[0] == "INPUT_EMPTY"


def test_a_workbook_that_is_called_csv(clinic: Clinic) -> None:
    workbook = BytesIO()
    with zipfile.ZipFile(workbook, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", PLAIN)
    assert clinic.write(workbook.getvalue()).refused()[0] == "INPUT_BINARY"


def test_a_pdf(clinic: Clinic) -> None:
    assert clinic.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n").refused()[0] == "INPUT_BINARY"


@pytest.mark.parametrize("column", ["appointment_id", "date", "bsn", "uzovi", "therapist_agb"])
def test_a_missing_column_is_named(column: str, clinic: Clinic) -> None:
    columns = [name for name in COLUMNS if name != column]
    code, message = clinic.write(csv_text(ROWS, columns)).refused()
    assert code == "INPUT_COLUMNS"
    assert column in message


def test_a_configured_column_that_is_missing_is_named_by_both_names(clinic: Clinic) -> None:
    clinic.configure(feed='path = "appointments.csv"\n[input.columns]\ntrajectory_id = "Trajectnr"')
    code, message = clinic.write(PLAIN).refused()
    assert code == "INPUT_COLUMNS"
    assert "Trajectnr" in message
    assert "trajectory_id" in message


def test_a_column_that_is_there_twice(clinic: Clinic) -> None:
    code, message = clinic.write(csv_text(ROWS, [*COLUMNS, "uzovi"])).refused()
    assert code == "INPUT_COLUMN_TWICE"
    assert "uzovi" in message


# --- Rows that can't be read ------------------------------------------------------------------------------------------


def feed_with(line: str) -> str:
    """The feed, with a line of text as its third row: row 4 of the file."""
    return FIRST + "".join(REST[:2]) + line + "\n" + "".join(REST[2:])


def cells(row: Cells) -> list[str]:
    return [row.get(column, "") for column in COLUMNS]


def test_long_cells_of_one_sign_are_gone_through_once(clinic: Clinic) -> None:
    """As where a quote is not closed, or a column holds pictures: nothing looks from each of their characters anew."""
    long = [unit * (40_000 // len(unit)) for unit in ("0", "a", "x2000 ", " -", "1.", "é", "a  ", "(")]
    text = [PLAIN.rstrip("\n")]
    text += [";".join([f"{sign}!"] + [""] * (len(COLUMNS) - 1)) for sign in long]  # what may be a title
    text += [";".join(f"{sign}!" for _ in COLUMNS) for sign in long]
    began = time.process_time()
    result = clinic.write("\n".join([*text, ""])).run()
    assert time.process_time() - began < 4
    assert result.lines == LINES


OTHER = visit("A9", "2021-03-09", "940131", "T9", patient="P5")
OTHER_CELLS = cells(OTHER)
NAME = COLUMNS.index("name")
BROKEN_ROWS = {
    "too few cells": (";".join(OTHER_CELLS[:20]), "ROW_CELLS"),
    "too many cells": (";".join([*OTHER_CELLS, "more"]), "ROW_CELLS"),
    "a NUL": (";".join(OTHER_CELLS).replace("Voorbeeld", "Voor\0beeld"), "TEXT_UNREADABLE_CHARACTER"),
    "a quote that is never closed": (";".join(OTHER_CELLS).replace("Voorbeeld", '"Voorbeeld'), "ROW_QUOTE"),
    "text behind a quote": (";".join(OTHER_CELLS).replace("Voorbeeldf", '"Voor"beeldf'), "ROW_QUOTE"),
    "a row over the limit": (";".join(OTHER_CELLS) + "x" * 1_000_001, "ROW_TOO_LONG"),
}


@pytest.mark.parametrize("name", BROKEN_ROWS)
def test_a_broken_row_costs_only_itself(name: str, clinic: Clinic) -> None:
    line, code = BROKEN_ROWS[name]
    result = clinic.write(feed_with(line)).run()
    assert result.exit_code == 1
    assert [(p["code"], p["severity"], p["appointment_id"], p["row"]) for p in result.problems] == [
        (code, "error", "A9", 4)
    ]
    assert result.lines == LINES
    outcome = "held" if code == "TEXT_UNREADABLE_CHARACTER" else "unreadable"
    assert result.counts == {**COUNTS, "read": 8, outcome: 1}

    quiet = clinic.write(FIRST).run()
    assert quiet.lines == {}
    assert [(p["code"], p["appointment_id"], p["row"]) for p in quiet.problems] == [(code, "A9", None)]
    assert quiet.counts == {"remembered": 1, outcome: 1}

    corrected = clinic.write(csv_text([OTHER])).run()
    assert corrected.lines == {"A9": ("F1013", 1)}
    assert corrected.problems == []


@pytest.mark.parametrize("last", [column for column in COLUMNS if column not in ("appointment_id", "patient_id")])
def test_a_row_may_end_before_any_column(last: str, clinic: Clinic) -> None:
    """Also before one by which rows are put together, as the number of a trajectory is."""
    names = [*(column for column in COLUMNS if column != last), last]
    header, *rows = csv_text([*ROWS, OTHER], names).splitlines()
    result = clinic.write("\n".join([header, *rows[:-1], rows[-1].rpartition(";")[0]]) + "\n").run()
    assert [(p["code"], p["appointment_id"], p["row"]) for p in result.problems] == [("ROW_CELLS", "A9", 9)]
    assert result.lines == LINES
    assert result.counts == {**COUNTS, "read": 8, "unreadable": 1}


def test_a_row_with_only_a_start_is_not_lost(clinic: Clinic) -> None:
    result = clinic.write(feed_with("A9;2021-03-09")).run()
    assert [(p["code"], p["appointment_id"], p["row"]) for p in result.problems] == [("ROW_CELLS", "A9", 4)]
    assert result.counts == {**COUNTS, "read": 8, "unreadable": 1}


@pytest.mark.parametrize("character", ["\x1c", "\x1d", "\x1e", "\x1f", "\x85", "\u2028", "\ufffd"])
@pytest.mark.parametrize("column", ["name", "appointment_id", "patient_id", "trajectory_id", "measurement_name"])
def test_a_character_nobody_typed_costs_at_most_its_row(column: str, character: str, clinic: Clinic) -> None:
    row = {**OTHER, column: f"X{character}1"}
    result = clinic.write(csv_text([*ROWS, row], [*COLUMNS, "measurement_name"])).run()
    assert LINES.items() <= result.lines.items()
    assert result.exit_code == (len(result.lines) == len(LINES))


def test_stray_quotes_inside_cells_are_text(clinic: Clinic) -> None:
    rows = [{**row, "house_number_suffix": 'a"b'} for row in ROWS]
    text = csv_text(rows).replace('"a""b"', 'a"b')
    assert 'a"b' in text
    result = clinic.write(text).run()
    assert result.lines == LINES
    assert result.problems == []
    assert 'a"b' in body(result)


def test_a_broken_row_of_a_trajectory_holds_back_its_counted_end(clinic: Clinic) -> None:
    contact = cells(visit("A2b", "2021-03-15", "940135", "T1"))
    result = clinic.write(feed_with(";".join([*contact, "more"]))).run()
    assert result.found("error") == [("COUNT_UNCERTAIN", "A3", ""), ("ROW_CELLS", "A2b", "")]
    assert result.lines == {"A1": ("F1013", 1), **BYSTANDER_LINES}
    assert result.counts == {"read": 8, "declared": 4, "counted": 2, "held": 1, "unreadable": 1}


def test_a_quote_never_closed_at_the_end_of_the_feed(clinic: Clinic) -> None:
    result = clinic.write(PLAIN + 'A9;"2021-03-09').run()
    assert [(p["code"], p["row"]) for p in result.problems] == [("ROW_CUT_OFF", 9)]
    assert result.lines == LINES


# --- SQLite -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def database(tmp_path: Path) -> Clinic:
    clinic = Clinic.open(tmp_path, feed=SQLITE)
    write_sqlite(tmp_path / "feed.sqlite", ROWS)
    return clinic


@pytest.fixture
def connection(database: Clinic) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(database.folder / "feed.sqlite", isolation_level=None)
    yield connection
    connection.close()


def test_sqlite_gives_what_csv_gives(database: Clinic, tmp_path: Path) -> None:
    result = database.run()
    assert result.lines == LINES
    assert result.counts == COUNTS
    assert result.files == Clinic.open(tmp_path / "csv").write(PLAIN).run().files


def test_a_view(database: Clinic, connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE appointments RENAME TO agenda")
    connection.execute("CREATE VIEW done AS SELECT * FROM agenda WHERE patient_id <> 'P1'")
    database.configure(feed=SQLITE + '\ntable = "Done"')
    assert database.run().lines == BYSTANDER_LINES


def test_the_only_table_needs_no_name(database: Clinic, connection: sqlite3.Connection) -> None:
    connection.execute('ALTER TABLE appointments RENAME TO "a ""strange"" name"')
    assert database.run().lines == LINES


def test_a_query(database: Clinic, connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE appointments RENAME COLUMN appointment_id TO nr")
    query = "SELECT nr AS appointment_id, appointments.* FROM appointments WHERE nr LIKE 'A%'"
    database.configure(feed=f'{SQLITE}\nquery = "{query}"')
    assert database.run().lines == COURSE_LINES


def test_a_table_that_is_not_there(database: Clinic, connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE patients (id)")
    database.configure(feed=SQLITE + '\ntable = "visits"')
    code, message = database.refused()
    assert code == "INPUT_TABLE"
    assert "appointments, patients" in message


def test_several_tables_and_none_called_appointments(database: Clinic, connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE appointments RENAME TO visits")
    connection.execute("CREATE TABLE patients (id)")
    assert database.refused()[0] == "INPUT_TABLE"


def test_a_query_that_fails(database: Clinic) -> None:
    database.configure(feed=f'{SQLITE}\nquery = "SELECT * FROM nothing"')
    assert database.refused()[0] == "INPUT_SQLITE"


def test_a_query_behind_many_remarks_is_told_at_once(database: Clinic) -> None:
    """Each remark more could take twice as long to see that."""
    database.configure(feed=f'{SQLITE}\nquery = "{"/* van 2023 */ " * 22}DELETE FROM appointments"')
    began = time.process_time()
    assert database.refused()[0] == "INPUT_QUERY_WRITES"
    assert time.process_time() - began < 2


def test_a_query_that_would_write_changes_nothing(database: Clinic, connection: sqlite3.Connection) -> None:
    database.configure(feed=f'{SQLITE}\nquery = "DELETE FROM appointments RETURNING *"')
    assert database.refused()[0] == "INPUT_QUERY_WRITES"
    assert connection.execute("SELECT count(*) FROM appointments").fetchone() == (len(ROWS),)


def test_a_missing_column_in_sqlite(database: Clinic, connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE appointments DROP COLUMN uzovi")
    code, message = database.refused()
    assert code == "INPUT_COLUMNS"
    assert "uzovi" in message


@pytest.mark.parametrize("content", [b"SQLite format 3\0" + b"\xff" * 4000, b"no database at all" * 100])
def test_a_file_that_is_no_database(content: bytes, tmp_path: Path) -> None:
    clinic = Clinic.open(tmp_path, feed=SQLITE).write(content, "feed.sqlite")
    assert clinic.refused()[0] == "INPUT_SQLITE"


def test_a_database_that_is_damaged_further_on(tmp_path: Path) -> None:
    clinic = Clinic.open(tmp_path, feed=SQLITE)
    path = tmp_path / "feed.sqlite"
    write_sqlite(path, ROWS * 100)
    content = bytearray(path.read_bytes())
    content[8192:] = b"\x7f" * (len(content) - 8192)
    clinic.write(bytes(content), "feed.sqlite")
    assert clinic.refused()[0] == "INPUT_SQLITE"


def test_an_empty_database(tmp_path: Path) -> None:
    assert Clinic.open(tmp_path, feed=SQLITE).write(b"", "feed.sqlite").refused()[0] == "INPUT_EMPTY"


def test_a_write_ahead_log_that_was_not_checkpointed(database: Clinic, connection: sqlite3.Connection) -> None:
    """The practice's own program has the database open, and its last rows are in the log only."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    values = cells(visit("A4", "2021-05-10", "940133", "T1", name="Müller-Brücke"))
    connection.execute(f"INSERT INTO appointments VALUES ({', '.join('?' * len(values))})", values)
    assert (database.folder / "feed.sqlite-wal").stat().st_size
    result = database.run()
    assert result.lines == {**LINES, "A4": ("F1013R", 1)}
    assert (database.folder / "feed.sqlite-wal").stat().st_size


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_write_ahead_log_in_a_folder_that_can_only_be_read(tmp_path: Path) -> None:
    clinic = Clinic.open(tmp_path, feed='path = "agenda/feed.sqlite"')
    (folder := tmp_path / "agenda").mkdir()
    path = folder / "feed.sqlite"
    write_sqlite(path, ROWS)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    path.chmod(0o400)
    folder.chmod(0o500)
    try:
        assert clinic.run().lines == LINES
    finally:
        folder.chmod(0o700)


def test_values_as_sqlite_types_them(tmp_path: Path) -> None:
    """A number for a BSN or UZOVI number loses its zeros, a REAL ends in .0, and what is empty is NULL."""
    clinic = Clinic.open(tmp_path, feed=SQLITE)
    typed = [
        {
            **{column: value or None for column, value in row.items()},
            "bsn": int(row["bsn"]),
            "uzovi": float(row["uzovi"]) if row["uzovi"] == "7095" else int(row["uzovi"]),
            "diagnosis_code": int(row["diagnosis_code"]),
            "indication_code": 9,
            "house_number": float(row["house_number"]),
            "therapist_agb": int(row["therapist_agb"]),
            "name": row["name"].encode(),
            "prefix": None,
        }
        for row in ROWS
    ]
    typed[3]["uzovi"] = 101
    write_sqlite(tmp_path / "feed.sqlite", typed)
    result = clinic.run()
    assert result.problems == []
    assert result.lines == LINES
    assert {line["uzovi"] for line in result.document["lines"]} == {"7095", "0101", "3311"}
    assert "Müller-Brücke" in body(result)


def test_sqlite_cells_may_hold_what_csv_could_not(database: Clinic, connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE appointments ADD COLUMN note")
    connection.execute("UPDATE appointments SET note = ?", ["a;b\n\x1f\x1d\x00\x1e\r\n" * 3])
    result = database.run()
    assert result.lines == LINES
    assert result.problems == []


# --- The installed command --------------------------------------------------------------------------------------------

COMMAND = Path(sysconfig.get_path("scripts")) / "ei-export"


def _limit_memory() -> None:
    limit = 400 << 20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


@pytest.mark.skipif(sys.platform != "linux", reason="limits the memory of a process")
def test_a_line_of_50_mb_does_not_fill_the_memory(clinic: Clinic) -> None:
    long = ";".join(OTHER_CELLS).encode() + b"x" * 50_000_000
    clinic.write(FIRST.encode() + long + b"\n" + "".join(REST).encode())
    arguments = ["run", "--today", TODAY, "--lang", "en"]
    done = subprocess.run(
        [COMMAND, *arguments], cwd=clinic.folder, capture_output=True, check=False, preexec_fn=_limit_memory
    )
    assert done.returncode == 1, done.stderr
    problems = (clinic.folder / "out/problems.csv").read_text(encoding="utf-8")
    assert "ROW_TOO_LONG,error,A9," in problems
    assert problems.count("\n") == 2


def test_a_feed_that_can_not_be_read_ends_with_3_and_one_message(clinic: Clinic) -> None:
    clinic.write(csv_text(ROWS, COLUMNS[1:]))
    done = subprocess.run(
        [COMMAND, "run", "--today", TODAY, "--lang", "nl"],
        cwd=clinic.folder,
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 3
    assert done.stdout == ""
    assert "appointment_id" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no process can be forked here")
@pytest.mark.parametrize("text", ["a€" * 50, "€" * 33, "é" * 41 + "a", "a" * 100, "é€😀" * 20], ids=str.__len__)
@pytest.mark.parametrize("bad", [None, 0, 10, -1], ids=["right", "first", "early", "last"])
def test_both_halves_of_a_large_file_say_how_it_is_written(
    text: str, bad: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bytearray(text.encode())
    if bad is not None:
        data[bad] = 0xFF
    path = tmp_path / "feed.csv"
    found = []
    for worth in (1 << 20, 1):
        monkeypatch.setattr(csv_feed, "WORTH_A_PROCESS", worth)
        monkeypatch.setattr(csv_feed, "cores", lambda: 2)
        for size in range(len(data) - 3, len(data) + 1):  # the last character may be cut off
            path.write_bytes(data[:size])
            found.append(csv_feed._is_utf8(path))
    half = len(found) // 2
    assert found[:half] == found[half:]
    assert found[half - 1] or bad is not None
