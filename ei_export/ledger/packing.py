"""Many rows as one text, in which their columns are named: read back by name, whatever columns there are by then."""

import json
from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any, Final, NamedTuple, TypeVar

K = TypeVar("K", bound=NamedTuple)

#: As compact as JSON can be; quicker than asking `json.dumps` for it every time.
encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

#: Between the texts of an array.
_BETWEEN: Final = '","'


def pack(kind: type[NamedTuple], rows: Sequence[NamedTuple]) -> str:
    """Rows of one kind as a JSON object: how many ``rows`` there are, and each of their columns by its name: the text
    that all rows have there, or an array of what each has; a column in which all are empty is left out."""
    return pack_columns(len(rows), zip(kind._fields, zip(*rows, strict=True), strict=True) if rows else ())


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


def unpack(kind: type[K], text: str) -> list[K]:
    """The rows of a text that `pack` made, now or in an earlier version; what it lacks is as the kind has it where
    nothing is known, or ''. What else the text has is of a column that is no more."""
    found = json.loads(text)
    each = (found.get(name, kind._field_defaults.get(name, "")) for name in kind._fields)
    columns = [value if type(value) is list else repeat(value, found["rows"]) for value in each]
    return [*map(kind._make, zip(*columns, strict=True))]
