"""``ei-export zorg1``: the Zorg1 tables, of what the ledger knows (§5.2)."""

import functools
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import click
from attrs import frozen

from ..commands.zorg1 import monitor_report, quality_report
from ..commands.zorg1.export import export as write_export
from ..commands.zorg1.export_report import document, text_lines
from ..commands.zorg1.monitor import Question
from ..commands.zorg1.monitor import monitor as review
from ..commands.zorg1.quality import Consent
from ..commands.zorg1.quality import quality as count
from ..commands.zorg1.selection import Selection
from ..settings import Settings
from ..zorg1.programs import Programs
from .common import HELD, Call, Text, command, group, painter

zorg1 = group("zorg1")


@frozen
class Wanted:
    """Which courses a table is to be about, and where it goes: the options that all of these commands take."""

    since: str
    until: str
    programs: tuple[str, ...]
    uzovis: tuple[str, ...]
    out: Path | None
    xlsx: bool

    def selection(self, programs: Programs, quarter: str = "") -> Selection:
        """The courses. Raises SettingsError."""
        return Selection.of(programs, self.since, self.until, self.programs, self.uzovis, quarter)

    def files(self, call: Call, settings: Settings) -> Path | None:
        """As `folder`; nowhere where the rows go to another program, unless files are asked for too."""
        return self.folder(settings) if self.out or self.xlsx or not call.as_json else None

    def folder(self, settings: Settings) -> Path:
        """Where the files go: beside the runs, where nothing else was said."""
        return self.out or settings.output.dir / "zorg1"


def selecting(function: Callable[..., int]) -> Callable[..., None]:
    """As `command`, with the options that all of these take, handed over as `Wanted` behind the call."""

    @functools.wraps(function)
    def wanting(
        call: Call,
        since: str,
        until: str,
        programs: tuple[str, ...],
        uzovis: tuple[str, ...],
        out: Path | None,
        xlsx: bool,
        **own: Any,
    ) -> int:
        return function(call, Wanted(since, until, programs, uzovis, out, xlsx), **own)

    wrapper = command(wanting)
    for option in (
        click.option("--xlsx", is_flag=True),
        click.option("--out", type=click.Path(path_type=Path, file_okay=False)),
        click.option("--uzovi", "uzovis", metavar="NNNN", multiple=True),
        click.option("--program", "programs", multiple=True),
        click.option("--until", default="", metavar="YYYY-MM"),
        click.option("--from", "since", default="", metavar="YYYY-MM"),
    ):
        wrapper = option(wrapper)
    return wrapper


@zorg1.command("export")
@selecting
def export(call: Call, wanted: Wanted) -> int:
    settings = call.settings("export", "listing")
    done = write_export(settings, wanted.selection, call.day, wanted.folder(settings), xlsx=wanted.xlsx)
    call.say(lambda: document(done), lambda: text_lines(done, settings.language, painter()), is_done=True)
    return 0


@zorg1.command("monitor")
@click.option("--view", default="", type=Text(), metavar="NAME")
@click.option("--sort", multiple=True, metavar="COLUMN[:desc]")
@click.option("--filter", "filters", multiple=True, type=Text(), metavar="COLUMN=VALUE[,VALUE]")
@selecting
def monitor(call: Call, wanted: Wanted, filters: tuple[str, ...], sort: tuple[str, ...], view: str) -> int:
    settings = call.settings("monitor", "headings", "listing")
    question, folder = Question(filters, sort, view), wanted.files(call, settings)
    with closing(review(settings, wanted.selection, question, call.day, folder, xlsx=wanted.xlsx)) as found:
        call.say(
            lambda: monitor_report.document(found, settings.language),
            lambda: monitor_report.text_lines(found, settings.language, painter()),
            is_done=folder is not None,
        )
        return found.exit_code


@zorg1.command("quality")
@click.option("--check", is_flag=True)
@click.option("--consent", type=click.Choice(("J", "all")), default="J", show_default=True)
@click.option("--quarter", default="", metavar="YYYYQn")
@selecting
def quality(call: Call, wanted: Wanted, quarter: str, consent: Consent, check: bool) -> int:
    settings = call.settings("quality", "headings")
    folder = wanted.files(call, settings)
    select = partial(wanted.selection, quarter=quarter)
    found = count(settings, select, call.day, folder, consent=consent, check=check, xlsx=wanted.xlsx)
    call.say(
        lambda: quality_report.document(found, settings.language, settings.severities),
        lambda: quality_report.text_lines(found, settings.language, painter(), check=check),
        is_done=folder is not None,
    )
    return HELD if check and found.unmet else 0
