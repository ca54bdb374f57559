"""What was asked for about declared lines, and what came of it: for programs, and for the person who asked."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...base.problems import Finding, Language, Severities, catalogue, render
from ...base.words import words


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
    return words("corrections", language)("why")


def queue_lines(queued: Sequence[Mapping[str, Any]], language: Language, *, changes: bool) -> Iterator[str]:
    """A queue for a person at a terminal; ``changes``: of all that the last run saw."""
    say = words("corrections", language)
    for line in queued:
        key = line["change"] if line["change"] in ("cancelled", "no_line") else line["asked"]
        if line["cancelled"]:
            key = f"cancel.{line['cancelled']}"
        yield say("waits" if line["waits_for"] else key, **line)
        if line["late"]:
            yield say("late", until=line["late"])
        if line["repeats"]:
            yield say("repeats", code=line["repeats"])
        if line["is_last"]:
            yield say("is_last", reference=line["reference"])
    if not queued:
        yield say("nothing")
    elif any(line["asked"] != "cancel" for line in queued):
        yield say("next")
    if changes:
        yield say("last_run")


def undo_lines(run: str, folder: Path | None, language: Language) -> Iterator[str]:
    """A run that was taken back."""
    say = words("corrections", language)
    yield say("undone", run=run)
    if folder is not None:
        yield say("folder", folder=str(folder))
