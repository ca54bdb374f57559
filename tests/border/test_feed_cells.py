"""What other programs leave in a feed: words for nothing, rounded numbers, zones, bytes; and whose cells are told."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from ei_export.intake import values
from ei_export.model.declaration import short_number
from tests.declaring import test_gds801
from tests.support.clerk import Clerk, few_tariffs
from tests.support.feeds import (
    BYSTANDER_LINES,
    BYSTANDERS,
    COLUMNS,
    Cells,
    Clinic,
    Result,
    csv_text,
    visit,
    write_sqlite,
)

START = visit("A1", "2021-03-01", "940131", "T1")
CONTACT = visit("A2", "2021-03-08", "940135", "T1")
END = visit("A3", "2021-03-22", "940134", "T1")
WHOLE = {"A1": ("F1013", 1), "A3": ("F1013", 2)}
WORDS = ("NULL", "\\N", "None", "nan", "n.v.t.", "#N/A", "#N/B")


def problems(result: Result, *codes: str) -> list[tuple[str, int | None, str]]:
    """Code, row and column of the problems of some kinds."""
    return sorted((p["code"], p["row"], p["column"]) for p in result.problems if p["code"] in codes)


def sent(result: Result) -> str:
    return "".join(content.decode("latin-1") for content in result.files.values())


# Words for nothing.


@pytest.mark.parametrize("word", WORDS)
def test_a_word_for_nothing_is_read_as_empty_and_told(word: str, clinic: Clinic) -> None:
    columns = (
        "prefix",
        "partner_name",
        "insured_number",
        "house_number_suffix",
        "authorization_number",
        "referrer_agb",
    )
    result = clinic.feed([{**START, **dict.fromkeys(columns, word)}, CONTACT, END]).run()
    assert problems(result, "VALUE_NO_VALUE") == sorted(("VALUE_NO_VALUE", 2, column) for column in columns)
    assert result.lines == WHOLE
    assert word not in sent(result)


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize(("column", "code"), [("name", "NAME_NO_VALUE"), ("initials", "INITIALS_MISSING")])
def test_nobody_is_called_nothing(word: str, column: str, code: str, clinic: Clinic) -> None:
    result = clinic.feed([{**START, column: word}, *BYSTANDERS]).run()
    assert (code, "A1", column) in result.found("error")
    assert result.lines == BYSTANDER_LINES


@pytest.mark.parametrize("cells", [{"name": "Null"}, {"initials": "N.V.T."}, {"name": "Nannen", "initials": "NA"}])
def test_who_is_called_nearly_so_is_declared(cells: Cells, clinic: Clinic) -> None:
    assert "A1" in clinic.feed([{**START, **cells}]).run().lines


@pytest.mark.parametrize("word", ["NULL", "n.v.t."])
def test_a_word_for_nothing_is_nobodys_number(word: str, clinic: Clinic) -> None:
    rows = [START, CONTACT, END, visit("C1", "2021-03-01", "940156", "", patient="P2", diagnosis="3026")]
    result = clinic.feed({**row, "trajectory_id": word, "declare_under": word} for row in rows).run()
    assert result.lines == {**WHOLE, "C1": ("F1041", 1)}
    assert [p["message"].split(" staat ")[1] for p in result.problems if p["code"] == "COLUMN_NO_VALUE"] == [
        f'4 keer "{word}"; dat is als leeg gelezen.'
    ] * 2
    lost = clinic.feed([{**START, "appointment_id": word}, {**CONTACT, "patient_id": word}]).run()
    assert lost.found("error") == [
        ("APPOINTMENT_ID_MISSING", "", "appointment_id"),
        ("PATIENT_ID_MISSING", "A2", "patient_id"),
    ]


# Numbers that a spreadsheet rounded.


@pytest.mark.parametrize("number", ["7,001E+08", "7.001e+08", "1E+11"])
@pytest.mark.parametrize(
    ("column", "code"),
    [
        ("appointment_id", "ROW_SCIENTIFIC"),
        ("patient_id", "ROW_SCIENTIFIC"),
        ("trajectory_id", "ROW_SCIENTIFIC"),
        ("code", "ROW_SCIENTIFIC"),
        ("insured_number", "NUMBER_SCIENTIFIC"),
        ("authorization_number", "NUMBER_SCIENTIFIC"),
        ("house_number_suffix", "NUMBER_SCIENTIFIC"),
        ("bsn", "NUMBER_SCIENTIFIC"),
        ("name", "NUMBER_SCIENTIFIC"),
    ],
)
def test_a_rounded_number_is_never_sent(number: str, column: str, code: str, clinic: Clinic) -> None:
    result = clinic.feed([{**START, column: number}, *BYSTANDERS]).run()
    assert (code, 2, column) in problems(result, code)
    assert result.lines == BYSTANDER_LINES
    assert number not in sent(result)


# Zones.


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2023-03-31T22:30:00Z", "2023-04-01"),
        ("2023-03-31T21:59:59.999Z", "2023-03-31"),
        ("2023-01-31 23:00:00+00:00", "2023-02-01"),
        ("2023-01-31T22:59Z", "2023-01-31"),
        ("2023-04-01T00:30+02:00", "2023-04-01"),
        ("31-03-2023 22:30 UTC", "2023-04-01"),
        ("2023-03-31T20:00-05:00", "2023-04-01"),
        ("20230331T103000 PM Z", "2023-04-01"),
        ("2023-03-31 23:59", "2023-03-31"),
        ("2023-03-31T25:00Z", None),
    ],
)
def test_a_day_elsewhere_is_the_day_in_amsterdam(text: str, day: str | None) -> None:
    found = values.day(text)
    assert (found and found.isoformat()) == day


def test_a_zone_decides_which_tariff_and_contract_hold(clinic: Clinic) -> None:
    result = clinic.feed([{**START, "date": "2021-02-28T23:30:00Z"}]).run()
    assert [line["date"] for line in result.document["lines"]] == ["2021-03-01"]


# Bytes.


def test_utf_8_with_a_few_bad_bytes_holds_only_those_rows(clinic: Clinic) -> None:
    rows = [{**row, "name": "Müllér"} for row in (START, CONTACT, END)]
    bad = visit("B9", "2021-03-01", "940131", patient="P5")
    content = csv_text([*rows, bad, *BYSTANDERS]).encode().replace(bad["name"].encode(), b"Br\xe9e")
    result = clinic.write(content).run()
    assert problems(result, "TEXT_UNREADABLE_CHARACTER") == [("TEXT_UNREADABLE_CHARACTER", 5, "name")]
    assert result.lines == {**WHOLE, **BYSTANDER_LINES}
    assert "Müllér" in sent(result)


@pytest.mark.parametrize("column", ["appointment_id", "patient_id", "trajectory_id", "code"])
def test_a_bad_byte_in_a_number_holds_its_row(column: str, clinic: Clinic) -> None:
    rows = [{**row, "name": "Müller"} for row in BYSTANDERS]
    content = csv_text([{**START, column: f"{START[column]}?!"}, *rows]).encode().replace(b"?!", b"\xff")
    result = clinic.write(content).run()
    assert ("ROW_UNREADABLE_CHARACTER", 2, column) in problems(result, "ROW_UNREADABLE_CHARACTER")
    assert result.lines == BYSTANDER_LINES


def test_windows_1252_stays_windows_1252(clinic: Clinic) -> None:
    content = csv_text([{**row, "name": "Müllér"} for row in (START, CONTACT, END)]).encode("cp1252")
    result = clinic.write(content).run()
    assert result.lines == WHOLE
    assert "Müllér" in sent(result)


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8", "utf-8-sig", "auto"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_byte_order_mark(encoding: str, mark: bytes, clinic: Clinic) -> None:
    clinic.configure(feed=f'path = "appointments.csv"\nencoding = "{encoding}"')
    assert clinic.write(mark + csv_text([START, CONTACT, END]).encode()).run().lines == WHOLE


@pytest.mark.parametrize("name", ["JosÃ©", "Dâ€™Hondt", "MÃ¼ller", "Ã‰mile"])
@pytest.mark.parametrize("column", ["name", "partner_name"])
def test_garbled_names_are_held(name: str, column: str, clinic: Clinic) -> None:
    result = clinic.feed([{**START, column: name}, *BYSTANDERS]).run()
    assert result.found("error") == [("TEXT_GARBLED", "A1", column)]
    assert result.lines == BYSTANDER_LINES


@pytest.mark.parametrize("name", ["Ãvila", "Çelik", "Müller-Ößmann", "D’Hondt", "Åström", "Éé"])
def test_names_with_accents_are_not_garbled(name: str) -> None:
    assert not values.is_garbled(name)


# SQLite.

WRITER = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
for statement in sys.argv[2].split(";"):
    connection.execute(statement)
print("ready", flush=True)
sys.stdin.readline()
os._exit(0)
"""
SPILLED = "PRAGMA cache_size=1;BEGIN;UPDATE appointments SET status='completed', name=hex(randomblob(3000))"


