"""``status`` for a person at a terminal: where the money is, then what asks for attention, the most urgent first."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby, islice, starmap
from operator import itemgetter
from typing import Final

from attrs import frozen

from ...base.problems import Finding, Language, render
from ...base.wording import day_text, shown
from ...output.listing import LONG, SHORT, Listing
from ...output.problem_list import ProblemList
from ...output.ran import Ran, last_done
from ...output.text import WIDTH, Paint, Role, counted, euros, number, plain, wrapped
from .attention import EndingTable, NearDeadline, OpenTrajectory
from .document import AMOUNTS, Record, Status, refusal
from .words import WORDS

#: How much of a long list is told, and how much where all of it is asked for.
_FEW: Final = 10
_MOST: Final = 100_000
_INDENT: Final = "  "
#: What an appointment is held for that is told of with the lines that were refused.
_TOLD_THERE: Final = frozenset({"LINE_REFUSED", "DECLARATION_REFUSED"})
#: A line: reference, appointment, what became of it, declared, granted.
_LINE: Final = "{:<21}{:<21}{:<15}{:>12}{:>11}"


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
        yield from self._last_run()
        calm = True
        for section in (
            self._failed,
            self._deadlines,
            self._held,
            self._refused,
            self._credits,
            self._nothing_stands,
            self._changed,
            self._open,
            self._waiting,
        ):
            for line in section():
                calm = False
                yield line
        yield from self._endings()
        if calm:
            yield self.paint(self._say("calm"), "good")
            yield ""
        yield from self._runs()
        yield from self._tests()
        if self.with_lines:
            yield from self._every_line()

    # Sections. Each is nothing at all where there is nothing to tell.

    def _last_run(self) -> Iterator[str]:
        if self.status.ran and (last := self.status.ran[-1]).is_done:
            is_test = (last.run or "").startswith("T")
            yield self._say("last_test" if is_test else "last_run", when=self._when(last))
            yield ""

    def _failed(self) -> Iterator[str]:
        """That the last run failed, or was never heard of again."""
        if not self.status.ran or (last := self.status.ran[-1]).is_done:
            return iter(())
        done = last_done(self.status.ran)
        since = self._say("run_done", when=self._when(done)) if done else self._say("run_none")
        told = [last.message, self._say("run_todo", remedy=last.remedy)] if last.message else []
        said = "run_failed" if last.exit is not None else "run_open"
        return self._section(
            "failed", "error", [(self._say(said, when=self._when(last), exit=last.exit), *told, since)]
        )

    def _when(self, ran: Ran) -> str:
        """The day and the time of a run, and how long ago that is."""
        days = (self.status.overview.day - ran.day).days
        return f"{ran.when(self.language)} ({self._left(-days, 'ago')})" if days > 0 else ran.when(self.language)

    def _money(self) -> Iterator[str]:
        sums, totals = self.status.sums, self.status.totals
        if not sums:
            yield self._say("nothing")
            yield ""
            return
        columns = [name for name in AMOUNTS if name != "credited_cents" or totals[name]]
        rows = [[self._say("insurer"), *map(self._say, columns)]]
        for row in (*sums, {"insurer": "", **totals}):
            name = f"{row['insurer']} ({row['uzovi']})" if row["insurer"] else self._say("total")
            rows.append([name, *(euros(row[column], self.language) for column in columns)])
        heads, *others = _in_columns(rows)
        yield self.paint(heads, "title")
        yield from others
        yield ""
        credits, again = self.status.queued
        if credits or again:
            told = [self._counted(credits, "credit")] if credits else []
            told += [self._say("again", lines=self._counted(again, "line"))] if again else []
            yield from wrapped(self._say("next_run", queued=", ".join(told)))
            yield ""

    def _deadlines(self) -> Iterator[str]:
        deadlines = self.status.overview.deadlines
        return self._section("deadlines", "error", map(self._deadline, deadlines))

    def _deadline(self, near: NearDeadline) -> Sequence[str]:
        place = self._place(near.appointment_id, near.date, near.trajectory)
        left = self._left(near.days_left, "late")
        told = self._say("deadline", deadline=self._day(near.deadline), left=left, insurer=near.insurer, **place)
        if near.again_deadline is not None and near.care_deadline is not None:
            told += self._say("deadline_again", first=self._day(near.care_deadline))
        why = near.message or self._say(f"state_{near.state}")
        return told, self._say("why", why=why)

    def _held(self) -> Iterator[str]:
        problems = ProblemList(self.language, "", self.status.severities)
        count = 0
        for held in self.status.held():
            wrong = [finding for finding in held.findings if self.status.severities.of(finding.code) == "error"]
            if wrong and _TOLD_THERE.issuperset(finding.code for finding in wrong):
                continue
            count += 1
            for finding in wrong:
                problems.add(finding, held.appointment_id, held.trajectory)
        if count:
            yield self.paint(self._say("held", count=self._number(count)), "error")
            limits = LONG if self.everything else SHORT
            listing = Listing(self.language, {}, "ei-export status --all", limits, self.paint, of_feed=False)
            yield from listing.kinds(problems)
        problems.close()

    def _refused(self) -> Iterator[str]:
        return self._section("refused", "error", self._refused_items())

    def _refused_items(self) -> Iterator[Sequence[str]]:
        """Line by line; those that were refused with their header, file by file."""
        for invoice, same in groupby(self.status.refused(), key=_refused_file):
            if not invoice:
                yield from map(self._refused_line, same)
                continue
            first, lines, cents = _added_up(same)
            sums = {"lines": self._counted(lines, "line"), "amount": euros(cents, self.language)}
            told = self._say("refused_file", invoice=invoice, insurer=first["insurer"], **sums)
            yield told, *self._refused_why(first)

    def _refused_line(self, row: Record) -> Sequence[str]:
        return self._refused_head(row), *self._refused_why(row)

    def _refused_head(self, row: Record) -> str:
        place = self._place(row["appointment_id"], date.fromisoformat(row["date"]), row["trajectory"])
        amount = euros(row["amount_cents"], self.language)
        told = {"reference": row["reference"], "insurer": row["insurer"], "amount": amount}
        return self._say("refused_line", **told, **place)

    def _refused_why(self, row: Record) -> Sequence[str]:
        """What was refused for what, what to do about it, and how it goes again."""
        why, waits = refusal(row, self.language), row["waits_for"]
        named = str(shown({"codes": " ".join(row["return_codes"])}, self.language)["codes"])
        codes = f"{named}: {why['text'].rstrip('.')}" if why["text"] else named
        goes = self._say(f"goes_{waits}", reference=row["reference"], invoice=row["invoice"])
        wrote = {"insurer": row["insurer"] if waits == "feed" else "VECOZO", "remark": row["remark"]}
        return (
            self._say("refused_why", by=self._say(f"by_{waits}"), codes=codes, meaning=why["meaning"]),
            *([self._say("refused_remark", **wrote)] if row["remark"] else []),
            self._say("refused_todo", remedy=why["remedy"]),
            goes,
        )

    def _credits(self) -> Iterator[str]:
        """The lines that stand although they were to be credited."""
        rows = starmap(self._credit_line, self.status.refused_credits())
        return self._section("refused_credits", "error", rows)

    def _credit_line(self, row: Record, finding: Finding) -> Sequence[str]:
        return self._refused_head(row), *render(finding.code, finding.params, self.language)

    def _nothing_stands(self) -> Iterator[str]:
        """What took place, while nothing of it is with the insurer."""
        rows = ((self._refused_head(row),) for row in self.status.nothing_stands())
        return self._section("nothing_stands", "warning", rows, "nothing_stands_todo")

    def _changed(self) -> Iterator[str]:
        return self._section("changed", "warning", map(self._changed_line, self.status.changed()), "changed_todo")

    def _changed_line(self, row: Record) -> Sequence[str]:
        place = self._place(row["appointment_id"], date.fromisoformat(row["date"]), row["trajectory"])
        change = self._say(f"change_{row['change']}")
        return (self._say("changed_line", reference=row["reference"], change=change, **place),)

    def _open(self) -> Iterator[str]:
        overview = self.status.overview
        rows = map(self._open_line, overview.open_trajectories)
        return self._section(
            "open", "warning", rows, "open_todo", weeks=self._counted(overview.forgotten_weeks, "week")
        )

    def _open_line(self, row: OpenTrajectory) -> Sequence[str]:
        last = self._say("last_none")
        if row.last_contact is not None:
            last = self._say("last", day=self._day(row.last_contact), contacts=self._counted(row.contacts, "contact"))
        told = {"trajectory": row.trajectory, "insurer": row.insurer, "program": row.program, "profile": row.profile}
        started, weeks = self._day(row.started), self._counted(row.weeks_open, "week")
        return (self._say("open_line", **told, patient=row.patient_id, started=started, weeks=weeks, last=last),)

    def _waiting(self) -> Iterator[str]:
        sent = (row for row in self.status.declarations if row["state"] == "sent")
        return self._section("waiting", "title", map(self._waiting_line, sent))

    def _waiting_line(self, row: Record) -> Sequence[str]:
        day = date.fromisoformat(row["today"])
        days = self._counted((self.status.overview.day - day).days, "day")
        lines = self._counted(row["lines"], "line")
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
        numbers = {"files": self._counted(len(rows), "file"), "lines": self._counted(lines, "line")}
        day = self._day(date.fromisoformat(rows[0]["today"]))
        amount = euros(cents, self.language)
        return (self._say("run_line", run=rows[0]["run"], day=day, amount=amount, states=told, **numbers),)

    def _tests(self) -> Iterator[str]:
        """The test runs, the last one first."""
        return self._section("tests", "title", map(self._test, reversed(self.status.tests)))

    def _test(self, row: Record) -> Sequence[str]:
        day, files = self._day(date.fromisoformat(row["today"])), self._counted(row["invoices"], "file")
        return (self._say("test_line", run=row["run"], day=day, files=files),)

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
        key = past if days < 0 else "left" if days else "left_none"
        return self._say(key, days=self._counted(abs(days), "day"))

    def _say(self, key: str, **params: object) -> str:
        return WORDS[self.language][key].format_map(params)

    def _day(self, day: date) -> str:
        return day_text(day, self.language)

    def _number(self, count: int) -> str:
        return number(count, self.language)

    def _counted(self, count: int, what: str) -> str:
        return counted(count, what, self.language)


def _refused_file(row: Record) -> str:
    """The invoice of a line that was refused with its header, or ''."""
    return str(row["invoice"]) if row["waits_for"] == "header" else ""


def _added_up(rows: Iterator[Record]) -> tuple[Record, int, int]:
    """The first of some lines, how many they are, and their amount."""
    first = next(rows)
    lines, cents = 1, first["amount_cents"]
    for row in rows:
        lines, cents = lines + 1, cents + row["amount_cents"]
    return first, lines, cents


def _in_columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Names and amounts in columns; a name that its amounts leave no room for has a line of its own."""
    widest = max(len(cell) for _, *cells in rows for cell in cells)
    count = len(rows[0]) - 1
    width = max(WIDTH // (count + 2), widest + 1)
    room = WIDTH - width * count
    for name, *cells in rows:
        amounts = "".join(f"{cell:>{width}}" for cell in cells)
        if len(name) > room:
            yield name
        yield f"{name if len(name) <= room else '':<{room}}{amounts}"
