"""``ei-export specs check``: reads every table with its own loader, and collects the errors of all."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Final

from ..base.entries import Entry, read_entries, read_words
from ..base.problems import SEVERITIES, Finding, SettingsError, catalogue_files, kind_errors
from ..base.specs import SPECS
from ..base.tables import Report
from ..model import codelists
from ..model.holidays import holidays
from ..model.index_tables import read_index_tables
from ..model.norms import read_norms
from ..model.promises import benchmarks, promises
from ..model.tasks import read_task_tables
from ..model.vecozo import read_limits
from ..output.codebook import read_export_headings
from ..settings import Settings
from ..standards.message import read_messages
from ..standards.registry import standards
from ..standards.standard import Tables
from ..standards.vocabulary import read_elements, read_headings
from ..zorg1.agreements import Agreements, Known, read_agreements
from ..zorg1.codes import read_contacts, read_covers, read_twins, read_weeks
from ..zorg1.copying import unchecked
from ..zorg1.in_vain import in_vain
from ..zorg1.inferred import read_inferred
from ..zorg1.instruments import read_other_names
from ..zorg1.measures import instruments_in, known_profiles, read_measures
from ..zorg1.profiles import read_profiles
from ..zorg1.programs import Programs, read_parts, read_usual
from ..zorg1.tariffs import Tariffs
from .setup.fields import read_fields
from .setup.guessing import read_guesses

#: A source that is a choice of our own.
_CHOICE: Final = re.compile(r"specs/inferred\.csv, (\w+)")
#: Texts that say the same, so they have the same ``{parameters}``.
_TRANSLATIONS: Final = (("nl", "en"), ("remedy_nl", "remedy_en"))


def check_tariffs(path: Path) -> list[SettingsError]:
    """Every error in a practice's tariff table: at most two for a row."""
    errors: list[SettingsError] = []
    Tariffs.read(path, errors.append)
    return errors


def check_in_vain(settings: Settings) -> Iterator[Finding]:
    """What settings and tables without an error hold in vain. Raises SettingsError."""
    return in_vain(settings, Agreements.load(settings.overlays), Tariffs.load(settings.tariffs_path))


def check_copied(overlays: Sequence[Path]) -> Iterator[Finding]:
    """What overlays without an error hold that was copied and nobody checked. Raises SettingsError."""
    return unchecked(Agreements.load(overlays))


def check_specs(
    overlays: Sequence[Path] = (), measures: Path | None = None, profiles: Path | None = None
) -> list[SettingsError]:
    """Every error in the built-in tables, in these overlays, and in a practice's own tables of what is measured
    and which profile goes with a score: at most one for a row, and for a record layout."""
    errors: list[SettingsError] = []
    report = errors.append
    codes = codelists.every_code.read(SPECS, report)
    codes_are_right = not errors
    if codes_are_right:  # without a code, what names it would be wrong too
        codelists.read_english(codes, SPECS, report)
        indications = {code for name, code in codes if name == "COD321"}
        read_covers(indications, SPECS, report)
    diagnoses = codelists.diagnoses.read(SPECS, report)
    return_codes = codelists.return_codes.read(SPECS, report)
    codelists.read_remedies(return_codes, SPECS, report)
    codelists.uzovi_numbers.read(SPECS, report)
    codelists.other_names.read(SPECS, report)
    codelists.countries.read(SPECS, report)
    codelists.deadlines.read(SPECS, report)
    for figures in (holidays, promises, benchmarks):
        figures.read(SPECS, report)
    before = len(errors)
    performances = codelists.performances.read(SPECS, report)
    if codes_are_right and len(errors) == before:
        read_index_tables(performances, indications, SPECS, report)
    codelists.read_standards(SPECS, report)
    before = len(errors)
    choices = codelists.read_choices(SPECS, report)
    named = choices if len(errors) == before else None  # without a choice, whatever names it would be wrong too
    messages = read_messages(SPECS, report)
    known = Known.of(codes.values(), diagnoses)
    agreements = read_agreements(overlays, known, SPECS, report)
    for read in (read_twins, read_contacts, read_weeks):
        read({code for _, code in agreements}, SPECS, report)
    read_inferred({insurer for insurer, _ in agreements}, {code for _, code in agreements}, SPECS, report)
    parts, usual = read_parts(known.diagnoses, SPECS, report), read_usual(known.diagnoses, SPECS, report)
    profiles_of = known_profiles(chain.from_iterable(agreements.values()), Programs(parts, usual))
    instruments = _instruments(profiles_of, measures, profiles, report)
    # Those of our rows too, where rows of the practice stand in their place; what is wrong with ours was told.
    read_other_names(instruments | _instruments(profiles_of, None, None, lambda _: None), SPECS, report)
    read_norms(SPECS, report)
    read_limits(SPECS, report)
    read_task_tables(SPECS, report)
    read_guesses(SPECS, report)
    read_fields(SPECS, report)
    read_elements({name for name, _ in codes}, SPECS, report)
    read_headings(SPECS, report)
    read_export_headings(SPECS, report)
    if named is not None:
        tables = Tables(messages, {name for name, _ in codes}, return_codes, codes_are_right)
        for standard in standards().values():
            standard.check_tables(SPECS, tables, report)
    _check_problems(return_codes, named, report)
    for path in sorted((SPECS / "words").glob("*.toml")):
        read_words(path, report)
    return errors


