"""Norm N0959: its truth table, its years, and what becomes of rows that can't be read."""

import random
from itertools import product
from pathlib import Path
from typing import Final, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ei_export.base.problems import InputError, SettingsError, Severities
from ei_export.commands.control.n0959 import Control, control
from ei_export.commands.control.report import document, text_lines
from tests.support.controlled import (
    ACTIVITY_COLUMNS,
    LIST_COLUMNS,
    Cells,
    activity,
    files,
    subtraject,
    write,
)

Truth: TypeAlias = tuple[bool, ...]

#: How each condition is broken, one way or another; none of them touches another condition.
BROKEN: Final = (
    ({"separate": "N"}, {"tariff_type": "14"}, {"physiotherapy": "J", "specialism": "0305"}),
    ({"production": "WDS"},),
    ({"patient_id": "P2"},),
)
TRUTHS: Final = list(product((True, False), repeat=4))


def judged(folder: Path, activities: list[Cells], *more: object, year: str = "2021") -> Control:
    paths = files(folder, activities, *more)  # type: ignore[arg-type]
    return control(paths[0], paths[1], year, [paths[2]])


def signalled(found: Control) -> list[str]:
    return [each.activity.activity_id for each in found.signalled]


def codes(found: Control) -> list[str]:
    return [finding.code for finding in found.findings]


def with_truth(truth: Truth, way: int = 0) -> Cells:
    """An activity for which conditions 1 to 3 are so; 4 is for the lists."""
    cells: Cells = {}
    for holds, ways in zip(truth, BROKEN, strict=False):
        cells |= {} if holds else ways[way % len(ways)]
    return activity("A1", **cells)


# --- The truth table -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", range(3))
@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: "".join(map(str, map(int, truth))))
def test_signalled_where_all_four_conditions_hold(tmp_path: Path, truth: Truth, way: int) -> None:
    found = judged(tmp_path, [with_truth(truth, way)], [subtraject()], [] if truth[3] else ["A1"])
    assert signalled(found) == (["A1"] if all(truth) else [])
    assert found.left == [int(all(truth[:number])) for number in (1, 2, 3, 4)]
    assert found.unreadable == 0


def test_all_sixteen_at_once(tmp_path: Path) -> None:
    rows = [with_truth(truth) | {"activity_id": f"A{number:02}"} for number, truth in enumerate(TRUTHS)]
    listed = [f"A{number:02}" for number, truth in enumerate(TRUTHS) if not truth[3]]
    found = judged(tmp_path, rows, [subtraject()], listed)
    assert signalled(found) == ["A00"]
    assert (found.read, found.left) == (16, [8, 4, 2, 1])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(TRUTHS), st.integers(0, 2)), max_size=30), st.randoms(use_true_random=False))
def test_whatever_comes_together(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Truth, int]], mix: random.Random
) -> None:
    """Activities don't touch each other, and the order of rows makes no difference."""
    folder = tmp_path_factory.mktemp("n0959")
    made = [with_truth(truth, way) | {"activity_id": f"A{n:02}"} for n, (truth, way) in enumerate(rows)]
    listed = [f"A{n:02}" for n, (truth, _) in enumerate(rows) if not truth[3]]
    others = [subtraject("S2", type="ZT21"), subtraject("S1"), subtraject("S3", patient_id="P9")]
    found = judged(folder, made, others, listed)
    assert signalled(found) == [f"A{n:02}" for n, (truth, _) in enumerate(rows) if all(truth)]
    mix.shuffle(made)
    mix.shuffle(others)
    again = judged(folder, made, others, listed)
    rowless = [(each.activity.activity_id, each.subtrajects) for each in again.signalled]
    assert rowless == [(each.activity.activity_id, each.subtrajects) for each in found.signalled]
    assert again.left == found.left


# --- Each condition --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tariff_type", range(1, 31))
def test_the_tariff_types_that_are_left_out(tmp_path: Path, tariff_type: int) -> None:
    found = judged(tmp_path, [activity(tariff_type=str(tariff_type))])
    assert bool(found.signalled) == (tariff_type not in (12, 13, 14, 15, 16, 17))


