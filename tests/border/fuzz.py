"""A practice of which one file was spoilt at random, and what must be true whatever was in it.

``python -m tests.border.fuzz SEED COUNT`` goes on for as long as one likes, and shows what went wrong.
"""

import json
import random
import re
import shutil
import signal
import sys
import tempfile
import traceback
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import chdir
from pathlib import Path
from typing import Final

from attrs import frozen
from click.testing import CliRunner

from ei_export.base.wording import printable
from ei_export.cli import main
from tests.golden.cases import GOLDEN
from tests.support.clerk import few_tariffs
from tests.support.feeds import COLUMNS, Clinic, csv_text, visit, write_sqlite
from tests.support.gds_receiver import Declaration
from tests.support.receiver import Verdict, by_insurer, take_apart

TODAY: Final = "2021-07-01"
#: A disk in memory, where there is one: nothing has to last.
MEMORY: Final = "/dev/shm" if Path("/dev/shm").is_dir() else None
#: Names that stand nowhere else.
NAMES: Final = ("Quaxelaar", "Zwervink", "Ypelhorst", "Fnuikema")

COURSES: Final = (("940131", "3426"), ("940135", "3426"), ("940134", "3426"))
ROWS: Final = tuple(
    visit(
        f"A{person}{step}", f"2021-03-{step * 7 + 1:02}", code, f"T{person}", patient=f"P{person}",
        diagnosis=diagnosis, name=NAMES[person],
    )
    for person in range(len(NAMES))
    for step, (code, diagnosis) in enumerate(COURSES)
)  # fmt: skip
#: What may stand nowhere but in a declaration: the BSNs, also without their zeros, the names, and the birth dates in
#: every way to write them.
PERSONAL: Final = re.compile(
    "|".join(
        form
        for row in ROWS
        for year in [row["birth_date"][:4]]
        for form in (
            rf"(?<![0-9])0*{row['bsn'].lstrip('0')}(?![0-9])", row["name"],
            f"{year}-05-17", f"17-0?5-{year}", f"(?<![0-9]){year}0517(?![0-9])",
        )
    ),
    re.IGNORECASE,
)  # fmt: skip

#: What tends to be misunderstood.
TOKENS: Final = (
    b"\0", b"\x1b[2J", b"\xff", b"\xc3", b"\xef\xbb\xbf", b"\r", b"\n", b"\r\n", b'"', b'""', b"'", b";", b",", b"\t",
    b"\xe2\x80\xae", b"NULL", b"nan", b"7,001E+08", b"=1+1", b"-1", b"0", b"99999999999999999999", b"2023-W22-4",
    b"9999-12-31", b"0001-01-01", b"31-02-2021", b"{x}", b"{0}", b"%s", b"[", b"]", b"[[a]]", b"#", b"\\", b"\\u0000",
    b"'''", b'"""', b"true", b"= 1e400", b"inf", b"../..", b"/dev/null", b"\xe2\x82\xac", b"\xcc\x81", b"\x1f", b"\x1d",
)  # fmt: skip

Spoiler = Callable[[random.Random, bytes], bytes]


def cut(chance: random.Random, content: bytes) -> bytes:
    """A piece taken out, or put in once more somewhere else."""
    first, last = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    if chance.random() < 0.5:
        return content[:first] + content[last:]
    place = chance.randrange(len(content) + 1)
    return content[:place] + content[first:last][:2_000] + content[place:]


def typed(chance: random.Random, content: bytes) -> bytes:
    """Some tokens put in, or in the place of what was there."""
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(content) + 1)
        content = content[:place] + chance.choice(TOKENS) + content[place + chance.choice((0, 0, 1, 5)) :]
    return content


