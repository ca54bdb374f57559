"""What every command has in common: its options, how it says what it came to, and how that it can't go on."""

import functools
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import click
from attrs import evolve, frozen

from .. import __version__
from ..base.patience import ON_FAULT, ON_WAIT
from ..base.problems import LANGUAGES, Language, MissingEntry, Refusal, refusal_of, render
from ..base.wording import iso_day, naming
from ..base.words import words
from ..output.json_stream import write_json
from ..output.paper import Paint, Role, plain
from ..settings import Settings, load
from .speaking import has_spoken, speaking, warn

DEFAULT_CONFIG: Final = "ei-export.toml"
#: Exit codes besides 0: something is held; usage or settings; the input; writing; another run; the keyboard.
HELD, USAGE, INPUT, WRITING, BUSY, INTERRUPTED = 1, 2, 3, 4, 75, 130

#: Days outside are typing errors: what is declared on such a day would be in the way of every later run.
_FIRST_YEAR, _LAST_YEAR = 2000, 2099
#: Where a context keeps the language of the settings, that which was asked for before the command, and what says
#: more of it, should its command be refused.
_LANGUAGE: Final = "ei_export.language"
_ASKED: Final = "ei_export.asked_language"
_FAILED: Final = "ei_export.failed"

_STYLES: Final[Mapping[Role, Mapping[str, Any]]] = {
    "title": {"bold": True},
    "error": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow", "bold": True},
    "good": {"fg": "green"},
    "soft": {"dim": True},
}


class Day(click.ParamType):  # type: ignore[type-arg] # generic in some versions of click only
    """A date, ``YYYY-MM-DD``."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        day = iso_day(value)
        if day is None or not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            self.fail("YYYY-MM-DD", param, ctx)
        return day


class Text(click.ParamType):  # type: ignore[type-arg] # generic in some versions of click only
    """A number or a reason, whatever bytes it was typed in."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return os.fsencode(value).decode("utf-8", "replace")


@frozen
class Call:
    """A command as it was given: the options that every command takes. ``asked_day`` and ``asked_language`` are None
    where the day it is, and the settings, say."""

    config: Path
    asked_day: date | None
    asked_language: Language | None
    as_json: bool
    quiet: bool

    @property
    def day(self) -> date:
        """The day given, or the day it is here."""
        return self.asked_day or date.today()  # noqa: DTZ011 - the practice's own calendar

    @property
    def language(self) -> Language:
        """The language asked for, or that of the settings where they were read; Dutch."""
        return self.asked_language or click.get_current_context().meta.get(_LANGUAGE, "nl")

    def has_settings(self) -> bool:
        """Whether there is something to be read as settings, where a command can do without; what was named must be."""
        return self.config != Path(DEFAULT_CONFIG) or os.path.lexists(self.config)

    def settings(self, *subjects: str) -> Settings:
        """The settings, in the language asked for. ``subjects``: in whose words is told what was done; they are read
        now, as nothing may go wrong once it is. Raises SettingsError."""
        settings = load(self.config)
        settings = evolve(settings, language=self.asked_language or settings.language)
        for subject in subjects:
            words(subject, settings.language)
        context = click.get_current_context()
        context.meta[_LANGUAGE] = settings.language
        ON_WAIT.set(lambda path: warn(words("progress", settings.language)("waits", path=path)))
        context.with_resource(naming({**settings.input.columns, **settings.measurements.names}))
        return settings

    def say(
        self, document: Callable[[], Mapping[str, Any]], lines: Callable[[], Iterable[str]], *, is_done: bool = False
    ) -> None:
        """Prints what came of it: the document for ``--json``, else its lines, unless it is to be quiet. ``is_done``:
        see `speaking`."""
        with speaking(is_done=is_done) as out:
            if self.as_json:
                write_json(document(), out)
            elif not self.quiet:
                for line in lines():
                    click.echo(line, out)


def _note_language(context: click.Context, option: click.Parameter, language: Language | None) -> None:
    context.meta[_ASKED] = language


#: ``--lang`` before a command, which asks for it of all that follows.
_lang_first = click.option(
    "--lang", type=click.Choice(LANGUAGES), is_eager=True, expose_value=False, hidden=True, callback=_note_language
)


