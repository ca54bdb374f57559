"""Care from 2025, from the outside: GDS801 beside PM304, what is held for it, and its answers in GDS802."""

import io
import json
import shutil
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ei_export.cli import main
from ei_export.standards.message import messages
from ei_export.standards.xml import fragments
from ei_export.standards.xml.judge.message import XmlFile
from tests.golden.cases import GOLDEN
from tests.support import gds
from tests.support.feeds import BOTH_LISTS, BSNS, Cells, Clinic, Result, contract, tables_read_once, visit
from tests.support.gds_receiver import Declaration, Verdict

__all__ = ["tables_read_once"]

OVERLAY = "verzonnen-2024-2026.csv"
TODAY = "2025-03-01"
GDS801 = next(message for message in messages() if message.code == "573")


def clinic(folder: Path, output: str = "", practice: str = "") -> Clinic:
    """A practice with contracts with VGZ and CZ under the made-up agreements."""
    made = Clinic.open(folder, contracts="".join(contract(insurer, BOTH_LISTS) for insurer in ("VGZ", "CZ")))
    shutil.copyfile(GOLDEN / "gds801-turn-of-2025" / OVERLAY, folder / OVERLAY)
    settings = folder / "ei-export.toml"
    text = settings.read_text(encoding="utf-8").replace(
        'practice_agb = "04012345"\n', practice or 'practice_agb = "04012345"\n'
    )
    settings.write_text(f'{text}\n[agreements]\noverlay = ["{OVERLAY}"]\n[output]\n{output}\n', encoding="utf-8")
    return made


ROWS = (
    visit("A1", "2024-12-03", "940131", "T1", patient="P1"),
    visit("A2", "2025-01-07", "940135", "T1", patient="P1"),
    visit("A3", "2025-01-21", "940134", "T1", patient="P1"),
    visit("A4", "2025-01-14", "940131", "T2", patient="P2"),
    visit("A5", "2025-01-15", "940131", "T3", patient="P3", insurer="CZ"),
)


def declared(result: Result) -> dict[str, Declaration]:
    """The GDS801 messages of a run by UZOVI; their receiver finds nothing wrong with any of them, but
    may ask whether a trajectory has one price."""
    found = {}
    for declaration in result.document["declarations"]:
        if declaration["standard"] == GDS801.name:
            assert declaration["file"].endswith(".xml")
            content = result.files[declaration["file"]]
            faults = XmlFile(GDS801, date.fromisoformat(result.document["today"]), "P").faults(io.BytesIO(content))
            assert {fault.code for fault in faults} <= {"VERIFY_NUMBER_TIMES_TARIFF"}
            found[declaration["uzovi"]] = Declaration.of(content)
    return found


def test_one_run_splits_by_the_day_of_the_care(tmp_path: Path) -> None:
    result = clinic(tmp_path).feed(ROWS).run(today=TODAY)
    assert (result.exit_code, sorted(result.lines)) == (0, ["A1", "A3", "A4", "A5"])
    files = {(d["standard"], d["uzovi"]): d for d in result.document["declarations"]}
    assert files.keys() == {("GDS801 2.0", "7095"), ("GDS801 2.0", "9664"), ("PM304 3.2", "7095")}
    assert len({d["invoice"] for d in files.values()}) == 3
    message = declared(result)["7095"]
    assert [(line.patient, line.text("Begindatum"), line.text("Aantal")) for line in message.lines()] == [
        ("P1", "2025-01-21", "2"),
        ("P2", "2025-01-14", "1"),
    ]
    start = "AanvullendePrestatiegegevens/Zorgtraject/ZorgtrajectStartdatum"
    assert [line.text(start) for line in message.lines()] == ["2024-12-03", "2025-01-14"]
    assert clinic(tmp_path).run(today=TODAY).document["run"] is None


