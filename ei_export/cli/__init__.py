"""The command line: one file per command; options are parsed, one function is called, and its result is printed."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

import click

from .. import __version__
from .common import group
from .help import HelpContext
from .speaking import take_all
from .usage import understood

#: In the order in which a practice meets them. Each is a function in the file of its name.
_COMMANDS: Final = (
    *("init", "run", "check", "status", "explain", "show", "verify", "returns", "credit", "redeclare", "correct"),
    *("close", "sent", "undo", "desk", "recover", "prune", "index", "agreements", "zorg1", "control", "specs"),
)


class _Commands(click.Group):
    """Loads a command when it is asked for, so that none waits for the tables of another."""

    context_class = HelpContext

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        typed = [word.replace("\0", "\ufffd") for word in (sys.argv[1:] if args is None else args)]
        take_all(as_json="--json" in typed)
        return super().main(typed, *rest, **extra)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        typed = list(args)
        with understood(typed):
            return super().make_context(info_name, args, parent, obj=typed, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with understood(ctx.obj):
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(f".{cmd_name}", __package__), cmd_name)
        for each in (command, *(command.commands.values() if isinstance(command, click.Group) else ())):
            each.context_class = HelpContext
        return command


main = group("ei-export", _Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
click.version_option(__version__, package_name="ei-export", prog_name="ei-export")(main)
