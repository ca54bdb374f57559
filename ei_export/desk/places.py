"""Where something stands as a clerk knows it: not by a file, but by the page that shows it, or by what it is called."""

import re
from collections.abc import Mapping
from typing import Final

from ..base.problems import Language
from ..base.specs import label
from ..base.words import words
from ..commands.setup.fields import fields
from ..settings import Settings

#: Behind the name of the settings: a section of them, which one where there are more, and what of it.
_SECTION: Final = re.compile(r"\[+([a-z0-9_.]+)\]+(?: ([0-9]+))?.*")
#: A file of the tables that the program comes with.
_LIST: Final = re.compile(r"specs/codelists/([a-z0-9-]+)\.csv")


def said(place: str, settings: Settings, language: Language) -> str:
    """A place as steps of stories name it, as a clerk knows it; one that is no file as it is: a section of the manual,
    the code of a problem."""
    w, row = words("desk-explain", language), words("tables", language)
    file, _, line = place.rpartition(":")
    if not line.isdecimal():
        file, line = place, ""
    if file.startswith(settings.path.name) and (found := _SECTION.fullmatch(file[len(settings.path.name) :].strip())):
        file, line = _page(_section(found[1]), language), found[2] or ""
    elif (found := _LIST.fullmatch(file)) and f"stands.{found[1]}" in w:
        file = w(f"stands.{found[1]}")
    elif (named := _files(settings, language).get(file)) is not None:
        file = named
    else:
        return w("stands.rule", rule=place)  # a table of rules is called so wherever it is named
    return row("row", table=file, line=line) if line else file


def _files(settings: Settings, language: Language) -> Mapping[str, str]:
    """What the files of the practice are called, by their names."""
    w = words("desk-explain", language)
    own = {label(path): _page("agreements", language) for path in settings.overlays}
    if settings.tariffs_path is not None:
        own[settings.tariffs_path.name] = _page("tariffs", language)
    return {
        **own,
        settings.path.name: _page("", language),
        settings.ledger.path.name: w("stands.ledger"),
        settings.input.name: w("stands.feed"),
    }


def _section(key: str) -> str:
    """Where at Inrichting a section of the settings is changed, '' where that is in several places."""
    known = (field.section for name, field in fields().items() if name == key or name.startswith(f"{key}."))
    found = {*filter(None, known)}
    return found.pop() if len(found) == 1 else ""


def _page(section: str, language: Language) -> str:
    """A section of Inrichting, as remedies name it."""
    page = words("desk", language)("nav.setup")
    return f"{page}, {words('desk-setup', language)(f'title.{section}')}" if section else page
