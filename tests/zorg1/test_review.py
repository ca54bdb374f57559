"""Monitoring: trajectories with one flaw each, every one found by exactly its code; and those without one."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import chain
from typing import Any, Final

import pytest
from attrs import evolve, fields_dict

from ei_export.base.problems import LANGUAGES, catalogue, render
from ei_export.model.appointment import Outcome
from ei_export.model.codelists import uzovi_numbers
from ei_export.model.measurement import Measurement
from ei_export.settings import Contract
from ei_export.settings.zorg1 import Limits
from ei_export.zorg1.agreements import Agreements
from ei_export.zorg1.course import Course, CourseVisit, VisitLine, VisitProduct
from ei_export.zorg1.inclusion import Includer
from ei_export.zorg1.measures import Measures, known_profiles
from ei_export.zorg1.profiles import Profiles
from ei_export.zorg1.resolver import Resolver
from ei_export.zorg1.review import Reviewer
from ei_export.zorg1.tariffs import Tariffs

TODAY: Final = date(2022, 10, 3)
APART: Final = timedelta(weeks=12)
UZOVI: Final = {"VGZ": "7095", "CZ": "7119", "Menzis": "3332", "Zilveren Kruis": "3311", "ONVZ": "3343"}
AGREEMENTS: Final = Agreements.load()
PROGRAMS: Final = AGREEMENTS.programs
KNOWN: Final = known_profiles(AGREEMENTS, PROGRAMS)
INSURERS: Final = {number: row.insurer for number, row in uzovi_numbers().items()}
CONTRACTS: Final = [Contract(name, date.min, date.max, ("productafspraken Zorg1",)) for name in AGREEMENTS.insurers]
RESOLVER: Final = Resolver(AGREEMENTS, Tariffs.load(None), CONTRACTS, {}, INSURERS)
REVIEWER: Final = Reviewer(
    agreements=AGREEMENTS,
    profiles=Profiles.load({*chain.from_iterable(KNOWN.values())}),
    measures=Measures.load(KNOWN),
    limits=Limits(),
    today=TODAY,
    insurer=RESOLVER.insurer,
    agrees=RESOLVER.agrees,
    category=Includer(RESOLVER, APART).category,
    apart=APART,
)
START: Final = date(2022, 3, 1)
END: Final = date(2022, 4, 12)
RELAPSE: Final = date(2022, 8, 1)


def on(day: date, *instruments: tuple[str, ...]) -> list[Measurement]:
    """Instrument, score and perhaps a sub score, measured on a day."""
    return [Measurement(day, *said) for said in instruments]  # type: ignore[arg-type]


LOW_BACK: Final = (
    *on(START, ("STarT Back", "3"), ("NPRS", "6"), ("PSK", "20")),
    *on(END, ("NPRS", "2"), ("PSK", "8"), ("GPE", "1")),
)
NECK: Final = (*on(START, ("STarT MSK", "6"), ("NDI", "20")), *on(END, ("NDI", "8")))


def seen(day: date, code: str, insurer: str = "VGZ", *, diagnosis: str = "3426", **otherwise: Any) -> CourseVisit:
    """A visit that was declared, or counted where its code is a contact's, as the agreements have it."""
    found = RESOLVER.resolve(code, "", UZOVI[insurer], day)
    agreement = found.agreement
    is_sent = agreement is not None and agreement.is_sent
    product = VisitProduct(
        registered=code if found.is_zorg1 else "",
        declare_under=found.code if found.is_zorg1 else "",
        moment=found.moment,
        profile=found.profile,
        list=agreement.list if agreement is not None else "",
        f_code=agreement.f_code if agreement is not None else "",
        units=found.fixed if is_sent else 0,
        agreed=found.is_zorg1,
    )
    of_product = {name: otherwise.pop(name) for name in fields_dict(VisitProduct) if name in otherwise}
    values: dict[str, Any] = {
        "appointment_id": f"{day}/{code}",
        "day": day,
        "number": "T1",
        "code": code,
        "product": evolve(product, **of_product),
        "outcome": Outcome.DECLARED if is_sent else Outcome.COUNTED if found.is_zorg1 else Outcome.NOT_ZORG1,
        "uzovi": UZOVI[insurer],
        "dcsph": diagnosis,
        "csi": "",
        "category": "",
        "therapist": "04098765",
        "referral": None,
    }
    visit = CourseVisit(**{**values, **otherwise})
    if not is_sent or visit.outcome is not Outcome.DECLARED or "line" in otherwise:
        return visit
    p = visit.product
    line = VisitLine("R1", visit.uzovi, p.declare_under, p.list, p.f_code, p.units, "sent", "sent", 100, None)
    return evolve(visit, line=line)


