"""Cijfers: figures to steer by, as they were known on a day, of all insurers or of one."""

from datetime import date
from typing import NamedTuple

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from ..base.wording import iso_day
from ..base.words import words
from ..commands.figures import figures as of_practice
from ..commands.figures.files import csv_file, workbook
from ..commands.figures.panels import facts, panels
from ..commands.figures.tables import TABLES
from ..output.charts import BAR_HEIGHT
from .showing import as_download, desk, one_of, show

PAGE = Blueprint("figures", __name__, url_prefix="/cijfers")


class Asked(NamedTuple):
    """The figures that are asked for: of a ``day``, and of an ``insurer`` or, with '', of all. ``is_other``: the day
    that was asked for is none, or has not been yet; ``day`` is today then."""

    day: date
    insurer: str
    is_other: bool

    def book(self) -> str:
        """Where the workbook of these figures is."""
        return url_for("figures.book", dag=self.day.isoformat(), verzekeraar=self.insurer or None)

    def table(self, key: str) -> str:
        """Where one of their tables is as CSV."""
        return url_for("figures.table", name=key, dag=self.day.isoformat(), verzekeraar=self.insurer or None)


def asked() -> Asked:
    """What the address of the page asks for."""
    text, today = request.args.get("dag", ""), desk().day
    day = iso_day(text)
    is_other = bool(text) and (day is None or day > today)
    return Asked(today if day is None or is_other else day, request.args.get("verzekeraar", ""), is_other)


def known(what: Asked) -> of_practice.Figures:
    """The figures, worked out once as long as nothing changes."""

    def make() -> of_practice.Figures:
        with desk().ledger() as ledger:
            return of_practice.figures(ledger, desk().rules(), what.day, what.insurer)

    return desk().kept(("figures", what.day, what.insurer), make)


@PAGE.get("")
def page() -> ResponseReturnValue:
    what = asked()
    found, language = known(what), desk().language
    return show(
        "figures.html",
        words("desk-figures", language),
        asked=what,
        today=desk().day,
        insurers=found.insurers,
        facts=facts(found, language),
        panels=[*panels(found, language)],
        bar_height=BAR_HEIGHT,
    )


@PAGE.get("/cijfers.xlsx")
def book() -> ResponseReturnValue:
    what = asked()
    return as_download(workbook(known(what), desk().language), f"cijfers-{what.day}.xlsx")


@PAGE.get("/<name>.csv")
def table(name: str) -> ResponseReturnValue:
    key, what = one_of(name, (table.key for table in TABLES)), asked()
    return as_download(csv_file(known(what), key, desk().language), f"cijfers-{key}-{what.day}.csv", "text/csv")
