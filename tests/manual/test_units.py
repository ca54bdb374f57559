"""The units of the Zorg1 manual: its own examples, the counting of contacts, and courses that cross a year end."""

import datetime as dt
from pathlib import Path

import pytest

from tests.manual.practice import Course, Practice, Product, Row, Visit, Walk, course, find, rows_of

TODAY = "2024-03-01"


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def given(insurer: str, code: str, when: dt.date) -> Product:
    product = find(insurer, code, when)
    assert product is not None
    return product


def of_patients(rows: list[Row]) -> list[list[Row]]:
    """The rows again, course by course."""
    patients: dict[str, list[Row]] = {}
    for row in rows:
        patients.setdefault(row.cells["patient_id"], []).append(row)
    return list(patients.values())


# --- Menzis: the fixed units, as the manual prints them --------------------------------------------------------------

LAGE_RUG_2021 = {
    "940151": ("F1015", 4),
    "940154": ("F1015", 4),
    "940141": ("F1014", 3),
    "940144": ("F1014", 3),
    "940131": ("F1013", 1),
    "940134": ("F1013", 1),
}
LAGE_RUG_2022 = {
    "940151": ("F1015", 3),
    "940154": ("F1015", 3),
    "940141": ("F1014", 2),
    "940144": ("F1014", 2),
    "940131": ("F1013", 1),
    "940134": ("F1013", 1),
}
NEK_2021 = {
    "940160": ("F1043", 4),
    "940161": ("F1043", 4),
    "940158": ("F1042", 3),
    "940159": ("F1042", 3),
    "940156": ("F1041", 1),
    "940157": ("F1041", 1),
}
NEK_2022 = {
    "940160": ("F1043", 3),
    "940161": ("F1043", 3),
    "940158": ("F1042", 2),
    "940159": ("F1042", 2),
    "940156": ("F1041", 1),
    "940157": ("F1041", 1),
}
SCHOUDER_2021 = {
    "940169": ("F1046", 4),
    "940170": ("F1046", 4),
    "940167": ("F1045", 3),
    "940168": ("F1045", 3),
    "940165": ("F1044", 1),
    "940166": ("F1044", 1),
}
SCHOUDER_2022 = {
    "940169": ("F1046", 3),
    "940170": ("F1046", 3),
    "940167": ("F1045", 2),
    "940168": ("F1045", 2),
    "940165": ("F1044", 1),
    "940166": ("F1044", 1),
}
TKP_THP_2021 = {
    "940183": ("F1009", 1),
    "940184": ("F1022", 5),
    "940185": ("F1023", 18),
    "940186": ("F1024", 20),
    "940187": ("F1018", 1),
    "940188": ("F1010", 1),
    "940189": ("F1026", 4),
    "940190": ("F1027", 15),
    "940191": ("F1028", 20),
    "940192": ("F1020", 1),
}
TKP_THP_2022 = {
    "940183": ("F1009", 1),
    "940184": ("F1022", 5),
    "940185": ("F1023", 20),
    "930211": ("F1004B", 1),
    "940186": ("F1024", 20),
    "940187": ("F1018", 1),
    "940188": ("F1010", 1),
    "940189": ("F1026", 4),
    "940190": ("F1027", 20),
    "940191": ("F1028", 20),
    "940192": ("F1020", 1),
}
MENZIS = {
    "4.1.4 lage rug 2021": ("2021-06-15", LAGE_RUG_2021),
    "4.1.5 lage rug 2022": ("2022-06-15", LAGE_RUG_2022),
    "4.1.5 lage rug 2023": ("2023-06-15", LAGE_RUG_2022),
    "4.2.4 nek 2021": ("2021-06-15", NEK_2021),
    "4.2.5 nek 2022": ("2022-06-15", NEK_2022),
    "4.2.5 nek 2023": ("2023-06-15", NEK_2022),
    "4.3.3 schouder 2021": ("2021-06-15", SCHOUDER_2021),
    "4.3.4 schouder 2022": ("2022-06-15", SCHOUDER_2022),
    "4.3.4 schouder 2023": ("2023-06-15", SCHOUDER_2022),
    "4.5.2 TKP and THP 2021": ("2021-06-15", TKP_THP_2021),
    "4.5.3 TKP and THP 2022": ("2022-06-15", TKP_THP_2022),
    "4.5.3 TKP and THP 2023": ("2023-06-15", TKP_THP_2022),
}


