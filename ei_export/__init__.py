"""ei-export: completed Zorg1 appointments in, EI-standaard declaration files out.

What other programs may use is named here, and nothing else: every command as a function, what it takes and what it
gives (see docs/library.md). None of them prints; what can't go on is a `Refusal`, with an exit code and a text. Each is
loaded when it is first asked for, so that a program that only shows a file needs no ledger.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from .base.problems import BusyError as BusyError
    from .base.problems import Finding as Finding
    from .base.problems import InputError as InputError
    from .base.problems import Problem as Problem
    from .base.problems import Refusal as Refusal
    from .base.problems import SettingsError as SettingsError
    from .base.problems import WriteError as WriteError
    from .base.problems import render as render
    from .commands.agreements.agreements import Screen as Screen
    from .commands.agreements.agreements import agreements as agreements
    from .commands.control.n0959 import Control as Control
    from .commands.control.n0959 import control as control
    from .commands.explain.explain import explain as explain
    from .commands.explain.story import Story as Story
    from .commands.returns.report import FileReport as FileReport
    from .commands.returns.returns import read_returns as read_returns
    from .commands.run.run import Options as Options
    from .commands.run.run import check as check
    from .commands.run.run import run as run
    from .commands.run.summary import Summary as Summary
    from .commands.show.describe import Choice as Choice
    from .commands.show.show import Showing as Showing
    from .commands.show.show import show as show
    from .commands.specs_copy import Copied as Copied
    from .commands.specs_copy import specs_copy as specs_copy
    from .commands.status.document import Status as Status
    from .commands.status.status import status as status
    from .commands.status.then import Then as Then
    from .commands.status.then import status_on as status_on
    from .commands.verify.verify import FileVerdict as FileVerdict
    from .commands.verify.verify import FileVerdicts as FileVerdicts
    from .commands.verify.verify import Verifying as Verifying
    from .commands.verify.verify import verify as verify
    from .model.declaration import Declaration as Declaration
    from .settings import Settings as Settings
    from .settings import load as load

__version__ = "0.2.0"

#: Where each name is. A type checker reads the same above.
_ROOMS: Final = {
    "base.problems": "BusyError Finding InputError Problem Refusal SettingsError WriteError render",
    "commands.agreements.agreements": "Screen agreements",
    "commands.control.n0959": "Control control",
    "commands.explain.explain": "explain",
    "commands.explain.story": "Story",
    "commands.returns.report": "FileReport",
    "commands.returns.returns": "read_returns",
    "commands.run.run": "Options check run",
    "commands.run.summary": "Summary",
    "commands.show.describe": "Choice",
    "commands.show.show": "Showing show",
    "commands.specs_copy": "Copied specs_copy",
    "commands.status.document": "Status",
    "commands.status.status": "status",
    "commands.status.then": "Then status_on",
    "commands.verify.verify": "FileVerdict FileVerdicts Verifying verify",
    "model.declaration": "Declaration",
    "settings": "Settings load",
}
_HOMES: Final = {name: room for room, names in _ROOMS.items() for name in names.split()}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)
