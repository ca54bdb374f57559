"""A feed that is read in parts says what it says in one; and of what is settled no row is handed on."""

import csv
import errno
import os
import pickle
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ei_export.base.problems import InputError
from ei_export.base.spool import Scratch
from ei_export.intake import csv_feed, gather, open_feed
from ei_export.intake.gather import Gathered
from ei_export.intake.survey import Survey
from ei_export.ledger.buckets import BUCKETS, bucket_of
from ei_export.model.columns import REQUIRED
from ei_export.settings import InputSettings
from tests.support.feeds import BSNS, write_sqlite

COLUMNS = [*sorted(REQUIRED), "trajectory_id", "declare_under", "insured_number", "remark"]
KEY = bytes(range(16))
#: Lines after which no quoted cell is open any more, so that short feeds can be cut.
FEW = 2


class InThisProcess:
    """Does the work of a helper here, and hands over what another process would."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._handed = pickle.dumps(work())

    def result(self) -> object:
        return pickle.loads(self._handed)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


@contextmanager
def cut_in(count: int, *, forked: bool = False) -> Iterator[None]:
    """Feeds are read in up to so many parts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gather, "cores", lambda: count)
        patch.setattr(gather, "WORTH_A_PROCESS", 1)
        patch.setattr(gather, "_MOST_PARTITIONS", 1)
        patch.setattr(csv_feed, "_QUOTED_LINES", FEW)
        patch.setattr(csv_feed, "_BLOCK", 211)
        if not forked:
            patch.setattr(gather, "Helper", InThisProcess)
        yield


def gathered(path: Path, *, pending: list[tuple[str, str, str]] | None = None, **wanted: Any) -> Gathered:
    source = open_feed(path, feed_settings(path))
    survey = Survey(feed_settings(path), source.header, lambda code, linked: code in ("01", "02"))
    size = path.stat().st_size
    return gather.gather(source, size, survey, pending or (), lambda rows: None, ("P1", "P2"), key=KEY, **wanted)


def feed_settings(path: Path) -> InputSettings:
    return InputSettings(path, "", "", "auto", {}, frozenset({"done"}), frozenset({"planned"}))


def told(feed: Gathered) -> Mapping[str, object]:
    """All that a feed says."""
    return {
        "rows": (feed.rows, feed.left),
        "patients": [list(feed.patients(partition).items()) for partition in range(feed.count)],
        "shared": (feed.shared_appointments, feed.shared_numbers, feed.contested, feed.orphans),
        "watched": feed.watched,
        "present": feed.present and [hash(name) in feed.present for name in ("A1", "A2", "A3", "A4", "A5", "A9", "")],
        "people": (feed.people.doubted_now, feed.people._shared, feed.people._contradicted),
        "told": feed.told,
        "digests": [feed.digest(bucket_of(patient)) for patient in ("", "P1", "P2", "P3", "P4")],
    }


NAMES = st.sampled_from(["A1", "A2", "A3", "A4", "A5", " A1", "NULL", ""])
PATIENTS = st.sampled_from(["P1", "P2", "P3", "P4", "", " P1 ", "nan"])
BSN = st.sampled_from([*BSNS[:3], "999999999", "12"])
REMARKS = st.sampled_from(["", "", "", 'says "no"', "two\nlines", "; and more", "\u00eb\u20ac", '"', "a\rb"])
ROWS = st.fixed_dictionaries(
    {
        "appointment_id": NAMES,
        "patient_id": PATIENTS,
        "trajectory_id": st.sampled_from(["T1", "T2", "", "NULL"]),
        "status": st.sampled_from(["done", "done", "DONE ", "planned", "perhaps", ""]),
        "code": st.sampled_from(["01", "02", "99", "NULL"]),
        "declare_under": st.sampled_from(["", "940131"]),
        "bsn": BSN,
        "birth_date": st.sampled_from(["1970-01-02", "1970-01-03"]),
        "sex": st.sampled_from(["1", "2", "0"]),
        "uzovi": st.sampled_from(["7095", "3311"]),
        "insured_number": st.sampled_from(["1", "2"]),
        "date": st.just("2022-03-04"),
        "remark": REMARKS,
    }
)
#: Lines that are none of those rows, as they stand in the file.
ODD = st.sampled_from(["", ";;;;", "Totaal: 12 rijen", '"', 'A9;"open', "A1;x", ";".join(COLUMNS), "P1;" * 40])
LINES = st.lists(st.one_of(ROWS, ROWS, ROWS, ODD), max_size=30)
PENDING = [
    ("A1", "P1", "T1"),
    ("A2", "P2", "T1"),
    ("A3", "", ""),
    ("A4", "", "T2"),
    ("A9", "P3", "T9"),
    ("A8", "P4", "T9"),
]


