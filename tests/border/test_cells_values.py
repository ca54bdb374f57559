"""Words of the feed that stand for something else: [input.values]."""

import json

import pytest

from tests.support.clerk import NOTHING, Clerk
from tests.support.feeds import Clinic, csv_text, visit

START = visit("A1", "2021-03-01", "940131", "T1")
END = visit("A3", "2021-03-22", "940134", "T1")
LINES = {"A1": ("F1013", 1), "A3": ("F1013", 1)}


def said(clinic: Clinic, values: str) -> Clinic:
    """With these tables under [input.values]."""
    clinic.configure(feed=f'path = "appointments.csv"\n{values}')
    return clinic


VALUES = """\
[input.values.uzovi]
"VGZ Zorgverzekeraar" = "7095"
"Univé" = "0101"
"IZA" = "7095"
[input.values.therapist_agb]
"j. de boer" = "04098765"
[input.values.sex]
"Dhr." = "M"
"Mevr." = "V"
[input.values.country]
"Nederland" = "NL"
"Duitsland" = "DE"
[input.values.accident]
"ja" = "J"
"nee" = "N"
[input.values.status]
"Klaar" = "completed"
"Niet gekomen!" = "cancelled"
[input.values.code]
"start laag" = "01"
[input.values.diagnosis_code]
"LR" = "3426"
"""


@pytest.mark.parametrize(
    "cells",
    [
        {"uzovi": "VGZ ZORGVERZEKERAAR"},
        {"uzovi": " vgz zorgverzekeraar "},
        {"uzovi": "iza"},
        {"therapist_agb": "J. de Boer"},
        {"sex": "mevr."},
        {"country": "NEDERLAND"},
        {"country": "duitsland", "foreign_postcode": "10115"},
        {"accident": "Nee"},
        {"status": "klaar"},
        {"diagnosis_code": "lr"},
        {"uzovi": "IZA", "sex": "Dhr.", "therapist_agb": "j. de boer", "country": "Nederland", "status": "KLAAR"},
    ],
)
def test_a_word_is_what_it_stands_for(clinic: Clinic, cells: dict[str, str]) -> None:
    said(clinic, VALUES).feed([START | cells, END | cells])
    result = clinic.run()
    assert result.lines == LINES
    assert result.problems == []
    assert clinic.run().counts == {"read": 2, "earlier": 2}


def test_an_own_code_by_another_word(clinic: Clinic) -> None:
    result = said(clinic, VALUES).feed([START | {"code": "Start laag"}]).command("check")
    assert (result.lines, result.problems) == ({"A1": ("F1013", 1)}, [])


def test_a_status_that_stands_for_not_completed(clinic: Clinic) -> None:
    result = said(clinic, VALUES).feed([START, END | {"status": "niet gekomen!"}]).command("check")
    assert result.counts == {"read": 2, "declared": 1, "not_completed": 1}
    assert result.problems == []


def test_one_number_for_many_words_and_no_word_for_a_number(clinic: Clinic) -> None:
    people = [
        visit("A1", "2021-03-01", "940131", patient="P1", uzovi="IZA"),
        visit("A2", "2021-03-01", "940131", patient="P2", uzovi="univé"),
        visit("A3", "2021-03-01", "940131", patient="P3", uzovi="7095"),
    ]
    result = said(clinic, VALUES).feed(people).command("check")
    assert sorted((row["appointment_id"], row["uzovi"]) for row in result.document["lines"]) == [
        ("A1", "7095"),
        ("A2", "0101"),
        ("A3", "7095"),
    ]


@pytest.mark.parametrize("name", ["Menzis", "Zilveren Kruis Achmea", "CZ groep", "Interpolis", "ONVZ"])
def test_an_insurer_by_name_that_nobody_explained(clinic: Clinic, name: str) -> None:
    result = clinic.feed([START | {"uzovi": name}]).command("check", "--lang", "en")
    assert "UZOVI_INVALID" in result.codes
    problem = next(problem for problem in result.problems if problem["code"] == "UZOVI_INVALID")
    assert f'"{name}"' in problem["message"]
    assert "[input.values.uzovi]" in problem["remedy"]