@pytest.mark.parametrize(
    ("specialism", "counts"), [("0327", True), ("327", True), ("8418", True), ("0305", False), ("0320", False)]
)
def test_physiotherapy_counts_in_rehabilitation_only(tmp_path: Path, specialism: str, counts: bool) -> None:
    found = judged(tmp_path, [activity(physiotherapy="ja", specialism=specialism)])
    assert bool(found.signalled) == counts
    other = judged(tmp_path, [activity(physiotherapy="nee", specialism=specialism)])
    assert signalled(other) == ["A1"]


@pytest.mark.parametrize(
    ("day", "in_year"), [("2020-12-31", False), ("2021-01-01", True), ("2021-12-31", True), ("2022-01-01", False)]
)
def test_the_year_of_control(tmp_path: Path, day: str, in_year: bool) -> None:
    found = judged(tmp_path, [activity(date=day)], [subtraject(date=day)])
    assert bool(found.signalled) == in_year


@pytest.mark.parametrize(
    ("cells", "is_beside"),
    [
        ({}, True),
        ({"type": "11"}, True),
        ({"type": "zt 11"}, True),
        ({"date": "3-2-2021 09:30"}, True),
        ({"type": "ZT21"}, False),
        ({"type": "41"}, False),
        ({"date": "2021-02-02"}, False),
        ({"date": "2021-02-04"}, False),
        ({"patient_id": "P10"}, False),
    ],
)
def test_the_first_day_of_a_subtraject(tmp_path: Path, cells: Cells, is_beside: bool) -> None:
    found = judged(tmp_path, [activity()], [subtraject(**cells)])
    assert bool(found.signalled) == is_beside


def test_all_subtrajects_of_the_day_are_named_in_order(tmp_path: Path) -> None:
    found = judged(tmp_path, [activity()], [subtraject("S9"), subtraject("S10"), subtraject("S9"), subtraject("S1")])
    assert [each.subtrajects for each in found.signalled] == [["S1", "S10", "S9"]]


def test_several_lists(tmp_path: Path) -> None:
    activities, subtrajects, first = files(tmp_path, [activity("A1"), activity("A2"), activity("A3")], listed=["A1"])
    second = write(
        tmp_path / "second.csv",
        LIST_COLUMNS,
        [{"activity_id": "A2", "norm": "n0962"}, {"activity_id": "A3", "norm": "N0123"}, {"activity_id": "X"}],
    )
    found = control(activities, subtrajects, "2021", [first, second])
    assert signalled(found) == ["A3"]
    assert codes(found) == ["CONTROL_LIST_OTHERS", "CONTROL_LIST_STRANGERS"]


def test_a_list_may_be_of_numbers_only(tmp_path: Path) -> None:
    activities, subtrajects, _ = files(tmp_path, [activity()])
    alone = write(tmp_path / "alone.csv", ["activity_id"], [{"activity_id": "A1"}])
    assert control(activities, subtrajects, "2021", [alone]).signalled == []


def test_without_lists_that_is_told(tmp_path: Path) -> None:
    activities, subtrajects, _ = files(tmp_path, [activity()])
    found = control(activities, subtrajects, "2021")
    assert (signalled(found), codes(found)) == (["A1"], ["CONTROL_NO_LISTS"])


def test_without_a_subtraject_that_counts_that_is_told(tmp_path: Path) -> None:
    found = judged(tmp_path, [activity()], [subtraject(type="ZT21")])
    assert (found.subtrajects, codes(found)) == (1, ["CONTROL_NO_SUBTRAJECTS"])


