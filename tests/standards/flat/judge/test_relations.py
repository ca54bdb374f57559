"""The tables of relations: each defect of a row is found, with its line."""

import shutil
from pathlib import Path

import pytest

from ei_export.base.problems import SettingsError
from ei_export.base.specs import SPECS
from ei_export.model.codelists import return_codes
from ei_export.standards.flat.judge.relations import read_relations, relations
from ei_export.standards.flat.record import Layout

TABLE = "checks/pm304-3.2-relations.csv"


@pytest.mark.parametrize(
    ("old", "new", "code", "column"),
    [
        ("\n0107,0106,+0106", "\n0107,0196,+0106", "TABLE_VALUE", "others"),
        ("+0106 -0107", "+0106 -0108", "TABLE_VALUE", "when"),
        ("+0106 -0107", "+0106 0107", "TABLE_VALUE", "when"),
        ("0207>{0117}", "0207>{0118}", "TABLE_VALUE", "when"),
        ("0207>{0117}", "0207>20240101", "TABLE_VALUE", "when"),
        ("<= {0429} (0429)", "<= {0428} (0429)", "TABLE_VALUE", "expected"),
        (",payee,,", ",,,", "TABLE_VALUE", "expected"),
        (",payee,,", ",payee,01,", "TABLE_VALUE", "expected"),
        (",specialism,", ",speciality,", "TABLE_VALUE", "check"),
        (",8166,", ",8167x,", "TABLE_VALUE", "return_code"),
        (",VERIFY_RECEIVER,", ",,", "TABLE_VALUE", "code"),
        (",8847,,certain,", ",8847,,sure,", "TABLE_VALUE", "certainty"),
        (',"Vektis COD954, 2019"', ",", "TABLE_SOURCE", None),
    ],
)
def test_a_defect_is_found(tmp_path: Path, old: str, new: str, code: str, column: str | None) -> None:
    shutil.copytree(SPECS / "checks", tmp_path / "checks")
    path = tmp_path / TABLE
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    errors: list[SettingsError] = []
    read_relations(Layout.load("pm304-3.2"), return_codes(), tmp_path, errors.append)
    (error,) = errors
    assert (error.code, error.params.get("column")) == (code, column)
    assert error.params["line"] == text[: text.index(old)].count("\n") + old.startswith("\n") + 1


def test_a_return_has_those_of_the_declaration_and_its_own() -> None:
    of_declaration, of_return = (relations(name) for name in ("pm304-3.2", "pm305-3.2"))
    assert [one.code for one in of_return][: len(of_declaration)] == [one.code for one in of_declaration]
    assert {one.element for one in of_return[len(of_declaration) :]} >= {"0182", "0197", "0483", "9896"}


def test_a_day_that_is_not_given_is_after_every_other() -> None:
    (order,) = (one for one in relations("pm304-3.2") if (one.element, one.return_code) == ("0114", "0020"))
    values = {"0114": "20240102", "0115": "20240101"}
    assert order.broken(values) == "<= 20240101 (0115)"
    assert order.broken({**values, "today": "20240102"}) == "<= 20240101 (0115)"
    assert order.broken({**values, "today": "20240101"}) is None
