"""Can this file hold a finding at all? A scan of its text, long before anybody looks at a tree.

Every rule needs a few words in the file, and most files of a project have none of them.
"""

from __future__ import annotations

from .settings import DEFAULT, Settings

#: What makes a task is written with one of these: a decorator or base class of Celery's, an
#: attribute ``.task``, an option that only Celery tasks have.
TASK_WORDS = ("task", "Task", "celery", "retry_", "bind", "acks_late", "reject_on_worker_lost")

#: What a rule about a task looks at is written with one of these: ``retry``, ``max_retries``,
#: ``Retry``, ``bind=``; a task that sends itself again (CRT404); an option of another call (CRT306).
RETRY_WORDS = (
    "etry",
    "etri",
    "bind",
    ".delay",
    "apply_async",
    "send_task",
    ".replace",
    ".s(",
    ".si(",
    "jitter",
    "countdown",
    "eta",
    "interval_",
)


def may_hold_findings(text: str, settings: Settings = DEFAULT) -> bool:
    """Whether a file with this text may hold a finding; where it says no, there is none."""
    # CRT401 looks at plain functions too, and CRT402 at loops without a retry.
    if "sleep" in text:
        return True
    names = [name.rpartition(".")[2] for name in settings.task_decorators | settings.task_bases]
    if not any(word in text for word in (*TASK_WORDS, *names)):
        return False
    return any(word in text for word in RETRY_WORDS)
