"""What a run tells of the inbox, the folder in which a practice puts its return files; returns/inbox.py reads it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from attrs import field, frozen

from ...base.problems import Finding, WriteError
from ...ledger import Ledger
from ...ledger.inbox import LeftFile, left_files, note_left
from ...settings import Settings
from ...standards.files import files_in

#: Where what was read is kept, in the inbox: on the same disk, whatever that is.
KEPT: Final = "gelezen"
#: How many messages came to what, and how many lines of those that were ``read``; ``known`` ones were read in before.
COUNTS: Final = ("read", "known", "left", "lines_granted", "lines_refused")


@frozen
class Inbox:
    """What came of the files in a ``folder``: ``counts``; what is ``told`` of those that were read; those that could
    not be read in and are ``left`` there, each with what is wrong; why those that were read could not be moved away."""

    folder: Path
    counts: Counter[str] = field(factory=Counter)
    told: list[Finding] = field(factory=list)
    left: list[tuple[LeftFile, Finding]] = field(factory=list)
    unmoved: list[WriteError] = field(factory=list)

    @property
    def document(self) -> Mapping[str, int]:
        """As ``summary.json`` has it."""
        return {name: self.counts[name] for name in COUNTS}

    def findings(self, ledger: Ledger) -> Iterator[Finding]:
        """What is to be told: of what is left there, only what no earlier run told."""
        yield from self.told
        if self.unmoved:
            params = {**self.unmoved[0].params, "count": len(self.unmoved), "path": str(self.folder / KEPT)}
            yield Finding("INBOX_NOT_MOVED", "", params)
        known = set(left_files(ledger))
        yield from (finding for file, finding in self.left if file not in known)

    def keep(self, ledger: Ledger) -> None:
        """Has the ledger keep what was told."""
        note_left(ledger, [file for file, _ in self.left])


def waiting_in_inbox(settings: Settings, ledger: Ledger) -> Iterator[Finding]:
    """Tells how many files the next run is to read. Raises OSError."""
    folder = settings.output.inbox
    if folder is not None:
        known = set(left_files(ledger))
        if count := sum(LeftFile.of(path) not in known for path in files_in(folder)):
            yield Finding("INBOX_WAITS", "", {"count": count, "path": str(folder)})
