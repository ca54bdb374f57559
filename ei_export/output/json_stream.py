"""A JSON document that is written as it is made, so that its size is no matter: a row of an array on each line."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import IO, Any, Final

_encode: Final = json.JSONEncoder(ensure_ascii=False, default=dt.date.isoformat).encode
_encode_wide: Final = json.JSONEncoder(ensure_ascii=False, default=dt.date.isoformat, indent=1).encode


class Encoded(str):
    """A row that is JSON already."""

    __slots__ = ()


class JsonStream:
    """An object that is begun; `end` ends what was begun last, and in the end the document. ``out`` may change."""

    def __init__(self, out: IO[str]) -> None:
        self.out = out
        self._ends: list[str] = []
        self._begin("{", "}")

    def fields(self, document: Mapping[str, Any]) -> None:
        """Adds fields; one that is an iterator as an array, row by row."""
        for name, value in document.items():
            if isinstance(value, Iterator):
                self.array(name)
                for row in value:
                    self.row(row)
                self.end()
            else:
                wide = len(self._ends) == 1
                self._next(
                    f"{_encode(name)}: " + (_encode_wide(value).replace("\n", "\n ") if wide else _encode(value))
                )

    def array(self, name: str) -> None:
        """Begins a field that is an array."""
        self._next(f"{_encode(name)}: ")
        self._begin("[", "]")

    def row(self, value: Any) -> None:
        """Adds a row to the array that is begun."""
        self._next(value if isinstance(value, Encoded) else _encode(value))

    def object(self, document: Mapping[str, Any]) -> None:
        """Begins a row that is an object, with these fields."""
        self._next("")
        self._begin("{", "}")
        self.fields(document)

    def end(self) -> None:
        """Ends what was begun last."""
        end = self._ends.pop()
        self.out.write(f"{self._line()}{end}" if end == "]" or not self._ends else end)
        if not self._ends:
            self.out.write("\n")
        self._is_first = False

    def _begin(self, begin: str, end: str) -> None:
        self.out.write(begin)
        self._ends.append(end)
        self._is_first = True

    def _next(self, text: str) -> None:
        """Begins a field or a row: each on a line, but for the fields of a row."""
        is_wide = len(self._ends) == 1 or self._ends[-1] == "]"
        space = self._line() if is_wide else "" if self._is_first else " "
        self.out.write(f"{'' if self._is_first else ','}{space}{text}")
        self._is_first = False

    def _line(self) -> str:
        return "\n" + " " * len(self._ends)


def write_json(document: Mapping[str, Any], out: IO[str]) -> None:
    """Writes a whole document; what is an iterator in it is an array that is written row by row."""
    stream = JsonStream(out)
    stream.fields(document)
    stream.end()
