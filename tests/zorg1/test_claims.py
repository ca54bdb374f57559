"""What becomes of a visit: every outcome, and every reason not to declare."""

from datetime import date

import pytest
from attrs import evolve

from ei_export.base.problems import Severities
from ei_export.model.appointment import UNKNOWN, Outcome
from ei_export.model.codelists import deadlines
from ei_export.settings import Amount, Contract
from ei_export.zorg1.agreements import Agreements
from ei_export.zorg1.claims import Claim, ClaimJudge, add_months, amount_cents
from ei_export.zorg1.resolver import Resolver
from ei_export.zorg1.tariffs import Tariffs
from ei_export.zorg1.visit import Place, Visit
from tests.support.rows import row_of

ZORG1 = "productafspraken Zorg1"
INSURERS = {"7095": "VGZ", "9664": "CZ", "3332": "Menzis"}
DAY = date(2021, 3, 1)


@pytest.fixture(scope="module")
def agreements() -> Agreements:
    return Agreements.load()


@pytest.fixture(scope="module")
def resolver(agreements: Agreements, tmp_path_factory: pytest.TempPathFactory) -> Resolver:
    path = tmp_path_factory.mktemp("tariffs") / "tariffs.csv"
    rows = [f"{ZORG1},VGZ,{code},,,100.00" for code in ("940131", "940134", "940133")]
    path.write_text("\n".join(["list,insurer,code,from,until,amount", *rows]), encoding="utf-8")
    contracts = [Contract(name, date.min, date.max, (ZORG1,)) for name in ("VGZ", "Menzis")]
    return Resolver(agreements, Tariffs.load(path), contracts, {"02": "-"}, INSURERS)


def judged(
    resolver: Resolver,
    agreements: Agreements,
    code: str,
    *,
    uzovi: str = "7095",
    diagnosis: str = "3426",
    day: date = DAY,
    today: date = date(2021, 7, 1),
    settled_as: Outcome | None = None,
) -> tuple[Outcome | None, list[str], Claim | None]:
    row = row_of("A1", day, code, uzovi=uzovi, diagnosis=diagnosis, settled_as=settled_as)
    resolution = resolver.periods(code, "", uzovi).on(day)
    visit, place = Visit(row, resolution, day, resolution.program), Place(units=3)
    severities = Severities()
    judge = ClaimJudge(agreements, deadlines(), today, severities)
    found = judge.judge(visit, place)
    if settled_as is None:  # as of most of a first feed, where the judgement may be one that others share
        unknown = evolve(visit, appointment=evolve(row, past=UNKNOWN))
        assert judge.judge(unknown, place) == judge.judge(unknown, place) == found
    assert severities.hold(found.found) == (found.outcome is Outcome.HELD)
    assert found.past.settled_as is (settled_as if found.outcome is Outcome.EARLIER else found.outcome)
    claim = judge.claim(visit, place) if found.outcome is Outcome.DECLARED else None
    return found.outcome, [finding.code for finding in found.found], claim


