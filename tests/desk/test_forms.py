"""A form of the desk does once what it says, whoever sends it again, and says what came of it."""

import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.test import TestResponse

from ei_export.base.problems import BusyError, SettingsError, WriteError
from ei_export.desk import showing, uploads
from ei_export.desk.app import create_app
from ei_export.desk.sessions import Session, Sessions
from ei_export.desk.uploads import Limit, Upload
from tests.support.desk import HERE, PORT, Page, Visitor, desk_of

#: The page of a form that counts how often it does something, and what came in with it.
PAGE = """
{% import "parts.html" as parts %}
<title>Tel</title>
{% for message in messages %}<p role="status">{{ message.text }}</p>{% endfor %}
{% call parts.form("/bestanden/tel", files=true, hidden={"nog": ["a", "b"]}) %}
<textarea name="wat">een</textarea>
<input type="file" name="bestand" multiple>
{{ parts.button("Doe") }}
{% endcall %}
"""
BUSY = BusyError("LEDGER_BUSY", path="ledger.sqlite")


class Counter:
    """A desk with a page more."""

    def __init__(self, practice: Path) -> None:
        self.desk = desk_of(practice)
        self.done: list[tuple[str, list[str], dict[str, bytes]]] = []
        self.uploads: list[Upload] = []
        self.modes: list[int] = []
        self.failing: list[Exception] = []
        self.app = create_app(self.desk)
        self.app.add_url_rule("/bestanden/tel", "count", self._page)
        self.app.add_url_rule("/bestanden/tel", "add", showing.acting(self._add), methods=["POST"])
        self.visitor = Visitor(self.app, self.desk)

    def page(self) -> Page:
        return self.visitor.get("/bestanden/tel")

    def post(self, data: object, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.visitor.client.post("/bestanden/tel", base_url=HERE, data=data, headers=named)

    def _page(self) -> str:
        return showing.environment("nl").from_string(PAGE).render(messages=showing.session().messages())

    def _add(self) -> ResponseReturnValue:
        files = list(showing.uploaded("bestand"))
        if self.failing:
            raise self.failing.pop(0)
        self.uploads += files
        self.modes += [upload.path.parent.stat().st_mode & 0o777 for upload in files]
        contents = {upload.name: upload.path.read_bytes() for upload in files}
        self.done.append((request.form["wat"], request.form.getlist("nog"), contents))
        return showing.redirect_with("/bestanden/tel?klaar", "gedaan")

    @property
    def whats(self) -> list[str]:
        return [what for what, _, _ in self.done]


@pytest.fixture(scope="module")
def at_desk(untouched: Path) -> Iterator[Counter]:
    made = Counter(untouched)
    yield made
    made.desk.close()


@pytest.fixture
def counter(at_desk: Counter, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    """As it was at first."""
    monkeypatch.setattr(showing, "_PATIENCE", 0.0)
    monkeypatch.setattr(showing, "_PAUSE", 0.0)
    at_desk.visitor = Visitor(at_desk.app, at_desk.desk)
    yield at_desk
    at_desk.desk.uploads.close()
    for used in (at_desk.done, at_desk.failing, at_desk.uploads, at_desk.modes):
        used.clear()


def token_of(page: Page) -> str:
    return page.all("//input[@name='_token']/@value")[0]


def test_a_form_does_what_it_says_and_the_next_page_tells(counter: Counter) -> None:
    done = counter.visitor.press(counter.page(), "Doe", wat="<b>=1+1</b>\r\ntwee")
    assert counter.done == [("<b>=1+1</b>\r\ntwee", ["a", "b"], {})]
    assert (done.path, done.all("//p[@role='status']")) == ("/bestanden/tel?klaar", ["gedaan"])
    assert counter.page().all("//p[@role='status']") == []


def test_what_is_told_waits_for_a_page_that_somebody_sees(counter: Counter) -> None:
    """Another tab looks each second how far work is."""
    counter.post({"_token": token_of(counter.page()), "wat": "een"})
    script = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
    looked = counter.visitor.get("/vandaag", headers=script)
    assert "gedaan" not in looked.text
    assert {*looked.all("//input[@name='_token']/@value")} == {""}, "forms of pages are not pushed out by it"
    told = counter.visitor.get("/vandaag", headers={"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"})
    assert [text for text in told.all("//p[@role='status']") if "gedaan" in text] == ["Gelukt: gedaan"]


# Who may send one.


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": f"http://127.0.0.1:{PORT + 1}"},
        {"Origin": f"https://127.0.0.1:{PORT}"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": HERE, "Sec_Fetch_Site": "cross-site"},
        {"Origin": "https://evil.example", "Sec_Fetch_Site": "same-origin"},
    ],
)
def test_a_form_of_another_site_is_refused(counter: Counter, headers: dict[str, str]) -> None:
    fields = {"_token": token_of(counter.page()), "wat": "een"}
    assert counter.post(fields, **headers).status_code == 403
    assert counter.done == []
    assert counter.post(fields, Origin=HERE, Sec_Fetch_Site="same-origin").status_code == 303


@pytest.mark.parametrize("token", [None, "", "verzonnen", "é"])
def test_a_form_that_was_not_given_out_does_nothing(counter: Counter, token: str | None) -> None:
    answer = counter.post({"wat": "een", **({} if token is None else {"_token": token})})
    assert answer.status_code == 303
    assert "te oud" in counter.visitor.get(answer.location).text
    assert counter.done == []


def test_a_form_is_of_its_session(counter: Counter) -> None:
    other = Visitor(counter.app, counter.desk)
    fields = {"_token": token_of(counter.page()), "wat": "een"}
    answer = other.client.post("/bestanden/tel", base_url=HERE, data=fields)
    assert (answer.status_code, counter.done) == (303, [])
    assert answer.location.startswith("/niet-gelukt/")
    assert counter.post(fields).status_code == 303


def test_a_form_that_is_sent_again_is_not_done_again(counter: Counter) -> None:
    """Behind the back button, or clicked twice."""
    page = counter.page()
    counter.visitor.press(page, "Doe")
    again = counter.visitor.press(page, "Doe", wat="twee")
    assert (again.status, counter.whats) == (200, ["een"])
    assert "al verstuurd" in again.text
    assert again.all("//main//a[@href!='/vandaag']/@href") == ["/bestanden/tel?klaar"]


def test_both_of_two_browsers_may_send_theirs(counter: Counter) -> None:
    other = Visitor(counter.app, counter.desk)
    pages = counter.page(), other.get("/bestanden/tel")
    assert counter.visitor.press(pages[0], "Doe", wat="een").status == 200
    assert other.press(pages[1], "Doe", wat="twee").status == 200
    assert counter.whats == ["een", "twee"]


@pytest.mark.parametrize(
    "stood",
    [
        *("//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", ""),
        *("/\t/evil.example", "/\n\\evil.example", "\t//evil.example"),  # browsers leave tabs and line ends out
    ],
)
def test_nobody_is_led_elsewhere(counter: Counter, stood: str) -> None:
    answer = counter.post({"_token": "verzonnen", "_stond": stood})
    assert counter.visitor.get(answer.location).all("//a[@class='button main']/@href") == ["/"]


def test_what_is_kept_is_bounded() -> None:
    sessions = Sessions()
    first = sessions.begin(sessions.secret)
    assert first is not None
    for _ in range(32):
        last = sessions.begin(sessions.secret)
    assert sessions.find(first.id) is None
    assert last is not None
    assert sessions.find(last.id) is last

    session = Session("x")
    old = session.new_token()
    new = [session.new_token() for _ in range(500)]
    assert session.take(old) == "unknown"
    assert [session.take(new[0]), session.take(new[0])] == ["fresh", "used"]


# What fails.


def test_who_is_busy_is_waited_for(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(showing, "_PATIENCE", 60.0)
    counter.failing += [BUSY, BUSY, BUSY]
    done = counter.visitor.press(counter.page(), "Doe", bestand={"a.txt": b"A"})
    assert (done.status, counter.whats) == (200, ["een"])
    assert counter.done[0][2] == {"a.txt": b"A"}


def test_what_can_not_be_done_now_can_be_sent_again_with_its_files(counter: Counter) -> None:
    counter.failing += [
        BUSY,
        WriteError("WRITE_FAILED", path="x", reason="vol"),
        SettingsError("INIT_EXISTS", path="x"),
    ]
    sent = counter.visitor.press(counter.page(), "Doe", wat="<i>\n'", bestand={"a.txt": b"A", "b.txt": b"B"})
    for said in ("Nog even wachten", "Dat ging niet", "Dat ging niet"):
        assert (sent.status, counter.done) == (200, []), "a browser would note an error"
        assert sent.all("//h1") == [said]
        assert sent.all("//main//a[@href!='/vandaag']/@href") == ["/bestanden/tel"]
        sent = counter.visitor.press(sent, "Opnieuw proberen")
    assert (sent.status, sent.path) == (200, "/bestanden/tel?klaar")
    ((what, more, files),) = counter.done
    assert (what, more) == ("<i>\n'", ["a", "b"])
    assert files == {"a.txt": b"A", "b.txt": b"B"}
    assert not any(upload.path.parent.exists() for upload in counter.uploads)


def test_files_of_which_one_could_not_be_stored_are_not_sent_again_without_it(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:

        def stored(folder: Path, number: int, *rest: Any) -> Upload:
            if number == 2:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return uploads.stored(folder, number, *rest)

        patch.setattr(showing, "stored", stored)
        sent = counter.visitor.press(counter.page(), "Doe", bestand={"a.txt": b"A", "b.txt": b"B"})
    assert (sent.status, counter.desk.uploads.folders) == (200, [])
    counter.visitor.press(sent, "Opnieuw proberen")
    assert counter.done == [("een", ["a", "b"], {})]


def test_files_that_wait_for_too_many_forms_are_given_up(tmp_path: Path) -> None:
    session = Session("x")
    for number in range(9):
        folder = tmp_path / str(number)
        folder.mkdir()
        session.keep(str(number), {"files": [Upload(folder / "0001.csv", "a.csv")]})
    assert {each.name for each in tmp_path.iterdir()} == set("12345678")
    assert session.kept("0") == {}


def test_what_is_unexpected_is_told_without_what_it_was_about(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(counter.desk, "log", said.append)
    counter.failing += [ValueError("999911120 Jansen")]
    answer = counter.visitor.press(counter.page(), "Doe")
    assert answer.status == 500
    assert "test_forms.py" in answer.text
    assert len(said) == 1
    assert re.fullmatch(r"POST add: ValueError \(test_forms\.py:\d+\)", said[0])
    for text in (answer.response.get_data(as_text=True), *said):
        assert "999911120" not in text
        assert "Jansen" not in text
        assert "Traceback" not in text


# Files.


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(uploads.LIMITS, "/bestanden", Limit(whole=5_000, file=1_000, files=2))


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    "files",
    [
        {"a.txt": b"x" * 1_001},
        {"a.txt": b"x", "b.txt": b"y" * 1_001},
        {"a.txt": b"x" * 6_000},
        {"a.txt": b"x", "b.txt": b"y", "c.txt": b"z"},
    ],
)
def test_what_is_too_large_is_refused_before_it_is_stored(counter: Counter, files: dict[str, bytes]) -> None:
    answer = counter.visitor.press(counter.page(), "Doe", bestand=files)
    assert (answer.status, counter.done) == (413, [])
    assert "te groot" in answer.text
    assert counter.desk.uploads.folders == []


@pytest.mark.usefixtures("small")
def test_elsewhere_no_file_is_taken(counter: Counter) -> None:
    answer = counter.visitor.client.post("/bestanden2", base_url=HERE, data=b"x" * 4_000_001)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("called", "shown", "suffix"),
    [
        ("../../etc/passwd", "passwd", ""),
        ("<img src=x>.txt", "<img src=x>.txt", ".txt"),
        ("a\x1b[31m\u202eb.xml", "a?[31m?b.xml", ".xml"),
        ("x" * 500 + ".csv", "x" * 120, ""),
        ("kwaad.exe", "kwaad.exe", ""),
        ("/", "…", ""),
    ],
)
def test_a_file_is_stored_under_a_name_of_ours(counter: Counter, called: str, shown: str, suffix: str) -> None:
    counter.visitor.press(counter.page(), "Doe", bestand={called: b"A"})
    (upload,) = counter.uploads
    assert (upload.name, upload.path.name) == (shown, f"0001{suffix}")
    assert not upload.path.parent.exists()
    assert counter.desk.uploads.folders == []
    assert counter.modes == [0o700]


def test_a_path_of_windows_is_shown_by_its_last_part() -> None:
    assert uploads.shown_name("C:\\Users\\x\\..\\export.CSV") == "export.CSV"
