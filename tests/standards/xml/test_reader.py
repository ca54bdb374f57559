"""Messages in XML as records: their numbers, what is in them, and what can be shown of them."""

import gc
import io
from pathlib import Path
from weakref import ref

import pytest

from ei_export.base.problems import InputError
from ei_export.commands.show.describe import Choice
from ei_export.commands.show.show import Showing, show
from ei_export.standards.message import Message
from ei_export.standards.xml.reader import Instance, contents, elements, instances, place_of
from tests.support.gds import ANSWER, DECLARATION, M573, M574, edit, message

NAME = "<Naam>Bakker</Naam><Adres><Straat>Dorpsstraat</Straat></Adres>"
ADDRESS = f"<AanvullendeVerzekerdegegevens>{NAME}</AanvullendeVerzekerdegegevens>"


def read(text: str, *edits: str, of: Message = M573) -> list[Instance]:
    parts = instances(message(text, *map(edit, edits), of=of), of, "a.xml")
    return [one for part, _ in parts if part.number for one in part.walk()]


def test_nothing_of_a_part_is_kept_without_a_garbage_collector() -> None:
    gc.collect()
    gc.disable()
    try:
        kept = [ref(part) for part, _ in instances(message(DECLARATION), M573, "a.xml")]
        assert [one() for one in kept[:-1]] == [None] * 4
    finally:
        gc.enable()


def test_instances_are_numbered_as_they_start() -> None:
    found = read(DECLARATION)
    assert [one.number for one in found] == list(range(1, 19))
    assert [one.name for one in found[:6]] == [
        "Header", "DeclaratieContext", "Declarant", "Verzekerde", "Prestatie", "DebetPrestatie",
    ]  # fmt: skip
    debit = found[5]
    assert (debit.get("Aantal"), debit.get("Einddatum")) == ("1", "")
    assert [one.name for one in debit.inside] == [
        "AanvullendPrestatieKenmerk", "Verwijzing", "Zorgaanbieder", "AanvullendePrestatiegegevens",
    ]  # fmt: skip
    referral = debit.first("Verwijzing")
    assert referral is not None
    assert referral.first("Diagnose") is None
    assert [one.name for one in referral.all("Verwijzer")] == ["Verwijzer"]


@pytest.mark.parametrize("of", [M573, M574], ids=["573", "574"])
def test_every_record_is_of_the_schema(of: Message) -> None:
    schema = elements(of)
    text = DECLARATION if of is M573 else ANSWER
    for content in contents(message(text, of=of), of, "a.xml"):
        assert set(content.values) <= set(schema[content.kind])
        assert content.fits
    assert not any(kind in schema for kind in ("Prestatie", "AanvullendePrestatiegegevens"))


@pytest.mark.parametrize(("reference", "number"), [("R1", 6), ("R2", 16), ("Q9", None), ("260302000001", None)])
def test_a_line_is_found_by_its_reference(reference: str, number: int | None) -> None:
    assert place_of(message(DECLARATION), M573, reference) == number


def test_what_can_not_be_read_on_is_refused() -> None:
    broken = message(DECLARATION).getvalue()[:-40]
    with pytest.raises(InputError) as refusal:
        list(contents(io.BytesIO(broken), M573, "a.xml"))
    assert (refusal.value.code, refusal.value.params["file"]) == ("XML_BROKEN", "a.xml")

    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(InputError) as refusal:
        list(contents(Failing(), M573, "a.xml"))
    assert refusal.value.code == "FILE_UNREADABLE"


def shown(path: Path, *, mask: bool = False, as_json: bool = False) -> str:
    out = io.StringIO()
    assert show(path, Showing("nl", Choice(), as_json, mask), out) == 0
    return out.getvalue()


def test_a_message_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(message(ANSWER, of=M574).getvalue())
    page = " ".join(shown(path).split())
    for words in (
        "GDS802 2.0", "Factuur: 260302000001 van 01-03-2026", "7095 VGZ", "toegekend € 30,00", "Antwoord: 8058",
        "Combinatie paramedische diagnosecode", "Gaat over: Diagnosecode", "Spier-, pees-",
    ):  # fmt: skip
        assert words in page


@pytest.mark.parametrize("as_json", [True, False])
def test_a_mask_leaves_nobody(tmp_path: Path, as_json: bool) -> None:
    path = tmp_path / "a.xml"
    edits = (f"before Prestatie {ADDRESS}", "put DebetPrestatie/Referentienummer 123456782-1")
    path.write_bytes(message(DECLARATION, *map(edit, edits)).getvalue())
    personal = ("123456782", "1980-05-17", "17-05-1980", "P001", "Bakker", "Dorpsstraat")
    assert all(word in shown(path, as_json=as_json) for word in personal if word[:4] not in ("1980", "17-0"))
    masked = shown(path, mask=True, as_json=as_json)
    assert not any(word in masked for word in personal)
    assert "04098765" in masked


def test_a_mask_hides_what_an_answer_says_of_somebody_the_file_does_not_name(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    edits = ("put BetrokkenElement/Elementnaam Geslachtsnaam", "put BetrokkenElement/Elementwaarde Bakker")
    path.write_bytes(message(ANSWER, *map(edit, edits), of=M574).getvalue())
    assert "Bakker" in shown(path)
    masked = shown(path, mask=True)
    assert "Geslachtsnaam" in masked
    assert "Bakker" not in masked


@pytest.mark.parametrize("element", ["Zorgaanbieder/Zorgaanbiedercode", "DebetPrestatie/Aantal", "Header/Verzender"])
def test_a_mask_leaves_nobody_where_nobody_should_be(tmp_path: Path, element: str) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(message(DECLARATION, edit(f"put {element} 123456782")).getvalue())
    assert "123456782" not in shown(path, mask=True)
