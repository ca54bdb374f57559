"""``show`` on whole files: exact pages, JSON that gives back the bytes, masks that leave nobody, broken files."""

import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ei_export.base.problems import LANGUAGES, InputError, Language, SettingsError
from ei_export.commands.show import show as showing
from ei_export.commands.show.describe import Choice
from ei_export.commands.show.page import _date as shown_date
from ei_export.commands.show.show import Showing, show
from ei_export.standards.files import FoundFile
from ei_export.standards.flat.record import Element, Layout
from tests.manual.practice import bsns
from tests.support.messages import (
    DEBTORS,
    FILLED,
    HEADER,
    LINE,
    PERSON,
    PM304,
    PM305,
    RECORDS,
    TRAILER,
    Values,
    flat,
    shown,
)

PAGES: Final = Path(__file__).parent / "pages"
ALL: Final = Choice(everything=True)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("show") / "file.txt"
    path.write_bytes(flat())
    return path


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["declaration", "return"])
def test_pages_to_the_byte(name: str, language: Language) -> None:
    page = shown(PAGES / f"{name}.txt", language).replace(f"{PAGES}/", "")
    again = f"in {PAGES}: ei-export show {name}.txt --lang {language} > {name}.{language}"
    assert page.encode() == (PAGES / f"{name}.{language}").read_bytes(), f"if that is right, make it anew, {again}"


# JSON ------------------------------------------------------------------------------------------------


def values_of(element: Element) -> st.SearchStrategy[str]:
    if element.type == "N":
        return st.integers(0, 10**element.length - 1).map(str)
    text = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=element.length)
    return text.map(lambda text: text.rstrip(" "))


@pytest.mark.parametrize("layout", [PM304, PM305], ids=["PM304", "PM305"])
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_json_gives_back_the_bytes(file: Path, layout: Layout, data: st.DataObject) -> None:
    known = {**layout.records, "03": DEBTORS[layout.length]}
    kinds = data.draw(st.lists(st.sampled_from(sorted(known)), max_size=4))
    records: list[tuple[str, Values]] = [("01", HEADER)]
    for kind in kinds:
        taken = {"0102"}  # what tells the message
        elements = [element for element in known[kind].elements[1:] if element.id not in taken]
        records.append((kind, {element.id: data.draw(values_of(element)) for element in elements}))
    content = flat(records, layout)
    path = file.with_name(f"{layout.name}.txt")
    path.write_bytes(content)
    document = json.loads(shown(path, as_json=True))
    assert document["standard"] == layout.name.replace("-", " ").upper()
    assert [record["record"] for record in document["records"]] == list(range(1, len(records) + 1))
    again = [(record["kind"], record["elements"]) for record in document["records"]]
    assert flat(again, layout) == content


def test_json_is_what_the_contract_says(file: Path) -> None:
    document = json.loads(shown(file, as_json=True))
    first, _, line, _ = document["records"]
    assert list(document) == ["standard", "records"]
    assert list(first) == ["record", "kind", "elements"]
    assert (first["record"], first["kind"], list(first["elements"])[:3]) == (1, "01", ["0101", "0102", "0103"])
    assert {id: line["elements"][id] for id in ("0410", "0411", "0416", "0418", "0420")} == {
        "0410": "4000",
        "0411": "0001",
        "0416": "00000000",
        "0418": "5110",
        "0420": "",
    }


def test_json_of_chosen_elements(file: Path) -> None:
    document = json.loads(shown(file, choice=Choice(elements=frozenset({"0409", "0410", "9904"})), as_json=True))
    assert document["records"] == [
        {"record": 3, "kind": "04", "elements": {"0409": "012", "0410": "4000"}},
        {"record": 4, "kind": "99", "elements": {"9904": "000001"}},
    ]


def test_json_says_what_is_odd(file: Path) -> None:
    path = file.with_name("odd.txt")
    path.write_bytes(flat() + b"07 unknown\r\n" + flat([("04", LINE)])[:200] + b"\r\n")
    *_, unknown, short = json.loads(shown(path, as_json=True))["records"]
    assert unknown == {
        "record": 5,
        "kind": "07",
        "elements": {},
        "notes": [{"code": "unknown", "found": 0, "expected": 0}],
        "text": "07 unknown",
    }
    assert short["notes"] == [{"code": "length", "found": 200, "expected": 310}]
    assert short["elements"]["0410"] == "4000"
    masked = json.loads(shown(path, as_json=True, mask=True))["records"][4]
    assert (masked["elements"], masked["text"]) == ({}, "***")


# Masks -----------------------------------------------------------------------------------------------

