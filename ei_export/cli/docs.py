"""``docs/commands.md``, made from the commands themselves, so that it never says something else than the program."""

from collections.abc import Iterable, Iterator
from typing import Final

import click

from . import main

_HEAD: Final = """\
# Commands

What a command ends with, its exit code, is in [README.md](../README.md#exit-codes). `-h` explains each command.

This page is made from the commands: change those, not this page.
"""


def commands_page() -> str:
    """``docs/commands.md``: every command in the order of ``ei-export --help``, as Markdown."""
    root = click.Context(main, info_name="ei-export", **main.context_settings)
    contexts = list(_commands(root))
    options = [dict(_options(context)) for context in contexts]
    everywhere = {option: text for option, text in options[0].items() if all(option in each for each in options)}
    lines = [_HEAD]
    for context, own in zip(contexts, options, strict=True):
        usage = " ".join([context.command_path, *context.command.collect_usage_pieces(context)])
        text = " ".join((context.command.help or "").split())
        lines += [f"## {context.command_path}", "", f"`{usage}`", "", text, ""]
        lines += _table((option, text) for option, text in own.items() if option not in everywhere)
    return "\n".join([*lines, "## Options of every command", "", *_table(everywhere.items())])


def _commands(context: click.Context) -> Iterator[click.Context]:
    """The commands that do something, a group by its members."""
    command = context.command
    if not isinstance(command, click.Group):
        yield context
        return
    for name in command.list_commands(context):
        if (member := command.get_command(context, name)) is not None:
            yield from _commands(click.Context(member, info_name=name, parent=context))


def _options(context: click.Context) -> Iterator[tuple[str, str]]:
    for option in context.command.params:
        if isinstance(option, click.Option) and (record := option.get_help_record(context)) is not None:
            default = f" Default: `{option.default}`" if option.show_default else ""
            variable = f", or the environment's `{option.envvar}`" if option.envvar else ""
            yield f"`{record[0]}`", f"{option.help}{default}{variable}"


def _table(rows: Iterable[tuple[str, str]]) -> list[str]:
    """A table of options; nothing where there are none."""
    cells = [f"| {option} | {text} |" for option, text in ((o.replace("|", "\\|"), t) for o, t in rows)]
    return ["| option | does |", "|---|---|", *cells, ""] if cells else []
