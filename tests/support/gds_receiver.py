"""A small receiver of GDS801, which answers in GDS802. It knows both by heart, and uses nothing of the program."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final
from xml.etree import ElementTree

from attrs import frozen

DECLARATION: Final = "{http://ei.vektis.nl/declaratiebericht573}"
#: A granted amount in euros, and the return codes at the line and below it.
Verdict = tuple[str, list[str], list[str]]


@frozen
class Line:
    """A line as it came: its class, its person's number, and its element, in which paths are looked up."""

    kind: str
    patient: str
    element: ElementTree.Element

    def text(self, path: str) -> str:
        return self.element.findtext("/".join(f"{DECLARATION}{name}" for name in path.split("/")), "")

    @property
    def reference(self) -> str:
        return self.text("Referentienummer")


@frozen
class Declaration:
    """A message as it came."""

    root: ElementTree.Element

    @classmethod
    def of(cls, content: bytes) -> "Declaration":
        return cls(ElementTree.fromstring(content))

    def text(self, path: str) -> str:
        return self.root.findtext("/".join(f"{DECLARATION}{name}" for name in path.split("/")), "")

    def lines(self) -> Iterator[Line]:
        for person in self.root.iterfind(f"{DECLARATION}Verzekerde"):
            patient = person.findtext(f"{DECLARATION}PatientIdentificatienummer", "")
            for performance in person.iterfind(f"{DECLARATION}Prestatie"):
                for element in performance:
                    yield Line(element.tag.removeprefix(DECLARATION), patient, element)

    def answer(
        self,
        verdicts: Mapping[str, Verdict] = MappingProxyType({}),
        *,
        sender: str = "3",
        whole: list[str] | None = None,
        persons: dict[str, list[str]] | None = None,
        granted: str = "",
        unpaid: bool = False,
    ) -> bytes:
        """The answer; a line without a verdict, by reference, is left out.

        ``whole`` and ``persons``: codes at the header, and at persons by number. ``granted``: the total;
        ``unpaid``: granted without payment.
        """
        by_person: dict[str, list[str]] = {patient: [] for patient in persons or {}}
        for line in self.lines():
            if (verdict := verdicts.get(line.reference)) is not None:
                by_person.setdefault(line.patient, []).append(_line(line, *verdict, unpaid=unpaid))
        insured = "".join(
            f"<Verzekerde><UzoviNummer>{self.text('Header/Ontvanger')}</UzoviNummer>"
            f"<PatientIdentificatienummer>{patient}</PatientIdentificatienummer>{''.join(lines)}"
            f"{_feedback((persons or {}).get(patient, []))}</Verzekerde>"
            for patient, lines in by_person.items()
        )
        total = "Overzicht/TotaalDeclaratiebedragInclBtw/"
        side = self.text(f"{total}DebetCreditCode")
        totals = (granted or self.text(f"{total}Bedrag"), side), ("0.00", "D")
        return (
            '<?xml version="1.0" encoding="UTF-8"?><Bericht xmlns="http://ei.vektis.nl/declaratiebericht574">'
            "<Header><Berichtcode>574</Berichtcode><Berichtversie>2</Berichtversie>"
            f"<Berichtsubversie>0</Berichtsubversie><Berichtsoort>{self.text('Header/Berichtsoort')}</Berichtsoort>"
            f"<VerzenderRol>{sender}</VerzenderRol><Ontvanger>{self.text('Header/Verzender')}</Ontvanger>"
            "<OntvangerRol>1</OntvangerRol><Verzenddatum>2025-03-10</Verzenddatum>"
            f"<Referentienummer>{self.text('Header/Referentienummer')}</Referentienummer>{_feedback(whole or [])}"
            "</Header><DeclaratieContext><Declarant>"
            f"<Zorgaanbiedercode>{self.text('DeclaratieContext/Declarant/Zorgaanbiedercode')}</Zorgaanbiedercode>"
            f"<ZorgaanbiederSoort>{self.text('DeclaratieContext/Declarant/ZorgaanbiederSoort')}</ZorgaanbiederSoort>"
            "</Declarant><BetalingAanServicebureau>false</BetalingAanServicebureau>"
            f"<Factuurnummer>{self.text('DeclaratieContext/Factuurnummer')}</Factuurnummer>"
            f"<Factuurdatum>{self.text('DeclaratieContext/Factuurdatum')}</Factuurdatum></DeclaratieContext><Overzicht>"
            + _total("TotaalDeclaratiebedragInclBtw", self.text(f"{total}Bedrag"), side)
            + _total("TotaalToegekendBedragInclBtwFinancieel", *totals[unpaid])
            + _total("TotaalToegekendBedragInclBtwNietFinancieel", *totals[not unpaid])
            + f"</Overzicht>{insured}</Bericht>"
        ).encode()


def _line(line: Line, granted: str, own: list[str], below: list[str], *, unpaid: bool) -> str:
    credit = "Credit" if line.kind == "CreditPrestatie" else ""
    calculated = "" if credit else f"<BerekendBedragVerzekeraarInclBtw>{granted}</BerekendBedragVerzekeraarInclBtw>"
    paid, free = ("0.00", granted) if unpaid else (granted, "0.00")
    inner = f"<Zorgaanbieder>{_feedback(below)}</Zorgaanbieder>" if below else ""
    return (
        f"<Prestatie><{line.kind}><Referentienummer>{line.reference}</Referentienummer>{inner}{calculated}"
        f"<Toegekend{credit}BedragInclBtwFinancieel>{paid}</Toegekend{credit}BedragInclBtwFinancieel>"
        f"<Toegekend{credit}BedragInclBtwNietFinancieel>{free}</Toegekend{credit}BedragInclBtwNietFinancieel>"
        f"{_feedback(own)}</{line.kind}></Prestatie>"
    )


def _feedback(codes: list[str]) -> str:
    return "".join(f"<Feedback><Retourcode>{code}</Retourcode></Feedback>" for code in codes)


def _total(name: str, amount: str, side: str) -> str:
    return f"<{name}><Bedrag>{amount}</Bedrag><DebetCreditCode>{side}</DebetCreditCode></{name}>"
