"""Celery's retry options: which there are, who reads them, what they default to.

Read off ``celery/app/task.py``, ``celery/app/autoretry.py`` and ``celery/app/base.py`` of
Celery 5.7, and observed on a live worker.
"""

from __future__ import annotations

#: Options that only Celery's task decorators take: a decorator that carries one makes a task.
CELERY_ONLY_OPTIONS = frozenset(
    {
        "bind",
        "autoretry_for",
        "dont_autoretry_for",
        "retry_backoff",
        "retry_backoff_max",
        "retry_jitter",
        "retry_kwargs",
        "default_retry_delay",
        "acks_late",
        "reject_on_worker_lost",
    }
)

#: Options that nothing but automatic retries read (``add_autoretry_behaviour``).
AUTORETRY_OPTIONS = frozenset(
    {"retry_backoff", "retry_backoff_max", "retry_jitter", "retry_kwargs", "dont_autoretry_for"}
)

#: Every retry option of a task.
RETRY_OPTIONS = AUTORETRY_OPTIONS | {"autoretry_for", "max_retries", "default_retry_delay"}

#: The parameters of ``Task.retry``, in order; every other keyword is a publish option.
RETRY_PARAMETERS = ("args", "kwargs", "exc", "throw", "eta", "countdown", "max_retries")

#: What people write for them: every other keyword is an option of the published message.
MISSPELLED_RETRY_PARAMETERS = {
    "ex": "exc",
    "e": "exc",
    "err": "exc",
    "error": "exc",
    "exception": "exc",
    "delay": "countdown",
    "count_down": "countdown",
    "default_retry_delay": "countdown",
    "max_retry": "max_retries",
    "retries": "max_retries",
}

#: ``Task.max_retries``, ``Task.default_retry_delay`` and autoretry's ``retry_backoff_max``
#: (the latter two in seconds).
DEFAULT_MAX_RETRIES = 3

DEFAULT_RETRY_DELAY = 180

DEFAULT_BACKOFF_MAX = 600

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