@pytest.mark.parametrize(
    ("changes", "outcome", "codes"),
    [
        pytest.param({"code": "940131"}, Outcome.DECLARED, [], id="due"),
        pytest.param({"code": "940133990"}, Outcome.DECLARED, ["LIST_RESOLVED"], id="on the other list"),
        pytest.param(
            {"code": "940131", "today": date(2022, 3, 2)}, Outcome.DECLARED, ["DEADLINE_PASSED"], id="too late"
        ),
        pytest.param({"code": "940131", "today": date(2022, 3, 1)}, Outcome.DECLARED, [], id="on the last day"),
        pytest.param({"code": "940135"}, Outcome.COUNTED, [], id="contact"),
        pytest.param({"code": "940135", "diagnosis": ""}, Outcome.COUNTED, [], id="contact without diagnosis"),
        pytest.param({"code": "940135", "settled_as": Outcome.COUNTED}, Outcome.EARLIER, [], id="contact of earlier"),
        pytest.param({"code": "940131", "settled_as": Outcome.DECLARED}, Outcome.EARLIER, [], id="declared"),
        pytest.param({"code": "940131", "settled_as": Outcome.EARLIER}, Outcome.EARLIER, [], id="declared elsewhere"),
        pytest.param({"code": "1000"}, Outcome.NOT_ZORG1, [], id="regular care"),
        pytest.param({"code": "02"}, Outcome.NOT_ZORG1, [], id="on purpose no Zorg1"),
        pytest.param({"code": "940131", "uzovi": "9664"}, Outcome.NO_AGREEMENT, ["CONTRACT_MISSING"], id="no contract"),
        pytest.param(
            {"code": "940141", "uzovi": "9664"},
            Outcome.NO_AGREEMENT,
            ["CONTRACT_MISSING", "NO_AGREEMENT_DIAGNOSIS"],
            id="no contract, and another diagnosis",
        ),
        pytest.param({"code": "940131", "diagnosis": "3026"}, Outcome.HELD, ["DIAGNOSIS_WRONG"], id="wrong diagnosis"),
        pytest.param({"code": "940131", "diagnosis": ""}, Outcome.HELD, ["DIAGNOSIS_MISSING"], id="no diagnosis"),
        pytest.param(
            {"code": "940131", "today": date(2021, 2, 28)}, Outcome.HELD, ["DATE_IN_FUTURE"], id="in the future"
        ),
        pytest.param(
            {"code": "940135", "today": date(2021, 2, 28)}, Outcome.HELD, ["DATE_IN_FUTURE"], id="contact in the future"
        ),
        pytest.param({"code": "940144"}, Outcome.HELD, ["TARIFF_MISSING"], id="no tariff"),
        pytest.param({"code": "940999"}, Outcome.HELD, ["CODE_UNKNOWN"], id="unknown code"),
        pytest.param({"code": "940131", "uzovi": "1"}, Outcome.HELD, ["UZOVI_INVALID"], id="no insurer"),
    ],
)
def test_what_becomes_of_a_visit(
    changes: dict[str, object], outcome: Outcome, codes: list[str], resolver: Resolver, agreements: Agreements
) -> None:
    found, findings, claim = judged(resolver, agreements, **changes)  # type: ignore[arg-type]
    assert (found, findings) == (outcome, codes)
    assert (claim is not None) == (outcome is Outcome.DECLARED)


def test_units_do_not_multiply_a_fixed_price(resolver: Resolver, agreements: Agreements) -> None:
    _, _, claim = judged(resolver, agreements, "940134")
    assert claim is not None
    assert claim.units == 3
    assert claim.performance.claimed_cents == 10_000
    assert claim.is_unasked


@pytest.mark.parametrize(
    ("row", "contract", "cents", "is_unasked"),
    [
        ("product", "", 10_000, True),
        ("unit", "", 30_000, False),
        ("product", "product", 10_000, False),
        ("product", "unit", 30_000, False),
        ("unit", "product", 10_000, False),
    ],
)
def test_the_contract_position_beats_the_row(
    row: Amount, contract: Amount, cents: int, is_unasked: bool, resolver: Resolver, agreements: Agreements
) -> None:
    _, _, claim = judged(resolver, agreements, "940134")
    assert claim is not None
    assert claim.resolution.agreement is not None
    assert claim.resolution.contract is not None
    resolution = evolve(
        claim.resolution,
        agreement=evolve(claim.resolution.agreement, amount=row),
        contract=evolve(claim.resolution.contract, amount=contract),
    )
    assert amount_cents(resolution, 3) == cents
    assert evolve(claim, resolution=resolution).is_unasked is is_unasked


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2021-03-01", 12, "2022-03-01"),
        ("2021-08-31", 6, "2022-02-28"),
        ("2023-08-31", 6, "2024-02-29"),
        ("2021-12-31", 6, "2022-06-30"),
    ],
)
def test_months_later(day: str, months: int, later: str) -> None:
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(later)
