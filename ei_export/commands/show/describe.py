"""Records put into words: which of them and what of them is shown, under which names, and what the codes in it mean."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from attrs import frozen

from ...base.problems import Language, SettingsError
from ...standards.contents import Content, ElementKind, Elements, is_empty
from ...standards.vocabulary import CodeMeanings, Heading, Word, headings, word
from .described import HIDDEN, Described, Field

#: Read as these, nothing filled in still says something: an amount of zero.
_ZERO_COUNTS: Final = frozenset({"euros"})
#: The heading of a record says it already.
_KIND: Final = "kind"
_NO_HEADING: Final = Heading("", 0, {"nl": "", "en": ""}, {"nl": (), "en": ()})


@frozen
class Choice:
    """What is shown: these kinds of records and these elements, all if empty. ``everything``: also what is empty, and
    what only repeats the record above."""

    kinds: frozenset[str] = frozenset()
    elements: frozenset[str] = frozenset()
    everything: bool = False

    def check(self, schemas: Mapping[str, Elements]) -> None:
        """Refuses what none of these messages, by the name of their standard, can hold. Raises SettingsError."""
        standard = ", ".join(schemas)
        kinds = dict.fromkeys(kind for elements in schemas.values() for kind in elements)
        _refuse("SHOW_KIND_UNKNOWN", standard, self.kinds, kinds)
        elements = dict.fromkeys(
            id for elements in schemas.values() for kind in self._kinds(elements) for id in elements[kind]
        )
        _refuse("SHOW_ELEMENT_UNKNOWN", standard, self.elements, elements)

    def within(self, elements: Elements) -> Elements:
        """The kinds that are shown, with the parts of them that are."""
        if not self.elements:
            return {kind: elements[kind] for kind in self._kinds(elements)}
        chosen = {
            kind: {id: elements[kind][id] for id in elements[kind] if id in self.elements}
            for kind in self._kinds(elements)
        }
        return {kind: parts for kind, parts in chosen.items() if parts}

    def shows(self, kind: str, shown: Elements) -> bool:
        """Whether records of a kind are shown; what isn't known is, unless something else was chosen. ``shown`` as
        `within` gives it."""
        return kind in shown or not (self.kinds or self.elements)

    def _kinds(self, elements: Elements) -> Iterator[str]:
        return (kind for kind in elements if not self.kinds or kind in self.kinds)


def _refuse(code: str, standard: str, found: Collection[str], known: Collection[str]) -> None:
    unknown = sorted(set(found).difference(known))
    if unknown:
        raise SettingsError(code, standard=standard, found=", ".join(unknown), known=", ".join(known))


@frozen
class _Slot:
    """A part of a record that may be shown, and what is known of it; ``before``: the element before it, ``heads``:
    whether it tells the record at a glance."""

    part: ElementKind
    word: Word
    name: str
    before: str
    heads: bool


class Describer:
    """Puts the records of one message into words, one after the other."""

    def __init__(self, elements: Elements, choice: Choice, meanings: CodeMeanings, language: Language) -> None:
        self._choice = choice
        self._meanings = meanings
        self._language = language
        self._shown = choice.within(elements)
        self._slots = {kind: tuple(_slots(kind, elements[kind], self._shown[kind], language)) for kind in self._shown}
        #: The records that the next one may stand under: their levels, and what need not be repeated of them.
        self._above: list[tuple[int, Mapping[str, str]]] = []

    def describe(self, content: Content) -> Described | None:
        """The record in words; None for one that isn't shown."""
        kind, values = content.kind, content.values
        if not self._choice.shows(kind, self._shown):
            return None
        heading = headings().get(kind, _NO_HEADING)
        slots = self._slots.get(kind, ())
        above = self._under(heading.level, {s.part.code: values.get(s.part.id, "") for s in slots if s.word.once})
        shown: list[Field] = []
        heads: dict[str, Field] = {}
        for slot in slots:
            value = values.get(slot.part.id, "")
            empty = is_empty(slot.part, value)
            is_shown = self._is_shown(slot, value, empty, above)
            if is_shown or slot.heads:
                field = self._field(slot, value, empty, values)
                heads[field.id] = field
                if is_shown:
                    shown.append(field)
        return Described(
            number=content.number,
            kind=kind,
            level=heading.level,
            title=heading.title[self._language],
            headline=tuple(_headline(heading.headline[self._language], heads)),
            fields=tuple(shown),
            notes=content.notes,
            text=content.text,
        )

    def _under(self, level: int, own: Mapping[str, str]) -> Mapping[str, str]:
        """What the record above says that a record on this level stands under; it is then the last one itself."""
        while self._above and self._above[-1][0] >= level:
            self._above.pop()
        above = self._above[-1][1] if self._above else {}
        self._above.append((level, own))
        return above

    def _field(self, slot: _Slot, value: str, empty: bool, values: Mapping[str, str]) -> Field:
        reads = slot.word.reads
        meaning = self._meanings.of(reads, value, values.get(slot.before, "")) if reads and not empty else ""
        return Field(slot.part.id, slot.name, value, reads, meaning, empty)

    def _is_shown(self, slot: _Slot, value: str, empty: bool, above: Mapping[str, str]) -> bool:
        if self._choice.everything or self._choice.elements:
            return True
        if slot.word.reads == _KIND or (slot.word.once and above.get(slot.part.code) == value):
            return False
        return not empty or slot.part.mandatory or slot.word.reads in _ZERO_COUNTS


def _headline(pieces: Iterable[tuple[str, ...]], fields: Mapping[str, Field]) -> Iterator[tuple[str | Field, ...]]:
    """The pieces that say something: their words, and those of their elements that are filled and not hidden."""
    for piece in pieces:
        named = [fields.get(token.strip("{}")) if token.startswith("{") else token for token in piece]
        told = tuple(each for each in named if isinstance(each, str) or (each is not None and _heads(each)))
        if any(isinstance(each, Field) for each in told):
            yield told


def _heads(field: Field) -> bool:
    return (not field.empty or field.reads in _ZERO_COUNTS) and field.value != HIDDEN


def _slots(kind: str, parts: Mapping[str, ElementKind], shown: Collection[str], language: Language) -> Iterator[_Slot]:
    pieces = headings().get(kind, _NO_HEADING).headline[language]
    heading = {token.strip("{}") for piece in pieces for token in piece}
    before = ""
    for part in parts.values():
        known = word(part.code, part.id)
        if part.id in shown:
            name = known.english if language == "en" and known.english else part.name
            yield _Slot(part, known, name, before, heads=part.id in heading)
        before = part.id
