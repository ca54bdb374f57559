"""Grouping, on visits made by hand: no tables, no feed."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from itertools import permutations
from typing import cast

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ei_export.model.appointment import Appointment, Outcome, Past
from ei_export.zorg1 import contacts
from ei_export.zorg1.agreements import Agreement, Agreements, Moment, Units
from ei_export.zorg1.resolution import Resolution, Verdict
from ei_export.zorg1.resolver import Resolver
from ei_export.zorg1.tariffs import Tariffs
from ei_export.zorg1.trajectories import Grouped, group
from ei_export.zorg1.visit import AFTER_RELAPSE, Trajectory, Visit
from tests.support.rows import row_of

MARCH = date(2021, 3, 1)
NO_TABLES = Resolver(Agreements({}), Tariffs(), (), {}, {})
UNITS: dict[str, Units] = {"start": 1, "contact": "-", "end": "count", "relapse": 1, "baseline": 1, "profile": 5}


def seen(
    name: str,
    day: int,
    moment: str,
    number: str = "",
    *,
    insurer: str = "VGZ",
    program: str = "lage rug",
    profile: str = "1",
    diagnosis: str = "3426",
    verdict: Verdict | None = None,
    past: Past | None = None,
    settled_as: Outcome | None = None,
) -> Visit:
    """A visit so many days after 1 March 2021, of a moment; '' = a code that no table has."""
    if moment == "contact":
        program = profile = "*"
    verdict = verdict or (Verdict.CONTACT if moment == "contact" else Verdict.PRODUCT)
    agreement = None
    if moment and verdict in (Verdict.PRODUCT, Verdict.CONTACT):
        units = UNITS[moment]
        agreement = Agreement(
            insurer, moment, date.min, date.max, program, profile, cast(Moment, moment),
            "F", "012", units, "product", (), "list", "§", "t.csv:1",
        )  # fmt: skip
    resolution = Resolution(
        verdict, moment, insurer, program if moment else "", profile if moment else "", moment, agreement
    )
    when = MARCH + timedelta(day)
    appointment = row_of(name, when, moment, number, diagnosis=diagnosis, past=past, settled_as=settled_as)
    return Visit(appointment, resolution, when, resolution.program)


def placed(
    *visits: Visit, unclear: Sequence[Appointment] = (), shared: Collection[str] = ()
) -> tuple[list[Trajectory], dict[str, list[str]], dict[str, int]]:
    """The trajectories, the codes of the findings, and the units of what has none."""
    grouped = grouped_of(*visits, unclear=unclear, shared=shared)
    codes = {name: [f.code for f in place.found] for name, place in grouped.places.items()}
    units = {name: place.units for name, place in grouped.places.items() if not place.found and place.units}
    return [*grouped.trajectories], {name: found for name, found in codes.items() if found}, units


def grouped_of(*visits: Visit, unclear: Sequence[Appointment] = (), shared: Collection[str] = ()) -> Grouped:
    """Visits as they are grouped, which changes none of them."""
    before = repr(visits)
    grouped = group(visits, unclear, shared, NO_TABLES)
    assert repr(visits) == before
    return grouped


def unreadable(day: int | None, number: str = "") -> Appointment:
    return row_of("U", None if day is None else MARCH + timedelta(day), number=number, uzovi="", diagnosis="")


@pytest.mark.parametrize("number", ["", "T1"])
def test_on_one_day_it_is_start_contact_end_relapse_however_they_come(number: str) -> None:
    names = ["d", "c", "b", "a"]  # so that the ids say the opposite
    moments = ["start", "contact", "end", "relapse"]
    for order in permutations(zip(names, moments, strict=True)):
        (trajectory,), findings, units = placed(*(seen(name, 0, moment, number) for name, moment in order))
        assert findings == {}
        assert units == {"d": 1, "b": 2, "a": 1}
        assert (trajectory.start, trajectory.end, trajectory.relapse) == (MARCH, MARCH, MARCH)
        assert trajectory.ended_by is not None
        assert trajectory.ended_by.appointment.id == "b"
        assert trajectory.label == (number or "P1/VGZ/lage rug")


def test_contacts_on_the_days_of_start_and_end_count() -> None:
    contacts = [seen(f"c{index}", day, "contact") for index, day in enumerate((0, 0, 3, 9))]
    (trajectory,), findings, units = placed(seen("e", 9, "end"), *contacts, seen("s", 0, "start"))
    assert findings == {}
    assert units == {"s": 1, "e": 5}
    assert len(trajectory.contacts) == 4


def test_a_new_trajectory_after_an_end_counts_from_nothing() -> None:
    one = [seen("a", 0, "start"), seen("b", 1, "contact"), seen("c", 2, "end")]
    two = [seen("d", 2, "start"), seen("e", 3, "contact"), seen("f", 3, "contact"), seen("g", 4, "end")]
    trajectories, findings, units = placed(*one, *[visit for visit in two if visit.appointment.id != "d"])
    assert len(trajectories) == 1
    assert set(findings) == {"e", "f", "g"}
    two = [seen("d", 3, "start"), seen("e", 3, "contact"), seen("f", 3, "contact"), seen("g", 4, "end")]
    one = [seen("a", 0, "start"), seen("b", 1, "contact"), seen("c", 2, "end")]
    trajectories, findings, units = placed(*one, *two)
    assert (len(trajectories), findings, units) == (2, {}, {"a": 1, "c": 2, "d": 1, "g": 3})


@pytest.mark.parametrize(
    ("visits", "findings"),
    [
        pytest.param([seen("a", 0, "end")], {"a": ["END_WITHOUT_START"]}, id="end without start"),
        pytest.param([seen("a", 0, "contact")], {"a": ["CONTACT_WITHOUT_TRAJECTORY"]}, id="contact alone"),
        pytest.param([seen("a", 0, "relapse")], {"a": ["RELAPSE_WITHOUT_END"]}, id="relapse alone"),
        pytest.param(
            [seen("a", 0, "start"), seen("b", 1, "start"), seen("c", 2, "end")],
            {"b": ["SECOND_START"], "c": ["COUNT_UNCERTAIN"]},
            id="second start",
        ),
        pytest.param(
            [seen("a", 0, "start", "T1"), seen("b", 1, "start", "T2")], {}, id="a second start under another number"
        ),
        pytest.param(
            [seen("a", 0, "start"), seen("b", 2, "end", profile="2")], {"b": ["END_OTHER_PROFILE"]}, id="other profile"
        ),
        pytest.param(
            [seen("a", 0, "start"), seen("b", 2, "end", profile="2", past=Past(Outcome.DECLARED, 1))],
            {"a": ["START_OTHER_PROFILE"]},
            id="other profile than what stands",
        ),
        pytest.param(
            [seen("a", 0, "start"), seen("b", 2, "end", profile="2", past=Past(Outcome.DECLARED, 1, refused=True))],
            {},
            id="other profile than what was refused",
        ),
        pytest.param(
            [seen("a", 0, "start"), seen("b", 1, "end"), seen("c", 2, "contact")],
            {"c": ["CONTACT_AFTER_END"]},
            id="contact after the end",
        ),
        pytest.param(
            [seen("a", 0, "start"), seen("b", 1, "contact", insurer="CZ"), seen("c", 2, "end")],
            {"b": ["INSURER_CHANGED"], "c": ["COUNT_UNCERTAIN"]},
            id="insurer changes",
        ),
        pytest.param(
            [seen("a", 0, "start"), seen("b", 2, "end", insurer="CZ")],
            {"b": ["INSURER_CHANGED"]},
            id="insurer changes at the end",
        ),
        pytest.param(
            [seen("a", 0, "start", "T1"), seen("b", 1, "relapse", "T1", program="nek")],
            {"b": ["TRAJECTORY_TWO_PROGRAMS"]},
            id="two programs",
        ),
        pytest.param(
            [seen("a", 0, "start", "T1"), seen("b", 1, "contact", "T1", insurer="CZ"), seen("c", 2, "end", "T1")],
            {"b": ["TRAJECTORY_TWO_INSURERS"], "c": ["TRAJECTORY_TWO_INSURERS"]},
            id="two insurers",
        ),
        pytest.param(
            [seen("a", 0, "start", "T1"), seen("b", 1, "start", "T1", program="nek")],
            {"b": ["TRAJECTORY_TWO_PROGRAMS"]},
            id="two starts of different programs",
        ),
        pytest.param(
            [seen("a", 0, "baseline", "T1", program="TKP"), seen("b", 1, "profile", "T1", program="THP")],
            {"b": ["TRAJECTORY_TWO_PROGRAMS"]},
            id="TKP and THP",
        ),
        pytest.param(
            [seen("a", 0, "baseline", program="TKP"), seen("b", 1, "profile", program="TKP")], {}, id="TKP alone"
        ),
        pytest.param(
            [
                seen("a", 0, "start", "T1"),
                seen("b", 1, "", "T1", verdict=Verdict.UNMAPPED),
                seen("c", 2, "end", "T1"),
            ],
            {"b": ["CODE_UNMAPPED"], "c": ["COUNT_UNCERTAIN"]},
            id="own code nobody linked",
        ),
        pytest.param(
            [seen("a", 0, "start"), seen("b", 1, "", verdict=Verdict.FAULT), seen("c", 2, "end")],
            {"c": ["COUNT_UNCERTAIN"]},
            id="a code no table knows",
        ),
        pytest.param(
            [seen("a", 0, "start"), seen("b", 1, "", "T2", verdict=Verdict.FAULT), seen("c", 2, "end")],
            {"c": ["COUNT_UNCERTAIN"]},
            id="a code no table knows, under a number the trajectory has not",
        ),
        pytest.param(
            [
                seen("a", 0, "start", "T1"),
                seen("b", 1, "", "T2", verdict=Verdict.FAULT),
                seen("c", 2, "end", "T1"),
            ],
            {},
            id="a code no table knows, of another trajectory",
        ),
    ],
)
def test_what_does_not_fit(visits: list[Visit], findings: dict[str, list[str]]) -> None:
    assert placed(*visits)[1] == findings


def misplaced(*visits: Visit) -> dict[str, str]:
    """Why each contact does not count; '' = it does."""
    grouped = grouped_of(*visits)
    counted = {visit.appointment.id for trajectory in grouped.trajectories for visit in trajectory.contacts}
    why = {
        v.appointment.id: grouped.places[v.appointment.id].misplaced for v in visits if v.resolution.moment == "contact"
    }
    assert {name for name, code in why.items() if not code} == counted
    return why


@pytest.mark.parametrize("number", ["", "T1"])
def test_why_a_contact_does_not_count(number: str) -> None:
    relapsed = [
        seen("a", 0, "start", number),
        seen("b", 1, "contact", number),
        seen("c", 2, "end", number),
        seen("d", 3, "contact", number),
        seen("e", 4, "relapse", number),
        seen("f", 5, "contact", number),
    ]
    assert misplaced(*relapsed) == {"b": "", "d": "CONTACT_AFTER_END", "f": AFTER_RELAPSE}
    assert misplaced(seen("a", 0, "contact", number)) == {"a": "CONTACT_WITHOUT_TRAJECTORY"}


def test_why_a_contact_does_not_count_also_where_that_is_no_problem() -> None:
    """Another system declared it, or there is no price agreement to be wrong against."""
    for late in (
        seen("c", 2, "contact", settled_as=Outcome.EARLIER),
        seen("c", 2, "contact", verdict=Verdict.NO_AGREEMENT),
    ):
        visits = seen("a", 0, "start"), seen("b", 1, "end"), late
        assert misplaced(*visits) == {"c": "CONTACT_AFTER_END"}
        assert placed(*visits)[1] == {}


def two_open(diagnosis: str) -> list[Visit]:
    return [
        seen("a", 0, "start"),
        seen("b", 0, "start", program="nek", diagnosis="3026"),
        seen("c", 1, "contact", diagnosis=diagnosis),
        seen("d", 2, "end"),
        seen("e", 2, "end", program="nek", diagnosis="3026"),
    ]


def test_the_diagnosis_decides_between_two_open_trajectories() -> None:
    assert placed(*two_open("3026"))[1:] == ({}, {"a": 1, "b": 1, "d": 1, "e": 2})
    assert placed(*two_open("3426"))[1:] == ({}, {"a": 1, "b": 1, "d": 2, "e": 1})
    uncertain = {"c": ["CONTACT_AMBIGUOUS"], "d": ["COUNT_UNCERTAIN"], "e": ["COUNT_UNCERTAIN"]}
    assert placed(*two_open(""))[1] == uncertain
    assert placed(*two_open("4026"))[1] == uncertain


@pytest.mark.parametrize(
    ("appointment", "holds"),
    [
        (unreadable(None), True),
        (unreadable(None, "T1"), True),
        (unreadable(None, "T2"), False),
        (unreadable(-1), False),
        (unreadable(0), True),
        (unreadable(9), True),
        (unreadable(10), False),
        (unreadable(5, "T2"), False),
    ],
)
def test_what_can_not_be_read_holds_the_end_it_could_belong_to(appointment: Appointment, holds: bool) -> None:
    visits = [seen("a", 0, "start", "T1"), seen("b", 9, "end", "T1")]
    assert placed(*visits, unclear=[appointment])[1] == ({"b": ["COUNT_UNCERTAIN"]} if holds else {})


def test_an_unmapped_code_whose_number_is_of_no_zorg1_visit_is_left_alone() -> None:
    assert placed(seen("a", 0, "start", "T1"), seen("b", 1, "", "T2", verdict=Verdict.UNMAPPED))[1] == {}


def test_a_start_and_contacts_whose_conflict_was_said_before() -> None:
    """From the first that can't be in it, all under the number are held, also what would fit."""
    visits = [
        seen("a", 0, "start", "T1"),
        seen("b", 1, "start", "T1", program="nek"),
        seen("c", 2, "contact", "T1"),
        seen("d", 3, "relapse", "T1"),
    ]
    two_programs = ["TRAJECTORY_TWO_PROGRAMS"]
    assert placed(*visits)[1] == {"b": two_programs, "c": two_programs, "d": two_programs}


