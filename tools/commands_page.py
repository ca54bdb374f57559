"""``docs/commands.md``, made from the commands themselves, so that it never says something else than the program."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import click
from attrs import frozen

from ei_export.cli import main
from ei_export.cli.help import put_into_words

#: What every command may end with.
EVERY_CODE: Final[Mapping[int, str]] = {
    2: "it can't be understood, or a setting or a table is wrong",
    4: "writing failed",
    75: "another run is active",
    130: "stopped from the keyboard",
}
_EVERY: Final = ", ".join(f"{code} ({text})" for code, text in EVERY_CODE.items())
_HEAD: Final = f"""\
# Commands

`-h` explains each command, `man ei-export` all of them. Beside the exit codes below it, every command may end with
{_EVERY}.

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
    "close": {0: "all is closed, or opened again", 1: "something can't be: then nothing was done"},
    "sent": {0: "it is noted", 2: "the run isn't there, was withdrawn, or the day can't be right"},
    "desk": {0: "it was stopped", 2: "the extra `desk` is not installed, or the port is not free"},
    "undo": {0: "the run is withdrawn", 2: "the run can't be withdrawn"},
    "recover": {0: "every run is known", 2: "a run can't be read back: then none was"},
    "index": {
        0: "told, whatever the figures are",
        1: "told, but there is no index as too many patients are in no group, or a file is of another practice",
        2: "a table can't be understood",
        3: "a file can't be read",
    },
    "prune": {0: "taken out, or there was nothing", 2: "nothing was taken out"},
    "agreements": {0: "told, whatever there is to tell", 2: "there is no such insurer or program"},
    "zorg1 export": {0: "written, whatever there is to tell of it"},
    "zorg1 monitor": {
        0: "told; what doesn't fit is no error",
        1: "told, and something is an error",
        2: "no such column, value or view",
    },
    "zorg1 quality": {
        0: "counted",
        1: "with `--check`: a criterion is not met",
        2: "no such period, or no criteria to check by",
    },
    "control n0959": {
        0: "judged, whatever is signalled",
        1: "judged, but for rows that can't be read",
        2: "the norm has no such year",
        3: "a file can't be read",
    },
    "specs check": {0: "every table is right", 2: "a table is wrong"},
    "specs copy": {0: "the table is made", 2: "it is not: no such insurer, nothing to copy, or the file exists"},
}


@frozen
class Documented:
    """A command: its path, how it is given, what it does, its own options with what each does, and its exit codes."""

    path: str
    usage: str
    text: str
    options: Sequence[tuple[str, str]]
    ends: str


def commands_page() -> str:
    """``docs/commands.md``: every command in the order of ``ei-export --help``, as Markdown."""
    commands, everywhere = documented()
    lines = [_HEAD]
    for command in commands:
        lines += [f"## {command.path}", "", f"`{command.usage}`", "", command.text, ""]
        lines += [*_table(command.options), command.ends, ""]
    return "\n".join([*lines, "## Options of every command", "", *_table(everywhere)])


def documented() -> tuple[list[Documented], list[tuple[str, str]]]:
    """Every command, and the options that all of them have."""
    contexts = list(_commands(click.Context(main, info_name="ei-export", **main.context_settings)))
    options = [dict(_options(context)) for context in contexts]
    names = [{_name(option) for option in each} for each in options]
    everywhere = {option: text for option, text in options[0].items() if all(_name(option) in each for each in names)}
    commands = [
        Documented(
            path=context.command_path,
            usage=" ".join([context.command_path, *context.command.collect_usage_pieces(context)]),
            text=" ".join((context.command.help or "").split()),
            options=[(option, text) for option, text in own.items() if option not in everywhere],
            ends=_ends(EXIT_CODES[context.command_path.partition(" ")[2]]),
        )
        for context, own in zip(contexts, options, strict=True)
    ]
    return commands, list(everywhere.items())


def _ends(codes: Mapping[int, str]) -> str:
    return "Ends with " + "; ".join(f"{code}: {text}" for code, text in codes.items()) + "."


def _commands(context: click.Context) -> Iterator[click.Context]:
    """The commands that do something, a group by its members."""
    command = context.command
    put_into_words(context, "en")
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
            yield record[0], f"{option.help}{default}{variable}"


def _name(option: str) -> str:
    """What an option is called, whatever it takes: a command may have one of its own by a name that all have."""
    return option.partition(" ")[0]


def _table(rows: Iterable[tuple[str, str]]) -> list[str]:
    """A table of options; nothing where there are none."""
    cells = [f"| `{option}` | {text} |" for option, text in ((o.replace("|", "\\|"), t) for o, t in rows)]
    return ["| option | does |", "|---|---|", *cells, ""] if cells else []


if __name__ == "__main__":
    sys.stdout.write(commands_page())
