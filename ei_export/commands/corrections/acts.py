"""What a person can have done about lines and appointments, as one thing: to be tried, or done."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from typing import Literal, TypeAlias, assert_never

from attrs import frozen

from ...base.problems import Finding
from ...judging.rules import Rules
from ...ledger import Ledger
from ...ledger.line import ClosedAs
from ...settings import Settings
from . import closing, corrections
from .closing import Item, close_items, keep_closed
from .corrections import Queued, Wanted, cancelling, correcting, crediting, redeclaring
from .named import Doing

Kind: TypeAlias = Literal["credit", "redeclare", "correct", "cancel", "close", "reopen"]
#: What an act comes to: a wish for the next run, or something closed or opened.
Effect: TypeAlias = Queued | Item


@frozen
class Act:
    """What is to be done, and ``why``: ``closed_as`` goes with 'close', ``wanted`` with 'cancel', which takes that
    back."""

    kind: Kind
    closed_as: ClosedAs = "handled"
    wanted: Wanted = "credit"
    why: str = ""

    def doing(self, settings: Settings, rules: Rules, today: date) -> Doing[Effect]:
        """Does it in a ledger, of one that is named; the ledger is still to be committed."""
        match self.kind:
            case "credit":
                return crediting(self.why, today)
            case "redeclare":
                return redeclaring(self.why, today)
            case "correct":
                return correcting(rules, self.why, today)
            case "cancel":
                return cancelling(self.wanted, self.why, today)
            case "close":
                return partial(self._end, closing.closable(settings, rules, self.closed_as), self.closed_as, today)
            case "reopen":
                return partial(self._end, closing.closed(settings, rules), None, today)
        assert_never(self.kind)

    def unknown(self, shown: str, position: int) -> Finding:
        """What is told of a name that nothing has."""
        told = closing.unknown if self.kind in ("close", "reopen") else corrections.unknown
        return told(shown, position)

    def _end(
        self, find: Doing[Item], closed_as: ClosedAs | None, today: date, ledger: Ledger, named: str
    ) -> Sequence[Item | Finding] | None:
        found = find(ledger, named)
        close_items(ledger, [each for each in found or () if isinstance(each, Item)], closed_as, self.why, today)
        return found

    def keep(self, settings: Settings, effects: Iterable[Effect], today: date) -> None:
        """Keeps beside the runs what has to outlive the ledger; before that is committed. Raises WriteError."""
        closed_as = self.closed_as if self.kind == "close" else None
        keep_closed(settings, [each for each in effects if isinstance(each, Item)], closed_as, today)
