"""``ei-export specs``: the tables themselves."""

import json
from datetime import date
from pathlib import Path

import click

from ..problems import Language, render
from ..specs_check import check_specs
from .common import USAGE, options, refusing, settings_of


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
        click.echo(f"{message}\n  {remedy}", err=True)
    if as_json:
        keys = ("code", "message", "remedy")
        click.echo(json.dumps({"ok": not errors, "problems": [dict(zip(keys, p, strict=True)) for p in problems]}))
    elif not errors and not quiet:
        click.echo("OK")
    click.get_current_context().exit(USAGE if errors else 0)