def test_what_waits_is_kept_as_the_feed_had_it(clinic: Clinic, clerk: Clerk) -> None:
    """A word that is explained, or explained otherwise, after its row was read."""
    row = START | {"uzovi": "Verzekeraar 1", "sex": "Dhr.", "postcode": "?"}
    assert said(clinic, "").feed([row]).run().counts == {"read": 1, "held": 1}
    clinic.write(NOTHING)
    values = '[input.values.uzovi]\n"verzekeraar 1" = "9664"\n[input.values.sex]\n"dhr." = "M"\n'
    said(clinic, values)
    held = clinic.run()
    assert held.found("error") == [("POSTCODE_INVALID", "A1", "postcode")]
    (kept,) = clerk.rows("SELECT * FROM unsettled")
    assert "Verzekeraar 1" in json.dumps(kept)
    assert "9664" not in json.dumps(kept)
    said(clinic, values.replace("9664", "7095"))
    clinic.write(csv_text([START | {"uzovi": "Verzekeraar 1", "sex": "Dhr."}]))
    result = clinic.run()
    assert [(row["appointment_id"], row["uzovi"]) for row in result.document["lines"]] == [("A1", "7095")]


def test_what_waits_goes_out_once_its_word_is_explained(clinic: Clinic) -> None:
    clinic.feed([START | {"uzovi": "Verzekeraar 1", "therapist_agb": "mw. Jansen"}]).run()
    clinic.write(NOTHING)
    said(
        clinic,
        '[input.values.uzovi]\n"Verzekeraar 1" = "7095"\n[input.values.therapist_agb]\n"MW. JANSEN" = "04098765"\n',
    )
    result = clinic.run()
    assert result.lines == {"A1": ("F1013", 1)}


def test_a_changed_row_is_compared_by_what_it_means(clinic: Clinic) -> None:
    said(clinic, VALUES).feed([START]).run()
    assert clinic.feed([START | {"uzovi": "IZA", "sex": "Mevr."}]).run().counts == {"read": 1, "earlier": 1}
    changed = clinic.feed([START | {"uzovi": "Univé"}]).run()
    assert changed.found("warning") == [("DECLARED_INSURER_CHANGED", "A1", "uzovi")]


def test_one_person_in_two_ways_is_one_person(clinic: Clinic) -> None:
    other = visit("B1", "2021-03-08", "940156", patient="P2", diagnosis="3026", bsn=START["bsn"])
    other |= {"birth_date": START["birth_date"], "sex": "Mevr."}
    result = said(clinic, VALUES).feed([START, other]).command("check")
    assert not {"BSN_TWO_PERSONS", "SEX_INVALID"} & set(result.codes)
    result = said(clinic, VALUES).feed([START, other | {"sex": "Dhr."}]).command("check")
    assert "BSN_TWO_PERSONS" in result.codes


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ('[input.values.insurer]\n"a" = "b"', "input.values.insurer"),
        ('[input.values.appointment_id]\n"a" = "b"', "input.values.appointment_id"),
        ("[input.values]\nuzovi = 3332", "input.values.uzovi"),
        ('[input.values.uzovi]\n"Menzis" = 3332', "input.values.uzovi.Menzis"),
        ('[input.values.uzovi]\n"Menzis" = ""', "input.values.uzovi.Menzis"),
        ('[input.values.uzovi]\n"Menzis" = "3332"\n"MENZIS" = "3333"', "input.values.uzovi.MENZIS"),
        ('[input.values.status]\n"Klaar" = "gereed"', "input.values.status.klaar"),
    ],
)
def test_what_can_not_be_explained_is_refused(clinic: Clinic, values: str, key: str) -> None:
    result = said(clinic, values).feed([START]).command("check", "--lang", "en")
    assert result.exit_code == 2
    assert key in result.problems[0]["message"]


def test_explain_says_by_what(clinic: Clinic, clerk: Clerk) -> None:
    said(clinic, VALUES).feed([START | {"uzovi": "IZA"}])
    _, text = clerk.gives("explain", "A1", as_json=True)
    steps = json.loads(text)["steps"]
    source = next(step["source"] for step in steps if step["step"] == "insurer")
    assert source == "ei-export.toml [input.values.uzovi]; specs/codelists/uzovi.csv"
