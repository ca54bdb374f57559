"""``ei-export agreements`` is the screen of §4: on a day it shows what the manual's tables say, for every insurer and
program, and nothing else. The tables are read from `tables.txt`, not from ours."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import evolve, frozen
from click.testing import CliRunner

from ei_export.cli import main

TABLES: Final = Path(__file__).with_name("tables.txt")
INSURERS: Final = ("CZ", "Menzis", "VGZ", "Zilveren Kruis")
PROGRAMS: Final = ("artrose", "lage rug", "nek", "schouder", "THP", "TKP")
#: The days that the manual names (§4.1.2, 4.4.1, 4.1.5), and those on which something ends or hasn't begun yet.
DAYS: Final = (
    "2020-01-01",
    "2021-04-01",
    "2022-01-01",
    "2020-12-31",
    "2021-01-01",
    "2021-03-31",
    "2021-12-31",
    "2023-12-31",
)
HEADING: Final = re.compile(r"\[([0-9.]+) (\w+) \| ([0-9-]+) ([0-9-]+) \| (.+)\]")
RISKS: Final = {"Low": "1", "Medium": "2", "High": "3"}
MOMENTS: Final = {
    "start": "start", "eind": "end", "recidive": "relapse", "1e behandeldatum": "start",
    "laatste behandeldatum": "end", "tussenliggende behandeldatum": "contact", "Nulmeting": "baseline",
}  # fmt: skip


@frozen
class Block:
    """A table, or a part of one."""

    kind: str
    first: str
    last: str
    insurers: str
    rows: tuple[tuple[str, ...], ...]

    def holds(self, insurer: str, day: str) -> bool:
        return self.first <= day <= self.last and insurer in re.findall("VGZ|CZ|Menzis|Zilveren Kruis", self.insurers)


@frozen
class Product:
    """What a table says of a code; None where it doesn't."""

    code: str
    program: str
    profile: str
    moment: str
    f_code: str
    diagnoses: tuple[str, ...] | None
    list: str = "012"
    units: str | None = None


def blocks() -> Iterator[Block]:
    for part in TABLES.read_text(encoding="utf-8").split("\n\n")[1:]:
        heading, *lines = part.strip().splitlines()
        found = HEADING.fullmatch(heading)
        assert found is not None, heading
        rows = tuple(tuple(map(str.strip, line.split("|"))) for line in lines)
        yield Block(found[2], found[3], found[4], found[5], rows)


def product(code: str, name: str, f_code: str, diagnoses: str | None) -> Product:
    """What a row is of, by what the manual calls it."""
    risk = re.match(r"(Low|Medium|High) risk", name)
    number = re.match(r"Profiel ([123])(?: \((AV|BV)\))?", name)
    moment = next((MOMENTS[word] for word in MOMENTS if word in name), "profile")
    profile = RISKS[risk[1]] if risk else " ".join(filter(None, number.groups())) if number else "*"
    program = next((program for program in PROGRAMS if program in name), "lage rug")  # §4.1.2, 4.1.3 leave it out
    return Product(code, program, profile, moment, f_code, tuple(diagnoses.split()) if diagnoses is not None else None)


def said(insurer: str, day: str) -> dict[str, Product]:
    """What the manual's tables say of an insurer on a day, by code."""
    found: dict[str, Product] = {}
    of_day = [block for block in blocks() if block.holds(insurer, day)]
    for kind in ("table", "instead", "units", "counted"):
        for row in (row for block in of_day if block.kind == kind for row in block.rows):
            if kind == "counted":
                found = {code: evolve(p, units="count") if p.moment == "end" else p for code, p in found.items()}
                found = {code: evolve(p, units="1") if p.moment == "start" else p for code, p in found.items()}
                found[row[0]] = Product(row[0], "*", "*", "contact", "", (), list="", units="-")
            elif kind == "units":
                code, name, f_code, units = row
                new = product(code, name, f_code, None)
                before = found.get(code, new)
                assert (new.program, new.moment, new.f_code) == (before.program, before.moment, before.f_code)
                found[code] = evolve(new, diagnoses=before.diagnoses, units=units)
            else:
                code, diagnoses, name, f_code = row
                new = product(code, name, f_code, diagnoses)
                if kind == "instead":
                    (other,) = (code for code, p in found.items() if p.f_code == f_code)
                    del found[other]
                    new = evolve(new, list="990")
                found[code] = new
    return found


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without settings: nothing but what is built in."""
    monkeypatch.chdir(tmp_path)


def shown(*options: str) -> Mapping[str, Any]:
    result = CliRunner().invoke(main, ["agreements", *options, "--json"])
    assert result.exit_code == 0, result.stderr
    document: Mapping[str, Any] = json.loads(result.stdout)
    return document


def test_the_tables_are_all_read() -> None:
    """Counted by hand in the manual: §4.1.2, 4.1.3, 4.2.1, 4.2.2, 4.3.1, 4.4.1, 4.5.1; the four of §4.6.1; §4.1.4 and
    on; §4.1.6."""
    counts = {
        kind: [len(block.rows) for block in blocks() if block.kind == kind]
        for kind in ("table", "instead", "units", "counted")
    }
    assert counts == {
        "table": [9, 9, 9, 9, 9, 9, 10],
        "instead": [3, 3, 3, 3],
        "units": [6, 6, 6, 6, 6, 6, 10, 11],
        "counted": [1],
    }


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("insurer", INSURERS)
def test_the_screen_is_the_manual(insurer: str, day: str) -> None:
    manual = said(insurer, day)
    rows = {row["code"]: row for row in shown("--on", day, "--insurer", insurer)["agreements"]}
    if insurer == "Menzis":  # registered as with VGZ and CZ: ours, and said so
        assert rows.pop("940135")["inferred"] == ["moment", "units", "amount"]
    assert rows.keys() == manual.keys()
    for code, expected in manual.items():
        row = rows[code]
        found = Product(
            code,
            row["program"],
            row["profile"],
            row["moment"],
            row["f_code"] or "",
            tuple(row["diagnoses"]),
            row["list"] or "",
            row["units"],
        )
        if expected.diagnoses is None:
            expected = evolve(expected, diagnoses=found.diagnoses)
        if expected.units is None:
            silent = "?" if insurer == "Menzis" and day < "2021" and expected.moment != "relapse" else "1"
            assert row["units"] == silent
            assert silent == "?" or "units" in row["inferred"]
            expected = evolve(expected, units=silent)
        assert found == expected


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_is_its_part_of_the_screen(program: str, day: str) -> None:
    rows = shown("--on", day, "--program", program)["agreements"]
    expected = {(insurer, p.code) for insurer in INSURERS for p in said(insurer, day).values() if p.program == program}
    assert {(row["insurer"], row["code"]) for row in rows if row["program"] != "*"} == expected
    with_contacts = {row["insurer"] for row in rows if row["program"] == "*"}
    assert with_contacts == {insurer for insurer, _ in expected} & {"CZ", "Menzis", "VGZ"}


def test_every_insurer_and_program_at_once() -> None:
    for day in DAYS:
        rows = [(row["insurer"], row["code"]) for row in shown("--on", day)["agreements"]]
        expected = [(insurer, code) for insurer in INSURERS for code in said(insurer, day)]
        assert sorted(rows) == sorted([*expected, ("Menzis", "940135")])
