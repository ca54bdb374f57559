"""``index`` from the outside: the worked example, what counts and what doesn't, and what is told of it."""

import json
import random
from pathlib import Path

import openpyxl
import pytest

from tests.commands.index.practice import EXAMPLE, Indexed, codes, course, left
from tests.manual.practice import UZOVI
from tests.support.clerk import Clerk
from tests.support.feeds import visit
from tests.support.filed import BSNS, Care, gds801, pm304
from tests.support.gds_receiver import Declaration
from tests.support.receiver import Verdict, by_insurer, by_vecozo, file_level, take_apart


def test_the_worked_example(practice: Indexed) -> None:
    files = practice.granted(EXAMPLE)
    found = practice.index("--files", *files, "--reference", practice.reference())
    assert (found["patients"], found["treatments"]) == (40, 260)
    assert found["index"]["weighted"] == {"index": 89.6, "lower": 81.7, "upper": 97.5, "interval": "inferred"}
    assert found["index"]["expected"] == {"index": 86.7, "lower": 79.9, "upper": 93.4, "interval": "inferred"}
    assert [(row["condition"], row["patients"], row["treatments"], row["sub_index"]) for row in found["groups"]] == [
        ("rug", 10, 80, 133.3),
        ("nek", 30, 180, 75.0),
    ]
    assert codes(found) == []


def test_the_worked_example_of_a_feed_that_this_program_declared(practice: Indexed) -> None:
    """Each patient with as many visits as the example has; ends carry their number of treatments (VGZ)."""
    rows = []
    for patient, count in [(patient, 8 if patient < 10 else 6) for patient in range(40)]:
        codes_of, diagnosis = (("940131", "940134"), "3426") if patient < 10 else (("940156", "940157"), "3026")
        for day in range(count):
            code = codes_of[0] if day == 0 else codes_of[1] if day == count - 1 else "940135"
            ident = f"A{patient}-{day}"
            rows.append(
                visit(ident, f"2021-03-{day + 1:02}", code, f"T{patient}", patient=f"P{patient}", diagnosis=diagnosis)
            )
    result = practice.clinic.feed(rows).run()
    assert practice.index("--reference", practice.reference())["index"] is None  # no answer yet: nobody counts
    clerk = Clerk(practice.clinic)
    for content in result.files.values():
        clerk.gets(file_level(take_apart(content), "8001"))
    found = practice.index("--reference", practice.reference())
    assert (found["patients"], found["treatments"]) == (40, 260)
    assert (found["index"]["weighted"]["index"], found["index"]["expected"]["index"]) == (89.6, 86.7)


def test_without_a_reference_table_there_are_own_figures_and_never_an_index(practice: Indexed) -> None:
    found = practice.index("--files", *practice.granted(EXAMPLE))
    assert found["index"] is None
    assert [(row["condition"], row["basis"], row["mean"], row["reference_mean"]) for row in found["groups"]] == [
        ("3026", "AV", 6.0, None),
        ("3426", "AV", 8.0, None),
    ]
    assert [(row["therapist"], row["patients"], row["mean"]) for row in found["therapists"]] == [("04098765", 40, 6.5)]
    assert {row["is_index"] for row in found["national"]} == {"niet de behandelindex"}
    assert {row["mean"] for row in found["national"]} == {6.5, None}
    assert codes(found) == ["INDEX_REFERENCE_NONE"]
    assert not (practice.folder / "out" / "behandelindex" / "behandelindex.json").exists()
    assert "Geen behandelindex" in practice.text()


# What counts ------------------------------------------------------------------------------------------------------


def test_screening_surcharges_and_what_is_no_session_do_not_count(practice: Indexed) -> None:
    cared = [Care(1, "2021-02-01", code) for code in ("1000", "1003", "1850", "1902", "9999", "1200")]
    found = practice.index("--files", *practice.granted(cared))
    assert found["treatments"] == 2
    assert left(found) == {
        "telt mee": 2,
        "screening": 1,
        "toeslag": 1,
        "geen zitting (verslag, instructie, module)": 1,
        "onbekend wat de code is": 1,
    }
    (unknown,) = [problem for problem in found["problems"] if problem["code"] == "INDEX_CODES_UNKNOWN"]
    assert "9999" in unknown["message"]


