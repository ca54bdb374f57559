"""Which product a code is with an insurer on a date: agreement, code list, contract position and tariff together.

All of these change on fixed dates only, so for one code and one UZOVI there is a line of periods, worked out
once and then looked up by date.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import date, timedelta
from typing import Final

from attrs import evolve

from ..base.memo import Memo
from ..base.problems import Finding
from ..base.reasons import Reason, reason
from ..base.tables import FOREVER
from ..base.wording import quoted_code, quoted_word
from ..model.appointment import Appointment, Common
from ..model.codelists import codes, performances
from ..model.names import is_insurer
from ..settings import Contract
from .agreements import ANY, Agreement, Agreements
from .programs import Programs
from .resolution import Link, Resolution, Resolutions, Verdict
from .tariffs import Tariff, Tariffs

#: ``[codes] "05" = "-"``: no Zorg1 product, on purpose.
NOT_ZORG1: Final = "-"
#: What a Zorg1 product code looks like (§4: declare-under codes, F-codes of 2019); only to tell a mistyped one from a
#: code of regular care.
_LOOKS_LIKE_ZORG1: Final = re.compile(r"9[34].{3,}|F1.{3,}")
#: Where it stands what a code is linked to: in the settings, or in that column of its row.
_LINKED_IN: Final = {"codes": "[codes]", "declare_under": "declare_under", "": ""}
_DAY: Final = timedelta(days=1)
#: As many days of rows with something in common are remembered.
_MOST: Final = 100_000


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
        self._places: dict[Contract, str] = {}
        for number, contract in enumerate(contracts, 1):
            self._contracts.setdefault(contract.insurer, []).append(contract)
            self._places.setdefault(contract, f"[[contracts]] {number}")
        self._own_codes = own_codes
        self._insurers = insurers
        self._cache: dict[tuple[str, str, str], Resolutions] = {}
        self._of = Memo(self._resolve_common, _MOST)

    def resolve(self, code: str, declare_under: str, uzovi: str, day: date | None) -> Resolution:
        """What an own or declare-under code means on a day; where the day is not known, on the first of all days."""
        return self.periods(code, declare_under, uzovi).on(day or date.min)

    def of(self, row: Appointment) -> Resolution:
        """What the code of an appointment means on its day. It is asked of every row there is, and looked up by what
        rows have in common."""
        return self._of[row.common, row.date]

    def _resolve_common(self, asked: tuple[Common, date | None]) -> Resolution:
        common, day = asked
        return self.resolve(common.code, common.declare_under, common.uzovi, day)

    def periods(self, code: str, declare_under: str, uzovi: str) -> Resolutions:
        """The resolutions for an own or declare-under code. ``declare_under`` beats the mapping of ``code``."""
        key = (code, declare_under, uzovi)
        found = self._cache.get(key)
        if found is None:
            found = self._cache[key] = self._periods(code, declare_under, uzovi)
        return found

    def agreed(self, agreement: Agreement, day: date) -> Resolution:
        """What an agreement comes to on a day that it covers, whichever code or UZOVI number leads to it."""
        return self._on(Resolution(Verdict.FAULT, agreement.code, agreement.insurer), day)

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

    def why_form(self, code: str, resolution: Resolution) -> Reason | None:
        """Why a contact goes by the form of its code for the profile of its trajectory; None where it doesn't."""
        if not self.is_form(resolution.code, code):
            return None
        r = resolution
        source = r.agreement.rule if r.agreement is not None else ""
        return reason("code.profile", source, insurer=r.insurer, profile=r.profile, linked=code, resolved=r.code)

    def is_form(self, form: str, code: str) -> bool:
        """Whether a code is the form for one profile of a contact's code."""
        return form in self._agreements.contacts.values() and self._agreements.forms[form] == code

    @property
    def codes(self) -> Set[str]:
        """Every declare-under code that has an agreement with any insurer at any time."""
        return self._agreements.codes

    @property
    def insurers(self) -> Set[str]:
        """Every insurer that has an agreement at any time."""
        return self._agreements.insurers

    def agreed_anywhere(self, code: str) -> Sequence[Agreement]:
        """The agreements about a code with any insurer, of any time."""
        insurers = self._agreements.insurers_of(code)
        return [row for insurer in insurers for row in self._agreements.periods(insurer, code)]

    @property
    def programs(self) -> Programs:
        """The programs and their diagnoses."""
        return self._agreements.programs

    def insurer(self, uzovi: str) -> str:
        """Whose an UZOVI number is, or ''."""
        return self._insurers.get(uzovi, "")

    def agrees(self, uzovi: str, program: str, day: date) -> bool:
        """Whether a whole program has a price agreement with an insurer on a day, under a contract position (§3.1)."""
        insurer = self.insurer(uzovi)
        is_bound = any(contract.covers(day) for contract in self._contracts.get(insurer, ()))
        return is_bound and self._agreements.has_program(insurer, program, day)

    def tariffs(self, agreement: Agreement) -> Sequence[Tariff]:
        """The tariffs of a product, of any time, earliest first."""
        return self._tariffs.periods(agreement.tariff_list, agreement.insurer, agreement.code)

    def _periods(self, code: str, declare_under: str, uzovi: str) -> Resolutions:
        link = self.link(code, declare_under)
        linked = link.code
        if linked not in self._agreements.codes:
            return Resolutions((date.min,), (self._unknown(code, link),))
        base = Resolution(Verdict.FAULT, linked, self.insurer(uzovi), *self._identity(linked, self.insurer(uzovi)))
        base = base.because("code", _why_linked(code, link))
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

        def found(verdict: Verdict, what: str, *faults: Finding) -> Resolution:
            return Resolution(verdict, linked, faults=faults, why={"code": (_why_linked(code, link, what),)})

        if not linked:
            return found(Verdict.FAULT, "missing", Finding("CODE_MISSING", "code"))
        if _LOOKS_LIKE_ZORG1.fullmatch(linked):
            return found(Verdict.FAULT, "unknown", Finding("CODE_UNKNOWN", "code", {"code": quoted_word(linked)}))
        similar = sorted(own for own in self._own_codes if _bare(own) == _bare(code) and own != code)
        if similar and not link.by:
            params = {"code": code, "similar": ", ".join(similar)}
            return found(Verdict.FAULT, "similar", Finding("CODE_SIMILAR", "code", params))
        if link.by or linked == NOT_ZORG1:
            return found(Verdict.NOT_ZORG1, "not_zorg1" if linked == NOT_ZORG1 else "other")
        return found(Verdict.UNMAPPED if linked in performances() else Verdict.UNEXPLAINED, "unmapped")

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
        """The days on which a resolution may become another."""
        for linked in filter(None, (code, self._agreements.forms.get(code))):
            for agreement in self._agreements.periods(insurer, linked):
                for row in (agreement, *agreement.replaces):
                    yield from _edges(row.valid_from, row.valid_until)
                for tariff in self._tariffs.periods(agreement.tariff_list, insurer, linked):
                    yield from _edges(tariff.valid_from, tariff.valid_until)
        for contract in self._contracts.get(insurer, ()):
            yield from _edges(contract.valid_from, contract.valid_until)

    def _on(self, base: Resolution, day: date) -> Resolution:
        """What holds on one day, in the order a biller would ask."""
        base = self._with_agreement(base, day)
        agreement, known = base.agreement, self._contracts.get(base.insurer, ())
        contracts = [contract for contract in known if contract.covers(day)]
        if not contracts:
            missing = Finding("CONTRACT_MISSING", "uzovi", {"insurer": base.insurer})
            others = (reason("note.contract", self._places[other], period=_period(other)) for other in known)
            why = reason("contract.none", insurer=base.insurer), *others
            return base.because("contract", *why, verdict=Verdict.NO_AGREEMENT, notes=(missing,))
        if agreement is None or not agreement.is_sent:
            base = self._under(base, contracts[0], "contact")
            if agreement is None:
                return evolve(base, faults=(self._not_a_product(base),))
            return evolve(base, verdict=Verdict.CONTACT)
        priced: dict[str, object] = {"code": agreement.code, "list": agreement.tariff_list}
        params: dict[str, object] = {"insurer": base.insurer, **priced}
        naming = [contract for contract in contracts if agreement.tariff_list in contract.lists]
        if not naming:
            fault = Finding("CONTRACT_LIST_MISSING", "uzovi", params)
            return evolve(self._under(base, contracts[0], "no_list"), faults=(fault,))
        base = self._under(base, naming[0], "found")
        if agreement.units == "?":
            return evolve(base, faults=(Finding("UNITS_UNKNOWN", "code", {**params, "rule": agreement.rule}),))
        tariff = self._tariffs.find(agreement.tariff_list, base.insurer, agreement.code, day)
        if tariff is None:
            others = (
                reason("note.tariff", other.place, cents=other.cents, period=_period(other))
                for other in self.tariffs(agreement)
            )
            why = reason("tariff.none", self._tariffs.place, **priced), *others
            return base.because("tariff", *why, faults=(Finding("TARIFF_MISSING", "code", params),))
        found = reason("tariff.found", tariff.place, tariff_cents=tariff.cents, period=_period(tariff), **priced)
        return base.because("tariff", found, verdict=Verdict.PRODUCT, tariff=tariff)

    def _under(self, base: Resolution, contract: Contract, how: str) -> Resolution:
        """What it is under a contract position."""
        price_list = base.agreement.tariff_list if base.agreement is not None else ""
        params = {"insurer": base.insurer, "period": _period(contract), "list": price_list}
        return base.because("contract", reason(f"contract.{how}", self._places[contract], **params), contract=contract)

    def _with_agreement(self, base: Resolution, day: date) -> Resolution:
        """What it is by the agreement on a day, also where the insurer knows another form of the code (§4.1.3,
        4.6.1)."""
        notes: tuple[Finding, ...] = ()
        found = self._agreements.find(base.insurer, base.code, day)
        twin = self._agreements.forms.get(base.code)
        if found is None and twin is not None:
            found = self._agreements.find(base.insurer, twin, day)
            if found is not None:
                base, notes = self._by_other_form(base, found)
        if found is None:
            return base.because("rule", reason("rule.none", code=base.code, insurer=base.insurer))
        what = {"program": found.program, "profile": found.profile, "moment": found.moment}
        base = base.because("rule", *_why_rule(found, day), code=found.code, agreement=found, notes=notes, **what)
        return base.because("list", self._why_list(found, day)) if found.is_sent else base

    @staticmethod
    def _by_other_form(base: Resolution, found: Agreement) -> tuple[Resolution, tuple[Finding, ...]]:
        params: dict[str, object] = {"code": base.code, "resolved": found.code, "insurer": base.insurer}
        why = reason("code.twin", found.rule, insurer=base.insurer, linked=base.code, resolved=found.code)
        note = Finding("LIST_RESOLVED", "code", {**params, "list": found.list})
        if not found.is_sent:
            note = Finding("CONTACT_ANY_PROFILE", "code", params)
        return base.because("code", *base.why["code"], why), (note,)

    def _why_list(self, agreement: Agreement, day: date) -> Reason:
        """The list, and why that one where the product has a twin on another."""
        params = {"list": agreement.list, "meaning": codes("COD367")[agreement.list].meaning, "code": agreement.code}
        twin = self._agreements.twins.get(agreement.code)
        if twin is None or self._agreements.find(agreement.insurer, twin, day) is not None:
            return reason("list.row", agreement.rule, **params)
        source = f"{agreement.rule}; {agreement.source}"
        return reason("list.twin", source, insurer=agreement.insurer, twin=twin, **params)

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


