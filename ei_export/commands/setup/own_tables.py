"""The tables of a practice's own, read as its settings name them: what is wrong with any, and what is in vain."""

from collections.abc import Iterator, Sequence
from itertools import chain

from ...base.problems import Finding, SettingsError
from ...intake.values import uzovi
from ...model import codelists
from ...settings import Settings
from ...zorg1.agreements import Agreements, Known, read_agreements
from ...zorg1.codebook import codebook_of
from ...zorg1.copying import unchecked
from ...zorg1.in_vain import in_vain
from ...zorg1.measures import known_profiles, read_measures
from ...zorg1.measuring import MeasuringRules
from ...zorg1.profiles import read_profiles
from ...zorg1.tariffs import Tariffs


class WrongTablesError(SettingsError):
    """Tables hold ``errors``, of which it is the first."""

    def __init__(self, errors: Sequence[SettingsError]) -> None:
        super().__init__(errors[0].code, **errors[0].params)
        self.errors = errors


def read_own_tables(settings: Settings) -> Sequence[Finding]:
    """What settings and tables hold in vain, or nobody checked since it was copied. Raises SettingsError; for rows that
    are wrong WrongTablesError, with all of them."""
    own = settings.zorg1
    try:
        agreements, tariffs = Agreements.load(settings.overlays), Tariffs.load(settings.tariffs_path)
        if own.measures is not None or own.profiles is not None or own.codebook:
            codebook_of(settings, MeasuringRules.load(agreements, own).measures)
    except SettingsError as first:
        raise WrongTablesError(_errors(settings) or [first]) from None
    return [*in_vain(settings, agreements, tariffs), *unchecked(agreements), *_of_nobody(settings)]


def _of_nobody(settings: Settings) -> Iterator[Finding]:
    """The UZOVI numbers that words are read as and that are no insurer's: a run tells it of each appointment."""
    known = {*codelists.uzovi_numbers(), *settings.uzovi}
    for meaning in sorted({*settings.input.values.get("uzovi", {}).values()}):
        number = uzovi(meaning)
        if number is None:
            yield Finding("UZOVI_INVALID", "uzovi", {"found": meaning})
        elif number not in known:
            yield Finding("UZOVI_UNKNOWN", "uzovi", {"uzovi": number})


def _errors(settings: Settings) -> list[SettingsError]:
    """All that is wrong with rows of these tables."""
    own, errors = settings.zorg1, list[SettingsError]()
    known = Known.of(codelists.every_code().values(), codelists.diagnoses())
    read_agreements(settings.overlays, known, report=errors.append)
    if settings.tariffs_path is not None:
        Tariffs.read(settings.tariffs_path, errors.append)
    if not errors:  # without an agreement, what names its program would be wrong too
        agreements = Agreements.load(settings.overlays)
        profiles = known_profiles(agreements, agreements.programs)
        read_measures(profiles, own.measures, report=errors.append)
        read_profiles({*chain.from_iterable(profiles.values())}, own.profiles, report=errors.append)
    return errors
