"""What a person can have done about lines and appointments, as one thing: to be tried, or done."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, TypeAlias, assert_never

from attrs import frozen

from ...base.problems import Finding
from ...judging.rules import Rules
from ...ledger import Ledger
from ...ledger.line import ClosedAs
from . import closing, corrections
from .closing import Item, close_items, reopen_items
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

    def doing(self, rules: Rules, today: date) -> Doing[Effect]:
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
                return lambda ledger, named: self._close(ledger, named, rules, today)
            case "reopen":
                return lambda ledger, named: self._reopen(ledger, named, today)
        assert_never(self.kind)

    def unknown(self, shown: str, position: int) -> Finding:
        """What is told of a name that nothing has."""
        told = closing.unknown if self.kind in ("close", "reopen") else corrections.unknown
        return told(shown, position)

    def _close(self, ledger: Ledger, named: str, rules: Rules, today: date) -> Sequence[Item | Finding] | None:
        found = closing.closable(rules, self.closed_as)(ledger, named)
        close_items(ledger, _items(found), self.closed_as, self.why, today)
        return found

    def _reopen(self, ledger: Ledger, named: str, today: date) -> Sequence[Item | Finding] | None:
        found = closing.closed(ledger, named)
        reopen_items(ledger, _items(found), self.why, today)
        return found


def _items(found: Sequence[Item | Finding] | None) -> list[Item]:
    return [each for each in found or () if isinstance(each, Item)]
