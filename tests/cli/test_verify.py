"""``ei-export verify``: what it tells, in words and in JSON, and what a practice knows besides."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ei_export.base.problems import LANGUAGES, SettingsError, catalogue
from ei_export.cli import main
from ei_export.commands.verify.report import TextVerdicts
from tests.support.declared import answer, changed, declaration, file_of
from tests.support.feeds import Clinic, tables_read_once, visit  # noqa: F401 - a fixture
from tests.support.messages import PM304

KEYS = ["code", "severity", "record", "element", "found", "expected", "return_code", "message", "remedy"]


def verify(*arguments: object, today: str = "2021-05-01") -> Result:
    done = CliRunner().invoke(main, ["verify", "--today", today, *map(str, arguments)])
    assert not done.stderr
    return done


def told(*arguments: object, today: str = "2021-05-01") -> tuple[int, list[dict[str, Any]]]:
    """The exit code and the files of the document."""
    done = verify("--json", *arguments, today=today)
    document = json.loads(done.stdout)
    assert list(document) == ["checked", "files"]
    assert document["checked"] == dict.fromkeys(("ledger", "agreements"), "--config" in arguments) | {"file": True}
    for file in document["files"]:
        assert set(file) == {"file", "standard", "ok", "records", "problems"}
        assert all(list(problem) == KEYS for problem in file["problems"])
        assert file["ok"] == all(problem["severity"] != "error" for problem in file["problems"])
    return done.exit_code, document["files"]


@pytest.fixture
def right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("PM304.txt")
    path.write_bytes(file_of(declaration()))
    return path


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A date that doesn't exist, a BSN that is none, and in every line a list that isn't for it."""
    records = changed(changed(declaration(), "B3", "0408", "20210229"), "E", "0215", "A.B.")
    for line in ("A1", "A2", "B1", "B2", "B3", "D2", "E1"):
        records = changed(records, line, "0409", "073")
    path = tmp_path / "fout.txt"
    path.write_bytes(file_of(records))
    return path


def test_a_right_file_is_said_to_be(right: Path) -> None:
    done = verify(right)
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "PM304.txt: PM304 3.2, 17 records",
        "  In orde: er is niets gevonden waarop de ontvanger het zou afkeuren.",
        "",
        "Bekeken: wat in de bestanden staat. Niet bekeken: uw declaratieregister en uw",
        "overeenkomsten; geef daarvoor --config met uw instellingenbestand.",
    ]
    assert verify("-q", right).stdout == ""


def test_the_document(right: Path, wrong: Path) -> None:
    exit_code, (first, second) = told(right, wrong)
    assert exit_code == 1
    assert first == {"file": str(right), "standard": "PM304 3.2", "problems": [], "records": 17, "ok": True}
    assert [(p["record"], p["element"], p["return_code"]) for p in second["problems"]] == [
        (5, "0409", "0581"),
        (6, "0409", "0581"),
        (9, "0409", "0581"),
        (10, "0409", "0581"),
        (11, "0408", "8007"),
        (11, "0409", "0581"),
        (14, "0409", "0581"),
        (15, "0215", "0310"),
        (16, "0409", "0581"),
    ]
    assert second["problems"][4] == {
        "code": "VERIFY_DATE",
        "severity": "error",
        "record": 11,
        "element": "0408",
        "found": "20210229",
        "expected": "EEJJMMDD",
        "return_code": "8007",
        "message": "Datum prestatie (0408) is geen bestaande datum (JJJJMMDD, zoals 20240131).",
        "remedy": "Verbeter dit in uw praktijksysteem en maak het bestand opnieuw.",
    }
    assert second["problems"][7]["found"] == "…"


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_wrong_file_is_told_by_kind(wrong: Path, language: str) -> None:
    done = verify("--lang", language, wrong)
    assert done.exit_code == 1
    assert all(len(line) <= 80 for line in done.stdout.replace(str(wrong), "fout.txt").splitlines())
    kinds = done.stdout.split("\n\n")
    assert len(kinds) == 5  # the file, three kinds, and the end
    lists = next(kind for kind in kinds if "0409" in kind)
    assert ("(7 keer)" if language == "nl" else "(7 times)") in lists
    assert lists.count("073") == 6  # in the message, and in the first five places
    assert "0581" in lists
    for expected in {
        "nl": ("FOUT", "Retourcode 8007", "Wat te doen"),
        "en": ("WRONG", "Return code 8007", "What to do"),
    }[language]:
        assert expected in done.stdout
    assert "A.B." not in done.stdout


