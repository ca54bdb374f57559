"""A run that somebody confirmed declares what they were shown, or nothing."""

from contextlib import closing
from datetime import date

import pytest

from ei_export import Options, check, load, run
from ei_export.base.problems import SettingsError
from ei_export.commands.run.outcome import RunOutcome
from tests.support.clerk import COURSE, SINGLE, Clerk
from tests.support.feeds import visit

TODAY = date(2021, 7, 1)


def test_it_declares_what_was_shown_or_nothing(clerk: Clerk) -> None:
    settings = load(clerk.clinic.feed(COURSE).folder / "ei-export.toml")
    with closing(check(settings, Options(TODAY))) as summary:
        shown = RunOutcome.of(summary, "nl")
    assert (shown.run, shown.lines, shown.persons, len(shown.files)) == (None, 2, 1, 1)

    for rows in ([*COURSE, SINGLE], COURSE[:2], [visit("A1", "2021-03-02", "940131", "T1"), *COURSE[1:]]):
        clerk.clinic.feed(rows)
        with pytest.raises(SettingsError) as error:
            run(settings, Options(TODAY, confirmed=shown.files))
        assert error.value.code == "RUN_NOT_AS_CONFIRMED"
        assert [*clerk.clinic.folder.glob("out/*")] == []

    clerk.clinic.feed(COURSE)
    with closing(run(settings, Options(TODAY, confirmed=shown.files))) as summary:
        declared = RunOutcome.of(summary, "nl")
    assert (declared.run, declared.files, declared.amount_cents) == ("R000001", shown.files, shown.amount_cents)
    assert len(clerk.rows("SELECT * FROM line")) == 2
