"""The command as it is started: Ctrl-C is answered in words from here on, and closed streams are no trouble.

Little is imported before that is so.
"""

import os
import signal
import sys

#: There are no settings yet that say in which language.
_INTERRUPTED = "Afgebroken met Ctrl-C; er is niets gedaan. / Broken off with Ctrl-C; nothing was done.\n"
_MISSED = "Afgebroken met Ctrl-C. / Broken off with Ctrl-C.\n"


class _Keyboard:
    """What Ctrl-C does: nothing can be undone while the program starts, nor once it has told what it did."""

    stage = "starting"

    def interrupt(self, *_: object) -> None:
        if self.stage == "working":
            raise KeyboardInterrupt
        if self.stage == "starting":
            _leave(_INTERRUPTED)

    def missed(self, raised: "sys.UnraisableHookArgs") -> None:
        """An interruption where the interpreter was called back, and would go on: leaving is as being killed."""
        if self.stage == "working" and issubclass(raised.exc_type, KeyboardInterrupt):
            _leave(_MISSED)
        sys.__unraisablehook__(raised)


def main() -> None:
    """Runs the command line, and ends with its exit code."""
    keyboard = _Keyboard()
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # it is ignored in the background
        signal.signal(signal.SIGINT, keyboard.interrupt)
    sys.unraisablehook = keyboard.missed
    _open_streams()
    from .cli import main as command

    try:
        keyboard.stage = "working"
        command()
    finally:
        keyboard.stage = "ended"
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a handler of ours doesn't live as long as the interpreter


def _leave(words: str) -> None:
    os.write(2, words.encode())
    os._exit(130)


def _open_streams() -> None:
    """Has the standard streams go somewhere: the next file that is opened would take the place of a closed one."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w" if number else "r", encoding="utf-8", closefd=False))


if __name__ == "__main__":
    main()
