"""Tariffs, overlays and contract positions as practices write them: read, or named with what to do."""

import json
import shutil
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import frozen
from click.testing import CliRunner

from ei_export.cli import main
from tests.support.feeds import BSNS, Clinic, contract, tables_read_once, visit

__all__ = ["tables_read_once"]

CASES: Final = Path(__file__).parent
LIST: Final = "productafspraken Zorg1"
COURSE: Final = (
    visit("A1", "2021-03-01", "940131", "T1"),
    visit("A2", "2021-03-08", "940135", "T1"),
    visit("A3", "2021-03-22", "940134", "T1"),
)


@frozen
class Told:
    """What a command said, and how it ended."""

    exit_code: int
    document: dict[str, Any]

    @property
    def text(self) -> str:
        """All problems in words."""
        return " ".join(map(self.message, self.codes))

    @property
    def codes(self) -> list[str]:
        return [problem["code"] for problem in self.document["problems"]]

    def message(self, code: str) -> str:
        """Message and remedy of the problems of a kind."""
        same = [problem for problem in self.document["problems"] if problem["code"] == code]
        return " ".join(f"{problem['message']} {problem['remedy']}" for problem in same)


def gives(folder: Path, *arguments: str, lang: str = "en") -> Told:
    words = [*arguments, "--config", str(folder / "ei-export.toml"), "--lang", lang, "--json"]
    done = CliRunner().invoke(main, words)
    return Told(done.exit_code, json.loads(done.stdout))


def case(tmp_path: Path, name: str) -> Path:
    return shutil.copytree(CASES / name, tmp_path / name)


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic.open(tmp_path).feed(COURSE)


def amounts(clinic: Clinic) -> dict[str, int]:
    return {line["appointment_id"]: line["amount_cents"] for line in clinic.command("check").document["lines"]}


# --- Tariffs ---------------------------------------------------------------------------------------------------------


def test_dates_of_dutch_excel(tmp_path: Path) -> None:
    told = gives(case(tmp_path, "excel-tariff-dates"), "check", "--today", "2023-04-01")
    assert {line["appointment_id"]: line["amount_cents"] for line in told.document["lines"]} == {
        "A-1": 12_050,
        "A-3": 12_150,
    }
    assert told.exit_code == 0


HEADER: Final = "list;insurer;code;from;until;amount"


@pytest.mark.parametrize(
    ("text", "encoding", "cents"),
    [
        (f"{HEADER}\r\n{LIST};VGZ;940131;1-1-2021;31-12-2021;€ 120\r\n", "cp1252", 12_000),
        (f"{HEADER}\r\n{LIST};VGZ;940131;01-01-2021;;€ 1.234,56\r\n", "utf-8-sig", 123_456),
        (f"{HEADER};;\r\n{LIST};VGZ;940131;20210101;20211231;120,-;;\r\n;;;;;;;\r\n ; ;;;;;;\r\n", "cp1252", 12_000),
        (f"sep=;\r\n{HEADER}\r\n{LIST};VGZ;940131;2021-01-01;2021-12-31;99,5\r\n", "utf-8", 9_950),
        (f'{HEADER}\n{LIST};VGZ;940131;1-1-2021;;"1.234,50"\n'.replace(";", ","), "utf-8", 123_450),
        (f"{HEADER}\n{LIST};VGZ;940131;1-1-2021 0:00;;75,25 €\n".replace(";", "\t"), "utf-16", 7_525),
        (f"List;INSURER;Code;From;Until;Amount\n{LIST.upper()};vgz coöperatie;940131;;;10\n", "cp1252", 1_000),
        (f"{HEADER}\n{LIST};  Coöperatie   VGZ ;940131;;;10\n", "utf-8", 1_000),
        (f"{HEADER}\n{LIST};VGZ Cooperatie;940131;;;€10,00\n", "utf-8", 1_000),
    ],
)
def test_a_tariff_table_as_a_spreadsheet_saves_it(clinic: Clinic, text: str, encoding: str, cents: int) -> None:
    clinic.write(text.encode(encoding), "tariffs.csv")
    assert amounts(clinic) == {"A1": cents}


