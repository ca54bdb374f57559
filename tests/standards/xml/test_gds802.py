"""GDS802: what an answer says, at whatever depth."""

import pytest

from ei_export.base.problems import InputError
from ei_export.standards.answer import Answer, LineAnswer
from ei_export.standards.xml import gds802
from tests.support.gds import ANSWER, M574, edit, message

PLACE = (
    "<Zorgaanbieder><Zorgaanbiedercode>04012345</Zorgaanbiedercode><ZorgaanbiederSoort>2</ZorgaanbiederSoort>"
    "</Zorgaanbieder>"
)
FEEDBACK = "<Feedback><Retourcode>{}</Retourcode></Feedback>"


def read(*edits: str) -> Answer:
    return gds802.read(message(ANSWER, *map(edit, edits), of=M574), M574, "a.xml")


def lines(*edits: str) -> dict[str, LineAnswer]:
    return {line.reference: line for line in read(*edits).read()}


BY_VECOZO = ("put VerzenderRol 6", "drop Verzender", "drop DeclaratienummerVerzekeraar")


def test_an_answer_of_an_insurer() -> None:
    answer = read()
    assert (answer.standard, answer.kind, answer.is_insurers, answer.test) == ("GDS802 2.0", "answered", True, False)
    assert (answer.invoice, str(answer.dated), answer.codes) == ("260302000001", "2026-03-09", ())
    assert answer.providers == {"practice_agb": "04012345"}
    assert (answer.declared_cents, answer.granted_cents, answer.lines) == (2450, 1450, 2)
    assert list(answer.read()) == list(answer.read()) == [
        LineAnswer(10, "R1", "D", 3000, 3000, "D", ("8058",)),
        LineAnswer(16, "R2", "C", 1550, 1550, "C", ()),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("place", "behind"),
    [
        ("a line", "ToegekendBedragInclBtwNietFinancieel"),
        ("a care provider", "DebetPrestatie/Referentienummer"),
        ("an insured person", "Prestatie[2]"),
    ],
)
def test_feedback_counts_at_any_depth(place: str, behind: str) -> None:
    feedback = FEEDBACK.format("9352")
    if place == "a care provider":
        feedback = f"<Zorgaanbieder><ZorgaanbiederRol>01</ZorgaanbiederRol>{feedback}</Zorgaanbieder>"
    assert set(lines(f"after {behind} {feedback}")["R1"].codes) == {"8058", "9352"}


@pytest.mark.parametrize("guest", [False, True])
@pytest.mark.parametrize(
    ("behind", "above"),
    [
        ("DebetPrestatie/Referentienummer", ()),
        ("DebetPrestatie/Referentienummer", ("New", "Newer")),
        ("DebetPrestatie", ()),
        ("UzoviNummer", ("AanvullendeVerzekerdegegevens", "Debiteur")),
        ("BetrokkenElement/Elementnaam", ()),
    ],
)
def test_feedback_counts_where_nobody_expects_it(behind: str, above: tuple[str, ...], *, guest: bool) -> None:
    """Also in what we don't know, and as generic functions write it."""
    feedback = FEEDBACK.format("9352")
    if guest:
        feedback = f'<Feedback xmlns="{M574.guest}">{feedback.partition(">")[2]}'
    text = "".join(f"<{name}>" for name in above) + feedback + "".join(f"</{name}>" for name in reversed(above))
    assert "9352" in lines(f"after {behind} {text}")["R1"].codes


def test_an_insured_person_at_fault_stands_for_lines_that_are_not_named() -> None:
    edits = ("after UzoviNummer <PatientIdentificatienummer>P001</PatientIdentificatienummer>",)
    feedback = f"after Prestatie[2] {FEEDBACK.format('9269')}"
    assert [line.patient_id for line in read(*edits).read()] == ["P001", "P001"]
    named = lines(*edits, feedback)
    assert named.keys() == {"R1", "R2", ""}
    assert named["R2"].codes == ("9269",)
    assert named[""] == LineAnswer(8, "", "", 0, 0, "", ("9269",), "P001")
    alone = read(*edits, feedback, "drop Prestatie", "drop Prestatie")
    assert (alone.kind, alone.lines) == ("answered", 1)
    assert [line.reference for line in alone.read()] == [""]
    assert "" not in lines(*edits, f"after Prestatie[2] {FEEDBACK.format('8096')}")


