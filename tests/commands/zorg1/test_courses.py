"""The trajectories that the ledger knows, of a practice that can be counted by hand."""

from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from random import Random

import pytest

from ei_export.base.problems import Finding
from ei_export.commands.zorg1.courses import CourseReader
from ei_export.judging.rules import Rules
from ei_export.ledger import Ledger
from ei_export.settings import load
from ei_export.zorg1.course import Course
from tests.support.clerk import Clerk
from tests.support.feeds import Cells, Clinic, csv_text, tables_read_once, visit
from tests.support.zorg1_practice import (
    ENDED,
    FEED_COLUMNS,
    KNEE,
    ONVZ,
    TODAY,
    TWO_LABELS,
    VISITS,
    WITHOUT_AGREEMENT,
    zorg1_practice,
)

__all__ = ["tables_read_once"]

LOW_BACK = "Zorg 1: Lage rug | profiel 2 | zonder prijs afspraak"


def courses(clinic: Clinic) -> list[Course]:
    return courses_and_told(clinic)[0]


def courses_and_told(clinic: Clinic) -> tuple[list[Course], list[Finding]]:
    settings = load(clinic.folder / "ei-export.toml")
    reader = CourseReader(settings, Rules.load(settings, date.fromisoformat(TODAY)))
    with closing(Ledger.look(settings.ledger.path)) as ledger:
        found = [*reader.courses(ledger)]
    return found, [*reader.told()]


def named(clinic: Clinic) -> dict[str, Course]:
    return {course.trajectory: course for course in courses(clinic)}


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    return zorg1_practice(tmp_path_factory.mktemp("practice"))


def test_every_trajectory_is_one_course(practice: Clinic) -> None:
    found = [
        (c.trajectory, c.program, c.profile, c.agreement, c.insurer, c.uzovi, c.dcsph, c.consent)
        for c in courses(practice)
    ]
    assert found == [
        ("T1", "lage rug", "1", True, "VGZ", "7095", "3426", "J"),
        ("P10/ONVZ/nek/2022-04-05", "nek", "1", False, "ONVZ", ONVZ, "3026", "J"),
        ("T12", "artrose knie", "1", True, "VGZ", "7095", "7023", "J"),
        ("T13", "artrose heup", "2", True, "CZ", "9664", "6223", "J"),
        ("T14", "TKP", "3 AV + BV", True, "Menzis", "3332", "7022", "J"),
        ("T15", "lage rug", "1", True, "VGZ", "7095", "3426", "J"),
        ("T16", "lage rug", "1", True, "VGZ", "7095", "3426", "J"),
        ("T2", "nek", "2", True, "CZ", "9664", "3026", "J"),
        ("T3", "lage rug", "1", True, "VGZ", "7095", "3426", "N"),
        ("T4", "lage rug", "1", True, "VGZ", "7095", "3426", ""),
        ("T5", "lage rug", "1", True, "VGZ", "7095", "3426", "N"),
        ("T6", "schouder", "3", True, "VGZ", "7095", "4026", "J"),
        ("T7", "lage rug", "2", False, "ONVZ", ONVZ, "3526", "J"),
    ]


def test_days_and_counts(practice: Clinic) -> None:
    found = {
        name: (c.started.isoformat(), c.ended and c.ended.isoformat(), c.weeks, c.contacts, c.treatments)
        for name, c in named(practice).items()
    }
    assert found == {
        "T1": ("2022-03-31", "2022-04-28", 4, 2, 4),
        "T2": ("2022-04-01", "2022-04-29", 4, 1, 4),
        "T3": ("2022-04-04", None, 0, 0, 1),
        "T4": ("2022-04-04", None, 0, 0, 1),
        "T5": ("2022-05-02", None, 1, 1, 2),
        "T6": ("2022-05-02", None, 1, 1, 2),
        "T7": ("2022-04-04", None, 4, 2, 3),
        "P10/ONVZ/nek/2022-04-05": ("2022-04-05", None, 1, 1, 2),
        "T12": ("2022-06-01", None, 0, 0, 1),
        "T13": ("2022-06-02", "2022-07-14", 6, 0, 2),
        "T14": ("2022-01-10", None, 1, 0, 3),
        "T15": ("2022-02-01", None, 0, 0, 1),
        "T16": ("2022-03-01", "2022-03-22", 3, 1, 3),
    }
    relapses = {name: c.relapse.isoformat() for name, c in named(practice).items() if c.relapse is not None}
    assert relapses == {"T2": "2022-09-01", "T15": "2022-02-01"}
    assert [name for name, c in named(practice).items() if c.agreement and not c.has_start] == ["T14", "T15"]
    assert [name for name, c in named(practice).items() if c.by_diagnosis] == ["P10/ONVZ/nek/2022-04-05"]


