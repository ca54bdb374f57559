"""A file of measurements, row by row: `ei_export.intake.measurements`."""

import random
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ei_export.base.problems import Finding, InputError, render
from ei_export.intake import open_feed
from ei_export.intake.measurements import as_meant, read_measurements
from ei_export.model.columns import MEASUREMENT_COLUMNS
from ei_export.model.measurement import KeptMeasurement
from ei_export.settings import MeasurementSettings
from ei_export.zorg1.instruments import instrument_names

NAMES = instrument_names(["GPE"])
GOOD = {"patient_id": "P1", "date": "2022-03-01", "instrument": "NPRS", "score": "7"}
Cells = dict[str, str]
Told = list[tuple[Finding, int | None]]


def text(rows: Iterable[Mapping[str, str]], delimiter: str = ";") -> str:
    lines = [MEASUREMENT_COLUMNS, *([row.get(name, "") for name in MEASUREMENT_COLUMNS] for row in rows)]
    return "".join(delimiter.join(line) + "\n" for line in lines)


def read(
    path: Path, meanings: Mapping[str, Mapping[str, str]] | None = None, **settings: object
) -> tuple[list[KeptMeasurement], Told, dict[str, int]]:
    """Measurements, what is told, and the counts."""
    told: Told = []
    source = open_feed(path, MeasurementSettings(path, **settings))  # type: ignore[arg-type]
    with closing(read_measurements(source, meanings or {}, NAMES, lambda *found: told.append(found))) as found:
        kept = [*found.in_order(lambda *found: told.append(found))]
        counts = {name: getattr(found, name) for name in ("read", "empty", "unreadable", "doubles")}
    assert counts["read"] == len(kept) + sum(counts.values()) - counts["read"]
    for finding, _ in told:
        assert all(render(finding.code, finding.params, "nl"))
    return kept, told, counts


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "metingen.csv"


def codes(told: Told) -> list[tuple[str, str, int | None]]:
    return [(finding.code, finding.column, row) for finding, row in told]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_row_is_a_measurement(file: Path, delimiter: str, encoding: str) -> None:
    row = GOOD | {"trajectory_id": "T1", "date": "1-3-2022", "score": "7.50", "subscore": "04", "moment": "Intake"}
    row["instrument"] = "Patiënt Specifieke Klachten"
    file.write_bytes(text([row], delimiter).encode(encoding))
    kept, told, _ = read(file)
    assert kept == [KeptMeasurement("P1", "T1", "2022-03-01", row["instrument"], "Intake", "7.5", "4")]
    assert told == []
    measured = as_meant(kept[0], {}, NAMES)
    assert (measured.instrument, measured.moment, measured.number) == ("PSK", "intake", "T1")


def test_names_and_words_of_the_practice(file: Path) -> None:
    file.write_text("client;dag;wat;uitslag\nP1;2022-03-01;rugscore;laag\n", encoding="utf-8")
    columns = {"patient_id": "client", "date": "dag", "instrument": "wat", "score": "uitslag"}
    meanings = {"instrument": {"rugscore": "STarT Back"}, "score": {"laag": "2"}}
    kept, told, _ = read(file, meanings, columns=columns)
    assert kept == [KeptMeasurement("P1", "", "2022-03-01", "rugscore", "", "2", "")]
    assert told == []
    assert as_meant(kept[0], meanings, NAMES).instrument == "STarT Back"


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"patient_id": ""}, "measured_patient_id"),
        ({"patient_id": "n.v.t."}, "measured_patient_id"),
        ({"patient_id": "7,001E+08"}, "measured_patient_id"),
        ({"patient_id": "P" * 65}, "measured_patient_id"),
        ({"date": "32-03-2022"}, "measured_date"),
        ({"date": ""}, "measured_date"),
        ({"instrument": ""}, "measured_instrument"),
        ({"instrument": "x" * 65}, "measured_instrument"),
        ({"score": "hoog"}, "measured_score"),
        ({"subscore": "?"}, "measured_subscore"),
        ({"trajectory_id": "T\x01"}, "measured_trajectory_id"),
        ({"moment": "x" * 65}, "measured_moment"),
    ],
)
def test_what_cannot_be_read_is_told_at_its_column_and_not_kept(file: Path, cells: dict[str, str], column: str) -> None:
    file.write_text(text([GOOD, GOOD | cells]), encoding="utf-8")
    kept, told, counts = read(file)
    assert len(kept) == 1
    assert codes(told) == [("MEASUREMENT_VALUE", column, 3)]
    assert told[0][0].params["expected"]
    assert counts["unreadable"] == 1


