"""Whose the appointments are that gave no line: counted contacts, and what another system declared.

There are as many as rows of the feed, so of each only eight bytes are kept: the CRC-32 of its id and the number of its
patient, in a slot by that CRC. Two ids may have the same one, and what a patient no longer has is not taken out:
whoever is found here *may* have the appointment, and the patient's own text says.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Final
from zlib import crc32

from . import Ledger

_SLOTS: Final = 4096
#: Of a CRC, and of the number of a patient; little-endian.
_HALF: Final = 4
_ENTRY: Final = 2 * _HALF
#: Bytes held in memory before they go in the ledger.
_HELD: Final = 4_000_000


def hashes(appointments: Iterable[str]) -> bytes:
    """What is kept of the ids of appointments, one behind the other."""
    return b"".join([crc32(ident.encode()).to_bytes(_HALF, "little") for ident in appointments])


class OwnerWriter:
    """Collects whose appointments are; to be flushed at the end."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._slots: defaultdict[int, bytearray] = defaultdict(bytearray)
        self._size = 0

    def add(self, hashed: bytes, patient: int) -> None:
        """Notes that appointments are a patient's; ``hashed`` as `hashes` made it."""
        number = patient.to_bytes(_HALF, "little")
        for place in range(0, len(hashed), _HALF):
            half = hashed[place : place + _HALF]
            self._slots[_slot(half)] += half + number
        self._size += 2 * len(hashed)
        if self._size > _HELD:
            self.flush()

    def flush(self) -> None:
        """Writes what is held in the ledger."""
        self._ledger.many("INSERT OR REPLACE INTO owned VALUES (?, ?)", self._joined())
        self._slots.clear()
        self._size = 0

    def _joined(self) -> Iterator[tuple[int, bytes]]:
        for slot, held in sorted(self._slots.items()):
            known = _packed(self._ledger, slot)
            new = [entry for entry in _entries(bytes(held)) if not _places(known, entry)] if known else [held]
            yield slot, b"".join([known, *new])


def candidates(ledger: Ledger, appointment_id: str) -> list[int]:
    """The numbers of the patients that may have an appointment, who had it first before others."""
    half = hashes([appointment_id])
    packed = _packed(ledger, _slot(half))
    return [_patient(packed[place : place + _ENTRY]) for place in _places(packed, half)]


def forget(ledger: Ledger, patients: Collection[int]) -> None:
    """Forgets all that some patients have, by their numbers."""
    for slot, packed in list(ledger.rows("SELECT slot, packed FROM owned")):
        left = [entry for entry in _entries(packed) if _patient(entry) not in patients]
        if len(left) * _ENTRY < len(packed):
            ledger.do("INSERT OR REPLACE INTO owned VALUES (?, ?)", (slot, b"".join(left)))


def _slot(half: bytes) -> int:
    return int.from_bytes(half, "little") % _SLOTS


def _patient(entry: bytes) -> int:
    return int.from_bytes(entry[_HALF:], "little")


def _packed(ledger: Ledger, slot: int) -> bytes:
    return next(ledger.column("SELECT packed FROM owned WHERE slot = ?", (slot,)), b"")


def _entries(packed: bytes) -> Iterator[bytes]:
    return (packed[place : place + _ENTRY] for place in range(0, len(packed), _ENTRY))


def _places(packed: bytes, start: bytes) -> list[int]:
    """Where the entries stand that begin with some bytes."""
    places = []
    place = packed.find(start)
    while place >= 0:
        if not place % _ENTRY:
            places.append(place)
        place = packed.find(start, place + 1)
    return places
