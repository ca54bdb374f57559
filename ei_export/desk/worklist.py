"""Werklijst: everything that is open, the most urgent first, found by what one types or chooses.

What can be done about what is chosen is a page of its own (`actions`), which says first what it will do.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import cached_property, partial
from io import BytesIO
from itertools import repeat
from typing import Any, Final, get_args

from attrs import evolve, frozen
from flask import Blueprint, Response, abort, request

from ..base.problems import Language
from ..base.words import words
from ..commands.worklist.sheets import NAME, sending_rows, write_sheets
from ..commands.worklist.task import Task, unpack
from ..commands.worklist.worklist import Count, PackedTask, WorkList, worklist
from ..ledger.worklist import things_at_most
from ..model.tasks import TaskName, Way
from ..output.causes import title
from .desk import Desk
from .showing import Paged, as_download, desk, paged, show

PAGE = Blueprint("worklist", __name__, url_prefix="/werklijst")

#: Rows of a page: a task has some lines of text.
_ROWS: Final = 50
#: So many open things take longer to go through than a page may.
_MANY: Final = 2_000
#: What a form of filters asks by.
_SEARCH, _KIND, _INSURER = "zoek", "wat", "verzekeraar"
#: How a workbook is told what it is.
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@frozen(slots=False)  # what is worked out of it is kept
class Tasks:
    """The work list as it is kept from page to page, packed, as there may be tens of thousands: ``all`` the tasks,
    ``things`` of each cause, by its key, and how many there are of each kind (``counts``)."""

    all: Sequence[PackedTask]
    things: Mapping[str, Sequence[str]]
    counts: Mapping[TaskName, Count]
    _language: Language

    @classmethod
    def made(cls, found: WorkList, language: Language) -> "Tasks":
        """Of a work list, that isn't needed any more then."""
        tasks: list[PackedTask] = []
        things: dict[str, list[str]] = {}
        for each in found.packed():
            if isinstance(each, PackedTask):
                tasks.append(each)
            else:
                things.setdefault(tasks[-1].key, []).append(each)
        return cls(tasks, things, found.counts, language)

    def named(self, name: str) -> Sequence[str]:
        """What somebody chose: a task that many wait for by its key, then each of these; or one thing, by itself."""
        things = map(unpack, self.things.get(name, ()))
        return [thing.name for thing in things] or [name]

    def having(self, search: str, kind: str, insurer: str) -> Sequence[PackedTask]:
        """The tasks of a kind and an insurer, '' for any, in which every word that is searched for stands."""
        wanted = search.casefold().split()
        texts = self._texts if wanted else repeat("", len(self.all))
        return [
            task
            for task, text in zip(self.all, texts, strict=True)
            if kind in ("", task.kind) and insurer in ("", task.insurer) and all(word in text for word in wanted)
        ]

    @property
    def insurers(self) -> Sequence[str]:
        """Those that there are tasks of, by name."""
        return sorted({task.insurer for task in self.all} - {""})

    def prepare_search(self) -> None:
        """Has it searched as quickly the first time."""
        self._texts  # noqa: B018 - it is kept

    @cached_property
    def _texts(self) -> Sequence[str]:
        """What each task is searched in."""
        return [self._text(map(unpack, (task.packed, *self.things.get(task.key, ())))) for task in self.all]

    def _text(self, same: Iterable[Task]) -> str:
        language = self._language
        said = {
            text
            for each in same
            for text in (
                *(each.patient_id, each.appointment_id, each.trajectory, each.reference, each.invoice, each.insurer),
                *(*each.return_codes, each.remark, each.title(language), title(each.code, language)),
            )
        }
        return "\n".join(said).casefold()


def tasks(of: Desk) -> Tasks:
    """The work list of today, kept for as long as nothing changes in what it is made of."""
    return of.kept(NAME, partial(_made, of))


def named(of: Desk, chosen: Iterable[str]) -> Iterator[str]:
    """What somebody chose: one thing by itself; of a task that many wait for, by its key, each of these. Only such keys
    have a colon, and only for them the list is made."""
    for name in chosen:
        yield from tasks(of).named(name) if ":" in name else (name,)


def _made(of: Desk) -> Tasks:
    with of.ledger() as ledger, closing(worklist(of.settings(), ledger, of.rules())) as found:
        made = Tasks.made(found, of.language)
    if len(made.all) > _MANY:
        made.prepare_search()
    return made


def _so_far() -> Tasks | None:
    """The work list of today; None where that takes longer than a page may and isn't known yet: it is then made beside
    the pages."""
    here = desk()
    with here.ledger() as ledger:
        is_long = things_at_most(ledger) > _MANY
    return here.kept_ahead(NAME, partial(_made, here)) if is_long else tasks(here)


def count() -> int:
    """How many tasks there are, for the navigation; 0 where that isn't known yet."""
    found = _so_far()
    return len(found.all) if found is not None else 0


def _is_being_made() -> Response:
    """In the place of a page of the list, which is asked for again by itself."""
    return show("worklist_made.html", words("desk-worklist", desk().language))


@PAGE.get("")
def page() -> Response:
    """The list, or what of it is searched for."""
    found, args = _so_far(), request.args
    if found is None:
        return _is_being_made()
    chosen = {name: args.get(name, "").strip() for name in (_SEARCH, _KIND, _INSURER)}
    shown = paged(found.having(*chosen.values()), _ROWS)
    return _show(
        "worklist.html",
        [unpack(task.packed) for task in shown.rows],
        shown,
        counts=found.counts,
        head=Count.of_all(found.counts.values()).told(words("worklist", desk().language), "head"),
        insurers=found.insurers,
        chosen=chosen,
        count=len(found.all),
    )


@PAGE.get("/oorzaak")
def cause() -> Response:
    """What waits for one cause."""
    key, found = request.args.get("naam", ""), _so_far()
    if found is None:
        return _is_being_made()
    if key not in found.things:
        abort(404)
    head = next(unpack(task.packed) for task in found.all if task.key == key)
    shown = paged(found.things[key], _ROWS)
    return _show("cause.html", [*map(unpack, shown.rows)], shown, head=head)


@PAGE.get(f"/{NAME}.xlsx")
def workbook() -> Response:
    """The list as a workbook."""
    return as_download(_sheets()[1], f"{NAME}.xlsx", _XLSX)


@PAGE.get(f"/{NAME}.csv")
def table() -> Response:
    """The list as CSV."""
    return as_download(_sheets()[0], f"{NAME}.csv", "text/csv; charset=utf-8")


def _sheets() -> tuple[bytes, bytes]:
    csv, xlsx = BytesIO(), BytesIO()
    here = desk()
    with here.ledger() as ledger, closing(worklist(here.settings(), ledger, here.rules())) as found:
        write_sheets(found, sending_rows(ledger, here.language), here.language, csv, xlsx)
    return csv.getvalue(), xlsx.getvalue()


def _show(template: str, rows: Sequence[Task], shown: Paged[Any], **values: Any) -> Response:
    """A page of tasks, with the ways there are about any of them, in one order."""
    language = desk().language
    known = {way for task in rows for way in task.ways}
    return show(
        template,
        words("desk-worklist", language),
        kind_words=words("worklist", language),
        ways=[way for way in get_args(Way) if way in known],
        most_at_once=_ROWS,
        tasks=evolve(shown, rows=rows),
        **values,
    )
