"""``make bench``: how long a run takes, and how much memory, against a plain pass over the same file in the same call;
and ``verify`` on what it declared, against a pass that only cuts each record into its elements.

Every measurement is a process of its own. Only the ratios last: machines are noisy.
"""

import argparse
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
from pathlib import Path

COMMAND = Path(sysconfig.get_path("scripts")) / "ei-export"
#: All care of half a year, declared at its end: within every insurer's term.
FIRST_DAY = dt.date(2023, 7, 1)
TODAY = "2023-12-31"

COLUMNS = [
    "appointment_id", "date", "status", "code", "trajectory_id", "patient_id", "bsn", "birth_date", "sex", "name",
    "prefix", "initials", "postcode", "house_number", "house_number_suffix", "country", "uzovi", "insured_number",
    "diagnosis_code", "indication_code", "therapist_agb", "therapist_specialism", "referral_date", "referrer_agb",
    "accident", "remark",
]  # fmt: skip

#: start, contact, end, diagnosis by UZOVI; a start and an end are lines, a contact is not.
COURSES = {
    "7095": [("940131", "940135", "940134", "3426"), ("940158", "940135", "940159", "3026")],
    "9664": [("940141", "940135", "940144", "3426"), ("940165", "940135", "940166", "4026")],
    "3332": [("940151", "940135", "940154", "3426"), ("940167", "940135", "940168", "4026")],
    "3311": [("940130", "940135", "940132", "3426")],
}
INSURERS = {"7095": "VGZ", "9664": "CZ", "3332": "Menzis", "3311": "Zilveren Kruis"}
NAMES = ["Jansen", "de Vries", "Bakker", "Visser", "Smit", "Meijer", "Mulder", "Bos", "Peters", "Hendriks", "Müller"]

#: Bytes of a record of PM304 with its line end.
RECORD = 312

SETTINGS = """\
[practice]
name = "Bench"
practice_agb = "04012345"
provider_agb = "04098765"
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


def bsn(number: int) -> str:
    """The next made-up BSN from a number on that passes the 11-test."""
    while True:
        digits = f"{number % 10**8:08}"
        last = sum((9 - i) * int(d) for i, d in enumerate(digits)) % 11
        if last < 10:
            return f"{digits}{last}"
        number += 1


def make(folder: Path, rows: int) -> None:
    """A practice with about ``rows`` appointments in the order of their dates, 5 to 10 in a trajectory."""
    chance = random.Random(rows)
    (folder / "ei-export.toml").write_text(
        SETTINGS + "".join(f'[[contracts]]\ninsurer = "{name}"\nfrom = 2019-01-01\n' for name in INSURERS.values())
    )
    with (folder / "tariffs.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["list", "insurer", "code", "from", "until", "amount"])
        for uzovi, courses in COURSES.items():
            for code in sorted({code for course in courses for code in course[:3]}):
                writer.writerow(["productafspraken Zorg1", INSURERS[uzovi], code, "2019-01-01", "2023-12-31", "100.00"])
    appointments: list[list[str]] = []
    count = patient = 0
    while count < rows:
        patient += 1
        uzovi = chance.choice(list(COURSES))
        person = [
            f"P{patient}", bsn(12_000_000 + 7 * patient), f"{chance.randint(1940, 2004)}-05-{chance.randint(10, 28)}",
            chance.choice("12"), chance.choice(NAMES), "", chance.choice("ABCDEFG"), f"{chance.randint(1000, 9999)}AB",
            str(chance.randint(1, 300)), "", "NL", uzovi, f"{chance.randrange(10**9):09}",
        ]  # fmt: skip
        for course in range(chance.choice((1, 1, 2))):
            start, contact, end, diagnosis = chance.choice(COURSES[uzovi])
            visits = chance.randint(5, 10)
            # Two courses of one patient are on days of their own: a performance is declared once a day.
            day = FIRST_DAY + dt.timedelta(days=7 * chance.randrange(15) + chance.choice((0, 1)) + 2 * course)
            for visit in range(visits):
                count += 1
                code = start if visit == 0 else end if visit == visits - 1 else contact
                when = (day + dt.timedelta(days=7 * visit)).isoformat()
                ids = [f"A{count:08}", when, "voltooid", code, f"T{patient}-{course}"]
                rest = [diagnosis, "009", "04098765", "0401", "", "", "N", "geen bijzonderheden"]
                appointments.append(ids + person + rest)
    appointments.sort(key=lambda row: row[1])
    with (folder / "appointments.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(COLUMNS)
        writer.writerows(appointments)


def measure(command: list[str], folder: Path) -> tuple[float, float]:
    """Seconds and peak memory in MiB of a command; its own exit code must be 0."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status):
        sys.exit(f"{command[0]} failed: {said}")
    return seconds, usage.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="make the practice here, and keep it")
    parser.add_argument("--make", type=Path, help="make the practice here, and do nothing else")
    arguments = parser.parse_args()
    if arguments.make is not None:
        make(arguments.make, arguments.rows)
        return
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="ei-export-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        if not (folder / "appointments.csv").exists():  # in a process of its own: its memory would count as theirs
            subprocess.run([sys.executable, __file__, "--rows", str(arguments.rows), "--make", str(folder)], check=True)
        shutil.rmtree(folder / "out", ignore_errors=True)
        (folder / "ledger.sqlite").unlink(missing_ok=True)
        bare = measure([sys.executable, "-c", BARE_PASS, "appointments.csv"], folder)
        run = [str(COMMAND), "run", "-q", "--today", TODAY]
        first = measure(run, folder)
        second = measure(run, folder)
        files = sorted(map(str, folder.glob("out/*/declarations/*.txt")))
        cut = measure([sys.executable, "-c", CUT_PASS, *files], folder)
        verify = measure([str(COMMAND), "verify", "-q", "--today", TODAY, *files], folder)
        sys.stdout.write(f"{'':<28}{'seconds':>10}{'x pass':>10}{'peak MiB':>10}\n")
        for name, (seconds, memory) in (
            ("csv.DictReader pass", bare),
            (f"run, {arguments.rows:,} rows", first),
            ("run again", second),
        ):
            sys.stdout.write(f"{name:<28}{seconds:>10.1f}{seconds / bare[0]:>10.2f}{memory:>10.0f}\n")
        records = sum(Path(file).stat().st_size for file in files) // RECORD
        sys.stdout.write(f"\n{'':<28}{'seconds':>10}{'x cut':>10}{'peak MiB':>10}{'records/s':>12}\n")
        for name, (seconds, memory) in ((f"cut {records:,} records", cut), ("verify", verify)):
            ratio, speed = seconds / cut[0], records / seconds
            sys.stdout.write(f"{name:<28}{seconds:>10.1f}{ratio:>10.2f}{memory:>10.0f}{speed:>12,.0f}\n")
    finally:
        if arguments.keep is None:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
