"""Saving changes: checked first, written whole, what was there kept, and taken back byte for byte."""

import stat
import tomllib
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ei_export.base.private import reading_as
from ei_export.base.problems import SettingsError
from ei_export.commands.setup.changes import (
    NewContract,
    SettingsChange,
    add_contract,
    add_tariffs,
    change_contract,
    change_tariffs,
    link_codes,
    link_columns,
    link_statuses,
    link_uzovi,
    link_words,
    remove_contract,
    together,
)
from ei_export.commands.setup.fields import change_values, data_of
from ei_export.commands.setup.keeping import KEPT, MOST_KEPT, What, kept_changes
from ei_export.commands.setup.saving import Files, prepare, prepare_to_take_back, save
from ei_export.commands.setup.tariff_table import NewTariff
from ei_export.commands.setup.told import told
from ei_export.commands.setup.toml_text import edited
from ei_export.settings import Settings, load
from ei_export.zorg1.tariffs import Tariffs
from tests.support.feeds import tables_read_once  # noqa: F401 - a fixture

from .conftest import NOW

ZORG1 = "productafspraken Zorg1"
TARIFF = NewTariff(ZORG1, "Menzis", "940170", date(2023, 1, 1), date(2023, 12, 31), 17093)


def change(config: Path, wanted: SettingsChange) -> None:
    save(prepare(config, wanted), NOW)


def values(config: Path, **wanted: str) -> SettingsChange:
    change = change_values(wanted, data_of(config))
    assert change is not None
    return change


def loaded(config: Path, text: str) -> Settings:
    with reading_as({config: text.encode()}):
        return load(config)


def refused(config: Path, wanted: SettingsChange, seen: str = "") -> str:
    before = config.read_bytes()
    with pytest.raises(SettingsError) as refusal:
        save(prepare(config, wanted, seen), NOW)
    assert config.read_bytes() == before
    assert not (config.parent / KEPT).exists()
    return refusal.value.code


def refused_only(config: Path, wanted: SettingsChange) -> str:
    with pytest.raises(SettingsError) as refusal:
        prepare(config, wanted)
    return refusal.value.code


def test_each_change_is_in_the_settings_that_are_loaded_then(config: Path) -> None:
    change(config, link_codes(["ECHO", "TEL"], "-"))
    change(config, link_statuses(["In behandeling", "Klaar"], "completed"))
    change(config, link_statuses(["klaar"], "not_completed"))
    change(config, link_columns({"category": "Locatie"}))
    change(config, link_words("uzovi", ["Menzis "], "3332"))
    change(config, link_uzovi("9999", "cz"))
    change(config, add_contract(NewContract("VGZ", date(2018, 1, 1), date(2018, 12, 31), [ZORG1])))
    change(config, change_contract(1, NewContract("VGZ", date(2019, 1, 1), date(2023, 12, 31), [ZORG1])))
    change(config, remove_contract(3, "Menzis"))
    change(config, values(config, **{"practice.name": 'De "Brug" #1', "ledger.declared_until": "1-1-2022"}))
    change(config, add_tariffs([TARIFF]))
    found = load(config)
    assert (found.codes["ECHO"], found.codes["TEL"]) == ("-", "-")
    assert "in behandeling" in found.input.completed
    assert "klaar" in found.input.not_completed - found.input.completed
    assert found.input.columns["category"] == "Locatie"
    assert found.input.values["uzovi"] == {"menzis": "3332"}
    assert found.uzovi == {"9999": "CZ"}
    vgz = [contract for contract in found.contracts if contract.insurer == "VGZ"]
    assert [contract.valid_until.year for contract in vgz] == [2023, 2018]
    assert vgz[0].amount == ""
    assert "Menzis" not in {contract.insurer for contract in found.contracts}
    assert found.practice.name == 'De "Brug" #1'
    assert found.ledger.declared_until == date(2022, 1, 1)
    tariff = Tariffs.load(found.tariffs_path).find(ZORG1, "Menzis", "940170", date(2023, 9, 25))
    assert tariff is not None
    assert tariff.cents == TARIFF.cents
    assert len(kept_changes(config)) == 11
    for kept in kept_changes(config):
        for language in ("nl", "en"):
            assert told(kept.what, language) != told([What("?", {})], language)


@pytest.mark.parametrize(
    "section", ['completed = ["Afgehandeld"]', "", 'planned = ["Komt nog"]', 'completed = ["x"]\nplanned = ["y"]']
)
def test_a_status_word_is_what_was_said_last(config: Path, section: str) -> None:
    text = config.read_text(encoding="utf-8")
    text = text.replace('completed = ["Afgehandeld"]', section)
    before = loaded(config, text).input
    meant = {"completed": (True, False, False), "not_completed": (False, True, False), "planned": (False, True, True)}
    for said in ("planned", "completed", "not_completed", "planned", "not_completed", "completed"):
        for word in ("Gepland", "Iets nieuws", "voltooid"):
            text = edited(text, link_statuses([word], said).edits(tomllib.loads(text)))
            found, key = loaded(config, text).input, word.casefold()
            assert (key in found.completed, key in found.not_completed, key in found.planned) == meant[said]
    found, touched = loaded(config, text).input, {"gepland", "iets nieuws", "voltooid"}
    assert found.completed - touched == before.completed - touched
    assert found.not_completed - touched == before.not_completed - touched
    assert found.planned - touched == before.planned - touched


