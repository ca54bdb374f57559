"""The tables of controls: each defect in one is found at its line, and every element has a control of its own."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ei_export.base.problems import SettingsError
from ei_export.base.specs import SPECS
from ei_export.model.codelists import return_codes
from ei_export.standards.flat.judge.controls import controls, read_controls
from tests.support.messages import PM304, PM305


@pytest.mark.parametrize(
    ("old", "new", "code", "column"),
    [
        ("0105,never,code,", "0105,never,list,", "TABLE_VALUE", "form"),
        (",code,COD856,", ",code,COD857,", "TABLE_VALUE", "values"),
        (",one,EUR,", ",one,EURO,", "TABLE_VALUE", "values"),
        (",one,EUR,", ",one,,", "TABLE_VALUE", "values"),
        ("0116,never,any,,", "0116,never,any,x,", "TABLE_VALUE", "values"),
        ("[1-9][0-9]{3}", "[1-9[0-9]{3}(", "TABLE_VALUE", "values"),
        ("[1-9][0-9]{3}", "([1-9][0-9]{3})", "TABLE_VALUE", "values"),
        (",0030,", ",0039,", "TABLE_VALUE", "return_code"),
        (",0030,error,", ",0030,fatal,", "TABLE_VALUE", "severity"),
        (",error,certain,", ",error,sure,", "TABLE_VALUE", "certainty"),
        ("AW319 1.4: all zeros where that was agreed", "", "TABLE_SOURCE", None),
        ("\n0116,", "\n0115,", "TABLE_OVERLAP", None),
        ("\n0116,", "\n0196,", "TABLE_VALUE", "element"),
    ],
)
def test_a_defect_is_found(tmp_path: Path, old: str, new: str, code: str, column: str | None) -> None:
    shutil.copytree(SPECS / "checks", tmp_path / "checks")
    path = tmp_path / "checks" / "pm304-3.2.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    errors: list[SettingsError] = []
    read_controls(PM304, return_codes(), tmp_path, errors.append)
    (error,) = errors
    assert (error.code, error.params.get("column")) == (code, column)
    assert error.params["line"] == text[: text.index(old)].count("\n") + old.startswith("\n") + 1


def test_an_element_without_a_row_is_missed(tmp_path: Path) -> None:
    shutil.copytree(SPECS / "checks", tmp_path / "checks")
    path = tmp_path / "checks" / "pm305-3.2.csv"
    path.write_text("\n".join(path.read_text(encoding="utf-8").splitlines()[:2]) + "\n")
    errors: list[SettingsError] = []
    read_controls(PM305, return_codes(), tmp_path, errors.append)
    (error,) = errors
    assert str(error.params["expected"]).startswith("0181, 0182, 0196")


@given(st.sampled_from(sorted(controls("pm305-3.2"))), st.text(st.characters(max_codepoint=255), max_size=200))
@settings(max_examples=300, deadline=None)
def test_what_is_not_right_is_a_fault_that_says_so(id: str, text: str) -> None:
    control = controls("pm305-3.2")[id]
    for raw in (text.ljust(control.element.length), text.zfill(control.element.length)):
        if len(raw) == control.element.length:
            fault = control.fault(raw)
            assert (fault is None) == control.right(raw)
            assert fault is None or (fault.found and all(fault.words("nl")))
