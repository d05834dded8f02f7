"""Celery's retry options: which there are, who reads them, what they take and default to.

Read off ``celery/app/task.py``, ``celery/app/autoretry.py`` and ``celery/app/base.py`` of
Celery 5.7 and its change history, and observed on a live worker.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Final, NamedTuple


class Reader(Enum):
    """Who reads an option: ``Task.retry`` (which automatic retries call as well), or nothing but
    automatic retries (``add_autoretry_behaviour``)."""

    RETRY = "retry"
    AUTORETRY = "autoretry"


class Takes(Enum):
    """What an option is."""

    CLASSES = "a tuple of exception classes"
    DELAY = "seconds"
    ENTRIES = "a dict of arguments for Task.retry"
    FACTOR = "seconds, or True for one"
    LIMIT = "a number of retries, or None for no limit"
    SWITCH = "True or False"


class RetryOption(NamedTuple):
    """A retry option of a task: what it takes (delays in seconds), what Celery assumes where it is
    not written, who reads it, and the first version of Celery that does."""

    takes: Takes
    default: tuple[()] | dict[str, object] | bool | int
    reader: Reader
    since: str


RETRY_OPTIONS: Final = {
    "autoretry_for": RetryOption(Takes.CLASSES, (), Reader.AUTORETRY, "4.0"),
    "dont_autoretry_for": RetryOption(Takes.CLASSES, (), Reader.AUTORETRY, "5.3"),
    "retry_kwargs": RetryOption(Takes.ENTRIES, {}, Reader.AUTORETRY, "4.0"),
    "retry_backoff": RetryOption(Takes.FACTOR, False, Reader.AUTORETRY, "4.2"),
    "retry_backoff_max": RetryOption(Takes.DELAY, 600, Reader.AUTORETRY, "4.2"),
    "retry_jitter": RetryOption(Takes.SWITCH, True, Reader.AUTORETRY, "4.2"),
    "max_retries": RetryOption(Takes.LIMIT, 3, Reader.RETRY, "1.0"),
    "default_retry_delay": RetryOption(Takes.DELAY, 180, Reader.RETRY, "1.0"),
}

#: Options that nothing but automatic retries read, and that do nothing without ``autoretry_for``.
AUTORETRY_OPTIONS = frozenset(
    name for name, option in RETRY_OPTIONS.items() if option.reader is Reader.AUTORETRY
) - {"autoretry_for"}

#: Those by which automatic retries wait longer each time.
BACKOFF_OPTIONS = frozenset({"retry_backoff", "retry_backoff_max", "retry_jitter"})

#: Options that only Celery's task decorators take: a decorator that carries one makes a task.
#: (``max_retries`` is an option of many libraries.)
CELERY_ONLY_OPTIONS = (RETRY_OPTIONS.keys() - {"max_retries"}) | {
    "bind",
    "acks_late",
    "reject_on_worker_lost",
}

#: Options of huey's task decorators, which have a ``retry_backoff`` as well since 3.5
#: (``huey/api.py``).
HUEY_OPTIONS = frozenset({"retries", "retry_delay"})


def are_of_celery(names: Iterable[str]) -> bool:
    """Whether a decorator's options show that it makes a task of Celery's: one of them is no other
    library's."""
    telling = CELERY_ONLY_OPTIONS.intersection(names)
    if telling == {"retry_backoff"}:
        return HUEY_OPTIONS.isdisjoint(names)
    return bool(telling)


#: The parameters of ``Task.retry``, in order; every other keyword is an option of the published
#: message.
RETRY_PARAMETERS = ("args", "kwargs", "exc", "throw", "eta", "countdown", "max_retries")

#: What people read of a task's request that ``celery.app.task.Context`` does not have; in its
#: place, where there is one: an attribute of the task, or of the request.
MEANT_OF_THE_TASK = {"max_retries": "max_retries", "default_retry_delay": "default_retry_delay"}

MEANT_OF_THE_REQUEST = {
    "retry_count": "retries",
    "retried": "retries",
    "attempts": "retries",
    "countdown": "eta",
}

NOT_OF_THE_REQUEST = frozenset(MEANT_OF_THE_TASK) | frozenset(MEANT_OF_THE_REQUEST)
