"""``ei-export specs copy``: a start for a table of a practice's own, from the agreements that were in force last."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from attrs import frozen

from ..base.delivery import writing
from ..base.private import make_file, make_folder
from ..base.problems import Finding, Language, SettingsError, Severities, render, told
from ..base.words import words
from ..model.names import AGREEMENT_COLUMNS, AgreementNames, chosen, folded
from ..output.paper import wrapped
from ..settings import Settings
from ..zorg1.agreements import ANY, Agreement, Agreements
from ..zorg1.copying import Copy, copy, told_unchecked
from ..zorg1.tariffs import Tariffs


@frozen
class Copied:
    """A copy in the file at ``path``; ``without_tariff`` are codes that lack one on its first or its last day, None
    where no settings say which tariffs there are."""

    path: Path
    copy: Copy
    without_tariff: Sequence[str] | None

    @property
    def content(self) -> bytes:
        """The table as a Dutch spreadsheet opens and saves it."""
        return _table(self.copy.rows)

    @property
    def findings(self) -> Iterator[Finding]:
        """What is to be done about it."""
        made = self.copy
        period: dict[str, object] = {"insurer": made.insurer, "first": made.first, "last": made.last}
        yield told_unchecked(len(made.rows), [self.path.name])
        if made.lists:
            lists = ", ".join(f"{old} → {new}" for old, new in sorted(made.lists.items()))
            yield Finding("COPY_LISTS", "", {"lists": lists, "first": made.first})
        if made.left_out:
            yield Finding(
                "COPY_LEFT_OUT", "", {**period, "count": len(made.left_out), "rows": ", ".join(made.left_out)}
            )
        if self.without_tariff:
            rows = ", ".join(self.without_tariff)
            yield Finding("COPY_WITHOUT_TARIFF", "", {**period, "count": len(self.without_tariff), "rows": rows})


def specs_copy(settings: Settings | None, insurer: str, first: date, path: Path | None = None) -> Copied:
    """Writes what was last agreed with an insurer, from a day until the end of that year, to a new table: ``path``, or
    ``zorg1-<insurer>-<year>.csv`` beside the settings. ``insurer`` in any of its names.

    Raises SettingsError as `copied`, and for a file that is there; WriteError.
    """
    made = copied(settings, insurer, first, path)
    with writing(made.path):
        if made.path.exists():
            raise SettingsError("COPY_EXISTS", path=str(made.path))
        make_folder(made.path.parent)
        make_file(made.path, made.content)
    return made


def copied(settings: Settings | None, insurer: str, first: date, path: Path | None = None) -> Copied:
    """The same, with nothing written yet. Raises SettingsError for an insurer without agreements, and where nothing was
    in force before or all is known already."""
    overlays = settings.overlays if settings is not None else ()
    agreements = Agreements.load(overlays)
    name = chosen(AgreementNames.of(overlays).insurers, agreements.insurers, insurer, "--insurer")
    made = copy(agreements, name, first)
    if made is None:
        start = min(row.valid_from for row in agreements if row.insurer == name)
        raise SettingsError("COPY_TOO_EARLY", insurer=name, date=first, start=start)
    if not made.rows:
        raise SettingsError("COPY_NOTHING", insurer=name, first=first, last=made.last)
    if path is None:
        folder = settings.path.parent if settings is not None else Path()
        path = folder / f"zorg1-{folded(name).replace(' ', '-')}-{first.year}.csv"
    return Copied(path, made, _without_tariff(settings, made) if settings is not None else None)


def _table(rows: Sequence[Agreement]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(AGREEMENT_COLUMNS)
    writer.writerows(_cells(row) for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _cells(row: Agreement) -> Sequence[str]:
    """A row as its table has it."""
    said = {
        "from": row.valid_from.isoformat(),
        "until": row.valid_until.isoformat(),
        "units": str(row.units),
        "diagnoses": " ".join((*row.diagnoses, *((ANY,) if row.takes_others else ()))),
    }
    return [said[column] if column in said else getattr(row, column) for column in AGREEMENT_COLUMNS]


def _without_tariff(settings: Settings, made: Copy) -> Sequence[str]:
    tariffs = Tariffs.load(settings.tariffs_path)
    sent = [row for row in made.rows if row.is_sent]
    days = made.first, made.last
    return [r.code for r in sent if any(tariffs.find(r.tariff_list, r.insurer, r.code, day) is None for day in days)]


def document(copied: Copied, language: Language, severities: Severities) -> dict[str, Any]:
    """The document of ``specs copy --json``."""
    made = copied.copy
    return {
        "file": str(copied.path),
        "insurer": made.insurer,
        "from": made.first,
        "until": made.last,
        "taken": made.taken,
        "rows": len(made.rows),
        "lists": made.lists,
        "left_out": made.left_out,
        "without_tariff": copied.without_tariff,
        "problems": [told(found, language, severities) for found in copied.findings],
    }


def text_lines(copied: Copied, language: Language, severities: Severities) -> Iterator[str]:
    """What was made, and what is to be done, for a person at a terminal."""
    say, made = words("specs", language), copied.copy
    period = {"first": made.first, "last": made.last, "day": made.taken}
    yield from wrapped(say("copied", path=str(copied.path), insurer=made.insurer, count=len(made.rows), **period))
    for found in copied.findings:
        message, remedy = render(found.code, found.params, language)
        yield ""
        yield from wrapped(message)
        yield from wrapped(remedy, "  ")
    if copied.without_tariff is None:
        yield ""
        yield from wrapped(say("no_settings"))
    yield ""
    yield from wrapped(say("next", file=copied.path.name))
