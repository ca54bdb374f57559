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
#: As many lines are remembered.
_REMEMBERED: Final = 10_000


class XmlFragments:
    """Judges the fragments of one GDS801 file (see :mod:`..fragments`): what would be wrong if they were in the file.

    ``frame`` is that of the file, ``today`` when it is sent.
    """

    def __init__(self, frame: Frame, today: date) -> None:
        self._file: Final = XmlFile(nodes().message, today)
        self._reading: Final = Reading("")
        #: The person judged last, '' for one who is wrong: each of their lines is to say so.
        self._person = ""
        #: Lines that were right lately, as their hash, and their days.
        self._right: Final[dict[int, str]] = {}
        for _ in self._file.faults(BytesIO("".join(frame).encode(ENCODING))):
            pass  # without an insured person it is no right file; its header is what a part is judged with

    def line(self, person: str, line: str) -> list[Fault]:
        """What is wrong with a line, and with its person where that was not told with the line before."""
        found: list[Fault] = []
        if person != self._person:
            found = self._judge_person(person)
            self._person = "" if found else person
        said = hash(line)
        if said in self._right and self._right[said] >= self._file.born:
            return found
        wrong, day = self._judge_line(line)
        if not wrong:
            if len(self._right) >= _REMEMBERED:
                self._right.clear()
            self._right[said] = day
        return [*found, *wrong]

    def _judge_person(self, person: str) -> list[Fault]:
        """A person whose lines are still to come."""
        flaws: list[Flaw] = []
        part = self._reading.part(etree.fromstring(f"{person}</{INSURED}>"), nodes().insured, flaws)
        flaws = [flaw for flaw in flaws if (flaw.code, flaw.element) != ("missing", PERFORMANCE)]
        return [*self._file.of_part(part, flaws)]

    def _judge_line(self, line: str) -> tuple[list[Fault], str]:
        """A line of the person judged last, and its day."""
        flaws: list[Flaw] = []
        element = etree.fromstring(with_reference(line, _ANY))
        part = self._reading.part(element, nodes().performance, flaws)
        return [*self._file.of_part(part, flaws)], part.inside[0].get("Begindatum") if part.inside else ""
