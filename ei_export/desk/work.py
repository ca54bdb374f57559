"""Long work that goes on, and how far it is: leads to what it came to once it is done."""

from flask import Blueprint, abort, redirect, url_for
from flask.typing import ResponseReturnValue

from ..base.problems import render
from ..base.words import words
from .jobs import Job
from .showing import desk, show

PAGE = Blueprint("work", __name__, url_prefix="/werk")


@PAGE.get("/<job_id>")
def page(job_id: str) -> ResponseReturnValue:
    """How far it is, or why it came to nothing."""
    job = _job(job_id)
    if job.state == "done":
        return redirect(f"{job.then}?job={job.id}", 303)
    language = desk().language
    told = render(job.refusal.code, job.refusal.params, language) if job.refusal is not None else None
    how_far = words("progress", language)(f"stage.{job.stage}", count=job.count) if job.stage else ""
    return show("work.html", words("desk-work", language), job=job, told=told, how_far=how_far)


@PAGE.post("/<job_id>/stop")
def stop(job_id: str) -> ResponseReturnValue:
    """Breaks it off."""
    desk().jobs.stop(_job(job_id).id)
    return redirect(url_for("work.page", job_id=job_id), 303)


def _job(job_id: str) -> Job:
    return desk().jobs.get(job_id) or abort(404)
