"""``specs check``: the shipped tables are right, and each defect in a copy of them is found at its place."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from ei_export.base import specs
from ei_export.base.problems import SettingsError
from ei_export.commands import specs_check
from ei_export.commands.specs_check import check_specs
from ei_export.model import codelists
from ei_export.model.codelists import read_standards
from ei_export.standards.flat import record

#: What may be wrong: in which file of ``specs/``, what is replaced by what, and the error that is, with its column.
Defect = tuple[str, str, str, str, str | None]
DEFECTS: Final[list[Defect]] = [
    # Agreements: what a row may hold is tested with the loader; here only that every file is read.
    ("zorg1/vgz.csv", ",start,", ",begin,", "TABLE_VALUE", "moment"),
    ("zorg1/cz.csv", ",012,1,", ",112,1,", "TABLE_VALUE", "list"),
    ("zorg1/menzis.csv", ",18,product,", ",18,bundle,", "TABLE_VALUE", "amount"),
    ("zorg1/zilveren-kruis.csv", "Zorg1 §4.1.3", "", "TABLE_SOURCE", None),
    ("zorg1/2019.csv", "Zilveren Kruis,F1013,", "Zilveren Kruis,F1013B,", "TABLE_OVERLAP", None),
    # Twins, and diagnoses without agreement.
    ("codelists/zorg1-twins.csv", "940143,940143990", "940143,940134990", "TABLE_VALUE", "twin"),
    ("codelists/zorg1-twins.csv", "940143,940143990", "940133,940143990", "TABLE_OVERLAP", None),
    ("codelists/zorg1-twins.csv", "940153,", ",", "TABLE_VALUE", "code"),
    ("codelists/zorg1-without-agreement.csv", "3526", "", "TABLE_VALUE", "diagnoses"),
    ("codelists/zorg1-without-agreement.csv", "3526", "3500 9999", "TABLE_VALUE", "diagnoses"),
    ("codelists/zorg1-without-agreement.csv", "nek,2", "nek,1", "TABLE_OVERLAP", None),
    # What is measured, which profile goes with a score, and what instruments are called.
    ("zorg1-measures.csv", "lage rug,*,intake,", "rug,*,intake,", "TABLE_VALUE", "program"),
    ("zorg1-measures.csv", "lage rug,1,intake,", "lage rug,4,intake,", "TABLE_VALUE", "profile"),
    ("zorg1-measures.csv", "lage rug,1,intake,", "lage rug,1,begin,", "TABLE_VALUE", "moment"),
    ("zorg1-measures.csv", ",QBPDS|ODI,", ",QBPDS|,", "TABLE_VALUE", "instrument"),
    ("zorg1-measures.csv", ",STarT Back,1,", ",STarT Back,yes,", "TABLE_VALUE", "required"),
    ("zorg1-measures.csv", "lage rug,1,eind,PSK,", "lage rug,1,eind,NPRS,", "TABLE_OVERLAP", None),
    ("zorg1-profiles.csv", ",0,3,,,1,", ",0,low,,,1,", "TABLE_VALUE", "until"),
    ("zorg1-profiles.csv", ",0,3,,,1,", ",3,0,,,1,", "TABLE_VALUE", "until"),
    ("zorg1-profiles.csv", ",0,3,,,1,", ",0,3,,,low,", "TABLE_VALUE", "profile"),
    ("zorg1-profiles.csv", ",4,9,4,5,3,", ",4,9,3,5,3,", "TABLE_OVERLAP", None),
    ("zorg1-instruments.csv", "Start MSK,STarT MSK,", "Start MSK,Start MSK,", "TABLE_VALUE", "instrument"),
    ("zorg1-instruments.csv", "SBST,STarT Back,", "start msk,STarT Back,", "TABLE_VALUE", "name"),
    ("codelists/zorg1-inferred.csv", ",relapse,", ",relapses,", "TABLE_VALUE", "moment"),
    ("codelists/zorg1-inferred.csv", "\nCZ,", "\nCZ groep,", "TABLE_VALUE", "insurer"),
    ("codelists/zorg1-inferred.csv", ",940185,", ",940186990,", "TABLE_VALUE", "code"),
    ("codelists/zorg1-inferred.csv", ",profile,", ",price,", "TABLE_VALUE", "columns"),
    # The treatment index.
    ("index/performances.csv", "1003,surcharge,", "1003,extra,", "TABLE_VALUE", "counts_as"),
    ("index/performances.csv", "1003,surcharge,", "1009,surcharge,", "TABLE_VALUE", "code"),
    ("index/versions.csv", "1,6,", "1,six,", "TABLE_VALUE", "months"),
    ("index/left-out.csv", "2020-05-24", "2020-03-01", "TABLE_VALUE", "until"),
    ("index/minimum.csv", "30,", "0,", "TABLE_VALUE", "patients"),
    ("index/means.csv", ",10.3,", ",ten,", "TABLE_VALUE", "mean"),
    ("index/means.csv", "001 002 008", "001 099", "TABLE_VALUE", "indications"),
    ("index/insurers.csv", "Menzis,", ",", "TABLE_VALUE", "insurer"),
    ("index/thresholds.csv", ",151,,lower,", ",,,lower,", "TABLE_VALUE", "least"),
    ("index/thresholds.csv", ",151,,lower,", ",151,,upper,", "TABLE_VALUE", "held"),
    # Norms.
    ("controls/n0959.csv", "article,NR/REG-2001a art. 34c", "rule,NR/REG-2001a art. 34c", "TABLE_VALUE", "kind"),
    ("controls/n0959.csv", "tariff_type,13,2019 2020 2021", "tariff_type,13,2019-2021", "TABLE_VALUE", "years"),
    ("controls/n0959.csv", "tariff_type,13,", "tariff_type,12,", "TABLE_OVERLAP", None),
    ("controls/n0959.csv", "; COD016\",single-source", "; COD016\",sure", "TABLE_VALUE", "certainty"),
    # Record layouts.
    ("pm304-3.2.csv", ",N,9,15,", ",N,8,15,", "TABLE_VALUE", "end"),
    ("pm304-3.2.csv", ",0203,", ",0202,", "TABLE_VALUE", "element"),
    ("pm304-3.2.csv", ",AN,265,46,", ",AN,265,47,", "TABLE_VALUE", "start"),
    ("pm304-3.2.csv", ",AN,265,46,S,Spaces,310", ",AN,264,46,S,Spaces,309", "TABLE_VALUE", "end"),
    ("pm305-3.2.csv", ",AN,30,341,", ",X,30,341,", "TABLE_VALUE", "type"),
    # Controls of elements.
    ("checks/pm304-3.2.csv", "0101,never,", "0101,always,", "TABLE_VALUE", "empty"),
    ("checks/pm305-3.2.csv", "\n0196,", "\n0301,", "TABLE_VALUE", "element"),
    # Elements of messages in XML.
    ("gds801/forms.csv", ",decimal,", ",money,", "TABLE_VALUE", "base"),
    ("gds801/forms.csv", ",[A-Z],A,production", ",[A-Z,A,production", "TABLE_VALUE", "pattern"),
    ("gds801/message-573.csv", ",1,kind,COD856,", ",2,kind,COD856,", "TABLE_VALUE", "count"),
    ("gds801/message-573.csv", ",1,kind,COD856,", ",1,sort,COD856,", "TABLE_VALUE", "form"),
    ("gds801/message-573.csv", ",1,kind,COD856,", ",1,kind,COD857,", "TABLE_VALUE", "list"),
    ("gds801/message-573.csv", ",certain,inferred,VC001", ",sure,inferred,VC001", "TABLE_VALUE", "certainty"),
    ("gds801/message-573.csv", ",certain,inferred,VC001", ",certain,guess,VC001", "TABLE_VALUE", "place"),
    ("gds801/message-573.csv", ",certain,inferred,VC001", ",certain,inferred,", "TABLE_SOURCE", None),
    ("gds801/message-573.csv", "/VerzenderRol,", "/Verzender,", "TABLE_OVERLAP", None),
    ("gds801/message-573.csv", "/Header/Berichtsoort,", "/Heading/Berichtsoort,", "TABLE_VALUE", "path"),
    ("gds801/message-573.csv", "/Berichtcode,1,", "/Berichtcode,or,", "TABLE_VALUE", "count"),
    ("gds801/message-574.csv", "/Header/Feedback,*,Feedback,", "/Header/Feedback,*,,", "TABLE_VALUE", "form"),
    ("gds801/rules.csv", ",573,Header,8028", ",575,Header,8028", "TABLE_VALUE", "message"),
    ("gds801/rules.csv", ",573,Header,8028", ",573,Heading,8028", "TABLE_VALUE", "class"),
    ("gds801/rules.csv", ",Header,8028,", ",Header,8028 8029,", "TABLE_VALUE", "return_codes"),
    ("gds801/rules.csv", ",Header,8028,", ",Header,1234,", "TABLE_VALUE", "return_codes"),
    ("gds801/rules.csv", ",8028,G,", ",8028,S,", "TABLE_VALUE", "scope"),
    ("gds801/rules.csv", ",573,Declarant,", ",573,Zorgaanbieder,", "TABLE_VALUE", "class"),  # there are two
    ("gds801/rules.csv", ",VerzenderRol != 2,", ",VerzenderRole != 2,", "TABLE_VALUE", "when"),
    ("gds801/rules.csv", ",VerzenderRol != 2,", ",VerzenderRol != 22,", "TABLE_VALUE", "when"),
    ("gds801/rules.csv", ",OntvangerRol != 2;", ",OntvangerRol != 9;", "TABLE_VALUE", "when"),  # not in CL0002
    ("gds801/rules.csv", ",OntvangerRol != 2;", ",OntvangerRol <> 2;", "TABLE_VALUE", "when"),
    ("gds801/rules.csv", ",Declarant/ZorgaanbiederSoort =", ",Declarant/Soort =", "TABLE_VALUE", "when"),
    ("gds801/rules.csv", ",VerzenderRol,one,", ",VerzenderRol,some,", "TABLE_VALUE", "must_be"),
    ("gds801/rules.csv", ",VerzenderRol,one,", ",VerzenderRol,,", "TABLE_VALUE", "must_be"),
    ("gds801/rules.csv", "\nVC001,", "\nVC999,", "TABLE_VALUE", "must_be"),
    ("gds801/rules.csv", ",,,,,The day of", ",,Verzenddatum,absent,,The day of", "TABLE_VALUE", "must_be"),
    ("gds801/rules.csv", ",9302 9303 9304,", ",9302,", "TABLE_VALUE", "return_codes"),
    ("gds801/rules.csv", ",VerzenderRol,one,", ",Factuurdatum,one,", "TABLE_VALUE", "element"),  # of another class
    ("gds801/rules.csv", ",VerzenderRol,one,", ",VerzenderRol OntvangerRol,one,", "TABLE_VALUE", "element"),
    ("gds801/rules.csv", ",Herdeclaratiecode,listed,", ",Prestatiecode,listed,", "TABLE_VALUE", "element"),
    ("gds801/rules.csv", ",Factuurdatum,until,", ",Factuurnummer,until,", "TABLE_VALUE", "element"),
    ("gds801/rules.csv", ",Verwijzing,once,", ",Aantal,once,", "TABLE_VALUE", "element"),
    ("gds801/rules.csv", ",InformatiesysteemVersie,there,", ",,there,", "TABLE_VALUE", "element"),
    ("gds801/rules.csv", "Verwijzer/Zorgaanbiedercode,", "Verwijzer/Zorgaanbieder,", "TABLE_VALUE", "element"),
    ("gds801/rules.csv", ",,,,,The day of", ",,Verzenddatum,,,The day of", "TABLE_VALUE", "element"),
    ("gds801/rules.csv", ",VerzenderRol,one,1 2,", ",VerzenderRol,one,,", "TABLE_VALUE", "values"),
    ("gds801/rules.csv", ",VerzenderRol,one,1 2,", ",VerzenderRol,one,1 A,", "TABLE_VALUE", "values"),
    ("gds801/rules.csv", ",until,Verzenddatum,Th", ",until,Valutacode,Th", "TABLE_VALUE", "values"),
    ("gds801/rules.csv", ",listed,Verzenddatum,", ",listed,CL0002,", "TABLE_VALUE", "values"),
    ("gds801/rules.csv", ",SoortKosten,absent,,", ",SoortKosten,absent,073,", "TABLE_VALUE", "values"),
    ("gds801/rules.csv", "\nVC002,", "\nVC001,", "TABLE_OVERLAP", None),
    # Code lists.
    ("codelists/codes.csv", "\nCOD321,004,", "\nCOD321,003,", "TABLE_OVERLAP", None),
    ("codelists/codes.csv", ",2016-12-31,", ",1996-12-31,", "TABLE_VALUE", "until"),
    ("codelists/codes.csv", ",certain\n", ",sure\n", "TABLE_VALUE", "certainty"),
    ("codelists/uzovi.csv", "\n0101,", "\n7095,", "TABLE_OVERLAP", None),
    ("codelists/uzovi.csv", "\n0101,", "\n101,", "TABLE_VALUE", "uzovi"),
    ("codelists/insurers.csv", "CZ groep,", "VGZ coöperatie,", "TABLE_OVERLAP", None),
    ("codelists/insurers.csv", "CZ groep,CZ,", "CZ groep,,", "TABLE_VALUE", "insurer"),
    ("codelists/return-codes.csv", "\n0200,", "\n200,", "TABLE_VALUE", "code"),
    ("codelists/return-codes.csv", "recordtype.,O,", "recordtype.,Y,", "TABLE_VALUE", "level"),
    ("codelists/dcsph.csv", ",dicht,,,", ",,,,", "TABLE_VALUE", "status"),
    ("codelists/dcsph.csv", ",dicht,,,", ",dicht,,2,", "TABLE_VALUE", "apk002_mandatory"),
    ("codelists/deadlines.csv", ",12,", ",0,", "TABLE_VALUE", "months"),
    ("figures/holidays.csv", ",05-05,", ",05-32,", "TABLE_VALUE", "day"),
    ("figures/holidays.csv", "Goede Vrijdag,-2,,", "Goede Vrijdag,-2,04-01,", "TABLE_VALUE", "day"),
    ("figures/holidays.csv", ",04-27,-1,2014-04-26,,", ",04-27,-1,2014-04-26,2013-01-01,", "TABLE_VALUE", "until"),
    ("figures/promises.csv", ",96,", ",196,", "TABLE_VALUE", "percent"),
    ("figures/benchmarks.csv", "first_pass,least,", "last_pass,least,", "TABLE_VALUE", "figure"),
    ("standards.csv", "2025-01-01", "2025-01-02", "TABLE_VALUE", "from"),
    ("standards.csv", "3.2,,", "3.2,2014-01-01,", "TABLE_VALUE", "from"),
    ("standards.csv", "2025-01-01,,", "2025-01-01,2029-12-31,", "TABLE_VALUE", "until"),
    ("inferred.csv", "STB GZ321 5.3.6", "", "TABLE_SOURCE", None),
    ("inferred.csv", "\ncharset,", "\ncharsets,", "TABLE_VALUE", "name"),
    ("inferred.csv", "\nside_left,01,", "\nside_left,3,", "TABLE_VALUE", "value"),
    ("inferred.csv", ",treatments,", ",administrative,", "TABLE_VALUE", "value"),
    # Showing.
    ("codelists/codes-en.csv", "COD046,1,", "COD046,7,", "TABLE_VALUE", "code"),
    ("codelists/codes-en.csv", "COD046,2,", "COD046,1,", "TABLE_OVERLAP", None),
    ("elements.csv", ",euros,no,", ",pounds,no,", "TABLE_VALUE", "reads"),
    ("elements.csv", ",bsn,", ",secret,", "TABLE_VALUE", "masks"),
    ("elements.csv", "no,1,", "no,yes,", "TABLE_VALUE", "once"),
    ("elements.csv", "COD388,", "COD367,", "TABLE_OVERLAP", None),
    ("records.csv", "\n02,0,", "\n02,x,", "TABLE_VALUE", "level"),
    ("records.csv", ",Trailer,", ",,", "TABLE_VALUE", "en"),
    ("sb312-2.0.csv", ",AN,48,323,", ",AN,47,323,", "TABLE_VALUE", "end"),
    # The catalogue of problems.
    ("problems/01-settings.toml", 'severity = "error"', 'severity = "fatal"', "TABLE_VALUE", "severity"),
    ("problems/05-trajectories.toml", 'return_code = "0634"', 'return_code = "9999"', "TABLE_VALUE", "return_code"),
    ("problems/13-tables.toml", "csv, number_times_tariff", "csv, amount", "TABLE_VALUE", "source"),
    ("problems/01-settings.toml", '\nremedy_en = "', '\nremedy_de = "', "TABLE_VALUE", "remedy_de"),
    ("problems/01-settings.toml", "The setting {key} in", "The setting {name} in", "TABLE_VALUE", "en"),
    ("problems/02-input.toml", "[INPUT_MISSING]", "[SETTINGS_MISSING]", "TABLE_OVERLAP", None),
    ("words/verify.toml", '\nen = "WRONG"', '\nde = "FALSCH"', "TABLE_VALUE", "de"),
    ("words/verify.toml", "{count:time|times}", "{number:time|times}", "TABLE_VALUE", "en"),
    ("words/verify.toml", '"FOUT"', "3", "TABLE_VALUE", "nl"),
    ("problems/10-answers.toml", 'lowest = "warning"', 'lowest = "mild"', "TABLE_VALUE", "lowest"),
    ("problems/06-person.toml", "\nreturn_code", '\nlowest = "warning"\nreturn_code', "TABLE_VALUE", "lowest"),
    ("problems/07-run.toml", '"warning"\nhighest', '"info"\nlowest = "warning"\nhighest', "TABLE_VALUE", "lowest"),
    ("problems/07-run.toml", 'highest = "warning"', 'highest = "info"', "TABLE_VALUE", "highest"),
]  # fmt: skip


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tables, of the two largest only what other tables name or a test below changes."""
    check_specs()  # what is loaded later would take the copy for the tables, also in the tests after these
    folder = shutil.copytree(specs.SPECS, tmp_path_factory.mktemp("tables") / "specs")
    agreed = "".join(
        path.read_text(encoding="utf-8") for path in folder.rglob("*.csv") if "zorg1" in str(path.relative_to(folder))
    )
    diagnoses = folder / "codelists" / "dcsph.csv"
    header, first, *rows = diagnoses.read_text(encoding="utf-8").splitlines()
    rows = [row for row in rows if row.partition(",")[0] in agreed]
    diagnoses.write_text("\n".join([header, first, *rows, ""]), encoding="utf-8")
    for unchanged in ("03-rows", "04-declaration", "08-verify", "09-show", "11-gds801", "12-explain"):
        (folder / "problems" / f"{unchanged}.toml").unlink()
    return folder