@pytest.fixture
def database(clinic: Clinic) -> Clinic:
    clinic.configure(feed='path = "feed.db"')
    planned = [{**visit(f"P{n}", "2021-03-01", "940131", patient="P6"), "status": "planned"} for n in range(40)]
    write_sqlite(clinic.folder / "feed.db", [START, CONTACT, END, *planned], COLUMNS)
    return clinic


@pytest.mark.parametrize(
    ("statements", "is_open", "code"),
    [
        ("BEGIN IMMEDIATE;UPDATE appointments SET status='completed'", True, ""),  # nothing of it is in the file yet
        ("BEGIN EXCLUSIVE", True, "INPUT_SQLITE_BUSY"),
        (SPILLED, True, "INPUT_SQLITE_BUSY"),
        (SPILLED, False, "INPUT_SQLITE_UNFINISHED"),
        ("PRAGMA journal_mode=WAL;BEGIN;UPDATE appointments SET status='completed'", True, ""),
    ],
)
def test_only_what_was_committed_is_read(
    statements: str, is_open: bool, code: str, database: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ei_export.intake.sqlite_feed._PATIENCE_SECONDS", 0.1)
    path = database.folder / "feed.db"
    command = [sys.executable, "-c", WRITER, str(path), statements]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        if is_open and code:
            assert database.refused()[0] == code
        elif is_open:
            assert database.run().lines == WHOLE
        writer.communicate("\n")
    if not is_open:
        assert database.refused()[0] == code
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("SELECT count(*) FROM appointments").fetchone()
        assert database.run().lines == WHOLE


@pytest.mark.parametrize(
    "query",
    [
        "ATTACH 'other.db' AS other",
        "VACUUM INTO 'copy.db'",
        "PRAGMA journal_mode = WAL",
        "WITH x AS (SELECT 1) DELETE FROM appointments",
        "INSERT INTO appointments SELECT * FROM appointments RETURNING *",
        "SELECT load_extension('x')",
    ],
)
def test_a_query_only_reads(query: str, database: Clinic) -> None:
    before = (database.folder / "feed.db").read_bytes()
    database.configure(feed=f'path = "feed.db"\nquery = "{query}"')
    assert database.refused()[0] == "INPUT_QUERY_WRITES"
    assert (database.folder / "feed.db").read_bytes() == before
    assert {path.name for path in database.folder.glob("*.db")} == {"feed.db"}


@pytest.mark.parametrize(
    "query", ["SELECT * FROM appointments", "-- mine\nWITH x AS (SELECT * FROM appointments) SELECT * FROM x"]
)
def test_a_query_that_reads(query: str, database: Clinic) -> None:
    database.configure(feed=f"path = 'feed.db'\nquery = '''{query}'''")
    assert database.run().lines == WHOLE


def test_a_schema_of_any_bytes_is_refused_in_words(clinic: Clinic) -> None:
    path = clinic.folder / "feed.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute('CREATE TABLE appointments (aaaa, "b\x1b[31m\nb")')
        connection.commit()
    path.write_bytes(path.read_bytes().replace(b"aaaa", b"a\xff\xfea"))
    clinic.configure(feed='path = "feed.db"')
    code, message = clinic.refused()
    assert code in ("INPUT_SQLITE", "INPUT_NO_NAMES", "INPUT_COLUMNS")
    assert message.isprintable()


# Numbers of 64 characters.

GUIDS = ["3f2504e0-4f89-11d3-9a0c-0305e82c3301", "{6F9619FF-8B86-D011-B42D-00CF4FC964FF}", "x" * 64]


@pytest.mark.parametrize("guid", GUIDS)
def test_long_numbers_are_declared_answered_and_corrected(guid: str, clinic: Clinic) -> None:
    clerk = Clerk(few_tariffs(clinic))
    rows = [
        {**row, "appointment_id": f"{row['appointment_id']}{guid}"[:64], "patient_id": guid}
        for row in (START, CONTACT, END)
    ]
    first, _, last = (row["appointment_id"] for row in rows)
    result = clinic.feed(rows).run()
    assert result.lines == {first: ("F1013", 1), last: ("F1013", 2)}
    number = short_number(guid)
    assert len(number) == 11
    (info,) = [p for p in result.problems if p["code"] == "PATIENT_ID_SHORTENED"]
    assert info["severity"] == "info"
    assert number in info["message"]
    assert number in sent(result)
    assert guid[:30] not in sent(result)
    clerk.is_refused(result, last)
    assert [row["status"] for row in clerk.lines()] == ["granted", "refused"]
    assert len(clerk.asks("credit", clerk.reference(first))["queued"]) == 1
    clerk.asks("redeclare", clerk.reference(first))
    again = clinic.run()
    assert number in sent(again)
    assert len(again.credits) == 1


def test_an_answer_for_a_whole_person_of_a_long_number(tmp_path: Path) -> None:
    clinic, rows = test_gds801.clinic(tmp_path), test_gds801.ROWS[3:4]
    guid = GUIDS[0]
    result = clinic.feed([{**row, "patient_id": guid} for row in rows]).run(today=test_gds801.TODAY)
    message = test_gds801.declared(result)["7095"]
    assert {line.patient for line in message.lines()} == {short_number(guid)}
    back = clinic.folder / "back.xml"
    back.write_bytes(message.answer(persons={short_number(guid): ["9269"]}, granted="0.00"))
    report = Clerk(clinic).reads(back, today="2025-03-11")
    assert (report["lines_refused"], report["problems"][0]["code"]) == (1, "RETURN_LINE_REFUSED")


def test_two_short_numbers_that_are_the_same_go_in_two_files(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("ei_export.intake.person", "ei_export.declaring.numbering"):
        monkeypatch.setattr(f"{module}.short_number", lambda patient: "K0000000000" if len(patient) > 11 else patient)
    rows = [
        {**START, "patient_id": GUIDS[0]},
        {**visit("B1", "2021-03-01", "940131", patient="P2"), "patient_id": GUIDS[1]},
    ]
    result = clinic.feed(rows).run()
    assert len(result.files) == 2
    assert set(result.lines) == {"A1", "B1"}


# The clock.


def test_a_day_before_the_last_run_is_told(clinic: Clinic) -> None:
    clinic.feed([START]).run(today="2021-07-01")
    clinic.feed([START, CONTACT, END])
    for command in ("check", "run"):
        (told,) = [
            p for p in clinic.command(command, today="2021-06-01").problems if p["code"] == "TODAY_BEFORE_LAST_RUN"
        ]
        assert told["severity"] == "warning"
        assert "R000001" in told["message"]
        assert told["appointment_id"] == ""
    assert not problems(clinic.run(today="2021-07-01"), "TODAY_BEFORE_LAST_RUN")


# Nobody's cells.


def shifted(row: Cells, at: str, *, left: bool = False) -> str:
    """A row with a delimiter too many before a column, or one too few, that has its number of cells all the same."""
    cells = [row.get(column, "") for column in COLUMNS]
    place = COLUMNS.index(at)
    cells = [*cells[:place], *cells[place + 1 :], ""] if left else [*cells[:place], "", *cells[place:-1]]
    return ";".join(cells) + "\n"


@pytest.mark.parametrize("left", [False, True])
@pytest.mark.parametrize("at", COLUMNS[:24])
@pytest.mark.parametrize("tail", ["", ";x"])
def test_nothing_of_a_person_is_quoted_from_a_shifted_row(at: str, left: bool, tail: str, clinic: Clinic) -> None:
    row = {**START, "name": "Zwartjes", "partner_name": "Koperslager", "birth_date": "1957-11-23"}
    result = clinic.write(csv_text([CONTACT, END]) + shifted(row, at, left=left).replace("\n", f"{tail}\n")).run()
    said = json.dumps([(p["message"], p["remedy"], p["appointment_id"], p["trajectory"]) for p in result.problems])
    for secret in ("Zwartjes", "Koperslager", "1957-11-23", "23-11-1957", row["bsn"]):
        assert secret not in said


@pytest.mark.parametrize(
    "column", ["diagnosis_code", "uzovi", "indication_code", "code", "date", "status", "referrer_agb"]
)
def test_nobody_is_quoted_from_the_column_of_something_else(column: str, clinic: Clinic) -> None:
    for secret in ("Vos", "1957-11-23", START["bsn"], "23111957"):
        rows = [{**START, column: secret}, {**CONTACT, column: secret}, END, *BYSTANDERS]
        result = clinic.feed(rows).command("check")
        said = [
            p["message"]
            for p in result.told
            if p["code"] not in ("STATUS_UNKNOWN", "STATUS_UNCLEAR", "CODE_NOT_LINKED", "CODE_UNMAPPED")
        ]
        assert not any(secret in message for message in said), said
        if secret != "Vos":  # a word may be what it is asked for
            assert not any(secret in p["message"] for p in result.told), result.told


def test_a_row_that_got_into_the_column_names_is_not_told(clinic: Clinic) -> None:
    header, *rows = csv_text([START, CONTACT]).splitlines(keepends=True)
    names = header.rstrip("\n").replace("diagnosis_code;", "").replace("consent", "Toestemming")
    code, message = clinic.write(names + "".join(rows)).refused()
    assert code == "INPUT_COLUMNS"
    assert "diagnosis_code" in message
    assert not any(START[column] in message for column in ("name", "bsn", "birth_date", "insured_number"))
    other, message = clinic.write(header.replace("diagnosis_code", "Diagnose") + "".join(rows)).refused()
    assert (other, "Diagnose" in message) == ("INPUT_COLUMNS", True)
