"""Return files: what they do to the ledger, and what makes that they are not read at all."""

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ei_export.base.problems import catalogue
from ei_export.model.codelists import AGAIN, remedies, remedy, return_codes
from tests.support.clerk import COURSE, NOTHING, SINGLE, START, Clerk, the
from tests.support.feeds import BSNS, Clinic, tables_read_once, visit
from tests.support.receiver import BACK, ENCODING, Message, Verdict, by_insurer, by_vecozo, file_level, take_apart

__all__ = ["tables_read_once"]

Row = dict[str, Any]


@pytest.fixture
def sent(clinic: Clinic) -> Message:
    """A declaration with two lines of one person and one of another."""
    other = visit("B1", "2021-03-01", "940131", "TB", patient="P8")
    return the(clinic.feed([*COURSE, other]).run())


def codes(report: Row) -> list[str]:
    return [problem["code"] for problem in report["problems"]]


def statuses(clerk: Clerk) -> dict[str, tuple[str, int | None, str]]:
    return {row["appointment_id"]: (row["status"], row["granted_cents"], row["return_codes"]) for row in clerk.lines()}


# --- What an answer comes to ------------------------------------------------------------------------------------------


def test_everything_is_granted(sent: Message, clerk: Clerk) -> None:
    assert clerk.sums()["open"] == sent.cents
    report = clerk.gets(file_level(sent, "8001"))
    assert report["problems"] == []
    assert (report["invoice"], report["lines_granted"], report["lines_refused"]) == (sent.invoice, 3, 0)
    assert statuses(clerk) == {"A1": ("granted", 6644, ""), "A3": ("granted", 6781, ""), "B1": ("granted", 6644, "")}
    assert clerk.sums() == {"declared": sent.cents, "credited": 0, "granted": sent.cents, "refused": 0, "open": 0}
    assert [row["state"] for row in clerk.declarations()] == ["answered"]


def test_some_lines_are_refused_and_some_granted_for_less(sent: Message, clerk: Clerk) -> None:
    verdicts = {
        clerk.reference("A1"): Verdict(0, ("0611", "8059", "0613")),
        clerk.reference("A3"): Verdict(5000, ("8059",)),
    }
    report = clerk.gets(by_insurer(sent, verdicts))
    assert (report["lines_granted"], report["lines_refused"]) == (2, 1)
    assert codes(report) == ["RETURN_LINE_REFUSED", "RETURN_LINE_PARTLY"]
    assert statuses(clerk) == {
        "A1": ("refused", 0, "0611 8059 0613"),
        "A3": ("partly_granted", 5000, "8059"),
        "B1": ("granted", 6644, ""),
    }
    assert clerk.sums() == {"declared": 20069, "credited": 0, "granted": 11644, "refused": 8425, "open": 0}
    assert [row["appointment_id"] for row in clerk.rows("SELECT * FROM line WHERE is_named ORDER BY reference")] == [
        "A1",
        "A3",
    ]


def test_a_person_who_is_refused_takes_all_their_lines_along(sent: Message, clerk: Clerk) -> None:
    report = clerk.gets(by_insurer(sent, {}, {BSNS[1]: "0320"}))
    assert report["lines_refused"] == 2
    assert statuses(clerk)["A3"] == ("refused", 0, "8002 0320")
    assert "niet bij VGZ verzekerd" in report["problems"][0]["message"], "the reason, not that it wasn't looked at"


def test_a_file_that_vecozo_refuses(sent: Message, clerk: Clerk) -> None:
    report = clerk.gets(by_vecozo(sent, {clerk.reference("A3"): "3100"}))
    assert codes(report) == ["RETURN_FILE_REFUSED", "RETURN_LINE_REFUSED"]
    assert (report["lines_granted"], report["lines_refused"]) == (0, 3)
    assert statuses(clerk) == {
        "A1": ("refused", 0, "8097 8096"),
        "A3": ("refused", 0, "3100"),
        "B1": ("refused", 0, "8097 8096"),
    }
    assert [row["state"] for row in clerk.declarations()] == ["refused"]


def test_a_file_that_is_refused_for_its_header(sent: Message, clerk: Clerk) -> None:
    report = clerk.gets(file_level(sent, "0016", "8022"))
    assert codes(report) == ["RETURN_FILE_REFUSED"]
    assert report["problems"][0]["return_codes"] == ["0016", "8022"]
    assert set(statuses(clerk).values()) == {("refused", 0, "0016 8022")}