def test_only_what_was_granted_counts(practice: Indexed) -> None:
    cared = course(1, 4)
    verdicts = {"X1-1": Verdict(0, ("0613",)), "X1-2": Verdict(100, ("8059",))}
    found = practice.index("--files", *practice.granted(cared, verdicts=verdicts))
    assert (found["treatments"], left(found)["niets toegekend"]) == (3, 1)


def test_what_vecozo_returned_does_not_count(practice: Indexed) -> None:
    content = pm304(course(1, 3))
    answer = by_vecozo(take_apart(content), {"X1-1": "0613"})
    files = [practice.file("d.txt", content), practice.file("r.ret", answer)]
    found = practice.index("--files", *files)
    assert (found["treatments"], left(found)["niets toegekend"]) == (0, 3)


def test_a_declaration_without_its_answer_does_not_count_and_is_told(practice: Indexed) -> None:
    alone = practice.file("d.txt", pm304(course(1, 3)))
    found = practice.index("--files", alone)
    assert found["patients"] == 0
    assert left(found)["nog geen antwoord van de verzekeraar"] == 3
    assert codes(found) == ["INDEX_NOTHING", "INDEX_NO_ANSWER", "INDEX_REFERENCE_NONE", "INDEX_UNANSWERED"]


def test_an_answer_without_its_declaration_is_told(practice: Indexed) -> None:
    _, answer = practice.granted(course(1, 3))
    assert "INDEX_NO_DECLARATION" in codes(practice.index("--files", answer))


def test_debit_minus_credit(practice: Indexed) -> None:
    first = practice.granted(course(1, 3), "X1")
    credits = [Care(1, "2021-01-04", credit="X1-1"), Care(2, "2021-01-04", credit="Q9-1")]
    second = practice.granted(credits, "X2")
    found = practice.index("--files", *first, *second)
    assert (found["patients"], found["treatments"]) == (1, 2)
    assert left(found) == {
        "telt mee": 2,
        "teruggenomen met een creditregel": 1,
        "creditregel van een regel die hier niet is": 1,
    }
    assert "INDEX_CREDIT_ALONE" in codes(found)


def test_contracted_or_not(practice: Indexed) -> None:
    """Every insurer, and one that no table knows."""
    cared = [Care(n, "2021-02-01", uzovi=uzovi) for n, uzovi in enumerate((*UZOVI.values(), "9999"))]
    found = practice.index("--files", *practice.granted(cared))
    assert found["treatments"] == len(UZOVI) + 1
    (others,) = [problem for problem in found["problems"] if problem["code"] == "INDEX_INSURERS_OTHER"]
    assert "(1 x)" in others["message"]


def test_units_of_products_by_insurer(practice: Indexed) -> None:
    """VGZ: the number of treatments; Menzis: a fixed one, with the contacts that the ledger counted."""
    rows = [
        visit("A1", "2021-03-01", "940131", "T1"),
        visit("A2", "2021-03-08", "940135", "T1"),
        visit("A3", "2021-03-22", "940134", "T1"),
        *(
            visit(f"M{day}", f"2021-03-{day:02}", code, "T2", patient="P2", insurer="Menzis")
            for day, code in ((1, "940151"), (8, "940135"), (15, "940135"), (22, "940154"))
        ),
    ]
    result = practice.clinic.feed(rows).run()
    assert result.lines["M1"] == ("F1015", 4)
    for content in result.files.values():
        Clerk(practice.clinic).gets(file_level(take_apart(content), "8001"))
    found = practice.index()
    assert (found["patients"], found["treatments"]) == (2, 3 + 4)
    assert "INDEX_FILES_NONE" in codes(found)


