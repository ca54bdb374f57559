"""``specs copy``: a start for a table of the practice's own, and how long it is told that nobody checked it."""

import json
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import evolve
from click.testing import CliRunner

from ei_export.cli import main
from ei_export.zorg1.agreements import UNCHECKED, Agreement, Agreements
from tests.manual.practice import AMOUNTS
from tests.support.feeds import Clinic, visit

HEADER: Final = "insurer,code,from,until,program,profile,moment,f_code,list,units,amount,diagnoses,tariff_list,source"
COURSE: Final = [
    visit("A1", "2024-03-01", "940131", "T1"),
    visit("A2", "2024-03-08", "940135", "T1"),
    visit("A3", "2024-03-22", "940134", "T1"),
]


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic.open(tmp_path / "practice")


def given(clinic: Clinic | None, *words: str) -> tuple[int, dict[str, Any]]:
    """Without a clinic no settings are named."""
    config = [] if clinic is None else ["--config", str(clinic.folder / "ei-export.toml")]
    done = CliRunner().invoke(main, ["specs", *words, "--json", *config])
    return done.exit_code, json.loads(done.stdout)


def copied(clinic: Clinic | None, insurer: str, first: str, *more: str) -> dict[str, Any]:
    exit_code, document = given(clinic, "copy", "--insurer", insurer, "--from", first, *more)
    assert exit_code == 0, document
    return document


def refused(clinic: Clinic, insurer: str, first: str, *more: str) -> tuple[str, str]:
    exit_code, document = given(clinic, "copy", "--insurer", insurer, "--from", first, *more)
    assert exit_code == 2
    (problem,) = document["problems"]
    return problem["code"], problem["message"] + problem["remedy"]


def overlay(clinic: Clinic, *names: str) -> None:
    settings = clinic.folder / "ei-export.toml"
    text = settings.read_text(encoding="utf-8").partition("\n[agreements]")[0]
    settings.write_text(f"{text}\n[agreements]\noverlay = {json.dumps(names)}\n", encoding="utf-8")


def codes(document: dict[str, Any]) -> list[str]:
    return [problem["code"] for problem in document["problems"]]


def bare(row: Agreement) -> Agreement:
    """What a row says, but for when, where it stands and where it comes from."""
    day = date(2000, 1, 1)
    return evolve(row, valid_from=day, valid_until=day, source="", rule="", replaces=(), is_own=False)


@pytest.mark.parametrize("insurer", ["VGZ", "CZ", "Menzis", "Zilveren Kruis"])
def test_the_last_rows_are_dated_anew(clinic: Clinic, insurer: str) -> None:
    document = copied(clinic, insurer, "2024-01-01")
    path = clinic.folder / f"zorg1-{insurer.lower().replace(' ', '-')}-2024.csv"
    assert document["file"] == str(path)
    built_in = [row for row in Agreements.load() if row.insurer == insurer and row.covers(date(2023, 12, 31))]
    rows = [row for row in Agreements.load([path]) if row.is_own]
    assert list(map(bare, rows)) == list(map(bare, built_in))
    assert {(row.valid_from, row.valid_until) for row in rows} == {(date(2024, 1, 1), date(2024, 12, 31))}
    sources = {row.code: f"{UNCHECKED}: {row.rule}; {row.source}" for row in built_in}
    assert {row.code: row.source for row in rows} == sources
    assert document["rows"] == len(rows) > 0


def test_it_is_a_table_that_a_spreadsheet_opens(clinic: Clinic) -> None:
    copied(clinic, "VGZ", "2024-01-01")
    data = (clinic.folder / "zorg1-vgz-2024.csv").read_bytes()
    header, first, *_ = data.decode("utf-8-sig").split("\r\n")
    assert data.startswith(b"\xef\xbb\xbf")
    assert header == HEADER.replace(",", ";")
    assert first.startswith("VGZ;940174;2024-01-01;2024-12-31;artrose;1;start;F1038;012;1;product;7023 6223;")


def test_specs_check_takes_it_and_warns_until_every_source_is_filled_in(clinic: Clinic) -> None:
    path = Path(copied(clinic, "CZ", "2024-01-01")["file"])
    exit_code, document = given(clinic, "check", "--overlay", str(path))
    assert (exit_code, document["ok"]) == (0, True)
    (told,) = (p for p in document["problems"] if p["code"] == "AGREEMENTS_UNCHECKED")
    assert told["severity"] == "warning"
    assert "(37 x): zorg1-cz-2024.csv" in told["message"]
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    checked = [line.rpartition(";")[0].rpartition(';"')[0] + ";brief van CZ" for line in lines[1:]]
    path.write_text("\n".join([lines[0], *checked[:-1], lines[-1].replace(UNCHECKED, UNCHECKED.lower()), ""]), "utf-8")
    (told,) = (p for p in given(clinic, "check", "--overlay", str(path))[1]["problems"] if "UNCHECKED" in p["code"])
    assert "(1 x)" in told["message"]
    path.write_text("\n".join([lines[0], *checked, ""]), "utf-8")
    assert "AGREEMENTS_UNCHECKED" not in codes(given(clinic, "check", "--overlay", str(path))[1])


