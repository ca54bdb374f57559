"""``show``: a message file in words, record by record. Nothing of a file is kept but what a mask needs to know."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import IO

from attrs import frozen

from ...base.problems import InputError, Language
from ...standards.contents import Content, Elements, Landmarks, Note
from ...standards.files import FoundFile, entries
from ...standards.message import Message, named, recognise, start_of
from ...standards.registry import standard_of
from ...standards.vocabulary import CodeMeanings
from .describe import Choice, Describer
from .page import JsonPage, TextPage


@frozen
class Showing:
    """How files are shown: ``insurers`` UZOVI numbers by the practice's settings, beside those of the tables."""

    language: Language
    choice: Choice
    as_json: bool = False
    mask: bool = False
    insurers: Mapping[str, str] = {}


def show(path: Path, showing: Showing, out: IO[str]) -> int:
    """Writes a file, the files in a zip, or those in a folder. Gives 0, or the exit code of what can't be shown.

    Raises InputError where there is but one file and it can't be shown, SettingsError for a choice that none of the
    files can answer.
    """
    found = [(entry.name, recognised(entry, entry.name)) for entry in entries(path)]
    if not found:
        raise InputError("FILES_NONE", file=str(path))
    single = [name for name, _ in found] == [str(path)]
    if single and isinstance(refused := found[0][1], InputError):
        raise refused
    known = [message for _, message in found if isinstance(message, Message)]
    if known:
        showing.choice.check({message.name: standard_of(message).elements(message) for message in known})
    page = _page(out, showing, many=not single)
    exit_code = 0
    for number, entry in enumerate(entries(path), 1):
        name = entry.name if not showing.mask else "" if single else str(number)  # it may be somebody's
        if (refusal := _show_file(entry, name, showing, page)) is not None:
            exit_code = refusal.exit_code
    page.close()
    return exit_code


def _page(out: IO[str], showing: Showing, *, many: bool) -> JsonPage | TextPage:
    return JsonPage(out, showing.language, many=many) if showing.as_json else TextPage(out, showing.language)


def _show_file(entry: FoundFile, name: str, showing: Showing, page: JsonPage | TextPage) -> InputError | None:
    """Writes one file; gives why it can't be shown, or not to its end."""
    message = recognised(entry, name)
    if isinstance(message, InputError) or entry.file is None:
        page.begin(name, "")
        refusal = message if isinstance(message, InputError) else None
    else:
        page.begin(name, message.name)
        refusal = _show_records(entry.file, message, name, showing, page)
    page.end(refusal)
    return refusal


def _show_records(
    file: IO[bytes], message: Message, name: str, showing: Showing, page: JsonPage | TextPage
) -> InputError | None:
    elements = standard_of(message).elements(message)
    contents = _contents(file, message, name, elements, mask=showing.mask)
    try:
        if isinstance(page, JsonPage):
            _write_values(contents, showing.choice, elements, page)
        else:
            meanings = CodeMeanings(showing.language, showing.insurers)
            describer = Describer(elements, showing.choice, meanings, showing.language)
            for content in contents:
                if (record := describer.describe(content)) is not None:
                    page.record(record)
    except InputError as refusal:
        return refusal
    except OSError as error:
        return InputError("FILE_UNREADABLE", file=name or "-", reason=error.strerror or "")
    return None


def _write_values(contents: Iterable[Content], choice: Choice, elements: Elements, page: JsonPage) -> None:
    shown = choice.within(elements)
    for content in contents:
        if choice.shows(content.kind, shown):
            parts = shown.get(content.kind, {})
            values = {id: value for id, value in content.values.items() if id in parts}
            page.record(content.number, content.kind, values, content.notes, content.text)


def _contents(file: IO[bytes], message: Message, name: str, elements: Elements, *, mask: bool) -> Iterator[Content]:
    """The records of a file, masked if asked for."""
    standard = standard_of(message)
    contents = partial(standard.contents, file, message, name or "-")
    with_notes = partial(noted, standard.landmarks)
    if not mask:
        yield from map(with_notes, contents())
        return
    from .mask import Mask

    hiding = Mask(elements)
    for content in contents():
        hiding.learn(content)
    file.seek(0)
    for content in contents():
        yield hiding.hide(with_notes(content))


def noted(landmarks: Landmarks, content: Content) -> Content:
    """With a note where the message says that it is a test."""
    return content._replace(notes=(*content.notes, Note("test"))) if landmarks.test(content) else content


def recognised(entry: FoundFile, name: str) -> Message | InputError:
    """What a file is, or why it can't be shown; ``name``: what it is called then."""
    if entry.file is None:
        refusal = entry.refusal or InputError(entry.findings[0].code, **entry.findings[0].params)
        return InputError(refusal.code, **{**refusal.params, "file": name})
    try:
        start = start_of(entry.file)
        message = recognise(start, name)
        if (stated := named(start, message)) != message.name:
            return InputError("MESSAGE_VERSION", file=name, found=stated, expected=message.name)
        return message
    except InputError as refusal:
        return refusal
    except OSError as error:
        return InputError("FILE_UNREADABLE", file=name, reason=error.strerror or "")
