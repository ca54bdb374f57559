"""The report as a file: its form, its words, what it may hold, and how large it gets."""

import base64
import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib import resources
from itertools import pairwise, repeat
from typing import get_args

import pytest
from attrs import evolve
from lxml import html

from ei_export.base.entries import read_words
from ei_export.base.problems import LANGUAGES, SEVERITIES, Language
from ei_export.base.specs import SPECS
from ei_export.commands.worklist.task import Basis
from ei_export.declaring.files import MOST_LINES
from ei_export.model.tasks import TaskName
from tests.support.pages import (
    LATE,
    Found,
    deadline_passed,
    declaration,
    full,
    line,
    page,
    report,
    tariff_missing,
    work,
)

TEMPLATES = ("report.html", "next.html", "tasks.html", "steering.html", "parts.html", "last_run.html")
#: Elements without an end.
VOID = frozenset({"meta", "input", "wbr", "rect"})


def parsed(text: str) -> html.HtmlElement:
    return html.document_fromstring(text)


def texts(document: html.HtmlElement, selector: str) -> list[str]:
    return [" ".join(element.text_content().split()) for element in document.cssselect(selector)]


# Words ---------------------------------------------------------------------------------------------


def test_every_state_has_a_word() -> None:
    built = {entry.key for entry in read_words(SPECS / "words" / "worklist.toml")}
    assert {*get_args(TaskName)} | {f"basis_{basis}" for basis in get_args(Basis)} <= built
    of_pages = {entry.key for entry in read_words(SPECS / "words" / "page.toml")}
    assert {f"level_{severity}" for severity in SEVERITIES} <= of_pages


# Form ----------------------------------------------------------------------------------------------