def test_contacts_come_once_with_a_trajectory_however_often_it_is_declared(practice: Indexed) -> None:
    """TKP with two profiles, a contact; one of them refused, credited and declared again."""
    rows = [
        visit("A1", "2021-05-03", "940183", "T1", insurer="Menzis", diagnosis="7022"),
        visit("A2", "2021-05-04", "940135", "T1", insurer="Menzis", diagnosis="7001"),
        visit("A3", "2021-05-10", "940186", "T1", insurer="Menzis", diagnosis="7001"),
        visit("A4", "2021-05-10", "940187", "T1", insurer="Menzis", diagnosis="7001", indication_code="001"),
    ]
    clerk = Clerk(practice.clinic)
    result = practice.clinic.feed(rows).run()
    declared = result.lines
    assert sorted(declared) == ["A1", "A3", "A4"]
    for content in result.files.values():
        clerk.gets(file_level(take_apart(content), "8001"))
    assert practice.index()["treatments"] == len(declared) + 1
    clerk.replaces("A3")
    for content in practice.clinic.run(today="2021-07-02").files.values():
        clerk.gets(file_level(take_apart(content), "8001"))
    assert practice.index()["treatments"] == len(declared) + 1


def test_a_product_of_fixed_units_in_a_file_is_one_treatment_and_told(practice: Indexed) -> None:
    cared = [
        Care(1, "2021-03-01", "F1015", units=4, uzovi=UZOVI["Menzis"]),
        Care(2, "2021-03-01", "F1013", units=6, uzovi=UZOVI["VGZ"]),
    ]
    found = practice.index("--files", *practice.granted(cared))
    assert found["treatments"] == 1 + 6
    assert "INDEX_UNITS_FIXED" in codes(found)


def test_weeks_12_to_21_of_2020_are_left_out(practice: Indexed) -> None:
    cared = [Care(1, day) for day in ("2020-03-15", "2020-03-16", "2020-05-24", "2020-05-25")]
    found = practice.index("--files", *practice.granted(cared), year=2020)
    assert found["treatments"] == 2
    assert found["left_out"] == [["2020-03-16", "2020-05-24"]]
    assert left(found)["op een dag die in geen index zit"] == 2
    assert "INDEX_DAYS_LEFT_OUT" in codes(found)


@pytest.mark.parametrize(("version", "treatments", "until"), [(1, 1, "06-30"), (2, 2, "09-30"), (3, 3, "12-31")])
def test_the_versions_of_a_year(practice: Indexed, version: int, treatments: int, until: str) -> None:
    days = ("2020-12-31", "2021-06-30", "2021-07-01", "2021-12-31", "2022-01-01")
    found = practice.index("--files", *practice.granted([Care(1, day) for day in days]), version=version)
    assert (found["treatments"], found["until"]) == (treatments, f"2021-{until}")
    assert ("INDEX_NOT_A_YEAR" in codes(found)) is (version != 3)


def test_a_period_that_is_not_over_is_told(practice: Indexed) -> None:
    files = practice.granted(course(1, 2))
    assert "INDEX_PERIOD_OPEN" in codes(practice.index("--files", *files, version=1, today="2021-06-30"))
    assert "INDEX_PERIOD_OPEN" not in codes(practice.index("--files", *files, version=1, today="2021-07-01"))


# Files and ledger -------------------------------------------------------------------------------------------------


def test_a_line_of_ledger_and_file_counts_once(practice: Indexed) -> None:
    rows = [visit("A1", "2021-03-01", "940131", "T1"), visit("A3", "2021-03-22", "940134", "T1")]
    result = practice.clinic.feed(rows).run()
    (content,) = result.files.values()
    declared = practice.file("own.txt", content)
    answered = practice.file("own.ret", file_level(take_apart(content), "8001"))
    # the ledger knows no answer yet, the file does
    for arguments in ((declared, answered), (answered,), (answered, declared, declared)):
        found = practice.index("--files", *arguments)
        assert found["treatments"] == 2
        assert "INDEX_UNANSWERED" not in codes(found)
    Clerk(practice.clinic).reads(answered)
    found = practice.index("--files", declared, answered)
    assert (found["treatments"], left(found)["meer dan eens gevonden, één keer geteld"]) == (2, 2)


def test_a_person_is_one_in_ledger_and_files(practice: Indexed) -> None:
    result = practice.clinic.feed([visit("A1", "2021-03-01", "940131", "T1", patient="P1")]).run()
    (content,) = result.files.values()
    Clerk(practice.clinic).gets(file_level(take_apart(content), "8001"))
    assert take_apart(content).lines[0][0].values["0203"] == BSNS[1]
    found = practice.index("--files", *practice.granted([Care(1, "2021-04-01")]))
    assert (found["patients"], found["treatments"]) == (1, 2)


