"""Folders and files that only their owner can look into."""

import os
from pathlib import Path


def make_folder(folder: Path) -> None:
    """Makes a folder, and those above it that are missing, for its owner alone. Raises OSError."""
    for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)


def make_file(path: Path, content: bytes) -> None:
    """Makes a file for its owner alone. Raises OSError, also where it is there already."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
