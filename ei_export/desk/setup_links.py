"""The sections of Inrichting, and links to them: what a remedy calls "Inrichting, Tarieven" leads there."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from flask import url_for
from markupsafe import Markup, escape

from ..base.problems import Language
from ..base.words import words

#: The sections, by the end of their address.
SECTIONS: Final[Mapping[str, str]] = {
    "kolommen": "columns",
    "statuswoorden": "statuses",
    "codes": "codes",
    "verzekeraars": "insurers",
    "tarieven": "tariffs",
    "overeenkomsten": "agreements",
    "metingen": "measurements",
    "zorg1": "zorg1",
    "praktijk": "practice",
    "wijzigingen": "changes",
}


def linked(text: str, language: Language) -> Markup:
    """A text in which each section that it names, behind the name of the page, is a link to it."""
    places, pattern = _places(language)

    def link(found: re.Match[str]) -> str:
        return Markup('<a href="{}">{}</a>').format(url_for("setup.section", name=places[found[1]]), Markup(found[0]))

    return Markup(pattern.sub(link, str(escape(text))))


@cache
def _places(language: Language) -> tuple[Mapping[str, str], re.Pattern[str]]:
    """The sections by what they are called, also in short, and a text that names one."""
    w, page = words("desk-setup", language), words("desk", language)("nav.setup")
    titles = {w(f"title.{name}"): end for end, name in SECTIONS.items()}
    places = {title.split()[0]: end for title, end in titles.items()} | titles
    longest_first = sorted(places, key=len, reverse=True)
    return places, re.compile(rf"{re.escape(page)}, ({'|'.join(map(re.escape, longest_first))})\b")