@pytest.mark.parametrize(
    "behind",
    [
        "Header/Referentienummer",
        "Factuurdatum",
        "Declarant/ZorgaanbiederSoort",
        "DebetCreditCode",
        "TotaalToegekendBedragInclBtwNietFinancieel",
    ],
)
def test_feedback_above_the_lines_refuses_the_whole(behind: str) -> None:
    answer = read(f"after {behind} {FEEDBACK.format('9264')}", "drop Verzekerde")
    assert (answer.kind, answer.codes, answer.lines) == ("refused", ("9264",), 0)


def test_a_code_that_says_nothing_is_wrong_refuses_nothing() -> None:
    assert read(f"after Header/Referentienummer {FEEDBACK.format('8001')}").kind == "answered"


def test_vecozo_grants_nothing() -> None:
    answer = read(*BY_VECOZO)
    assert (answer.kind, answer.is_insurers, answer.lines) == ("refused", False, 2)


def test_a_declaration_without_totals_is_refused_without_a_word() -> None:
    answer = read(*BY_VECOZO, "drop Overzicht", "drop Verzekerde")
    assert (answer.kind, answer.codes, answer.granted_cents) == ("refused", (), 0)


def test_vecozo_saying_nothing_is_no_answer() -> None:
    with pytest.raises(InputError) as refusal:
        read(*BY_VECOZO, "drop Verzekerde")
    assert refusal.value.code == "RETURN_SAYS_NOTHING"


def test_an_insurer_saying_nothing_of_lines_grants_them() -> None:
    answer = read("drop Verzekerde")
    assert (answer.kind, answer.lines, list(answer.read())) == ("answered", 0, [])


def test_what_is_granted_without_payment_is_granted() -> None:
    edits = ("put ToegekendBedragInclBtwFinancieel 0.00", "put ToegekendBedragInclBtwNietFinancieel 30.00")
    assert lines(*edits)["R1"].granted_cents == 3000


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (
            ("put OntvangerRol 2", "put Ontvanger 98000001"),
            {"practice_agb": "04012345", "service_bureau_agb": "98000001"},
        ),
        (("put Declarant/ZorgaanbiederSoort 1",), {"institution_agb": "04012345"}),
        (
            (
                "put Declarant/ZorgaanbiederSoort 3",
                "put Declarant/Zorgaanbiedercode 04098765",
                f"after Declarant {PLACE}",
            ),
            {"provider_agb": "04098765", "practice_agb": "04012345"},
        ),
    ],
)
def test_who_declared(edits: tuple[str, ...], expected: dict[str, str]) -> None:
    assert read(*edits).providers == expected


@pytest.mark.parametrize("edits", ["after BSN <Later/>", "swap DebetPrestatie/Referentienummer", "swap Overzicht"])
def test_what_a_later_version_adds_or_moves_is_overlooked(edits: str) -> None:
    assert lines(edits).keys() == {"R1", "R2"}


@pytest.mark.parametrize(
    ("edits", "record", "element"),
    [
        ("drop Header", "-", "Header"),
        ("drop Factuurnummer", 2, "Factuurnummer"),
        ("put ToegekendBedragInclBtwFinancieel x", 10, "ToegekendBedragInclBtwFinancieel"),
        ("put Verzenddatum 2026-02-30", 1, "Verzenddatum"),
        ("put Berichtversie 1", 1, "Berichtversie"),
        ("again Header", "-", "Header"),
    ],
)
def test_a_damaged_answer_is_refused(edits: str, record: object, element: str) -> None:
    with pytest.raises(InputError) as refusal:
        list(read(edits).read())
    params = refusal.value.params
    assert (refusal.value.code, params["record"], params["element"]) == ("RETURN_MALFORMED", record, element)
    assert str(refusal.value)
