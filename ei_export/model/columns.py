"""The columns of the files that a practice exports, by their canonical names."""

from collections.abc import Sequence, Set
from typing import Final

from attrs import frozen

from ..base.wording import MEASURED

#: Every column the program knows, in the order of the table in docs/input.md.
COLUMNS: Final = (
    "appointment_id",
    "date",
    "status",
    "code",
    "declare_under",
    "trajectory_id",
    "patient_id",
    "bsn",
    "birth_date",
    "sex",
    "name",
    "prefix",
    "initials",
    "partner_name",
    "partner_prefix",
    "name_use",
    "postcode",
    "house_number",
    "house_number_suffix",
    "country",
    "foreign_postcode",
    "uzovi",
    "insured_number",
    "diagnosis_code",
    "indication_code",
    "therapist_agb",
    "therapist_specialism",
    "referral_date",
    "referrer_agb",
    "referrer_specialism",
    "authorization_number",
    "accident",
    "consent",
    "side",
    "measurement_name",
    "measurement_score",
    "category",
)

#: The columns a feed must have; a cell of theirs may still be empty.
REQUIRED: Final = frozenset(
    {
        "appointment_id",
        "date",
        "status",
        "code",
        "patient_id",
        "bsn",
        "birth_date",
        "sex",
        "name",
        "initials",
        "house_number",
        "uzovi",
        "diagnosis_code",
        "therapist_agb",
    }
)

#: The columns of a file of measurements, in the order of the table in docs/input.md.
MEASUREMENT_COLUMNS: Final = ("patient_id", "trajectory_id", "date", "instrument", "score", "subscore", "moment")


@frozen
class FeedKind:
    """What a file of a practice is of: a word of specs/words/feeds.toml, the ``section`` of the settings that tells
    where it is, its ``columns`` and those that it must have."""

    name: str
    section: str
    columns: Sequence[str]
    required: Set[str]

    @property
    def told(self) -> dict[str, object]:
        """What a refusal says of it."""
        return {"feed": self.name, "section": self.section}

    def called(self, column: str) -> str:
        """A column as a finding names it: those of measurements have names of their own, as a feed may have a column
        that is called the same and means something else."""
        return column if self is APPOINTMENTS else f"{MEASURED}{column}"


APPOINTMENTS: Final = FeedKind("appointments", "input", COLUMNS, REQUIRED)
MEASUREMENTS: Final = FeedKind(
    "measurements", "measurements", MEASUREMENT_COLUMNS, frozenset({"patient_id", "date", "instrument", "score"})
)
