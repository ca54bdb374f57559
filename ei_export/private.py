"""Folders that only their owner can look into."""

from pathlib import Path


def make_folder(folder: Path) -> None:
    """Makes a folder, and those above it that are missing, for its owner alone. Raises OSError."""
    for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)
