"""One thing that is wrong in a message file, as the receiver would answer it."""

from collections.abc import Mapping
from typing import Final, Self

from attrs import evolve, field, frozen

from ..base.problems import Language, Severity, render, severity

#: What stands in for a value that tells who somebody is.
HIDDEN: Final = "…"


@frozen
class Fault:
    """``code`` of the catalogue; ``record`` counted from 1, None = the whole file; ``element`` its id, '' = the record.

    ``found`` and ``expected`` are in no language: values as they stand there, forms such as ``nnnn``, and ``-`` for
    nothing; what is personal is `HIDDEN`. ``return_code``: the answer of the receiver (COD954), '' = none.
    """

    code: str
    element: str = ""
    found: str = ""
    expected: str = ""
    return_code: str = ""
    params: Mapping[str, object] = field(factory=dict)
    record: int | None = None

    @property
    def severity(self) -> Severity:
        return severity(self.code)

    def at(self, record: int) -> Self:
        """The same fault in a record."""
        return evolve(self, record=record)

    def words(self, language: Language) -> tuple[str, str]:
        """Message and remedy. An element in XML is its own name, and said once."""
        own = {"element": self.element, "found": self.found, "expected": self.expected}
        message, remedy = render(self.code, own | dict(self.params), language)
        for name in (self.element, self.params.get("other")):
            message = message.replace(f"{name} ({name})", f"{name}")
        return message, remedy

    def document(self, language: Language) -> dict[str, object]:
        """The fault with the keys of ``verify --json``."""
        message, remedy = self.words(language)
        return {
            "code": self.code,
            "severity": self.severity,
            "record": self.record,
            "element": self.element,
            "found": self.found,
            "expected": self.expected,
            "return_code": self.return_code,
            "message": message,
            "remedy": remedy,
        }
