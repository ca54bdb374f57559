"""``ei-export check``: what a run would do."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import click

from ..commands.run.run import Options
from ..commands.run.summary import Summary, text_lines
from ..output.listing import LONG, SHORT, Listing
from .common import Call, command, painter
from .run import feed_options, with_paths, work


@click.command()
@click.option("--all", "show_all", is_flag=True)
@feed_options
@command
def check(call: Call, input_path: Path | None, out: Path | None, strict: bool, show_all: bool) -> int:
    settings = with_paths(call.settings(), input_path, out)
    language, paint = settings.language, painter()

    def told(summary: Summary) -> Iterator[str]:
        where, limits = ("ei-export check --json", LONG) if show_all else ("ei-export check --all", SHORT)
        listing = Listing(language, summary.insurers, where, limits, paint)
        return chain(
            text_lines(summary, language, where, short=False, paint=paint), [""], listing.lines(summary.problems)
        )

    return work(call, settings, told, Options(call.day, publish=False, strict=strict))
