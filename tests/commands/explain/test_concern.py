"""A story is told from the rows that bear on it, and is the one that a run would tell, which reads the whole feed."""

import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from ei_export.commands.explain import stories as of_kind
from ei_export.commands.explain.story import document
from ei_export.intake import picking
from tests.support.feeds import BSNS, Cells, Clinic, csv_text, tables_read_once, visit
from tests.support.telling import explained, histories

__all__ = ["tables_read_once"]

#: No BSN, and what this practice writes where there is none.
NO_BSN = "999999999"
NIGHTS = ("2021-05-01", "2021-06-01", "2021-07-01")
CODES = ("940131", "940135", "940135", "940134", "940999")


def rows(chance: random.Random) -> Iterator[Cells]:
    """Appointments of a few patients, who share whatever can be shared with others."""
    for patient in range(12):
        for place in range(chance.randrange(1, 5)):
            ident = f"A{patient}-{place}" if chance.random() < 0.9 else f"A{chance.randrange(12)}-0"
            number = f"T{chance.randrange(20)}" if chance.random() < 0.3 else f"T{patient}"
            who: dict[str, str] = {"patient": f"P{patient}", "patient_id": f"P{patient}"}
            match chance.randrange(14):
                case 0:
                    who["bsn"] = BSNS[chance.randrange(12)]
                case 1:
                    who |= {"bsn": chance.choice([NO_BSN, "geen"]), "insured_number": f"V{chance.randrange(3)}"}
                case 2:
                    who["patient_id"] = chance.choice(["", f"P{chance.randrange(12)}"])
                case 3:
                    who["status"] = chance.choice(["cancelled", "perhaps"])
                case 4:
                    who |= {"birth_date": "1990-01-01", "sex": "1"}
                case 5:
                    who["diagnosis"] = ""
            yield visit(ident, f"2021-03-{place + 1:02}", CODES[min(place, 4)], number, **who)


def practice(folder: Path, seed: int) -> Clinic:
    """A practice that ran over a feed, then over what became of that, and now has another one."""
    chance = random.Random(seed)
    feed = 'path = "appointments.csv"\ncomplete_from = 2021-01-01\n[input.values.bsn]\n"geen" = "999999999"'
    clinic = Clinic.open(folder / "clinic", feed=feed)
    now = [*rows(chance)]
    for night in NIGHTS[:2]:
        clinic.feed(now).run(today=night)
        now = [row for row in now if chance.random() > 0.1] + [*rows(chance)][:6]
        now = [row | {"patient_id": f"P{chance.randrange(12)}"} if chance.random() < 0.1 else row for row in now]
    return clinic.feed(now)


def told_of_all(clinic: Clinic) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """By the whole feed: of every patient, trajectory and appointment there is, the story."""
    with histories(clinic.folder, NIGHTS[2]) as patients:
        for history in patients:
            for kind, tell, names in (
                ("patient", of_kind.patient_stories, [history.patient.patient_id]),
                ("appointment", of_kind.appointment_stories, [*{*history.rows, *history.appointments}]),
                (
                    "trajectory",
                    of_kind.trajectory_stories,
                    [t.label for t in history.patient.placed.grouped.trajectories],
                ),
            ):
                for name in filter(None, names):
                    for story in tell(history, name):
                        yield kind, name, document([story], "nl")


def steps(document: Mapping[str, Any]) -> Sequence[str]:
    return [f"{step['text']} {step['source']}" for step in document["steps"]]


@pytest.mark.parametrize(("seed", "held"), [(1, picking.MOST_HELD), (5, 0)])
def test_it_is_the_story_by_the_whole_feed(
    tmp_path: Path, seed: int, held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picking, "MOST_HELD", held)
    clinic = practice(tmp_path, seed)
    whole = [*told_of_all(clinic)]
    assert len(whole) > 40
    for kind, name, expected in whole[::2]:
        told = explained(clinic.folder, name, kind, today=NIGHTS[2]).document
        assert {*steps(expected)} <= {*steps(told)}, (kind, name)  # others may have a story by this name


def test_a_larger_feed_is_not_held_and_must_stay_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picking, "MOST_HELD", 0)
    clinic = Clinic.open(tmp_path / "clinic").feed([visit("A1", "2021-03-01", "940131")])
    opened = picking.FeedRows.of

    def grows(*given: Any) -> picking.FeedRows:
        feed = opened(*given)
        clinic.write(csv_text([visit(name, "2021-03-01", "940131") for name in ("A1", "A2")]))
        return feed

    assert explained(clinic.folder, "A1").exit_code == 0
    monkeypatch.setattr(picking.FeedRows, "of", grows)
    assert explained(clinic.folder, "A1").codes == ["INPUT_CHANGED"]


def test_a_row_that_is_too_short_is_found_by_its_number(tmp_path: Path) -> None:
    clinic = Clinic.open(tmp_path / "clinic")
    clinic.write(csv_text([visit("A1", "2021-03-01", "940131")]) + "A2;2021-03-02\n")
    assert explained(clinic.folder, "a2").codes == ["ROW_CELLS"]
