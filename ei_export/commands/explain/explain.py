"""Why an appointment, a trajectory, a line or a patient is as it is: what a run would do now, and what runs did.

The whole feed is gone through, because only that shows which numbers more patients have; only what bears on the
patients in question is gathered, as by a run, and only they are worked out. Nothing is written, and no rule is in here:
it tells what the rooms decided.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from typing import Final, TypeAlias

from ...base.problems import SettingsError
from ...base.processes import no_collector
from ...declaring.numbers import is_of_a_test
from ...intake import open_feed, values
from ...intake.gather import Gathered, gather
from ...intake.picking import FeedRows, Persons
from ...intake.survey import Statuses, Survey
from ...judging.context import Context
from ...judging.rules import Rules
from ...ledger import Ledger
from ...ledger.patients import pending_appointments
from ...ledger.people import doubted
from ...ledger.pruning import pruned_line
from ...settings import Settings
from ..belonging import practice_ledger
from .concern import concerning
from .declarations import DECLARATIONS, declaration_stories
from .patient import PatientHistory
from .search import Search
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


#: Gives what is made, or was made before of the same feed and settings.
Keep: TypeAlias = Callable[[Callable[[], FeedRows]], FeedRows]


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
    ``keep``: gives the rows of the feed as they were read before, for who asks often.

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
    rows = _rows(settings, progress) if keep is None else keep(lambda: _rows(settings, progress))
    rules = Rules.load(settings, today, rows.header)
    with _opened(settings, ledger) as ledger:
        of_declarations = declaration_stories(ledger, wanted)
        search = Search(wanted, rows, ledger, is_known=bool(of_declarations))
        if len(search.written) > 1:
            raise _unknown(settings, wanted, search.written)
        wanted = next(iter(search.written), wanted)
        patients = search.patients(wanted)
        feed = _gathered(settings, rows, ledger, patients)
        histories = PatientHistory.of_all(Context(settings, rules, ledger, feed), rules, feed, patients)
        stories = {**_tell(histories, wanted), **of_declarations}
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
    with _opened(settings, ledger) as known:
        return declaration_stories(known, wanted)


def _opened(settings: Settings, ledger: Ledger | None) -> AbstractContextManager[Ledger]:
    """The ledger of the practice; one that is open already stays so."""
    return practice_ledger(settings) if ledger is None else nullcontext(ledger)


def _rows(settings: Settings, progress: Callable[[str, int], None]) -> FeedRows:
    """The rows of the feed."""
    asked = settings.input
    with no_collector():
        return FeedRows.of(
            lambda: open_feed(asked.path, asked),
            lambda: asked.path.stat().st_size,
            Statuses(asked),
            asked.values,
            lambda rows: progress("read", rows),
        )


def _gathered(settings: Settings, rows: FeedRows, ledger: Ledger, patients: Sequence[str]) -> Gathered:
    """What of the feed bears on these patients, gathered as by a run."""
    survey = Survey(settings.input, rows.header)
    waiting, in_doubt = [*pending_appointments(ledger)], [*doubted(ledger)]
    names = concerning(rows, ledger, patients, waiting, in_doubt, Persons(settings.input.values))
    picked = rows.having(names)
    is_complete = settings.input.complete_from is not None
    feed = gather(picked, 0, survey, waiting, lambda read: None, in_doubt, is_complete=is_complete)
    return feed.numbered(picked.numbers)


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
