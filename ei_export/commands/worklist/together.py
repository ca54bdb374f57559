"""What waits for one cause, as one task."""

from collections.abc import Iterable, Mapping, Set
from typing import Any, Final

from ...base.problems import Finding
from ...base.wording import SPAN, iso_day
from .task import Basis, Task

#: What stands in the place of what differs among the things of a cause.
_BLANK: Final = "…"
#: What these may share.
_SHARED: Final = ("patient_id", "date", "insurer", "trajectory", "invoice", "return_codes", "remark")


def together(key: str, things: Iterable[Task]) -> Task:
    """Things of one cause as one task, which is called ``key``; one that nothing else waits with, as it is. The first
    says what kind of task it is, and what is wrong; what the others don't share with it is left open."""
    first: Task | None = None
    for thing in things:
        if first is None:
            first, soonest, is_alone = thing, thing, True
            count, cents, bases, ways = thing.count, thing.amount_cents or 0, {thing.basis}, [*thing.ways]
            shared, params = _shared(thing), {**thing.found[0].params}
            days = _Days(params)
            continue
        is_alone = False
        soonest = min(soonest, thing, key=_urgency)
        count, cents = count + thing.count, cents + (thing.amount_cents or 0)
        bases.add(thing.basis)
        ways = [way for way in ways if way in thing.ways]
        shared = _both(shared, _shared(thing))
        if thing.code == first.code:
            params = _both(params, thing.found[0].params)
            days.add(thing.found[0].params)
    assert first is not None
    if is_alone:
        return first
    said = first.found[0]
    basis = _basis(bases)
    return Task(
        kind=first.kind,
        key=key,
        found=[Finding(said.code, said.column, {**dict.fromkeys(said.params, _BLANK), **days.spans(), **params})],
        amount_cents=cents if basis in ("exact", "estimate") else None,
        basis=basis,
        deadline=soonest.deadline,
        days_left=soonest.days_left,
        first_deadline=soonest.first_deadline,
        ways=ways,
        waits_for=first.waits_for,
        count=count,
        **shared,
    )


class _Days:
    """The first and the last day that things say by a parameter."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        days = {name: value for name, value in params.items() if isinstance(value, str) and iso_day(value)}
        self._first, self._last = {**days}, {**days}

    def add(self, params: Mapping[str, Any]) -> None:
        for name in [*self._first]:
            day = params.get(name)
            if isinstance(day, str) and iso_day(day):
                self._first[name], self._last[name] = min(self._first[name], day), max(self._last[name], day)
            else:  # what an earlier version kept may say something else: then there is no span to tell
                del self._first[name]

    def spans(self) -> Mapping[str, str]:
        """As a text has them."""
        return {name: f"{first}{SPAN}{self._last[name]}" for name, first in self._first.items()}


def _shared(thing: Task) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in _SHARED}


def _both(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """What both say."""
    return {name: value for name, value in one.items() if other.get(name) == value}


def _urgency(thing: Task) -> tuple[int, int]:
    """What can still be saved comes first, the soonest before the others, then what was missed last."""
    days = thing.days_left
    return (1, 0) if days is None else (0, days) if days >= 0 else (2, -days)


def _basis(bases: Set[Basis]) -> Basis:
    """How sure a sum is; one of which a part isn't known is an estimate."""
    if not bases & {"exact", "estimate"}:
        return "unknown" if "unknown" in bases else "none"
    return "exact" if bases <= {"exact", "none"} else "estimate"
