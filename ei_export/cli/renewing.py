"""What commands do once they recorded something: they have the page and the lists say so too."""

from ..base.problems import render
from ..settings import Settings
from .common import Call
from .speaking import warn


def renew_lists(call: Call, settings: Settings) -> None:
    """Renews them, and says which could not be; that changes nothing else."""
    from ..commands.renewing import renew  # what commands that are refused do without takes time to load

    for finding in renew(settings, call.day):
        warn("\n".join(render(finding.code, finding.params, settings.language)))
