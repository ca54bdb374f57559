"""A made-up practice: its products, its patients' courses, its folder, and what the command makes of them.

Nothing in this folder reads the tables or the code of the exporter. What is expected stands in `products.csv`, written
down from the manual, and in `pm304_positions.csv`; only the command is used.
"""

import csv
import datetime as dt
import json
import os
import random
import subprocess
import sysconfig
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import chdir
from functools import cache
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen
from click.testing import CliRunner

from ei_export.cli import main

HERE = Path(__file__).parent
COMMAND = Path(sysconfig.get_path("scripts")) / "ei-export"
RECORD_LENGTH = 310

ZORG1_LIST = "productafspraken Zorg1"
OTHER_LIST = "tarieven overige coderingen"

SETTINGS = """\
[practice]
name = "Fysiotherapie De Brug"
practice_agb = "04012345"
provider_agb = "04098765"

[input]
path = "appointments.csv"

[codes]
"01" = "940131"
"011" = "940135"
"012" = "940135"
"0111" = "940134"

[tariffs]
path = "tariffs.csv"

[output]
dir = "out"

[ledger]
path = "ledger.sqlite"
"""

CONTRACT = """
[[contracts]]
insurer = "{insurer}"
from = 2018-01-01
until = 2026-12-31
lists = ["productafspraken Zorg1", "tarieven overige coderingen"]
"""

