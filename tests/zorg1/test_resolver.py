"""The resolutions by period are what the tables say day by day."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from ei_export.base.problems import Finding
from ei_export.base.reasons import reason
from ei_export.settings import Contract
from ei_export.zorg1.agreements import Agreement, Agreements
from ei_export.zorg1.resolution import Link, Resolution, Verdict, dated
from ei_export.zorg1.resolver import Resolver
from ei_export.zorg1.tariffs import Tariffs

ZORG1, OTHER = "productafspraken Zorg1", "tarieven overige coderingen"
DAY = timedelta(days=1)
INSURERS = {"7095": "VGZ", "9664": "CZ", "3332": "Menzis", "3311": "Zilveren Kruis", "3343": "ONVZ"}
CONTRACTS = (
    Contract("VGZ", date(2020, 6, 1), date(2022, 6, 30), (ZORG1,)),
    Contract("VGZ", date(2022, 9, 1), date(2026, 12, 31), (ZORG1,)),
    Contract("CZ", date(2019, 1, 1), date(2021, 12, 31), (ZORG1,)),
    Contract("CZ", date(2022, 1, 1), date.max, (ZORG1, OTHER)),
    Contract("CZ", date(2021, 7, 1), date(2021, 8, 31), (OTHER,)),
    Contract("Menzis", date(2018, 1, 1), date.max, (ZORG1,)),
    Contract("Zilveren Kruis", date(2020, 1, 1), date(2023, 6, 30), (ZORG1,)),
)
TARIFFS = f"""\
list,insurer,code,from,until,amount
{ZORG1},VGZ,940131,,2021-03-31,100.00
{ZORG1},VGZ,940131,2021-04-02,2022-12-31,110.00
{ZORG1},VGZ,940134,2021-01-01,,80.00
{ZORG1},CZ,940131,2020-01-01,,90.00
{OTHER},CZ,940133990,2020-05-05,2023-05-05,50.00
{ZORG1},VGZ,940133,,,60.00
{ZORG1},Menzis,930211,,,70.00
{ZORG1},Menzis,940141,,,70.00
{ZORG1},Zilveren Kruis,940135,,2022-02-02,30.00
"""
OWN_CODES = {"01": "940131", "02": "940133", "03": "-", "f1": "f1013"}


@pytest.fixture(scope="module")
def agreements() -> Agreements:
    return Agreements.load()


@pytest.fixture(scope="module")
def tariffs(tmp_path_factory: pytest.TempPathFactory) -> Tariffs:
    path: Path = tmp_path_factory.mktemp("tariffs") / "tariffs.csv"
    path.write_text(TARIFFS, encoding="utf-8")
    return Tariffs.load(path)


@pytest.fixture(scope="module")
def resolver(agreements: Agreements, tariffs: Tariffs) -> Resolver:
    return Resolver(agreements, tariffs, CONTRACTS, OWN_CODES, INSURERS)


def naive(agreements: Agreements, tariffs: Tariffs, insurer: str, code: str, day: date) -> tuple[Verdict, str, str]:
    """Verdict, F-code and the finding, by reading the tables for this one day."""
    agreement: Agreement | None = agreements.find(insurer, code, day)
    if agreement is None and code in agreements.twins:
        agreement = agreements.find(insurer, agreements.twins[code], day)
    lists = [c.lists for c in CONTRACTS if c.insurer == insurer and c.valid_from <= day <= c.valid_until]
    f_code = agreement.f_code if agreement is not None else ""
    if not lists:
        return Verdict.NO_AGREEMENT, f_code, ""
    if agreement is None:
        known = agreements.periods(insurer, code) or agreements.periods(insurer, agreements.twins.get(code, ""))
        return Verdict.FAULT, "", "PRODUCT_NOT_ON_DATE" if known else "PRODUCT_NOT_WITH_INSURER"
    if agreement.units == "-":
        return Verdict.CONTACT, "", ""
    if not any(agreement.tariff_list in names for names in lists):
        return Verdict.FAULT, f_code, "CONTRACT_LIST_MISSING"
    if agreement.units == "?":
        return Verdict.FAULT, f_code, "UNITS_UNKNOWN"
    if tariffs.find(agreement.tariff_list, insurer, agreement.code, day) is None:
        return Verdict.FAULT, f_code, "TARIFF_MISSING"
    return Verdict.PRODUCT, f_code, ""


def brief(resolution: Resolution) -> tuple[Verdict, str, str]:
    f_code = resolution.agreement.f_code if resolution.agreement is not None else ""
    return resolution.verdict, f_code, resolution.faults[0].code if resolution.faults else ""


def days() -> Iterator[date]:
    """Every day on which anything in the tables could begin or end, and those around it."""
    firsts = [date(year, month, 1) for year in range(2018, 2027) for month in (1, 4, 6, 7, 9)]
    others = [date(2021, 4, 2), date(2020, 5, 5), date(2023, 5, 5), date(2022, 2, 2)]
    for day in (date.min + DAY, date.max - DAY, *firsts, *others):
        yield from (day - DAY, day, day + DAY)


CODES = (
    *("940131", "940134", "940133", "940133990", "940135", "940140", "940183", "930211", "940141", "940174"),
    *("F1013", "F1013B", "930131", "940170"),
)


@pytest.mark.parametrize("uzovi", INSURERS)
@pytest.mark.parametrize("code", CODES)
def test_the_answer_of_a_day_is_that_of_the_tables(
    code: str, uzovi: str, resolver: Resolver, agreements: Agreements, tariffs: Tariffs
) -> None:
    resolutions = resolver.periods(code, "", uzovi)
    assert list(resolutions.starts) == sorted(set(resolutions.starts))
    for day in days():
        resolution = resolutions.on(day)
        assert brief(resolution) == naive(agreements, tariffs, INSURERS[uzovi], code, day), day
        if resolution.verdict is Verdict.PRODUCT:
            assert resolution.agreement is not None
            assert resolution.agreement.valid_from <= day <= resolution.agreement.valid_until
            assert resolution.tariff is not None
            assert resolution.tariff.valid_from <= day <= resolution.tariff.valid_until
            assert resolution.code == resolution.agreement.code


def test_own_codes_and_declare_under(resolver: Resolver) -> None:
    day = date(2021, 3, 1)
    assert resolver.periods("01", "", "7095").on(day).code == "940131"
    assert resolver.periods("01", "940134", "7095").on(day).code == "940134"
    assert resolver.periods("f1", "", "7095").on(day).code == "F1013"
    assert resolver.periods("01", "", "7095") is resolver.periods("01", "", "7095")


@pytest.mark.parametrize(
    ("code", "declare_under", "link"),
    [
        ("01", "", Link("940131", "codes")),
        ("f1", "", Link("F1013", "codes")),
        ("03", "", Link("-", "codes")),
        ("01", "f1013", Link("F1013", "declare_under")),
        ("940131", "", Link("940131", "")),
        ("f1013", "", Link("F1013", "")),
    ],
)
def test_what_says_what_a_code_stands_for(code: str, declare_under: str, link: Link, resolver: Resolver) -> None:
    assert resolver.link(code, declare_under) == link
    assert resolver.periods(code, declare_under, "7095").on(date(2021, 3, 1)).code == link.code


@pytest.mark.parametrize(
    ("code", "uzovi", "day", "contract"),
    [
        ("940131", "7095", date(2021, 3, 1), CONTRACTS[0]),
        ("940131", "7095", date(2022, 7, 1), None),
        ("940131", "9664", date(2021, 7, 1), CONTRACTS[2]),
        ("940133", "9664", date(2021, 7, 1), CONTRACTS[4]),  # its price stands in the other list
        ("940133", "9664", date(2021, 6, 1), CONTRACTS[2]),  # no position names the list
        ("940135", "9664", date(2021, 7, 1), CONTRACTS[2]),
        ("940199", "9664", date(2021, 7, 1), None),
    ],
)
def test_the_contract_position_of_an_answer(
    code: str, uzovi: str, day: date, contract: Contract | None, resolver: Resolver
) -> None:
    assert resolver.resolve(code, "", uzovi, day).contract == contract


def test_what_there_is_of_other_times(resolver: Resolver, agreements: Agreements) -> None:
    agreement = agreements.find("VGZ", "940131", date(2021, 4, 1))
    assert agreement is not None
    assert [tariff.cents for tariff in resolver.tariffs(agreement)] == [10_000, 11_000]
    none, *others = resolver.resolve("940131", "", "7095", date(2022, 8, 1)).why["contract"]
    assert none.key == "contract.none"
    assert [(other.source, other.params["period"]) for other in others] == [
        ("[[contracts]] 1", reason("said.period", first=date(2020, 6, 1), last=date(2022, 6, 30))),
        ("[[contracts]] 2", reason("said.period", first=date(2022, 9, 1), last=date(2026, 12, 31))),
    ]
    assert len(resolver.resolve("940131", "", "3343", date(2022, 8, 1)).why["contract"]) == 1


@pytest.mark.parametrize(
    ("code", "declare_under", "verdict", "fault"),
    [
        ("", "", Verdict.FAULT, "CODE_MISSING"),
        ("940999", "", Verdict.FAULT, "CODE_UNKNOWN"),
        ("1000", "940999990", Verdict.FAULT, "CODE_UNKNOWN"),
        ("f1999x", "", Verdict.FAULT, "CODE_UNKNOWN"),
        ("1000", "", Verdict.UNMAPPED, ""),
        ("1000", "1864", Verdict.NOT_ZORG1, ""),
        ("03", "", Verdict.NOT_ZORG1, ""),
        ("-", "", Verdict.NOT_ZORG1, ""),
    ],
)
def test_codes_in_no_table(code: str, declare_under: str, verdict: Verdict, fault: str, resolver: Resolver) -> None:
    resolution = resolver.periods(code, declare_under, "7095").on(date(2021, 3, 1))
    assert (resolution.verdict, resolution.faults[0].code if resolution.faults else "") == (verdict, fault)
    assert resolution.is_zorg1 == (verdict is Verdict.FAULT)


@pytest.mark.parametrize(
    ("uzovi", "fault"),
    [
        ("9999", Finding("UZOVI_UNKNOWN", "uzovi", {"uzovi": "9999"})),
        ("", Finding("UZOVI_INVALID", "uzovi", {"found": ""})),
        ("VGZ", Finding("UZOVI_INVALID", "uzovi", {"found": "VGZ"})),
        ("999000007", Finding("UZOVI_INVALID", "uzovi", {"found": "…"})),
    ],
)
def test_insurers_nobody_knows(uzovi: str, fault: Finding, resolver: Resolver) -> None:
    """The code still says which moment it is, so that its trajectory knows that something is missing."""
    resolution = resolver.periods("940131", "", uzovi).on(date(2021, 3, 1))
    assert resolution.faults == (fault,)
    assert (resolution.verdict, resolution.insurer) == (Verdict.FAULT, "")
    assert (resolution.program, resolution.profile, resolution.moment) == ("lage rug", "1", "start")


def test_a_relapse_goes_on_the_list_of_its_insurer(resolver: Resolver) -> None:
    day = date(2022, 3, 1)
    for given, uzovi, code, price_list in [
        ("940133", "9664", "940133990", "990"),
        ("940133990", "7095", "940133", "012"),
    ]:
        resolution = resolver.periods(given, "", uzovi).on(day)
        assert resolution.agreement is not None
        assert (resolution.code, resolution.agreement.list) == (code, price_list)
        assert [note.code for note in resolution.notes] == ["LIST_RESOLVED"]
        assert not resolver.periods(code, "", uzovi).on(day).notes


def test_a_finding_gets_its_date() -> None:
    finding = dated(Finding("CONTRACT_MISSING", "uzovi", {"insurer": "VGZ"}), date(2021, 3, 1))
    assert finding.params == {"insurer": "VGZ", "date": "2021-03-01"}
