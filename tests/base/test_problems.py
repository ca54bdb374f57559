"""The catalogue of problems: every text can be rendered, and every code the program uses is in it."""

import ast
import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from attrs import frozen

from ei_export.base import problems
from ei_export.base.problems import LANGUAGES, SEVERITIES, Kind, Refusal, catalogue, render
from ei_export.base.specs import SPECS
from ei_export.standards.flat.judge.relations import relations

PACKAGE = Path(problems.__file__).parents[1]
REFUSALS = {"Refusal", *(kind.__name__ for kind in Refusal.__subclasses__())}
#: What a finding may never quote of a person.
PERSONAL = {"bsn", "name", "prefix", "initials", "birth_date", "partner_name", "partner_prefix"}
CODE = re.compile("[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
NO_CODE = re.compile("EI_EXPORT_.*|S?O_[A-Z]+|PROVIDE_AUTOMATIC_OPTIONS|NO_COLOR|AFTER_RELAPSE|LC_ALL|LC_MESSAGES")
#: Parameters that are added when a finding is used, by the module that makes it without.
ADDED_LATER = {"ei_export/zorg1/resolver.py": {"date"}}

KINDS = pytest.mark.parametrize("kind", catalogue().values(), ids=catalogue().keys())


def places(*texts: str) -> set[str]:
    """The names of the ``{places}`` in texts."""
    return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name is not None}


@KINDS
def test_message_and_remedy_are_sentences_that_name_their_parameters(kind: Kind) -> None:
    """The same in both languages, and nobody among them."""
    assert kind.severity in SEVERITIES
    assert places(kind.nl) == places(kind.en)
    assert places(kind.remedy_nl) == places(kind.remedy_en)
    assert not PERSONAL & places(kind.nl, kind.remedy_nl)
    params = {name: f"<{name}>" for name in places(kind.nl, kind.remedy_nl)}
    for language in LANGUAGES:
        texts = render(kind.code, params, language)
        assert all(value in " ".join(texts) for value in params.values())
        for text in texts:
            assert re.fullmatch(r"[^{}!\n]+\.", text)


def test_return_codes_exist() -> None:
    with (SPECS / "codelists" / "return-codes.csv").open(encoding="utf-8", newline="") as file:
        known = {row["code"] for row in csv.DictReader(file)}

    assert {kind.return_code for kind in catalogue().values() if kind.return_code} <= known


def test_a_missing_code_or_parameter_is_not_passed_over() -> None:
    with pytest.raises(KeyError):
        render("NO_SUCH_CODE", {}, "nl")
    with pytest.raises(KeyError):
        render("CODE_UNKNOWN", {}, "nl")


def test_a_refusal_reads_as_its_english_message() -> None:
    refusal = Refusal("LEDGER_BUSY", path="ledger.sqlite")

    assert str(refusal) == "Another run is working on ledger.sqlite."


@frozen
class Use:
    """A place in the source that gives a problem; ``supplied``: its parameters, None where they can't be seen there."""

    place: str
    code: str
    supplied: frozenset[str] | None


@cache
def sources() -> Mapping[str, Sequence[ast.expr]]:
    """The expressions in the modules of the program, by the path of each."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}
    return {
        path.relative_to(PACKAGE.parent).as_posix(): [node for node in ast.walk(tree) if isinstance(node, ast.expr)]
        for path, tree in trees.items()
    }


def constants() -> Iterator[tuple[str, str]]:
    """Every text in the source, and where."""
    for file, nodes in sources().items():
        for node in nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value, f"{file}:{node.lineno}"


def uses() -> Iterator[Use]:
    """Every finding and refusal in the source whose code is written there."""
    for file, nodes in sources().items():
        for node in nodes:
            match node:
                case ast.Call(func=ast.Name(id="Finding")):
                    supplied = supplied_to_finding(node)
                case ast.Call(func=ast.Name(id=name)) if name in REFUSALS:
                    supplied = supplied_by_keywords(node)
                case ast.Call(func=ast.Attribute(attr="find"), args=[ast.Constant(value=str(code)), *_]) if (
                    CODE.fullmatch(code)
                ):
                    supplied = supplied_by_keywords(node)  # Visit.find
                case _:
                    continue
            if supplied is not None:
                supplied |= ADDED_LATER.get(file, set())
            for code in literals(argument(node, 0, "code")):
                yield Use(f"{file}:{node.lineno}", code, supplied)


def argument(call: ast.Call, position: int, keyword: str) -> ast.expr | None:
    if len(call.args) > position:
        return call.args[position]
    return next((given.value for given in call.keywords if given.arg == keyword), None)


def literals(code: ast.expr | None) -> Iterator[str]:
    match code:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp():
            yield from literals(code.body)
            yield from literals(code.orelse)


def supplied_to_finding(call: ast.Call) -> frozenset[str] | None:
    match argument(call, 2, "params"):
        case None:
            return frozenset()
        case ast.Dict(keys=keys):
            names = [key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
            return frozenset(names) if len(names) == len(keys) else None
        case ast.Call(func=ast.Name(id="dict"), args=[]) as made:
            return supplied_by_keywords(made)
    return None


def supplied_by_keywords(call: ast.Call) -> frozenset[str] | None:
    names = [given.arg for given in call.keywords if given.arg is not None]
    return frozenset(names) if len(names) == len(call.keywords) else None


def test_every_problem_in_the_source_is_in_the_catalogue_with_its_parameters() -> None:
    wrong: list[str] = []
    for use in uses():
        kind = catalogue().get(use.code)
        if kind is None:
            wrong.append(f"{use.place}: {use.code} is not in specs/problems")
        elif use.supplied is not None and (lacking := places(kind.nl, kind.remedy_nl) - use.supplied):
            wrong.append(f"{use.place}: {use.code} lacks {', '.join(sorted(lacking))}")

    assert not wrong, "\n".join(wrong)


def test_every_code_kept_in_a_table_of_the_source_is_in_the_catalogue() -> None:
    wrong = [
        f"{place}: {code} is not in specs/problems"
        for code, place in constants()
        if CODE.fullmatch(code) and not NO_CODE.fullmatch(code) and code not in catalogue()
    ]

    assert not wrong, "\n".join(wrong)


def test_every_code_of_the_catalogue_is_used_and_those_of_relations_are_in_it() -> None:
    of_relations = {relation.code for relation in relations("pm305-3.2")}
    assert of_relations <= catalogue().keys()
    assert catalogue().keys() - {code for code, _ in constants()} == of_relations - {code for code, _ in constants()}