def write(path: Path, lines: list[Any], newline: str, encoding: str, *, quote_all: bool, ends_open: bool) -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        table = csv.writer(
            file, delimiter=";", lineterminator=newline, quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
        )
        table.writerow(COLUMNS)
        for line in lines:
            if isinstance(line, str):
                file.write(line + newline)
            else:
                table.writerow([line.get(column, "x") for column in COLUMNS])
    if ends_open:
        path.write_bytes(path.read_bytes().rstrip(b"\r\n"))


@settings(
    deadline=None,
    max_examples=100,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(
    LINES, st.integers(2, 4), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]),
    st.booleans(), st.booleans(), st.booleans(),
)  # fmt: skip
def test_parts_say_what_the_whole_says(
    tmp_path: Path,
    lines: list[Any],
    count: int,
    newline: str,
    encoding: str,
    quote_all: bool,
    ends_open: bool,
    is_complete: bool,
) -> None:
    path = tmp_path / "feed.csv"
    write(path, lines, newline, encoding, quote_all=quote_all, ends_open=ends_open)
    with cut_in(1):
        whole = told(gathered(path, pending=PENDING, is_complete=is_complete))
    with cut_in(count):
        parts = told(gathered(path, pending=PENDING, is_complete=is_complete))
    assert parts == whole


