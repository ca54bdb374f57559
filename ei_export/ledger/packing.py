"""Many rows as one text, in which their columns are named: read back by name, whatever columns there are by then."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any, Final

#: As compact as JSON can be; quicker than asking `json.dumps` for it every time.
encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

#: Between the texts of an array.
_BETWEEN: Final = '","'


def pack(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Rows as a JSON object: how many ``rows`` there are, and each of the ``columns`` by its name: the text that all
    rows have there, or an array of what each has; a column in which all are empty is left out."""
    return pack_columns(len(rows), zip(columns, zip(*rows, strict=True), strict=True) if rows else ())


def pack_columns(count: int, columns: Iterable[tuple[str, Sequence[Any]]]) -> str:
    """The same of rows that are known column by column: the ``count`` of them, and by name what each has.

    It is what `encode` makes of it; where there is nothing to escape, joining the texts is much the quicker.
    """
    kept: dict[str, Any] = {"rows": count}
    parts, quotes = [f'"rows":{count}'], 2
    for name, values in columns if count else ():
        first = values[0]
        if type(first) is str and values.count(first) == count:
            if first:
                kept[name] = first
                parts.append(f'"{name}":"{first}"')
                quotes += 4
        elif any(values):
            kept[name] = values
            quotes += 2
            if type(first) is str:
                parts.append(f'"{name}":["{_BETWEEN.join(values)}"]')
                quotes += 2 * count
            elif type(first) is int:
                parts.append(f'"{name}":[{",".join(map(str, values))}]')
            else:
                parts.append(f'"{name}":{encode(values)}')
    plain = f"{{{','.join(parts)}}}"
    is_plain = plain.count('"') == quotes and "\\" not in plain and plain.isprintable()
    return plain if is_plain else encode(kept)


def unpack(columns: Mapping[str, Any], text: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a text that `pack` made, now or in an earlier version: of these ``columns``, each with what it is
    where the text lacks it. What else the text has is of a column that is no more."""
    found = json.loads(text)
    count = found["rows"]
    each = [found.get(name, empty) for name, empty in columns.items()]
    return zip(*(value if type(value) is list else repeat(value, count) for value in each), strict=True)
