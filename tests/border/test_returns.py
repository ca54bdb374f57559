"""Answers as they come, and what nobody did anything about yet."""

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.clerk import CONTACT, END, NOTHING, START, Clerk, the
from tests.support.feeds import Clinic, Result, visit
from tests.support.receiver import Verdict, by_insurer, by_vecozo

HERE = Path(__file__).parent
REMARK = ("Tarief wijkt af van", "contract 2021")


def told(result: Result) -> list[tuple[str, str]]:
    said = [(problem["code"], problem["appointment_id"]) for problem in result.problems]
    return [each for each in said if each[0] != "FEED_EMPTY"]


def test_what_an_insurer_refused_and_never_answered_is_on_the_page(tmp_path: Path) -> None:
    folder = tmp_path / "practice"
    shutil.copytree(HERE / "refused-line-not-in-report", folder)
    clerk = Clerk(Clinic(folder))
    clerk.gives("run", today="2023-04-01")
    clerk.gives("returns", str(folder / "antwoord.txt"), today="2023-04-11")
    clerk.gives("run", today="2023-04-12")
    page, table = ((folder / "out" / name).read_text(encoding="utf-8") for name in ("report.html", "problems.csv"))
    for text in (page, table):
        assert "A-1" in text
        assert "0611" in text
    assert "Tarief wijkt af van contract 2023" in page
    for command in (("explain", "A-1"), ("status",)):
        assert "Tarief wijkt af van contract 2023" in " ".join(
            clerk.gives(*command, today="2023-04-12", as_json=False)[1].split()
        )


@pytest.fixture
def refused(clinic: Clinic, clerk: Clerk) -> Result:
    """A start that was refused, with a word of the insurer, beside an end that was granted for a part."""
    sent = clinic.feed([START, CONTACT, END]).run()
    verdicts = {
        clerk.reference("A1"): Verdict(0, ("0611",), REMARK),
        clerk.reference("A3"): Verdict(5000, ("8059",), ("Zie polis",)),
    }
    report = clerk.gets(by_insurer(the(sent), verdicts))
    assert {problem["appointment_id"]: problem["remark"] for problem in report["problems"]} == {
        "A1": " ".join(REMARK),
        "A3": "Zie polis",
    }
    return sent


@pytest.mark.usefixtures("refused")
def test_it_is_told_until_something_is_done(clinic: Clinic, clerk: Clerk) -> None:
    reference = clerk.reference("A1")
    for rows in ([START, CONTACT, END], []):
        night = clinic.feed(rows).run()
        assert told(night) == [("LINE_REFUSED_OPEN", "A1")]
        problem = night.problems[-1]
        assert reference in problem["message"]
        assert " ".join(REMARK) in problem["message"]
        assert night.exit_code == 0
    assert told(clinic.command("check")) == [("LINE_REFUSED_OPEN", "A1")]
    clerk.asks("redeclare", reference)
    again = clinic.run()
    assert (set(again.lines), told(again)) == ({"A1"}, [])
    assert told(clinic.run()) == []


@pytest.mark.usefixtures("refused")
def test_it_is_not_told_of_what_is_put_right_or_gone(clinic: Clinic) -> None:
    corrected = {**START, "indication_code": "001"}
    result = clinic.feed([corrected]).command("check")
    assert (set(result.lines), told(result)) == ({"A1"}, [])
    cancelled = clinic.feed([{**START, "status": "cancelled"}]).run()
    assert "LINE_REFUSED_OPEN" not in cancelled.codes
    assert "LINE_REFUSED_OPEN" not in clinic.write(NOTHING).run().codes


@pytest.mark.usefixtures("refused")
def test_the_word_of_the_insurer_is_in_every_command(clinic: Clinic, clerk: Clerk) -> None:
    for ident, words in (("A1", " ".join(REMARK)), ("A3", "Zie polis")):
        assert words in " ".join(clerk.gives("explain", ident, as_json=False)[1].split())
        document = json.loads(clerk.gives("status", "--lines")[1])
        assert {line["appointment_id"]: line["remark"] for line in document["lines"]}[ident] == words
    status = json.loads(clerk.gives("status")[1])
    assert [row["remark"] for row in status["refused"]] == [" ".join(REMARK)]


