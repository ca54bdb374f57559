"""What was changed, and what is wrong with a row that was pasted, in words."""

from collections.abc import Mapping

from ...base.problems import Finding, Language, render
from ...base.words import words
from ...zorg1.agreements import ANY


def told(what: str, params: Mapping[str, str | int], language: Language) -> str:
    """A change (see `Change`) in a sentence; one that another version made may be told in general only."""
    say = words("setup", language)
    keys = str(params.get("keys", "")).split(", ")
    details = ", ".join(say(f"detail.{key}") for key in keys if f"detail.{key}" in say)
    try:
        return say(f"what.{what}", **{**params, "details": details})
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
