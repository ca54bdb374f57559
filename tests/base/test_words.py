"""The files of words: one form, every text asked for is there, none for nothing, and a broken one is told of."""

import ast
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from attrs import frozen
from click.testing import CliRunner

from ei_export.base import problems, words
from ei_export.base.entries import Entry, places, read_words
from ei_export.base.problems import LANGUAGES, Language, SettingsError, catalogue, render
from ei_export.base.specs import SPECS
from ei_export.cli import main
from ei_export.commands.run.html import page_template

PACKAGE = Path(problems.__file__).parents[1]
SUBJECTS = sorted(path.stem for path in (SPECS / "words").glob("*.toml"))
#: Subjects that are asked for by what is found somewhere, and no text of them by its key; tests/cli/test_help.py,
#: test_wording.py and tests/output/test_sheets.py look at them.
LOOKED_UP = {"columns", "desk-remedies", "forms", "headings", "help", "libraries", "system"}
#: How the words of a subject are called where they are used; in a page ``w``, and ``page_words`` those of all pages. A
#: reason is told by `explain`, with all that goes into its words then.
NAMES = {"words", "_words", "say", "labels", "reason"}
#: Subjects that have texts in the place of those of another, by their keys.
INSTEAD = {"desk-explain": "explain"}
IN_PAGE = re.compile(r"""\b(count_words|page_words|desk_words|work_words|w)(?:[(\[]([^,)\]]*)|\.(\w+))""")
#: Words that every page has beside its own.
SHARED = {"page_words": ["page"], "desk_words": ["desk"], "work_words": ["desk-work"]}
QUOTED = re.compile(r"""["']([\w.-]+)["'](?: (~))?""")


@cache
def entries(subject: str) -> Mapping[str, Entry]:
    return {entry.key: entry for entry in read_words(SPECS / "words" / f"{subject}.toml")}


@frozen
class Use:
    """A place that asks for a text; ``key`` may have ``*`` for what is only known when it runs. ``supplied``: its
    parameters, None where they can't be seen there."""

    place: str
    key: str
    supplied: frozenset[str] | None

    def keys(self, known: Mapping[str, Entry]) -> list[str]:
        if "*" not in self.key:
            return [self.key] if self.key in known else []
        pattern = re.compile(".+".join(map(re.escape, self.key.split("*"))))
        return [key for key in known if pattern.fullmatch(key)]


@cache
def modules() -> Mapping[Path, Sequence[ast.expr]]:
    """The expressions in each file."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}
    return {path: [node for node in ast.walk(tree) if isinstance(node, ast.expr)] for path, tree in trees.items()}


@cache
def subjects_of(path: Path) -> set[str]:
    """The subjects whose words a file opens, ``words("verify", language)``, or makes reasons for."""
    calls = [node for node in modules()[path] if isinstance(node, ast.Call)]
    opened = {subject for call in calls if opens(call) for subject in texts_of(call.args[0])}
    return opened | {"explain" for call in calls if called(call.func) == "reason"}


def opens(call: ast.Call) -> bool:
    return called(call.func) == "words" and len(call.args) == 2


def uses_in(path: Path) -> Iterator[Use]:
    for node in modules()[path]:
        match node:
            case ast.Call(func=func, args=[key, *_], keywords=given) if called(func) in NAMES and not opens(node):
                named = [each.arg for each in given if each.arg is not None]
                supplied = frozenset(named) if len(named) == len(given) and called(func) != "reason" else None
            case ast.Subscript(value=func, slice=key) if called(func) in NAMES:
                supplied = None
            case _:
                continue
        place = f"{path.relative_to(PACKAGE.parent).as_posix()}:{key.lineno}"
        yield from (Use(place, text, supplied) for text in texts_of(key))


def uses_in_page(path: Path, near: Iterable[str]) -> Iterator[tuple[str, Use]]:
    """``near``: the subjects of its folder."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        place = f"{path.relative_to(PACKAGE.parent).as_posix()}:{number}"
        for found in IN_PAGE.finditer(line):
            keys = [found[3]] if found[3] else [f"{key}{'*' if more else ''}" for key, more in QUOTED.findall(found[2])]
            of = SHARED.get(found[1], near)
            yield from ((subject, Use(place, key, None)) for key in keys for subject in of)