@pytest.mark.parametrize(
    ("insurer", "code", "state"), [("", "0200", "answered"), ("V-1", "8097", "answered"), ("", "8097", "refused")]
)
def test_a_file_of_which_every_line_is_refused(
    insurer: str, code: str, state: str, clinic: Clinic, clerk: Clerk
) -> None:
    """Nothing marks a good line: VECOZO says of the file that it is refused, and gives no number of an insurer."""
    message = the(clinic.feed([START]).run())
    back = by_insurer(message, {clerk.reference("A1"): Verdict(0, ("0611",))})
    clerk.gets(changed(back, 0, {"0181": insurer, "0196": code}))
    assert [row["state"] for row in clerk.declarations()] == [state]
    assert bool(clinic.write(NOTHING).run().found("error")) is (state == "refused")
    rows = [START | {"therapist_agb": "04012399"}]
    tariffs = clinic.folder / "tariffs.csv"
    tariffs.write_text(tariffs.read_text(encoding="utf-8").replace(";66.44", ";60.00"), encoding="utf-8")
    assert bool(clinic.run().lines) is (state == "refused"), "only the insurer's refusal outlives a table"
    assert clinic.feed(rows).run().lines.keys() == ({"A1"} if state == "answered" else set())


def test_a_credit_is_answered_as_well(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE).run()
    clerk.replaces("A1")
    message = the(clinic.write(NOTHING).run())
    credit = next(line.reference for _, line in message.lines if line.is_credit)
    report = clerk.gets(by_insurer(message, {credit: Verdict(0, ("8017",))}))
    assert codes(report) == ["RETURN_CREDIT_REFUSED"]
    assert clerk.sums() == {"declared": 20069, "credited": 6644, "granted": 6644, "refused": -6644, "open": 13425}


def test_answers_to_answers_add_up_with_credits(clinic: Clinic, clerk: Clerk) -> None:
    first = the(clinic.feed(COURSE).run())
    clerk.gets(by_insurer(first, {clerk.reference("A1"): Verdict(5000, ("8059",))}))
    clerk.asks("correct", clerk.reference("A1"))
    second = the(clinic.write(NOTHING).run())
    clerk.gets(file_level(second, "8001"))
    assert clerk.sums() == {"declared": 20069, "credited": 5000, "granted": 13425, "refused": 1644, "open": 0}


# --- What makes that a file is not read -------------------------------------------------------------------------------


def changed(content: bytes, record: int, values: dict[str, str | int]) -> bytes:
    """The file with other values in the elements of one record (from 0; negative from the end)."""
    records = content.decode(ENCODING).split("\r\n")[:-1]
    layout = BACK[BACK.kind(records[record])]
    old = {id: text.rstrip(" ") for id, text in layout.unpack(records[record]).items()}
    records[record] = layout.pack({**old, **values})
    return "".join(f"{text}\r\n" for text in records).encode(ENCODING)


def twice(content: bytes) -> bytes:
    """The file with the last performance there twice, and counted so."""
    records = content.decode(ENCODING).split("\r\n")[:-1]
    records.insert(-1, records[-2])
    doubled = "".join(f"{text}\r\n" for text in records).encode(ENCODING)
    details = len(records) - 2
    lines = [BACK.kind(record) for record in records].count("04")
    return changed(doubled, -1, {"9904": lines, "9906": details})


WRONG: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "another practice": ("RETURN_OTHER_PRACTICE", lambda back: changed(back, 0, {"0111": "04099999"})),
    "an institution": ("RETURN_OTHER_PRACTICE", lambda back: changed(back, 0, {"0112": "06099999"})),
    "an unknown invoice": ("RETURN_INVOICE_UNKNOWN", lambda back: changed(back, 0, {"0116": "X1"})),
    "a test": ("RETURN_TEST", lambda back: changed(back, 0, {"0105": "T"})),
    "an unknown line": ("RETURN_LINE_UNKNOWN", lambda back: changed(back, -2, {"0434": "X1"})),
    "a line twice": ("RETURN_LINE_TWICE", twice),
    "too much granted": ("RETURN_AMOUNT", lambda back: changed(back, -2, {"0483": 6645})),
    "debit as credit": ("RETURN_DEBIT_CREDIT", lambda back: changed(back, -2, {"0430": "C"})),
    "granted as credit": ("RETURN_DEBIT_CREDIT", lambda back: changed(back, -2, {"0483": 1, "0484": "C"})),
    "another total declared": ("RETURN_TOTAL_DECLARED", lambda back: changed(back, -1, {"9907": 1})),
    "a total declared as credit": ("RETURN_TOTAL_DECLARED", lambda back: changed(back, -1, {"9908": "C"})),
    "another total granted": ("RETURN_TOTAL_GRANTED", lambda back: changed(back, -1, {"9909": 1})),
    "a granted line that is not in the total": ("RETURN_TOTAL_GRANTED", lambda back: changed(back, -2, {"0483": 6644})),
}
MALFORMED: dict[str, Callable[[bytes], bytes]] = {
    "a count": lambda back: changed(back, -1, {"9904": 9}),
    "no return code": lambda back: changed(back, 0, {"0196": ""}),
    "another version": lambda back: changed(back, 0, {"0103": "02"}),
    "letters in an amount": lambda back: back[: -2 * 372 + 320] + b"X" + back[-2 * 372 + 321 :],
    "no debit or credit": lambda back: changed(back, -1, {"9910": ""}),
    "no date": lambda back: changed(back, 0, {"0182": "20219999"}),
    "no trailer": lambda back: back[:-372],
    "something behind the trailer": lambda back: back + back[-372:],
    "two headers": lambda back: back[:372] + back,
    "a line without a person": lambda back: back[:372] + back[2 * 372 :],
    "a record too short": lambda back: back[:400] + back[401:],
    "a record of no kind": lambda back: back[:372] + b"77" + back[374:],
    "an end in the middle": lambda back: back[:900],
}