class _Balance(HTMLParser):
    """Every element that is opened is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and (not self.open or self.open.pop() != tag):
            self.wrong.append(f"</{tag}> at {self.getpos()}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_well_formed(language: Language) -> None:
    text = page(full(language))
    balance = _Balance()
    balance.feed(text)
    balance.close()
    assert balance.wrong == []
    assert balance.open == []
    document = parsed(text)
    assert document.get("lang") == language
    ids = document.xpath("//@id")
    assert len(ids) == len(set(ids))
    named = [name for names in document.xpath("//@aria-labelledby") for name in names.split()]
    targets = [link.removeprefix("#") for link in document.xpath("//a/@href")]
    assert {*named, *targets} <= set(ids)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_can_be_read_without_seeing_it(language: Language) -> None:
    document = parsed(page(full(language)))
    levels = [int(str(element.tag)[1]) for element in document.cssselect("h1, h2, h3, h4")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert levels.count(1) == 1
    assert all(head.get("scope") in ("col", "row") for head in document.cssselect("th"))
    assert len(document.cssselect("label > input, label > select")) == len(document.cssselect("input, select")) == 9
    charts, captions = document.cssselect("svg"), texts(document, "figcaption")
    told = [[texts(document, f"#{id}")[0] for id in str(chart.get("aria-labelledby")).split()] for chart in charts]
    assert {chart.get("role") for chart in charts} == {"img"}
    assert [title for title, _ in told] == captions
    assert [("2023-12" in text, "0-30" in text, "VGZ" in text) for _, text in told] == [
        (True, False, False), (False, True, False), (False, False, True),
    ]  # fmt: skip
    assert len(ids := [element.get("id") for element in document.cssselect("[id]")]) == len({*ids})


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_on_it(language: Language) -> None:
    document = parsed(page(full(language)))
    (head,) = texts(document, "header")
    for said in ("Fysiotherapie De Brug", "R000001", "appointments.csv", "2024", "Test"):
        assert said in head
    assert [section.get("aria-labelledby") for section in document.cssselect("main section[aria-labelledby]")] == [
        "next", "appointments", "worklist", "figures", "insurers", "problems", "lines",
    ]  # fmt: skip
    amount = "€ 370,35" if language == "nl" else "€ 370.35"
    assert texts(document, ".stacks tfoot td") == ["2", "3", amount, "3", "2"]
    assert texts(document, "[aria-labelledby=insurers] .stacks tbody th") == [
        "Menzis (3332)", "VGZ (7095)PM304_7095_240201007095.txt", "CZ (9664)PM304_9664_240201009664.txt",
    ]  # fmt: skip
    assert texts(document, "[aria-labelledby=insurers] .stacks tbody tr:first-child td")[-2:] == ["1", "–"]
    assert [text.split()[0] for text in texts(document, ".tasks tbody th")] == WORK[language]
    assert "25" in texts(document, ".tasks .late")[-1]
    assert "Te laat ingediend" in texts(document, ".tasks tbody tr:first-child")[0]
    assert "tarieven.csv" in texts(document, ".tasks tbody tr:nth-child(2) .remedy")[0]
    assert texts(document, ".lines tbody tr:first-child > *")[:2] == ["240201R0000010000001", "L00001"]


WORK = {"nl": ["afgewezen", "tarieven", "vastgehouden"], "en": ["refused", "tariffs", "held"]}


# What it says --------------------------------------------------------------------------------------


def test_what_problems_have_in_common_is_said_once() -> None:
    found = [tariff_missing(1), tariff_missing(2), deadline_passed(1), deadline_passed(2), deadline_passed(3, "7095")]
    document = parsed(page(report(found)))
    assert texts(document, ".level h3") == ["Held or wrong (2)", "Warnings (3)"]
    assert texts(document, "h4") == [
        'There is no tariff for 940131 with VGZ on 2023-09-25 in the list "productafspraken Zorg1".',
        "CZ takes declarations until 12 months after the treatment; that period ended on …",
        "VGZ takes declarations until 12 months after the treatment; that period ended on 2023-04-15.",
    ]
    assert texts(document, ".times") == ["2 ×", "2 ×", ""]
    places = texts(document, ".places li")
    assert places[0] == "appointment A00001 trajectory T1 VGZ appointments.csv, row 1, column date"
    assert places[3] == "appointment B00002 2023-03-15 CZ from an earlier feed"
    assert texts(document, ".tag")[0] == "TARIFF_MISSING · return code 0611"


def test_what_differs_is_left_blank_and_said_at_its_place() -> None:
    one, other = tariff_missing(1), tariff_missing(2)
    other[-1]["list"] = "tarieven overige coderingen"
    document = parsed(page(report([one, other])))
    assert texts(document, "h4") == ['There is no tariff for 940131 with VGZ on 2023-09-25 in the list "…".']
    assert [text.split(" T", 1)[1] for text in texts(document, ".places li")] == [
        "1 productafspraken Zorg1 VGZ appointments.csv, row 1, column date",
        "2 tarieven overige coderingen VGZ appointments.csv, row 2, column date",
    ]


def test_a_heading_keeps_what_stands_behind_a_blank() -> None:
    found: list[Found] = [
        ("CONTRACT_MISSING", f"A{number}", "", 1, "", {"date": "2023-09-25", "insurer": insurer})
        for number, insurer in enumerate(("CZ", "Menzis"))
    ]
    document = parsed(page(report(found, language="nl")))
    (heading,) = texts(document, "h4")
    assert heading.startswith("Op 25-09-2023 heeft de praktijk geen contractpositie met …; deze afspraak wordt niet")
    assert [text.split(" appointments.csv")[0] for text in texts(document, ".places li")] == [
        "afspraak A0 CZ",
        "afspraak A1 Menzis",
    ]


def test_problems_with_one_remedy_in_words_differ_by_what_it_is_filled_in_with() -> None:
    found: list[Found] = [
        ("DATE_INVALID", f"A{number}", "", number, "", {"found": f"{number}-13", "expected": expected})
        for number, expected in enumerate(("YYYY", "YYYY", "9"))
    ]
    document = parsed(page(report(found, language="nl")))
    assert texts(document, "h4") == ['"…" is geen bestaande datum.', '"2-13" is geen bestaande datum.']
    assert ["JJJJ" in text for text in texts(document, ".remedy")] == [True, False]


def test_a_run_that_declared_nothing_says_so() -> None:
    document = parsed(page(report()))
    assert texts(document, "h1") == ["No declarations on 2024-02-01"]
    assert texts(document, "#next ~ *") == ["There is nothing to do."]
    assert not document.cssselect("svg, table, [data-controls]")

    held = parsed(page(report([tariff_missing(1)])))
    assert texts(held, ".figures div")[0] == "Held1"
    assert texts(held, ".steps li") == ["Solve what is held. What is right then goes out by itself in the next run."]


def test_what_belongs_to_no_known_insurer_is_counted_too() -> None:
    code, appointment, trajectory, row, _, params = deadline_passed(1)
    found = [(code, appointment, trajectory, row, uzovi, params) for uzovi in ("", "9999")]
    document = parsed(page(report(found)))
    assert texts(document, "[aria-labelledby=insurers] .stacks tbody th") == ["unknown (9999)", "other"]


def test_bars_are_as_long_as_their_amounts_and_a_negative_one_has_none() -> None:
    declarations = [declaration("7095", 1, 5_000), declaration("9664", 2, 20_000), declaration("3332", 1, -100)]
    document = parsed(page(report(declarations=declarations)))
    assert [bar.get("width") for bar in document.cssselect("rect.bar")] == ["100.00%", "25.00%", "0.00%"]
    assert texts(document, ".stacks tfoot td")[2] == "€ 249.00"
    alone = parsed(page(report(declarations=[declaration("3332", 1, -100)])))
    assert [bar.get("width") for bar in alone.cssselect("rect.bar")] == ["0.00%"]


def test_a_credit_has_its_sign() -> None:
    lines = [line(1), line(2, debit_credit="C")]
    document = parsed(page(report(lines=lines, declarations=[declaration("7095", 2, 0)])))
    assert [row[-1] for row in (texts(tr, "td") for tr in document.cssselect(".lines tbody tr"))] == [
        "€ 123.45", "€ -123.45",
    ]  # fmt: skip


# What it may hold ----------------------------------------------------------------------------------


HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_of_others_stays_text(language: Language) -> None:
    code, _, _, row, uzovi, params = tariff_missing(1)
    found = (code, HOSTILE, HOSTILE, row, uzovi, {**params, "code": HOSTILE})
    shown = report(
        [found],
        [line(1, appointment_id=HOSTILE, trajectory=HOSTILE)],
        [evolve(declaration("7095", 1, 100), insurer=HOSTILE)],
        language,
        work(evolve(LATE, appointment_id=HOSTILE, patient_id=HOSTILE, trajectory=HOSTILE, insurer=HOSTILE)),
        HOSTILE,
    )
    shown.summary.insurers = {"7095": HOSTILE}
    document = parsed(page(shown))
    assert len(document.cssselect("script")) == len(document.cssselect("style")) == 1
    assert not document.cssselect("img, [onerror]")
    assert texts(document, ".practice") == texts(document, ".lines tbody td")[:1] == [HOSTILE]
    assert HOSTILE in texts(document, "h4")[0]
    assert document.cssselect("[data-item]")[0].get("data-insurer") == HOSTILE


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_can_load_and_run_nothing_but_itself(language: Language) -> None:
    text = page(full(language))
    document = parsed(text)
    (policy,) = document.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    for rule, tag in (("style-src", "style"), ("script-src", "script")):
        ((inside,),) = [re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)]
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert rules.pop(rule) == f"'sha256-{digest}'"
    assert rules == {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'"}
    assert not document.xpath("//@src | //@style | //link | //@*[starts-with(name(), 'on')]")
    assert all(link.startswith("#") for link in document.xpath("//@href"))
    assert not re.search(r"https?:|url\(|@import", text)


def test_it_is_the_same_every_time() -> None:
    assert page(full("nl")) == page(full("nl")) != page(full("en"))


# Size ----------------------------------------------------------------------------------------------


class _Many:
    """Problems of many kinds, as a list of them holds its lines, without keeping them."""

    def __init__(self, kinds: int, of_each: int) -> None:
        problems = report([tariff_missing(1)], language="nl").summary.problems
        (self._line,) = problems.lines
        self._kinds, self.of_each, self.count = kinds, of_each, kinds * of_each

    def __iter__(self) -> Iterator[str]:
        severity, code, rest = self._line.split("\x1f", 2)
        for kind in range(self._kinds):
            yield from repeat(f"{severity}\x1f{code}{kind:03}\x1f{rest}", self.of_each)


def test_any_number_of_lines_and_problems_makes_a_page_of_a_few_megabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line(number) for number in range(MOST_LINES)]
    shown = report(lines=lines, declarations=[declaration("7095", 1_000_000, 100)], language="nl")
    many = _Many(kinds=20, of_each=2_500)
    monkeypatch.setattr(shown.summary.problems, "lines", many)
    text = page(shown)
    assert len(text) < 4_000_000
    document = parsed(text)
    assert "Hier staan de eerste 2.000 van 1.000.000 regels; lines.csv heeft ze alle." in texts(document, "#lines ~ p")
    shown_of = [len(kind.cssselect("[data-item]")) for kind in document.cssselect(".kind")]
    assert shown_of == [2_000, 2_000, 1_000, *[20] * 17]
    assert texts(document, ".kind .more") == [
        f"En nog {many.of_each - shown:,} keer; zie problems.csv.".replace(",", ".") for shown in shown_of
    ]


def test_a_long_work_list_is_cut() -> None:
    many = work(*(evolve(LATE, key=f"A{number:05}") for number in range(600)))
    document = parsed(page(report(found_work=many)))
    assert len(document.cssselect(".tasks tbody tr")) == 500
    assert texts(document, ".more") == ["These are the first 500 of 600; werklijst.xlsx has them all."]


def test_what_waits_for_one_cause_stands_once_with_what_it_is() -> None:
    things = (evolve(LATE, key=f"A{number:02}", appointment_id=f"A{number:02}") for number in range(25))
    many = work(*(evolve(thing, waits_for=("tariff", "940131")) for thing in things))
    document = parsed(page(report(found_work=many)))
    (row,) = texts(document, ".tasks tbody tr")
    assert row.startswith("held 25 ×")
    assert "€ 3,086.25 estimate" in row.replace("\xa0", " ")
    assert row.endswith("A19 (2022-09-25) and 5 more")


@pytest.mark.parametrize(
    ("package", "parts"),
    [
        ("ei_export.commands.run", {*TEMPLATES}),
        ("ei_export.output", {"shared.html", "charts.html", "page.css", "page.js"}),
    ],
)
def test_pages_are_in_the_package(package: str, parts: set[str]) -> None:
    assert {part.name for part in resources.files(package).joinpath("page").iterdir()} == parts
