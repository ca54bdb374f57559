"""Runs that are taken back."""

from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from ei_export.cli import main
from tests.support.clerk import CONTACT, COURSE, END, NOTHING, SINGLE, START, Clerk, the
from tests.support.feeds import TODAY, Clinic, tables_read_once
from tests.support.receiver import Verdict, by_insurer, file_level

__all__ = ["tables_read_once"]


def test_a_run_is_taken_back(clinic: Clinic, clerk: Clerk) -> None:
    first = clinic.feed([*COURSE, SINGLE]).run()
    assert clerk.undoes("R000001") == 0
    assert sorted(path.name for path in (clinic.folder / "out").glob("R*")) == ["R000001-withdrawn"]
    assert clerk.lines() == []
    assert clerk.rows("SELECT state, withdrawn_on, withdrawn_why FROM run") == [
        {"state": "withdrawn", "withdrawn_on": TODAY, "withdrawn_why": "niet verstuurd"}
    ]
    again = clinic.write(NOTHING).run()
    assert again.lines == first.lines
    assert again.document["run"] == "R000002"
    invoices = {d["invoice"] for result in (first, again) for d in result.document["declarations"]}
    assert len(invoices) == 4
    assert clerk.sums()["declared"] == sum(line["amount_cents"] for line in again.document["lines"])


def test_a_run_with_credits_is_taken_back(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE).run()
    clerk.replaces("A1")
    clerk.asks("credit", clerk.reference("A3"))
    second = clinic.write(NOTHING).run()
    clerk.undoes("2")
    third = clinic.run()
    assert (third.lines, third.credits) == (second.lines, second.credits)


def test_what_changed_since_goes_into_the_next_run(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE).run()
    clerk.undoes("R000001")
    result = clinic.feed([CONTACT | {"status": "cancelled"}, START | {"date": "2021-03-02"}]).run()
    assert result.lines == {"A1": ("F1013", 1), "A3": ("F1013", 1)}
    assert result.document["lines"][0]["date"] == "2021-03-02"
    assert result.problems == []


def pages(clinic: Clinic) -> list[str]:
    """The page of the last run, and those of all runs."""
    out = clinic.folder / "out"
    return [path.read_text(encoding="utf-8") for path in (out / "report.html", *out.glob("R*/report.html"))]


def test_the_pages_of_a_withdrawn_run_say_so(clinic: Clinic, clerk: Clerk) -> None:
    result = clinic.feed(COURSE).run()
    before = pages(clinic)
    clerk.undoes("R000001")
    assert all("naar VECOZO" in page for page in before)
    assert all("R000001 is ingetrokken: stuur" in page and "Stuur de" not in page for page in pages(clinic))
    clerk.gets(file_level(the(result), "8001"))
    last, of_run = pages(clinic)
    assert of_run == before[1]
    assert "is ingetrokken" not in last


def test_a_file_of_a_withdrawn_run_is_not_in_order(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE).run()
    clerk.undoes("R000001")
    code, text = clerk.gives("verify", *map(str, (clinic.folder / "out").glob("R*/declarations/*")))
    assert (code, told(clerk.parsed(text)["files"][0])) == (1, ["INVOICE_WITHDRAWN"])


def undo_refused(clerk: Clerk, run: str) -> str:
    code, text = clerk.gives("undo", run, "--why", "fout", as_json=True, debug=False)
    assert code == 2
    return str(clerk.parsed(text)["problems"][0]["code"])


def test_what_can_not_be_taken_back(clinic: Clinic, clerk: Clerk) -> None:
    first = clinic.feed(COURSE).run()
    assert [undo_refused(clerk, run) for run in ("R000002", "x", "")] == ["RUN_UNKNOWN"] * 3
    clerk.asks("credit", clerk.reference("A1"))
    clinic.write(NOTHING).run()
    assert undo_refused(clerk, "R000001") == "RUN_CREDITED"
    assert clerk.undoes("R000002") == 0
    assert undo_refused(clerk, "R000002") == "RUN_WITHDRAWN"
    clerk.gets(file_level(the(first), "8001"))
    assert undo_refused(clerk, "r1") == "RUN_ANSWERED"
    assert (clinic.folder / "out" / "R000001").is_dir()