CHANGES = st.one_of(
    st.builds(
        link_codes,
        st.lists(st.sampled_from(["ECHO", "01", 'x"y', "a\nb"]), min_size=1),
        st.sampled_from(["-", "940131", ""]),
    ),
    st.builds(
        link_statuses,
        st.lists(st.sampled_from(["Klaar", "Afgezegd", "gepland"]), min_size=1),
        st.sampled_from(["completed", "not_completed"]),
    ),
    st.builds(
        lambda name: change_values({"practice.name": name}, {}) or together(),
        st.sampled_from(["", "De 'Brug'", "=1+1\n[codes]"]),
    ),
    st.builds(
        lambda year: add_contract(NewContract("VGZ", date(year, 1, 1), date(year, 12, 31), [ZORG1])),
        st.integers(2010, 2018),
    ),
    st.just(add_tariffs([TARIFF])),
    st.just(change_tariffs({2: {"amount": "1,00"}})),
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    wanted=st.lists(CHANGES, min_size=1, max_size=4),
    mark=st.sampled_from([b"", b"\xef\xbb\xbf"]),
    end=st.sampled_from([b"\n", b"\r\n"]),
)
def test_whatever_was_changed_is_taken_back_byte_for_byte(
    config: Path, wanted: list[SettingsChange], mark: bytes, end: bytes
) -> None:
    tariffs = config.with_name("tarieven.csv")
    lines = config.read_bytes().removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    config.write_bytes(mark + lines.replace(b"\n", end))
    before = config.read_bytes(), tariffs.read_bytes()
    done = [kept.name for kept in kept_changes(config)]
    for each in wanted:
        with suppress(SettingsError):  # the same contract twice
            change(config, each)
    new = [kept.name for kept in kept_changes(config) if kept.name not in done]
    if new:
        changed_to = config.read_bytes(), tariffs.read_bytes()
        save(prepare_to_take_back(config, new[-1]), NOW)
        assert (config.read_bytes(), tariffs.read_bytes()) == before
        save(prepare_to_take_back(config, kept_changes(config)[0].name), NOW)
        assert (config.read_bytes(), tariffs.read_bytes()) == changed_to
        save(prepare_to_take_back(config, kept_changes(config)[0].name), NOW)


def test_a_contract_of_a_calendar_year_gets_its_days(config: Path) -> None:
    text = config.read_text(encoding="utf-8") + '\n[[contracts]]\ninsurer = "VGZ"\nyear = 2018  # zo stond het\n'
    config.write_text(text, encoding="utf-8")
    change(config, change_contract(5, NewContract("VGZ", date(2018, 1, 1), date(2018, 6, 30), [ZORG1])))
    (found,) = (each for each in load(config).contracts if each.valid_from.year == 2018)
    assert found.valid_until == date(2018, 6, 30)
    assert (
        refused_only(config, change_contract(9, NewContract("VGZ", date(2017, 1, 1), None, [ZORG1]))) == "SETUP_BY_HAND"
    )


def test_what_a_command_would_refuse_is_not_saved(config: Path) -> None:
    again = NewContract("VGZ", date(2020, 1, 1), None, [ZORG1])
    assert refused(config, add_contract(again)) == "SETTINGS_VALUE"
    assert refused(config, add_contract(NewContract("Nergens", date(2020, 1, 1), None, [ZORG1]))) == "SETTINGS_VALUE"
    assert refused(config, values(config, **{"practice.practice_agb": "12"})) == "SETTINGS_VALUE"
    assert refused(config, values(config, **{"practice.practice_agb": ""})) == "SETTINGS_DECLARANT"
    assert refused(config, link_columns({"nergens": "X"})) == "SETTINGS_UNKNOWN_KEY"
    assert refused(config, link_words("sex", ["x"], "m\0")) == "SETTINGS_VALUE"
    assert refused(config, change_tariffs({2: {"amount": "=1+1"}})) == "TABLE_VALUE"
    assert refused(config, change_tariffs({2: {"from": "gisteren"}})) == "TABLE_VALUE"
    assert refused(config, change_tariffs({99999: {"amount": "1"}})) == "SETUP_BY_HAND"


def test_what_can_never_do_anything_is_told_before_it_is_saved(config: Path) -> None:
    prepared = prepare(config, link_codes(["ECHO"], "940999"))
    assert [finding.code for finding in prepared.findings] == ["LINKED_CODE_UNKNOWN"]
    assert [*prepared.lines()] == [("+", '"ECHO" = "940999"')]


