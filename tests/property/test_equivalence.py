"""The same history gives the same lines, however it is written down and in however many pieces it comes."""

import random
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest
from attrs import frozen
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.feeds import BSNS, Cells, Clinic, Result, csv_text, tables_read_once, visit, write_sqlite

__all__ = ["tables_read_once"]

# The files that `check` writes for nobody live as long as its run.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")

TODAY: Final = "2022-06-30"

#: Start, end and relapse of each profile, and the diagnosis (Zorg1 §4).
PROGRAMS: Final = {
    "lage rug": ("3426", [("940131", "940134", "940133"), ("940151", "940154", "940153")]),
    "nek": ("3026", [("940156", "940157", "940162"), ("940160", "940161", "940164")]),
    "schouder": ("4026", [("940165", "940166", "940171"), ("940167", "940168", "940172")]),
    "artrose knie": ("7023", [("940174", "940175", "940180"), ("940178", "940179", "940182")]),
    "artrose heup": ("6223", [("940174", "940175", "940180"), ("940176", "940177", "940181")]),
}
#: Not with Menzis, and not before (Zorg1 §4.4).
ARTROSE: Final = date(2021, 4, 1)
#: Baseline, contact and profile of TKP and THP with Menzis, and their diagnoses (Zorg1 §4.5).
SINGLES: Final = (
    (("940183", "7022"), ("940135", "7001"), ("940185", "7001"), ("940135", "7022"), ("930211", "7001")),
    (("940188", "6222"), ("940135", "6222"), ("940191", "6201"), ("940192", "6201")),
)


@frozen
class Course:
    """A trajectory: when it started, days from visit to visit, and which of them there are."""

    insurer: str
    program: str
    profile: int
    numbered: bool
    start: date
    steps: tuple[int, ...]
    cancelled: bool
    ended: bool
    relapse: bool

    def rows(self, patient: str, name: str) -> list[Cells]:
        diagnosis, profiles = PROGRAMS[self.program]
        start, end, relapse = profiles[self.profile]
        is_artrose = self.program.startswith("artrose")
        days = [self.start]
        if is_artrose:  # on a day of its own: a start of the knee and one of the hip are the same performance
            days = [max(self.start, ARTROSE) + timedelta(self.program == "artrose heup")]
        for step in self.steps:
            days.append(days[-1] + timedelta(step))
        *contacts, last = days[1:]
        moments = [(days[0], start, "completed"), *((day, "940135", "completed") for day in contacts)]
        if self.cancelled:
            moments.append((last, "940135", "cancelled"))
        if self.ended:
            moments.append((last, end, "completed"))
            if self.relapse:
                moments.append((last + timedelta(40), relapse, "completed"))
        return [
            visit(
                f"{name}-{index}",
                day.isoformat(),
                code,
                name if self.numbered else "",
                patient=patient,
                insurer="VGZ" if is_artrose and self.insurer == "Menzis" else self.insurer,
                diagnosis=diagnosis,
                status=status,
            )
            for index, (day, code, status) in enumerate(moments)
        ]


COURSES: Final = st.builds(
    Course,
    insurer=st.sampled_from(["VGZ", "CZ", "Menzis"]),
    program=st.sampled_from(list(PROGRAMS)),
    profile=st.integers(0, 1),
    numbered=st.booleans(),
    start=st.sampled_from([date(2021, 1, 4), date(2021, 3, 1), date(2021, 12, 6), date(2021, 12, 27)]),
    steps=st.lists(st.sampled_from([0, 0, 3, 7]), min_size=1, max_size=4).map(tuple),
    cancelled=st.booleans(),
    ended=st.booleans(),
    relapse=st.booleans(),
)


@st.composite
def practices(draw: st.DrawFn) -> list[Cells]:
    """Every row of a small practice; no patient has a program twice."""
    rows: list[Cells] = [visit("R-1", "2021-02-01", "1000", patient="P1")]
    for patient in range(draw(st.integers(1, 3))):
        courses = draw(st.lists(COURSES, min_size=1, max_size=2, unique_by=lambda course: course.program))
        for index, course in enumerate(courses):
            rows += course.rows(f"P{patient}", f"T{patient}{index}")
        if draw(st.booleans()):
            number = draw(st.sampled_from(["", f"S{patient}"]))
            rows += singles(f"P{patient}", number, draw(st.sampled_from(SINGLES)))
    return rows


def singles(patient: str, number: str, products: Sequence[tuple[str, str]]) -> list[Cells]:
    """The visits of a patient with a new knee or hip, a week between."""
    return [
        visit(
            f"S{patient}-{index}",
            (date(2022, 3, 1) + timedelta(7 * index)).isoformat(),
            code,
            number,
            patient=patient,
            insurer="Menzis",
            diagnosis=diagnosis,
            indication_code="001" if code in ("930211", "940192") else "009",
        )
        for index, (code, diagnosis) in enumerate(products)
    ]