@pytest.mark.parametrize(("standard", "sent"), [("pm304", ["A1"]), ("gds801", ["A3", "A4", "A5"])])
def test_forced_into_one_standard_the_rest_is_held(tmp_path: Path, standard: str, sent: list[str]) -> None:
    practice = clinic(tmp_path, f'standard = "{standard}"').feed(ROWS)
    result = practice.run(today=TODAY)
    assert sorted(result.lines) == sent
    held = {"A1", "A3", "A4", "A5"} - set(sent)
    assert result.found("error") == [("STANDARD_NOT_FOR_DATE", id, "date") for id in sorted(held)]
    later = clinic(tmp_path, 'standard = "auto"').run(today=TODAY)
    assert set(later.lines) == held


@pytest.mark.parametrize(("old", "new"), [("2024-12-30", "2025-01-02"), ("2025-01-02", "2024-12-30")])
def test_what_moves_over_the_turn_of_the_year_is_credited_in_its_own_standard(
    tmp_path: Path, old: str, new: str
) -> None:
    practice = clinic(tmp_path).feed([visit("A1", old, "940131", "T1")])
    (line,) = practice.run(today=TODAY).document["lines"]
    assert practice.feed([visit("A1", new, "940131", "T1")]).run(today="2025-03-02").codes == ["DECLARED_MOVED"]
    assert command(practice, "correct", line["reference"])[0] == 0
    result = practice.run(today="2025-03-03")
    amounts = {d["standard"]: d["amount_cents"] for d in result.document["declarations"]}
    standards = {"2024": "PM304 3.2", "2025": "GDS801 2.0"}
    assert amounts == {standards[old[:4]]: -line["amount_cents"], standards[new[:4]]: line["amount_cents"]}


def test_check_says_the_same_and_writes_nothing(tmp_path: Path) -> None:
    practice = clinic(tmp_path).feed(ROWS)
    checked = practice.command("check", today=TODAY)
    assert not (tmp_path / "out").exists()
    assert [d["sha256"] for d in checked.document["declarations"]] == [
        d["sha256"] for d in practice.run(today=TODAY).document["declarations"]
    ]


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"indication_code": ""}, "ENTITLEMENT_MISSING", "indication_code"),
        ({"indication_code": "004"}, "INDICATION_NOT_ON_DATE", "indication_code"),
        ({"code": "940174", "diagnosis_code": "7023", "indication_code": "012"}, "SIDE_MISSING", "side"),
        ({"referral_date": "2025-01-02"}, "REFERRAL_INCOMPLETE", "referrer_agb"),
        ({"referrer_agb": "01054321"}, "REFERRAL_INCOMPLETE", "referral_date"),
        ({"therapist_agb": "04012345"}, "THERAPIST_NOT_A_PERSON", "therapist_agb"),
        ({"bsn": "999999999", "insured_number": "1234567890123456"}, "INSURED_NUMBER_LENGTH", "insured_number"),
    ],
)
def test_what_is_missing_is_held_and_goes_out_once_it_is_there(
    tmp_path: Path, cells: Cells, code: str, column: str
) -> None:
    right = {"side": "L", "indication_code": "009"} if code == "SIDE_MISSING" else {}
    wrong = visit("A4", "2025-01-14", "940131", "T2", patient="P2") | cells
    other = visit("A9", "2025-01-15", "940131", "T9", patient="P9")
    practice = clinic(tmp_path).feed([wrong, other])
    result = practice.run(today=TODAY)
    assert sorted(result.lines) == ["A9"]
    assert result.found("error") == [(code, "A4", column)]
    fixed = (
        visit("A4", "2025-01-14", "940131", "T2", patient="P2")
        | {name: cells[name] for name in ("code", "diagnosis_code") if name in cells}
        | right
    )
    assert sorted(practice.feed([fixed, other]).run(today=TODAY).lines) == ["A4"]


def test_a_care_path_without_a_known_start_goes_along_with_a_warning(tmp_path: Path) -> None:
    result = clinic(tmp_path).feed([visit("A1", "2025-01-20", "940133", "T1")]).run(today=TODAY)
    assert sorted(result.lines) == ["A1"]
    assert ("CARE_PATH_START_ASSUMED", "A1", "") in result.found("warning")
    (line,) = declared(result)["7095"].lines()
    assert line.text("AanvullendePrestatiegegevens/Zorgtraject/ZorgtrajectStartdatum") == "2025-01-20"


