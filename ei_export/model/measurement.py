"""What was measured of a patient, wherever it was read."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

#: When in a trajectory something is measured: at its start, while it goes on, at its end.
MeasuringMoment: TypeAlias = Literal["intake", "tussen", "eind"]
MEASURING_MOMENTS: Final[tuple[MeasuringMoment, ...]] = get_args(MeasuringMoment)

#: ``7``, ``7,5``, ``7.50``, ``-2``.
_NUMBER: Final = re.compile(r"(-?[0-9]{1,9})(?:[.,]([0-9]{1,9}))?")
#: Ways to write a moment, without case.
_MOMENTS: Final[Mapping[str, MeasuringMoment]] = {
    **dict.fromkeys(("intake", "begin", "beginmeting", "start", "nulmeting", "voormeting"), "intake"),
    **dict.fromkeys(("tussen", "tussenmeting", "tussentijds"), "tussen"),
    **dict.fromkeys(("eind", "einde", "eindmeting", "nameting"), "eind"),
}


class Measurement(NamedTuple):
    """A score on a ``day``. ``instrument`` by our name for it, or as it was written where it is none of ours; ``score``
    and ``subscore`` as `score_text` gives them, of the feed's also what is no number, ``subscore`` '' where there is
    none; ``moment`` as it was said, '' where it wasn't; ``number`` of the trajectory, or ''."""

    day: date
    instrument: str
    score: str
    subscore: str = ""
    moment: MeasuringMoment | Literal[""] = ""
    number: str = ""


@lru_cache(maxsize=16_384)
def score_of(text: str) -> Decimal | None:
    """A score as a number, with no more decimals than it needs: ``7``, ``7,5``, ``7.50``; None for what is none."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    part = (match[2] or "").rstrip("0")
    return Decimal(f"{match[1]}.{part}" if part else match[1])


@lru_cache(maxsize=16_384)
def score_text(text: str) -> str | None:
    """The shortest way to write a score, so that the same one is always written the same; None for what is none."""
    number = score_of(text)
    if number is None:
        return None
    return f"{number:f}" if number else "0"


def moment_named(word: str) -> MeasuringMoment | None:
    """The moment that a word stands for, in any case; None where it is none."""
    return _MOMENTS.get(word.casefold())


class KeptMeasurement(NamedTuple):
    """A measurement as the ledger keeps it: of whom and of which trajectory number, or ''; the day as YYYY-MM-DD; the
    words for instrument and moment as the practice's file has them, ``moment`` or ''; scores as `score_text` gives
    them, ``subscore`` or ''. All but the scores tell which one it is."""

    patient_id: str
    trajectory_id: str
    date: str
    instrument: str
    moment: str
    score: str
    subscore: str

    @property
    def key(self) -> tuple[str, ...]:
        return self[:-2]