@pytest.fixture
def back(sent: Message, clerk: Clerk) -> bytes:
    return by_insurer(
        sent, {clerk.reference("A1"): Verdict(0, ("0611",)), clerk.reference("B1"): Verdict(0, ("0611",))}
    )


def not_read(clerk: Clerk, content: bytes, name: str = "back.ret") -> tuple[int, Row]:
    """Reads a file that leaves the ledger as it is."""
    path = clerk.clinic.folder / name
    path.write_bytes(content)
    before = clerk.dump()
    exit_code, text = clerk.gives("returns", str(path))
    assert clerk.dump() == before
    (report,) = clerk.parsed(text)["files"]
    assert (report["lines_granted"], report["lines_refused"], report["granted_cents"]) == (0, 0, 0)
    for problem in report["problems"]:
        assert problem["message"]
        assert problem["remedy"]
        assert catalogue()[problem["code"]].severity == problem["severity"] == "error"
    return exit_code, report


@pytest.mark.parametrize("name", WRONG)
def test_an_answer_that_does_not_fit_is_not_read(name: str, back: bytes, clerk: Clerk) -> None:
    code, change = WRONG[name]
    exit_code, report = not_read(clerk, change(back))
    assert exit_code == 1
    assert set(codes(report)) == {code}
    assert clerk.gets(back)["lines_refused"] == 2, "the right one is read after all"


@pytest.mark.parametrize("name", MALFORMED)
def test_a_damaged_file_is_not_read(name: str, back: bytes, clerk: Clerk) -> None:
    exit_code, report = not_read(clerk, MALFORMED[name](back))
    assert exit_code == 3
    assert codes(report) == ["RETURN_LENGTH" if name == "a record too short" else "RETURN_MALFORMED"]


def test_what_is_no_return_file_is_not_read(sent: Message, clinic: Clinic, clerk: Clerk) -> None:
    (declaration,) = (clinic.folder / "out" / "R000001" / "declarations").iterdir()
    assert codes(not_read(clerk, declaration.read_bytes())[1]) == ["RETURN_NOT_ONE"]
    assert not_read(clerk, b"Beste collega,\r\n")[0] == 3
    exit_code, text = clerk.gives("returns", str(clinic.folder / "not there"))
    assert exit_code == 3
    assert codes(clerk.parsed(text)["files"][0]) == ["FILE_UNREADABLE"]


def test_a_file_is_read_once(back: bytes, clerk: Clerk) -> None:
    clerk.gets(back)
    before = clerk.dump()
    path = clerk.clinic.folder / "again.ret"
    path.write_bytes(back)
    report = clerk.reads(path, today="2021-08-01")
    assert codes(report) == ["RETURN_KNOWN"]
    assert "01-07-2021" in report["problems"][0]["message"]
    assert clerk.dump() == before


def test_one_declaration_gets_one_answer(back: bytes, sent: Message, clerk: Clerk) -> None:
    clerk.gets(back)
    exit_code, report = not_read(clerk, file_level(sent, "8001"))
    assert (exit_code, codes(report)) == (1, ["RETURN_SECOND"])