def practice(path: Path, rows: int, **last: str) -> Path:
    """A feed that can be cut, each patient with ten rows of it."""
    usual = {"status": "done", "code": "01", "bsn": BSNS[0], "birth_date": "1970-01-02", "sex": "1", "uzovi": "7095"}
    who = [row % (rows // 10) for row in range(rows)]
    lines = [
        {**usual, "appointment_id": f"A{row}", "patient_id": f"P{patient}", "trajectory_id": f"T{patient}"}
        for row, patient in enumerate(who)
    ]
    lines[-1] |= last
    write(path, lines, "\n", "utf-8", quote_all=False, ends_open=False)
    return path


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no process can be forked here")
def test_processes_say_what_one_says(tmp_path: Path) -> None:
    path = practice(tmp_path / "feed.csv", 400)
    with cut_in(1):
        whole = told(gathered(path))
    with cut_in(3, forked=True):
        source = open_feed(path, feed_settings(path))
        assert [part.first_row for part in source.parts(3)] == [2, 1, 1]
        assert told(gathered(path)) == whole


@pytest.mark.parametrize("count", [1, 2, 4])
def test_only_changed_buckets_are_handed_on(tmp_path: Path, count: int) -> None:
    """With the rows of all patients in them, under the numbers that they have in the feed."""
    path = practice(tmp_path / "feed.csv", 400)
    with cut_in(count):
        before = gathered(path)
        settled = {bucket: before.digest(bucket) for bucket in range(BUCKETS)}
        same = gathered(path, settled=settled)
        assert (same.rows, same.left, same.settled) == (400, 0, settled.keys())
        assert [*filter(None, map(same.patients, range(same.count)))] == []
        all_rows = {patient: rows for index in range(before.count) for patient, rows in before.patients(index).items()}
        changed = gathered(practice(path, 400, remark="other"), settled=settled)
        left = {patient: rows for index in range(changed.count) for patient, rows in changed.patients(index).items()}
    assert changed.left == sum(map(len, left.values()))
    assert "P39" in left
    assert {bucket_of(patient) for patient in left} == {bucket_of("P39")}
    assert [number for _, number in left["P39"]] == [number for _, number in all_rows["P39"]]
    assert left["P39"][:-1] == all_rows["P39"][:-1]
    assert settled.keys() - changed.settled == {bucket_of("P39")}


@pytest.mark.parametrize("count", [1, 3])
def test_a_number_that_gets_a_second_patient_opens_the_bucket_of_the_first(tmp_path: Path, count: int) -> None:
    path = practice(tmp_path / "feed.csv", 400)
    with cut_in(count):
        before = gathered(path)
        settled = {bucket: before.digest(bucket) for bucket in range(BUCKETS)}
        changed = gathered(practice(path, 400, trajectory_id="T7"), settled=settled)
        left = {patient for index in range(changed.count) for patient in changed.patients(index)}
    assert {"P39", "P7"} <= left
    assert settled.keys() - changed.settled == {bucket_of("P39"), bucket_of("P7")}
    assert [changed.shares_number(patient) for patient in ("P7", "P39", "P1")] == [True, True, False]


def test_equal_rows_do_not_cancel_out(tmp_path: Path) -> None:
    """Nor do rows that swap patients, nor is the order of rows of any matter."""
    row = dict.fromkeys(COLUMNS, "") | {"appointment_id": "A1", "patient_id": "P1", "status": "done", "code": "01"}
    other = row | {"appointment_id": "A2", "patient_id": "P2"}

    def digests(*rows: dict[str, str]) -> tuple[bytes, bytes]:
        path = tmp_path / "feed.csv"
        write(path, [*rows], "\n", "utf-8", quote_all=False, ends_open=False)
        feed = gathered(path)
        return feed.digest(bucket_of("P1")), feed.digest(bucket_of("P2"))

    seen = [digests(), digests(row), digests(row, row), digests(row, row, row), digests(other)]
    assert len({first for first, _ in seen}) == 4  # nobody's rows and none are the same
    assert digests(row, other) == digests(other, row)
    swapped = digests(row | {"patient_id": "P2"}, other | {"patient_id": "P1"})
    assert {*swapped}.isdisjoint(digests(row, other))


def test_of_a_database_only_changed_buckets_are_handed_on(tmp_path: Path) -> None:
    """It is read once, as it can't be known to say the same again."""
    path = tmp_path / "feed.sqlite"
    row = dict.fromkeys(COLUMNS, "") | {"appointment_id": "A1", "patient_id": "P1", "status": "done", "code": "01"}
    write_sqlite(path, [row, row | {"appointment_id": "A2", "patient_id": "P2"}], COLUMNS)
    feed = gathered(path)
    again = gathered(path, settled={bucket_of("P1"): feed.digest(bucket_of("P1")), bucket_of("P2"): b""})
    assert [*again.patients(0)] == ["P2"]
    assert again.settled == {bucket_of("P1")}


def test_a_feed_that_changes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = practice(tmp_path / "feed.csv", 400)
    with cut_in(2):
        before = gathered(path)
        settled = {bucket: before.digest(bucket) for bucket in range(BUCKETS)}
        practice(path, 400, remark="other")
        deal = gather._deal_changed
        monkeypatch.setattr(gather, "_deal_changed", lambda *given: (practice(path, 400, remark="third"), deal(*given)))
        with pytest.raises(InputError) as raised:
            gathered(path, settled=settled)
    assert raised.value.code == "INPUT_CHANGED"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no process can be forked here")
@pytest.mark.parametrize("is_killed", [True, False])
def test_what_stops_one_of_the_readers_stops_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_killed: bool
) -> None:
    path = practice(tmp_path / "feed.csv", 400)
    first, written = os.getpid(), Scratch.write

    def write_or_not(scratch: Scratch, data: bytes) -> tuple[int, int]:
        if os.getpid() == first:
            return written(scratch, data)
        if is_killed:
            os.kill(os.getpid(), signal.SIGKILL)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Scratch, "write", write_or_not)
    with cut_in(2, forked=True), pytest.raises(OSError, match=r"hand over|No space") as raised:
        gathered(path)
    assert raised.value.errno == (errno.EIO if is_killed else errno.ENOSPC)