BSNS: Final = tuple(islice(bsns(), 50))
#: Of letters that together make no word of a page.
NAMES: Final = st.text("qxzwjQXZWéü", min_size=3, max_size=12).filter(lambda name: len(set(name.lower())) > 2)
PERSONS: Final = st.fixed_dictionaries(
    {
        "0203": st.sampled_from(BSNS),
        "0205": st.integers(10**8, 10**15 - 1).map(str),
        "0207": st.dates(date(1910, 1, 1), date(2009, 12, 31)).map("{:%Y%m%d}".format),
        "0210": NAMES,
        "0213": st.just("") | NAMES,
        "0217": st.from_regex(r"[1-9][0-9]{3}[QXZ]{2}", fullmatch=True),
    }
)
#: Elements that take any text, and how much.
FREE: Final = {"0116": 12, "0118": 14, "0406": 15, "0410": 6, "0434": 20, "0435": 20, "9804": 140}


def written(person: Mapping[str, str]) -> Iterator[str]:
    """What must not be seen of a person wherever a vendor writes it."""
    yield from filter(None, (person["0203"], person["0210"], person["0213"]))
    day = datetime.strptime(person["0207"], "%Y%m%d")  # noqa: DTZ007 - of a date
    for form in ("%Y%m%d", "%d%m%Y", "%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"):
        yield f"{day:{form}}"


def written_near(person: Mapping[str, str]) -> Iterator[str]:
    """The same, on the lines of the person."""
    yield from (*written(person), person["0205"], person["0217"])


def unseen(person: Mapping[str, str]) -> Iterator[str]:
    """The same, and as a page writes it."""
    yield from (*written_near(person), shown_date(person["0207"], "en"))


@st.composite
def messages_of(draw: st.DrawFn) -> tuple[bytes, list[dict[str, str]]]:
    """A declaration or return, with persons in it wherever a vendor could put them, and who they are."""
    persons = draw(st.lists(PERSONS, min_size=1, max_size=3))
    anywhere = [text for person in persons for text in written(person)]

    def free(*elements: str, near: Iterable[str] = ()) -> Values:
        pieces = st.sampled_from([*anywhere, *near])
        texts = st.builds(
            "{}{}{}".format, st.sampled_from(["", "A-", "2021/"]), pieces, st.sampled_from(["", "/7", "X"])
        )
        return {
            id: text for id in elements if len(text := draw(st.just("") | texts | texts.map(str.upper))) <= FREE[id]
        }

    records: list[tuple[str, Values]] = [("01", {**HEADER, **free("0116", "0118")})]
    for person in draw(st.permutations([*persons, *persons[:1]])):
        records.append(("02", {**PERSON, **person}))
        line = {**LINE, "0403": person["0203"], "0405": person["0205"]}
        free_texts = ("0406", "0410", "0434", "0435")
        records += [
            ("04", {**line, **free(*free_texts, near=written_near(person))}) for _ in range(draw(st.integers(0, 2)))
        ]
        records.append(("98", free("9804")))
    return flat([*records, ("99", TRAILER)], draw(st.sampled_from([PM304, PM305]))), persons


@settings(max_examples=20, deadline=None)
@given(message=messages_of())
def test_a_mask_leaves_nobody(file: Path, message: tuple[bytes, list[dict[str, str]]]) -> None:
    content, persons = message
    path = file.with_name("persons.txt")
    path.write_bytes(content)
    pages = [shown(path, language, ALL, mask=True) for language in LANGUAGES]
    pages.append(shown(path, as_json=True, mask=True))
    for page in pages:
        for seen in (page.casefold(), re.sub(r"\n *", "", page).casefold()):  # also what goes on on the next line
            assert [text for person in persons for text in unseen(person) if text.casefold() in seen] == []


def test_without_a_mask_they_are_all_there(file: Path) -> None:
    page = shown(file)
    assert [text in page for text in ("123456782", "Wolters", "23-09-2011", "1234AB", "0040010020", "K17")] == [
        True
    ] * 6


def test_a_masked_page_names_no_file(file: Path) -> None:
    path = file.with_name("123456782.txt")
    path.write_bytes(flat())
    for as_json in (True, False):
        assert "123456782" not in shown(path, as_json=as_json, mask=True)
        assert "123456782" in shown(path, as_json=as_json)


