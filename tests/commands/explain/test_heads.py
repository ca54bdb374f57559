"""The first step of a story, which says what became of it: for each that there is, something that has it."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

import pytest

from ei_export.base.words import words
from ei_export.commands.explain.explain import explain
from ei_export.settings import load
from tests.support.clerk import Clerk, few_tariffs
from tests.support.feeds import CONTRACTS, Cells, Clinic, visit
from tests.support.receiver import Verdict, by_insurer, take_apart

TODAY: Final = "2021-07-04"
#: A start each, of a patient of its own: what is asked for by its name.
STARTS: Final = (
    "due", "sent", "granted", "partly", "refused", "credited", "withdrawn", "to_credit", "closed", "held", "aside",
    "ended", "unread", "other", "cancelled", "elsewhere", "no_contract",
)  # fmt: skip
#: By the head of a story, the number of what has it. {…}: the last line of an appointment.
HEADS: Final[Mapping[str, str]] = {
    "outcome.due": "due",
    "outcome.sent": "sent",
    "outcome.granted": "granted",
    "outcome.partly_granted": "partly",
    "outcome.refused": "refused",
    "outcome.credited": "credited",
    "outcome.withdrawn": "withdrawn",
    "outcome.to_credit": "to_credit",
    "outcome.closed": "closed",
    "outcome.counted": "contact",
    "outcome.registered": "registered",
    "outcome.aside": "beside",
    "outcome.held": "held",
    "outcome.set_aside": "aside",
    "outcome.unreadable": "unread",
    "outcome.no_agreement": "no_contract",
    "outcome.not_zorg1": "other",
    "outcome.not_completed": "cancelled",
    "outcome.elsewhere": "elsewhere",
    "outcome.line": "{sent}",
    "outcome.line_withdrawn": "{withdrawn}",
    "outcome.trajectory": "Tended",
    "outcome.patient": "P1",
    "outcome.run": "R000001",
    "outcome.invoice": "[sent]",
}


def start(name: str, **cells: str) -> Cells:
    day = "2021-01-05" if name == "elsewhere" else "2021-03-01"
    insurer = {"sent": "Menzis", "no_contract": "Zilveren Kruis"}.get(name, "VGZ")
    code = {"Zilveren Kruis": "940140"}.get(insurer, "940131")
    return visit(name, day, code, f"T{name}", patient=f"P{STARTS.index(name)}", insurer=insurer) | cells


@pytest.fixture(scope="module")
def clerk(tmp_path_factory: pytest.TempPathFactory) -> Clerk:
    """A practice in which each of these came about."""
    clinic = few_tariffs(Clinic.open(tmp_path_factory.mktemp("heads")))
    contracts = CONTRACTS.replace('"Zilveren Kruis"\n', '"Zilveren Kruis"\nuntil = 2020-12-31\n')
    clinic.configure(contracts=contracts, ledger="declared_until = 2021-01-10")
    clerk = Clerk(clinic)
    changed: Mapping[str, Cells] = {
        "held": {"diagnosis_code": ""},
        "aside": {"diagnosis_code": ""},
        "unread": {"date": "x"},
        "other": {"code": "1000"},
        "cancelled": {"status": "cancelled"},
    }
    rows = {name: start(name, **changed.get(name, {})) for name in STARTS}
    of_one, of_sent = f"P{STARTS.index('ended')}", {"patient": f"P{STARTS.index('sent')}", "insurer": "Menzis"}
    rows["contact"] = visit("contact", "2021-03-08", "940135", "Tended", patient=of_one)
    rows["end"] = visit("end", "2021-03-22", "940134", "Tended", patient=of_one)
    rows["relapse"] = visit("relapse", "2021-04-22", "940133", "Tended", patient=of_one)
    rows["beside"] = visit("beside", "2021-05-08", "940135", "Tended", patient=of_one)
    rows["registered"] = visit("registered", "2021-03-08", "940135", "Tsent", **of_sent)
    rows["sent_end"] = visit("sent_end", "2021-03-18", "940134", "Tsent", **of_sent)
    first = clinic.feed(rows[name] for name in rows if name not in ("due", "withdrawn")).run(today="2021-07-01")
    (content,) = (content for name, content in first.files.items() if "_7095_" in name)
    answers = {"partly": Verdict(1_000, ("8059",))} | dict.fromkeys(("refused", "closed"), Verdict(0, ("0611",)))
    clerk.gets(by_insurer(take_apart(content), {clerk.reference(name): each for name, each in answers.items()}))
    for name in ("closed", "aside"):
        assert clerk.gives("close", clerk.reference(name) if name == "closed" else name, "--as", "handled")[0] == 0
    clerk.asks("credit", clerk.reference("credited"), today="2021-07-02")
    clinic.run(today="2021-07-02")
    clinic.feed(rows[name] for name in rows if name != "due").run(today="2021-07-03")
    assert clerk.undoes("R000003", today="2021-07-03") == 0
    clerk.asks("credit", clerk.reference("to_credit"), today="2021-07-03")
    rows["withdrawn"] = rows["withdrawn"] | {"status": "cancelled"}
    clinic.feed(rows.values())
    return clerk


@pytest.mark.parametrize("head", HEADS)
def test_a_head(clerk: Clerk, head: str) -> None:
    number = HEADS[head]
    if match := re.fullmatch(r"\{(.*)\}|\[(.*)\]", number):
        lines = clerk.rows(f"SELECT * FROM line WHERE appointment_id = '{match[1] or match[2]}'")
        number = lines[-1]["reference" if match[1] else "invoice"]
    (story, *_) = explain(load(clerk.clinic.folder / "ei-export.toml"), number, date.fromisoformat(TODAY))
    assert story.steps[0].key == head


def test_all_are_there() -> None:
    assert {key for key in words("explain", "nl") if key.startswith("outcome.")} == {*HEADS}