def test_a_word_with_a_file_that_is_refused(clinic: Clinic, clerk: Clerk) -> None:
    """Of a person it goes with each of their lines."""
    sent = the(clinic.feed([START, visit("B1", "2021-03-02", "940156", "T2", diagnosis="3026")]).run())
    answer = by_vecozo(sent, {clerk.reference("A1"): "3100"}).decode("iso-8859-1").split("\r\n")
    comment = "98" + "0" * 11 + "1" + "0001" + "Bel ons even".ljust(140) + " " * 212
    answer[2:2] = [comment]
    answer[-2] = answer[-2][:20] + "000001" + f"{int(answer[-2][26:33]) + 1:07}" + answer[-2][33:]
    (clinic.folder / "back.ret").write_bytes("\r\n".join(answer).encode("iso-8859-1"))
    clerk.reads(clinic.folder / "back.ret")
    assert {line["remark"] for line in clerk.lines() if "3100" in line["return_codes"]} == {"Bel ons even"}


@pytest.mark.parametrize(("days", "is_told"), [(0, False), (6, False), (7, True), (40, True)])
def test_files_without_an_answer(clinic: Clinic, clerk: Clerk, days: int, is_told: bool) -> None:
    rows = [START, visit("S1", "2021-03-01", "940140", "TS", patient="P3", insurer="Zilveren Kruis")]
    clinic.feed(rows).run(today="2021-07-01")
    today = f"2021-0{7 + days // 31}-{1 + days % 31:02}"
    night = clinic.run(today=today)
    assert [code for code, _ in told(night)] == ["DECLARATION_UNANSWERED"] * (2 * is_told)
    if is_told:
        page = (clinic.folder / "out" / "report.html").read_text(encoding="utf-8")
        assert "R000001" in page
        assert clerk.declarations()[0]["invoice"] in night.problems[0]["message"]


def ended(ends: bytes, last: bytes) -> Callable[[bytes], bytes]:
    return lambda content: content.rstrip(b"\r\n").replace(b"\r\n", ends) + last


@pytest.mark.parametrize("change", [ended(b"\n", b"\n"), ended(b"\r\n", b""), ended(b"\n", b"\n\n")])
def test_the_same_answer_with_other_ends_of_lines(
    clinic: Clinic, clerk: Clerk, change: Callable[[bytes], bytes]
) -> None:
    answer = by_insurer(the(clinic.feed([START]).run()), {clerk.reference("A1"): Verdict(0, ("0611",))})
    clerk.gets(answer)
    (clinic.folder / "again.ret").write_bytes(change(answer))
    code, text = clerk.gives("returns", str(clinic.folder / "again.ret"))
    assert [problem["code"] for problem in json.loads(text)["files"][0]["problems"]] == ["RETURN_KNOWN"]
    assert code == 0


def test_what_a_computer_leaves_in_zips_and_folders(clinic: Clinic, clerk: Clerk) -> None:
    answer = by_insurer(the(clinic.feed([START]).run()), {})
    litter = (".DS_Store", "Thumbs.db", "desktop.ini", "._antwoord.txt")
    folder = clinic.folder / "retour"
    folder.mkdir()
    with zipfile.ZipFile(folder / "retour.zip", "w") as archive:
        for name in ("__MACOSX/._antwoord.txt", "retour/.DS_Store", "thumbs.DB"):
            archive.writestr(name, b"\0\1")
        archive.writestr("antwoord.txt", answer)
    for name in litter:
        (folder / name).write_bytes(b"\0\5")
    code, text = clerk.gives("returns", str(folder))
    (report,) = json.loads(text)["files"]
    assert (code, report["lines_granted"]) == (0, 1)


@pytest.mark.parametrize(("granted", "command"), [(0, "redeclare"), (5000, "correct")])
def test_another_amount(clinic: Clinic, clerk: Clerk, granted: int, command: str) -> None:
    sent = the(clinic.feed([START]).run())
    clerk.gets(by_insurer(sent, {clerk.reference("A1"): Verdict(granted, ("8059",))}))
    said = clerk.gives("explain", "A1", as_json=False)[1]
    assert f"ei-export {command} {clerk.reference('A1')}" in " ".join(said.split())
    assert clerk.asks(command, clerk.reference("A1"))["problems"] == []
