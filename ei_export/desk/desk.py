"""What the pages of a practice are made of, and what is kept between them."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import chain
from pathlib import Path
from threading import Lock, Thread
from typing import Final, TypeVar, cast
from weakref import WeakValueDictionary

from attrs import Factory, define, evolve, field

from ..base.problems import Language, SettingsError
from ..base.processes import no_collector
from ..intake.picking import FeedRows
from ..judging.rules import Rules
from ..ledger import Ledger
from ..settings import Settings, load
from .jobs import Jobs
from .looks import Looks, is_settled, ledger_stamp, stamp
from .sessions import Sessions
from .uploads import Uploads

T = TypeVar("T")

#: What is worked out of the same ledger and settings, such as the work list and the figures on some days.
_MOST_KEPT: Final = 32
#: What threads are called that make what isn't asked for yet.
AHEAD: Final = "ahead"


@define(eq=False)
class Desk:
    """The desk of a practice, from its start until it is stopped.

    ``config`` is its ``ei-export.toml``, which may not be there yet; ``asked_day`` and ``asked_language`` as in `Call`;
    ``log`` takes a line for who started it, that names nobody; ``port``: where it is served. Every method may be called
    by several threads at a time.
    """

    config: Path
    asked_day: date | None = None
    asked_language: Language | None = None
    log: Callable[[str], None] = lambda line: None
    port: int = 0
    sessions: Sessions = field(factory=Sessions, init=False)
    uploads: Uploads = field(factory=Uploads, init=False)
    jobs: Jobs = field(factory=Jobs, init=False)
    _looks: Looks = field(factory=Looks, init=False)
    _kept: OrderedDict[Hashable, tuple[Hashable, object]] = field(default=Factory(OrderedDict), init=False)
    #: As they were read last, with the stamps of their files.
    _settings: tuple[Hashable, Settings] | None = field(default=None, init=False)
    #: Held while something is worked out, by its name; and as of when what is worked out ahead was begun last.
    _making: WeakValueDictionary[Hashable, Lock] = field(factory=WeakValueDictionary, init=False)
    _ahead: dict[Hashable, Hashable] = field(factory=dict, init=False)
    _failed: dict[Hashable, Hashable] = field(factory=dict, init=False)
    _lock: Lock = field(factory=Lock, init=False, repr=False)

    @property
    def day(self) -> date:
        """The day asked for, or the day it is here."""
        return self.asked_day or date.today()  # noqa: DTZ011 - the practice's own calendar

    @property
    def language(self) -> Language:
        """The language asked for, or that of the settings, or Dutch where these can't be read."""
        try:
            return self.settings().language
        except SettingsError:
            return self.asked_language or "nl"

    @property
    def address(self) -> str:
        """By which browsers get in."""
        return self._with(self.sessions.secret)

    def address_once(self) -> str:
        """By which one browser gets in, see `Sessions.secret_once`."""
        return self._with(self.sessions.secret_once())

    def _with(self, secret: str) -> str:
        return f"http://127.0.0.1:{self.port}/?sleutel={secret}"

    def has_practice(self) -> bool:
        """Whether there are settings, right or wrong."""
        return self.config.exists()

    def settings(self) -> Settings:
        """The settings as they are now: read anew where their file is another, or one that it names. Raises
        SettingsError."""
        read = self._settings  # once: another thread may have others by the next line
        if read is not None and read[0] == _stamps(read[1]):
            return read[1]
        settings = load(self.config)
        settings = evolve(settings, language=self.asked_language or settings.language)
        self._settings = (_stamps(settings), settings) if all(map(is_settled, _files(settings))) else None
        return settings

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """The ledger as it is now, to read, for one page. Raises as `Ledger.look`."""
        with self._looks.look(self.settings().ledger.path) as ledger:
            yield ledger

    def rules(self) -> Rules:
        """The tables that a run would go by. Raises SettingsError."""
        return self.kept("rules", lambda: Rules.load(self.settings(), self.day))

    def kept(self, name: Hashable, make: Callable[[], T], state: Hashable = None) -> T:
        """What ``make`` gives, worked out anew only where the ledger, the settings, a table of the practice's own or
        the day is another than last time. ``name`` is what it is, with all it depends on besides: a day, a filter.
        ``state``: what it depends on in the place of all that, and is kept once of. Who asks while it is worked out
        waits for that."""
        state = self.state() if state is None else state
        with self._lock:
            making = self._making.setdefault(name, Lock())
        with making:
            if (known := self._known(name, state)) is None:
                with no_collector():
                    known = (make(),)
                with self._lock:
                    self._kept[name] = state, known[0]
                    while len(self._kept) > _MOST_KEPT:
                        self._kept.popitem(last=False)
        return cast(T, known[0])

    def _known(self, name: Hashable, state: Hashable) -> tuple[object] | None:
        with self._lock:
            of, value = self._kept.get(name, (None, None))
            if of != state:
                return None
            self._kept.move_to_end(name)
            return (value,)

    def kept_ahead(self, name: Hashable, make: Callable[[], T]) -> T | None:
        """As `kept`, where it is known already; else None, and it is worked out beside the pages, for one that asks
        later. Where that failed it is tried for who asks now, who is told why."""
        state = self.state()
        if (known := self._known(name, state)) is not None:
            return cast(T, known[0])
        if self._failed.get(name) == state:
            return self.kept(name, make)
        with self._lock:
            is_begun, self._ahead[name] = self._ahead.get(name) == state, state
        if not is_begun:
            Thread(target=self._make_ahead, args=(name, make, state), name=AHEAD, daemon=True).start()
        return None

    def _make_ahead(self, name: Hashable, make: Callable[[], object], state: Hashable) -> None:
        try:
            self.kept(name, make)
        except Exception:  # noqa: BLE001 - it is told to who asks for it
            self._failed[name] = state

    def kept_feed(self, make: Callable[[], FeedRows]) -> FeedRows:
        """As `kept`, of the rows of the feed of the practice: which depend on the feed itself and the settings."""
        settings = self.settings()
        if not is_settled(settings.input.path):
            return make()
        return self.kept("feed", make, (stamp(settings.path), stamp(settings.input.path)))

    def state(self) -> Hashable:
        """Changes with all that pages are worked out of. Raises SettingsError."""
        settings = self.settings()
        return self.day, settings.language, ledger_stamp(settings.ledger.path), _stamps(settings)

    def close(self) -> None:
        """Ends the work, and gives up what was kept: copies of the ledger, and files that were dragged in."""
        self.jobs.stop()
        self.forget()
        self.uploads.close()

    def forget(self) -> None:
        """Gives up what was read and worked out; the next page does that anew."""
        self._looks.close()
        with self._lock:
            self._kept.clear()
            self._ahead.clear()
            self._failed.clear()
            self._settings = None


def _files(settings: Settings) -> Sequence[Path]:
    """The file of the settings, and those it names that say how things are judged."""
    measured = [settings.measurements.path] if settings.measurements.path is not None else []
    return [settings.path, *chain.from_iterable(settings.own_files.values()), *measured]


def _stamps(settings: Settings) -> Hashable:
    return tuple(map(stamp, _files(settings)))
