"""Rows as a text that names their columns."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from ei_export.ledger.dossier import Besides, Settled, core, pack_judged
from ei_export.ledger.packing import pack, unpack
from ei_export.model.appointment import Appointment, Common, Outcome, Past, positions

#: With whatever a feed may hold: quotes, escapes, controls, what looks like JSON, surrogate-free unicode.
TEXTS = st.text(max_size=8) | st.sampled_from(['"', "\\", '","', "\x1f", "\n", "é", "[]", "", "A1", "T1"])
MEASURED = st.lists(st.tuples(TEXTS, TEXTS).map(list), min_size=1, max_size=2) | st.just(())
ROWS = st.lists(st.tuples(TEXTS, TEXTS, st.integers(0, 99), MEASURED), max_size=5)


class Kind(NamedTuple):
    """Rows of some kind."""

    one: str
    other: str
    units: int = 0
    measured: Sequence[Sequence[str]] = ()


class Later(NamedTuple):
    """The same, with other columns."""

    units: int = 0
    more: str = ""
    some: int = 7


def as_read(rows: Sequence[Sequence[Any]]) -> object:
    """JSON knows no tuples."""
    return json.loads(json.dumps(rows))


@given(ROWS)
def test_what_is_packed_is_read_back(rows: list[tuple[Any, ...]]) -> None:
    assert as_read(unpack(Kind, pack(Kind, [*map(Kind._make, rows)]))) == as_read(rows)


@given(ROWS)
def test_it_is_compact_json_by_the_names_of_the_columns(rows: list[tuple[Any, ...]]) -> None:
    text = pack(Kind, [*map(Kind._make, rows)])
    found = json.loads(text)
    assert text == json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    assert found.pop("rows") == len(rows)
    for name, column in zip(Kind._fields, zip(*rows, strict=True), strict=False):
        assert (name in found) == any(column)
        assert found.get(name, as_read(column)) in (column[0], as_read(column))


@given(ROWS)
def test_a_column_more_or_less_changes_nothing_of_the_others(rows: list[tuple[Any, ...]]) -> None:
    before = pack(Kind, [*map(Kind._make, rows)])
    assert unpack(Later, before) == [Later(units, "") for *_, units, _ in rows]
    assert unpack(Kind, pack(Later, unpack(Later, before))) == [Kind("", "", units) for *_, units, _ in rows]


@given(st.lists(st.builds(Settled, *[TEXTS] * 9, st.integers(0, 9), measured=MEASURED), max_size=4))
def test_settled_appointments_come_back_as_they_were(rows: list[Settled]) -> None:
    assert as_read(unpack(Settled, pack(Settled, rows))) == as_read(rows)


def _judged(
    texts: Sequence[str], day: date | None, past: Past, place: int, besides: Besides
) -> tuple[Appointment, Past, int, Besides]:
    ident, number, diagnosis, code, under, uzovi, *cells = texts
    common = Common(True, False, code, under, uzovi)
    row = Appointment(ident, 1, day, number, "P1", diagnosis, common, (*cells, ""), positions({"date": 0, "bsn": 1}))
    return row, past, place, besides


@given(
    st.lists(
        st.builds(
            _judged,
            st.lists(TEXTS, min_size=8, max_size=8),
            st.dates() | st.none(),
            st.builds(Past, st.sampled_from(Outcome), st.integers(0, 9), TEXTS, TEXTS),
            st.integers(0, 2),
            st.builds(Besides, *[TEXTS] * 5, MEASURED),
        ),
        max_size=4,
    )
)
def test_what_was_judged_now_is_packed_as_settled_appointments_are(
    judged: list[tuple[Appointment, Past, int, Besides]],
) -> None:
    settled = [
        Settled._make((*core(row), past.settled_as.value, past.units, past.linked, past.mark, place, *besides))
        for row, past, place, besides in judged
        if past.settled_as is not None
    ]
    assert pack_judged(judged) == pack(Settled, settled)


def test_a_text_as_it_stands_in_the_ledger() -> None:
    common: dict[str, Any] = {
        "code": "940135",
        "declare_under": "",
        "trajectory_id": "T1",
        "uzovi": "7095",
        "diagnosis_code": "3426",
    }
    row = Settled("A1", "2021-03-01", bsn="123456782", outcome="counted", consent="J", **common)
    other = row._replace(appointment_id="A2", date="2021-03-08", outcome="declared", units=2, linked="940131")
    assert pack(Settled, [row, other]) == (
        '{"rows":2,"appointment_id":["A1","A2"],"date":["2021-03-01","2021-03-08"],"code":"940135",'
        '"trajectory_id":"T1","uzovi":"7095","diagnosis_code":"3426","bsn":"123456782",'
        '"outcome":["counted","declared"],"units":[0,2],"linked":["","940131"],"consent":"J"}'
    )