MISTAKES: Final = st.tuples(
    st.integers(0, 10_000),
    st.sampled_from(
        [
            {"date": "x"},
            {"date": "2021-03-08"},
            {"uzovi": "9999"},
            {"uzovi": "3332"},
            {"uzovi": "9664"},
            {"diagnosis_code": ""},
            {"diagnosis_code": "3026"},
            {"diagnosis_code": "6223"},
            {"diagnosis_code": "3020"},
            {"code": ""},
            {"code": "1000"},
            {"code": "940999"},
            {"code": "940131"},
            {"code": "940134"},
            {"code": "940135"},
            {"code": "940133"},
            {"code": "O11"},
            {"code": "940155"},
            {"code": "940184", "uzovi": "3332"},
            {"trajectory_id": ""},
            {"trajectory_id": "T00"},
            {"trajectory_id": "T10"},
            {"patient_id": ""},
            {"patient_id": "P1"},
            {"appointment_id": ""},
            {"appointment_id": "T00-0"},
            {"appointment_id": "T00-1"},
            {"bsn": "1"},
            {"bsn": BSNS[30]},
            {"name": "\u0418"},
            {"initials": "A.B."},
            {"status": "no-show"},
        ]
    ),
    st.booleans(),
)


def with_mistakes(rows: Sequence[Cells], mistakes: Sequence[tuple[int, Cells, bool]]) -> list[Cells]:
    """Some rows with other cells; ``True`` keeps the right row beside the wrong one."""
    result = list(rows)
    for place, cells, beside in mistakes:
        index = place % len(result)
        wrong = {**result[index], **cells}
        result[index : index + 1] = [result[index], wrong] if beside else [wrong]
    return result


