"""A practice may take a problem more or less seriously: what it raises to an error is held, what it lowers is not."""

from datetime import date
from pathlib import Path

import pytest

from ei_export.base.problems import Finding, Severities, catalogue
from ei_export.intake.feed import Header
from ei_export.judging.rules import Rules
from ei_export.settings import settings
from tests.support.feeds import BYSTANDER_LINES, BYSTANDERS, CONTRACTS, Clinic, csv_text, tables_read_once, visit

__all__ = ["tables_read_once"]

#: A relapse with CZ under the code for the other list: a warning of the tables, with one of the person beside it.
RELAPSE = visit("A1", "2021-03-01", "940133", insurer="CZ", initials="ABCDEFGH")
LINE = {"A1": ("F1013R", 1)}


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic.open(tmp_path)


def severities(clinic: Clinic, **levels: str) -> None:
    section = "".join(f'{code} = "{level}"\n' for code, level in levels.items())
    clinic.configure(contracts=f"{CONTRACTS}[severity]\n{section}")


@pytest.mark.parametrize("code", ["LIST_RESOLVED", "RELAPSE_WITHOUT_END", "INITIALS_SHORTENED"])
def test_a_warning_that_is_raised_holds_its_line_until_it_is_lowered_again(code: str, clinic: Clinic) -> None:
    severities(clinic, **{code: "error"})
    held = clinic.feed([RELAPSE, *BYSTANDERS]).run()
    assert held.exit_code == 1
    assert held.lines == BYSTANDER_LINES
    assert [found for found, _, _ in held.found("error")] == [code]
    severities(clinic)
    released = clinic.write(csv_text([])).run()
    assert released.exit_code == 0
    assert released.lines == LINE
    assert code in [found for found, _, _ in released.found("warning")]


def test_news_of_a_refusal_may_be_taken_less_seriously() -> None:
    refused = Finding("RETURN_LINE_REFUSED")
    assert Severities().hold([refused])
    assert not Severities({"RETURN_LINE_REFUSED": "warning"}).hold([refused])


def test_no_error_that_is_refused_or_stops_a_run_can_be_lowered() -> None:
    """What monitoring finds is none of those."""
    errors = [
        kind for kind in catalogue().values() if kind.severity == "error" and not kind.code.startswith("MONITOR_")
    ]
    lowerable = [kind for kind in errors if len(kind.allowed) > 1]
    assert {kind.code for kind in lowerable} == {"RETURN_LINE_REFUSED", "RETURN_CREDIT_REFUSED"}
    assert not any(kind.return_code for kind in lowerable)


def test_what_is_lowered_to_information_is_still_said(clinic: Clinic) -> None:
    severities(clinic, LIST_RESOLVED="info")
    result = clinic.feed([RELAPSE]).run()
    assert ("LIST_RESOLVED", "A1", "code") in result.found("info")
    assert result.found("error") == []


def test_what_was_settled_is_judged_anew_under_another_severity(clinic: Clinic) -> None:
    def fingerprint() -> bytes:
        header = Header(1, ",", {"appointment_id": 0})
        return Rules.load(settings.load(clinic.folder / "ei-export.toml"), date(2021, 7, 1), header).fingerprint

    before = fingerprint()
    severities(clinic, CONTRACT_MISSING="info")
    assert fingerprint() != before
    severities(clinic)
    assert fingerprint() == before
