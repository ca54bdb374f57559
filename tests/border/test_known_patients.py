"""What the Zorg1 tables are made of is known of every appointment, settled ones too, from feeds of only new rows."""

from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ei_export.judging.besides import BesidesReader
from ei_export.ledger import Ledger
from ei_export.ledger.care import KnownPatient, patients_in_care
from ei_export.ledger.dossier import NOTHING_BESIDES, Besides, Settled, Unsettled
from ei_export.model.appointment import Appointment, Common, positions
from tests.support.clerk import CONTACT, END, SINGLE, START, Clerk
from tests.support.feeds import COLUMNS, Cells, Clinic, csv_text

CATEGORY = "Zorg 1: Lage rug | profiel 2 | zonder prijs afspraak"
ZORG1 = {
    "consent": "J",
    "indication_code": "001",
    "category": CATEGORY,
    "measurement_name": "Start Back",
    "measurement_score": "4",
}
BESIDES = Besides("J", "001", CATEGORY, START["therapist_agb"], "", (("Start Back", "4"),))
NAMES = (*COLUMNS, *(name for name in ("category", "measurement_name", "measurement_score") if name not in COLUMNS))


def feed(clinic: Clinic, *rows: Cells) -> Clinic:
    clinic.write(csv_text([*rows], NAMES))
    return clinic


def known(clinic: Clinic) -> dict[str, KnownPatient]:
    with closing(Ledger.look(clinic.folder / "ledger.sqlite")) as ledger:
        return {patient.patient_id: patient for patient in patients_in_care(ledger)}


def besides(clinic: Clinic) -> dict[str, Besides]:
    return {each.appointment_id: each.besides for patient in known(clinic).values() for each in patient.appointments}


def test_of_settled_ones_too(clinic: Clinic) -> None:
    assert feed(clinic, *(row | ZORG1 for row in (START, CONTACT, END))).run().problems == []
    assert set(besides(clinic).values()) == {BESIDES}
    (patient,) = known(clinic).values()
    assert (patient.birth_year, patient.sex, patient.consent) == (int(START["birth_date"][:4]), "2", "J")
    assert {type(each) for each in patient.appointments} == {Settled}
    assert [(each.started, each.ended) for each in patient.trajectories] == [(START["date"], END["date"])]


def test_of_those_that_wait(clinic: Clinic) -> None:
    """And that are settled later, by a run whose feed doesn't show them."""
    clinic.tariffs(without=START["code"])
    feed(clinic, START | ZORG1).run()
    (waiting,) = known(clinic)[START["patient_id"]].appointments
    assert isinstance(waiting, Unsettled)
    assert besides(clinic) == {"A1": BESIDES}
    clinic.tariffs()
    assert feed(clinic).run().lines.keys() == {"A1"}
    assert besides(clinic) == {"A1": BESIDES}


def test_a_feed_of_only_new_rows_leaves_what_was_heard(clinic: Clinic) -> None:
    feed(clinic, START | ZORG1).run()
    feed(clinic, CONTACT).run()
    assert besides(clinic) == {
        "A1": BESIDES,
        CONTACT["appointment_id"]: Besides("", CONTACT["indication_code"], "", CONTACT["therapist_agb"]),
    }
    (patient,) = known(clinic).values()
    assert (patient.birth_year, patient.consent) == (int(START["birth_date"][:4]), "J")


@pytest.mark.parametrize(
    "said", [{"consent": "N"}, {"category": "Anders"}, {"measurement_score": "5"}, {"measurement_name": "NPRS"}]
)
def test_another_word_is_kept_and_changes_no_line(clinic: Clinic, clerk: Clerk, said: Cells) -> None:
    rows = [row | ZORG1 for row in (START, CONTACT, END)]
    feed(clinic, *rows).run()
    lines = clerk.debits()
    result = feed(clinic, *(row | said for row in rows)).run()
    assert (result.lines, result.problems, result.counts) == ({}, [], {"read": 3, "earlier": 3})
    assert clerk.debits() == lines
    first = besides(clinic)["A1"]
    assert first.consent == said.get("consent", "J")
    assert first.category == said.get("category", CATEGORY)
    assert dict(first.measured)[said.get("measurement_name", "Start Back")] == said.get("measurement_score", "4")
    assert known(clinic)[START["patient_id"]].consent == said.get("consent", "J")
    assert feed(clinic, *(row | said for row in rows)).run().counts == {"read": 3, "earlier": 3}


