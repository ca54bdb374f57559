"""What lines have in common that claim the same of one day with the same care, worked out once for all of them."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from typing import Final, TypeAlias

from attrs import Factory, frozen

from ..base.problems import Finding
from ..intake.person import given_on
from ..model.codelists import standard_on
from ..settings import Settings
from ..zorg1.claims import Claim, ClaimJudge
from ..zorg1.visit import Place, Visit
from .records import RenderedCare, Renderer

#: As many are remembered: some ten megabytes.
_REMEMBERED: Final = 10_000

_Texts: TypeAlias = tuple[str, str, str, str, str, str, str]


@frozen(slots=False, eq=False)  # `rest` needs no slots
class Claimed:
    """A claim with its care, whoever it is for. ``started``: when the trajectory began, as far as that is known and a
    line says it. ``standard``: the one of its ``day``, YYYY-MM-DD, which ``renderer`` renders in; ``said``: what a
    `DueLine` says of it, from ``insurer`` through ``rule``. ``no_file``: why no file takes it; ``not_on_day``: what of
    the care doesn't go with its day and its product; ``taken``: the UZOVI numbers of the files that are known to take
    its line, of whoever was born by its day."""

    claim: Claim
    care: RenderedCare
    started: date | None
    standard: str
    renderer: Renderer
    day: str
    said: _Texts
    no_file: Sequence[Finding]
    not_on_day: Sequence[Finding]
    taken: set[str] = Factory(set)

    @cached_property
    def rest(self) -> str:
        """The line behind the key of its person, before its reference; of a claim that nothing keeps from being
        written."""
        return self.renderer.standard.line("", self.care.fragment, self.claim.performance, self.started)


class Claims:
    """Those of one run. Nothing is in them that depends on a patient."""

    def __init__(self, settings: Settings, judge: ClaimJudge) -> None:
        self._settings, self._judge = settings, judge
        self._known: dict[tuple[int, date, int, int, date | None], Claimed] = {}

    def of(self, visit: Visit, place: Place, care: RenderedCare, renderer: Renderer) -> Claimed:
        """What a visit that is due claims, with the care as ``renderer`` gives it, that of its day."""
        started = None
        if renderer.standard.tells_start and place.trajectory is not None:
            started = place.trajectory.start
            if started is not None and started > visit.day:
                started = None
        # Both objects are kept with what is known, so that their ids stay their own.
        key = id(visit.resolution), visit.day, place.units, id(care), started
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[key] = self._claimed(
                visit.day, self._judge.claim(visit, place), care, started, renderer
            )
        return found

    def _claimed(
        self, day: date, claim: Claim, care: RenderedCare, started: date | None, renderer: Renderer
    ) -> Claimed:
        agreement, standard = claim.agreement, standard_on(day).standard
        said = (
            claim.resolution.insurer,
            agreement.code,
            agreement.list,
            agreement.f_code,
            str(claim.units),
            str(claim.performance.claimed_cents),
            agreement.rule,
        )
        no_file, not_on_day = [*self._no_file(day, claim)], [*self._not_on_day(day, claim, care)]
        return Claimed(claim, care, started, standard, renderer, day.isoformat(), said, no_file, not_on_day)

    def _no_file(self, day: date, claim: Claim) -> Iterator[Finding]:
        """Why a line of this day has no file to go in, or no place in it: the standard follows the day of the care, and
        takes its own performance lists."""
        era, wanted, agreement = standard_on(day), self._settings.output.standard, claim.agreement
        params = {"standard": era.standard, "date": day.isoformat()}
        if wanted not in ("auto", era.word):
            yield Finding(
                "STANDARD_NOT_FOR_DATE", "date", {**params, "standard": wanted.upper(), "right": era.standard}
            )
        if agreement.list not in era.lists:
            found = {"code": agreement.code, "found": agreement.list, "expected": " / ".join(era.lists)}
            yield Finding("LIST_NOT_FOR_DATE", "code", {**params, **found, "rule": agreement.rule})

    def _not_on_day(self, day: date, claim: Claim, care: RenderedCare) -> Iterator[Finding]:
        """What of the care doesn't go with the day, or with the product."""
        if care.care is None:
            return
        yield from given_on(care.care, day)
        if (other := self._judge.check_cover(claim.agreement, care.care.indication)) is not None:
            yield other
