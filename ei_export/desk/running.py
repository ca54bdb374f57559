"""What the desk has processes do of a run: look what it would come to, now and with other settings, and run. Functions
of `jobs`."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Final

from attrs import evolve, frozen

from ..base.private import reading_as
from ..base.problems import BusyError, InputError, Language, SettingsError
from ..base.wording import at_desk, naming
from ..base.words import words
from ..commands.night import Night
from ..commands.run.difference import Difference
from ..commands.run.outcome import RunOutcome
from ..commands.run.run import Options, check
from ..ledger import Ledger
from ..model.columns import COLUMNS
from ..settings import Settings, load, places
from .jobs import Progress

#: How long a run waits for who has the ledger, and how often it tries, in seconds.
_PATIENCE: Final = 60.0
_PAUSE: Final = 0.5


@frozen
class Asked:
    """A run as it is asked for: ``config``, ``day`` and ``language`` of the desk; ``feed`` a file that was dragged in,
    None where it is that of the settings."""

    config: Path
    day: date
    language: Language | None
    feed: Path | None = None

    @contextmanager
    def settings(self) -> Iterator[Settings]:
        """The settings, with columns called as the practice does meanwhile. Raises SettingsError."""
        settings = load(self.config)
        settings = evolve(settings, language=self.language or settings.language)
        if self.feed is not None:
            settings = evolve(settings, input=evolve(settings.input, path=self.feed))
        with naming({**settings.input.columns, **settings.measurements.names}):
            yield settings


def names_at_desk(settings: Settings) -> Mapping[str, str]:
    """What columns are called at the desk, by ours: as in the files of the practice, or, where it linked columns but
    not this one, by what it holds."""
    said = words("columns", settings.language)
    known = {column: said(column) for column in COLUMNS} if settings.input.columns else {}
    return {**known, **settings.input.columns, **settings.measurements.names}


def look(asked: Asked, progress: Progress) -> RunOutcome:
    """What a run would come to. Raises as `check`."""
    with (
        asked.settings() as settings,
        naming(names_at_desk(settings)),
        closing(check(settings, Options(asked.day, progress=progress))) as summary,
    ):
        return RunOutcome.of(summary, settings.language)


def compare(asked: Asked, before: Mapping[Path, bytes], after: Mapping[Path, bytes], progress: Progress) -> Difference:
    """What a run would come to with files as they were ``before``, beside what it would with those that are to be
    otherwise (``after``). Of a practice that can't be run as it is only the latter. Raises as `check`."""
    now = None
    with suppress(SettingsError, InputError), reading_as(before):
        now = look(asked, progress)
    with reading_as({**before, **after}):
        return Difference.between(now, look(asked, progress))


def declare(asked: Asked, is_today: bool, confirmed: Sequence[str], progress: Progress) -> RunOutcome:
    """Runs, if that comes to the files that were ``confirmed``, and leaves the trace that every run leaves.
    ``is_today``: the day is that of the clock. Raises as `Night.run`."""
    time = datetime.now().strftime("%H:%M") if is_today else ""  # noqa: DTZ005 - as the clock on the wall
    night = Night(asked.day, time, asked.language or "nl", *places(asked.config), by_hand=True)
    with night, asked.settings() as settings:
        _wait(settings.ledger.path, progress)
        with at_desk(is_so=False):  # its page and lists are those of any run
            summary = night.run(settings, Options(asked.day, progress=progress, confirmed=list(confirmed)))
        with closing(summary):
            return RunOutcome.of(summary, settings.language)


def _wait(ledger: Path, progress: Progress) -> None:
    """Waits for who writes in the ledger; if that goes on, the run is refused as any."""
    until = monotonic() + _PATIENCE
    while ledger.exists() and monotonic() < until:
        try:
            Ledger.open(ledger).close()
        except BusyError:
            progress("waits", 0)
            sleep(_PAUSE)
        else:
            return
