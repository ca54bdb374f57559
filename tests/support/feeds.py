"""A made-up practice in a folder: rows of its agenda in any dialect, and what a run makes of them, in this process."""

import csv
import io
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final

import pytest
from attrs import frozen
from click.testing import CliRunner

from ei_export.base.private import read_file
from ei_export.base.problems import catalogue
from ei_export.cli import main
from ei_export.commands.worklist import sheets as worklist_sheets
from ei_export.output.sheets import Row, Sheet
from ei_export.zorg1.agreements import Agreements
from ei_export.zorg1.tariffs import Tariffs
from tests.manual.practice import AMOUNTS, UZOVI, bsns

Cells = dict[str, str]

#: Every appointment below is before it, and no insurer calls any of them too late.
TODAY: Final = "2021-07-01"

COLUMNS: Final = (
    "appointment_id", "date", "status", "code", "declare_under", "trajectory_id", "patient_id", "bsn", "birth_date",
    "sex", "name", "prefix", "initials", "partner_name", "partner_prefix", "name_use", "postcode", "house_number",
    "house_number_suffix", "country", "foreign_postcode", "uzovi", "insured_number", "diagnosis_code",
    "indication_code", "therapist_agb", "therapist_specialism", "referral_date", "referrer_agb",
    "referrer_specialism", "authorization_number", "accident", "consent", "side",
)  # fmt: skip

BSNS: Final = tuple(islice(bsns(), 40))
INSURERS: Final = tuple(UZOVI)
#: What is said of a feed that brings nothing, or nothing new: in a test that is mostly on purpose.
NOTHING_NEW: Final = ("FEED_EMPTY", "FEED_NOT_COMPLETED", "FEED_UNCHANGED", "FEED_STANDS_STILL")
BOTH_LISTS: Final = ("productafspraken Zorg1", "tarieven overige coderingen")


#: Tables by their names and contents: those of a test are mostly those of the test before it.
_AGREEMENTS: Final[dict[object, Agreements]] = {}
_TARIFFS: Final[dict[object, Tariffs]] = {}


@pytest.fixture(scope="module", autouse=True)
def tables_read_once() -> Iterator[None]:
    """For modules with hundreds of runs: tables that were read before are not read again, and the workbook of the work
    list, which has what is in its CSV, stays empty."""
    read_agreements, read_tariffs = Agreements.load, Tariffs.load

    def agreements(overlays: Sequence[Path] = ()) -> Agreements:
        key = tuple((path.name, read_file(path)) for path in overlays)
        if key not in _AGREEMENTS:
            _AGREEMENTS[key] = read_agreements(overlays)
        return _AGREEMENTS[key]

    def tariffs(path: Path | None) -> Tariffs:
        key = path and (path.name, read_file(path))
        if key not in _TARIFFS:
            _TARIFFS[key] = read_tariffs(path)
        return _TARIFFS[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Agreements, "load", agreements)
        patch.setattr(Tariffs, "load", tariffs)
        patch.setattr(worklist_sheets, "write_workbook", no_workbook)
        yield


def no_workbook(file: BinaryIO, day: date, tables: Iterable[tuple[Sheet, Iterable[Row]]], **more: object) -> None:
    """In the place of `write_workbook`, where nobody looks into it: what its rows come to besides is done."""
    for _, rows in tables:
        for _ in rows:
            pass


def visit(
    appointment_id: str,
    day: str,
    code: str,
    number: str = "",
    *,
    patient: str = "P1",
    insurer: str = "VGZ",
    diagnosis: str = "3426",
    **cells: str,
) -> Cells:
    """A row in which nothing is wrong but what ``cells`` say. ``patient`` is P and a number below 40."""
    person = int(patient[1:])
    return {
        "appointment_id": appointment_id,
        "date": day,
        "status": "completed",
        "code": code,
        "trajectory_id": number,
        "patient_id": patient,
        "bsn": BSNS[person],
        "birth_date": f"19{60 + person}-05-17",
        "sex": "2",
        "name": f"Voorbeeld{chr(65 + person % 26).lower()}",
        "initials": "AB",
        "postcode": "1234AB",
        "house_number": str(person + 1),
        "uzovi": UZOVI[insurer],
        "insured_number": f"70010{person:04}",
        "diagnosis_code": diagnosis,
        "indication_code": "009",
        "therapist_agb": "04098765",
        **cells,
    }