def test_what_stands_of_the_lines(practice: Clinic) -> None:
    visits = {
        v.appointment_id: (
            v.code,
            v.product.registered,
            v.product.declare_under,
            v.product.moment,
            v.declared.list,
            v.declared.f_code,
            v.declared.units,
        )
        for c in courses(practice)
        for v in c.visits
    }
    assert visits["A011"] == ("01", "940131", "940131", "start", "012", "F1013", 1)
    assert visits["A012"] == ("011", "940135", "940135", "contact", "", "", 0)
    assert visits["A014"] == ("0111", "940134", "940134", "end", "012", "F1013", 3)
    assert visits["A024"] == ("940163990", "940163990", "940163990", "relapse", "990", "F1042R", 1)
    assert visits["A071"] == ("1000", "", "", "", "", "", 0)
    assert visits["A142"] == ("940186", "940186", "940186", "profile", "012", "F1024", 20)
    assert {name: c.declared_cents for name, c in named(practice).items() if c.declared_cents} == {
        "T1": 6644 + 6781,
        "T2": 13631 + 13768 + 13905,
        "T3": 6644,
        "T4": 6644,
        "T5": 6644,
        "T6": 9932,
        "T12": 10343,
        "T13": 16097 + 16234,
        "T14": 22262 + 22810 + 22947,
        "T15": 6918,
        "T16": 6644 + 6781,
    }
    assert all(course.granted_cents is None for course in courses(practice))


def test_who_the_patient_is_and_what_was_measured(practice: Clinic) -> None:
    course = named(practice)["T1"]
    assert (course.patient_id, course.birth_year, course.sex, course.csi) == ("P1", 1961, "2", "009")
    assert [(m.day.isoformat(), m.instrument, m.score) for m in course.measurements] == [
        ("2022-03-31", "STarT Back", "3"),
        ("2022-04-28", "NPRS", "2.5"),
    ]


def test_labels_of_an_insurer_are_one_trajectory(practice: Clinic) -> None:
    course = named(practice)["T16"]
    assert (course.uzovi, course.uzovis) == ("7095", ("7095", "0736"))


# However it came ------------------------------------------------------------------------------------------------------


def night_by_night(folder: Path, visits: Sequence[Cells], *, is_whole: bool) -> Clinic:
    """A run now and then, over all there is by then or over only what is new."""
    clinic = Clinic.open(folder)
    days = sorted({each["date"] for each in visits})
    before = ""
    for day in [*days[:-1:4], days[-1]]:
        rows = [each for each in visits if (is_whole or each["date"] > before) and each["date"] <= day]
        clinic.write(csv_text(rows, FEED_COLUMNS))
        clinic.run(today=day)
        before = day
    return clinic


@pytest.mark.parametrize("is_whole", [True, False])
def test_many_nights_are_as_one(tmp_path: Path, practice: Clinic, *, is_whole: bool) -> None:
    assert alike(night_by_night(tmp_path / "nights", VISITS, is_whole=is_whole)) == alike(practice)


def test_the_order_of_the_rows_makes_no_difference(tmp_path: Path, practice: Clinic) -> None:
    rows = [*VISITS]
    Random(3).shuffle(rows)
    assert alike(zorg1_practice(tmp_path / "shuffled", tuple(rows))) == alike(practice)


