"""Judging a patient changes nothing: not the rows it is given, nor what comes of the next one."""

import tempfile
from datetime import date
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ei_export.base.steps import alone
from ei_export.intake.gather import GatheredRow
from ei_export.judging.context import Context
from ei_export.judging.heard import hear
from ei_export.judging.history import recall
from ei_export.judging.judge import examine, judge_patients
from ei_export.judging.person import note_person
from ei_export.judging.placed import classify
from ei_export.settings import load
from ei_export.zorg1.trajectories import group
from tests.support.feeds import BSNS, Cells, Clinic, tables_read_once, visit
from tests.support.telling import read_feed

__all__ = ["tables_read_once"]

TODAY: Final = date(2021, 7, 1)

rows = st.builds(
    lambda day, code, number, diagnosis, status, uzovi: (day, code, number, diagnosis, status, uzovi),
    st.integers(1, 28),
    st.sampled_from(["940131", "940135", "940135", "940134", "940133", "940131990", "940999", "1000", "", "05"]),
    st.sampled_from(["", "T1", "T2"]),
    st.sampled_from(["3426", "3426", "3026", "", "x"]),
    st.sampled_from(["completed", "completed", "completed", "cancelled", "perhaps"]),
    st.sampled_from(["7095", "7095", "9664", "1"]),
)


def _cells(patient: int, place: int, said: tuple[int, str, str, str, str, str]) -> Cells:
    day, code, number, diagnosis, status, uzovi = said
    who = {"patient": f"P{patient}", "bsn": BSNS[patient], "uzovi": uzovi, "diagnosis": diagnosis, "status": status}
    return visit(f"A{patient}-{place // 2 if code == '05' else place}", f"2021-03-{day:02}", code, number, **who)


@given(st.lists(st.lists(rows, min_size=1, max_size=8), min_size=2, max_size=3))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_judging_a_patient_changes_no_value(said: list[list[tuple[int, str, str, str, str, str]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clinic = Clinic.open(Path(folder) / "clinic")
        clinic.feed(_cells(n, place, row) for n, some in enumerate(said) for place, row in enumerate(some))
        with read_feed(load(clinic.folder / "ei-export.toml"), TODAY) as (context, feed):
            patients = {who: own for index in range(feed.count) for who, own in feed.patients(index).items()}
            by_itself = {
                who: repr(result) for each in patients.items() for who, result in judge_patients(context, [each])
            }
            for who, own in patients.items():
                _try_each_step(context, who, own)
            for some in (patients, dict(reversed(patients.items()))):  # whoever was judged before, or is beside
                assert {who: repr(result) for who, result in judge_patients(context, some.items())} == by_itself


def _try_each_step(context: Context, who: str, own: list[GatheredRow]) -> None:
    """Each step gives the same once more, of the same values."""
    read = [context.reader.read(*each) for each in own]
    patient = note_person(context, who, recall(context, who, None), read)
    heard = hear(patient)
    classified = classify(patient, heard)
    grouped = group(classified.visits, classified.unclear, (), context.resolver)
    before = [repr(step) for step in (read, heard, classified, grouped)]
    assert repr(hear(patient)) == before[1]
    assert repr(classify(patient, heard)) == before[2]
    assert repr(group(classified.visits, classified.unclear, (), context.resolver)) == before[3]
    judged = [context.judge.judge(v, grouped.places[v.appointment.id]) for v in grouped.visits.values()]
    assert judged == [context.judge.judge(v, grouped.places[v.appointment.id]) for v in grouped.visits.values()]
    alone(examine(context, who, own, None))
    assert [repr(step) for step in (read, heard, classified, grouped)] == before
