"""An export that is the same again, or one from before, is told of; of nothing else that is said."""

import json
import os
from pathlib import Path

import pytest

from tests.support.clerk import COURSE, START, Clerk, few_tariffs
from tests.support.feeds import Clinic, visit

MORE = visit("N1", "2021-05-03", "940131", "TN", patient="P5")
FEED_CODES = {"FEED_UNCHANGED", "FEED_STANDS_STILL", "FEED_OF_BEFORE", "FEED_OLDER"}


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return few_tariffs(Clinic.open(tmp_path / "practice"))


def told(clinic: Clinic, day: str, command: str = "run") -> list[tuple[str, str, str]]:
    """What a run says of its feed."""
    _, given = Clerk(clinic).gives(command, today=day)
    problems = json.loads(given)["problems"]
    return [(p["code"], p["severity"], p["message"]) for p in problems if p["code"] in FEED_CODES]


def test_the_same_rows_on_another_day(clinic: Clinic) -> None:
    clinic.feed([START, MORE])
    assert told(clinic, "2021-07-01") == []
    assert told(clinic, "2021-07-01") == [], "somebody runs again on the same day"
    clinic.feed([MORE, START])  # in another order
    said = "De export heeft dezelfde rijen als die van de vorige run; zo is hij sinds 01-07-2021."
    for day in ("2021-07-02", "2021-07-05"):
        assert told(clinic, day, "check") == [("FEED_UNCHANGED", "info", said)]
        assert told(clinic, day) == [("FEED_UNCHANGED", "info", said)]
    said = "De export heeft al 5 dagen dezelfde rijen, sinds 01-07-2021."
    assert told(clinic, "2021-07-06") == [("FEED_STANDS_STILL", "warning", said)]
    clinic.feed([START, MORE | {"date": "2021-05-04"}])
    assert told(clinic, "2021-07-07") == []
    assert [code for code, *_ in told(clinic, "2021-07-08")] == ["FEED_UNCHANGED"]


def test_new_settings_make_no_new_export(clinic: Clinic) -> None:
    """What rows come to by them may be something else; that nobody exported since stays so."""
    clinic.feed([START, MORE])
    assert told(clinic, "2021-07-01") == []
    settings = clinic.folder / "ei-export.toml"
    text = settings.read_text(encoding="utf-8")
    for day, more in (("2021-07-02", 'NIEUW = "940131"\n'), ("2021-07-03", "")):
        settings.write_text(text.replace("[codes]\n", f"[codes]\n{more}", 1), encoding="utf-8")
        assert [code for code, *_ in told(clinic, day)] == ["FEED_UNCHANGED"]
    said = "De export heeft al 5 dagen dezelfde rijen, sinds 01-07-2021."
    assert told(clinic, "2021-07-06") == [("FEED_STANDS_STILL", "warning", said)]


def test_an_export_of_before_is_put_back(clinic: Clinic) -> None:
    clinic.feed([START])
    told(clinic, "2021-07-01")
    clinic.feed([START, MORE])
    told(clinic, "2021-07-02")
    clinic.feed([START])
    said = "De export heeft dezelfde rijen als die van de run van 01-07-2021, maar op 02-07-2021 was er al een andere."
    assert told(clinic, "2021-07-03") == [("FEED_OF_BEFORE", "warning", said)]
    assert [code for code, *_ in told(clinic, "2021-07-04")] == ["FEED_UNCHANGED"]


def test_a_file_that_was_written_before_the_last_one(clinic: Clinic) -> None:
    path = clinic.folder / "appointments.csv"
    clinic.feed([START, MORE])
    os.utime(path, (1_625_000_000, 1_625_000_000))
    assert told(clinic, "2021-07-01") == []
    clinic.feed([START])
    os.utime(path, (1_624_000_000, 1_624_000_000))
    ((code, severity, message),) = told(clinic, "2021-07-02", "check")
    assert (code, severity) == ("FEED_OLDER", "warning")
    assert message.startswith("Het bestand appointments.csv is geschreven op 18-06-2021 om ")
    clinic.feed([*COURSE])
    os.utime(path, (1_625_000_001, 1_625_000_001))
    assert told(clinic, "2021-07-02") == []


def test_an_export_without_rows_and_a_test_say_nothing(clinic: Clinic) -> None:
    clinic.feed([])
    assert told(clinic, "2021-07-01") == []
    assert told(clinic, "2021-07-02") == []
    settings = clinic.folder / "ei-export.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("[codes]", '[output]\nmessage = "test"\n[codes]', 1), encoding="utf-8")
    clinic.feed([START])
    told(clinic, "2021-07-03")
    settings.write_text(text, encoding="utf-8")
    assert told(clinic, "2021-07-04") == [], "no run but a test has read it"
