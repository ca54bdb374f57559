"""``ei-export check``: what a run would do."""

from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path

import click

from ..commands.run.run import Options
from ..commands.run.run import check as check_run
from ..commands.run.summary import text_lines, whole_document
from ..output.listing import LONG, SHORT, Listing
from .common import Call, command, painter
from .run import Progress, feed_options, with_paths


@click.command()
@click.option("--all", "show_all", is_flag=True)
@feed_options
@command
def check(call: Call, input_path: Path | None, out: Path | None, strict: bool, show_all: bool) -> int:
    settings = with_paths(call.settings(), input_path, out)
    language, paint = settings.language, painter()
    progress = Progress(language)
    options = Options(call.day, strict=strict, as_json=call.as_json, progress=progress.show)
    with closing(check_run(settings, options)) as summary:
        progress.clear()

        def told() -> Iterator[str]:
            where, limits = ("ei-export check --json", LONG) if show_all else ("ei-export check --all", SHORT)
            listing = Listing(language, summary.insurers, where, limits, paint)
            lines = text_lines(summary, language, where, short=False, paint=paint)
            return chain(lines, [""], listing.lines(summary.problems))

        call.say(lambda: whole_document(summary), told)
        return summary.exit_code
