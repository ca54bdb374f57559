"""``ei-export check``: what a run would do."""

from pathlib import Path
from typing import Any

import click

from ..problems import Language
from .common import options, refusing, settings_of
from .run import feed_options, with_paths, work


@click.command()
@feed_options
@options
@refusing
def check(config: Path, lang: Language | None, input_path: Path | None, out: Path | None, **choices: Any) -> None:
    """Say what a run would declare, what it would hold and why. Writes nothing."""
    settings = with_paths(settings_of(config, lang), input_path, out)
    work(settings, publish=False, place="ei-export check --json", **choices)