def _instruments(
    profiles_of: Mapping[str, Collection[str]], measures: Path | None, profiles: Path | None, report: Report
) -> set[str]:
    """All that is measured with, or says a profile, by our tables and those of a practice."""
    measured = read_measures(profiles_of, measures, SPECS, report)
    scored = read_profiles({*chain.from_iterable(profiles_of.values())}, profiles, SPECS, report)
    return {*instruments_in(measured), *scored}


def _check_problems(return_codes: Collection[str], choices: Collection[str] | None, report: Report) -> None:
    """The catalogue: its keys, known severities, return codes and inferred choices, the same parameters in both
    languages, and each code in one file only."""
    places: dict[str, str] = {}
    for path in catalogue_files(SPECS):
        for entry in read_entries(path, report):
            place = f"{entry.file}:{entry.line}"
            if (other := places.setdefault(entry.key, place)) != place:
                report(SettingsError("TABLE_OVERLAP", file=entry.file, line=entry.line, other=other))
            for error in _problem_errors(entry, return_codes, choices):
                report(error)


def _problem_errors(
    entry: Entry, return_codes: Collection[str], choices: Collection[str] | None
) -> Iterator[SettingsError]:
    """What is wrong with an entry of the catalogue."""
    if wrong := [*kind_errors(entry)]:
        yield from wrong
        return
    texts = entry.texts
    yield from (entry.error(key, expected) for key, expected in _severity_errors(texts))
    if texts.get("consequence", True) is not True:
        yield entry.error("consequence", "true")
    if texts.get("return_code") and texts["return_code"] not in return_codes:
        yield entry.error("return_code", "a code of specs/codelists/return-codes.csv")
    choice = _CHOICE.fullmatch(texts.get("source", ""))
    if choices is not None and choice is not None and choice[1] not in choices:
        yield entry.error("source", "a name of specs/inferred.csv")
    for translations in _TRANSLATIONS:
        yield from entry.unlike(*translations)


def _severity_errors(entry: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The severity lies between its bounds; what would be refused with a return code stays an error."""
    rank = {key: SEVERITIES.index(entry[key]) for key in ("severity", "highest", "lowest") if key in entry}
    if rank.get("highest", 0) > rank["severity"]:
        yield "highest", f"{entry['severity']}, or more serious"
    if rank.get("lowest", len(SEVERITIES)) < rank["severity"]:
        yield "lowest", f"{entry['severity']}, or less serious"
    elif "lowest" in rank and entry["severity"] == "error" and entry.get("return_code"):
        yield "lowest", "no such key for an error with a return code"
