"""The Zorg1 agreements: what an appointment's declare-under code means with an insurer on a day.

They are rows of ``specs/zorg1/*.csv`` and of a practice's overlays; this module reads and checks them, and finds the
one that applies. The rules and their sections of the Zorg1 manual are in the tables.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache, cached_property
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Final, Literal, Self, TypeAlias, cast, get_args

from attrs import evolve, field, frozen

from ..base.problems import SettingsError
from ..base.row_types import (
    FilledFromCell,
    FilledUntilCell,
    PlaceCell,
    RequiredCell,
    RowType,
    SourceCell,
    TextCell,
    at_most,
    one_of,
)
from ..base.specs import SPECS, label, own_labels
from ..base.tables import Report, Row, close_open, parse_rows, parse_table, read_sheet, refuse
from ..model import codelists
from ..model.codelists import Code
from ..model.names import AGREEMENT_COLUMNS, AgreementNames, Spelling
from ..settings import AMOUNTS, Amount
from .codes import read_contacts, read_covers, read_twins, read_weeks
from .programs import Programs, known_diagnoses, read_parts, read_usual

Moment: TypeAlias = Literal["start", "contact", "end", "relapse", "baseline", "profile", "other"]
MOMENTS: Final = get_args(Moment)

#: A number; "count" = contacts in between + 1; "-" = registered and counted, never sent; "?" = not given: hold.
Units: TypeAlias = int | Literal["count", "-", "?"]

#: The program and the profile of a code that goes with any of them; behind the diagnoses of a row: any other goes too.
ANY: Final = "*"

#: What the ``source`` of a row begins with that was copied from another time, and that nobody looked at since.
UNCHECKED: Final = "TE CONTROLEREN"

_CODE_LENGTH: Final = 9
_F_CODE_LENGTH: Final = 6
_DAY: Final = timedelta(days=1)


def _units(row: Row, column: str) -> Units:
    text, moment = row[column], row.choice("moment", MOMENTS)
    if text == "count" and moment != "end":
        raise row.error(column, "count with the moment end only")
    if text == "-" and moment != "contact":
        raise row.error(column, "- with the moment contact only")
    if text in ("count", "-", "?"):
        return cast(Units, text)
    try:
        return row.whole_number(column)
    except SettingsError:
        raise row.error(column, ">= 1 | count | - | ?") from None


def _diagnoses(row: Row, column: str) -> tuple[str, ...]:
    return tuple(code for code in row[column].split() if code != ANY)


@frozen
class Agreement:
    """Everything about one declare-under code with one insurer from ``valid_from`` up to and including ``valid_until``.

    ``program`` and ``profile`` as in the tables, `ANY` for every one; ``f_code`` the code that is sent, at most 6
    characters, on the performance list ``list`` (COD367, 3 digits); ``diagnoses`` the codes it may go with, none = not
    checked; ``takes_others``: those are the natural ones, others go with a warning. ``tariff_list`` is the list its
    price stands in; ``amount`` whether that is the price of the line (``product``) or of each unit. What is never sent
    (units ``-``) has no f_code, list or tariff list.

    ``source`` is the section of the manual, ``rule`` the row: ``specs/zorg1/vgz.csv:12``. ``is_own``: it is of an
    overlay; ``replaces`` are the built-in rows that it takes the place of, each on the days they share.
    """

    insurer: RequiredCell
    code: Annotated[str, at_most(_CODE_LENGTH)]
    valid_from: FilledFromCell
    valid_until: FilledUntilCell
    program: RequiredCell
    profile: RequiredCell
    moment: Annotated[Moment, one_of(MOMENTS)]
    f_code: TextCell
    list: TextCell
    units: Annotated[Units, _units]
    amount: Annotated[Amount, one_of(AMOUNTS)]
    diagnoses: Annotated[tuple[str, ...], _diagnoses]
    tariff_list: TextCell
    source: SourceCell
    rule: PlaceCell
    replaces: tuple["Agreement", ...] = ()
    is_own: bool = False
    takes_others: Annotated[bool, lambda row, column: ANY in row[column].split()[1:], "diagnoses"] = False

    def covers(self, day: date) -> bool:
        return self.valid_from <= day <= self.valid_until

    @property
    def is_sent(self) -> bool:
        """Whether it gives a line at all."""
        return self.units != "-"

    @property
    def order(self) -> tuple[object, ...]:
        """By insurer and program, what goes with every program last; then by profile, in the order of care."""
        program = self.program == ANY, self.program.casefold()
        return self.insurer.casefold(), program, self.profile, MOMENTS.index(self.moment), self.code

    @property
    def is_unchecked(self) -> bool:
        """Whether it says of itself that it was copied only."""
        return self.source.casefold().startswith(UNCHECKED.casefold())


_AGREEMENT: Final = RowType(Agreement)


@frozen
class Known:
    """The codes of other tables that an agreement may name: performance lists (COD367) and diagnoses."""

    lists: frozenset[str]
    diagnoses: frozenset[str]

    @cached_property
    def in_order(self) -> Sequence[str]:
        """The performance lists, as they are told."""
        return sorted(self.lists)

    @cached_property
    def or_any(self) -> frozenset[str]:
        """The diagnoses, and what stands for every one."""
        return self.diagnoses | {ANY}

    @classmethod
    def of(cls, codes: Iterable[Code], diagnoses: Iterable[str]) -> Self:
        """What these tables hold. Besides DCSPH, 2019 had diagnosis codes of its own (Zorg1 §4.1.1)."""
        by_list: dict[str, set[str]] = {}
        for code in codes:
            by_list.setdefault(code.list, set()).add(code.code)
        return cls(
            lists=frozenset(by_list.get("COD367", ())),
            diagnoses=frozenset(diagnoses) | by_list.get("ZORG1-2019", set()),
        )


@frozen
class Agreements:
    """All agreements of a practice: the built-in ones, replaced by its overlays on the days these cover.

    ``twins`` gives a code its other form, of the same product on the other performance list (Zorg1 §4.6.1), both ways;
    ``contacts`` the form of a contact's code for a profile, where insurers know it so (§4.1.3); ``weeks`` how long
    after the start the code of an end is meant to be declared (§4.1.1); ``covers`` the insurance, AV or BV, that an
    indication (COD321) says it is for; ``closed`` the places of open rows of overlays that end because a later one
    follows.
    """

    _periods: Mapping[tuple[str, str], tuple[Agreement, ...]]
    twins: Mapping[str, str] = field(factory=dict)
    contacts: Mapping[tuple[str, str], str] = field(factory=dict)
    programs: Programs = field(factory=Programs)
    weeks: Mapping[str, int] = field(factory=dict)
    covers: Mapping[str, str] = field(factory=dict)
    closed: tuple[str, ...] = ()

    @classmethod
    def load(cls, overlays: Sequence[Path] = ()) -> Self:
        """The built-in tables under these overlays; without any they are read once. Raises SettingsError, with file
        and line, at the first error."""
        return cls._read(overlays) if overlays else cls._built_in()

    @classmethod
    @cache
    def _built_in(cls) -> Self:
        return cls._read(())

    @classmethod
    def _read(cls, overlays: Sequence[Path]) -> Self:
        known = Known.of(codelists.every_code().values(), codelists.diagnoses())
        closed: list[str] = []
        periods = read_agreements(overlays, known, closed=closed.append)
        codes = {code for _, code in periods}
        twins = read_twins(codes)
        rows = (row for found in periods.values() for row in found if row.program != ANY)
        products = {(row.program, diagnosis) for row in rows for diagnosis in row.diagnoses}
        return cls(
            periods=periods,
            twins={**twins, **{twin: code for code, twin in twins.items()}},
            contacts=read_contacts(codes),
            programs=Programs.of(read_parts(known.diagnoses), read_usual(known.diagnoses), products),
            weeks=read_weeks(codes),
            covers=read_covers(codelists.codes("COD321")),
            closed=tuple(closed),
        )

    def __iter__(self) -> Iterator[Agreement]:
        """Every agreement, by insurer, code and date."""
        for key in sorted(self._periods):
            yield from self._periods[key]

    def periods(self, insurer: str, code: str) -> tuple[Agreement, ...]:
        """The agreements about a code with an insurer, in order of date, none overlapping."""
        return self._periods.get((insurer, code), ())

    def find(self, insurer: str, code: str, day: date) -> Agreement | None:
        """The one agreement about a code with an insurer on a day, if there is one."""
        for agreement in self.periods(insurer, code):
            if agreement.covers(day):
                return agreement
        return None

    def end_of(self, insurer: str, program: str, profile: str, day: date) -> Agreement | None:
        """The agreement about the end of a trajectory with an insurer on a day, if there is one."""
        program = self.programs.whole(program)
        for (name, _), periods in self._periods.items():
            for a in periods if name == insurer else ():
                if (a.moment, a.program, a.profile) == ("end", program, profile) and a.covers(day):
                    return a
        return None

    def has_program(self, insurer: str, program: str, day: date) -> bool:
        """Whether there is any agreement about a whole program with an insurer on a day."""
        return any(
            a.program == program and a.covers(day)
            for (name, _), periods in self._periods.items()
            if name == insurer
            for a in periods
        )

    @cached_property
    def forms(self) -> Mapping[str, str]:
        """The other code of what an insurer may know under that one only: a twin; a contact's code for any profile."""
        return {form: code for (code, _), form in self.contacts.items()} | dict(self.twins)

    @cached_property
    def insurers(self) -> frozenset[str]:
        """Every insurer that has an agreement at any time."""
        return frozenset(insurer for insurer, _ in self._periods)

    @cached_property
    def codes(self) -> frozenset[str]:
        """Every code that has an agreement with any insurer at any time."""
        return frozenset(code for _, code in self._periods)

    @cached_property
    def codes_by_insurer(self) -> Mapping[str, frozenset[str]]:
        """The codes that each insurer has an agreement about at any time."""
        found: dict[str, set[str]] = {}
        for insurer, code in self._periods:
            found.setdefault(insurer, set()).add(code)
        return {insurer: frozenset(codes) for insurer, codes in found.items()}

    def insurers_of(self, code: str) -> tuple[str, ...]:
        """The insurers that ever have an agreement about this code, by name."""
        return tuple(sorted(insurer for insurer, other in self._periods if other == code))


