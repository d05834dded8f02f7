"""Exceptions: Celery's own, the broad ones, and what says that a row is missing."""

from __future__ import annotations

import builtins

from .python_exceptions import BROAD

#: An attribute of every task (``Task.MaxRetriesExceededError``), and of nothing else.
ATTRIBUTES_OF_TASKS = {"MaxRetriesExceededError": "celery.exceptions.MaxRetriesExceededError"}

#: Exceptions of other libraries that are ``OSError`` as well.
OS_ERRORS = frozenset(
    {"requests.RequestException", "smtplib.SMTPException", "urllib.error.URLError"}
)

#: Comments by which other linters are told that a broad ``except`` is meant.
MEANT_TO_BE_BROAD = (
    r"noqa\s*:.*\b(BLE001|B902|E722|W0718|PLW0718)\b"
    r"|pylint\s*:\s*disable\s*=.*\b(broad-except|broad-exception-caught|bare-except"
    r"|W0702|W0703|W0718)(?![\w-])"
)


def is_subclass(qualified: str | None, other: str) -> bool:
    """Whether one exception is known to be a subclass of another one (or the same), both by their
    dotted names."""
    if qualified is None:
        return False
    if qualified == other:
        return True
    known = getattr(builtins, "OSError" if qualified in OS_ERRORS else qualified, None)
    known_other = getattr(builtins, other, None)
    return (
        isinstance(known, type) and isinstance(known_other, type) and issubclass(known, known_other)
    )


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
