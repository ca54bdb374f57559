"""Made-up messages, as other programs make them: packed from the layout tables, not by the exporter's own writer."""

import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from ei_export.base.problems import Language
from ei_export.commands.show.describe import Choice
from ei_export.commands.show.show import Showing, show
from ei_export.standards.flat.record import Layout

PM304: Final = Layout.load("pm304-3.2")
PM305: Final = Layout.load("pm305-3.2")
DEBTORS: Final = {layout.length: layout["03"] for layout in map(Layout.load, ("sb311-2.0", "sb312-2.0"))}

Values = Mapping[str, str | int]
Records = Iterable[tuple[str, Values]]

FILLED: Final = Choice()

#: Speech therapy, by the practice.
HEADER: Final[Values] = {
    "0102": "107", "0103": "03", "0104": "02", "0105": "P", "0106": "999801", "0107": "1.0.0", "0108": "9664",
    "0110": "05012345", "0111": "05054321", "0113": "03", "0114": "20200601", "0115": "20200630", "0116": "2020-061",
    "0117": "20200702", "0119": "EUR",
}  # fmt: skip
PERSON: Final[Values] = {
    "0202": 1, "0203": "123456782", "0204": "9664", "0205": "0040010020", "0206": "K17", "0207": "20110923", "0208": 1,
    "0209": 1, "0210": "Wolters", "0211": "van", "0215": "PQ", "0217": "1234AB", "0219": 12, "0220": "bis",
}  # fmt: skip
LINE: Final[Values] = {
    "0402": 2, "0403": "123456782", "0404": "9664", "0405": "0040010020", "0407": 1, "0408": "20200618", "0409": "012",
    "0410": "4000", "0411": 1, "0412": "O", "0417": "012", "0418": "5110", "0422": "05012345", "0423": "0501",
    "0424": "20200511", "0425": "01054321", "0427": "01", "0428": 4000, "0429": 4000, "0430": "D", "0432": 4000,
    "0433": "D", "0434": "V-0001",
}  # fmt: skip
TRAILER: Final[Values] = {"9902": 1, "9904": 1, "9906": 2, "9907": 4000, "9908": "D"}
RECORDS: Final[tuple[tuple[str, Values], ...]] = (("01", HEADER), ("02", PERSON), ("04", LINE), ("99", TRAILER))


def packed(records: Records, layout: Layout = PM304) -> list[str]:
    """The records as text, without line ends; a header says which message it is of."""
    code = {"0102": 107 if layout is PM304 else 108}
    return [
        (DEBTORS[layout.length] if kind == "03" else layout[kind]).pack({**values, **(code if kind == "01" else {})})
        for kind, values in records
    ]


def flat(records: Records = RECORDS, layout: Layout = PM304, *, end: str = "\r\n", encoding: str = "latin-1") -> bytes:
    """A file of such records."""
    return "".join(text + end for text in packed(records, layout)).encode(encoding)


def shown(
    path: Path, language: Language = "nl", choice: Choice = FILLED, *, as_json: bool = False, mask: bool = False
) -> str:
    """What ``show`` writes of a file."""
    out = io.StringIO()
    show(path, Showing(language, choice, as_json=as_json, mask=mask), out)
    return out.getvalue()