@pytest.mark.parametrize(
    ("cells", "column", "expected"),
    [
        ("1/1/2021;;10", "from", "YYYY-MM-DD | DD-MM-YYYY"),
        ("1-1-21;;10", "from", "YYYY-MM-DD | DD-MM-YYYY"),
        ("1-1-2021;31-2-2021;10", "until", "YYYY-MM-DD | DD-MM-YYYY"),
        ("1-1-2021;31-12-2020;10", "until", ">= 2021-01-01"),
        ("1-1-2021;;1.234", "amount", "123,45 | 1.234,56 | € 120"),
        ("1-1-2021;;$ 12", "amount", "123,45 | 1.234,56 | € 120"),
        ("1-1-2021;;", "amount", "123,45 | 1.234,56 | € 120"),
    ],
)
def test_what_can_not_be_read_is_refused_at_its_place(clinic: Clinic, cells: str, column: str, expected: str) -> None:
    clinic.write(f"{HEADER}\n\n{LIST};VGZ;940131;{cells}\n", "tariffs.csv")
    told = gives(clinic.folder, "check")
    assert (told.exit_code, told.codes) == (2, ["TABLE_VALUE"])
    assert all(word in told.text for word in ("Line 3 of the table", "tariffs.csv", f'at "{column}"', expected))


def test_specs_check_names_every_fault_of_a_tariff_table(clinic: Clinic) -> None:
    rows = ("940131;1-1-21;;10", "940134;;;10", "940141;;;1.234", "940134;;;10")
    clinic.write("\n".join([HEADER, *(f"{LIST};VGZ;{row}" for row in rows)]), "tariffs.csv")
    told = gives(clinic.folder, "specs", "check")
    assert (told.exit_code, told.codes) == (2, ["TABLE_VALUE", "TABLE_VALUE", "TABLE_OVERLAP"])


def test_a_workbook_is_no_table(clinic: Clinic) -> None:
    clinic.write(b"PK\x03\x04\x14\x00\x1b[2J", "tariffs.csv")
    told = gives(clinic.folder, "check", lang="nl")
    assert (told.exit_code, told.codes) == (2, ["TABLE_WORKBOOK"])
    assert "Opslaan als" in told.text
    assert "\x1b" not in told.text


def test_an_open_row_ends_where_the_next_one_begins(clinic: Clinic) -> None:
    rows = ("940131;1-3-2021;;20", "940131;;;10", "940134;;28-2-2021;30", "940134;1-3-2021;;40")
    clinic.write("\n".join([HEADER, *(f"{LIST};VGZ;{row}" for row in rows)]), "tariffs.csv")
    told = gives(clinic.folder, "check", "--today", "2021-07-01")
    assert [line["amount_cents"] for line in told.document["lines"]] == [2_000, 4_000]
    assert told.codes == ["TABLE_ROWS_CLOSED"]
    assert told.message("TABLE_ROWS_CLOSED").count("tariffs.csv:") == 1
    assert "tariffs.csv:3" in told.text
    assert told.exit_code == 0
    config = str(clinic.folder / "ei-export.toml")
    assert "OK" in CliRunner().invoke(main, ["specs", "check", "--config", config]).output.split()


def test_two_tariffs_that_both_say_until_when_still_clash(clinic: Clinic) -> None:
    rows = ("940131;1-1-2021;31-12-2021;20", "940131;1-6-2021;;10")
    clinic.write("\n".join([HEADER, *(f"{LIST};VGZ;{row}" for row in rows)]), "tariffs.csv")
    assert gives(clinic.folder, "check").codes == ["TABLE_OVERLAP"]
    rows = ("940131;1-1-2021;;20", "940131;1-1-2021;;10")
    clinic.write("\n".join([HEADER, *(f"{LIST};VGZ;{row}" for row in rows)]), "tariffs.csv")
    assert gives(clinic.folder, "check").codes == ["TABLE_OVERLAP"]


# --- Rows that can never match ---------------------------------------------------------------------------------------