@pytest.fixture
def copy(tables: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the tables that is checked in the place of the shipped ones."""
    folder = shutil.copytree(tables, tmp_path / "specs")
    for module in (specs, specs_check, record):
        monkeypatch.setattr(module, "SPECS", folder)
    record._load.cache_clear()
    yield folder
    record._load.cache_clear()


def edit(folder: Path, file: str, old: str, new: str) -> int:
    """Replaces the first ``old`` in a table and says on which line."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="")
    return text[: text.index(old)].count("\n") + old.startswith("\n") + 1


def test_the_shipped_tables_are_right() -> None:
    assert check_specs() == []


def test_a_practice_measures_with_other_instruments(tmp_path: Path) -> None:
    """Our names of what only our rows of that program name stay right."""
    measures, profiles = tmp_path / "measures.csv", tmp_path / "profiles.csv"
    measures.write_text(
        "program,profile,moment,instrument,required,source,certainty\nlage rug,*,intake,Start Back,1,ours,certain\n"
    )
    profiles.write_text(
        "instrument,from,until,subscore_from,subscore_until,profile,source,certainty\nNDI,0,50,,,1,ours,certain\n"
    )
    assert check_specs((), measures, profiles) == []


def _one_of_each_file() -> Iterator[list[Defect]]:
    """The defects, no two of a batch in one file: that takes a part of the time of one after the other."""
    left = DEFECTS
    while left:
        yield [*{defect[0]: defect for defect in reversed(left)}.values()]
        left = [defect for at, defect in enumerate(left) if defect[0] in {file for file, *_ in left[:at]}]


@pytest.mark.parametrize("defects", [*_one_of_each_file()], ids=lambda defects: f"{len(defects)} defects")
def test_a_defect_is_found(copy: Path, tables: Path, defects: list[Defect]) -> None:
    """Each of them, and nothing besides: at once, or once the others are gone that kept it from being looked for."""
    left = {f"specs/{file}": (edit(copy, file, old, new), code, column) for file, old, new, code, column in defects}
    while left:
        errors = check_specs()
        assert errors
        for error in errors:
            name = str(error.params["file"])
            line, code, column = left.pop(name)
            assert (error.code, error.params.get("column")) == (code, column)
            file = name.removeprefix("specs/")
            if file.endswith(".csv"):
                assert error.params["line"] == line
            else:
                entry = (copy / file).read_text(encoding="utf-8").splitlines()[int(str(error.params["line"])) - 1]
                assert entry.startswith("[")
            assert str(error)
            shutil.copyfile(tables / file, copy / file)
        record._load.cache_clear()


@pytest.mark.parametrize(
    "row",
    [
        "GDS801 3.0,2030-01-01,,073,x,certain",
        "GDS801 3.0,,,073,x,certain",
        "GDS801 3.0,2024-01-01,2023-01-01,073,x,certain",
    ],
)
def test_no_standard_follows_one_without_an_end(copy: Path, row: str) -> None:
    path = copy / "standards.csv"
    path.write_text(f"{path.read_text(encoding='utf-8')}{row}\n", encoding="utf-8")
    with pytest.raises(SettingsError):
        read_standards(copy)


def test_a_standard_names_its_lists(copy: Path) -> None:
    edit(copy, "standards.csv", "073 081", "")
    with pytest.raises(SettingsError) as refused:
        read_standards(copy)
    assert refused.value.params["column"] == "lists"


def test_a_choice_that_the_program_asks_for_is_missed(copy: Path) -> None:
    path = copy / "inferred.csv"
    rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(row for row in rows if not row.startswith("accident,")), encoding="utf-8")

    (error,) = check_specs()

    assert error.params == {
        "file": "specs/inferred.csv",
        "line": 1,
        "column": "name",
        "found": "",
        "expected": "accident",
    }