#: Patients with whom nothing is wrong, to see that they are declared all the same.
BYSTANDERS: Final = (
    visit("B1", "2021-03-01", "940156", "TB", patient="P8", diagnosis="3026"),
    visit("B2", "2021-03-08", "940135", "TB", patient="P8", diagnosis="3026"),
    visit("B3", "2021-03-15", "940157", "TB", patient="P8", diagnosis="3026"),
    visit("B4", "2021-03-01", "940140", patient="P9", insurer="Zilveren Kruis"),
)
BYSTANDER_LINES: Final = {"B1": ("F1041", 1), "B3": ("F1041", 2), "B4": ("F1014B", 1)}
BYSTANDER_COUNTS: Final = {"read": 4, "declared": 3, "counted": 1}


def csv_text(
    rows: Iterable[Mapping[str, str]],
    columns: Sequence[str] = COLUMNS,
    *,
    delimiter: str = ";",
    newline: str = "\n",
    quote_all: bool = False,
) -> str:
    """The rows as CSV with a header."""
    text = io.StringIO(newline="")
    table = csv.writer(
        text, delimiter=delimiter, lineterminator=newline, quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    )
    table.writerow(columns)
    table.writerows([row.get(column, "") for column in columns] for row in rows)
    return text.getvalue()


def write_sqlite(path: Path, rows: Iterable[Mapping[str, object]], columns: Sequence[str] = COLUMNS) -> None:
    """The rows as the table ``appointments``, its columns of no type."""
    with sqlite3.connect(path) as connection:
        connection.execute(f"CREATE TABLE appointments ({', '.join(columns)})")
        connection.executemany(
            f"INSERT INTO appointments VALUES ({', '.join('?' * len(columns))})",
            ([row.get(column, "") for column in columns] for row in rows),
        )
    connection.close()


def contract(insurer: str, lists: Sequence[str] = BOTH_LISTS, first: str = "2018-01-01") -> str:
    """A contract position that says what its tariffs are the price of, so that nothing is told of that."""
    return f'[[contracts]]\ninsurer = "{insurer}"\nfrom = {first}\nlists = {json.dumps(lists)}\namount = "product"\n'


CONTRACTS: Final = "".join(map(contract, INSURERS))


@frozen
class Result:
    """What a command came to."""

    exit_code: int
    document: dict[str, Any]
    files: dict[str, bytes]
    stderr: str

    @property
    def counts(self) -> dict[str, int]:
        """The counts that are not zero."""
        return {name: count for name, count in self.document["appointments"].items() if count}

    @property
    def lines(self) -> dict[str, tuple[str, int]]:
        """appointment_id -> F-code and units, of the debits."""
        debits = [line for line in self.document["lines"] if line["debit_credit"] == "D"]
        found = {line["appointment_id"]: (line["f_code"], line["units"]) for line in debits}
        assert len(found) == len(debits), "an appointment has two lines"
        return found

    @property
    def credits(self) -> dict[str, int]:
        """appointment_id -> amount, of the credits."""
        found = {x["appointment_id"]: x["amount_cents"] for x in self.document["lines"] if x["debit_credit"] == "C"}
        assert len(found) + len(self.lines) == len(self.document["lines"]), "an appointment is credited twice"
        return found

    @property
    def told(self) -> list[dict[str, Any]]:
        """Every problem."""
        found: list[dict[str, Any]] = self.document["problems"]
        return found

    @property
    def problems(self) -> list[dict[str, Any]]:
        """Every problem, but for `NOTHING_NEW`."""
        return [problem for problem in self.told if problem["code"] not in NOTHING_NEW]

    def found(self, severity: str) -> list[tuple[str, str, str]]:
        """Code, appointment and column of the problems of a severity."""
        return sorted((p["code"], p["appointment_id"], p["column"]) for p in self.problems if p["severity"] == severity)

    @property
    def codes(self) -> list[str]:
        return sorted({problem["code"] for problem in self.problems})

    def check_sums(self) -> None:
        """What the README promises of every run."""
        counts = dict(self.document["appointments"])
        came = counts.pop("read") + counts.pop("remembered")
        assert came == sum(counts.values())
        assert counts["declared"] == len(self.lines)
        went_out = len(self.lines) + len(self.credits)
        assert sum(d["lines"] for d in self.document["declarations"]) == went_out
        assert self.exit_code == any(p["severity"] == "error" for p in self.told)
        by_insurer = self.document["insurers"]
        assert sum(row["lines"] for row in by_insurer) == went_out
        assert sum(row["held"] for row in by_insurer) == counts["held"]
        assert sum(row["warnings"] for row in by_insurer) == sum(p["severity"] == "warning" for p in self.told)
        places = ("appointment_id", "trajectory", "row")
        named = {tuple(map(problem.get, places)) for problem in self.told if problem["severity"] != "info"}
        named |= {tuple(map(problem.get, places)) for problem in self.told if problem["code"] == "APPOINTMENT_CLOSED"}
        assert counts["held"] + counts["no_agreement"] + counts["unreadable"] <= len(named)
        for problem in self.told:
            kind = catalogue()[problem["code"]]
            assert problem["severity"] in kind.allowed
            assert kind.remedy_nl
            assert kind.remedy_en
            assert problem["message"]
            assert problem["remedy"]


