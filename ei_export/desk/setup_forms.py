"""What the forms of Inrichting ask for: the fields of each, made into a change of settings or tariffs."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Final, get_args

from attrs import frozen

from ..base.amounts import AMOUNT_FORM, cents
from ..base.problems import SettingsError
from ..commands.setup.changes import (
    NewContract,
    SettingsChange,
    add_contract,
    add_tariffs,
    change_contract,
    change_tariffs,
    link_codes,
    link_columns,
    link_statuses,
    link_uzovi,
    link_words,
    remove_contract,
    remove_tariff,
    together,
)
from ..commands.setup.declared import refuse_declared_contract, refuse_declared_tariff
from ..commands.setup.fields import SECTIONS, VALUES, change_values, data_of, fields
from ..commands.setup.guessing import Said
from ..commands.setup.pasting import Defaults, Pasted, pasted
from ..commands.setup.tariff_table import NewTariff
from ..intake.values import uzovi
from ..model.columns import COLUMNS
from ..model.names import AgreementNames
from ..settings import Settings
from ..zorg1.agreements import Agreements
from ..zorg1.resolver import NOT_ZORG1
from ..zorg1.tariffs import Tariffs
from .setup_files import asked_copy, asked_file, asked_table
from .setup_typed import Fields, NothingAskedError, called, day_of
from .showing import desk

#: What stands before the rest of a name, in fields of which there is one for each row.
COLUMN, MEANING, AMOUNT, FIRST, LAST = "kolom:", "als:", "bedrag:", "vanaf:", "tm:"
#: Before a code that the export itself says appointments are declared under.
UNDER: Final = "onder:"


def asked_columns(form: Fields, settings: Settings) -> SettingsChange:
    """Our columns, each with the one of the export that is chosen for it; those that stay as they are left out."""
    links: dict[str, str] = {}
    for ours in COLUMNS:
        theirs = form.get(f"{COLUMN}{ours}")
        if theirs is not None and theirs != form.get(f"was:{ours}", ""):
            links[ours] = "" if theirs.casefold() == ours else theirs
    if not links:
        raise NothingAskedError("nothing.columns")
    return link_columns(links)


def asked_statuses(form: Fields, settings: Settings) -> SettingsChange:
    words = [*filter(None, map(str.strip, form.getlist("woord")))]
    said = next((each for each in get_args(Said) if each == form.get("geldt")), None)
    if not words or said is None:
        raise NothingAskedError("nothing.words")
    return link_statuses(words, said)


def asked_words(form: Fields, settings: Settings) -> SettingsChange:
    """Words of any column, each with what is typed behind it."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, meaning in form.items():
        if name.startswith(MEANING) and meaning.strip():
            column, _, word = name.removeprefix(MEANING).partition(":")
            found.setdefault((column, meaning.strip()), []).append(word)
    if not found:
        raise NothingAskedError("nothing.meanings")
    return together(*(link_words(column, words, meaning) for (column, meaning), words in found.items()))


def asked_codes(form: Fields, settings: Settings) -> SettingsChange:
    """Codes, linked to what is typed, to nothing, or no longer."""
    codes, act = form.getlist("code"), form.get("doe")
    to = NOT_ZORG1 if act == "none" else form.get("naar", "").strip().upper() if act == "link" else ""
    if not codes:
        raise NothingAskedError("nothing.codes")
    if act == "link" and not to:
        raise NothingAskedError("nothing.code")
    own = [code for code in codes if not code.startswith(UNDER)]
    under = [code.removeprefix(UNDER) for code in codes if code.startswith(UNDER)]
    changes = [link_codes(own, to)] if own else []
    return together(*changes, *([link_words("declare_under", under, to)] if under else []))


def asked_insurers(form: Fields, settings: Settings) -> SettingsChange:
    """UZOVI numbers, as the export has them: whose they are, or which number a word stands for."""
    found, insurer, number = form.getlist("uzovi"), form.get("verzekeraar", ""), form.get("nummer", "").strip()
    if not found:
        raise NothingAskedError("nothing.uzovi")
    if form.get("doe") == "number":
        if not number:
            raise NothingAskedError("nothing.number")
        return link_words("uzovi", found, number)
    if not insurer:
        raise NothingAskedError("nothing.insurer")
    numbers = [read for text in found if (read := uzovi(text)) is not None]
    if not numbers:
        raise NothingAskedError("nothing.no_number")
    return together(*(link_uzovi(each, insurer) for each in numbers))


def asked_contract(form: Fields, settings: Settings) -> SettingsChange:
    number, insurer = _whole(form.get("nummer", "")), form.get("verzekeraar", "")
    if number and form.get("doe") == "remove":
        if number <= len(settings.contracts):
            with desk().ledger() as ledger:
                refuse_declared_contract(ledger, settings, settings.contracts[number - 1])
        return remove_contract(number, insurer)
    first, last = _period(form)
    if not insurer or first is None:
        raise NothingAskedError("nothing.contract")
    lists = form.getlist("lijst")
    if not lists:
        raise NothingAskedError("nothing.lists")
    contract = NewContract(insurer, first, last, lists, form.get("bedrag", ""), form.get("opmerking", "").strip())
    return change_contract(number, contract) if number else add_contract(contract)


