"""A year of declaring, answering, changing and correcting, in any order: in the end everything is paid, once."""

import tempfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.manual.practice import UZOVI
from tests.support.clerk import STANDING, Clerk, few_tariffs
from tests.support.feeds import BSNS, CONTRACTS, Cells, Clinic, tables_read_once, visit
from tests.support.line_oracle import assert_ledger_as_derived, remembering
from tests.support.receiver import Books, Message, Verdict, by_insurer, by_vecozo, file_level
from tests.support.work_oracle import assert_everything_is_told_once

__all__ = ["tables_read_once"]

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")

#: Return codes with which an insurer refuses a line.
CODES: Final = st.sampled_from(["0611", "0320", "3100", "0638", "9999"])
#: What of a row is of the person.
OF_A_PERSON: Final = ("patient_id", "bsn", "birth_date", "sex", "name", "house_number", "insured_number")
#: Everything is settled in so many rounds of sending and answering, whatever happened before.
_ROUNDS: Final = 8


class Year(RuleBasedStateMachine):
    """A practice, its clerk, and who receives its files. Two patients have counted trajectories, one single visits."""

    @initialize()
    def open(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._remembering = remembering()
        self._remembering.__enter__()
        self.clinic = few_tariffs(Clinic.open(Path(self._folder.name)))
        self.clerk = Clerk(self.clinic)
        self.books = Books()
        self.content, self.sums = b"", dict[str, int]()
        self.agenda: dict[str, Cells] = {}
        self.news: set[str] = set()
        #: Files of each run that are not sent yet, and what was sent and not answered.
        self.outbox: dict[str, dict[str, bytes]] = {}
        self.waiting: list[Message] = []
        self.answers: list[Path] = []
        self.day = date(2021, 1, 4)
        self.courses = 0
        #: Of a single visit, the day it was first on and the day it moves to.
        self.days: dict[str, tuple[str, str]] = {}
        self.treat("VGZ", 1, ended=True)
        self.treat("CZ", 2, ended=True)
        self.treat_once()
        self.run("everything")

    def teardown(self) -> None:
        if hasattr(self, "_folder"):
            try:
                self.settle()
            finally:
                self._remembering.__exit__(None, None, None)
                self._folder.cleanup()

    # What happens in the practice.

    @rule(insurer=st.sampled_from(["VGZ", "CZ"]), contacts=st.integers(0, 2), ended=st.booleans())
    def treat(self, insurer: str, contacts: int, *, ended: bool) -> None:
        name, patient = f"T{self.courses}", f"P{self.courses % 2}"
        self.courses += 1
        codes = ["940131", *["940135"] * contacts, *(["940134"] if ended else [])]
        for index, code in enumerate(codes):
            self.add(visit(f"{name}-{index}", self.day.isoformat(), code, name, patient=patient, insurer=insurer))
            self.day += timedelta(2)

    @rule()
    def treat_once(self) -> None:
        name = f"T{self.courses}"
        self.courses += 1
        self.days[f"{name}-0"] = self.day.isoformat(), (self.day + timedelta(1)).isoformat()
        self.add(visit(f"{name}-0", self.day.isoformat(), "940140", name, patient="P2", insurer="Zilveren Kruis"))
        self.day += timedelta(3)

    def add(self, row: Cells) -> None:
        bsn = next((other["bsn"] for other in self.agenda.values() if other["patient_id"] == row["patient_id"]), "")
        self.tell({**row, "bsn": bsn or row["bsn"]})

    def tell(self, row: Cells) -> None:
        self.agenda[row["appointment_id"]] = row
        self.news.add(row["appointment_id"])

    @rule(data=st.data(), how=st.sampled_from(["cancel", "cancel", "move", "code"]))
    def change(self, data: st.DataObject, how: str) -> None:
        """Contacts and single visits are cancelled and restored, single visits also moved or given another code."""
        contacts = [ident for ident, row in self.agenda.items() if row["code"] == "940135"]
        found = self.singles() if how != "cancel" else sorted([*contacts, *self.singles()])
        ident = data.draw(st.sampled_from(found))
        row = self.agenda[ident]
        if how == "cancel":
            self.tell({**row, "status": "cancelled" if row["status"] == "completed" else "completed"})
        elif how == "move":
            first, other = self.days[ident]
            self.tell({**row, "date": other if row["date"] == first else first})
        else:
            self.tell({**row, "code": "940150" if row["code"] == "940140" else "940140"})

    def singles(self) -> list[str]:
        return sorted(ident for ident, row in self.agenda.items() if row["uzovi"] == UZOVI["Zilveren Kruis"])

    @rule(patient=st.sampled_from(["P0", "P1", "P2"]), what=st.sampled_from(["bsn", "uzovi", "indication_code"]))
    def learn_more_of_a_patient(self, patient: str, what: str) -> None:
        """The BSN, the insurer or the indication was wrong all the time."""
        number = int(patient[1:])
        others = {BSNS[number]: BSNS[number + 20], UZOVI["VGZ"]: UZOVI["CZ"], UZOVI["CZ"]: UZOVI["VGZ"], "009": "001"}
        rows = [row for row in self.agenda.values() if row["patient_id"] == patient]
        if what == "uzovi" and len({row["uzovi"] for row in rows}) > 1:
            return
        for row in rows:
            value = row[what]
            swapped = others.get(value) or next((k for k, v in others.items() if v == value), value)
            self.tell({**row, what: swapped})

    @precondition(lambda self: self.numbers())
    @rule(data=st.data())
    def move_to_another_patient(self, data: st.DataObject) -> None:
        """A whole trajectory was on the wrong person; mostly somebody noticed by a refusal."""
        name = data.draw(st.sampled_from(sorted(self.numbers(of_lines="refused") or self.numbers())))
        rows = self.rows_of(name)
        other = {"P0": "P1", "P1": "P0"}[rows[0]["patient_id"]]
        person = next(
            (row for row in self.agenda.values() if row["patient_id"] == other),
            visit("X", "2021-01-04", "940131", patient=other),
        )
        for row in rows:
            self.tell({**row, **{column: person[column] for column in OF_A_PERSON}})

    @precondition(lambda self: self.numbers())
    @rule(data=st.data())
    def renumber(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.numbers(of_lines="credited") or self.numbers())))
        self.courses += 1
        for row in self.rows_of(name):
            self.tell({**row, "trajectory_id": f"N{self.courses}"})

    def numbers(self, of_lines: str = "") -> set[str]:
        """The numbers of the counted trajectories, or of those with a line that was answered so."""
        told = {x["appointment_id"] for x in self.clerk.lines() if x["status"] == of_lines} if of_lines else self.agenda
        rows = (self.agenda[ident] for ident in told if ident in self.agenda)
        return {row["trajectory_id"] for row in rows if row["patient_id"] != "P2"}

    def rows_of(self, number: str) -> list[Cells]:
        return [row for row in self.agenda.values() if row["trajectory_id"] == number]

    # What the program does.

    @rule(feed=st.sampled_from(["news", "everything", "nothing"]))
    def run(self, feed: str) -> None:
        known = {"news": self.news, "everything": self.agenda.keys(), "nothing": set[str]()}[feed]
        result = self.clinic.feed([self.agenda[ident] for ident in sorted(known)]).run(today=self.today)
        if feed != "nothing":
            self.news = set()
        if result.document["run"]:
            self.outbox[result.document["run"]] = result.files
        standing = Counter(row["appointment_id"] for row in self.clerk.debits() if row["status"] in STANDING)
        told = {row["appointment_id"] for row in result.problems if row["code"] in ("PAID_TWICE", "CREDIT_WAITS")}
        assert {ident for ident, count in standing.items() if count > 1} <= told
        assert_everything_is_told_once(self.clinic.folder, self.day)

    @property
    def today(self) -> str:
        return self.day.isoformat()

    # What is sent, and what comes back.

    @precondition(lambda self: self.outbox or self.waiting)
    @rule(data=st.data(), kind=st.sampled_from(["grant", "some", "some", "one faulty", "header"]))
    def answer(self, data: st.DataObject, kind: str) -> None:
        if not self.waiting:
            self.send()
        message = self.waiting.pop(0)
        references = [line.reference for _, line in message.lines]
        if kind == "one faulty":
            self.read(message, by_vecozo(message, {data.draw(st.sampled_from(references)): data.draw(CODES)}))
        elif kind == "header":
            self.read(message, file_level(message, "8022"))
        else:
            wishes: dict[str, Verdict] = {}
            if kind == "some":
                for reference in data.draw(st.sets(st.sampled_from(references), min_size=1)):
                    wishes[reference] = Verdict(data.draw(st.sampled_from([0, 0, 5000])), (data.draw(CODES),))
            self.read(message, by_insurer(message, self.books.judge(message, wishes)))

    def send(self) -> None:
        """Sends the files of the first run that waits for it."""
        for content in self.outbox.pop(min(self.outbox)).values():
            self.waiting.append(self.books.receive(content))

    def read(self, message: Message, content: bytes) -> None:
        path = self.clinic.folder / f"{message.invoice}.ret"
        path.write_bytes(content)
        self.answers.append(path)
        report = self.clerk.reads(path, today=self.today)
        assert report["lines_granted"] + report["lines_refused"] == len(message.lines), report

    @precondition(lambda self: self.answers)
    @rule(data=st.data())
    def read_again(self, data: st.DataObject) -> None:
        report = self.clerk.reads(data.draw(st.sampled_from(self.answers)), today=self.today)
        assert [problem["code"] for problem in report["problems"]] == ["RETURN_KNOWN"]

    # What the clerk asks for.

    @rule(data=st.data(), command=st.sampled_from(["credit", "credit --cancel", "redeclare", "correct"]))
    def ask(self, data: st.DataObject, command: str) -> None:
        """Of any line: what can't be done is refused."""
        if references := [row["reference"] for row in self.clerk.lines()]:
            self.clerk.asks(*command.split(), data.draw(st.sampled_from(references)), today=self.today)

    @precondition(lambda self: self.clerk.lines())
    @rule()
    def correct_all(self) -> None:
        self.clerk.asks("correct", "--all", today=self.today)

    @precondition(lambda self: self.outbox)
    @rule()
    def undo(self) -> None:
        run = max(self.outbox)
        assert self.clerk.undoes(run, today=self.today) == 0
        del self.outbox[run]

    @rule()
    def try_it_as_a_test(self) -> None:
        """A test run leaves nothing behind but its number."""
        before = self.kept()
        self.clinic.configure(contracts=f'[output]\nmessage = "test"\n{CONTRACTS}')
        result = self.clinic.feed(self.agenda.values()).run(today=self.today)
        self.clinic.configure()
        assert str(result.document["run"])[0] in "TN"
        assert self.kept() == before

    def kept(self) -> list[str]:
        return [row for row in self.clerk.dump() if "test_run" not in row]

    @rule()
    def lose_the_ledger(self) -> None:
        """It is read back from the runs, and the answers are read in again; then the whole history is offered."""
        before = self.clerk.sums()
        self.ledger.unlink()
        assert self.clerk.gives("recover", today=self.today)[0] == 0
        for path in self.answers:
            assert not [p for p in self.clerk.reads(path, today=self.today)["problems"] if p["code"] == "RETURN_KNOWN"]
        assert self.clerk.sums() == before
        self.run("everything")

    # What always holds.

    @invariant()
    def the_sums_add_up_and_what_is_kept_follows_from_what_happened(self) -> None:
        if not hasattr(self, "clerk"):
            return
        sums = self.sums_of(self.ledger.read_bytes())
        assert sums["declared"] - sums["credited"] == sums["granted"] + sums["refused"] + sums["open"]
        assert sums["granted"] == self.books.paid
        unsent = sum(x["amount_cents"] for x in self.clerk.declarations() if x["run"] in self.outbox)
        assert sums["declared"] - sums["credited"] - unsent == self.books.declared - self.books.taken_back

    def sums_of(self, content: bytes) -> dict[str, int]:
        """What the ledger says; asked for again, and held to what is derived, where it holds something else by now."""
        if content != self.content:
            assert_ledger_as_derived(self.ledger)
            self.content, self.sums = content, self.clerk.sums()
        return self.sums

    @property
    def ledger(self) -> Path:
        return self.clinic.folder / "ledger.sqlite"

    # How it ends.

    def settle(self) -> None:
        """The clerk does what there is to do, the insurers grant what they may, until nothing is left."""
        self.run("everything")  # what changed last is still to be seen
        for _ in range(_ROUNDS):
            self.clerk.puts_right(today=self.today)
            self.run("everything")
            if not self.outbox and not self.waiting:
                break
            while self.outbox:
                self.send()
            while self.waiting:
                message = self.waiting.pop(0)
                self.read(message, by_insurer(message, self.books.judge(message, {})))
        else:
            raise AssertionError("it never ends")
        assert self.clerk.live() == self.due()
        paid = [row["reference"] for row in self.clerk.debits() if row["status"] in ("granted", "partly_granted")]
        assert sorted(self.books.live()) == sorted(paid)

    def due(self) -> dict[str, tuple[object, ...]]:
        """What the agenda as it is now comes to, to a program that knows nothing of the past."""
        with tempfile.TemporaryDirectory() as folder:
            result = few_tariffs(Clinic.open(Path(folder))).feed(self.agenda.values()).run(today=self.today)
            keys = ("date", "uzovi", "code", "units", "amount_cents")
            return {line["appointment_id"]: tuple(line[key] for key in keys) for line in result.document["lines"]}


TestYear = Year.TestCase
TestYear.settings = settings(
    max_examples=15,
    stateful_step_count=14,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
