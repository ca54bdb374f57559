"""``ei-export undo``: take back a run that was not sent."""

import json
import sys
from datetime import date
from pathlib import Path

import click

from ..base.problems import Language
from ..commands.corrections.report import problem, undo_lines, undo_question
from ..commands.corrections.undo import undo as undo_run
from .common import Text, day_or_today, options, refusing, settings_of
from .speaking import speaking, warn


@click.command()
@click.argument("run", metavar="RUN", type=Text())
@click.option(
    "--why", default="", type=Text(), metavar="TEXT", help="The reason, kept in the ledger. Asked for at a terminal."
)
@click.option(
    "--files-gone",
    is_flag=True,
    help="Also where the folder of the run can't be found. Only if you are sure that none of its files was ever sent: "
    "what was sent is declared twice otherwise.",
)
@options
@refusing
def undo(
    run: str,
    config: Path,
    today: date | None,
    as_json: bool,
    lang: Language | None,
    quiet: bool,
    why: str,
    files_gone: bool,
) -> None:
    """Withdraw a run whose files were not sent: all that was in it goes along in the next run.

    RUN is the name of its folder, such as R000001, and --why the reason. The folder stays, marked as withdrawn; its
    invoice numbers and references are never used again. A run that was answered, or that a later one credits, can't be
    withdrawn.
    """
    settings = settings_of(config, lang)
    if not why and not as_json and sys.stdin.isatty():
        why = click.prompt(undo_question(settings.language), default="", show_default=False, err=True)
    undone = undo_run(settings, run, why.strip(), day_or_today(today), files_gone=files_gone)
    problems = [problem(finding, "", settings.language, settings.severities) for finding in undone.findings]
    with speaking(is_done=True) as out:
        if as_json:
            folder = str(undone.folder) if undone.folder is not None else None
            click.echo(json.dumps({"run": undone.run, "folder": folder, "problems": problems}, ensure_ascii=False), out)
        elif not quiet:
            for line in undo_lines(undone.run, undone.folder, settings.language):
                click.echo(line, out)
    for each in problems:
        warn(f"{each['message']}\n{each['remedy']}")
