"""What an export holds: counted as a run takes it, and what isn't understood named with how often; nobody in it."""

from datetime import date
from pathlib import Path

import pytest

from ei_export.base.problems import InputError
from ei_export.commands.setup.guessing import column_guesses, status_guess
from ei_export.commands.setup.held import Holdings
from ei_export.commands.setup.holdings import holdings
from ei_export.settings import load
from tests.support.feeds import BYSTANDERS, Cells, Clinic, csv_text, visit, write_sqlite

TODAY = date(2021, 7, 1)
ROWS = (
    *BYSTANDERS,
    visit("A1", "2021-03-01", "01", patient="P1"),
    visit("A2", "2021-03-02", "ECHO", patient="P2", status="Klaar"),
    visit("A3", "2021-03-03", "01", patient="P3", status=" klaar", sex="x", country="Belgie"),
    visit("A4", "2021-03-04", "ECHO", patient="P4", uzovi="9999"),
    visit("A5", "2021-03-05", "ECHO", patient="P4", uzovi="VGZ", declare_under="940131"),
    visit("A6", "2021-03-06", "1000", patient="P5", status="afgezegd"),
    visit("A7", "2017-03-06", "940131", patient="P6"),
    visit("A8", "2021-03-08", "Y", patient="P7", declare_under="ONB1"),
)


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic.open(tmp_path)


def held(clinic: Clinic, today: date = TODAY) -> Holdings:
    return holdings(load(clinic.folder / "ei-export.toml"), today)


def test_it_counts_as_a_run_does(clinic: Clinic) -> None:
    found = held(clinic.feed(ROWS))
    problems = clinic.command("check", "--lang", "en").problems
    told = {problem["code"]: problem["message"] for problem in problems}
    assert (found.rows, found.broken, found.delimiter) == (12, 0, ";")
    statuses = {(each.word, each.taken): (each.count, each.zorg1) for each in found.statuses}
    assert statuses == {
        ("Klaar", "unknown"): (2, 1),
        ("completed", "completed"): (9, 7),
        ("afgezegd", "not_completed"): (1, 0),
    }
    assert 'status "Klaar", which is not known: 2' in told["STATUS_UNKNOWN"]
    codes = {(each.code, each.declare_under): (each.count, each.stands_for, each.others) for each in found.codes}
    assert codes["ECHO", ""] == (1, "unknown", ("940131",))
    assert codes["ECHO", "940131"] == (1, "product", ("940131",))
    assert codes["Y", "ONB1"] == (1, "unknown", ())
    assert codes["940135", ""] == (1, "contact", ())
    messages = [problem["message"] for problem in problems if problem["code"] == "CODE_NOT_LINKED"]
    assert sorted(code for code in ("ECHO", "ONB1") if any(f'code "{code}": 1;' in text for text in messages)) == [
        "ECHO",
        "ONB1",
    ]
    assert ("1000", "") not in codes
    insurers = {each.uzovi: (each.insurer, each.count, each.zorg1, each.unbound) for each in found.insurers}
    assert insurers["9999"] == ("", 1, 0, 0)
    assert insurers["VGZ"] == ("", 1, 1, 0)
    assert insurers["7095"] == ("VGZ", 6, 5, 1)
    (unbound,) = (each for each in found.insurers if each.unbound)
    assert (unbound.first, unbound.last) == (date(2017, 3, 6), date(2017, 3, 6))
    assert {(each.column, each.word, each.count) for each in found.words} == {
        ("sex", "x", 1),
        ("country", "Belgie", 1),
        ("uzovi", "VGZ", 1),
    }
    assert found.open == {"columns": 0, "statuses": 1, "codes": 2, "words": 3, "insurers": 3, "prices": 0}


def test_a_price_is_missing_for_the_care_of_its_days(clinic: Clinic) -> None:
    clinic.tariffs(without="940131")
    found = held(clinic.feed(ROWS))
    (price,) = (each for each in found.prices if each.why)
    assert (price.insurer, price.code, price.moment, price.count) == ("VGZ", "940131", "start", 1)
    assert (price.why, price.first, price.last) == ("TARIFF_MISSING", date(2021, 3, 1), date(2021, 3, 1))
    assert (price.since, price.until) == (date(2021, 1, 1), date(2021, 12, 31))
    clinic.configure(ledger="declared_until = 2021-03-31")
    assert held(clinic).open["prices"] == 0


def test_an_export_that_nobody_linked_yet(clinic: Clinic) -> None:
    names = {
        "appointment_id": "Afspraak-nr.", "date": "DATE", "status": "Status", "code": "Prestatie",
        "patient_id": "Patiëntnummer", "bsn": "BSN", "birth_date": "Geb. datum", "sex": "M/V", "name": "Achternaam",
        "initials": "Voorletters", "house_number": "Huisnummer", "uzovi": "UZOVI-nummer", "diagnosis_code": "DCSPH",
        "therapist_agb": "AGB behandelaar",
    }  # fmt: skip
    rows: list[Cells] = [{names[column]: row[column] for column in names} for row in BYSTANDERS]
    text = csv_text(rows, [*names.values(), "Opmerking", "Opmerking"], delimiter="\t")
    found = held(clinic.write("Praktijk De Brug; overzicht\n\n" + text))
    assert (found.rows, found.delimiter, found.has_names) == (4, "\t", True)
    assert [each.name for each in found.columns if each.is_twice] == ["Opmerking", "Opmerking"]
    assert "appointment_id" in found.missing
    assert "date" not in found.missing  # it is called the same, in capitals
    guesses = column_guesses(each.name for each in found.columns)
    assert guesses == {theirs: ours for ours, theirs in names.items()}
    assert column_guesses(["Datum", "DATE"]) == {"DATE": "date"}, "our own name is likelier than any other"
    assert status_guess("AFGEROND") == "completed"
    assert status_guess("zomaar") is None


def test_nothing_of_a_person_is_in_it(clinic: Clinic) -> None:
    """Also where columns are linked the wrong way round, or a row is shifted."""
    rows = [*ROWS, {**visit("A9", "2021-03-09", "01"), "status": "17-05-1970", "code": "999100002"}]
    clinic.feed(rows)
    persons = {row[column] for row in rows for column in ("bsn", "birth_date", "name", "insured_number")}
    crossed = '[input.columns]\nstatus = "name"\ncode = "bsn"\ntherapist_agb = "bsn"\nsex = "birth_date"\n'
    for more in ("", crossed):
        clinic.configure(feed=f'path = "appointments.csv"\n{more}')
        found = repr(held(clinic))
        assert [text for text in sorted(persons) if text in found and more == ""] == []
        assert [row["bsn"] for row in rows if row["bsn"] in found] == []
        assert [row["birth_date"] for row in rows if row["birth_date"] in found] == []


def test_many_words_are_no_status_words(clinic: Clinic) -> None:
    rows = [{**visit(f"A{n}", "2021-03-01", "01", patient=f"P{n}"), "status": f"Naam{n}"} for n in range(30)]
    found = held(clinic.feed(rows))
    assert (found.many_words, found.statuses) == (30, ())
    assert "Naam" not in repr(found)


def test_a_database_and_what_cant_be_read(clinic: Clinic) -> None:
    write_sqlite(clinic.folder / "agenda.db", ROWS)
    clinic.configure(feed='path = "agenda.db"')
    assert held(clinic).rows == 12
    clinic.configure(feed='path = "weg.csv"')
    with pytest.raises(InputError):
        held(clinic)
    clinic.configure(feed='path = "leeg.csv"')
    clinic.write("", "leeg.csv")
    with pytest.raises(InputError):
        held(clinic)
