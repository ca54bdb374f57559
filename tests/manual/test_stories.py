"""The story of every product of the Zorg1 manual: section, F-code, list, units and amount as the manual has them."""

import csv
import re
from pathlib import Path
from typing import Any

import pytest

from ei_export.commands.explain.stories import appointment_stories
from ei_export.commands.explain.story import document
from tests.manual.practice import AMOUNTS, PRODUCTS, Practice, Product, course, rows_of
from tests.support.telling import histories, units_of

CONTACTS = 2


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Product, dict[str, Any]]]:
    """Of every product on the first day of its period: the story of the visit that it ends with."""
    folder: Path = tmp_path_factory.mktemp("stories")
    practice = Practice.open(folder)
    courses = [course(p, p.diagnoses[0], p.first, contacts=CONTACTS, alone=True) for p in PRODUCTS]
    rows = rows_of(courses)
    with (practice.folder / "appointments.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0].cells), delimiter=";")
        table.writeheader()
        table.writerows(row.cells for row in rows)
    last = {row.cells["patient_id"]: row.appointment_id for row in rows}
    with histories(folder, "2024-03-01") as patients:
        told = {c.patient.patient_id: appointment_stories(c, last[c.patient.patient_id]) for c in patients}
    return [(product, document(told[f"P{n:05}"], "en")) for n, product in enumerate(PRODUCTS, start=1)]


def test_every_product(stories: list[tuple[Product, dict[str, Any]]]) -> None:
    for product, story in stories:
        steps = {name: [s for s in story["steps"] if s["step"] == name] for name in {s["step"] for s in story["steps"]}}
        (rule,) = steps["rule"]
        section, sections = set(re.findall(r"§([\d.]+)", rule["source"])), product.section.split()
        assert set(sections[:1] if product.units == "none" else sections) <= section, product
        assert f"{product.declared_as} with {product.insurer}" in rule["text"]
        first, last = re.findall(r"\d{4}-\d\d-\d\d", rule["text"])
        assert first <= product.first.isoformat() <= product.last.isoformat() <= last
        if product.units == "none":
            assert "never sent" in rule["text"]
            assert story["line"] is None
            continue
        assert f"Goes as {product.f_code}." in rule["text"]
        assert steps["list"][0]["text"].startswith(f"{product.list}, ")
        if product.units == "unknown":
            assert steps["units"][0]["text"].startswith("Not known")
            assert [problem["code"] for problem in story["problems"]] == ["UNITS_UNKNOWN"]
            continue
        expected = CONTACTS + 1 if product.units == "contacts+1" else int(product.units)
        assert units_of([step["text"] for step in steps["units"]]) == expected
        cents = AMOUNTS[product.tariff_list, product.insurer, product.declared_as]
        assert steps["amount"][0]["text"].startswith(f"€ {cents // 100}.{cents % 100:02}: the tariff is the price")
        assert story["line"]["amount_cents"] == cents
        assert (story["line"]["units"], story["line"]["list"]) == (expected, product.list)
