"""Who is let in to the desk, what it answers everybody else, and that a form does once what it says."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from ei_export.desk.app import create_app
from tests.support.desk import HERE, PORT, Visitor, desk_of, let_in

PRACTICE = "Fysiotherapie De Verzonnen Brug"


@pytest.fixture(scope="module")
def visitor(untouched: Path) -> Iterator[Visitor]:
    with let_in(untouched) as one:
        yield one


@pytest.fixture
def stranger(visitor: Visitor) -> FlaskClient:
    """Another browser, at the same desk."""
    return visitor.client.application.test_client()


# Who is let in.


@pytest.mark.parametrize("path", ["/", "/vandaag", "/werklijst", "/nergens", "/static/desk.css", "/static/desk.js"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_without_the_secret_nothing_answers(stranger: FlaskClient, method: str, path: str) -> None:
    for query in ("", "?sleutel=", "?sleutel=verkeerd", "?sleutel=é"):
        answer = stranger.open(path + query, method=method, base_url=HERE)
        assert answer.status_code == 403
        assert "Set-Cookie" not in answer.headers
        assert PRACTICE not in answer.text
    assert method == "HEAD" or "http://127.0.0.1" in answer.text


def test_the_secret_lets_in_and_leaves_the_address(untouched: Path) -> None:
    desk = desk_of(untouched)
    client = create_app(desk).test_client()
    begun = client.get(desk.address)
    assert (begun.status_code, begun.headers["Location"]) == (303, "/")
    cookie = begun.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert desk.sessions.secret not in cookie
    assert client.get("/static/desk.css", base_url=HERE).status_code == 200
    desk.close()


def test_each_start_has_a_secret_of_its_own(untouched: Path) -> None:
    with let_in(untouched) as one, let_in(untouched) as other:
        cookie = one.client.get_cookie(f"ei-export-desk-{PORT}", domain="127.0.0.1")
        assert cookie is not None
        other.client.delete_cookie(f"ei-export-desk-{PORT}", domain="127.0.0.1")
        other.client.set_cookie(f"ei-export-desk-{PORT}", cookie.value, domain="127.0.0.1")
        assert other.client.get("/static/desk.css", base_url=HERE).status_code == 403
        assert one.desk.sessions.secret != other.desk.sessions.secret


def test_what_a_browser_is_started_with_lets_in_once(untouched: Path) -> None:
    """Who is logged in too can read how programs were started."""
    desk = desk_of(untouched)
    app = create_app(desk)
    address = desk.address_once()
    assert desk.sessions.secret not in address
    assert [app.test_client().get(address).status_code for _ in range(2)] == [303, 403]
    assert app.test_client().get(desk.address).status_code == 303
    desk.close()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors", "Origin": "http://127.0.0.1:9"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"}, 200),
        ({"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "no-cors"}, 200),
    ],
)
def test_a_page_of_another_port_gets_nothing_with_our_cookie(
    visitor: Visitor, headers: dict[str, str], status: int
) -> None:
    assert visitor.client.get("/static/desk.css", base_url=HERE, headers=headers).status_code == status


@pytest.mark.parametrize("host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:1", f"127.1:{PORT}"])
def test_another_host_gets_nothing(visitor: Visitor, host: str) -> None:
    """A name of somebody else that was made to lead to this computer."""
    answer = visitor.client.get("/static/desk.css", base_url=HERE, headers={"Host": host})
    assert (answer.status_code, answer.data) == (400, b"")


def test_this_computer_has_two_names(visitor: Visitor) -> None:
    at = f"http://localhost:{PORT}"
    assert (
        visitor.client.get("/", base_url=at, query_string={"sleutel": visitor.desk.sessions.secret}).status_code == 303
    )


def test_another_computer_gets_nothing(visitor: Visitor) -> None:
    answer = visitor.client.get("/static/desk.css", base_url=HERE, environ_base={"REMOTE_ADDR": "192.168.1.7"})
    assert (answer.status_code, answer.data) == (400, b"")


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "BREW"])
def test_there_are_three_methods(visitor: Visitor, method: str) -> None:
    answer = visitor.client.open("/static/desk.css", method=method, base_url=HERE)
    assert (answer.status_code, answer.data) == (405, b"")


def test_head_tells_what_get_does_without_it(visitor: Visitor) -> None:
    answer = visitor.client.head("/static/desk.css", base_url=HERE)
    assert (answer.status_code, answer.data) == (200, b"")


# What every answer has.


@pytest.mark.parametrize("path", ["/nergens", "/static/desk.css"])
def test_a_browser_is_told_to_be_careful(visitor: Visitor, stranger: FlaskClient, path: str) -> None:
    for client in (visitor.client, stranger):
        headers = client.get(path, base_url=HERE).headers
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        assert set(policy.values()) == {"'none'", "'self'"}
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
        is_style = path.startswith("/static/") and client is visitor.client
        assert headers["Cache-Control"] == ("no-cache" if is_style else "no-store")
        assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize(
    "path", ["/static/../desk.py", "/static/%2e%2e/desk.py", "/static/..%2fdesk.py", "/static//etc/passwd"]
)
def test_nothing_beside_what_is_served_can_be_had(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).status == 404
