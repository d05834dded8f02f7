"""Exceptions: Celery's own, the broad ones, and what says that a row is missing."""

from __future__ import annotations

BROAD = frozenset({"Exception", "BaseException"})


def is_celery_exception(qualified: str | None, *names: str) -> bool:
    """Whether a dotted name is an exception of Celery's (``Retry``, ``Ignore``…)."""
    if qualified is None:
        return False
    return qualified.startswith("celery.") and qualified.rpartition(".")[2] in names


def is_missing_row(qualified: str | None) -> bool:
    """Whether an exception says that a row of the database is not there: Django's, SQLAlchemy's."""
    root, _, rest = (qualified or "").partition(".")
    last = rest.rpartition(".")[2]
    if last == "NoResultFound":
        return root.startswith("sqlalchemy")
    return last in {"ObjectDoesNotExist", "DoesNotExist"}


def ends_a_process(qualified: str | None) -> bool:
    """Whether an exception is one that nobody raises in a task: the worker writes it down for a
    task whose process it has killed (the hard time limit) or lost (``celery/worker/request.py``).
    """
    root, _, rest = (qualified or "").partition(".")
    last = rest.rpartition(".")[2]
    return root in {"celery", "billiard"} and last in {"TimeLimitExceeded", "WorkerLostError"}


def swallows_retry(qualified: str | None) -> bool:
    """Whether an ``except`` clause for this exception catches what a retry call raises:
    ``Retry``, which is a ``TaskPredicate``, which is a ``CeleryError``."""
    return qualified in BROAD or is_celery_exception(
        qualified, "Retry", "TaskPredicate", "CeleryError"
    )
