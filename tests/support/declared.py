"""One correct PM304 file and one correct PM305 file, packed from the layout tables, to be changed in one place."""

import csv
import io
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

from attrs import frozen

from ei_export.base.problems import LANGUAGES
from ei_export.standards.fault import Fault
from ei_export.standards.flat.record import Layout, encoding
from ei_export.standards.verifying import verify_file
from tests.support.messages import PM304, PM305, Values

TODAY: Final = date(2021, 5, 1)
END: Final = b"\r\n"

_HEADER: Final[Values] = {
    "0102": 107, "0103": 3, "0104": 2, "0105": "P", "0106": "999801", "0107": "1.0", "0108": "7095",
    "0110": "04098765", "0111": "04012345", "0113": 3, "0114": "20210301", "0115": "20210331", "0116": "210401000001",
    "0117": "20210401", "0119": "EUR",
}  # fmt: skip
_HOME: Final[Values] = {
    "0204": "7095", "0205": "0070010020", "0206": "P001", "0207": "19800517", "0208": 2, "0209": 1, "0210": "Jansen",
    "0211": "van der", "0215": "AB", "0217": "1234AB", "0219": 12, "0220": "a",
}  # fmt: skip
_LINE: Final[Values] = {
    "0404": "7095", "0405": "0070010020", "0407": 1, "0408": "20210309", "0409": "012", "0410": "F1013", "0411": 1,
    "0412": "O", "0413": "005", "0414": "3426", "0421": "009", "0422": "04098765", "0428": 8000, "0429": 8000,
    "0430": "D", "0432": 8000, "0433": "D",
}  # fmt: skip
#: Without a BSN, abroad, with a partner.
_ABROAD: Final[Values] = {
    "0203": "999999999", "0204": "3311", "0205": "A12", "0206": "P003", "0207": "19910102", "0208": 1, "0209": 1,
    "0210": "Pérez-Díaz", "0212": 2, "0213": "Müller", "0214": "zu", "0215": "É", "0216": 3, "0218": "10115",
    "0219": 0, "0221": "DE",
}  # fmt: skip
_A, _B, _D = ({"0203": bsn} for bsn in ("123456782", "999900122", "999991772"))
_OF_A, _OF_B, _OF_D = ({"0403": bsn["0203"]} for bsn in (_A, _B, _D))

#: Each record with the name that changes know it by. The lines of B say the same as those of A did, so that the last
#: of them are taken by what was judged before.
_RECORDS: Final[tuple[tuple[str, str, Values], ...]] = (
    ("header", "01", _HEADER),
    ("A", "02", {"0202": 1, **_HOME, **_A}),
    ("A comment", "98", {"9802": 1, "9803": 1, "9804": "Adres gewijzigd"}),
    ("A comment 2", "98", {"9802": 1, "9803": 2, "9804": "per 1 maart"}),
    ("A1", "04", {"0402": 2, **_LINE, **_OF_A, "0434": "R-0001"}),
    ("A2", "04", {
        "0402": 3, **_LINE, **_OF_A, "0406": "M-1", "0408": "20210316", "0411": 3, "0423": "0401", "0424": "20210226",
        "0425": "01012345", "0428": 4000, "0429": 12000, "0432": 11950, "0434": "R-0002",
    }),
    ("A2 comment", "98", {"9802": 3, "9803": 1, "9804": "Eigen bijdrage voldaan"}),
    ("B", "02", {"0202": 4, **_HOME, **_B, "0206": "P002"}),
    ("B1", "04", {"0402": 5, **_LINE, **_OF_B, "0434": "R-0003"}),
    ("B2", "04", {"0402": 6, **_LINE, **_OF_B, "0434": "R-0004"}),
    ("B3", "04", {"0402": 7, **_LINE, **_OF_B, "0434": "R-0005"}),
    ("D", "02", {"0202": 8, **_HOME, **_D, "0206": "P004", "0216": 1}),
    ("credit", "04", {
        "0402": 9, **_LINE, **_OF_D, "0430": "C", "0432": 7500, "0433": "C", "0434": "R-0006", "0435": "Q-0001",
    }),
    ("D2", "04", {
        "0402": 10, **_LINE, **_OF_D, "0409": "990", "0410": "F1013R", "0413": 0, "0414": 0, "0417": "005",
        "0418": "3426", "0423": "0401", "0422": 0, "0434": "R-0007",
    }),
    ("E", "02", {"0202": 11, **_ABROAD}),
    ("E1", "04", {
        "0402": 12, **_LINE, "0403": "999999999", "0404": "3311", "0405": "A12", "0408": "20210331", "0434": "R-0008",
    }),
    ("trailer", "99", {"9902": 4, "9904": 8, "9905": 3, "9906": 15, "9907": 52450, "9908": "D"}),
)  # fmt: skip