# The same for everybody; what differs per appointment is in `Visit`.
PERSON = {
    "birth_date": "1980-05-17",
    "sex": "2",
    "name": "Voorbeeld",
    "initials": "A",
    "postcode": "1234AB",
    "house_number": "12",
    "indication_code": "009",
    "therapist_agb": "04098765",
}


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _codes(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


@frozen
class Product:
    """One row of `products.csv`: what the manual says about one code with one insurer in one period."""

    insurer: str
    uzovi: str
    code: str
    first: dt.date = field(converter=_day)
    last: dt.date = field(converter=_day)
    program: str
    profile: str
    moment: str
    list: str
    f_code: str
    units: str
    """A number; `contacts+1`; `none` = registered, never sent; `unknown` = the manual gives none, so it is held."""
    diagnoses: tuple[str, ...] = field(converter=_codes)
    tariff_list: str
    declared_as: str
    """The code as resolved; another than `code` where the insurer wants the relapse under its other code."""
    section: str

    def covers(self, day: dt.date) -> bool:
        return self.first <= day <= self.last


def read_table(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


PRODUCTS = tuple(Product(**row) for row in read_table("products.csv"))
POSITIONS = {
    row["element"]: slice(int(row["first"]) - 1, int(row["last"])) for row in read_table("pm304_positions.csv")
}
UZOVI = {product.insurer: product.uzovi for product in PRODUCTS}
CODES = tuple(dict.fromkeys(product.code for product in PRODUCTS))
GIVEN = tuple(dict.fromkeys((product.insurer, product.code) for product in PRODUCTS))


@cache
def find(insurer: str, code: str, day: dt.date) -> Product | None:
    """What the manual gives for this code with this insurer on this day."""
    return next((p for p in PRODUCTS if (p.insurer, p.code) == (insurer, code) and p.covers(day)), None)


def amounts() -> dict[tuple[str, str, str], int]:
    """(list, insurer, code) -> cents. No two are equal, and each code also stands on the list it does not belong to."""
    wanted = dict.fromkeys((p.tariff_list, p.insurer, p.declared_as) for p in PRODUCTS if p.tariff_list)
    right = {key: 5000 + 137 * number for number, key in enumerate(wanted)}
    wrong = {
        (OTHER_LIST if tariff_list == ZORG1_LIST else ZORG1_LIST, insurer, code): cents + 1
        for (tariff_list, insurer, code), cents in right.items()
    }
    return right | wrong


AMOUNTS = amounts()


def bsns() -> Iterator[str]:
    """Made-up numbers that pass the 11-test: 9·d1 + 8·d2 + … + 2·d8 less d9 is divisible by 11."""
    for stem in range(99_900_000, 99_999_999):
        check = sum(weight * int(digit) for weight, digit in zip(range(9, 1, -1), str(stem), strict=True)) % 11
        if check < 10:
            yield f"{stem}{check}"


@frozen
class Visit:
    """One appointment of the agenda."""

    insurer: str
    code: str
    date: dt.date
    diagnosis: str
    status: str = "completed"
    contacts: int = 0
    """How many contacts its trajectory counts; matters only where `code` is an end."""


Course = list[Visit]
"""The visits of one patient: one trajectory."""


def companion(product: Product, moment: str) -> Product:
    """The product of this moment that stands in one trajectory with `product`."""

    def fits(other: Product) -> bool:
        if "any" in (product.program, other.program):
            return True
        return product.program == other.program and (product.profile == other.profile or moment == "baseline")

    return next(
        other
        for other in PRODUCTS
        if (other.insurer, other.moment) == (product.insurer, moment) and other.covers(product.first) and fits(other)
    )


def course(
    product: Product, diagnosis: str, day: dt.date, *, step: int = 0, contacts: int = 0, alone: bool = False
) -> Course:
    """A sensible course that ends with `product` on `day`, its visits `step` days apart.

    An end follows a start, its contacts and one cancelled contact; a contact follows a start; a relapse follows a
    finished course unless it is `alone`; a TKP or THP profile follows its baseline.
    """
    before = {
        "contact": ["start"],
        "end": ["start", *["contact"] * contacts],
        "relapse": [] if alone else ["start", "end"],
        "product": ["baseline"],
    }
    products = [*(companion(product, moment) for moment in before.get(product.moment, [])), product]
    if not step:  # the same performance of a person is declared once a day
        products = [each for i, each in enumerate(products) if each.units == "none" or each not in products[i + 1 :]]
    diagnosis = diagnosis or products[0].diagnoses[0]
    visits = [
        Visit(
            each.insurer,
            each.code,
            day - dt.timedelta(step * (len(products) - place)),
            diagnosis if each is product or diagnosis in each.diagnoses or not each.diagnoses[0] else each.diagnoses[0],
            contacts=contacts if product.moment == "end" else 0,
        )
        for place, each in enumerate(products, start=1)
    ]
    if product.moment == "end":
        cancelled = companion(product, "contact").code
        visits.insert(1, evolve(visits[0], code=cancelled, status="cancelled"))
    return visits


@frozen
class Row:
    """A visit as it stands in the feed."""

    appointment_id: str
    visit: Visit
    cells: Mapping[str, str]


def rows_of(courses: Iterable[Course], *, numbered: bool = True, own_codes: bool = False) -> list[Row]:
    """One patient per course. `numbered`: with a trajectory number; `own_codes`: the code stands in `declare_under`."""
    rows: list[Row] = []
    for number, (visits, bsn) in enumerate(zip(courses, bsns(), strict=False), start=1):
        for visit in visits:
            appointment_id = f"V{len(rows) + 1:05}"
            cells = PERSON | {
                "appointment_id": appointment_id,
                "date": visit.date.isoformat(),
                "status": visit.status,
                "code": "eigen" if own_codes else visit.code,
                "declare_under": visit.code if own_codes else "",
                "trajectory_id": f"T{number:05}" if numbered else "",
                "patient_id": f"P{number:05}",
                "bsn": bsn,
                "uzovi": UZOVI[visit.insurer],
                "insured_number": f"70010{number:05}",
                "diagnosis_code": visit.diagnosis,
            }
            rows.append(Row(appointment_id, visit, cells))
    return rows


@frozen
class Outcome:
    """What one run printed and wrote."""

    exit_code: int
    document: dict[str, Any]
    files: dict[str, bytes]

    @property
    def counts(self) -> dict[str, int]:
        """The appointment counts that are not zero."""
        return {name: count for name, count in self.document["appointments"].items() if count}

    @property
    def lines(self) -> dict[str, dict[str, Any]]:
        """appointment_id -> its line."""
        found = {line["appointment_id"]: line for line in self.document["lines"]}
        assert len(found) == len(self.document["lines"]), "an appointment has more than one line"
        return found

    def named(self, severity: str, code: str | None = None) -> set[str]:
        """The appointments that a problem of this severity (and code) names."""
        return {
            problem["appointment_id"]
            for problem in self.document["problems"]
            if problem["severity"] == severity and code in (None, problem["code"]) and problem["appointment_id"]
        }

    def records(self) -> dict[str, dict[str, str]]:
        """Reference (0434) -> the elements of its performance record, cut from the bytes of the files."""
        found: dict[str, dict[str, str]] = {}
        for content in self.files.values():
            *records, rest = content.split(b"\r\n")
            assert rest == b""
            assert {len(record) for record in records} == {RECORD_LENGTH}
            for record in (each.decode("latin-1") for each in records if each.startswith(b"04")):
                elements = {element: record[place] for element, place in POSITIONS.items()}
                reference = elements["0434"].rstrip()
                assert reference not in found, "a reference is used twice"
                found[reference] = elements
        return found


def installed(folder: Path, arguments: Sequence[str]) -> tuple[int, str]:
    """Runs the installed command in `folder`: its exit code, and what it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EI_EXPORT_")}
    command = [str(COMMAND), *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, encoding="utf-8", check=False)
    return done.returncode, done.stdout


def at_hand(folder: Path, arguments: Sequence[str]) -> tuple[int, str]:
    """The same in this process: most runs take less than a start of the command."""
    runner = CliRunner(env={name: None for name in os.environ if name.startswith("EI_EXPORT_")})
    with chdir(folder):
        done = runner.invoke(main, arguments)
    return done.exit_code, done.stdout


def run(
    folder: Path, today: str, *arguments: str, by: Callable[[Path, Sequence[str]], tuple[int, str]] = at_hand
) -> Outcome:
    """`ei-export run` in a folder that holds its settings; whatever it declared is read back from the disk."""
    exit_code, printed = by(folder, ["run", "--config", "ei-export.toml", "--today", today, "--json", *arguments])
    assert exit_code in (0, 1), printed
    document = json.loads(printed)
    files = {
        declaration["file"]: (folder / "out" / document["run"] / declaration["file"]).read_bytes()
        for declaration in document["declarations"]
    }
    return Outcome(exit_code, document, files)


@frozen
class Practice:
    """A folder with settings, a contract with every insurer for both lists, and a tariff for every code."""

    folder: Path

    @classmethod
    def open(cls, folder: Path) -> "Practice":
        contracts = "".join(CONTRACT.format(insurer=insurer) for insurer in UZOVI)
        (folder / "ei-export.toml").write_text(SETTINGS + contracts, encoding="utf-8")
        with (folder / "tariffs.csv").open("w", encoding="utf-8", newline="") as lines:
            table = csv.writer(lines, delimiter=";")
            table.writerow(["list", "insurer", "code", "from", "until", "amount"])
            table.writerows([*key, "", "", f"{cents // 100}.{cents % 100:02}"] for key, cents in AMOUNTS.items())
        return cls(folder)

    def run(self, rows: Iterable[Row], today: str) -> Outcome:
        """Declares these rows, in an order that helps nobody."""
        shuffled = [row.cells for row in rows]
        random.Random(1).shuffle(shuffled)
        with (self.folder / "appointments.csv").open("w", encoding="utf-8", newline="") as lines:
            table = csv.DictWriter(lines, list(shuffled[0]), delimiter=";")
            table.writeheader()
            table.writerows(shuffled)
        return run(self.folder, today)


@frozen
class Walk:
    """A feed, and what one run of a fresh practice made of it."""

    rows: list[Row]
    outcome: Outcome

    @classmethod
    def through(cls, folder: Path, rows: list[Row], today: str) -> "Walk":
        return cls(rows, Practice.open(folder).run(rows, today))

    def result(self, row: Row) -> tuple[str, int] | str | None:
        """(F-code, units) where this row gave a line, `held` where an error names it, else nothing."""
        if line := self.outcome.lines.get(row.appointment_id):
            return line["f_code"], line["units"]
        return "held" if row.appointment_id in self.outcome.named("error") else None
