"""``status --on``: how things stood on a day, as far as that is remembered."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import Any, Final

from attrs import frozen

from ...base.problems import Language
from ...base.words import words
from ...judging.rules import Rules
from ...ledger import Ledger
from ...ledger.figures import KnownDeclaration, known_declarations
from ...output.paper import Paint, plain, wrapped
from ...settings import Settings
from ..belonging import refuse_strangers, refuse_unknown_runs
from ..figures.figures import Figures, figures
from ..figures.tables import document as figures_document
from ..figures.text import text_lines as figures_lines
from .document import insurers

#: What `status` tells besides, and is remembered as it is now only.
LEFT_OUT: Final = (
    "last_run", "last_good_run", "next_run", "wishes", "to_send", "tasks", "things", "held", "open_trajectories",
    "deadlines", "refused", "refused_credits", "nothing_stands", "changed", "endings", "closed", "tests", "runs",
)  # fmt: skip


@frozen
class Then:
    """How things stood on the day of the ``figures``: the ``declarations`` with their money as it was known."""

    declarations: tuple[KnownDeclaration, ...]
    figures: Figures


def status_on(settings: Settings, on: date) -> Then:
    """How things stood on a day. Raises SettingsError, BusyError or WriteError (a damaged ledger)."""
    rules = Rules.load(settings, on)
    with closing(Ledger.look(settings.ledger.path)) as ledger:
        refuse_strangers(ledger, settings)
        refuse_unknown_runs(ledger, settings)
        return Then(tuple(known_declarations(ledger, on)), figures(ledger, rules, on))


def document_on(then: Then, today: date) -> dict[str, Any]:
    """The document of ``--json``: sums, declarations and figures under the names that they have in that of `status`;
    ``left_out`` names what that has besides."""
    return {
        "today": today.isoformat(),
        "on": then.figures.on.isoformat(),
        "totals": dict(then.figures.sums),
        "insurers": insurers(then.figures.by_uzovi),
        "declarations": map(_declaration, then.declarations),
        "figures": figures_document(then.figures),
        "left_out": list(LEFT_OUT),
    }


def _declaration(known: KnownDeclaration) -> dict[str, Any]:
    return {
        "today": known.declared_on,
        "uzovi": known.uzovi,
        "insurer": known.insurer,
        "invoice": known.invoice,
        "lines": known.lines,
        "amount_cents": known.declared_cents - known.credited_cents,
        "granted_cents": known.granted_cents if known.read_on is not None else None,
        "sent_on": known.sent_on,
        "answered": known.read_on,
    }


def text_on(then: Then, today: date, language: Language, paint: Paint = plain) -> Iterator[str]:
    """How things stood, in words; of a day that is still to come what is known ``today``."""
    say, day = words("status", language), then.figures.on
    yield paint(say("head_on" if day <= today else "head_to_come", day=day, today=today), "title")
    yield ""
    yield from figures_lines(then.figures, language, paint)
    yield from wrapped(say["left_out"])
