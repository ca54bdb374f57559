"""What holds an appointment by the settings and tables of now. A run wrote down what it found; what the settings lacked
then somebody may have put right since, and the next run sees that."""

from collections.abc import Sequence
from typing import Final

from ...base.problems import Finding
from ...intake.survey import Statuses
from ...judging.rules import Rules
from ...ledger.dossier import Unsettled
from ...model.appointment import Appointment, Outcome
from ...model.tasks import cause_rules
from ...settings import Settings
from ...zorg1.resolution import Verdict, dated

#: What is said of an appointment where nothing holds it any more.
PUT_RIGHT: Final = "TASK_PUT_RIGHT"
#: What is found of a code that is linked to nothing, and what of a status word.
_NOT_LINKED: Final = ("CODE_UNMAPPED", "CODE_UNEXPLAINED")
_UNCLEAR: Final = "STATUS_UNCLEAR"


class ByNow:
    """Asked of each appointment that waits."""

    def __init__(self, settings: Settings, rules: Rules) -> None:
        self._rules = rules
        self._statuses = Statuses(settings.input)

    def has_agreement(self, row: Appointment, kept: Unsettled) -> bool:
        """Whether there is a contract position by now, or a run found one."""
        missing = Outcome.NO_AGREEMENT, Verdict.NO_AGREEMENT
        return (kept.outcome, self._rules.resolver.of(row).verdict) != missing

    def found(self, row: Appointment, kept: Unsettled) -> Sequence[Finding]:
        """What is wrong: what a run found of the settings and they hold by now is left out, and what they lack instead
        is told; nothing, and it is put right. The rest is as that run found it: to know that anew takes the export."""
        resolution = self._rules.resolver.of(row)
        lacks = [each for each in (*resolution.faults, *resolution.notes) if _is_in_setup(each.code)]
        codes = {*(each.code for each in lacks), *(() if resolution.is_linked else _NOT_LINKED)}
        stays = [
            each
            for each in kept.found
            if not _is_in_setup(each.code) or (self._is_unclear(each) if each.code == _UNCLEAR else each.code in codes)
        ]
        if len(stays) == len(kept.found):
            return kept.found
        there = {each.code for each in stays}
        stays += [dated(each, row.date) if row.date else each for each in lacks if each.code not in there]
        is_held = any(self._rules.judge.severities.of(each.code) == "error" for each in stays)
        return stays if is_held or not self.has_agreement(row, kept) else [Finding(PUT_RIGHT)]

    def _is_unclear(self, found: Finding) -> bool:
        """Whether nobody said yet what a status word stands for."""
        return self._statuses[str(found.params["status"])] is None


def _is_in_setup(code: str) -> bool:
    """Whether a problem is put right in the settings, or in a table of the practice."""
    rule = cause_rules().get(code)
    return rule is not None and rule.in_setup