def test_a_tariff_row_that_never_matches(tmp_path: Path) -> None:
    folder = case(tmp_path, "tariff-row-that-never-matches")
    for command in (("specs", "check"), ("check", "--today", "2023-04-01"), ("run", "--today", "2023-04-01")):
        told = gives(folder, *command)
        assert "tariffs.csv:2" in told.message("TARIFF_LIST_UNKNOWN")
        assert LIST in told.message("TARIFF_LIST_UNKNOWN")
        assert "tariffs.csv:3" in told.message("TARIFF_INSURER_UNKNOWN")
        assert "VGZ" in told.message("TARIFF_INSURER_UNKNOWN")
        assert "tariffs.csv:4" in told.message("TARIFF_CODE_UNKNOWN")
        assert "940131" in told.message("TARIFF_CODE_UNKNOWN")
        assert told.exit_code == (0 if command == ("specs", "check") else 1)
    config = str(folder / "ei-export.toml")
    assert "OK" not in CliRunner().invoke(main, ["specs", "check", "--config", config]).output.split()


@pytest.mark.parametrize("amount", ["0", "0,00", "€ 0,-", "0.00"])
def test_a_tariff_of_nothing_is_told_wherever_it_can_be(clinic: Clinic, amount: str) -> None:
    """By ``specs check``, by a check and by the run, which declares what falls under it all the same."""
    rows = (f"{LIST};VGZ;940134;;;50", f"{LIST};VGZ;940131;;;{amount}")
    clinic.write("\n".join([HEADER, *rows]), "tariffs.csv")
    for command in (("specs", "check"), ("check", "--today", "2021-07-01"), ("run", "--today", "2021-07-01")):
        told = gives(clinic.folder, *command, lang="nl")
        assert told.codes == ["TARIFF_ZERO"]
        assert "VGZ 940131 (tariffs.csv:3)" in told.message("TARIFF_ZERO")
        assert told.exit_code == 0
    lines = {line["code"]: line["amount_cents"] for line in told.document["lines"]}
    assert lines["940131"] == 0
    assert lines["940134"] == 5000


@pytest.mark.parametrize(
    ("row", "code", "said"),
    [
        ("tarieven overige codering;CZ;940133990;;;10", "TARIFF_LIST_UNKNOWN", "tarieven overige coderingen"),
        (f"{LIST};Zilverenkruis;940130;;;10", "TARIFF_INSURER_UNKNOWN", "Zilveren Kruis"),
        (f"{LIST};ONVZ;940141;;;10", "TARIFF_INSURER_UNKNOWN", "CZ | Menzis | VGZ | Zilveren Kruis"),
        (f"{LIST};Menzis;9O0131;;;10", "TARIFF_CODE_UNKNOWN", "940131"),
        (f"{LIST};Menzis;ZZZ;;;10", "TARIFF_CODE_UNKNOWN", "codes like it: none."),
        (f"{LIST};Menzis;F1013;;;10", "", ""),
        (f"{LIST};CZ;940174;1-1-2024;31-12-2024;10", "TARIFF_OUT_OF_TIME", "2024-01-01 – 2024-12-31"),
        (f"{LIST};CZ;940174;;31-3-2021;10", "TARIFF_OUT_OF_TIME", "… – 2021-03-31"),
        (f"{LIST};CZ;940174;;1-4-2021;10", "", ""),
        (f"{LIST};Menzis Zorgverzekeraar N.V.;940183;1-12-2023;;10", "", ""),
        (f"{LIST};ACHMEA;940130;2023-01-01;;10", "", ""),
    ],
)
def test_what_is_never_used_is_named_with_the_nearest(clinic: Clinic, row: str, code: str, said: str) -> None:
    usual = (clinic.folder / "tariffs.csv").read_text(encoding="utf-8")
    usual = "\n".join(line for line in usual.splitlines() if f";{row.split(';')[2]};" not in line)
    clinic.write(f"{usual}\n{row}\n", "tariffs.csv")
    told = gives(clinic.folder, "check", "--today", "2021-07-01")
    assert told.codes == ([code] if code else [])
    assert said in told.message(code)
    assert not code or f"tariffs.csv:{usual.count(chr(10)) + 2}" in told.message(code)
    assert told.exit_code == 0


