"""Elements of GDS801 and GDS802 that the program goes by, and what codes in them stand for (COD and CL lists)."""

from typing import Final

INSURED: Final = "Verzekerde"
PERFORMANCE: Final = "Prestatie"
DEBIT, CREDIT = LINES = ("DebetPrestatie", "CreditPrestatie")
OWN_REFERENCE: Final = "Referentienummer"
#: The performance list of a line, by which many rules are looked at or not.
LIST: Final = "PrestatieCodelijstCode"

#: CL0002, who sends or receives.
CARE_PROVIDER, SERVICE_BUREAU, INSURER, VECOZO = "1", "2", "3", "6"
#: CL0015, what a care provider is.
INSTITUTION, PRACTICE, PERSON = "1", "2", "3"
#: CL0014, what a care provider does.
TREATS, DIRECTS, REFERS = "01", "02", "03"
#: CL0012, what an additional trait says.
SIDE, ENTITLEMENT = "002", "004"
#: CL0004, kinds of referral.
REFERRED, REFERRED_WITHOUT_AGB = "01", "07"
#: CL0013, what a line is for.
DECLARATION, SPECIFICATION, INFORMATION = "01", "02", "03"
