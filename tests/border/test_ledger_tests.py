"""A test message declares nothing: what it was made of is due as before, and nothing knows of it but its number."""

import shutil
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner

from ei_export.base.problems import WriteError
from ei_export.cli import main
from ei_export.declaring.numbers import Series, has_form, is_of_a_test
from tests.support.clerk import COURSE, NOTHING, START, Clerk, few_tariffs, the
from tests.support.feeds import BYSTANDERS, CONTRACTS, Clinic, Result, csv_text, tables_read_once
from tests.support.receiver import Verdict, by_insurer

__all__ = ["tables_read_once"]

CASE: Final = Path(__file__).parent / "test-message-uses-up-lines"
TEST: Final = '[output]\nmessage = "test"\n'


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return few_tariffs(Clinic.open(tmp_path))


@pytest.fixture
def clerk(clinic: Clinic) -> Clerk:
    return Clerk(clinic)


def tries(clinic: Clinic, *arguments: str) -> Result:
    """A test run, after which the settings are those of production again."""
    clinic.configure(contracts=f"{TEST}{CONTRACTS}")
    result = clinic.run(*arguments)
    clinic.configure(contracts=CONTRACTS)
    return result


def test_all_is_due_once_it_is_for_real(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed([*COURSE, *BYSTANDERS])
    first, second = tries(clinic), tries(clinic)
    real = clinic.run()
    assert (first.document["run"], second.document["run"], real.document["run"]) == ("T000001", "T000002", "R000001")
    assert first.lines == second.lines == real.lines != {}
    assert first.counts == second.counts == real.counts
    assert first.document["message"] == "test"
    assert "message" not in real.document
    fresh = few_tariffs(Clinic.open(clinic.folder / "other")).feed([*COURSE, *BYSTANDERS]).run()
    assert (fresh.files, fresh.document["lines"]) == (real.files, real.document["lines"])


def test_its_numbers_are_never_those_of_production(clinic: Clinic) -> None:
    clinic.feed(COURSE)
    results = [tries(clinic), clinic.run(), tries(clinic)]
    numbers = [{line[key] for line in each.document["lines"] for key in ("reference", "invoice")} for each in results]
    assert not numbers[0] & numbers[1]
    assert all(map(is_of_a_test, numbers[0]))
    assert not any(map(is_of_a_test, numbers[1]))
    assert all(map(has_form, numbers[0] | numbers[1]))
    for name, content in results[0].files.items():
        assert name.startswith("declarations/TEST_PM304_")
        assert the(results[0]).header.values["0105"] == "T"
        assert content


def test_its_numbers_are_not_used_again_when_the_ledger_is_lost(clinic: Clinic) -> None:
    clinic.feed([*COURSE, *BYSTANDERS])
    results = [tries(clinic)]
    (clinic.folder / "ledger.sqlite").unlink()
    results.append(tries(clinic))
    invoices = [declaration["invoice"] for each in results for declaration in each.document["declarations"]]
    assert len(set(invoices)) == len(invoices) == 4


def test_nothing_is_kept_of_it(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE)
    tries(clinic)
    kept = [row for row in clerk.dump() if row.startswith("INSERT")]
    assert kept == ["INSERT INTO \"test_run\" VALUES(1,'2021-07-01',1);"]
    code, text = clerk.gives("status", "--lines")
    document = clerk.parsed(text)
    assert code == 0
    assert document["tests"] == [{"run": "T000001", "today": "2021-07-01", "invoices": 1}]
    assert not any(document["totals"].values())
    assert [document[name] for name in ("declarations", "lines", "deadlines", "held")] == [[], [], [], []]
    told = clerk.gives("status", as_json=False)[1]
    assert "T000001" in told
    assert "een test waarin niets is gedeclareerd" in told


def test_what_is_held_in_it_is_held_by_nothing_but_the_feed(clinic: Clinic, clerk: Clerk) -> None:
    """The rest of a test is gone with it: another feed knows nothing of what was held."""
    clinic.feed([{**START, "birth_date": "31-02-1980"}])
    assert tries(clinic).counts == {"read": 1, "held": 1}
    assert clinic.write(NOTHING).run().counts == {}
    assert clerk.rows("SELECT * FROM test_run") == []


def test_it_uses_up_no_credit_and_no_line_that_goes_again(clinic: Clinic, clerk: Clerk) -> None:
    real = clinic.feed([*COURSE, *BYSTANDERS]).run()
    clerk.asks("credit", clerk.reference("B4"))
    clerk.asks("credit", clerk.reference("A1"))
    clerk.asks("redeclare", clerk.reference("A1"))
    before = clerk.dump()
    test = tries(clinic)
    assert (set(test.credits), set(test.lines)) == ({"A1", "B4"}, {"A1"})
    after = [row for row in clerk.dump() if "test_run" not in row]
    assert after == [row for row in before if "test_run" not in row]
    again = clinic.run()
    assert (again.credits, again.lines) == (test.credits, test.lines)
    assert real.document["run"], again.document["run"] == ("R000001", "R000002")


def test_every_output_says_that_it_was_one(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE)
    result = tries(clinic)
    out = clinic.folder / "out"
    (name,) = result.files
    file = out / "T000001" / name
    assert "TEST_MESSAGE" in result.codes
    for page in (out / "report.html", out / "T000001" / "report.html"):
        assert "Test van 01-07-2021: niets gedeclareerd" in page.read_text(encoding="utf-8")
    assert '"message": "test"' in (out / "T000001" / "summary.json").read_text(encoding="utf-8")
    assert "TEST_MESSAGE" in (out / "problems.csv").read_text(encoding="utf-8")
    assert "message=test" in result.stderr
    assert "dit is een testbericht" in clerk.gives("show", str(file), as_json=False)[1]
    code, text = clerk.gives("verify", str(file), as_json=False)
    assert (code, "testbericht" in text) == (0, True)
    clinic.configure(contracts=f"{TEST}{CONTRACTS}")
    for command in ("run", "check"):
        text = clerk.gives(command, as_json=False)[1]
        assert text.startswith("TEST ")
        assert "2  in het testbestand, niet gedeclareerd" in text


@pytest.mark.parametrize("command", ["undo", "explain", "credit", "redeclare", "correct"])
@pytest.mark.parametrize("number", ["run", "reference", "invoice"])
def test_nothing_can_be_asked_of_it(command: str, number: str, clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE)
    result = tries(clinic)
    known = {"run": "T000001", **result.document["lines"][0]}[number]
    code, text = clerk.gives(command, known, "--lang", "nl", debug=False)
    assert code in (1, 2)
    (problem,) = clerk.parsed(text)["problems"]
    assert (problem["code"], known in problem["message"]) == ("TEST_NUMBER", True)


def test_an_answer_to_it_changes_nothing(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE)
    answer = by_insurer(the(tries(clinic)), {})
    clinic.run()
    before = clerk.dump()
    assert [problem["code"] for problem in clerk.gets(answer)["problems"]] == ["RETURN_OF_TEST"]
    assert clerk.dump() == before


def test_an_init_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its sample runs, and the practice starts with a ledger in which nothing is."""
    folder = tmp_path / "practice"
    made = CliRunner().invoke(main, ["init", str(folder)])
    assert "production" in made.stdout
    monkeypatch.chdir(folder)
    ran = CliRunner().invoke(main, ["run", "--today", "2023-12-01"])
    assert ran.exit_code in (0, 1)
    kept = [row for row in Clerk(Clinic(folder)).dump() if row.startswith("INSERT")]
    assert [row for row in kept if "test_run" not in row] == []
    assert [path.name for path in (folder / "out").iterdir() if path.is_dir()] == ["T000001"]


def test_the_case(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    shutil.copytree(CASE, folder)
    clinic = Clinic(folder)
    tested_first = clinic.run(today="2023-04-01")
    settings = folder / "ei-export.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('"test"', '"production"'), encoding="utf-8")
    assert clinic.run(today="2023-04-02").lines == tested_first.lines
    assert len(tested_first.lines) == 2


@pytest.mark.parametrize("prefix", ["", "B", "B1", "FB1"])
@pytest.mark.parametrize("test", [False, True])
def test_numbers_fit_and_never_meet(prefix: str, test: bool) -> None:
    from datetime import date

    series = [Series(each, date(2023, 4, 1), 12, 7, is_test) for each in (prefix, "X9") for is_test in (test, not test)]
    invoices = [each.invoice(count) for each in series for count in (1, 2, 40)]
    references = [each.references(before, 1)[0] for each in series for before in (0, 9_998)]
    assert len({*invoices, *references}) == len([*invoices, *references])
    assert {len(each) for each in invoices} == {12}
    assert {len(each) for each in references} == {20}
    assert all(map(has_form, [*invoices, *references]))
    assert [is_of_a_test(each) for each in invoices] == [each.test for each in series for _ in range(3)]
    with pytest.raises(WriteError):
        series[0].references(9_999_999, 1)


def test_a_series_stands_before_every_number(clinic: Clinic) -> None:
    settings = clinic.folder / "ei-export.toml"
    plain = settings.read_text(encoding="utf-8")
    settings.write_text(plain.replace("[input]", 'series = "k7"\n[input]', 1), encoding="utf-8")
    result = clinic.feed(COURSE).run()
    (declaration,) = result.document["declarations"]
    assert declaration["invoice"] == "K72107010001"
    assert [line["reference"] for line in result.document["lines"]] == ["K7210701R00000100001", "K7210701R00000100002"]
    message = the(result)
    assert message.invoice == "K72107010001"
    verdict = {result.document["lines"][0]["reference"]: Verdict(0, ("0611",))}
    assert Clerk(clinic).gets(by_insurer(message, verdict))["lines_refused"] == 1
    assert csv_text([]) == NOTHING
