"""Settings: what docs/settings.md promises is read, and everything else is refused at its own key."""

import os
import sys
import tomllib
from datetime import date
from grp import getgrgid
from pathlib import Path
from typing import Any

import pytest

from ei_export.base.problems import SettingsError, Severities
from ei_export.base.specs import STARTER
from ei_export.base.tables import FOREVER
from ei_export.model.columns import COLUMNS, REQUIRED
from ei_export.settings import (
    Contract,
    InputSettings,
    LedgerSettings,
    MeasurementSettings,
    OutputSettings,
    Practice,
    Software,
    StatusSettings,
    Zorg1Settings,
    settings,
)
from ei_export.settings.statuses import DEFAULT_NOT_COMPLETED, DEFAULT_PLANNED, status_word
from ei_export.settings.zorg1 import Criteria, View

NOT_COMPLETED = frozenset(map(status_word, DEFAULT_NOT_COMPLETED))
PLANNED = frozenset(map(status_word, DEFAULT_PLANNED))

PRACTICE = """
[practice]
practice_agb = "04012345"
provider_agb = "04098765"
"""

#: A group that may be named: that of these tests.
GROUP = getgrgid(os.getegid())

EVERYTHING = f"""
[practice]
name = "Fysiotherapie De Brug"
practice_agb = "04012345"
provider_agb = "04098765"
institution_agb = ""
service_bureau_agb = "98000123"
pay_to = "service_bureau"
vat_id = "NL123456789B01"
series = "b1"
formerly = ["04054321"]
[software]
code = "123401"
version = "1.0"
[input]
path = "../agenda.db"
query = "SELECT * FROM agenda"
encoding = "cp1252"
twice_on_a_day = ["A7"]
complete_from = 2022-05-01
[input.columns]
appointment_id = "AfspraakNr"
[input.status]
completed = ["Klaar", " GEDAAN ", ""]
not_completed = ["Weg-gelopen", "voltooid"]
planned = ["Staat nog open"]
[input.values.uzovi]
"Menzis" = "3332"
" IZA" = "7095"
[input.values.status]
"OK" = "klaar"
[codes]
01 = "940131"
"tel" = "-"
[[contracts]]
insurer = "VGZ"
from = 2020-06-01
until = 2021-12-31
[[contracts]]
insurer = "VGZ"
from = "2022-01-01"
[[contracts]]
insurer = "vgz  Cooperatie"
from = 2020-06-01
lists = ["Tarieven overige Coderingen", "tarieven overige coderingen"]
amount = "unit"
company = "De Brug"
[[contracts]]
insurer = "Zilveren Kruis Achmea"
year = 2020
[tariffs]
path = "tariffs.csv"
[agreements]
overlay = ["zorg1-2024.csv"]
[uzovi]
9018 = "CZ"
[output]
dir = "/srv/out"
standard = "gds801"
message = "test"
diagnosis_element = "0418"
gds801_xsd = "gds801.xsd"
inbox = "retour"
group = "{GROUP.gr_name}"
[ledger]
path = "boek.sqlite"
declared_until = 2022-12-31
[status]
forgotten_weeks = 10
soon_weeks = 6
answer_weeks = 3
[measurements]
path = "../metingen.db"
table = "metingen"
query = ""
encoding = "cp1252"
complete_from = 2022-05-01
[measurements.columns]
date = "Meetdatum"
[measurements.values.moment]
"T0" = "intake"
[zorg1]
without_category = "nothing"
apart_weeks = 26
measures = "metingen.csv"
profiles = "profielen.csv"
intake_days = 7
end_days = 0
between_weeks = 26
[zorg1.codebook]
birth_year = "GebJaar"
[zorg1.views."Nek, hoogste eerst"]
program = ["nek"]
sort = "score:desc"
[zorg1.criteria]
intake = 85
between = 0
end = 70
patients = 10
[severity]
DEADLINE_PASSED = "error"
[messages]
language = "en"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "ei-export.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> SettingsError:
    path = write(folder, text)
    with pytest.raises(SettingsError) as caught:
        settings.load(path)
    assert caught.value.params["path"] == path.as_posix()
    assert caught.value.exit_code == 2
    assert str(caught.value)  # the catalogue knows the code and every parameter of its text
    return caught.value


def test_a_practice_is_all_that_must_be_said(tmp_path: Path) -> None:
    path = write(tmp_path, PRACTICE)
    assert settings.load(path) == settings.Settings(
        path=path,
        practice=Practice("", "04012345", "04098765", "", "", "practice", ""),
        software=Software("", ""),
        input=InputSettings(
            path=tmp_path / "appointments.csv",
            table="",
            query="",
            encoding="auto",
            columns={},
            completed=frozenset({"completed", "voltooid", "afgehandeld", "uitgevoerd"}),
            not_completed=NOT_COMPLETED,
            planned=PLANNED,
        ),
        codes={},
        contracts=(),
        tariffs_path=None,
        overlays=(),
        uzovi={},
        output=OutputSettings(tmp_path / "out", "auto", test=False, diagnosis_element="", gds801_xsd=None),
        ledger=LedgerSettings(tmp_path / "ledger.sqlite", None),
        status=StatusSettings(12, 4),
        measurements=MeasurementSettings(),
        zorg1=Zorg1Settings(),
        severities=Severities({}),
        language="nl",
    )


def test_every_setting_is_read(tmp_path: Path) -> None:
    for name in ("tariffs.csv", "zorg1-2024.csv", "gds801.xsd", "metingen.csv", "profielen.csv"):
        (tmp_path / name).touch()
    (tmp_path / "retour").mkdir()
    path = write(tmp_path, EVERYTHING)
    assert settings.load(path) == settings.Settings(
        path=path,
        practice=Practice(
            "Fysiotherapie De Brug",
            "04012345",
            "04098765",
            "",
            "98000123",
            "service_bureau",
            "NL123456789B01",
            "B1",
            ("04054321",),
        ),
        software=Software("123401", "1.0"),
        input=InputSettings(
            path=tmp_path / "../agenda.db",
            table="",
            query="SELECT * FROM agenda",
            encoding="cp1252",
            columns={"appointment_id": "AfspraakNr"},
            completed=frozenset({"klaar", "gedaan", "ok", ""}),
            not_completed=NOT_COMPLETED | {"weg gelopen", "voltooid", "staat nog open"},
            planned=frozenset({"staat nog open"}),
            twice_on_a_day=frozenset({"A7"}),
            complete_from=date(2022, 5, 1),
            values={"uzovi": {"menzis": "3332", "iza": "7095"}},
        ),
        codes={"01": "940131", "tel": "-"},
        contracts=(
            Contract("VGZ", date(2020, 6, 1), date(2021, 12, 31), ("productafspraken Zorg1",)),
            Contract("VGZ", date(2022, 1, 1), FOREVER, ("productafspraken Zorg1",)),
            Contract("VGZ", date(2020, 6, 1), FOREVER, ("tarieven overige coderingen",), "unit", "De Brug"),
            Contract("Zilveren Kruis", date(2020, 1, 1), date(2020, 12, 31), ("productafspraken Zorg1",)),
        ),
        tariffs_path=tmp_path / "tariffs.csv",
        overlays=(tmp_path / "zorg1-2024.csv",),
        uzovi={"9018": "CZ"},
        output=OutputSettings(
            Path("/srv/out"),
            "gds801",
            test=True,
            diagnosis_element="0418",
            gds801_xsd=tmp_path / "gds801.xsd",
            inbox=tmp_path / "retour",
            group=GROUP.gr_gid,
        ),
        ledger=LedgerSettings(tmp_path / "boek.sqlite", date(2022, 12, 31)),
        status=StatusSettings(10, 6, 3),
        measurements=MeasurementSettings(
            tmp_path / "../metingen.db",
            table="metingen",
            encoding="cp1252",
            columns={"date": "Meetdatum"},
            values={"moment": {"t0": "intake"}},
            complete_from=date(2022, 5, 1),
        ),
        zorg1=Zorg1Settings(
            without_category="nothing",
            apart_weeks=26,
            codebook={"birth_year": "GebJaar"},
            measures=tmp_path / "metingen.csv",
            profiles=tmp_path / "profielen.csv",
            intake_days=7,
            end_days=0,
            between_weeks=26,
            views={"Nek, hoogste eerst": View({"program": ("nek",)}, ("score:desc",))},
            criteria=Criteria({"intake": 85, "between": 0, "end": 70}, 10),
        ),
        severities=Severities({"DEADLINE_PASSED": "error"}),
        language="en",
    )


def test_this_file_shows_every_known_key() -> None:
    shown = tomllib.loads(EVERYTHING)
    shown["input"]["table"] = ""  # excludes query
    for section, keys in settings._KEYS.items():
        values: Any = shown
        for name in filter(None, section.split(".")):
            values = values[name]
        tables = values if isinstance(values, list) else [values]
        assert set(keys) == {key for table in tables for key in table}, section


def test_an_institution_declares_alone_and_is_paid(tmp_path: Path) -> None:
    path = write(tmp_path, '[practice]\npractice_agb = ""\ninstitution_agb = "47123456"\n')
    assert settings.load(path).practice == Practice("", "", "", "47123456", "", "institution", "")
    bureau = '[practice]\ninstitution_agb = "47123456"\nservice_bureau_agb = "98000123"\npay_to = "service_bureau"'
    assert settings.load(write(tmp_path, bureau)).practice.pay_to == "service_bureau"


@pytest.mark.parametrize(
    ("codes", "key", "return_code"),
    [
        (("provider_agb", "institution_agb"), "provider_agb", "8168"),
        (("practice_agb", "institution_agb"), "practice_agb", "8169"),
        (("practice_agb", "provider_agb", "institution_agb"), "practice_agb", "8169"),
        (("practice_agb",), "provider_agb", "8170"),
        (("provider_agb",), "practice_agb", "8170"),
        ((), "practice_agb", "8170"),
    ],
)
@pytest.mark.parametrize("pay_to", ["", "practice", "provider", "institution"])
def test_any_other_header_is_refused(
    tmp_path: Path, codes: tuple[str, ...], key: str, return_code: str, pay_to: str
) -> None:
    values = {"practice_agb": "04012345", "provider_agb": "04098765", "institution_agb": "47123456"}
    text = "\n".join(f'{code} = "{values[code]}"' for code in codes)
    chosen = f'pay_to = "{pay_to}"\n' if pay_to else ""
    error = refusal(tmp_path, f"[practice]\n{chosen}{text}")
    assert error.params["key"] == f"practice.{key}"
    assert return_code in str(error)


def test_empty_text_is_a_setting_left_out(tmp_path: Path) -> None:
    path = write(tmp_path, PRACTICE + '[tariffs]\npath = ""\n[output]\ndir = ""\n[ledger]\ndeclared_until = ""\n')
    loaded = settings.load(path)
    assert loaded.tariffs_path is None
    assert loaded.output.dir == tmp_path / "out"
    assert loaded.ledger.declared_until is None


def test_the_mark_that_notepad_writes_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "ei-export.toml"
    path.write_text(PRACTICE, encoding="utf-8-sig")
    assert settings.load(path).practice.practice_agb == "04012345"


def test_the_starter_settings_are_read() -> None:
    assert settings.load(STARTER / "ei-export.toml").contracts


def test_required_columns_are_columns() -> None:
    assert set(COLUMNS) >= REQUIRED
    assert len(COLUMNS) == len(set(COLUMNS)) == 37


def test_refuses_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        settings.load(tmp_path / "ei-export.toml")
    assert caught.value.code == "SETTINGS_MISSING"
    assert str(caught.value)


def test_refuses_a_folder(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        settings.load(tmp_path)
    assert caught.value.code == "SETTINGS_TOML"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'[practice]\nname = "De Brug\n', "line 2"),
        (b"[practice]\npractice_agb = 04012345\n", "line 2"),
        ('[practice]\nname = "Caf\N{LATIN SMALL LETTER E WITH ACUTE}"\n'.encode("cp1252"), "not UTF-8 (at line 2)"),
    ],
)
def test_refuses_what_is_no_toml_at_its_line(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "ei-export.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        settings.load(path)
    assert caught.value.code == "SETTINGS_TOML"
    assert reason in str(caught.value.params["reason"])


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("[practise]", "practise", "practice"),
        ("[input]\ncolums = 1", "input.colums", "columns"),
        ('[input.columns]\nbirthdate = "Geboren"', "input.columns.birthdate", "birth_date"),
        ('[input.status]\ncompleet = ["ja"]', "input.status.compleet", "completed"),
        ('[[contracts]]\ninsurer = "CZ"\n[[contracts]]\nform = 2020-01-01', "contracts[2].form", "from"),
        ('[measurements]\npaht = "m.csv"', "measurements.paht", "path"),
        ('[measurements.columns]\ndatum = "Meetdatum"', "measurements.columns.datum", "date"),
        ('[measurements.values.momenten]\nT0 = "intake"', "measurements.values.momenten", "moment"),
        ('[messages]\nx = "nl"', "messages.x", "language"),
        ('[severity]\nDEADLINE = "info"', "severity.DEADLINE", "DEADLINE_PASSED"),
    ],
)
def test_refuses_an_unknown_key_and_names_the_nearest(tmp_path: Path, text: str, key: str, expected: str) -> None:
    error = refusal(tmp_path, PRACTICE + text)
    assert (error.code, error.params["key"], error.params["expected"]) == ("SETTINGS_UNKNOWN_KEY", key, expected)


@pytest.mark.parametrize(
    ("text", "key", "found", "expected"),
    [
        ('[input]\ncolumns = "a"', "input.columns", '"a"', "[input.columns]"),
        ('[contracts]\ninsurer = "CZ"', "contracts", "{insurer}", "[[contracts]]"),
        ("[input]\npath = true", "input.path", "true", '"…"'),
        ("[input.status]\ncompleted = [1]", "input.status.completed", "[1]", '["…", "…"]'),
        ('[agreements]\noverlay = "x.csv"', "agreements.overlay", '"x.csv"', '["…", "…"]'),
        (
            "[ledger]\ndeclared_until = 2022-12-31T00:00:00",
            "ledger.declared_until",
            "2022-12-31 00:00:00",
            "YYYY-MM-DD",
        ),
        ("[ledger]\ndeclared_until = 2022", "ledger.declared_until", "2022", "YYYY-MM-DD"),
        ('[status]\nsoon_weeks = "4"', "status.soon_weeks", '"4"', "4"),
        ('[[contracts]]\ninsurer = "CZ"\nyear = "2021"', "contracts[1].year", '"2021"', "2020"),
        ('[[contracts]]\ninsurer = "CZ"\nyear = 2021-01-01', "contracts[1].year", "2021-01-01", "2020"),
        ("[status]\nsoon_weeks = true", "status.soon_weeks", "true", "4"),
    ],
)
def test_refuses_a_wrong_type(tmp_path: Path, text: str, key: str, found: str, expected: str) -> None:
    error = refusal(tmp_path, PRACTICE + text)
    assert error.code == "SETTINGS_TYPE"
    assert error.params == {"path": error.params["path"], "key": key, "found": found, "expected": expected}


def test_a_number_for_a_code_belongs_in_quotes(tmp_path: Path) -> None:
    error = refusal(tmp_path, PRACTICE + "[codes]\n01 = 940131")
    assert (error.code, error.params["key"], error.params["expected"]) == ("SETTINGS_QUOTES", "codes.01", '"940131"')


@pytest.mark.parametrize(
    ("text", "key", "found"),
    [
        ('[practice]\npractice_agb = "0401234"', "practice.practice_agb", "0401234"),
        ('[practice]\npractice_agb = "04112345"', "practice.practice_agb", "04112345"),
        ('[practice]\npractice_agb = "00000000"', "practice.practice_agb", "00000000"),
        ('[practice]\nprovider_agb = "00098765"', "practice.provider_agb", "00098765"),
        ('[practice]\nprovider_agb = "04000000"', "practice.provider_agb", "04000000"),
        ('[practice]\nservice_bureau_agb = "04012345"', "practice.service_bureau_agb", "04012345"),
        ('[practice]\npay_to = "bank"', "practice.pay_to", "bank"),
        ('[practice]\nvat_id = "123456789B01"', "practice.vat_id", "123456789B01"),
        (PRACTICE + '[software]\ncode = "12345"', "software.code", "12345"),
        (PRACTICE + '[software]\ncode = "123456"\nversion = "1.0.0-alpha"', "software.version", "1.0.0-alpha"),
        (PRACTICE + '[input]\ntable = "a"\nquery = "SELECT 1"', "input.query", "SELECT 1"),
        (PRACTICE + '[input]\nencoding = "latijn"', "input.encoding", "latijn"),
        (PRACTICE + '[input]\nencoding = "base64"', "input.encoding", "base64"),
        (PRACTICE + "[input.status]\ncompleted = []", "input.status.completed", "[]"),
        (
            PRACTICE + '[input.status]\ncompleted = ["Weg"]\nnot_completed = ["weg "]',
            "input.status.not_completed",
            "weg",
        ),
        (PRACTICE + '[[contracts]]\ninsurer = "CZ"\nfrom = "1-6-2020"', "contracts[1].from", "1-6-2020"),
        (PRACTICE + '[[contracts]]\ninsurer = "ONVZ"\nyear = 2021', "contracts[1].insurer", "ONVZ"),
        (
            PRACTICE + '[[contracts]]\ninsurer = "CZ"\nyear = 2021\nlists = ["tarieven"]',
            "contracts[1].lists",
            "tarieven",
        ),
        (PRACTICE + '[[contracts]]\ninsurer = "CZ"\nyear = 1921', "contracts[1].year", 1921),
        (PRACTICE + '[[contracts]]\ninsurer = "CZ"\nyear = 2021\namount = "line"', "contracts[1].amount", "line"),
        (
            PRACTICE + '[[contracts]]\ninsurer = "CZ"\nyear = 2021\nuntil = "2021-06-30"',
            "contracts[1].until",
            "2021-06-30",
        ),
        (PRACTICE + '[[contracts]]\ninsurer = "CZ"\nfrom = "2020-W23-1"', "contracts[1].from", "2020-W23-1"),
        (PRACTICE + '[uzovi]\n101 = "VGZ"', "uzovi.101", "101"),
        (PRACTICE + '[output]\nstandard = "PM304"', "output.standard", "PM304"),
        (PRACTICE + '[output]\nmessage = "proef"', "output.message", "proef"),
        (PRACTICE + '[output]\ndiagnosis_element = "0413"', "output.diagnosis_element", "0413"),
        (PRACTICE + "[status]\nforgotten_weeks = 0", "status.forgotten_weeks", 0),
        (PRACTICE + "[status]\nforgotten_weeks = 521", "status.forgotten_weeks", 521),
        (PRACTICE + '[zorg1]\nwithout_category = "category"', "zorg1.without_category", "category"),
        (PRACTICE + '[severity]\nDEADLINE_PASSED = "off"', "severity.DEADLINE_PASSED", "off"),
        (PRACTICE + '[messages]\nlanguage = "fr"', "messages.language", "fr"),
        (PRACTICE + '[input]\nencoding = "idna"', "input.encoding", "idna"),
        (PRACTICE + '[input]\nencoding = "punycode"', "input.encoding", "punycode"),
        (
            PRACTICE + '[input]\npath = "x/ledger.sqlite"\n[ledger]\npath = "x/ledger.sqlite"',
            "input.path",
            "x/ledger.sqlite",
        ),
        (PRACTICE + '[measurements]\npath = "ledger.sqlite"', "measurements.path", "ledger.sqlite"),
    ],
)
def test_refuses_a_wrong_value(tmp_path: Path, text: str, key: str, found: object) -> None:
    error = refusal(tmp_path, text)
    assert (error.code, error.params["key"], error.params["found"]) == ("SETTINGS_VALUE", key, found)


@pytest.mark.parametrize(
    ("code", "found", "allowed"),
    [
        ("UZOVI_INVALID", "warning", "error"),  # the receiver would refuse it
        ("APPOINTMENT_TWO_PATIENTS", "info", "error"),  # declared twice
        ("LEDGER_BUSY", "warning", "error"),  # the run can't go on
        ("RETURN_LINE_REFUSED", "info", "error | warning"),
        ("PERFORMANCE_TWICE", "warning", "error"),  # the insurer would refuse the second
        ("PERSON_DIFFERS", "error", "warning | info"),  # seen when it is written
    ],
)
def test_a_severity_has_bounds(tmp_path: Path, code: str, found: str, allowed: str) -> None:
    error = refusal(tmp_path, PRACTICE + f'[severity]\n{code} = "{found}"')
    told = error.params["key"], error.params["found"], error.params["expected"]
    assert (error.code, *told) == ("SETTINGS_SEVERITY", f"severity.{code}", found, allowed)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "practice"),
        (PRACTICE + 'pay_to = "institution"', "practice.institution_agb"),
        (PRACTICE + '[software]\nversion = "1.0"', "software.code"),
        (PRACTICE + '[software]\ncode = "123456"', "software.version"),
        (PRACTICE + '[input.columns]\ndate = ""', "input.columns.date"),
        (PRACTICE + '[codes]\n"01" = ""', "codes.01"),
        (PRACTICE + "[[contracts]]\nfrom = 2020-01-01", "contracts[1].insurer"),
        (PRACTICE + '[[contracts]]\ninsurer = "CZ"', "contracts[1].from"),
        (PRACTICE + '[uzovi]\n9018 = ""', "uzovi.9018"),
    ],
)
def test_refuses_what_is_missing(tmp_path: Path, text: str, key: str) -> None:
    error = refusal(tmp_path, text)
    assert (error.code, error.params["key"]) == ("SETTINGS_REQUIRED", key)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[tariffs]\npath = "tariffs.csv"', "tariffs.path"),
        ('[agreements]\noverlay = ["zorg1-2024.csv"]', "agreements.overlay"),
        ('[output]\ngds801_xsd = "gds801.xsd"', "output.gds801_xsd"),
    ],
)
def test_refuses_a_file_named_but_not_there(tmp_path: Path, text: str, key: str) -> None:
    error = refusal(tmp_path, PRACTICE + text)
    assert (error.code, error.params["key"]) == ("SETTINGS_FILE", key)
    assert str(error.params["found"]).startswith(tmp_path.as_posix())


def test_refuses_a_contract_that_ends_before_it_begins(tmp_path: Path) -> None:
    error = refusal(tmp_path, PRACTICE + '[[contracts]]\ninsurer = "CZ"\nfrom = 2021-01-01\nuntil = 2020-12-31')
    assert (error.code, error.params["key"]) == ("SETTINGS_VALUE", "contracts[1].until")
    assert error.params["expected"] == ">= 2021-01-01"


def test_refuses_two_contracts_for_one_list_on_one_day(tmp_path: Path) -> None:
    contracts = """
    [[contracts]]
    insurer = "CZ"
    from = 2021-12-31
    [[contracts]]
    insurer = "CZ"
    from = 2020-01-01
    until = 2021-12-31
    """
    error = refusal(tmp_path, PRACTICE + contracts)
    assert (error.code, error.params["key"]) == ("SETTINGS_VALUE", "contracts[1].from")
    assert error.params["expected"] == "contracts[2].until < 2021-12-31"


GROUPED = PRACTICE + '[output]\ngroup = "{}"\n'


def _reason(path: Path, group: str) -> str:
    path.write_text(GROUPED.format(group), encoding="utf-8")
    with pytest.raises(SettingsError) as raised:
        settings.load(path)
    assert (raised.value.code, raised.value.params["key"]) == ("SETTINGS_GROUP", "output.group")
    return str(raised.value.params["reason"])


def test_a_group_that_can_be_let_read_nothing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ei-export.toml"
    assert _reason(path, "geen-groep-van-hier") == "there is no such group here"
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    for name in ("getegid", "getgid"):
        monkeypatch.setattr(os, name, lambda: 12345)
    monkeypatch.setattr(os, "getgroups", list)
    assert _reason(path, GROUP.gr_name) == "who runs this is not in it"
    monkeypatch.setitem(sys.modules, "grp", None)
    assert _reason(path, GROUP.gr_name) == "there are no such groups on Windows"