def _why_linked(code: str, link: Link, what: str = "") -> Reason:
    """Why a code is taken for what it is linked to; ``what`` it is, where that is not all there is to say."""
    return reason(f"code.{what or link.by or 'itself'}", _LINKED_IN[link.by], code=code, linked=link.code)


def _why_rule(agreement: Agreement, day: date) -> Iterator[Reason]:
    """The row of the agreements, and the one that it replaces."""
    a = agreement
    yield reason(
        "rule.product" if a.is_sent else "rule.contact",
        f"{a.rule}; {a.source}",
        code=a.code,
        insurer=a.insurer,
        program=a.program,
        profile=profile(a.profile),
        moment=a.moment,
        f_code=a.f_code,
        first=a.valid_from,
        last=a.valid_until,
    )
    for other in a.replaces:
        if other.covers(day):
            said = {"f_code": other.f_code or "-", "list": other.list or "-", "units": other.units}
            yield reason("note.overlay", f"{other.rule}; {other.source}", **said)


def profile(name: str) -> Reason | str:
    """A profile behind its program; nothing for what goes with any."""
    return "" if name == ANY else reason("said.profile", profile=name)


def _period(row: Contract | Tariff) -> Reason:
    """A period whose ends may be open."""
    first, last = row.valid_from, row.valid_until
    if first == date.min:
        return reason("said.always") if last == FOREVER else reason("said.until", last=last)
    return reason("said.from", first=first) if last == FOREVER else reason("said.period", first=first, last=last)
