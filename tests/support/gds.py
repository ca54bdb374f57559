"""Messages 573 and 574 that are right, written by hand, and small changes to them."""

import io
from collections.abc import Callable
from typing import Final

from lxml import etree

from ei_export.standards.message import Message, messages

M573, M574 = (next(message for message in messages() if message.code == code) for code in ("573", "574"))

DECLARATION: Final = """\
<Bericht>
<Header>
  <Berichtcode>573</Berichtcode><Berichtversie>2</Berichtversie><Berichtsubversie>0</Berichtsubversie>
  <Berichtsoort>P</Berichtsoort><Verzender>04012345</Verzender><VerzenderRol>1</VerzenderRol>
  <Ontvanger>7095</Ontvanger><OntvangerRol>3</OntvangerRol><Verzenddatum>2026-03-02</Verzenddatum>
  <Referentienummer>260302000001</Referentienummer>
</Header>
<DeclaratieContext>
  <Declarant><Zorgaanbiedercode>04012345</Zorgaanbiedercode><ZorgaanbiederSoort>2</ZorgaanbiederSoort></Declarant>
  <BetalingAanServicebureau>false</BetalingAanServicebureau>
  <Factuurnummer>260302000001</Factuurnummer><Factuurdatum>2026-03-01</Factuurdatum><Valutacode>EUR</Valutacode>
  <InformatiesysteemCode>012345</InformatiesysteemCode><InformatiesysteemVersie>1.0</InformatiesysteemVersie>
  <BegindatumDeclaratieperiode>2026-02-01</BegindatumDeclaratieperiode>
  <EinddatumDeclaratieperiode>2026-02-28</EinddatumDeclaratieperiode>
</DeclaratieContext>
<Verzekerde>
  <BSN>123456782</BSN><UzoviNummer>7095</UzoviNummer><PatientIdentificatienummer>P001</PatientIdentificatienummer>
  <Geboortedatum>1980-05-17</Geboortedatum>
  <Prestatie><DebetPrestatie>
    <Referentienummer>R1</Referentienummer><Herdeclaratiecode>01</Herdeclaratiecode>
    <InformatieCode>01</InformatieCode><DoorsturenToegestaan>true</DoorsturenToegestaan>
    <PrivacyCode>false</PrivacyCode><PrestatieCodelijstCode>073</PrestatieCodelijstCode>
    <Prestatiecode>1000</Prestatiecode><Aantal>1</Aantal><Begindatum>2026-02-03</Begindatum>
    <TariefInclBtw>40.00</TariefInclBtw><BerekendBedragInclBtw>40.00</BerekendBedragInclBtw>
    <DeclaratieBedragInclBtw>40.00</DeclaratieBedragInclBtw>
    <AanvullendPrestatieKenmerk>
      <ApkCodelijstCode>004</ApkCodelijstCode><ApkCode>009</ApkCode>
    </AanvullendPrestatieKenmerk>
    <Verwijzing>
      <TypeVerwijzingcode>01</TypeVerwijzingcode><Verwijsdatum>2026-01-20</Verwijsdatum>
      <Verwijzer>
        <Zorgaanbiedercode>01054321</Zorgaanbiedercode><ZorgaanbiederSoort>3</ZorgaanbiederSoort>
        <ZorgaanbiederRol>03</ZorgaanbiederRol>
      </Verwijzer>
    </Verwijzing>
    <Zorgaanbieder>
      <Zorgaanbiedercode>04098765</Zorgaanbiedercode><ZorgaanbiederSoort>3</ZorgaanbiederSoort>
      <ZorgaanbiederRol>01</ZorgaanbiederRol>
    </Zorgaanbieder>
    <AanvullendePrestatiegegevens>
      <Diagnose>
        <DiagnoseCodelijstCode>005</DiagnoseCodelijstCode><Diagnosecode>3426</Diagnosecode>
        <Diagnosedatum>2026-01-19</Diagnosedatum>
        <Diagnosesteller>
          <Zorgaanbiedercode>01054321</Zorgaanbiedercode><ZorgaanbiederSoort>3</ZorgaanbiederSoort>
          <ZorgaanbiederRol>04</ZorgaanbiederRol>
        </Diagnosesteller>
      </Diagnose>
      <Zorgtraject><ZorgtrajectStartdatum>2026-02-03</ZorgtrajectStartdatum></Zorgtraject>
    </AanvullendePrestatiegegevens>
  </DebetPrestatie></Prestatie>
  <Prestatie><CreditPrestatie>
    <Referentienummer>R2</Referentienummer><GerelateerdReferentienummer>Q9</GerelateerdReferentienummer>
    <PrestatieCodelijstCode>073</PrestatieCodelijstCode><Begindatum>2026-01-06</Begindatum>
    <ToegekendBedragInclBtwFinancieel>15.50</ToegekendBedragInclBtwFinancieel>
  </CreditPrestatie></Prestatie>
</Verzekerde>
<Overzicht>
  <TotaalDeclaratiebedragInclBtw><Bedrag>24.50</Bedrag><DebetCreditCode>D</DebetCreditCode></TotaalDeclaratiebedragInclBtw>
</Overzicht>
</Bericht>
"""