def test_a_plus_sign_alone_is_nothing_wrong(file: Path) -> None:
    file.write_text(text([GOOD | {"trajectory_id": "T+1"}]), encoding="utf-8")
    kept, told, _ = read(file)
    assert [measured.trajectory_id for measured in kept] == ["T+1"]
    assert told == []


def test_all_that_is_wrong_with_a_row_is_told(file: Path) -> None:
    file.write_text(text([GOOD | {"patient_id": "", "date": "x", "score": "y"}]), encoding="utf-8")
    _, told, counts = read(file)
    assert [column for _, column, _ in codes(told)] == ["measured_date", "measured_score", "measured_patient_id"]
    assert counts["unreadable"] == 1


def test_nobody_is_among_what_is_told(file: Path) -> None:
    """Cells may have shifted: a birth date, a BSN or a name may stand anywhere."""
    rows = [
        GOOD | {"date": "17-05-1980x"},
        GOOD | {"patient_id": "Jansen\x01"},
        GOOD | {"score": "999001000"},
        GOOD | {"instrument": "999001000", "score": "3"},
    ]
    file.write_text(text(rows), encoding="utf-8")
    said = repr(read(file)[1])
    assert not any(word in said for word in ("1980", "Jansen", "999001000"))


def test_a_row_that_cannot_be_cut(file: Path) -> None:
    file.write_text(text([GOOD]) + 'P1;;2022-03-01\nP1;;2022-03-01;"NPRS;7;;\n' + "P1;;2022-03-02;GPE;3;;;;\n;;;;;;\n")
    kept, told, counts = read(file)
    assert [measured.date for measured in kept] == ["2022-03-01", "2022-03-02"]
    assert codes(told) == [("MEASUREMENT_ROW", "", 3), ("MEASUREMENT_ROW", "", 4)]
    assert counts == {"read": 4, "empty": 0, "unreadable": 2, "doubles": 0}


def test_a_file_that_ends_in_a_row(file: Path) -> None:
    file.write_text(text([GOOD]) + "P1;;2022-03-02;NP", encoding="utf-8")
    kept, told, _ = read(file)
    assert len(kept) == 1
    assert codes(told) == [("MEASUREMENT_ROW", "", 3)]


def test_without_a_score_nothing_was_measured(file: Path) -> None:
    file.write_text(text([GOOD | {"score": ""}, GOOD | {"score": "NULL"}, GOOD]), encoding="utf-8")
    kept, told, counts = read(file)
    assert len(kept) == 1
    assert (codes(told), told[0][0].params) == ([("MEASUREMENT_EMPTY", "measured_score", None)], {"count": 2})
    assert counts["empty"] == 2


def test_unknown_words_are_told_once_with_how_often_they_are_there(file: Path) -> None:
    rows = [GOOD, *(GOOD | {"instrument": "Eigen lijst", "date": f"2022-03-0{day}", "moment": "T0"} for day in (2, 3))]
    file.write_text(text(rows), encoding="utf-8")
    kept, told, _ = read(file)
    assert len(kept) == 3
    assert [(finding.code, dict(finding.params), row) for finding, row in told] == [
        ("MEASUREMENT_INSTRUMENT_UNKNOWN", {"found": "Eigen lijst", "count": 2}, 3),
        ("MEASUREMENT_MOMENT_UNKNOWN", {"found": "T0", "count": 2}, 3),
    ]
    _, told, _ = read(file, {"moment": {"t0": "intake"}})
    assert [finding.code for finding, _ in told] == ["MEASUREMENT_INSTRUMENT_UNKNOWN"]


def test_of_many_unknown_words_none_is_told(file: Path) -> None:
    """Names of patients may stand in the place of instruments."""
    file.write_text(text(GOOD | {"instrument": f"Jansen-{number}"} for number in range(41)), encoding="utf-8")
    _, told, _ = read(file)
    ((finding, row),) = told
    assert (finding.code, row) == ("MEASUREMENT_MANY_WORDS", 2)
    assert (finding.params["words"], finding.params["count"]) == (41, 41)
    assert "Jansen" not in repr(told)


def test_of_two_scores_the_higher_counts_and_the_other_is_told(file: Path) -> None:
    rows = [GOOD | {"score": score} for score in ("9", "10", "10,0", "2")]
    file.write_text(text(rows), encoding="utf-8")
    kept, told, counts = read(file)
    assert [measured.score for measured in kept] == ["10"]
    assert {(finding.code, finding.params["row"], row) for finding, row in told} == {
        ("MEASUREMENT_TWICE", 3, 2),
        ("MEASUREMENT_TWICE", 3, 5),
    }
    assert counts["doubles"] == 3


