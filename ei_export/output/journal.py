"""A file beside the runs that only grows: a JSON object on each line, so that whoever is killed spoils the last one at
most."""

import errno
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any


def add_entry(path: Path, entry: Mapping[str, object]) -> None:
    """Adds one, in one piece, behind what others write; on a line of its own, whatever a full disk left of the last
    one. Raises OSError."""
    line = f"\n{json.dumps(entry)}".encode()
    # A pipe that nobody reads is not waited for; Windows has none, and would write other ends of lines.
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o600)
    try:
        if os.write(descriptor, line) < len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    finally:
        os.close(descriptor)


def entries_of(path: Path) -> Iterator[dict[str, Any]]:
    """What can be read of it, the first one first."""
    with suppress(OSError):
        for line in path.read_bytes().splitlines() if path.is_file() else ():
            with suppress(ValueError, RecursionError):
                entry = json.loads(line)
                if isinstance(entry, dict):
                    yield entry
