"""What the program gave for random practices, as digests in ``same_bytes.csv``: another version must give the same.

``python -m tests.property.same_bytes`` says what is otherwise now; ``--write`` makes that what is expected, for who
meant to change what people and receivers read. ``--show SEED STEP WHAT`` prints a text behind a digest. To see what an
older version gave, run it with that version's Python from any other folder, and ``PYTHONPATH=OLD:NEW``: the program and
what reads its files come from the old repository then, the histories from the new one.
"""

import argparse
import csv
import hashlib
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import chdir
from pathlib import Path
from typing import Final
from unittest import mock

from click.testing import CliRunner

from ei_export.cli import main as program
from tests.support.history import Done, History

TABLE: Final = Path(__file__).with_suffix(".csv")
SEEDS: Final = (1, 2, 4, 5, 6, 8, 10, 12)
NIGHTS: Final = 4

#: Of a seed: number of the step, the command, and what it gave: `exit`, `stdout`, `stderr` or the path of a file.
Key = tuple[int, str, str]
#: When the log was written; the only thing that is of today.
_LOGGED: Final = re.compile(rb"(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?= ei_export )")
_GONE: Final = b"(gone)"


def _command(*arguments: str) -> Done:
    """The command in this process. Raises what nothing in it expected."""
    done = CliRunner().invoke(program, arguments, prog_name="ei-export", catch_exceptions=False)
    return Done(done.exit_code, done.stdout, done.stderr)


def played(seed: int) -> Iterator[tuple[Key, bytes]]:
    """All that a history gives: after each step what was printed, and every file that is new or another than before.

    The ledger is left out: what it holds is seen by what comes of it.
    """
    with (
        tempfile.TemporaryDirectory() as name,
        chdir(name),
        mock.patch.dict(os.environ, {"COLUMNS": "80", "LC_ALL": "C.UTF-8"}),
    ):
        before: dict[str, bytes] = {}
        history = History(seed, Path(name), _command)
        for number, step in enumerate(history.nights(NIGHTS), 1):
            said = {"stdout": step.done.stdout.encode(), "stderr": _LOGGED.sub(b"<time>", step.done.stderr.encode())}
            now = dict(_files(Path(name)))
            changed = {path: content for path, content in now.items() if before.get(path) != content}
            gone = dict.fromkeys(before.keys() - now.keys(), _GONE)
            before = now
            for what, content in ({"exit": str(step.done.code).encode()} | said | changed | gone).items():
                yield (number, str(step), what), content.replace(name.encode(), b"<folder>")


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("ledger.sqlite"):
            content = path.read_bytes()
            yield path.relative_to(folder).as_posix(), _LOGGED.sub(b"<time>", content)


def digest(content: bytes) -> str:
    """What the table holds of a text; short ones as they are."""
    text = content.decode("utf-8", "backslashreplace")
    return text if len(text) < 4 else hashlib.sha256(content).hexdigest()[:16]


def recorded() -> dict[int, dict[Key, str]]:
    """What is expected, by seed."""
    found: dict[int, dict[Key, str]] = {}
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(int(row["seed"]), {})[int(row["step"]), row["command"], row["what"]] = row["digest"]
    return found


def differences(expected: Mapping[Key, str], found: Mapping[Key, str]) -> Iterator[str]:
    """In words, what a history gives that is not what was recorded, in its order: what comes after the first step may
    only follow from that."""
    for key in sorted({*expected, *found}):
        if expected.get(key) != found.get(key):
            number, command, what = key
            said = "missing" if key not in found else "new" if key not in expected else "other bytes"
            yield f"step {number}, ei-export {command}: {what}: {said}"


def _write() -> None:
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["seed", "step", "command", "what", "digest"])
        for seed in SEEDS:
            table.writerows((seed, *key, digest(content)) for key, content in played(seed))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="make what is given now what is expected")
    parser.add_argument("--show", nargs=3, metavar=("SEED", "STEP", "WHAT"), help="print one text")
    arguments = parser.parse_args()
    if arguments.write:
        _write()
        return 0
    if arguments.show:
        seed, step, wanted = arguments.show
        for (number, _, what), content in played(int(seed)):
            if (number, what) == (int(step), wanted):
                sys.stdout.buffer.write(content)
        return 0
    told = [
        f"seed {seed}, {each}"
        for seed, expected in recorded().items()
        for each in differences(expected, {key: digest(content) for key, content in played(seed)})
    ]
    sys.stdout.write("".join(f"{line}\n" for line in told) or "the same\n")
    return int(bool(told))


if __name__ == "__main__":
    sys.exit(main())
