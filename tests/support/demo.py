"""The demo practice after its first run, and what VECOZO and three insurers could answer: ``fixtures/demo/retour``.

``python -m tests.demo`` writes the answers anew.
"""

import shutil
import tempfile
from pathlib import Path
from typing import Final

from click.testing import CliRunner

from ei_export.cli import common, main
from tests.support import receiver
from tests.support.receiver import Message, Verdict

DEMO: Final = Path(__file__).parents[2] / "fixtures" / "demo"
ANSWERS: Final = DEMO / "retour"

#: Of VGZ (7095): a start whose amount is not the one agreed on, and a relapse of which less is granted.
_REFUSED: Final = "240201R0000010000120"
_GRANTED_LESS: Final = "240201R0000010000124"
#: Of VGZ (0699): VECOZO returns the file for the therapist of the end; the start is good.
_FAULTY: Final = "240201R0000010000008"


def demo(folder: Path) -> Path:
    """What ``make demo`` leaves below a folder, sooner."""
    made = shutil.copytree(DEMO, folder / "build" / "demo")
    run = ["run", "--config", str(made / "ei-export.toml"), "--today", "2024-02-01", "--quiet"]
    assert CliRunner().invoke(main, run).exit_code == common.HELD
    return made


def answers(practice: Path) -> dict[str, bytes]:
    """The answers to what the demo declared, by the name of the file they come in."""
    declarations = (practice / "out" / "R000001" / "declarations").iterdir()
    sent = {path.name.split("_")[1]: path.read_bytes() for path in declarations}
    messages = {uzovi: receiver.take_apart(content) for uzovi, content in sent.items()}
    wishes = {_REFUSED: Verdict(0, ("0611",)), _GRANTED_LESS: Verdict(4000, ("8059",))}
    made = {
        "3311": receiver.file_level(messages["3311"], "8001"),
        "0699": receiver.by_vecozo(messages["0699"], {_FAULTY: "8011"}),
        "7095": receiver.by_insurer(messages["7095"], wishes),
    }
    return {_name(messages[uzovi], uzovi): content for uzovi, content in made.items()}


def _name(message: Message, uzovi: str) -> str:
    return f"PM305_{uzovi}_{message.invoice}.txt"


if __name__ == "__main__":
    ANSWERS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, content in answers(demo(Path(folder))).items():
            (ANSWERS / name).write_bytes(content)
