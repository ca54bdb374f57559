"""What a feed says in words nobody explained is named with how often, and holds what it may make wrong."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ei_export.cli import main
from tests.support.feeds import BYSTANDERS, Cells, Clinic, Result, csv_text, tables_read_once, visit

__all__ = ["tables_read_once"]

CASES = Path(__file__).parent
START = visit("A1", "2021-03-01", "940131", "T1")
CONTACT = visit("A2", "2021-03-08", "940135", "T1")
END = visit("A3", "2021-03-22", "940134", "T1")
WHOLE = {"A1": ("F1013", 1), "A3": ("F1013", 2)}


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic.open(tmp_path)


def case(name: str, folder: Path, command: str = "run") -> Any:
    """The document of a command on a copy of a case, and its exit code."""
    if not (folder / "ei-export.toml").exists():
        shutil.copytree(CASES / name, folder, dirs_exist_ok=True)
    arguments = [command, "--config", str(folder / "ei-export.toml"), "--today", "2023-04-01", "--json"]
    done = CliRunner().invoke(main, arguments)
    return {**json.loads(done.stdout), "exit": done.exit_code}


def told(result: Result, code: str) -> list[tuple[str, int | None]]:
    """The messages of a kind of problem, with their rows."""
    return [(problem["message"], problem["row"]) for problem in result.problems if problem["code"] == code]


def words(clinic: Clinic, status: str) -> None:
    clinic.configure(feed=f'path = "appointments.csv"\n[input.status]\n{status}')


# The cases as they were found.


@pytest.mark.parametrize("command", ["check", "run"])
def test_unknown_status_words(command: str, tmp_path: Path) -> None:
    document = case("unknown-status-word", tmp_path, command)
    found = {(p["code"], p["severity"], p["row"]) for p in document["problems"]}
    assert {("STATUS_UNKNOWN", "warning", 3), ("STATUS_EMPTY", "warning", 4)} <= found
    assert {("STATUS_UNCLEAR", "error", 3), ("COUNT_UNCERTAIN", "error", 5)} <= found
    assert any('"Afgesloten" komt 1 keer voor' in p["message"] for p in document["problems"])
    assert [line["appointment_id"] for line in document["lines"]] == ["A-1"]
    assert document["exit"] == 1


def test_unlinked_codes(tmp_path: Path) -> None:
    document = case("unlinked-codes-silent", tmp_path)
    messages = [p["message"] for p in document["problems"] if p["code"] == "CODE_NOT_LINKED"]
    for code, count in (("O11", 1), ("X01", 1), ("X011", 2), ("X0111", 1)):
        assert any(f'"{code}" komt {count} keer voor' in message for message in messages)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    table = (tmp_path / "out" / "problems.csv").read_text(encoding="utf-8")
    assert all("X0111" in text for text in (page, table))


def test_footers_and_repeated_headers(tmp_path: Path) -> None:
    document = case("footer-row", tmp_path)
    assert [(p["code"], p["severity"], p["row"]) for p in document["problems"] if p["row"]] == [
        ("ROW_HEADER_AGAIN", "info", 5),
        ("ROW_NO_APPOINTMENT", "info", 6),
    ]
    assert document["appointments"]["read"] == 3
    assert document["exit"] == 0
    assert [line["units"] for line in document["lines"]] == [1, 2]


# Status words.


def test_a_word_is_told_once_with_its_count_in_any_case(clinic: Clinic) -> None:
    rows = [
        START,
        *({**CONTACT, "appointment_id": f"C{n}", "status": word} for n, word in enumerate(("Klaar", "KLAAR "))),
    ]
    result = clinic.feed([*rows, END, *BYSTANDERS]).command("check")
    ((message, row),) = told(result, "STATUS_UNKNOWN")
    assert message.startswith('Het statuswoord "KLAAR" komt 2 keer voor en is niet bekend')
    assert row == 3
    assert result.counts["held"] == 3
    assert "A3" not in result.lines


@pytest.mark.parametrize("word", ["Afgesloten", "", "Afgerond door de behandelaar zelf"])
@pytest.mark.parametrize("only_new", [False, True])
def test_what_waits_for_a_word_goes_out_once_it_is_known(word: str, only_new: bool, clinic: Clinic) -> None:
    unclear = {**CONTACT, "status": word}
    first = clinic.feed([START, unclear, END]).run()
    assert first.found("error") == [("COUNT_UNCERTAIN", "A3", ""), ("STATUS_UNCLEAR", "A2", "status")]
    again = clinic.feed([] if only_new else [START, unclear, END]).run()
    assert again.lines == {}
    assert again.found("error") == first.found("error")
    words(clinic, f'completed = ["completed", "{word}"]')
    done = clinic.run()
    assert done.lines == {"A3": ("F1013", 2)}
    assert done.found("error") == []


@pytest.mark.parametrize("only_new", [False, True])
def test_a_word_that_turns_out_to_mean_not_completed(only_new: bool, clinic: Clinic) -> None:
    unclear = {**CONTACT, "status": "Afspraak vervalt"}
    clinic.feed([START, unclear, END]).run()
    words(clinic, 'not_completed = ["afspraak_vervalt"]')
    result = clinic.feed([] if only_new else [START, unclear, END]).run()
    assert result.lines == {"A3": ("F1013", 1)}
    assert result.found("error") == []
    assert clinic.run().lines == {}


def test_what_is_no_zorg1_or_still_to_come_is_only_told(clinic: Clinic) -> None:
    rows = [
        START,
        visit("R1", "2021-03-09", "1000", status="Geboekt"),
        visit("R2", "2021-08-09", "940135", "T1", status="Geboekt"),
        visit("R3", "2021-03-09", "940135", "T1", status="no-show"),
    ]
    result = clinic.feed([*rows, END]).run()
    assert result.lines == {"A1": ("F1013", 1), "A3": ("F1013", 1)}
    assert [problem["code"] for problem in result.problems] == ["STATUS_UNKNOWN"]
    assert result.counts == {"read": 5, "declared": 2, "not_completed": 3}
    later = clinic.run(today="2021-08-10")
    assert ("STATUS_UNCLEAR", "R2", "status") in later.found("error")


def test_a_declared_line_is_not_cancelled_by_a_word_nobody_knows(clinic: Clinic) -> None:
    clinic.feed([START, CONTACT, END]).run()
    again = clinic.feed([{**START, "status": "Gefactureerd"}, CONTACT, {**END, "status": "Gefactureerd"}]).run()
    assert [(p["code"], p["severity"]) for p in again.problems] == [("STATUS_UNKNOWN", "warning")]
    assert again.counts == {"read": 3, "earlier": 3}


def test_a_column_that_holds_no_status_is_told_without_its_words(clinic: Clinic) -> None:
    rows = [{**visit(f"A{n}", "2021-03-01", "1000"), "status": f"Naam{chr(65 + n)}"} for n in range(25)]
    result = clinic.feed([*rows, *BYSTANDERS]).run()
    assert [p["code"] for p in result.problems] == ["STATUS_MANY_WORDS"]
    assert "Naam" not in json.dumps(result.document["problems"])


@pytest.mark.parametrize(
    ("rows", "code"),
    [([], "FEED_EMPTY"), ([{**START, "status": "Gepland"}, {**END, "status": "cancelled"}], "FEED_NOT_COMPLETED")],
)
def test_a_feed_without_a_completed_appointment(rows: list[Cells], code: str, clinic: Clinic) -> None:
    result = clinic.feed(rows).run()
    assert [(p["code"], p["severity"]) for p in result.told] == [(code, "warning")]
    assert result.exit_code == 0
    if rows:
        assert '"Gepland" 1 ×' in result.told[0]["message"]


# Codes.


@pytest.mark.parametrize(
    ("code", "declare_under", "is_told"),
    [
        ("ZZ9", "", True),
        ("1000", "", False),  # of the paramedic performance list
        ("940135", "", False),
        ("FT", "", False),  # "-"
        ("ECHO", "", False),  # linked to a performance
        ("FOUT", "", True),  # linked to nothing known
        ("ZZ9", "1920", False),
        ("ZZ9", "ook niets", True),
        ("-", "", False),
    ],
)
def test_a_code_is_told_where_nobody_said_what_it_is(
    code: str, declare_under: str, is_told: bool, clinic: Clinic
) -> None:
    clinic.configure(codes='FT = "-"\nECHO = "1920"\nFOUT = "onzin"')
    rows = [visit(f"R{n}", "2021-03-01", code, patient="P4", declare_under=declare_under) for n in range(3)]
    rows.append({**rows[0], "appointment_id": "R9", "status": "cancelled"})
    result = clinic.feed([*rows, *BYSTANDERS]).run()
    found = told(result, "CODE_NOT_LINKED")
    assert bool(found) is is_told
    if is_told:
        ((message, row),) = found
        assert f'"{declare_under or code}" komt 3 keer voor' in message
        assert row == 2


# Rows that are no appointment.


@pytest.mark.parametrize(
    "row",
    [
        "Totaal: 312 rijen",
        "Totaal;;;;312",
        ";;;;Totaal aantal afspraken;312",
        "(312 rows affected)",
        "312 rijen",
        "-----;-----;-----",
        "Pagina 1 van 3",
        "Gemaakt op 01-04-2021 door de praktijk",
        "Einde",
        "EOF",
        "\x1a",
    ],
)
@pytest.mark.parametrize("newline", ["\n", ""])
def test_a_footer_is_passed_over(row: str, newline: str, clinic: Clinic) -> None:
    result = clinic.write(csv_text([START, CONTACT, END]) + row + newline).run()
    assert [(p["code"], p["severity"], p["row"]) for p in result.problems] == [("ROW_NO_APPOINTMENT", "info", 5)]
    assert result.lines == WHOLE
    assert result.counts == {"read": 3, "declared": 2, "counted": 1}
    assert "Gemaakt" not in json.dumps(result.document["problems"])


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("A9;2021-03-09", "ROW_CELLS"),
        ("A9", "ROW_CELLS"),
        ("A9;2021-03-09;completed;940135;;T1;P1", "ROW_CELLS"),
        (";2021-03-09;completed;940135;;T1;P1" + ";" * 27, "APPOINTMENT_ID_MISSING"),
    ],
)
def test_what_may_be_an_appointment_is_not_passed_over(row: str, code: str, clinic: Clinic) -> None:
    result = clinic.write(csv_text([START, CONTACT, END]) + row + "\n").run()
    assert code in [problem["code"] for problem in result.problems if problem["row"] == 5]
    assert result.counts["unreadable"] == 1


@pytest.mark.parametrize("row", ["A9;2021-03-09;compl", 'A9;"2021-03-09";"compl', 'A9;"2021-03-09"'])
def test_a_feed_that_ends_in_the_middle_of_a_row(row: str, clinic: Clinic) -> None:
    result = clinic.write(csv_text([START, CONTACT]) + row).run()
    assert [(p["code"], p["row"], p["appointment_id"]) for p in result.problems] == [("ROW_CUT_OFF", 4, "A9")]
    assert result.exit_code == 1


def test_titles_above_the_column_names(clinic: Clinic) -> None:
    text = "Praktijk De Brug;;\n\nAfspraken van maart 2021\n" + csv_text([START, CONTACT, END])
    result = clinic.write(text).run()
    assert [(p["code"], p["row"]) for p in result.problems] == [("ROW_NO_APPOINTMENT", 1), ("ROW_NO_APPOINTMENT", 3)]
    assert result.lines == WHOLE
    assert [line["appointment_id"] for line in result.document["lines"]] == ["A1", "A3"]


def test_no_column_names_at_all_quotes_nobody(clinic: Clinic) -> None:
    (_, *rows) = csv_text([START, CONTACT]).splitlines(keepends=True)
    code, message = clinic.write("".join(rows)).refused()
    assert code == "INPUT_NO_NAMES"
    assert not any(START[column] in message for column in ("name", "bsn", "birth_date", "insured_number"))
