"""What a run came to: for programs (``summary.json``, ``--json``), and for the person who started it."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import IO, Any, Final

from attrs import asdict, define, field

from ...base.problems import Finding, Language, Severity, catalogue, severity
from ...base.wording import euros
from ...base.words import words
from ...model.appointment import Outcome
from ...model.declaration import Declaration
from ...output.json_stream import Encoded
from ...output.paper import Paint, plain
from ...output.problem_list import ProblemList

#: The order of the counts in ``summary.json``, behind ``read`` and ``remembered``.
_COUNTS: Final = (
    Outcome.DECLARED, Outcome.COUNTED, Outcome.EARLIER, Outcome.HELD, Outcome.NOT_COMPLETED, Outcome.NOT_ZORG1,
    Outcome.NO_AGREEMENT, Outcome.UNREADABLE, Outcome.DUPLICATE,
)  # fmt: skip
_UZOVI: Final = re.compile("[0-9]{4}")
#: Of the columns behind the name of an insurer.
_WIDTHS: Final = (9, 8, 16, 13, 9)


@define
class InsurerCounts:
    """An UZOVI number: what goes out to it, how many appointments are held, how many of these somebody closed, and how
    many warnings there are."""

    uzovi: str
    insurer: str
    persons: int = 0
    lines: int = 0
    amount_cents: int = 0
    held: int = 0
    warnings: int = 0
    closed: int = 0

    @property
    def waiting(self) -> int:
        """How many are held and not closed."""
        return self.held - self.closed

    def document(self) -> dict[str, Any]:
        return asdict(self, filter=lambda attribute, value: attribute.name != "closed" or value)


@define
class Summary:
    """A run, or what a run would be. ``run`` and ``folder`` are None where nothing was declared; ``held`` appointments
    by UZOVI number, and of these the ``closed`` ones; ``insurers`` UZOVI → insurer; ``lines`` a JSON object for each
    line, where ``--json`` asked for them; ``late`` is what of it could not be shown, or not as usual: it stands in no
    page, or in none that can be relied on; ``of_feed``: what says that the feed is not that of tonight;
    ``test``: it declares nothing; ``measurements``: how many rows of the file of measurements came to what, None
    without one; ``answers``: how many files of the inbox did, None where it was not read."""

    today: date
    input: str
    problems: ProblemList
    run: str | None = None
    folder: Path | None = None
    read: int = 0
    remembered: int = 0
    outcomes: Counter[Outcome] = field(factory=Counter)
    held: Counter[str] = field(factory=Counter)
    closed: Counter[str] = field(factory=Counter)
    insurers: Mapping[str, str] = field(factory=dict)
    declarations: list[Declaration] = field(factory=list)
    lines: IO[str] | None = None
    late: list[Finding] = field(factory=list)
    of_feed: list[Finding] = field(factory=list)
    test: bool = False
    measurements: Mapping[str, int] | None = None
    answers: Mapping[str, int] | None = None

    def by_insurer(self) -> list[InsurerCounts]:
        """What goes out and what stays behind by UZOVI number; what has no such number comes last."""
        counts: dict[str, InsurerCounts] = {}

        def of(uzovi: str) -> InsurerCounts:
            known = uzovi if _UZOVI.fullmatch(uzovi) else ""
            return counts.setdefault(known, InsurerCounts(known, self.insurers.get(known, "")))

        for declaration in self.declarations:
            row = of(declaration.uzovi)
            row.persons += declaration.persons
            row.lines += declaration.lines
            row.amount_cents += declaration.amount_cents
        for uzovi, count in self.held.items():
            of(uzovi).held += count
        for uzovi, count in self.closed.items():
            of(uzovi).closed += count
        for uzovi, count in self.problems.warnings.items():
            of(uzovi).warnings += count
        return sorted(counts.values(), key=lambda row: (not row.uzovi, row.uzovi))

    @property
    def exit_code(self) -> int:
        """0: done, at most warnings. 1: done, but at least one error (something is held)."""
        return 1 if self.errors else 0

    @property
    def errors(self) -> int:
        """How many error problems there are."""
        return self.problems.severities["error"]

    def add_late(self, finding: Finding) -> None:
        """Adds what could not be shown of it."""
        self.problems.add(finding)
        self.late.append(finding)

    def close(self) -> None:
        """Gives back what it keeps on disk."""
        self.problems.close()
        if self.lines is not None:
            self.lines.close()

    def document(self) -> dict[str, Any]:
        """``summary.json``. ``kinds``: how often there is a problem of each kind, and which rule or return code says
        so."""
        return {
            "run": self.run,
            **({"message": "test"} if self.test else {}),
            "today": self.today.isoformat(),
            "input": self.input,
            "appointments": self.counts,
            **({"closed": self.closed.total()} if self.closed else {}),
            **({"measurements": self.measurements} if self.measurements is not None else {}),
            **({"answers": self.answers} if self.answers is not None else {}),
            "declarations": [asdict(declaration) for declaration in self.declarations],
            "insurers": [row.document() for row in self.by_insurer()],
            "kinds": [_kind(*kind) for kind in self.problems.kinds()],
        }

    @property
    def counts(self) -> dict[str, int]:
        """How many appointments came to what, by the names of ``summary.json``."""
        counts = {"read": self.read, "remembered": self.remembered}
        return counts | {outcome.value: self.outcomes[outcome] for outcome in _COUNTS}

    @property
    def shown_counts(self) -> dict[str, int]:
        """The same as people read them: what is closed isn't held."""
        if not self.closed:
            return self.counts
        closed = self.closed.total()
        return {**self.counts, "held": self.counts["held"] - closed, "closed": closed}

    def log_line(self) -> str:
        """The run in one line of ``key=value`` for a log; nothing of it is personal."""
        failed = [finding.code for finding in self.late if severity(finding.code) == "error"]
        values = {
            "run": self.run or "-",
            **({"message": "test"} if self.test else {}),
            "today": self.today.isoformat(),
            **self.counts,
            **({"closed": self.closed.total()} if self.closed else {}),
            "files": len(self.declarations),
            "amount_cents": sum(declaration.amount_cents for declaration in self.declarations),
            "errors": self.problems.severities["error"],
            "warnings": self.problems.severities["warning"],
            **({"reason": failed[0]} if failed else {}),
            "exit": self.exit_code,  # by what the line ends with, scripts know that it ended
        }
        return " ".join(f"{name}={value}" for name, value in values.items())


