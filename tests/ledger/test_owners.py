"""Whose an appointment is that gave no line: never missed, and never somebody else's who has the same CRC."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ei_export.ledger import Ledger, owners
from ei_export.ledger.dossier import Settled
from ei_export.ledger.owners import OwnerWriter, candidates, forget, hashes
from ei_export.ledger.packing import pack
from ei_export.ledger.patients import StoredDossier, appointment_owner, save_dossiers

#: Two ids with one CRC-32.
TWINS = ("plumless", "buckeroo")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger.open(tmp_path / "ledger.sqlite")) as opened:
        yield opened


def dossier(patient: str, *appointments: str, key: int | None = None) -> StoredDossier:
    """Of a patient whose appointments were counted."""
    texts = ("2021-03-01", "940135", "", "T1", "7095", "3426", "123456782", "counted")
    settled = pack(Settled, [Settled(ident, *texts) for ident in appointments])
    return StoredDossier(patient, appointments=settled, owned=hashes(appointments), patient=key)


def test_two_ids_with_one_crc(ledger: Ledger) -> None:
    assert crc32(TWINS[0].encode()) == crc32(TWINS[1].encode())
    save_dossiers(ledger, [dossier("P1", TWINS[0])])
    assert [appointment_owner(ledger, ident) for ident in TWINS] == ["P1", None]
    save_dossiers(ledger, [dossier("P2", TWINS[1])])
    assert [appointment_owner(ledger, ident) for ident in TWINS] == ["P1", "P2"]
    assert candidates(ledger, TWINS[0]) == [1, 2]


def test_what_a_patient_no_longer_has_is_not_theirs(ledger: Ledger) -> None:
    save_dossiers(ledger, [dossier("P1", "A1", "A2")])
    save_dossiers(ledger, [dossier("P1", "A2", key=1), dossier("P2", "A1")])
    assert [appointment_owner(ledger, ident) for ident in ("A1", "A2")] == ["P2", "P1"]


def test_whoever_had_it_first(ledger: Ledger) -> None:
    save_dossiers(ledger, [dossier("P2", "A1"), dossier("P1", "A1")])
    assert appointment_owner(ledger, "A1") == "P2"


@settings(deadline=None)
@given(
    batches=st.lists(
        st.lists(st.tuples(st.integers(1, 9), st.sampled_from([*TWINS, *"ABCDEFG"])), max_size=9), max_size=4
    ),
    held=st.sampled_from([0, 40, 4_000_000]),
    gone=st.sets(st.integers(1, 9)),
)
def test_nobody_is_missed(
    batches: list[list[tuple[int, str]]], held: int, gone: set[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    with (
        closing(Ledger.open(tmp_path_factory.mktemp("owners") / "ledger.sqlite")) as ledger,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(owners, "_HELD", held)
        patch.setattr(owners, "_SLOTS", 2)
        told: dict[int, list[int]] = {}
        for batch in batches:
            writer = OwnerWriter(ledger)
            for patient, ident in batch:
                writer.add(hashes([ident]), patient)
                told.setdefault(crc32(ident.encode()), []).append(patient)
            writer.flush()
        forget(ledger, gone)
        for ident in (*TWINS, *"ABCDEFG"):
            left = [patient for patient in told.get(crc32(ident.encode()), ()) if patient not in gone]
            assert [*dict.fromkeys(candidates(ledger, ident))] == [*dict.fromkeys(left)]
