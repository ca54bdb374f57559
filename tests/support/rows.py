"""Appointments made by hand, where no feed is read."""

from datetime import date

from ei_export.model.appointment import Appointment, Common, Outcome, Past


def row_of(
    ident: str,
    day: date | None,
    code: str = "",
    number: str = "",
    *,
    uzovi: str = "7095",
    diagnosis: str = "3426",
    past: Past | None = None,
    settled_as: Outcome | None = None,
) -> Appointment:
    """A completed appointment of patient P1, in row 2 of a feed that has no other columns."""
    common = Common(completed=True, unclear=False, code=code, declare_under="", uzovi=uzovi)
    return Appointment(ident, 2, day, number, "P1", diagnosis, common, ("",), {"bsn": 0}, (), past or Past(settled_as))
