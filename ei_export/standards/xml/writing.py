"""Files of GDS801, put together of :mod:`.fragments` by `Gds801Writer`; what was written is verified afterwards."""

from collections.abc import Callable
from typing import BinaryIO, Final, TypeAlias

from ...model.declaration import Invoice, Provider
from . import names
from .fragments import ENCODING, amount_text, nodes, with_reference
from .tree import ROOT, Filling, write

MOST_CENTS: Final = 10**14 - 1  # the form of an amount; more is no price
_START: Final = f'<?xml version="1.0" encoding="UTF-8"?>\n<{ROOT} xmlns="%s">\n'
_END: Final = f"</{ROOT}>\n"

#: Before and behind the insured persons.
Frame: TypeAlias = tuple[str, str]


def frame(provider: Provider, invoice: Invoice, cents: int) -> Frame:
    """What stands before and behind the insured persons; ``cents`` debit minus credit.

    The first is as long for every period and amount, so that it can be written again once these are known. Raises
    ValueError, naming the element, for what doesn't fit.
    """
    before, behind = _frame(provider, invoice, cents)
    longest, _ = _frame(provider, invoice, MOST_CENTS)
    return before.ljust(len(longest)), behind


def _frame(provider: Provider, invoice: Invoice, cents: int) -> Frame:
    made = {
        "Header": _header(provider, invoice),
        "DeclaratieContext": _context(provider, invoice),
        "Overzicht": {
            "TotaalDeclaratiebedragInclBtw": {
                "Bedrag": amount_text(abs(cents)),
                "DebetCreditCode": "C" if cents < 0 else "D",
            }
        },
    }
    root = nodes().root
    order = [node.name for node in root.children]
    texts = [f"{write(root[name], made[name])}\n" if name in made else "" for name in order]
    middle = order.index(names.INSURED)
    return _START % nodes().message.namespace + "".join(texts[:middle]), "".join(texts[middle:]) + _END


def _header(provider: Provider, invoice: Invoice) -> Filling:
    bureau, message = provider.service_bureau_agb, nodes().message
    return {
        "Berichtcode": message.code,
        "Berichtversie": message.version,
        "Berichtsubversie": message.subversion,
        "Berichtsoort": "T" if provider.test else "P",
        "Verzender": bureau or _declarant(provider)[0],
        "VerzenderRol": names.SERVICE_BUREAU if bureau else names.CARE_PROVIDER,
        "Ontvanger": invoice.uzovi,
        "OntvangerRol": names.INSURER,
        "Verzenddatum": invoice.date.isoformat(),
        "Referentienummer": invoice.number,
    }


def _context(provider: Provider, invoice: Invoice) -> Filling:
    code, kind, place = _declarant(provider)
    software = {
        "InformatiesysteemCode": provider.software_code,
        "InformatiesysteemVersie": provider.software_version,
    }
    return {
        "Declarant": {"Zorgaanbiedercode": code, "ZorgaanbiederSoort": kind},
        **({"Zorgaanbieder": place} if place else {}),
        "BetalingAanServicebureau": "true" if provider.pay_to == "service_bureau" else "false",
        "Factuurnummer": invoice.number,
        "Factuurdatum": invoice.date.isoformat(),
        **({"BtwIdentificatienummer": provider.vat_id} if provider.vat_id else {}),
        "Valutacode": "EUR",
        **(software if provider.software_code else {}),
        "BegindatumDeclaratieperiode": invoice.period_from.isoformat(),
        "EinddatumDeclaratieperiode": invoice.period_until.isoformat(),
    }


def _declarant(provider: Provider) -> tuple[str, str, Filling]:
    """AGB code and kind of the declarant, and where a person works (VC111): nothing for a practice or an institution.

    The declarant is whoever is paid; where that is a service bureau, whom it declares for.
    """
    places = {
        "practice": (provider.practice_agb, names.PRACTICE),
        "institution": (provider.institution_agb, names.INSTITUTION),
    }
    known = [(code, kind) for code, kind in places.values() if code]
    code, kind = places.get(provider.pay_to) or (known[0] if known and provider.pay_to != "provider" else ("", ""))
    if code:
        return code, kind, {}
    place = {"Zorgaanbiedercode": known[0][0], "ZorgaanbiederSoort": known[0][1]} if known else {}
    return provider.provider_agb, names.PERSON, place


def tags() -> tuple[str, list[str]]:
    """The root and the parts below it, as :mod:`.safe` asks for them."""
    namespace = f"{{{nodes().message.namespace}}}"
    return namespace + ROOT, [namespace + node.name for node in nodes().root.children]


class Gds801Writer:
    """Writes one message to a binary file object: what comes before the persons at once, what is behind on `close`."""

    def __init__(self, file: BinaryIO, provider: Provider, invoice: Invoice) -> None:
        self._file, self._provider = file, provider
        self._write: Callable[[bytes], object] = file.write
        self.persons = 0
        self.lines = 0
        #: Debit minus credit so far.
        self.cents = 0
        self._put(frame(provider, invoice, 0)[0])

    def person(self, fragment: str) -> None:
        """Begins a person; ``fragment`` as `person_fragment` gives it. Their lines follow."""
        self._put(f"</{names.INSURED}>\n{fragment}\n" if self.persons else f"{fragment}\n")
        self.persons += 1

    def line(self, fragment: str, reference: str, cents: int, previous: str = "") -> None:
        """Adds a line of the last person; ``fragment`` as `line_fragment` or `credit_fragment` gives it, ``cents`` what
        it claims, negative for a credit; that says itself which is ``previous``."""
        self._put(with_reference(fragment, reference) + "\n")
        self.lines += 1
        self.cents += cents

    def close(self, invoice: Invoice) -> None:
        """Ends the message, and writes its start anew; the file object stays open."""
        before, behind = frame(self._provider, invoice, self.cents)
        self._put((f"</{names.INSURED}>\n" if self.persons else "") + behind)
        self._file.seek(0)
        self._put(before)

    def _put(self, text: str) -> None:
        self._write(text.encode(ENCODING))
