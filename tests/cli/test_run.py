"""What a run says while it is at it."""

import pytest

from ei_export.base.problems import Language
from ei_export.cli.run import Progress


@pytest.mark.parametrize(("language", "told"), [("nl", "gelezen 1.200"), ("en", "read 1,200")])
def test_how_far_it_is_is_told_at_a_terminal(
    language: Language, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Progress(language).show("read", 1200)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    progress = Progress(language)
    progress.show("read", 1200)
    progress.clear()
    assert capsys.readouterr().err == f"\r{told}\r{' ' * len(told)}\r"
