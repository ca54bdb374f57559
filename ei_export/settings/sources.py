"""How a file of the practice is read: what is the same of the feed and of other files."""

from collections.abc import Mapping, Sequence

from .sections import Section, nearest


def encoding(section: Section, key: str) -> str:
    """``auto``, or a codec that Python knows."""
    name = section.text(key, "auto")
    if name != "auto":
        try:
            "a".encode(name)  # unlike codecs.lookup, this refuses codecs that are no text encoding
            b"a\xff".decode(name, "replace")  # and those that stop at what they can't read
        except (LookupError, ValueError):
            raise section.refused(key, name, "auto | utf-8 | cp1252 | iso-8859-1 | …") from None
    return name


def own_columns(section: Section, name: str, known: Sequence[str]) -> dict[str, str]:
    """What the practice calls columns, ours = theirs; ``known`` are all of ours."""
    columns = section.section(name)
    for ours in columns.values:
        if ours not in known:
            raise columns.error("SETTINGS_UNKNOWN_KEY", ours, expected=nearest(ours, known))
    return columns.texts()


def meanings(section: Section, name: str, known: Sequence[str]) -> dict[str, Mapping[str, str]]:
    """What words of a file stand for, by column, case-folded; ``known`` are the columns that may have such words. Not
    those with a number that a row is found by: that is what it is."""
    section, values = section.section(name), dict[str, Mapping[str, str]]()
    for column in section.values:
        if column not in known:
            raise section.error("SETTINGS_UNKNOWN_KEY", column, expected=nearest(column, known))
        words = section.section(column)
        by_word: dict[str, str] = {}
        for word, meaning in words.texts().items():
            if by_word.setdefault(word.strip().casefold(), meaning) != meaning:
                raise words.refused(word, meaning, f'"{by_word[word.strip().casefold()]}"')
        values[column] = by_word
    return values
