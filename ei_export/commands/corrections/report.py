"""What was asked for about declared lines, and what came of it: for programs, and for the person who asked."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from ...base.problems import Finding, Language, Severities, catalogue, render
from ...base.wording import day_text, printable

_WORDS: Final[dict[Language, dict[str, str]]] = {
    "nl": {
        "credit": "{reference} (afspraak {appointment}): wordt gecrediteerd",
        "redeclare": "{reference} (afspraak {appointment}): wordt opnieuw gedeclareerd",
        "correct": "{reference} (afspraak {appointment}): wordt gecrediteerd\n"
        "  en opnieuw gedeclareerd zoals de afspraak nu is; kan dat niet, dan wacht\n"
        "  ook de creditering, en zegt de run waarop",
        "cancelled": "{reference} (afspraak {appointment}): wordt alleen gecrediteerd\n"
        "  en niet opnieuw gedeclareerd, want de afspraak is vervallen",
        "no_line": "{reference} (afspraak {appointment}): wordt alleen gecrediteerd\n"
        "  en niet opnieuw gedeclareerd, want de afspraak geeft nu geen eigen regel",
        "waits": "{reference} (afspraak {appointment}): wordt opnieuw gedeclareerd\n"
        "  zodra regel {waits_for} terug is; geef daarvoor: ei-export credit {waits_for}",
        "late": "  Let op: declareren kon tot en met {late}; de nieuwe regel kan worden afgewezen.",
        "is_last": "  Let op: de behandeling is voltooid, en er staat straks geen regel meer van.\n"
        "  Opnieuw declareren gaat met: ei-export redeclare {reference}",
        "cancel": "{reference} (afspraak {appointment}): wordt toch niet gecrediteerd\n"
        "  en blijft staan zoals hij is gedeclareerd",
        "next": "Dat gebeurt in de volgende run.",
        "last_run": "Dit zijn de wijzigingen die de laatste run zag. Is de agenda daarna gewijzigd,\n"
        "start dan eerst ei-export run met een nieuwe export.",
        "nothing": "Er is niets klaargezet.",
        "why": "Waarom wordt de run ingetrokken",
        "undone": "Run {run} is ingetrokken; wat erin stond gaat mee in de volgende run.",
        "folder": "De bestanden staan nu in {folder}. Verstuur ze niet.",
    },
    "en": {
        "credit": "{reference} (appointment {appointment}): is going to be credited",
        "redeclare": "{reference} (appointment {appointment}): is going to be declared again",
        "correct": "{reference} (appointment {appointment}): is going to be credited\n"
        "  and declared again as the appointment is now; if that is not possible, the\n"
        "  credit waits too, and the run tells for what",
        "cancelled": "{reference} (appointment {appointment}): is only going to be credited\n"
        "  and not declared again, as the appointment was cancelled",
        "no_line": "{reference} (appointment {appointment}): is only going to be credited\n"
        "  and not declared again, as the appointment gives no line of its own now",
        "waits": "{reference} (appointment {appointment}): is going to be declared again\n"
        "  once line {waits_for} is taken back; for that give: ei-export credit {waits_for}",
        "late": "  Note: it could be declared until {late}; the new line may be refused.",
        "is_last": "  Note: the treatment was completed, and no line of it will stand any more.\n"
        "  To declare it again give: ei-export redeclare {reference}",
        "cancel": "{reference} (appointment {appointment}): is not going to be credited after all\n"
        "  and stands as it was declared",
        "next": "That is done by the next run.",
        "last_run": "These are the changes that the last run saw. If the agenda was changed after that,\n"
        "first start ei-export run with a new export.",
        "nothing": "Nothing was queued.",
        "why": "Why is the run withdrawn",
        "undone": "Run {run} is withdrawn; what was in it goes along in the next run.",
        "folder": "Its files are in {folder} now. Do not send them.",
    },
}


def problem(finding: Finding, reference: str, language: Language, severities: Severities) -> dict[str, Any]:
    """A finding about a reference as ``--json`` has it."""
    message, remedy = render(finding.code, finding.params, language)
    return {
        "code": finding.code,
        "severity": severities.of(finding.code),
        "reference": reference,
        "return_code": catalogue()[finding.code].return_code,
        "message": message,
        "remedy": remedy,
    }


def undo_question(language: Language) -> str:
    """What is asked of a person at a terminal who gave no reason."""
    return _WORDS[language]["why"]


def queue_lines(queued: Sequence[Mapping[str, Any]], language: Language, *, changes: bool) -> Iterator[str]:
    """A queue for a person at a terminal; ``changes``: of all that the last run saw."""
    words = _WORDS[language]
    for line in queued:
        key = line["change"] if line["change"] in ("cancelled", "no_line") else line["asked"]
        said = {"reference": line["reference"], "appointment": line["appointment_id"], "waits_for": line["waits_for"]}
        yield words["waits" if line["waits_for"] else key].format(**said)
        if line["late"]:
            yield words["late"].format(late=day_text(date.fromisoformat(line["late"]), language))
        if line["is_last"]:
            yield words["is_last"].format(**said)
    if not queued:
        yield words["nothing"]
    elif any(line["asked"] != "cancel" for line in queued):
        yield words["next"]
    if changes:
        yield words["last_run"]


def undo_lines(run: str, folder: Path | None, language: Language) -> Iterator[str]:
    """A run that was taken back."""
    words = _WORDS[language]
    yield words["undone"].format(run=run)
    if folder is not None:
        yield words["folder"].format(folder=printable(str(folder)))
