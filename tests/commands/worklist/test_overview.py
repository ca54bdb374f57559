"""What asks for attention: forgotten ends, deadlines and tables that end, told from the ledger after any run."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from ei_export.commands.worklist.attention import EndingTable, NearDeadline, OpenTrajectory, Overview
from ei_export.commands.worklist.overview import overview
from ei_export.judging.rules import Rules
from ei_export.ledger import Ledger
from ei_export.settings import settings
from tests.support.feeds import BOTH_LISTS, CONTRACTS, Clinic, contract, tables_read_once, visit

__all__ = ["tables_read_once"]

START = visit("A1", "2021-03-01", "940131", "T1")
CONTACT = visit("A2", "2021-03-29", "940135", "T1")


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic.open(tmp_path)


@contextmanager
def overlooked(clinic: Clinic, today: str) -> Iterator[Overview]:
    """The overview of a day, without a run on that day."""
    told = settings.load(clinic.folder / "ei-export.toml")
    rules = Rules.load(told, date.fromisoformat(today))
    with closing(Ledger.look(told.ledger.path)) as ledger, closing(overview(ledger, told, rules)) as found:
        yield found


def open_on(clinic: Clinic, today: str) -> list[str]:
    with overlooked(clinic, today) as found:
        assert len(found.open_trajectories) == len(list(found.open_trajectories))
        return [row.trajectory for row in found.open_trajectories]


def deadlines_on(clinic: Clinic, today: str) -> list[NearDeadline]:
    with overlooked(clinic, today) as found:
        return list(found.deadlines)


# --- Forgotten ends ---------------------------------------------------------------------------------------------------


def test_a_trajectory_is_forgotten_when_nothing_was_heard_of_it_for_twelve_weeks(clinic: Clinic) -> None:
    clinic.feed([START, CONTACT]).run()
    assert open_on(clinic, "2021-06-20") == []
    with overlooked(clinic, "2021-06-21") as found:
        (row,) = found.open_trajectories
    assert row == OpenTrajectory(
        trajectory="T1",
        patient_id="P1",
        insurer="VGZ",
        program="lage rug",
        profile="1",
        started=date(2021, 3, 1),
        last_contact=date(2021, 3, 29),
        contacts=1,
        weeks_open=16,
    )


def test_an_end_or_a_later_visit_is_remembered(clinic: Clinic) -> None:
    clinic.feed([START]).run()
    assert open_on(clinic, "2021-07-01") == ["T1"]
    clinic.feed([visit("A3", "2021-06-30", "940135", "T1")]).run()
    assert open_on(clinic, "2021-07-01") == []
    clinic.feed([visit("A4", "2021-07-01", "940134", "T1")]).run()
    assert open_on(clinic, "2022-07-01") == []


def test_one_that_was_silent_longest_comes_first(clinic: Clinic) -> None:
    others = [visit(f"B{n}", f"2021-0{n}-01", "940131", f"S{n}", patient=f"P{n + 1}") for n in (2, 1)]
    clinic.feed([START, CONTACT, *others]).run()
    assert open_on(clinic, "2021-12-01") == ["S1", "S2", "T1"]


@pytest.mark.parametrize(
    "row",
    [
        visit("A1", "2021-05-03", "940183", "T1", insurer="Menzis", diagnosis="7022"),
        visit("A1", "2019-05-01", "930131", "T1", insurer="CZ"),
    ],
    ids=["a single product", "declared on its own date"],
)
def test_a_product_without_an_end_is_not_forgotten(row: dict[str, str], clinic: Clinic) -> None:
    assert len(clinic.feed([row]).run().lines) == 1
    assert open_on(clinic, "2023-01-01") == []


def test_what_may_not_be_declared_is_not_forgotten(clinic: Clinic) -> None:
    clinic.configure(contracts=contract("CZ"))
    assert clinic.feed([START]).run().counts == {"read": 1, "no_agreement": 1}
    assert open_on(clinic, "2022-01-01") == []


def test_how_long_is_a_setting(clinic: Clinic) -> None:
    clinic.configure(contracts=f"{CONTRACTS}[status]\nforgotten_weeks = 30\n")
    clinic.feed([START]).run()
    assert open_on(clinic, "2021-09-26") == []
    assert open_on(clinic, "2021-09-27") == ["T1"]


def test_nobody_is_called_by_a_bsn(clinic: Clinic) -> None:
    clinic.feed([visit("A1", "2021-03-01", "940131", START["bsn"], diagnosis="3026")]).run()
    clinic.feed([visit("A9", "2021-03-01", "940131", START["bsn"])]).run()
    with overlooked(clinic, "2022-02-20") as found:
        rows: list[Any] = [*found.open_trajectories, *found.deadlines]
    assert {row.trajectory for row in rows} == {"*********"}


# --- Deadlines --------------------------------------------------------------------------------------------------------


def test_a_held_line_is_told_of_from_four_weeks_before_its_deadline(clinic: Clinic) -> None:
    clinic.tariffs(without="940131")
    clinic.feed([START]).run()
    assert deadlines_on(clinic, "2022-01-31") == []
    near = NearDeadline(
        insurer="VGZ",
        appointment_id="A1",
        trajectory="T1",
        date=date(2021, 3, 1),
        deadline=date(2022, 3, 1),
        days_left=28,
        state="held",
        code="TARIFF_MISSING",
        message="",
        care_deadline=date(2022, 3, 1),
    )
    assert [evolve(row, message="") for row in deadlines_on(clinic, "2022-02-01")] == [near]
    (late,) = deadlines_on(clinic, "2022-03-04")
    assert (evolve(late, message=""), "940131" in late.message) == (evolve(near, days_left=-3), True)
    clinic.tariffs()
    clinic.feed([]).run(today="2022-03-04")
    assert deadlines_on(clinic, "2022-03-04") == []


def test_the_next_to_expire_comes_first_and_what_expired_last_after_that(clinic: Clinic) -> None:
    days = ("2021-02-10", "2021-02-20", "2021-03-01", "2021-03-10")
    rows = [visit(f"A{i}", day, "940131", f"T{i}", patient=f"P{i}", diagnosis="") for i, day in enumerate(days)]
    clinic.feed(rows).run()
    for today in ("2022-02-21", "2022-02-25"):  # the day after the last one of A1, and later
        assert [row.appointment_id for row in deadlines_on(clinic, today)] == ["A2", "A3", "A1", "A0"]


def test_only_what_would_give_a_line_has_a_deadline(clinic: Clinic) -> None:
    rows = [
        visit("A1", "2021-03-01", "940135", "T9"),  # a contact of no trajectory: held, never sent
        visit("A2", "2021-03-01", "940131", patient="P2", diagnosis="", insurer="Menzis"),  # publishes no deadline
        visit("A3", "2021-03-01", "940131", patient="P3") | {"date": "1 maart"},  # nobody knows when
        visit("A4", "2021-03-01", "940145", "Z1", patient="P4", insurer="Zilveren Kruis"),  # a contact that is sent
    ]
    assert clinic.feed(rows).run().exit_code == 1
    assert [(row.appointment_id, row.code) for row in deadlines_on(clinic, "2022-03-01")] == [
        ("A4", "CONTACT_WITHOUT_TRAJECTORY")
    ]


# --- What ends --------------------------------------------------------------------------------------------------------


def endings(clinic: Clinic, today: str) -> list[EndingTable]:
    with overlooked(clinic, today) as found:
        return list(found.endings)


def test_rule_tables_are_told_of_before_they_end_and_for_a_year_after(clinic: Clinic) -> None:
    clinic.configure(contracts=contract("VGZ"))
    (told,) = endings(clinic, "2023-12-03")
    assert told == EndingTable(
        "agreements", "specs/zorg1/vgz.csv", "VGZ", "artrose, lage rug, nek, schouder", date(2023, 12, 31), 28
    )
    assert endings(clinic, "2023-12-02") == []
    assert endings(clinic, "2024-12-29") == [evolve(told, days_left=-364)]
    assert endings(clinic, "2024-12-31") == []


def test_a_contract_position_that_ends_needs_no_tables_after_it(clinic: Clinic) -> None:
    until = contract("VGZ", BOTH_LISTS).replace("lists", "until = 2023-12-31\nlists")
    clinic.configure(contracts=until)
    both = ", ".join(BOTH_LISTS)
    assert endings(clinic, "2023-12-20") == [
        EndingTable("contract", "ei-export.toml", "VGZ", both, date(2023, 12, 31), 11)
    ]
    again = contract("VGZ", BOTH_LISTS[:1], "2024-01-01")
    clinic.configure(contracts=until + again.replace("lists", "until = 2024-12-31\nlists"))
    told = [(ending.kind, ending.products, ending.days_left) for ending in endings(clinic, "2023-12-20")]
    assert told == [("agreements", "artrose, lage rug, nek, schouder", 11), ("contract", BOTH_LISTS[1], 11)]
    assert endings(clinic, "2024-06-01")[0].kind == "agreements"
    assert "contract" not in {ending.kind for ending in endings(clinic, "2024-06-01")}


def test_tariffs_are_told_of_as_long_as_their_product_goes_on(clinic: Clinic) -> None:
    clinic.configure(contracts=contract("VGZ"))
    path = clinic.folder / "tariffs.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    lasting = [row for row in rows if ";VGZ;" not in row]
    ending = [row.replace(";;;", ";;2022-12-31;") for row in rows if ";VGZ;" in row]
    path.write_text("\n".join([head, *lasting, *ending]), encoding="utf-8")
    (told,) = endings(clinic, "2023-01-10")
    assert (told.kind, told.file, told.insurer, told.days_left) == ("tariffs", "tariffs.csv", "VGZ", -10)
    assert told.products.startswith("940131 … ")
    following = [row.replace(";;2022-12-31;", ";2023-01-01;;") for row in ending if ";940131;" not in row]
    path.write_text("\n".join([head, *lasting, *ending, *following]), encoding="utf-8")
    (told,) = endings(clinic, "2023-01-10")
    assert told.products == "940131"