def test_several_rows_of_one_appointment_each_with_another_measurement(clinic: Clinic) -> None:
    rows = [SINGLE | {"measurement_name": name, "measurement_score": score} for name, score in ("A1", "C3", "B2")]
    result = feed(clinic, *rows).run()
    assert (result.problems, result.counts) == ([], {"read": 3, "declared": 1, "duplicate": 2})
    assert besides(clinic)["S1"].measured == (("A", "1"), ("B", "2"), ("C", "3"))
    feed(clinic, SINGLE | {"measurement_name": "B", "measurement_score": "9"}).run()
    assert besides(clinic)["S1"].measured == (("A", "1"), ("C", "3"), ("B", "9"))


def consent(clinic: Clinic, *rows: Cells) -> str:
    """A patient's consent after a feed of these rows."""
    feed(clinic, *rows).run()
    return known(clinic)[START["patient_id"]].consent


#: No Zorg1: nothing is kept of it.
OTHER_CARE: Cells = CONTACT | {"appointment_id": "B1", "code": "1000", "declare_under": "", "trajectory_id": ""}


def test_consent_is_the_word_of_the_latest_day_whenever_it_was_heard(clinic: Clinic) -> None:
    """In feeds of only new rows: an old row that comes late is no later word, another word in the row itself is."""
    assert consent(clinic, CONTACT | {"consent": "N"}) == "N"
    assert consent(clinic, START | {"consent": "J"}) == "N"
    assert consent(clinic, CONTACT | {"consent": ""}, END | {"consent": "NULL"}) == "N"
    assert consent(clinic, CONTACT | {"consent": "ja"}) == "J"
    assert consent(clinic, START | {"consent": "n"}) == "J"
    assert consent(clinic, CONTACT | {"consent": "nee"}) == "N"
    assert consent(clinic, END | {"consent": "j"}) == "J"
    assert consent(clinic, END | {"consent": "N"}, CONTACT | {"consent": "J"}) == "N"


def test_of_appointments_of_one_day_n_goes_before_j(clinic: Clinic) -> None:
    other = CONTACT | {"date": START["date"], "consent": "J"}
    assert consent(clinic, START | {"consent": "Nee"}) == "N"
    assert consent(clinic, other) == "N"
    assert consent(clinic, START | {"consent": "J"}) == "J"
    assert consent(clinic, other | {"consent": "n"}) == "N"


def test_other_care_has_a_word_in_it_too(clinic: Clinic) -> None:
    assert consent(clinic, START | {"consent": "J"}, OTHER_CARE | {"consent": "N"}) == "N"
    assert "B1" not in besides(clinic)
    assert consent(clinic, START | {"consent": "J"}) == "N"
    assert consent(clinic, OTHER_CARE | {"consent": ""}) == "N"
    assert consent(clinic, OTHER_CARE | {"consent": "J"}) == "J"


def test_what_did_not_take_place_has_no_word_in_it(clinic: Clinic) -> None:
    cancelled = END | {"status": "geannuleerd", "consent": "J"}
    assert consent(clinic, START | {"consent": "N"}, cancelled) == "N"


@pytest.mark.parametrize("turn", [1, -1])
@pytest.mark.parametrize(
    ("one", "other", "counts"),
    [
        ("J", "N", "N"),
        ("j", "N", "N"),
        ("ja", "n", "N"),
        ("Nee", "J", "N"),
        ("ja", "", "J"),
        ("ja", "weet niet", "weet niet"),
    ],
)
def test_of_rows_that_differ_n_goes_before_j(one: str, other: str, counts: str, turn: int, clinic: Clinic) -> None:
    assert consent(clinic, *(START | {"consent": word} for word in (one, other)[::turn])) == counts
    assert besides(clinic)["A1"].consent == counts


