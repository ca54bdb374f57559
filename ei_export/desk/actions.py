"""What is done about what is open: shown first, one by one, then done; what waits for the next run; what is closed."""

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import evolve
from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ..base.problems import render
from ..base.words import words
from ..commands.coming import queued as wished
from ..commands.corrections.acts import Act
from ..commands.corrections.corrections import Wanted, cancel
from ..commands.corrections.preview import Planned, confirm, preview, ways_of
from ..commands.status.status import closed_rows
from ..commands.worklist.worklist import tasks_about
from ..ledger import Ledger
from ..ledger.standing import going_by_themselves
from .planned import comes_to, told
from .showing import acting, desk, one_of, paged, redirect_with, renew_lists, show
from .worklist import named

PAGE = Blueprint("actions", __name__, url_prefix="/acties")

#: What each button has done.
_ACTS: Final[Mapping[str, Act]] = {
    "redeclare": Act("redeclare"),
    "correct": Act("correct"),
    "credit": Act("credit"),
    "patient": Act("close", closed_as="patient"),
    "write-off": Act("close", closed_as="write-off"),
    "accepted": Act("close", closed_as="accepted"),
    "handled": Act("close", closed_as="handled"),
    "reopen": Act("reopen"),
    "cancel": Act("cancel"),
    "cancel-correct": Act("cancel", wanted="correct"),
    "cancel-redeclare": Act("cancel", wanted="redeclare"),
}
#: What is done at once, and needs no run.
_CLOSING: Final = ("close", "reopen")
_WANTED: Final[tuple[Wanted, ...]] = ("credit", "redeclare", "correct")


def ways(ledger: Ledger, name: str) -> Sequence[str]:
    """What can be done about a line or an appointment that has this name, by what the buttons are called."""
    possible = ways_of(desk().settings(), ledger, name, _ACTS.values(), desk().rules(), desk().day)
    # Of a correction the credit can be taken back too, which comes to the same.
    passed = {"cancel"} if _ACTS["cancel-correct"] in possible else set()
    return [way for way, act in _ACTS.items() if act in possible and way not in passed]


@PAGE.get("")
def look() -> ResponseReturnValue:
    """What would come of an act, one by one, and what it can't be done with."""
    language, w = desk().language, words("desk-actions", desk().language)
    if "way" not in request.args:
        return redirect(url_for("actions.queued"), 303)
    way = one_of(request.args["way"], _ACTS)
    chosen = filter(None, map(str.strip, request.args.getlist("name")))
    names = [*dict.fromkeys(named(desk(), chosen))]
    if not names:
        return redirect_with(_back(), w["none_chosen"], "warning")
    with desk().ledger() as ledger:
        found = preview(desk().settings(), ledger, _ACTS[way], names, desk().day, desk().rules())
    return show(
        "actions.html",
        w,
        way=way,
        answer=request.args.get("answer"),
        back=_back(),
        found=found,
        closes=_ACTS[way].kind in _CLOSING,
        waiting=_waiting(found.planned) if _ACTS[way].kind == "close" else {},
        kinds=words("worklist", language),
        planned=[(each, told(each, w, language)) for each in found.planned],
        refused=[(name, *render(finding.code, finding.params, language)) for name, _, finding in found.refused],
    )


def _back() -> str:
    """Where one chose: at what is closed, at the answer to a declaration, or else in the work list."""
    if request.values.get("way") == "reopen":
        return url_for("actions.closed")
    invoice = request.values.get("answer")
    return url_for("answers.answer", invoice=invoice) if invoice else url_for("worklist.page")


def _waiting(closed: Sequence[Planned]) -> Mapping[str, int]:
    """What appointments that are held would have been declared at, where that is known, by their names."""
    here, held = desk(), [each for each in closed if not (each.reference or each.task)]
    with here.ledger() as ledger:
        of_patients = {
            patient: tasks_about(here.settings(), ledger, here.rules(), patient)
            for patient in {each.patient_id for each in held}
        }
    found = ((each.name, task) for each in held for task in of_patients[each.patient_id])
    return {name: task.amount_cents for name, task in found if task.name == name and task.amount_cents}


@PAGE.post("/doen")
@acting
def do() -> ResponseReturnValue:
    """Does what was shown, but for what comes to something else by now: that is shown anew."""
    w = words("desk-actions", desk().language)
    way = one_of(request.form.get("way", ""), _ACTS)
    items = (item.partition(" ") for item in request.form.getlist("item"))
    shown = {name: fingerprint for fingerprint, _, name in items if name}
    if not shown:
        return redirect_with(_back(), w["none_chosen"], "warning")
    act = evolve(_ACTS[way], why=request.form.get("why", "").strip())
    done = [each.name for each in confirm(desk().settings(), act, shown, desk().day).done]
    renew_lists()
    if left := [name for name in shown if name not in done]:
        again = url_for("actions.look", way=way, name=left, answer=request.form.get("answer"))
        return redirect_with(again, w("partly", done=len(done), left=len(left)), "warning")
    onward = "actions.closed" if act.kind in _CLOSING else "actions.queued"
    return redirect_with(url_for(onward), w(f"done.{act.kind}", count=len(done)))


@PAGE.get("/klaar")
def queued() -> ResponseReturnValue:
    """What somebody asked for, and what the next run sends of it."""
    w = words("desk-actions", desk().language)
    with desk().ledger() as ledger:
        found = wished(desk().settings(), ledger, desk().rules())
        _, by_itself = going_by_themselves(ledger)
    return show(
        "next_run.html",
        w,
        waiting=[(wish, comes_to(wish.asked, coming, w, desk().language)) for wish, coming in found],
        by_itself=by_itself,
    )


@PAGE.post("/toch-niet")
@acting
def not_after_all() -> ResponseReturnValue:
    """Takes back what somebody asked for, as if they never had."""
    w = words("desk-actions", desk().language)
    wanted = next((each for each in _WANTED if each == request.form.get("wanted")), None) or abort(404)
    done = cancel(desk().settings(), [request.form.get("name", "")], "", desk().day, wanted)
    renew_lists()
    for _, _, finding in done.refused:
        return redirect_with(
            url_for("actions.queued"), " ".join(render(finding.code, finding.params, desk().language)), "warning"
        )
    return redirect_with(url_for("actions.queued"), w("done.cancel", count=1))


@PAGE.get("/afgesloten")
def closed() -> ResponseReturnValue:
    """What is closed, to be opened again."""
    with desk().ledger() as ledger:
        rows = [*closed_rows(ledger, desk().settings(), desk().rules())]
    w, kinds = (words(subject, desk().language) for subject in ("desk-actions", "worklist"))
    return show("closed_things.html", w, kinds=kinds, list=paged(rows))
