"""``ei-export specs``: the tables themselves."""

import json
from datetime import date
from pathlib import Path

import click

from ..problems import Language, render
from ..specs_check import check_specs
from .common import USAGE, options, refusing, settings_of
from .speaking import speaking, warn


@click.group()
def specs() -> None:
    """The rule tables."""


@specs.command("check")
@click.option("--overlay", "overlays", type=click.Path(path_type=Path), multiple=True, help="An overlay to test too.")
@options
@refusing
def check(
    config: Path,
    today: date | None,
    as_json: bool,
    lang: Language | None,
    quiet: bool,
    overlays: tuple[Path, ...],
) -> None:
    """Test every table: the built-in ones, and the overlays of the settings (if there are any) or of --overlay."""
    if not overlays and config.is_file():
        overlays = settings_of(config, lang).overlays
    language: Language = lang or click.get_current_context().meta.get("ei_export.language", "nl")
    errors = check_specs(overlays)
    problems = [(error.code, *render(error.code, error.params, language)) for error in errors]
    for _, message, remedy in problems:
        warn(f"{message}\n  {remedy}")
    with speaking() as out:
        if as_json:
            keys = ("code", "message", "remedy")
            told = [dict(zip(keys, problem, strict=True)) for problem in problems]
            click.echo(json.dumps({"ok": not errors, "problems": told}), out)
        elif not errors and not quiet:
            click.echo("OK", out)
    click.get_current_context().exit(USAGE if errors else 0)