def test_what_was_withdrawn_does_not_count_and_what_was_pruned_does(practice: Indexed) -> None:
    rows = [
        visit("A1", "2021-03-01", "940131", "T1"),
        visit("A2", "2021-03-08", "940135", "T1"),
        visit("A3", "2021-03-22", "940134", "T1"),
    ]
    clerk = Clerk(practice.clinic)
    (content,) = practice.clinic.feed(rows).run().files.values()
    assert clerk.undoes("R000001") == 0
    assert left(practice.index()) == {"telt mee": 0}
    (content,) = practice.clinic.run().files.values()
    clerk.gets(file_level(take_apart(content), "8001"))
    before = practice.index()
    assert clerk.gives("prune", "--before", "2022-01-01", "--yes", today="2022-06-01")[0] == 0
    after = practice.index()
    for found in (before, after):
        assert (found["patients"], found["treatments"]) == (1, 3)
    assert "INDEX_CONDITION_UNKNOWN" not in codes(before)
    assert {"INDEX_CONDITION_UNKNOWN", "INDEX_BASIS_UNKNOWN"} <= set(codes(after))


def test_gds801_and_its_answer(practice: Indexed) -> None:
    cared = [*course(1, 3, year=2025, list="073"), *course(2, 2, year=2025, list="073")]
    content = gds801(cared)
    answer = Declaration.of(content).answer({"G1-1": ("0.00", ["0613"], [])}, granted="160.00")
    files = [practice.file("d.xml", content), practice.file("r.xml", answer)]
    found = practice.index("--files", *files, year=2025, today="2026-05-01")
    assert (found["patients"], found["treatments"]) == (2, 4)


def test_no_order_of_files_or_lines_matters(practice: Indexed, tmp_path: Path) -> None:
    shuffled = list(EXAMPLE)
    parts = [(EXAMPLE[:100], "X1", 1), (EXAMPLE[100:], "X2", 1)]
    files = [path for cared, invoice, _ in parts for path in practice.granted(cared, invoice)]
    found = practice.index("--files", *files, "--reference", practice.reference())
    random.Random(1).shuffle(shuffled)
    again = practice.index("--files", *reversed(files), files[0], "--reference", practice.reference())
    other = [path for part in (0, 1) for path in practice.granted(shuffled[part::2], f"Y{part}")]
    anew = practice.index("--files", *other, "--reference", practice.reference())
    names = ("index", "groups", "therapists", "national", "thresholds")
    assert [again[name] for name in names] == [found[name] for name in names] == [anew[name] for name in names]


def test_a_folder_and_a_zip_will_do(practice: Indexed) -> None:
    folder = practice.folder / "vecozo"
    folder.mkdir()
    for path in practice.granted(course(1, 3)):
        path.rename(folder / path.name)
    assert practice.index("--files", folder)["treatments"] == 3


def test_a_file_of_another_practice_is_left_out_and_told(practice: Indexed) -> None:
    content = pm304(course(1, 3), practice="04011111")
    files = [practice.file("d.txt", content), practice.file("r.ret", file_level(take_apart(content), "8001"))]
    found = practice.index("--files", *files, code=1)
    assert found["treatments"] == 0
    assert codes(found).count("INDEX_OTHER_PRACTICE") == 2


def test_a_test_file_is_left_out_and_told(practice: Indexed) -> None:
    found = practice.index("--files", practice.file("d.txt", pm304(course(1, 3), kind="T")))
    assert (found["treatments"], "INDEX_TEST_FILE" in codes(found)) == (0, True)


def test_answers_that_differ_are_told(practice: Indexed) -> None:
    content = pm304(course(1, 3))
    message = take_apart(content)
    files = [
        practice.file("d.txt", content),
        practice.file("r1.ret", by_insurer(message, {"X1-1": Verdict(0, ("0613",))})),
        practice.file("r2.ret", file_level(message, "8001")),
    ]
    found = [practice.index("--files", *order) for order in (files, files[::-1])]
    assert found[0]["treatments"] == found[1]["treatments"]
    assert "INDEX_ANSWERS_DIFFER" in codes(found[0])