def test_the_practice_may_have_another_number_by_now(back: bytes, clinic: Clinic, clerk: Clerk) -> None:
    """An answer is held against what was sent, not against today's settings."""
    settings = clinic.folder / "ei-export.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("04012345", "04012346"), encoding="utf-8")
    assert clerk.gets(back)["lines_refused"] == 2


def test_without_a_ledger_nothing_was_declared(back: bytes, clinic: Clinic, clerk: Clerk) -> None:
    path = clinic.folder / "back.ret"
    path.write_bytes(back)
    (clinic.folder / "ledger.sqlite").unlink()
    for command in (f"returns {path}", "credit X", "redeclare X", "correct --all", "undo 1 --why x"):
        exit_code, text = clerk.gives(*command.split(), debug=False)
        assert exit_code == 2
        assert codes(clerk.parsed(text)) == ["LEDGER_MISSING"]
    assert not (clinic.folder / "ledger.sqlite").exists()


# --- Folders, zips, and what is printed -------------------------------------------------------------------------------


def test_folders_and_zips_of_files(clinic: Clinic, clerk: Clerk) -> None:
    messages = [take_apart(content) for content in clinic.feed([*COURSE, SINGLE]).run().files.values()]
    inbox = clinic.folder / "inbox"
    inbox.mkdir()
    (inbox / "one.txt").write_bytes(file_level(messages[0], "8001"))
    with zipfile.ZipFile(inbox / "two.zip", "w") as archive:
        archive.writestr("back.txt", file_level(messages[1], "8001"))
        archive.writestr("note.txt", b"hello")
    exit_code, text = clerk.gives("returns", str(inbox))
    reports = clerk.parsed(text)["files"]
    assert [Path(report["file"]).name for report in reports] == ["one.txt", "back.txt", "note.txt"]
    assert [codes(report) for report in reports] == [[], [], ["FILE_NOT_RECOGNISED"]]
    assert exit_code == 3
    assert {status for status, _, _ in statuses(clerk).values()} == {"granted"}
    assert json.loads(clerk.gives("returns", str(inbox), "-q")[1])["files"][0]["problems"][0]["code"] == "RETURN_KNOWN"


@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_a_clerk_reads(language: str, sent: Message, clerk: Clerk) -> None:
    path = clerk.clinic.folder / "back.ret"
    a1, a3, b1 = (clerk.reference(ident) for ident in ("A1", "A3", "B1"))
    verdicts = {a1: Verdict(0, ("0584",)), b1: Verdict(0, ("0584",)), a3: Verdict(5000, ("8059",))}
    path.write_bytes(by_insurer(sent, verdicts))
    exit_code, text = clerk.gives("returns", str(path), "--lang", language, as_json=False)
    assert exit_code == 1
    assert all(len(line) <= 80 for line in text.splitlines() if "back.ret" not in line), text
    assert sent.invoice in text
    words = " ".join(text.split())
    for code in ("0584", "8059"):
        assert words.count(return_codes()[code].text) == 1, "said once of all lines it is about"
        assert f"{code} {return_codes()[code].text}" in words
    assert remedies()["0584"].remedy[language] in words
    assert re.search(r"€ 67[,.]81, (toegekend|granted) € 50[,.]00", words)
    for ident, reference in (("A1", a1), ("A3", a3), ("B1", b1)):
        assert reference in words
        assert f" {ident} " in words
    assert not any(bsn in text for bsn in (BSNS[1], BSNS[8]))
    assert "Voorbeeld" not in text


def test_how_many_good_lines_of_a_refused_file_go_again_is_told(sent: Message, clerk: Clerk) -> None:
    path = clerk.clinic.folder / "back.ret"
    path.write_bytes(by_vecozo(sent, {clerk.reference("A1"): "0611"}))
    text = clerk.gives("returns", str(path), as_json=False)[1]
    assert "\n  zonder fout (8096), vanzelf mee in de volgende run: 2 regels\n" in text


def in_words(clerk: Clerk, back: bytes) -> str:
    path = clerk.clinic.folder / "back.ret"
    path.write_bytes(back)
    return " ".join(clerk.gives("returns", str(path), as_json=False)[1].split())


def test_every_return_code_of_a_line_is_told_the_most_telling_one_first(sent: Message, clerk: Clerk) -> None:
    words = in_words(clerk, by_insurer(sent, {clerk.reference("A1"): Verdict(0, ("8002", "9999", "0611"))}))
    assert words.index("9999 (betekenis niet bekend)") < words.index(f"0611 {return_codes()['0611'].text}")
    assert "Vergelijk uw tarieventabel" in words
    assert "8002" not in words


