"""What is to be measured in a trajectory, and when (``specs/zorg1-measures.csv``)."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final, Self

from attrs import evolve, frozen

from ..base.row_types import CertaintyCell, FlagCell, PlaceCell, RequiredCell, RowType, SourceCell, one_of
from ..base.specs import SPECS
from ..base.tables import Report, Row, overlap, parse_rows, parse_table, read_sheet, refuse
from ..model.measurement import MEASURING_MOMENTS, MeasuringMoment
from ..model.names import Spelling
from .agreements import ANY, Agreement
from .instruments import other_names
from .programs import Programs

_TABLE: Final = "zorg1-measures.csv"
#: Between instruments of which one will do.
_OR: Final = "|"


def _instruments(row: Row, column: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in row.required(column).split(_OR))
    if not all(names) or (ANY in names and len(names) > 1):
        raise row.error(column, f"NPRS | NPRS{_OR}PSK | {ANY}")
    return () if names == (ANY,) else names


@frozen
class Measure:
    """What is measured at a ``moment`` of a trajectory: one of the ``instruments``, whichever where none is named. Of
    a ``profile``, or of any (`ANY`); ``required``: asked of every such trajectory, else it may be measured. ``rule`` is
    the row: ``specs/zorg1-measures.csv:2``."""

    program: RequiredCell
    profile: RequiredCell
    moment: Annotated[MeasuringMoment, one_of(MEASURING_MOMENTS)]
    instruments: Annotated[tuple[str, ...], _instruments, "instrument"]
    required: FlagCell
    source: SourceCell
    certainty: CertaintyCell
    rule: PlaceCell

    def is_of(self, profile: str) -> bool:
        """Whether it is asked of a profile; what is asked of ``2`` is asked of ``2 AV`` too."""
        return self.profile in (ANY, profile, profile.split(" ")[0])


_ROW: Final = RowType(Measure)


@frozen
class Measures:
    """What is measured, by program."""

    _rows: Mapping[str, tuple[Measure, ...]]

    @classmethod
    def load(cls, known: Mapping[str, Collection[str]], path: Path | None = None) -> Self:
        """Ours, and those of a practice in the place of ours of the same programs. ``known`` are the programs there
        are, each with its profiles. Raises SettingsError."""
        return cls(read_measures(known, path))

    @property
    def instruments(self) -> Sequence[str]:
        """All that are named, in order."""
        return sorted(instruments_in(self._rows))

    def of_program(self, program: str) -> tuple[Measure, ...]:
        """All that is measured in a program, in the order of the table; nothing where nobody says."""
        return self._rows.get(program, ())

    def required(self, program: str, profile: str, moment: MeasuringMoment) -> list[Measure]:
        """What must be measured at a moment."""
        return [row for row in self.of_program(program) if row.required and row.moment == moment and row.is_of(profile)]

    def names(self, program: str, instrument: str) -> bool:
        """Whether an instrument is named in a program."""
        return any(instrument in row.instruments for row in self.of_program(program))


def known_profiles(agreements: Iterable[Agreement], programs: Programs) -> dict[str, set[str]]:
    """Every program, and part of one, with the profiles it has at any time."""
    found: dict[str, set[str]] = {}
    for program, profile in (*((row.program, row.profile) for row in agreements), *programs.usual):
        if program != ANY:
            found.setdefault(program, set()).update({profile} - {ANY})
    for (whole, _), part in programs.parts.items():
        found.setdefault(part, set()).update(found.get(whole, ()))
    return found


def instruments_in(rows: Mapping[str, Sequence[Measure]]) -> set[str]:
    """All instruments that are named."""
    return {name for of_program in rows.values() for row in of_program for name in row.instruments}


def read_measures(
    known: Mapping[str, Collection[str]], path: Path | None = None, specs: Path = SPECS, report: Report = refuse
) -> dict[str, tuple[Measure, ...]]:
    """What is measured, by program: the rows of a practice's table (as `read_sheet` reads it) in the place of ours of
    the same programs. Errors go to ``report``: a program or a profile that isn't ``known``, a value that the column
    doesn't take, a row without a source, one that is there twice."""

    def parse(row: Row) -> Measure:
        row.choice("program", sorted(known))
        row.choice("profile", (ANY, *sorted(known[row["program"]])))
        return _ROW.parse(row)

    found = _by_program(parse_table(specs / _TABLE, _ROW.columns, _once(parse), report))
    if path is not None:
        programs = Spelling.of(known)
        sheet = parse_rows(read_sheet(path, _ROW.columns), lambda row: _spelled(row, programs), report)
        found |= _by_program(parse_rows(sheet, _once(parse), report))
    return found


def _once(parse: Callable[[Row], Measure]) -> Callable[[Row], Measure]:
    """Reads rows of one table; the second one that says the same is refused."""
    first: dict[tuple[object, ...], str] = {}

    def parsed(row: Row) -> Measure:
        measure = parse(row)
        key = measure.program, measure.profile, measure.moment, measure.instruments
        if (other := first.setdefault(key, row.place)) != row.place:
            raise overlap(row, other)
        return measure

    return parsed


def _spelled(row: Row, programs: Spelling) -> Row:
    """A row of a practice's table with our names of program and instruments."""
    instruments = (other_names().name(name.strip()) for name in row["instrument"].split(_OR))
    values = {"program": programs.name(row["program"]), "instrument": _OR.join(instruments)}
    return evolve(row, values={**row.values, **values})


def _by_program(rows: Iterable[Measure]) -> dict[str, tuple[Measure, ...]]:
    found: dict[str, tuple[Measure, ...]] = {}
    for row in rows:
        found[row.program] = (*found.get(row.program, ()), row)
    return found