def bounded(examples: int) -> settings:
    """So many examples, the same in every run; not made smaller on failure, as each costs some runs."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )


@contextmanager
def clinics() -> Iterator[Callable[..., Clinic]]:
    """Makes one new practice after the other."""
    with tempfile.TemporaryDirectory() as folder:
        yield lambda name, **sections: Clinic.open(Path(folder) / name, **sections)


LINE = ("appointment_id", "list", "f_code", "units", "amount_cents", "date", "code")


def lines(*results: Result) -> set[tuple[object, ...]]:
    """The lines of some runs; no appointment has two."""
    found = [tuple(line[key] for key in LINE) for result in results for line in result.document["lines"]]
    assert len({line[0] for line in found}) == len(found)
    return set(found)


def problems(result: Result) -> Counter[tuple[str, ...]]:
    keys = ("code", "severity", "appointment_id", "trajectory", "column")
    return Counter(tuple(problem[key] for key in keys) for problem in result.problems)


def pieces(rows: Sequence[Cells], length: int) -> list[list[Cells]]:
    """The rows of each day (10) or month (7 characters of the date), in order of time."""
    parts: dict[str, list[Cells]] = {}
    for row in sorted(rows, key=lambda row: row["date"]):
        parts.setdefault(row["date"][:length], []).append(row)
    return list(parts.values())


def shuffled(rows: Sequence[Cells], seed: int) -> list[Cells]:
    return random.Random(seed).sample(rows, len(rows))


@bounded(10)
@given(practices(), st.integers(0, 99))
def test_in_one_piece_or_many(rows: list[Cells], seed: int) -> None:
    with clinics() as clinic:
        whole = clinic("whole").feed(rows).run(today=TODAY)
        assert whole.exit_code == 0
        expected = lines(whole)

        other = clinic("shuffled").feed(shuffled(rows, seed)).run(today=TODAY)
        assert lines(other) == expected
        assert other.files == whole.files
        assert other.counts == whole.counts

        doubled = clinic("doubled").feed(shuffled(rows + rows, seed)).run(today=TODAY)
        assert doubled.files == whole.files
        assert doubled.counts["duplicate"] == len(rows)

        for length in (7, 10):
            practice = clinic(str(length))
            nights = [practice.feed(shuffled(part, seed)).run(today=TODAY) for part in pieces(rows, length)]
            assert lines(*nights) == expected
            assert not any(night.exit_code for night in nights)
            again = practice.feed(rows).run(today=TODAY)
            assert again.lines == {}
            assert again.document["run"] is None
            assert again.problems == []


@bounded(10)
@given(practices(), st.integers(0, 99))
def test_in_any_piece_first(rows: list[Cells], seed: int) -> None:
    """Also when a visit is heard of after those that came later: all there is to say is said in the end.

    An end is only declared once, so its contacts have to be known by then: ends come last here.
    """
    ends = {codes[1] for _, profiles in PROGRAMS.values() for codes in profiles}
    order = sorted(shuffled(rows, seed), key=lambda row: row["code"] in ends)
    middle = len(order) // 2
    with clinics() as clinic:
        expected = lines(clinic("whole").feed(rows).run(today=TODAY))
        practice = clinic("pieces")
        nights = [practice.feed(part).run(today=TODAY) for part in (order[:middle], order[middle:], [])]
        assert lines(*nights) == expected


#: What makes a contact one that may not be of its trajectory.
DOUBTS: Final = st.sampled_from(
    [
        {"diagnosis_code": "4126"},
        {"diagnosis_code": "6223"},
        {"diagnosis_code": "7001"},
        {"code": "O11", "trajectory_id": ""},
        {"date": "2020-12-31"},
        {"code": "940145"},
    ]
)


@bounded(8)
@given(practices(), st.lists(st.tuples(st.integers(0, 99), DOUBTS), min_size=1, max_size=3), st.integers(0, 99))
def test_a_doubt_holds_the_end_whenever_it_comes(rows: list[Cells], doubts: list[tuple[int, Cells]], seed: int) -> None:
    contacts = [index for index, row in enumerate(rows) if row["code"] == "940135"]
    for place, cells in doubts if contacts else []:
        index = contacts[place % len(contacts)]
        rows[index] = {**rows[index], **cells}
    ends = {codes[1] for _, profiles in PROGRAMS.values() for codes in profiles}
    order = sorted(shuffled(rows, seed), key=lambda row: row["code"] in ends)
    middle = len(order) // 2
    with clinics() as clinic:
        expected = lines(clinic("whole").feed(rows).run(today=TODAY))
        practice = clinic("halves")
        nights = [practice.feed(part).run(today=TODAY) for part in (order[:middle], order[middle:], [])]
        assert lines(*nights) == expected


DIALECTS: Final = st.tuples(
    st.sampled_from([";", ",", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)


@bounded(20)
@given(practices(), DIALECTS)
def test_in_any_dialect(rows: list[Cells], dialect: tuple[str, str, str, bool]) -> None:
    delimiter, encoding, newline, quote_all = dialect
    rows = [row | {"name": "Müller", "prefix": "d'"} for row in rows]
    with clinics() as clinic:
        whole = clinic("whole").feed(rows).run(today=TODAY)
        text = csv_text(rows, delimiter=delimiter, newline=newline, quote_all=quote_all)
        assert clinic("dialect").write(text.encode(encoding)).run(today=TODAY).files == whole.files
        database = clinic("sqlite", feed='path = "feed.db"')
        write_sqlite(database.folder / "feed.db", rows)
        assert database.run(today=TODAY).files == whole.files


@bounded(24)
@given(practices(), st.lists(MISTAKES, min_size=2, max_size=4), st.integers(0, 99))
def test_mistakes_do_not_depend_on_the_order(
    rows: list[Cells], mistakes: list[tuple[int, Cells, bool]], seed: int
) -> None:
    rows = with_mistakes(rows, mistakes)
    with clinics() as clinic:
        whole = clinic("whole").feed(rows).run(today=TODAY)
        other = clinic("shuffled").feed(shuffled(rows, seed)).run(today=TODAY)
        assert lines(other) == lines(whole)
        assert problems(other) == problems(whole)
        assert other.counts == whole.counts
        assert other.files == whole.files
        doubled = clinic("doubled").feed(shuffled(rows + rows, seed)).run(today=TODAY)
        assert lines(doubled) == lines(whole)
        assert problems(doubled).keys() == problems(whole).keys()


@bounded(24)
@given(practices(), st.lists(MISTAKES, min_size=2, max_size=4))
def test_a_second_run_declares_nothing(rows: list[Cells], mistakes: list[tuple[int, Cells, bool]]) -> None:
    """And the shortcut for patients of whom nothing changed gives what judging them again gives."""
    rows = with_mistakes(rows, mistakes)
    with clinics() as clinic:
        practice = clinic("first").feed(rows)
        first = practice.run(today=TODAY)
        shutil.copytree(practice.folder, practice.folder.with_name("second"))
        slow = Clinic(practice.folder.with_name("second"))
        with sqlite3.connect(slow.folder / "ledger.sqlite") as ledger:
            ledger.execute("UPDATE patient SET digest = NULL, tally = NULL")
        ledger.close()
        short, long = practice.run(today=TODAY), slow.run(today=TODAY)
        assert short.lines == {}
        assert short.document == long.document
        errors = Counter(p["code"] for p in first.problems if p["severity"] == "error")
        assert Counter(p["code"] for p in short.problems if p["severity"] == "error") == errors
