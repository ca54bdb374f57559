"""Measurements and trajectories: `ei_export.zorg1.measuring`."""

import random
from datetime import date, timedelta

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from ei_export.model.measurement import MEASURING_MOMENTS, Measurement, moment_named, score_of, score_text
from ei_export.settings.zorg1 import Limits
from ei_export.zorg1.agreements import Agreements
from ei_export.zorg1.measures import Measures, known_profiles
from ei_export.zorg1.measuring import (
    by_moment,
    candidates,
    due_measures,
    due_moments,
    joined,
    match,
    missing_measures,
    moment_of,
)

LIMITS = Limits()
START = date(2022, 3, 1)
END = date(2022, 5, 31)
TODAY = date(2023, 1, 1)
_AGREEMENTS = Agreements.load()
MEASURES = Measures.load(known_profiles(_AGREEMENTS, _AGREEMENTS.programs))


@frozen
class Course:
    trajectory: str = "T1"
    program: str = "lage rug"
    profile: str = "2"
    started: date = START
    ended: date | None = END
    last: date = END
    numbers: tuple[str, ...] = ("T1",)


def on(day: date, instrument: str = "NPRS", score: str = "5", moment: str = "", number: str = "") -> Measurement:
    return Measurement(day, instrument, score, "", moment_named(moment) or "", number)


def days(count: int) -> timedelta:
    return timedelta(days=count)


@pytest.mark.parametrize(
    ("day", "moment"),
    [
        (START - days(30), "intake"),
        (START, "intake"),
        (START + days(14), "intake"),
        (START + days(15), "tussen"),
        (END - days(15), "tussen"),
        (END - days(14), "eind"),
        (END, "eind"),
        (END + days(30), "eind"),
    ],
)
def test_the_moment_follows_from_the_day(day: date, moment: str) -> None:
    assert moment_of(on(day), Course(), LIMITS) == moment


def test_a_moment_that_was_said_goes_before_its_day() -> None:
    assert moment_of(on(START, moment="eind"), Course(), LIMITS) == "eind"


def test_without_an_end_there_is_none_of_the_end() -> None:
    open_course = Course(ended=None)
    assert moment_of(on(END), open_course, LIMITS) == "tussen"
    assert moment_of(on(START), open_course, LIMITS) == "intake"


@pytest.mark.parametrize(("after", "moment"), [(0, "intake"), (4, "intake"), (5, "intake"), (6, "eind"), (10, "eind")])
def test_in_a_short_trajectory_the_nearer_end_decides(after: int, moment: str) -> None:
    short = Course(ended=START + days(10), last=START + days(10))
    assert moment_of(on(START + days(after)), short, LIMITS) == moment


def test_start_and_end_on_one_day_is_intake() -> None:
    assert moment_of(on(START), Course(ended=START, last=START), LIMITS) == "intake"


def test_limits_move_the_moments() -> None:
    assert moment_of(on(START + days(20)), Course(), Limits(intake_days=20)) == "intake"
    assert moment_of(on(END - days(1)), Course(), Limits(end_days=0)) == "tussen"


def test_what_is_due() -> None:
    assert due_moments(Course(), TODAY, LIMITS) == ("intake", "eind")
    assert due_moments(Course(ended=START + days(91)), TODAY, LIMITS) == ("intake", "eind")
    assert due_moments(Course(ended=START + days(92)), TODAY, LIMITS) == MEASURING_MOMENTS
    assert due_moments(Course(ended=None), START + days(10), LIMITS) == ("intake",)
    assert due_moments(Course(ended=None, last=START + days(92)), TODAY, LIMITS) == ("intake", "tussen")
    assert due_moments(Course(ended=None, last=START + days(91)), TODAY, LIMITS) == ("intake",)
    assert due_moments(Course(ended=None, last=START + days(92)), START + days(91), LIMITS) == ("intake",)
    assert due_moments(Course(ended=None), START - days(1), LIMITS) == ()


def test_what_is_missing() -> None:
    due = due_measures(Course(profile="1"), MEASURES, TODAY, LIMITS)
    taken = {("STarT Back", "intake"), ("NPRS", "intake"), ("NPRS", "eind"), ("PSK", "eind")}
    found = missing_measures(due, [(name, moment_named(word) or "tussen") for name, word in taken])
    assert [(row.moment, row.instruments) for row in found] == [("intake", ("PSK",)), ("eind", ("GPE",))]


def test_one_of_several_will_do() -> None:
    due = due_measures(Course(), MEASURES, TODAY, LIMITS)
    with_odi = missing_measures(due, [("ODI", "intake")])
    assert ("QBPDS", "ODI") not in [row.instruments for row in with_odi if row.moment == "intake"]


def test_where_none_is_named_one_besides_the_tool_of_the_profile_will_do() -> None:
    due = due_measures(Course(program="nek"), MEASURES, TODAY, LIMITS)
    found = missing_measures(due, [("STarT MSK", "intake"), ("STarT MSK", "eind")])
    assert [(row.moment, row.instruments) for row in found] == [("intake", ())]
    assert missing_measures(due, [("STarT MSK", "intake"), ("NPRS", "intake"), ("Eigen lijst", "eind")]) == []


@given(
    day=st.integers(-100, 300),
    length=st.none() | st.integers(0, 250),
    intake=st.integers(0, 40),
    end=st.integers(0, 40),
)
def test_every_measurement_is_of_one_moment(day: int, length: int | None, intake: int, end: int) -> None:
    """And later ones are of no earlier moment."""
    course = Course(ended=None if length is None else START + days(length))
    limits = Limits(intake_days=intake, end_days=end)
    here, later = (MEASURING_MOMENTS.index(moment_of(on(START + days(d)), course, limits)) for d in (day, day + 1))
    assert here <= later
    assert course.ended is not None or later < 2