def test_what_somebody_else_changed_meanwhile_is_left_alone(config: Path) -> None:
    seen = Files.now(config).state
    config.write_bytes(config.read_bytes() + b"\n# van een ander\n")
    assert refused(config, link_codes(["ECHO"], "-"), seen) == "SETUP_CHANGED"
    prepared = prepare(config, link_codes(["ECHO"], "-"))
    tariffs = config.with_name("tarieven.csv")
    tariffs.write_bytes(tariffs.read_bytes() + b"\n")
    with pytest.raises(SettingsError, match="changed meanwhile"):
        save(prepared, NOW)


def test_a_link_stays_a_link_and_who_may_read_it_stays_so(config: Path, tmp_path: Path) -> None:
    real = tmp_path / "elders.toml"
    config.rename(real)
    real.chmod(0o640)
    config.symlink_to(real)
    change(config, link_codes(["ECHO"], "-"))
    assert config.is_symlink()
    assert load(config).codes["ECHO"] == "-"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    kept = config.parent / KEPT
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (kept, *kept.rglob("*"))}
    assert modes == {0o700, 0o600}
    assert {path.name for path in config.parent.iterdir()} == {
        "ei-export.toml",
        "README.md",
        "afspraken.csv",
        "tarieven.csv",
        KEPT,
    }


def test_a_file_that_somebody_protected_is_refused(config: Path) -> None:
    config.chmod(0o444)
    assert refused(config, link_codes(["ECHO"], "-")) == "SETUP_READ_ONLY"
    config.chmod(0o644)
    config.with_name("tarieven.csv").chmod(0o444)
    assert refused(config, add_tariffs([TARIFF])) == "SETUP_READ_ONLY"


def test_tariffs_of_a_practice_that_had_none(config: Path) -> None:
    text = config.read_text(encoding="utf-8").replace('[tariffs]\npath = "tarieven.csv"\n', "")
    config.write_text(text, encoding="utf-8")
    config.with_name("tariffs.csv").write_text("van iemand anders", encoding="utf-8")
    change(config, add_tariffs([TARIFF]))
    assert load(config).tariffs_path == config.with_name("tariffs-2.csv")
    assert len(Tariffs.load(load(config).tariffs_path).rows) == 1
    save(prepare_to_take_back(config, kept_changes(config)[0].name), NOW)
    assert config.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize(("delimiter", "amount"), [(";", "170,93"), (",", "170.93"), ("\t", "170,93")])
def test_a_table_stays_as_its_spreadsheet_wrote_it(config: Path, encoding: str, delimiter: str, amount: str) -> None:
    tariffs = config.with_name("tarieven.csv")
    names = ["Insurer", "list", "code", "AMOUNT", "until", "from"]
    row = ["VGZ coöperatie", ZORG1, "940131", "€ 120" if encoding != "cp1252" else "120,-", "31-12-2023", "1-1-2023"]
    quoted = [f'"{cell}"' if delimiter in cell else cell for cell in row]
    text = f"sep={delimiter}\r\n{delimiter.join(names)}\r\n{delimiter.join(quoted)}"
    tariffs.write_bytes(text.encode(encoding))
    change(config, add_tariffs([TARIFF]))
    new = ["Menzis", ZORG1, "940170", amount, "2023-12-31", "2023-01-01"]
    assert tariffs.read_bytes() == f"{text}\r\n{delimiter.join(new)}\r\n".encode(encoding)
    change(config, change_tariffs({3: {"until": "2023-06-30"}}))
    found = Tariffs.load(tariffs).rows
    assert [row.valid_until for row in found] == [date(2023, 6, 30), date(2023, 12, 31)]


def test_only_the_last_changes_are_kept(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ei_export.commands.setup.keeping.MOST_KEPT", 3)
    for number in range(5):
        change(config, link_codes([f"K{number}"], "-"))
    assert [kept.what[0].params["own"] for kept in kept_changes(config)] == ["K4", "K3", "K2"]
    assert MOST_KEPT > 100


def test_settings_that_were_broken_by_hand_are_put_back(config: Path) -> None:
    before = config.read_bytes()
    change(config, link_codes(["ECHO"], "-"))
    config.write_bytes(b"[practice\n")
    save(prepare_to_take_back(config, kept_changes(config)[0].name), NOW)
    assert config.read_bytes() == before


def test_only_settings_and_tariffs_are_ever_put_back(config: Path, tmp_path: Path) -> None:
    change(config, link_codes(["ECHO"], "-"))
    (kept,) = kept_changes(config)
    note = config.parent / KEPT / kept.name / "wijziging.json"
    text = note.read_text(encoding="utf-8")
    for path in ("../elders", "ledger.sqlite", "afspraken.csv"):
        note.write_text(text.replace('"ei-export.toml"', f'"{path}"'), encoding="utf-8")
        with pytest.raises(SettingsError, match="is not kept"):
            prepare_to_take_back(config, kept.name)
    for name in ("", "..", "../..", "weg"):
        with pytest.raises(SettingsError):
            prepare_to_take_back(config, name)