@pytest.mark.parametrize("word", ["J", "N"])
@pytest.mark.parametrize("first", ["2022-01-03", "2022-03-03"])
def test_consent_that_was_said_with_regular_care(tmp_path: Path, word: str, first: str) -> None:
    regular = visit("R1", first, "1000", consent=word)
    start = visit("A1", "2022-02-07", "01", "T1", consent="J" if word == "N" else "")
    expected = "J" if word == "J" or first < start["date"] else "N"
    for name, batches in (("once", [[regular, start]]), ("one", [[regular], [start]]), ("other", [[start], [regular]])):
        clinic = Clinic.open(tmp_path / name)
        for rows in batches:
            clinic.write(csv_text(rows, FEED_COLUMNS))
            clinic.run(today=TODAY)
        (course,) = courses(clinic)
        assert (course.consent, course.birth_year, course.sex) == (expected, 1961, "2"), name


@pytest.mark.parametrize("code", ["011", "1000"])
@pytest.mark.parametrize("earlier", ["J", "N", ""])
def test_consent_that_was_said_with_what_was_cancelled_is_none(tmp_path: Path, code: str, earlier: str) -> None:
    start = visit("A1", "2022-02-07", "01", "T1")
    before = visit("R1", "2022-02-10", code, "T1" if code == "011" else "", consent=earlier)
    later = visit("R2", "2022-02-14", code, "T1" if code == "011" else "", consent="J")
    gone = later | {"status": "cancelled"}
    for name, feeds in (("once", [[start, before, gone]]), ("nights", [[start, before, later], [gone]])):
        clinic = Clinic.open(tmp_path / name)
        for rows in feeds:
            clinic.write(csv_text(rows, FEED_COLUMNS))
            clinic.run(today=TODAY)
        (course,) = courses(clinic)
        assert course.consent == earlier, name


def alike(clinic: Clinic) -> list[str]:
    """The courses without the references of their lines, which follow from the runs."""
    import re

    return [re.sub(r"reference='[^']*'", "", repr(course)) for course in courses(clinic)]


# What changed since ---------------------------------------------------------------------------------------------------


def test_a_withdrawn_run_does_not_count(tmp_path: Path) -> None:
    clinic = zorg1_practice(tmp_path / "p", ENDED)
    code, _ = Clerk(clinic).gives("undo", "R000001", today=TODAY)
    assert code == 0
    (course,) = courses(clinic)
    assert (course.declared_cents, course.treatments, course.ended) == (0, 4, date(2022, 4, 28))


def test_a_cancelled_session_is_in_no_trajectory_any_more(tmp_path: Path) -> None:
    clinic = zorg1_practice(tmp_path / "p", WITHOUT_AGREEMENT)
    gone = {**WITHOUT_AGREEMENT[1], "status": "cancelled"}
    clinic.write(csv_text([gone], FEED_COLUMNS))
    clinic.run(today=TODAY)
    assert [v.appointment_id for v in named(clinic)["T7"].visits] == ["A071", "A073"]


def test_a_session_that_is_declared_after_all_is_of_that_trajectory(tmp_path: Path) -> None:
    sessions = [
        visit(f"A{n}", f"2022-04-0{n}", "1000", "T1", category=LOW_BACK, consent="J", diagnosis="3426") for n in (4, 5)
    ]
    clinic = zorg1_practice(tmp_path / "p", tuple(sessions))
    assert [(c.trajectory, c.agreement, c.treatments) for c in courses(clinic)] == [("T1", False, 2)]
    clinic.write(csv_text([{**sessions[0], "code": "01"}, {**sessions[1], "code": "011"}], FEED_COLUMNS))
    clinic.run(today=TODAY)
    assert [(c.trajectory, c.agreement, c.treatments) for c in courses(clinic)] == [("T1", True, 2)]


def test_trajectories_of_one_patient_without_numbers_have_names_of_their_own(tmp_path: Path) -> None:
    visits = (
        visit("A1", "2021-03-01", "01"),
        visit("A2", "2021-03-08", "0111"),
        visit("A3", "2022-03-01", "01"),
        visit("A4", "2022-03-08", "0111"),
    )
    found = courses(zorg1_practice(tmp_path / "p", visits))
    assert [(c.trajectory, " ".join(v.appointment_id for v in c.visits)) for c in found] == [
        ("P1/VGZ/lage rug/2021-03-01", "A1 A2"),
        ("P1/VGZ/lage rug/2022-03-01", "A3 A4"),
    ]


