"""The inbox: read before anything else, by the same function as ``returns``, and kept; what can't be read stays."""

import json
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ei_export.commands.returns import inbox as reading
from ei_export.commands.returns.returns import read_returns
from ei_export.commands.run.inbox import COUNTS
from tests.support.clerk import COURSE, Clerk, few_tariffs, the
from tests.support.feeds import Clinic, visit
from tests.support.receiver import ENCODING, Message, Verdict, by_insurer, file_level

OTHER = visit("B1", "2021-03-01", "940131", "TB", patient="P8")


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    (tmp_path / "practice" / "retour").mkdir(parents=True)
    return few_tariffs(Clinic.open(tmp_path / "practice", ledger='[output]\ninbox = "retour"\n'))


@pytest.fixture
def sent(clinic: Clinic) -> Message:
    """A declaration with two lines of one person and one of another."""
    return the(clinic.feed([*COURSE, OTHER]).run())


def night(clinic: Clinic, day: str = "2021-08-01", command: str = "run") -> dict[str, Any]:
    code, given = Clerk(clinic).gives(command, today=day, debug=False)
    return {**json.loads(given), "code": code}


def found(document: dict[str, Any], *codes: str) -> list[tuple[str, str]]:
    """The problems of the inbox, or of some codes."""
    return [
        (problem["code"], problem["message"])
        for problem in document["problems"]
        if problem["code"] in codes or (not codes and problem["code"].startswith("INBOX_"))
    ]


def arrives(clinic: Clinic, content: bytes | str, name: str = "antwoord.txt") -> Path:
    path = clinic.folder / "retour" / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(ENCODING))
    return path


def names(clinic: Clinic, folder: str = "retour") -> list[str]:
    return sorted(path.name for path in (clinic.folder / folder).iterdir() if path.is_file())


def test_an_answer_is_read_and_kept(clinic: Clinic, sent: Message) -> None:
    content = file_level(sent, "8001")
    arrives(clinic, content)
    waits = night(clinic, command="check")
    assert found(waits) == [("INBOX_WAITS", f"Om in te lezen staat in {clinic.folder}/retour: 1 bestand.")]
    assert names(clinic) == ["antwoord.txt"], "check only looks"
    done = night(clinic)
    ((code, message),) = found(done)
    assert code == "INBOX_READ"
    assert f"VGZ op factuur {sent.invoice} is ingelezen: 3 regels toegekend (samen € 200,69), 0 afgewezen." in message
    assert done["answers"] == {"read": 1, "known": 0, "left": 0, "lines_granted": 3, "lines_refused": 0}
    assert done["code"] == 0
    assert names(clinic) == []
    assert (clinic.folder / "retour" / "gelezen" / "antwoord.txt").read_bytes() == content
    assert [row["state"] for row in Clerk(clinic).declarations()] == ["answered"]
    assert found(night(clinic, "2021-08-02")) == []


def test_what_was_refused_is_dealt_with_the_same_night(clinic: Clinic, sent: Message) -> None:
    clerk = Clerk(clinic)
    arrives(clinic, by_insurer(sent, {clerk.reference("A3"): Verdict(0, ("0611",))}))
    done = night(clinic)
    assert done["answers"]["lines_refused"] == 1
    assert [code for code, _ in found(done, "LINE_REFUSED_OPEN", "LINE_REFUSED")] != []


def test_the_answers_stay_read_when_the_run_fails(clinic: Clinic, sent: Message) -> None:
    arrives(clinic, file_level(sent, "8001"))
    (clinic.folder / "appointments.csv").unlink()
    assert night(clinic)["code"] == 3
    assert [row["state"] for row in Clerk(clinic).declarations()] == ["answered"]
    assert names(clinic, "retour/gelezen") == ["antwoord.txt"]