def test_a_warning_is_no_refusal(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(file_of(changed(declaration(), "A2", "0423", "0499")))
    assert told(path)[0] == 0
    assert "LET OP" in verify(path).stdout
    assert verify("-q", path).stdout == ""


def test_a_return_is_judged_too(tmp_path: Path) -> None:
    path = tmp_path / "retour.txt"
    path.write_bytes(file_of(answer()))
    assert told(path) == (0, [{"file": str(path), "standard": "PM305 3.2", "problems": [], "records": 7, "ok": True}])


def test_what_cannot_be_judged_is_told_and_the_rest_judged(tmp_path: Path, right: Path) -> None:
    odd = tmp_path / "brief.txt"
    odd.write_bytes(b"Geachte heer")
    other = tmp_path / "MZ301.txt"
    other.write_bytes(b"011760103P" + b" " * 300)
    exit_code, files = told(tmp_path / "nee.txt", odd, other, right)
    assert exit_code == 3
    assert [file["ok"] for file in files] == [False, False, False, True]
    assert [[p["code"] for p in file["problems"]] for file in files[:3]] == [
        ["FILE_UNREADABLE"],
        ["FILE_NOT_RECOGNISED"],
        ["MESSAGE_NOT_READ"],
    ]
    assert files[2]["problems"][0]["return_code"] == "0010"
    assert "MZ301, Declaratie mondzorg (code 176)" in files[2]["problems"][0]["message"]
    text = verify(odd, right)
    assert text.exit_code == 3
    assert "Kan niet worden beoordeeld." in text.stdout
    assert "\n2 bestanden bekeken: 1 in orde, 1 niet in orde.\nBekeken: " in text.stdout


def test_the_files_in_a_zip(tmp_path: Path, right: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("een.txt", "twee.TXT"):
            archive.write(right, name)
    exit_code, (first, second) = told(path)
    assert exit_code == 1
    assert (first["file"], first["ok"]) == (f"{path}/een.txt", True)
    assert [(p["code"], p["record"]) for p in second["problems"]] == [("FILE_NAME", None)]
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(31):
            archive.write(right, f"{number}.txt")
    exit_code, files = told(path)
    assert (exit_code, files[0]["standard"], files[0]["problems"][0]["code"]) == (1, "", "ZIP_TOO_MANY")
    assert [file["ok"] for file in files[1:]] == [True] * 30


@pytest.mark.parametrize("zipped", [True, False])
def test_where_there_is_no_file_nothing_is_said_to_be_right(tmp_path: Path, *, zipped: bool) -> None:
    path = tmp_path / "empty"
    if zipped:
        zipfile.ZipFile(path, "w").close()
    else:
        path.mkdir()
    exit_code, (file,) = told(path)
    assert (exit_code, file["ok"], [problem["code"] for problem in file["problems"]]) == (3, False, ["FILES_NONE"])
    assert "staat geen bestand" in verify(path).stdout


def test_settings_that_happen_to_be_there_are_not_used(right: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("ei-export.toml").write_text("not settings at all")
    assert verify(right).exit_code == 0
    assert CliRunner().invoke(main, ["verify", "--config", "ei-export.toml", str(right)]).exit_code == 2
    monkeypatch.setenv("EI_EXPORT_CONFIG", "ei-export.toml")
    assert CliRunner().invoke(main, ["verify", str(right)]).exit_code == 2


# Against a practice ---------------------------------------------------------------------------------


def open_clinic(folder: Path) -> Clinic:
    """One that declared a start and an end with two contacts, of one patient."""
    clinic = Clinic.open(folder)
    days = ("2021-03-01", "2021-03-08", "2021-03-15", "2021-03-22")
    codes = ("940131", "940135", "940135", "940134")
    clinic.feed(visit(f"A{n}", day, code, "T1") for n, (day, code) in enumerate(zip(days, codes, strict=True)))
    assert clinic.run(today="2021-04-01").counts["declared"] == 2
    return clinic


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    return open_clinic(tmp_path_factory.mktemp("clinic"))


def declared(clinic: Clinic) -> Path:
    return min((clinic.folder / "out").rglob("*.txt"))


def against(clinic: Clinic, path: Path) -> list[tuple[str, str]]:
    """The element and the return code of each problem."""
    exit_code, (file,) = told("--config", clinic.folder / "ei-export.toml", path)
    assert exit_code == int(not file["ok"])
    return [(problem["element"], problem["return_code"]) for problem in file["problems"]]


def other(clinic: Clinic, *edits: tuple[int, str, str], fresh: bool = True) -> Path:
    """The declared file with elements of its records changed; ``fresh``: under another invoice and references."""
    records = declared(clinic).read_bytes().split(b"\r\n")
    own = [(1, "0116", "NIEUW"), (3, "0434", "NIEUW-1"), (4, "0434", "NIEUW-2")] if fresh else []
    for record, element, value in (*own, *edits):
        place = PM304[element[:2]][element]
        text = records[record - 1]
        raw = value.ljust(place.length).encode()
        records[record - 1] = text[: place.start - 1] + raw + text[place.end :]
    path = clinic.folder / "anders.txt"
    path.write_bytes(b"\r\n".join(records))
    return path


def test_what_was_declared_is_no_double_of_itself(clinic: Clinic) -> None:
    assert against(clinic, declared(clinic)) == []
    assert against(clinic, other(clinic)) == []


def test_numbers_are_not_used_again(clinic: Clinic) -> None:
    assert against(clinic, other(clinic, (1, "0105", "T"), fresh=False)) == [
        ("0105", ""),
        ("0116", "0030"),
        ("0434", "8021"),
        ("0434", "8021"),
    ]


def test_number_times_tariff_is_a_question_until_the_settings_answer_it(tmp_path: Path) -> None:
    clinic = open_clinic(tmp_path)
    config = clinic.folder / "ei-export.toml"
    assert told("--config", config, declared(clinic))[1][0]["problems"] == []
    settings = config.read_text(encoding="utf-8")
    assert 'amount = "product"\n' in settings
    config.write_text(settings.replace('amount = "product"\n', ""), encoding="utf-8")
    for arguments in (["--config", config], []):
        exit_code, (file,) = told(*arguments, declared(clinic))
        (problem,) = file["problems"]
        assert (exit_code, problem["return_code"], problem["severity"]) == (0, "8215", "warning")
        assert "VGZ" in problem["remedy"]


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([(4, "0410", "F9999")], [("0410", "0582")]),
        ([(3, "0410", "F1013R")], [("0428", "0611")]),  # a relapse could be, at another price
        ([(3, "0408", "20181231")], [("0410", "0582")]),
        ([(3, "0409", "990")], [("0409", "0581")]),
        ([(4, "0411", "0007")], []),  # how many contacts there were, the file can't say
        ([(3, "0410", "F1013R"), (3, "0411", "0002")], [("0411", "0638")]),
        ([(3, "0428", "00000001")], [("0428", "0611")]),
        ([(3, "0410", "1000"), (4, "0410", "1000")], []),  # of the national list
        # another insurer, of which nobody said what its tariffs are the price of
        (
            [(2, "0204", "3343"), (3, "0404", "3343"), (4, "0404", "3343")],
            [("0429", "8215"), ("0410", "0582"), ("0410", "0582")],
        ),
        ([(3, "0408", "20210229")], [("0408", "8007")]),  # what can't be read is told once
    ],
)
def test_what_no_agreement_gives_is_told(
    clinic: Clinic, edits: list[tuple[int, str, str]], expected: list[tuple[str, str]]
) -> None:
    assert against(clinic, other(clinic, *edits)) == expected


def test_credits_need_a_debit_that_stands(tmp_path: Path) -> None:
    clinic = open_clinic(tmp_path)
    start, end = (PM304["04"].unpack(text.decode()) for text in declared(clinic).read_bytes().split(b"\r\n")[2:4])
    reference, cents = start["0434"].strip(), int(end["0432"]) - int(start["0432"])
    total = [(5, "9907", f"{abs(cents):011}"), (5, "9908", "D" if cents >= 0 else "C")]
    credit = [(3, "0430", "C"), (3, "0433", "C"), *total]
    assert against(clinic, other(clinic, *credit, (3, "0435", reference))) == []
    assert against(clinic, other(clinic, *credit, (3, "0435", "R-UNKNOWN"))) == [("0435", "8017")]
    asked = ["credit", "--config", str(clinic.folder / "ei-export.toml"), "--today", "2021-04-02", reference]
    assert CliRunner().invoke(main, [*asked, "--why", "dubbel"]).exit_code == 0
    clinic.run(today="2021-04-02")
    assert against(clinic, other(clinic, *credit, (3, "0435", reference))) == [("0435", "8084")]


def raised(clinic: Clinic) -> None:
    """Every tariff of VGZ is put right to another."""
    tariffs = clinic.folder / "tariffs.csv"
    rows = tariffs.read_text(encoding="utf-8").splitlines()
    dearer = [";1".join(row.rsplit(";", 1)) if ";VGZ;" in row else row for row in rows]
    tariffs.write_text("\n".join(dearer), encoding="utf-8")


def test_what_was_declared_stands_whatever_the_tariffs_are_since(tmp_path: Path) -> None:
    clinic = open_clinic(tmp_path)
    first = declared(clinic)
    start = PM304["04"].unpack(first.read_bytes().split(b"\r\n")[2].decode())
    asked = ["credit", "--config", str(clinic.folder / "ei-export.toml"), "--today", "2021-04-02"]
    assert CliRunner().invoke(main, [*asked, start["0434"].strip()]).exit_code == 0
    clinic.run(today="2021-04-02")
    (credit,) = set((clinic.folder / "out").rglob("*.txt")) - {first}
    raised(clinic)
    assert against(clinic, first) == against(clinic, credit) == []
    assert ("0428", "0611") in against(clinic, other(clinic))  # somebody else's
    used = [("0116", "0030"), ("0434", "8021"), ("0434", "8021")]
    assert against(clinic, other(clinic, (1, "0105", "T"), fresh=False)) == [("0105", ""), *used]
    edits = [(1, "0105", "T"), (4, "0411", "0004"), (3, "0408", "20210302")]
    assert against(clinic, other(clinic, *edits, fresh=False)) == [
        ("0105", ""),
        *used[:2],
        ("0408", ""),
        used[2],
        ("0411", ""),
    ]


def test_a_tariff_is_that_of_a_product_with_as_many_units(clinic: Clinic) -> None:
    start, end = (PM304["04"].unpack(line.decode()) for line in declared(clinic).read_bytes().split(b"\r\n")[2:4])
    assert (start["0410"], start["0428"] == end["0428"]) == (end["0410"], False)
    assert against(clinic, other(clinic, (4, "0428", start["0428"]))) == [("0428", "0611")]
    done = verify("--config", clinic.folder / "ei-export.toml", other(clinic, (3, "0428", "00000001")))
    both = " | ".join(str(cents) for cents in sorted((int(start["0428"]), int(end["0428"]))))
    assert f"een van {both}." in " ".join(done.stdout.split())


def test_every_problem_of_the_practice_is_worded(clinic: Clinic) -> None:
    config = clinic.folder / "ei-export.toml"
    for language in ("nl", "en"):
        done = verify("--config", config, "--lang", language, other(clinic, (3, "0428", "00000001")))
        assert "0611" in done.stdout
    assert all(kind.severity == "error" for code, kind in catalogue().items() if code.startswith("VERIFY_AGREED"))


def test_a_person_reads_forms_in_words() -> None:
    """What is expected is a form of the tables, the same to programs in any language."""
    problem = {
        "code": "X", "severity": "error", "record": 3, "element": "0110", "found": "123", "return_code": "",
        "expected": "nn0nnnnn | 98nnnnnn", "message": "message", "remedy": "remedy",
    }  # fmt: skip
    said = {}
    for language in LANGUAGES:
        out = io.StringIO()
        page = TextVerdicts(out, language)
        page.begin("x.txt", "PM304 3.2")
        page.problem(problem)
        page.end(12_345, ok=False)
        said[language] = " ".join(out.getvalue().split())
    assert "x.txt: PM304 3.2, 12.345 records" in said["nl"]
    assert "er staat 123, verwacht 8 cijfers met een 0 als derde, zoals 04012345 | 8 cijfers die beginnen" in said["nl"]
    assert "it says 123, expected 8 digits with 0 as the third, such as 04012345 | 8 digits that begin" in said["en"]


@pytest.mark.parametrize("arguments", [(), ("--json",), ("--quiet",)], ids=["text", "document", "quiet"])
def test_files_judged_by_several_processes_are_told_in_their_order(
    arguments: tuple[str, ...], tmp_path: Path, right: Path, wrong: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "answers"
    folder.mkdir()
    (folder / "b.txt").write_bytes(wrong.read_bytes() * 2)
    (folder / "a.txt").write_bytes(right.read_bytes())
    (folder / "Thumbs.db").write_bytes(b"litter")
    empty = tmp_path / "empty"
    empty.mkdir()
    paths = (right, wrong, folder, "nowhere.txt", empty, right)
    alone = verify(*arguments, *paths)
    monkeypatch.setattr("ei_export.commands.verify.verify.WORTH_A_PROCESS", 1)
    for processes in (2, 3):
        monkeypatch.setattr("ei_export.commands.verify.verify.cores", lambda: processes)  # noqa: B023 - used at once
        together = verify(*arguments, *paths)
        assert (together.exit_code, together.stdout) == (alone.exit_code, alone.stdout) == (3, alone.stdout)


def test_there_may_be_more_files_than_a_process_may_have_open(right: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    monkeypatch.setattr("ei_export.commands.verify.verify.WORTH_A_PROCESS", 1)
    monkeypatch.setattr("ei_export.commands.verify.verify.cores", lambda: 2)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (128, limits[1]))
    try:
        done = verify("--json", *[right] * 200)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert done.exit_code == 0, done.stdout
    assert len(json.loads(done.stdout)["files"]) == 200


def test_a_table_that_is_broken_is_told_of_by_whatever_process(
    right: Path, wrong: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> int:
        raise SettingsError("TABLE_MISSING", file="specs/nowhere.csv", reason="gone")

    monkeypatch.setattr("ei_export.commands.verify.verify.WORTH_A_PROCESS", 1)
    monkeypatch.setattr("ei_export.commands.verify.verify.cores", lambda: 2)
    monkeypatch.setattr("ei_export.commands.verify.verify._judge", broken)
    done = CliRunner().invoke(main, ["verify", str(right), str(wrong)])
    assert done.exit_code == 2
    assert "specs/nowhere.csv" in done.stderr