# --- The years -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "rules"), [("2019", "NR/REG-1907a"), ("2020", "NR/REG-2001a"), ("2021", "NR/REG-2103a")]
)
def test_each_year_has_its_articles(tmp_path: Path, year: str, rules: str) -> None:
    day = f"{year}-05-06"
    found = judged(tmp_path, [activity(date=day)], [subtraject(date=day)], year=year)
    assert signalled(found) == ["A1"]
    articles = [each["article"] for each in document(found, "nl", Severities())["articles"]]
    parts = ("art. 9 lid 2", "art. 34 lid 3", "art. 34a lid 1", "art. 34c", "art. 34d lid 1")
    assert articles == [f"{rules} {part}" for part in parts]
    text = "\n".join(text_lines(found, "en", Severities()))
    assert all(article in text for article in articles)


@pytest.mark.parametrize("year", ["2018", "2022", "21", "twee", ""])
def test_another_year_is_refused_with_those_that_are_known(tmp_path: Path, year: str) -> None:
    with pytest.raises(SettingsError) as refused:
        judged(tmp_path, [activity()], year=year)
    assert refused.value.params == {"option": "--year", "expected": "2019, 2020, 2021"}


# --- Money -----------------------------------------------------------------------------------------------------------


def test_the_impact_is_the_difference_less_the_value_of_the_activity(tmp_path: Path) -> None:
    rows = [
        activity("A1", amount="100,00", before="1.000,00", after="1.250,50"),
        activity("A2", amount="€ 80,25", before="900", after="900"),
        activity("A3", amount="10,00"),
        activity("A4", amount="5,00", before="0", after="1", production="WDS"),
    ]
    found = judged(tmp_path, rows)
    assert [each.activity.impact for each in found.signalled] == [15050, -8025, None]
    assert (found.impact, found.without_impact) == (7025, 1)
    text = "\n".join(text_lines(found, "nl", Severities()))
    assert "€ 70,25" in text
    assert "€ -80,25" in text


# --- Files and rows --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("activity_id", ""),
        ("patient_id", "NULL"),
        ("date", "2021-02-30"),
        ("date", ""),
        ("tariff_type", ""),
        ("tariff_type", "x"),
        ("separate", "misschien"),
        ("physiotherapy", ""),
        ("specialism", "arts"),
        ("production", "DBC"),
        ("amount", "1.234"),
        ("before", "-1"),
        ("after", "veel"),
    ],
)
def test_a_cell_that_can_not_be_read_costs_its_row(tmp_path: Path, column: str, cell: str) -> None:
    found = judged(tmp_path, [activity("A1"), activity("A2", **{column: cell}), activity("A3")])
    assert signalled(found) == ["A1", "A3"]
    assert (found.read, found.unreadable) == (3, 1)
    (told,) = found.findings
    assert (told.code, told.params["file"], told.params["row"], told.params["column"]) == (
        "CONTROL_CELL", "activities.csv", 3, column,
    )  # fmt: skip
    assert told.params["expected"]


def test_physiotherapy_without_a_specialism_can_not_be_judged(tmp_path: Path) -> None:
    found = judged(tmp_path, [activity(physiotherapy="J")])
    assert (codes(found), found.findings[0].params["column"]) == (["CONTROL_CELL"], "specialism")


def test_a_row_that_can_not_be_cut_costs_itself(tmp_path: Path) -> None:
    paths = files(tmp_path, [activity("A1"), activity("A2"), activity("A3")])
    lines = paths[0].read_text(encoding="utf-8").splitlines()
    lines[2] = lines[2].replace("A2", '"A2')
    lines.insert(3, "A4;P1")
    lines.append(";;;;;;;;;;;")
    paths[0].write_text("\n".join([*lines, ""]), encoding="utf-8")
    found = control(paths[0], paths[1], "2021", [paths[2]])
    assert signalled(found) == ["A1", "A3"]
    assert [(told.code, told.params["row"]) for told in found.findings] == [("CONTROL_ROW", 3), ("CONTROL_ROW", 4)]
    assert (found.read, found.unreadable) == (4, 2)


def test_a_subtraject_that_can_not_be_read_is_told(tmp_path: Path) -> None:
    found = judged(tmp_path, [activity()], [subtraject("S1", type="ZT"), subtraject("S2")])
    assert [each.subtrajects for each in found.signalled] == [["S2"]]
    assert [(told.code, told.params["file"]) for told in found.findings] == [("CONTROL_CELL", "subtrajects.csv")]


