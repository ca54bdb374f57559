"""The tables a run goes by, loaded once and held against the settings."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from functools import cache
from hashlib import blake2b

from attrs import frozen

from .. import __version__
from ..base.private import read_file
from ..base.problems import Finding
from ..base.specs import SPECS
from ..intake.feed import Header
from ..intake.meanings import WordMeanings
from ..model.codelists import deadlines, uzovi_numbers
from ..settings import Settings
from ..zorg1.agreements import Agreements
from ..zorg1.claims import ClaimJudge
from ..zorg1.copying import unchecked
from ..zorg1.in_vain import in_vain
from ..zorg1.resolver import Resolver
from ..zorg1.tariffs import Tariffs


@frozen
class Rules:
    """The tables a run goes by, with UZOVI number → insurer; ``fingerprint`` changes with any of them, and with the
    settings a case depends on; ``findings`` are what tables and settings hold in vain, or had to be
    closed, or nobody checked; ``meant`` is ``[input.values]``."""

    resolver: Resolver
    judge: ClaimJudge
    insurers: Mapping[str, str]
    fingerprint: bytes
    findings: tuple[Finding, ...]
    meant: WordMeanings

    @classmethod
    def load(cls, settings: Settings, today: date, header: Header | None = None) -> "Rules":
        """Loads every table. ``header`` is that of the feed, where there is one to be judged. Raises SettingsError."""
        # First: where a table is changed while it is read, the next run finds another one, and judges anew.
        fingerprint = _fingerprint(settings, header)
        agreements = Agreements.load(settings.overlays)
        tariffs = Tariffs.load(settings.tariffs_path)
        insurers = {number: row.insurer for number, row in uzovi_numbers().items()} | dict(settings.uzovi)
        resolver = Resolver(agreements, tariffs, settings.contracts, settings.codes, insurers)
        judge = ClaimJudge(agreements, deadlines(), today, settings.severities)
        findings = (*in_vain(settings, agreements, tariffs), *unchecked(agreements))
        return cls(resolver, judge, insurers, fingerprint, findings, settings.input.values)


def _fingerprint(settings: Settings, header: Header | None) -> bytes:
    """A hash of all that decides a case besides the patient's rows and the day of the run."""
    said = (
        __version__,
        header,
        sorted(settings.input.completed),
        sorted(settings.input.not_completed),
        sorted(settings.input.planned),
        sorted((column, sorted(words.items())) for column, words in settings.input.values.items()),
        sorted(settings.codes.items()),
        settings.contracts,
        sorted(settings.uzovi.items()),
        settings.output.standard,
        settings.output.diagnosis_element,
        settings.ledger.declared_until,
        settings.input.complete_from,
        sorted(settings.severities.overrides.items()),
    )
    digest = blake2b(repr(said).encode(), digest_size=16, key=_of_specs())
    for table in (*settings.overlays, *filter(None, [settings.tariffs_path])):
        with suppress(OSError):  # it is refused where it is loaded
            digest.update(read_file(table))
    return digest.digest()


@cache
def _of_specs() -> bytes:
    """A hash of the program's own tables, which are read once too."""
    digest = blake2b()
    for table in sorted(SPECS.rglob("*.csv")):
        digest.update(table.read_bytes())
    return digest.digest()
