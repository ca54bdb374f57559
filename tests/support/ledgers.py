"""What happens to lines in the ledger of a made-up practice, without a file that says so."""

from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from ei_export.ledger import Ledger, events

#: Of a line: state, granted cents and return codes.
LineAnswer = tuple[str, int, str]


def writing(folder: Path, act: Callable[[Ledger], object]) -> None:
    """Changes the ledger of a practice."""
    with closing(Ledger.open(folder / "ledger.sqlite")) as ledger:
        act(ledger)
        ledger.commit()


def answer(folder: Path, invoice: str, lines: Mapping[str, LineAnswer], *, remark: str = "", **values: object) -> None:
    """A declaration is answered, as far as that is not granted line by line: by reference, each with ``remark``."""
    whole = {
        "invoice": invoice, "sha256": "x", "file": "r.txt", "read_on": "2021-07-20", "dated": "2021-07-19",
        "standard": "PM305 3.2", "kind": "answered", "by_insurer": 1, "codes": "", "declared_cents": 13_425,
        "granted_cents": 0, **values,
    }  # fmt: skip
    rows = [(state, cents, codes, remark, reference) for reference, (state, cents, codes) in lines.items()]

    def act(ledger: Ledger) -> None:
        events.lines_answered(ledger, rows)
        events.answered(ledger, whole, "line" if whole["kind"] == "refused" else None, "feed")

    writing(folder, act)


def to_do(folder: Path, reference: str, **columns: str) -> None:
    """What is still to be done about a debit, as its ``to_credit`` and ``to_repeat`` say."""
    sets = ", ".join(f"{column} = ?" for column in columns)
    sql = f"UPDATE line SET corrected = 1, {sets} WHERE reference = ?"
    writing(folder, lambda ledger: ledger.do(sql, (*columns.values(), reference)))


def withdraw(folder: Path, why: str = "test") -> None:
    """Every line of the only run is withdrawn, and nothing goes out again."""

    def act(ledger: Ledger) -> None:
        sql = "UPDATE run SET state = 'withdrawn', withdrawn_on = '2021-07-02', withdrawn_why = ?"
        ledger.do(sql, (why,))
        ledger.do("UPDATE line SET became = 'withdrawn', corrected = 1")

    writing(folder, act)
