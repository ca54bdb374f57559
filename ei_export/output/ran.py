"""A run as it is remembered by whoever looks for it: when it was, and what became of it."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from attrs import asdict, frozen

from ..base.entries import places
from ..base.problems import Language
from ..base.wording import day_text
from ..base.words import as_at_desk

#: The code of a run that came to something else than was confirmed.
_NOT_CONFIRMED: Final = "RUN_NOT_AS_CONFIRMED"


@frozen
class Ran:
    """``time`` is ``HH:MM``, or '' where the day was given; ``exit`` None while nothing was heard of its end; ``run``
    what was declared; ``code``, ``message`` and ``remedy`` say why it failed, or what went wrong with its feed or after
    it was declared, or are ''; ``version`` of the program, and ``feed`` the name of what it read, '' where the settings
    don't say it; ``by_hand``: somebody had it run at the desk, it was no night's;
    ``is_late``: something went wrong once it was declared."""

    day: date
    time: str
    exit: int | None = None
    run: str | None = None
    code: str = ""
    message: str = ""
    remedy: str = ""
    version: str = ""
    feed: str = ""
    by_hand: bool = False
    is_late: bool = False

    @property
    def is_done(self) -> bool:
        """Whether it came to its end: what is held may have been told, but the rest was declared."""
        return self.exit in (0, 1)

    @property
    def is_shown(self) -> bool:
        """Whether the page that everybody looks at is its own, and says all there is to say of it."""
        return self.is_done and not self.is_late

    @property
    def is_calm(self) -> bool:
        """Whether nothing is wrong although it failed: what was confirmed was no longer so, and nothing was done."""
        return self.code == _NOT_CONFIRMED

    @property
    def is_test(self) -> bool:
        """Whether it declared nothing, whatever is in its files."""
        return (self.run or "").startswith("T")

    def when(self, language: Language) -> str:
        """``08-04-2023 02:15``"""
        return f"{day_text(self.day, language)} {self.time}".rstrip()

    @property
    def stamp(self) -> str:
        """As a log has it: ``2023-04-08`` or ``2023-04-08T02:15``."""
        return f"{self.day.isoformat()}T{self.time}" if self.time else self.day.isoformat()

    def remedy_at_desk(self, language: Language) -> str:
        """What to do, in the words of the desk where these need nothing that only the run itself knew."""
        remedy = as_at_desk(self.code, self.remedy, language)
        return remedy if not places(remedy) else self.remedy

    def document(self) -> dict[str, Any]:
        """As JSON has it; that it is late, its ``code`` says."""
        known = asdict(self, filter=lambda attribute, _: attribute.name != "is_late")
        return {**known, "day": self.day.isoformat()}


def last_done(ran: Sequence[Ran]) -> Ran | None:
    """The last run that came to its end."""
    return next((each for each in reversed(ran) if each.is_done), None)