def group(name: str, cls: type[click.Group] = click.Group, **more: Any) -> click.Group:
    """A group of commands: its language may be said before the command, and without one it shows its help, as where
    nothing was typed behind it."""

    @click.group(
        name, cls, invoke_without_command=True, no_args_is_help=True, subcommand_metavar="COMMAND [ARGS]...", **more
    )
    @_lang_first
    @click.pass_context
    def alone(context: click.Context) -> None:
        if context.invoked_subcommand is None:
            click.echo(context.get_help(), err=True)
            context.exit(USAGE)

    return alone


def command(function: Callable[..., int]) -> Callable[..., None]:
    """The options that every command takes, handed over as a `Call`; ends with the exit code that the function gives,
    or with a message and the exit code of what it raises, never with a traceback, unless ``--debug`` asks for it."""
    version = click.version_option(__version__, package_name="ei-export", prog_name="ei-export")
    return _with_options(version(function))


def command_of_versions(function: Callable[..., int]) -> Callable[..., None]:
    """As `command`, for one that has a ``--version`` of its own: of which version of something it tells."""
    return _with_options(function)


def _with_options(function: Callable[..., int]) -> Callable[..., None]:
    """A command with the options that are the same for all."""

    @functools.wraps(function)
    def wrapper(
        config: Path, today: date | None, lang: Language | None, as_json: bool, quiet: bool, debug: bool, **own: Any
    ) -> None:
        call = Call(config, today, lang or click.get_current_context().meta.get(_ASKED), as_json, quiet)
        click.get_current_context().exit(_given(function, call, own, debug=debug))

    for option in (
        click.option("--debug", is_flag=True),
        click.option("-q", "--quiet", is_flag=True),
        click.option("--lang", type=click.Choice(LANGUAGES)),
        click.option("--json", "as_json", is_flag=True),
        click.option("--today", type=Day()),
        click.option(
            "--config",
            type=click.Path(path_type=Path, dir_okay=False),
            envvar="EI_EXPORT_CONFIG",
            default=DEFAULT_CONFIG,
            show_default=True,
        ),
    ):
        wrapper = option(wrapper)
    return wrapper


def _given(function: Callable[..., int], call: Call, own: Mapping[str, Any], *, debug: bool) -> int:
    """The exit code of a command, once it has done what was asked or said why it can't."""
    ON_FAULT.set(_show if debug else lambda error: None)
    try:
        return function(call, **own)
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except (Exception, KeyboardInterrupt) as error:
        if debug and isinstance(error, Refusal | OSError):
            raise
        refusal = refusal_of(error)
        if debug and refusal.code == "INTERNAL":
            _show(error)
    _refuse(refusal, call)
    return refusal.exit_code


def _show(error: BaseException | None) -> None:
    """Where an unexpected error came from; what it says itself may be about somebody."""
    while error is not None:
        warn(f"Traceback:\n{''.join(traceback.format_tb(error.__traceback__))}{type(error).__name__}")
        error = error.__cause__ or error.__context__


def painter() -> Paint:
    """Colours for a person at a terminal, unless NO_COLOR (no-color.org) asks for none."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return plain
    return lambda text, role: click.style(text, **_STYLES[role])


def _refuse(refusal: Refusal, call: Call) -> None:
    """Prints why the program can't go on, and what to do, and more where the command asked for that."""
    tell(refusal, call.language, as_json=call.as_json and not has_spoken())
    more: Callable[[], None] | None = click.get_current_context().meta.get(_FAILED)
    if more is not None:
        more()


def if_it_fails(more: Callable[[], None]) -> None:
    """Has the command say more, should it be refused."""
    click.get_current_context().meta[_FAILED] = more


def tell(refusal: Refusal, language: Language, *, as_json: bool) -> None:
    """Prints why the program can't go on, and what to do, where that can be printed."""
    try:
        message, remedy = render(refusal.code, refusal.params, language)
    except MissingEntry as missing:
        message, remedy = render(missing.code, missing.params, language)
    warn(f"{message}\n{remedy}")
    if as_json:
        problem = {"code": refusal.code, "severity": "error", "appointment_id": "", "trajectory": "", "row": None}
        document = {"run": None, "problems": [{**problem, "message": message, "remedy": remedy}]}
        with speaking(is_done=True) as out:
            write_json(document, out)
