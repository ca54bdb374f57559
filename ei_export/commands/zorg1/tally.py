"""What an export leaves out and takes for granted: counted, and told once each."""

from collections import Counter
from collections.abc import Iterator

from attrs import define, field

from ...base.problems import Finding
from ...base.wording import quoted_word
from ...zorg1.course import Course
from ...zorg1.inclusion import says_agreed


@define
class Tally:
    """Counts ``trajectories`` and ``patients`` of an export. ``unreadable`` scores are no numbers, or of nobody knows
    what; ``other_instruments`` are measured and named in no table. ``has_codebook``: the practice said what columns are
    called."""

    has_codebook: bool = False
    trajectories: int = 0
    patients: int = 0
    unreadable: int = 0
    other_instruments: set[str] = field(factory=set)
    _found: Counter[str] = field(factory=Counter)
    _last: dict[str, str] = field(factory=dict)

    def takes(self, course: Course) -> bool:
        """Whether a trajectory is exported: only with the patient's consent. Counts it."""
        if not course.shares:
            self._count("ZORG1_NO_CONSENT" if course.consent == "N" else "ZORG1_CONSENT_UNSAID", course)
            return False
        self.trajectories += 1
        self.patients += self._is_next("", course)
        for code, applies in (
            ("ZORG1_BY_DIAGNOSIS", course.by_diagnosis),
            ("ZORG1_AGREEMENT_SAID", not course.agreement and says_agreed(course.category)),
            ("ZORG1_PROFILE_OPEN", not course.profile),
            ("ZORG1_SEVERAL_UZOVI", len(course.uzovis) > 1),
            ("ZORG1_WITHOUT_START", course.agreement and not course.has_start and course.relapse is not None),
            ("ZORG1_CODE_UNKNOWN", not all(visit.code for visit in course.visits)),
            ("ZORG1_BIRTH_YEAR_UNKNOWN", course.birth_year is None),
        ):
            if applies:
                self._count(code, course)
        return True

    def _count(self, code: str, course: Course) -> None:
        self._found[code] += 1
        self._found[f"{code}/patients"] += self._is_next(code, course)

    def _is_next(self, code: str, course: Course) -> bool:
        """Whether this is another patient than the one before, of whom something was counted; a patient's trajectories
        come one after the other."""
        is_next = self._last.get(code) != course.patient_id
        self._last[code] = course.patient_id
        return is_next

    def told(self) -> Iterator[Finding]:
        """Each thing once."""
        if not self.trajectories:
            yield Finding("ZORG1_NOTHING")
        for code in sorted(code for code in self._found if "/" not in code):
            counts = {"count": self._found[code], "patients": self._found[f"{code}/patients"]}
            yield Finding(code, "", counts)
        if self.unreadable:
            yield Finding("ZORG1_SCORE_UNREADABLE", "measurement_score", {"count": self.unreadable})
        if self.other_instruments:
            named = ", ".join(map(quoted_word, sorted(self.other_instruments)))
            yield Finding("ZORG1_OTHER_INSTRUMENTS", "measurement_name", {"instruments": named})
        if not self.has_codebook:
            yield Finding("ZORG1_CODEBOOK")
