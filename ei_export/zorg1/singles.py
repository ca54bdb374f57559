"""Products that a trajectory has once, on a day of their own: the baseline and the profile of TKP and THP (§4.5)."""

from collections.abc import Iterable, Mapping
from typing import Final

from .resolution import Verdict
from .visit import Visit, may_share

#: The moments of such products.
SINGLES: Final = frozenset({"baseline", "profile"})


def rivals(visits: Iterable[Visit]) -> Mapping[str, Visit]:
    """By the id of each such product that can't be declared, the one that is in its place already: the one that stands;
    else the first of them, but for one whose line was refused. ``visits`` in the order they are judged in."""
    singles = [visit for visit in visits if visit.resolution.moment in SINGLES and _takes_a_place(visit)]
    found: dict[str, Visit] = {}
    taken: list[Visit] = []
    for visit in sorted(singles, key=lambda visit: (not visit.stands, visit.appointment.past.refused)):
        rival = next((other for other in taken if _excludes(visit, other)), None)
        if rival is None or visit.stands:
            taken.append(visit)
        else:
            found[visit.appointment.id] = rival
    return found


def _takes_a_place(visit: Visit) -> bool:
    """Whether a product was declared, or may be."""
    resolution = visit.resolution
    is_due = resolution.agreement is not None and resolution.verdict is not Verdict.NO_AGREEMENT
    return visit.stands or (is_due and not visit.is_declared)


def _excludes(visit: Visit, other: Visit) -> bool:
    """Whether two products can't both be of one trajectory, and nothing says that they are of two: another knee or hip
    has another trajectory number."""
    return (
        (visit.resolution.insurer, visit.program, visit.resolution.moment)
        == (other.resolution.insurer, other.program, other.resolution.moment)
        and may_share(visit.appointment.number, other.appointment.number)
        and not _is_other_cover(visit.resolution.profile, other.resolution.profile)
    )


def _is_other_cover(profile: str, other: str) -> bool:
    """Whether these are the AV and the BV of one profile ("2 AV" and "2 BV", §4.5.3)."""
    (one, _, cover), (two, _, other_cover) = profile.partition(" "), other.partition(" ")
    return one == two and bool(cover) and bool(other_cover) and cover != other_cover
