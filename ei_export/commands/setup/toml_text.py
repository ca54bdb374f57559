"""Changing a TOML file as its practice wrote it: values are put in their place, and everything else stays as it is.

What is there is changed by tomlkit, which keeps comments and order. What is new is put as a line behind those of its
table: tomlkit itself would put it behind the comment that introduces the next table. Whatever comes of it is held
against what was meant, so that a file written in a way that isn't foreseen here is refused, never spoilt.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date
from typing import Any, Final, TypeAlias

from attrs import frozen

#: A value that settings may have.
Value: TypeAlias = str | int | date | list[str]
#: A value by the keys that lead to it; a number is that of a table of an array, from 0.
Way: TypeAlias = tuple[str | int, ...]

_PLAIN_KEY: Final = re.compile(r"[a-z][a-z_]*1?")  # such as zorg1
_BLANK: Final = re.compile(r"\s*")
_COMMENT: Final = re.compile(r"\s*#.*")
_ANY_HEADER: Final = re.compile(r"\s*\[")


class NotEditableError(Exception):
    """A file is written in a way that this can't change."""


@frozen
class Put:
    """Gives a value, there or not; of a list what is in both stays where it is."""

    path: Way
    value: Value


@frozen
class Drop:
    """Takes a value out, or a table of an array; nothing where it isn't there."""

    path: Way


@frozen
class AddTable:
    """Adds a table to an array of tables."""

    name: str
    values: Mapping[str, Value]


Edit: TypeAlias = Put | Drop | AddTable


def edited(text: str, edits: Sequence[Edit]) -> str:
    """A file with these edits, one after the other. Raises NotEditableError, and ValueError for a text that is no
    TOML."""
    from tomlkit.exceptions import TOMLKitError  # of the extra "desk"

    data = tomllib.loads(text)
    for edit in edits:
        before, wanted = data, deepcopy(data)
        try:
            _change(wanted, edit)
            text = _write(text, before, edit) if wanted != before else text
            data = tomllib.loads(text)
        except (TOMLKitError, LookupError, TypeError, AttributeError, ValueError):
            raise NotEditableError from None
        if _filled(data) != _filled(wanted):
            raise NotEditableError
    return text


def _filled(data: Any) -> Any:
    """Data without empty tables: one that is empty may go with the last of what was in it."""
    if not isinstance(data, dict):
        return data
    inner = {name: _filled(value) for name, value in data.items()}
    return {name: value for name, value in inner.items() if value != {}}


def _change(data: dict[str, Any], edit: Edit) -> None:
    """What an edit is to the data of a file."""
    if isinstance(edit, AddTable):
        data.setdefault(edit.name, []).append(dict(edit.values))
        return
    node: Any = data
    *way, last = edit.path
    for step in way:
        if isinstance(edit, Drop) and isinstance(step, str) and step not in node:
            return
        node = node.setdefault(step, {}) if isinstance(step, str) else node[step]
    if isinstance(edit, Put):
        node[last] = edit.value
    elif isinstance(last, int):
        del node[last : last + 1]
        if not node:  # an array of tables that has none isn't there
            del data[str(way[0])]
    else:
        node.pop(last, None)


def _write(text: str, data: Mapping[str, Any], edit: Edit) -> str:
    """What an edit is to a text, which holds this data."""
    if isinstance(edit, AddTable):
        return _with_table(text, data, edit)
    *way, last = edit.path
    if isinstance(edit, Drop) and isinstance(last, int):
        return _without_table(text, str(way[0]), last)
    node = _at(data, way)
    if isinstance(edit, Drop) or (node is not None and last in node):
        return _with_value(text, edit)
    header = _header(tuple(way))
    line = f"{_key(str(last))} = {_literal(edit.value)}"
    lines = text.split("\n")
    if (start := _find(lines, header, way[-1] if isinstance(way[-1], int) else 0)) is not None:
        return _inserted(lines, _end_of(lines, start), [line])
    if node is not None:  # its table is written in one line, or by keys with dots
        return _with_value(text, edit)
    # Behind the last table that begins in the same way, as [input.values] behind [input.status]; else at the end.
    near = [at for at, each in enumerate(lines) if re.match(rf"\s*\[\s*{way[0]}\s*[.\]]", each)]
    place = _end_of(lines, near[-1]) if near else _end_of_file(lines)
    return _inserted(lines, place, ["", f"[{'.'.join(_key(str(step)) for step in way)}]", line])


