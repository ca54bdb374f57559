"""Amounts of money as people write them in their own tables."""

import re
from typing import Final

#: The largest amount that fits a line, in cents (PM304 0428, 0429, 0432: 8 positions).
_LIMIT: Final = 99_999_999
#: ``123.45``, ``123,45``, ``1.234,56``, ``€ 120`` or ``120,-``. Not ``1.234``: nobody knows which of the two it is.
_AMOUNT: Final = re.compile(
    r"(?:€|EUR)?\s*([0-9]{1,3}(?:\.[0-9]{3})+(?=,)|[0-9]{1,9})(?:[.,](?:([0-9]{1,2})|--?))?\s*(?:€|EUR)?", re.IGNORECASE
)
#: What an amount looks like, as a message says it.
AMOUNT_FORM: Final = f"123,45 | 1.234,56 | € 120 (0 … {_LIMIT // 100},{_LIMIT % 100})"


def cents(text: str) -> int | None:
    """The cents of ``123.45``, ``123,45``, ``1.234,56``, ``€ 120`` or ``120,-``; None for anything else, and for more
    than a line can hold."""
    match = _AMOUNT.fullmatch(text)
    if not match:
        return None
    whole, rest = match.groups(default="")
    amount = int(whole.replace(".", "")) * 100 + int(rest.ljust(2, "0"))
    return amount if amount <= _LIMIT else None
