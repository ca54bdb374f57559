"""``zorg1.html``: what is on it, counted by hand; its form; what it may hold, and how large it gets."""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner
from lxml import html

from ei_export.base.problems import LANGUAGES
from ei_export.cli import main
from ei_export.commands.zorg1 import page as zorg1_page
from tests.support.feeds import BSNS, tables_read_once, visit
from tests.support.zorg1_practice import TODAY, zorg1_practice

__all__ = ["tables_read_once"]

HOSTILE: Final = "</script><script>alert(1)</script><img src=x onerror=a()>\"'&"
FORMULA: Final = "=HYPERLINK(1)"


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("practice")
    zorg1_practice(folder)
    return folder


def written(folder: Path, *arguments: str) -> str:
    """The page that the command writes."""
    config, out = str(folder / "ei-export.toml"), folder / "tables"
    call = ["zorg1", "monitor", "--config", config, "--today", TODAY, "--out", str(out), *arguments]
    done = CliRunner().invoke(main, call)
    assert done.exit_code in (0, 1), done.stderr
    assert str(out / "zorg1.html") in done.stdout
    return (out / "zorg1.html").read_text("utf-8")


def parsed(text: str) -> html.HtmlElement:
    return html.document_fromstring(text)


def texts(document: html.HtmlElement, selector: str) -> list[str]:
    return [" ".join(element.text_content().split()) for element in document.cssselect(selector)]


def cells(document: html.HtmlElement, selector: str) -> list[list[str]]:
    """The rows of a table."""
    return [texts(row, "th, td") for row in document.cssselect(f"{selector} tr")]


def test_patients_are_counted_by_program_and_quarter_as_who_consented(practice: Path) -> None:
    document = parsed(written(practice))
    assert cells(document, "#included ~ .scroll table") == [
        ["Kwartaal", "lage rug", "nek", "schouder", "artrose knie", "artrose heup", "TKP", "Alle"],
        ["2022Q1", "3", "–", "–", "–", "–", "1", "4"],
        ["2022Q2", "1", "2", "1", "1", "1", "–", "6"],
        ["Samen", "4", "2", "1", "1", "1", "1", "10"],
    ]
    assert texts(document, "desc")[:2] == ["2022Q1: 3; 2022Q2: 1", "2022Q1: 0; 2022Q2: 2"]
    assert [bar.get("height") for bar in document.cssselect("figure:first-child rect.bar")] == ["64", "22"]
    assert "3 trajecten zonder toestemming" in texts(document, "#included ~ .intro")[0]


def test_what_was_measured_is_what_quality_counts(practice: Path) -> None:
    document = parsed(written(practice))
    config = str(practice / "ei-export.toml")
    done = CliRunner().invoke(main, ["zorg1", "quality", "--config", config, "--today", TODAY, "--json"])
    counted = {
        named(row["program"], row["profile"]): [
            f"{row['trajectories']}",
            f"{row['ended']}",
            *(share(row, moment) for moment in ("intake", "between", "end")),
        ]
        for row in json.loads(done.stdout)["rows"]
    }
    assert {row[0]: row[1:] for row in cells(document, ".measured tbody")} == counted
    assert counted["Alle"] == ["10", "4", "10,0 % 1 van 10", "–", "25,0 % 1 van 4"]


def named(program: str, profile: str | None) -> str:
    if program == "*":
        return "Alle"
    return program if profile == "*" else f"{program}, profiel {profile or 'onbekend'}"


def share(row: dict[str, Any], moment: str) -> str:
    if row[f"{moment}_percent"] is None:
        return "–"
    percent = f"{row[f'{moment}_percent']:.1f}".replace(".", ",")
    return f"{percent} % {row[f'{moment}_measured']} van {row[f'{moment}_due']}"


def test_trajectories_stand_with_what_there_is_to_look_at(practice: Path) -> None:
    document = parsed(written(practice))
    rows = cells(document, ".trajectories tbody")
    assert [row[0] for row in rows][:3] == ["T13", "T12", "T5"]
    assert len(rows) == 13
    assert rows[[row[0] for row in rows].index("T1")] == [
        *("T1", "P1", "lage rug 1", "VGZ", "31-03-2022", "28-04-2022", "ja", "–", "ja", "J", "2"),
    ]
    missed = document.cssselect('[data-kind="MONITOR_MISSED_INCLUSION"] [data-item]')
    assert [dict(place.attrib) for place in missed] == [
        {"data-item": "", "data-program": "lage rug", "data-quarter": "2022Q2", "data-insurer": "VGZ"}
    ]


