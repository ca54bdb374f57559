"""Parts of a GDS801 file, judged before they go into it."""

from datetime import date
from io import BytesIO
from typing import Final

from lxml import etree

from ...fault import Fault
from ..fragments import ENCODING, nodes, with_reference
from ..names import INSURED
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

    def line(self, person: str, line: str) -> list[Fault]:
        """What is wrong with a line and its person, before and behind the reference of the line."""
        flaws: list[Flaw] = []
        element = etree.fromstring(f"{person}{with_reference(line, _ANY)}</{INSURED}>")
        part = self._reading.part(element, nodes().insured, flaws)
        return [*self._file.of_part(part, flaws)]