def course(visits: Sequence[CourseVisit], measurements: Sequence[Measurement] = LOW_BACK, **otherwise: Any) -> Course:
    """A trajectory of these visits, with price agreement; lage rug, profile 1, unless it is said ``otherwise``."""
    days = {visit.product.moment: visit.day for visit in visits}
    first = visits[0]
    values: dict[str, Any] = {
        "trajectory": "T1",
        "patient_id": "P1",
        "birth_year": 1970,
        "sex": "2",
        "consent": "J",
        "uzovi": first.uzovi,
        "uzovis": (first.uzovi,),
        "insurer": INSURERS.get(first.uzovi, ""),
        "category": "",
        "program": "lage rug",
        "profile": "1",
        "agreement": True,
        "dcsph": first.dcsph,
        "csi": "",
        "referral": None,
        "started": days.get("start", first.day),
        "ended": days.get("end"),
        "relapse": days.get("relapse"),
        "has_start": "start" in days,
        "by_diagnosis": False,
    }
    return Course(**{**values, **otherwise}, visits=tuple(visits), measurements=tuple(sorted(measurements)))


def low_back(
    insurer: str = "VGZ", codes: Sequence[str] = ("940131", "940135", "940134"), **more: Any
) -> list[CourseVisit]:
    days = START, date(2022, 3, 15), END
    return [seen(day, code, insurer, **more) for day, code in zip(days, codes, strict=True)]


def regular(diagnosis: str = "3526") -> list[CourseVisit]:
    return [seen(START + timedelta(days=days), "1000", "ONVZ", diagnosis=diagnosis) for days in (0, 7, 40)]


def neck(end: date = END) -> list[CourseVisit]:
    return [seen(day, code, "CZ", diagnosis="3026") for day, code in ((START, "940158"), (end, "940159"))]


NECK_OF: Final = {"program": "nek", "profile": "2"}
KNEE: Final = {"program": "artrose knie", "agreement": False, "profile": ""}
WITHOUT: Final = {"agreement": False, "profile": "2", "has_start": False}
MENZIS_3: Final = ("940151", "940135", "940154")
PROFILE_3: Final = (
    *on(START, ("STarT Back", "6", "4"), ("NPRS", "6"), ("PSK", "20"), ("QBPDS", "40")),
    *on(END, ("NPRS", "2"), ("PSK", "8"), ("QBPDS", "10")),
)
PROFILE_2: Final = (PROFILE_3[0]._replace(subscore="2"), *PROFILE_3[1:3], PROFILE_3[3])
CATEGORY: Final = "Zorg 1: Lage rug | profiel {} | {} prijs afspraak"

FINE: Final = {
    "VGZ": course(low_back()),
    "with a category": course(low_back(), category=CATEGORY.format(1, "met")),
    "CZ, with a relapse": course([*low_back("CZ"), seen(RELAPSE, "940133990", "CZ")]),
    "nek": course(neck(), NECK, **NECK_OF),
    "Zilveren Kruis, one code for every contact (§4.1.6)": course(
        low_back("Zilveren Kruis", ("940150", "940135", "940152"), profile="3", list="012"), PROFILE_3, profile="3"
    ),
    "Menzis": course(low_back("Menzis", MENZIS_3), PROFILE_3, profile="3"),
    "without agreement": course(regular(), PROFILE_2, **WITHOUT, category=CATEGORY.format(2, "zonder")),
    "two labels of an insurer": course([*low_back()[:2], evolve(low_back()[2], uzovi="0736")]),
}

LATE: Final = date(2022, 7, 1)
OVER_THE_YEAR: Final = date(2021, 12, 20), date(2022, 1, 31)
HELD: Final[dict[str, Any]] = {"outcome": Outcome.HELD}