def test_of_what_waits_the_last_word_is_kept_though_its_row_says_none_now(clinic: Clinic) -> None:
    clinic.tariffs(without=START["code"])
    assert consent(clinic, START | ZORG1 | {"consent": "J"}, START | ZORG1 | {"consent": "n"}) == "N"
    assert consent(clinic, START | {"consent": "", "category": ""}) == "N"
    assert (besides(clinic)["A1"].consent, besides(clinic)["A1"].category) == ("N", CATEGORY)


def birth(clinic: Clinic, *rows: Cells) -> tuple[int | None, str]:
    """A patient's birth year and sex after a feed of these rows."""
    feed(clinic, *rows).run()
    patient = known(clinic)[START["patient_id"]]
    return patient.birth_year, patient.sex


NUMBERLESS: Cells = {"bsn": "999999999", "insured_number": ""}


@pytest.mark.parametrize("who", [{}, NUMBERLESS, {"bsn": ""}, {"bsn": "12"}])
@pytest.mark.parametrize("nothing", ["", "NULL", "onbekend", "9", "x"])
def test_birth_year_and_sex_are_known_of_all_and_wiped_by_no_empty_cell(
    who: Cells, nothing: str, clinic: Clinic
) -> None:
    said = {"birth_date": "1961-05-17", "sex": "m"} | who
    nothing_said = {"birth_date": nothing, "sex": nothing}
    assert birth(clinic, START | said) == (1961, "1")
    assert birth(clinic, CONTACT | said | {"sex": nothing}) == (1961, "1")
    assert birth(clinic, CONTACT | said | nothing_said) == (1961, "1")
    assert birth(clinic, END | said | nothing_said, CONTACT | said) == (1961, "1")
    assert birth(clinic, END | said | {"birth_date": "1962-01-31", "sex": "vrouw"}) == (1962, "2")


def test_what_one_feed_says_of_a_sex_is_known_as_if_it_came_in_two(clinic: Clinic) -> None:
    assert birth(clinic, START | {"sex": "V"}, CONTACT | {"sex": "0"}) == (int(START["birth_date"][:4]), "2")


def test_the_sex_of_somebody_else_is_not_kept(clinic: Clinic) -> None:
    assert birth(clinic, START | {"sex": "V"})[1] == "2"
    assert birth(clinic, CONTACT | {"bsn": "111222333", "sex": "", "birth_date": "1970-01-01"}) == (1970, "")


_AT = {name: place for place, name in enumerate(("consent", "category", "measurement_name", "measurement_score"))}
_WORDS = st.sampled_from(["", " ", "NULL", "J", "N", "nee", "a", "b"])


def _row(cells: tuple[str, ...]) -> Appointment:
    return Appointment("A1", 1, None, "", "P1", "", Common(True, False, "", "", ""), (*cells, ""), positions(_AT))


@given(
    st.lists(st.tuples(*[_WORDS] * 4), max_size=4).flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows)))
)
def test_it_makes_no_difference_in_which_order_rows_stand(both: tuple[list[tuple[str, ...]], ...]) -> None:
    one, other = (BesidesReader(_AT).of([*map(_row, rows)], {}) for rows in both)
    assert one == other


@given(st.lists(st.tuples(*[_WORDS] * 4), min_size=1, max_size=4), st.lists(st.tuples(*[_WORDS] * 4), max_size=4))
def test_nothing_that_was_heard_is_lost_but_by_another_word(
    first: list[tuple[str, ...]], then: list[tuple[str, ...]]
) -> None:
    reader = BesidesReader(_AT)

    def heard(rows: list[tuple[str, ...]], before: Besides = NOTHING_BESIDES) -> Besides:
        return reader.of([*map(_row, rows)], {"A1": before}).get("A1", NOTHING_BESIDES)

    before = heard(first)
    after = heard(then, before)
    said = {name for name, _ in heard(then).measured}
    assert {pair for pair in before.measured if pair[0] not in said} <= set(after.measured)
    assert all(getattr(after, name) for name in ("consent", "category") if getattr(before, name))
    assert heard(then, after) == after


# Regular care, which the tables ask for too.

SESSION = SINGLE | {"appointment_id": "G1", "patient_id": "P40", "code": "1000", "trajectory_id": "", "uzovi": "7095"}


