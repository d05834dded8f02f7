"""Can this file hold a finding at all? A scan of its text, long before anybody looks at a tree.

Every rule needs a few words in the file, and most files of a project have none of them. Plain
substrings come first, being many times as fast as patterns; a pattern looks again at what is left.
"""

from __future__ import annotations

import re

from .settings import DEFAULT, Settings

#: What makes a task is written with one of these: a decorator or base class of Celery's, an
#: attribute ``.task``, an option that only Celery tasks have.
TASK_HINTS = ("task", "Task", "retry_", "bind", "acks_late", "reject_on_worker_lost")
TASK_WORDS = re.compile(
    r"\b(?:task|periodic_task|Task|register_task|bind|autoretry_for|dont_autoretry_for"
    r"|retry_(?:backoff|backoff_max|jitter|kwargs)|default_retry_delay|acks_late"
    r"|reject_on_worker_lost)\b"
)

#: What a rule about a task looks at is written with one of these: ``retry``, ``max_retries``,
#: ``Retry``; ``bind=``; sending (CRT404); an option of another call (CRT306); sleeping.
RETRY_HINTS = (
    "etry",
    "etri",
    "sleep",
    "delay",
    "apply",
    "send_task",
    "jitter",
    "countdown",
    "interval_",
)
RETRY_WORDS = re.compile(r"\bbind\b|\beta\b|\.\s*(?:si?|signature|subtask)\s*\(")

#: CRT401 looks at plain functions too: one that sleeps and calls itself.
FUNCTION_NAME = re.compile(r"\bdef\s+(\w+)")


def may_hold_findings(text: str, settings: Settings = DEFAULT) -> bool:
    """Whether a file with this text may hold a finding; where it says no, there is none."""
    if _makes_tasks(text, settings):
        return any(hint in text for hint in RETRY_HINTS) or RETRY_WORDS.search(text) is not None
    return "sleep" in text and _may_call_itself(text)


def _makes_tasks(text: str, settings: Settings) -> bool:
    if "celery" in text:
        return True
    names = settings.task_decorators | settings.task_bases
    if any(name.rpartition(".")[2] in text for name in names):
        return True
    return any(hint in text for hint in TASK_HINTS) and TASK_WORDS.search(text) is not None


def _may_call_itself(text: str) -> bool:
    """Whether some name is defined as a function and called: it stands before a bracket again."""
    return any(
        len(re.findall(rf"\b{name}\s*\(", text)) > 1
        for name in set(FUNCTION_NAME.findall(text))
        if not name.startswith("__")
    )
