"""``ei-export undo``: take back a run that was not sent."""

import sys

import click

from ..commands.corrections.report import problem, undo_lines, undo_question
from ..commands.corrections.undo import undo as undo_run
from .common import Call, Text, command
from .renewing import renew_lists
from .speaking import warn


@click.command()
@click.argument("run", metavar="RUN", type=Text())
@click.option("--why", default="", type=Text(), metavar="TEXT")
@click.option(
    "--files-gone",
    is_flag=True,
)
@click.option("--although-sent", is_flag=True)
@command
def undo(call: Call, run: str, why: str, files_gone: bool, although_sent: bool) -> int:
    settings = call.settings("corrections", "report")
    if not why and not call.as_json and sys.stdin.isatty():
        why = click.prompt(undo_question(settings.language), default="", show_default=False, err=True)
    undone = undo_run(settings, run, why.strip(), call.day, files_gone=files_gone, although_sent=although_sent)
    problems = [problem(finding, "", settings.language, settings.severities) for finding in undone.findings]
    folder = str(undone.folder) if undone.folder is not None else None
    call.say(
        lambda: {"run": undone.run, "folder": folder, "problems": problems},
        lambda: undo_lines(undone.run, undone.folder, settings.language),
        is_done=True,
    )
    for each in problems:
        warn(f"{each['message']}\n{each['remedy']}")
    renew_lists(call, settings)
    return 0
