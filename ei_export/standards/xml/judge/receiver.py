"""Parts of a GDS801 file, judged before they go into it."""

from datetime import date
from io import BytesIO
from typing import Final

from lxml import etree

from ...fault import Fault
from ..fragments import ENCODING, nodes, with_reference
from ..names import INSURED, PERFORMANCE
from ..reader import Flaw, Reading
from ..writing import Frame
from .message import XmlFile

#: Stands for the reference that a line in XML gets once it goes out.
_ANY: Final = "1"


class XmlFragments:
    """Judges the fragments of one GDS801 file (see :mod:`..fragments`): what would be wrong if they were in the file.

    ``frame`` is that of the file, ``today`` when it is sent.
    """

    def __init__(self, frame: Frame, today: date) -> None:
        self._file: Final = XmlFile(nodes().message, today)
        self._reading: Final = Reading("")
        for _ in self._file.faults(BytesIO("".join(frame).encode(ENCODING))):
            pass  # without an insured person it is no right file; its header is what a part is judged with

    def person(self, person: str, /) -> list[Fault]:
        """What is wrong with a person whose lines are still to come."""
        flaws: list[Flaw] = []
        part = self._reading.part(etree.fromstring(f"{person}</{INSURED}>"), nodes().insured, flaws)
        flaws = [flaw for flaw in flaws if (flaw.code, flaw.element) != ("missing", PERFORMANCE)]
        return [*self._file.of_part(part, flaws)]

    def line(self, line: str, previous: str, /) -> list[Fault]:
        """What is wrong with a line of the person judged last; a credit has the reference of its debit in it."""
        flaws: list[Flaw] = []
        element = etree.fromstring(with_reference(line, _ANY))
        part = self._reading.part(element, nodes().performance, flaws)
        return [*self._file.of_part(part, flaws)]