def test_a_trajectory_by_its_codes_without_a_contract(tmp_path: Path) -> None:
    clinic = Clinic.open(tmp_path / "p")
    clinic.configure(contracts="")
    clinic.write(csv_text(ENDED, FEED_COLUMNS))
    clinic.run(today=TODAY)
    (course,) = courses(clinic)
    assert (course.agreement, course.program, course.profile, course.contacts) == (False, "lage rug", "1", 2)
    assert course.declared_cents == 0


def test_sessions_of_a_trajectory_whose_start_and_end_are_registered_without_a_contract(tmp_path: Path) -> None:
    clinic = Clinic.open(tmp_path / "p")
    clinic.configure(contracts="")
    sessions = tuple(row | {"code": "1000"} for row in ENDED[1:3])
    clinic.write(csv_text((ENDED[0], *sessions, ENDED[3]), FEED_COLUMNS))
    clinic.run(today=TODAY)
    (course,) = courses(clinic)
    assert [visit.appointment_id for visit in course.visits] == ["A011", "A012", "A013", "A014"]
    assert (course.agreement, course.contacts, course.treatments) == (False, 2, 4)


def test_regular_sessions_under_the_number_of_one_with_agreement_are_not_of_it(tmp_path: Path) -> None:
    clinic = Clinic.open(tmp_path / "p")
    clinic.configure(codes='"1000" = "-"')
    extra = visit("A019", "2022-04-20", "1000", "T1", patient="P1", category=LOW_BACK)
    clinic.write(csv_text((*ENDED, extra), FEED_COLUMNS))
    clinic.run(today=TODAY)
    (course,) = courses(clinic)
    assert (course.agreement, course.treatments) == (True, 4)


def test_words_of_the_feed_mean_what_the_settings_say_today(tmp_path: Path) -> None:
    sessions = tuple(row | {"category": "Rug 2 zonder"} for row in WITHOUT_AGREEMENT[:3])
    clinic = zorg1_practice(tmp_path / "p", sessions)
    assert courses(clinic) == []
    path = clinic.folder / "ei-export.toml"
    words = f'[input.values.category]\n"rug 2 ZONDER" = "{LOW_BACK}"\n'
    path.write_text(path.read_text(encoding="utf-8") + words, encoding="utf-8")
    (course,) = courses(clinic)
    assert (course.trajectory, course.profile, course.category) == ("T7", "2", LOW_BACK)


def test_visits_in_between_of_2019(tmp_path: Path) -> None:
    visits = (
        *(
            visit("A1", "2019-03-04", "F1013B", "T1", diagnosis="8001"),
            visit("A2", "2019-03-11", "F1013", "T1", diagnosis="8001"),
        ),
        *(
            visit("A3", "2019-03-18", "F1013", "T1", diagnosis="8001"),
            visit("A4", "2019-03-25", "F1013E", "T1", diagnosis="8001"),
        ),
        *(
            visit(f"B{n}", f"2019-03-{n:02}", "930131", "T2", patient="P2", insurer="CZ", diagnosis="8001")
            for n in (4, 11, 18)
        ),
    )
    found = named(zorg1_practice(tmp_path / "p", visits))
    assert {name: (c.contacts, c.treatments) for name, c in found.items()} == {"T1": (2, 4), "T2": (2, 3)}


def test_what_can_be_no_code_is_not_shown(tmp_path: Path) -> None:
    shifted = visit("A1", "2022-04-04", "01", "T1", diagnosis="Jansen", indication_code="17-05-1980", consent="J")
    (course,) = courses(zorg1_practice(tmp_path / "p", (shifted,)))
    assert (course.dcsph, course.csi) == ("…", "…")


