"""Every sentence a person reads, by its key in ``specs/words/*.toml``, a file for each subject, and what goes into it.

Files are read when they are first asked for; the form of them is that of `entries`.
"""

import errno
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache, partial
from string import Formatter
from typing import Final, Literal

from attrs import field, frozen

from .entries import ANYTHING, read_words
from .problems import Entries, Language
from .specs import SPECS, label
from .windows import error_name
from .wording import SPAN, column_name, day_text, euros, iso_day, number, quoted, with_own_columns

#: How an OSError words itself, with a path that is told already.
_OS_ERROR: Final = re.compile(r"\[Errno (\d+)\]")
#: Forms of the tables, in which n is a digit, in the words of ``specs/words/forms.toml``.
_DIGITS: Final = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"\bnn0n{5}\b", "8 digits with 0 as the third, such as 04012345"),
        (r"\b98n{6}\b", "8 digits that begin with 98"),
        (r"\bn{9} \(11-proef\)", "9 digits that pass the 11-test"),
        (r"\bnnnnAA\b", "4 digits and 2 letters, such as 1000AA"),
        (r"\bEEJJMMDD\b", "YYYYMMDD, such as 20240131"),
        (r"\bJJJJ-MM-DD\b", "YYYY-MM-DD, such as 2024-01-31"),
        (r"\bUU:MM:SS\+UU:MM\b", "hh:mm:ss+hh:mm, such as 09:30:00+01:00"),
        (r"\bNLn{9}Bnn\b", "such as NL123456789B01"),
    )
)
#: What may stand in a place of a text that is recognised, by its name; anything in the others.
_IN_PLACE: Final = {"count": r"\d+", "digit": r"\d", "digits": r"\d+", "word": r"\w+", "what": r"\S+", ANYTHING: ".*"}
_RUN: Final = re.compile(r"\bn{2,}\b")
#: A table of rules that is ours, or a row of one, in a text.
_RULES: Final = re.compile(r"specs/zorg1/([^/:,]+)\.csv(?::([0-9]+))?")
#: What is said to be on a day, in both languages: there may be a first one and a last.
_ON_DAY: Final = re.compile(r"\b([Oo])[pn] \{(\w+)\}")
#: What is counted, in a text: the parameter, the word for one, and for more.
_COUNTED: Final = re.compile(r"\{(\w+):([^{}|]+)\|([^{}|]+)\}")
#: So many columns that are missing are named.
_MOST_LACKING: Final = 8
#: A value in quotes.
_QUOTED: Final = re.compile(r'"\{(\w+)\}"')
#: The parameters that are days, or may be.
_DAYS: Final = (
    *("after", "answered", "before", "care", "date", "day", "deadline", "end", "first", "last", "referral", "relapse"),
    *("start", "today", "until", "withdrawn"),
)


@frozen
class Words:
    """The texts of a subject in one language."""

    language: Language
    _texts: Mapping[str, Mapping[str, str]] = field(repr=False)

    def __call__(self, key: str, /, **params: object) -> str:
        """A text with what goes in it: days as people write them, numbers as `number` does and, where they are named
        ``…cents``, as euros; texts safe to print, and in the ways of `shown`.

        Raises KeyError for a text that is not there, or a parameter that it needs and hasn't got.
        """
        return filled(*self._chosen(key, params), self.language)

    def parts(self, key: str, /, **params: object) -> Iterator[tuple[str, str]]:
        """The same text in parts, each with the name of the parameter that went in there, or ''."""
        text, chosen = self._chosen(key, params)
        said = shown(chosen, self.language)
        for words, name, _, _ in Formatter().parse(with_own_columns(_fitting(text, chosen, self.language))):
            if words:
                yield words, ""
            if name:
                yield str(said[name]), name

    def _chosen(self, key: str, params: Mapping[str, object]) -> tuple[str, Mapping[str, object]]:
        """A text, of one or of many, and its parameters as they are shown."""
        text = self._texts[key]
        one = text.get(f"one_{self.language}") if params.get("count") == 1 else None
        return one or text[self.language], {n: _shown(n, value, self.language) for n, value in params.items()}

    def __getitem__(self, key: str) -> str:
        """A text as it stands in the file."""
        return self._texts[key][self.language]

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def __iter__(self) -> Iterator[str]:
        """The keys, in the order of the file."""
        return iter(self._texts)


@cache
def words(subject: str, language: Language) -> Words:
    """The texts of ``specs/words/<subject>.toml`` in a language. Raises SettingsError for a file that is broken."""
    path = SPECS / "words" / f"{subject}.toml"
    return Words(language, Entries(label(path), {entry.key: entry.texts for entry in read_words(path)}))


