"""One ledger, one practice, one folder of runs; and what was lost of a ledger is read back from the runs."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from ei_export.standards.files import sha256_of
from tests.support.clerk import CONTACT, COURSE, END, NOTHING, SINGLE, START, Clerk, few_tariffs, the
from tests.support.feeds import BYSTANDERS, CONTRACTS, Cells, Clinic, csv_text, tables_read_once, visit
from tests.support.receiver import file_level

__all__ = ["tables_read_once"]

CASES: Final = Path(__file__).parent
LATER: Final = "2021-07-02"
#: In 2025 declared in the other standard.
YEAR: Final = visit("G1", "2020-07-01", "940131", "TG", patient="P6")


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return few_tariffs(Clinic.open(tmp_path))


@pytest.fixture
def clerk(clinic: Clinic) -> Clerk:
    return Clerk(clinic)


def settle(clinic: Clinic, old: str, new: str) -> None:
    """Changes the settings."""
    path = clinic.folder / "ei-export.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def refused(clerk: Clerk, command: str, *arguments: str) -> tuple[str, str]:
    """The code of what stops a command, and its message."""
    code, text = clerk.gives(command, *arguments, debug=False)
    (problem,) = json.loads(text)["problems"]
    assert code == 2, problem
    return problem["code"], problem["message"]


# One practice --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ({"practice_agb": "04012345", "provider_agb": "04098765"}, {"practice_agb": "04054321"}),
        (
            {"institution_agb": "47123456", "pay_to": "institution"},
            {"institution_agb": "47654321"},
        ),
    ],
    ids=["practice", "institution"],
)
@pytest.mark.parametrize("is_held", [False, True])
def test_another_practice_is_refused(
    first: dict[str, str], then: dict[str, str], is_held: bool, clinic: Clinic, clerk: Clerk
) -> None:
    def practice(codes: dict[str, str]) -> str:
        return "".join(f'{key} = "{code}"\n' for key, code in codes.items())

    ours = practice(first)
    settle(clinic, 'practice_agb = "04012345"\nprovider_agb = "04098765"\n', ours)
    row = START | {"birth_date": "later"} if is_held else START
    assert clinic.feed([row]).run().exit_code == int(is_held)
    before = clerk.dump()
    settle(clinic, ours, practice(first | then))
    (bound,), (found,) = ({*first.values()} - {*then.values(), *(first | then).values()}, then.values())
    for command in ("run", "check", "status"):
        code, message = refused(clerk, command)
        assert code == "LEDGER_OTHER_PRACTICE"
        assert bound in message
        assert found in message
    assert clerk.dump() == before
    settle(clinic, practice(first | then), practice(first | then) + f'formerly = ["{bound}"]\n')
    for _ in range(2):
        assert clinic.feed([START, SINGLE]).run().exit_code == 0
    settle(clinic, f'formerly = ["{bound}"]\n', "")
    assert clinic.run().exit_code == 0


def test_who_declares_in_a_practice_may_change(clinic: Clinic) -> None:
    assert clinic.feed([START]).run().exit_code == 0
    settle(clinic, "04098765", "04011119")
    assert clinic.feed([SINGLE]).run().lines.keys() == {"S1"}


def test_the_case_of_two_practices(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    shutil.copytree(CASES / "two-practices-one-ledger", folder)
    clerk = Clerk(Clinic(folder))

    def gives(settings: str) -> tuple[int, str]:
        (folder / "ei-export.toml").write_bytes((folder / settings).read_bytes())
        return clerk.gives("run", today="2023-04-01", debug=False)

    assert gives("b.toml")[0] == 1
    assert gives("a.toml")[0] == 2
    assert not [path for path in (folder / "out").iterdir() if path.is_dir()]


# One folder ----------------------------------------------------------------------------------------------------------


def _lost(clinic: Clinic) -> None:
    (clinic.folder / "ledger.sqlite").unlink()


def _emptied(clinic: Clinic) -> None:
    (clinic.folder / "ledger.sqlite").write_bytes(b"")


def _older(clinic: Clinic) -> None:
    shutil.copyfile(clinic.folder / "older.sqlite", clinic.folder / "ledger.sqlite")


def _misspelt(clinic: Clinic) -> None:
    settle(clinic, "ledger.sqlite", "leger.sqlite")
    (clinic.folder / "ledger.sqlite").rename(clinic.folder / "elsewhere.sqlite")


def year_with_everything(clinic: Clinic, clerk: Clerk) -> list[Cells]:
    """Runs with two standards, a credit, a line declared again, a withdrawn run and a refused file; gives the feed of
    it all."""
    rows = [*COURSE, *BYSTANDERS]
    clinic.feed(rows).run()
    shutil.copyfile(clinic.folder / "ledger.sqlite", clinic.folder / "older.sqlite")
    clerk.asks("credit", clerk.reference("B4"))
    clerk.replaces("A1")
    clinic.run()
    third = visit("W1", "2021-03-04", "940131", patient="P5", insurer="CZ")
    clinic.feed([*rows, SINGLE, third]).run(today=LATER)
    assert clerk.undoes("R000003", LATER) == 0
    clinic.feed([*rows, SINGLE, third]).run(today=LATER)
    clinic.feed([*rows, SINGLE, third, YEAR]).run(today=LATER)
    assert clerk.undoes("R000005", LATER) == 0
    return [*rows, SINGLE, third]


def kept(clerk: Clerk) -> dict[str, Any]:
    """What the ledger knows of what went out."""
    path = clerk.clinic.folder / "ledger.sqlite"
    assert path.exists()
    lines = clerk.rows(
        "SELECT line.*, '' AS person, person.sent AS insured FROM line JOIN person ON person.person = line.person "
        "ORDER BY reference"
    )
    return {
        "lines": [{name: value for name, value in row.items() if name not in ("person", "who")} for row in lines],
        "declarations": clerk.rows("SELECT * FROM declaration ORDER BY invoice"),
        "runs": clerk.rows("SELECT run, today, state, folder, input FROM run ORDER BY run"),
        "status": clerk.lines(),
        "again": clerk.rows("SELECT reference, credit, again, header FROM line WHERE again <> '' OR credit <> ''"),
    }


@pytest.mark.parametrize("lose", [_lost, _emptied, _older, _misspelt])
def test_a_ledger_that_does_not_know_the_runs_is_refused_until_they_are_read_back(
    lose: Callable[[Clinic], None], clinic: Clinic, clerk: Clerk
) -> None:
    rows = year_with_everything(clinic, clerk)
    before = kept(clerk)
    lose(clinic)
    missing = [*(["R000001"] if lose is not _older else []), "R000002", "R000003-withdrawn", "R000004"]
    for command in ("run", "check", "status"):
        code, message = refused(clerk, command)
        assert (code, all(name in message for name in missing)) == ("RUNS_UNKNOWN", True)
    exit_code, text = clerk.gives("recover", today=LATER)
    document = clerk.parsed(text)
    assert exit_code == 0
    assert [row["run"] for row in document["runs"]] == [f"R00000{n}" for n in range(2 if lose is _older else 1, 6)]
    assert [row["withdrawn"] for row in document["runs"]][-3:] == [True, False, True]
    if lose is not _misspelt:
        assert kept(clerk) == before
    again = clinic.feed(rows).run(today=LATER)
    assert ([*again.lines], [*again.credits]) == (["G1"], [])  # of the run that was withdrawn
    assert clinic.feed([*rows, YEAR]).run(today=LATER).document["run"] is None
    assert clerk.parsed(clerk.gives("recover", today=LATER)[1]) == {"runs": [], "problems": []}


def test_numbers_go_on_behind_the_highest(clinic: Clinic, clerk: Clerk) -> None:
    for row in (START, SINGLE, *BYSTANDERS[:1]):
        clinic.feed([row]).run()
    before = kept(clerk)
    shutil.rmtree(clinic.folder / "out" / "R000002")  # taken away long ago
    _lost(clinic)
    assert clerk.gives("recover", "--runs-gone")[0] == 0
    result = clinic.feed([visit("N1", "2021-03-04", "940131", "TN", patient="P7")]).run()
    assert result.document["run"] == "R000004"
    numbers = {row[key] for row in before["lines"] for key in ("reference", "invoice")}
    assert not numbers & {line[key] for line in result.document["lines"] for key in ("reference", "invoice")}
    assert result.document["declarations"][0]["invoice"] == "210701000004"


def test_the_other_standard_is_read_back_too(tmp_path: Path) -> None:
    shutil.copytree(CASES.parents[1] / "fixtures" / "golden" / "gds801-turn-of-2025", tmp_path / "case")
    clinic = Clinic(tmp_path / "case")
    clerk = Clerk(clinic)
    assert clinic.run(today="2025-02-20").exit_code in (0, 1)
    (credit, *_) = [row["reference"] for row in clerk.debits() if row["list"] == "073"]
    clerk.asks("credit", credit, today="2025-02-21")
    assert len(clinic.run(today="2025-02-21").credits) == 1
    before = kept(clerk)
    assert {row["standard"] for row in before["declarations"]} == {"PM304 3.2", "GDS801 2.0"}
    _lost(clinic)
    assert clerk.gives("recover")[0] == 0
    assert kept(clerk) == before
    assert clinic.run(today="2025-02-22").document["run"] is None


def test_an_end_waits_for_the_contacts_that_no_file_tells_of(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed([START, CONTACT]).run()
    _lost(clinic)
    assert clerk.gives("recover")[0] == 0
    held = clinic.feed([END]).run()
    assert held.found("error") == [("RECOVERED_COUNT", "A3", "")]
    assert clinic.write(NOTHING).run().found("error") == [("RECOVERED_COUNT", "A3", "")]
    told = clinic.feed(COURSE).run()
    assert told.lines == {"A3": ("F1013", 2)}
    assert clerk.rows("SELECT * FROM recovered") == []


@pytest.mark.parametrize(
    ("standard", "column", "other"),
    [("PM304", "birth_date", "1990-02-03"), ("PM304", "sex", "1"), ("GDS801", "birth_date", "1990-02-03")],
)
def test_who_somebody_is_is_read_back_too(standard: str, column: str, other: str, tmp_path: Path) -> None:
    """Another person under the same BSN is one after the ledger was lost as well. In GDS801 no sex is sent."""
    shutil.copytree(CASES.parents[1] / "fixtures" / "golden" / "gds801-turn-of-2025", tmp_path / "case")
    clinic = Clinic(tmp_path / "case")
    day, later = ("2024-12-03", "2024-12-10") if standard == "PM304" else ("2025-01-07", "2025-01-14")
    assert clinic.feed([visit("A1", day, "940131", "T1")]).run(today="2025-02-20").lines.keys() == {"A1"}
    _lost(clinic)
    assert Clerk(clinic).gives("recover")[0] == 0
    same = {name: START[name] for name in ("bsn", "birth_date", "sex")}
    row = visit("B1", later, "940131", "T2", patient="P2") | same | {column: other}
    assert clinic.feed([row]).run(today="2025-02-20").found("error") == [("BSN_TWO_PERSONS", "B1", "bsn")]


@pytest.mark.parametrize("is_held", [False, True])
def test_what_an_older_copy_never_heard_of_may_count(is_held: bool, clinic: Clinic, clerk: Clerk) -> None:
    """The contact of the night that was lost is in no file of that night."""
    start = START | {"diagnosis_code": "3020"} if is_held else START
    clinic.feed([start]).run()
    shutil.copyfile(clinic.folder / "ledger.sqlite", clinic.folder / "older.sqlite")
    assert clinic.feed([CONTACT, SINGLE]).run().lines.keys() == {"S1"}
    _older(clinic)
    assert clerk.gives("recover")[0] == 0
    assert "RECOVERED_COUNT" in clinic.feed([END]).run().codes
    later = (
        visit("L1", "2021-03-01", "940131", "TL", patient="P7"),
        visit("L2", "2021-03-08", "940134", "TL", patient="P7"),
    )
    assert clinic.feed(later).run().lines == {"L1": ("F1013", 1), "L2": ("F1013", 1)}
    told = clinic.feed(COURSE).run()
    assert told.lines == ({"A1": ("F1013", 1)} if is_held else {}) | {"A3": ("F1013", 2)}


@pytest.mark.parametrize("is_test", [False, True])
def test_an_older_copy_that_forgot_no_line_is_told_of(is_test: bool, clinic: Clinic) -> None:
    """The night that was forgotten declared nothing, and saw a contact."""
    clinic.feed([START]).run()
    shutil.copyfile(clinic.folder / "ledger.sqlite", clinic.folder / "older.sqlite")
    assert clinic.feed([CONTACT]).run().codes == []
    _older(clinic)
    if is_test:
        clinic.configure(contracts=f'[output]\nmessage = "test"\n{CONTRACTS}')
        assert clinic.feed([END]).run().codes == ["LEDGER_OLDER", "RECOVERED_COUNT", "TEST_MESSAGE"]
        clinic.configure(contracts=CONTRACTS)
    assert clinic.feed([END]).run().codes == ["LEDGER_OLDER", "RECOVERED_COUNT"]
    assert clinic.write(NOTHING).run().codes == ["RECOVERED_COUNT"]
    assert clinic.feed(COURSE).run().lines == {"A3": ("F1013", 2)}


def test_one_folder_may_have_two_names(clinic: Clinic) -> None:
    """As a share that two computers reach by paths of their own."""
    there = clinic.folder.with_name("there")
    other = Clinic(there)
    for at, rows in ((clinic, [START]), (other, [CONTACT]), (clinic, [END])):
        if not at.folder.exists():
            (clinic.folder if at is other else there).rename(at.folder)
        assert at.feed(rows).run().codes == []


def test_a_run_that_failed_is_no_reason_to_doubt(clinic: Clinic) -> None:
    clinic.feed([START]).run()
    (clinic.folder / "appointments.csv").unlink()
    assert clinic.run().exit_code == 3
    assert clinic.feed([CONTACT, END]).run().codes == []


def test_what_comes_after_it_counts_by_itself(clinic: Clinic, clerk: Clerk) -> None:
    """Once the start was shown, a feed of only new rows is enough; a declared end is not said to be wrong."""
    start, contact, end = (
        {**row, **visit(f"C{n}", row["date"], row["code"], "TC", patient="P8")} for n, row in enumerate(COURSE)
    )
    clinic.feed([*COURSE, start, contact]).run()
    _lost(clinic)
    assert clerk.gives("recover")[0] == 0
    first = clinic.feed([visit("A4", "2021-04-12", "940133", "T1")]).run()
    assert list(first.lines) == ["A4"]
    assert first.found("warning") == []
    assert clinic.feed([start, contact]).run().exit_code == 0
    assert clinic.feed([end]).run().lines == {"C2": ("F1013", 2)}


def test_a_file_that_was_refused_is_known_again_by_its_answer(clinic: Clinic, clerk: Clerk) -> None:
    answer = file_level(the(clinic.feed(COURSE).run()), "0016")
    _lost(clinic)
    assert clerk.gives("recover")[0] == 0
    assert clerk.gets(answer)["lines_refused"] == 2
    held = clinic.feed(COURSE).run()
    assert held.found("error") == [("DECLARATION_REFUSED", "A1", ""), ("DECLARATION_REFUSED", "A3", "")]


@pytest.mark.parametrize("is_known", [False, True])
def test_a_run_that_was_moved_away_has_to_come_back(is_known: bool, clinic: Clinic, clerk: Clerk) -> None:
    """What it declared would go again; but for a run that an older copy knows."""
    clinic.feed(COURSE).run()
    shutil.copyfile(clinic.folder / "ledger.sqlite", clinic.folder / "older.sqlite")
    clinic.feed([SINGLE]).run()
    (clinic.folder / "out/R000001").rename(clinic.folder / "archive")
    (_older if is_known else _lost)(clinic)
    if not is_known:
        code, message = refused(clerk, "recover")
        assert (code, "R000001" in message) == ("RECOVER_RUNS_GONE", True)
        (clinic.folder / "archive").rename(clinic.folder / "out/R000001")
    assert clerk.gives("recover")[0] == 0
    assert clinic.feed([*COURSE, SINGLE]).run().document["run"] is None


@pytest.mark.parametrize("copy", [_lost, _older])
def test_a_run_that_only_the_list_tells_of_is_one_too(
    copy: Callable[[Clinic], None], clinic: Clinic, clerk: Clerk
) -> None:
    """The last one was moved away, and the ledger is of before it."""
    clinic.feed([START]).run()
    shutil.copyfile(clinic.folder / "ledger.sqlite", clinic.folder / "older.sqlite")
    clinic.feed([SINGLE]).run()
    (clinic.folder / "out/R000002").rename(clinic.folder / "archive")
    copy(clinic)
    for command in ("run", "check", "status"):
        code, message = refused(clerk, command)
        assert (code, "R000002" in message) == ("RUNS_UNKNOWN", True)
    code, message = refused(clerk, "recover")
    assert (code, "R000002" in message, "R000001" in message) == ("RECOVER_RUNS_GONE", True, False)
    shutil.copytree(clinic.folder / "archive", clinic.folder / "out/R000002")
    assert clerk.gives("recover")[0] == 0
    assert clinic.feed([START, SINGLE]).run().document["run"] is None
    shutil.rmtree(clinic.folder / "out/R000002")
    copy(clinic)
    assert clerk.gives("recover", "--runs-gone")[0] == 0
    assert list(clinic.feed([START, SINGLE]).run().lines) == ["S1"]


def test_a_run_that_is_gone_for_good_may_go_again(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed([START]).run()
    clinic.feed([SINGLE]).run()
    shutil.rmtree(clinic.folder / "out/R000001")
    _lost(clinic)
    assert clerk.gives("recover", "--runs-gone")[0] == 0
    again = clinic.feed([START, SINGLE]).run()
    assert (again.document["run"], list(again.lines)) == ("R000003", ["A1"])


@pytest.mark.parametrize(
    "name", ["lines.csv", "memory.jsonl", "summary.json", "declarations/PM304_7095_210701000001.txt"]
)
@pytest.mark.parametrize("change", ["cut", "gone", "turned", "empty"])
def test_what_was_changed_is_refused_by_its_name(name: str, change: str, clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE).run()
    clinic.feed([SINGLE]).run()
    _lost(clinic)
    path = clinic.folder / "out" / "R000001" / name
    content = path.read_bytes()
    if change == "gone":
        path.unlink()
    else:
        half = len(content) // 2
        turned = content[:half] + bytes([content[half] ^ 1]) + content[half + 1 :]
        path.write_bytes({"cut": content[:half], "turned": turned, "empty": b""}[change])
    if (name, change) == ("summary.json", "turned"):
        path.write_bytes(content.replace(b'"sha256": "', b'"sha256": "0'))
    code, message = refused(clerk, "recover")
    expected = "declarations" if (name, change) == ("summary.json", "turned") else name
    assert (code, expected in message) == ("RECOVER_GONE" if change == "gone" else "RECOVER_CHANGED", True)
    assert clerk.rows("SELECT name FROM sqlite_master") == []
    path.write_bytes(content)
    assert len(clerk.parsed(clerk.gives("recover")[1])["runs"]) == 2


def test_another_practices_runs_are_not_read_back(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE).run()
    _lost(clinic)
    settle(clinic, "04012345", "04054321")
    assert refused(clerk, "recover")[0] == "LEDGER_OTHER_PRACTICE"


def test_a_run_of_that_number_which_is_another_is_not_read_over_it(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE).run()
    (clinic.folder / "out").rename(clinic.folder / "out-1")
    _lost(clinic)
    clinic.feed([SINGLE]).run(today=LATER)
    shutil.rmtree(clinic.folder / "out")
    (clinic.folder / "out-1").rename(clinic.folder / "out")
    assert refused(clerk, "run")[0] == "RUNS_UNKNOWN"
    assert refused(clerk, "recover")[0] == "RECOVER_CLASH"


@pytest.mark.parametrize("make", [lambda path: path.symlink_to("nowhere"), Path.touch], ids=["dangling", "file"])
def test_what_stands_in_the_place_of_a_run_is_refused(
    make: Callable[[Path], None], clinic: Clinic, clerk: Clerk
) -> None:
    (clinic.folder / "out").mkdir()
    make(clinic.folder / "out" / "R000001")
    for command in ("run", "check"):
        code, message = refused(clerk.__class__(clinic.feed(COURSE)), command)
        assert (code, "R000001" in message) == ("RUN_PLACE_TAKEN", True)


def test_what_is_no_lost_run_is_left_alone(clinic: Clinic, clerk: Clerk) -> None:
    """A test, another folder, an archive, the folder of a run by a link, and a run that moved with its practice."""
    out = clinic.folder / "out"
    clinic.configure(contracts=f'[output]\nmessage = "test"\n{CONTRACTS}')
    clinic.feed(COURSE).run()
    clinic.configure()
    clinic.run()
    (out / "2020").mkdir()
    (out / "2020" / "R000007").mkdir()
    (out / "Rapport").mkdir()
    (out / "R000001").rename(clinic.folder / "archive")
    assert clinic.run().exit_code == 0
    (out / "R000001").symlink_to(clinic.folder / "archive")
    assert clinic.feed([SINGLE]).run().document["run"] == "R000002"
    clinic.folder.rename(clinic.folder.with_name("moved"))
    moved = Clinic(clinic.folder.with_name("moved"))
    assert moved.run().exit_code == 0
    shutil.rmtree(moved.folder / "out")
    assert moved.feed([*COURSE, SINGLE, YEAR]).run().document["run"] == "R000003"
    assert csv_text([]) == NOTHING


def test_the_case_of_a_lost_ledger(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    shutil.copytree(CASES / "ledger-lost-or-old", folder)
    clinic = Clinic(folder)
    clerk = Clerk(clinic)
    first = clinic.run(today="2023-04-01")
    _lost(clinic)
    assert refused(clerk, "run")[0] == refused(clerk, "check")[0] == "RUNS_UNKNOWN"
    assert clerk.gives("recover")[0] == 0
    assert clinic.run(today="2023-04-02").document["run"] is None
    with (folder / "out" / "R000001" / next(iter(first.files))).open("rb") as file:
        assert sha256_of(file) == first.document["declarations"][0]["sha256"]
