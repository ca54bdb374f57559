"""Ten lines for whoever mails them, whatever became of the run."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ei_export import __version__
from ei_export.cli import main
from ei_export.commands import night
from tests.support.clerk import START, Clerk, few_tariffs
from tests.support.feeds import BSNS, Clinic, visit


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    held = visit("H1", "2021-03-03", "940131", "TH", patient="P2", diagnosis_code="")
    return few_tariffs(Clinic.open(tmp_path / "practice")).feed([START, held])


def give(clinic: Clinic, *arguments: str, today: str = "2021-07-01", notify: Path | None = None) -> Result:
    config, path = clinic.folder / "ei-export.toml", notify or clinic.folder / "nacht.txt"
    typed = ["run", "--config", str(config), "--today", today, "--notify-file", str(path), *arguments]
    return CliRunner().invoke(main, typed)


def lines(clinic: Clinic) -> list[str]:
    return (clinic.folder / "nacht.txt").read_text(encoding="utf-8").splitlines()


def test_a_night_on_which_something_is_held(clinic: Clinic) -> None:
    assert give(clinic).exit_code == 1
    todo = f"Breng de bestanden in {clinic.folder}/out/R000001/declarations naar VECOZO."
    assert lines(clinic) == [
        f"ei-export {__version__}: run van 01-07-2021, export appointments.csv",
        "Wat er gebeurde: er is gedeclareerd, run R000001",
        "Exitcode: 1 (klaar, maar er is iets vastgehouden of fout)",
        "Gedeclareerd: 1 bestand, 1 regel, € 66,44",
        "Vastgehouden afspraken: 1; waarschuwingen: 0",
        "Inbox: -",
        "Melding: -",
        f"Wat te doen: {todo} Los op wat is vastgehouden of fout.",
        f"Meer: {clinic.folder}/out/report.html",
        "Laatste run die lukte: 01-07-2021",
    ]
    assert (clinic.folder / "nacht.txt").stat().st_mode & 0o777 == 0o600


def test_what_is_closed_is_not_held(clinic: Clinic) -> None:
    give(clinic)
    Clerk(clinic).gives("close", "H1", "--as", "handled")
    assert give(clinic).exit_code == 0
    assert "Vastgehouden afspraken: 0; waarschuwingen: 0" in lines(clinic)


def test_an_export_that_is_not_of_tonight(clinic: Clinic) -> None:
    """The mail, `status` and the list of nights have it, not only the list of warnings."""
    give(clinic)
    assert "Melding: -" in lines(clinic)
    give(clinic, today="2021-07-09")
    said = "De export heeft al 8 dagen dezelfde rijen, sinds 01-07-2021."
    assert f"Melding: {said}" in lines(clinic)
    assert lines(clinic)[7].startswith("Wat te doen: Was de praktijk niet gesloten, dan wordt er geen nieuwe export ")
    _, shown = Clerk(clinic).gives("status", as_json=False, today="2021-07-09")
    assert said in " ".join(shown.split())
    clinic.feed([])
    give(clinic, today="2021-07-10")
    assert "Melding: In de invoer staat geen enkele afspraak, alleen kolomnamen." in lines(clinic)
    clinic.feed([START])
    give(clinic, today="2021-07-11")
    assert "Melding: -" in lines(clinic)


def test_a_night_that_failed(clinic: Clinic) -> None:
    give(clinic)
    (clinic.folder / "appointments.csv").unlink()
    assert give(clinic, "--lang", "en", today="2021-07-02").exit_code == 3
    told = lines(clinic)
    assert len(told) == 10
    assert told[1:6] == [
        "What happened: the run FAILED; nothing was declared",
        "Exit code: 3 (the appointments can't be read)",
        "Declared: 0 files, 0 lines, € 0.00",
        "Appointments held: 0; warnings: 0",
        "Inbox: -",
    ]
    assert told[6].startswith("Message: The file with appointments ")
    assert told[7].startswith("What to do: See whether your practice system made the export")
    assert told[9] == "Last run that succeeded: 2021-07-01"


@pytest.mark.parametrize("old", ["[practice]\n", "[codes]\n"])
def test_settings_that_are_refused(old: str, clinic: Clinic) -> None:
    path = clinic.folder / "ei-export.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, "[praktijk\n"), encoding="utf-8")
    assert give(clinic).exit_code == 2
    assert lines(clinic)[2] == "Exitcode: 2 (er klopt iets niet in de instellingen of in een tabel)"
    assert lines(clinic)[9] == "Laatste run die lukte: nog geen"


def test_nothing_to_declare_and_a_test(clinic: Clinic) -> None:
    give(clinic)
    give(clinic, today="2021-07-02")
    assert lines(clinic)[1] == "Wat er gebeurde: er was niets te declareren"
    path = clinic.folder / "ei-export.toml"
    text = path.read_text(encoding="utf-8").replace("[codes]", '[output]\nmessage = "test"\n[codes]', 1)
    path.write_text(text, encoding="utf-8")
    clinic.feed([START, visit("N1", "2021-06-01", "940131", "T5", patient="P5")])
    give(clinic, today="2021-07-03")
    told = lines(clinic)
    assert told[1] == "Wat er gebeurde: een test; er is niets gedeclareerd"
    assert told[3] == "Gedeclareerd: 0 bestanden, 0 regels, € 0,00"
    assert "VECOZO" not in told[7]


def test_it_names_nobody(clinic: Clinic) -> None:
    give(clinic)
    text = "\n".join(lines(clinic))
    assert not [name for name in (*BSNS, "Voorbeeld", "H1", "A1") if name in text]


def test_of_a_run_that_is_killed_there_is_none(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is to read what an earlier night said."""
    give(clinic)

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(night, "run", killed)
    with pytest.raises(Killed):
        CliRunner().invoke(
            main,
            [
                "run",
                "--config",
                str(clinic.folder / "ei-export.toml"),
                "--notify-file",
                str(clinic.folder / "nacht.txt"),
            ],
        )
    assert not (clinic.folder / "nacht.txt").exists()


@pytest.mark.parametrize("kind", ["folder", "pipe", "below a file"])
def test_where_no_file_can_be_the_run_goes_on(kind: str, clinic: Clinic) -> None:
    path = clinic.folder / "plaats"
    if kind == "folder":
        assert give(clinic, notify=clinic.folder / "out").exit_code == 1
        path = clinic.folder / "tariffs.csv" / "nacht.txt"
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path = clinic.folder / "tariffs.csv" / "nacht.txt"
    done = give(clinic, notify=path, today="2021-07-02")
    assert done.exit_code == 1
    assert "--notify-file" in done.stderr
    assert (clinic.folder / "out" / "R000001").is_dir()
