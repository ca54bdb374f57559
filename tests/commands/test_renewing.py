"""Page and lists say what was recorded since the run, whoever recorded it; what the run found stays."""

import errno
import re
import shutil
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from ei_export.base.delivery import Replacement
from ei_export.base.problems import BusyError, WriteError
from ei_export.cli import main
from ei_export.commands import renewing
from ei_export.commands.run import lists
from ei_export.ledger import Ledger
from ei_export.settings import load
from tests.support.clerk import COURSE, Clerk, few_tariffs, the
from tests.support.feeds import TODAY, Clinic, visit
from tests.support.receiver import Verdict, by_insurer

HELD = visit("H1", "2021-03-01", "940131", "T2", patient="P2") | {"diagnosis_code": ""}
LATER = "2021-07-05"


@pytest.fixture(scope="module")
def _before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    clerk = Clerk(few_tariffs(Clinic.open(tmp_path_factory.mktemp("renewing"))))
    result = clerk.clinic.feed([*COURSE, HELD]).run()
    refused = {clerk.reference("A1"): Verdict(0, ("0611",))}
    (clerk.clinic.folder / "answer.txt").write_bytes(by_insurer(the(result), refused))
    return clerk.clinic.folder


@pytest.fixture
def clerk(_before: Path, tmp_path: Path) -> Clerk:
    """Of a practice after its first run, with an answer that refuses a line and was not read in yet."""
    return Clerk(Clinic(shutil.copytree(_before, tmp_path / "practice")))


def out(clerk: Clerk, name: str = "report.html") -> str:
    return (clerk.clinic.folder / "out" / name).read_text("utf-8-sig")


def kinds(clerk: Clerk) -> Sequence[str]:
    """Of the tasks in the work list."""
    found = [row.split(";")[1] for row in out(clerk, "werklijst.csv").splitlines()[1:]]
    return [kind for kind in found if kind != "einde vergeten?"]


def found(page: str) -> str:
    """What of a page is what its run found."""
    return re.sub(r"<!--known .*?<!--/known-->", "", page, flags=re.DOTALL)


def notes_sent(clerk: Clerk) -> tuple[int, str]:
    """What it ends with, and all it says."""
    config = str(clerk.clinic.folder / "ei-export.toml")
    done = CliRunner().invoke(main, ["sent", "R000001", "--config", config, "--today", TODAY])
    return done.exit_code, done.output


def test_each_command_has_them_say_what_it_recorded(clerk: Clerk) -> None:
    first, problems = out(clerk), out(clerk, "problems.csv")
    assert kinds(clerk) == ["nog te versturen", "vastgehouden"]
    answer = str(clerk.clinic.folder / "answer.txt")
    steps: tuple[tuple[list[str], list[str], str], ...] = (
        (["sent", "R000001"], ["wacht op antwoord", "vastgehouden"], "zijn verstuurd"),
        (["returns", answer], ["afgewezen", "vastgehouden"], "afgewezen"),
        (["close", "H1", "--as", "handled"], ["afgewezen"], "afgewezen"),
        (["redeclare", "A1"], [], "einde vergeten?"),
        (["redeclare", "--cancel", "A1"], ["afgewezen"], "afgewezen"),
        (["close", "H1", "--reopen"], ["afgewezen", "vastgehouden"], "vastgehouden"),
    )
    for given, expected, said in steps:
        clerk.gives(*given, today=LATER)
        assert kinds(clerk) == expected, given
        page = out(clerk)
        assert said in page, given
        assert "zijn bijgewerkt op 05-07-2021" in page
        assert found(page) == found(first)
    assert "Stuur de bestanden" not in out(clerk)
    assert out(clerk, "problems.csv") == problems
    assert not [*(clerk.clinic.folder / "out").glob(".*")]


def test_a_run_that_is_withdrawn_and_a_ledger_that_is_read_back(clerk: Clerk) -> None:
    clerk.undoes("R000001")
    assert kinds(clerk) == ["vastgehouden"]
    assert "R000001 is ingetrokken: stuur" in out(clerk)
    (clerk.clinic.folder / "ledger.sqlite").unlink()
    assert clerk.gives("recover", today=LATER)[0] == 0
    assert kinds(clerk) == []
    assert "05-07-2021" in out(clerk)


def test_why_the_last_night_failed_stays_on_top(clerk: Clerk) -> None:
    (clerk.clinic.folder / "appointments.csv").unlink()
    assert clerk.clinic.run(today=LATER).exit_code == 3
    clerk.gives("sent", "R000001", today=LATER)
    page = out(clerk)
    assert page.index("De run van 05-07-2021 is mislukt") < page.index("zijn verstuurd")


