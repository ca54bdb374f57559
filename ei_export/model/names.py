"""What insurers and price lists are called: whatever a practice writes, one name for each.

The names themselves are those in the agreements, of ``specs/zorg1/`` and of the practice's overlays; other names that
insurers go by are in ``specs/codelists/insurers.csv``. Case, accents and the number of spaces don't matter.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, Self

from attrs import frozen

from ..base.problems import SettingsError
from ..base.specs import SPECS
from ..base.tables import Row, parse_rows, parse_table, read_sheet
from .codelists import insurer_names, uzovi_numbers

#: The columns of the agreements, ours and a practice's.
AGREEMENT_COLUMNS: Final = (
    "insurer", "code", "from", "until", "program", "profile", "moment",
    "f_code", "list", "units", "amount", "diagnoses", "tariff_list", "source",
)  # fmt: skip


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """A name without case, accents and superfluous spaces: names that are the same so, are the same."""
    apart = unicodedata.normalize("NFKD", text)
    return " ".join("".join(filter(lambda sign: not unicodedata.combining(sign), apart)).casefold().split())


@frozen
class Spelling:
    """The names of one kind of thing: each folded spelling with the name it stands for."""

    _by_spelling: Mapping[str, str]

    @classmethod
    def of(cls, names: Iterable[str], others: Mapping[str, str] | None = None) -> Self:
        """``names`` as they are written, the first one where two are the same; ``others`` are other names, that beat
        these."""
        found: dict[str, str] = {}
        for name in filter(None, names):
            found.setdefault(folded(name), name)
        return cls(found | {folded(other): name for other, name in (others or {}).items()})

    def find(self, text: str) -> str | None:
        """The name that a text stands for."""
        return self._by_spelling.get(folded(text))

    def name(self, text: str) -> str:
        """The name that a text stands for; the text itself where it is none."""
        return self.find(text) or text

    @property
    def known(self) -> Sequence[str]:
        """Every name, in order."""
        return sorted(set(self._by_spelling.values()))

    def nearest(self, text: str) -> str:
        """The name that looks most like a text; all of them where none does."""
        close = difflib.get_close_matches(folded(text), self._by_spelling, 1)
        return self._by_spelling[close[0]] if close else " | ".join(self.known)


def chosen(spelling: Spelling, known: Iterable[str], text: str, option: str) -> str:
    """The name that a text stands for which was given with an option. Raises SettingsError where it is none of those
    ``known``, with these."""
    names = sorted(known, key=str.casefold)
    found = spelling.find(text)
    if found is None or found not in names:
        raise SettingsError("USAGE_CHOICE", option=option, expected=", ".join(names))
    return found


@frozen
class AgreementNames:
    """The names of the ``insurers`` that have agreements, and of the ``lists`` that their tariffs stand in."""

    insurers: Spelling
    lists: Spelling

    @classmethod
    def of(cls, overlays: Iterable[Path] = ()) -> "AgreementNames":
        """With those of a practice's own agreements. What is wrong with these, who reads them whole says."""
        own = tuple(overlays)
        return cls._of_rows([row for path in own for row in _readable(path)]) if own else _built_in()

    @classmethod
    def _of_rows(cls, own: Iterable[Row]) -> "AgreementNames":
        rows = [*_built_in_rows(), *own]
        return cls(
            insurers=Spelling.of((row["insurer"] for row in rows), insurer_names()),
            lists=Spelling.of(row["tariff_list"] for row in rows),
        )


@cache
def _other_names() -> Spelling:
    return Spelling.of((), insurer_names())


def insurer_key(text: str) -> str:
    """What two texts have the same of that name one insurer, one of an overlay too."""
    return folded(_other_names().name(text))


def is_insurer(text: str) -> bool:
    """Whether a text is a name or a label of an insurer, whether there are agreements or not."""
    return folded(text) in _every_name()


@cache
def _every_name() -> frozenset[str]:
    rows = uzovi_numbers().values()
    labels = (part for row in rows for label in (row.insurer, row.label) for part in re.split("[,:(]", label))
    return frozenset(map(folded, (*insurer_names(), *labels)))


@cache
def _built_in() -> AgreementNames:
    return AgreementNames._of_rows(())


@cache
def _built_in_rows() -> Sequence[Row]:
    return [
        row for path in sorted((SPECS / "zorg1").glob("*.csv")) for row in parse_table(path, AGREEMENT_COLUMNS, _same)
    ]


def _readable(path: Path) -> Sequence[Row]:
    return parse_rows(read_sheet(path, AGREEMENT_COLUMNS), _same, lambda error: None)


def _same(row: Row) -> Row:
    return row
