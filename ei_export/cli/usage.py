"""What is wrong with a command as it was typed, in the language of the practice. click's own words are English."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Final, NoReturn

import click

from ..base.problems import LANGUAGES, Interruption, Language, Refusal, SettingsError, WriteError
from ..base.windows import is_unheard
from ..settings import load
from .common import DEFAULT_CONFIG, WRITING, Day, tell
from .speaking import silence

#: How newer versions of click show the help of a command without arguments.
_HELP: Final = getattr(click.exceptions, "NoArgsIsHelpError", ())


class Mistyped(click.ClickException):
    """A command that can't be understood; ends with 2."""

    exit_code = SettingsError.exit_code

    def __init__(self, refusal: SettingsError, typed: Sequence[str]) -> None:
        super().__init__(str(refusal))
        self._refusal, self._typed = refusal, typed

    def show(self, file: object = None) -> None:
        tell(self._refusal, language_of(self._typed), as_json="--json" in self._typed)


@contextmanager
def understood(typed: Sequence[str]) -> Iterator[None]:
    """Around the reading of a command; ``typed`` are its words."""
    try:
        yield
    except click.UsageError as error:
        if isinstance(error, _HELP):
            raise
        raise Mistyped(worded(error), typed) from None
    except (KeyboardInterrupt, click.Abort):
        tell(Interruption("INTERRUPTED"), language_of(typed), as_json="--json" in typed)
        sys.exit(Interruption.exit_code)
    except Refusal as refusal:  # of a table that a command reads before it begins
        tell(refusal, language_of(typed), as_json="--json" in typed)
        sys.exit(refusal.exit_code)
    except OSError as error:  # of a help text, or the version: all else is told of by its command
        _unheard(error, language_of(typed))


def _unheard(error: OSError, language: Language) -> NoReturn:
    """Ends where standard output takes no help text: well, if nobody reads on."""
    silence(sys.stdout)
    if is_unheard(error):
        sys.exit(0)
    tell(WriteError("OUTPUT_FAILED", reason=error.strerror or ""), language, as_json=False)
    sys.exit(WRITING)


def worded(error: click.UsageError) -> SettingsError:
    """What is wrong, by its code in the catalogue. A value isn't repeated: it may be anything."""
    command = error.ctx.command_path if error.ctx is not None else "ei-export"
    if isinstance(error, click.NoSuchOption):
        return SettingsError("USAGE_OPTION", command=command, option=error.option_name)
    if isinstance(error, click.BadOptionUsage):
        return SettingsError("USAGE_OPTION_VALUE", command=command, option=error.option_name)
    if isinstance(error, click.BadParameter) and error.param is not None:
        return _parameter(error, error.param, command)
    if error.ctx is not None and isinstance(error.ctx.command, click.Group):
        known = ", ".join(error.ctx.command.list_commands(error.ctx))
        return SettingsError("USAGE_COMMAND", command=command, known=known)
    return SettingsError("USAGE_EXTRA", command=command)


def _parameter(error: click.BadParameter, param: click.Parameter, command: str) -> SettingsError:
    """A parameter that is missing, or has a value that it can't have."""
    option = param.opts[0] if isinstance(param, click.Option) else param.metavar or str(param.name).upper()
    if isinstance(error, click.MissingParameter):
        return SettingsError("USAGE_MISSING", command=command, option=option)
    if isinstance(param.type, click.Choice):
        return SettingsError("USAGE_CHOICE", option=option, expected=", ".join(param.type.choices))
    if isinstance(param.type, Day):
        return SettingsError("USAGE_DAY", option=option)
    return SettingsError("USAGE_PATH", option=option)


def language_of(typed: Sequence[str]) -> Language:
    """The language that was asked for, or that of the settings; Dutch where neither can be read."""
    return asked_language(typed) or "nl"


def asked_language(typed: Sequence[str]) -> Language | None:
    """The language that was asked for, or that of the settings; None where neither can be read."""
    asked, config = _value(typed, "--lang"), _value(typed, "--config")
    for language in LANGUAGES:
        if asked == language:
            return language
    try:
        return load(Path(config or os.environ.get("EI_EXPORT_CONFIG") or DEFAULT_CONFIG)).language
    except (SettingsError, OSError):
        return None


def _value(typed: Sequence[str], option: str) -> str:
    """What stands behind an option, or ''."""
    for word, following in pairwise([*typed, ""]):
        if word == option:
            return following
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
    return ""