def read_agreements(
    overlays: Sequence[Path],
    known: Known,
    specs: Path = SPECS,
    report: Report = refuse,
    closed: Callable[[str], None] = lambda place: None,
) -> Mapping[tuple[str, str], tuple[Agreement, ...]]:
    """The agreements by insurer and code. On the days an overlay covers, its row replaces the built-in one.

    Overlays are read as a spreadsheet saves them; an open row ends the day before a later one of the same product,
    which ``closed`` is told of. Errors go to ``report``: a value that the column doesn't take, a row without a source,
    two rows of the built-in tables or two of the overlays for one insurer and code on one day.
    """

    def parse(row: Row) -> Agreement:
        _check(row, known)
        return _AGREEMENT.parse(row)

    built_in_rows = [
        row
        for path in sorted((specs / "zorg1").glob("*.csv"))
        for row in parse_table(path, AGREEMENT_COLUMNS, parse, report)
    ]
    periods = _in_order(built_in_rows, report)
    if overlays:
        spell = _speller(AgreementNames.of(overlays), built_in_rows)
        sheets = [row for path in overlays for row in parse_rows(read_sheet(path, AGREEMENT_COLUMNS), spell, report)]
        rows, ended = close_open(sheets, lambda row: (row["insurer"], row["code"]))
        for row in ended:
            closed(row.short_place)
        labels = {label(path): name for name, path in own_labels(overlays).items()}
        for key, replacing in _in_order(parse_rows(rows, parse, report), report).items():
            built_in = periods.get(key, [])
            kept = [part for agreement in built_in for part in _outside(agreement, replacing)]
            periods[key] = sorted(
                [*kept, *(_in_place_of(built_in, agreement, labels) for agreement in replacing)], key=_start
            )
    return {key: tuple(agreements) for key, agreements in periods.items()}


