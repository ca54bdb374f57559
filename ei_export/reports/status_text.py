"""``status`` for a person at a terminal: where the money is, then what asks for attention, the most urgent first."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby, islice
from operator import itemgetter
from typing import Final

from attrs import frozen

from ..problems import Language, catalogue
from .causes import title
from .listing import LONG, SHORT, Listing
from .overview import EndingTable, NearDeadline, OpenTrajectory
from .problem_list import ProblemList
from .status import AMOUNTS, Record, Status, refusal
from .text import WIDTH, Paint, Role, day_text, euros, number, plain, wrapped

#: How much of a long list is told, and how much where all of it is asked for.
_FEW: Final = 10
_MOST: Final = 100_000
_INDENT: Final = "  "
#: A line: reference, appointment, what became of it, declared, granted.
_LINE: Final = "{:<21}{:<21}{:<15}{:>12}{:>11}"

_WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "nl": {
        "head": "Stand op {day}",
        "nothing": "Er is nog niets gedeclareerd.",
        "insurer": "Verzekeraar",
        "declared_cents": "Gedeclareerd",
        "credited_cents": "Gecrediteerd",
        "granted_cents": "Toegekend",
        "refused_cents": "Afgewezen",
        "open_cents": "Open",
        "total": "Totaal",
        "next_run": "Klaar voor de volgende run: {credits} creditregels, {again} regels opnieuw.",
        "deadlines": "TERMIJNEN: deze regels wachten nog, en zijn bijna of al te laat ({count})",
        "deadline": "uiterlijk {deadline} ({left}): {insurer}, afspraak {appointment} van {date}{trajectory}",
        "why": "Wacht omdat: {why}",
        "state_refused": "de verzekeraar heeft de regel afgewezen",
        "state_held": "de regel is vastgehouden",
        "state_unreadable": "de rij is niet te lezen",
        "left_many": "nog {days} dagen",
        "left_one": "nog 1 dag",
        "left_none": "vandaag",
        "late_one": "1 dag te laat",
        "late_many": "{days} dagen te laat",
        "over_one": "1 dag voorbij",
        "over_many": "{days} dagen voorbij",
        "held": "VASTGEHOUDEN, zoals de laatste run het zag ({count}); ei-export check kijkt opnieuw",
        "refused": "AFGEWEZEN DOOR DE VERZEKERAAR ({count})",
        "refused_todo": "Een regel gaat vanzelf opnieuw mee als de afspraak verbeterd in de export komt, anders met: "
        "ei-export redeclare en het kenmerk.",
        "refused_line": "{reference}: {insurer}, afspraak {appointment} van {date}{trajectory}, € {amount}",
        "refused_why": "Retourcode {codes}. {meaning} Wat te doen: {remedy}",
        "changed": "GEWIJZIGD NA HET DECLAREREN ({count})",
        "changed_todo": "Wat te doen: klopt de wijziging, geef dan ei-export correct met het kenmerk van de regel, of "
        "ei-export correct --all. Herstel anders de agenda.",
        "changed_line": "{reference}: afspraak {appointment} van {date}{trajectory}, {change}",
        "change_row": "gewijzigd",
        "change_cancelled": "niet meer voltooid",
        "change_count": "ander aantal contacten",
        "open": "VERGETEN EINDEN? {weeks} weken of langer niets van gehoord ({count})",
        "open_todo": "Wat te doen: is de behandeling klaar, registreer dan het einde in de agenda.",
        "open_line": "{trajectory}: {insurer}, {program}, profiel {profile}, patiënt {patient}, sinds {started} "
        "({weeks} weken), {last}",
        "last": "laatste bezoek {day}, contacten {contacts}",
        "last_none": "daarna geen bezoek",
        "waiting": "WACHT OP ANTWOORD ({count})",
        "waiting_line": "{day} ({days} dagen)  {invoice}  {insurer} ({uzovi}), {lines} regels, € {amount}",
        "endings": "LOOPT AF ({count})",
        "ending_agreements": "{day} ({left}): de overeenkomst met {insurer} over {products}. Zet een nieuwe in een "
        "eigen tabel bij overlay onder [agreements]; deze staat in {file}.",
        "ending_tariffs": "{day} ({left}): tarieven van {insurer} voor {products}. Zet de nieuwe tarieven in {file}.",
        "ending_contract": "{day} ({left}): contractpositie met {insurer} voor {products}. Zet een nieuwe bij "
        "[[contracts]] in {file}.",
        "runs": "RUNS ({count})",
        "run_line": "{run}  {day}  {files} bestanden, {lines} regels, € {amount}: {states}",
        "declared_sent": "{count} zonder antwoord",
        "declared_answered": "{count} beantwoord",
        "declared_refused": "{count} in zijn geheel afgewezen",
        "declared_withdrawn": "{count} ingetrokken",
        "trajectory": ", traject {id}",
        "more": "en nog {count}: ei-export status --all",
        "calm": "Er is niets dat aandacht vraagt.",
        "reference": "Kenmerk",
        "appointment": "Afspraak",
        "stands": "Stand",
        "line_sent": "verstuurd",
        "line_granted": "toegekend",
        "line_partly_granted": "deels toegekend",
        "line_refused": "afgewezen",
        "line_credited": "gecrediteerd",
    },
    "en": {
        "head": "How things stand on {day}",
        "nothing": "Nothing was declared yet.",
        "insurer": "Insurer",
        "declared_cents": "Declared",
        "credited_cents": "Credited",
        "granted_cents": "Granted",
        "refused_cents": "Refused",
        "open_cents": "Open",
        "total": "Total",
        "next_run": "Ready for the next run: {credits} credits, {again} lines again.",
        "deadlines": "DEADLINES: these lines wait, and are nearly or already too late ({count})",
        "deadline": "until {deadline} ({left}): {insurer}, appointment {appointment} of {date}{trajectory}",
        "why": "It waits because: {why}",
        "state_refused": "the insurer refused the line",
        "state_held": "the line is held",
        "state_unreadable": "the row can't be read",
        "left_many": "{days} days left",
        "left_one": "1 day left",
        "left_none": "today",
        "late_one": "1 day late",
        "late_many": "{days} days late",
        "over_one": "1 day ago",
        "over_many": "{days} days ago",
        "held": "HELD, as the last run saw it ({count}); ei-export check looks again",
        "refused": "REFUSED BY THE INSURER ({count})",
        "refused_todo": "A line goes along again by itself when its appointment comes corrected in the export, and "
        "otherwise with: ei-export redeclare and the reference.",
        "refused_line": "{reference}: {insurer}, appointment {appointment} of {date}{trajectory}, € {amount}",
        "refused_why": "Return code {codes}. {meaning} What to do: {remedy}",
        "changed": "CHANGED SINCE IT WAS DECLARED ({count})",
        "changed_todo": "What to do: if the change is right, give ei-export correct with the reference of the line, or "
        "ei-export correct --all. Otherwise restore the agenda.",
        "changed_line": "{reference}: appointment {appointment} of {date}{trajectory}, {change}",
        "change_row": "changed",
        "change_cancelled": "no longer completed",
        "change_count": "another number of contacts",
        "open": "FORGOTTEN ENDS? nothing heard of them for {weeks} weeks or more ({count})",
        "open_todo": "What to do: if the treatment is over, register its end in the agenda.",
        "open_line": "{trajectory}: {insurer}, {program}, profile {profile}, patient {patient}, since {started} "
        "({weeks} weeks), {last}",
        "last": "last visit {day}, contacts {contacts}",
        "last_none": "no visit since",
        "waiting": "WAITING FOR AN ANSWER ({count})",
        "waiting_line": "{day} ({days} days)  {invoice}  {insurer} ({uzovi}), {lines} lines, € {amount}",
        "endings": "ENDING ({count})",
        "ending_agreements": "{day} ({left}): the agreement with {insurer} on {products}. Put a new one in a table of "
        "your own at overlay under [agreements]; this one is in {file}.",
        "ending_tariffs": "{day} ({left}): tariffs of {insurer} for {products}. Put the new tariffs in {file}.",
        "ending_contract": "{day} ({left}): contract position with {insurer} for {products}. Put a new one at "
        "[[contracts]] in {file}.",
        "runs": "RUNS ({count})",
        "run_line": "{run}  {day}  {files} files, {lines} lines, € {amount}: {states}",
        "declared_sent": "{count} without answer",
        "declared_answered": "{count} answered",
        "declared_refused": "{count} refused as a whole",
        "declared_withdrawn": "{count} withdrawn",
        "trajectory": ", trajectory {id}",
        "more": "and {count} more: ei-export status --all",
        "calm": "There is nothing that asks for attention.",
        "reference": "Reference",
        "appointment": "Appointment",
        "stands": "Stands",
        "line_sent": "sent",
        "line_granted": "granted",
        "line_partly_granted": "partly granted",
        "line_refused": "refused",
        "line_credited": "credited",
    },
}


@frozen
class StatusText:
    """How things stand, in words. ``everything``: long lists in full; ``with_lines``: what became of every line too."""

    status: Status
    language: Language
    everything: bool = False
    with_lines: bool = False
    paint: Paint = plain

    def lines(self) -> Iterator[str]:
        """The whole text."""
        yield self.paint(self._say("head", day=self._day(self.status.overview.day)), "title")
        yield ""
        yield from self._money()
        calm = True
        for section in (self._deadlines, self._held, self._refused, self._changed, self._open, self._waiting):
            for line in section():
                calm = False
                yield line
        yield from self._endings()
        if calm:
            yield self.paint(self._say("calm"), "good")
            yield ""
        yield from self._runs()
        if self.with_lines:
            yield from self._every_line()

    # Sections. Each is nothing at all where there is nothing to tell.

    def _money(self) -> Iterator[str]:
        sums, totals = self.status.sums, self.status.totals
        if not sums:
            yield self._say("nothing")
            yield ""
            return
        columns = [name for name in AMOUNTS if name != "credited_cents" or totals[name]]
        yield self.paint(_in_columns(self._say("insurer"), map(self._say, columns)), "title")
        for row in (*sums, {"insurer": "", **totals}):
            name = f"{row['insurer']} ({row['uzovi']})" if row["insurer"] else self._say("total")
            yield _in_columns(name, (euros(row[column], self.language) for column in columns))
        yield ""
        credits, again = self.status.queued
        if credits or again:
            yield from wrapped(self._say("next_run", credits=self._number(credits), again=self._number(again)))
            yield ""

    def _deadlines(self) -> Iterator[str]:
        deadlines = self.status.overview.deadlines
        return self._section("deadlines", "error", map(self._deadline, deadlines))

    def _deadline(self, near: NearDeadline) -> Sequence[str]:
        place = self._place(near.appointment_id, near.date, near.trajectory)
        left = self._left(near.days_left, "late")
        told = self._say("deadline", deadline=self._day(near.deadline), left=left, insurer=near.insurer, **place)
        why = title(near.code, self.language) if near.code in catalogue() else self._say(f"state_{near.state}")
        return told, self._say("why", why=why)

    def _held(self) -> Iterator[str]:
        problems = ProblemList(self.language, "", self.status.severities)
        count = 0
        for held in self.status.held():
            count += 1
            for finding in held.findings:
                if self.status.severities.of(finding.code) == "error":
                    problems.add(finding, held.appointment_id, held.trajectory)
        if count:
            yield self.paint(self._say("held", count=self._number(count)), "error")
            limits = LONG if self.everything else SHORT
            listing = Listing(
                self.language, {}, self.status.columns, "ei-export status --all", limits, self.paint, of_feed=False
            )
            yield from listing.kinds(problems)
        problems.close()

    def _refused(self) -> Iterator[str]:
        return self._section("refused", "error", map(self._refused_line, self.status.refused()), "refused_todo")

    def _refused_line(self, row: Record) -> Sequence[str]:
        place = self._place(row["appointment_id"], date.fromisoformat(row["date"]), row["trajectory"])
        amount = euros(row["amount_cents"], self.language)
        told = {"reference": row["reference"], "insurer": row["insurer"], "amount": amount}
        why = refusal(row, self.language)
        said = self._say("refused_why", codes=", ".join(row["return_codes"]) or "-", **why)
        return self._say("refused_line", **told, **place), said

    def _changed(self) -> Iterator[str]:
        return self._section("changed", "warning", map(self._changed_line, self.status.changed()), "changed_todo")

    def _changed_line(self, row: Record) -> Sequence[str]:
        place = self._place(row["appointment_id"], date.fromisoformat(row["date"]), row["trajectory"])
        change = self._say(f"change_{row['change']}")
        return (self._say("changed_line", reference=row["reference"], change=change, **place),)

    def _open(self) -> Iterator[str]:
        overview = self.status.overview
        rows = map(self._open_line, overview.open_trajectories)
        return self._section("open", "warning", rows, "open_todo", weeks=overview.forgotten_weeks)

    def _open_line(self, row: OpenTrajectory) -> Sequence[str]:
        last = self._say("last_none")
        if row.last_contact is not None:
            last = self._say("last", day=self._day(row.last_contact), contacts=self._number(row.contacts))
        told = {"trajectory": row.trajectory, "insurer": row.insurer, "program": row.program, "profile": row.profile}
        started, weeks = self._day(row.started), self._number(row.weeks_open)
        return (self._say("open_line", **told, patient=row.patient_id, started=started, weeks=weeks, last=last),)

    def _waiting(self) -> Iterator[str]:
        sent = (row for row in self.status.declarations if row["state"] == "sent")
        return self._section("waiting", "title", map(self._waiting_line, sent))

    def _waiting_line(self, row: Record) -> Sequence[str]:
        day = date.fromisoformat(row["today"])
        days, lines = (self.status.overview.day - day).days, self._number(row["lines"])
        names = {name: row[name] for name in ("invoice", "insurer", "uzovi")}
        amount = euros(row["amount_cents"], self.language)
        return (self._say("waiting_line", day=self._day(day), days=days, lines=lines, amount=amount, **names),)

    def _endings(self) -> Iterator[str]:
        return self._section("endings", "title", map(self._ending, self.status.overview.endings))

    def _ending(self, ending: EndingTable) -> Sequence[str]:
        told = {"insurer": ending.insurer, "products": ending.products, "file": ending.file}
        left = self._left(ending.days_left, "over")
        return (self._say(f"ending_{ending.kind}", day=self._day(ending.last_day), left=left, **told),)

    def _runs(self) -> Iterator[str]:
        """The runs, the last one first."""
        same_run = groupby(reversed(self.status.declarations), key=itemgetter("run"))
        return self._section("runs", "title", (self._run(list(rows)) for _, rows in same_run))

    def _run(self, rows: Sequence[Record]) -> Sequence[str]:
        states = Counter(row["state"] for row in rows)
        told = ", ".join(self._say(f"declared_{state}", count=self._number(states[state])) for state in sorted(states))
        lines, cents = (sum(row[name] for row in rows) for name in ("lines", "amount_cents"))
        numbers = {"files": self._number(len(rows)), "lines": self._number(lines)}
        day = self._day(date.fromisoformat(rows[0]["today"]))
        amount = euros(cents, self.language)
        return (self._say("run_line", run=rows[0]["run"], day=day, amount=amount, states=told, **numbers),)

    def _every_line(self) -> Iterator[str]:
        """What became of each line; a credit takes money back."""
        heads = ("reference", "appointment", "stands", "declared_cents", "granted_cents")
        yield self.paint(_LINE.format(*map(self._say, heads)), "title")
        for row in self.status.lines():
            sign = -1 if row["debit_credit"] == "C" else 1
            amounts = (euros(sign * row[name], self.language) for name in ("amount_cents", "granted_cents"))
            yield _LINE.format(row["reference"], row["appointment_id"], self._say(f"line_{row['status']}"), *amounts)

    # What they are made of.

    def _section(
        self, key: str, role: Role, items: Iterable[Sequence[str]], todo: str = "", **params: object
    ) -> Iterator[str]:
        """A heading, what to do, and the items: of each the first paragraph, the others below it."""
        rest = iter(items)
        first = list(islice(rest, _MOST if self.everything else _FEW))
        if not first:
            return
        left = sum(1 for _ in rest)
        yield self.paint(self._say(key, count=self._number(len(first) + left), **params), role)
        if todo:
            yield from wrapped(self._say(todo), _INDENT)
        for head, *paragraphs in first:
            yield from wrapped(head, f"{_INDENT}- ")
            for paragraph in paragraphs:
                yield from wrapped(paragraph, f"{_INDENT}  ")
        if left:
            yield from wrapped(self._say("more", count=self._number(left)), f"{_INDENT}- ")
        yield ""

    def _place(self, appointment: str, day: date, trajectory: str) -> Mapping[str, str]:
        """An appointment as the lines name it."""
        named = self._say("trajectory", id=trajectory) if trajectory else ""
        return {"appointment": appointment, "date": self._day(day), "trajectory": named}

    def _left(self, days: int, past: str) -> str:
        """How long it takes, or how long ago it is."""
        if days >= 0:
            return self._say("left_none" if not days else "left_one" if days == 1 else "left_many", days=days)
        return self._say(f"{past}_one" if days == -1 else f"{past}_many", days=-days)

    def _say(self, key: str, **params: object) -> str:
        return _WORDS[self.language][key].format_map(params)

    def _day(self, day: date) -> str:
        return day_text(day, self.language)

    def _number(self, count: int) -> str:
        return number(count, self.language)


def _in_columns(name: str, cells: Iterable[str]) -> str:
    """A name and amounts, as wide as the amounts leave room for."""
    texts = list(cells)
    width = 14 if len(texts) < len(AMOUNTS) else 12
    return f"{name:<{WIDTH - width * len(texts)}}" + "".join(f"{text:>{width}}" for text in texts)