def test_rows_that_say_the_same_count_once(tmp_path: Path) -> None:
    found = judged(tmp_path, [activity(), activity(), activity("A2")])
    assert (signalled(found), found.doubles, found.read, found.left[0]) == (["A1", "A2"], 1, 3, 2)
    assert found.findings == []


def test_rows_that_contradict_each_other_are_not_judged(tmp_path: Path) -> None:
    rows = [activity(), activity("A2"), activity(tariff_type="12")]
    found = judged(tmp_path, rows)
    assert (signalled(found), found.unreadable) == (["A2"], 2)
    assert [(told.code, told.params["rows"]) for told in found.findings] == [("CONTROL_TWICE", "2, 4")]


@pytest.mark.parametrize(("delimiter", "encoding"), [(",", "utf-8-sig"), ("\t", "cp1252"), (";", "utf-8")])
def test_dialects_titles_and_columns_of_others(tmp_path: Path, delimiter: str, encoding: str) -> None:
    paths = files(tmp_path, [])
    columns = [
        "Opmerking",
        *(column.upper() for column in ACTIVITY_COLUMNS if column not in ("code", "amount", "before", "after")),
    ]
    cells = {"Opmerking": "één", **{name.upper(): cell for name, cell in activity().items()}}
    write(paths[0], columns, [cells], delimiter)
    paths[0].write_text("Export\n" + paths[0].read_text(encoding="utf-8"), encoding=encoding)
    found = control(paths[0], paths[1], "2021", [paths[2]])
    assert [(each.activity.activity_id, each.activity.row) for each in found.signalled] == [("A1", 3)]


@pytest.mark.parametrize("missing", ["separate", "tariff_type", "production", "patient_id", "specialism"])
def test_a_column_that_must_be_there(tmp_path: Path, missing: str) -> None:
    paths = files(tmp_path, [])
    write(paths[0], [column for column in ACTIVITY_COLUMNS if column != missing], [])
    with pytest.raises(InputError) as refused:
        control(paths[0], paths[1], "2021", [paths[2]])
    assert refused.value.code == "CONTROL_COLUMNS"
    assert refused.value.params["missing"] == missing
    assert "--activities" in str(refused.value)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "CONTROL_MISSING"),
        (b"", "CONTROL_NO_TABLE"),
        (b"\x00\x01\x02", "CONTROL_NO_TABLE"),
        (b"een;twee\n", "CONTROL_COLUMNS"),
        (b"subtraject_id;patient_id;date;type;date\n", "CONTROL_COLUMN_TWICE"),
    ],
)
def test_a_file_that_can_not_be_read(tmp_path: Path, content: bytes | None, code: str) -> None:
    paths = files(tmp_path, [activity()])
    paths[1].unlink()
    if content is not None:
        paths[1].write_bytes(content)
    with pytest.raises(InputError) as refused:
        control(paths[0], paths[1], "2021", [paths[2]])
    assert refused.value.code == code
    assert "--subtrajects" in str(refused.value)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    paths = files(tmp_path, [activity()])
    with pytest.raises(InputError) as refused:
        control(tmp_path, paths[1], "2021")
    assert refused.value.code == "CONTROL_MISSING"


def test_no_patient_number_in_any_output(tmp_path: Path) -> None:
    """Neither of what is signalled, nor of rows in which columns have shifted."""
    bsn = "123456782"
    rows = [
        activity(patient_id=bsn),
        activity("A2", patient_id=bsn, date=bsn),
        activity("A3", patient_id="x", production=bsn),
    ]
    found = judged(tmp_path, rows, [subtraject(patient_id=bsn), subtraject("S2", type=bsn)])
    assert len(found.signalled) == 1
    for language in ("nl", "en"):
        told = str(document(found, language, Severities())) + "\n".join(text_lines(found, language, Severities()))
        assert bsn not in told