def asked_prices(form: Fields, settings: Settings) -> SettingsChange:
    """Amounts for products that have none."""
    found = [*_prices(form)]
    if not found:
        raise NothingAskedError("nothing.amounts")
    return add_tariffs(found)


def _prices(form: Fields) -> Iterator[NewTariff]:
    for name, text in form.items():
        if name.startswith(AMOUNT) and name.count("|") > 1 and text.strip():
            key = name.removeprefix(AMOUNT)
            price_list, insurer, code, *_ = key.split("|")
            row = f"{insurer} {code}"
            yield NewTariff(price_list, insurer, code, *_period(form, key, row), _cents(text, row))


def asked_tariff(form: Fields, settings: Settings) -> SettingsChange:
    """Another amount or period for a row of the tariff table, or that it goes."""
    if form.get("doe") == "remove":
        return _without_tariff(_whole(form.get("regel", "")), settings)
    said = NewTariff("", "", "", *_period(form), _cents(form.get("bedrag", ""))).cells(",")
    return change_tariffs({_whole(form.get("regel", "")): {name: said[name] for name in ("from", "until", "amount")}})


def _without_tariff(line: int, settings: Settings) -> SettingsChange:
    rows = Tariffs.load(settings.tariffs_path).rows
    tariff = next((row for row in rows if int(row.place.rpartition(":")[2]) == line), None)
    if tariff is None:
        raise NothingAskedError("nothing.tariff")
    with desk().ledger() as ledger:
        refuse_declared_tariff(ledger, settings, tariff)
    return remove_tariff(line, tariff.insurer, tariff.code)


def asked_paste(form: Fields, settings: Settings) -> SettingsChange:
    """What was understood of tariffs that were pasted."""
    found = read_paste(form, settings)
    if not found.new and not found.changed:
        raise NothingAskedError("nothing.pasted")
    amounts = {line: {"amount": tariff.cells(",")["amount"]} for line, tariff in found.changed.items()}
    changes = [add_tariffs(found.new)] if found.new else []
    return together(*changes, *([change_tariffs(amounts)] if amounts else []))


def read_paste(form: Fields, settings: Settings) -> Pasted:
    """Tariffs that were pasted. Raises SettingsError."""
    defaults = Defaults(form.get("lijst", ""), form.get("verzekeraar", ""), *_period(form))
    agreements, tariffs = Agreements.load(settings.overlays), Tariffs.load(settings.tariffs_path)
    return pasted(form.get("plak", ""), defaults, agreements, AgreementNames.of(settings.overlays), tariffs)


def asked_values(form: Fields, settings: Settings) -> SettingsChange:
    """Values of the settings, by their keys."""
    known = [field.key for field in fields().values() if field.kind in VALUES and field.key in form]
    change = change_values({key: form[key] for key in known}, data_of(settings.path))
    if change is None:
        raise NothingAskedError("nothing.new")
    return change


@frozen
class Kind:
    """A form: the section of Inrichting that it stands in, '' where it says so itself (`section_of`), and the change
    that its fields ask for."""

    section: str
    asked: Callable[[Fields, Settings], SettingsChange]


#: The forms by the end of their address.
KINDS: Final[Mapping[str, Kind]] = {
    "kolommen": Kind("columns", asked_columns),
    "status": Kind("statuses", asked_statuses),
    "woorden": Kind("statuses", asked_words),
    "codes": Kind("codes", asked_codes),
    "verzekeraars": Kind("insurers", asked_insurers),
    "contract": Kind("insurers", asked_contract),
    "bedragen": Kind("tariffs", asked_prices),
    "tarief": Kind("tariffs", asked_tariff),
    "plakken": Kind("tariffs", asked_paste),
    "gegevens": Kind("", asked_values),
    "tabel": Kind("", asked_table),
    "bestand": Kind("", asked_file),
    "overnemen": Kind("agreements", asked_copy),
}


def section_of(form: Fields) -> str:
    """The section that a form stands in, where it is of several."""
    return next((name for name in SECTIONS if name == form.get("onderdeel")), "practice")


def _period(form: Fields, key: str = "", of: str = "") -> tuple[date | None, date | None]:
    """The first and the last day of a form, or of a row of it."""
    first, last = (f"{FIRST}{key}", f"{LAST}{key}") if key else ("vanaf", "tm")
    return day_of(form, first, "head.from", of), day_of(form, last, "head.until", of)


def _cents(text: str, of: str = "") -> int:
    found = cents(text.strip())
    if found is None:
        raise SettingsError("FORM_VALUE", key=called("head.amount", of), found=text, expected=AMOUNT_FORM)
    return found


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
