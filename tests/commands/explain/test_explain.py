"""``explain``: what each number is, and every outcome with the reason for it."""

import csv
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner

from ei_export.base.problems import LANGUAGES, Language
from ei_export.cli import main
from ei_export.commands.explain.stories import (
    appointment_stories,
    patient_stories,
    reference_stories,
    trajectory_stories,
)
from ei_export.commands.explain.story import document, text_lines
from ei_export.ledger.dossier import PENDING
from ei_export.zorg1.agreements import Agreements
from tests.support.feeds import BSNS, TODAY, Clinic, contract, csv_text, tables_read_once, visit
from tests.support.telling import Told, commanded, explained, histories, units_of

__all__ = ["tables_read_once"]

#: As it is before `tables_read_once` takes its place, which knows no overlays.
LOAD: Final = Agreements.load
ROOT: Final = Path(__file__).parents[3]
STORIES: Final = Path(__file__).parent / "stories"
DEMO_DAY: Final = "2024-02-01"
#: The mistakes in the demo practice: appointment and problem.
MISTAKES: Final = re.findall(
    r"^\|[^|]*\| (AFS\d+) \| (\w+|–) \|", (ROOT / "fixtures/demo/README.md").read_text(encoding="utf-8"), re.MULTILINE
)

#: Problems that are seen only where lines of more than one patient come together in a file.
OF_THE_RUN: Final = frozenset({"PERFORMANCE_TWICE", "PERSON_DIFFERS"})
#: What only the run as a whole knows of a line.
NO_NUMBERS: Final = {"reference": None, "invoice": None}
_WORD: Final = re.compile(r"[\w-]{3,}")

