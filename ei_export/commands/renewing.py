"""What people read of a practice, made anew once something was recorded without a run: an answer, a correction, what
was closed or sent. What a run itself found stays as it found it: to know that anew takes the export."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date
from functools import partial

from ..base.delivery import Replacement, meanwhile
from ..base.patience import ON_FAULT
from ..base.problems import BusyError, Finding, Refusal, SettingsError, refusal_of
from ..base.wording import at_desk, naming
from ..judging.rules import Rules
from ..ledger import Ledger
from ..settings import Settings
from .figures.figures import figures
from .figures.tables import sheets
from .run.lists import PAGE, WORKLIST
from .run.pages import known, renew_page
from .worklist.sheets import sending_rows, write_sheets
from .worklist.worklist import worklist


def renew(settings: Settings, today: date) -> Sequence[Finding]:
    """Has ``out/report.html``, ``werklijst.csv`` and ``werklijst.xlsx`` say what the ledger knows on a day, where a run
    made them. Whatever fails is told, and undoes nothing; nothing is to be told where another has the ledger: whoever
    writes in it does the same at its end."""
    out = settings.output.dir
    if not (out / PAGE).is_file() or not settings.ledger.path.is_file():
        return ()
    try:
        # As a run writes them, whoever asks.
        columns = {**settings.input.columns, **settings.measurements.names}
        with at_desk(is_so=False), naming(columns), closing(Ledger.open(settings.ledger.path)) as ledger:
            return _renewed(settings, ledger, Rules.load(settings, today))
    except BusyError:
        return ()
    except Exception as error:  # noqa: BLE001 - what was asked for is done
        return [*_told(PAGE, settings, error)]


def _renewed(settings: Settings, ledger: Ledger, rules: Rules) -> Sequence[Finding]:
    out, day, language = settings.output.dir, rules.judge.today, settings.language
    found_figures = figures(ledger, rules, day)
    files = [Replacement(out / name, settings.ledger.path, settings.output.group) for name in WORKLIST]
    told: list[Finding] = []
    try:
        with closing(worklist(settings, ledger, rules)) as found:
            sending, folder = sending_rows(ledger, language), partial(meanwhile, settings.ledger.path)
            csv, xlsx = (file.file for file in files)
            write_sheets(found, sending, language, csv, xlsx, sheets(found_figures, language), folder)
            for file in files:
                file.seal()
            acts = {file.path.name: file.publish for file in files}
            acts[PAGE] = partial(renew_page, settings, ledger, known(ledger, day, found, found_figures))
            for name, act in acts.items():
                try:
                    act()
                except Exception as error:  # noqa: BLE001 - the others are renewed all the same
                    told += _told(name, settings, error)
    finally:
        for file in files:
            file.discard()
    return told


def _told(name: str, settings: Settings, error: Exception) -> Iterator[Finding]:
    """Why a list could not be renewed; first what is wrong with a table, if that is it."""
    why = refusal_of(error)
    if isinstance(error, SettingsError):
        yield Finding(why.code, "", why.params)
    elif not isinstance(error, Refusal):
        ON_FAULT.get()(error)
    reason = why.params.get("reason", why.params.get("file", why.code))
    yield Finding("LIST_NOT_RENEWED", "", {"path": str(settings.output.dir / name), "reason": reason})
