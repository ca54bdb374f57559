"""``ei-export check``: what a run would do."""

from contextlib import closing
from datetime import date
from pathlib import Path

import click

from ..pipeline import Options
from ..pipeline import run as run_pipeline
from ..problems import Language
from .common import day_or_today, options, refusing, settings_of, speaking
from .run import Progress, tell, with_paths


@click.command()
@click.option("--input", "input_path", type=click.Path(path_type=Path), help="The feed, instead of the settings' own.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="The folder for the files of the run.")
@click.option("--strict", is_flag=True, help="Declare nothing if anything is wrong.")
@options
@refusing
def check(
    config: Path,
    today: date | None,
    as_json: bool,
    lang: Language | None,
    quiet: bool,
    input_path: Path | None,
    out: Path | None,
    strict: bool,
) -> None:
    """Say what a run would declare, what it would hold and why. Writes nothing."""
    settings = with_paths(settings_of(config, lang), input_path, out)
    progress = Progress()
    summary = run_pipeline(
        settings,
        Options(day_or_today(today), publish=False, strict=strict, as_json=as_json, progress=progress.show),
    )
    progress.clear()
    with closing(summary), speaking():
        tell(summary, settings, as_json=as_json, quiet=quiet, place="ei-export check --json")
    click.get_current_context().exit(summary.exit_code)