ANSWER: Final = """\
<Bericht>
<Header>
  <Berichtcode>574</Berichtcode><Berichtversie>2</Berichtversie><Berichtsubversie>0</Berichtsubversie>
  <Berichtsoort>P</Berichtsoort><Verzender>7095</Verzender><VerzenderRol>3</VerzenderRol>
  <Ontvanger>04012345</Ontvanger><OntvangerRol>1</OntvangerRol><Verzenddatum>2026-03-09</Verzenddatum>
  <Referentienummer>260302000001</Referentienummer>
</Header>
<DeclaratieContext>
  <Declarant><Zorgaanbiedercode>04012345</Zorgaanbiedercode><ZorgaanbiederSoort>2</ZorgaanbiederSoort></Declarant>
  <BetalingAanServicebureau>false</BetalingAanServicebureau>
  <Factuurnummer>260302000001</Factuurnummer><Factuurdatum>2026-03-01</Factuurdatum>
  <DeclaratienummerVerzekeraar>V77</DeclaratienummerVerzekeraar>
</DeclaratieContext>
<Overzicht>
  <TotaalDeclaratiebedragInclBtw><Bedrag>24.50</Bedrag><DebetCreditCode>D</DebetCreditCode></TotaalDeclaratiebedragInclBtw>
  <TotaalToegekendBedragInclBtwFinancieel><Bedrag>14.50</Bedrag><DebetCreditCode>D</DebetCreditCode></TotaalToegekendBedragInclBtwFinancieel>
  <TotaalToegekendBedragInclBtwNietFinancieel><Bedrag>0.00</Bedrag><DebetCreditCode>D</DebetCreditCode></TotaalToegekendBedragInclBtwNietFinancieel>
</Overzicht>
<Verzekerde>
  <BSN>123456782</BSN><UzoviNummer>7095</UzoviNummer>
  <Prestatie><DebetPrestatie>
    <Referentienummer>R1</Referentienummer>
    <AanvullendePrestatiegegevens>
      <Diagnose>
        <DiagnoseCodelijstCode>005</DiagnoseCodelijstCode><Diagnosecode>3426</Diagnosecode>
        <Feedback>
          <Retourcode>8058</Retourcode>
          <BetrokkenElement><Elementnaam>Diagnosecode</Elementnaam><Elementwaarde>3426</Elementwaarde></BetrokkenElement>
        </Feedback>
      </Diagnose>
    </AanvullendePrestatiegegevens>
    <BerekendBedragVerzekeraarInclBtw>30.00</BerekendBedragVerzekeraarInclBtw>
    <ToegekendBedragInclBtwFinancieel>30.00</ToegekendBedragInclBtwFinancieel>
    <ToegekendBedragInclBtwNietFinancieel>0.00</ToegekendBedragInclBtwNietFinancieel>
  </DebetPrestatie></Prestatie>
  <Prestatie><CreditPrestatie>
    <Referentienummer>R2</Referentienummer>
    <ToegekendCreditBedragInclBtwFinancieel>15.50</ToegekendCreditBedragInclBtwFinancieel>
    <ToegekendCreditBedragInclBtwNietFinancieel>0.00</ToegekendCreditBedragInclBtwNietFinancieel>
  </CreditPrestatie></Prestatie>
</Verzekerde>
</Bericht>
"""

#: A change to a message, given its root.
Edit = Callable[[etree._Element], None]


def message(text: str, *edits: Edit, of: Message = M573) -> io.BytesIO:
    """The bytes of a message, changed, in its namespace."""
    root = etree.fromstring(text)
    for edit in edits:
        edit(root)
    data = etree.tostring(root, encoding="unicode").replace("<Bericht>", f'<Bericht xmlns="{of.namespace}">', 1)
    return io.BytesIO(f'<?xml version="1.0" encoding="UTF-8"?>\n{data}\n'.encode())


def _only(root: etree._Element, path: str) -> etree._Element:
    """The first element at a path: ``DebetPrestatie/Aantal`` anywhere in the message."""
    found = root.findall(f".//{path}")
    assert found, path
    return found[0]


def put(path: str, text: str) -> Edit:
    """Another text in an element."""

    def edit(root: etree._Element) -> None:
        _only(root, path).text = text

    return edit


def drop(path: str) -> Edit:
    """No element."""

    def edit(root: etree._Element) -> None:
        element = _only(root, path)
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)

    return edit


def after(path: str, text: str) -> Edit:
    """Elements behind an element."""

    def edit(root: etree._Element) -> None:
        element = _only(root, path)
        for new in reversed(etree.fromstring(f"<x>{text}</x>")):
            element.addnext(new)

    return edit


def again(path: str) -> Edit:
    """An element twice."""

    def edit(root: etree._Element) -> None:
        element = _only(root, path)
        element.addnext(etree.fromstring(etree.tostring(element, with_tail=False)))

    return edit


def swap(path: str) -> Edit:
    """An element behind its neighbour."""

    def edit(root: etree._Element) -> None:
        element = _only(root, path)
        neighbour = element.getnext()
        assert neighbour is not None
        neighbour.addnext(element)

    return edit


def before(path: str, text: str) -> Edit:
    """Elements before an element."""

    def edit(root: etree._Element) -> None:
        element = _only(root, path)
        for new in etree.fromstring(f"<x>{text}</x>"):
            element.addprevious(new)

    return edit


_VERBS: Final[dict[str, Callable[..., Edit]]] = {
    "put": put, "drop": drop, "after": after, "before": before, "again": again, "swap": swap,
}  # fmt: skip


def edit(text: str) -> Edit:
    """An edit as a table has it: ``put DebetPrestatie/Aantal 2``."""
    verb, *arguments = text.split(" ", 2)
    return _VERBS[verb](*arguments)
