"""One ledger, one practice, one folder of runs: what doesn't belong together is refused before anything is read."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

from ..base.delivery import run_folders
from ..base.problems import SettingsError
from ..declaring.numbers import run_label
from ..ledger import Ledger
from ..ledger.belonging import bind, is_header_refused, owners, runs
from ..ledger.recovering import last_listed
from ..output.traces import published_since
from ..settings import Practice, Settings

#: How many runs are named.
_MOST_NAMED = 5


@contextmanager
def practice_ledger(settings: Settings) -> Iterator[Ledger]:
    """A copy of the ledger of a practice, to read only. Raises SettingsError as the two below, and as `Ledger.look`."""
    with closing(Ledger.look(settings.ledger.path)) as ledger:
        refuse_strangers(ledger, settings)
        refuse_unknown_runs(ledger, settings)
        yield ledger


def refuse_strangers(ledger: Ledger, settings: Settings) -> None:
    """Raises SettingsError where a ledger is another practice's. Under another code it may go on where its settings
    name the old one, and where a file was refused for its header, as that asks for it."""
    own, bound = codes_of(settings.practice), owners(ledger)
    if not bound or own & bound or bound <= set(settings.practice.formerly) or is_header_refused(ledger):
        return
    params = {"bound": ", ".join(sorted(bound)), "found": ", ".join(sorted(own)), "path": str(settings.ledger.path)}
    raise SettingsError("LEDGER_OTHER_PRACTICE", **params)


def refuse_unknown_runs(ledger: Ledger, settings: Settings) -> None:
    """Raises SettingsError where runs were published that the ledger doesn't know: it was lost, or is an older copy."""
    out = settings.output.dir
    if unknown := [*(folder.name for _, folder in unknown_runs(ledger, out)), *gone_runs(ledger, out)]:
        raise SettingsError("RUNS_UNKNOWN", runs=named(unknown), path=str(out), ledger=str(settings.ledger.path))


def named(runs: Sequence[str]) -> str:
    """Runs as a message names them: the first ones, and how many there are."""
    more = [f"… ({len(runs)})"] if len(runs) > _MOST_NAMED else []
    return ", ".join([*runs[:_MOST_NAMED], *more])


def unknown_runs(ledger: Ledger, out: Path) -> Sequence[tuple[int, Path]]:
    """The folders of published runs that the ledger doesn't know, by number. Raises SettingsError for what is no folder
    and stands where one would be; WriteError."""
    remembered = runs(ledger)
    found = []
    for number, folder in run_folders(out):
        if not folder.is_dir():
            if number not in remembered:
                raise SettingsError("RUN_PLACE_TAKEN", path=str(folder))
            continue
        if number not in remembered or not remembered[number].issuperset(_invoices(folder)):
            found.append((number, folder))
    return found


def gone_runs(ledger: Ledger, out: Path) -> Sequence[str]:
    """The runs that the ledger doesn't know and that only the list of runs in their folder tells of."""
    remembered = {*runs(ledger), *(number for number, _ in run_folders(out))}
    return sorted(published_since(out, last_listed(ledger, out) or 0) - {*map(run_label, remembered)})


def keep_owner(ledger: Ledger, settings: Settings, today: date) -> None:
    """Has the ledger be this practice's from now on, under the codes it has today."""
    bind(ledger, codes_of(settings.practice), today)


def codes_of(practice: Practice) -> set[str]:
    """What a practice is known by, whoever declares in it."""
    return {practice.practice_agb, practice.institution_agb} - {""}


def _invoices(folder: Path) -> Sequence[str]:
    """The invoice numbers of a run by its summary; none where that can't be read."""
    try:
        document = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        return [str(declaration["invoice"]) for declaration in document["declarations"]]
    except (OSError, ValueError, KeyError, TypeError):
        return ()
