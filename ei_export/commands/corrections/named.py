"""What people name, on a command line or by ticking it on a page, and what becomes of each."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, TypeAlias, TypeVar

from attrs import field, frozen

from ...base.delivery import writing
from ...base.problems import Finding, SettingsError
from ...declaring.numbers import has_form, is_of_a_test
from ...ledger import Ledger
from ...ledger import corrections as queue
from ...ledger.corrections import Asking
from ...ledger.line import last_debit
from ...ledger.matters import closed_appointments
from ...ledger.own_files import holds_invoice
from ...ledger.patients import appointment_owner, waiting_appointments
from ...settings import Settings
from ..belonging import refuse_unknown_runs

T = TypeVar("T")


@frozen
class Done(Generic[T]):
    """What was done with what was named, and what could not be: references, where they stood in the command, each with
    why. One that nothing has is only repeated if it looks like one: anything may be typed."""

    items: list[T] = field(factory=list)
    refused: list[tuple[str, int, Finding]] = field(factory=list)


#: What is done with a name: of each line or appointment it is of what that comes to, or why it can't be; None for what
#: nothing has.
Doing: TypeAlias = Callable[[Ledger, str], Sequence[T | Finding] | None]


@contextmanager
def own_ledger(settings: Settings) -> Iterator[Ledger]:
    """The ledger, kept from everyone else; what is not committed is undone. Raises SettingsError where there is none
    yet, or runs were published that it doesn't know; BusyError, WriteError."""
    path = settings.ledger.path
    if not path.exists() and not path.is_symlink():
        raise SettingsError("LEDGER_MISSING", path=str(path))
    with writing(path):
        ledger = Ledger.open(path)
        try:
            refuse_unknown_runs(ledger, settings)
            yield ledger
        finally:
            ledger.close()


def each_named(ledger: Ledger, names: Iterable[str], do: Doing[T], unknown: Callable[[str, int], Finding]) -> Done[T]:
    """Does it with each of these, once: what can be done is done, what can't is told of. ``unknown``: what is told of
    a name that nothing has, with where it stands."""
    done: Done[T] = Done()
    seen = set[T]()  # of an invoice there may be thousands
    positions: dict[str, int] = {}
    for position, typed in enumerate(names, 1):
        positions.setdefault(typed.strip(), position)
    for name, position in positions.items():
        found = do(ledger, name)
        if found is None and is_of_a_test(name):
            found = [Finding("TEST_NUMBER", "", {"number": name})]
        if found is None:
            shown = name if has_form(name) or appointment_owner(ledger, name) is not None else "-"
            done.refused.append((shown, position, unknown(shown, position)))
            continue
        for each in found:
            if isinstance(each, Finding):
                done.refused.append((name, position, each))
            elif each not in seen:
                seen.add(each)
                done.items.append(each)
    return done


def meant(ledger: Ledger, named: str, *, stands: bool = False) -> Asking | Finding | None:
    """The line that somebody names, unless it is closed; see `line_named`."""
    asking = line_named(ledger, named, stands=stands)
    if isinstance(asking, Asking) and asking.debit.closed_as:
        params = {"reference": asking.debit.reference, "closed_as": asking.debit.closed_as}
        return Finding("LINE_CLOSED", "", params)
    if asking is None and named in closed_appointments(ledger):
        return Finding("APPOINTMENT_IS_CLOSED", "", {"item": named})
    if asking is None and waiting_appointments(ledger, named):
        return Finding("APPOINTMENT_NOT_DECLARED", "", {"appointment": named})
    return asking


def line_named(ledger: Ledger, named: str, *, stands: bool = False) -> Asking | Finding | None:
    """The line that somebody names: by its reference, in capitals or not, or by the id of its appointment; of that the
    last debit, or the one that ``stands``. None for what nothing has."""
    for reference in (named, named.upper()):
        if (line := queue.asking(ledger, reference)) is not None:
            return line
    standing = queue.standing_debits(ledger, named) if stands else []
    if len(standing) > 1:
        return Finding("REFERENCE_AMBIGUOUS", "", {"appointment": named, "references": ", ".join(standing)})
    last = next(iter(standing), last_debit(ledger, named))
    if last is not None:
        return queue.asking(ledger, last)
    return Finding("REFERENCE_OF_INVOICE", "", {"reference": named}) if holds_invoice(ledger, named) else None