def _speller(names: AgreementNames, built_in: Iterable[Agreement]) -> Callable[[Row], Row]:
    """Gives a row of an overlay our spelling of what has a name, and the zeros back that a spreadsheet drops."""
    rows = list(built_in)
    programs, profiles = (Spelling.of(map(attrgetter(name), rows)) for name in ("program", "profile"))

    def spell(row: Row) -> Row:
        performance_list = row["list"].zfill(3) if row["list"].isdigit() else row["list"]
        values = {
            "insurer": names.insurers.name(row["insurer"]),
            "tariff_list": names.lists.name(row["tariff_list"]),
            "program": programs.name(row["program"]),
            "code": row["code"].upper(),
            "f_code": row["f_code"].upper(),
            "profile": profiles.name(row["profile"]),
            "units": row["units"].lower(),
            "list": performance_list,
        }
        return evolve(row, values={**row.values, **values})

    return spell


def _check(row: Row, known: Known) -> None:
    """What is sent needs a code, a list and a price; what is not, has none. What it goes with must be a diagnosis."""
    if _units(row, "units") == "-":
        for column in ("f_code", "list", "tariff_list"):
            if row[column]:
                raise row.error(column, "empty with units -")
    else:
        at_most(_F_CODE_LENGTH)(row, "f_code")
        row.choice("list", known.in_order)
        row.required("tariff_list")
    known_diagnoses(known.or_any)(row)


