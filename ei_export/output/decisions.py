"""What people decided about what went out: ``decisions.jsonl`` beside the runs, so that a ledger that was lost gets it
back; and when answers were first read in, as from then on they are known. There is nothing personal in it: numbers and
days, as what something was closed, and not why.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Final

from attrs import field, frozen

from ..base.private import make_folder
from ..base.problems import WriteError
from .journal import add_entry, entries_of

_FILE: Final = "decisions.jsonl"
#: What was closed: an appointment by its id, and its line by the reference, or None where it gave none.
About = tuple[str, str | None]
#: What was closed, whatever it is: its kind and name, and what was known of it (`ledger.matters.Matter`).
OfMatter = tuple[str, str, str]


@frozen
class Decisions:
    """The last word about each thing: as what it is closed, None where it was opened again, with the day; and when the
    files of a run (R000001) were handed over, None where they were not after all."""

    closed: dict[OfMatter, tuple[str | None, date]] = field(factory=dict)
    sent: dict[str, date | None] = field(factory=dict)


def note_closed(out: Path, things: Iterable[About], closed_as: str | None, today: date) -> None:
    """Adds that these are closed, or with None opened again. Raises WriteError."""
    for appointment_id, reference in things:
        about = {"appointment_id": appointment_id, "reference": reference}
        _add(out, {"day": today.isoformat(), **about, "closed_as": closed_as})


def note_matters(out: Path, matters: Iterable[OfMatter], closed_as: str | None, today: date) -> None:
    """The same of matters. Raises WriteError."""
    for kind, name, known in matters:
        about = {"kind": kind, "name": name, "known": known}
        _add(out, {"day": today.isoformat(), **about, "closed_as": closed_as})


def note_sent(out: Path, run: str, day: date | None, today: date) -> None:
    """Adds when the files of a run were handed over, or with None that they were not. Raises WriteError."""
    _add(out, {"day": today.isoformat(), "run": run, "sent": day and day.isoformat()})


def note_read(out: Path, sha256: str, today: date) -> date:
    """Adds that an answer was read in, by the SHA-256 of its file, unless that is known; gives when that was first, as
    far as this can still be read. That it can't be written keeps no answer from being read in."""
    for entry in entries_of(out / _FILE):
        with suppress(KeyError, TypeError, ValueError):
            if entry["answer"] == sha256:
                return min(date.fromisoformat(entry["day"]), today)
    with suppress(WriteError):
        _add(out, {"day": today.isoformat(), "answer": sha256})
    return today


def decided(out: Path) -> Decisions:
    """What was decided, as far as it can be read."""
    found = Decisions()
    for entry in entries_of(out / _FILE):
        try:
            if "run" in entry:
                sent = entry["sent"]
                found.sent[str(entry["run"])] = sent if sent is None else date.fromisoformat(sent)
                continue
            closed_as = entry["closed_as"]
            said = closed_as and str(closed_as), date.fromisoformat(entry["day"])
            if "known" in entry:
                about = str(entry["kind"]), str(entry["name"]), str(entry["known"])
            elif entry["reference"]:
                about = "line", str(entry["reference"]), ""
            else:
                about = "appointment", str(entry["appointment_id"]), ""
            found.closed[about] = said
        except (KeyError, TypeError, ValueError):  # of somebody else, or spoilt
            continue
    return found


def _add(out: Path, entry: Mapping[str, object]) -> None:
    path = out / _FILE
    try:
        make_folder(out)
        add_entry(path, entry)
    except OSError as error:
        raise WriteError("WRITE_FAILED", path=str(path), reason=error.strerror or "") from None
