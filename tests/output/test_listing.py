"""The problems of a run as ``check`` tells them: exact counts, a few places of each, nothing wider than a terminal."""

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from ei_export.base.entries import places
from ei_export.base.problems import LANGUAGES, Finding, Language, Severities, catalogue
from ei_export.base.wording import naming
from ei_export.cli import main
from ei_export.output.listing import LONG, SHORT, Listing
from ei_export.output.paper import WIDTH, Role
from ei_export.output.problem_list import ProblemList
from tests.support.feeds import CONTRACTS, Clinic, tables_read_once, visit
from tests.support.pages import INSURERS, Found, deadline_passed, tariff_missing

__all__ = ["tables_read_once"]


def problems(*found: Found, language: Language = "en") -> ProblemList:
    listed = ProblemList(language, "feed.csv", Severities())
    for code, appointment, trajectory, row, uzovi, params in found:
        column = "code" if row is not None else ""
        listed.add(Finding(code, column, params), appointment, trajectory, row, uzovi)
    return listed


def told(listed: ProblemList, language: Language = "en") -> str:
    return "\n".join(Listing(language, INSURERS, "ei-export check --all").lines(listed))


def test_a_problem_is_told_with_its_rule_its_remedy_and_its_place() -> None:
    with naming({"code": "Prestatie"}):
        text = told(problems(tariff_missing(12)))
    assert (
        text
        == """\
WRONG: this is held (1)

    1 x There is no tariff for 940131 with VGZ on 2023-09-25 in the list
        "productafspraken Zorg1".
        Rule: the insurer would refuse it with return code 0611, "Tarief
        prestatie ontbreekt of is niet in overeenstemming met landelijke of
        contractafspraken"
        What to do: Put the tariff of your agreement in your tariff table, or
        correct the first or last day (columns "from" and "until") of a line
        that is there. It is then declared in the next run by itself.
        - appointment A00012, trajectory T12, feed.csv row 12, column Prestatie
        (TARIFF_MISSING)
"""
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_nowhere_has_no_line_for_its_place(language: Language) -> None:
    """A problem of a whole run, in whose heading nothing is left blank."""
    for code in ("TEST_MESSAGE", "FEED_EMPTY"):
        params: dict[str, object] = dict.fromkeys(places(" ".join(catalogue()[code].texts(language))), "x")
        heading, *rest, last = told(problems((code, "", "", None, "", params), language=language), language).split("\n")
        assert heading
        assert last == ""
        assert rest[0] == ""
        assert all(rest[1:])


def test_errors_come_first_and_nothing_wrong_is_said_too() -> None:
    text = told(problems(deadline_passed(1), tariff_missing(1)))
    assert text.index("TARIFF_MISSING") < text.index("DEADLINE_PASSED")
    assert told(problems(), "nl") == "Er is niets mis."


def test_of_many_a_few_are_told_and_all_are_counted() -> None:
    many = [tariff_missing(number, uzovi) for number in range(700) for uzovi in INSURERS]
    text = told(problems(*many))
    assert "2,100 x There is no tariff for 940131 with … on 2023-09-25" in text
    assert text.count("- appointment") == 5
    assert "- and 2,095 more: ei-export check --all" in text
    everything = Listing("en", INSURERS, "problems.csv", LONG).lines(problems(*many))
    assert sum("- appointment" in line for line in everything) == 2_100


def test_the_heading_says_only_what_all_say_also_those_that_are_not_told() -> None:
    several = [deadline_passed(number) for number in range(20)]
    text = told(problems(*several, deadline_passed(99, "7095")))
    assert "   20 x CZ takes declarations until 12 months after the treatment;" in text
    assert "    1 x VGZ takes declarations until 12 months after the treatment;" in text
    assert text.count("return code 0586") == 1


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.data())
def test_nothing_is_wider_than_a_terminal_or_steers_it(language: Language, data: st.DataObject) -> None:
    words = st.text(st.characters(exclude_categories=["Cs", "Zs"]), max_size=20)
    code = data.draw(st.sampled_from(sorted(catalogue())))
    values = data.draw(st.fixed_dictionaries({"appointment": words, "trajectory": words}))
    listed = ProblemList(language, "feed.csv", Severities())
    kind = catalogue()[code]
    params = {name: data.draw(words) for name in places(kind.nl + kind.remedy_nl)}
    listed.add(Finding(code, "date", params), values["appointment"], values["trajectory"], 7, "7095")
    for line in told(listed, language).split("\n"):
        assert line.isprintable()
        assert len(line) <= WIDTH or " " not in line.strip(" -")


def test_colours_are_around_the_words() -> None:
    listing = Listing("en", INSURERS, "", SHORT, _marked)
    assert next(iter(listing.lines(problems(tariff_missing(1))))) == "<error>WRONG: this is held (1)"


def _marked(text: str, role: Role) -> str:
    return f"<{role}>{text}"


def test_check_tells_what_a_run_would_do_and_writes_nothing(tmp_path: Path) -> None:
    clinic = Clinic.open(tmp_path)
    clinic.configure(contracts=CONTRACTS)
    rows = [visit(f"A{n}", "2021-03-01", "940131", patient=f"P{n}", diagnosis="") for n in range(8)]
    clinic.feed([*rows, visit("B1", "2021-03-01", "940140", patient="P9", insurer="Zilveren Kruis")])
    before = sorted(tmp_path.rglob("*"))
    arguments = ["check", "--config", str(tmp_path / "ei-export.toml"), "--today", "2021-07-01"]
    short, long = (CliRunner().invoke(main, [*arguments, *more]) for more in ([], ["--all"]))
    assert short.exit_code == long.exit_code == 1
    assert sorted(tmp_path.rglob("*")) == before
    assert "VGZ (7095)                       0       0          € 0,00            8        0" in short.stdout
    assert "Zilveren Kruis (3311)            1       1" in short.stdout
    assert "    8 x De diagnosecode ontbreekt." in short.stdout
    assert "- en nog 3: ei-export check --all" in short.stdout
    assert "A7" not in short.stdout
    assert "- afspraak A7, traject P7/VGZ/lage rug, appointments.csv rij 9, kolom\n" in long.stdout
    assert max(map(len, long.stdout.splitlines())) <= WIDTH
    document = json.loads(CliRunner().invoke(main, [*arguments, "--json"]).stdout)
    assert [document["insurers"][0][key] for key in ("persons", "lines", "held")] == [1, 1, 0]
    missing = {"code": "DIAGNOSIS_MISSING", "severity": "error", "count": 8, "rule": "", "return_code": "3100"}
    assert document["kinds"][0] == missing
    counts = {kind["code"]: kind["count"] for kind in document["kinds"]}
    assert counts == Counter(problem["code"] for problem in document["problems"])
    quiet = CliRunner().invoke(main, [*arguments, "--quiet"])
    assert (quiet.exit_code, quiet.stdout) == (1, "")
