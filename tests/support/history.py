"""A random practice over some nights: its feeds, its settings, the answers it gets, and what its clerk asks for.

The same for a seed in every version of Python: only ``random.Random(seed).random`` is drawn from. Nothing is expected
here; what the program makes of it is compared with what another version of it made of the same.
"""

import csv
import io
import json
import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final, TypeVar

from attrs import Factory, define, frozen

from tests.bench import bsn
from tests.support.gds_receiver import Declaration
from tests.support.gds_receiver import Verdict as GdsVerdict
from tests.support.receiver import Message, Verdict, by_insurer, by_vecozo, file_level, take_apart

T = TypeVar("T")
Cells = dict[str, str]

#: Without the first of them, which must exist, every practice lacks some of these columns.
COLUMNS: Final = (
    "appointment_id", "date", "status", "code", "patient_id", "bsn", "birth_date", "sex", "name", "initials",
    "house_number", "uzovi", "diagnosis_code", "therapist_agb",
)  # fmt: skip
MORE_COLUMNS: Final = (
    "trajectory_id", "declare_under", "prefix", "partner_name", "partner_prefix", "name_use", "postcode",
    "house_number_suffix", "country", "foreign_postcode", "insured_number", "indication_code", "therapist_specialism",
    "referral_date", "referrer_agb", "referrer_specialism", "authorization_number", "accident", "consent", "side",
    "measurement_name", "measurement_score",
)  # fmt: skip
#: Without one of these most lines are held.
ASKED_FOR: Final = ("trajectory_id", "postcode", "insured_number", "indication_code", "side")

