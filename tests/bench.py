"""``make bench``: how long a run takes, and how much memory, against a plain pass over the same file just before.

For feeds of 19 and of 26 columns: the first run, one with nothing new, a night (all rows and 100 new ones), and
``verify`` of what was declared, against a pass that only cuts each record into its elements; for care of 2025 a run
that writes GDS801; and of a feed with consent the export to Zorg1 of all its trajectories, and each page of the desk
(`bench_desk`). Every other measurement is a process of its own, and its memory is looked at from outside. Only the
ratios last: machines are noisy. Each is the median of as many pairs as are asked for.
"""

import argparse
import compileall
import csv
import datetime as dt
import os
import random
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from statistics import median
from threading import Event, Thread
from typing import Final, NamedTuple

import ei_export

COMMAND = Path(sysconfig.get_path("scripts")) / "ei-export"
#: The made-up agreements of 2024 to 2026.
AGREEMENTS = Path(__file__).parents[1] / "fixtures" / "golden" / "gds801-turn-of-2025" / "verzonnen-2024-2026.csv"

COLUMNS = [
    "appointment_id", "date", "status", "code", "trajectory_id", "patient_id", "bsn", "birth_date", "sex", "name",
    "prefix", "initials", "postcode", "house_number", "house_number_suffix", "country", "uzovi", "insured_number",
    "diagnosis_code", "indication_code", "therapist_agb", "therapist_specialism", "referral_date", "referrer_agb",
    "accident", "side", "consent",
]  # fmt: skip
#: What a feed of 26 columns lacks, and what one of 19 lacks besides.
CONSENT = "consent"
SPARE = {CONSENT, "prefix", "house_number_suffix", "country", "referral_date", "referrer_agb", "accident", "side"}

#: start, contact, end, diagnosis by UZOVI; a start and an end are lines, a contact is not.
Courses = Mapping[str, Sequence[tuple[str, str, str, str]]]
FLAT: Final[Courses] = {
    "7095": [("940131", "940135", "940134", "3426"), ("940158", "940135", "940159", "3026")],
    "9664": [("940141", "940135", "940144", "3426"), ("940165", "940135", "940166", "4026")],
    "3332": [("940151", "940135", "940154", "3426"), ("940167", "940135", "940168", "4026")],
    "3311": [("940130", "940135", "940132", "3426")],
}
XML: Final[Courses] = {
    "7095": [("940131", "940135", "940134", "3426"), ("940174", "940135", "940175", "7023")],
    "9664": [("940131", "940135", "940134", "3426"), ("940174", "940135", "940175", "6223")],
}
INSURERS = {"7095": "VGZ", "9664": "CZ", "3332": "Menzis", "3311": "Zilveren Kruis"}
NAMES = ["Jansen", "de Vries", "Bakker", "Visser", "Smit", "Meijer", "Mulder", "Bos", "Peters", "Hendriks", "Müller"]

#: Bytes of a record of PM304 with its line end.
RECORD = 312
#: What the JavaScript reader is timed on: it keeps everything in memory.
RECORDS_FOR_JAVASCRIPT = 100_000

SETTINGS = """\
[practice]
name = "Bench"
practice_agb = "04012345"
provider_agb = "04098765"
[software]
code = "012345"
version = "1.0"
[tariffs]
path = "tariffs.csv"
"""

BARE_PASS = """\
import csv, sys
with open(sys.argv[1], encoding="utf-8", newline="") as file:
    for row in csv.DictReader(file, delimiter=";"):
        pass
"""

CUT_PASS = """\
import struct, sys
from ei_export.standards.flat.record import Layout
cut = {
    kind.encode(): struct.Struct("".join(f"{element.length}s" for element in record.elements)).unpack_from
    for kind, record in Layout.load("pm304-3.2").records.items()
}
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        for line in file:
            cut[line[:2]](line)
"""

#: The one reader and writer of PM304 in JavaScript that is public (github.com/ikeamanual/EiCooker); it isn't in npm's
#: registry. With a second path it writes what it read.
EICOOKER = """\
const eicooker = require("eicooker");
(async () => {
  const standard = await eicooker.initialize("PM304-3.2");
  const records = await eicooker.loadFile(process.argv[1], standard);
  if (process.argv[2]) await eicooker.writeFile(records, standard, process.argv[2]);
})();
"""


# The practice ----------------------------------------------------------------------------------------


WITHOUT_CONSENT = [name for name in COLUMNS if name != CONSENT]


class Kind(NamedTuple):
    """A feed: its columns, its courses of treatment, and the half year they are in, all declared at its end: within
    every insurer's term."""

    name: str
    columns: Sequence[str]
    courses: Courses
    year: int

    @property
    def first_day(self) -> dt.date:
        return dt.date(self.year, 7, 1)

    @property
    def today(self) -> str:
        return f"{self.year}-12-31"


