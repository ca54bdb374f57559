"""The columns of a feed of appointments, by their canonical names."""

from typing import Final

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
