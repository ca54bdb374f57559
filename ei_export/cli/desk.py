"""``ei-export desk``: the practice on pages in a browser, until it is stopped."""

import signal
import webbrowser
from importlib.util import find_spec
from typing import Final

import click
from attrs import evolve

from ..base.problems import SettingsError
from ..base.words import words
from .common import Call, command
from .speaking import warn

_NEEDED: Final = ("flask", "tomlkit", "waitress")
_LAST_PORT: Final = 65535


@click.command()
@click.option("--port", type=click.IntRange(0, _LAST_PORT), default=0)
@click.option("--no-browser", is_flag=True)
@command
def desk(call: Call, port: int, no_browser: bool) -> int:
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise SettingsError("DESK_MISSING", packages=", ".join(missing))
    from ..desk.desk import Desk
    from ..desk.serving import Server

    opened = Desk(call.config.absolute(), call.asked_day, call.asked_language, warn)
    call = evolve(call, asked_language=opened.language)
    server = Server(opened, port)
    say = words("desk-start", opened.language)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    call.say(lambda: {"address": opened.address}, lambda: [say("open", address=opened.address), say("stop")])
    if not no_browser:
        webbrowser.open(opened.address_once())
    server.run()
    call.say(dict, lambda: [say("stopped")], is_done=True)
    return 0
