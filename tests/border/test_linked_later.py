"""Own codes that nobody linked, and that somebody links when the feed no longer brings their appointments."""

from collections.abc import Sequence
from contextlib import closing

import pytest

from ei_export.ledger import Ledger
from ei_export.ledger.patients import kept_by_all
from tests.support.feeds import Cells, Clinic, visit

LINKED = 'LR-IN = "940131"\nLR-BEH = "940135"\nLR-UIT = "940134"\n'
MEANT = 'path = "appointments.csv"\n[input.values.code]\n"lr-in" = "01"\n"LR-BEH" = "011"\n"LR-UIT" = "0111"'
ROWS = (("B1", "2021-03-01", "LR-IN"), ("B2", "2021-03-08", "LR-BEH"), ("B3", "2021-03-22", "LR-UIT"))
LINES = {"B1": ("F1013", 1), "B3": ("F1013", 2)}
REGULAR = visit("C1", "2021-03-30", "1000", patient="P2")


def course(number: str) -> list[Cells]:
    return [visit(ident, day, code, number) for ident, day, code in ROWS]


def by_night(clinic: Clinic, rows: Sequence[Cells]) -> None:
    for row in rows:
        night = clinic.feed([row]).run()
        assert (night.lines, night.counts) == ({}, {"read": 1, "not_zorg1": 1})
        assert [(found["code"], found["severity"]) for found in night.problems] == [("CODE_NOT_LINKED", "warning")]


@pytest.mark.parametrize("number", ["", "T7"])
@pytest.mark.parametrize("settings", [{"codes": LINKED}, {"feed": MEANT}], ids=["codes", "values"])
@pytest.mark.parametrize("last", [[], [REGULAR], "all"], ids=["nothing", "another patient", "all of it again"])
def test_what_was_not_linked_is_declared_once_it_is(
    number: str, settings: dict[str, str], last: Sequence[Cells] | str, clinic: Clinic
) -> None:
    rows = course(number)
    by_night(clinic, rows)
    clinic.configure(**settings)
    done = clinic.feed(rows if isinstance(last, str) else last).run()
    assert (done.lines, done.problems) == (LINES, [])
    assert done.document["appointments"]["remembered"] == (0 if last == "all" else 3)
    assert clinic.feed(rows).run().counts == {"read": 3, "earlier": 3}


def test_as_long_as_nobody_links_it_nothing_is_tried_again(clinic: Clinic) -> None:
    by_night(clinic, course("T7"))
    clinic.configure(codes='ANDERS = "940131"\n')
    assert clinic.feed([REGULAR]).run().counts == {"read": 1, "not_zorg1": 1}


def test_what_is_no_zorg1_is_forgotten(clinic: Clinic) -> None:
    by_night(clinic, course(""))
    clinic.configure(codes='LR-IN = "-"\nLR-BEH = "-"\nLR-UIT = "-"\n')
    done = clinic.feed([]).run()
    assert (done.lines, done.problems) == ({}, [])
    with closing(Ledger.look(clinic.folder / "ledger.sqlite")) as ledger:
        assert [*kept_by_all(ledger)] == []


def test_the_patient_was_put_right_meanwhile(clinic: Clinic) -> None:
    """The appointment is another patient's when its code is linked: it is declared for that one, once."""
    by_night(clinic, course("")[:1])
    clinic.configure(codes=LINKED)
    done = clinic.feed([visit("B1", "2021-03-01", "LR-IN", patient="P2")]).run()
    assert done.lines == {"B1": ("F1013", 1)}
    assert clinic.feed([]).run().counts == {}


def test_what_was_cancelled_meanwhile_is_not_declared(clinic: Clinic) -> None:
    rows = course("")
    by_night(clinic, rows)
    clinic.feed([rows[1] | {"status": "geannuleerd"}]).run()
    clinic.configure(codes=LINKED)
    assert clinic.feed([]).run().lines == {"B1": ("F1013", 1), "B3": ("F1013", 1)}


def test_what_was_wrong_with_its_row_is_told_then(clinic: Clinic) -> None:
    by_night(clinic, [course("")[0] | {"postcode": "12 AB"}])
    clinic.configure(codes=LINKED)
    done = clinic.feed([]).run()
    assert done.counts == {"remembered": 1, "held": 1}
    assert [(found["code"], found["appointment_id"]) for found in done.problems] == [("POSTCODE_INVALID", "B1")]
