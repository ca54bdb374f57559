"""``ei-export explain``: why an appointment, a trajectory, a line or a patient is as it is."""

from pathlib import Path

import click

from ..commands.explain.explain import KINDS
from ..commands.explain.explain import explain as tell
from ..commands.explain.story import document, text_lines
from .common import HELD, Call, Text, command
from .run import Progress, with_paths


@click.command()
@click.argument("number", metavar="ID", type=Text())
@click.option("--kind", type=click.Choice(KINDS), default=None)
@click.option("--input", "input_path", type=click.Path(path_type=Path))
@command
def explain(call: Call, number: str, kind: str | None, input_path: Path | None) -> int:
    settings = with_paths(call.settings(), input_path, None)
    progress = Progress(settings.language)
    stories = tell(settings, number, call.day, kind or "", progress.show)
    progress.clear()
    call.say(lambda: document(stories, settings.language), lambda: text_lines(stories, settings.language))
    return HELD if any(problem.severity == "error" for story in stories for problem in story.problems) else 0