# Several files ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bundle(file: Path) -> Path:
    path = file.with_name("bundle.zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("one.txt", flat())
        archive.writestr("111222333.txt", b"what is this")
        archive.writestr("three.txt", flat([*RECORDS[:1], RECORDS[-1]], PM305))
    return path


def told(path: Path, **how: Any) -> tuple[int, str]:
    out = io.StringIO()
    return show(path, Showing("en", FILLED, **how), out), out.getvalue()


def test_every_file_in_a_zip_is_shown(bundle: Path) -> None:
    exit_code, page = told(bundle)
    assert exit_code == InputError.exit_code
    names = tuple(f"{bundle}/{name}.txt" for name in ("one", "111222333", "three"))
    told_of = [line for line in page.splitlines() if line.endswith(names) and "The file" not in line]
    assert [*dict.fromkeys(told_of)] == [  # a name may stand on a line of its own again where a sentence is broken off
        f"PM304 3.2  {bundle}/one.txt",
        f"{bundle}/111222333.txt",
        f"PM305 3.2  {bundle}/three.txt",
    ]
    assert "is not a declaration or return file" in " ".join(page.split())


def test_a_zip_is_one_document(bundle: Path) -> None:
    exit_code, page = told(bundle, as_json=True)
    one, two, three = json.loads(page)["files"]
    assert exit_code == InputError.exit_code
    assert (one["file"], one["standard"], len(one["records"])) == (f"{bundle}/one.txt", "PM304 3.2", 4)
    assert (two["standard"], two["records"], two["problems"][0]["code"]) == (None, [], "FILE_NOT_RECOGNISED")
    assert (three["standard"], len(three["records"])) == ("PM305 3.2", 2)


@pytest.mark.parametrize("as_json", [True, False])
def test_files_in_a_masked_zip_are_numbered(bundle: Path, as_json: bool) -> None:
    page = told(bundle, as_json=as_json, mask=True)[1]
    assert "111222333" not in page
    assert "123456782" not in page
    if as_json:
        assert [each["file"] for each in json.loads(page)["files"]] == ["1", "2", "3"]


def test_a_choice_may_be_of_one_file_in_a_zip(bundle: Path) -> None:
    page = told(bundle, as_json=True)[1]
    assert page
    chosen = io.StringIO()
    show(bundle, Showing("en", Choice(elements=frozenset({"9909"})), as_json=True), chosen)
    assert [each["records"] for each in json.loads(chosen.getvalue())["files"]][:2] == [[], []]


def test_a_folder_is_shown_by_name(file: Path, tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt"):
        (tmp_path / name).write_bytes(flat())
    exit_code, page = told(tmp_path, as_json=True)
    assert exit_code == 0
    assert [each["file"] for each in json.loads(page)["files"]] == [f"{tmp_path}/a.txt", f"{tmp_path}/b.txt"]


# Refusals --------------------------------------------------------------------------------------------


def refused(path: Path, choice: Choice = FILLED) -> str:
    out = io.StringIO()
    with pytest.raises((InputError, SettingsError)) as caught:
        show(path, Showing("nl", choice), out)
    assert out.getvalue() == ""
    return caught.value.code


def test_what_cannot_be_shown_is_refused(file: Path, tmp_path: Path) -> None:
    assert refused(tmp_path / "none.txt") == "FILE_UNREADABLE"
    assert refused(tmp_path) == "FILES_NONE"
    (tmp_path / "x.txt").write_bytes(b"x")
    assert refused(tmp_path / "x.txt") == "FILE_NOT_RECOGNISED"
    (tmp_path / "y.zip").write_bytes(b"PK\x03\x04 and no more")
    assert refused(tmp_path / "y.zip") == "ZIP_DAMAGED"
    assert refused(file, Choice(elements=frozenset({"0483"}))) == "SHOW_ELEMENT_UNKNOWN"


class Failing(io.BytesIO):
    """A file on a disk that gives up after its first record."""

    def readline(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise OSError(5, "Input/output error")
        return super().readline(size)


@pytest.mark.parametrize("as_json", [True, False])
def test_a_file_that_ends_too_soon_is_shown_as_far_as_it_goes(
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    as_json: bool,
) -> None:
    monkeypatch.setattr(showing, "entries", lambda path: iter([FoundFile(str(path), Failing(flat()))]))
    exit_code, page = told(file, as_json=as_json)
    assert exit_code == InputError.exit_code
    if as_json:
        document = json.loads(page)
        assert [record["kind"] for record in document["records"]] == ["01"]
        assert document["problems"][0]["code"] == "FILE_UNREADABLE"
    else:
        assert "record 1 (01)" in page
        assert "cannot be read" in " ".join(page.split())


# Pages -----------------------------------------------------------------------------------------------


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_pages_of_anything_are_at_most_eighty_wide(file: Path, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(PM305.records)))
    values = {element.id: data.draw(values_of(element)) for element in PM305[kind].elements[1:] if element.id != "0102"}
    path = file.with_name("wide.txt")
    path.write_bytes(flat([("01", HEADER), (kind, values)], PM305) + data.draw(st.binary(max_size=400)))
    for choice, mask in ((FILLED, False), (ALL, False), (ALL, True)):
        lines = shown(path, "nl", choice, mask=mask).splitlines()[1:]  # the first has the name of the file
        assert max(map(len, lines)) <= 80
        assert all(line.isprintable() for line in lines)


def test_records_are_written_as_they_are_read(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """So that a file may be longer than memory."""
    out = io.StringIO()
    written_before: list[int] = []

    class Watched(io.BytesIO):
        def readline(self, size: int | None = -1) -> bytes:
            written_before.append(out.tell())
            return super().readline(size)

    monkeypatch.setattr(showing, "entries", lambda path: iter([FoundFile(str(path), Watched(flat()))]))
    show(file, Showing("nl", FILLED), out)
    assert len(written_before) == 5
    assert written_before == sorted(set(written_before))
