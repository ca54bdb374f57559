"""Files of texts: ``specs/words/*.toml``, and the catalogue of problems.

One form: a table for each text, with ``nl`` and ``en``, the same ``{parameter}`` places in both. A text that counts
has ``one_nl`` and ``one_en`` too, which are taken where its parameter ``count`` is 1. A file that is broken is refused
with file and line.
"""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import Any, Final

from attrs import frozen

from .problems import LANGUAGES, SettingsError
from .specs import label
from .tables import Report, read_text, refuse

#: For one of what is counted.
_ONE: Final = tuple(f"one_{language}" for language in LANGUAGES)
#: Where a parser of TOML says that it stopped.
_AT_LINE: Final = re.compile(r"\(at line (\d+), column \d+\)")
#: A place for what one language tells and the other doesn't.
ANYTHING: Final = "_"


@frozen
class Entry:
    """A table of such a file: its dotted ``key``, its texts by their keys, and where it stands."""

    key: str
    texts: Mapping[str, Any]
    file: str
    line: int

    def error(self, text: str, expected: str) -> SettingsError:
        """A refusal that names the entry, which of its texts is wrong, and what is expected."""
        found = self.texts.get(text, "")
        return SettingsError("TABLE_VALUE", file=self.file, line=self.line, column=text, found=found, expected=expected)

    def wrong_keys(self, keys: Collection[str], optional: Collection[str] = ()) -> Iterator[SettingsError]:
        """The first of its keys that is lacking or not known."""
        wrong = sorted((self.texts.keys() - set(optional)) ^ set(keys))
        if wrong:
            expected = f"the keys {', '.join(keys)}" + (f", and perhaps {', '.join(optional)}" if optional else "")
            yield self.error(wrong[0], expected)

    def unclear(self, *keys: str) -> Iterator[SettingsError]:
        """Those that are no texts, or have a ``{place}`` that isn't closed or has no name. All may be empty, to say
        nothing there."""
        wrong = (key for key in keys if any(self.texts[each] != "" for each in keys) and not _is_text(self.texts[key]))
        return (self.error(key, "a text with places that have names") for key in wrong)

    def unlike(self, *texts: str) -> Iterator[SettingsError]:
        """Those of the texts that don't have the ``{parameters}`` of the first; they say the same."""
        first, *others = texts
        expected = ", ".join(sorted(places(self.texts[first]))) or "-"
        for other in others:
            if places(self.texts[other]) != places(self.texts[first]):
                yield self.error(other, f"the parameters of {first}: {expected}")


def read_words(path: Path, report: Report = refuse) -> list[Entry]:
    """The entries of a file of texts that are right. Errors, of the file too, go to ``report``."""
    right = []
    for entry in read_entries(path, report):
        errors = _errors(entry)
        for error in errors:
            report(error)
        if not errors:
            right.append(entry)
    return right


def _errors(entry: Entry) -> list[SettingsError]:
    """What is wrong: both languages and nothing else, the same parameters in both."""
    one = _ONE if entry.texts.keys() & set(_ONE) else ()
    wrong = [*entry.wrong_keys((*LANGUAGES, *one))] or [*entry.unclear(*LANGUAGES, *one)]
    return wrong or [error for texts in (LANGUAGES, one) if texts for error in entry.unlike(*texts)]


def read_entries(path: Path, report: Report = refuse) -> list[Entry]:
    """The tables of a file of texts, in their order, whatever is in them. Errors of the file go to ``report``."""
    file = label(path)
    try:
        text = read_text(path)
        lines = {line.strip(): number for number, line in enumerate(text.splitlines(), start=1)}
        tables = _tables(tomllib.loads(text))
        return [Entry(key, texts, file, lines.get(f"[{key}]", 1)) for key, texts in tables]
    except SettingsError as error:
        report(error)
    except tomllib.TOMLDecodeError as error:
        at = _AT_LINE.search(str(error))
        line = int(at[1]) if at else len(text.splitlines())
        report(SettingsError("TABLE_TOML", file=file, line=line, reason=str(error)))
    return []


def _tables(table: Mapping[str, Any], key: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The tables by their dotted key, each before those in it."""
    own = {name: value for name, value in table.items() if not isinstance(value, dict)}
    if own or not table:
        yield key, own
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _tables(value, f"{key}.{name}" if key else name)


def places(text: str) -> set[str]:
    """The names of the ``{places}`` in a text, but for `ANYTHING`."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None} - {ANYTHING}


def _is_text(text: object) -> bool:
    """Whether it is a text whose ``{places}`` are closed, and each have a name."""
    try:
        return isinstance(text, str) and text != "" and all(name.isidentifier() for name in places(text))
    except ValueError:
        return False
