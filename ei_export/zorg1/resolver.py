"""Which product a code is with an insurer on a date: agreement, code list, contract position and tariff together.

All of these change on fixed dates only, so for one code and one UZOVI there is a line of periods, worked out
once and then looked up by date.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import Enum
from typing import Final, Literal

from attrs import evolve, field, frozen

from ..base.problems import Finding
from ..base.wording import quoted_code, quoted_word
from ..model.codelists import performances
from ..model.names import is_insurer
from ..settings import Amount, Contract
from .agreements import Agreement, Agreements
from .programs import Programs
from .tariffs import Tariff, Tariffs

#: ``[codes] "05" = "-"``: no Zorg1 product, on purpose.
NOT_ZORG1: Final = "-"
#: What a Zorg1 product code looks like (§4: declare-under codes, F-codes of 2019); only to tell a mistyped one from a
#: code of regular care.
_LOOKS_LIKE_ZORG1: Final = re.compile(r"9[34].{3,}|F1.{3,}")
_MOST_DAYS: Final = 100_000
_DAY: Final = timedelta(days=1)


class Verdict(Enum):
    """What the tables say of a code with an insurer on a date."""

    PRODUCT = "product"  # declared on its own date
    CONTACT = "contact"  # registered and counted, never sent
    FAULT = "fault"  # should be declared, but can't be: see ``faults``
    NO_AGREEMENT = "no agreement"  # no contract position on the date (§3.1)
    NOT_ZORG1 = "not zorg1"  # a code of regular care
    UNMAPPED = "unmapped"  # the same by the paramedic list, and nobody said so: suspect under a trajectory's number
    UNEXPLAINED = "unexplained"  # a code that nobody linked to anything: suspect inside a Zorg1 trajectory


@frozen
class Link:
    """The declare-under ``code`` that a code stands for (§3.2), and what says so: the feed's column ``declare_under``,
    ``codes`` of the settings, or nothing (''): then it stands for itself."""

    code: str
    by: Literal["declare_under", "codes", ""]


@frozen
class Resolution:
    """What a code means for one UZOVI during a period.

    ``code`` is the declare-under code as resolved; program, profile and moment are known even if it can't be declared.
    ``contract`` is the position it falls under, the one that names its price list if there is one.
    ``faults`` and ``notes`` (a warning each) still lack the date, which :meth:`dated` adds.
    """

    verdict: Verdict
    code: str
    insurer: str = ""
    program: str = ""
    profile: str = ""
    moment: str = ""
    agreement: Agreement | None = None
    contract: Contract | None = None
    tariff: Tariff | None = None
    faults: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()
    is_linked: bool = field(init=False)
    is_zorg1: bool = field(init=False)

    def __attrs_post_init__(self) -> None:
        is_linked = self.verdict not in (Verdict.UNMAPPED, Verdict.UNEXPLAINED)
        object.__setattr__(self, "is_linked", is_linked)
        object.__setattr__(self, "is_zorg1", is_linked and self.verdict is not Verdict.NOT_ZORG1)

    @property
    def amount(self) -> Amount:
        """What the tariff of the agreement is the price of: as the contract position says, or else the agreement."""
        assert self.agreement is not None
        return (self.contract.amount if self.contract is not None else "") or self.agreement.amount


def dated(finding: Finding, day: date) -> Finding:
    """The finding with the date it applies to."""
    return evolve(finding, params={**finding.params, "date": day.isoformat()})


@frozen
class Resolutions:
    """What a code means with one UZOVI; ``starts[i]`` is the first day of ``resolutions[i]``, the first one of all."""

    starts: tuple[date, ...]
    resolutions: tuple[Resolution, ...]

    def on(self, day: date) -> Resolution:
        return self.resolutions[bisect_right(self.starts, day) - 1]


class Resolver:
    """Looks codes up in the agreements, contract positions and tariffs of one practice.

    ``own_codes`` own code → declare-under code; ``insurers`` UZOVI → insurer.
    """

    def __init__(
        self,
        agreements: Agreements,
        tariffs: Tariffs,
        contracts: Iterable[Contract],
        own_codes: Mapping[str, str],
        insurers: Mapping[str, str],
    ) -> None:
        self._agreements = agreements
        self._tariffs = tariffs
        self._contracts: dict[str, list[Contract]] = {}
        for contract in contracts:
            self._contracts.setdefault(contract.insurer, []).append(contract)
        self._own_codes = own_codes
        self._insurers = insurers
        self._cache: dict[tuple[str, str, str], Resolutions] = {}
        self._on_days: dict[tuple[str, str, str, date | None], Resolution] = {}

    def resolve(self, code: str, declare_under: str, uzovi: str, day: date | None) -> Resolution:
        """What an own or declare-under code means on a day; where the day is not known, on the first of all days."""
        key = (code, declare_under, uzovi, day)
        found = self._on_days.get(key)
        if found is None:
            if len(self._on_days) > _MOST_DAYS:
                self._on_days.clear()
            found = self._on_days[key] = self.periods(code, declare_under, uzovi).on(day or date.min)
        return found

    def periods(self, code: str, declare_under: str, uzovi: str) -> Resolutions:
        """The resolutions for an own or declare-under code. ``declare_under`` beats the mapping of ``code``."""
        key = (code, declare_under, uzovi)
        found = self._cache.get(key)
        if found is None:
            found = self._cache[key] = self._periods(code, declare_under, uzovi)
        return found

    def link(self, code: str, declare_under: str) -> Link:
        """What an own code is linked to. ``declare_under`` beats the mapping of ``code``."""
        if declare_under:
            return Link(declare_under.upper(), "declare_under")
        own = self._own_codes.get(code)
        return Link(code.upper(), "") if own is None else Link(own.upper(), "codes")

    def is_explained(self, code: str, declare_under: str) -> bool:
        """Whether somebody said what a code stands for: it is linked to something, or is a code of Zorg1 or of the
        paramedic performance list. What would hold its appointment is told of there."""
        link = self.link(code, declare_under)
        if link.code in self._agreements.codes or link.code in performances() or link.code == NOT_ZORG1:
            return True
        return self._unknown(code, link).verdict is Verdict.FAULT

    def of_profile(self, resolution: Resolution, uzovi: str, profile: str, day: date) -> Resolution:
        """A contact in a trajectory of this profile, by the form of its code that its insurer has for that (§4.1.3)."""
        form = self._agreements.contacts.get((resolution.code, profile))
        if form is None or self._agreements.find(resolution.insurer, form, day) is None:
            return resolution
        found = self.resolve("", form, uzovi, day)
        params = {"code": resolution.code, "resolved": form, "insurer": resolution.insurer, "profile": profile}
        note = Finding("CONTACT_BY_PROFILE", "code", params)
        return found if found.contract is None else evolve(found, notes=(*found.notes, note))

    def is_form(self, form: str, code: str) -> bool:
        """Whether a code is the form for one profile of a contact's code."""
        return form in self._agreements.contacts.values() and self._agreements.forms[form] == code

    @property
    def programs(self) -> Programs:
        """The programs and their diagnoses."""
        return self._agreements.programs

    def insurer(self, uzovi: str) -> str:
        """Whose an UZOVI number is, or ''."""
        return self._insurers.get(uzovi, "")

    def contracts(self, insurer: str) -> Sequence[Contract]:
        """The contract positions with an insurer, of any time."""
        return self._contracts.get(insurer, ())

    def tariffs(self, agreement: Agreement) -> Sequence[Tariff]:
        """The tariffs of a product, of any time, earliest first."""
        return self._tariffs.periods(agreement.tariff_list, agreement.insurer, agreement.code)

    def _periods(self, code: str, declare_under: str, uzovi: str) -> Resolutions:
        link = self.link(code, declare_under)
        linked = link.code
        if linked not in self._agreements.codes:
            return Resolutions((date.min,), (self._unknown(code, link),))
        program, profile, moment = self._identity(linked, self.insurer(uzovi))
        base = Resolution(Verdict.FAULT, linked, self.insurer(uzovi), program=program, profile=profile, moment=moment)
        if not base.insurer:
            fault = Finding("UZOVI_UNKNOWN", "uzovi", {"uzovi": uzovi})
            if not re.fullmatch(r"\d{4}", uzovi):
                found = uzovi if is_insurer(uzovi) else quoted_code(uzovi)
                fault = Finding("UZOVI_INVALID", "uzovi", {"found": found})
            return Resolutions((date.min,), (evolve(base, faults=(fault,)),))
        starts = sorted({date.min, *self._changes(linked, base.insurer)})
        return Resolutions(tuple(starts), tuple(self._on(base, day) for day in starts))

    def _unknown(self, code: str, link: Link) -> Resolution:
        linked = link.code
        if not linked:
            return Resolution(Verdict.FAULT, "", faults=(Finding("CODE_MISSING", "code"),))
        if _LOOKS_LIKE_ZORG1.fullmatch(linked):
            return Resolution(
                Verdict.FAULT, linked, faults=(Finding("CODE_UNKNOWN", "code", {"code": quoted_word(linked)}),)
            )
        similar = sorted(own for own in self._own_codes if _bare(own) == _bare(code) and own != code)
        if similar and not link.by:
            params = {"code": code, "similar": ", ".join(similar)}
            return Resolution(Verdict.FAULT, linked, faults=(Finding("CODE_SIMILAR", "code", params),))
        if link.by or linked == NOT_ZORG1:
            return Resolution(Verdict.NOT_ZORG1, linked)
        return Resolution(Verdict.UNMAPPED if linked in performances() else Verdict.UNEXPLAINED, linked)

    def _identity(self, code: str, insurer: str) -> tuple[str, str, str]:
        """Program, profile and moment of a code, with this insurer if it knows the code, else with any.

        Where insurers differ (940135, §4.1.3 against §4.1.6) the meaning that fits every program is the careful one.
        """
        twin = self._agreements.forms.get(code, code)
        rows = self._agreements.periods(insurer, code) or self._agreements.periods(insurer, twin)
        if not rows:
            rows = tuple(
                row for name in self._agreements.insurers_of(code) for row in self._agreements.periods(name, code)
            )
        row = next((row for row in rows if row.program == "*"), rows[0])
        return row.program, row.profile, row.moment

    def _changes(self, code: str, insurer: str) -> Iterable[date]:
        """The days on which an resolution may become another."""
        for linked in filter(None, (code, self._agreements.forms.get(code))):
            for agreement in self._agreements.periods(insurer, linked):
                yield from _edges(agreement.valid_from, agreement.valid_until)
                for tariff in self._tariffs.periods(agreement.tariff_list, insurer, linked):
                    yield from _edges(tariff.valid_from, tariff.valid_until)
        for contract in self._contracts.get(insurer, ()):
            yield from _edges(contract.valid_from, contract.valid_until)

    def _on(self, base: Resolution, day: date) -> Resolution:
        """What holds on one day, in the order a biller would ask."""
        agreement, notes = self._agreement(base, day)
        if agreement is not None:
            base = evolve(
                base,
                code=agreement.code,
                agreement=agreement,
                program=agreement.program,
                profile=agreement.profile,
                moment=agreement.moment,
                notes=notes,
            )
        contracts = [c for c in self._contracts.get(base.insurer, ()) if c.covers(day)]
        if not contracts:
            missing = Finding("CONTRACT_MISSING", "uzovi", {"insurer": base.insurer})
            return evolve(base, verdict=Verdict.NO_AGREEMENT, notes=(missing,))
        base = evolve(base, contract=contracts[0])
        if agreement is None:
            return evolve(base, faults=(self._not_a_product(base),))
        if agreement.units == "-":
            return evolve(base, verdict=Verdict.CONTACT)
        params: dict[str, object] = {"insurer": base.insurer, "code": agreement.code, "list": agreement.tariff_list}
        naming = [contract for contract in contracts if agreement.tariff_list in contract.lists]
        if not naming:
            return evolve(base, faults=(Finding("CONTRACT_LIST_MISSING", "uzovi", params),))
        base = evolve(base, contract=naming[0])
        if agreement.units == "?":
            return evolve(base, faults=(Finding("UNITS_UNKNOWN", "code", {**params, "rule": agreement.rule}),))
        tariff = self._tariffs.find(agreement.tariff_list, base.insurer, agreement.code, day)
        if tariff is None:
            return evolve(base, faults=(Finding("TARIFF_MISSING", "code", params),))
        return evolve(base, verdict=Verdict.PRODUCT, tariff=tariff)

    def _agreement(self, base: Resolution, day: date) -> tuple[Agreement | None, tuple[Finding, ...]]:
        """The agreement on a day, also where the insurer knows another form of the code (§4.1.3, 4.6.1)."""
        found = self._agreements.find(base.insurer, base.code, day)
        twin = self._agreements.forms.get(base.code)
        if found is not None or twin is None:
            return found, ()
        found = self._agreements.find(base.insurer, twin, day)
        if found is None:
            return None, ()
        params: dict[str, object] = {"code": base.code, "resolved": twin, "insurer": base.insurer}
        if not found.is_sent:
            return found, (Finding("CONTACT_ANY_PROFILE", "code", params),)
        return found, (Finding("LIST_RESOLVED", "code", {**params, "list": found.list}),)

    def _not_a_product(self, base: Resolution) -> Finding:
        params: dict[str, object] = {"code": base.code, "insurer": base.insurer}
        twin = self._agreements.forms.get(base.code, "")
        periods = self._agreements.periods(base.insurer, base.code) or self._agreements.periods(base.insurer, twin)
        if periods:
            text = ", ".join(f"{row.valid_from} – {row.valid_until}" for row in periods)
            return Finding("PRODUCT_NOT_ON_DATE", "code", {**params, "periods": text})
        insurers = ", ".join(self._agreements.insurers_of(base.code))
        return Finding("PRODUCT_NOT_WITH_INSURER", "code", {**params, "insurers": insurers})


def _bare(code: str) -> str:
    """A code as a spreadsheet or a typist may leave it: without leading zeros, in any case."""
    return code.lstrip("0").casefold()


def _edges(first: date, last: date) -> Iterable[date]:
    """The day a period starts, and the day after it ends."""
    yield first
    if last < date.max:
        yield last + _DAY