def as_at_desk(key: str, text: str, language: Language) -> str:
    """A text that names commands, as ``desk-remedies`` has it: it names buttons. Itself where that hasn't got it."""
    instead = words("desk-remedies", language)
    if key in instead:
        return instead[key]
    return text


def _shown(name: str, value: object, language: Language) -> object:
    if isinstance(value, date):
        return day_text(value, language)
    if isinstance(value, int):
        return f"€ {euros(value, language)}" if name.endswith("cents") else number(value, language)
    return value


class Worded(str):
    """A text in which all is safe to print already: another takes it in as it is, with its lines."""


def filled(text: str, params: Mapping[str, object], language: Language) -> Worded:
    """A text with its parameters as a person reads them. Raises KeyError for one that is missing.

    Behind what is counted stands the word for one and for more: ``{found:cel|cellen}``; nothing at all isn't quoted.
    """
    return all_filled((text,), params, language)[0]


def all_filled(texts: Iterable[str], params: Mapping[str, object], language: Language) -> Sequence[Worded]:
    """As `filled`, of texts with the same parameters."""
    said = shown(params, language)
    return [Worded(with_own_columns(_fitting(text, params, language)).format_map(said)) for text in texts]


def _fitting(text: str, params: Mapping[str, object], language: Language) -> str:
    if "|" in text:
        text = _COUNTED.sub(lambda place: f"{{{place[1]}}} {place[2 if str(params[place[1]]) == '1' else 3]}", text)
    if any(SPAN in value for value in params.values() if isinstance(value, str)):
        text = _ON_DAY.sub(partial(_through, params, language), text)
    if '"{' in text and "" in params.values():
        nothing = words("show", language)["empty"]
        text = _QUOTED.sub(lambda place: place[0] if params[place[1]] != "" else nothing, text)
    return text


def _through(params: Mapping[str, object], language: Language, found: re.Match[str]) -> str:
    """On a day, or of more from which through which."""
    capital, name = found.groups()
    first, span, last = str(params[name]).partition(SPAN)
    if not span:
        return found[0]
    said = words("show", language)("span", first=first, last=last)
    return said[0].upper() + said[1:] if capital.isupper() else said


def uncounted(text: str) -> str:
    """A text as it is of many."""
    return _COUNTED.sub(r"{\1} \3", text)


def shown(params: Mapping[str, object], language: Language) -> Mapping[str, object]:
    """The parameters of a text as a person reads them in a language, safe to print."""
    ways = {name: _WAYS[name](value, language) if name in _WAYS else value for name, value in params.items()}
    return {name: _safe(value) if isinstance(value, str) else value for name, value in ways.items()}


def _safe(text: str) -> str:
    return text if isinstance(text, Worded) else quoted(text)


def _day(value: object, language: Language) -> object:
    """A day, or its text, or the first and the last of some; anything else as it is."""
    if isinstance(value, str) and SPAN in value:
        return SPAN.join(str(_day(part, language)) for part in value.split(SPAN))
    day = iso_day(value) if isinstance(value, str) else value
    return day_text(day, language) if isinstance(day, date) else value


def _periods(value: object, language: Language) -> str:
    """Days in a text of nothing else but what stands between them."""
    return re.sub(r"[^ ,]+", lambda word: str(_day(word[0], language)), str(value))


def _rules(value: object, language: Language) -> object:
    """Tables of rules, and rows of them, as a clerk calls them."""
    return _RULES.sub(partial(_rule, language), value) if isinstance(value, str) else value


def _rule(language: Language, found: re.Match[str]) -> str:
    name, line = found.groups()
    said = words("tables", language)
    if f"rules.{name}" not in said:  # of another version
        return found[0]
    table = said[f"rules.{name}"]
    return said("row", table=table, line=line) if line else table


def _instruments(value: object, language: Language) -> str:
    """Names of instruments, with a comma between; ``*`` is whichever."""
    any_of = words("monitor", language)["any_instrument"]
    return ", ".join(any_of if name == "*" else name for name in str(value).split(", "))


def _form(value: object, language: Language) -> object:
    """The form that something should have."""
    return _worded_form(value, language) if isinstance(value, str) else value


@lru_cache(maxsize=4096)
def _worded_form(text: str, language: Language) -> str:
    for pattern, form in _DIGITS:
        text = pattern.sub(form, text)
    text = _RUN.sub(lambda run: f"{len(run[0])} digits", text)
    if language == "nl":
        for pattern, dutch in _forms():
            text = pattern.sub(partial(_in_dutch, dutch), text)
    return text


