"""A task: something that is open, or many things that wait for one cause, with what it is about and what to do."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any, Final, Literal, Self

from attrs import asdict, fields, frozen

from ...base.problems import Finding, Language, render
from ...base.wording import euros
from ...base.words import words
from ...model.tasks import TaskName, Way, cause_rules, task_kinds
from .refused import refusal

#: How sure an amount is: as it was declared, or by a tariff of that day; reckoned by the last tariff that is known, or
#: by the contacts so far; not to be told; or there is none, as no line comes of it.
Basis = Literal["exact", "estimate", "unknown", "none"]

#: Of what was refused, by whoever did it.
_REFUSALS: Final = frozenset({"TASK_LINE_REFUSED", "TASK_FILE_REFUSED", "TASK_HEADER_REFUSED"})


@frozen
class Task:
    """Something to be done, or that somebody is to look at.

    ``key`` is what it is called, and stays so from night to night: the reference of a line, the id of an appointment,
    or for what has neither, and for a cause of many, its kind and name. ``found`` is what is wrong, what counts most
    first. ``amount_cents`` is what there is to gain, None where nobody knows, or nothing is (see ``basis``); of a
    cause, of all that is known of its ``count`` things together. ``date`` is that of the care; ``deadline`` the last
    day on which the insurer takes it, with ``days_left`` below 0 once that is past; where it counts from a refusal,
    ``first_deadline`` is the one that counted from the care. ``remark``: what the insurer wrote.
    ``ways``: what can be done about it, see `Way`; ``waits_for`` is the same for all that waits for one cause, () of
    what waits for nothing else. What the things of a cause don't share is '' or None.
    """

    kind: TaskName
    key: str
    found: Sequence[Finding]
    patient_id: str = ""
    date: dt.date | None = None
    insurer: str = ""
    amount_cents: int | None = None
    basis: Basis = "none"
    appointment_id: str = ""
    trajectory: str = ""
    reference: str = ""
    invoice: str = ""
    return_codes: Sequence[str] = ()
    remark: str = ""
    deadline: dt.date | None = None
    days_left: int | None = None
    first_deadline: dt.date | None = None
    ways: Sequence[Way] = ()
    waits_for: Sequence[str] = ()
    count: int = 1

    @classmethod
    def of(cls, kind: TaskName, found: Sequence[Finding], **more: Any) -> Self:
        """A task about which can be done what can be about its kind."""
        return cls(kind, found=found, ways=task_kinds()[kind].ways, **more)

    @property
    def code(self) -> str:
        """The problem that counts most."""
        return self.found[0].code

    @property
    def estimated(self) -> bool:
        """Whether its amount, or part of it, is an estimate."""
        return self.basis == "estimate"

    @property
    def is_cause(self) -> bool:
        """Whether many things wait for it."""
        return self.count > 1

    @property
    def name(self) -> str:
        """By which it is named where something is to be done about it."""
        return self.key if self.is_cause else self.reference or self.appointment_id or self.key

    @property
    def in_setup(self) -> bool:
        """Whether it is put right in the settings, or in a table of the practice."""
        rule = cause_rules().get(self.code)
        return task_kinds()[self.kind].in_setup or (rule is not None and rule.in_setup)

    def cause(self, language: Language) -> str:
        """What is wrong, in words."""
        return " ".join(dict.fromkeys(_worded(finding, language)[0] for finding in self.found))

    def remedy(self, language: Language) -> str:
        """What to do, in words."""
        return " ".join(dict.fromkeys(_worded(finding, language)[1] for finding in self.found))

    def title(self, language: Language) -> str:
        """What kind of task it is."""
        return words("worklist", language)[self.kind]

    def once_closed(self, language: Language) -> str:
        """What comes of closing it, where it is no line, nor an appointment that waits."""
        return words("worklist", language)[f"closed.{self.kind}"]

    def document(self, language: Language) -> dict[str, Any]:
        """As ``--json`` has it."""
        row = asdict(self, filter=lambda attribute, _: attribute.name not in ("found", "basis", "waits_for"))
        said = {"code": self.code, "cause": self.cause(language), "remedy": self.remedy(language)}
        return row | {"estimated": self.estimated} | said


def _worded(finding: Finding, language: Language) -> tuple[str, str]:
    params = {name: _euros(name, value, language) for name, value in finding.params.items()}
    if finding.code in _REFUSALS:
        why = refusal(finding.params, language)
        said = ". ".join(text.rstrip(".") for text in (why["text"], why["meaning"]) if text)
        params |= {"codes": " ".join(finding.params["return_codes"]), "said": said, **why}  # type: ignore[arg-type]
    return render(finding.code, params, language)


def _euros(name: str, value: object, language: Language) -> object:
    """A parameter that is an amount by its name as euros; any other as it is."""
    return f"€ {euros(value, language)}" if name.endswith("_cents") and isinstance(value, int) else value


# Kept on disk.

_NAMES: Final = tuple(attribute.name for attribute in fields(Task))
_encode: Final = json.JSONEncoder(default=str).encode  # escapes, so that one task is one line


def pack(task: Task) -> str:
    """A task as a line of text."""
    found = [(finding.code, finding.column, finding.params) for finding in task.found]
    return _encode([found if name == "found" else getattr(task, name) for name in _NAMES])


def unpack(text: str) -> Task:
    """The task that `pack` was given."""
    values: dict[str, Any] = dict(zip(_NAMES, json.loads(text), strict=True))
    for name in ("date", "deadline", "first_deadline"):
        values[name] = values[name] and dt.date.fromisoformat(values[name])
    values["found"] = [Finding(*each) for each in values["found"]]
    return Task(**values)
