"""``docs/commands.md``, made from the commands themselves, so that it never says something else than the program."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import click

from ei_export.cli import main

_HEAD: Final = """\
# Commands

`-h` explains each command. Every command may end with the exit code 2 (it can't be understood, or a setting or a table
is wrong), 4 (writing failed), 75 (another run is active) or 130 (stopped from the keyboard); its own are below it.

This page is made from the commands: change those, not this page.
"""

#: What each command ends with, its exit codes, beside those that every command may end with.
EXIT_CODES: Final[Mapping[str, Mapping[int, str]]] = {
    "init": {0: "the folder is ready", 2: "the folder is not empty"},
    "run": {
        0: "done, at most warnings",
        1: "done, but something is held: see `out/report.html`",
        3: "the input can't be read; nothing was declared",
    },
    "check": {0: "a run would declare all", 1: "a run would hold something", 3: "the input can't be read"},
    "status": {0: "told, whatever there is to tell"},
    "explain": {
        0: "told",
        1: "told, and something is wrong with it",
        2: "nothing has this number",
        3: "the input can't be read",
    },
    "show": {0: "shown", 2: "there is no such record or element", 3: "a file can't be read"},
    "verify": {0: "every file is right", 1: "a file is not right", 3: "a file can't be read"},
    "returns": {
        0: "read, and nothing was refused",
        1: "a line was refused, or a file was not read in as it does not fit what was declared",
        3: "a file can't be read",
    },
    "credit": {0: "all is queued", 1: "something can't be credited"},
    "redeclare": {0: "all is queued", 1: "something can't be declared again"},
    "correct": {0: "all is queued", 1: "something can't be corrected"},
    "undo": {0: "the run is withdrawn", 2: "the run can't be withdrawn"},
    "recover": {0: "every run is known", 2: "a run can't be read back: then none was"},
    "prune": {0: "taken out, or there was nothing", 2: "nothing was taken out"},
    "specs check": {0: "every table is right", 2: "a table is wrong"},
}


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
        codes = EXIT_CODES[context.command_path.partition(" ")[2]]
        lines += ["Ends with " + "; ".join(f"{code}: {text}" for code, text in codes.items()) + ".", ""]
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


if __name__ == "__main__":
    sys.stdout.write(commands_page())