#: By the code of what is wrong, trajectories that have only that.
FLAWS: Final[Sequence[tuple[str, Course]]] = [
    ("MONITOR_PROFILE_SCORE", course(low_back(), (PROFILE_3[0], *LOW_BACK[1:]))),
    ("MONITOR_PROFILE_SCORE", course(neck(), (*on(START, ("STarT MSK", "10")), *NECK[1:]), **NECK_OF)),
    ("MONITOR_SCORE_UNKNOWN", course(low_back(), (LOW_BACK[0]._replace(score="12"), *LOW_BACK[1:]))),
    ("MONITOR_SCORE_UNKNOWN", course(low_back(), (LOW_BACK[0]._replace(score="laag"), *LOW_BACK[1:]))),
    ("MONITOR_INTAKE_MISSING", course(low_back(), (LOW_BACK[0], *LOW_BACK[2:]))),
    ("MONITOR_BETWEEN_MISSING", course(neck(LATE), (*NECK[:2], *on(LATE, ("NDI", "8"))), **NECK_OF)),
    ("MONITOR_END_MISSING", course(low_back(), LOW_BACK[:3])),
    ("MONITOR_DIAGNOSIS", course([seen(START, "940131", diagnosis="3526"), *low_back()[1:]])),
    ("MONITOR_DIAGNOSIS", course([seen(START, "940131", diagnosis=""), *low_back()[1:]])),
    (
        "MONITOR_DIAGNOSIS_NO_AGREEMENT",
        course(regular("3626"), PROFILE_3[:4], agreement=False, profile="3", category=CATEGORY.format(2, "zonder")),
    ),
    (
        "MONITOR_DIAGNOSIS_NO_AGREEMENT",
        course([seen(START, "940141", outcome=Outcome.NO_AGREEMENT, uzovi=UZOVI["ONVZ"])], PROFILE_2, **WITHOUT),
    ),
    ("MONITOR_CATEGORY", course(low_back(), category=CATEGORY.format(2, "met"))),
    ("MONITOR_CATEGORY", course(low_back(), category="Zorg1: Nek")),
    ("MONITOR_CATEGORY_AGREEMENT", course(low_back(), category=CATEGORY.format(1, "zonder"))),
    ("MONITOR_CATEGORY_AGREEMENT", course(regular(), PROFILE_2, **WITHOUT, category=CATEGORY.format(2, "met"))),
    (
        "MONITOR_AGREEMENT_UNUSED",
        course(
            [evolve(visit, uzovi=UZOVI["VGZ"]) for visit in regular()],
            PROFILE_2,
            **WITHOUT,
            category=CATEGORY.format(2, "zonder"),
        ),
    ),
    (
        "MONITOR_AGREEMENT_UNUSED",
        course([evolve(visit, uzovi=UZOVI["CZ"]) for visit in regular("3426")], PROFILE_2, **WITHOUT),
    ),
    ("MONITOR_CODE_INSURER", course([seen(START, "940130", **HELD), *low_back()[1:]])),
    ("MONITOR_CODE_PROFILE", course(low_back(codes=("940131", "940135", "940144")))),
    (
        "MONITOR_NO_PRODUCT",
        course([seen(START, "940158", "Zilveren Kruis", diagnosis="3026", **HELD)], NECK[:2], **NECK_OF),
    ),
    ("MONITOR_LIST", course([*low_back("CZ"), seen(RELAPSE, "940133", "CZ")])),
    ("MONITOR_LIST_DECLARED", course([*low_back(), seen(RELAPSE, "940133", list="990")])),
    (
        "MONITOR_UNITS_TOTAL",
        course(
            [seen(day, code, "Menzis") for day, code in zip(OVER_THE_YEAR, ("940151", "940154"), strict=True)],
            [each._replace(day=OVER_THE_YEAR[each.day == END]) for each in PROFILE_3],
            profile="3",
        ),
    ),
    ("MONITOR_START_NOT_DECLARED", course([seen(START, "940131", **HELD), *low_back()[1:]])),
    ("MONITOR_NOT_DECLARED", course([*low_back()[:2], seen(END, "940134", **HELD)])),
    (
        "MONITOR_RELAPSE_NO_START",
        course([seen(RELAPSE, "940133")], on(RELAPSE, ("STarT Back", "3"), ("NPRS", "6"), ("PSK", "20"))),
    ),
    ("MONITOR_RELAPSE_NO_END", course([*low_back()[:2], seen(date(2022, 5, 2), "940133")], LOW_BACK[:3])),
    ("MONITOR_CONSENT_UNKNOWN", course(low_back(), consent="")),
    ("MONITOR_PROFILE_UNKNOWN", course(regular("7023"), on(START, ("STarT MSK", "6"), ("NPRS", "4")), **KNEE)),
]


