"""What is placed of a patient's visits so far, and which trajectory another visit can belong to."""

from collections.abc import Sequence

from ..base.problems import Finding
from ..base.wording import iso_text
from ..model.appointment import Appointment
from .agreements import ANY
from .programs import Programs
from .visit import Place, Trajectory, Visit, may_share


class SoFar:
    """The visits of a patient in the order they are judged in, the place of each that was judged, and the trajectories
    they made, ``numbered`` those of a number of the practice's own."""

    def __init__(self, visits: Sequence[Visit], programs: Programs) -> None:
        self.visits = {visit.appointment.id: visit for visit in visits}
        self.places: dict[str, Place] = {}
        self.trajectories: list[Trajectory] = []
        self.numbered: dict[str, Trajectory] = {}
        self.programs = programs

    @property
    def only(self) -> Trajectory | None:
        """The trajectory that it must be, as there is one."""
        return self.trajectories[0] if len(self.trajectories) == 1 else None

    def name_all(self) -> None:
        """Calls the trajectories as people may see them, whatever BSN the patient's rows have."""
        if not self.trajectories:
            return
        visits = self.visits.values()
        one_of_each = {(row := visit.appointment).cells[row.at["bsn"]]: row for visit in visits}.values()
        for trajectory in self.trajectories:
            for row in one_of_each:
                trajectory.label = row.called(trajectory.label)

    def new(self, visit: Visit) -> Trajectory:
        resolution, number = visit.resolution, visit.appointment.number
        label = number or "/".join(filter(None, (visit.appointment.patient_id, resolution.insurer, visit.program)))
        trajectory = Trajectory(
            label, number, resolution.insurer, visit.program, resolution.program, resolution.profile
        )
        self.trajectories.append(trajectory)
        if number:
            self.numbered[number] = trajectory
        return trajectory

    def fitting(self, visit: Visit, *, any_insurer: bool = False) -> list[Trajectory]:
        """The trajectories that a visit of a program can belong to, earliest first."""
        insurer, whole = "" if any_insurer else visit.resolution.insurer, visit.resolution.program
        return [t for t in self.trajectories if t.fits(insurer, visit.program, whole)]

    def open(self, visit: Visit, *, any_insurer: bool = False) -> Trajectory | None:
        """The open trajectory that a start or end fits; of several, the one with its diagnosis, else the latest."""
        found = [t for t in self.fitting(visit, any_insurer=any_insurer) if t.is_open]
        diagnosis = visit.appointment.diagnosis
        if len(found) > 1 and diagnosis:
            found = [t for t in found if t.usual == diagnosis] or found
        return found[-1] if found else None

    def latest(self, trajectory: Trajectory) -> Trajectory:
        """The last trajectory with the same insurer and program."""
        return [t for t in self.trajectories if (t.insurer, t.program) == (trajectory.insurer, trajectory.program)][-1]

    def is_own(self, visit: Visit, trajectory: Trajectory) -> bool:
        """Whether the diagnosis of a contact of any program is of the trajectory's, or of none."""
        if visit.resolution.program != ANY:
            return True
        of = self.programs.with_diagnosis(visit.appointment.diagnosis)
        return not of or any(trajectory.is_of(program, self.programs.whole(program)) for program in of)

    def becomes(self, visit: Visit) -> Visit:
        """Puts a visit in the place of what it was until now."""
        self.visits[visit.appointment.id] = visit
        return visit

    def doubt(self, appointment: Appointment) -> None:
        """Marks an appointment that may be a contact of the trajectories open on its day."""
        for trajectory in self.trajectories:
            if trajectory.is_open and may_share(appointment.number, trajectory.number):
                trajectory.doubtful.append(appointment.id)

    def other_profile(self, code: str, visit: Visit, place: Place, trajectory: Trajectory) -> Place:
        """The place of a visit that has another profile than its trajectory, with that. If something stands of it, the
        start is held too: one that was held until now, and became another one meanwhile, would be declared beside
        it."""
        profile, start = visit.resolution.profile, trajectory.started_by
        if start is not None and visit.stands:
            ident, seen = start.appointment.id, {"appointment": visit.appointment.id, "date": iso_text(visit.day)}
            params = {"program": trajectory.program, "profile": trajectory.profile, "later": profile, **seen}
            self.places[ident] = self.places[ident].find(start, "START_OTHER_PROFILE", "code", **params)
        params = {"program": trajectory.program, "profile": profile, "start_profile": trajectory.profile}
        return place.find(visit, code, "code", **params)

    @staticmethod
    def conflict(visit: Visit, trajectory: Trajectory) -> Place | None:
        """Why a visit can't stand under the trajectory's number; from the first that can't, all under it are held."""
        resolution = visit.resolution
        if trajectory.conflict is None:
            number = trajectory.number
            if not trajectory.is_of(visit.program, resolution.program):
                programs = f"{trajectory.program}, {visit.program}"
                params: dict[str, object] = {"number": number, "programs": programs}
                trajectory.conflict = Finding("TRAJECTORY_TWO_PROGRAMS", "trajectory_id", params)
            elif resolution.insurer and trajectory.insurer and resolution.insurer != trajectory.insurer:
                params = {"number": number, "insurers": f"{trajectory.insurer}, {resolution.insurer}"}
                trajectory.conflict = Finding("TRAJECTORY_TWO_INSURERS", "trajectory_id", params)
        if (conflict := trajectory.conflict) is None:
            return None
        return Place(trajectory).find(visit, conflict.code, conflict.column, **conflict.params)

    @staticmethod
    def insurer_changed(visit: Visit, trajectory: Trajectory) -> Place:
        """The place of a visit that fits a trajectory but for its insurer; perhaps a contact of it."""
        trajectory.doubtful.append(visit.appointment.id)
        return Place(trajectory).find(
            visit,
            "INSURER_CHANGED",
            "uzovi",
            program=trajectory.program,
            insurer=visit.resolution.insurer,
            earlier=trajectory.insurer,
        )
