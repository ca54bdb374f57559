"""``ei-export zorg1``: the Zorg1 tables, of what the ledger knows (§5.2)."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from attrs import frozen

from ..commands.zorg1.export import export as write_export
from ..commands.zorg1.export_report import document, text_lines
from ..commands.zorg1.selection import Selection
from ..settings import Settings
from ..zorg1.programs import Programs
from .common import Call, command, group, painter

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
