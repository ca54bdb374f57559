"""Page and lists say what was recorded since the run, whoever recorded it; what the run found stays."""

import re
import shutil
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from ei_export.base.delivery import Replacement
from ei_export.base.problems import WriteError
from ei_export.cli import main
from ei_export.commands import renewing
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

    monkeypatch.setattr(renewing, "figures", fail)
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
