"""``ei-export specs``: the tables themselves."""

import json
from datetime import date
from pathlib import Path

import click
from attrs import evolve

from ..base.problems import Finding, Language, render, severity
from ..commands.specs_check import check_in_vain, check_specs, check_tariffs
from .common import USAGE, has_settings, options, refusing, settings_of
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
    """Test every table: the built-in ones, the overlays of the settings (if there are any) or of --overlay, and the
    tariffs of the settings. Names what the tables and the settings hold in vain too."""
    settings = settings_of(config, lang) if has_settings(config) else None
    if settings is not None:
        settings = evolve(settings, overlays=overlays or settings.overlays)
        overlays = settings.overlays
    language: Language = lang or click.get_current_context().meta.get("ei_export.language", "nl")
    errors = check_specs(overlays)
    findings: list[Finding] = []
    if settings is not None:
        errors += check_tariffs(settings.tariffs_path) if settings.tariffs_path is not None else ()
        findings += check_in_vain(settings) if not errors else ()
    problems = [(error.code, *render(error.code, error.params, language), "error") for error in errors]
    problems += [(found.code, *render(found.code, found.params, language), severity(found.code)) for found in findings]
    for _, message, remedy, _ in problems:
        warn(f"{message}\n  {remedy}")
    with speaking() as out:
        if as_json:
            keys = ("code", "message", "remedy", "severity")
            told = [dict(zip(keys, problem, strict=True)) for problem in problems]
            click.echo(json.dumps({"ok": not errors, "problems": told}), out)
        elif not quiet and all(level == "info" for *_, level in problems):
            click.echo("OK", out)
    click.get_current_context().exit(USAGE if errors else 0)
