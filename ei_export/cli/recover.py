"""``ei-export recover``: the ledger anew, from the runs that are there."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

import click
from attrs import asdict

from ..base.problems import Finding, Language
from ..base.wording import day_text
from ..commands.corrections.report import problem as told_of
from ..commands.recover import ReadBack
from ..commands.recover import recover as read_back
from ..output.paper import counted, euros, wrapped
from .common import Call, command

#: What is not in the files of a run.
_LOST: Final = ("RECOVERED_ANSWERS", "RECOVERED_CONTACTS", "RECOVERED_WISHES")

_WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "nl": {
        "nothing": "Er is niets terug te lezen: het declaratieregister kent elke run in de uitvoermap.",
        "run": "{run}  {day}  {lines}, € {amount}",
        "withdrawn": ", ingetrokken",
        "read": "Teruggelezen in het declaratieregister:",
    },
    "en": {
        "nothing": "There is nothing to read back: the ledger knows every run in the output folder.",
        "run": "{run}  {day}  {lines}, € {amount}",
        "withdrawn": ", withdrawn",
        "read": "Read back into the ledger:",
    },
}


@click.command()
@click.option("--runs-gone", is_flag=True, help="Also where earlier runs are nowhere to be found: they may go again.")
@command
def recover(call: Call, runs_gone: bool) -> int:
    """Read published runs that the ledger does not know back from the output folder.

    For a ledger that was lost or is an older copy. Afterwards nothing is declared twice, and the numbers go on behind
    the highest. Each file is held against its SHA-256; one that was changed is refused, and then nothing is read back.
    """
    settings = call.settings()
    runs = read_back(settings, call.day, runs_gone=runs_gone)
    lost = [Finding(code) for code in _LOST if runs]
    problems = [told_of(finding, "", settings.language, settings.severities) for finding in lost]
    told = [{**asdict(run), "folder": str(run.folder)} for run in runs]
    call.say(
        lambda: {"runs": told, "problems": problems}, lambda: _lines(runs, problems, settings.language), is_done=True
    )
    return 0


def _lines(runs: Sequence[ReadBack], problems: Sequence[Mapping[str, Any]], language: Language) -> Iterator[str]:
    words = _WORDS[language]
    if not runs:
        yield words["nothing"]
        return
    yield words["read"]
    for run in runs:
        day, lines = day_text(date.fromisoformat(run.today), language), counted(run.lines, "line", language)
        told = words["run"].format(run=run.run, day=day, lines=lines, amount=euros(run.amount_cents, language))
        yield f"  {told}{words['withdrawn'] if run.withdrawn else ''}"
    for problem in problems:
        yield from ("", *wrapped(problem["message"]), *wrapped(problem["remedy"]))