@pytest.fixture(scope="module")
def menzis(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """Every product of every example in a course of its own; three contacts before each end, which must not matter."""
    courses = [
        course(product, product.diagnoses[0], product_day, step=7, contacts=3)
        for date, units in MENZIS.values()
        for code in units
        for product_day in [day(date)]
        for product in [given("Menzis", code, product_day)]
    ]
    return Walk.through(tmp_path_factory.mktemp("menzis"), rows_of(courses), TODAY)


@pytest.mark.parametrize("example", MENZIS)
def test_the_fixed_units_of_menzis(menzis: Walk, example: str) -> None:
    date, units = MENZIS[example]
    last_rows = [rows[-1] for rows in of_patients(menzis.rows)]
    found = {
        row.visit.code: menzis.result(row)
        for row in last_rows
        if row.visit.date == day(date) and row.visit.code in units
    }
    assert found == units


# --- VGZ and CZ: the number of contacts and the end itself -----------------------------------------------------------


def low_risk_with_own_codes() -> list[Row]:
    """The example of §4.1.6, in the own codes of the settings; the second contact under another own code."""
    visits = [("01", "2021-03-01"), ("011", "2021-03-08"), ("012", "2021-03-22"), ("0111", "2021-04-06")]
    return rows_of([[Visit("VGZ", code, day(date), "3426") for code, date in visits]])


def test_two_contacts_make_three_units(tmp_path: Path) -> None:
    """§4.1.6: 1 unit for the start; 2 contacts, not sent, and 1 end give 3 units."""
    rows = low_risk_with_own_codes()
    walk = Walk.through(tmp_path, rows, TODAY)
    assert [walk.result(row) for row in rows] == [("F1013", 1), None, None, ("F1013", 3)]
    assert sorted(record["0411"] for record in walk.outcome.records().values()) == ["0001", "0003"]
    assert walk.outcome.counts == {"read": 4, "declared": 2, "counted": 2}


def test_contacts_of_earlier_nights_count(tmp_path: Path) -> None:
    """The same course, where each night's feed holds only what is new."""
    practice = Practice.open(tmp_path)
    start, first, second, end = low_risk_with_own_codes()
    nights = [
        practice.run(rows, today)
        for rows, today in [
            ([start, first], "2021-03-08"),
            ([second], "2021-03-22"),
            ([end], "2021-04-06"),
        ]
    ]
    assert [[(line["appointment_id"], line["units"]) for line in night.document["lines"]] for night in nights] == [
        [(start.appointment_id, 1)],
        [],
        [(end.appointment_id, 3)],
    ]


ENDS = [
    *("940134", "940144", "940154"),
    *("940157", "940159", "940161"),
    *("940166", "940168", "940170"),
    *("940175", "940177", "940179"),
]
FIRST, LAST = dt.date(2022, 3, 1), dt.date(2022, 5, 10)
CONTACT_DAYS: dict[int, list[dt.date]] = {
    0: [],
    1: [LAST],
    2: [FIRST, LAST],
    5: [FIRST, FIRST, dt.date(2022, 3, 2), dt.date(2022, 5, 9), LAST],
}


def counted_course(end: Product, contact_days: list[dt.date]) -> Course:
    """A course from FIRST to LAST with these contacts, and with some that never took place."""
    start, close = course(end, end.diagnoses[-1], LAST)[0], Visit(end.insurer, end.code, LAST, end.diagnoses[-1])
    start = Visit(end.insurer, start.code, FIRST, end.diagnoses[-1])
    between = [Visit(end.insurer, "940135", date, end.diagnoses[-1]) for date in contact_days]
    missed = [
        Visit(end.insurer, "940135", dt.date(2022, 4, 1), end.diagnoses[-1], status=status)
        for status in ("cancelled", "no-show", "planned")
    ]
    return [start, *between, *missed, close]


@pytest.fixture(scope="module", params=[True, False], ids=["numbered", "without number"])
def counted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """Every end of VGZ and CZ with 0, 1, 2 and 5 contacts; the whole feed twice, as one that repeats itself."""
    courses = [
        counted_course(given(insurer, code, LAST), contact_days)
        for insurer in ("VGZ", "CZ")
        for code in ENDS
        for contact_days in CONTACT_DAYS.values()
    ]
    rows = rows_of(courses, numbered=request.param)
    walk = Walk.through(tmp_path_factory.mktemp("counted"), rows + rows, TODAY)
    return Walk(rows, walk.outcome)


def test_an_end_carries_its_contacts_and_itself(counted: Walk) -> None:
    expected, found = {}, {}
    for start, *between, end in of_patients(counted.rows):
        contacts = sum(row.visit.status == "completed" for row in between)
        f_code = given(end.visit.insurer, end.visit.code, LAST).f_code
        case = (end.visit.insurer, end.visit.code, contacts)
        expected[case] = (f_code, 1), (f_code, contacts + 1)
        found[case] = counted.result(start), counted.result(end)
    assert len(expected) == 2 * len(ENDS) * len(CONTACT_DAYS)
    assert found == expected


def test_the_units_of_an_end_reach_the_file(counted: Walk) -> None:
    units = {reference: int(record["0411"]) for reference, record in counted.outcome.records().items()}
    assert units == {line["reference"]: line["units"] for line in counted.outcome.lines.values()}


def test_contacts_are_counted_once_and_never_sent(counted: Walk) -> None:
    courses = 2 * len(ENDS)
    contacts = courses * sum(CONTACT_DAYS)
    assert counted.outcome.counts == {
        "read": 2 * len(counted.rows),
        "duplicate": len(counted.rows),
        "declared": 2 * courses * len(CONTACT_DAYS),
        "counted": contacts,
        "not_completed": 3 * courses * len(CONTACT_DAYS),
    }
    assert counted.outcome.exit_code == 0


# --- Each appointment follows the rules of its own date --------------------------------------------------------------

Fate = tuple[str, int] | str | None
Steps = list[tuple[str, str, str, Fate]]
"""Date, code, diagnosis, and (F-code, units), `held`, or nothing for a contact that only counts."""

CROSSINGS: dict[str, tuple[str, Steps]] = {
    "contacts of both years count: VGZ": (
        "VGZ",
        [
            ("2020-12-15", "940131", "3426", ("F1013", 1)),
            ("2020-12-22", "940135", "3426", None),
            ("2021-01-05", "940135", "3426", None),
            ("2021-01-12", "940134", "3426", ("F1013", 3)),
        ],
    ),
    "from the table of 2020 to that of 2021 (4.2.1, 4.2.2): VGZ": (
        "VGZ",
        [
            ("2020-12-31", "940160", "3026", ("F1043", 1)),
            ("2020-12-31", "940135", "3026", None),
            ("2021-01-01", "940135", "3026", None),
            ("2021-01-01", "940161", "3026", ("F1043", 3)),
        ],
    ),
    "contacts of both years count: CZ": (
        "CZ",
        [
            ("2022-12-20", "940176", "6223", ("F1039", 1)),
            ("2022-12-27", "940135", "6223", None),
            ("2023-01-03", "940177", "6223", ("F1039", 2)),
            ("2023-06-01", "940181990", "6223", ("F1039R", 1)),
        ],
    ),
    "4 units in 2021, 3 in 2022 (4.1.4, 4.1.5): Menzis": (
        "Menzis",
        [
            ("2021-12-31", "940151", "3426", ("F1015", 4)),
            ("2021-12-31", "940135", "3426", None),
            ("2022-01-01", "940154", "3426", ("F1015", 3)),
        ],
    ),
    "none given for 2020, 3 in 2021 (4.1.4): Menzis": (
        "Menzis",
        [("2020-12-15", "940141", "3426", "held"), ("2021-01-19", "940144", "3426", ("F1014", 3))],
    ),
    "baseline in 2021, 20 units in 2022 (4.5.2, 4.5.3): Menzis TKP": (
        "Menzis",
        [("2021-12-20", "940183", "7022", ("F1009", 1)), ("2022-01-10", "940185", "7001", ("F1023", 20))],
    ),
    "baseline and profile in 2021 (4.5.2): Menzis THP": (
        "Menzis",
        [("2021-12-20", "940188", "6222", ("F1010", 1)), ("2021-12-31", "940190", "6201", ("F1027", 15))],
    ),
    "the codes of 2019, then those of 2020 (4.1.1, 4.1.2): VGZ": (
        "VGZ",
        [
            ("2019-12-10", "F1013B", "8001", ("F1013B", 1)),
            ("2019-12-17", "F1013", "8001", ("F1013", 1)),
            ("2020-01-07", "940135", "3426", None),
            ("2020-01-14", "940134", "3426", ("F1013", 2)),
        ],
    ),
    "the codes of 2019, then those of 2020 (4.1.1, 4.1.3): Zilveren Kruis": (
        "Zilveren Kruis",
        [
            ("2019-12-10", "F1014B", "8002", ("F1014B", 1)),
            ("2020-01-07", "940145", "3426", ("F1014", 1)),
            ("2020-01-14", "940142", "3426", ("F1014E", 1)),
        ],
    ),
    "every session of 2019 on its own date (4.1.1): CZ": (
        "CZ",
        [
            ("2019-03-01", "930141", "8002", ("F1014", 1)),
            ("2019-03-08", "930141", "8002", ("F1014", 1)),
            ("2019-03-22", "930141", "8002", ("F1014", 1)),
        ],
    ),
    "nothing after 2023: VGZ": (
        "VGZ",
        [
            ("2023-12-12", "940169", "4026", ("F1046", 1)),
            ("2023-12-31", "940135", "4026", None),
            ("2024-01-09", "940170", "4026", "held"),
        ],
    ),
}


@pytest.fixture(scope="module", params=[True, False], ids=["numbered", "without number"])
def crossings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    courses = [
        [Visit(insurer, code, day(date), diagnosis) for date, code, diagnosis, _ in steps]
        for insurer, steps in CROSSINGS.values()
    ]
    rows = rows_of(courses, numbered=request.param)
    return Walk.through(tmp_path_factory.mktemp("crossings"), rows, TODAY)


@pytest.mark.parametrize("crossing", CROSSINGS)
def test_each_appointment_follows_its_own_date(crossings: Walk, crossing: str) -> None:
    rows = of_patients(crossings.rows)[list(CROSSINGS).index(crossing)]
    _, steps = CROSSINGS[crossing]
    assert [crossings.result(row) for row in rows] == [fate for *_, fate in steps]