def _at(data: Any, way: Sequence[str | int]) -> Any:
    for step in way:
        if isinstance(step, str) and step not in data:
            return None
        data = data[step]
    return data


def _with_value(text: str, edit: Put | Drop) -> str:
    """By tomlkit: a value that is there gets another one, or goes."""
    import tomlkit

    document: Any = tomlkit.parse(text)
    node = document
    *way, last = edit.path
    for step in way:
        node = node[step]
    if isinstance(edit, Drop):
        del node[last]
    elif isinstance(edit.value, list) and isinstance(node.get(last), list):
        _make_same(node[last], edit.value)
    if isinstance(edit, Put) and node.get(last) != edit.value:
        node[last] = edit.value
    return tomlkit.dumps(document)


def _make_same(array: list[str], wanted: Sequence[str]) -> None:
    """Gives an array these texts; those that it has stay, with what is written beside them."""
    for place in reversed(range(len(array))):
        if array[place] not in wanted:
            del array[place]
    for text in wanted:
        if text not in array:
            array.append(text)


def _with_table(text: str, data: Mapping[str, Any], edit: AddTable) -> str:
    lines = text.split("\n")
    there = len(data.get(edit.name, ()))
    table = [f"[[{edit.name}]]", *(f"{_key(name)} = {_literal(value)}" for name, value in edit.values.items())]
    if not there:
        return _inserted(lines, _end_of_file(lines), ["", *table])
    start = _find(lines, _header((edit.name, 0)), there - 1)
    if start is None:
        raise NotEditableError
    return _inserted(lines, _end_of(lines, start), ["", *table])


def _without_table(text: str, name: str, number: int) -> str:
    """A text without a table of an array, but with what is written in between it and the next."""
    lines = text.split("\n")
    start = _find(lines, _header((name, 0)), number)
    if start is None:
        raise NotEditableError
    end = _end_of(lines, start)
    if start and end < len(lines) and _BLANK.fullmatch(lines[start - 1]) and _BLANK.fullmatch(lines[end]):
        end += 1
    return "\n".join(lines[:start] + lines[end:])


def _header(way: Way) -> re.Pattern[str]:
    """The line that a table begins with."""
    ways = ((step, _literal(step), f"'{step}'") for step in way if isinstance(step, str))
    names = r"\s*\.\s*".join(f"(?:{'|'.join(map(re.escape, each))})" for each in ways)
    opening, closing = (r"\[\[", r"\]\]") if any(isinstance(step, int) for step in way) else (r"\[", r"\]")
    return re.compile(rf"\s*{opening}\s*{names}\s*{closing}\s*(?:#.*)?")


def _find(lines: Sequence[str], header: re.Pattern[str], number: int) -> int | None:
    """The place of the header of which there are ``number`` others before it."""
    found = [at for at, line in enumerate(lines) if header.fullmatch(line)]
    return found[number] if number < len(found) else None


def _end_of(lines: Sequence[str], start: int) -> int:
    """The place behind what belongs to the table whose header stands at ``start``: its last value, and the comments
    that follow on that without a blank line."""
    last = start
    for at in range(start + 1, len(lines)):
        if _ANY_HEADER.match(lines[at]):
            break
        if not (_BLANK.fullmatch(lines[at]) or _COMMENT.fullmatch(lines[at])):
            last = at
    while last + 1 < len(lines) and _COMMENT.fullmatch(lines[last + 1]):
        last += 1
    return last + 1


def _end_of_file(lines: Sequence[str]) -> int:
    end = len(lines)
    while end and _BLANK.fullmatch(lines[end - 1]):
        end -= 1
    return end


def _inserted(lines: Sequence[str], place: int, new: Sequence[str]) -> str:
    """The lines with new ones, which end as the others do."""
    end = "\r" if any(line.endswith("\r") for line in lines) else ""
    before, after = [*lines[:place]], [*lines[place:]]
    if not after:  # the last line didn't end
        before[-1:] = [before[-1].removesuffix("\r") + end] if before else []
        after = [""]
    if not before or before == [end]:
        new = new[new[0] == "" :]
    return "\n".join([*before, *(line + end for line in new), *after])


def _key(name: str) -> str:
    return name if _PLAIN_KEY.fullmatch(name) else _literal(name)


def _literal(value: Value) -> str:
    import tomlkit

    return tomlkit.item(value).as_string()
