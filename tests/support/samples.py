"""A made-up person, their care and what was performed, and who declares it, as the model has them."""

from datetime import date
from typing import Final

from ei_export.model.declaration import Care, Invoice, Performance, Person, Provider

PERSON: Final = Person(
    bsn="123456782",
    uzovi="7095",
    insured_number="0070010020",
    patient_id="P001",
    birth_date=date(1980, 5, 17),
    sex="2",
    name="Jansen",
    prefix="van der",
    initials="AB",
    partner_name="",
    partner_prefix="",
    name_use="0",
    postcode="1234AB",
    foreign_postcode="",
    house_number=12,
    house_number_suffix="a",
    country="",
)
CARE: Final = Care(
    diagnosis="3426",
    indication="009",
    therapist_agb="04098765",
    therapist_specialism="0401",
    referral_date=date(2021, 2, 26),
    referrer_agb="01012345",
    referrer_specialism="0101",
    authorization_number="M-1",
    accident="O",
    side="",
)
PERFORMANCE: Final = Performance(
    date=date(2021, 3, 9),
    list="012",
    code="F1013",
    units=3,
    tariff_cents=8000,
    calculated_cents=8000,
    claimed_cents=7950,
)
PROVIDER: Final = Provider(
    practice_agb="04012345",
    provider_agb="04098765",
    institution_agb="",
    service_bureau_agb="",
    pay_to="practice",
    vat_id="",
    software_code="",
    software_version="",
    test=False,
)
INVOICE: Final = Invoice(
    number="R000001-7095",
    date=date(2021, 4, 1),
    uzovi="7095",
    period_from=date(2021, 3, 1),
    period_until=date(2021, 3, 31),
)
