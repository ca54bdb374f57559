"""The agreements: the built-in tables as a whole, overlays over them, and one broken table per defect."""

import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ei_export.base.problems import SettingsError
from ei_export.base.specs import SPECS
from ei_export.model import codelists
from ei_export.model.names import AGREEMENT_COLUMNS
from ei_export.zorg1.agreements import ANY, Agreement, Agreements, Known, read_agreements
from ei_export.zorg1.codes import read_twins

BUILT_IN = Agreements.load()
KNOWN = Known.of(codelists.every_code().values(), codelists.diagnoses())
DAY = timedelta(days=1)

ROW = {
    "insurer": "VGZ",
    "code": "940131",
    "from": "2024-01-01",
    "until": "2024-12-31",
    "program": "lage rug",
    "profile": "1",
    "moment": "start",
    "f_code": "F1013",
    "list": "012",
    "units": "1",
    "amount": "product",
    "diagnoses": "3426",
    "tariff_list": "productafspraken Zorg1",
    "source": "overeenkomst 2024",
}
CONTACT = {"code": "940135", "moment": "contact", "units": "-", "f_code": "", "list": "", "tariff_list": ""}


def overlay(folder: Path, *rows: dict[str, str], name: str = "overlay.csv") -> Path:
    """An overlay of these rows, each given by how it differs from ``ROW``."""
    path = folder / name
    lines = [
        ",".join(AGREEMENT_COLUMNS),
        *(",".join((ROW | row)[column] for column in AGREEMENT_COLUMNS) for row in rows),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def loaded(*overlays: Path) -> Agreements:
    return Agreements.load(overlays)


def all_rows(agreements: Agreements) -> list[Agreement]:
    return [row for code in agreements.codes for i in agreements.insurers for row in agreements.periods(i, code)]


# --- The built-in tables ---------------------------------------------------------------------------------------------


def test_every_insurer_has_its_rows() -> None:
    rows = [row for row in all_rows(BUILT_IN) if row.source.startswith("Zorg1 §")]

    assert Counter(row.insurer for row in rows) == {"VGZ": 49, "CZ": 40, "Menzis": 85, "Zilveren Kruis": 21}
    assert Counter(row.program for row in rows if row.insurer == "Menzis") == {
        "lage rug": 21 + 12, "nek": 15, "schouder": 15, "TKP": 11, "THP": 10, ANY: 1,
    }  # fmt: skip
    assert len({row.code for row in rows}) == 83


def test_every_insurer_of_a_row_has_a_number() -> None:
    numbered = {number.insurer for number in codelists.uzovi_numbers().values()}
    assert {row.insurer for row in all_rows(BUILT_IN)} <= numbered


def test_a_row_answers_everything() -> None:
    row = BUILT_IN.find("CZ", "940181990", date(2021, 4, 1))

    assert row == Agreement(
        insurer="CZ",
        code="940181990",
        valid_from=date(2021, 4, 1),
        valid_until=date(2023, 12, 31),
        program="artrose",
        profile="2",
        moment="relapse",
        f_code="F1039R",
        list="990",
        units=1,
        amount="product",
        diagnoses=("7023", "6223"),
        tariff_list="tarieven overige coderingen",
        source="Zorg1 §4.4.1, §4.6.1",
        rule=row.rule if row else "",
    )
    file, line = row.rule.split(":")
    assert file == "specs/zorg1/cz.csv"
    assert (SPECS / "zorg1/cz.csv").read_text(encoding="utf-8").splitlines()[int(line) - 1].startswith("CZ,940181990,")


@pytest.mark.parametrize(
    ("day", "units"),
    [
        (date(2019, 12, 31), None),
        (date(2020, 1, 1), "?"),
        (date(2020, 12, 31), "?"),
        (date(2021, 1, 1), 3),
        (date(2021, 12, 31), 3),
        (date(2022, 1, 1), 2),
        (date(2023, 12, 31), 2),
        (date(2024, 1, 1), None),
    ],
)
def test_menzis_units_change_by_year(day: date, units: int | str | None) -> None:
    row = BUILT_IN.find("Menzis", "940141", day)

    assert (row.units if row else None) == units


def test_940135_means_two_things() -> None:
    day = date(2021, 3, 1)
    contact = BUILT_IN.find("VGZ", "940135", day)
    treatment = BUILT_IN.find("Zilveren Kruis", "940135", day)

    assert contact is not None
    assert (contact.program, contact.profile, contact.units, contact.is_sent) == (ANY, ANY, "-", False)
    assert treatment is not None
    assert (treatment.program, treatment.f_code, treatment.units, treatment.is_sent) == ("lage rug", "F1013", 1, True)


def test_insurers_of_a_code() -> None:
    assert BUILT_IN.insurers == {"VGZ", "CZ", "Menzis", "Zilveren Kruis"}
    assert BUILT_IN.insurers_of("940131") == ("CZ", "Menzis", "VGZ")
    assert BUILT_IN.insurers_of("940140") == ("Zilveren Kruis",)
    assert BUILT_IN.insurers_of("1000") == ()


def test_twins_are_one_product_on_two_lists() -> None:
    assert len(BUILT_IN.twins) == 24
    for code, twin in read_twins(BUILT_IN.codes).items():
        assert BUILT_IN.twins[code] == twin
        assert BUILT_IN.twins[twin] == code
        (plain,), (bilateral,) = BUILT_IN.periods("VGZ", code), BUILT_IN.periods("CZ", twin)
        assert (plain.program, plain.profile, plain.moment, plain.f_code, plain.diagnoses) == (
            bilateral.program, bilateral.profile, "relapse", bilateral.f_code, bilateral.diagnoses,
        )  # fmt: skip
        assert (plain.list, bilateral.list) == ("012", "990")
        assert BUILT_IN.periods("CZ", code) == ()


def test_every_product_has_a_diagnosis_without_agreement() -> None:
    """It also finds a misspelled program or profile in a built-in table."""
    products = {(row.program, row.profile) for row in all_rows(BUILT_IN) if row.profile != ANY}

    day, programs = date(2021, 3, 1), BUILT_IN.programs
    assert all(programs.without_agreement(*product, day) for product in products)
    assert {row.program for row in all_rows(BUILT_IN)} - {ANY} == {programs.whole(name) for name, _ in programs.usual}
    assert programs.without_agreement("lage rug", "2", day) == ("3526",)
    assert programs.without_agreement("lage rug", "2", date(2019, 12, 31)) == ("8002",)
    assert programs.without_agreement("artrose", "3", day) == ("7023", "6223")
    assert programs.without_agreement("artrose heup", "3", day) == ("6223",)


def test_every_insurer_has_an_uzovi_number() -> None:
    assert {uzovi.insurer for uzovi in codelists.uzovi_numbers().values()} >= BUILT_IN.insurers
    assert {insurer for insurer, _ in codelists.deadlines()} <= BUILT_IN.insurers


@pytest.mark.parametrize(
    ("insurer", "program", "profile", "day", "code"),
    [
        ("VGZ", "lage rug", "1", date(2020, 1, 1), "940134"),
        ("VGZ", "lage rug", "1", date(2019, 12, 31), "F1013E"),
        ("Menzis", "nek", "3", date(2023, 12, 31), "940161"),
        ("Zilveren Kruis", "lage rug", "2", date(2021, 5, 5), "940142"),
        ("VGZ", "lage rug", "1", date(2024, 1, 1), None),
        ("Menzis", "TKP", "1", date(2022, 1, 1), None),
    ],
)
def test_the_end_of_a_trajectory(insurer: str, program: str, profile: str, day: date, code: str | None) -> None:
    end = BUILT_IN.end_of(insurer, program, profile, day)
    assert (end and end.code) == code


# --- Overlays --------------------------------------------------------------------------------------------------------


def test_an_overlay_adds_a_year(tmp_path: Path) -> None:
    path = overlay(tmp_path, {"units": "2"})
    agreements = loaded(path)

    added = agreements.find("VGZ", "940131", date(2024, 6, 1))
    assert added is not None
    assert (added.units, added.rule) == (2, f"{path.name}:2")
    assert agreements.find("VGZ", "940131", date(2023, 12, 31)) == BUILT_IN.find("VGZ", "940131", date(2023, 12, 31))


def test_an_overlay_may_bring_insurers_programs_and_codes(tmp_path: Path) -> None:
    row = {"insurer": "ONVZ", "code": "950001", "program": "enkel", "profile": "A", "moment": "other", "diagnoses": ""}
    agreements = loaded(overlay(tmp_path, row))

    assert "ONVZ" in agreements.insurers
    assert [(each.program, each.profile) for each in agreements.periods("ONVZ", "950001")] == [("enkel", "A")]


def test_an_overlay_splits_the_row_it_covers(tmp_path: Path) -> None:
    first, second, third = ("2021-03-01", "2021-03-31"), ("2021-04-01", "2021-04-30"), ("2023-12-01", "2024-12-31")
    rows = [{"from": start, "until": until} for start, until in (third, first, second)]
    agreements = loaded(overlay(tmp_path, *rows))

    (built_in,) = BUILT_IN.periods("VGZ", "940131")
    periods = agreements.periods("VGZ", "940131")
    assert [(row.valid_from, row.valid_until, row.rule == built_in.rule) for row in periods] == [
        (date(2020, 1, 1), date(2021, 2, 28), True),
        (date(2021, 3, 1), date(2021, 3, 31), False),
        (date(2021, 4, 1), date(2021, 4, 30), False),
        (date(2021, 5, 1), date(2023, 11, 30), True),
        (date(2023, 12, 1), date(2024, 12, 31), False),
    ]
    assert [row.replaces for row in periods] == [(), (built_in,), (built_in,), (), (built_in,)]


def test_an_overlay_says_which_rows_it_replaces(tmp_path: Path) -> None:
    row = {"insurer": "Menzis", "from": "2020-12-31", "until": "2021-12-31"}
    of_2020, of_2021, of_2022 = BUILT_IN.periods("Menzis", "940131")
    agreement = loaded(overlay(tmp_path, row)).find("Menzis", "940131", date(2021, 1, 1))
    assert agreement is not None
    assert agreement.replaces == (of_2020, of_2021)
    assert not any(replaced.covers(of_2022.valid_from) for replaced in agreement.replaces)
    later = loaded(overlay(tmp_path, {"from": "2024-01-01"})).find("VGZ", "940131", date(2024, 1, 1))
    assert later is not None
    assert later.replaces == ()


def test_an_overlay_may_cover_all_days_there_are(tmp_path: Path) -> None:
    agreements = loaded(overlay(tmp_path, {"from": "0001-01-01", "until": "9999-12-31", "units": "?"}))

    (row,) = agreements.periods("VGZ", "940131")
    assert row.units == "?"


def test_overlays_may_not_overlap_each_other(tmp_path: Path) -> None:
    one = overlay(tmp_path, {}, name="one.csv")
    two = overlay(tmp_path, {"from": "2024-12-31", "until": "2025-01-01"}, name="two.csv")

    error = refusal(one, two)

    assert error.code == "TABLE_OVERLAP"
    assert error.params == {"file": two.as_posix(), "line": 2, "other": f"{one.as_posix()}:2"}


@given(st.lists(st.integers(0, 60), unique=True, max_size=8), st.booleans())
@settings(deadline=None, max_examples=60)
def test_find_agrees_with_looking_at_every_row(cuts: list[int], closing: bool) -> None:
    """Overlays around the ends of the three Menzis periods of one code, on random days."""
    first = date(2020, 12, 1)
    days = sorted(cuts)[: len(cuts) // 2 * 2]
    spans = [(first + i * DAY, first + j * DAY) for i, j in zip(days[::2], days[1::2], strict=True)]
    if closing:
        spans.append((date(2023, 12, 31), date(2024, 1, 1)))
    rows = [{"insurer": "Menzis", "from": i.isoformat(), "until": j.isoformat(), "units": "9"} for i, j in spans]

    with tempfile.TemporaryDirectory() as folder:
        periods = read_agreements([overlay(Path(folder), *rows)], KNOWN)["Menzis", "940131"]
    agreements = Agreements({("Menzis", "940131"): periods})

    assert all(row.valid_from <= row.valid_until for row in periods)
    assert all(row.valid_until < after.valid_from for row, after in pairwise(periods))
    for day in days_around(first, *(built_in.valid_until for built_in in BUILT_IN.periods("Menzis", "940131"))):
        found = agreements.find("Menzis", "940131", day)
        assert found == scan(periods, day)
        if any(start <= day <= until for start, until in spans):
            assert found is not None
            assert found.units == 9
        else:
            usual = BUILT_IN.find("Menzis", "940131", day)
            assert (found and (found.rule, found.units)) == (usual and (usual.rule, usual.units))


def days_around(*days: date) -> list[date]:
    return [day + offset * DAY for day in days for offset in range(-40, 70)]


def scan(rows: Sequence[Agreement], day: date) -> Agreement | None:
    covering = [row for row in rows if row.valid_from <= day <= row.valid_until]
    assert len(covering) <= 1
    return covering[0] if covering else None


# --- One broken table per defect -------------------------------------------------------------------------------------


def refusal(*overlays: Path) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        loaded(*overlays)
    return caught.value


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"insurer": ""}, "insurer"),
        ({"code": ""}, "code"),
        ({"code": "9401339901"}, "code"),
        ({"from": "01/01/2024"}, "from"),
        ({"from": "1-1-24"}, "from"),
        ({"from": "2024-02-30"}, "from"),
        ({"until": ""}, "until"),
        ({"until": "2023-12-31"}, "until"),
        ({"program": ""}, "program"),
        ({"profile": ""}, "profile"),
        ({"moment": "begin"}, "moment"),
        ({"f_code": ""}, "f_code"),
        ({"f_code": "F101300"}, "f_code"),
        ({"list": ""}, "list"),
        ({"list": "0012"}, "list"),
        ({"units": ""}, "units"),
        ({"units": "0"}, "units"),
        ({"units": "9" * 5000}, "units"),
        ({"units": "1,5"}, "units"),
        ({"units": "count"}, "units"),
        ({"units": "-"}, "units"),
        ({"amount": "per unit"}, "amount"),
        ({"amount": ""}, "amount"),
        ({"diagnoses": "3426 8004"}, "diagnoses"),
        ({"tariff_list": ""}, "tariff_list"),
        ({**CONTACT, "list": "012"}, "list"),
        ({**CONTACT, "f_code": "F1013"}, "f_code"),
        ({**CONTACT, "tariff_list": "productafspraken Zorg1"}, "tariff_list"),
    ],
)
def test_a_wrong_value_is_refused_with_its_place(tmp_path: Path, row: dict[str, str], column: str) -> None:
    row = {key: f'"{value}"' if "," in value else value for key, value in row.items()}
    path = overlay(tmp_path, {"code": "940141"}, row)

    error = refusal(path)

    assert error.code == "TABLE_VALUE"
    assert (error.params["file"], error.params["line"], error.params["column"]) == (path.as_posix(), 3, column)
    assert error.params["found"] == row[column].strip('"')
    assert error.params["expected"]


