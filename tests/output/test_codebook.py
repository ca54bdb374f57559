"""What the columns of the export are called: every one has a heading, and no heading is of none."""

from pathlib import Path

import pytest

from ei_export.base.problems import SettingsError
from ei_export.base.specs import SPECS
from ei_export.output.codebook import Codebook, columns_with, read_export_headings, score_column


def headings(folder: Path, lines: list[str]) -> list[SettingsError]:
    (folder / "zorg1-export.csv").write_text("".join(lines), encoding="utf-8")
    errors: list[SettingsError] = []
    read_export_headings(folder, errors.append)
    return errors


def test_a_column_without_a_heading_and_a_heading_of_none_are_errors(tmp_path: Path) -> None:
    header, *rows = (SPECS / "zorg1-export.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    assert headings(tmp_path, [header, *rows]) == []
    (error,) = headings(tmp_path, [header, *rows[1:]])
    assert (error.code, error.params["found"], error.params["expected"]) == ("TABLE_VALUE", "", "practice_agb")
    (error,) = headings(tmp_path, [header, *rows, "program,shoe_size,Schoenmaat,Shoe size,inferred,x\n"])
    assert (error.params["found"], error.params["expected"]) == ("shoe_size", "")
    (error,) = headings(tmp_path, [header, *rows, "programs,profile,Profiel,Profile,inferred,x\n"])
    assert error.params["column"] == "table"


def test_the_columns_are_in_the_order_that_others_count_on() -> None:
    sheet = Codebook("en", {"csi": "Indication"}).program_sheet("zorg1-nek", ["STarT MSK", "NPRS"])
    assert [column.key for column in sheet.columns] == [
        *("practice_agb", "trajectory", "patient_id", "birth_year", "sex", "uzovi", "insurer", "category", "program"),
        *("profile", "agreement", "dcsph", "csi", "referral", "started", "ended", "relapse", "weeks", "contacts"),
        *("treatments", "codes", "declare_under", "f_codes", "units", "declared_cents", "granted_cents"),
        *("start_msk_intake", "start_msk_between", "start_msk_end", "nprs_intake", "nprs_between", "nprs_end"),
        "consent",
    ]
    assert sheet.header()[12] == "Indication"
    assert sheet.header()[-2:] == ["NPRS end", "Consent"]


@pytest.mark.parametrize(
    ("instrument", "column"),
    [
        ("STarT Back", "start_back_intake"),
        ("6MWT", "6mwt_intake"),
        ("HOOS-ADL", "hoos_adl_intake"),
        ("SF-12", "sf_12_intake"),
    ],
)
def test_columns_of_instruments(instrument: str, column: str) -> None:
    assert score_column(instrument, "intake") == column
    assert column in columns_with([instrument])
    assert columns_with([])[:2] == ["practice_agb", "trajectory"]


def test_instruments_that_are_written_nearly_the_same_have_columns_of_their_own() -> None:
    sheet = Codebook("nl", {}).program_sheet("zorg1-nek", ["Start Back", "Start-Back"])
    keys = [column.key for column in sheet.columns]
    assert len(keys) == len({*keys})
    assert sheet.header()[-4:-1] == ["Start-Back intake", "Start-Back tussenmeting", "Start-Back eindmeting"]
