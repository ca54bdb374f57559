"""Every key of the settings has a place at the desk, or a reason; values, tables and files are changed there."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from ei_export.base.problems import LANGUAGES, SettingsError
from ei_export.base.words import words
from ei_export.commands.setup.changes import SettingsChange, leave_file, put_file, together
from ei_export.commands.setup.fields import (
    FILES,
    TABLES,
    VALUES,
    as_text,
    change_table,
    change_values,
    data_of,
    fields,
    rows_of,
    shown,
    typed_rows,
)
from ei_export.commands.setup.keeping import kept_changes
from ei_export.commands.setup.own_tables import WrongTablesError
from ei_export.commands.setup.saving import prepare, prepare_to_take_back, save
from ei_export.commands.setup.told import refused
from ei_export.commands.specs_copy import copied
from ei_export.settings import load
from ei_export.zorg1.agreements import Agreements
from ei_export.zorg1.tariffs import Tariffs
from tests.support.feeds import tables_read_once  # noqa: F401 - a fixture
from tests.support.markdown import table

from .conftest import NOW

#: What can't be changed at the desk, on purpose; the table says why of each.
NOT_THERE = {"contracts.year", "output.dir", "output.gds801_xsd", "ledger.path"}


def change(config: Path, wanted: SettingsChange | None) -> None:
    assert wanted is not None
    save(prepare(config, wanted), NOW)


def rows(config: Path, key: str) -> Sequence[Sequence[str]]:
    return rows_of(fields()[key], data_of(config))


def set_rows(config: Path, key: str, text: str) -> None:
    field = fields()[key]
    change(config, change_table(field, typed_rows(field, text, [field.choices]), data_of(config)))


def test_every_key_of_the_settings_has_a_place_or_a_reason() -> None:
    documented = {key.strip("`") for key, *_ in table("docs/settings.md", "key", "holds", "default")}
    assert documented == {*fields()}
    assert {key for key, field in fields().items() if field.why} == NOT_THERE
    assert all((field.section == "") == (field.key in NOT_THERE) for field in fields().values())


def test_what_a_key_is_by_default_is_what_settings_take_it_for(config: Path) -> None:
    """Written down, defaults change nothing."""
    practice = '[practice]\npractice_agb = "04012345"\nprovider_agb = "04098765"\n'
    config.write_text(practice, encoding="utf-8")
    before = load(config)
    defaults = [field for field in fields().values() if field.default]
    assert len(defaults) > 10
    for field in defaults:
        value = field.default if field.kind == "number" else f'"{field.default}"'
        *way, last = field.way
        config.write_text(f"{practice}\n[{'.'.join(way)}]\n{last} = {value}\n", encoding="utf-8")
        assert load(config) == before, field.key


def test_each_value_and_table_is_called_something_in_both_languages() -> None:
    for language in LANGUAGES:
        setup, desk = words("setup", language), words("desk-setup", language)
        for field in fields().values():
            if field.kind in (*VALUES, *TABLES, *FILES):
                assert f"detail.{field.key}" in setup
            assert field.kind not in VALUES or f"group.{field.group}" in desk
            assert field.kind not in TABLES or f"table.{field.key}" in desk
            assert field.kind not in TABLES or all(f"column.{name}" in setup for name in field.choices)
            assert field.kind not in FILES or f"file.{field.key}" in desk


def test_values_of_each_kind(config: Path, tmp_path: Path) -> None:
    inbox = tmp_path / "retour"
    inbox.mkdir()
    text = config.read_text(encoding="utf-8")
    wanted = {
        "input.complete_from": "1-2-2023",
        "input.twice_on_a_day": "AFS 1, AFS2\nAFS3",
        "output.inbox": inbox.as_posix(),
        "status.soon_weeks": "6",
        "measurements.path": "metingen.csv",
        "measurements.query": 'SELECT *\r\nFROM "m"',
        "zorg1.without_category": "nothing",
        "zorg1.criteria.intake": "0",
        "zorg1.criteria.patients": "10",
        "practice.series": "q",
        "software.code": "",  # as it is
        "output.standard": "auto",
    }
    change(config, change_values(wanted, data_of(config)))
    found = load(config)
    assert found.input.complete_from == date(2023, 2, 1)
    assert found.input.twice_on_a_day == {"AFS 1", "AFS2", "AFS3"}
    assert (found.output.inbox, found.status.soon_weeks) == (inbox, 6)
    assert found.measurements.query == 'SELECT *\nFROM "m"'
    assert (found.zorg1.without_category, found.zorg1.criteria.percentages) == ("nothing", {"intake": 0})
    assert (found.zorg1.criteria.patients, found.practice.series) == (10, "Q")
    assert "standard" not in config.read_text(encoding="utf-8")
    assert all(line in config.read_text(encoding="utf-8").splitlines() for line in text.splitlines())
    data = data_of(config)
    as_shown = {key: shown(fields()[key], data) for key in wanted}
    assert change_values(as_shown, data) is None
    change(config, change_values(dict.fromkeys(wanted, ""), data))
    assert not {"complete_from", "series", "AFS2"} & {*re.findall(r"\w+", config.read_text(encoding="utf-8"))}


@pytest.mark.parametrize(
    ("key", "text", "code"),
    [
        ("status.soon_weeks", "veel", "FORM_VALUE"),
        ("status.soon_weeks", "9999", "SETTINGS_VALUE"),
        ("input.complete_from", "morgen", "FORM_VALUE"),
        ("output.inbox", "nergens", "SETTINGS_FOLDER"),
        ("output.group", "geen-groep-hier", "SETTINGS_GROUP"),
        ("output.standard", "pm305", "SETTINGS_VALUE"),
        ("zorg1.criteria.end", "101", "SETTINGS_VALUE"),
        ("measurements.encoding", "x", "SETTINGS_VALUE"),
        ("practice.provider_agb", "1", "SETTINGS_VALUE"),
        ("practice.provider_agb", "", "SETTINGS_DECLARANT"),
        ("practice.institution_agb", "06012345", "SETTINGS_BESIDE_INSTITUTION"),
    ],
)
def test_what_is_no_such_value_is_refused_in_words_of_the_desk(config: Path, key: str, text: str, code: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        change(config, change_values({key: text}, data_of(config)))
    assert refusal.value.code == code
    for language in LANGUAGES:
        (told,) = refused(refusal.value, language)
        assert key not in told
        assert config.as_posix() not in told
        assert words("setup", language)(f"detail.{key}") in told or "_BESIDE_" in code


def test_only_values_are_changed_as_values() -> None:
    for key in ("codes", "output.dir", "tariffs.path", "input.columns"):
        with pytest.raises(KeyError):
            change_values({key: "x"}, {})


def test_tables_of_one_key_and_more(config: Path) -> None:
    before = config.read_text(encoding="utf-8")
    set_rows(config, "zorg1.codebook", "ours\theading\nbirth_year\tGeboren\n")
    set_rows(
        config, "zorg1.views", "Vraag nr. 1;status;held\nVraag nr. 1;status;refused\nVraag nr. 1;sort;started:desc\n"
    )
    set_rows(config, "input.values", "column;word;meaning\nuzovi;Menzis ;3332\nsex;heer;M\nuzovi;CZ;7053\n")
    set_rows(config, "severity", "TARIFF_ZERO;info\n")
    found = load(config)
    assert found.zorg1.codebook == {"birth_year": "Geboren"}
    assert found.zorg1.views["Vraag nr. 1"].filters == {"status": ("held", "refused")}
    assert found.zorg1.views["Vraag nr. 1"].sort == ("started:desc",)
    assert found.input.values == {"uzovi": {"menzis": "3332", "cz": "7053"}, "sex": {"heer": "M"}}
    assert found.severities.of("TARIFF_ZERO") == "info"
    for key in ("zorg1.codebook", "zorg1.views", "input.values", "severity", "codes"):
        field = fields()[key]
        text = as_text(rows(config, key), field.choices)
        assert change_table(field, typed_rows(field, text, [field.choices]), data_of(config)) is None
    set_rows(config, "input.values", "uzovi;Menzis;3332\n")
    set_rows(config, "zorg1.views", "")
    assert load(config).input.values == {"uzovi": {"menzis": "3332"}}
    assert load(config).zorg1.views == {}
    (*_, first) = kept_changes(config)
    save(prepare_to_take_back(config, first.name), NOW)
    assert config.read_text(encoding="utf-8") == before


def test_comments_beside_rows_of_a_table_that_stay_are_kept(config: Path) -> None:
    text = as_text(rows(config, "codes"), ())
    assert "BEL;-" in text
    set_rows(config, "codes", text.replace("BEL;-", "BEL;-\nECHO;-"))
    assert "# telefonisch consult: met opzet geen Zorg1" in config.read_text(encoding="utf-8")
    assert load(config).codes["ECHO"] == "-"


@pytest.mark.parametrize(
    ("key", "text", "code"),
    [
        ("codes", "01;940131;x", "FORM_ROW"),
        ("codes", "01", "FORM_ROW"),
        ("codes", "01;", "FORM_ROW"),
        ("codes", "01;940131\n01;-", "FORM_ROW_TWICE"),
        ("uzovi", "12;CZ", "SETTINGS_VALUE"),
        ("severity", "TARIFF_MISSING;info", "SETTINGS_SEVERITY"),
        ("severity", "NERGENS;info", "SETTINGS_UNKNOWN_KEY"),
        ("zorg1.views", "x;nergens;1", "SETTINGS_UNKNOWN_KEY"),
        ("input.values", "nergens;x;1", "SETTINGS_UNKNOWN_KEY"),
        ("measurements.columns", "patient_id;Patient", "SETTINGS_REQUIRED"),
    ],
)
def test_tables_that_are_wrong(config: Path, key: str, text: str, code: str) -> None:
    before = config.read_bytes()
    with pytest.raises(SettingsError) as refusal:
        set_rows(config, key, text)
    assert refusal.value.code == code
    assert not code.startswith("FORM_") or refused(refusal.value, "nl")[0].startswith("Koppelingen van codes: ")
    assert config.read_bytes() == before


def test_agreements_of_a_new_year_begin_with_the_last_ones_and_are_checked_whole(config: Path) -> None:
    made = copied(load(config), "vgz", date(2024, 1, 1))
    prepared = prepare(config, put_file("agreements.overlay", made.path.name, made.content))
    assert "AGREEMENTS_UNCHECKED" in {finding.code for finding in prepared.findings}
    save(prepared, NOW)
    (path,) = load(config).overlays
    assert path == config.with_name("zorg1-vgz-2024.csv")
    assert sum(row.is_own for row in Agreements.load((path,))) == len(made.copy.rows)
    lines = path.read_text(encoding="utf-8-sig").replace(";2024-12-31;", ";gisteren;").splitlines()
    with pytest.raises(WrongTablesError) as wrong:
        prepare(config, put_file("agreements.overlay", path.name, "\n".join(lines).encode(), path))
    assert len(wrong.value.errors) == len(lines) - 1
    told = refused(wrong.value, "nl")
    assert len(told) == 21
    assert told[-1] == f"En nog {len(lines) - 21} fouten."
    other = path.read_text(encoding="utf-8-sig").replace("TE CONTROLEREN: ", "")
    change(config, put_file("agreements.overlay", path.name, other.encode(), path))
    assert not any(row.is_unchecked for row in Agreements.load(load(config).overlays))
    change(config, put_file("agreements.overlay", path.name, lines[0].encode()))  # one more, under a name that is free
    assert [each.name for each in load(config).overlays] == ["zorg1-vgz-2024.csv", "zorg1-vgz-2024-2.csv"]
    prepared = prepare(config, leave_file("agreements.overlay", path, config.parent))
    assert [*prepared.left] == [path]
    save(prepared, NOW)
    assert [each.name for each in load(config).overlays] == ["zorg1-vgz-2024-2.csv"]
    (*_, first) = kept_changes(config)
    back = prepare_to_take_back(config, first.name)
    assert [each.name for each in back.left] == ["zorg1-vgz-2024-2.csv"]
    save(back, NOW)
    assert load(config).overlays == ()
    assert path.exists()


def test_tables_of_what_is_measured(config: Path) -> None:
    wrong = b"program;profile;moment;instrument;required;source;certainty\nnergens;*;intake;NPRS;1;x;inferred\n"
    with pytest.raises(WrongTablesError):
        prepare(config, put_file("zorg1.measures", "m.csv", wrong))
    right = wrong.replace(b"nergens", b"lage rug")
    change(config, put_file("zorg1.measures", "m.csv", right))
    change(config, put_file("zorg1.measures", "other.csv", right.replace(b";1;x", b";;x")))  # in the place of the first
    assert load(config).zorg1.measures == config.with_name("m.csv")
    change(config, leave_file("zorg1.measures", config.with_name("m.csv"), config.parent))
    assert load(config).zorg1.measures is None


def test_a_whole_table_of_tariffs_takes_the_place_of_the_one_there_is(config: Path) -> None:
    path = config.with_name("tarieven.csv")
    change(config, put_file("tariffs.path", "x.csv", path.read_bytes().splitlines(keepends=True)[0]))
    assert Tariffs.load(path).rows == ()
    save(prepare_to_take_back(config, kept_changes(config)[0].name), NOW)
    assert Tariffs.load(path).rows


def test_a_change_of_nothing_is_nothing(config: Path) -> None:
    assert prepare(config, together()).is_nothing
