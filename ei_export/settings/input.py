"""``[input]``: where the feed is, what it calls its columns, and what its words mean."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

from attrs import frozen

from ..base.wording import printable
from ..model.columns import APPOINTMENTS, COLUMNS, FeedKind
from .sections import Section, asked
from .sources import encoding, meanings, own_columns
from .statuses import DEFAULT_COMPLETED, DEFAULT_NOT_COMPLETED, DEFAULT_PLANNED, status_word

#: The columns whose words may stand for something else.
_WITH_WORDS: Final = tuple(c for c in COLUMNS if c not in ("appointment_id", "trajectory_id", "patient_id"))


def _status_words(section: Section, name: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The words for completed, for not, and those of the last for planned; a word the practice says is completed isn't
    one of our own for the others."""
    section = section.section(name)
    completed, own, planned = (
        frozenset(map(status_word, section.list_of_texts(name, default, empty=True)))
        for name, default in (
            ("completed", DEFAULT_COMPLETED),
            ("not_completed", ()),
            ("planned", DEFAULT_PLANNED),
        )
    )
    if "planned" not in section.values:
        planned -= completed
    for key, words in (("not_completed", own), ("planned", planned)):
        if "completed" in section.values and (both := completed & words):
            raise section.refused(key, ", ".join(sorted(both)), f"{section.key}.completed | {key}")
    own |= planned
    return completed - own, own | (frozenset(map(status_word, DEFAULT_NOT_COMPLETED)) - completed), planned


@frozen
class InputSettings:
    """Where the feed is and how to read it. ``columns`` ours → theirs; ``completed``, ``not_completed`` and ``planned``
    as `status_word` gives them, no word in the first two, those of the last in the second too; at most one of ``table``
    and ``query`` is filled; ``encoding`` ``auto`` or a codec that Python knows; ``twice_on_a_day`` the appointments
    that may be a second performance of the same kind on one day; ``values`` by column the words of the feed,
    case-folded, each with what is meant; ``complete_from``: the feed holds everything from this day on."""

    path: Path = asked(Section.place, "appointments.csv")
    table: str = asked(Section.text)
    query: str = asked(Section.text)
    encoding: str = asked(encoding)
    columns: Mapping[str, str] = asked(own_columns, COLUMNS)
    completed: frozenset[str] = asked(_status_words, key="status")
    twice_on_a_day: frozenset[str] = asked(Section.list_of_texts, (), default=frozenset(), converter=frozenset)
    not_completed: frozenset[str] = asked(_status_words, key="status", default=frozenset())
    planned: frozenset[str] = asked(_status_words, key="status", default=frozenset())
    values: Mapping[str, Mapping[str, str]] = asked(meanings, _WITH_WORDS, default={})
    complete_from: date | None = asked(Section.day, default=None)

    @property
    def kind(self) -> FeedKind:
        return APPOINTMENTS

    @property
    def name(self) -> str:
        """The name of the feed, as it is told."""
        return printable(self.path.name)

    @classmethod
    def of(cls, section: Section) -> "InputSettings":
        """How the feed is read; words of it that mean a status are words for that too."""
        completed, not_completed, planned = _status_words(section, "status")
        values = dict(meanings(section, "values", _WITH_WORDS))
        for word, meaning in values.pop("status", {}).items():
            known = next((words for words in (completed, not_completed) if status_word(meaning) in words), None)
            if known is None:
                raise section.refused(f"values.status.{word}", meaning, " | ".join(sorted(completed)))
            same = {status_word(word)}
            if known is not_completed:
                planned = planned | same if status_word(meaning) in planned else planned - same
            completed, not_completed = (w | same if w is known else w - same for w in (completed, not_completed))
        words = {"completed": completed, "not_completed": not_completed, "planned": planned & not_completed}
        feed = section.read(cls, values=values, **words)
        if feed.table and feed.query:
            raise section.refused("query", feed.query, "table | query")
        return feed
