"""What was changed, why a change is refused, and what is wrong with a row that was pasted, in words."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from ...base.problems import Finding, Language, Refusal, render
from ...base.words import Words, words
from ...zorg1.agreements import ANY
from .keeping import What
from .own_tables import WrongTablesError

#: So many errors of a table are told.
_MOST_TOLD: Final = 20


def told(what: Sequence[What], language: Language) -> str:
    """A change in a sentence; of one that another version made a part may be told in general only."""
    return "; ".join(_part(part, language) for part in what)


def _part(part: What, language: Language) -> str:
    say = words("setup", language)
    keys = str(part.params.get("keys", "")).split(", ")
    details = ", ".join(say(f"detail.{key}") for key in keys if f"detail.{key}" in say)
    try:
        return say(f"what.{part.key}", **{**part.params, "details": details, **_when(part)})
    except KeyError:
        return say("what.other")


def _when(part: What) -> Mapping[str, object]:
    """The moment that a part names, as people write it."""
    with suppress(KeyError, ValueError):
        when = datetime.fromisoformat(str(part.params["when"]))
        return {"day": when.date(), "time": when.strftime("%H:%M")}
    return {}


def refused(refusal: Refusal, language: Language) -> Sequence[str]:
    """Why a change is refused, with settings called as they are at the desk; of tables all that is wrong."""
    every = refusal.errors if isinstance(refusal, WrongTablesError) else [refusal]
    more = [words("setup", language)("refused.more", count=len(every) - _MOST_TOLD)] if len(every) > _MOST_TOLD else []
    return [*(_refused(each, language) for each in every[:_MOST_TOLD]), *more]


def _refused(refusal: Refusal, language: Language) -> str:
    say = words("setup", language)
    label = _label(str(refusal.params.get("key", "")), say)
    if f"refused.{refusal.code}" in say and label:
        return say(f"refused.{refusal.code}", **{**refusal.params, "label": label})
    params = {**refusal.params, "key": label} if label else refusal.params
    return " ".join(render(refusal.code, params, language))


def _label(key: str, say: Words) -> str:
    """What a key of the settings is called, or the table that it stands in; '' where it has no name."""
    way = re.sub(r"\[[0-9]+\]", "", key).split(".")
    names = (f"detail.{'.'.join(way[:length])}" for length in range(len(way), 0, -1))
    return next((say(name) for name in names if name in say), "")


def wrong_with(finding: Finding, language: Language) -> tuple[str, str]:
    """What is wrong with a pasted row, and what to do."""
    say, what = words("setup", language), finding.params.get("what")
    params = finding.params if what is None else {**finding.params, "what": say(f"tariff.{what}")}
    return render(finding.code, params, language)


def product_name(program: str, profile: str, moment: str, language: Language) -> str:
    """What a code of the agreements stands for: ``lage rug, profiel 1, start``."""
    say = words("setup", language)
    what = say(f"moment.{moment}")
    if program == ANY:
        return say("product.any", what=what)
    if profile == ANY:
        return say("product", program=program, what=what)
    return say("product.profile", program=program, profile=profile, what=what)