COURSE: Final = (
    visit("A1", "2021-01-04", "01", "T1"),
    visit("A2", "2021-01-11", "011", "T1"),
    visit("A3", "2021-01-18", "011", "T1"),
    visit("A4", "2021-01-25", "0111", "T1"),
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo practice after its first run."""
    folder = tmp_path_factory.mktemp("explain") / "demo"
    shutil.copytree(ROOT / "fixtures/demo", folder)
    done = CliRunner().invoke(main, ["run", "-q", "--config", str(folder / "ei-export.toml"), "--today", DEMO_DAY])
    assert done.exit_code == 1
    return folder


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo practice before its first run."""
    folder = tmp_path_factory.mktemp("explain") / "demo"
    shutil.copytree(ROOT / "fixtures/demo", folder)
    return folder


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic.open(tmp_path / "clinic")


def of(clinic: Clinic, number: str, kind: str = "", *, today: str = TODAY) -> Told:
    return explained(clinic.folder, number, kind, today=today, lang="en")


# --- The demo practice -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ident", "code"), MISTAKES)
def test_the_mistakes_in_the_demo(fresh: Path, ident: str, code: str) -> None:
    told = explained(fresh, ident, today=DEMO_DAY)
    problems = {problem["code"]: problem for problem in told.document["problems"]}
    assert told.exit_code == any(problem["severity"] == "error" for problem in problems.values())
    assert (told.document["line"] is None) == (told.exit_code == 1 or not told.texts("due"))
    if code == "–":
        assert problems.keys() <= {"DEADLINE_PASSED"}
    else:
        assert problems[code]["message"] in told.texts("problem")
        assert problems[code]["remedy"] in told.texts("remedy")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("ident", ["AFS00338", "AFS00384", "AFS00327"])
def test_a_story_word_by_word(demo: Path, ident: str, lang: Language) -> None:
    path = STORIES / f"{ident}.{lang}.txt"
    found = explained(demo, ident, today=DEMO_DAY, lang=lang).text
    assert f"{found}\n".encode() == path.read_bytes(), f"ei-export explain {ident} --today {DEMO_DAY} --lang {lang}"


def test_everything_in_the_demo_can_be_told_and_says_nothing_personal(demo: Path) -> None:
    with (demo / "afspraken.csv").open(encoding="utf-8-sig", newline="") as file:
        feed = list(csv.DictReader(file, delimiter=";"))
    private = {row[c] for row in feed for c in ("BSN", "Geboortedatum", "Verzekerdennr") if row[c]}
    private |= {part for row in feed for c in ("Achternaam", "Achternaam partner") for part in _WORD.findall(row[c])}
    lines: dict[str, Mapping[str, object] | None] = {}
    with histories(demo, DEMO_DAY) as patients, (demo / "out/R000001/lines.csv").open(encoding="utf-8") as file:
        told: set[str] = set()
        for history in patients:
            ids = sorted({*history.rows, *history.appointments} - {""})
            numbers = sorted({row.number for rows in history.rows.values() for row in rows} - {""})
            stories = [story for ident in ids for story in appointment_stories(history, ident)]
            assert len(stories) == len(ids)
            stories += [story for number in numbers for story in trajectory_stories(history, number)]
            stories += patient_stories(history, history.patient.patient_id)
            for story in stories:
                text = "\n".join(text_lines([story], "nl"))
                assert all(len(line) <= 80 for line in text.splitlines())
                told |= set(_WORD.findall(f"{text} {document([story], 'en')}"))
            for sent in history.sent.values():
                lines |= {story.subject: story.line for story in reference_stories(history, sent[0].reference)}
        sent_lines = {row["reference"]: row for row in csv.DictReader(file)}
    assert private & told == set()
    assert {reference: {k: str(v) for k, v in (line or {}).items()} for reference, line in lines.items()} == sent_lines


def test_what_is_told_of_the_demo_is_what_a_check_finds(fresh: Path) -> None:
    config = str(fresh / "ei-export.toml")
    checked = json.loads(CliRunner().invoke(main, ["check", "--json", "--config", config, "--today", DEMO_DAY]).stdout)
    lines: dict[str, Mapping[str, object]] = {}
    problems: set[tuple[object, ...]] = set()
    with histories(fresh, DEMO_DAY) as patients:
        for history in patients:
            for ident in sorted({*history.rows, *history.appointments} - {""}):
                (story,) = appointment_stories(history, ident)
                told = document([story], "nl")
                problems |= {(p["code"], ident, p["row"]) for p in told["problems"]}
                if told["line"] is not None:
                    lines[ident] = told["line"]
                    units = [step["text"] for step in told["steps"] if step["step"] == "units"]
                    assert units_of(units) == told["line"]["units"]
                appointment = history.appointments.get(ident)
                assert told["problems"] or appointment is None or history.outcome(appointment) not in PENDING
    assert lines == {line["appointment_id"]: line | NO_NUMBERS for line in checked["lines"]}
    named = {(p["code"], p["appointment_id"], p["row"]) for p in checked["problems"] if p["appointment_id"]}
    assert {problem for problem in named if problem[0] not in OF_THE_RUN} == problems


def test_the_record_of_a_line_is_the_one_in_its_file(demo: Path, tmp_path: Path) -> None:
    """Also where the file is gone, and only the ledger knows the order of the lines."""
    with (demo / "out/R000001/lines.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))[::20]
    gone = tmp_path / "demo"
    shutil.copytree(demo, gone)
    (gone / "ledger.sqlite").write_bytes((demo / "ledger.sqlite").read_bytes())
    for line in lines:
        told = explained(demo, line["reference"], today=DEMO_DAY)
        (text,) = told.texts("sent")
        name, record = re.search(r"bestand  (\S+)\nrecord   (\d+), in run R000001", text).groups()  # type: ignore[union-attr]
        written = (demo / name).read_bytes().split(b"\r\n")[int(record) - 1]
        assert line["reference"].encode() in written
        assert f"{line['reference']} (element 0434)" in text
        assert line["invoice"] in text
    shutil.move(demo / "out", tmp_path / "elsewhere")
    try:
        (again,) = explained(demo, line["reference"], today=DEMO_DAY).texts("sent")
    finally:
        shutil.move(tmp_path / "elsewhere", demo / "out")
    assert f"{name} (staat er niet meer)\nrecord   {record}, in run R000001" in again


# --- Every outcome ---------------------------------------------------------------------------------------------------


def test_a_line_that_is_due_and_how_its_sum_is_made(clinic: Clinic) -> None:
    clinic.feed(COURSE)
    told = of(clinic, "A4")
    (line,) = [line for line in clinic.command("check").document["lines"] if line["appointment_id"] == "A4"]
    assert told.document["line"] == line | {"reference": None, "invoice": None}
    assert told.exit_code == 0
    assert told.texts("units") == ["2 contacts + 1 (this end) = 3."]
    assert units_of(told.texts("units")) == line["units"]
    assert told.texts("code") == ["0111 is linked to Zorg1 code 940134."]
    assert told.sources("code") == ["ei-export.toml [codes]"]
    assert told.sources("row") == ["appointments.csv:5"]
    assert told.sources("rule") == ["specs/zorg1/vgz.csv:3; Zorg1 §4.1.2, §4.1.6"]
    assert told.sources("tariff") == ["tariffs.csv:15"]
    assert told.sources("contract") == ["ei-export.toml [[contracts]] 1"]
    assert told.texts("amount") == ["€ 67.81: the tariff is the price of the whole product."]
    assert told.texts("diagnosis") == ["3426 fits: lage rug asks for 3426."]
    assert "until 2022-01-25, 208 days left" in told.texts("deadline")[0]
    assert [text.split("  ", 2)[1:] for text in told.texts("visit")] == [
        ["A1", "start: goes out, F1013 x1, € 66.44"],
        ["A2", "contact 1: counts"],
        ["A3", "contact 2: counts"],
        ["A4", "end: goes out, F1013 x3, € 67.81"],
    ]
    assert "              > 2021-01-25  A4" in told.text


def test_a_contact_and_the_end_it_counts_in(clinic: Clinic) -> None:
    clinic.feed(COURSE)
    told = of(clinic, "A2")
    assert told.document["line"] is None
    assert "It counts in the end" in told.texts("outcome")[0]
    assert told.texts("units") == ["In the end, A4: 2 contacts + 1 = 3."]
    assert "never sent" in told.texts("rule")[0]
    clinic.feed(COURSE[:2])
    assert of(clinic, "A2").texts("units") == ["No end yet; 1 contact so far."]
    menzis = [visit(row["appointment_id"], row["date"], row["code"], "T1", insurer="Menzis") for row in COURSE]
    told = of(clinic.feed(menzis), "A2")
    assert "only registered" in told.texts("outcome")[0]
    assert told.texts("units") == []
    assert of(clinic, "A4").texts("units") == ["1, a fixed number."]


@pytest.mark.parametrize(
    ("rows", "ident", "step", "text"),
    [
        pytest.param(
            [visit("A", "2021-01-04", "1000")], "A", "code", "1000 is no Zorg1 code and is linked", id="other"
        ),
        pytest.param([visit("A", "2021-01-04", "BEL")], "A", "code", "BEL is on purpose no Zorg1.", id="on purpose"),
        pytest.param(
            [visit("A", "2021-01-04", "x", declare_under="1864")],
            "A",
            "code",
            "x stands for 1864, which is no Zorg1 code.",
            id="linked to something else",
        ),
        pytest.param(
            [visit("A", "2021-01-04", "x", declare_under="940131")],
            "A",
            "code",
            "The column declare_under says Zorg1 code 940131. That beats x.",
            id="declare under",
        ),
        pytest.param([visit("A", "2021-01-04", "940131")], "A", "code", "940131 is a Zorg1 code itself.", id="itself"),
        pytest.param(
            [visit("A", "2021-01-04", "1000", uzovi="699")], "A", "insurer", "UZOVI 0699 is VGZ.", id="no Zorg1"
        ),
        pytest.param([visit("A", "2021-01-04", "1")], "A", "code", "1 is linked to no Zorg1 code; one", id="similar"),
        pytest.param([visit("A", "2021-01-04", "")], "A", "code", "There is no code.", id="no code"),
        pytest.param([visit("A", "2021-01-04", "940999")], "A", "code", "940999 looks like a", id="unknown code"),
        pytest.param(
            [visit("A", "2021-01-04", "01", uzovi="9999")],
            "A",
            "insurer",
            "UZOVI 9999: not known",
            id="unknown insurer",
        ),
        pytest.param(
            [visit("A", "2020-03-03", "01", insurer="Menzis")], "A", "units", "Not known: the source", id="no units"
        ),
        pytest.param(
            [visit("A", "2024-03-03", "01")], "A", "rule", "No row for 940131 with VGZ on 2024-03-03.", id="no product"
        ),
        pytest.param(
            [visit("A", "2021-01-04", "01", diagnosis="3026")],
            "A",
            "diagnosis",
            "3026 does not fit: lage rug asks for 3426.",
            id="diagnosis",
        ),
        pytest.param(
            [visit("A", "2021-01-04", "01", diagnosis="")], "A", "diagnosis", "Missing: lage rug", id="no diagnosis"
        ),
        pytest.param(
            [visit("A", "2019-03-04", "930131", insurer="CZ")],
            "A",
            "diagnosis",
            "3426 is not that of lage rug in the manual, 8001, but will do.",
            id="unusual diagnosis",
        ),
        pytest.param([visit("A", "2021-01-04", "0111")], "A", "units", "Can't be counted: this end", id="no start"),
        pytest.param([visit("A", "2021-01-04", "0111")], "A", "trajectory", "Belongs to no", id="no trajectory"),
        pytest.param(
            [visit("A", "2021-01-04", "0111", "T1")],
            "A",
            "trajectory",
            "No trajectory has begun under T1.",
            id="number",
        ),
        pytest.param(
            [visit("A", "2021-01-04", "940183", insurer="Menzis")],
            "A",
            "trajectory",
            "P1/Menzis/TKP, found by patient, insurer and program; every appointment stands on itself.",
            id="TKP",
        ),
        pytest.param(
            [visit("A", "2021-01-04", "940133")],
            "A",
            "trajectory",
            "P1/VGZ/lage rug, profile 1, found by",
            id="relapse",
        ),
        pytest.param(
            [visit("A", "2021-01-04", "940133", insurer="CZ")],
            "A",
            "code",
            "CZ knows this product as 940133990; so 940133 goes as 940133990.",
            id="twin",
        ),
        pytest.param(
            [visit("A", "2021-01-04", "940133", insurer="CZ")],
            "A",
            "list",
            "990, Lokaal/regionaal/bilateraal geldende code. With CZ 940133990 on this list is valid;",
            id="list 990",
        ),
        pytest.param(
            [visit("A", "2021-01-04", "940133990")], "A", "list", "012, Prestatiecodelijst paramedische", id="list 012"
        ),
        pytest.param([visit("A", "x", "01")], "A", "outcome", "can't be read", id="unreadable"),
        pytest.param(
            [visit("A", "2021-01-04", "01", status="no-show")], "A", "outcome", "not completed", id="not completed"
        ),
        pytest.param(
            [visit("A", "2021-01-04", "01"), visit("A", "2021-01-04", "01")],
            "A",
            "row",
            "One more row that",
            id="twice",
        ),
        pytest.param(
            [visit("A", "2021-01-04", "01"), visit("A", "2021-01-05", "01")],
            "A",
            "row",
            "One more row with this number: 2021-01-05,",
            id="contradictory",
        ),
    ],
)
def test_a_step(clinic: Clinic, rows: Sequence[Mapping[str, str]], ident: str, step: str, text: str) -> None:
    clinic.configure(codes='BEL = "-"')
    told = of(clinic.feed(rows), ident, today="2024-04-01")
    found = told.texts(step)
    assert any(each.startswith(text) for each in found), found
    assert told.exit_code == any(problem["severity"] == "error" for problem in told.document["problems"])


ENDED: Final = (*COURSE, visit("A5", "2021-02-01", "011", "T1"))


@pytest.mark.parametrize(
    ("rows", "ident", "text"),
    [
        pytest.param(ENDED, "A5", "contact after the end: does not count", id="after the end"),
        pytest.param(
            (*COURSE, visit("R", "2021-03-01", "940133", "T1"), visit("A5", "2021-03-08", "011", "T1")),
            "A5",
            "contact after the relapse: does not count",
            id="after the relapse",
        ),
        pytest.param(COURSE[1:], "A2", "contact without an open trajectory: does not count", id="no start"),
        pytest.param(
            (visit("A1", "2021-01-04", "01"), visit("A2", "2021-01-11", "011", insurer="CZ")),
            "A2",
            "contact with another insurer: does not count",
            id="another insurer",
        ),
        pytest.param(
            (
                visit("A1", "2021-01-04", "01"),
                visit("N1", "2021-01-04", "940156", diagnosis="3026"),
                visit("A2", "2021-01-11", "011", diagnosis=""),
            ),
            "A2",
            "contact that fits more trajectories: does not count",
            id="ambiguous",
        ),
        pytest.param(
            (COURSE[0], visit("A2", "2021-01-11", "011", "T1", insurer="CZ")),
            "A2",
            "contact, two insurers under this number: does not count",
            id="two insurers",
        ),
        pytest.param(
            (COURSE[0], visit("N1", "2021-01-05", "940156", "T1", diagnosis="3026"), COURSE[1]),
            "A2",
            "contact, two programs under this number: does not count",
            id="two programs",
        ),
        pytest.param(
            (COURSE[0], visit("A2", "2021-01-11", "011", "T1", uzovi="9999")),
            "A2",
            "contact: counts only once its problem is solved",
            id="unknown insurer",
        ),
        pytest.param(
            (COURSE[0], visit("A2", "2021-01-11", "011", "T1", status="cancelled")),
            "A2",
            "not completed (cancelled): does not count",
            id="cancelled",
        ),
        pytest.param(
            (COURSE[0], visit("A2", "2021-01-11", "BEL", "T1")), "A2", "BEL, no Zorg1: does not count", id="no Zorg1"
        ),
        pytest.param(
            (COURSE[0], visit("A2", "2021-01-11", "ECHO", "T1")), "A2", "ECHO, not linked: perhaps", id="not linked"
        ),
        pytest.param(
            (COURSE[0], visit("A2", "11 jan", "011", "T1")),
            "A2",
            "counts only once its problem is solved",
            id="no date",
        ),
        pytest.param((COURSE[0], visit("A2", "2021-07-02", "011", "T1")), "A2", "contact 1: held", id="in the future"),
        pytest.param(
            (visit("A1", "2021-01-04", "01", uzovi="3343"), visit("A2", "2021-01-11", "011", uzovi="3343")),
            "A2",
            "contact: no contract",
            id="no contract",
        ),
    ],
)
def test_why_an_appointment_does_not_count(
    clinic: Clinic, rows: Sequence[Mapping[str, str]], ident: str, text: str
) -> None:
    clinic.configure(codes='BEL = "-"')
    clinic.feed(rows)
    told = of(clinic, ident)
    said = [line.split("  ", 2)[2] for line in told.texts("visit") if line.split("  ")[1] == ident]
    assert [each[: len(text)] for each in said] == [text]


def test_a_contract_that_is_not_there_and_one_without_the_list(clinic: Clinic) -> None:
    rows = [
        visit("A", "2021-01-04", "01"),
        visit("B", "2021-01-04", "940133", patient="P2", insurer="CZ"),
        visit("C", "2021-01-04", "011", patient="P3", insurer="CZ"),
    ]
    contracts = contract("VGZ", first="2021-02-01") + contract("CZ", ["productafspraken Zorg1"])
    clinic.configure(contracts=contracts)
    clinic.feed(rows)
    told = of(clinic, "A")
    assert told.exit_code == 0
    assert told.texts("contract") == ["No contract with VGZ on 2021-01-04."]
    assert told.texts("note") == ["There is one from 2021-02-01."]
    assert told.sources("note") == ["ei-export.toml [[contracts]] 1"]
    assert told.codes == ["CONTRACT_MISSING"]
    told = of(clinic, "B")
    assert told.texts("contract") == [
        'Contract with CZ from 2018-01-01, but without the list "tarieven overige coderingen".'
    ]
    assert of(clinic, "C").texts("contract") == ["Contract with CZ from 2018-01-01."]


def test_a_tariff_that_is_not_there_and_those_of_other_days(clinic: Clinic) -> None:
    head = "list;insurer;code;from;until;amount\n"
    rows = (";2020-12-31;100", "2021-03-01;;120,50")
    lines = "".join(f"productafspraken Zorg1;VGZ;940131;{row}\n" for row in rows)
    (clinic.folder / "tariffs.csv").write_text(head + lines, encoding="utf-8")
    clinic.feed([visit("A", "2021-01-04", "01"), visit("B", "2021-03-04", "01", patient="P2")])
    told = of(clinic, "A")
    assert told.texts("tariff") == ['No tariff for 940131 on 2021-01-04 in the list "productafspraken Zorg1".']
    assert told.texts("note") == ["There is one until 2020-12-31: € 100.00.", "There is one from 2021-03-01: € 120.50."]
    assert told.sources("note") == ["tariffs.csv:2", "tariffs.csv:3"]
    assert of(clinic, "B").texts("tariff") == [
        '€ 120.50 for 940131 in the list "productafspraken Zorg1" from 2021-03-01.'
    ]


def test_an_overlay_row_says_what_it_replaces(tmp_path: Path) -> None:
    clinic = Clinic.open(tmp_path / "clinic")
    row = "VGZ,940134,2021-01-01,2024-12-31,lage rug,1,end,F1013,012,2,unit,3426,productafspraken Zorg1,agreement p. 3"
    columns = "insurer,code,from,until,program,profile,moment,f_code,list,units,amount,diagnoses,tariff_list,source"
    (clinic.folder / "own.csv").write_text(f"{columns}\n{row}\n", encoding="utf-8")
    settings = clinic.folder / "ei-export.toml"
    text = settings.read_text().replace('amount = "product"\n', "")
    settings.write_text(f'{text}[agreements]\noverlay = ["own.csv"]\n', encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Agreements, "load", LOAD)
        clinic.feed(COURSE)
        told = of(clinic, "A4")
        line = clinic.command("check").lines["A4"]
    assert told.sources("rule") == ["own.csv:2; agreement p. 3"]
    assert told.texts("note") == ["This row of your own replaces the built-in one: F1013, list 012, units count."]
    assert told.sources("note") == ["specs/zorg1/vgz.csv:3; Zorg1 §4.1.2, §4.1.6"]
    assert told.texts("units") == ["2, a fixed number."]
    assert told.texts("amount") == ["2 x € 67.81 = € 135.62: the tariff is for each unit."]
    assert told.sources("amount") == ["own.csv:2; specs/inferred.csv, number_times_tariff"]
    assert line == ("F1013", 2)
    assert [text.split("  ")[2] for text in told.texts("visit")][1:3] == ["contact: registered, number is fixed"] * 2


# --- What the ledger remembers ---------------------------------------------------------------------------------------


def test_what_the_feed_no_longer_holds(clinic: Clinic) -> None:
    held = visit("H1", "2021-02-01", "940156", patient="P2", diagnosis="3426")
    clinic.feed([*COURSE, held])
    (line,) = [line for line in clinic.run().document["lines"] if line["appointment_id"] == "A4"]
    before = {ident: of(clinic, ident) for ident in ("A2", "A4", "H1")}
    clinic.feed([visit("Z", "2021-05-01", "1000", patient="P9")])
    for ident, told in before.items():
        again = of(clinic, ident)
        assert again.document["line"] == told.document["line"]
        assert again.texts("units") == told.texts("units")
        assert again.texts("visit") == told.texts("visit")
        assert again.texts("row")[0].startswith("Not in this feed, but remembered of an earlier one: 2021-0")
        assert again.sources("row") == ["ledger.sqlite"]
        assert again.codes == told.codes
    assert of(clinic, "A4").document["line"] == line
    assert of(clinic, line["reference"]).document["line"] == line
    assert of(clinic, "H1").exit_code == 1
    assert of(clinic, "T1").document["kinds"] == ["trajectory"]
    assert of(clinic, "P2").codes == ["DIAGNOSIS_WRONG"]


def test_what_another_system_declared(clinic: Clinic) -> None:
    clinic.configure(ledger="declared_until = 2021-01-12")
    clinic.feed(COURSE)
    told = of(clinic, "A1")
    assert told.texts("outcome")[0].startswith("declared by another system, as everything up to 2021-01-12.")
    assert told.texts("tariff") == told.texts("deadline") == []
    assert [text.split("  ")[2] for text in told.texts("visit")] == [
        "start: declared by another system",
        "contact 1: counts, of before this system",
        "contact 2: counts",
        "end: goes out, F1013 x3, € 67.81",
    ]


def test_what_changed_after_it_was_declared(clinic: Clinic) -> None:
    clinic.feed(COURSE).run()
    late = visit("A9", "2021-01-20", "011", "T1")
    clinic.feed([*COURSE, late])
    told = of(clinic, "A4")
    assert told.texts("units") == ["3 contacts + 1 (this end) = 4."]
    (difference,) = told.texts("difference")
    assert difference.startswith("What was sent is F1013, list 012, units 3, € 67.81. Now it would be F1013, list 012,")
    assert "units 4, € 67.81" in difference
    assert told.document["line"]["units"] == 3
    assert told.codes == ["CONTACT_AFTER_DECLARED_END"]
    told = of(clinic, "A9")
    assert "contact 3: too late, the end was declared already" in told.texts("visit")[3]
    clinic.feed([*COURSE[:3], COURSE[3] | {"status": "cancelled"}])
    told = of(clinic, "A4")
    assert told.codes == ["DECLARED_CANCELLED"]
    assert "status cancelled" in told.texts("row")[0]
    assert told.document["line"]["reference"] == "210701R0000010000002"
    clinic.configure(codes='"02" = "940141"')
    clinic.feed([COURSE[0] | {"code": "02"}, *COURSE[1:]])
    told = of(clinic, "A1")
    assert told.codes == ["DECLARED_CODE_CHANGED"]
    assert told.texts("code")[0] == "01 is linked to Zorg1 code 940131."


def test_a_code_that_is_linked_to_something_else_since(clinic: Clinic) -> None:
    own = [COURSE[0] | {"code": "eigen"}, *COURSE[1:]]
    clinic.configure(codes='"eigen" = "940131"')
    clinic.feed(own).run()
    clinic.configure(codes='"eigen" = "-"')
    told = of(clinic, "A1")
    assert told.texts("code") == [
        "eigen is on purpose no Zorg1.",
        "When the appointment was recorded it was 940131, and so it stays.",
    ]
    assert told.texts("rule")[0].startswith("940131 with VGZ: lage rug, profile 1, start.")


# --- What a number is of ---------------------------------------------------------------------------------------------


def test_a_number_of_more_than_one_thing(clinic: Clinic) -> None:
    clinic.feed([visit("1", "2021-01-04", "01", "1"), visit("2", "2021-01-04", "01") | {"patient_id": "1"}])
    told = of(clinic, "1")
    assert told.document["kinds"] == ["appointment", "trajectory", "patient"]
    assert told.text.startswith("This number is of more than one thing: appointment, trajectory, patient. They\n")
    assert len(told.texts("outcome")) == 3
    assert told.document["line"]["appointment_id"] == "1"
    for kind in told.document["kinds"]:
        one = of(clinic, "1", kind)
        assert one.document["kinds"] == [kind]
        assert one.text in told.text
        assert set(one.texts("outcome")) < set(told.texts("outcome"))
    told = of(clinic, "2", "reference")
    assert told.exit_code == 2
    assert [problem["code"] for problem in told.document["problems"]] == ["EXPLAIN_KIND"]
    assert "but of: appointment." in told.text


def test_a_number_of_more_than_one_patient(clinic: Clinic) -> None:
    clinic.feed([visit("A", "2021-01-04", "01", "T1"), visit("A", "2021-01-05", "01", "T1", patient="P2")])
    for number, code in (("A", "APPOINTMENT_TWO_PATIENTS"), ("T1", "APPOINTMENT_TWO_PATIENTS")):
        told = of(clinic, number)
        assert told.text.startswith("This number occurs with 2 patients.")
        assert told.codes == [code]
        assert len(told.document["problems"]) == 2


def test_a_trajectory(clinic: Clinic) -> None:
    clinic.feed([*ENDED, visit("A6", "2021-01-12", "011", "T1", status="no-show")]).run()
    told = of(clinic, "T1")
    assert told.texts("outcome") == ["declared: 2 (€ 134.25), contact: 2, not completed: 1, held: 1."]
    assert told.texts("trajectory") == [
        "T1, by the trajectory number: lage rug, profile 1, with VGZ; began 2021-01-04, ended 2021-01-25."
    ]
    assert len(told.texts("visit")) == 6
    assert told.texts("sent")[1] == (
        "210701R0000010000002: appointment A4, F1013, € 67.81, invoice 210701000001; no answer yet."
    )
    assert told.codes == ["CONTACT_AFTER_END"]
    assert told.texts("problem")[0].startswith("A5: This contact is dated after the end")
    assert told.document["line"] is None
    assert [line["appointment_id"] for line in told.document["lines"]] == ["A1", "A4"]


def test_a_trajectory_without_a_number(clinic: Clinic) -> None:
    clinic.feed([row | {"trajectory_id": "", "patient_id": "a/b"} for row in COURSE])
    told = of(clinic, "a/b/VGZ/lage rug")
    assert told.document["kinds"] == ["trajectory"]
    assert len(told.texts("visit")) == 4
    clinic.run()
    clinic.feed([visit("Z", "2021-05-01", "1000", patient="P9")])
    assert of(clinic, "a/b/VGZ/lage rug").texts("visit")[0].endswith("start: declared, F1013 x1, € 66.44")
    assert of(clinic, "a/b").document["kinds"] == ["patient"]


def test_a_trajectory_that_never_began(clinic: Clinic) -> None:
    clinic.feed([*COURSE[1:], visit("X", "2021-01-05", "BEL", "T1"), visit("Y", "x", "011", "T1")])
    told = of(clinic, "T1")
    assert told.texts("trajectory") == ["No trajectory has begun under T1."]
    assert len(told.texts("visit")) == 5
    assert told.codes == ["CODE_UNMAPPED", "CONTACT_WITHOUT_TRAJECTORY", "DATE_INVALID", "END_WITHOUT_START"]


def test_a_trajectory_that_goes_by_another_number_since(clinic: Clinic) -> None:
    """Whoever looks for the number in an old file finds it."""
    clinic.feed(COURSE).run()
    clinic.feed([row | {"trajectory_id": "T2"} for row in COURSE]).run()
    assert of(clinic, "T2").document["kinds"] == ["trajectory"]
    told = of(clinic, "T1")
    assert told.document["kinds"] == ["trajectory"]
    assert told.texts("trajectory") == ["What was declared under T1 belongs to T2 now."]
    assert told.texts("sent")[0].startswith("210701R0000010000001: appointment A1,")


def test_a_patient(clinic: Clinic) -> None:
    clinic.feed([*ENDED, visit("R", "2021-02-09", "1000"), visit("S", "2021-02-10", "01", status="no-show")])
    told = of(clinic, "P1")
    assert told.texts("outcome") == ["Zorg1 trajectories: 1, appointments: 7."]
    assert told.texts("note") == ["in the next run: 2 (€ 134.25), contact: 2, held: 1."]
    assert told.texts("rest") == ["Outside any trajectory: no Zorg1: 1, not completed: 1."]
    assert told.codes == ["CONTACT_AFTER_END"]


# --- What nothing has ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "code", "says"),
    [
        ("A33", "EXPLAIN_SIMILAR", "A3"),
        ("Jansen", "EXPLAIN_UNKNOWN", "appointments.csv"),
        ("1980-05-17", "EXPLAIN_UNKNOWN", "ledger.sqlite"),
        ("", "EXPLAIN_EMPTY", "was not said"),
        (" ", "EXPLAIN_EMPTY", "was not said"),
        ("/", "EXPLAIN_UNKNOWN", "ledger.sqlite"),
        (BSNS[1], "EXPLAIN_PERSONAL", "bsn"),
        (BSNS[30], "EXPLAIN_PERSONAL", "bsn"),
    ],
)
def test_a_number_that_nothing_has_is_not_repeated(clinic: Clinic, number: str, code: str, says: str) -> None:
    clinic.feed(COURSE)
    told = of(clinic, number)
    assert told.exit_code == 2
    assert [problem["code"] for problem in told.document["problems"]] == [code]
    assert says in told.text
    if len(number) > 3:
        assert number not in told.text
        assert number not in str(told.document)


def test_the_numbers_most_alike_are_named_in_whatever_order_they_come(clinic: Clinic) -> None:
    rows = [visit(f"A{number:04}-21", "2021-01-04", "1000", patient="P2") for number in range(0, 1_500, 61)]
    for feed in (rows, rows[::-1]):
        clinic.feed(feed)
        assert "A0122-21, A1220-21, A1281-21." in of(clinic, "A122-21").text


def test_a_bsn_is_not_told_of_though_a_practice_uses_it_as_a_number(clinic: Clinic) -> None:
    """Neither is a number suggested that is one."""
    clinic.feed([row | {"patient_id": BSNS[1], "trajectory_id": BSNS[1]} for row in COURSE])
    assert of(clinic, BSNS[1]).exit_code == 2
    assert BSNS[1] not in of(clinic, BSNS[1][:-1] + "x").text
    told = of(clinic, "A4")
    assert BSNS[1] not in told.text
    assert BSNS[1] not in str(told.document)
    assert told.document["line"]["units"] == 3


@pytest.mark.parametrize(("typed", "written"), [("a4", "A4"), ("t1", "T1"), ("p1", "P1")])
def test_capitals_make_no_difference(clinic: Clinic, typed: str, written: str) -> None:
    """In the feed, and in the ledger alone."""
    clinic.feed(COURSE)
    assert of(clinic, typed).document == of(clinic, written).document
    clinic.run()
    clinic.write(csv_text([]))
    assert of(clinic, typed).document == of(clinic, written).document


def test_two_numbers_that_differ_in_capitals_are_both_named(clinic: Clinic) -> None:
    clinic.feed([*COURSE, visit("a4", "2021-01-04", "1000", patient="P2")])
    assert of(clinic, "a4").document["subject"] == "a4"
    clinic.feed([visit("aB", "2021-01-04", "1000"), visit("Ab", "2021-01-04", "1000", patient="P2")])
    assert "Ab, aB" in of(clinic, "AB").text


def test_a_run_and_an_invoice(clinic: Clinic) -> None:
    (declaration,) = clinic.feed(COURSE).run().document["declarations"]
    for number in ("r1", "R000001", declaration["invoice"]):
        told = of(clinic, number)
        assert told.exit_code == 0
        (text,) = told.texts("declaration")
        assert text.startswith(f"{declaration['file']}\ninvoice {declaration['invoice']}, ")
        assert text.endswith("No answer yet.")
    assert of(clinic, "R000002").exit_code == 2


# --- The command -----------------------------------------------------------------------------------------------------


def test_the_command(clinic: Clinic) -> None:
    clinic.feed([*ENDED, visit("1", "2021-01-04", "1000", patient="P2")])
    for number, exit_code in (("A4", 0), ("A5", 1), ("T1", 1), ("nothing", 2)):
        told, expected = commanded(clinic.folder, number, "--lang", "en"), of(clinic, number)
        assert told.exit_code == expected.exit_code == exit_code
        if exit_code < 2:
            assert told.document == expected.document
            assert told.text == f"{expected.text}\n"
        else:
            assert told.document["problems"][0]["code"] == "EXPLAIN_UNKNOWN"
            assert told.text.startswith(expected.text)
    assert commanded(clinic.folder, "A4").text.startswith("Afspraak A4: gaat mee")
    assert commanded(clinic.folder, "A4", "--kind", "patient").exit_code == 2
    assert not (clinic.folder / "ledger.sqlite").exists()
    assert not (clinic.folder / "out").exists()


def test_quiet_and_another_feed(clinic: Clinic) -> None:
    (clinic.feed(COURSE).folder / "appointments.csv").rename(clinic.folder / "other.csv")
    told = commanded(clinic.folder, "A4", "--input", str(clinic.folder / "other.csv"), "-q")
    assert told.text == ""
    assert told.sources("row") == ["other.csv:5"]
    assert commanded(clinic.folder, "A4").exit_code == 3