_REFUSED: Final[Values] = {"0482": "D", "0484": "D"}
#: Of the declaration above, A2 was refused, of B3 a part; the rest was granted and doesn't come back.
_RETURN: Final[tuple[tuple[str, str, Values], ...]] = (
    ("header", "01", {**_HEADER, "0102": 108, "0181": "VZ-77", "0182": "20210420", "0196": "8073"}),
    ("A", "02", {"0202": 1, **_HOME, **_A}),
    ("A2", "04", {
        "0402": 3, **_LINE, **_OF_A, "0408": "20210316", "0411": 3, "0428": 12000, "0429": 12000, "0432": 11950,
        "0434": "R-0002", **_REFUSED, "0496": "0613", "0497": "8010",
    }),
    ("comment", "98", {"9802": 3, "9803": 1, "9804": "Zie uw overeenkomst", "9896": "0200"}),
    ("B", "02", {"0202": 4, **_HOME, **_B, "0206": "P002"}),
    ("B3", "04", {
        "0402": 7, **_LINE, **_OF_B, "0434": "R-0005", **_REFUSED, "0481": 7000, "0483": 7000, "0496": "8059",
    }),
    ("trailer", "99", {
        "9902": 2, "9904": 2, "9905": 1, "9906": 5, "9907": 52450, "9908": "D", "9909": 39500, "9910": "D",
    }),
)  # fmt: skip

Records = dict[str, bytes]


def declaration() -> Records:
    """The correct declaration, without line ends, by the names of its records."""
    return _packed(_RECORDS, PM304)


def answer() -> Records:
    """The correct return."""
    return _packed(_RETURN, PM305)


def _packed(records: tuple[tuple[str, str, Values], ...], layout: Layout) -> Records:
    return {name: layout[kind].pack(values).encode(encoding()) for name, kind, values in records}


def file_of(records: Mapping[str, bytes]) -> bytes:
    return b"".join(record + END for record in records.values())


def changed(records: Records, name: str, element: str, value: str) -> Records:
    """The records with one element of one of them changed; spaces follow a value that is shorter."""
    layout = PM304 if len(records["header"]) == PM304.length else PM305
    place = layout[element[:2]][element]
    record, raw = records[name], value.ljust(place.length).encode(encoding())
    other = record[: place.start - 1] + raw + record[place.end :]
    assert other != record, "nothing was changed"
    return {**records, name: other}


def number_of(records: Mapping[str, bytes], name: str) -> int | None:
    """The number of a record in the file, '' = the whole file."""
    return list(records).index(name) + 1 if name else None


def judged(data: bytes, today: date | None = TODAY) -> list[Fault]:
    return list(verify_file(io.BytesIO(data), "PM304.txt", today))


#: What of persons the correct files hold, in whatever element.
PERSONAL: Final = (
    "123456782", "999900122", "999991772", "19800517", "19910102", "Jansen", "Pérez", "Müller", "van der",
    "0070010020", "1234AB", "10115", "P001", "Adres gewijzigd",
)  # fmt: skip
#: record, element, problem, return code
Found = tuple[int | None, str, str, str]


@frozen
class Change:
    """A change to a correct file; ``data`` is what it becomes, ``expected`` the one fault it has then."""

    name: str
    data: bytes
    expected: Found

    def check(self) -> None:
        """That exactly the fault is found that is expected, worded without naming anybody."""
        faults = judged(self.data)
        assert [(fault.record, fault.element, fault.code, fault.return_code) for fault in faults] == [self.expected]
        for language in LANGUAGES:
            said = " ".join([*faults[0].words(language), faults[0].found, faults[0].expected])
            assert not any(value in said for value in PERSONAL)


def element_changes(name: str, records: Records) -> list[Change]:
    """The rows of ``<name>_changes.csv``: one element of a record changed; ``reported`` and ``at`` say where it is
    caught, if that is elsewhere."""
    changes = []
    with (Path(__file__).parents[1] / "standards" / "flat" / "judge" / f"{name}_changes.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        for row in csv.DictReader(file):
            value = row["value"]
            if "\\" in value:  # what can't be seen is written as in Python
                value = value.encode("latin-1").decode("unicode_escape")
            found = changed(records, row["record"], row["element"], value)
            at = number_of(found, row["at"] or row["record"])
            expected = (at, row["reported"] or row["element"], row["problem"], row["return_code"])
            changes.append(Change(row["change"], file_of(found), expected))
    return changes