def test_a_file_that_cannot_be_read_ends_it(practice: Indexed) -> None:
    broken = practice.file("d.txt", b"no message at all")
    document = practice.index("--files", broken, code=3)
    assert document["problems"][0]["code"] == "FILE_NOT_RECOGNISED"
    assert not (practice.folder / "out").exists()


# The index --------------------------------------------------------------------------------------------------------


def test_more_than_a_tenth_of_patients_without_a_group_is_no_index(practice: Indexed) -> None:
    reference = practice.reference(";;rug;3426;;;;6")
    most = [care for patient in range(10) for care in course(patient, 6)]
    files = practice.granted([*most, *course(10, 5, "3026")])  # 1 of 11
    found = practice.index("--files", *files, "--reference", reference)
    assert found["index"]["weighted"]["index"] == 100.0
    assert "INDEX_NOT_IN_GROUPS" in codes(found)
    files = practice.granted([*most, *course(10, 5, "3026"), *course(11, 5, "3026")])  # 2 of 12
    found = practice.index("--files", *files, "--reference", reference, code=1)
    assert found["index"] is None
    assert "INDEX_TOO_FEW_IN_GROUPS" in codes(found)
    assert [(row["condition"], row["patients"], row["reference_mean"]) for row in found["groups"]] == [
        ("rug", 10, 6.0),
        ("3026", 2, None),
    ]


def test_groups_by_age_sex_and_social_status(practice: Indexed) -> None:
    rows = (
        "0;40;jong;;;;;5", "41;;oud, vrouw, hoog;;;2;hoog;6", "41;;oud, vrouw, laag;;;2;laag;7", "41;;oud, man;;;1;;8",
    )  # fmt: skip
    cared = [
        Care(1, "2021-02-01", born="19810517"),  # 40 at the end of the year
        Care(2, "2021-02-01", born="19801231", postcode="1234AB"),
        Care(3, "2021-02-01", born="19801231", postcode="2345AB"),
        Care(4, "2021-02-01", born="19500101", sex=1, postcode=""),
    ]
    statuses = practice.file("pc4.csv", b"postcode;social_status\n1234;hoog\n2345;laag\n")
    files = practice.granted(cared)
    given = ("--files", *files, "--reference", practice.reference(*rows))
    found = practice.index(*given, "--social-status", statuses)
    assert [(row["condition"], row["patients"]) for row in found["groups"]] == [(row.split(";")[2], 1) for row in rows]
    refused = practice.index(*given, code=2)["problems"][0]
    assert refused["code"] == "TABLE_VALUE"
    assert "social_status" in refused["message"]


def test_a_postcode_of_the_ledger_says_the_social_status(practice: Indexed) -> None:
    (content,) = practice.clinic.feed([visit("A1", "2021-03-01", "940131", "T1")]).run().files.values()
    Clerk(practice.clinic).gets(file_level(take_apart(content), "8001"))
    statuses = practice.file("pc4.csv", b"postcode;social_status\n1234;hoog\n2345;laag\n")
    reference = practice.reference(";;hoog;;;2;hoog;2", ";;laag;;;;laag;3")
    found = practice.index("--reference", reference, "--social-status", statuses)
    assert found["index"]["weighted"] == {"index": 50.0, "lower": None, "upper": None, "interval": "inferred"}


def test_thresholds_of_the_year(practice: Indexed) -> None:
    files = practice.granted(EXAMPLE)
    found = practice.index("--files", *files, "--reference", practice.reference())
    assert [(row["insurer"], row["least"], row["fits_weighted"], row["certainty"]) for row in found["thresholds"]] == [
        ("VGZ", 151, "nee", "single-source")
    ]
    cared = [Care(1, "2018-02-01")]
    found = practice.index("--files", *practice.granted(cared, "X3"), year=2018)
    assert [(row["insurer"], row["year"], row["index_year"]) for row in found["thresholds"]] == [
        *[("VGZ", 2018, None)] * 4,
        ("CZ", 2020, 2018),
    ]


def test_few_patients_are_told(practice: Indexed) -> None:
    found = practice.index("--files", *practice.granted(course(1, 3)))
    assert codes(found).count("INDEX_FEW_PATIENTS") == 2


