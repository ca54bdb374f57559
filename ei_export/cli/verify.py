"""``ei-export verify``: whether a message file is right."""

from contextlib import ExitStack, closing
from pathlib import Path

import click
from attrs import evolve
from click.core import ParameterSource

from ..commands.verify.report import JsonVerdicts, TextVerdicts
from ..commands.verify.verify import Verifying
from ..commands.verify.verify import verify as verify_files
from .common import Call, command, painter
from .speaking import speaking

#: Where a configuration comes from that was asked for.
_GIVEN = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@command
def verify(call: Call, files: tuple[Path, ...]) -> int:
    given = click.get_current_context().get_parameter_source("config") in _GIVEN
    settings = call.settings() if given else None
    verifying = Verifying(call.day, call.language)
    with ExitStack() as closing_it:
        if settings is not None:
            from ..commands.verify.practice import PracticeRecords  # with all that a practice takes

            practice = closing_it.enter_context(closing(PracticeRecords(settings)))
            verifying = evolve(verifying, severities=settings.severities, practice=practice)
        with speaking(to_the_end=True) as out:
            if call.as_json:
                page: JsonVerdicts | TextVerdicts = JsonVerdicts(out, practice=given)
            else:
                page = TextVerdicts(out, call.language, painter(), practice=given, quiet=call.quiet)
            exit_code = verify_files(files, verifying, page)
            page.close()
    return exit_code
