"""A TOML file section by section: each value is asked for by its kind, and refused at its own key where it is wrong.

Every method raises SettingsError that names the file, the key and what is expected there.
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from attrs import NOTHING, field, fields, frozen

from ..base.private import expect_file, read_file
from ..base.problems import SettingsError
from ..base.wording import iso_day

#: No settings are larger, in bytes; reading them would take minutes.
_LARGEST = 2_000_000
#: Dots in a line of theirs, at most.
_DEEPEST = 1_000
#: How a path is written, on Windows too.
_A_PATH: Final = 'such as "C:/map/bestand.csv"'
_Allowed = TypeVar("_Allowed", bound=str)
_T = TypeVar("_T")
#: Where a field says how it is read: its key, by what, and what that is told.
_READ: Final = "read"


def parse(path: Path) -> dict[str, Any]:
    """The file as TOML."""
    try:
        data = read_file(path)
        if len(data) > _LARGEST:
            raise SettingsError(
                "SETTINGS_TOML", path=path.as_posix(), reason=f"too large; the limit is {_LARGEST} bytes"
            )
        if any(line.count(b".") > _DEEPEST and not line.lstrip().startswith(b"#") for line in data.splitlines()):
            raise RecursionError  # a key of so many parts would take up all memory
        # utf-8-sig: Notepad writes a mark at the start, which TOML forbids.
        return tomllib.loads(data.decode("utf-8-sig"))
    except FileNotFoundError:
        raise SettingsError("SETTINGS_MISSING", path=path.as_posix()) from None
    except OSError as error:
        raise SettingsError("SETTINGS_TOML", path=path.as_posix(), reason=error.strerror or "") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise SettingsError("SETTINGS_TOML", path=path.as_posix(), reason=f"not UTF-8 (at line {line})") from None
    except RecursionError:
        raise SettingsError("SETTINGS_TOML", path=path.as_posix(), reason="nested too deeply") from None
    except ValueError as error:  # TOMLDecodeError is one, and a number without end
        raise SettingsError("SETTINGS_TOML", path=path.as_posix(), reason=str(error)) from None


def asked(
    read: Callable[..., Any],
    *how: object,
    key: str = "",
    default: Any = NOTHING,
    converter: Callable[[Any], Any] | None = None,
) -> Any:
    """A field that is read from a key: by a method of `Section`, or another function of a section and a key, which is
    told ``how``. ``key`` where that has another name than the field; ``default`` and ``converter`` as attrs has them,
    for whoever makes one without a file."""
    return field(default=default, converter=converter, metadata={_READ: (key, read, how)})


def keys_of(kind: type[Any]) -> tuple[str, ...]:
    """The keys of a table, by the fields of what it is read as."""
    return tuple(dict.fromkeys(each.metadata[_READ][0] or each.name for each in fields(kind)))


@frozen
class Section:
    """One table of the file, at its dotted key. Unknown keys are refused first, before one of them is missed: ``keys``
    has those of every table, by its dotted key; one that isn't there has keys of its own."""

    path: Path
    key: str
    values: Mapping[str, Any]
    keys: Mapping[str, Sequence[str]]

    def __attrs_post_init__(self) -> None:
        known = self.keys.get(re.sub(r"\[\d+\]", "", self.key))
        for name in self.values:
            if known is not None and name not in known:
                raise self.error("SETTINGS_UNKNOWN_KEY", name, expected=nearest(name, known))

    def read(self, kind: type[_T], **given: Any) -> _T:
        """The table as one of these, field by field; those that are ``given`` aren't read."""
        for each in fields(kind):  # type: ignore[arg-type] # all of them are attrs'
            if each.name not in given:
                key, read, how = each.metadata[_READ]
                given[each.name] = read(self, key or each.name, *how)
        return kind(**given)

    def error(self, code: str, name: str, **params: object) -> SettingsError:
        """A refusal about one key of this section."""
        return SettingsError(code, path=self.path.as_posix(), key=self._dotted(name), **params)

    def refused(self, name: str, found: object, expected: str) -> SettingsError:
        """A refusal of a value that has the right type."""
        return self.error("SETTINGS_VALUE", name, found=found, expected=expected)

    def section(self, name: str, *, required: bool = False) -> "Section":
        """The table under a key; an empty one where it may be left out."""
        if required and name not in self.values:
            raise self.error("SETTINGS_REQUIRED", name, expected=f"[{self._dotted(name)}]")
        value = self.values.get(name, {})
        if not isinstance(value, dict):
            raise self._wrong_type(name, value, f"[{self._dotted(name)}]")
        return Section(self.path, self._dotted(name), value, self.keys)

    def sections(self, name: str) -> Iterator["Section"]:
        """The tables of an array, ``[[name]]``, counted from 1."""
        value = self.values.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self._wrong_type(name, value, f"[[{self._dotted(name)}]]")
        for number, item in enumerate(value, 1):
            yield Section(self.path, f"{self._dotted(name)}[{number}]", item, self.keys)

    def text(self, name: str, default: str = "") -> str:
        """A text without the white space around it; the default where it is left out or empty."""
        value = self.values.get(name, default)
        if not isinstance(value, str):
            if isinstance(value, int | float) and not isinstance(value, bool):
                raise self.error("SETTINGS_QUOTES", name, found=value, expected=f'"{value}"')
            raise self._wrong_type(name, value, '"…"')
        if "\0" in value:  # no path and no name has one
            raise self.refused(name, value, '"…"')
        return value.strip() or default

    def required(self, name: str, expected: str) -> str:
        """A text that must be there."""
        text = self.text(name)
        if not text:
            raise self.error("SETTINGS_REQUIRED", name, expected=expected)
        return text

    def form(self, name: str, form: tuple[str, str]) -> str:
        """A text of a given form, or ''."""
        text = self.text(name)
        pattern, expected = form
        if text and not re.fullmatch(pattern, text):
            raise self.refused(name, text, expected)
        return text

    def choice(self, name: str, allowed: Sequence[_Allowed], default: _Allowed) -> _Allowed:
        """One of a few words."""
        text = self.text(name, default)
        for word in allowed:
            if word == text:
                return word
        raise self.refused(name, text, " | ".join(filter(None, allowed)))

    def number(self, name: str, default: int, most: int, least: int = 1) -> int:
        """A whole number from ``least`` up to and including ``most``."""
        value = self.values.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._wrong_type(name, value, str(default))
        if not least <= value <= most:
            raise self.refused(name, value, f"{least} … {most}")
        return value

    def day(self, name: str) -> date | None:
        """A date, bare or in quotes; None where it is left out or empty."""
        value = self.values.get(name, "")
        if isinstance(value, str):
            return self._quoted_day(name, value.strip())
        if isinstance(value, datetime) or not isinstance(value, date):
            raise self._wrong_type(name, value, "YYYY-MM-DD")
        return value

    def list_of_texts(self, name: str, default: tuple[str, ...], *, empty: bool = False) -> tuple[str, ...]:
        """A list of at least one text, none of them empty unless ``empty`` allows that."""
        value = self.values.get(name, list(default))
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._wrong_type(name, value, '["…", "…"]')
        texts = tuple(item.strip() for item in value)
        if name in self.values and not (texts and (empty or all(texts))):
            raise self.refused(name, _shown(value), '["…", "…"]')
        return texts

    def list_of_forms(self, name: str, form: tuple[str, str]) -> tuple[str, ...]:
        """A list of texts of a given form; an empty one where it is left out."""
        pattern, expected = form
        texts = self.list_of_texts(name, ())
        for text in texts:
            if not re.fullmatch(pattern, text):
                raise self.refused(name, text, expected)
        return texts

    def texts(self) -> dict[str, str]:
        """A table whose keys are not ours to name; every value is a text that is not empty."""
        return {name: self.required(name, '"…"') for name in self.values}

    def place(self, name: str, default: str) -> Path:
        """A path, from the folder of the settings; there may be nothing yet."""
        return self._place(name, self.text(name, default))

    def file(self, name: str) -> Path | None:
        """The path of an existing file; None where it is left out."""
        text = self.text(name)
        return self._existing(name, text) if text else None

    def folder(self, name: str) -> Path | None:
        """The path of an existing folder; None where it is left out."""
        text = self.text(name)
        if not text:
            return None
        found = self._place(name, text)
        if not found.is_dir():
            raise self.error("SETTINGS_FOLDER", name, found=found.as_posix())
        return found

    def files(self, name: str) -> tuple[Path, ...]:
        """The paths of existing files."""
        return tuple(self._existing(name, text) for text in self.list_of_texts(name, ()))

    def _quoted_day(self, name: str, text: str) -> date | None:
        if not text:
            return None
        day = iso_day(text)
        if day is None:
            raise self.refused(name, text, "YYYY-MM-DD")
        return day

    def _place(self, name: str, text: str) -> Path:
        """The path that a text names. Between double quotation marks TOML reads a folder of Windows behind a backslash
        as something else: ``\\t`` of ``C:\\temp`` as a tab."""
        if any(character < " " for character in text):
            raise self.refused(name, text, _A_PATH)
        return self.path.parent / text

    def _existing(self, name: str, text: str) -> Path:
        found = self._place(name, text)
        try:
            expect_file(found)
        except OSError as error:
            raise self.error("SETTINGS_FILE", name, found=found.as_posix(), reason=error.strerror or "") from None
        return found

    def _wrong_type(self, name: str, value: object, expected: str) -> SettingsError:
        return self.error("SETTINGS_TYPE", name, found=_shown(value), expected=expected)

    def _dotted(self, name: str) -> str:
        return f"{self.key}.{name}" if self.key else name


def nearest(name: str, known: Collection[str]) -> str:
    """The known key that looks most like a name; all of them where none does."""
    return ", ".join(difflib.get_close_matches(name, known, 1)) or ", ".join(known)


def _shown(value: object) -> str:
    """A value as the settings file writes it."""
    match value:
        case str():
            return f'"{value}"'
        case bool():
            return str(value).lower()
        case list():
            return "[" + ", ".join(map(_shown, value)) + "]"
        case dict():
            return "{" + ", ".join(value) + "}"
        case _:
            return str(value)
