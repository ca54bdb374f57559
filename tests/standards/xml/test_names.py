"""The elements and codes that the program goes by are in the tables."""

import pytest

from ei_export.model.codelists import codes
from ei_export.standards.xml import names
from ei_export.standards.xml.tree import root_of


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("CL0002", ("CARE_PROVIDER", "SERVICE_BUREAU", "INSURER", "VECOZO")),
        ("CL0015", ("INSTITUTION", "PRACTICE", "PERSON")),
        ("CL0014", ("TREATS", "DIRECTS", "REFERS")),
        ("CL0012", ("SIDE", "ENTITLEMENT")),
        ("CL0004", ("REFERRED", "REFERRED_WITHOUT_AGB")),
        ("CL0013", ("DECLARATION", "SPECIFICATION", "INFORMATION")),
    ],
)
def test_codes_are_in_their_list(name: str, known: tuple[str, ...]) -> None:
    assert {getattr(names, one) for one in known} <= codes(name).keys()


@pytest.mark.parametrize("code", ["573", "574"])
def test_elements_are_in_the_message(code: str) -> None:
    performance = root_of(code)[names.INSURED][names.PERFORMANCE]
    assert [line.name for line in performance.children if line.form is None][:2] == list(names.LINES)
    assert all(performance[line].get("Referentienummer") for line in names.LINES)
    if code == "573":
        assert all(performance[line].get(names.LIST) for line in names.LINES)
