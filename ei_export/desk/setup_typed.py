"""What is typed in the forms of Inrichting."""

from datetime import date
from typing import Final, TypeAlias

from werkzeug.datastructures import MultiDict

from ..base.problems import SettingsError
from ..base.tables import sheet_day

#: The fields of a form by their names, each with all its values.
Fields: TypeAlias = MultiDict[str, str]
#: How a day is typed.
DAY_FORM: Final = "YYYY-MM-DD | DD-MM-YYYY"


class NothingAskedError(Exception):
    """A form in which nothing was chosen. ``key``: of the words that say so."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def day_of(form: Fields, name: str) -> date | None:
    """A day that was typed; None for nothing. Raises SettingsError for what is none."""
    text = form.get(name, "").strip()
    day = sheet_day(text) if text else None
    if text and day is None:
        raise SettingsError("FORM_VALUE", found=text, expected=DAY_FORM)
    return day
