"""What was sent in GDS801 can be read back."""

from attrs import evolve

from ei_export.model.declaration import NO_BSN
from ei_export.standards.xml.fragments import (
    care_fragment,
    line_fragment,
    person_fragment,
    read_care,
    read_person,
)
from tests.standards.xml.test_writing import CARE, PERFORMANCE, STARTED
from tests.support.samples import PERSON


def test_a_person_is_read_back_as_far_as_sent() -> None:
    found = read_person(person_fragment(PERSON))
    assert (found.bsn, found.uzovi, found.patient_id, found.birth_date) == (
        "123456782",
        "7095",
        "P001",
        PERSON.birth_date,
    )
    assert (found.key, found.name, found.insured_number) == (PERSON.key, "", "")
    without = evolve(PERSON, bsn=NO_BSN)
    assert read_person(person_fragment(without)).key == without.key


def test_care_is_read_back_as_far_as_sent() -> None:
    care = evolve(CARE, therapist_specialism="", referrer_specialism="", accident="")
    nobody = evolve(care, referral_date=None, referrer_agb="", diagnosis="", indication="")
    sided = evolve(care, accident="J", diagnosis="7023", side="R", authorization_number="A&B")
    without_agb = evolve(care, referrer_agb="", referrer_specialism="0101")
    for case in (care, nobody, sided, without_agb):
        assert read_care(line_fragment(care_fragment(case), PERFORMANCE, STARTED)) == case
