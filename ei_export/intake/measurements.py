"""From the rows of a file of measurements to measurements, in an order that doesn't depend on that of the file.

Words are kept as the file has them, and read by the settings of the day on which they are asked for; a score is kept as
a number. What can't be read is told with its row, and holds nothing else.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial
from itertools import chain, groupby
from operator import itemgetter
from typing import Final, Literal, NamedTuple

from attrs import define, field

from ..base.problems import Finding
from ..base.spool import UNIT, SortedLines
from ..model.columns import MEASUREMENT_COLUMNS, MEASUREMENTS
from ..model.measurement import KeptMeasurement, Measurement, MeasuringMoment, moment_named, score_text
from ..model.names import Spelling
from . import values
from .feed import BROKEN, Source
from .meanings import WordMeanings, meant
from .reader import PATIENT_LIMIT

#: A trajectory number, a name of an instrument or a word for a moment is no longer.
_TEXT_LIMIT: Final = 64
_SCORE_FORMS: Final = "7 | 7,5 | 7.5"
#: So many different cells are remembered.
_MOST: Final = 10_000
_NO_SUBSCORE: Final = Decimal("-Infinity")

#: Takes what is found: the finding, and its row, None for the file as a whole.
Tell = Callable[[Finding, int | None], object]


@define
class ReadMeasurements:
    """A file as it was read: it has ``read`` rows, of which ``empty`` ones have no score and ``unreadable`` ones can't
    be read; ``doubles`` say what another row says, or would (known once `in_order` was run through). ``named``: our
    names of an instrument and a moment, for the words of a row."""

    named: Callable[[str, str], tuple[str, MeasuringMoment | Literal[""]]]

    read: int = 0
    empty: int = 0
    unreadable: int = 0
    doubles: int = 0
    _lines: SortedLines = field(factory=SortedLines)

    def add(self, measured: KeptMeasurement, row: int) -> None:
        self._lines.add(UNIT.join((*measured, str(row))))

    def in_order(self, tell: Tell) -> Iterator[KeptMeasurement]:
        """The measurements by their keys, each once, however its words are written: of several scores the highest
        counts, and the others are told."""
        for _, of_day in groupby((line.split(UNIT) for line in self._lines), key=_of_day):
            kept: dict[tuple[str, str], Sequence[str]] = {}
            for cells in sorted(of_day, key=_height):
                highest = kept.setdefault(self.named(*_words(cells)), cells)
                if highest is not cells:
                    self.doubles += 1
                    if _scores(highest) != _scores(cells):
                        higher = {"row": int(highest[-1])}
                        tell(Finding("MEASUREMENT_TWICE", MEASUREMENTS.called("score"), higher), int(cells[-1]))
            yield from sorted(KeptMeasurement._make(cells[:-1]) for cells in kept.values())

    def close(self) -> None:
        """Gives the disk back."""
        self._lines.close()


#: Of the cells of a measurement with its row: whose and when it is, its words, and its scores.
_of_day, _words, _scores = (
    itemgetter(*map(KeptMeasurement._fields.index, names))
    for names in (("patient_id", "trajectory_id", "date"), ("instrument", "moment"), ("score", "subscore"))
)


def _height(cells: Sequence[str]) -> tuple[object, ...]:
    """The highest score and sub score first; of equal ones the first by its words, and then by its row."""
    *_, score, subscore, row = cells
    return -Decimal(score), -(Decimal(subscore) if subscore else _NO_SUBSCORE), _words(cells), int(row)


def read_measurements(source: Source, meanings: WordMeanings, instruments: Spelling, tell: Tell) -> ReadMeasurements:
    """Reads a file of measurements. ``meanings`` are ``[measurements.values]``, ``instruments`` the names that are
    known. Raises InputError."""
    reader = _RowReader(source, meanings, instruments, tell)
    found = reader.found
    try:
        for row, body in enumerate(chain.from_iterable(source.bodies()), source.first_row):
            if body and not body.isspace():
                reader.read(body, row)
    except BaseException:
        found.close()
        raise
    if found.empty:
        tell(Finding("MEASUREMENT_EMPTY", MEASUREMENTS.called("score"), {"count": found.empty}), None)
    for finding, row in reader.unknown():
        tell(finding, row)
    return found


def as_meant(kept: KeptMeasurement, meanings: WordMeanings, instruments: Spelling) -> Measurement:
    """What the ledger keeps of a measurement, as it is meant by the settings of today."""
    instrument, moment = _named(meanings, instruments, kept.instrument, kept.moment)
    return Measurement(
        day=date.fromisoformat(kept.date),
        instrument=instrument,
        score=kept.score,
        subscore=kept.subscore,
        moment=moment,
        number=kept.trajectory_id,
    )


def _named(
    meanings: WordMeanings, instruments: Spelling, instrument: str, moment: str
) -> tuple[str, MeasuringMoment | Literal[""]]:
    """Our names of an instrument and a moment: the word itself of one that is unknown, '' of a moment that is."""
    name = instruments.name(meant(meanings, "instrument", instrument))
    return name, moment_named(meant(meanings, "moment", moment)) or ""


class _Words(NamedTuple):
    """What a row says besides whose it is and when: the scores as they are kept, and which of its words are unknown, by
    column and word."""

    score: str
    subscore: str
    unknown: Sequence[tuple[str, str]]


class _RowReader:
    """Reads the rows of a file of measurements, and counts the words that nobody explained."""

    def __init__(self, source: Source, meanings: WordMeanings, instruments: Spelling, tell: Tell) -> None:
        header = source.header
        self.found: Final = ReadMeasurements(lru_cache(_MOST)(partial(_named, meanings, instruments)))
        self._width, self._delimiter = header.width, header.delimiter
        self._meanings, self._instruments, self._tell = meanings, instruments, tell
        self._texts = itemgetter(*(header.at.get(column, -1) for column in MEASUREMENT_COLUMNS))  # of none the last: ''
        #: Instrument, score, sub score and moment as they are written, with what they say; None: can't be read.
        self._words: dict[tuple[str, str, str, str], _Words | None] = {}
        #: What is unknown, by column and word, with how often it is there and the first row.
        self._unknown: dict[tuple[str, str], tuple[int, int]] = {}

    def read(self, body: str, row: int) -> None:
        """Takes a row in, or tells what is wrong with it."""
        cells, found = self._cut(body), self.found
        if cells is None:
            self._refuse([Finding("MEASUREMENT_ROW", "", {"expected": self._width})], row)
            return
        texts: Sequence[str] = self._texts(cells)
        joined = "".join(texts)
        is_plain = " " not in joined and "+" not in joined and _is_plain(joined)  # a rounded number has a plus sign
        if not is_plain or not values.NO_VALUES.isdisjoint(texts):
            texts = [values.stated(text.strip()) for text in texts]
        patient, number, written, instrument, score, subscore, moment = texts
        if not score:
            if joined or any(map(str.strip, cells)):
                found.read += 1
                found.empty += 1
            return
        key = instrument, score, subscore, moment
        words = self._words[key] if key in self._words else self._read_words(*key)
        day = values.day(written)
        is_legible = is_plain and 0 < len(patient) <= PATIENT_LIMIT and len(number) <= _TEXT_LIMIT
        wrong = () if is_legible and words and day else (*self._wrong(*texts),)
        if wrong or words is None or day is None:
            self._refuse(wrong, row)
            return
        found.read += 1
        found.add(
            KeptMeasurement(patient, number, day.isoformat(), instrument, moment, words.score, words.subscore), row
        )
        for word in words.unknown:
            self._count(word, row)

    def _refuse(self, wrong: Iterable[Finding], row: int) -> None:
        self.found.read += 1
        self.found.unreadable += 1
        for finding in wrong:
            self._tell(finding, row)

    def _cut(self, body: str) -> list[str] | None:
        """The cells of a row, and an empty one behind them; None of one that has others than there are columns."""
        mark = body[:1]
        if mark == BROKEN:
            return None
        cells = body[1:].split(UNIT) if mark == UNIT else body.split(self._delimiter)
        if len(cells) != self._width:
            if len(cells) < self._width or any(map(str.strip, cells[self._width :])):
                return None
            del cells[self._width :]
        cells.append("")
        return cells

    def _read_words(self, instrument: str, score: str, subscore: str, moment: str) -> _Words | None:
        """What the words of a row say; None where one of them can't be read."""
        if len(self._words) >= _MOST:
            self._words.clear()
        points, subpoints = self._scores(score, subscore)
        found = None
        if (
            points is not None
            and subpoints is not None
            and not any(self._illegible(instrument=instrument, moment=moment))
        ):
            known = {
                ("instrument", instrument): self._instruments.find(meant(self._meanings, "instrument", instrument)),
                ("moment", moment): moment_named(meant(self._meanings, "moment", moment)) if moment else moment,
            }
            found = _Words(points, subpoints, [word for word, name in known.items() if name is None])
        self._words[instrument, score, subscore, moment] = found
        return found

    def _scores(self, score: str, subscore: str) -> tuple[str | None, str | None]:
        """Scores as they are kept; None for one that is none."""
        points = score_text(meant(self._meanings, "score", score))
        return points, score_text(meant(self._meanings, "subscore", subscore)) if subscore else ""

    def _wrong(
        self, patient: str, number: str, day: str, instrument: str, score: str, subscore: str, moment: str
    ) -> Iterator[Finding]:
        """All that is wrong with a row, column by column."""
        if values.day(day) is None:
            yield _refused("date", values.quoted_day(day), values.DATE_FORMS)
        points, subpoints = self._scores(score, subscore)
        if points is None:
            yield _refused("score", values.quoted_cell(score), _SCORE_FORMS)
        if subpoints is None:
            yield _refused("subscore", values.quoted_cell(subscore), _SCORE_FORMS)
        yield from self._illegible(patient_id=patient, trajectory_id=number, instrument=instrument, moment=moment)

    @staticmethod
    def _illegible(**texts: str) -> Iterator[Finding]:
        """What is wrong with texts that are no day and no score, by their columns."""
        for column, text in texts.items():
            limit = PATIENT_LIMIT if column == "patient_id" else _TEXT_LIMIT
            needed = column in MEASUREMENTS.required
            is_right = len(text) <= limit and _is_plain(text) and not values.is_scientific(text)
            if not is_right or (needed and not text):
                yield _refused(column, values.quoted_number(text), f"{int(needed)} … {limit} × A-Z a-z 0-9 -")

    def _count(self, word: tuple[str, str], row: int) -> None:
        """Counts an unknown word; of very many only that they are."""
        if word not in self._unknown and len(self._unknown) >= _MOST:
            word = word[0], values.HIDDEN
        count, first = self._unknown.get(word, (0, row))
        self._unknown[word] = count + 1, min(first, row)

    def unknown(self) -> Iterator[tuple[Finding, int]]:
        """The words that are unknown, each with how often it is there; of many only how many they are, as another
        column may stand in the place of theirs."""
        for column, code in _UNKNOWN.items():
            words = {word: seen for (of, word), seen in sorted(self._unknown.items()) if of == column}
            name = MEASUREMENTS.called(column)
            if len(words) > _MOST_WORDS:
                rows = sum(count for count, _ in words.values())
                params = {"column": name, "words": len(words), "count": rows}
                yield Finding("MEASUREMENT_MANY_WORDS", name, params), min(row for _, row in words.values())
            else:
                for word, (count, row) in words.items():
                    yield Finding(code, name, {"found": values.quoted_cell(word), "count": count}), row


#: More different words than these are neither instruments nor moments.
_MOST_WORDS: Final = 40
#: What is told of an unknown word, by its column.
_UNKNOWN: Final = {"instrument": "MEASUREMENT_INSTRUMENT_UNKNOWN", "moment": "MEASUREMENT_MOMENT_UNKNOWN"}


def _refused(column: str, found: str, expected: str) -> Finding:
    name = MEASUREMENTS.called(column)
    return Finding("MEASUREMENT_VALUE", name, {"column": name, "found": found, "expected": expected})


def _is_plain(text: str) -> bool:
    """Whether a text holds nothing that no number or name can, as far as one character tells."""
    return text.isprintable() and values.UNREADABLE not in text
