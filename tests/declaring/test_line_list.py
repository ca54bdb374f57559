"""``lines.csv`` as `csv.writer` writes it, whatever stands in its cells."""

import csv
import io
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from ei_export.base.delivery import Unseen
from ei_export.base.wording import printable
from ei_export.declaring.files import LINE_COLUMNS, LineList
from ei_export.declaring.numbering import NumberedFile, NumberedPerson
from ei_export.model.due import DueLine
from ei_export.output.cells import defused, restored

#: Most cells are plain; a person may have plain lines and others.
TEXTS = st.sampled_from("AB") | st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from(",\"'\n\r=+-@ \t;"), max_size=6
)


@settings(deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS, TEXTS), max_size=8), st.integers(1, 4))
def test_a_line_list_is_what_csv_writes(said: list[tuple[str, str, str, str]], of_one_person: int) -> None:
    place = Unseen()
    lines = LineList(place, None, "header")
    file = NumberedFile("", "PM304 3.2", "3311", "", "230101000001", "", "")
    expected = io.StringIO(newline="")
    writer = csv.writer(expected, lineterminator="\n")
    writer.writerow(LINE_COLUMNS)
    numbered: list[tuple[DueLine, str]] = []
    for number, (ident, trajectory, rule, patient) in enumerate(said, 1):
        line = DueLine(
            "PM304 3.2", "3311", "999000012", "2023-01-02", ident, "D", patient, trajectory, "", "", "940131", "012",
            "F1013", "2", "1050", rule, "", "",
        )  # fmt: skip
        reference = f"230101R000001{number:07}"
        numbered.append((line, reference))
        free = [defused(printable(text)) for text in (ident, trajectory, rule)]
        row = [reference, *free[:2], "3311", "2023-01-02", "940131", "012", "F1013", 2, 1050, "D", "230101000001"]
        writer.writerow([*row, free[2]])
    for first in range(0, len(numbered), of_one_person):
        same, references = zip(*numbered[first : first + of_one_person], strict=True)
        lines.add(NumberedPerson(file, first + 1, "", same, references, [1050] * len(same)))
    lines.close()
    listed, memory = place._files
    listed.seek(0)
    assert listed.read().decode() == expected.getvalue()
    memory.seek(0)
    kept = [json.loads(line) for line in memory.read().splitlines()[1:-1]]
    assert kept == [[f"230101R000001{number:07}", patient] for number, (*_, patient) in enumerate(said, 1)]
    assert [row[1] for row in lines.rows()] == [restored(defused(printable(ident))) for ident, *_ in said]
    place.discard()
