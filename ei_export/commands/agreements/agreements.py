"""The agreements in force on a day, each with the contract position and the tariff that the practice has for it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from operator import attrgetter
from typing import Final

from attrs import evolve, frozen

from ...base.problems import Finding
from ...model.names import AgreementNames, Spelling, chosen
from ...settings import Settings
from ...zorg1.agreements import ANY, Agreement, Agreements
from ...zorg1.inferred import inferred
from ...zorg1.resolution import Resolution, dated
from ...zorg1.resolver import Resolver
from ...zorg1.tariffs import Tariffs

_DAY: Final = timedelta(days=1)

#: A first and a last day.
Period = tuple[date, date]


@frozen
class Shown:
    """An agreement in force. ``resolution``: what it comes to in the practice, None where no settings were read;
    ``own_codes`` are linked to its code in ``[codes]``; ``inferred`` are the columns of its row that are our own
    conclusion."""

    agreement: Agreement
    resolution: Resolution | None
    own_codes: tuple[str, ...]
    inferred: Sequence[str]

    @property
    def findings(self) -> Iterator[Finding]:
        """What keeps it from being declared; not that there is no contract position, which may well be so."""
        return iter(self.resolution.faults if self.resolution is not None else ())

    @property
    def problem(self) -> str:
        """The code of what keeps it from being declared, or of there being no contract position; '' for nothing."""
        if self.resolution is None:
            return ""
        return next((found.code for found in (*self.resolution.faults, *self.resolution.notes)), "")


@frozen
class Screen:
    """What is in force on a day. ``insurer`` and ``program``: of these only, '' for all; ``periods``: all the days on
    which there is something of them, one behind the other; ``has_settings``: whether a practice was looked at."""

    day: date
    insurer: str
    program: str
    rows: Sequence[Shown]
    periods: Sequence[Period]
    has_settings: bool

    @property
    def findings(self) -> Iterator[Finding]:
        """What is wrong, each once."""
        if not self.rows:
            yield self._nothing()
        for row in self.rows:
            yield from (evolve(dated(found, self.day), column="") for found in row.findings)

    def _nothing(self) -> Finding:
        """That nothing is in force, and when something is."""
        about = " · ".join(filter(None, (self.insurer, self.program)))
        if not self.periods:
            return Finding("AGREEMENTS_NEVER", "", {"about": about})
        periods = ", ".join(f"{first} – {last}" for first, last in self.periods)
        params: dict[str, object] = {"date": self.day, "periods": periods}
        return (
            Finding("AGREEMENTS_NONE_OF", "", params | {"about": about})
            if about
            else Finding("AGREEMENTS_NONE", "", params)
        )


def agreements(settings: Settings | None, day: date, insurer: str = "", program: str = "") -> Screen:
    """What is in force on a day; without settings what the built-in tables say.

    ``insurer`` in any of its names; ``program`` as in the tables or, where the manual has several of it, as there
    ("artrose knie"). Raises SettingsError for one that is not known, with those that are, and for tables with an error.
    """
    overlays = settings.overlays if settings is not None else ()
    known = Agreements.load(overlays)
    if insurer:
        insurer = chosen(AgreementNames.of(overlays).insurers, known.insurers, insurer, "--insurer")
    programs = {row.program for row in known} - {ANY}
    if program:
        parts = {part: whole for (whole, _), part in known.programs.parts.items()}
        program = chosen(Spelling.of(sorted(programs), parts), programs, program, "--program")
    of_insurer = [row for row in known if insurer in ("", row.insurer)]
    asked = [row for row in of_insurer if program in ("", row.program)]
    in_force = {row.rule: row for row in asked if row.covers(day)}
    having = {row.insurer for row in in_force.values()}
    for row in of_insurer:  # a contact's code that goes with every program is of this one too
        if row.program == ANY and row.insurer in having and row.covers(day):
            in_force[row.rule] = row
    resolver = _resolver(settings, known) if settings is not None else None
    rows = [_shown(row, day, settings, resolver) for row in sorted(in_force.values(), key=attrgetter("order"))]
    return Screen(day, insurer, program, rows, _merged(asked), settings is not None)


def _resolver(settings: Settings, known: Agreements) -> Resolver:
    return Resolver(known, Tariffs.load(settings.tariffs_path), settings.contracts, settings.codes, {})


def _shown(row: Agreement, day: date, settings: Settings | None, resolver: Resolver | None) -> Shown:
    linked = settings.codes if settings is not None else {}
    own_codes = sorted(own for own, code in linked.items() if code.upper() == row.code)
    resolution = resolver.agreed(row, day) if resolver is not None else None
    return Shown(row, resolution, tuple(own_codes), inferred(row))


def _merged(rows: Iterable[Agreement]) -> Sequence[Period]:
    """The days that the rows cover."""
    found: list[Period] = []
    for first, last in sorted((row.valid_from, row.valid_until) for row in rows):
        if found and first <= found[-1][1] + _DAY:
            found[-1] = found[-1][0], max(found[-1][1], last)
        else:
            found.append((first, last))
    return found
