"""What ``--help`` says, by ``specs/words/help.toml``: of each command, of its options, and click's own words.

A command is put into words only when its help is asked for, or its words are to be completed.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import click

from ..base.problems import Language
from ..base.words import Words, words
from .usage import asked_language

#: What click says itself, by the keys of our words for it.
_OF_CLICK: Final = (
    "options",
    "commands",
    "any_options",
    "any_command",
    "default",
    "required",
    "day",
    "month",
    "quarter",
)


class HelpContext(click.Context):
    """The context of a command, whose ``obj`` are the words that were typed."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if self.resilient_parsing:  # a shell asks what could follow
            put_into_words(self, help_language(self.obj or ()))

    def make_formatter(self) -> click.HelpFormatter:
        language = help_language(self.obj or ())
        put_into_words(self, language)
        return _Formatter(words("help", language), width=self.terminal_width, max_width=self.max_content_width)


class _Formatter(click.HelpFormatter):
    """Writes help in a language, click's own words too."""

    def __init__(self, say: Words, **widths: Any) -> None:
        super().__init__(**widths)
        english = words("help", "en")
        self._say = say
        self._own = {english[f"click.{key}"]: say[f"click.{key}"] for key in _OF_CLICK}

    def _said(self, text: str) -> str:
        for english, own in self._own.items():
            text = text.replace(english, own)
        return text

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, self._said(args), prefix or f"{self._say('click.usage')}: ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(self._own.get(heading, heading))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(self._said(option), self._said(text)) for option, text in rows], col_max, col_spacing)


def help_language(typed: Sequence[str]) -> Language:
    """The language asked for, or that of the settings, or of the place where it is asked; English."""
    place = next(filter(None, (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return asked_language(typed) or ("nl" if place.startswith("nl") else "en")


def put_into_words(context: click.Context, language: Language) -> None:
    """Gives a command, its options, and the commands in it their help in a language."""
    say, command, path = words("help", language), context.command, tuple(_path(context))
    key = ".".join(path) or "root"
    command.help = say[key]
    for option in command.get_params(context):
        if isinstance(option, click.Option):
            name = max(option.opts, key=len).lstrip("-")
            option.help = say[own if (own := f"{key}.option.{name}") in say else f"option.{name}"]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            if (member := command.get_command(context, name)) is not None:
                member.short_help = say[".".join((*path, name, "short"))]


def _path(context: click.Context) -> Iterator[str]:
    """The names of a command and those it is in, but for the program's own."""
    if context.parent is not None:
        yield from _path(context.parent)
        yield context.info_name or ""
