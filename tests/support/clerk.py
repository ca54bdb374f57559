"""Who does the billing of a made-up practice: gives the commands, and looks in the ledger."""

import json
import sqlite3
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from attrs import frozen
from click.testing import CliRunner

from ei_export.cli import main
from tests.support.feeds import TODAY, Clinic, Result, csv_text, visit
from tests.support.receiver import Message, Verdict, by_insurer, take_apart

Row = dict[str, Any]

NOTHING: Final = csv_text([])
START: Final = visit("A1", "2021-03-01", "940131", "T1")
CONTACT: Final = visit("A2", "2021-03-08", "940135", "T1")
END: Final = visit("A3", "2021-03-22", "940134", "T1")
COURSE: Final = (START, CONTACT, END)
#: On its own, with an insurer of its own.
SINGLE: Final = visit("S1", "2021-03-01", "940140", "TS", patient="P3", insurer="Zilveren Kruis")
STANDING: Final = ("sent", "granted", "partly_granted")

_CODES: Final = frozenset({"940131", "940134", "940133", "940140", "940150", "940156"})


def few_tariffs(clinic: Clinic) -> Clinic:
    """Leaves the tariffs of some codes only: each run reads all there are."""
    path = clinic.folder / "tariffs.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    kept = [row for row in rows if row.split(";")[2] in _CODES]
    path.write_text("\n".join([header, *kept, ""]), encoding="utf-8")
    return clinic


def the(result: Result) -> Message:
    """The only file of a run, as a receiver takes it apart."""
    (content,) = result.files.values()
    return take_apart(content)


def refusals(document: Row) -> list[tuple[str, str]]:
    """Why nothing of what was asked was done: the problems, each with the return code it prevents."""
    assert document["queued"] == []
    return [(problem["code"], problem["return_code"]) for problem in document["problems"]]