def test_a_year_earlier_and_the_last_six_periods(practice: Indexed) -> None:
    now, before = (practice.granted(course(1, count, year=year), f"X{year}") for count, year in ((6, 2021), (3, 2020)))
    reference = practice.reference(";;alle;;;;;3")
    found = practice.index("--files", *now, *before, "--reference", reference)
    assert [(row["mean"], row["mean_before"]) for row in (*found["groups"], *found["therapists"])] == [(6.0, 3.0)] * 2
    for year, version in ((2021, 1), (2021, 2), (2020, 3), (2019, 3), (2020, 1), (2020, 2), (2021, 3)):
        found = practice.index("--files", *now, *before, "--reference", reference, year=year, version=version)
    assert [(row["year"], row["version"]) for row in found["periods"]] == [
        *((2021, 3), (2021, 2), (2021, 1)),
        *((2020, 3), (2020, 2), (2020, 1)),
    ]
    assert [row["weighted"] for row in found["periods"]] == [200.0] * 3 + [100.0] * 3


def test_kept_periods_that_are_damaged_are_refused(practice: Indexed) -> None:
    practice.index("--files", *practice.granted(EXAMPLE), "--reference", practice.reference())
    path = practice.folder / "out" / "behandelindex" / "behandelindex.json"
    right = path.read_text()
    for wrong in ("[{]", '[{"year": 1}]', right.replace("2021,", '"2021",'), right.replace("2022-06-01", "?")):
        assert wrong != right
        path.write_text(wrong)
        assert practice.index(code=2)["problems"][0]["code"] == "INDEX_KEPT_DAMAGED"


# Outputs ----------------------------------------------------------------------------------------------------------


def test_nobody_is_in_any_output(practice: Indexed) -> None:
    files = practice.granted(EXAMPLE)
    given = ("--files", *files, "--reference", practice.reference(), "--xlsx", "--out", practice.folder / "tables")
    told = [json.dumps(practice.index(*given)), practice.text(*given), practice.text(*given, language="en")]
    told += [path.read_text(encoding="utf-8-sig") for path in (practice.folder / "tables").glob("*.csv")]
    told.append((practice.folder / "out" / "behandelindex" / "behandelindex.json").read_text())
    book = openpyxl.load_workbook(practice.folder / "tables" / "behandelindex.xlsx")
    told += [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    everything = "\n".join(told)
    for private in (*BSNS[:40], "19800517", "1980-05-17", "1980", "Zomer", "1234AB", "Q39", "70010001"):
        assert private not in everything
    assert book["behandelindex"].cell(2, 10).value == 89.6


def test_the_same_bytes_again(practice: Indexed) -> None:
    given = ("--files", *practice.granted(EXAMPLE), "--reference", practice.reference(), "--xlsx")
    practice.index(*given)
    first = {path.name: path.read_bytes() for path in (practice.folder / "out" / "behandelindex").iterdir()}
    practice.index(*given)
    assert {path.name: path.read_bytes() for path in (practice.folder / "out" / "behandelindex").iterdir()} == first


def test_text_in_both_languages(practice: Indexed) -> None:
    given = ("--files", *practice.granted(EXAMPLE), "--reference", practice.reference())
    dutch, english = practice.text(*given), practice.text(*given, language="en")
    assert "Subindices gewogen naar patiënten: 89,6 (95 %: 81,7 tot 97,5)" in dutch
    assert "Werkelijk gedeeld door verwacht: 86,7" in dutch
    assert "Observed over expected: 86.7 (95 %: 79.9 to 93.4)" in english
    assert "NIET de behandelindex" in dutch
    assert max(map(len, dutch.splitlines())) <= 80 + len(str(practice.folder))


def test_version_alone_is_that_of_the_program(practice: Indexed) -> None:
    code, text = Clerk(practice.clinic).gives("index", "--version", as_json=False)
    assert (code, text.startswith("ei-export, version")) == (0, True)
    assert Clerk(practice.clinic).gives("index", "--year", "2021", "--version", "4", debug=False)[0] == 2
    assert Clerk(practice.clinic).gives("index", "--year", "2021", "x.txt", debug=False)[0] == 2
