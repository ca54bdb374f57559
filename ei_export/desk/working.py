"""Work that a page asks for: done at once where that takes a moment, by a process where it takes long."""

from collections.abc import Callable

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from .showing import desk, uploads_folder


def work(
    kind: str, function: Callable[..., object], *args: object, then: str, is_long: bool, writes: bool = False
) -> ResponseReturnValue:
    """Has ``function(*args, progress)`` called, and leads to what it came to: the page at ``then``, which asks
    `worked` for it. As `Jobs.start`; raises what the function does."""
    jobs = desk().jobs
    if is_long:
        job = jobs.start(kind, function, *args, writes=writes, then=then, folder=uploads_folder())
        return redirect(url_for("work.page", job_id=job.id), 303)
    job = jobs.did(kind, function(*args, lambda stage, count: None), then)
    return redirect(f"{then}?job={job.id}", 303)


def worked(kind: str) -> object:
    """What work of this kind came to that the address names; None where none was, or it is forgotten."""
    job = desk().jobs.done(request.args.get("job", ""), kind)
    return job.result if job is not None else None