@pytest.mark.parametrize(("at_terminal", "kept"), [(True, "verkeerde maand"), (False, "")])
def test_at_a_terminal_the_reason_is_asked_for(
    clinic: Clinic, clerk: Clerk, monkeypatch: pytest.MonkeyPatch, at_terminal: bool, kept: str
) -> None:
    clinic.feed(COURSE).run()
    terminal = SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: at_terminal))
    monkeypatch.setattr("ei_export.cli.undo.sys", terminal)
    command = ["undo", "R000001", "--config", str(clinic.folder / "ei-export.toml"), "--today", "2021-08-01"]
    done = CliRunner().invoke(main, command, input="verkeerde maand\n")
    assert done.exit_code == 0, done.output
    assert ("Waarom" in done.output) is at_terminal
    assert clerk.rows("SELECT withdrawn_why FROM run") == [{"withdrawn_why": kept}]


def test_a_run_whose_files_are_gone_is_taken_back_only_by_who_knows_that_they_were_not_sent(
    clinic: Clinic, clerk: Clerk
) -> None:
    clinic.feed(COURSE).run()
    (clinic.folder / "out" / "R000001").rename(clinic.folder / "sent")
    before = clerk.dump()
    assert undo_refused(clerk, "R000001") == "UNDO_FILES_MISSING"
    assert clerk.dump() == before
    assert clerk.gives("undo", "R000001", "--why", "fout", "--files-gone")[0] == 0
    assert clinic.run().lines.keys() == {"A1", "A3"}


def test_the_folder_of_another_run_is_left_alone(clinic: Clinic, clerk: Clerk) -> None:
    """A practice moved with its files; where they were, another one works now."""
    clinic.feed(COURSE).run()
    moved = clinic.folder / "moved"
    (clinic.folder / "out").rename(moved)
    others = clinic.folder / "out" / "R000001" / "declarations"
    others.mkdir(parents=True)
    (name,) = [path.name for path in (moved / "R000001" / "declarations").iterdir()]
    (others / name).write_bytes(b"of another practice")
    assert undo_refused(clerk, "R000001") == "UNDO_FILES_MISSING"
    settings = clinic.folder / "ei-export.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f'{text}[output]\ndir = "moved"\n', encoding="utf-8")
    assert clerk.undoes("R000001") == 0
    assert [path.name for path in moved.glob("R*")] == ["R000001-withdrawn"]
    assert (others / name).exists()


def test_taking_back_can_be_done_again_after_it_was_broken_off(clinic: Clinic, clerk: Clerk) -> None:
    """The folder was renamed, and the ledger was not written."""
    clinic.feed(COURSE).run()
    (clinic.folder / "out" / "R000001").rename(clinic.folder / "out" / "R000001-withdrawn")
    assert clinic.run().lines == {}
    assert clerk.undoes("R000001") == 0
    assert clinic.run().lines.keys() == {"A1", "A3"}


# Sent after all -------------------------------------------------------------------------------------


def told(report: dict[str, Any]) -> list[str]:
    return [problem["code"] for problem in report["problems"]]


def test_an_answer_reinstates_the_run_it_shows_to_be_sent(clinic: Clinic, clerk: Clerk) -> None:
    message = the(clinic.feed(COURSE).run())
    clerk.undoes("R000001")
    start, end = clerk.reference("A1"), clerk.reference("A3")
    report = clerk.gets(by_insurer(message, {end: Verdict(0, ("0611",))}))
    assert told(report) == ["RETURN_REINSTATED", "RETURN_LINE_REFUSED"]
    assert (report["lines_granted"], report["lines_refused"]) == (1, 1)
    assert [path.name for path in (clinic.folder / "out").glob("R*")] == ["R000001"]
    assert {row["reference"]: row["status"] for row in clerk.lines()} == {start: "granted", end: "refused"}
    again = clinic.feed(COURSE).run()
    assert (again.lines, again.found("error")) == ({}, [])
    clerk.asks("redeclare", end)
    assert clinic.run().lines.keys() == {"A3"}