def test_a_care_path_that_may_be_missing_is_left_out_where_its_start_is_not_known(tmp_path: Path) -> None:
    result = clinic(tmp_path).feed([visit("A1", "2025-01-20", "940133", "T1", insurer="CZ")]).run(today=TODAY)
    assert ("CARE_PATH_START_UNKNOWN", "A1", "") in result.found("warning")
    (line,) = declared(result)["9664"].lines()
    assert line.text("PrestatieCodelijstCode") == "081"
    assert [one.tag.rpartition("}")[2] for one in line.element[-1]] == ["Diagnose"]


def test_a_list_of_another_era_is_held(tmp_path: Path) -> None:
    practice = clinic(tmp_path)
    overlay = tmp_path / OVERLAY
    overlay.write_text(overlay.read_text(encoding="utf-8").replace(",073,", ",012,"), encoding="utf-8")
    result = practice.feed(ROWS).run("--lang", "nl", today=TODAY)
    assert sorted(result.lines) == ["A1"]
    assert {code for code, *_ in result.found("error")} == {"LIST_NOT_FOR_DATE"}
    assert "073 / 081" in result.problems[0]["message"]


# The official schema -------------------------------------------------------------------------------


#: Looks at little: the official one was not found.
SCHEMA = f"""\
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="{GDS801.namespace}"
           targetNamespace="{GDS801.namespace}" elementFormDefault="qualified">
  <xs:element name="Bericht"/>
  <xs:element name="UzoviNummer" type="uzovi"/>
  <xs:simpleType name="uzovi">
    <xs:restriction base="xs:string"><xs:pattern value="[0-9]{{4}}"/></xs:restriction>
  </xs:simpleType>
</xs:schema>
"""


def test_files_follow_the_schema_that_the_practice_has(tmp_path: Path) -> None:
    practice = clinic(tmp_path, 'gds801_xsd = "gds801_573.xsd"').feed(ROWS)
    (tmp_path / "gds801_573.xsd").write_text(SCHEMA.replace("{4}", "{3}"), encoding="utf-8")
    refused = practice.run("--lang", "en", today=TODAY)
    assert refused.exit_code == 4
    (problem,) = refused.problems
    assert problem["code"] == "XSD_DIFFERS"
    for words in (
        "declarations/GDS801_7095_250301000001.xml",
        "line 5",
        "gds801_573.xsd",
        "Element 'UzoviNummer'",
        "'…'",
    ):
        assert words in problem["message"]
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").glob("R*"))
    (tmp_path / "gds801_573.xsd").write_text(SCHEMA, encoding="utf-8")
    assert sorted(practice.run(today=TODAY).lines) == ["A1", "A3", "A4", "A5"]


def test_a_schema_may_be_in_several_files(tmp_path: Path) -> None:
    practice = clinic(tmp_path, 'gds801_xsd = "xsd/gds801_573.xsd"').feed(ROWS)
    start, types, rest = SCHEMA.partition("\n  <xs:simpleType")
    (tmp_path / "xsd" / "basis").mkdir(parents=True)
    opening = start[: start.index("\n  <xs:element")]
    include = opening + '\n  <xs:include schemaLocation="basis/types.xsd"/>'
    (tmp_path / "xsd" / "gds801_573.xsd").write_text(start.replace(opening, include) + "</xs:schema>", encoding="utf-8")
    refused = practice.run(today=TODAY)
    assert (refused.exit_code, refused.problems[0]["code"]) == (2, "XSD_BROKEN")
    assert "basis/types.xsd" in refused.problems[0]["message"]
    (tmp_path / "xsd" / "basis" / "types.xsd").write_text(opening + types + rest, encoding="utf-8")
    assert sorted(practice.run(today=TODAY).lines) == ["A1", "A3", "A4", "A5"]