def test_what_is_no_answer_of_ours_stays_and_is_told_once(clinic: Clinic, sent: Message) -> None:
    arrives(clinic, b"Notulen van de vergadering\r\n", "notulen.txt")
    arrives(clinic, file_level(sent, "8001").replace(b"04012345", b"04054321"), "ander.txt")
    arrives(clinic, file_level(sent, "8001")[:400], "half.txt")
    done = night(clinic)
    told = found(done)
    assert done["code"] == 1
    assert [code for code, _ in told] == ["INBOX_LEFT"] * 3
    assert sum("is voor een andere praktijk" in message for _, message in told) == 1
    assert done["answers"] == {"read": 0, "known": 0, "left": 3, "lines_granted": 0, "lines_refused": 0}
    again = night(clinic, "2021-08-02")
    assert (found(again), again["code"], again["answers"]["left"]) == ([], 0, 3)
    assert found(night(clinic, "2021-08-02", "check")) == []
    arrives(clinic, file_level(sent, "8001"), "half.txt")  # it is complete now
    assert [code for code, _ in found(night(clinic, "2021-08-03"))] == ["INBOX_READ"]
    assert names(clinic) == ["ander.txt", "notulen.txt"]
    arrives(clinic, b"Notulen, nu langer\r\n", "notulen.txt")
    ((code, message),) = found(night(clinic, "2021-08-04"))
    assert code == "INBOX_LEFT"
    assert "notulen.txt" in message


def test_it_holds_nothing_not_even_where_anything_wrong_does(clinic: Clinic, sent: Message) -> None:
    arrives(clinic, b"Notulen\r\n", "notulen.txt")
    clinic.feed([visit("N1", "2021-04-12", "940131", "TN", patient="P5")])
    done = clinic.run("--strict", today="2021-08-01")
    assert done.exit_code == 1
    assert [code for code, _ in found(done.document)] == ["INBOX_LEFT"]
    assert done.lines.keys() == {"N1"}


def test_it_is_told_again_where_the_run_that_told_it_failed(clinic: Clinic, sent: Message) -> None:
    arrives(clinic, b"Notulen\r\n", "notulen.txt")
    feed = (clinic.folder / "appointments.csv").rename(clinic.folder / "weg.csv")
    assert night(clinic)["code"] == 3
    feed.rename(clinic.folder / "appointments.csv")
    assert [code for code, _ in found(night(clinic, "2021-08-02"))] == ["INBOX_LEFT"]


def test_a_name_that_is_there_already_gets_a_number(clinic: Clinic, sent: Message) -> None:
    kept = clinic.folder / "retour" / "gelezen"
    kept.mkdir()
    for name in ("antwoord.txt", "antwoord-2.txt"):
        (kept / name).write_text("van eerder", encoding="utf-8")
    arrives(clinic, file_level(sent, "8001"))
    night(clinic)
    assert names(clinic, "retour/gelezen") == ["antwoord-2.txt", "antwoord-3.txt", "antwoord.txt"]
    assert (kept / "antwoord.txt").read_text(encoding="utf-8") == "van eerder"
    assert (kept / "antwoord-3.txt").read_bytes() == file_level(sent, "8001")


def test_a_folder_that_takes_nothing(clinic: Clinic, sent: Message) -> None:
    """Read once, thanks to the ledger; told until it can be moved."""
    blocked = clinic.folder / "retour" / "gelezen"
    blocked.write_text("een bestand", encoding="utf-8")
    arrives(clinic, file_level(sent, "8001"))
    first = night(clinic)
    assert [code for code, _ in found(first, "INBOX_NOT_MOVED", "INBOX_READ")] == ["INBOX_NOT_MOVED", "INBOX_READ"]
    second = night(clinic, "2021-08-02")
    assert second["answers"]["known"] == 1
    assert [code for code, _ in found(second)] == ["INBOX_NOT_MOVED"]
    blocked.unlink()
    assert found(night(clinic, "2021-08-03")) == []
    assert names(clinic) == []


