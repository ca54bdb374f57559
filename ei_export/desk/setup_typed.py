"""What is typed in the forms of Inrichting."""

from datetime import date
from typing import Final, TypeAlias

from werkzeug.datastructures import MultiDict

from ..base.problems import SettingsError
from ..base.tables import sheet_day
from ..base.words import words
from .showing import desk

#: The fields of a form by their names, each with all its values.
Fields: TypeAlias = MultiDict[str, str]
#: How a day is typed.
DAY_FORM: Final = "YYYY-MM-DD | DD-MM-YYYY"


class NothingAskedError(Exception):
    """A form in which nothing was chosen. ``key``: of the words that say so."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def called(label: str, of: str = "") -> str:
    """What a field is called on the page, by the key of its label; ``of``: the row that it stands in."""
    return f"{words('desk-setup', desk().language)(label)} {of}".rstrip()


def day_of(form: Fields, name: str, label: str, of: str = "") -> date | None:
    """A day that was typed in a field that is `called` so; None for nothing. Raises SettingsError for what is none."""
    text = form.get(name, "").strip()
    day = sheet_day(text) if text else None
    if text and day is None:
        raise SettingsError("FORM_VALUE", key=called(label, of), found=text, expected=DAY_FORM)
    return day