def test_specs_check_warns_without_settings_too(
    tmp_path: Path, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = copied(clinic, "VGZ", "2024-01-01")["file"]
    assert codes(given(None, "check", "--overlay", path)[1]) == ["AGREEMENTS_UNCHECKED"]


def test_a_run_declares_by_it_and_says_that_nobody_checked_it(clinic: Clinic) -> None:
    clinic.feed(COURSE)
    held = clinic.run("--strict", today="2024-04-01")
    assert held.counts["held"] == 3
    overlay(clinic, Path(copied(clinic, "VGZ", "2024-01-01")["file"]).name)
    result = clinic.run(today="2024-04-01")
    assert result.exit_code <= 1, result.stderr
    assert result.lines == {"A1": ("F1013", 1), "A3": ("F1013", 2)}
    assert "AGREEMENTS_UNCHECKED" in result.codes
    rules = {line["rule"].rpartition("/")[2].partition(":")[0] for line in result.document["lines"]}
    assert rules == {"zorg1-vgz-2024.csv"}


def test_from_2025_the_lists_are_those_of_that_time(clinic: Clinic) -> None:
    document = copied(clinic, "CZ", "2026-01-01")
    assert document["lists"] == {"012": "073", "990": "081"}
    assert "COPY_LISTS" in codes(document)
    rows = [row for row in Agreements.load([Path(document["file"])]) if row.is_own]
    assert {row.list for row in rows if row.moment == "relapse"} == {"081"}
    assert {row.list for row in rows if row.moment in ("start", "end")} == {"073"}
    assert {row.list for row in rows if row.moment == "contact"} == {""}
    assert document["taken"] == "2023-12-31"


def test_until_the_end_of_the_year_where_it_begins_in_the_middle(clinic: Clinic) -> None:
    document = copied(clinic, "Menzis", "2024-07-01")
    assert (document["from"], document["until"]) == ("2024-07-01", "2024-12-31")


def test_what_has_no_tariff_all_the_time_is_named(clinic: Clinic) -> None:
    rows = [f"{p};{i};{c};;;{cents // 100},00" for (p, i, c), cents in AMOUNTS.items() if c not in ("940131", "940134")]
    rows.append("productafspraken Zorg1;VGZ;940134;2024-01-01;2024-06-30;80,00")
    text = "\n".join(["list;insurer;code;from;until;amount", *rows, ""])
    (clinic.folder / "tariffs.csv").write_text(text, encoding="utf-8")
    document = copied(clinic, "VGZ", "2024-01-01")
    assert document["without_tariff"] == ["940131", "940134"]
    (told,) = (problem for problem in document["problems"] if problem["code"] == "COPY_WITHOUT_TARIFF")
    assert "940131, 940134" in told["message"]


def test_without_settings_tariffs_are_not_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    out = tmp_path / "own" / "vgz.csv"
    assert copied(None, "VGZ", "2024-01-01", "--out", str(out))["without_tariff"] is None
    assert out.is_file()
    words = ["specs", "copy", "--insurer", "CZ", "--from", "2024-01-01", "--out", str(tmp_path / "cz.csv")]
    assert "Er zijn geen instellingen gelezen" in CliRunner().invoke(main, words).stdout


def test_a_code_that_is_known_already_is_left_out_and_named(clinic: Clinic) -> None:
    row = "VGZ,940131,2024-02-01,2024-12-31,lage rug,1,start,F1013,012,3,product,3426,productafspraken Zorg1,brief"
    (clinic.folder / "own.csv").write_text(f"{HEADER}\n{row}\n", encoding="utf-8")
    overlay(clinic, "own.csv")
    document = copied(clinic, "VGZ", "2024-01-01")
    assert document["left_out"] == ["940131"]
    assert "COPY_LEFT_OUT" in codes(document)
    overlay(clinic, "own.csv", Path(document["file"]).name)
    exit_code, checked = given(clinic, "check")
    assert (exit_code, checked["ok"]) == (0, True)


def test_a_copy_of_a_copy_is_to_be_checked_once(clinic: Clinic) -> None:
    overlay(clinic, Path(copied(clinic, "VGZ", "2024-01-01")["file"]).name)
    document = copied(clinic, "VGZ", "2025-01-01")
    assert document["taken"] == "2024-12-31"
    found = Agreements.load([clinic.folder / "zorg1-vgz-2024.csv", Path(document["file"])])
    row = found.find("VGZ", "940131", date(2025, 6, 1))
    assert row is not None
    assert row.source.startswith(f"{UNCHECKED}: zorg1-vgz-2024.csv:")
    assert row.source.endswith("; specs/zorg1/vgz.csv:2; Zorg1 §4.1.2, §4.1.6")
    assert row.source.count(UNCHECKED) == 1


def test_nothing_is_overwritten(clinic: Clinic) -> None:
    path = Path(copied(clinic, "VGZ", "2024-01-01")["file"])
    path.write_text("mine", encoding="utf-8")
    assert refused(clinic, "VGZ", "2024-01-01")[0] == "COPY_EXISTS"
    assert path.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("insurer", "first", "code", "told"),
    [
        ("ASR", "2024-01-01", "USAGE_CHOICE", "CZ, Menzis, VGZ, Zilveren Kruis"),
        ("VGZ", "2019-01-01", "COPY_TOO_EARLY", "01-01-2019"),
        ("VGZ", "2023-07-01", "COPY_NOTHING", "31-12-2023"),
    ],
)
def test_what_can_not_be_copied(clinic: Clinic, insurer: str, first: str, code: str, told: str) -> None:
    found, text = refused(clinic, insurer, first)
    assert found == code
    assert told in text
    assert list(clinic.folder.glob("zorg1-*")) == []


def test_a_folder_that_can_not_be_made(clinic: Clinic) -> None:
    (clinic.folder / "file").write_text("", encoding="utf-8")
    exit_code, document = given(
        clinic, "copy", "--insurer", "VGZ", "--from", "2024-01-01", "--out", str(clinic.folder / "file" / "x.csv")
    )
    assert (exit_code, codes(document)) == (4, ["WRITE_FAILED"])
