"""How values and records stand on a page."""

import io
import json

import pytest

from ei_export.base.problems import LANGUAGES, InputError, Language
from ei_export.commands.show.described import Described, Field
from ei_export.commands.show.page import JsonPage, TextPage
from ei_export.standards.contents import Note


def record(*fields: Field, level: int = 0, **also: object) -> Described:
    known: dict[str, object] = {"number": 3, "kind": "04", "title": "Prestatie", "headline": (), "fields": fields}
    return Described(**{**known, "level": level, **also})  # type: ignore[arg-type]


def page(described: Described, language: Language = "nl") -> list[str]:
    out = io.StringIO()
    TextPage(out, language).record(described)
    return out.getvalue().splitlines()[1:]


@pytest.mark.parametrize(
    ("reads", "value", "nl", "en"),
    [
        ("", "K17", "K17", "K17"),
        ("COD833", "03", "03", "03"),
        ("date", "20210309", "09-03-2021", "2021-03-09"),
        ("date", "2025-01-31", "31-01-2025", "2025-01-31"),
        ("date", "20211301", "20211301 (geen bestaande datum)", "20211301 (no existing date)"),
        ("date", "2021030", "2021030", "2021030"),
        ("date", "***", "***", "***"),
        ("euros", "00004000", "€ 40,00", "€ 40.00"),
        ("euros", "00123456789", "€ 1.234.567,89", "€ 1,234,567.89"),
        ("euros", "1234.50", "€ 1.234,50", "€ 1,234.50"),
        ("euros", "4x", "4x", "4x"),
        ("number", "0003", "3", "3"),
        ("number", "***", "***", "***"),
        ("percent", "2100", "21,00%", "21.00%"),
        ("diagnosis", "00003426", "3426", "3426"),
        ("diagnosis", "0000012345", "12345", "12345"),
        ("diagnosis", "M54.5", "M54.5", "M54.5"),
    ],
)
def test_values_are_written_as_people_do(reads: str, value: str, nl: str, en: str) -> None:
    field = Field("0400", "Naam", value, reads)
    assert [page(record(field), language)[1].split(maxsplit=2)[2] for language in LANGUAGES] == [nl, en]


@pytest.mark.parametrize(
    ("reads", "value", "nl"), [("", "", "(leeg)"), ("date", "00000000", "(leeg)"), ("euros", "00000000", "€ 0,00")]
)
def test_what_is_empty_says_so_unless_it_is_a_number(reads: str, value: str, nl: str) -> None:
    assert page(record(Field("0400", "Naam", value, reads, empty=True)))[1].endswith(f"  {nl}")


def test_long_names_and_meanings_go_on_below_themselves() -> None:
    name, meaning = "Naam die langer is dan de kolom van namen", "Een betekenis die niet op de rest van de regel past"
    assert page(record(Field("0400", name, "012", "", meaning), level=1))[1:] == [
        "    0400  Naam die langer is dan de kolom   012  Een betekenis die niet op de",
        "          van namen                              rest van de regel past",
    ]


def test_a_name_that_is_its_own_id_is_written_once() -> None:
    assert page(record(Field("Factuurnummer", "Factuurnummer", "F1")))[1].split() == ["Factuurnummer", "F1"]


def test_a_heading_goes_on_between_its_pieces() -> None:
    amount = Field("0483", "Toegekend", "00020000", "euros")
    headline = (("een", "twee", "drie"),) * 3 + (("toegekend", amount),)
    assert page(record(level=1, headline=headline)) == [
        "  Prestatie: een twee drie  een twee drie  een twee drie           record 3 (04)",
        "    toegekend € 200,00",
    ]


def test_nothing_plays_tricks_on_a_terminal() -> None:
    lines = page(record(Field("0400", "Naam", "a\x1b[2Jb\x85c\xa0d"), text="\x1b]0;x\x07", kind="\x1b1", title=""))
    assert lines == [
        "Onbekend soort record                                              record 3 (?1)",
        "  | ?]0;x?",
        "  0400  Naam                                a?[2Jb?c d",
    ]


def test_notes_stand_above_what_they_are_about() -> None:
    notes = (Note("length", 305, 310), Note("utf8"), Note("unknown"))
    nl = page(record(notes=notes, text="x" * 100))
    assert nl[1:] == [
        "  Let op: dit record heeft 305 tekens en hoort er 310 te hebben.",
        "  Let op: dit record is in UTF-8 geschreven.",
        "  Let op: dit soort record is niet bekend en kan niet worden uitgelegd.",
        f"  | {'x' * 76}",
        f"  | {'x' * 24}",
    ]
    assert "305 characters and should have 310" in page(record(notes=notes), "en")[1]


def test_files_stand_apart() -> None:
    out = io.StringIO()
    text = TextPage(out, "en")
    for name, standard in (("a.txt", "PM304 3.2"), ("b\x1b.txt", ""), ("", "PM305 3.2")):
        text.begin(name, standard)
        text.end(InputError("FILE_UNREADABLE", file=name, reason="gone") if not standard else None)
    text.close()
    rule = "=" * 80
    refusal = "The file b?.txt cannot be read: gone."
    remedy = "Check the name and the place of the file, and whether you may open it."
    assert out.getvalue().splitlines() == [
        "PM304 3.2  a.txt", rule, "", "b?.txt", rule, "", refusal, remedy, "", "PM305 3.2", rule,
    ]  # fmt: skip


def test_json_of_many_files_without_any() -> None:
    out = io.StringIO()
    JsonPage(out, "nl", many=True).close()
    assert json.loads(out.getvalue()) == {"files": []}
