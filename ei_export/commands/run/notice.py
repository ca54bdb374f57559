"""What became of a run in ten plain lines, for whoever mails them: the same ten whatever happened, and no persons."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ...base.delivery import replacing
from ...base.private import expect_file
from ...base.problems import Language, WriteError
from ...base.wording import euros, number, printable
from ...base.words import Words, words
from ...output.paper import counted
from ...output.ran import Ran
from .summary import Summary


def notice(ran: Ran, done: Ran | None, summary: Summary | None, page: Path, language: Language) -> Sequence[str]:
    """The lines. ``ran`` is the run and ``done`` the last one that came to its end; ``summary`` None of one that
    failed; ``page`` is where there is more to read."""
    say = words("notice", language)
    lines = (
        say("head", version=ran.version, when=ran.when(language), feed=ran.feed or "-"),
        say("happened", what=say(_happened(ran, summary), run=ran.run or "")),
        say("exit", exit=ran.exit, means=say(_meaning(ran))),
        say("declared", **_declared(summary, language)),
        say("held", **_held(summary, language)),
        say("answers", answers=_answers(say, summary)),
        say("message", message=ran.message or "-"),
        say("todo", todo=" ".join(_todo(say, ran, summary)) or "-"),
        say("more", page=str(page)),
        say("done", when=say["never"] if done is None else done.when(language)),
    )
    return [printable(" ".join(line.split())) for line in lines]


def write_notice(path: Path, lines: Sequence[str], ledger: Path) -> None:
    """Has the file hold these lines and no others; where that fails, there is none. Raises WriteError."""
    clear_notice(path)
    with replacing(path, ledger) as file:
        file.write("".join(f"{line}\n" for line in lines).encode())


def clear_notice(path: Path) -> None:
    """Takes away what an earlier run wrote: of one that is killed nobody is to read that all went well. Raises
    WriteError, also for what is there and is no file."""
    try:
        if path.exists() or path.is_symlink():
            expect_file(path)
            path.unlink()
    except OSError as error:
        raise WriteError("WRITE_FAILED", path=str(path), reason=error.strerror or "") from None


def _happened(ran: Ran, summary: Summary | None) -> str:
    if summary is None:
        return "failed"
    return "test" if summary.test else "declares" if ran.run else "nothing"


def _meaning(ran: Ran) -> str:
    return f"exit_{ran.exit}" if ran.exit in (0, 1, 2, 3, 75, 130) else "exit_4"


def _declared(summary: Summary | None, language: Language) -> dict[str, str]:
    declarations = summary.declarations if summary is not None and not summary.test else []
    lines, cents = (sum(getattr(each, name) for each in declarations) for name in ("lines", "amount_cents"))
    return {
        "files": counted(len(declarations), "file", language),
        "sent_lines": counted(lines, "line", language),
        "amount": euros(cents, language),
    }


def _held(summary: Summary | None, language: Language) -> dict[str, str]:
    counts = (summary.shown_counts["held"], summary.problems.severities["warning"]) if summary is not None else (0, 0)
    return dict(zip(("held", "warnings"), (number(count, language) for count in counts), strict=True))


def _answers(say: Words, summary: Summary | None) -> str:
    answers = summary.answers if summary is not None else None
    return say("answers_read", **answers) if answers is not None else "-"


def _todo(say: Words, ran: Ran, summary: Summary | None) -> Iterator[str]:
    """What is to be done, the first thing first."""
    if ran.remedy:
        yield ran.remedy
    if summary is not None:
        if summary.folder is not None and not summary.test:
            yield say("send", folder=str(summary.folder / "declarations"))
        if summary.problems.severities["error"]:
            yield say["solve"]
