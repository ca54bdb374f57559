"""What became of measurements when they were put with trajectories, as it is told once with a table."""

from collections.abc import Iterator

from attrs import define

from ...base.problems import Finding


@define
class MeasurementCounts:
    """How many measurements are of ``no_trajectory``; how many may be of ``several``; and how many scores of
    appointments are ``otherwise`` than in the file."""

    no_trajectory: int = 0
    several: int = 0
    otherwise: int = 0

    def findings(self) -> Iterator[Finding]:
        """What there is to tell of it."""
        for code, count in (
            ("MEASUREMENT_NO_TRAJECTORY", self.no_trajectory),
            ("MEASUREMENT_SEVERAL", self.several),
            ("MEASUREMENT_OTHERWISE", self.otherwise),
        ):
            if count:
                yield Finding(code, "", {"count": count})
