"""Pages for people: one file each, that loads nothing and asks no network for anything.

What pages have in common is in ``page/`` of this room, so that all of them look and work alike: their style, search and
filter, and the list of what asks for attention. A command has its templates in a ``page/`` of its own.
"""

import base64
import hashlib
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from .. import __version__
from ..base.problems import Language
from ..base.wording import day_text, euros, number, percentage, printable
from ..base.words import Words, words
from .cells import safe

if TYPE_CHECKING:
    from jinja2 import Environment, Template
    from markupsafe import Markup

#: Pieces of a page that are written at a time.
PIECES: Final = 1_000


def page_template(package: str, name: str, language: Language, **known: Words) -> "Template":
    """The template of that name in the ``page/`` of a package, or of this room. ``known``: the words it has, by what it
    calls them."""
    environment = page_environment(language, package)
    style, script = _part("page.css"), _part("page.js")
    environment.globals |= {
        **known,
        "style": style,
        "script": script,
        # Nothing may be loaded or run but what stands in the page, as it stands there.
        "policy": f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'",
    }
    return environment.get_template(name)


def page_environment(language: Language, package: str, folder: str = "page") -> "Environment":
    """How templates are filled in that are in a folder of a package, or in the ``page/`` of this room: every value is
    escaped; a word or a value that is missing is an error."""
    import jinja2  # takes as long to load as most commands take
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.PackageLoader(package, folder), jinja2.PackageLoader(__package__, "page")]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=lambda value: printable(value) if type(value) is str else value,
    )
    environment.globals |= {"page_words": words("page", language), "language": language, "version": __version__}
    environment.filters |= {
        "zip": zip,
        "euros": lambda cents: f"€\u00a0{euros(int(cents), language)}",
        "number": lambda count: number(count, language),
        "percent": lambda tenths: percentage(tenths, language).replace(" ", "\u00a0"),
        # For who pastes a table in a spreadsheet.
        "cell": safe,
        # File names may be long; a line can break behind an underscore.
        "breakable": lambda name: Markup("_<wbr>").join(name.split("_")),
        "day": lambda day: day_text(day, language),
        "date": lambda day: _time(day, language),
    }
    return environment


def _part(name: str) -> "Markup":
    """A piece of a page that is put in as it is."""
    from markupsafe import Markup

    return Markup(resources.files(__package__).joinpath("page", name).read_text(encoding="utf-8"))


def _hash(text: str) -> str:
    """How a Content-Security-Policy names a piece of a page."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@lru_cache(maxsize=4096)
def _time(day: date | str, language: Language) -> "Markup":
    """A date (or its text, YYYY-MM-DD) as people write it, for programs as it is."""
    from markupsafe import Markup

    return Markup('<time datetime="{}">{}</time>').format(day, day_text(date.fromisoformat(str(day)), language))