def test_a_name_written_otherwise_is_the_same_instrument(file: Path) -> None:
    """Of two ways to write it, too, the higher score counts, and is never silently one of two."""
    ways = [("gpe", "intake", "3"), ("GPE", "begin", "5"), ("GPE", "intake", "5"), ("GPE", "eind", "2")]
    rows = [GOOD | {"instrument": name, "moment": moment, "score": score} for name, moment, score in ways]
    file.write_text(text(rows), encoding="utf-8")
    kept, told, counts = read(file)
    assert [(*each.key[-2:], each.score) for each in kept] == [("GPE", "begin", "5"), ("GPE", "eind", "2")]
    assert [(finding.code, finding.params["row"], row) for finding, row in told] == [("MEASUREMENT_TWICE", 3, 2)]
    assert counts["doubles"] == 2


cells = st.fixed_dictionaries(
    {
        "patient_id": st.sampled_from(["P1", "P2", "P10", ""]),
        "trajectory_id": st.sampled_from(["", "T1"]),
        "date": st.sampled_from(["2022-03-01", "01-03-2022", "2022-03-02", "x"]),
        "instrument": st.sampled_from(["NPRS", "nprs", "Start Back", "Eigen"]),
        "score": st.sampled_from(["3", "3,0", "10", "hoog", ""]),
        "subscore": st.sampled_from(["", "2"]),
        "moment": st.sampled_from(["", "eind", "daarna"]),
    }
)


def _same(told: Told) -> list[tuple[str, str, object]]:
    """What is told, but for the rows."""
    said = ((f.code, f.column, sorted((k, str(v)) for k, v in f.params.items() if k != "row")) for f, _ in told)
    return sorted(said, key=repr)


@given(rows=st.lists(cells, max_size=12), seed=st.integers())
def test_order_makes_no_difference(
    rows: list[dict[str, str]], seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("order") / "metingen.csv"
    file.write_text(text(rows), encoding="utf-8")
    kept, told, counts = read(file)
    assert kept == sorted(kept)
    assert len({measured.key for measured in kept}) == len(kept)
    file.write_text(text(random.Random(seed).sample(rows, len(rows))), encoding="utf-8")
    again, told_again, counts_again = read(file)
    assert (again, counts_again) == (kept, counts)
    assert _same(told_again) == _same(told)


def database(path: Path, rows: Sequence[Mapping[str, object]], table: str = "metingen") -> Path:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE TABLE {table} ({', '.join(MEASUREMENT_COLUMNS)})")
        connection.executemany(
            f"INSERT INTO {table} VALUES ({', '.join('?' * len(MEASUREMENT_COLUMNS))})",
            [[row.get(name) for name in MEASUREMENT_COLUMNS] for row in rows],
        )
    return path


def test_sqlite_gives_what_csv_gives(file: Path, tmp_path: Path) -> None:
    rows = [GOOD, GOOD | {"date": "2022-03-02", "score": "hoog"}, GOOD | {"instrument": "?", "moment": "eind"}]
    file.write_text(text(rows), encoding="utf-8")
    typed = [row | {"score": float(row["score"])} if row["score"] == "7" else row for row in rows]
    from_file, from_database = read(file), read(database(tmp_path / "metingen.db", typed))
    assert from_database[0] == from_file[0]
    assert from_database[2] == from_file[2]
    assert _same(from_database[1]) == _same(from_file[1])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "INPUT_EMPTY"),
        ("patient_id;date;score\nP1;2022-03-01;7\n", "INPUT_COLUMNS"),
        ("P1;2022-03-01;NPRS;7\n", "INPUT_NO_NAMES"),
        ("patient_id;patient_id;date;instrument;score\n", "INPUT_COLUMN_TWICE"),
        ("PK\x03\x04\0\0", "INPUT_BINARY"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_one_of_measurements(file: Path, content: str, code: str) -> None:
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read(file)
    assert refused.value.code == code
    message, remedy = render(code, refused.value.params, "nl")
    assert "metingen" in message
    assert "afspraken" not in message + remedy
    assert "[input" not in remedy


def test_a_file_that_is_not_there(file: Path) -> None:
    with pytest.raises(InputError) as refused:
        read(file)
    assert refused.value.code == "INPUT_MISSING"
    assert "path onder [measurements]" in render("INPUT_MISSING", refused.value.params, "nl")[1]


def test_a_query_that_writes(tmp_path: Path) -> None:
    path = database(tmp_path / "metingen.db", [GOOD])
    with pytest.raises(InputError) as refused:
        read(path, query="DELETE FROM metingen")
    assert refused.value.code == "INPUT_QUERY_WRITES"