@pytest.mark.parametrize(
    ("section", "code", "said"),
    [
        ('[codes]\n"V" = "940l31"', "LINKED_CODE_UNKNOWN", "940131"),
        ('[codes]\n"V" = "1000"', "LINKED_CODE_UNKNOWN", "codes like it: none."),
        ('[codes]\n"V" = "-"', "", ""),
        ('[uzovi]\n"9018" = "Menzes"', "UZOVI_WITHOUT_AGREEMENTS", "Menzis"),
        ('[uzovi]\n"9018" = "a.s.r."', "UZOVI_WITHOUT_AGREEMENTS", "9018"),
        ('[uzovi]\n"9018" = "cz GROEP"', "", ""),
    ],
)
def test_settings_that_do_nothing_are_named(clinic: Clinic, section: str, code: str, said: str) -> None:
    path = clinic.folder / "ei-export.toml"
    text = path.read_text(encoding="utf-8")
    heading, entry = section.split("\n")
    text = text.replace(heading, section) if heading in text else f"{text}{section}\n"
    path.write_text(text, encoding="utf-8")
    told = gives(clinic.folder, "check", "--today", "2021-07-01")
    assert told.codes == ([code] if code else [])
    assert said in told.message(code)
    assert told.exit_code == 0, entry


# --- Contract positions ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["VGZ coöperatie", "vgz COOPERATIE", "Coöperatie VGZ", "vgz", "vgz zorgverzekeraar n.v."]
)
def test_an_insurer_and_a_list_by_any_of_their_names(clinic: Clinic, name: str) -> None:
    clinic.configure(contracts=contract(name, ["Productafspraken  ZORG1"]))
    assert set(amounts(clinic)) == {"A1", "A3"}


@pytest.mark.parametrize(
    ("name", "price_list", "key", "nearest"),
    [
        ("V.G.Z.", LIST, "contracts[1].insurer", "VGZ"),
        ("Mensis", LIST, "contracts[1].insurer", "Menzis"),
        ("DSW", LIST, "contracts[1].insurer", "CZ | Menzis | VGZ | Zilveren Kruis"),
        ("VGZ", "productafspraken Zorg-1", "contracts[1].lists", LIST),
        ("CZ", "overige coderingen", "contracts[1].lists", "tarieven overige coderingen"),
    ],
)
def test_an_unknown_name_in_a_contract_is_refused(
    clinic: Clinic, name: str, price_list: str, key: str, nearest: str
) -> None:
    clinic.configure(contracts=contract(name, [price_list]))
    told = gives(clinic.folder, "check")
    assert (told.exit_code, told.codes) == (2, ["SETTINGS_VALUE"])
    assert key in told.text
    assert nearest in told.text


@pytest.mark.parametrize("command", ["run", "status", "explain A1", "specs check", "undo R000001", "credit X"])
def test_it_is_refused_everywhere(clinic: Clinic, command: str) -> None:
    clinic.configure(contracts=contract("Mensis"))
    assert gives(clinic.folder, *command.split()).codes == ["SETTINGS_VALUE"]


def test_a_contract_of_a_calendar_year(clinic: Clinic) -> None:
    clinic.configure(contracts='[[contracts]]\ninsurer = "VGZ"\nyear = 2021\namount = "product"\n')
    assert set(amounts(clinic)) == {"A1", "A3"}
    clinic.configure(contracts='[[contracts]]\ninsurer = "VGZ"\nyear = 2020\n')
    assert clinic.command("check").counts == {"read": 3, "no_agreement": 3}
    for both in ("from = 2021-01-01", "until = 2021-12-31"):
        clinic.configure(contracts=f'[[contracts]]\ninsurer = "VGZ"\nyear = 2021\n{both}\n')
        told = gives(clinic.folder, "check")
        assert (told.exit_code, told.codes) == (2, ["SETTINGS_VALUE"])


