"""Why an appointment, a trajectory, a line or a patient is as it is: what a run would do now, and what runs did.

The whole feed is read, as by a run, because only that shows which numbers more patients have; only the patients in
question are worked out. Nothing is written, and no rule is in here: it tells what the rooms decided.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import date
from typing import Final, TypeAlias

from ...base.problems import SettingsError
from ...declaring.numbers import is_of_a_test
from ...intake import Source, open_feed, values
from ...intake.gather import Gathered, gather
from ...intake.reader import RowReader
from ...intake.survey import Survey
from ...judging.context import Context
from ...judging.rules import Rules
from ...ledger import Ledger
from ...ledger.patients import pending_appointments
from ...ledger.people import doubted
from ...ledger.pruning import pruned_line
from ...settings import Settings
from ..belonging import practice_ledger
from .declarations import DECLARATIONS, declaration_stories
from .patient import PatientHistory
from .search import Search, WatchedSource
from .stories import appointment_stories, patient_stories, reference_stories, trajectory_stories
from .story import Story

__all__ = ["KINDS", "explain"]

_Tell = Callable[[PatientHistory, str], Sequence[Story]]
_KINDS: Final[Mapping[str, _Tell]] = {
    "appointment": appointment_stories,
    "trajectory": trajectory_stories,
    "reference": reference_stories,
    "patient": patient_stories,
}
#: What a number can be of.
KINDS: Final = (*_KINDS, *DECLARATIONS)


#: Gives what is made of a key, or was before.
Keep: TypeAlias = Callable[[Hashable, Callable[[], Gathered]], Gathered]


class NumberUnknown(SettingsError):
    """Nothing has a number. ``alike`` are those that look like it, if any do."""

    alike: Sequence[str] = ()


def explain(
    settings: Settings,
    wanted: str,
    today: date,
    kind: str = "",
    progress: Callable[[str, int], None] = lambda stage, count: None,
    ledger: Ledger | None = None,
    keep: Keep | None = None,
) -> list[Story]:
    """The stories of what has this number, of every kind or of one. ``ledger``: that of the practice, where it is open.
    ``keep``: gives what it was given before for the same feed, settings and key, for who asks often.

    Raises NumberUnknown for a number that nothing has; SettingsError for one that nothing of this kind has, and for one
    that is somebody's BSN, which is never repeated; InputError and BusyError as a run does.
    """
    wanted = wanted.strip()
    if not wanted:
        raise SettingsError("EXPLAIN_EMPTY")
    if is_of_a_test(wanted):
        raise SettingsError("TEST_NUMBER", number=wanted.upper())
    if kind in DECLARATIONS and (told := _of_declarations(settings, wanted, ledger).get(kind)):
        return told
    search = Search(wanted)
    with read_feed(settings, today, search, progress, ledger, keep) as (context, feed):
        ledger = context.ledger
        names = search.written(ledger)
        if len(names) > 1:
            raise _unknown(settings, wanted, names)
        wanted = next(iter(names), wanted)
        histories = PatientHistory.of_all(context, feed, search.patients(ledger, wanted))
        stories = {**_tell(histories, wanted), **declaration_stories(ledger, wanted)}
        if not stories and (reference := pruned_line(ledger, wanted)) is not None:
            raise SettingsError("LINE_PRUNED", reference=reference)
        if not stories:
            raise _unknown(settings, wanted, search.alike())
        if any(history.is_bsn(wanted) for history in histories):
            raise SettingsError("EXPLAIN_PERSONAL")
        if kind and kind not in stories:
            raise SettingsError("EXPLAIN_KIND", kinds=", ".join(stories))
        return [story for name, told in stories.items() for story in told if kind in ("", name)]


def _of_declarations(settings: Settings, wanted: str, ledger: Ledger | None) -> Mapping[str, list[Story]]:
    """The stories of what only the ledger knows: no feed has to be read for these."""
    with practice_ledger(settings) if ledger is None else nullcontext(ledger) as known:
        return declaration_stories(known, wanted)


@contextmanager
def read_feed(
    settings: Settings,
    today: date,
    search: Search | None = None,
    progress: Callable[[str, int], None] = lambda stage, count: None,
    ledger: Ledger | None = None,
    keep: Keep | None = None,
) -> Iterator[tuple[Context, Gathered]]:
    """The whole feed, read as by a run, and the context in which a run would judge its patients today. ``search`` looks
    in it; ``ledger`` is one that is open already; ``keep`` as of `explain`."""
    source = open_feed(settings.input.path, settings.input)
    rules = Rules.load(settings, today, source.header)
    survey = Survey(settings.input, source.header)
    reader = RowReader(source.header, survey.statuses, settings.input.values)
    with practice_ledger(settings) if ledger is None else nullcontext(ledger) as ledger:
        waiting, in_doubt = tuple(pending_appointments(ledger)), tuple(doubted(ledger))

        def read(source: Source) -> Gathered:
            return gather(
                source,
                settings.input.path.stat().st_size,
                survey,
                waiting,
                lambda rows: progress("read", rows),
                in_doubt,
                is_complete=settings.input.complete_from is not None,
            )

        if keep is None:
            feed = read(source if search is None else search.watch(source, ledger, reader))
        else:
            feed = keep((waiting, in_doubt), lambda: read(WatchedSource(source)).lasting())
            if search is not None:
                search.look_in(feed.bodies(), ledger, reader)
        yield Context(settings, rules, ledger, feed), feed


def _tell(histories: Sequence[PatientHistory], wanted: str) -> dict[str, list[Story]]:
    """The stories by kind, of the kinds there are."""
    told: defaultdict[str, list[Story]] = defaultdict(list)
    for kind, tell in _KINDS.items():
        for history in histories:
            if stories := tell(history, wanted):
                told[kind] += stories
    return dict(told)


def _unknown(settings: Settings, wanted: str, similar: Sequence[str]) -> SettingsError:
    """Nothing has this number. It isn't repeated: it may be anything."""
    if values.bsn(wanted):
        return SettingsError("EXPLAIN_PERSONAL")
    places = {"file": settings.input.name, "ledger": settings.ledger.path.name}
    if not similar:
        return NumberUnknown("EXPLAIN_UNKNOWN", **places)
    unknown = NumberUnknown("EXPLAIN_SIMILAR", similar=", ".join(similar), **places)
    unknown.alike = similar
    return unknown
