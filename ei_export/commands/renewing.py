"""What people read of a practice, made anew once something was recorded without a run: an answer, a correction, what
was closed or sent; or once a setting was changed at the desk.
"""

from collections.abc import Sequence
from contextlib import closing
from datetime import date

from ..base.problems import BusyError, Finding
from ..base.wording import at_desk, naming
from ..judging.rules import Rules
from ..ledger import Ledger
from ..output.traces import last_begun
from ..settings import Settings
from .run.lists import PAGE, not_renewed, renew_lists


def renew(settings: Settings, today: date) -> Sequence[Finding]:
    """Has ``out/report.html``, ``werklijst.csv`` and ``werklijst.xlsx`` say what the ledger knows on a day, by the
    settings of now, where a run was. Whatever fails is told, and undoes nothing; nothing is to be told where another
    has the ledger: whoever writes in it does the same at its end."""
    page = settings.output.dir / PAGE
    if not settings.ledger.path.is_file() or not (page.is_file() or last_begun(settings.output.dir)):
        return ()
    try:
        # As a run writes them, whoever asks.
        columns = {**settings.input.columns, **settings.measurements.names}
        with at_desk(is_so=False), naming(columns), closing(Ledger.open(settings.ledger.path)) as ledger:
            return renew_lists(settings, ledger, Rules.load(settings, today))
    except BusyError:
        return ()
    except Exception as error:  # noqa: BLE001 - what was asked for is done
        return not_renewed(settings, error)