def test_each_choice_is_one_that_the_program_asks_for_or_can_follow_in_one_way_only() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in Path(record.__file__).parents[2].rglob("*.py"))
    asked = set(re.findall(r'\bchoice\("(\w+)"\)', code))

    assert asked == {name for name, followed in codelists._FOLLOWED.items() if len(followed) > 1}


def test_a_table_that_is_gone_is_found(copy: Path) -> None:
    (copy / "codelists/uzovi.csv").unlink()

    (error,) = check_specs()

    assert error.code == "TABLE_MISSING"


def test_all_errors_are_found_at_once(copy: Path, tmp_path: Path) -> None:
    """In several rows of one table, in several tables, and in overlays."""
    edit(copy, "zorg1/vgz.csv", ",start,", ",begin,")
    edit(copy, "zorg1/vgz.csv", ",start,", ",begin,")
    edit(copy, "pm304-3.2.csv", ",N,9,15,", ",N,8,15,")
    edit(copy, "pm305-3.2.csv", ",N,9,15,", ",N,8,15,")
    edit(copy, "codelists/uzovi.csv", "\n7095,", "\n709,")
    edit(copy, "problems/01-settings.toml", 'severity = "error"', 'severity = "fatal"')
    (tmp_path / "overlay.csv").write_text("insurer,code\n", encoding="utf-8")

    files = [error.params["file"] for error in check_specs([tmp_path / "overlay.csv", tmp_path / "no.csv"])]

    assert files == [
        "specs/codelists/uzovi.csv",
        "specs/zorg1/vgz.csv",
        "specs/zorg1/vgz.csv",
        (tmp_path / "overlay.csv").as_posix(),
        (tmp_path / "no.csv").as_posix(),
        "specs/pm304-3.2.csv",
        "specs/pm305-3.2.csv",
        "specs/problems/01-settings.toml",
    ]
