"""The desk on a real port: whom it answers, what it refuses before it is received, and that it ends."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from ei_export.base.problems import SettingsError
from ei_export.cli import desk as command
from ei_export.cli import main
from ei_export.desk.desk import Desk
from ei_export.desk.serving import Server
from ei_export.desk.uploads import MOST
from tests.support.desk import desk_of, served


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with served(tmp_path_factory.mktemp("practice")) as served_desk:
        yield served_desk


def let_in(desk: Desk) -> str:
    """The line of a head that says who asks, of a browser that was let in."""
    session = desk.sessions.begin(desk.sessions.secret)
    assert session is not None
    return f"Cookie: ei-export-desk-{desk.port}={session.id}"


def head(desk: Desk, *more: str) -> bytes:
    """That of a form, with more lines."""
    lines = "POST /vandaag/kijken HTTP/1.1", f"Host: 127.0.0.1:{desk.port}", *more
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()


def test_it_is_on_this_computer_alone(desk: Desk) -> None:
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}
    for address in ("127.0.0.2", *others):  # that of the loopback is this computer's own too, and not ours
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((str(address), desk.port), timeout=5)
    with socket.create_connection(("127.0.0.1", desk.port), timeout=5):
        pass


def test_it_says_nothing_of_itself(desk: Desk) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=10)
    connection.request("GET", "/vandaag")
    answer = connection.getresponse()
    assert answer.status == 403
    assert "Server" not in dict(answer.getheaders())
    connection.close()


def test_200_megabytes_are_refused_before_they_are_received(desk: Desk) -> None:
    """Though the sender says so only; nothing of it is waited for."""
    with socket.create_connection(("127.0.0.1", desk.port), timeout=10) as connection:
        connection.sendall(head(desk, "Content-Length: 200000000", let_in(desk)))
        assert connection.recv(1000).startswith(b"HTTP/1.1 413 ")
    assert 100_000_000 < MOST < 200_000_000


@pytest.mark.parametrize("cookie", ["", "ei-export-desk-{port}=guessed"])
def test_who_was_not_let_in_is_refused_by_the_head_alone(desk: Desk, cookie: str) -> None:
    """Who else is logged in could fill the disk else: what is sent is kept there until it is complete."""
    for more in ("Content-Length: 1000000", "Transfer-Encoding: chunked"):
        with socket.create_connection(("127.0.0.1", desk.port), timeout=10) as connection:
            connection.sendall(head(desk, more, f"Cookie: {cookie.format(port=desk.port)}"))
            if more.endswith("chunked"):
                connection.sendall(b"18800\r\n" + b"x" * 0x18800 + b"\r\n")
            answer = b"".join(iter(lambda: connection.recv(10_000), b""))
        assert answer.startswith(b"HTTP/1.1 403 ")
        assert b"Content-Security-Policy: default-src 'none'" in answer
        assert b"ei-export" in answer


def test_who_was_let_in_may_send_more(desk: Desk) -> None:
    with socket.create_connection(("127.0.0.1", desk.port), timeout=10) as connection:
        connection.sendall(head(desk, "Content-Length: 300000", let_in(desk)) + b"x" * 300_000)
        assert connection.recv(1000).startswith(b"HTTP/1.1 303 ")  # it has no token


@pytest.mark.parametrize("other", [b"a=\xff\x80", b"\xe9=1", b'a="\\777', b"ei-export-desk-%d=x", b"=;;,"])
def test_cookies_of_other_programs_on_this_computer_keep_nobody_out(desk: Desk, other: bytes) -> None:
    ours, other = let_in(desk).encode(), other.replace(b"%d", str(desk.port).encode())
    for cookies in (ours + b"; " + other, ours.replace(b": ", b": " + other + b"; ", 1)):
        with socket.create_connection(("127.0.0.1", desk.port), timeout=10) as connection:
            connection.sendall(b"GET /static/desk.css HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n" % desk.port)
            connection.sendall(cookies + b"\r\n\r\n")
            assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_200_megabytes_of_unknown_length_are_refused_on_the_way(desk: Desk) -> None:
    chunk = b"1000000\r\n" + b"x" * (1 << 24) + b"\r\n"
    with socket.create_connection(("127.0.0.1", desk.port), timeout=30) as connection:
        connection.sendall(head(desk, "Transfer-Encoding: chunked", let_in(desk)))
        try:
            for _ in range(12):
                connection.sendall(chunk)
            answer = connection.recv(1000)
        except OSError:  # it is no longer listened to
            answer = b""
    assert answer[:13] in (b"", b"HTTP/1.1 413 ")


def test_a_port_that_is_taken_is_told(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        Server(desk_of(tmp_path), desk.port)
    assert (refused.value.code, refused.value.params) == ("DESK_PORT", {"port": desk.port})


def test_without_its_packages_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(command, "_NEEDED", ("flask", "nergens_te_vinden"))
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["desk", "--no-browser"])
    assert done.exit_code == 2
    assert "nergens_te_vinden" in done.stderr
    assert "[desk]" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_shows_its_address_and_ends_when_it_is_stopped(number: signal.Signals, tmp_path: Path) -> None:
    given = [sys.executable, "-m", "ei_export", "desk", "--no-browser", "--config", str(tmp_path / "ei-export.toml")]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        given,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        preexec_fn=lambda: signal.signal(
            signal.SIGINT, signal.SIG_DFL
        ),  # ignored where the tests are in the background
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        found = re.search(r"http://127\.0\.0\.1:\d+/\?sleutel=[\w-]{43}$", process.stdout.readline())
        assert found is not None
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(found[0].partition("?")[0], timeout=10)
        process.send_signal(number)
        assert process.wait(20) == 0
        assert process.stdout.read().splitlines()[-1] == "Gestopt."
        assert process.stderr.read() == ""
    assert list(tmp_path.iterdir()) == []