KINDS: Final = {
    kind.name: kind
    for kind in (
        Kind("19 columns", [name for name in COLUMNS if name not in SPARE], FLAT, 2023),
        Kind("26 columns", WITHOUT_CONSENT, FLAT, 2023),
        Kind("GDS801", WITHOUT_CONSENT, XML, 2025),
        Kind("Zorg1", COLUMNS, FLAT, 2023),
    )
}


#: The feeds with which all is measured, not only what they are there for.
OF_ALL: Final = ("19 columns", "26 columns")


def bsn(number: int) -> str:
    """The next made-up BSN from a number on that passes the 11-test."""
    while True:
        digits = f"{number % 10**8:08}"
        last = sum((9 - i) * int(d) for i, d in enumerate(digits)) % 11
        if last < 10:
            return f"{digits}{last}"
        number += 1


Row = list[str]


class Agenda:
    """Patients of a practice one after the other, each with the rows of one or two courses of 5 to 10 visits."""

    def __init__(self, kind: Kind, rows: int) -> None:
        self.kind = kind
        self._chance = random.Random(rows)
        self.patients = self.count = 0

    def patient(self) -> list[Row]:
        """The rows of the next one."""
        chance, courses = self._chance, self.kind.courses
        self.patients += 1
        uzovi = chance.choice(list(courses))
        person = [
            f"P{self.patients}", bsn(12_000_000 + 7 * self.patients),
            f"{chance.randint(1940, 2004)}-05-{chance.randint(10, 28)}", chance.choice("12"), chance.choice(NAMES), "",
            chance.choice("ABCDEFG"), f"{chance.randint(1000, 9999)}AB", str(chance.randint(1, 300)), "", "NL", uzovi,
            f"{chance.randrange(10**9):09}",
        ]  # fmt: skip
        rows: list[Row] = []
        for course in range(chance.choice((1, 1, 2))):
            codes = chance.choice(courses[uzovi])
            visits = chance.randint(5, 10)
            # Two courses of one patient are on days of their own: a performance is declared once a day.
            start = self.kind.first_day + dt.timedelta(7 * chance.randrange(15) + chance.choice((0, 1)) + 2 * course)
            days = [start + dt.timedelta(7 * visit) for visit in range(visits)]
            rows += self.course(person, f"T{self.patients}-{course}", codes, days)
        return rows

    def course(self, person: Row, number: str, codes: tuple[str, str, str, str], days: Sequence[dt.date]) -> list[Row]:
        """The rows of one course: a start, contacts, an end."""
        start, contact, end, diagnosis = codes
        rows: list[Row] = []
        for place, day in enumerate(days):
            self.count += 1
            code = start if place == 0 else end if place == len(days) - 1 else contact
            ids = [f"A{self.count:08}", day.isoformat(), "voltooid", code, number]
            side = "L" if diagnosis[0] in "67" else ""
            rows.append([*ids, *person, diagnosis, "009", "04098765", "0401", "", "", "N", side, "J"])
        return rows

    def night(self, known: Sequence[Row]) -> list[Row]:
        """100 rows of the last days: of new patients, and one more contact of some that are known, on the day of one
        of their contacts."""
        news: list[Row] = []
        while len(news) < 50:
            news += self.patient()
        code, uzovi = COLUMNS.index("code"), COLUMNS.index("uzovi")
        contacts = [row for row in known if row[code] == "940135" and row[uzovi] != "3311"]  # there they are lines
        step = max(1, len(contacts) // (100 - len(news)))
        for row in islice(contacts, 0, None, step):
            self.count += 1
            news.append([f"A{self.count:08}", *row[1:]])
        return news[:100]


def make(folder: Path, kind: Kind, rows: int) -> None:
    """A practice with about ``rows`` appointments in the order of their dates; ``night.csv`` has what comes at night,
    without a header."""
    contracts = [f'[[contracts]]\ninsurer = "{INSURERS[uzovi]}"\nfrom = 2019-01-01\n' for uzovi in kind.courses]
    agreements = ""
    if kind.courses is XML:
        shutil.copyfile(AGREEMENTS, folder / "agreements.csv")
        agreements = '[agreements]\noverlay = ["agreements.csv"]\n'
    (folder / "ei-export.toml").write_text(SETTINGS + agreements + "".join(contracts), encoding="utf-8")
    with (folder / "tariffs.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["list", "insurer", "code", "from", "until", "amount"])
        for uzovi, courses in kind.courses.items():
            for code in sorted({code for course in courses for code in course[:3]}):
                days = ("2019-01-01", f"{kind.year}-12-31")
                writer.writerow(["productafspraken Zorg1", INSURERS[uzovi], code, *days, "100.00"])
    agenda = Agenda(kind, rows)
    appointments: list[Row] = []
    while agenda.count < rows:
        appointments += agenda.patient()
    night = agenda.night(appointments)
    appointments.sort(key=lambda row: row[1])
    places = [COLUMNS.index(name) for name in kind.columns]
    for name, table in (("appointments.csv", [COLUMNS, *appointments]), ("night.csv", night)):
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=";").writerows([row[place] for place in places] for row in table)


# Measuring -------------------------------------------------------------------------------------------


class Measured(NamedTuple):
    """A process: its seconds, those of the processor in it and its children, and the peak MiB of each, by start."""

    seconds: float
    cpu: float
    peaks: list[float]


def measure(command: Sequence[str], folder: Path) -> Measured:
    """Runs a command to its end; its exit code must be 0."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=said)
        watch = Watch(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        peaks = watch.end() or [usage.ru_maxrss / 1024]
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            sys.exit(f"{' '.join(command)} failed: {said.read()}")
    return Measured(seconds, usage.ru_utime + usage.ru_stime, peaks)


class Watch:
    """Looks every 20 ms at the peak memory of a process and all below it, where the system tells of it in ``/proc``."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peaks: dict[int, float] = {}
        self._ended = Event()
        self._thread = Thread(target=self._look, daemon=True)
        self._thread.start()

    def end(self) -> list[float]:
        """The peaks in MiB, the first process first."""
        self._ended.set()
        self._thread.join()
        return list(self._peaks.values())

    def _look(self) -> None:
        while not self._ended.wait(0.02):
            waiting = [self._pid]
            for pid in waiting:  # which grows by the children
                try:
                    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
                    if "VmHWM:" in status:  # not one that has ended
                        self._peaks[pid] = int(status.partition("VmHWM:")[2].split(None, 1)[0]) / 1024
                    for children in Path(f"/proc/{pid}/task").glob("*/children"):
                        waiting += map(int, children.read_text(encoding="utf-8").split())
                except OSError:
                    continue  # it ended just now


class Told(NamedTuple):
    """A row of what is told: how often the pass beside it would have been done, all pairs of it."""

    name: str
    runs: list[Measured]
    against: list[Measured]

    def __str__(self) -> str:
        ratio = median(run.seconds / bare.seconds for run, bare in zip(self.runs, self.against, strict=True))
        peaks = [
            max(run.peaks[place] for run in self.runs if place < len(run.peaks)) for place in range(self._processes)
        ]
        seconds, cpu = (median(values) for values in zip(*((run.seconds, run.cpu) for run in self.runs), strict=True))
        return f"{self.name:<26}{seconds:>9.2f}{ratio:>9.2f}{cpu:>9.2f}   {'  '.join(f'{peak:.0f}' for peak in peaks)}"

    @property
    def _processes(self) -> int:
        return max(len(run.peaks) for run in self.runs)


def tell(title: str, unit: str, rows: Iterable[Told]) -> None:
    sys.stdout.write(f"\n{title}\n{'':<26}{'seconds':>9}{unit:>9}{'CPU s':>9}   peak MiB of each process\n")
    sys.stdout.write("".join(f"{row}\n" for row in rows))
    sys.stdout.flush()


def bench(folder: Path, kind: Kind, rows: int, pairs: int) -> None:
    """Measures one feed, which is made unless it is there."""
    feed = folder / "appointments.csv"
    if not feed.exists():  # in a process of its own: its memory would slow this one down
        folder.mkdir(parents=True, exist_ok=True)
        make_it = [sys.executable, __file__, "--rows", str(rows), "--make", str(folder), "--kind", kind.name]
        subprocess.run(make_it, check=True)
    size = feed.stat().st_size
    told: dict[str, tuple[list[Measured], list[Measured]]] = {}

    def pair(name: str, command: Sequence[str], bare: Sequence[str]) -> None:
        against, runs = told.setdefault(name, ([], []))
        against.append(measure(bare, folder))
        runs.append(measure(command, folder))

    run = [str(COMMAND), "run", "-q", "--today", kind.today]
    bare = [sys.executable, "-c", BARE_PASS, feed.name]
    files: list[str] = []
    for _ in range(pairs):
        shutil.rmtree(folder / "out", ignore_errors=True)
        for ledger in folder.glob("ledger.sqlite*"):
            ledger.unlink()
        pair("first run", run, bare)
        files = sorted(map(str, folder.glob("out/*/declarations/*")))
        if kind.columns is COLUMNS:
            pair("zorg1 export", [str(COMMAND), "zorg1", "export", "-q", "--today", kind.today], bare)
        if kind.name not in OF_ALL:
            continue
        pair("nothing new", run, bare)
        verify = [str(COMMAND), "verify", "-q", "--today", kind.today, *files]
        pair("verify", verify, [sys.executable, "-c", CUT_PASS, *files])
        with feed.open("ab") as file:
            file.write((folder / "night.csv").read_bytes())
        try:
            pair("a night: 100 rows more", run, bare)
        finally:
            os.truncate(feed, size)
    with (folder / "out" / "R000001" / "lines.csv").open("rb") as listed:
        lines = sum(1 for _ in listed) - 1
    count = rows_of(feed)
    title = f"{kind.name}: {count:,} rows, {lines:,} lines ({lines / count:.2f} a row), {pairs} pair(s)"
    measured = [Told(name, runs, against) for name, (against, runs) in told.items() if name != "verify"]
    tell(title, "x pass", [Told("csv.DictReader pass", measured[0].against, measured[0].against), *measured])
    if kind.columns is COLUMNS:
        desk = [sys.executable, "-m", "tests.bench_desk", str(folder), kind.today, str(pairs)]
        # Then with so many refused besides, where these are enough to be slow with.
        for refused in ([], [str(count // 5)])[: 1 + (count >= 10_000)]:
            subprocess.run([*desk, *refused], cwd=Path(__file__).parents[1], check=True)
    if "verify" in told:
        cut, runs = told["verify"]
        records = sum(Path(file).stat().st_size for file in files) // RECORD
        tell(f"verify of {records:,} records", "x cut", [Told("a pass that cuts", cut, cut), Told("verify", runs, cut)])
        if kind.name == "26 columns":
            javascript(Path(files[0]))


def rows_of(feed: Path) -> int:
    """How many rows a feed has."""
    with feed.open("rb") as file:
        return sum(1 for _ in file) - 1


def javascript(file: Path) -> None:
    """Times the public JavaScript reader and writer of PM304 on a piece of a file, or says why not."""
    name = "EiCooker (JavaScript)"
    node = shutil.which("node")
    if node is None:
        sys.stdout.write(f"{name}: not timed, there is no node\n")
        return
    if subprocess.run([node, "-e", 'require.resolve("eicooker")'], capture_output=True, check=False).returncode:
        sys.stdout.write(
            f"{name}: not timed, node finds no package eicooker; it isn't in npm's registry: put\n"
            "github.com/ikeamanual/EiCooker in a folder of NODE_PATH by that name, with fixy and debug\n"
        )
        return
    with tempfile.TemporaryDirectory() as place:
        piece, copy = Path(place) / "piece.txt", Path(place) / "copy.txt"
        with file.open("rb") as whole:
            piece.write_bytes(b"".join(islice(whole, RECORDS_FOR_JAVASCRIPT)))
        records = piece.stat().st_size // RECORD
        here = Path.cwd()
        empty = measure([node, "-e", 'require("eicooker")'], here)
        read = measure([node, "-e", EICOOKER, str(piece)], here)
        both = measure([node, "-e", EICOOKER, str(piece), str(copy)], here)
    reads, writes = (records / max(0.001, a.seconds - b.seconds) for a, b in ((read, empty), (both, read)))
    sys.stdout.write(
        f"{name}: of {records:,} records it reads {reads:,.0f} a second and writes {writes:,.0f}, "
        f"checks only their length, and takes {max(both.peaks):.0f} MiB\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--rows", type=int, nargs="+", default=[1_000_000],
        help="one or more numbers of rows; 1 million takes about 10 minutes, 4 million 40 and 3 GB of disk",
    )  # fmt: skip
    parser.add_argument("--pairs", type=int, default=3, help="how often each is measured, beside its pass")
    parser.add_argument("--kind", choices=KINDS, action="append", help="only this feed")
    parser.add_argument("--keep", type=Path, help="make the practices here, and keep them")
    parser.add_argument("--make", type=Path, help="make one practice here, and do nothing else")
    arguments = parser.parse_args()
    kinds = [KINDS[name] for name in arguments.kind or KINDS]
    if arguments.make is not None:
        make(arguments.make, kinds[0], arguments.rows[0])
        return
    compileall.compile_dir(ei_export.__path__[0], quiet=1)  # as pip does where it is installed
    for rows in arguments.rows:
        for kind in kinds:
            place = arguments.keep or Path(tempfile.mkdtemp(prefix="ei-export-bench-"))
            try:
                bench(place / f"{kind.name.replace(' ', '-')}-{rows}", kind, rows, arguments.pairs)
            finally:
                if arguments.keep is None:
                    shutil.rmtree(place)


if __name__ == "__main__":
    main()
