"""What people read: the work list, the page, the problems. Every run makes all of them; the work list, and what the
page says of what is known, are made anew once something is recorded without a run (`renew_lists`).

Each is made by itself, and appears whole or not at all: one that can't be made is told of, and whoever makes them goes
on.
"""

from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from typing import BinaryIO, Final, TypeVar

from ...base.delivery import Replacement, meanwhile
from ...base.patience import ON_FAULT
from ...base.problems import Finding, Refusal, SettingsError, WriteError, refusal_of
from ...base.words import ListName
from ...judging.rules import Rules
from ...ledger import Ledger
from ...settings import Settings
from ..figures.figures import Figures, figures
from ..figures.tables import sheets
from ..worklist import sheets as work_sheets
from ..worklist.worklist import WorkList, worklist
from .html import Known
from .pages import known, renewed_page

T = TypeVar("T")

PAGE: Final = "report.html"
WORKLIST: Final = (f"{work_sheets.NAME}.csv", f"{work_sheets.NAME}.xlsx")
#: What a list may meet without all being refused: no room, and faults of ours; no table or ledger that is wrong.
_GONE_ON_AFTER: Final = ("WRITE_FAILED", "INTERNAL")


class Lists:
    """Lists in the making: beside their places until `publish`."""

    def __init__(
        self,
        settings: Settings,
        rules: Rules,
        ledger: Ledger,
        unmade: Callable[[ListName, str], None],
        stack: ExitStack,
    ) -> None:
        """``ledger`` holds what they are to say; ``unmade`` is told which can't be made, and the reason; what is not
        published is taken away with the ``stack``."""
        self._settings = settings
        self._rules = rules
        self._ledger = ledger
        self._unmade = unmade
        self._stack = stack
        self.made: dict[str, Replacement] = {}

    @contextmanager
    def known(self, *, is_counted: bool = True) -> Iterator[Known]:
        """What the ledger knows, as pages say it, with the work list written by it; ``is_counted`` False: without
        figures. Raises WriteError where the ledger fails."""
        settings, rules, ledger, day = self._settings, self._rules, self._ledger, self._rules.judge.today
        told = self.attempt("figures", lambda: figures(ledger, rules, day)) if is_counted else None
        found = self.attempt("worklist", lambda: worklist(settings, ledger, rules))
        with closing(found) if found is not None else ExitStack():
            if found is not None:
                self.write("worklist", WORKLIST, partial(self._write_worklist, found, told))
            yield known(ledger, day, found, told)

    def attempt(self, which: ListName, make: Callable[[], T]) -> T | None:
        """What is made, or None and it is told that it can't be; ``which`` in ``specs/words/lists.toml``. Raises what
        the ledger or a table is refused for."""
        made = self._ledger.attempted(make)
        if not isinstance(made, Exception):
            return made
        why = refusal_of(made)
        if isinstance(made, Refusal) and why.code not in _GONE_ON_AFTER:
            raise made
        ON_FAULT.get()(made)
        self._unmade(which, str(why.params.get("reason", why.code)))
        return None

    def write(self, which: ListName, names: Sequence[str], write: Callable[..., object]) -> bool:
        """Whether files that belong together could be written."""
        return self.attempt(which, lambda: self.written(names, write)) is not None

    def written(self, names: Sequence[str], write: Callable[..., object]) -> bool:
        """Writes them. Raises WriteError, and what ``write`` raises; there is none of them then."""
        files: list[Replacement] = []
        try:
            for name in names:
                path, group = self._settings.output.dir / name, self._settings.output.group
                files.append(Replacement(path, self._settings.ledger.path, group))
                self._stack.callback(files[-1].discard)
            write(*[file.file for file in files])
            for file in files:
                file.seal()
        except BaseException:
            for file in files:
                file.discard()
            raise
        self.made.update(zip(names, files, strict=True))
        return True

    def publish(self, without: Container[str] = ()) -> Iterator[tuple[str, WriteError]]:
        """Has them take the place of what was there, ``without`` some. Gives each that can't, as on Windows any that
        somebody has open, and why."""
        for name, file in self.made.items():
            if name not in without:
                try:
                    file.publish()
                except WriteError as error:
                    yield name, error

    def _write_worklist(self, found: WorkList, told: Figures | None, csv: BinaryIO, xlsx: BinaryIO) -> None:
        language, folder = self._settings.language, partial(meanwhile, self._settings.ledger.path)
        sending = work_sheets.sending_rows(self._ledger, language)
        tabs = sheets(told, language) if told is not None else ()
        work_sheets.write_sheets(found, sending, language, csv, xlsx, tabs, folder)


def renew_lists(settings: Settings, ledger: Ledger, rules: Rules) -> Sequence[Finding]:
    """Has the work list and the page say what the ledger knows by now; what a run itself found stays as it found it: to
    know that anew takes the export. Whatever fails is told, and undoes nothing: a list that can't be renewed stays as
    it is."""
    try:
        return _renewed(settings, ledger, rules)
    except Exception as error:  # noqa: BLE001 - what was asked for is done
        return not_renewed(settings, error)


def not_renewed(settings: Settings, error: Exception) -> Sequence[Finding]:
    """Tells why nothing could be renewed; first what is wrong with a table, if that is it."""
    why = refusal_of(error)
    if not isinstance(error, Refusal):
        ON_FAULT.get()(error)
    reason = why.params.get("reason", why.params.get("file", why.code))
    tables = [Finding(why.code, "", why.params)] if isinstance(error, SettingsError) else []
    return [*tables, Finding("LIST_NOT_RENEWED", "", {"path": str(settings.output.dir / PAGE), "reason": reason})]


def _renewed(settings: Settings, ledger: Ledger, rules: Rules) -> Sequence[Finding]:
    stay: dict[str, str] = {}

    def unmade(which: ListName, reason: str) -> None:
        stay.update(dict.fromkeys([PAGE] if which == "page" else WORKLIST, reason))

    with ExitStack() as stack:
        lists = Lists(settings, rules, ledger, unmade, stack)
        with lists.known() as now:
            if now.worklist is None or now.figures is None:
                stay[PAGE] = stay[WORKLIST[0]]
            elif page := lists.attempt("page", lambda: renewed_page(settings, ledger, now)):
                lists.write("page", [PAGE], lambda file: file.write(page))
        stay |= {name: str(error.params["reason"]) for name, error in lists.publish(without=stay)}
    out = settings.output.dir
    return [Finding("LIST_NOT_RENEWED", "", {"path": str(out / name), "reason": stay[name]}) for name in stay]
