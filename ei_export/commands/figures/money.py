"""Where the money is, and how old what is open has become: declarations added up."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date
from typing import Final, TypeVar

from attrs import frozen

from ...ledger.figures import KnownDeclaration

K = TypeVar("K", bound=Hashable)

#: declared - credited = granted + refused + written off + patient + open; see `KnownDeclaration`.
AMOUNTS: Final = (
    "declared_cents", "credited_cents", "granted_cents", "refused_cents", "written_off_cents", "patient_cents",
    "open_cents",
)  # fmt: skip
#: The ages of what is open, by what their columns are called: through how many days since it was declared; the last one
#: has no end.
AGES: Final[Mapping[str, int | None]] = {
    "days_0_30": 30, "days_31_60": 60, "days_61_90": 90, "days_91_120": 120, "days_from_121": None,
}  # fmt: skip


def sums(declarations: Iterable[KnownDeclaration]) -> dict[str, int]:
    """Their amounts together."""
    totals = dict.fromkeys(AMOUNTS, 0)
    for declaration in declarations:
        for name in AMOUNTS:
            totals[name] += getattr(declaration, name)
    return totals


def together(
    declarations: Iterable[KnownDeclaration], key: Callable[[KnownDeclaration], K]
) -> Mapping[K, Sequence[KnownDeclaration]]:
    """The declarations that have a key in common, in the order of the keys."""
    found: dict[K, list[KnownDeclaration]] = {}
    for declaration in declarations:
        found.setdefault(key(declaration), []).append(declaration)
    return {each: found[each] for each in sorted(found)}  # type: ignore[type-var]


def sums_by_uzovi(declarations: Iterable[KnownDeclaration]) -> Mapping[tuple[str, str], Mapping[str, int]]:
    """Their amounts by insurer and UZOVI number, in the order of that number."""
    by_number = together(declarations, lambda declaration: (declaration.uzovi, declaration.insurer))
    return {(insurer, uzovi): sums(same) for (uzovi, insurer), same in by_number.items()}


@frozen
class Open:
    """What is open of an insurer, or of all (''), for each of the `AGES`: lines, and cents."""

    insurer: str
    lines: Sequence[int]
    cents: Sequence[int]


def open_by_age(declarations: Iterable[KnownDeclaration], on: date) -> Sequence[Open]:
    """What there was no answer to on a day, by how long ago it was declared: of all, and by insurer."""
    waiting = [declaration for declaration in declarations if declaration.read_on is None]
    return [_aged(insurer, same, on) for insurer, same in _of_all_and_each(waiting)]


def _of_all_and_each(
    declarations: Sequence[KnownDeclaration],
) -> Iterable[tuple[str, Sequence[KnownDeclaration]]]:
    yield "", declarations
    yield from together(declarations, lambda declaration: declaration.insurer).items()


def _aged(insurer: str, declarations: Iterable[KnownDeclaration], on: date) -> Open:
    lines, cents = [0] * len(AGES), [0] * len(AGES)
    for declaration in declarations:
        age = (on - date.fromisoformat(declaration.declared_on)).days
        place = next(place for place, last in enumerate(AGES.values()) if last is None or age <= last)
        lines[place] += declaration.lines
        cents[place] += declaration.open_cents
    return Open(insurer, lines, cents)
