"""The command line: one file per command; options are parsed, one function is called, and its result is printed."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

import click

from .. import __version__
from .speaking import take_all
from .usage import understood

#: In the order in which a practice meets them, each in a few words. Each is a function in the file of its name.
_COMMANDS: Final = {
    "init": "Make a folder to start from.",
    "run": "Declare what is due, and hold what is not right.",
    "check": "Say what a run would do.",
    "status": "Say how things stand, and what asks for attention.",
    "explain": "Tell why a line is as it is, or is held.",
    "show": "Show what stands in a message file.",
    "verify": "Judge a message file as its receiver would.",
    "returns": "Read what insurers and VECOZO answered.",
    "credit": "Take declared lines back.",
    "redeclare": "Declare refused lines again.",
    "correct": "Correct lines whose appointments changed.",
    "undo": "Withdraw a run that was not sent.",
    "recover": "Read runs back that the ledger lost.",
    "prune": "Take persons out of what was settled long ago.",
    "specs": "Test the rule tables.",
}


class _Commands(click.Group):
    """Loads a command when it is asked for, so that none waits for the tables of another."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        typed = [word.replace("\0", "\ufffd") for word in (sys.argv[1:] if args is None else args)]
        take_all(as_json="--json" in typed)
        return super().main(typed, *rest, **extra)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        typed = list(args)
        with understood(typed):
            context = super().make_context(info_name, args, parent, **extra)
        context.meta["ei_export.typed"] = typed
        return context

    def invoke(self, ctx: click.Context) -> Any:
        with understood(ctx.meta["ei_export.typed"]):
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(f".{cmd_name}", __package__), cmd_name)
        command.short_help = _COMMANDS[cmd_name]
        return command


@click.group(
    "ei-export", cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, package_name="ei-export", prog_name="ei-export")
def main() -> None:
    """Declare completed Zorg1 appointments to Dutch health insurers: files as VECOZO takes them."""