def test_what_is_no_schema_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    practice = clinic(tmp_path, 'gds801_xsd = "gds801_573.xsd"').feed(ROWS)
    (tmp_path / "gds801_573.xsd").write_text("<a/>", encoding="utf-8")
    refused = practice.run(today=TODAY)
    assert (refused.exit_code, refused.problems[0]["code"]) == (2, "XSD_BROKEN")


def test_a_file_that_is_not_built_as_its_table_says_is_not_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice = clinic(tmp_path).feed(ROWS)
    order = [name for name in fragments.nodes().debit_order if name != "Aantal"]
    monkeypatch.setattr(fragments.nodes(), "debit_order", [*order, "Aantal"])
    refused = practice.run(today=TODAY)
    assert (refused.exit_code, refused.problems[0]["code"]) == (4, "FILE_REJECTED")
    assert "Aantal" in refused.problems[0]["message"]
    assert not list((tmp_path / "out").glob("R*"))
    monkeypatch.undo()
    assert sorted(practice.run(today=TODAY).lines) == ["A1", "A3", "A4", "A5"]


# Answers -------------------------------------------------------------------------------------------


def command(practice: Clinic, name: str, *arguments: str) -> tuple[int, dict[str, Any]]:
    options = ["--config", str(practice.folder / "ei-export.toml"), *(["--today", TODAY] if name != "show" else [])]
    done = CliRunner().invoke(main, [name, *options, "--json", *arguments])
    assert done.exit_code in (0, 1, 2, 3), done.stderr
    return done.exit_code, json.loads(done.stdout)


def returned(practice: Clinic, content: bytes) -> dict[str, Any]:
    path = practice.folder / "return.xml"
    path.write_bytes(content)
    _, document = command(practice, "returns", str(path))
    found: dict[str, Any] = document["files"][0]
    return found


def statuses(practice: Clinic) -> dict[str, tuple[str, int | None]]:
    """Appointment, D or C -> status and granted cents."""
    _, document = command(practice, "status", "--lines")
    return {
        f"{line['appointment_id']}{line['debit_credit']}": (line["status"], line["granted_cents"])
        for line in document["lines"]
    }


@pytest.fixture
def practice(tmp_path: Path) -> Clinic:
    """A practice with two lines of P1 (A1, A3) and one of P2 (A4), all in one message."""
    return clinic(tmp_path).feed([ROWS[0] | {"date": "2025-01-02"}, *ROWS[1:4]])


def sent(result: Result) -> tuple[Declaration, dict[str, str], dict[str, int]]:
    """The message of a run, and by appointment the references and amounts of its lines."""
    (message,) = declared(result).values()
    references = {line["appointment_id"]: line["reference"] for line in result.document["lines"]}
    return message, references, {line["appointment_id"]: line["amount_cents"] for line in result.document["lines"]}


def euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def test_what_an_insurer_leaves_out_is_granted(practice: Clinic) -> None:
    message, references, cents = sent(practice.run(today=TODAY))
    granted = euros(cents["A1"] + cents["A3"] + 1000)
    found = returned(practice, message.answer({references["A4"]: ("10.00", [], ["8058"])}, granted=granted))
    assert (found["lines_granted"], found["lines_refused"]) == (3, 0)
    (problem,) = found["problems"]
    assert (problem["appointment_id"], problem["return_codes"], problem["granted_cents"]) == ("A4", ["8058"], 1000)
    assert statuses(practice) == {
        "A1D": ("granted", cents["A1"]),
        "A3D": ("granted", cents["A3"]),
        "A4D": ("partly_granted", 1000),
    }


def test_a_credit_takes_back_what_was_granted(practice: Clinic) -> None:
    message, references, cents = sent(practice.run(today=TODAY))
    reference, granted = references["A4"], euros(cents["A1"] + cents["A3"] + 1000)
    returned(practice, message.answer({reference: ("10.00", [], ["8058"])}, granted=granted))
    assert command(practice, "credit", reference, "--why", "te weinig")[0] == 0
    assert command(practice, "redeclare", reference)[0] == 0
    second = practice.run(today="2025-03-02")
    file, _, _ = sent(second)
    credit, debit = file.lines()
    assert [credit.kind, debit.kind] == ["CreditPrestatie", "DebetPrestatie"]
    assert credit.text("GerelateerdReferentienummer") == reference
    assert (credit.text("ToegekendBedragInclBtwFinancieel"), credit.text("Begindatum")) == ("10.00", "2025-01-14")
    assert returned(practice, file.answer())["problems"] == []
    assert statuses(practice)["A4C"] == ("granted", 1000)