def test_a_number_of_another_patient_too() -> None:
    visits = [seen("a", 0, "start", "T1"), seen("b", 1, "contact", "T1"), seen("c", 0, "start", program="nek")]
    assert placed(*visits, shared={"T1"})[1] == {"a": ["TRAJECTORY_TWO_PATIENTS"], "b": ["TRAJECTORY_TWO_PATIENTS"]}


def test_what_was_declared_is_not_judged_again() -> None:
    """But a second start that was declared begins a trajectory, and an end with other contacts by now is told of."""
    declared = Outcome.DECLARED
    visits = [
        seen("a", 0, "start", settled_as=declared),
        seen("b", 1, "start", settled_as=declared),
        seen("c", 2, "contact"),
        seen("d", 3, "end", past=Past(declared, units=1)),
        seen("e", 4, "end", settled_as=declared),
    ]
    trajectories, findings, _ = placed(*visits)
    assert findings == {"d": ["CONTACT_AFTER_DECLARED_END"]}
    assert [trajectory.abandoned for trajectory in trajectories] == [True, False]


def test_without_a_price_agreement_there_is_nothing_to_be_wrong_against() -> None:
    assert placed(seen("a", 0, "end", verdict=Verdict.NO_AGREEMENT))[1] == {}


@pytest.mark.parametrize("number", ["", "T1"])
def test_a_contact_between_a_relapse_and_the_end_still_counts(number: str) -> None:
    """A relapse before the end is odd, and warned of; the end counts all contacts from start to end (§4.1.6)."""
    moments = ["start", "relapse", "contact", "end"]
    visits = [seen(name, day, moment, number) for day, (name, moment) in enumerate(zip("abcd", moments, strict=True))]
    _, findings, units = placed(*visits)
    assert findings == {"b": ["RELAPSE_WITHOUT_END"]}
    assert units["d"] == 2


