"""The words for whether an appointment took place, where a practice doesn't say, and how they are compared."""

import re
from typing import Final

#: The words for a completed appointment where the settings give none.
DEFAULT_COMPLETED: Final = ("completed", "voltooid", "afgehandeld", "uitgevoerd")
#: The words for an appointment that did not take place, or not yet; those of a practice come with them.
DEFAULT_NOT_COMPLETED: Final = (
    *("cancelled", "canceled", "cancellation", "cancelled by patient", "cancelled by practice", "no show", "noshow"),
    *("did not attend", "dna", "not attended", "missed", "planned", "scheduled", "rescheduled", "booked", "reserved"),
    *("pending", "proposed", "tentative", "draft", "waitlist", "deleted", "entered in error", "not completed"),
    *("geannuleerd", "annulering", "geannuleerd door patiënt", "geannuleerd door praktijk", "afgezegd", "afgebeld"),
    *("afgezegd door patiënt", "afgezegd door praktijk", "afgemeld", "niet verschenen", "niet gekomen", "niet geweest"),
    *("niet uitgevoerd", "niet voltooid", "niet afgehandeld", "niet doorgegaan", "gaat niet door", "vervallen"),
    *("verplaatst", "verzet", "verschoven", "gepland", "ingepland", "gereserveerd", "aangevraagd", "optie", "concept"),
    *("wachtlijst", "in afwachting", "verwijderd", "gemist"),
)
#: Those of an appointment that is still to come, where the settings give none: once its day is past, nobody completed
#: it.
DEFAULT_PLANNED: Final = (
    *("planned", "scheduled", "booked", "reserved", "pending", "proposed", "tentative"),
    *("gepland", "ingepland", "gereserveerd", "aangevraagd", "optie", "in afwachting"),
)

_BETWEEN_WORDS: Final = re.compile(r"[\s_-]+")


def status_word(text: str) -> str:
    """A status as it is compared: case, outer spaces, and hyphens or spaces between words make no difference."""
    return " ".join(_BETWEEN_WORDS.split(text.strip().casefold()))
