"""What is on the work list and is no line, nor an appointment that waits, by what people call it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from ...judging.rules import Rules
from ...ledger import Ledger
from ...ledger.line import line_of
from ...ledger.patients import appointment_owner, dossier_of
from ...ledger.planned import planned_at
from ...settings import Settings
from ..worklist.outlook import Matters, of_endings, of_planned, of_trajectories, trajectory_key
from ..worklist.overview import ENDS


class MattersNamed:
    """Looks up what people name, among what nobody ``closed``, or what somebody did."""

    def __init__(self, settings: Settings, rules: Rules, *, closed: bool) -> None:
        self._settings, self._rules, self._closed = settings, rules, closed
        self._trajectories: Mapping[str, Sequence[Matters]] | None = None

    def named(self, ledger: Ledger, name: str) -> Sequence[Matters]:
        """What a name is of: an appointment that is planned still, by its id; what ends, by the key of its task; a
        trajectory without an end, by the key of its task, by what it is called, or by an appointment of it."""
        if planned := [*of_planned(ledger, self._rules, planned_at(ledger, name), closed=self._closed)]:
            return planned
        if (owner := appointment_owner(ledger, name)) is not None:
            return self._around(ledger, owner, name)
        if line_of(ledger, name) is not None:  # a reference names its line alone
            return ()
        return self._called(ledger, name) or self._ending(ledger, name)

    def _ending(self, ledger: Ledger, name: str) -> Sequence[Matters]:
        if name.partition(":")[0] not in ENDS.values():
            return ()
        found = of_endings(ledger, self._settings, self._rules, closed=self._closed)
        return [each for each in found if each[0].key == name]

    def _called(self, ledger: Ledger, name: str) -> Sequence[Matters]:
        """Trajectories by what they are called; read once for many names."""
        if self._trajectories is None:
            found = defaultdict[str, list[Matters]](list)
            for each in of_trajectories(ledger, self._settings, self._rules, closed=self._closed):
                for called in {each[0].key, each[0].trajectory}:
                    found[called].append(each)
            self._trajectories = found
        return self._trajectories.get(name, ())

    def _around(self, ledger: Ledger, patient_id: str, appointment_id: str) -> Sequence[Matters]:
        """The trajectory that an appointment is in."""
        dossier = dossier_of(ledger, patient_id)
        kept = dossier.kept() if dossier is not None else ()
        place = next((each.place for each in kept if each.appointment_id == appointment_id), 0)
        if dossier is None or not place:
            return ()
        course = dossier.courses()[place - 1]
        key = trajectory_key(course.trajectory, course.started)
        found = of_trajectories(ledger, self._settings, self._rules, patient_id, closed=self._closed)
        return [each for each in found if each[0].key == key]
