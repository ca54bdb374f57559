"""``ei-export prune``: take persons out of what was settled long ago."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from typing import Final

import click
from attrs import asdict

from ..base.problems import Language, SettingsError
from ..base.wording import day_text
from ..commands.prune import Pruned, Staying, plan, take_out
from ..output.paper import number, wrapped
from .common import Call, Day, command
from .speaking import warn

_MOST: Final = 20
_WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "nl": {
        "question": "Van {patients} patiënten worden naam, adres, BSN, verzekerdennummer en declaratiebestanden van "
        "voor {day} weggehaald. Dit kan niet ongedaan worden gemaakt. Doorgaan?",
        "stopped": "Er is niets weggehaald.",
        "done": "Weggehaald: de personen van {patients} patiënten uit {lines} regels, en {files} bestanden van voor "
        "{day}. Bedragen en kenmerken blijven, en niets ervan kan opnieuw worden gedeclareerd. Laat deze patiënten ook "
        "uit de export weg: wat een run daarin ziet, wordt weer bewaard.",
        "nothing": "Er is niets van voor {day} weg te halen.",
        "kept": "In deze bestanden staan nog weggehaalde personen ({count}). Er staat ook iets in wat nog niet is "
        "afgehandeld (geef het commando dan later nog eens), of ze staan niet in de map van dir onder [output]:",
        "newer": "Blijft: {count} patiënten, omdat er iets van na {day} bij is.",
        "staying": "Blijft, want het is nog niet afgehandeld ({count}):",
        "more": "en nog {count}",
        "unanswered": "regel {shown_by}: geen antwoord van de verzekeraar",
        "waiting": "regel {shown_by}: wordt nog gecrediteerd, of moet opnieuw",
        "held": "afspraak {shown_by}: vastgehouden, of gewijzigd na het declareren",
        "open": "traject {shown_by}: heeft geen einde",
        "patient": "patiënt {patient}, {why}",
        "compact": "De ruimte in het declaratieregister kon niet worden teruggegeven; wat weg moest, is wel gewist.",
    },
    "en": {
        "question": "Of {patients} patients names, addresses, BSNs, insured numbers and declaration files of before "
        "{day} are taken out. This can't be undone. Go on?",
        "stopped": "Nothing was taken out.",
        "done": "Taken out: the persons of {patients} patients from {lines} lines, and {files} files of before {day}. "
        "Amounts and references stay, and nothing of it can be declared again. Leave these patients out of the export "
        "too: what a run sees in there is kept again.",
        "nothing": "There is nothing of before {day} to take out.",
        "kept": "These files still hold persons that were taken out ({count}). There is also something in them that is "
        "not settled yet (then give the command again later), or they are not in the folder of dir under [output]:",
        "newer": "Stays: {count} patients, as there is something of after {day} with them.",
        "staying": "Stays, as it is not settled yet ({count}):",
        "more": "and {count} more",
        "unanswered": "line {shown_by}: no answer of the insurer",
        "waiting": "line {shown_by}: is to be credited, or to go again",
        "held": "appointment {shown_by}: held, or changed since it was declared",
        "open": "trajectory {shown_by}: has no end",
        "patient": "patient {patient}, {why}",
        "compact": "The room in the ledger could not be given back; what was taken out is wiped all the same.",
    },
}


@click.command()
@click.option("--before", type=Day(), required=True, help="What was settled before this day goes.")
@click.option("--yes", is_flag=True, help="Do not ask whether to go on.")
@command
def prune(call: Call, before: date, yes: bool) -> int:
    """Take names, addresses, BSNs, insured numbers and declaration files of what was settled before a day out of the
    ledger and the output folder. This can't be undone.

    Amounts and references stay, and a keyed hash of whose a line is, so that nothing is declared twice. A patient goes
    whole or not at all; who has something open or newer stays. How long to keep what is the decision of the practice.
    """
    settings = call.settings()
    words = _WORDS[settings.language]
    found = plan(settings, before, call.day)
    said = {"patients": number(len(found.patients), settings.language), "day": day_text(before, settings.language)}
    if not yes:
        if call.as_json or not _is_asked():
            raise SettingsError("PRUNE_NOT_CONFIRMED")
        if not click.confirm("\n".join(wrapped(words["question"].format_map(said))), err=True):
            click.echo(words["stopped"], err=True)
            return 0
    done = take_out(settings, before, call.day)
    call.say(lambda: _document(done), lambda: _lines(done, settings.language), is_done=True)
    if not done.is_compact:
        warn(words["compact"])
    return 0


def _is_asked() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty()


def _document(done: Pruned) -> dict[str, object]:
    plan = done.plan
    return {
        "before": plan.before.isoformat(),
        "patients": len(plan.patients),
        "lines": done.lines,
        "files": list(done.files),
        "kept_files": list(done.kept_files),
        "staying": list(map(asdict, plan.staying)),
        "newer": plan.newer,
    }


def _lines(done: Pruned, language: Language) -> Iterator[str]:
    words, plan = _WORDS[language], done.plan
    counts = {"patients": len(plan.patients), "lines": done.lines, "files": len(done.files)}
    said = {name: number(count, language) for name, count in counts.items()}
    said["day"] = day_text(plan.before, language)
    yield from wrapped(words["done" if any(counts.values()) else "nothing"].format_map(said))
    if plan.newer:
        yield from wrapped(words["newer"].format(count=number(plan.newer, language), day=said["day"]))
    if plan.staying:
        yield words["staying"].format(count=number(len(plan.staying), language))
        yield from _listed((_shown(each, words) for each in plan.staying), len(plan.staying), words, language)
    if done.kept_files:
        yield from wrapped(words["kept"].format(count=number(len(done.kept_files), language)))
        yield from _listed(done.kept_files, len(done.kept_files), words, language)


def _shown(staying: Staying, words: Mapping[str, str]) -> str:
    why = words[staying.reason].format(shown_by=staying.shown_by)
    return words["patient"].format(patient=staying.patient_id, why=why)


def _listed(items: Iterable[str], count: int, words: Mapping[str, str], language: Language) -> Iterator[str]:
    """The first of so many."""
    for item in islice(items, _MOST):
        yield from wrapped(item, "  - ")
    if count > _MOST:
        yield f"  - {words['more'].format(count=number(count - _MOST, language))}"