def test_a_reinstated_run_takes_its_credits_with_it(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE).run()
    clerk.replaces("A1")
    message = the(clinic.write(NOTHING).run())
    clerk.undoes("2")
    assert told(clerk.gets(by_insurer(message, {}))) == ["RETURN_REINSTATED"]
    assert clinic.run().document["run"] is None
    assert len(clerk.live()) == 2


def test_what_was_held_when_its_run_was_reinstated_is_not_declared_again(clinic: Clinic, clerk: Clerk) -> None:
    message = the(clinic.feed(COURSE).run())
    clerk.undoes("R000001")
    broken = [row | {"diagnosis_code": ""} for row in COURSE]
    assert clinic.feed(broken).run().lines == {}
    clerk.gets(file_level(message, "8001"))
    assert clinic.feed(COURSE).run().lines == {}
    assert len(clerk.live()) == 2


def test_what_was_declared_again_comes_first_out_of_the_way(clinic: Clinic, clerk: Clerk) -> None:
    """The lines of a withdrawn run that still wait are held meanwhile."""
    message = the(clinic.feed(COURSE).run())
    clerk.undoes("R000001")
    first = clerk.reference("A1")
    assert clinic.feed([START, CONTACT, END | {"diagnosis_code": ""}]).run().lines.keys() == {"A1"}
    report = clerk.gets(file_level(message, "8001"))
    assert told(report) == ["RETURN_WITHDRAWN"]
    second = clerk.reference("A1")
    assert all(text in report["problems"][0]["message"] for text in (first, second, "R000002"))
    held = clinic.feed(COURSE).run()
    assert (held.lines, held.found("error")) == ({}, [("WITHDRAWN_ANSWERED", "A3", "")])
    clerk.asks("credit", second)
    assert told(clerk.gets(file_level(message, "8001"))) == ["RETURN_WITHDRAWN"]
    credited = clinic.run()
    assert credited.lines == {}
    assert credited.credits.keys() == {"A1"}
    assert told(clerk.gets(file_level(message, "8001"))) == ["RETURN_REINSTATED"]
    assert clinic.run().document["run"] is None
    assert clerk.live().keys() == {"A1", "A3"}


def test_a_later_run_that_was_not_sent_is_withdrawn_in_its_place(clinic: Clinic, clerk: Clerk) -> None:
    message = the(clinic.feed(COURSE).run())
    clerk.undoes("R000001")
    clinic.run()
    assert told(clerk.gets(file_level(message, "8001"))) == ["RETURN_WITHDRAWN"] * 2
    clerk.undoes("R000002")
    assert clinic.run().lines == {}
    assert told(clerk.gets(file_level(message, "0016"))) == ["RETURN_FILE_REFUSED", "RETURN_REINSTATED"]
    assert clinic.run().found("error") == [("DECLARATION_REFUSED", "A1", ""), ("DECLARATION_REFUSED", "A3", "")]


def test_a_withdrawal_that_was_broken_off_is_told_until_it_is_done(
    clinic: Clinic, clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic.feed(COURSE).run()
    with monkeypatch.context() as patch:
        patch.setattr("ei_export.ledger.Ledger.commit", lambda self: (_ for _ in ()).throw(KeyboardInterrupt))
        clerk.gives("undo", "R000001", "--why", "fout", debug=False)
    for command in ("check", "run"):
        told = clinic.command(command)
        assert [problem["code"] for problem in told.problems] == ["UNDO_BROKEN_OFF"]
        assert told.lines == {}
    assert clerk.undoes("R000001") == 0
    again = clinic.run()
    assert again.problems == []
    assert again.lines.keys() == {"A1", "A3"}