#: Start, what comes between, end, relapse and diagnosis, by UZOVI number.
FLAT: Final[Mapping[str, Sequence[tuple[str, str, str, str, str]]]] = {
    "7095": (
        ("940131", "940135", "940134", "940133", "3426"),
        ("940158", "940135", "940159", "940163", "3026"),
        ("940165", "940135", "940166", "940171", "4026"),
        ("940174", "940135", "940175", "940180", "7023"),
    ),
    "0699": (("940151", "940135", "940154", "940153", "3426"),),
    "9664": (
        ("940141", "940135", "940144", "940143990", "3426"),
        ("940167", "940135", "940168", "940172", "4026"),
        ("940176", "940135", "940177", "940181990", "6223"),
    ),
    "7053": (("940156", "940135", "940157", "940162990", "3026"),),
    "3332": (
        ("940151", "940135", "940154", "940153", "3426"),
        ("940160", "940135", "940161", "940164", "3026"),
        ("940188", "940135", "940191", "940192", "6222"),
        ("940183", "940135", "940184", "940185", "7022"),
    ),
    "3311": (("940130", "940135", "940132", "940130", "3426"), ("940140", "940145", "940142", "940140", "3426")),
}
#: Those of the made-up agreements of 2024 to 2026.
XML: Final[Mapping[str, Sequence[tuple[str, str, str, str, str]]]] = {
    "7095": (
        ("940131", "940135", "940134", "940133", "3426"),
        ("940174", "940135", "940175", "940131", "7023"),
    ),
    "9664": (
        ("940131", "940135", "940134", "940133990", "3426"),
        ("940174", "940135", "940175", "940131", "6223"),
    ),
}
OVERLAY: Final = Path(__file__).parents[2] / "fixtures" / "golden" / "gds801-turn-of-2025" / "verzonnen-2024-2026.csv"
INSURERS: Final = {"VGZ": 1, "CZ": 2, "Menzis": 3, "Zilveren Kruis": 4}
UZOVI: Final = {"VGZ": ("7095", "0699"), "CZ": ("9664", "7053"), "Menzis": ("3332",), "Zilveren Kruis": ("3311",)}
LISTS: Final = ("productafspraken Zorg1", "tarieven overige coderingen")
NAMES: Final = (
    "Jansen", "Bakker", "Visser", "Meijer", "Müller", "Çelik", "O'Brien", "Peters-Hendriks", "Łukasz", "Ĳsselmuiden",
    "Wittgenstein-Zuylenburgh", "Bos",
)  # fmt: skip
#: What a damaged cell becomes.
DAMAGE: Final = (
    "", "x", "0", "-1", "NULL", "nan", "7,001E+08", "=1+1", "31-02-2021", "2021-3-9", "9999", "999999999", "1",
    "0001-01-01", "9999-12-31", "NaN", "\\N", "ééé", "\ufeff", "\u202e", "A" * 70, "1234567", "  ", "T1-0", "Q1",
    "completed", "940131", "940134", "940135", "3332", "7095", "3426", "6223", "\x1b[2J", '"', "a;b", "a\nb", "12 bis",
    "2024-01-01T10:00:00Z", "J", "V", "L", "009", "001", "04098765", "BE", "DE", "1234 AB", "\udcff", "\u0418",
)  # fmt: skip
#: What an appointment is changed into, mostly by somebody who knows what he does.
CHANGES: Final[Sequence[Cells]] = (
    {"status": "cancelled"}, {"status": "cancelled"}, {"status": "completed"}, {"status": "no-show"},
    {"status": "Behandeld"}, {"code": "940135"}, {"code": "O11"}, {"code": "1000"}, {"code": "940134"},
    {"code": "940131"}, {"diagnosis_code": "3426"}, {"diagnosis_code": "4126"}, {"diagnosis_code": ""},
    {"uzovi": "9664"}, {"uzovi": "3343"}, {"trajectory_id": ""}, {"trajectory_id": "T1-0"}, {"side": "L"},
    {"indication_code": "001"}, {"indication_code": ""}, {"therapist_agb": "04012345"}, {"accident": "J"},
    {"consent": "J"}, {"consent": "N"}, {"measurement_score": "7"}, {"authorization_number": "7"},
)  # fmt: skip
#: The day an appointment is moved to is so many days off.
MOVES: Final = (-14, -1, 1, 7, 400)
STATUSES: Final = ("completed",) * 20 + ("voltooid", "Behandeld", "cancelled", "gepland", "COMPLETED")
RETURN_CODES: Final = ("0611", "0320", "3100", "0638", "9999", "8059", "0587")
OF_A_PERSON: Final = (
    "patient_id", "bsn", "birth_date", "sex", "name", "initials", "house_number", "insured_number", "postcode", "uzovi",
)  # fmt: skip


class Chance:
    """What is drawn; the same for a seed everywhere."""

    def __init__(self, seed: int) -> None:
        self._next = random.Random(seed).random

    def happens(self, probability: float) -> bool:
        return self._next() < probability

    def below(self, end: int) -> int:
        return int(self._next() * end)

    def between(self, first: int, last: int) -> int:
        """A number from first to last, both included."""
        return first + self.below(last - first + 1)

    def one(self, of: Sequence[T]) -> T:
        return of[self.below(len(of))]

    def some(self, of: Sequence[T], probability: float) -> list[T]:
        return [each for each in of if self.happens(probability)]

    def shuffled(self, of: Sequence[T]) -> list[T]:
        keys = [self._next() for _ in of]
        return [of[place] for place in sorted(range(len(of)), key=keys.__getitem__)]


@frozen
class Done:
    """What a command came to."""

    code: int
    stdout: str
    stderr: str


#: Runs the command in the folder of the practice.
Command = Callable[..., Done]


@frozen
class Step:
    """A command that was given, and what it came to."""

    arguments: tuple[str, ...]
    done: Done

    def __str__(self) -> str:
        return " ".join(self.arguments)