@pytest.mark.parametrize("name", FINE)
def test_where_nothing_is_wrong_nothing_is_found(name: str) -> None:
    assert [finding.code for finding in REVIEWER.review(FINE[name]).found] == []


@pytest.mark.parametrize(("code", "flawed"), FLAWS)
def test_a_flaw_is_found_by_its_code_and_no_other(code: str, flawed: Course) -> None:
    [finding] = REVIEWER.review(flawed).found
    assert finding.code == code
    for language in LANGUAGES:
        assert all(render(code, finding.params, language))


def test_of_a_score_that_needs_its_sub_score_every_profile_is_told() -> None:
    review = REVIEWER.review(course(regular(), (PROFILE_2[0]._replace(subscore=""), *PROFILE_2[1:]), **WITHOUT))
    assert (review.by_score, [*review.found]) == (("2", "3"), [])


def test_a_code_that_is_not_linked_is_told_by_its_own_name() -> None:
    contact = low_back()[1]
    nothing = evolve(contact.product, registered="", declare_under="", moment="")
    unlinked = evolve(contact, code="ECHO", product=nothing, **HELD)
    [finding] = REVIEWER.review(course([*low_back(), unlinked])).found
    assert (finding.code, finding.params["code"]) == ("MONITOR_NOT_DECLARED", "ECHO")


def test_a_trajectory_is_told_code_by_code() -> None:
    review = REVIEWER.review(FINE["CZ, with a relapse"])
    assert [(each.visits[0].code, each.expected) for each in review.codes] == [
        ("940131", "940131"), ("940135", "940135"), ("940134", "940134"), ("940133990", "940133990"),
    ]  # fmt: skip
    contacts = [seen(date(2022, 3, day), "940135") for day in (8, 15)]
    of_more = REVIEWER.review(course([low_back()[0], *contacts, low_back()[2]]))
    assert [len(each.visits) for each in of_more.codes] == [1, 2, 1]


# Outside


def outside(visits: Sequence[CourseVisit], *courses: Course) -> list[tuple[str, str, list[str]]]:
    """Trajectory number, program and what was found, of each that isn't a course."""
    found = REVIEWER.outside("P1", "N", courses, visits)
    assert all(review.course.consent == "N" for review in found)
    return [(each.course.trajectory, each.course.program, [finding.code for finding in each.found]) for each in found]


def session(day: date, diagnosis: str = "3420", number: str = "") -> CourseVisit:
    return seen(day, "1000", diagnosis=diagnosis, number=number)


def test_regular_care_of_the_body_part_of_a_program_is_a_missed_inclusion() -> None:
    missed = ["MONITOR_MISSED_INCLUSION"]
    assert outside([session(START), session(END)]) == [("", "lage rug", missed)]
    assert outside([session(START), session(START + APART + timedelta(days=1))]) == [("", "lage rug", missed)] * 2
    assert outside([session(START, number="T8"), session(LATE, number="T8")]) == [("T8", "lage rug", missed)]
    assert outside([session(START, "7001")]) == [("", "TKP", missed)]
    assert outside([session(START, "7020")]) == [("", "TKP / artrose knie", missed)]
    assert outside([session(START, "1120"), session(START, "")]) == []


def test_care_near_a_course_of_the_same_program_is_none() -> None:
    treated = course(low_back())
    assert outside([session(END + APART)], treated) == []
    assert outside([session(START - APART)], treated) == []
    assert [found[0] for *_, found in outside([session(END + APART + timedelta(days=1))], treated)] == [
        "MONITOR_MISSED_INCLUSION"
    ]
    assert [found[0] for *_, found in outside([session(START, "3020")], treated)] == ["MONITOR_MISSED_INCLUSION"]


def test_a_code_of_zorg1_in_no_trajectory_is_told() -> None:
    contact = seen(START, "940135", number="", **HELD)
    assert outside([contact]) == [("", "lage rug", ["MONITOR_OUTSIDE"])]
    assert outside([evolve(contact, dcsph="")], course(low_back())) == [("", "", ["MONITOR_OUTSIDE"])]


def test_every_code_of_monitoring_has_its_trajectory_here() -> None:
    tried = {code for code, _ in FLAWS} | {"MONITOR_MISSED_INCLUSION", "MONITOR_OUTSIDE"}
    assert tried == {code for code in catalogue() if code.startswith("MONITOR_")}
    assert len(FLAWS) >= 20
