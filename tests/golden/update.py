"""``make golden``: says what the golden cases would give now; writes it only with ``--force``."""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.golden.cases import cases, differences


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--force", action="store_true", help="make what was found what is expected")
    force = parser.parse_args().force
    differing = 0
    for case in cases():
        with TemporaryDirectory() as scratch:
            found = case.run(Path(scratch))
        told = list(differences(case.expected(), found))
        for line in told:
            sys.stdout.write(f"{case.name}/{line}\n")
        differing += bool(told)
        if told and force:
            case.write(found)
    done = "written anew" if force else "differ; make golden FORCE=1 writes them anew"
    sys.stdout.write(f"{differing} of {len(cases())} cases {done if differing else 'differ'}\n")
    return 1 if differing and not force else 0


if __name__ == "__main__":
    sys.exit(main())
