"""The command line: one file per command; options are parsed, one function is called, and its result is printed."""

import click

from .. import __version__
from .check import check
from .correct import correct
from .credit import credit
from .explain import explain
from .init import init
from .redeclare import redeclare
from .returns import returns
from .run import run
from .show import show
from .specs import specs
from .status import status
from .undo import undo


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, package_name="ei-export", prog_name="ei-export")
def main() -> None:
    """Declare completed Zorg1 appointments to Dutch health insurers: PM304 files as VECOZO takes them."""


for command in (init, run, check, status, explain, show, returns, credit, redeclare, correct, undo, specs):
    main.add_command(command)
