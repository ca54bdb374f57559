"""``ei-export status``: where the money is, what waits and what asks for attention, told from the ledger alone."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner

from ei_export.base.problems import LANGUAGES
from ei_export.cli import common, main
from ei_export.output.paper import WIDTH, plain
from tests.support import ledgers
from tests.support.clerk import CONTACT, COURSE, END, START, Clerk, few_tariffs, the
from tests.support.feeds import BSNS, Clinic, contract, csv_text, tables_read_once, visit
from tests.support.ledgers import LineAnswer
from tests.support.receiver import by_vecozo

__all__ = ["tables_read_once"]

ROWS: Final = (
    visit("A1", "2021-01-04", "01", "T1"),
    visit("A2", "2021-01-11", "0111", "T1"),
    visit("C1", "2021-03-01", "940131", "T2", patient="P2", insurer="CZ"),
    visit("H1", "2021-03-01", "940131", "T3", patient="P3", diagnosis=""),
    visit("U1", "2021-03-01", "940131", patient="P4") | {"date": "1 maart"},
)
TOTALS: Final = (
    "declared_cents", "credited_cents", "granted_cents", "refused_cents", "written_off_cents", "patient_cents",
    "open_cents",
)  # fmt: skip
FIRST, SECOND, CZ_LINE = (f"210701R000001000000{number}" for number in (1, 2, 3))
INVOICE = "210701000001"


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    """Three lines went out, of € 66.44 and € 67.81 to VGZ and one to CZ; two appointments stayed behind."""
    clinic = Clinic.open(tmp_path)
    assert clinic.feed(ROWS).run().counts == {"read": 5, "declared": 3, "held": 1, "unreadable": 1}
    return clinic


def ask(clinic: Clinic, *arguments: str, today: str = "2021-07-15") -> str:
    config = str(clinic.folder / "ei-export.toml")
    result = CliRunner().invoke(main, ["status", "--config", config, "--today", today, *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def document(clinic: Clinic, *arguments: str, today: str = "2021-07-15") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ask(clinic, "--json", *arguments, today=today))
    assert sum(row["open_cents"] for row in found["insurers"]) == found["totals"]["open_cents"]
    for sums in (found["totals"], *found["insurers"]):
        declared, credited, *parts = (sums[name] for name in TOTALS)
        assert declared - credited == sum(parts)
    return found


def answer(clinic: Clinic, granted: int, **lines: LineAnswer) -> None:
    """The answer of VGZ; ``lines`` by reference, behind an underscore."""
    days = {"read_on": "2021-07-10", "dated": "2021-07-09"}
    named = {reference.removeprefix("_"): line for reference, line in lines.items()}
    ledgers.answer(clinic.folder, INVOICE, named, granted_cents=granted, **days)


# --- For programs -----------------------------------------------------------------------------------------------------


def test_before_anything_was_declared_there_is_nothing_and_nothing_is_made(tmp_path: Path) -> None:
    clinic = Clinic.open(tmp_path)
    before = sorted(tmp_path.iterdir())
    found = document(clinic, "--lines")
    assert found["totals"] == dict.fromkeys(TOTALS, 0)
    assert not any(found[name] for name in ("declarations", "held", "open_trajectories", "deadlines", "lines"))
    assert "Er is nog niets gedeclareerd." in ask(clinic)
    assert sorted(tmp_path.iterdir()) == before


def test_what_went_out_waits_for_an_answer(clinic: Clinic) -> None:
    found = document(clinic, "--lines")
    vgz, cz = found["declarations"]
    assert (cz["uzovi"], cz["lines"], cz["state"], cz["granted_cents"], cz["answered"]) == (
        "9664",
        1,
        "sent",
        None,
        None,
    )
    assert (vgz["invoice"], vgz["run"], vgz["today"], vgz["amount_cents"]) == (INVOICE, "R000001", "2021-07-01", 13_425)
    assert found["totals"]["open_cents"] == found["totals"]["declared_cents"] == 13_425 + cz["amount_cents"]
    assert [line["reference"] for line in found["lines"]] == [FIRST, SECOND, CZ_LINE]
    assert found["lines"][0] == {
        "reference": FIRST,
        "appointment_id": "A1",
        "status": "sent",
        "amount_cents": 6_644,
        "granted_cents": 0,
        "debit_credit": "D",
        "previous": None,
        "return_codes": [],
        "remark": "",
        "closed_as": "",
    }
    assert "lines" not in document(clinic)


def test_answers_are_counted_where_they_belong(clinic: Clinic) -> None:
    answer(clinic, 5_000, **{f"_{FIRST}": ("partly_granted", 5_000, "8059"), f"_{SECOND}": ("refused", 0, "8007 0638")})
    found = document(clinic, "--lines")
    (vgz,) = (row for row in found["insurers"] if row["insurer"] == "VGZ")
    assert [vgz[name] for name in TOTALS] == [13_425, 0, 5_000, 8_425, 0, 0, 0]
    first, second = found["lines"][:2]
    assert (first["status"], first["granted_cents"], first["return_codes"]) == ("partly_granted", 5_000, ["8059"])
    assert (second["status"], second["return_codes"]) == ("refused", ["8007", "0638"])
    assert [row["state"] for row in found["declarations"]] == ["answered", "sent"]
    text = ask(clinic, "--lines", "--lang", "en")
    assert f"{FIRST} A1                   partly granted        66.44      50.00\n" in text
    assert f"{SECOND} A2                   refused               67.81       0.00\n" in text


def test_what_is_held_is_told_with_its_remedy_without_the_feed(clinic: Clinic) -> None:
    for path in ("appointments.csv", "out/problems.csv"):
        (clinic.folder / path).unlink()
    held, unreadable = document(clinic, "--lang", "en")["held"]
    (problem,) = held.pop("problems")
    assert held == {
        "appointment_id": "H1",
        "patient_id": "P3",
        "trajectory": "T3",
        "date": "2021-03-01",
        "insurer": "VGZ",
        "outcome": "held",
    }
    assert (problem["code"], problem["severity"]) == ("DIAGNOSIS_MISSING", "error")
    assert problem["remedy"].startswith("Fill in the DCSPH code with the patient: 3426")
    assert (unreadable["appointment_id"], unreadable["date"], unreadable["outcome"]) == ("U1", None, "unreadable")


def test_what_an_earlier_version_found_and_this_one_has_no_words_for_is_counted(clinic: Clinic) -> None:
    with closing(sqlite3.connect(clinic.folder / "ledger.sqlite")) as ledger, ledger:
        replaced = "replace(replace(found, 'DIAGNOSIS_MISSING', 'GONE_SINCE'), 'expected', 'wanted')"
        ledger.execute(f"UPDATE unsettled SET found = {replaced}")
    assert [held["problems"] for held in document(clinic)["held"]] == [[], []]
    assert ask(clinic).count("Deze afspraak wacht om een reden die deze versie niet kent.") == 2
    assert [row["code"] for row in document(clinic, today="2022-02-20")["deadlines"]] == [""]


def test_what_is_held_by_nothing_that_is_wrong_any_more_is_told_with_what_was_found(clinic: Clinic) -> None:
    with closing(sqlite3.connect(clinic.folder / "ledger.sqlite")) as ledger, ledger:
        ledger.execute("UPDATE unsettled SET found = replace(found, 'DIAGNOSIS_MISSING', 'INDICATION_MISSING')")
    told = ask(clinic)
    assert "  - vastgehouden: 2, € 132,88\n" in told
    assert "  - vastgehouden: VGZ, patiënt P3, afspraak H1, traject T3, 01-03-2021, € 66,44\n" in told


def test_what_has_no_agreement_is_not_held(tmp_path: Path) -> None:
    clinic = Clinic.open(tmp_path)
    clinic.configure(contracts=contract("CZ"))
    assert clinic.feed(ROWS[:1]).run().counts == {"read": 1, "no_agreement": 1}
    assert document(clinic)["held"] == []


def test_what_was_withdrawn_counts_nowhere(clinic: Clinic) -> None:
    config = str(clinic.folder / "ei-export.toml")
    undone = CliRunner().invoke(main, ["undo", "R000001", "--config", config, "--today", "2021-07-02", "--why", "test"])
    assert undone.exit_code == 0, undone.output
    found = document(clinic, "--lines")
    assert found["totals"] == dict.fromkeys(TOTALS, 0)
    assert {row["state"] for row in found["declarations"]} == {"withdrawn"}
    assert found["lines"] == []
    assert "2 ingetrokken" in ask(clinic)


def test_what_changed_since_and_what_comes_next(clinic: Clinic) -> None:
    clinic.feed([ROWS[0] | {"status": "cancelled"}]).run(today="2021-07-02")
    (changed,) = document(clinic)["changed"]
    assert (changed["reference"], changed["appointment_id"], changed["change"]) == (FIRST, "A1", "cancelled")
    said = " ".join(ask(clinic).split())
    about = f"VGZ, patiënt P1, afspraak A1, traject T1, 04-01-2021, regel {FIRST}, € -66,44"
    assert f"- gewijzigd na declareren: {about} Deze afspraak van 04-01-2021 is gedeclareerd, maar staat nu" in said
    ledgers.to_do(clinic.folder, FIRST, to_credit="now", to_repeat="now")
    assert document(clinic)["next_run"] == {"credits": 1, "again": 0, "waits": 0}, "what was cancelled is only credited"
    assert "Klaar voor de volgende run: 1 creditregel." in ask(clinic)


def test_a_refused_line_has_a_deadline_to_be_declared_again(clinic: Clinic) -> None:
    answer(clinic, 6_644, **{f"_{SECOND}": ("refused", 0, "8007")})
    (refused,) = document(clinic)["refused"]
    assert (refused["reference"], refused["amount_cents"], refused["return_codes"]) == (SECOND, 6_781, ["8007"])
    assert refused["meaning"]
    assert refused["remedy"]
    assert refused["waits_for"] == "feed"
    assert "is afgewezen door VGZ, retourcode 8007:" in " ".join(ask(clinic).split())
    assert re.search(rf"anders\s+na\s+ei-export\s+redeclare\s+{SECOND}\.\n", ask(clinic))
    near = document(clinic, today="2022-01-10")["deadlines"]
    assert [(row["appointment_id"], row["state"], row["days_left"]) for row in near] == [("A2", "refused", 1)]


def test_a_line_that_waits_for_its_refusal_has_one_deadline(tmp_path: Path) -> None:
    clinic = few_tariffs(Clinic.open(tmp_path))
    clerk = Clerk(clinic)
    message = the(clinic.feed(COURSE).run())
    clerk.gets(by_vecozo(message, {clerk.reference("A1"): "0611"}))
    clinic.feed([START, CONTACT, END | {"diagnosis_code": ""}]).run()
    near = document(clinic, today="2022-02-25")["deadlines"]
    assert [(row["appointment_id"], row["state"]) for row in near] == [("A1", "refused"), ("A3", "held")]
    told = ask(clinic, today="2022-02-25")
    assert told.count("Uiterlijk") == 2
    assert "…" not in told


# --- For people -------------------------------------------------------------------------------------------------------


def test_the_text_tells_the_most_urgent_first(clinic: Clinic) -> None:
    answer(clinic, 6_644, **{f"_{SECOND}": ("refused", 0, "8007")})
    text = ask(clinic, "--lang", "nl", today="2022-02-03")
    headings = re.findall("^[A-Z]{4,}", text, re.MULTILINE)
    assert headings == ["WACHT", "WERKLIJST", "RUNS"]
    last = "Laatste run: 01-07-2021 (217 dagen geleden)"
    assert text.startswith(f"Stand op 03-02-2022\n\n{last}\n\nVerzekeraar                  Gedeclareerd    Toegekend")
    assert "VGZ (7095)                         134,25        66,44        67,81         0,00" in text
    soon, late = "    Uiterlijk 01-03-2022 (nog 26 dagen)\n", "    Uiterlijk 11-01-2022 (23 dagen te laat)\n"
    assert f"{soon}    De diagnosecode ontbreekt.\n" in text
    assert f"{late}    Regel {SECOND} is afgewezen door VGZ" in text
    assert text.index(soon) < text.index("- einde vergeten?: CZ") < text.index(late)


def test_the_text_fits_a_terminal_and_names_nobody(clinic: Clinic) -> None:
    for number in range(11):
        row = visit(f"M{number}", "2021-02-01", "940131", f"M{number}", patient=f"P{number + 8}")
        clinic.feed([row, *ROWS[3:]]).run(today=f"2021-07-{number + 2:02}")
    for language in LANGUAGES:
        for arguments in (["--all"], []):
            text = ask(clinic, "--lang", language, *arguments, today="2022-01-20")
            assert max(map(len, text.splitlines())) <= WIDTH
            assert not any(bsn in text for bsn in BSNS)
            assert "Voorbeeld" not in text
            assert text.count("  - R0000") == (24 if arguments else 20)  # to be sent, and runs
        assert text.count("ei-export status --all") == 3  # to be sent, trajectories, runs


@pytest.mark.parametrize(("waits", "command"), [("line", SECOND), ("header", INVOICE)])
def test_what_vecozo_refused_is_told_with_the_command_that_declares_it_again(
    clinic: Clinic, waits: str, command: str
) -> None:
    answer(clinic, 0, **{f"_{SECOND}": ("refused", 0, "0611")})
    ledgers.to_do(clinic.folder, SECOND, to_repeat=waits)
    for language, by in zip(LANGUAGES, ("afgewezen", "refused"), strict=True):
        (told,) = re.findall(
            rf"^  - {by}: VGZ(?:.|\n)*?redeclare\s+[^\s.]+", ask(clinic, "--lang", language), re.MULTILINE
        )
        assert re.search(rf"ei-export\s+redeclare\s+{command}$", told)
        assert re.search("€ 67[,.]81", told)
        assert " 0611: " in told


def test_columns_never_run_together(clinic: Clinic) -> None:
    """Not with a fifth column, large amounts or a long name either."""
    clinic.feed([ROWS[0] | {"status": "cancelled"}]).run(today="2021-07-02")
    with closing(sqlite3.connect(clinic.folder / "ledger.sqlite")) as ledger, ledger:
        ledger.execute("UPDATE line SET previous = ? WHERE reference = ?", (FIRST, SECOND))
        ledger.execute("UPDATE declaration SET amount_cents = 123456789, insurer = 'Verzekeraar met een lange naam'")
    for language in LANGUAGES:
        shown = ask(clinic, "--lang", language).splitlines()
        first = next(at for at, line in enumerate(shown) if line.startswith(("Verzekeraar ", "Insurer ")))
        lines = shown[first : first + 7]
        assert max(map(len, lines)) <= WIDTH
        assert [len(line.split()) for line in lines[:1]] == [6]
        assert "Verzekeraar met een lange naam (7095)" in lines
        totals = next(line for line in lines if line.startswith(("Totaal", "Total")))
        assert len(totals.split()) == 6


def test_where_nothing_asks_for_attention_that_is_said(tmp_path: Path) -> None:
    clinic = Clinic.open(tmp_path)
    clinic.feed([visit("A1", "2021-06-01", "01", "T1")]).run()
    answer(clinic, 6_644)
    assert "Er is niets dat aandacht vraagt." in ask(clinic)
    assert ask(clinic, "--quiet") == ""


def test_colour_is_for_terminals_that_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert common.painter() is plain
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert common.painter()("x", "error") == "\x1b[31m\x1b[1mx\x1b[0m"
    monkeypatch.setenv("NO_COLOR", "1")
    assert common.painter() is plain


def test_a_feed_that_is_gone_and_an_empty_one_make_no_difference(clinic: Clinic) -> None:
    """But that it is told of the last run."""
    head, _, before = ask(clinic).partition("Verzekeraar ")
    clinic.write(csv_text([])).run(today="2021-07-02")
    told, _, after = ask(clinic).partition("Verzekeraar ")
    assert after == before
    assert told.startswith(head.replace("01-07-2021 (14 dagen", "02-07-2021 (13 dagen").rstrip())
    assert "In de invoer staat geen enkele afspraak" in told