def test_what_is_granted_without_payment_is_taken_back_too(practice: Clinic) -> None:
    message, references, cents = sent(practice.run(today=TODAY))
    verdicts: dict[str, Verdict] = {reference: (euros(cents[id]), [], []) for id, reference in references.items()}
    assert returned(practice, message.answer(verdicts, unpaid=True))["problems"] == []
    assert statuses(practice)["A4D"] == ("granted", cents["A4"])
    assert command(practice, "credit", references["A4"], "--why", "test")[0] == 0
    (credit,) = sent(practice.run(today="2025-03-02"))[0].lines()
    assert credit.text("ToegekendBedragInclBtwFinancieel") == euros(cents["A4"])


def test_what_vecozo_does_not_name_goes_out_again(practice: Clinic) -> None:
    message, references, _ = sent(practice.run(today=TODAY))
    verdict: dict[str, Verdict] = {references["A4"]: ("0.00", ["9561"], [])}
    assert returned(practice, message.answer(verdict, sender="6", granted="0.00"))["lines_refused"] == 3
    again = practice.run(today="2025-03-02")
    assert sorted(again.lines) == ["A1", "A3"]
    assert ("LINE_REFUSED", "A4", "") in again.found("error")


@pytest.mark.parametrize("sender", ["6", "3"])
def test_feedback_at_the_header_refuses_the_whole(practice: Clinic, sender: str) -> None:
    message, _, _ = sent(practice.run(today=TODAY))
    found = returned(practice, message.answer(sender=sender, whole=["9264"], granted="0.00"))
    assert (found["lines_granted"], found["lines_refused"]) == (0, 3)
    assert {status for status, _ in statuses(practice).values()} == {"refused"}
    assert not practice.run(today="2025-03-02").lines


def test_feedback_at_a_person_is_about_all_their_lines(practice: Clinic) -> None:
    message, _, _ = sent(practice.run(today=TODAY))
    found = returned(practice, message.answer(sender="6", persons={"P1": ["9269"]}, granted="0.00"))
    about = [(p["appointment_id"], p["return_codes"]) for p in found["problems"] if p.get("appointment_id")]
    assert about == [("A1", ["9269"]), ("A3", ["9269"])]
    assert sorted(practice.run(today="2025-03-02").lines) == ["A4"]


def test_explain_and_show_name_the_same_record(practice: Clinic) -> None:
    result = practice.run(today=TODAY)
    _, references, _ = sent(result)
    _, story = command(practice, "explain", references["A4"])
    (file,) = (practice.folder / "out" / result.document["run"] / name for name in result.files)
    record = next(
        r["record"]
        for r in command(practice, "show", str(file))[1]["records"]
        if r["elements"].get("Referentienummer") == references["A4"]
    )
    told = "\n".join(step["text"] for step in story["steps"])
    assert f"record   {record}, in run R000001" in told
    assert "GDS801 2.0" in told


def test_nothing_but_totals_that_add_up_is_an_approval(practice: Clinic) -> None:
    message, _, _ = sent(practice.run(today=TODAY))
    (problem,) = returned(practice, message.answer(granted="0.00"))["problems"]
    assert problem["code"] == "RETURN_TOTAL_GRANTED"
    assert {status for status, _ in statuses(practice).values()} == {"sent"}
    (problem,) = returned(practice, message.answer(sender="6"))["problems"]
    assert problem["code"] == "RETURN_SAYS_NOTHING"
    assert returned(practice, message.answer())["lines_granted"] == 3