def test_two_av_and_two_bv_are_one_profile(tmp_path: Path) -> None:
    visits = tuple(each | {"code": code} for each, code in zip(KNEE, ("940183", "940185", "930211"), strict=True))
    (course,) = courses(zorg1_practice(tmp_path / "p", visits))
    assert (course.profile, course.risk, course.treatments) == ("2 AV + BV", "2", 3)
    (alone,) = courses(zorg1_practice(tmp_path / "q", visits[:2]))
    assert alone.profile == "2 AV"
    (baseline,) = courses(zorg1_practice(tmp_path / "r", visits[:1]))
    assert (baseline.profile, baseline.risk) == ("", "")


def test_another_insurer_by_the_settings(tmp_path: Path) -> None:
    clinic = zorg1_practice(tmp_path / "p", TWO_LABELS)
    path = clinic.folder / "ei-export.toml"
    path.write_text(path.read_text(encoding="utf-8") + '[uzovi]\n"0736" = "Menzis"\n', encoding="utf-8")
    (course,) = courses(clinic)
    assert (course.insurer, course.uzovis) == ("VGZ", ("7095", "0736"))  # as it was judged


def test_a_word_on_consent_that_says_nothing_is_told_and_not_shown(tmp_path: Path) -> None:
    words = {"P1": "Akkoord", "P2": "twijfelt", "P3": "N"}
    visits = [visit(f"A{who}", "2022-03-01", "01", f"T{who}", patient=who, consent=words[who]) for who in words]
    clinic = zorg1_practice(tmp_path / "p", tuple(visits))
    found, (told,) = courses_and_told(clinic)
    assert [course.consent for course in found] == ["?", "?", "N"]
    assert (told.code, told.params["count"]) == ("ZORG1_CONSENT_WORDS", 2)
    assert "Akkoord" in str(told.params["words"])
    path = clinic.folder / "ei-export.toml"  # what was kept is read anew
    path.write_text(path.read_text(encoding="utf-8") + '[input.values.consent]\nakkoord = "J"\n', encoding="utf-8")
    assert [course.consent for course in courses(clinic)] == ["J", "?", "N"]


def test_nothing_of_a_person_is_in_a_course(practice: Clinic) -> None:
    text = repr(courses(practice))
    for row in VISITS:
        assert row["bsn"] not in text
        assert row["name"] not in text
        assert row["birth_date"] not in text


# What was measured ----------------------------------------------------------------------------------------------------


def test_the_file_of_measurements_is_joined_with_the_feed(tmp_path: Path) -> None:
    clinic = Clinic.open(tmp_path / "p")
    path = clinic.folder / "ei-export.toml"
    path.write_text(path.read_text(encoding="utf-8") + '[measurements]\npath = "metingen.csv"\n', encoding="utf-8")
    clinic.write(
        "patient_id;trajectory_id;date;instrument;score;subscore;moment\n"
        "P1;T1;2022-04-01;PSK;70;;\n"  # by number
        "P1;;2022-04-28;gpe;2;;\n"  # by day, in another spelling
        "P1;T1;2022-03-31;STarT Back;5;4;intake\n"  # otherwise than the appointment says: this counts
        "P1;;2020-01-01;PSK;60;;\n"  # before any trajectory
        "P1;T99;2022-04-01;PSK;60;;\n",  # of a number that is no trajectory
        "metingen.csv",
    )
    clinic.write(csv_text(ENDED, FEED_COLUMNS))
    clinic.run(today=TODAY)
    settings = load(path)
    reader = CourseReader(settings, Rules.load(settings, date.fromisoformat(TODAY)))
    with closing(Ledger.look(settings.ledger.path)) as ledger:
        (course,) = reader.courses(ledger)
    assert [(m.day.isoformat(), m.instrument, m.score, m.subscore) for m in course.measurements] == [
        ("2022-03-31", "STarT Back", "5", "4"),
        ("2022-04-01", "PSK", "70", ""),
        ("2022-04-28", "GPE", "2", ""),
        ("2022-04-28", "NPRS", "2.5", ""),
    ]
    assert {finding.code: finding.params for finding in reader.told()} == {
        "MEASUREMENT_NO_TRAJECTORY": {"count": 2, "which": "P1 2020-01-01 PSK, P1 2022-04-01 PSK"},
        "MEASUREMENT_OTHERWISE": {"count": 1, "which": "P1 2022-03-31 STarT Back"},
    }
