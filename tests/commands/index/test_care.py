"""From lines to patients, as values: debit minus credit, who counts once, and where."""

import datetime as dt
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from ei_export.commands.index.care import CareLine, Reason, Traits, TreatedPatient, Treatments, balanced, treated

COVERS = {"009": "AV", "001": "BV", "003": "BV"}
ONE = Treatments(1)


def line(number: int, **more: object) -> CareLine:
    values: dict[str, object] = {
        "invoice": "X",
        "reference": f"R{number}",
        "previous": "",
        "is_credit": False,
        "patient": 1,
        "day": dt.date(2021, 3, 1),
        "granted": 4000,
        "treatments": ONE,
        "diagnosis": "3426",
        "indication": "009",
        "therapist": "T1",
    }
    return CareLine(**{**values, **more})  # type: ignore[arg-type]


def credit(number: int, of: int, **more: object) -> CareLine:
    return line(number, is_credit=True, previous=f"R{of}", treatments=Treatments(0), **more)


def always(day: dt.date) -> Reason | None:
    return None


def counts(lines: Sequence[CareLine]) -> list[str]:
    return sorted(each.reference for each in balanced(lines, always).lines)


def test_a_credit_takes_back_the_debit_it_names() -> None:
    assert counts([line(1), line(2), credit(3, 1)]) == ["R2"]


def test_a_credit_of_a_part_leaves_the_treatment() -> None:
    assert counts([line(1), credit(2, 1, granted=1000)]) == ["R1"]
    assert counts([line(1), credit(2, 1, granted=1000), credit(3, 1, granted=3000)]) == []


def test_a_credit_that_nobody_granted_takes_nothing_back() -> None:
    found = balanced([line(1), credit(2, 1, granted=None), credit(3, 1, granted=0)], always)
    assert [each.reference for each in found.lines] == ["R1"]
    assert found.left == {"unanswered": 1}


def test_a_credit_of_another_patient_or_day_is_none_of_this_debit() -> None:
    found = balanced([line(1), credit(2, 1, patient=2), credit(3, 1, day=dt.date(2021, 3, 2))], always)
    assert ([each.reference for each in found.lines], found.left) == (["R1"], {"credit": 2})


def test_each_line_that_does_not_count_has_its_reason() -> None:
    lines = [
        line(1, granted=0),
        line(2, granted=None),
        line(3, treatments=Treatments(0, "surcharge")),
        line(4, day=dt.date(2022, 1, 1)),
    ]
    found = balanced(lines, lambda day: "elsewhen" if day.year != 2021 else None)
    assert (found.lines, found.left) == ([], {"refused": 1, "unanswered": 1, "surcharge": 1, "elsewhen": 1})


def of(lines: Sequence[CareLine], traits: Traits | None = None) -> Sequence[TreatedPatient]:
    return treated(lines, {1: traits or Traits(1980, "2")}, COVERS)


def test_a_patient_counts_once_where_most_treatments_are() -> None:
    mixed = [line(1), line(2, diagnosis="3026"), line(3, diagnosis="3026")]
    (patient,) = of(mixed)
    assert (patient.treatments, patient.condition, patient.is_mixed) == (3, "3026", True)


def test_of_as_many_treatments_the_first_counts() -> None:
    late = line(1, diagnosis="1000", day=dt.date(2021, 5, 1))
    (patient,) = of([late, line(2)])
    assert patient.condition == "3426"


def test_the_basis_follows_from_the_indication_by_all_that_are_of_it() -> None:
    lines = [line(n, indication=indication) for n, indication in enumerate(["009", "009", "001", "003", "003"])]
    (patient,) = of(lines)
    assert (patient.basis, patient.indication) == ("BV", "003")


def test_an_indication_that_is_not_known_is_a_basis_of_its_own() -> None:
    (patient,) = of([line(1, indication="")])
    assert patient.basis == ""


def test_units_count() -> None:
    (patient,) = of([line(1), line(2, treatments=Treatments(3), therapist="T2")])
    assert (patient.treatments, patient.by_therapist) == (4, {"T1": 1, "T2": 3})


def test_what_one_line_does_not_say_of_a_patient_another_may() -> None:
    assert Traits(None, "2", "").or_else(Traits(1980, "1", "1234")) == Traits(1980, "2", "1234")


drawn = st.lists(
    st.builds(
        line,
        st.integers(0, 200),
        patient=st.integers(1, 5),
        day=st.dates(dt.date(2021, 1, 1), dt.date(2021, 12, 31)),
        granted=st.sampled_from([None, 0, 100, 4000]),
        treatments=st.builds(Treatments, st.integers(1, 5)),
        diagnosis=st.sampled_from(["3426", "3026", ""]),
        indication=st.sampled_from(["009", "001", ""]),
        therapist=st.sampled_from(["T1", "T2"]),
    ),
    max_size=40,
    unique_by=lambda each: each.reference,
)


@settings(deadline=None)
@given(drawn, st.randoms(use_true_random=False))
def test_no_order_of_lines_matters(lines: list[CareLine], random: object) -> None:
    shuffled = [*lines]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = (balanced(each, always) for each in (lines, shuffled))
    assert one.left == other.left
    assert of(one.lines) == of(other.lines)


@settings(deadline=None)
@given(drawn)
def test_what_is_credited_whole_is_as_if_it_never_was(lines: list[CareLine]) -> None:
    credits = [
        credit(1000 + n, int(each.reference[1:]), patient=each.patient, day=each.day, granted=each.granted)
        for n, each in enumerate(lines)
    ]
    assert balanced([*credits, *lines], always).lines == []


@settings(deadline=None)
@given(drawn)
def test_no_treatment_is_lost_or_made(lines: list[CareLine]) -> None:
    found = balanced(lines, always)
    assert len(found.lines) + sum(found.left.values()) == len(lines)
    assert sum(patient.treatments for patient in of(found.lines)) == sum(
        each.treatments.count for each in lines if each.granted
    )
