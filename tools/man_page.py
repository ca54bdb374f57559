"""``docs/man/ei-export.1``, the page of ``man ei-export``, made from the commands as docs/commands.md is."""

import sys
from collections.abc import Iterable, Iterator

from ei_export import __version__
from ei_export.cli import main

from .commands_page import EVERY_CODE, Documented, documented

_FILES = {
    "ei-export.toml": "The settings of the practice; --config or EI_EXPORT_CONFIG names another file.",
    "ledger.sqlite": "What was declared, answered and corrected. Back it up after each run.",
    "out/": "A folder for each run, with the files for VECOZO, and the report of the last one.",
}
_COMPLETION = {
    "bash": 'eval "$(_EI_EXPORT_COMPLETE=bash_source ei-export)" in ~/.bashrc',
    "zsh": 'eval "$(_EI_EXPORT_COMPLETE=zsh_source ei-export)" in ~/.zshrc',
    "fish": "_EI_EXPORT_COMPLETE=fish_source ei-export | source in ~/.config/fish/config.fish",
}


def man_page() -> str:
    """The page, in the macros of man(7)."""
    commands, everywhere = documented()
    return "\n".join([*_head(), *_commands(commands), *_tail(everywhere)]) + "\n"


def _head() -> Iterator[str]:
    yield f'.TH EI\\-EXPORT 1 "" "ei\\-export {__version__}" "User Commands"'
    yield from (".SH NAME", f"ei\\-export \\- {_text(main.help or '')[:1].lower()}{_text(main.help or '')[1:]}")
    yield from (".SH SYNOPSIS", ".B ei\\-export", ".I COMMAND", "[\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]")


def _commands(commands: Iterable[Documented]) -> Iterator[str]:
    yield ".SH COMMANDS"
    for command in commands:
        yield from (f".SS {_text(command.usage)}", _text(command.text))
        yield from _listed(command.options)
        yield from (".PP", _text(command.ends))


def _tail(everywhere: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield ".SH OPTIONS OF EVERY COMMAND"
    yield from _listed(everywhere)
    yield ".SH EXIT STATUS"
    yield from _listed((str(code), text) for code, text in EVERY_CODE.items())
    yield ".SH FILES"
    yield from _listed(_FILES.items())
    yield ".SH COMPLETION"
    yield from _listed(_COMPLETION.items())


def _listed(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    for term, text in rows:
        yield from (".TP", f".B {_text(term)}", _text(text))


def _text(text: str) -> str:
    """A text that is all text to man: no escapes, no requests, and hyphens that can be copied."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "")
    return f"\\&{escaped}" if escaped[:1] in (".", "'") else escaped


if __name__ == "__main__":
    sys.stdout.write(man_page())
