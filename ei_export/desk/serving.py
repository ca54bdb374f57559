"""The server of the desk: on this computer's own address alone, and nothing larger than any page asks for."""

import errno
import logging
import socket
from copy import copy
from typing import Any, Final

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import create_server
from waitress.utilities import Error, RequestEntityTooLarge

from ..base.problems import SettingsError
from .app import create_app
from .desk import Desk
from .safety import HEADERS, how_to_get_in, session_of
from .uploads import MOST

#: Pages that are made at the same time; a browser asks for several.
_THREADS: Final = 6
#: Connections at a time, of all browsers.
_CONNECTIONS: Final = 60
#: The parts of a form around what it holds.
_AROUND: Final = 100_000
#: Of what a browser sends that wasn't let in: the desk may have been started anew since, and says how to get in again.
_OF_STRANGERS: Final = 100_000


class Server:
    """The server of a desk, that has a port and waits to `run`."""

    def __init__(self, desk: Desk, port: int) -> None:
        """``port`` is 0 for any that is free; the desk is told which. Raises SettingsError where it is taken."""
        for name in ("waitress", "waitress.queue"):  # it would log what was asked for, with the numbers in it
            logging.getLogger(name).addHandler(logging.NullHandler())
            logging.getLogger(name).propagate = False
        listening = _listening(port)
        desk.port = listening.getsockname()[1]
        self._desk = desk
        server: Any = create_server(
            create_app(desk),
            sockets=[listening],
            threads=_THREADS,
            connection_limit=_CONNECTIONS,
            max_request_body_size=MOST + _AROUND,
            clear_untrusted_proxy_headers=True,
            ident=None,
        )

        server.channel_class = _channels(desk)
        self._server: Final[Any] = server

    def run(self) -> None:
        """Answers until it is stopped, or a KeyboardInterrupt comes: what is asked just then is still answered, and the
        desk is closed."""
        try:
            self._server.run()
            self._server.task_dispatcher.shutdown()
        finally:
            wasyncore.close_all(self._server._map)
            self._desk.close()

    def stop(self) -> None:
        """Has `run` end, which another thread is at."""
        self._server.trigger.pull_trigger(lambda: wasyncore.close_all(self._server._map))


def _channels(desk: Desk) -> type[Any]:
    """How connections are listened to: of a browser that wasn't let in no more is taken in than a form without files
    has. It is refused by its head, before what follows would be kept on disk."""

    class Parser(HTTPRequestParser):
        is_strange = False

        def parse_header(self, header_plus: bytes) -> None:
            super().parse_header(header_plus)
            if session_of(desk, self.headers.get("COOKIE", "")) is None:
                self.is_strange = True
                self.adj = copy(self.adj)
                self.adj.max_request_body_size = _OF_STRANGERS

        def received(self, data: bytes) -> int:
            taken: int = super().received(data)
            if self.is_strange and isinstance(self.error, RequestEntityTooLarge):
                self.error = _NotLetIn(how_to_get_in(desk))
            return taken

    class Channel(HTTPChannel):
        parser_class = Parser

    return Channel


class _NotLetIn(Error):
    """What the server answers without asking the desk."""

    def to_response(self, ident: object = None) -> Any:
        kind = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
        return "403 Forbidden", [*(HEADERS | kind).items()], self.body.encode()


def _listening(port: int) -> socket.socket:
    """A socket that only this computer can connect to, and no other program can take over."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    exclusive = getattr(socket, "SO_EXCLUSIVEADDRUSE", None)  # of Windows, where reusing an address is sharing it
    listening.setsockopt(socket.SOL_SOCKET, exclusive or socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError as error:
        listening.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise SettingsError("DESK_PORT", port=port) from None
        raise
    return listening