def called(func: ast.expr) -> str:
    match func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call() if opens(func):
            return "words"
    return ""


def texts_of(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            yield "".join(str(each.value) if isinstance(each, ast.Constant) else "*" for each in values)
        case ast.IfExp(body=body, orelse=other):
            yield from texts_of(body)
            yield from texts_of(other)


@cache
def uses() -> Sequence[tuple[str, Use]]:
    """Every place with the subject that it asks: that of its file, or else one of its folder."""
    return tuple(_uses())


def _uses() -> Iterator[tuple[str, Use]]:
    for path in modules():
        own = subjects_of(path)
        near = own or {each for other in modules() if other.parent == path.parent for each in subjects_of(other)}
        yield from ((subject, use) for use in uses_in(path) for subject in near)
    for page in sorted([*PACKAGE.rglob("*.html"), *PACKAGE.rglob("*.txt.j2")]):
        folder = page.parent if page.suffix == ".j2" else page.parent.parent
        near = {each for other in modules() if other.parent == folder for each in subjects_of(other)}
        yield from uses_in_page(page, near)


def pages_near(folder: Path) -> list[Path]:
    """The templates of what a folder tells, in a browser and at a terminal."""
    return [*folder.glob("page/*.html"), *folder.glob("templates/*.html"), *folder.glob("*.txt.j2")]


def constants_near(subject: str) -> set[str]:
    """Every text, and every form of one, in the files of a folder in which the subject is opened, and in the model."""
    folders = {path.parent for path in modules() if subject in subjects_of(path)} | {PACKAGE / "model"}
    near = (nodes for path, nodes in modules().items() if path.parent in folders)
    pages = (page.read_text(encoding="utf-8") for folder in folders for page in pages_near(folder))
    return {
        *(text for nodes in near for node in nodes for text in texts_of(node)),
        *(text for page in pages for text, _ in QUOTED.findall(page)),
    }


def test_every_text_asked_for_is_there_with_its_parameters() -> None:
    wrong: list[str] = []
    by_place: dict[Use, list[tuple[str, str]]] = {}
    for subject, use in uses():
        by_place.setdefault(use, []).extend((subject, key) for key in use.keys(entries(subject)))
    for use, found in by_place.items():
        if not found:
            wrong.append(f"{use.place}: {use.key} is not in specs/words")
        elif use.supplied is not None and "*" not in use.key:
            lacking = [places(entries(subject)[key].texts["nl"]) - use.supplied for subject, key in found]
            wrong += [f"{use.place}: {use.key} lacks {', '.join(sorted(each))}" for each in lacking if each]

    assert by_place
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("subject", sorted({*SUBJECTS} - LOOKED_UP))
def test_every_text_is_asked_for(subject: str) -> None:
    asked = {key for of, use in uses() if of == subject for key in use.keys(entries(subject))}
    near = constants_near(subject)
    assert asked or near, "nobody opens it"
    for text in near:
        if any(map(str.isalpha, text)):
            asked.update(Use("", text, None).keys(entries(subject)))

    if subject in INSTEAD:
        asked.update(entries(INSTEAD[subject]))
    assert [key for key in entries(subject) if key not in asked] == []


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of words in the place of the shipped ones."""
    (tmp_path / "words").mkdir()
    monkeypatch.setattr(words, "SPECS", tmp_path)
    words.words.cache_clear()
    yield tmp_path / "words"
    words.words.cache_clear()


GREETING = """
[greeting]
nl = "Op {day} {count} brieven, {sum_cents}, van {who}"
en = "On {day} {count} letters, {sum_cents}, of {who}"
one_nl = "Op {day} een brief, {sum_cents}, van {who}"
one_en = "On {day} a letter, {sum_cents}, of {who}"

[greeting.late]
nl = 'Uw "uzovi" ontbreekt'
en = 'Your "uzovi" is missing'
"""


def test_a_text_is_filled_in_as_people_write(shelf: Path) -> None:
    (shelf / "post.toml").write_text(GREETING, encoding="utf-8")
    dutch, english = (words.words("post", language) for language in LANGUAGES)
    given = {"day": date(2024, 2, 1), "sum_cents": 123450, "who": "A\x1bB"}

    assert dutch("greeting", count=1200, **given) == "Op 01-02-2024 1.200 brieven, € 1.234,50, van A?B"
    assert dutch("greeting", count=1, **given) == "Op 01-02-2024 een brief, € 1.234,50, van A?B"
    assert english("greeting", count=1200, **given) == "On 2024-02-01 1,200 letters, € 1,234.50, of A?B"
    assert english["greeting.late"] == 'Your "uzovi" is missing'
    assert "greeting" in dutch
    assert "late" not in dutch
    with pytest.raises(KeyError):
        dutch("greeting", count=1)
    with pytest.raises(KeyError):
        dutch("late")


def test_a_column_is_called_as_the_practice_does(shelf: Path) -> None:
    from ei_export.base.wording import naming

    (shelf / "post.toml").write_text(GREETING, encoding="utf-8")
    with naming({"uzovi": "VerzNr"}):
        assert words.words("post", "nl")("greeting.late") == 'Uw "VerzNr" ontbreekt'


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('[a]\nnl = "een"\nen = "one"\n\n[b]\nnl = "twee"\n', 5, "en"),
        ('[a]\nnl = "een"\nen = "one"\nde = "eins"\n', 1, "de"),
        ('\n[a]\nnl = "een"\nen = "one"\none_nl = "een"\n', 2, "one_en"),
        ('[a]\nnl = "{n} keer"\nen = "{m} times"\n', 1, "en"),
        ('[a]\nnl = "{n keer"\nen = "{n} times"\n', 1, "nl"),
        ('[a]\nnl = "{} keer"\nen = "{} times"\n', 1, "nl"),
        ('[a]\nnl = 3\nen = "three"\n', 1, "nl"),
        ('[a]\nnl = "een"\nen = ""\n', 1, "en"),
        ('[a.b]\nnl = "een"\nen = "one"\n\n[a.c]\n', 5, "en"),
        ('nl = "los"\n', 1, "en"),
    ],
)
def test_a_text_that_is_wrong_is_refused_at_its_line(shelf: Path, text: str, line: int, column: str) -> None:
    (shelf / "post.toml").write_text(text, encoding="utf-8")
    errors: list[SettingsError] = []
    right = read_words(shelf / "post.toml", errors.append)

    assert (errors[0].code, errors[0].params["line"], errors[0].params["column"]) == ("TABLE_VALUE", line, column)
    assert all(entry.line != line for entry in right)
    with pytest.raises(SettingsError):
        words.words("post", "nl")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[a]\nnl = "een"\nen = "one"\n[a]\nnl = "een"\nen = "one"\n', 4),
        ('[a]\nnl = "een"\nnl = "twee"\nen = "one"\n', 3),
        ('[a]\nnl = "een\n', 2),
        ("[a]\nnl = een\n", 2),
    ],
)
def test_a_file_that_is_broken_is_refused_at_its_line(shelf: Path, text: str, line: int) -> None:
    (shelf / "post.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        words.words("post", "nl")

    assert (refused.value.code, refused.value.params["line"]) == ("TABLE_TOML", line)
    assert str(refused.value.params["file"]).endswith("words/post.toml")


def test_a_file_that_is_not_there_is_refused(shelf: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        words.words("post", "nl")
    assert refused.value.code == "TABLE_MISSING"
    (shelf / "post.toml").write_bytes('[a]\nnl = "één"\n'.encode("cp1252"))
    with pytest.raises(SettingsError) as refused:
        words.words("post", "nl")
    assert refused.value.code == "TABLE_ENCODING"


@pytest.mark.parametrize(
    ("broken", "place"),
    [
        ('[FILE_UNREADABLE]\nseverity = "error"\nnl = "a\n', "01.toml:3"),
        ('[FILE_UNREADABLE]\nseverity = "error"\nnl = "a"\n', "01.toml:1"),
        (None, "problems"),
    ],
)
def test_a_catalogue_that_is_broken_is_told_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str | None, place: str
) -> None:
    (tmp_path / "problems").mkdir()
    if broken is not None:
        (tmp_path / "problems" / "01.toml").write_text(broken, encoding="utf-8")
    files = problems.catalogue_files
    monkeypatch.setattr(problems, "catalogue_files", lambda: files(tmp_path))
    catalogue.cache_clear()
    try:
        with pytest.raises(SettingsError) as refused:
            catalogue()
        dutch, _ = render("FILE_UNREADABLE", {}, "nl")
    finally:
        catalogue.cache_clear()

    assert refused.value.exit_code == 2
    assert place in dutch
    assert dutch.startswith("De teksten van ei-export zijn niet te lezen")


@pytest.mark.parametrize(
    ("command", "broken"),
    [
        (("run",), "summary"),
        (("run",), "report"),
        (("credit", "R1"), "corrections"),
        (("returns", "appointments.csv"), "returns"),
        (("recover",), "recover"),
        (("undo", "R000001"), "corrections"),
        (("prune", "--before", "2020-01-01", "--yes"), "prune"),
        (("status",), "status"),
        (("check",), "listing"),
        (("verify", "appointments.csv"), "verify"),
        (("run", "--help"), "help"),
    ],
)
def test_a_broken_file_stops_a_command_before_it_does_anything(
    command: tuple[str, ...], broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(main, ["init", "."]).exit_code == 0
    settings = Path("ei-export.toml")
    settings.write_text(settings.read_text("utf-8").replace('message = "test"', 'message = "production"'), "utf-8")
    before = sorted(tmp_path.rglob("R*"))
    shutil.copytree(SPECS / "words", tmp_path / "specs" / "words")
    with (tmp_path / "specs" / "words" / f"{broken}.toml").open("a", encoding="utf-8") as file:
        file.write("\n[unfinished\n")
    monkeypatch.setattr(words, "SPECS", tmp_path / "specs")
    words.words.cache_clear()
    page_template.cache_clear()
    try:
        done = CliRunner().invoke(main, [*command, "--lang", "nl"])
    finally:
        words.words.cache_clear()
        page_template.cache_clear()
    assert done.exit_code == 2
    assert f"words/{broken}.toml" in done.stderr
    assert sorted(tmp_path.rglob("R*")) == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_more_days_than_one_are_told_as_people_do(language: Language) -> None:
    several = {
        "nl": ("Van 03-10-2023 tot en met 07-11-2023 heeft", "bij CZ van 03-10-2023 tot en met 07-11-2023 in"),
        "en": ("From 2023-10-03 through 2023-11-07 the", "with CZ from 2023-10-03 through 2023-11-07 in"),
    }
    params = {"insurer": "CZ", "code": "940131", "list": "x"}
    for code, text in zip(("CONTRACT_MISSING", "TARIFF_MISSING"), several[language], strict=True):
        assert text in render(code, params | {"date": "2023-10-03 – 2023-11-07"}, language)[0]
    first = render("CONTRACT_MISSING", params | {"date": "2023-10-03"}, language)[0]
    assert first.startswith({"nl": "Op 03-10-2023 heeft", "en": "On 2023-10-03 the"}[language])


def test_a_table_of_rules_is_told_by_its_name_and_one_of_the_practice_by_its_file() -> None:
    params = {"date": "2023-10-03", "insurer": "CZ", "code": "940131"}
    said: dict[tuple[str, Language], str] = {
        ("specs/zorg1/cz.csv:11", "nl"): "(afspraken van CZ, regel 11)",
        ("specs/zorg1/cz.csv:11", "en"): "(agreements of CZ, row 11)",
        ("eigen/zorg1.csv:2", "nl"): "(eigen/zorg1.csv:2)",
    }
    for (rule, language), text in said.items():
        assert text in render("UNITS_UNKNOWN", params | {"rule": rule}, language)[0]


def test_any_instrument_is_told_as_such() -> None:
    params = {"program": "TKP", "instruments": "STarT MSK, *"}
    assert render("MONITOR_INTAKE_MISSING", params, "nl")[0].endswith(": STarT MSK, een instrument naar keuze.")
    assert render("MONITOR_END_MISSING", {**params, "instruments": "*"}, "en")[0].endswith(": an instrument of choice.")


def test_every_table_of_rules_has_a_name() -> None:
    tables = {f"rules.{path.stem}" for path in (SPECS / "zorg1").glob("*.csv")}
    assert tables == {key for key in words.words("tables", "nl") if key != "row"}