@pytest.mark.parametrize(
    ("amount", "multiplied", "told_of"), [("", 1, True), ("product", 1, False), ("unit", 2, False)]
)
def test_what_a_tariff_is_the_price_of(clinic: Clinic, amount: str, multiplied: int, told_of: bool) -> None:
    line = f'amount = "{amount}"\n' if amount else ""
    clinic.configure(contracts=contract("VGZ").replace('amount = "product"\n', line))
    second = visit("B1", "2021-03-01", "940131", patient="P2"), visit("B3", "2021-03-22", "940134", patient="P2")
    clinic.feed([*COURSE, *second])
    clinic.write(f"{HEADER}\n{LIST};VGZ;940131;;;10\n{LIST};VGZ;940134;;;30\n", "tariffs.csv")
    for command in ("check", "run"):
        result = clinic.command(command)
        assert {row["appointment_id"]: row["amount_cents"] for row in result.document["lines"]} == {
            "A1": 1_000, "A3": 3_000 * multiplied, "B1": 1_000, "B3": 3_000,
        }  # fmt: skip
        assert [problem["code"] for problem in result.problems] == ["AMOUNT_NOT_BY_UNIT"] * told_of
        said = " ".join(f"{problem['message']} {problem['remedy']}" for problem in result.problems)
        assert all(word in said for word in ("8215", "VGZ", "amount =")) is told_of
    assert clinic.command("check").problems == []  # nothing is due any more


def test_it_is_told_once_whichever_process_finds_it(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ei_export.judging.collected.WORTH_A_FORK", 0)
    monkeypatch.setattr("ei_export.intake.gather._BYTES_A_PARTITION", 400)
    clinic.configure(contracts="".join(map(contract, ("VGZ", "CZ"))).replace('amount = "product"\n', ""))
    rows = [
        {**row, "appointment_id": f"{row['appointment_id']}-{n}", "patient_id": f"P{n}", "bsn": BSNS[n], "uzovi": uzovi}
        for n, uzovi in enumerate(("7095", "9664", "7095", "7095", "7095", "9664"))
        for row in ({**each, "trajectory_id": f"T{n}"} for each in COURSE)
    ]
    result = clinic.feed(rows).command("check")
    assert len(result.lines) == 12
    assert result.codes == ["AMOUNT_NOT_BY_UNIT"]
    assert [next(name for name in ("VGZ", "CZ") if name in p["message"]) for p in result.problems] == ["CZ", "VGZ"]


def test_which_it_is_and_why(clinic: Clinic) -> None:
    def why() -> tuple[str, str]:
        steps = gives(clinic.folder, "explain", "A3", "--today", "2021-07-01").document["steps"]
        return next((step["text"], step["source"]) for step in steps if step["step"] == "amount")

    said, source = why()
    assert "whole product" in said
    assert source == "ei-export.toml [[contracts]] 1, amount"
    clinic.configure(contracts=contract("VGZ").replace('"product"', '"unit"'))
    said, source = why()
    assert "2 x " in said
    assert source == "ei-export.toml [[contracts]] 1, amount"
    clinic.configure(contracts=contract("VGZ").replace('amount = "product"', ""))
    said, source = why()
    assert "whole product" in said
    assert source.startswith("specs/zorg1/vgz.csv:")
    assert source.endswith("; specs/inferred.csv, number_times_tariff")


def test_two_contracts_of_one_list_can_not_disagree(clinic: Clinic) -> None:
    wide = contract("CZ")
    narrow = contract("CZ", [LIST]).replace('"product"', '"unit"')
    clinic.configure(contracts=wide + narrow)
    told = gives(clinic.folder, "check")
    assert (told.exit_code, told.codes) == (2, ["SETTINGS_VALUE"])
    assert "contracts[2].amount" in told.text


# --- Overlays --------------------------------------------------------------------------------------------------------


def test_an_overlay_of_dutch_excel(tmp_path: Path) -> None:
    folder = case(tmp_path, "overlay-semicolon")
    told = gives(folder, "check", "--today", "2024-04-01")
    assert [(line["appointment_id"], line["amount_cents"]) for line in told.document["lines"]] == [("A1", 13_050)]
    assert gives(folder, "specs", "check").exit_code == 0


COLUMNS: Final = "insurer;code;from;until;program;profile;moment;f_code;list;units;amount;diagnoses;tariff_list;source"


END: Final = f"5;Product;3426;{LIST.upper()};"


def with_overlay(clinic: Clinic, text: str, encoding: str = "cp1252") -> Clinic:
    path = clinic.folder / "ei-export.toml"
    path.write_text(f'{path.read_text()}[agreements]\noverlay = ["eigen.csv"]\n', encoding="utf-8")
    return clinic.write(text.encode(encoding), "eigen.csv")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (f"{COLUMNS}\r\nVGZ;940134;1-1-2021;31-12-2021;lage rug;1;end;F1013;12;{END}bijlage é\r\n", "cp1252"),
        (f"{COLUMNS};\nvgz coöperatie;940134;20210101;31-12-2021;LAGE RUG;1;End;f1013;012;{END}x;;\n;;;", "utf-8-sig"),
        (f"{COLUMNS}\nVGZ;940134;2021-01-01;2021-12-31;lage rug;1;end;F1013;012;{END}x".replace(";", "\t"), "utf-16"),
    ],
)  # fmt: skip
def test_an_overlay_as_a_spreadsheet_saves_it(clinic: Clinic, text: str, encoding: str) -> None:
    assert with_overlay(clinic, text, encoding).command("check").lines["A3"] == ("F1013", 5)