def test_of_one_moment_the_first_intake_and_the_last_of_others_count() -> None:
    early, late = on(START, score="8"), on(START + days(3), score="6")
    ends = [on(END - days(2), score="3"), on(END, score="2"), on(END, score="4")]
    found = by_moment([*ends, late, early], Course(), LIMITS)
    assert found == {("NPRS", "intake"): early, ("NPRS", "eind"): ends[2]}


FIRST = Course("T1", "lage rug", "2", date(2022, 1, 10), date(2022, 3, 1), date(2022, 3, 1), ("T1",))
SECOND = Course("T2", "nek", "1", date(2022, 3, 15), date(2022, 6, 1), date(2022, 6, 1), ("T2",))
OPEN = Course("T3", "schouder", "1", date(2022, 9, 1), None, date(2022, 9, 20), ("T3",))


@pytest.mark.parametrize(
    ("day", "instrument", "names"),
    [
        (date(2022, 2, 1), "NPRS", ["T1"]),
        (date(2022, 1, 1), "NPRS", ["T1"]),
        (date(2021, 12, 1), "NPRS", []),
        (date(2022, 3, 8), "PSFS", ["T1", "T2"]),
        (date(2022, 3, 8), "STarT Back", ["T1"]),
        (date(2022, 3, 8), "STarT MSK", ["T2"]),
        (date(2022, 3, 15), "STarT Back", ["T2"]),
        (date(2022, 7, 1), "NPRS", []),
        (date(2022, 9, 30), "NPRS", ["T3"]),
        (date(2023, 9, 30), "NPRS", ["T3"]),
    ],
)
def test_whose_a_measurement_is_by_its_day(day: date, instrument: str, names: list[str]) -> None:
    found = candidates(on(day, instrument), [FIRST, SECOND, OPEN], MEASURES, LIMITS)
    assert [course.trajectory for course in found] == names


def test_a_number_goes_before_the_day() -> None:
    assert candidates(on(date(2022, 2, 1), number="T2"), [FIRST, SECOND], MEASURES, LIMITS) == [SECOND]
    assert candidates(on(date(2022, 2, 1), number="T9"), [FIRST, SECOND], MEASURES, LIMITS) == []


def test_a_number_that_no_trajectory_has_is_found_by_day_among_those_without_one() -> None:
    """A feed may lack the numbers that a file of measurements has."""
    courses = [evolve(FIRST, numbers=()), SECOND]
    assert candidates(on(date(2022, 2, 1), number="T9"), courses, MEASURES, LIMITS) == [courses[0]]
    assert candidates(on(date(2022, 4, 1), number="T9"), courses, MEASURES, LIMITS) == []


@given(st.data())
def test_nothing_is_lost_and_order_makes_no_difference(data: st.DataObject) -> None:
    day = st.integers(0, 400).map(lambda d: date(2022, 1, 1) + days(d))
    names = st.sampled_from(["NPRS", "STarT Back", "STarT MSK", "x"])
    given_ = data.draw(
        st.lists(st.builds(on, day, names, st.sampled_from("123"), number=st.sampled_from(["", "T1", "T9"])))
    )
    courses = [FIRST, SECOND, evolve(OPEN, started=date(2022, 5, 1))]
    found = match(given_, courses, MEASURES, LIMITS)
    placed = [each for of_one in found.trajectory.values() for each in of_one]
    assert sorted([*placed, *found.no_trajectory, *(each for each, _ in found.several)]) == sorted(given_)
    assert all(len(names) > 1 for _, names in found.several)
    shuffled = random.Random(data.draw(st.integers())).sample(given_, len(given_))
    assert match(shuffled, [*reversed(courses)], MEASURES, LIMITS) == found


def test_the_same_score_of_feed_and_file_is_one() -> None:
    feed = [on(START, score="7,0"), on(START, score="7,0"), on(END, score="3")]
    file = [on(START, score="7", moment="intake"), on(START, "PSK", "20")]
    kept, otherwise = joined(feed, file)
    assert kept == sorted([*file, feed[2]])
    assert otherwise == []


def test_of_two_scores_the_one_of_the_file_counts_and_the_other_is_told() -> None:
    kept, otherwise = joined([on(START, score="6")], [on(START, score="7")])
    assert kept == [on(START, score="7")]
    assert otherwise == [(on(START, score="6"), on(START, score="7"))]


@pytest.mark.parametrize(
    ("text", "number", "shortest"),
    [("7", 7, "7"), ("7,50", 7.5, "7.5"), ("7.0", 7, "7"), ("-2", -2, "-2"), ("0,0", 0, "0"), ("100", 100, "100")],
)
def test_scores(text: str, number: float, shortest: str) -> None:
    assert score_of(text) == number
    assert score_text(text) == shortest
    assert score_text(shortest) == shortest


@pytest.mark.parametrize("text", ["", "hoog", "7-8", "1.000,5", "1e3", "٣"])
def test_what_is_no_score(text: str) -> None:
    assert score_of(text) is None
    assert score_text(text) is None


@pytest.mark.parametrize(
    ("word", "moment"), [("Intake", "intake"), ("EINDMETING", "eind"), ("Tussentijds", "tussen"), ("?", None)]
)
def test_words_for_a_moment(word: str, moment: str | None) -> None:
    assert moment_named(word) == moment
