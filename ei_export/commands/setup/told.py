"""What was changed, and what is wrong with a row that was pasted, in words."""

from collections.abc import Sequence

from ...base.problems import Finding, Language, render
from ...base.words import words
from ...zorg1.agreements import ANY
from .keeping import What


def told(what: Sequence[What], language: Language) -> str:
    """A change in a sentence; of one that another version made a part may be told in general only."""
    return "; ".join(_part(part, language) for part in what)


def _part(part: What, language: Language) -> str:
    say = words("setup", language)
    keys = str(part.params.get("keys", "")).split(", ")
    details = ", ".join(say(f"detail.{key}") for key in keys if f"detail.{key}" in say)
    try:
        return say(f"what.{part.key}", **{**part.params, "details": details})
    except KeyError:
        return say("what.other")


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
