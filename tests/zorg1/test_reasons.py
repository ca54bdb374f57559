"""The reasons that zorg1 hands over: of what a code resolves to, of a line, and of whether a contact counts."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from attrs import evolve, frozen

from ei_export.base.problems import Severities
from ei_export.base.reasons import Reason, reason
from ei_export.model.appointment import Outcome
from ei_export.model.codelists import deadlines
from ei_export.settings import Contract
from ei_export.zorg1.agreements import Agreements
from ei_export.zorg1.claims import ClaimJudge
from ei_export.zorg1.reasons import why_counted, why_line
from ei_export.zorg1.resolver import Resolver
from ei_export.zorg1.tariffs import Tariffs
from ei_export.zorg1.trajectories import group
from ei_export.zorg1.visit import Place, Visit
from tests.support.rows import row_of

ZORG1, OTHER = "productafspraken Zorg1", "tarieven overige coderingen"
TODAY = date(2022, 2, 1)
CONTRACTS = (
    Contract("VGZ", date(2020, 6, 1), date.max, (ZORG1,)),
    Contract("CZ", date.min, date.max, (ZORG1,), "unit"),
    Contract("Menzis", date.min, date.max, (ZORG1,)),
)
TARIFFS = f"""\
list,insurer,code,from,until,amount
{ZORG1},VGZ,940131,,,100.00
{ZORG1},VGZ,940134,,2021-01-31,80.00
{ZORG1},VGZ,940134,2021-02-01,,90.00
{ZORG1},CZ,940134,,,90.00
{ZORG1},CZ,930131,,,70.00
{ZORG1},Menzis,940141,2022-01-01,,70.00
{ZORG1},Menzis,940144,,,70.00
"""
OWN_CODES = {"01": "940131", "02": "-"}
UZOVI = {"VGZ": "7095", "CZ": "9664", "Menzis": "3332", "ONVZ": "3343"}

#: id, day, code, and what else is to be said of it.
Row = tuple[str, date, str, dict[str, str]]
START: Row = ("S", date(2021, 3, 1), "940131", {})
CONTACT: Row = ("C", date(2021, 3, 8), "940135", {})
END: Row = ("E", date(2021, 3, 15), "940134", {})


@frozen
class Practice:
    """A practice with these tables and contract positions."""

    resolver: Resolver
    judge: ClaimJudge

    def placed(
        self, rows: Sequence[Row], insurer: str = "VGZ", settled: dict[str, Outcome] | None = None
    ) -> dict[str, tuple[Visit, Place]]:
        """The visits by id, with their places."""
        visits = []
        for ident, day, code, more in rows:
            uzovi, number, diagnosis = UZOVI[more.get("insurer", insurer)], more.get("number", ""), "3426"
            diagnosis, settled_as = more.get("diagnosis", diagnosis), (settled or {}).get(ident)
            row = row_of(ident, day, code, number, uzovi=uzovi, diagnosis=diagnosis, settled_as=settled_as)
            resolution = self.resolver.resolve(code, "", uzovi, day)
            program = self.resolver.programs.named(resolution.program, diagnosis)
            visits.append(Visit(row, resolution, day, program))
        grouped = group(visits, [], (), self.resolver)
        return {ident: (visit, grouped.places[ident]) for ident, visit in grouped.visits.items()}

    def counted(self, rows: Sequence[Row], insurer: str = "VGZ", settled: dict[str, Outcome] | None = None) -> Reason:
        """Whether the contact counts, and why not."""
        visit, place = self.placed(rows, insurer, settled)["C"]
        return why_counted(self.judge, visit, place, self.judge.judge(visit, place).outcome)

    def line(self, rows: Sequence[Row], ident: str, insurer: str = "VGZ") -> dict[str, tuple[str, str]]:
        """Of each thing that was decided of a line: the key and the source."""
        return {each.name: (each.key, each.source) for each in why_line(self.judge, *self.placed(rows, insurer)[ident])}


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Practice:
    path: Path = tmp_path_factory.mktemp("tariffs") / "prices.csv"
    path.write_text(TARIFFS, encoding="utf-8")
    agreements = Agreements.load()
    resolver = Resolver(
        agreements, Tariffs.load(path), CONTRACTS, OWN_CODES, {number: name for name, number in UZOVI.items()}
    )
    return Practice(resolver, ClaimJudge(agreements, deadlines(), TODAY, Severities()))


@pytest.mark.parametrize(
    ("code", "declare_under", "key", "source"),
    [
        ("01", "", "code.codes", "[codes]"),
        ("x", "940131", "code.declare_under", "declare_under"),
        ("940131", "", "code.itself", ""),
        ("02", "", "code.not_zorg1", "[codes]"),
        ("x", "1864", "code.other", "declare_under"),
        ("1000", "", "code.unmapped", ""),
        ("1", "", "code.similar", ""),
        ("940999", "", "code.unknown", ""),
        ("", "", "code.missing", ""),
    ],
)
def test_why_a_code_is_what_it_is(practice: Practice, code: str, declare_under: str, key: str, source: str) -> None:
    (found,) = practice.resolver.resolve(code, declare_under, UZOVI["VGZ"], date(2021, 3, 1)).why["code"]
    assert (found.key, found.source, found.params["code"]) == (key, source, code)


@pytest.mark.parametrize(
    ("code", "insurer", "day", "keys"),
    [
        (
            "940131",
            "VGZ",
            date(2021, 3, 1),
            ["code.itself", "rule.product", "list.row", "contract.found", "tariff.found"],
        ),
        ("940135", "VGZ", date(2021, 3, 1), ["code.itself", "rule.contact", "contract.contact"]),
        (
            "940131",
            "VGZ",
            date(2020, 3, 1),
            ["code.itself", "rule.product", "list.row", "contract.none", "note.contract"],
        ),
        ("940131", "VGZ", date(2024, 3, 1), ["code.itself", "rule.none", "contract.contact"]),
        (
            "940133",
            "CZ",
            date(2021, 3, 1),
            ["code.itself", "code.twin", "rule.product", "list.twin", "contract.no_list"],
        ),
        (
            "940141",
            "Menzis",
            date(2021, 3, 1),
            ["code.itself", "rule.product", "list.row", "contract.found", "tariff.none", "note.tariff"],
        ),
    ],
)
def test_what_a_code_comes_to_is_handed_over_step_by_step(
    practice: Practice, code: str, insurer: str, day: date, keys: list[str]
) -> None:
    why = practice.resolver.resolve(code, "", UZOVI[insurer], day).why
    assert [each.key for reasons in why.values() for each in reasons] == keys
    rule = why["rule"][0]
    assert rule.source.startswith("specs/zorg1/") == (rule.key != "rule.none")
    assert all(each.source == f"[[contracts]] {[*UZOVI].index(insurer) + 1}" for each in why["contract"][-1:])


def test_a_row_that_an_overlay_replaces_is_named_on_the_days_it_would_cover(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    head = "insurer,code,from,until,program,profile,moment,f_code,list,units,amount,diagnoses,tariff_list,source"
    own = "VGZ,940131,2023-07-01,2024-12-31,lage rug,1,start,F1013,012,2,product,3426,productafspraken Zorg1,own"
    path.write_text(f"{head}\n{own}\n", encoding="utf-8")
    resolver = Resolver(Agreements.load([path]), Tariffs(), CONTRACTS, {}, {"7095": "VGZ"})
    for day, keys in (
        (date(2023, 6, 30), ["rule.product"]),
        (date(2023, 7, 1), ["rule.product", "note.overlay"]),
        (date(2023, 12, 31), ["rule.product", "note.overlay"]),
        (date(2024, 1, 1), ["rule.product"]),
    ):
        assert [each.key for each in resolver.resolve("940131", "", "7095", day).why["rule"]] == keys
    (none, *_) = resolver.resolve("940131", "", "7095", date(2024, 1, 1)).why["tariff"]
    assert (none.key, none.source) == ("tariff.none", "[tariffs]")


@pytest.mark.parametrize(
    ("rows", "ident", "insurer", "expected"),
    [
        pytest.param([START], "S", "VGZ", {"units": "units.fixed", "amount": "amount.product"}, id="fixed"),
        pytest.param([START, CONTACT, END], "E", "VGZ", {"units": "units.count", "amount": "amount.product"}, id="sum"),
        pytest.param([START, CONTACT, END], "E", "CZ", {"units": "units.count", "amount": "amount.unit"}, id="by unit"),
        pytest.param([END], "E", "VGZ", {"units": "units.not_counted", "tariff": "tariff.found"}, id="no start"),
        pytest.param(
            [START, ("C", date(2021, 3, 8), "940999", {}), END], "E", "VGZ", {"units": "units.uncertain"}, id="doubtful"
        ),
        pytest.param(
            [("S", date(2020, 7, 1), "940131", {})], "S", "Menzis", {"units": "units.unknown"}, id="not given"
        ),
        pytest.param([START, CONTACT, END], "C", "VGZ", {"units": "units.in_end"}, id="contact"),
        pytest.param([START, CONTACT], "C", "VGZ", {"units": "units.no_end"}, id="no end yet"),
        pytest.param([START, CONTACT, END], "C", "Menzis", {}, id="fixed number"),
        pytest.param([CONTACT], "C", "VGZ", {}, id="alone"),
        pytest.param([("S", date(2021, 3, 1), "1000", {})], "S", "VGZ", {}, id="no Zorg1"),
        pytest.param([START], "S", "VGZ", {"diagnosis": "diagnosis.fits", "deadline": "deadline.day"}, id="fits"),
        pytest.param([(*START[:3], {"diagnosis": ""})], "S", "VGZ", {"diagnosis": "diagnosis.missing"}, id="missing"),
        pytest.param([(*START[:3], {"diagnosis": "3026"})], "S", "VGZ", {"diagnosis": "diagnosis.wrong"}, id="wrong"),
        pytest.param(
            [("S", date(2019, 3, 1), "930131", {})],
            "S",
            "CZ",
            {"diagnosis": "diagnosis.unusual", "deadline": "deadline.unknown"},
            id="unusual",
        ),
    ],
)
def test_why_a_line_is_what_it_is(
    practice: Practice, rows: Sequence[Row], ident: str, insurer: str, expected: dict[str, str]
) -> None:
    found = practice.line(rows, ident, insurer)
    assert {name: found[name][0] for name in expected} == expected
    assert bool(found) == bool(expected)


def test_what_says_that_the_amount_is_so(practice: Practice) -> None:
    assert practice.line([START], "S")["amount"][1] == "specs/zorg1/vgz.csv:2; specs/inferred.csv, number_times_tariff"
    by_unit = practice.placed([START, CONTACT, END], "CZ")["E"]
    (amount,) = [each for each in why_line(practice.judge, *by_unit) if each.name == "amount"]
    assert amount.source == "[[contracts]] 2, amount"
    assert amount.params == {"units": 2, "tariff_cents": 9_000, "cents": 18_000}


def test_a_refused_line_has_a_term_of_its_own(practice: Practice) -> None:
    visit, place = practice.placed([START])["S"]
    visit = evolve(visit, refused=date(2022, 1, 15))
    by_term = evolve(practice.judge, deadlines={("VGZ", "refusal"): evolve(deadlines()["VGZ", "care"], term="refusal")})
    assert [each.key for each in why_line(by_term, visit, place)][-1] == "deadline.day_again"
    assert [each.key for each in why_line(evolve(by_term, today=date(2023, 1, 15)), visit, place)][-1] == (
        "deadline.today_again"
    )
    assert [each.key for each in why_line(evolve(by_term, today=date(2023, 1, 16)), visit, place)][-1] == (
        "deadline.passed_again"
    )
    assert [each.key for each in why_line(evolve(by_term, deadlines={}), visit, place)][-1] == "deadline.unknown"


def test_what_another_system_declared_has_no_line(practice: Practice) -> None:
    visit, place = practice.placed([START], settled={"S": Outcome.EARLIER})["S"]
    assert list(why_line(practice.judge, visit, place)) == []


@pytest.mark.parametrize(
    ("rows", "insurer", "settled", "key"),
    [
        pytest.param([START, CONTACT, END], "VGZ", {}, "counts", id="counts"),
        pytest.param([START, CONTACT], "VGZ", {"C": Outcome.EARLIER}, "counts_elsewhere", id="of another system"),
        pytest.param([START, CONTACT, END], "VGZ", {"E": Outcome.DECLARED}, "counts_late", id="too late"),
        pytest.param([START, CONTACT, END], "Menzis", {}, "registered", id="registered"),
        pytest.param([CONTACT], "VGZ", {}, "CONTACT_WITHOUT_TRAJECTORY", id="alone"),
        pytest.param([START, END, ("C", date(2021, 4, 1), "940135", {})], "VGZ", {}, "CONTACT_AFTER_END", id="after"),
        pytest.param([START, CONTACT], "ONVZ", {}, "visit_no_agreement", id="no contract"),
        pytest.param([START, ("C", date(2022, 2, 2), "940135", {})], "VGZ", {}, "counts_held", id="in the future"),
        pytest.param(
            [
                ("S", date(2020, 6, 1), "940131", {"number": "T"}),
                ("C", date(2020, 6, 8), "940135", {"number": "T", "insurer": "CZ"}),
            ],
            "VGZ",
            {},
            "TRAJECTORY_TWO_INSURERS",
            id="two insurers",
        ),
    ],
)
def test_whether_a_contact_counts_and_why_not(
    practice: Practice, rows: Sequence[Row], insurer: str, settled: dict[str, Outcome], key: str
) -> None:
    found = practice.counted(rows, insurer, settled)
    assert found.key == f"said.{key}"
    assert found.params.get("number", 1) == 1


def test_a_contact_of_a_day_without_contract_counts_in_an_end_that_goes_out(practice: Practice) -> None:
    rows = [
        ("S", date(2020, 5, 25), "940131", {}),
        ("C", date(2020, 5, 26), "940135", {}),
        (*END[:1], date(2020, 6, 8), *END[2:]),
    ]
    assert practice.counted(rows) == reason("said.counts_without_contract", number=1)
    assert practice.counted(rows[:2]).key == "said.visit_no_agreement"
