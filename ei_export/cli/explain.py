"""``ei-export explain``: why an appointment, a trajectory, a line or a patient is as it is."""

import json
from datetime import date
from pathlib import Path

import click

from ..base.problems import Language
from ..commands.explain.explain import KINDS
from ..commands.explain.explain import explain as tell
from ..commands.explain.story import document, text_lines
from .common import HELD, Text, day_or_today, options, refusing, settings_of
from .run import Progress, with_paths
from .speaking import speaking


@click.command()
@click.argument("number", metavar="ID", type=Text())
@click.option(
    "--kind", type=click.Choice(KINDS), default=None, help="What ID is of, where it is of more than one thing."
)
@click.option("--input", "input_path", type=click.Path(path_type=Path), help="The feed, not the settings' own.")
@options
@refusing
def explain(
    number: str,
    config: Path,
    today: date | None,
    as_json: bool,
    lang: Language | None,
    quiet: bool,
    kind: str | None,
    input_path: Path | None,
) -> None:
    """Tell step by step why an appointment, trajectory, reference (0434) or patient is declared as it is, or held; of a
    run (such as R000001) or an invoice what is in it, and its answer."""
    settings = with_paths(settings_of(config, lang), input_path, None)
    progress = Progress(settings.language)
    stories = tell(settings, number, day_or_today(today), kind or "", progress.show)
    progress.clear()
    with speaking() as out:
        if as_json:
            click.echo(json.dumps(document(stories, settings.language), ensure_ascii=False, indent=1), out)
        elif not quiet:
            click.echo("\n".join(text_lines(stories, settings.language)), out)
    wrong = any(problem.severity == "error" for story in stories for problem in story.problems)
    click.get_current_context().exit(HELD if wrong else 0)
