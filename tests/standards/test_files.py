"""Message files as they come: one, a zip of them within VECOZO's limits, or a folder."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ei_export.standards import files
from ei_export.standards.files import entries


def zipped(path: Path, *members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def read(path: Path) -> list[tuple[str, bytes | str, list[str]]]:
    """Each file: its name, what is in it or why it can't be read, and what is wrong with it."""
    found: list[tuple[str, bytes | str, list[str]]] = []
    for entry in entries(path):
        content: bytes | str = entry.refusal.code if entry.refusal is not None else ""
        if entry.file is not None:
            content = entry.file.read()
        assert entry.refusal is None or str(entry.refusal)
        found.append((entry.name, content, [finding.code for finding in entry.findings]))
    return found


def test_a_file_is_itself_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "A B.TXT"
    path.write_bytes(b"PK, but no zip")
    assert read(path) == [(str(path), b"PK, but no zip", [])]


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    assert read(tmp_path / "no.txt") == [(str(tmp_path / "no.txt"), "FILE_UNREADABLE", [])]


def test_a_folder_is_its_files_by_name(tmp_path: Path) -> None:
    (tmp_path / "deeper").mkdir()
    (tmp_path / "b.txt").write_bytes(b"b")
    zipped(tmp_path / "a.zip", ("1.txt", b"1"))
    assert read(tmp_path) == [
        (f"{tmp_path}/a.zip/1.txt", b"1", []),
        (f"{tmp_path}/b.txt", b"b", []),
    ]


def test_a_zip_is_the_files_in_it(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", ("b.txt", b"x" * 5_000_000), ("folder/", b""), ("A-1_c.xml", b"y"))
    assert read(path) == [(f"{path}/b.txt", b"x" * 5_000_000, []), (f"{path}/A-1_c.xml", b"y", [])]


@pytest.mark.parametrize("name", ["a.TXT", "a", "a b.txt", "ä.txt", "map/a.txt", "../a.txt", "a.asc", "a\x1b[2J.txt"])
def test_a_name_that_vecozo_refuses_is_said_and_the_file_judged(tmp_path: Path, name: str) -> None:
    ((shown, content, findings),) = read(zipped(tmp_path / "a.zip", (name, b"x")))
    assert (content, findings) == (b"x", ["FILE_NAME"])
    assert shown.isprintable()


def test_no_more_files_than_vecozo_takes(tmp_path: Path) -> None:
    found = read(zipped(tmp_path / "a.zip", *((f"{number}.txt", b"x") for number in range(31))))
    assert found[0] == (str(tmp_path / "a.zip"), "", ["ZIP_TOO_MANY"])
    assert len(found) == 31
    assert len(read(zipped(tmp_path / "b.zip", *((f"{number}.txt", b"x") for number in range(30))))) == 30


def test_no_more_bytes_than_vecozo_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path / "a.zip", ("1.txt", bytes(6_000)), ("2.txt", bytes(5_000)), ("3.txt", bytes(10)))
    monkeypatch.setattr(files, "MOST_UNPACKED", 10_000)
    assert [(content if isinstance(content, str) else len(content)) for _, content, _ in read(path)] == [
        6_000,
        "ZIP_UNPACKED_TOO_LARGE",
        "ZIP_UNPACKED_TOO_LARGE",
    ]
    monkeypatch.setattr(files, "MOST_ZIPPED", 10)
    assert [content for _, content, _ in read(path)] == ["ZIP_TOO_LARGE"]


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it says of its own size."""
    path = zipped(tmp_path / "a.zip", ("1.txt", bytes(50_000_000)))
    size = (50_000_000).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (100).to_bytes(4, "little")))
    monkeypatch.setattr(files, "MOST_UNPACKED", 1_000_000)
    ((_, content, _),) = read(path)
    assert isinstance(content, str)


def encrypted(data: bytes) -> bytes:
    """With the flag that says so, beside the file and in the list of files."""
    changed = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        changed[data.index(mark) + offset] |= 1
    return bytes(changed)


def other_method(data: bytes) -> bytes:
    changed = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        changed[data.index(mark) + offset] = 99
    return bytes(changed)


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (encrypted, "ZIP_ENCRYPTED"),
        (other_method, "FILE_UNREADABLE"),
        (lambda data: data[:-30], "ZIP_DAMAGED"),
        (lambda data: data[:40] + b"\xff" * 20 + data[60:], "FILE_UNREADABLE"),
        (lambda data: data[:4], "ZIP_DAMAGED"),
    ],
)
def test_what_is_damaged_or_locked_is_said(tmp_path: Path, damage: Callable[[bytes], bytes], code: str) -> None:
    path = zipped(tmp_path / "a.zip", ("1.txt", bytes(range(256)) * 50))
    path.write_bytes(damage(path.read_bytes()))
    assert [content for _, content, _ in read(path)] == [code]


def test_a_zip_in_a_zip_is_a_file_like_any_other(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("1.txt", b"x")
    path = zipped(tmp_path / "a.zip", ("b.zip", inner.getvalue()))
    assert read(path) == [(f"{path}/b.zip", inner.getvalue(), ["FILE_NAME"])]