def test_it_shows_all_that_is_selected_whatever_is_asked_of_the_table(practice: Path) -> None:
    whole = written(practice)
    assert written(practice, "--filter", "program=nek", "--sort", "score:desc") == whole
    document = parsed(written(practice, "--from", "2022-04", "--until", "2022-06", "--program", "nek"))
    assert {row[2].split()[0] for row in cells(document, ".trajectories tbody")} == {"nek"}
    about = texts(document, "header .about")[1]
    assert about == "Trajecten die begonnen van 01-04-2022 tot en met 30-06-2022. Alleen nek."


def test_without_anybody_it_says_so(practice: Path) -> None:
    document = parsed(written(practice, "--from", "2030-01", "--lang", "en"))
    assert texts(document, "#included ~ .intro")[1] == "There are no trajectories of patients who consented."
    assert not document.cssselect("svg, table, [data-controls]")


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_can_be_read_without_seeing_it(practice: Path, language: str) -> None:
    document = parsed(written(practice, "--lang", language))
    assert document.get("lang") == language
    levels = [int(str(element.tag)[1]) for element in document.cssselect("h1, h2, h3, h4")]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(head.get("scope") in ("col", "row") for head in document.cssselect("th"))
    assert len(document.cssselect("label > input, label > select")) == len(document.cssselect("input, select")) == 10
    ids = document.xpath("//@id")
    assert len(ids) == len(set(ids))
    named = [name for names in document.xpath("//@aria-labelledby") for name in names.split()]
    assert {*named, *(link.removeprefix("#") for link in document.xpath("//a/@href"))} <= set(ids)
    assert all(chart.get("role") == "img" or chart.get("aria-hidden") == "true" for chart in document.cssselect("svg"))


def test_it_can_load_and_run_nothing_but_itself(practice: Path) -> None:
    text = written(practice)
    document = parsed(text)
    (policy,) = document.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert not document.xpath("//@src | //@style | //link | //@*[starts-with(name(), 'on')]")
    assert all(link.startswith("#") for link in document.xpath("//@href"))
    assert not re.search(r"https?:|url\(|@import", text)


def test_nobody_is_on_it(practice: Path) -> None:
    text = written(practice)
    assert not any(bsn in text for bsn in BSNS)
    assert not re.search(r"\b19[0-9]{2}-[0-9]{2}-[0-9]{2}\b|\b[0-9]{2}-[0-9]{2}-19[0-9]{2}\b", text)


@pytest.mark.parametrize(("text", "shown"), [(HOSTILE, HOSTILE), (FORMULA, f"'{FORMULA}")])
def test_text_of_others_stays_text(tmp_path: Path, text: str, shown: str) -> None:
    start = visit("A1", "2022-03-31", "01", text, consent="J", category=text, measurement_name=text)
    zorg1_practice(tmp_path, ({**start, "patient_id": text},))
    document = parsed(written(tmp_path))
    assert len(document.cssselect("script")) == len(document.cssselect("style")) == 1
    assert not document.cssselect("img, [onerror]")
    (row,) = cells(document, ".trajectories tbody")
    assert row[:2] == [shown, shown]


def test_of_many_trajectories_the_last_are_shown(practice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zorg1_page, "_MOST_ROWS", 4)
    document = parsed(written(practice))
    assert len(cells(document, ".trajectories tbody")) == 4
    assert texts(document, "#trajectories ~ .intro")[0].startswith("Hier staan de 4 van 13 die het laatst begonnen.")
    assert texts(document, "#included ~ .scroll tfoot td")[-1] == "10"
    assert len(document.cssselect('[data-kind="MONITOR_MISSED_INCLUSION"] [data-program="lage rug"]')) == 1


def test_of_many_quarters_the_charts_show_the_last(practice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zorg1_page, "_MOST_BARS", 1)
    document = parsed(written(practice))
    assert texts(document, "desc")[0] == "2022Q2: 1"
    assert len(cells(document, "#included ~ .scroll tbody")) == 2


def test_the_criteria_that_are_not_met_are_told(tmp_path: Path) -> None:
    zorg1_practice(tmp_path)
    assert not parsed(written(tmp_path)).cssselect(".unmet")
    settings = tmp_path / "ei-export.toml"
    settings.write_text(f"{settings.read_text('utf-8')}\n[zorg1.criteria]\nend = 100\n", "utf-8")
    unmet = texts(parsed(written(tmp_path)), ".unmet li strong")
    assert len(unmet) == 4
    assert "THP" in unmet[-1]
