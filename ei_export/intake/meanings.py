"""What the words of a feed stand for, as the practice says in ``[input.values]``: ``"Menzis" = "3332"``."""

from collections.abc import Mapping, Sequence
from typing import Final

#: By column the words, without case, each with what is meant.
WordMeanings = Mapping[str, Mapping[str, str]]
NO_MEANINGS: Final[WordMeanings] = {}


def meant(values: WordMeanings, column: str, text: str) -> str:
    """What a trimmed cell stands for; itself where nobody says."""
    words = values.get(column)
    return text if words is None else words.get(text.casefold(), text)


class CellMeanings:
    """What the cells of rows stand for, whose columns stand ``at`` these places."""

    def __init__(self, values: WordMeanings, at: Mapping[str, int]) -> None:
        self._places = [(at[column], words) for column, words in values.items() if at.get(column, -1) >= 0]

    def of(self, cells: Sequence[str]) -> Sequence[str]:
        """The cells as they are meant; the very same ones where none stands for something else."""
        read: list[str] | None = None
        for place, words in self._places:
            if (text := words.get(cells[place].strip().casefold())) is not None:
                read = read or [*cells]
                read[place] = text
        return cells if read is None else read
