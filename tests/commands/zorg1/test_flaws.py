"""A practice of which every trajectory has one flaw, from its feed to ``zorg1 monitor``: each is found by exactly its
code; and the same trajectories without one, of which nothing is found."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner

from ei_export.cli import main
from tests.support.feeds import Cells, tables_read_once, visit
from tests.support.zorg1_practice import ONVZ, TODAY, zorg1_practice

__all__ = ["tables_read_once"]

START, CONTACT, END, RELAPSE = "2022-03-01", "2022-03-15", "2022-04-12", "2022-08-01"
LOW_BACK: Final = ("STarT Back=3", "NPRS=6", "PSK=20"), ("NPRS=2", "PSK=8", "GPE=1")
NECK: Final = ("STarT MSK=6", "NDI=20"), ("NDI=8",)
WITHOUT: Final = "Zorg 1: Lage rug | profiel {} | zonder prijs afspraak"
Measured = Sequence[str]


def measured(row: Cells, scores: Measured) -> list[Cells]:
    """The row once for each score."""
    said = (score.split("=") for score in scores)
    return [{**row, "measurement_name": name, "measurement_score": score} for name, score in said] or [row]


class Agenda:
    """Makes the visits of trajectories, each of another patient."""

    def __init__(self) -> None:
        self.rows: list[Cells] = []
        self.expected: dict[str, list[str]] = {}

    def course(
        self,
        flaw: str,
        *visits: tuple[str, str],
        scores: tuple[Measured, Measured] = LOW_BACK,
        number: str | None = None,
        first: Cells | None = None,
        last: Cells | None = None,
        **cells: str,
    ) -> None:
        """Visits, each a day and a code; ``scores`` are of the first, and of the last one that is no relapse; ``first``
        and ``last`` are cells of the first and of the last visit."""
        count = len(self.expected) + 1
        name, patient = f"T{count:02}", f"P{count}"
        number = name if number is None else number
        end = max(index for index, (day, _) in enumerate(visits) if index == 0 or day != RELAPSE)
        for index, (day, code) in enumerate(visits):
            own = {"consent": "J", **cells}
            own |= first or {} if index == 0 else {}
            own |= last or {} if index == len(visits) - 1 else {}
            row = visit(f"{name}-{index}", day, code, number, patient=patient, **own)
            self.rows += measured(row, scores[0] if index == 0 else scores[1] if index == end else ())
        self.expected[number or patient] = [flaw] if flaw else []


VGZ: Final = (START, "01"), (CONTACT, "011"), (END, "0111")
CZ_NECK: Final = (START, "940158"), (END, "940159")
NECK_OF: Final[dict[str, Any]] = {"insurer": "CZ", "diagnosis": "3026", "scores": NECK}
SESSIONS: Final = (START, "1000"), (CONTACT, "1000"), (END, "1000")
PROFILE_2: Final = ("STarT Back=5", "NPRS=6", "PSK=20", "QBPDS=40"), ()
HELD: Final = {"therapist_agb": ""}


@pytest.fixture(scope="module")
def agenda() -> Agenda:
    made = Agenda()
    add = made.course
    add("", *VGZ)
    add("", *CZ_NECK, **NECK_OF)
    add("", *VGZ[:1], (END, "0111"), (RELAPSE, "940133990"), insurer="CZ")
    add("", *SESSIONS, uzovi=ONVZ, diagnosis="3526", category=WITHOUT.format(2), scores=PROFILE_2)
    add("MONITOR_PROFILE_SCORE", *VGZ, scores=(("STarT Back=6", *LOW_BACK[0][1:]), LOW_BACK[1]))
    add("MONITOR_PROFILE_SCORE", *CZ_NECK, **{**NECK_OF, "scores": (("STarT MSK=10", "NDI=20"), NECK[1])})
    add("MONITOR_SCORE_UNKNOWN", *VGZ, scores=(("STarT Back=12", *LOW_BACK[0][1:]), LOW_BACK[1]))
    add("MONITOR_SCORE_UNKNOWN", *VGZ, scores=(("STarT Back=laag", *LOW_BACK[0][1:]), LOW_BACK[1]))
    add("MONITOR_INTAKE_MISSING", *VGZ, scores=(LOW_BACK[0][:2], LOW_BACK[1]))
    add("MONITOR_BETWEEN_MISSING", (START, "940158"), ("2022-07-01", "940159"), **NECK_OF)
    add("MONITOR_END_MISSING", *VGZ, scores=(LOW_BACK[0], ()))
    add("MONITOR_DIAGNOSIS", *VGZ, first={"diagnosis_code": "3526"})
    add(
        "MONITOR_DIAGNOSIS_NO_AGREEMENT", *SESSIONS,
        uzovi=ONVZ, diagnosis="3626", category=WITHOUT.format(2), scores=PROFILE_2,
    )  # fmt: skip
    add("MONITOR_CATEGORY", *VGZ, category="Zorg 1: Lage rug | profiel 2 | met prijsafspraak")
    add("MONITOR_CATEGORY_AGREEMENT", *VGZ, category=WITHOUT.format(1))
    add("MONITOR_AGREEMENT_UNUSED", *SESSIONS, diagnosis="3526", category=WITHOUT.format(2), scores=PROFILE_2)
    add("MONITOR_CODE_INSURER", (START, "940130"), *VGZ[1:])
    add("MONITOR_NO_PRODUCT", (START, "940158"), **{**NECK_OF, "insurer": "Zilveren Kruis"})
    add("MONITOR_LIST", *VGZ[:1], (END, "0111"), (RELAPSE, "940133"), insurer="CZ")
    add(
        "MONITOR_UNITS_TOTAL", ("2021-12-20", "940151"), ("2022-01-31", "940154"),
        insurer="Menzis", scores=(PROFILE_2[0], ("NPRS=2", "PSK=8", "ODI=10")),
    )  # fmt: skip
    add("MONITOR_START_NOT_DECLARED", *VGZ, first=HELD)
    add("MONITOR_NOT_DECLARED", *VGZ, last=HELD)
    add("MONITOR_RELAPSE_NO_START", (RELAPSE, "940133"))
    add("MONITOR_RELAPSE_NO_END", *VGZ[:2], (RELAPSE, "940133"), scores=(LOW_BACK[0], ()))
    add("MONITOR_CONSENT_UNKNOWN", *VGZ, consent="")
    add("MONITOR_PROFILE_UNKNOWN", *SESSIONS, uzovi=ONVZ, diagnosis="7023", scores=(NECK[0], ()))
    add("MONITOR_OUTSIDE", (CONTACT, "011"), number="", scores=((), ()))
    add("MONITOR_MISSED_INCLUSION", *SESSIONS, diagnosis="3420", number="", scores=((), ()))
    return made


def test_each_flaw_is_found_by_its_code_and_no_other(tmp_path: Path, agenda: Agenda) -> None:
    folder = zorg1_practice(tmp_path, tuple(agenda.rows)).folder
    config = str(folder / "ei-export.toml")
    done = CliRunner().invoke(main, ["zorg1", "monitor", "--config", config, "--today", TODAY, "--json"])
    found: dict[str, list[str]] = {}
    for row in json.loads(done.stdout)["rows"]:
        found.setdefault(row["trajectory"] or row["patient_id"], []).extend(row["problems"])
    assert found == agenda.expected
    assert sum(bool(flaws) for flaws in found.values()) >= 20