@frozen
class Clerk:
    clinic: Clinic

    def gives(self, *arguments: str, today: str = TODAY, as_json: bool = True, debug: bool = True) -> tuple[int, str]:
        """Gives a command; returns its exit code and what it prints."""
        config = str(self.clinic.folder / "ei-export.toml")
        name, *rest = arguments
        options = [*(["--debug"] if debug else []), *(["--json"] if as_json else [])]
        command = [name, "--config", config, "--today", today, *options, *rest]
        done = CliRunner().invoke(main, command, catch_exceptions=False)
        return done.exit_code, done.stdout

    @staticmethod
    def parsed(text: str) -> Row:
        return dict(json.loads(text))

    def reads(self, path: Path, today: str = TODAY) -> Row:
        """Reads one return file in."""
        code, text = self.gives("returns", str(path), today=today)
        (report,) = json.loads(text)["files"]
        errors = [problem for problem in report["problems"] if problem["severity"] == "error"]
        assert (code == 0) is (not errors), report
        return dict(report)

    def gets(self, content: bytes) -> Row:
        """Reads in an answer that came."""
        path = self.clinic.folder / "back.ret"
        path.write_bytes(content)
        return self.reads(path)

    def is_refused(
        self, result: Result, *appointments: str, codes: tuple[str, ...] = ("0611",), granted: int = 0
    ) -> Row:
        """Gets the insurer's answer to the only file of a run: these lines refused, or granted for less."""
        verdicts = {self.reference(ident): Verdict(granted, codes) for ident in appointments}
        return self.gets(by_insurer(the(result), verdicts))

    def asks(self, *arguments: str, today: str = TODAY) -> Row:
        """``credit``, ``redeclare`` or ``correct``."""
        code, text = self.gives(*arguments, today=today)
        document = json.loads(text)
        is_done = bool(document["queued"]) and all(each["severity"] != "error" for each in document["problems"])
        assert code == int(bool(document["problems"]) and not is_done)
        return dict(document)

    def replaces(self, appointment_id: str) -> None:
        """Has a line credited, and declared again as things are then, whether its appointment changed or not."""
        reference = self.reference(appointment_id)
        assert [len(self.asks(command, reference)["queued"]) for command in ("credit", "redeclare")] == [1, 1]

    def undoes(self, run: str, today: str = TODAY) -> int:
        return self.gives("undo", run, "--why", "niet verstuurd", today=today)[0]

    # In the ledger.

    def rows(self, sql: str) -> list[Row]:
        path = self.clinic.folder / "ledger.sqlite"
        if not path.exists():
            return []
        with closing(sqlite3.connect(path)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql)]

    def write(self, sql: str) -> None:
        """Changes the ledger, as the program itself never would."""
        with closing(sqlite3.connect(self.clinic.folder / "ledger.sqlite")) as connection, connection:
            connection.execute(sql)

    def dump(self) -> list[str]:
        """All that the ledger holds but its secret, which is another one each time."""
        with closing(sqlite3.connect(self.clinic.folder / "ledger.sqlite")) as connection:
            return [row for row in connection.iterdump() if not row.startswith('INSERT INTO "secret"')]

    def reference(self, appointment_id: str) -> str:
        """That of the debit of an appointment that was sent last."""
        return next(str(row["reference"]) for row in reversed(self.debits()) if row["appointment_id"] == appointment_id)

    def lines(self) -> list[Row]:
        """What became of every line, but for those of withdrawn runs."""
        return self.rows(
            "SELECT reference, appointment_id, patient_id, trajectory, uzovi, insurer, date, code, f_code, units, "
            "debit_credit, amount_cents, invoice, run, state AS status, granted_cents, codes AS return_codes, remark, "
            "previous, attempt FROM sent_line WHERE state <> 'withdrawn' ORDER BY reference"
        )

    def declarations(self) -> list[Row]:
        return self.rows("SELECT printf('R%06d', run) AS run, invoice, state, amount_cents FROM declaration_status")

    def sums(self) -> dict[str, int]:
        _, text = self.gives("status")
        names = ("declared", "credited", "granted", "refused", "open")
        return {name: json.loads(text)["totals"][f"{name}_cents"] for name in names}

    def live(self) -> dict[str, tuple[object, ...]]:
        """What the insurers are held to, by appointment; one line each."""
        found = [row for row in self.debits() if row["status"] in STANDING]
        assert len({row["appointment_id"] for row in found}) == len(found), "paid twice"
        keys = ("date", "uzovi", "code", "units", "amount_cents")
        return {row["appointment_id"]: tuple(row[key] for key in keys) for row in found}

    def debits(self) -> list[Row]:
        """Every debit, also of withdrawn runs, in the order they were sent in."""
        return self.rows(
            "SELECT *, state AS status FROM line WHERE debit_credit = 'D' ORDER BY appointment_id, attempt"
        )

    # All there is to do.

    def otherwise(self) -> list[str]:
        """The lines of which it was said once that they are otherwise by now, and those that are another patient's."""
        rows = self.rows(
            "SELECT reference FROM line JOIN change USING (appointment_id, patient_id) WHERE kind = 'said' UNION "
            "SELECT reference FROM line JOIN unsettled AS held USING (appointment_id) "
            "WHERE held.outcome = 'held' AND held.patient_id <> line.patient_id ORDER BY 1"
        )
        return [str(row["reference"]) for row in rows]

    def puts_right(self, today: str = TODAY) -> None:
        """Has everything corrected that changed, credits what stands twice, and declares again what doesn't stand."""
        if not (self.clinic.folder / "ledger.sqlite").exists():
            return
        self.asks("correct", "--all", today=today)
        for reference in self.otherwise():
            self.asks("correct", reference, today=today)
        for _, same in groupby(self.debits(), key=itemgetter("appointment_id")):
            debits = list(same)
            earlier = [row["reference"] for row in debits[:-1] if row["status"] in STANDING]
            for reference in earlier:
                self.asks("credit", reference, today=today)
            if debits[-1]["status"] not in STANDING:
                self.asks("redeclare", debits[-1]["reference"], today=today)