def _in_dutch(dutch: str, found: re.Match[str]) -> str:
    """What was recognised in its English, in Dutch."""
    return dutch.format_map(found.groupdict())


@cache
def _forms() -> Sequence[tuple[re.Pattern[str], str]]:
    """The parts of forms as they are in English, each with its Dutch."""
    return [(re.compile(rf"(?<!\w){found}(?!\w)"), dutch) for found, dutch in _recognised("forms")]


@cache
def _libraries() -> Sequence[tuple[re.Pattern[str], str]]:
    """What libraries say, each with its Dutch."""
    return [(re.compile(found), dutch) for found, dutch in _recognised("libraries")]


def _recognised(subject: str) -> Iterator[tuple[str, str]]:
    """Patterns of the English texts of a subject, each with its Dutch."""
    english, dutch = words(subject, "en"), words(subject, "nl")
    for key in english:
        parts = ((re.escape(text), name) for text, name, _, _ in Formatter().parse(english[key]))
        places = (f"{text}(?P<{name}>{_IN_PLACE.get(name, '.+')})" if name else text for text, name in parts)
        yield "".join(places), dutch[key]


def _columns(value: object, language: Language) -> str:
    """Names of columns, each behind what a clerk calls it."""
    return ", ".join(_column(name, language) for name in str(value).split(", "))


def _lacking(value: object, language: Language) -> str:
    """Columns that are missing, as a clerk calls them, each with the name that the practice gives it; the first ones,
    where there are many."""
    names, terms = str(value).split(", "), words("columns", language)
    told = [
        terms[name] + (f' ("{own}")' if (own := column_name(name)) != name else "") if name in terms else f'"{name}"'
        for name in names[:_MOST_LACKING]
    ]
    more = len(names) - len(told)
    return ", ".join(told) + (f" … (+ {number(more, language)})" if more else "")


def _column(name: str, language: Language) -> str:
    terms = words("columns", language)
    return f'{terms[name]} ("{column_name(name)}")' if name in terms else f'"{name}"'


def _reason(value: object, language: Language) -> object:
    """What the computer says; in Dutch in our words, or by the name of the error where we have none."""
    text = str(value)
    if name := error_name(text):
        return words("system", language)[name]
    if match := _OS_ERROR.match(text):
        text = os.strerror(int(match[1]))
    if language == "en":
        return text
    if name := _errors().get(text):
        known = words("system", language)
        return known[name] if name in known else known("other", name=name)
    for pattern, dutch in _libraries():
        if match := pattern.fullmatch(text):
            return _in_dutch(dutch, match)
    return value


def _feed(value: object, language: Language) -> str:
    """What a file of the practice is of; anything else as it is."""
    text, known = str(value), words("feeds", language)
    if text not in known:
        return text
    return known[text]


def _or_none(value: object, language: Language) -> object:
    """Names; a word where there are none."""
    return words("show", language)["none"] if value == "-" else value


#: What people read of a run.
ListName = Literal["worklist", "figures", "page", "problems", "workbook"]


def _list(value: object, language: Language) -> str:
    """What people read of a run, by a `ListName`; anything else as it is."""
    text, known = str(value), words("lists", language)
    if text not in known:
        return text
    return known[text]


def _codes(value: object, language: Language) -> str:
    """Return codes with a word before them."""
    codes = str(value).strip("-").replace(",", " ").split()
    say = words("answers", language)
    return say("return_codes", which=", ".join(codes)) if codes else say("no_return_code")


def _text(value: object, language: Language) -> object:
    """What a return code says; '-' for one of which nobody knows."""
    return words("answers", language)("meaning_unknown") if value == "-" else value


@cache
def _errors() -> Mapping[str, str]:
    """The texts of an operating system, each with the name of its error."""
    return {os.strerror(code): name for code, name in errno.errorcode.items()}


_WAYS: Final[Mapping[str, Callable[[object, Language], object]]] = {
    **dict.fromkeys(_DAYS, _day),
    **dict.fromkeys(("column", "columns"), _columns),
    "periods": _periods,
    "lacking": _lacking,
    "expected": _form,
    "feed": _feed,
    "unmade": _list,
    "codes": _codes,
    **dict.fromkeys(("alike", "others"), _or_none),
    "instruments": _instruments,
    "rule": _rules,
    "rows": _rules,
    "text": _text,
    "reason": _reason,
}
