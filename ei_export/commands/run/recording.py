"""Recording a run: in the ledger first, and then for all to see."""

import json
from collections.abc import Sequence
from contextlib import ExitStack, suppress

from ...base.delivery import Place, Stage, writing
from ...base.private import let_read, make_folder
from ...base.problems import BusyError, Finding, WriteError
from ...declaring.files import LineList
from ...declaring.numbers import Series
from ...judging.rules import Rules
from ...ledger import Ledger
from ...ledger.recovering import note_listed
from ...ledger.runs import mark_published
from ...ledger.testing import end_test
from ...output.traces import last_begun
from ...settings import Settings
from ..belonging import keep_owner
from .lists import renew_lists
from .run_lists import RunLists
from .summary import Summary


def record(
    settings: Settings,
    rules: Rules,
    ledger: Ledger,
    summary: Summary,
    first_lines: Sequence[Sequence[object]],
    listing: LineList | None,
    place: Place,
    series: Series,
    cleaning: ExitStack,
) -> None:
    """Records what the run came to, of a test no more than its numbers, and then shows it. ``first_lines`` and
    ``listing`` as of `RunLists.make`. What people read may fail; what declares, or is needed to know what was declared,
    may not: nothing is declared then."""
    out, stage = settings.output.dir, place if isinstance(place, Stage) else None
    with writing(out):
        make_folder(out)
        let_read(out, settings.output.group)
    keep_owner(ledger, settings, series.today)
    lists = RunLists(settings, rules, ledger, summary, stage, cleaning)
    lists.make(first_lines, listing)
    if stage is not None:
        document = json.dumps(summary.document(), ensure_ascii=False, indent=1) + "\n"
        stage.create("summary.json", is_personal=False).write(document.encode())
        stage.seal()
    note_listed(ledger, out, last_begun(out))
    if series.test:
        end_test(ledger, series.run, series.today, len(summary.declarations))
    ledger.commit()
    # From here on it is declared; what still fails, the next run makes up for. Nobody renews lists while they appear.
    is_alone = ledger.keep_again()
    if stage is not None:
        try:
            summary.folder = stage.publish()
        except WriteError as error:
            if series.test:
                raise
            params = {"run": summary.run, "path": str(summary.folder), "reason": error.params["reason"]}
            summary.add_late(Finding("RUN_NOT_PUBLISHED", "", params))
            return
        if not series.test:
            with suppress(BusyError, WriteError):
                mark_published(ledger, series.run, summary.folder)
    lists.publish()
    if not is_alone:  # what was recorded since the commit is not in them
        for finding in renew_lists(settings, ledger, rules):
            summary.add_late(finding)
    with suppress(BusyError, WriteError):
        ledger.give_back()
