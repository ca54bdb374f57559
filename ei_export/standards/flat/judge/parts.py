"""Runs of elements, judged together: one regular expression for all that is right, and the relations between them."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache, cached_property
from operator import itemgetter
from typing import Any, Final

from ...fault import Fault
from ..record import Record
from .controls import Control, controls
from .relations import Relation, Values, relations

#: A relation that is broken, by which values, and what is expected.
_BrokenRelation = tuple[Relation, Values, str]


#: As many values are remembered of relations that go together: a megabyte at most.
_REMEMBERED: Final = 4_000


class _Apart:
    """Relations that have elements in common with each other and with no other relation, so that what is looked up of
    them doesn't depend on whatever else a record holds: the BSN of a person comes back less often than their sex.

    ``places``: their elements, and where each is among those of a `_Shape`.
    """

    def __init__(self, relations: Sequence[Relation], places: Sequence[tuple[int, Control]], about: Values) -> None:
        self.of: Final[Callable[[Sequence[str]], Any]] = itemgetter(*(place for place, _ in places))
        #: What broke no relation lately.
        self.right: Final[set[Any]] = set()
        self._relations: Final = relations
        self._places: Final = places
        self._about: Final = about

    def holds(self, raw: Sequence[str]) -> bool:
        """Whether no relation is broken, and remembers it."""
        if _broken(self._relations, _values(raw, self._places, self._about)):
            return False
        if len(self.right) >= _REMEMBERED:
            self.right.clear()
        self.right.add(self.of(raw))
        return True


class _Shape:
    """Texts with which nothing is wrong by themselves, as one regular expression, and what is left to look at then.
    ``about`` names the elements of other records that relations look at."""

    def __init__(
        self, elements: Sequence[tuple[Control, str]], relations: Sequence[Relation], about: Collection[str]
    ) -> None:
        looked_at = {id for relation in relations for id in relation.elements}
        groups: dict[str, int] = {}
        pattern = ""
        tests = []
        for control, right in elements:
            id = control.element.id
            test = control.test if right != control.blank else None
            if test or id in looked_at:
                groups[id] = len(groups)
            if test:
                tests.append((groups[id], test))
            pattern += f"({right})" if id in groups else f"(?:{right})"
        self._pattern: Final = pattern
        self.tests: Final = tests
        self.relations: Final = relations
        self.places: Final = [(groups[c.element.id], c) for c, _ in elements if c.element.id in looked_at]
        #: The relations and places of each `_Apart`.
        self.apart: Final = [
            (
                [relation for relation in relations if not relation.elements.isdisjoint(ids)],
                [(place, control) for place, control in self.places if control.element.id in ids],
            )
            for ids in _connected(relation.elements.difference(about) for relation in relations)
        ]

    @cached_property
    def match(self) -> Callable[[str], re.Match[str] | None]:
        """Made when it is needed: many a file holds nothing out of the ordinary."""
        return re.compile(self._pattern, re.DOTALL).fullmatch


class _Shaped:
    """The texts of a file that should have a shape; ``about`` holds the values of its other records."""

    def __init__(self, shape: _Shape, about: Values) -> None:
        self._shape: Final = shape
        self._about: Final = about
        self._apart: Final = [_Apart(*apart, about) for apart in shape.apart]

    def broken(self, text: str) -> list[_BrokenRelation] | None:
        """The relations that are broken; None for a text of another shape."""
        shape = self._shape
        match = shape.match(text)
        if match is None:
            return None
        raw = match.groups()
        for group, test in shape.tests:
            if not test(raw[group]):
                return None
        for apart in self._apart:
            if apart.of(raw) not in apart.right and not apart.holds(raw):
                return _broken(shape.relations, _values(raw, shape.places, self._about))
        return []


class _Form:
    """All that a `Part` is judged by, whatever other records hold: made once of each."""

    def __init__(self, record: Record, layout: str, about: Collection[str]) -> None:
        self.controls: Final = controls(layout)
        own = [self.controls[element.id] for element in record.elements]
        known = {*(control.element.id for control in own), *about}
        first = record.elements[0].start
        self.places: Final = [(c, c.element.start - first, c.element.end - first + 1) for c in own]
        self.relations: Final = [r for r in relations(layout) if r.elements <= known and r.element not in about]
        # Most texts are filled where a relation breaks on what is empty, and the other way round: none can be broken.
        filled = {id for r in self.relations for id in r.empty}
        empty = {id for r in self.relations for id in r.filled} - filled
        usual = [(c, _usual(c, filled, empty)) for c in own]
        always = [r for r in self.relations if not (r.empty or (r.filled and empty.issuperset(r.filled)))]
        self.usual: Final = _Shape(usual, always, about)
        self.right: Final = _Shape([(c, c.pattern) for c in own], self.relations, about)


_form = cache(_Form)


class Part:
    """The elements of ``record``, which may be a run of a whole one (`Record.part`), and what is between them.

    ``about`` holds the values of other records that relations look at.
    """

    def __init__(self, record: Record, layout: str, about: Values) -> None:
        form = _form(record, layout, frozenset(about))
        self._controls: Final = form.controls
        self._about: Final = about
        self._relations: Final = form.relations
        self._places: Final = form.places
        self._usual: Final = _Shaped(form.usual, about)
        self._right: Final = _Shaped(form.right, about)

    def judge(self, text: str) -> list[Fault]:
        """What is wrong with the text of the part, which is as long as the part."""
        broken = self._usual.broken(text)
        if broken is None:
            broken = self._right.broken(text)
        if broken is None:
            return self._judge_closely(text)
        return [self._breach(*breach) for breach in broken]

    def _judge_closely(self, text: str) -> list[Fault]:
        """The same, of a text with which something is wrong by itself."""
        faults = [fault for control, start, stop in self._places if (fault := control.fault(text[start:stop]))]
        wrong = {fault.element for fault in faults}
        values = {**self._about, **self.values(text)}
        untouched = [relation for relation in self._relations if wrong.isdisjoint(relation.elements)]
        return faults + [self._breach(*breach) for breach in _broken(untouched, values)]

    def matches(self, text: str) -> bool:
        """Whether nothing is wrong with any element by itself."""
        return self._right.broken(text) is not None

    def wrong_elements(self, text: str) -> int:
        """With how many elements something is wrong."""
        return sum(not control.right(text[start:stop]) for control, start, stop in self._places)

    def values(self, text: str) -> dict[str, str]:
        """Its values, right or wrong."""
        return {control.element.id: control.bare(text[start:stop]) for control, start, stop in self._places}

    def _breach(self, relation: Relation, values: Values, expected: str) -> Fault:
        other = self._controls.get(relation.others[0]) if relation.others else None
        return self._controls[relation.element].says(
            relation.code,
            values[relation.element],
            expected,
            return_code=relation.return_code,
            other=other.element if other is not None else None,
        )


def _broken(relations: Iterable[Relation], values: Values) -> list[_BrokenRelation]:
    return [(r, values, expected) for r in relations if (expected := r.broken(values)) is not None]


def _values(raw: Sequence[str], places: Iterable[tuple[int, Control]], about: Values) -> Values:
    """The values of elements and those of other records, by their ids."""
    return {**about, **{control.element.id: control.bare(raw[place]) for place, control in places}}


def _connected(sets: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """The sets, those with something in common made into one."""
    found: list[frozenset[str]] = []
    for one in sets:
        apart = [other for other in found if other.isdisjoint(one)]
        joined = one.union(*(other for other in found if not other.isdisjoint(one)))
        found = [*apart, joined]
    return found


def _usual(control: Control, filled: Collection[str], empty: Collection[str]) -> str:
    """What is right of an element where no relation can break on it."""
    if control.element.id in filled:
        return control.filled
    return control.blank if control.element.id in empty else control.pattern