def whole_document(summary: Summary) -> dict[str, Any]:
    """The document of ``--json``: `Summary.document` and the arrays ``lines`` and ``problems``, read while written."""
    if summary.lines is not None:
        summary.lines.seek(0)
    lines = (Encoded(line.rstrip("\n")) for line in summary.lines or ())
    return {**summary.document(), "lines": lines, "problems": map(asdict, summary.problems)}


def _kind(code: str, severity: Severity, count: int) -> dict[str, object]:
    known = catalogue()[code]
    return {
        "code": code,
        "severity": severity,
        "count": count,
        "rule": known.source,
        "return_code": known.return_code,
    }


def text_lines(
    summary: Summary, language: Language, where: str, *, short: bool = True, paint: Paint = plain
) -> Iterator[str]:
    """The run for a person at a terminal. ``where`` the problems are to be read; not ``short``: they follow here."""
    say = words("summary", language)
    if summary.test:
        yield from (paint(say("test"), "warning"), "")
    if not short:
        yield from (say("would"), "")
    if not summary.declarations:
        yield from (say("nothing"), "")
    if rows := summary.by_insurer():
        yield from (*_table(rows, language, paint), "")
    if summary.folder is not None:
        yield say("test_files" if summary.test else "files", folder=str(summary.folder))
        yield from (*(f"  {declaration.file}" for declaration in summary.declarations), "")
    yield paint(say("appointments"), "title")
    for name, count in summary.shown_counts.items():
        if count:
            yield f"{count:>9}  {say('test_declared' if summary.test and name == 'declared' else name)}"
    if summary.measurements is not None:
        yield from ("", say("measurements", **summary.measurements))
    if summary.answers is not None:
        yield from ("", say("answers", **summary.answers))
    if short and len(summary.problems):
        counts = summary.problems.severities
        yield ""
        yield say("problems", errors=str(counts["error"]), warnings=str(counts["warning"]), place=where)
    if summary.test and short:
        yield from ("", say("test_start"))


def _table(rows: Sequence[InsurerCounts], language: Language, paint: Paint) -> Iterator[str]:
    """What goes out and what stays behind, by insurer and UZOVI number."""
    say = words("summary", language)
    heads = ("insurer", "persons", "lines", "amount", "stays", "warnings")
    yield paint(_in_columns([say(head) for head in heads]), "title")
    totals = [0] * 5
    for row in rows:
        counts = [row.persons, row.lines, row.amount_cents, row.waiting, row.warnings]
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
        name = f"{row.insurer or say('unknown')} ({row.uzovi})" if row.uzovi else say("elsewhere")
        yield _counted(name, counts, language)
    yield _counted(say("total"), totals, language)


def _counted(name: str, counts: Sequence[int], language: Language) -> str:
    persons, lines, cents, held, warnings = counts
    return _in_columns([name, str(persons), str(lines), f"€ {euros(cents, language)}", str(held), str(warnings)])


def _in_columns(cells: Sequence[str]) -> str:
    name, *rest = cells
    return f"{name:<25.25}" + "".join(f"{cell:>{width}}" for cell, width in zip(rest, _WIDTHS, strict=True))
