"""Declarations of another system, as PM304 and GDS801, and what an insurer answers: made by the layout tables alone."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Final

from attrs import frozen

from tests.manual.practice import bsns
from tests.support.receiver import SENT, Message, take_apart

BSNS: Final = tuple(islice(bsns(), 100))


@frozen
class Care:
    """A line of regular care of a patient, who is a number below 100; all are born in 1980, but for ``born``."""

    patient: int
    day: str
    code: str = "1000"
    cents: int = 4000
    diagnosis: str = "3426"
    indication: str = "009"
    therapist: str = "04098765"
    list: str = "012"
    units: int = 1
    born: str = "19800517"
    sex: int = 2
    bsn: bool = True
    credit: str = ""
    uzovi: str = "7095"
    postcode: str = "1234AB"


def pm304(
    cared: Sequence[Care], invoice: str = "X1", practice: str = "04012345", kind: str = "P", first: int = 1
) -> bytes:
    """A declaration; the references are the invoice and a number from ``first``."""
    records, number = [], 1
    cents = 0
    ordered = sorted(enumerate(cared, first), key=lambda each: (each[1].patient, each[0]))
    last = None
    for place, care in ordered:
        who: Mapping[str, str | int] = {
            "0203": BSNS[care.patient] if care.bsn else "999999999",
            "0204": care.uzovi,
            "0205": f"7001{care.patient:04}",
        }
        if care.patient != last:
            number += 1
            about: Mapping[str, str | int] = {
                "0206": f"Q{care.patient}",
                "0207": care.born,
                "0208": care.sex,
                "0209": 1,
                "0210": "Zomer",
            }
            records.append(SENT["02"].pack({"0202": number - 1, **who, **about, "0215": "AB", "0217": care.postcode}))
            last = care.patient
        number += 1
        side = "C" if care.credit else "D"
        cents += care.cents if side == "D" else -care.cents
        records.append(
            SENT["04"].pack(
                {
                    "0402": number - 1, "0403": who["0203"], "0404": who["0204"], "0405": who["0205"], "0407": 1,
                    "0408": care.day.replace("-", ""), "0409": care.list, "0410": care.code, "0411": care.units,
                    "0412": "O", "0413": "005", "0414": care.diagnosis, "0421": care.indication,
                    "0422": care.therapist, "0428": care.cents, "0429": care.cents, "0430": side, "0432": care.cents,
                    "0433": side, "0434": f"{invoice}-{place}", "0435": care.credit,
                }
            )
        )  # fmt: skip
    header = {
        "0102": "107", "0103": "03", "0104": "02", "0105": kind, "0108": "7095", "0110": "04098765", "0111": practice,
        "0113": "03", "0114": "20210101", "0115": "20211231", "0116": invoice, "0117": "20220101", "0119": "EUR",
    }  # fmt: skip
    persons = sum(record.startswith("02") for record in records)
    trailer = {
        "9902": persons, "9904": len(cared), "9906": len(records), "9907": abs(cents),
        "9908": "C" if cents < 0 else "D",
    }  # fmt: skip
    texts = [SENT["01"].pack(header), *records, SENT["99"].pack(trailer)]
    return "".join(f"{text}\r\n" for text in texts).encode("iso-8859-1")


def message(content: bytes) -> Message:
    return take_apart(content)


def gds801(cared: Sequence[Care], invoice: str = "G1") -> bytes:
    """A declaration in XML; persons without sex and address, as it has none."""
    persons: dict[int, list[tuple[int, Care]]] = {}
    for place, care in enumerate(cared, 1):
        persons.setdefault(care.patient, []).append((place, care))
    total = sum(-care.cents if care.credit else care.cents for care in cared)
    insured = "".join(
        f"<Verzekerde><BSN>{BSNS[patient]}</BSN><UzoviNummer>{lines[0][1].uzovi}</UzoviNummer>"
        f"<PatientIdentificatienummer>Q{patient}</PatientIdentificatienummer>"
        f"<Geboortedatum>{_iso(lines[0][1].born)}</Geboortedatum>"
        + "".join(_performance(care, f"{invoice}-{place}") for place, care in lines)
        + "</Verzekerde>"
        for patient, lines in sorted(persons.items())
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Bericht xmlns="http://ei.vektis.nl/declaratiebericht573"><Header>'
        "<Berichtcode>573</Berichtcode><Berichtversie>2</Berichtversie><Berichtsubversie>0</Berichtsubversie>"
        "<Berichtsoort>P</Berichtsoort><Verzender>04012345</Verzender><VerzenderRol>1</VerzenderRol>"
        "<Ontvanger>7095</Ontvanger><OntvangerRol>3</OntvangerRol><Verzenddatum>2026-01-02</Verzenddatum>"
        f"<Referentienummer>{invoice}</Referentienummer></Header><DeclaratieContext>"
        "<Declarant><Zorgaanbiedercode>04012345</Zorgaanbiedercode><ZorgaanbiederSoort>2</ZorgaanbiederSoort>"
        "</Declarant><BetalingAanServicebureau>false</BetalingAanServicebureau>"
        f"<Factuurnummer>{invoice}</Factuurnummer><Factuurdatum>2026-01-01</Factuurdatum></DeclaratieContext>"
        f"{insured}<Overzicht><TotaalDeclaratiebedragInclBtw><Bedrag>{_euros(abs(total))}</Bedrag>"
        f"<DebetCreditCode>{'C' if total < 0 else 'D'}</DebetCreditCode></TotaalDeclaratiebedragInclBtw></Overzicht>"
        "</Bericht>"
    ).encode()


def _performance(care: Care, reference: str) -> str:
    if care.credit:
        return (
            f"<Prestatie><CreditPrestatie><Referentienummer>{reference}</Referentienummer>"
            f"<GerelateerdReferentienummer>{care.credit}</GerelateerdReferentienummer>"
            f"<PrestatieCodelijstCode>{care.list}</PrestatieCodelijstCode><Begindatum>{care.day}</Begindatum>"
            f"<ToegekendBedragInclBtwFinancieel>{_euros(care.cents)}</ToegekendBedragInclBtwFinancieel>"
            "</CreditPrestatie></Prestatie>"
        )
    amount = _euros(care.cents)
    return (
        f"<Prestatie><DebetPrestatie><Referentienummer>{reference}</Referentienummer>"
        "<Herdeclaratiecode>01</Herdeclaratiecode><InformatieCode>01</InformatieCode>"
        "<DoorsturenToegestaan>true</DoorsturenToegestaan><PrivacyCode>false</PrivacyCode>"
        f"<PrestatieCodelijstCode>{care.list}</PrestatieCodelijstCode><Prestatiecode>{care.code}</Prestatiecode>"
        f"<Aantal>{care.units}</Aantal><Begindatum>{care.day}</Begindatum><TariefInclBtw>{amount}</TariefInclBtw>"
        f"<BerekendBedragInclBtw>{amount}</BerekendBedragInclBtw>"
        f"<DeclaratieBedragInclBtw>{amount}</DeclaratieBedragInclBtw><AanvullendPrestatieKenmerk>"
        f"<ApkCodelijstCode>004</ApkCodelijstCode><ApkCode>{care.indication}</ApkCode></AanvullendPrestatieKenmerk>"
        f"<Zorgaanbieder><Zorgaanbiedercode>{care.therapist}</Zorgaanbiedercode>"
        "<ZorgaanbiederSoort>3</ZorgaanbiederSoort><ZorgaanbiederRol>01</ZorgaanbiederRol></Zorgaanbieder>"
        "<AanvullendePrestatiegegevens><Diagnose><DiagnoseCodelijstCode>005</DiagnoseCodelijstCode>"
        f"<Diagnosecode>{care.diagnosis}</Diagnosecode></Diagnose></AanvullendePrestatiegegevens>"
        "</DebetPrestatie></Prestatie>"
    )


def _iso(digits: str) -> str:
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"


def _euros(cents: int) -> str:
    return f"{Decimal(cents).scaleb(-2):.2f}"
