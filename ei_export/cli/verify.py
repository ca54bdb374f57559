"""``ei-export verify``: whether a message file is right."""

from contextlib import ExitStack, closing
from datetime import date
from pathlib import Path

import click
from attrs import evolve
from click.core import ParameterSource

from ..base.problems import Language
from ..commands.verify.practice import PracticeRecords
from ..commands.verify.report import JsonVerdicts, TextVerdicts
from ..commands.verify.verify import Verifying
from ..commands.verify.verify import verify as verify_files
from .common import day_or_today, options, painter, refusing, settings_of
from .speaking import speaking

#: Where a configuration comes from that was asked for.
_GIVEN = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@options
@refusing
def verify(
    files: tuple[Path, ...],
    config: Path,
    today: date | None,
    as_json: bool,
    lang: Language | None,
    quiet: bool,
) -> None:
    """Judge declaration and return files as whoever receives them would: what is wrong where, and what they answer.

    FILE may come from any program, and be a zip of files or a folder. With --config (or EI_EXPORT_CONFIG) declarations
    are also held against what that practice declared before and what it agreed.
    """
    context = click.get_current_context()
    given = context.get_parameter_source("config") in _GIVEN
    settings = settings_of(config, lang) if given else None
    language: Language = lang or (settings.language if settings is not None else "nl")
    verifying = Verifying(day_or_today(today), language)
    with ExitStack() as closing_it:
        if settings is not None:
            practice = closing_it.enter_context(closing(PracticeRecords(settings)))
            verifying = evolve(verifying, severities=settings.severities, practice=practice)
        with speaking(to_the_end=True) as out:
            if as_json:
                page: JsonVerdicts | TextVerdicts = JsonVerdicts(out, practice=given)
            else:
                page = TextVerdicts(out, language, painter(), practice=given, quiet=quiet)
            exit_code = verify_files(files, verifying, page)
            page.close()
    context.exit(exit_code)