def test_a_contact_of_one_profile() -> None:
    """An overlay may tie a contact to a profile."""
    contact = seen("b", 1, "contact")
    of_another = Resolution(Verdict.CONTACT, "x", "VGZ", "lage rug", "2", "contact", contact.resolution.agreement)
    contact = evolve(contact, resolution=of_another)
    assert placed(seen("a", 0, "start"), contact)[1] == {"b": ["CONTACT_OTHER_PROFILE"]}


def test_a_relapse_joins_the_last_trajectory_that_ended() -> None:
    visits = [
        seen("a", 0, "start", "T1"),
        seen("b", 1, "end", "T1"),
        seen("c", 2, "start", "T2"),
        seen("d", 3, "relapse", "T3"),
        seen("e", 4, "contact", "T1"),
    ]
    grouped = grouped_of(*visits)
    assert all(place.found == () for place in grouped.places.values())
    labels = {name: place.trajectory.label if place.trajectory else "" for name, place in grouped.places.items()}
    assert labels == {"a": "T1", "b": "T1", "c": "T2", "d": "T1", "e": "T1"}


def test_a_refused_end_is_due_anew_as_soon_as_it_would_be_another_line() -> None:
    """The visit that comes out is not settled any more; the one that went in still is."""
    for units, settled_as in ((2, Outcome.DECLARED), (1, None)):
        end = seen("c", 2, "end", past=Past(Outcome.DECLARED, units=units, refused=True))
        grouped = grouped_of(seen("a", 0, "start"), seen("b", 1, "contact"), end)
        assert grouped.visits["c"].appointment.settled_as is settled_as
        assert grouped.trajectories[0].ended_by == grouped.visits["c"]
        assert grouped.places["c"].units == 2