def test_what_can_not_be_renewed_is_told_and_nothing_else_fails(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(file: Replacement) -> None:
        if file.path.suffix == ".xlsx":
            raise WriteError("WRITE_FAILED", path=str(file.path), reason="Permission denied")
        publish(file)

    publish = Replacement.publish
    monkeypatch.setattr(Replacement, "publish", refuse)
    code, told = notes_sent(clerk)
    assert code == 0
    assert "werklijst.xlsx kon niet worden bijgewerkt" in told
    assert "report.html" not in told
    assert kinds(clerk)[0] == "wacht op antwoord"


def test_a_fault_of_ours_undoes_nothing(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("Jansen")

    monkeypatch.setattr(lists, "figures", fail)
    code, told = notes_sent(clerk)
    assert code == 0
    assert "report.html kon niet worden bijgewerkt (ValueError (test_renewing.py:" in told
    assert "Jansen" not in told
    assert clerk.rows("SELECT handed_over_on FROM run") == [{"handed_over_on": TODAY}]


def test_who_has_the_ledger_does_it_at_its_end(clerk: Clerk) -> None:
    settings, before = load(clerk.clinic.folder / "ei-export.toml"), out(clerk)
    with closing(Ledger.open(settings.ledger.path)):
        assert renewing.renew(settings, date.fromisoformat(LATER)) == ()
    assert out(clerk) == before
    assert renewing.renew(settings, date.fromisoformat(LATER)) == []
    assert out(clerk) != before


def full(*_: object) -> None:
    raise WriteError("WRITE_FAILED", path="report.html", reason="No space left on device")


@pytest.mark.parametrize("has_page", [True, False])
@pytest.mark.parametrize("has_trace", [True, False])
def test_a_night_that_could_not_say_on_the_page_that_it_failed(
    clerk: Clerk, monkeypatch: pytest.MonkeyPatch, has_page: bool, has_trace: bool
) -> None:
    """Once there is room the first command does; but for a night that could not be noted anywhere."""
    folder = clerk.clinic.folder
    (folder / "appointments.csv").unlink()
    if not has_page:
        (folder / "out" / "report.html").unlink()
    with monkeypatch.context() as patch:
        patch.setattr("ei_export.commands.night.mark_page", full)
        if not has_trace:
            patch.setattr("ei_export.output.traces.add_entry", no_room)
        assert clerk.clinic.run(today=LATER).exit_code == 3
    clerk.gives("sent", "R000001", today=LATER)
    assert kinds(clerk) == ["wacht op antwoord", "vastgehouden"]
    assert (has_page or has_trace) is (folder / "out" / "report.html").is_file()
    if has_page or has_trace:
        assert ("De run van 05-07-2021 is mislukt" in out(clerk)) is has_trace


def no_room(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_night_that_can_not_be_noted_is_on_the_page(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    """As itself: the page said of the run before it that not all of it can be seen."""
    (clerk.clinic.folder / "appointments.csv").unlink()
    monkeypatch.setattr("ei_export.output.traces.add_entry", no_room)
    assert clerk.clinic.run(today=LATER).exit_code == 3
    assert "<h1>De run van 05-07-2021 is mislukt</h1>" in out(clerk)


def test_a_run_whose_page_could_not_be_put_in_its_place(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(file: Replacement) -> None:
        full() if file.path.name == "report.html" else publish(file)

    publish = Replacement.publish
    with monkeypatch.context() as patch:
        patch.setattr(Replacement, "publish", refuse)
        assert clerk.clinic.run(today=LATER).exit_code == 1
    assert "05-07-2021" not in out(clerk)
    clerk.gives("sent", "R000001", today=LATER)
    assert "<h1>De run van 05-07-2021 is vastgelegd, maar niet alles ervan is te zien</h1>" in out(clerk)
    assert clerk.clinic.run(today=LATER).exit_code == 1
    assert "niet alles ervan" not in out(clerk)


def test_what_is_recorded_while_a_run_shows_itself_is_in_its_lists(
    clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lists of a run are made before it is recorded: who comes between may not be overwritten by them."""

    def commit(ledger: Ledger) -> None:
        done(ledger)
        if not came:
            came.append(ledger)
            assert clerk.gives("close", "H1", "--as", "handled", today=LATER)[0] == 0

    came, done = list[Ledger](), Ledger.commit
    monkeypatch.setattr(Ledger, "commit", commit)
    assert clerk.clinic.run(today=LATER).exit_code == 1
    assert kinds(clerk) == ["nog te versturen"]
    assert "zijn bijgewerkt op 05-07-2021" in out(clerk)


def test_nobody_comes_between_while_a_run_shows_itself(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(file: Replacement) -> None:
        if file.path.suffix == ".csv":
            with pytest.raises(BusyError):
                Ledger.open(clerk.clinic.folder / "ledger.sqlite")
            refused.append(file.path.name)
        publish(file)

    refused, publish = list[str](), Replacement.publish
    with monkeypatch.context() as patch:
        patch.setattr(Replacement, "publish", busy)
        assert clerk.clinic.run(today=LATER).exit_code == 1
    assert sorted(refused) == ["problems.csv", "werklijst.csv"]
    assert "bijgewerkt" not in out(clerk)
    assert clerk.gives("sent", "R000001", today=LATER)[0] == 0


def edit(clerk: Clerk, name: str, before: str, after: str) -> None:
    path = clerk.clinic.folder / name
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_what_the_settings_hold_by_now_is_missed_no_more(clerk: Clerk) -> None:
    """By hand, or at the desk: the next list says so, and of what was found besides as it was found."""
    whole = {
        name: (clerk.clinic.folder / name).read_text(encoding="utf-8") for name in ("tariffs.csv", "ei-export.toml")
    }
    waits = [
        visit("B1", "2021-03-01", "940131", "T5", patient="P5"),
        visit("B2", "2021-03-02", "940140", "T6", patient="P6", insurer="Zilveren Kruis"),
        visit("B3", "2021-03-03", "940131", "T7", patient="P7", uzovi="0999"),
        visit("B4", "2021-03-03", "ZZ7", patient="P8"),
        visit("B5", "2021-03-03", "940131", "T9", patient="P9") | {"diagnosis_code": ""},
    ]
    edit(clerk, "tariffs.csv", ";940131;", ";940132;")
    edit(clerk, "ei-export.toml", 'insurer = "Zilveren Kruis"\nfrom = 2018', 'insurer = "Zilveren Kruis"\nfrom = 2022')
    assert clerk.clinic.feed([*COURSE, HELD, *waits]).run(today=LATER).exit_code == 1
    missed = ("geen tarief", "geen contractpositie", "Van UZOVI-nummer 0999", 'De code ""ZZ7""')
    assert [text for text in missed if text not in out(clerk, "werklijst.csv")] == []
    for name, text in whole.items():
        (clerk.clinic.folder / name).write_text(text, encoding="utf-8")
    edit(clerk, "ei-export.toml", "[codes]", '[uzovi]\n"0999" = "VGZ"\n[codes]\n"ZZ7" = "-"')
    assert clerk.gives("sent", "R000001", today=LATER)[0] == 0
    listed = out(clerk, "werklijst.csv")
    assert [text for text in missed if text in listed] == []
    rows = [row for row in listed.splitlines() if "staat er inmiddels in" in row]
    assert [row.split(";")[12] for row in rows] == ["B2", "B1", "B3"]
    assert listed.count("De diagnosecode ontbreekt") == 2  # the export is needed to know otherwise
    assert "staat er inmiddels in" in out(clerk)
    near = clerk.parsed(clerk.gives("status", today="2022-02-20")[1])["deadlines"]
    assert {row["appointment_id"]: row["code"] for row in near if row["state"] == "held"} == {
        **dict.fromkeys(["B1", "B2", "B3"], "TASK_PUT_RIGHT"),
        **dict.fromkeys(["B5", "H1"], "DIAGNOSIS_MISSING"),
    }
    assert clerk.clinic.run(today=LATER).counts["declared"] == 3
    assert "staat er inmiddels in" not in out(clerk, "werklijst.csv")


def test_what_the_settings_lack_by_now_is_missed(clerk: Clerk) -> None:
    """In the place of what they lacked before: a contract was put right by which a tariff is missing."""
    clerk.clinic.feed([*COURSE, HELD, visit("B1", "2021-03-02", "940140", patient="P6", insurer="Zilveren Kruis")])
    edit(clerk, "ei-export.toml", 'insurer = "Zilveren Kruis"\nfrom = 2018', 'insurer = "Zilveren Kruis"\nfrom = 2022')
    clerk.clinic.run(today=LATER)
    edit(clerk, "ei-export.toml", 'insurer = "Zilveren Kruis"\nfrom = 2022', 'insurer = "Zilveren Kruis"\nfrom = 2018')
    edit(clerk, "tariffs.csv", ";Zilveren Kruis;940140;", ";Zilveren Kruis;940141;")
    clerk.gives("sent", "R000001", today=LATER)
    assert "geen tarief voor 940140 bij Zilveren Kruis op 02-03-2021" in out(clerk, "werklijst.csv")
    assert kinds(clerk)[1:] == ["vastgehouden", "tarief ontbreekt"]


def test_what_held_a_line_that_is_asked_for_again_is_put_right(clerk: Clerk) -> None:
    clerk.reads(clerk.clinic.folder / "answer.txt", today=LATER)
    clerk.gives("redeclare", "A1", today=LATER)
    edit(clerk, "tariffs.csv", ";VGZ;940131;", ";VGZ;940132;")
    clerk.clinic.run(today=LATER)
    assert out(clerk, "werklijst.csv").count("geen tarief voor 940131") == 2
    edit(clerk, "tariffs.csv", ";VGZ;940132;", ";VGZ;940131;")
    clerk.gives("sent", "R000001", today=LATER)
    assert "geen tarief" not in out(clerk, "werklijst.csv")
