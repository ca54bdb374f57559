"""A made-up practice whose Zorg1 tables can be counted by hand: what is in its agenda, trajectory by trajectory."""

from pathlib import Path
from typing import Final

from tests.support.feeds import COLUMNS, Cells, Clinic, csv_text, visit

#: Columns of its feed.
FEED_COLUMNS: Final = (*COLUMNS, "category", "measurement_name", "measurement_score")
#: Every visit below is before it, and no insurer calls any of them too late.
TODAY: Final = "2022-10-03"
#: Two labels of VGZ, and an insurer that has no Zorg1 agreements.
VGZ_LABEL: Final = "0736"
ONVZ: Final = "3343"
_LOW_BACK: Final = "Zorg 1: Lage rug | profiel 2 | zonder prijs afspraak"

#: The day before the second quarter of 2022, and consent from the first day on: start, two contacts, end.
ENDED: Final = (
    visit(
        "A011",
        "2022-03-31",
        "01",
        "T1",
        patient="P1",
        consent="J",
        measurement_name="STarT Back",
        measurement_score="3",
    ),
    visit("A012", "2022-04-07", "011", "T1", patient="P1"),
    visit("A013", "2022-04-14", "011", "T1", patient="P1"),
    visit("A014", "2022-04-28", "0111", "T1", patient="P1", measurement_name="NPRS", measurement_score="2,5"),
)
#: The first day of that quarter, and a relapse later.
RELAPSED: Final = (
    visit("A021", "2022-04-01", "940158", "T2", patient="P2", insurer="CZ", diagnosis="3026", consent="ja"),
    visit("A022", "2022-04-08", "011", "T2", patient="P2", insurer="CZ", diagnosis="3026"),
    visit("A023", "2022-04-29", "940159", "T2", patient="P2", insurer="CZ", diagnosis="3026"),
    visit("A024", "2022-09-01", "940163990", "T2", patient="P2", insurer="CZ", diagnosis="3026"),
)
#: No; nobody asked; yes, and later no.
NOT_SHARED: Final = (
    visit("A031", "2022-04-04", "01", "T3", patient="P3", consent="N"),
    visit("A041", "2022-04-04", "01", "T4", patient="P4"),
    visit("A051", "2022-05-02", "01", "T5", patient="P5", consent="J"),
    visit("A052", "2022-05-09", "011", "T5", patient="P5", consent="N"),
)
#: No, and later yes; it goes on.
SHARED_LATER: Final = (
    visit("A061", "2022-05-02", "940169", "T6", patient="P6", diagnosis="4026", consent="N"),
    visit("A062", "2022-05-09", "011", "T6", patient="P6", diagnosis="4026", consent="J"),
)
#: Sessions of regular care with an insurer that has no agreements: by category under a number; by diagnosis alone.
WITHOUT_AGREEMENT: Final = tuple(
    visit(ident, day, "1000", number, patient=patient, diagnosis=diagnosis, uzovi=ONVZ, category=category, consent="J")
    for ident, day, number, patient, diagnosis, category in (
        ("A071", "2022-04-04", "T7", "P7", "3526", _LOW_BACK),
        ("A072", "2022-04-11", "T7", "P7", "3526", _LOW_BACK),
        ("A073", "2022-05-02", "T7", "P7", "3526", _LOW_BACK),
        ("A101", "2022-04-05", "", "P10", "3026", ""),
        ("A102", "2022-04-12", "", "P10", "3026", ""),
    )
)
#: Regular care of a body part that VGZ has an agreement about: no trajectory of Zorg1.
REGULAR: Final = (visit("A111", "2022-04-06", "1000", patient="P11", consent="J"),)
#: Knee and hip apart.
ARTROSE: Final = (
    visit("A121", "2022-06-01", "940174", "T12", patient="P12", diagnosis="7023", consent="J"),
    visit("A131", "2022-06-02", "940176", "T13", patient="P13", insurer="CZ", diagnosis="6223", consent="J"),
    visit("A132", "2022-07-14", "940177", "T13", patient="P13", insurer="CZ", diagnosis="6223"),
)
#: A baseline, and a profile of which AV and BV go together: one trajectory.
KNEE: Final = tuple(
    visit(
        ident, day, code, "T14", patient="P14", insurer="Menzis", diagnosis=diagnosis, indication_code=csi, consent="J"
    )
    for ident, day, code, diagnosis, csi in (
        ("A141", "2022-01-10", "940183", "7022", "008"),
        ("A142", "2022-01-17", "940186", "7001", "008"),
        ("A143", "2022-01-17", "940187", "7001", "001"),
    )
)
#: A relapse of which no start is known.
RELAPSE_ONLY: Final = (visit("A151", "2022-02-01", "940133", "T15", patient="P15", consent="J"),)
#: The patient went to another label of VGZ.
TWO_LABELS: Final = (
    visit("A161", "2022-03-01", "01", "T16", patient="P16", consent="J"),
    visit("A162", "2022-03-08", "011", "T16", patient="P16", uzovi=VGZ_LABEL),
    visit("A163", "2022-03-22", "0111", "T16", patient="P16", uzovi=VGZ_LABEL),
)
VISITS: Final[tuple[Cells, ...]] = (
    *ENDED,
    *RELAPSED,
    *NOT_SHARED,
    *SHARED_LATER,
    *WITHOUT_AGREEMENT,
    *REGULAR,
    *ARTROSE,
    *KNEE,
    *RELAPSE_ONLY,
    *TWO_LABELS,
)


def zorg1_practice(folder: Path, visits: tuple[Cells, ...] = VISITS) -> Clinic:
    """A practice that has run once over these visits."""
    clinic = Clinic.open(folder)
    clinic.write(csv_text(visits, FEED_COLUMNS))
    clinic.run(today=TODAY)
    return clinic
