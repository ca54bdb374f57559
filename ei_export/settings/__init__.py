"""The settings of a practice, ``ei-export.toml``: read once, and refused with key and line where they are wrong."""

from .contracts import AMOUNTS, Amount, Contract
from .input import InputSettings
from .measurements import MeasurementSettings
from .places import places
from .practice import Practice, Software
from .settings import LedgerSettings, OutputSettings, Settings, StatusSettings, load
from .statuses import status_word
from .zorg1 import Zorg1Settings

__all__ = [
    "AMOUNTS",
    "Amount",
    "Contract",
    "InputSettings",
    "LedgerSettings",
    "MeasurementSettings",
    "OutputSettings",
    "Practice",
    "Settings",
    "Software",
    "StatusSettings",
    "Zorg1Settings",
    "load",
    "places",
    "status_word",
]