def regular(clinic: Clinic) -> dict[str, list[Settled]]:
    return {patient: [*one.regular] for patient, one in known(clinic).items() if one.regular}


def test_regular_care_of_the_body_part_of_a_program_is_kept(clinic: Clinic) -> None:
    """Or with a category of Zorg1; of other care, and of what didn't take place, nothing is."""
    rows = [
        SESSION | ZORG1,
        SESSION | {"appointment_id": "G2", "diagnosis_code": "3499"},
        SESSION | {"appointment_id": "G3", "diagnosis_code": "5126"},
        SESSION | {"appointment_id": "G4", "diagnosis_code": "5126", "category": CATEGORY},
        SESSION | {"appointment_id": "G5", "status": "cancelled"},
        SESSION | {"appointment_id": "G6", "date": "32-03-2021"},
    ]
    result = feed(clinic, *rows).run()
    assert result.document["appointments"]["not_zorg1"] == 5
    (patient,) = known(clinic).values()
    assert [(each.appointment_id, each.outcome) for each in patient.regular] == [
        ("G1", "not_zorg1"),
        ("G2", "not_zorg1"),
        ("G4", "not_zorg1"),
    ]
    assert patient.regular[0].besides == BESIDES
    assert (patient.birth_year, patient.sex, patient.consent) == (int(SESSION["birth_date"][:4]), "2", "J")
    assert (patient.appointments, patient.trajectories, patient.lines) == ([], [], {})
    assert not any(SESSION["bsn"] in each for each in Clerk(clinic).dump())


def test_only_new_rows_give_the_same_as_all_of_them(clinic: Clinic, tmp_path: Path) -> None:
    rows = [SESSION | {"appointment_id": f"G{n}", "date": f"2021-03-0{n}", "consent": "NJ"[n % 2]} for n in range(1, 6)]
    everything = Clinic.open(tmp_path / "all")
    feed(everything, *rows).run()
    for row in reversed(rows):
        feed(clinic, row).run()
    assert known(clinic) == known(everything)


def test_what_did_not_take_place_after_all_or_is_zorg1_is_no_regular_care(clinic: Clinic) -> None:
    feed(clinic, SESSION, SESSION | {"appointment_id": "G2"}, START | {"code": "1000", "trajectory_id": ""}).run()
    assert {patient: len(each) for patient, each in regular(clinic).items()} == {"P40": 2, START["patient_id"]: 1}
    result = feed(clinic, SESSION | {"status": "cancelled"}, START).run()
    assert result.lines.keys() == {START["appointment_id"]}
    assert [*regular(clinic)] == ["P40"]
    assert [each.appointment_id for each in regular(clinic)["P40"]] == ["G2"]


def test_what_the_feed_should_have_and_lacks_is_no_regular_care(clinic: Clinic) -> None:
    feed(clinic, SESSION | {"date": "2021-02-01"}, SESSION | {"appointment_id": "G2"}, START).run()
    settings = clinic.folder / "ei-export.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("[input]", "[input]\ncomplete_from = 2021-02-15", 1), encoding="utf-8")
    feed(clinic, START).run()
    assert [each.appointment_id for each in regular(clinic)["P40"]] == ["G1"]


def test_nothing_is_judged_by_regular_care(clinic: Clinic) -> None:
    """A code that is linked later makes no line of what only the ledger has."""
    feed(clinic, SESSION, START).run()
    settings = clinic.folder / "ei-export.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("[codes]", '[codes]\n"1000" = "940131"', 1), encoding="utf-8")
    assert settings.read_text(encoding="utf-8") != text
    result = feed(clinic).run()
    assert (result.lines, result.document["appointments"]["read"]) == ({}, 0)
    assert result.document["appointments"]["remembered"] == 0


def test_where_an_appointment_stands_and_what_was_declared_of_it(clinic: Clinic) -> None:
    feed(clinic, START, CONTACT, END).run()
    (patient,) = known(clinic).values()
    assert [(each.appointment_id, each.place) for each in patient.appointments] == [("A1", 1), ("A2", 1), ("A3", 1)]
    assert {ident: [(line.units, line.state) for line in lines] for ident, lines in patient.lines.items()} == {
        "A1": [(1, "sent")],
        "A3": [(2, "sent")],
    }
