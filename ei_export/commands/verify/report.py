"""What is wrong with message files: for programs (`JsonVerdicts`), and for the person who looks (`TextVerdicts`).

A problem is a mapping with the keys of ``verify --json``; a file may have any number of them.
"""

from collections.abc import Iterator, Mapping
from typing import IO, Any, Final

from attrs import define, field

from ...base.problems import SEVERITIES, Language
from ...base.words import words
from ...model.codelists import return_codes
from ...output.json_stream import JsonStream
from ...output.paper import Paint, Role, plain, wrapped

Found = Mapping[str, Any]

_ROLES: Final[dict[str, Role]] = {"error": "error", "warning": "warning", "info": "soft"}
#: As many places of one kind of problem are told.
_PLACES: Final = 5
_INDENT: Final = "  "


class JsonVerdicts:
    """Writes the document of ``verify --json``, problem by problem. ``practice``: the files are also held against the
    ledger and the agreements of one."""

    def __init__(self, out: IO[str], *, practice: bool) -> None:
        self._stream = JsonStream(out)
        self._stream.fields({"checked": {"file": True, "ledger": practice, "agreements": practice}})
        self._stream.array("files")

    def begin(self, file: str, standard: str) -> None:
        """A file follows; ``standard`` is '' where it is not known."""
        self._stream.object({"file": file, "standard": standard})
        self._stream.array("problems")

    def problem(self, problem: Found) -> None:
        self._stream.row(problem)

    def end(self, records: int, *, ok: bool) -> None:
        """The file ends; ``ok``: it has no errors."""
        self._stream.end()
        self._stream.fields({"records": records, "ok": ok})
        self._stream.end()

    def close(self) -> None:
        self._stream.end()
        self._stream.end()


@define
class Alike:
    """One kind of problem with one element: how often, the first one, and where the first few are."""

    first: Found
    count: int = 0
    places: list[Found] = field(factory=list)


@define
class Kinds:
    """The problems of a file by what they are; of each kind the first ``most`` are kept."""

    most: int = _PLACES
    _kinds: dict[tuple[str, ...], Alike] = field(factory=dict)

    def add(self, problem: Found) -> None:
        """Counts a problem, as ``verify --json`` tells it."""
        key = tuple(str(problem[name]) for name in ("severity", "code", "element", "return_code", "remedy"))
        kind = self._kinds.setdefault(key, Alike(problem))
        kind.count += 1
        if len(kind.places) < self.most:
            kind.places.append(problem)

    def in_order(self) -> list[Alike]:
        """Errors first."""
        return sorted(self._kinds.values(), key=lambda kind: SEVERITIES.index(kind.first["severity"]))

    def clear(self) -> None:
        """Begins with another file."""
        self._kinds.clear()


class TextVerdicts:
    """Writes each file with its problems by kind, errors first, at most 80 wide. ``quiet``: only what is not right.
    ``practice``: they are also held against the ledger and the agreements of one."""

    def __init__(
        self,
        out: IO[str],
        language: Language,
        paint: Paint = plain,
        *,
        practice: bool = False,
        quiet: bool = False,
    ) -> None:
        self._out = out
        self._language: Language = language
        self._words = words("verify", language)
        self._paint = paint
        self._practice = practice
        self._quiet = quiet
        self._file, self._standard = "", ""
        self._kinds = Kinds()
        self._right = self._wrong = 0

    def begin(self, file: str, standard: str) -> None:
        self._file, self._standard = file, standard
        self._kinds.clear()

    def problem(self, problem: Found) -> None:
        self._kinds.add(problem)

    def end(self, records: int, *, ok: bool) -> None:
        self._right += ok
        self._wrong += not ok
        if ok and self._quiet:
            return
        heading = self._words("file", file=self._file, standard=self._standard, records=records)
        self._say(*(self._paint(line, "title") for line in wrapped(heading if self._standard else self._file)))
        verdict, role = self._verdict(ok=ok)
        self._say(*(self._paint(line, role) for line in wrapped(self._words(verdict), _INDENT)))
        for kind in self._kinds.in_order():
            self._say("", *self._told(kind))
        self._say("")

    def close(self) -> None:
        """Adds them up, where there is more than one, and says what was looked at."""
        files = self._right + self._wrong
        if files > 1 and not self._quiet:
            self._say(self._words("total", files=files, right=self._right, wrong=self._wrong))
        if not self._quiet:
            self._say(*wrapped(self._words("practice_too" if self._practice else "file_only")))

    def _verdict(self, *, ok: bool) -> tuple[str, Role]:
        if not ok:
            return ("wrong" if self._standard else "unread"), "error"
        return ("warned", "warning") if self._kinds.in_order() else ("right", "good")

    def _told(self, kind: Alike) -> Iterator[str]:
        first, words = kind.first, self._words
        heading = words(first["severity"])
        if kind.count > 1:
            heading += f" ({words('times', count=kind.count)})"
        yield _INDENT + self._paint(heading, _ROLES[first["severity"]])
        yield from wrapped(first["message"], _INDENT * 2)
        for problem in kind.places:
            if (place := self._place(problem)) is not None:
                yield from wrapped(place, _INDENT * 2 + "- ")
        if kind.count > len(kind.places):
            yield from wrapped(words("more", count=kind.count - len(kind.places)), _INDENT * 2 + "- ")
        if known := return_codes().get(first["return_code"]):
            yield from wrapped(words("return_code", code=known.code, text=known.text), _INDENT * 2)
        yield from wrapped(words("todo", remedy=first["remedy"]), _INDENT * 2)

    def _place(self, problem: Found) -> str | None:
        """Where it is and what stands there; None where that says nothing more."""
        if problem["record"] is None:
            return None
        where = self._words("record", record=str(problem["record"]))
        if not problem["element"]:
            return where
        if problem["expected"] in ("", "-"):
            return self._words("found_only", where=where, found=problem["found"])
        return self._words("found", where=where, found=problem["found"], expected=problem["expected"])

    def _say(self, *lines: str) -> None:
        self._out.writelines(f"{line}\n" for line in lines)
