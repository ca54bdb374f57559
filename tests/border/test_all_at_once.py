"""All that is wrong with an appointment is told at once, in the practice's own words, causes before consequences."""

import json

import pytest

from tests.support.clerk import Clerk
from tests.support.feeds import BYSTANDER_LINES, BYSTANDERS, COLUMNS, Cells, Clinic, csv_text, visit

WRONG: Cells = {"bsn": "123456789", "sex": "X", "house_number": "", "birth_date": "31-02-1980"}
OF_THE_PERSON = {"BSN_INVALID", "SEX_INVALID", "HOUSE_NUMBER_INVALID", "BIRTH_DATE_INVALID"}


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        ({"diagnosis_code": "3526"}, {"DIAGNOSIS_WRONG"}),
        ({"code": "940133", "uzovi": "3332", "date": "2020-05-01"}, set()),
        ({"code": "940199"}, {"CODE_UNKNOWN"}),
        ({"code": "940134"}, {"END_WITHOUT_START"}),
        ({"date": "2021-13-01"}, {"DATE_INVALID"}),
        ({"uzovi": "9999"}, {"UZOVI_UNKNOWN"}),
        ({"date": "2022-01-01"}, {"DATE_IN_FUTURE"}),
    ],
)
def test_the_person_is_told_with_the_rest(clinic: Clinic, cells: Cells, codes: set[str]) -> None:
    clinic.tariffs(without="940131")
    row = visit("A1", "2021-03-01", "940131", "T1") | WRONG | cells
    result = clinic.feed([row, *BYSTANDERS]).run()
    assert result.lines == BYSTANDER_LINES
    found = [code for code, appointment, _ in result.found("error") if appointment == "A1"]
    assert len(found) == len(set(found))
    assert set(found) >= codes | OF_THE_PERSON
    assert set(found) - codes - OF_THE_PERSON <= {"TARIFF_MISSING"}


def test_a_contact_is_never_sent_so_its_person_is_nobody_s_concern(clinic: Clinic) -> None:
    rows = [visit("A1", "2021-03-01", "940131", "T1"), visit("A2", "2021-03-08", "940141", "T2") | WRONG]
    contact = visit("A3", "2022-03-08", "940135", "T1", patient="P2") | WRONG
    result = clinic.feed([*rows, contact]).run()
    assert not [
        problem for problem in result.problems if problem["appointment_id"] == "A3" and problem["column"] == "bsn"
    ]


OWN = {column: f"Kolom {column.upper()}" for column in COLUMNS} | {"bsn": "BSN {nr}", "house_number": "Huisnr."}


def test_columns_are_called_what_the_practice_calls_them(clinic: Clinic, clerk: Clerk) -> None:
    names = "\n".join(f"{ours} = {json.dumps(theirs)}" for ours, theirs in OWN.items())
    clinic.configure(feed=f'path = "appointments.csv"\n[input.columns]\n{names}')
    row = visit("A1", "2021-03-01", "940131", "T1") | WRONG | {"partner_prefix": "tab\there"}
    _, *rest = csv_text([row]).splitlines(keepends=True)
    clinic.write("".join([";".join(OWN[column] for column in COLUMNS) + "\n", *rest]))
    result = clinic.run()
    assert {problem["column"] for problem in result.problems} == {
        OWN[column] for column in ("bsn", "sex", "house_number", "birth_date", "partner_prefix")
    }
    told = {problem["code"]: problem for problem in result.problems}
    for code, column in (("BSN_INVALID", "bsn"), ("HOUSE_NUMBER_INVALID", "house_number"), ("SEX_INVALID", "sex")):
        assert f'"{OWN[column]}"' in told[code]["remedy"]
        assert f'"{column}"' not in told[code]["remedy"]
    assert f'"{OWN["partner_prefix"]}"' in told["TEXT_CONTROL"]["message"]
    page = (clinic.folder / "out" / "report.html").read_text(encoding="utf-8")
    table = (clinic.folder / "out" / "problems.csv").read_text(encoding="utf-8")
    said = [clerk.gives(*command, as_json=False)[1] for command in (["check"], ["status"], ["explain", "A1"])]
    for text in (page, table, *said):
        assert "Huisnr." in text
        assert '"house_number"' not in text


def test_causes_come_first(clinic: Clinic) -> None:
    rows = [
        visit("A1", "2021-03-01", "940131", "T1"),
        visit("A2", "2021-33-08", "940135", "T1"),
        visit("A3", "2021-03-22", "940134", "T1"),
    ]
    result = clinic.feed(rows).run()
    assert [problem["code"] for problem in result.problems] == ["DATE_INVALID", "COUNT_UNCERTAIN"]