@define
class History:
    """A practice and its clerk. ``nights`` lets it live; between two steps the folder can be looked at."""

    seed: int
    folder: Path
    command: Command
    chance: Chance = Factory(lambda self: Chance(self.seed), takes_self=True)
    day: date = date(2021, 3, 1)
    is_xml: bool = False
    is_damaged: bool = False
    columns: tuple[str, ...] = COLUMNS
    #: Every appointment as it is now, and those the last feeds did not hold yet.
    agenda: dict[str, Cells] = Factory(dict)
    news: dict[str, None] = Factory(dict)
    planned: list[Cells] = Factory(list)
    persons: list[Cells] = Factory(list)
    #: What changes of the settings.
    learned: dict[str, bool] = Factory(dict)
    answered: set[str] = Factory(set)
    answers: list[str] = Factory(list)
    courses: int = 0
    feeds: int = 0

    # The practice ----------------------------------------------------------------------------------

    def open(self) -> None:
        """Makes the folder: settings, tariffs, and the first patients."""
        chance = self.chance
        self.is_xml = chance.happens(0.35)
        self.is_damaged = chance.happens(0.4)
        self.day = date(2024, 12, 2) if self.is_xml else date(2021, 1, 4) + timedelta(30 * chance.below(26))
        more = [name for name in MORE_COLUMNS if chance.happens(0.98 if name in ASKED_FOR else 0.6)]
        self.columns = tuple(chance.shuffled([*COLUMNS, *more]))
        self.learned = {
            "status": chance.happens(0.5), "code": chance.happens(0.7), "tariffs": chance.happens(0.6),
            "contract": chance.happens(0.6), "until": chance.happens(0.1), "complete": chance.happens(0.2),
            "test": False, "dutch": chance.happens(0.5), "mapped": chance.happens(0.3), "sqlite": chance.happens(0.1),
        }  # fmt: skip
        if self.is_xml:
            shutil.copyfile(OVERLAY, self.folder / "agreements.csv")
        self.configure()
        for _ in range(chance.between(3, 14)):
            self.meet()

    def theirs(self, column: str) -> str:
        """What the practice calls a column."""
        return f"Kolom {column}" if self.learned["mapped"] and column != "status" else column

    def configure(self) -> None:
        """Writes the settings and the tariffs as they are by now."""
        told = self.learned
        completed = ["completed", "voltooid", *(["behandeld"] if told["status"] else [])]
        mapping = "".join(f'{name} = "{self.theirs(name)}"\n' for name in self.columns) if told["mapped"] else ""
        contracts = "".join(
            f'[[contracts]]\ninsurer = "{name}"\nfrom = 2018-01-01\nlists = {json.dumps(LISTS)}\n'
            + ('amount = "product"\n' if number != 3 else "")
            for name, number in INSURERS.items()
            if (number != 2 or told["contract"]) and (number < 3 or not self.is_xml)
        )
        path = "feed.sqlite" if told["sqlite"] else "appointments.csv"
        (self.folder / "ei-export.toml").write_text(
            f"""\
[practice]
name = "Fysiotherapie De Brug"
practice_agb = "04012345"
provider_agb = "04098765"
[software]
code = "012345"
version = "1.0"
[input]
path = "{path}"
{"complete_from = 2020-06-01" if told["complete"] else ""}
[input.columns]
{mapping}
[input.status]
completed = {json.dumps(completed)}
[codes]
"01" = "940131"
"011" = "940135"
{'"O11" = "940135"' if told["code"] else ""}
[tariffs]
path = "tariffs.csv"
[output]
message = "{"test" if told["test"] else "production"}"
[ledger]
path = "ledger.sqlite"
{f"declared_until = {self.day.year}-01-31" if told["until"] else ""}
[messages]
language = "{"nl" if told["dutch"] else "en"}"
{"[agreements]" + chr(10) + 'overlay = ["agreements.csv"]' if self.is_xml else ""}
{contracts}""",
            encoding="utf-8",
        )
        with (self.folder / "tariffs.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, delimiter=";")
            table.writerow(["list", "insurer", "code", "from", "until", "amount"])
            for insurer, number in INSURERS.items():
                of_insurer = [course for uzovi in UZOVI[insurer] for course in FLAT.get(uzovi, ())]
                codes = sorted(
                    {code for course in (*of_insurer, *(XML["7095"] if number < 3 else ())) for code in course}
                )
                for place, code in enumerate(codes[: None if told["tariffs"] else -3]):
                    for price_list in LISTS[: 1 + (insurer == "CZ")]:
                        table.writerow(
                            [price_list, insurer, code, "", "", f"{40 + number + place % 60}.{place % 100:02}"]
                        )

    def meet(self) -> None:
        """A new patient, with the visits of some courses of treatment, now and later."""
        chance = self.chance
        number = len(self.persons) + 1
        table = XML if self.is_xml else FLAT
        uzovi = chance.one(sorted(table))
        person = {
            "patient_id": f"P{number}" if chance.happens(0.9) else f"PATIENT-{number:012}",
            "bsn": bsn(12_000_000 + 1_000 * self.seed + 7 * number) if chance.happens(0.93) else "999999999",
            "birth_date": f"{chance.between(1935, 2019)}-{chance.between(1, 12):02}-{chance.between(1, 28):02}",
            "sex": chance.one(("1", "2", "M", "V", "man", "vrouw", "9")),
            "name": chance.one(NAMES),
            "initials": chance.one(("A", "AB", "J.P.", "Ch")),
            "house_number": chance.one(("1", "12", "12a", "104-2", "3 bis", "250")),
            "postcode": f"{chance.between(1000, 9999)}AB",
            "insured_number": f"{chance.below(10**9):09}" if chance.happens(0.8) else "",
            "uzovi": uzovi,
        }
        if chance.happens(0.15):
            person |= {"prefix": "van der", "partner_name": "Groen", "partner_prefix": "de", "name_use": "3"}
        if chance.happens(0.05):
            person |= {"country": "BE", "postcode": "", "foreign_postcode": "B-2000"}
        if chance.happens(0.04) and self.persons:  # somebody who is there already, by another number
            person = {**chance.one(self.persons), "patient_id": person["patient_id"]}
            uzovi = person["uzovi"]
        self.persons.append(person)
        for _ in range(chance.one((1, 1, 1, 2, 3))):
            self.plan(person, chance.one(table[uzovi]))

    def plan(self, person: Cells, course: tuple[str, str, str, str, str]) -> None:
        """A course of treatment: a row for each of its visits."""
        chance = self.chance
        self.courses += 1
        start, contact, end, relapse, diagnosis = course
        codes = [start, *[contact] * chance.between(0, 6), *([end] if chance.happens(0.8) else [])]
        if chance.happens(0.15):
            codes.append(relapse)
        if chance.happens(0.1):
            codes.insert(chance.below(len(codes)), chance.one(("1000", "O11", "", "940134")))
        number = f"T{self.courses}" if chance.happens(0.8) else ""
        day = self.day + timedelta(chance.between(0, 20))
        for place, code in enumerate(codes):
            self.planned.append(
                {
                    **person,
                    "appointment_id": f"A{self.courses}-{place}",
                    "date": day.isoformat(),
                    "status": chance.one(STATUSES),
                    "code": code,
                    "trajectory_id": number,
                    "diagnosis_code": diagnosis,
                    "indication_code": "009" if code not in ("940192", "940185") else "001",
                    "therapist_agb": chance.one(("04098765", "04098765", "04011111")),
                    "therapist_specialism": "0401",
                    "side": "L" if diagnosis[0] in "67" else "",
                    "consent": chance.one(("J", "N", "")),
                    "measurement_name": "Start Back" if place == 0 else "",
                    "measurement_score": str(chance.below(9)) if place == 0 else "",
                    "accident": "N",
                }
            )  # fmt: skip
            day += timedelta(chance.one((0, 1, 3, 7, 7, 14)))

    # What happens from night to night --------------------------------------------------------------

    def pass_time(self) -> None:
        """Some days go by: visits take place, patients come, and what was written down is put right or spoilt."""
        chance = self.chance
        self.day += timedelta(chance.one((1, 2, 7, 7, 14, 35)))
        for _ in range(chance.below(4)):
            self.meet()
        if self.persons and chance.happens(0.3):
            person = chance.one(self.persons)
            self.plan(person, chance.one((XML if self.is_xml else FLAT)[person["uzovi"]]))
        now: list[Cells] = []
        later: list[Cells] = []
        for row in self.planned:
            (now if row["date"] <= self.day.isoformat() or chance.happens(0.02) else later).append(row)
        self.planned = later
        for row in now:
            if self.is_damaged:
                row = {key: chance.one(DAMAGE) if chance.happens(0.05) else value for key, value in row.items()}
            self.tell(row)
        if self.agenda:
            self.change()

    def tell(self, row: Cells) -> None:
        """A row is new or another than it was; two rows may have one appointment number."""
        self.agenda[row["appointment_id"]] = row
        self.news[row["appointment_id"]] = None

    def change(self) -> None:
        """Changes of appointments, of persons, and of whose an appointment is."""
        chance = self.chance
        for _ in range(chance.below(4)):
            row = chance.one(list(self.agenda.values()))
            self.tell({**row, **chance.one(CHANGES)})
        if chance.happens(0.2):
            row = chance.one(list(self.agenda.values()))
            try:
                moved = date.fromisoformat(row["date"]) + timedelta(chance.one(MOVES))
            except (ValueError, OverflowError):
                moved = self.day
            self.tell({**row, "date": moved.isoformat()})
        if chance.happens(0.3):
            self.learn_of_a_patient()
        if chance.happens(0.15) and len(self.persons) > 1:  # all visits of a course were another's
            number = chance.one(list(self.agenda.values()))["trajectory_id"]
            person = chance.one(self.persons)
            for row in [row for row in self.agenda.values() if number and row["trajectory_id"] == number]:
                self.tell({**row, **{column: person.get(column, "") for column in OF_A_PERSON}})
        if chance.happens(0.05):  # deleted by the practice
            del self.agenda[chance.one(list(self.agenda))]
            self.news = {ident: None for ident in self.news if ident in self.agenda}
        if chance.happens(0.06):  # declared already, and there again under another number
            row = chance.one(list(self.agenda.values()))
            self.tell({**row, "appointment_id": f"X{row['appointment_id']}"})

    def learn_of_a_patient(self) -> None:
        """Something of a person was otherwise all the time, in all of the rows or the later half."""
        chance = self.chance
        person = chance.one(self.persons)
        rows = [row for row in self.agenda.values() if row["patient_id"] == person["patient_id"]]
        learned: Cells = chance.one(
            (
                {"bsn": bsn(72_000_000 + 1_000 * self.seed + self.courses)},
                {"birth_date": "1970-02-03"},
                {"patient_id": f"N{self.courses}"},
                {"uzovi": chance.one(sorted(XML if self.is_xml else FLAT))},
                {"sex": "2"},
                {"name": "Anders"},
                {"insured_number": "123123123"},
                {"house_number": "9"},
                {"consent": "N"},
            )
        )
        for row in rows[len(rows) // 2 if chance.happens(0.3) else 0 :]:
            self.tell({**row, **learned})
        self.persons[self.persons.index(person)] = {**person, **learned}

    def write_feed(self) -> None:
        """The feed of tonight: the whole history, what is new, both, or something else."""
        chance = self.chance
        how = chance.one(("everything",) * 6 + ("news",) * 6 + ("some", "nothing", "twice"))
        rows = list(self.agenda.values())
        if how == "news":
            rows = [self.agenda[ident] for ident in self.news]
        elif how == "some":
            rows = chance.some(rows, 0.5)
        elif how == "nothing":
            rows = []
        elif how == "twice":
            rows = [*rows, *chance.some(rows, 0.5)]
        if how in ("everything", "news", "twice"):
            self.news = {}
        if chance.happens(0.5):
            rows = chance.shuffled(rows)
        if self.learned["sqlite"]:
            self._write_sqlite(rows)
            self._date(self.folder / "feed.sqlite")
            return
        text = io.StringIO(newline="")
        table = csv.writer(text, delimiter=chance.one(";;,\t"), lineterminator=chance.one(("\n", "\r\n")))
        table.writerow([self.theirs(column) for column in self.columns])
        table.writerows([row.get(column, "") for column in self.columns] for row in rows)
        if chance.happens(0.05):
            text.write(f"Totaal: {len(rows)} rijen\n")
        encoding = chance.one(("utf-8", "utf-8", "utf-8-sig", "cp1252"))
        content = text.getvalue().encode(encoding, "replace" if encoding == "cp1252" else "surrogateescape")
        (self.folder / "appointments.csv").write_bytes(content)
        self._date(self.folder / "appointments.csv")

    def _date(self, feed: Path) -> None:
        """Has a feed be of its own minute, however soon it comes behind another."""
        self.feeds += 1
        written = 1_600_000_000 + 60 * self.feeds
        os.utime(feed, (written, written))

    def _write_sqlite(self, rows: Sequence[Cells]) -> None:
        path = self.folder / "feed.sqlite"
        path.unlink(missing_ok=True)
        connection = sqlite3.connect(path)
        names = ", ".join(f'"{self.theirs(column)}"' for column in self.columns)
        with connection:
            connection.execute(f"CREATE TABLE appointments ({names})")
            connection.executemany(
                f"INSERT INTO appointments VALUES ({', '.join('?' * len(self.columns))})",
                [[row.get(c, "").encode("utf-8", "replace").decode() for c in self.columns] for row in rows],
            )
        connection.close()

    # What is asked of the program ------------------------------------------------------------------

    def asks(self, *arguments: str) -> Step:
        """Gives a command on the day it is."""
        words = (*arguments, "--today", self.day.isoformat())
        return Step(words, self.command(*words))

    def nights(self, count: int) -> Iterator[Step]:
        """So many nights, with the days between, and at last a look at everything."""
        self.open()
        for _ in range(count):
            self.pass_time()
            self.learn()
            self.write_feed()
            yield from self.night()
            yield from self.by_day()
        yield from self.look_back()

    def learn(self) -> None:
        """Now and then the settings are changed."""
        chance = self.chance
        self.learned["test"] = chance.happens(0.08)
        for word in ("status", "code", "tariffs", "contract", "dutch"):
            if chance.happens(0.12):
                self.learned[word] = not self.learned[word] if chance.happens(0.2) else True
        self.configure()

    def night(self) -> Iterator[Step]:
        chance = self.chance
        if chance.happens(0.25):
            yield self.asks("check", *chance.some(("--json", "--all", "--strict"), 0.3))
        options = [*chance.some(("--json", "--xlsx"), 0.12), *chance.some(("--strict", "-q"), 0.06)]
        yield self.asks("run", *options, *chance.one(((), (), ("--lang", "en"), ("--lang", "nl"))))
        if chance.happens(0.1):
            yield self.asks("run")

    def by_day(self) -> Iterator[Step]:
        """Answers come, and the clerk does something or other."""
        chance = self.chance
        for path in self.declared():
            if path.name not in self.answered and chance.happens(0.6):
                yield from self.answer(path)
        if self.answers and chance.happens(0.1):
            yield self.asks("returns", chance.one(self.answers))
        references = self.references()
        for words in (("credit",), ("redeclare",), ("correct",), ("credit", "--cancel"), ("correct", "--all")):
            if references and chance.happens(0.3):
                named = [] if "--all" in words else [chance.one(references) for _ in range(chance.between(1, 3))]
                yield self.asks(*words, *named, "--why", "omdat")
        runs = sorted(path.name for path in self.folder.glob("out/[RT]*") if path.is_dir())
        if runs and chance.happens(0.12):
            yield self.asks("undo", runs[-1] if chance.happens(0.7) else chance.one(runs), "--why", "niet verstuurd")
        if chance.happens(0.5):
            yield self.asks("status", *chance.some(("--json", "--lines", "--all"), 0.4))
        if self.agenda and chance.happens(0.6):
            yield self.asks("explain", chance.one(list(self.agenda)) or "A1-0", *chance.some(("--json",), 0.3))
        if chance.happens(0.08):
            yield from self.lose_the_ledger()
        if chance.happens(0.06):
            before = self.day - timedelta(chance.between(5, 60))
            yield self.asks("prune", "--before", before.isoformat(), "--yes")

    def declared(self) -> list[Path]:
        """Every file that was declared and is still there."""
        return sorted(path for path in self.folder.glob("out/R*/declarations/*") if path.suffix in (".txt", ".xml"))

    def references(self) -> list[str]:
        """References and appointments of everything that was declared."""
        found: dict[str, None] = {}
        for path in sorted(self.folder.glob("out/R*/lines.csv")):
            with path.open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    found[row["reference"]] = found[row["appointment_id"]] = None
        return list(found)

    def answer(self, path: Path) -> Iterator[Step]:
        """A file is answered: granted, granted for less, refused in part or as a whole."""
        self.answered.add(path.name)
        content = path.read_bytes()
        try:
            back = self._answer_xml(content) if path.suffix == ".xml" else self._answer_flat(take_apart(content))
        except AssertionError:  # the small receiver is stricter than the real one
            return
        name = f"{path.stem}.ret"
        (self.folder / name).write_bytes(back)
        self.answers.append(name)
        yield self.asks("returns", name, *self.chance.some(("--json",), 0.4))

    def _answer_flat(self, message: Message) -> bytes:
        chance = self.chance
        references = [line.reference for _, line in message.lines]
        kind = chance.one(("granted", "some", "some", "some", "one faulty", "header", "person"))
        if kind == "granted":
            return file_level(message, "8001")
        if kind == "header":
            return file_level(message, "8022")
        if kind == "one faulty":
            return by_vecozo(message, {chance.one(references): chance.one(RETURN_CODES)})
        persons = {chance.one(message.lines)[0].values["0203"]: "0320"} if kind == "person" else {}
        verdicts = {
            line.reference: Verdict(chance.one((0, 0, int(line.values["0432"]) // 2)), (chance.one(RETURN_CODES),))
            for _, line in chance.some(message.lines, 0.4)
        }
        return by_insurer(message, verdicts, persons)

    def _answer_xml(self, content: bytes) -> bytes:
        chance = self.chance
        message = Declaration.of(content)
        if chance.happens(0.15):
            return message.answer(whole=["8022"])
        lines = [line for line in message.lines() if chance.happens(0.5)]
        amounts: tuple[GdsVerdict, ...] = (("0.00", ["0611"], []), ("10.00", ["8059"], []), ("0.00", [], ["0320"]))
        return message.answer({line.reference: chance.one(amounts) for line in lines})

    def lose_the_ledger(self) -> Iterator[Step]:
        """It is gone; a run is refused then, and what was declared is read back, and the answers with it."""
        (self.folder / "ledger.sqlite").unlink(missing_ok=True)
        yield self.asks("run")
        yield self.asks("recover")
        if self.answers:
            yield self.asks("returns", *self.answers)

    def look_back(self) -> Iterator[Step]:
        """Everything as it stands in the end."""
        yield self.asks("run")
        for words in ((), ("--all", "--lines"), ("--json", "--lines")):
            yield self.asks("status", *words)
        files = [path.relative_to(self.folder).as_posix() for path in self.declared()]
        if files:
            yield self.asks("verify", *files)
            yield self.asks("verify", "--json", *files[:3])
        for file in files[:2]:
            yield self.asks("show", file)
            yield self.asks("show", "--json", "--mask", file)
        for ident in self.chance.shuffled(sorted(filter(None, self.agenda)))[:8]:
            yield self.asks("explain", ident)
