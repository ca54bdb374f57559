"""The words of the stories: titles, labels, and every sentence by its key, in Dutch and English.

The part of a key before the dot is the step that programs know; ``said`` are parts of sentences, not steps.
"""

from collections.abc import Mapping
from typing import Final

from .appointments import APPOINTMENTS
from .lines import LINES
from .words import Words

SENTENCES: Final[Mapping[str, Words]] = {**APPOINTMENTS, **LINES}

#: What a story can be about.
TITLES: Final[Mapping[str, Words]] = {
    "appointment": {"nl": "afspraak", "en": "appointment"},
    "trajectory": {"nl": "traject", "en": "trajectory"},
    "reference": {"nl": "kenmerk", "en": "reference"},
    "patient": {"nl": "patiënt", "en": "patient"},
    "run": {"nl": "run", "en": "run"},
    "invoice": {"nl": "factuur", "en": "invoice"},
}

#: What stands before a step, by the key of its sentence or else by its name. A step without goes on below another.
LABELS: Final[Mapping[str, Words]] = {
    "row": {"nl": "Rij", "en": "Row"},
    "code": {"nl": "Code", "en": "Code"},
    "insurer": {"nl": "Verzekeraar", "en": "Insurer"},
    "trajectory": {"nl": "Traject", "en": "Trajectory"},
    "rule": {"nl": "Product", "en": "Product"},
    "contract": {"nl": "Contract", "en": "Contract"},
    "list": {"nl": "Lijst", "en": "List"},
    "units": {"nl": "Eenheden", "en": "Units"},
    "tariff": {"nl": "Tarief", "en": "Tariff"},
    "amount": {"nl": "Bedrag", "en": "Amount"},
    "difference": {"nl": "Verschil", "en": "Difference"},
    "diagnosis": {"nl": "Diagnose", "en": "Diagnosis"},
    "deadline": {"nl": "Termijn", "en": "Deadline"},
    "due": {"nl": "Gaat mee", "en": "Goes out"},
    "sent": {"nl": "Verzonden", "en": "Sent"},
    "sent.credit": {"nl": "Credit", "en": "Credit"},
    "sent.withdrawn": {"nl": "Ingetrokken", "en": "Withdrawn"},
    "answer": {"nl": "Antwoord", "en": "Answer"},
    "correction": {"nl": "Correctie", "en": "Correction"},
    "problem.error": {"nl": "Probleem", "en": "Problem"},
    "problem.warning": {"nl": "Let op", "en": "Note"},
    "problem.info": {"nl": "Ter info", "en": "For info"},
    "remedy": {"nl": "Wat nu", "en": "What now"},
    "declaration": {"nl": "Bestand", "en": "File"},
    "rest": {"nl": "Verder", "en": "Besides"},
}

MOMENTS: Final[Mapping[str, Words]] = {
    "start": {"nl": "start", "en": "start"},
    "contact": {"nl": "contact", "en": "contact"},
    "end": {"nl": "einde", "en": "end"},
    "relapse": {"nl": "recidive", "en": "relapse"},
    "baseline": {"nl": "nulmeting", "en": "baseline"},
    "profile": {"nl": "profiel", "en": "profile"},
    "other": {"nl": "contact", "en": "contact"},
    "": {"nl": "afspraak", "en": "appointment"},
}