@frozen
class Clinic:
    """A folder with settings, a contract with every insurer on both lists, and a tariff for every code."""

    folder: Path

    @classmethod
    def open(cls, folder: Path, **sections: str) -> "Clinic":
        folder.mkdir(exist_ok=True)
        clinic = cls(folder)
        clinic.configure(**sections)
        clinic.tariffs()
        return clinic

    def configure(
        self, *, contracts: str = CONTRACTS, codes: str = "", feed: str = 'path = "appointments.csv"', ledger: str = ""
    ) -> None:
        """Writes the settings; each argument is the text of a section."""
        text = f"""\
[practice]
name = "Fysiotherapie De Brug"
practice_agb = "04012345"
provider_agb = "04098765"
[input]
{feed}
[codes]
"01" = "940131"
"011" = "940135"
"0111" = "940134"
{codes}
[tariffs]
path = "tariffs.csv"
[ledger]
path = "ledger.sqlite"
{ledger}
{contracts}"""
        (self.folder / "ei-export.toml").write_text(text, encoding="utf-8")

    def tariffs(self, *, without: str = "") -> None:
        """A tariff for every code but one."""
        rows = (
            f"{price_list};{insurer};{code};;;{cents // 100}.{cents % 100:02}\n"
            for (price_list, insurer, code), cents in AMOUNTS.items()
            if code != without
        )
        text = "list;insurer;code;from;until;amount\n" + "".join(rows)
        (self.folder / "tariffs.csv").write_text(text, encoding="utf-8")

    def write(self, content: bytes | str, name: str = "appointments.csv") -> "Clinic":
        """A feed as it is; text as UTF-8."""
        (self.folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return self

    def feed(self, rows: Iterable[Mapping[str, str]]) -> "Clinic":
        return self.write(csv_text(rows))

    def command(self, name: str, *arguments: str, today: str = TODAY) -> Result:
        """``run`` or ``check`` as far as a document; a refusal has only its problem."""
        config = str(self.folder / "ei-export.toml")
        done = CliRunner().invoke(main, [name, "--config", config, "--today", today, "--json", *arguments])
        assert done.exit_code in (0, 1, 2, 3, 4), done.stderr
        document = json.loads(done.stdout)
        files = {
            declaration["file"]: (self.folder / "out" / document["run"] / declaration["file"]).read_bytes()
            for declaration in document.get("declarations", ())
            if document["run"]
        }
        result = Result(done.exit_code, document, files, done.stderr)
        if done.exit_code <= 1:
            result.check_sums()
        return result

    def run(self, *arguments: str, today: str = TODAY) -> Result:
        return self.command("run", *arguments, today=today)

    def refused(self, *arguments: str) -> tuple[str, str]:
        """The code of the refusal and its message; nothing was declared and no ledger line was made."""
        result = self.run("--lang", "en", *arguments)
        assert result.exit_code == 3
        assert result.document["run"] is None
        assert not list(self.folder.glob("out/R*"))
        (problem,) = result.problems
        assert catalogue()[problem["code"]].remedy_nl
        assert problem["remedy"]
        assert problem["message"] in result.stderr
        return problem["code"], problem["message"]