def test_killed_between_reading_and_moving(clinic: Clinic, sent: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next run only moves it."""

    class Killed(BaseException):
        pass

    def killed(*_: Any) -> None:
        raise Killed

    arrives(clinic, file_level(sent, "8001"))
    with monkeypatch.context() as patch:
        patch.setattr(reading, "put_aside", killed)
        with pytest.raises(Killed):
            night(clinic)
    assert [row["state"] for row in Clerk(clinic).declarations()] == ["answered"]
    again = night(clinic, "2021-08-02")
    assert (found(again), again["answers"]["known"], names(clinic)) == ([], 1, [])


def test_a_zip_goes_when_all_of_it_was_read(clinic: Clinic, sent: Message) -> None:
    path = clinic.folder / "retour" / "antwoorden.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("antwoord.txt", file_level(sent, "8001"))
        packed.writestr("notulen.txt", "Notulen")
    done = night(clinic)
    assert sorted(code for code, _ in found(done)) == ["INBOX_LEFT", "INBOX_READ"]
    assert names(clinic) == ["antwoorden.zip"]
    assert found(night(clinic, "2021-08-02")) == []
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("antwoord.txt", file_level(sent, "8001"))
    assert found(night(clinic, "2021-08-03")) == []
    assert names(clinic, "retour/gelezen") == ["antwoorden.zip"]


def test_a_file_that_grows_while_it_is_read_waits(
    clinic: Clinic, sent: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = arrives(clinic, file_level(sent, "8001")[:300])

    def growing(*given: Any) -> Any:
        yield from read_returns(*given)
        with path.open("ab") as file:
            file.write(b"x")

    with monkeypatch.context() as patch:
        patch.setattr(reading, "read_returns", growing)
        done = night(clinic)
    assert (found(done), done["answers"]["left"]) == ([], 0)
    assert names(clinic) == ["antwoord.txt"]


def test_credits_are_answered_behind_their_debits(clinic: Clinic, sent: Message) -> None:
    """Whatever the names of the files: by the numbers of the declarations."""
    clerk = Clerk(clinic)
    clerk.asks("credit", clerk.reference("A3"))
    second = the(clinic.run(today="2021-07-02"))
    credit = next(line.reference for _, line in second.lines)
    arrives(clinic, by_insurer(second, {credit: Verdict(0, ("0611",))}), "a.txt")
    arrives(clinic, file_level(sent, "8001"), "b.txt")
    read = [message for code, message in found(night(clinic)) if code == "INBOX_READ"]
    assert sorted(read) == sorted(read, key=lambda text: second.invoice in text)
    dates = [row["invoice"] for row in clerk.rows("SELECT invoice FROM answer ORDER BY invoice")]
    assert dates == [sent.invoice, second.invoice]


def test_in_a_test_and_before_there_is_a_ledger_nothing_is_read(clinic: Clinic) -> None:
    arrives(clinic, b"antwoord")
    clinic.feed([*COURSE])
    assert [code for code, _ in found(night(clinic, "2021-07-01"))] == ["INBOX_WAITS"]
    settings = clinic.folder / "ei-export.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("[output]", '[output]\nmessage = "test"'), encoding="utf-8"
    )
    assert [code for code, _ in found(night(clinic, "2021-07-02"))] == ["INBOX_WAITS"]
    assert names(clinic) == ["antwoord.txt"]


def test_a_folder_that_is_not_there_is_refused(clinic: Clinic) -> None:
    clinic.feed([*COURSE])
    shutil.rmtree(clinic.folder / "retour")
    refused = night(clinic)
    assert (refused["code"], [problem["code"] for problem in refused["problems"]]) == (2, ["SETTINGS_FOLDER"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
def test_what_is_no_file_is_passed_over(clinic: Clinic, sent: Message) -> None:
    os.mkfifo(clinic.folder / "retour" / "pijp")
    (clinic.folder / "retour" / "map").mkdir()
    arrives(clinic, file_level(sent, "8001"), ".DS_Store")
    assert night(clinic)["answers"] == dict.fromkeys(COUNTS, 0)
