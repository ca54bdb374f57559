"""What was read back of published runs goes in the place of what a dossier says, but for what no file says."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ei_export.ledger import Ledger
from ei_export.ledger.dossier import Besides, Settled, Unsettled
from ei_export.ledger.packing import pack
from ei_export.ledger.patients import StoredDossier, dossier_of, save_dossiers
from ei_export.ledger.recovering import keep_declared
from ei_export.model.appointment import Outcome

BESIDES = Besides("N", "001", "Zorg 1: Lage rug", "04098765", "2021-02-01", (("NPRS", "7"),))
DECLARED = Settled("A1", "2021-03-01", "940131", "940131", "T1", "7095", "3426", "999000019", "declared", 1, "940131")
KNOWN = {
    "settled": StoredDossier("P1", appointments=pack(Settled, [DECLARED._replace(place=1, **BESIDES._asdict())])),
    "held": StoredDossier(
        "P1",
        unsettled=[
            Unsettled(
                "A1", Outcome.HELD, {"appointment_id": "A1", **dict(zip(Besides._fields, BESIDES[:-1], strict=False))},
                measured=BESIDES.measured, place=1,
            )
        ],
    ),
}  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger.open(tmp_path / "ledger.sqlite")) as opened:
        yield opened


@pytest.mark.parametrize("known", KNOWN)
def test_what_was_known_besides_stays_known(known: str, ledger: Ledger) -> None:
    save_dossiers(ledger, [KNOWN[known]])
    keep_declared(ledger, "P1", (1, 2, "2", 1961), [DECLARED, DECLARED._replace(appointment_id="A2")])
    found = dossier_of(ledger, "P1")
    assert found is not None
    one, other = found.kept()
    assert (one.outcome, one.place, one.besides) == ("declared", 1, BESIDES)
    assert (other.place, other.besides) == (0, Besides())
