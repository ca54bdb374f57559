"""``ei-export recover``: the ledger anew, from the runs that are there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import click
from attrs import asdict

from ..base.problems import Finding, Language
from ..base.words import words
from ..commands.corrections.report import problem as told_of
from ..commands.recover import ReadBack
from ..commands.recover import recover as read_back
from ..output.paper import counted, wrapped
from .common import Call, command
from .renewing import renew_lists

#: What is not in the files of a run.
_LOST: Final = ("RECOVERED_ANSWERS", "RECOVERED_CONTACTS", "RECOVERED_WISHES")


@click.command()
@click.option("--runs-gone", is_flag=True)
@command
def recover(call: Call, runs_gone: bool) -> int:
    settings = call.settings("recover", "counted")
    found = read_back(settings, call.day, runs_gone=runs_gone)
    lost = [Finding(code) for code in _LOST if found.runs]
    if found.runs or found.closed or found.sent:
        lost.append(Finding("RECOVERED_DECISIONS", "", {"closed": found.closed, "sent": found.sent}))
    problems = [told_of(finding, "", settings.language, settings.severities) for finding in lost]
    told = [{**asdict(run), "folder": str(run.folder)} for run in found.runs]
    call.say(
        lambda: {"runs": told, "problems": problems},
        lambda: _lines(found.runs, problems, settings.language),
        is_done=True,
    )
    renew_lists(call, settings)
    return 0


def _lines(runs: Sequence[ReadBack], problems: Sequence[Mapping[str, Any]], language: Language) -> Iterator[str]:
    say = words("recover", language)
    yield say("read" if runs else "nothing")
    for run in runs:
        told = {"run": run.run, "day": run.today, "lines": counted(run.lines, "line", language)}
        yield f"  {say('run_withdrawn' if run.withdrawn else 'run', cents=run.amount_cents, **told)}"
    for problem in problems:
        yield from ("", *wrapped(problem["message"]), *wrapped(problem["remedy"]))