def test_values_at_their_limits_are_taken(tmp_path: Path) -> None:
    rows = [
        {"code": "940133990", "f_code": "F1013R", "list": "081", "units": "9999", "diagnoses": "8001"},
        {"code": "940134", "moment": "end", "units": "count", "from": "2024-02-29", "until": "2024-02-29"},
        {"code": "940141", "units": "?", "amount": "unit"},
        CONTACT,
    ]
    agreements = loaded(overlay(tmp_path, *rows))

    found = [agreements.find("VGZ", code, date(2024, 2, 29)) for code in ("940133990", "940134", "940141", "940135")]
    assert [row and row.units for row in found] == [9999, "count", "?", "-"]


def test_a_row_without_source_is_refused(tmp_path: Path) -> None:
    path = overlay(tmp_path, {"source": ""})

    error = refusal(path)

    assert (error.code, error.params) == ("TABLE_SOURCE", {"file": path.as_posix(), "line": 2})


def test_rows_of_one_file_may_not_overlap(tmp_path: Path) -> None:
    path = overlay(tmp_path, {"from": "2024-07-01"}, {"until": "2024-07-01"})

    error = refusal(path)

    assert error.code == "TABLE_OVERLAP"
    assert error.params == {"file": path.as_posix(), "line": 2, "other": f"{path.as_posix()}:3"}


def test_unknown_and_missing_columns_are_refused(tmp_path: Path) -> None:
    path = overlay(tmp_path, {})
    path.write_text(path.read_text(encoding="utf-8").replace("f_code", "fcode", 1), encoding="utf-8")

    error = refusal(path)

    assert error.code == "TABLE_COLUMNS"
    assert (error.params["unknown"], error.params["missing"]) == ("fcode", "f_code")


def test_a_missing_overlay_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "no.csv").code == "TABLE_MISSING"


def test_a_report_gets_every_error(tmp_path: Path) -> None:
    errors: list[SettingsError] = []
    path = overlay(tmp_path, {"units": "x"}, {"list": "x"}, {}, {}, {"code": "940141"})

    periods = read_agreements([path, tmp_path / "no.csv"], KNOWN, report=errors.append)

    assert [(error.code, error.params.get("line")) for error in errors] == [
        ("TABLE_MISSING", None), ("TABLE_VALUE", 2), ("TABLE_VALUE", 3), ("TABLE_OVERLAP", 5),
    ]  # fmt: skip
    assert periods["VGZ", "940141"][-1].valid_until == date(2024, 12, 31)
