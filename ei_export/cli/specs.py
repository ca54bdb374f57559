"""``ei-export specs``: the tables themselves."""

from datetime import date
from pathlib import Path

import click
from attrs import evolve

from ..base.problems import Finding, Language, SettingsError, Severities, Severity, render, severity
from ..commands.specs_check import check_copied, check_in_vain, check_specs, check_tariffs
from ..commands.specs_copy import document, specs_copy, text_lines
from ..settings.zorg1 import Zorg1Settings
from .common import USAGE, Call, Day, Text, command, group
from .speaking import warn

specs = group("specs")


@specs.command("check")
@click.option("--overlay", "overlays", type=click.Path(path_type=Path), multiple=True)
@command
def check(call: Call, overlays: tuple[Path, ...]) -> int:
    settings = call.settings() if call.has_settings() else None
    if settings is not None:
        settings = evolve(settings, overlays=overlays or settings.overlays)
        overlays = settings.overlays
    own = settings.zorg1 if settings is not None else Zorg1Settings()
    errors = check_specs(overlays, own.measures, own.profiles)
    findings: list[Finding] = []
    if settings is not None:
        errors += check_tariffs(settings.tariffs_path) if settings.tariffs_path is not None else ()
        findings += check_in_vain(settings) if not errors else ()
    findings += check_copied(overlays) if overlays and not errors else ()
    problems = [_told(error, "error", call.language) for error in errors]
    problems += [_told(found, severity(found.code), call.language) for found in findings]
    for problem in problems:
        warn(f"{problem['message']}\n  {problem['remedy']}")
    all_right = all(problem["severity"] == "info" for problem in problems)
    call.say(lambda: {"ok": not errors, "problems": problems}, lambda: ["OK"] if all_right else [])
    return USAGE if errors else 0


@specs.command("copy")
@click.option("--insurer", type=Text(), required=True)
@click.option("--from", "first", type=Day(), required=True)
@click.option("--out", "path", type=click.Path(path_type=Path, dir_okay=False))
@command
def copy(call: Call, insurer: str, first: date, path: Path | None) -> int:
    settings = call.settings("specs") if call.has_settings() else None
    severities = settings.severities if settings is not None else Severities()
    copied = specs_copy(settings, insurer, first, path)
    call.say(
        lambda: document(copied, call.language, severities),
        lambda: text_lines(copied, call.language, severities),
        is_done=True,
    )
    return 0


def _told(found: SettingsError | Finding, level: Severity, language: Language) -> dict[str, str]:
    message, remedy = render(found.code, found.params, language)
    return {"code": found.code, "message": message, "remedy": remedy, "severity": level}