def _in_order(agreements: Iterable[Agreement], report: Report) -> dict[tuple[str, str], list[Agreement]]:
    """The agreements by insurer and code, in order of date. Two that share a day are an error of the later one."""
    ordered: dict[tuple[str, str], list[Agreement]] = {}
    for agreement in sorted(agreements, key=_start):
        before = ordered.setdefault((agreement.insurer, agreement.code), [])
        if before and before[-1].valid_until >= agreement.valid_from:
            file, line = agreement.rule.rsplit(":", 1)
            report(SettingsError("TABLE_OVERLAP", file=file, line=int(line), other=before[-1].rule))
        else:
            before.append(agreement)
    return ordered


def _outside(agreement: Agreement, replacing: Iterable[Agreement]) -> list[Agreement]:
    """What is left of an agreement on the days that none of ``replacing``, in order of date, covers."""
    left = []
    start = agreement.valid_from
    for other in replacing:
        if other.valid_from > agreement.valid_until:
            break
        if other.valid_from > start:
            left.append(evolve(agreement, valid_from=start, valid_until=other.valid_from - _DAY))
        if other.valid_until >= agreement.valid_until:
            return left
        start = max(start, other.valid_until + _DAY)
    left.append(evolve(agreement, valid_from=start))
    return left


def _in_place_of(built_in: Iterable[Agreement], agreement: Agreement, labels: Mapping[str, str]) -> Agreement:
    """A row of an overlay, with the built-in rows it shares a day with, quoted as ``labels`` have it."""
    first, last = agreement.valid_from, agreement.valid_until
    replaces = tuple(b for b in built_in if b.valid_from <= last and first <= b.valid_until)
    file, _, line = agreement.rule.rpartition(":")
    return evolve(agreement, replaces=replaces, rule=f"{labels[file]}:{line}", is_own=True)


def _start(agreement: Agreement) -> date:
    return agreement.valid_from