def test_what_the_feed_changes_is_corrected_by_credit_and_debit(practice: Clinic) -> None:
    _, references, _ = sent(practice.run(today=TODAY))
    moved = [ROWS[0] | {"date": "2025-01-02"}, *ROWS[1:3], ROWS[3] | {"date": "2025-01-15"}]
    second = practice.feed(moved).run(today="2025-03-02")
    assert ("DECLARED_MOVED", "A4", "date") in [*second.found("error"), *second.found("warning")]
    assert command(practice, "correct", references["A4"])[0] == 0
    file, _, _ = sent(practice.run(today="2025-03-03"))
    assert [(line.kind, line.text("Begindatum")) for line in file.lines()] == [
        ("CreditPrestatie", "2025-01-14"),
        ("DebetPrestatie", "2025-01-15"),
    ]


def test_two_dossiers_of_one_person_are_one_insured(tmp_path: Path) -> None:
    rows = [
        visit("A4", "2025-01-14", "940131", "T2", patient="P2"),
        visit("A6", "2025-01-16", "940174", "T6", patient="P3", diagnosis="6223", side="L", indication_code="012")
        | {"bsn": BSNS[2], "birth_date": "1962-05-17"},
    ]
    message = declared(clinic(tmp_path).feed(rows).run(today=TODAY))["7095"]
    assert [line.patient for line in message.lines()] == ["P3", "P3"]


def test_a_line_that_our_own_checks_let_through_is_held_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The receiver would return the whole file for it, so it is judged as they do before it is in one."""
    monkeypatch.setattr("ei_export.standards.xml.checking.check_need", lambda *of_line: [])
    rows = [{**row, "indication_code": ""} if row["appointment_id"] == "A4" else row for row in ROWS]
    result = clinic(tmp_path).feed(rows).run(today=TODAY)
    assert sorted(result.lines) == ["A1", "A3", "A5"]
    (held,) = [p for p in result.document["problems"] if p["severity"] == "error"]
    assert (held["code"], held["appointment_id"]) == ("RECEIVER_WOULD_REFUSE", "A4")
    assert declared(result).keys() == {"7095", "9664"}


# Files that mean harm -------------------------------------------------------------------------------

HARM = {
    "entities": ('<!DOCTYPE Bericht [<!ENTITY a "a"><!ENTITY b "&a;&a;">]>', "FILE_NOT_RECOGNISED"),
    "network": ('<!DOCTYPE Bericht SYSTEM "http://127.0.0.1:9/x.dtd">', "FILE_NOT_RECOGNISED"),
    "deep": ("<x>" * 200 + "</x>" * 200, "XML_TOO_MUCH"),
    "deeper": ("<x>" * 300, "XML_BROKEN"),
    "attribute": (f"<x y='{'z' * 20_000}'/>", "XML_TOO_MUCH"),
    "elements": ("<x/>" * 310_000, "XML_PART_TOO_FULL"),
    "text": (f"<x>{'z' * 9_000_000}</x>", "XML_PART_TOO_LARGE"),
}


@pytest.mark.parametrize("name", ["show", "verify", "returns"])
def test_every_command_refuses_xml_that_means_harm(practice: Clinic, name: str) -> None:
    answer = gds.message(gds.ANSWER, of=gds.M574).getvalue().decode()
    folder = practice.folder / "mail"
    folder.mkdir()
    with zipfile.ZipFile(folder / "z.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        for kind, (text, code) in HARM.items():
            at = "<Bericht " if code == "FILE_NOT_RECOGNISED" else "<BSN>"
            (folder / f"{kind}.xml").write_text(answer.replace(at, text + at), encoding="utf-8")
            packed.write(folder / f"{kind}.xml", f"{kind}.xml")
    exit_code, document = command(practice, name, str(folder))
    assert exit_code == 3
    found = {
        file["file"].removeprefix(f"{folder}/"): [p["code"] for p in file["problems"]] for file in document["files"]
    }
    expected = {f"{kind}.xml": [code] for kind, (_, code) in HARM.items()}
    assert found == expected | {f"z.zip/{file}": codes for file, codes in expected.items()}