def flipped(chance: random.Random, content: bytes) -> bytes:
    """Some bytes changed."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 20)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def recoded(chance: random.Random, content: bytes) -> bytes:
    """In another encoding, with other line ends."""
    text = content.decode("utf-8", "replace").replace("\n", chance.choice(("\n", "\r\n", "\r", "\n\n")))
    return text.encode(chance.choice(("utf-16", "utf-16-le", "utf-8-sig", "cp1252", "cp850", "utf-32")), "replace")


def shifted(chance: random.Random, content: bytes) -> bytes:
    """Lines of which a cell is missing or stands there twice, so that the others are in the wrong columns."""
    lines = content.split(b"\n")
    for _ in range(chance.randint(1, len(lines))):
        at = chance.randrange(len(lines))
        cells = lines[at].split(b";")
        place = chance.randrange(len(cells))
        cells[place : place + chance.randint(0, 2)] = [chance.choice(cells)] * chance.randint(0, 3)
        lines[at] = b";".join(cells)
    return b"\n".join(lines)


def dealt(chance: random.Random, content: bytes) -> bytes:
    """Cells that changed places with those of other lines and columns."""
    lines = [line.split(b";") for line in content.split(b"\n")]
    for _ in range(chance.randint(1, 12)):
        one, other = chance.choice(lines), chance.choice(lines)
        a, b = chance.randrange(len(one)), chance.randrange(len(other))
        one[a], other[b] = other[b], one[a]
    return b"\n".join(b";".join(cells) for cells in lines)


BYTES: Final[Sequence[Spoiler]] = (cut, typed, flipped)
LINES: Final[Sequence[Spoiler]] = (cut, typed, typed, flipped, recoded, shifted, shifted, dealt)

#: What is spoilt, how, and the commands that read it.
TARGETS: Final[Mapping[str, tuple[Sequence[Spoiler], Sequence[tuple[str, ...]]]]] = {
    "ei-export.toml": ((cut, typed, typed, flipped), (("run",), ("status",), ("specs", "check"))),
    "tariffs.csv": (LINES, (("run",), ("specs", "check"))),
    "overlay.csv": (LINES, (("specs", "check"), ("check",))),
    "appointments.csv": (LINES, (("check", "--all"), ("run",), ("status", "--all", "--lines"), ("explain", "A10"))),
    "feed.sqlite": (BYTES, (("run", "--input", "feed.sqlite"),)),
    "answer.txt": (LINES, (("returns", "answer.txt"), ("status", "--lines"), ("explain", "A10"))),
    "answers.zip": (BYTES, (("returns", "answers.zip"), ("verify", "answers.zip"), ("show", "answers.zip"))),
    "answer.xml": ((*BYTES, recoded), (("returns", "answer.xml"), ("show", "answer.xml"), ("verify", "answer.xml"))),
    "declared.xml": (
        (*BYTES, recoded),
        (("verify", "declared.xml", "--config", "ei-export.toml"), ("show", "declared.xml")),
    ),
    "declared.txt": (LINES, (("verify", "declared.txt", "--config", "ei-export.toml"), ("show", "declared.txt"))),
    "ledger.sqlite": (BYTES, (("run",), ("status", "--lines"), ("explain", "A10"), ("credit", "A10"))),
    "out/R000001/summary.json": (BYTES, (("run",), ("recover",))),
    "out/R000001/lines.csv": (LINES, (("undo", "R000001"), ("recover",), ("run",))),
    "out/runs.jsonl": (LINES, (("run",), ("status",))),
}
#: Those that say who it is about because they are asked to.
_SAY_WHO: Final = frozenset({"show", "verify"})


@frozen
class Fuzz:
    """A practice that declared already, in a folder with one more for each case."""

    base: Path
    case: Path

    @classmethod
    def prepare(cls, folder: Path) -> "Fuzz":
        base = folder / "base"
        clinic = few_tariffs(Clinic.open(base)).feed(ROWS[:6])
        declared = clinic.run(today="2021-06-01")
        (content,) = declared.files.values()
        message = take_apart(content)
        line = message.lines[0][1].reference
        (base / "answer.txt").write_bytes(by_insurer(message, {line: Verdict(0, ("0611",))}))
        (base / "declared.txt").write_bytes(content)
        with zipfile.ZipFile(base / "answers.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(zipfile.ZipInfo("answer.txt"), (base / "answer.txt").read_bytes())
        xml = next((GOLDEN / "gds801-turn-of-2025").glob("expected/run-1/**/GDS801_7095_*.xml")).read_bytes()
        declaration = Declaration.of(xml)
        answer = declaration.answer({each.reference: ("0.00", ["0611"], []) for each in declaration.lines()})
        (base / "declared.xml").write_bytes(xml)
        (base / "answer.xml").write_bytes(answer)
        specs = Path(__file__).parents[2] / "specs" / "zorg1" / "vgz.csv"
        (base / "overlay.csv").write_bytes(specs.read_bytes().replace(b",2020-", b",2024-"))
        with (base / "ei-export.toml").open("a", encoding="utf-8") as settings:
            settings.write('[agreements]\noverlay = ["overlay.csv"]\n')
        clinic.feed(ROWS)
        write_sqlite(base / "feed.sqlite", ROWS)
        assert set(csv_text([]).strip().split(";")) == set(COLUMNS)
        return cls(base, folder / "case")

    def faults(self, seed: int) -> Iterator[str]:
        """What goes wrong in one case."""
        chance = random.Random(seed)
        shutil.rmtree(self.case, ignore_errors=True)
        shutil.copytree(self.base, self.case)
        name = list(TARGETS)[seed % len(TARGETS)]
        spoilers, commands = TARGETS[name]
        path = self.case / name
        for _ in range(chance.choice((1, 1, 2))):
            path.write_bytes(chance.choice(spoilers)(chance, path.read_bytes() or b"x"))
        with chdir(self.case):
            for words in commands:
                for fault in self._faults(words, as_json=chance.random() < 0.3):
                    yield f"seed {seed}, {name}, {' '.join(words)}: {fault}"
            for fault in self._leaks():
                yield f"seed {seed}, {name}: {fault}"

    def _faults(self, words: Sequence[str], *, as_json: bool) -> Iterator[str]:
        done = CliRunner().invoke(main, [*words, "--today", TODAY, *(["--json"] if as_json else [])])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            assert done.exc_info is not None
            yield "".join(traceback.format_exception(*done.exc_info))
        said = done.stdout + done.stderr
        if "INTERNAL" in said or "programma zelf" in said or "program itself" in said:
            yield f"INTERNAL: {done.stderr[:400]}"
        if done.exit_code not in (0, 1, 2, 3, 4, 75):
            yield f"exit code {done.exit_code}"
        if as_json:
            try:
                json.loads(done.stdout)
            except ValueError:
                yield f"no JSON: {done.stdout[:200]!r}"
        if (flat := said.replace("\n", "")) != printable(flat):
            yield f"not printable: {said[:200]!r}"
        if words[0] not in _SAY_WHO and (found := PERSONAL.search(said)):
            yield f"tells {found[0]!r}: {said[max(0, found.start() - 200) : found.end() + 80]!r}"

    def _leaks(self) -> Iterator[str]:
        for path in self.case.glob("out/**/*.*"):
            if path.suffix in (".csv", ".html", ".json", ".jsonl") and "declarations" not in path.parts:
                text = path.read_text(encoding="utf-8", errors="replace")
                if found := PERSONAL.search(text):
                    yield f"{path.name} tells {found[0]!r}: {text[max(0, found.start() - 200) : found.end() + 80]!r}"


def _go_on(first: int, count: int) -> None:
    def too_long(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, too_long)
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        fuzz = Fuzz.prepare(Path(folder))
        for seed in range(first, first + count):
            signal.alarm(20)
            try:
                for fault in fuzz.faults(seed):
                    sys.stdout.write(f"{fault}\n")
            except TimeoutError:
                sys.stdout.write(f"seed {seed}: takes too long\n")
            sys.stdout.flush()


if __name__ == "__main__":
    _go_on(*map(int, sys.argv[1:]))