def test_a_line_that_is_refused_without_a_code(sent: Message, clerk: Clerk) -> None:
    back = by_insurer(sent, {clerk.reference("A1"): Verdict(0)})
    assert "De reden is niet gegeven. Wat nu: Vraag VECOZO of VGZ waarom" in in_words(clerk, back)


def test_all_lines_can_be_good(sent: Message, clerk: Clerk) -> None:
    report = clerk.gets(by_vecozo(sent, {}))
    assert report["lines_good"] == 3
    assert report["problems"][0]["remedy"].startswith("U hoeft niets te doen")


@pytest.mark.parametrize(
    ("code", "told"), [("8097", "vraag het aan VECOZO"), ("0200", "vraag het"), ("8060", "contract")]
)
def test_what_is_held_with_its_file_is_told_with_what_frees_it(
    code: str, told: str, sent: Message, clerk: Clerk
) -> None:
    words = in_words(clerk, file_level(sent, code))
    assert told in words
    assert (
        "worden alle regels van de factuur vastgehouden. Ze gaan vanzelf opnieuw mee als de gegevens van de " in words
    )
    assert f"ei-export redeclare {sent.invoice}" in words
    assert not any(wrong in words for wrong in ("niet mis mee is", "U hoeft niets te doen", " - ", "Los op"))


def test_a_folder_with_nothing_in_it_is_told_of(clinic: Clinic, sent: Message, clerk: Clerk) -> None:
    empty = clinic.folder / "empty"
    empty.mkdir()
    exit_code, text = clerk.gives("returns", str(empty))
    assert (exit_code, codes(clerk.parsed(text)["files"][0])) == (3, ["FILES_NONE"])


def test_a_record_that_was_cut_off_is_told_by_its_length(sent: Message, clerk: Clerk) -> None:
    head, person, *rest = by_vecozo(sent, {}).split(b"\r\n")
    assert "record 2 is 328 tekens lang" in in_words(clerk, b"\r\n".join((head, person[:328], *rest)))


def test_explain_names_who_refused_and_what_for(sent: Message, clerk: Clerk) -> None:
    clerk.gets(by_vecozo(sent, {clerk.reference("A1"): "0611"}))
    assert "VECOZO wees dit op" in clerk.gives("explain", "A1", as_json=False)[1]
    for number in ("R000001", sent.invoice):
        words = " ".join(clerk.gives("explain", number, as_json=False)[1].split())
        assert f"8097: {return_codes()['8097'].text}" in words
        assert remedies()["8097"].remedy["nl"] in words


def test_explain_names_the_command_for_a_line_that_was_granted_in_part(sent: Message, clerk: Clerk) -> None:
    reference = clerk.reference("A1")
    clerk.gets(by_insurer(sent, {reference: Verdict(100, ("8059",))}))
    words = " ".join(clerk.gives("explain", "A1", as_json=False)[1].split())
    assert f"ei-export correct {reference}" in words
    assert clerk.asks("correct", reference)["problems"] == []


def test_quiet_says_only_what_is_wrong(sent: Message, clerk: Clerk) -> None:
    path = clerk.clinic.folder / "back.ret"
    path.write_bytes(file_level(sent, "8001"))
    assert clerk.gives("returns", str(path), "-q", as_json=False) == (0, "")
    path.write_bytes(file_level(sent, "8022"))
    assert clerk.gives("returns", str(path), "-q", as_json=False)[1] != ""


# --- Remedies ---------------------------------------------------------------------------------------------------------

#: Those that matter for physiotherapy.
PHYSIOTHERAPY = (
    "0613 0587 0584 0611 0581 0582 0320 0328 0506 0435 0551 0552 0553 0554 3100 3102 8002 8004 8008 8009 8010 8011 "
    "8014 8017 8021 8022 8058 8062 8063 8064 8067 8084"
)


def test_every_code_that_matters_has_a_remedy_of_its_own() -> None:
    places = {
        "f_code": "F1013",
        "date": "2021-03-01",
        "amount": "66,44",
        "units": 1,
        "insurer": "VGZ",
        "reference": "R1",
    }
    for code in PHYSIOTHERAPY.split():
        found = remedy(code)
        assert found.code == code
        assert found.again in AGAIN
    for found in remedies().values():
        for text in (*found.meaning.values(), *found.remedy.values()):
            assert text.format_map(places).endswith((".", "!"))


def test_any_other_code_has_that_of_its_level() -> None:
    assert remedy("0001").code == "X"
    assert remedy("8023").code == "T"
    assert remedy("0316").code == "D"
    assert remedy("9999").code == "D", "unknown, so surely something is wrong"
