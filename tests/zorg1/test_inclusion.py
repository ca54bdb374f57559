"""Which sessions are of a trajectory without price agreement (§4.1.7, 4.2.6, 4.3.5, 4.4.3, 4.5.4), and of which."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from ei_export.settings import Contract
from ei_export.zorg1.agreements import Agreements
from ei_export.zorg1.inclusion import CareSession, Category, Included, Includer, Inclusion, says_agreed
from ei_export.zorg1.resolver import Resolver
from ei_export.zorg1.tariffs import Tariffs

LISTS = ("productafspraken Zorg1",)
CONTRACTS = (Contract("VGZ", date(2020, 6, 1), date(2022, 12, 31), LISTS),)
#: 3343 has no Zorg1 agreements, VGZ has them from June 2020, Menzis is without a contract.
RESOLVER = Resolver(Agreements.load(), Tariffs(), CONTRACTS, {}, {"7095": "VGZ", "3343": "ONVZ", "3332": "Menzis"})
DAY = date(2021, 3, 9)


def includer(*, by_diagnosis: bool = True) -> Includer:
    return Includer(RESOLVER, timedelta(weeks=12), by_diagnosis=by_diagnosis)


def session(
    ident: str = "A1",
    day: date = DAY,
    *,
    number: str = "",
    uzovi: str = "3343",
    diagnosis: str = "3526",
    category: str = "",
) -> CareSession:
    return CareSession(ident, day, number, uzovi, diagnosis, category)


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("Zorg 1: Lage rug | profiel 2 | zonder prijs afspraak", Category("lage rug", "2")),
        ("zorg1: NEK|profiel 1|zonder prijs afspraak", Category("nek", "1")),
        ("ZORG 1: artrose  Heup | Profiel 3 | met prijs afspraak", Category("artrose heup", "3")),
        ("Zorg 1: Artrose", Category("artrose", "")),
        ("Zorg 1: TKP | profiel 3 bv | zonder prijs afspraak", Category("TKP", "3 BV")),
        ("Zorg 1", Category("", "")),
        ("Zorg 1: pols", Category("", "")),
        ("Zorg 10: Lage rug", None),
        ("Nazorg 1: knie", None),
        ("Thuiszorg 1 | lage rug", None),
        ("Traject Zorg 1: nek", Category("nek", "")),
        ("Fysiotherapie", None),
        ("", None),
    ],
)
def test_what_a_category_says(text: str, means: Category | None) -> None:
    assert includer().category(text) == means


@pytest.mark.parametrize(
    ("given", "is_of"),
    [
        # The diagnosis says the profile.
        (session(category="Zorg 1: Lage rug | profiel 2 | zonder prijs afspraak"), Included("lage rug", "2", False)),
        (session(diagnosis="3126", category="Zorg 1: Nek"), Included("nek", "2", False)),
        (session(diagnosis="4226", category="Zorg 1: Schouder | profiel 1"), Included("schouder", "3", False)),
        # Where it leaves it open, the category does.
        (session(diagnosis="7023", category="Zorg 1: Artrose knie | profiel 3"), Included("artrose knie", "3", False)),
        (session(diagnosis="6223", category="Zorg 1: Artrose"), Included("artrose heup", "", False)),
        (session(diagnosis="7001", category="Zorg 1: TKP | profiel 3 AV"), Included("TKP", "3 AV", False)),
        (session(diagnosis="3100", category="Zorg 1: Lage rug | profiel 1"), Included("lage rug", "1", False)),
        (session(diagnosis="", category="Zorg 1: nek | profiel 1"), Included("nek", "1", False)),
        # With an agreement too, where the category says so: monitoring tells of it.
        (session(uzovi="7095", category="Zorg 1: lage rug"), Included("lage rug", "2", False)),
        # 2019 had other diagnoses (§4.1.1).
        (
            session(day=date(2019, 5, 1), diagnosis="8003", category="Zorg 1: lage rug"),
            Included("lage rug", "3", False),
        ),
        (session(day=date(2019, 5, 1)), None),
        # Without a category the diagnosis says it, with an insurer that there is no agreement with on that day.
        (session(), Included("lage rug", "2", True)),
        (session(diagnosis="4026"), Included("schouder", "1", True)),
        (session(diagnosis="7023"), Included("artrose knie", "", True)),
        (session(uzovi="7095"), None),
        (session(uzovi="7095", day=date(2020, 5, 31)), Included("lage rug", "2", True)),
        (session(uzovi="7095", day=date(2020, 6, 1)), None),
        (session(uzovi="7095", diagnosis="7001"), Included("TKP", "", True)),  # VGZ has no TKP
        (session(uzovi="3332"), Included("lage rug", "2", True)),
        (session(uzovi="", diagnosis="3026"), Included("nek", "1", True)),
        (session(diagnosis="3100"), None),
        (session(diagnosis=""), None),
        # A category of something else.
        (session(category="Fysiotherapie"), None),
        (session(category="Zorg 10: lage rug"), None),
    ],
)
def test_what_a_session_is_of(given: CareSession, is_of: Included | None) -> None:
    assert includer().included(given) == is_of


def test_a_practice_may_ask_for_a_category() -> None:
    assert includer(by_diagnosis=False).included(session()) is None
    assert includer(by_diagnosis=False).included(session(category="Zorg 1: lage rug")) is not None


def test_categories_that_say_no_program_are_counted() -> None:
    reader = includer()
    assert reader.included(session(category="Zorg 1: pols", diagnosis="3100")) is None
    assert reader.included(session(category="Zorg 1: pols", diagnosis="3026")) == Included("nek", "1", False)
    assert reader.included(session(category="Zorg 1: pols", diagnosis="")) is None
    assert reader.unclear == {"Zorg 1: pols": 2}


def test_sessions_of_a_known_trajectory_are_not_asked_about() -> None:
    reader = includer()
    assert (
        reader.trajectories([session(number="T1", category="Zorg 1: pols", diagnosis="3100")], taken=["T1", ""]) == []
    )
    assert not reader.unclear


@pytest.mark.parametrize(
    ("category", "agreed"),
    [
        ("Zorg 1: Lage rug | profiel 2 | met prijs afspraak", True),
        ("Zorg 1: Lage rug | Met prijsafspraak", True),
        ("Zorg 1: Lage rug | profiel 2 | zonder prijs afspraak", False),
        ("", False),
    ],
)
def test_whether_a_category_says_that_there_is_an_agreement(category: str, *, agreed: bool) -> None:
    assert says_agreed(category) is agreed


def names(found: Sequence[Inclusion]) -> list[tuple[str, str, str, str]]:
    return [
        (each.number, each.program, each.profile, " ".join(s.appointment_id for s in each.sessions)) for each in found
    ]


def test_all_under_a_number_are_of_one_trajectory() -> None:
    later = DAY + timedelta(weeks=40)
    sessions = [
        session("A3", later, number="T1", diagnosis="", category="Fysiotherapie"),
        session("A2", DAY + timedelta(7), number="T1", diagnosis="3626"),
        session("A1", number="T1"),
        session("B1", number="T2", diagnosis="3100"),
    ]
    expected = [("T1", "lage rug", "2", "A1 A2 A3")]
    assert names(includer().trajectories(sessions)) == expected
    assert names(includer().trajectories(reversed(sessions))) == expected
    assert names(includer().trajectories(sessions, taken=["T1"])) == []


def test_without_a_number_a_long_silence_begins_another() -> None:
    weeks = timedelta(weeks=12)
    sessions = [
        session("A1"),
        session("A2", DAY + weeks),
        session("A3", DAY + weeks + weeks + timedelta(1)),
        session("N1", DAY + timedelta(3), diagnosis="3026"),
        session("X1", DAY + timedelta(3), diagnosis="3100"),
    ]
    expected = [
        ("", "lage rug", "2", "A1 A2"),
        ("", "nek", "1", "N1"),
        ("", "lage rug", "2", "A3"),
    ]
    assert names(includer().trajectories(sessions)) == expected
    assert names(includer().trajectories(reversed(sessions), taken=["", "T1"])) == expected