def test_a_trajectory_is_called_without_the_bsn_of_its_patient() -> None:
    start = seen("a", 0, "start", "T123456782")
    start = evolve(start, appointment=evolve(start.appointment, cells=("123456782",)))
    (trajectory,) = grouped_of(start, seen("b", 1, "contact", "T123456782")).trajectories
    assert (trajectory.number, trajectory.label) == ("T123456782", "T*********")


@pytest.mark.parametrize(("number", "fault"), [("", "CONTACT_WITHOUT_TRAJECTORY"), ("T1", "TRAJECTORY_TWO_PROGRAMS")])
def test_a_contact_of_another_program_counts_in_no_trajectory(number: str, fault: str) -> None:
    """Also where its code is of any profile, as no row of ours is."""
    contact = seen("c", 1, "contact", number)
    contact = evolve(contact, program="nek", resolution=evolve(contact.resolution, program="nek"))
    (trajectory,), findings, _ = placed(seen("s", 0, "start", number), contact, seen("e", 9, "end", number))
    assert findings["c"] == [fault]
    assert trajectory.contacts == []


@st.composite
def courses(draw: st.DrawFn) -> list[Visit]:
    """Visits of one patient, most of them contacts."""
    visits = []
    for place in range(draw(st.integers(1, 8))):
        moment = draw(st.sampled_from(["start", "contact", "contact", "contact", "end", "relapse", ""]))
        visit = seen(
            f"a{place}",
            draw(st.integers(0, 6)),
            moment,
            draw(st.sampled_from(["", "", "T1", "T2"])),
            insurer=draw(st.sampled_from(["VGZ", "VGZ", "VGZ", "CZ"])),
            program=draw(st.sampled_from(["lage rug", "lage rug", "nek"])),
            diagnosis=draw(st.sampled_from(["3426", "3426", "3026", "", "x"])),
            settled_as=draw(st.sampled_from([None, None, Outcome.COUNTED if moment == "contact" else None])),
        )
        if moment == "contact" and draw(st.integers(0, 3)) == 0:
            program, profile = draw(st.sampled_from([("nek", "*"), ("lage rug", "*"), ("lage rug", "1"), ("nek", "2")]))
            resolution = evolve(visit.resolution, program=program, profile=profile)
            visit = evolve(visit, program=program, resolution=resolution)
        if moment == "contact" and draw(st.booleans()):
            verdict = draw(st.sampled_from(Verdict))
            units: Units = draw(st.sampled_from(["-", 1]))
            agreement = visit.resolution.agreement and evolve(visit.resolution.agreement, units=units)
            visit = evolve(visit, resolution=evolve(visit.resolution, verdict=verdict, agreement=agreement))
        visits.append(visit)
    return visits


@given(courses())
@settings(max_examples=300, deadline=None)
def test_a_contact_at_a_glance_has_the_place_that_all_rules_give_it(visits: list[Visit]) -> None:
    at_a_glance = repr(grouped_of(*visits))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contacts, "_is_plain", lambda *_: False)
        assert repr(grouped_of(*visits)) == at_a_glance