@pytest.mark.parametrize(
    ("number", "faults"),
    [
        ("", {"K1": "CONTACT_WITHOUT_TRAJECTORY"}),
        ("T1", {"K1": "TRAJECTORY_TWO_PROGRAMS", "A3": "TRAJECTORY_TWO_PROGRAMS"}),
    ],
)
def test_a_contact_of_one_program_in_an_overlay_counts_in_no_other(
    number: str, faults: dict[str, str], clinic: Clinic
) -> None:
    """The contacts of the tables are of any program; a practice may have one of the neck only."""
    with_overlay(clinic, f"{COLUMNS}\nVGZ;NEK-C;1-1-2021;31-12-2021;nek;*;contact;;;-;product;;;x\n")
    clinic.feed([*COURSE, COURSE[1] | {"appointment_id": "K1", "code": "NEK-C", "trajectory_id": number}])
    result = clinic.command("check")
    assert {each["appointment_id"]: each["code"] for each in result.problems} == faults
    due = {"A1": ("F1013", 1), "A3": ("F1013", 2)}
    assert result.lines == {ident: line for ident, line in due.items() if ident not in faults}


def test_an_open_row_of_an_overlay(clinic: Clinic) -> None:
    old = f"VGZ;940134;1-1-2020;;lage rug;1;end;F1013;012;7;product;3426;{LIST};x"
    new = f"VGZ;940134;1-2-2021;31-12-2021;lage rug;1;end;F1013;012;5;product;3426;{LIST};x"
    with_overlay(clinic, "\n".join((COLUMNS, new, old)))
    result = clinic.command("check")
    assert result.lines["A3"] == ("F1013", 5)
    assert result.codes == ["TABLE_ROWS_CLOSED"]
    assert "eigen.csv:3" in result.problems[0]["message"]
    clinic.write("\n".join((COLUMNS, old)), "eigen.csv")
    told = gives(clinic.folder, "check")
    assert (told.exit_code, told.codes) == (2, ["TABLE_VALUE"])
    assert 'at "until"' in told.text


def test_an_overlay_with_a_column_too_few_says_which(clinic: Clinic) -> None:
    with_overlay(clinic, COLUMNS.replace(";units", "") + "\n")
    told = gives(clinic.folder, "check", lang="nl")
    assert (told.exit_code, told.codes) == (2, ["TABLE_COLUMNS"])
    assert "Onbekend: -. Ontbreekt: units." in told.text


def test_an_insurer_of_an_overlay_in_any_case(clinic: Clinic) -> None:
    row = f"Verzonnen Zorg;950001;1-1-2021;31-12-2021;enkel;1;other;F9001;012;1;product;;{LIST};x"
    clinic.configure(contracts=contract("verzonnen  ZORG") + '[uzovi]\n"9999" = "VERZONNEN zorg"\n')
    with_overlay(clinic, f"{COLUMNS}\n{row}\n")
    clinic.write(f"{HEADER}\n{LIST};Verzonnen zorg;950001;;;10\n", "tariffs.csv")
    clinic.feed([visit("X1", "2021-03-01", "950001") | {"uzovi": "9999"}])
    result = clinic.command("check")
    assert result.lines == {"X1": ("F9001", 1)}
    assert result.document["declarations"][0]["insurer"] == "Verzonnen Zorg"
    assert result.problems == []
