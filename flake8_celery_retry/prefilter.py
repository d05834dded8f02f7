"""Can this file hold a finding at all? A scan of its text, long before anybody looks at a tree.

Every rule needs a task, a task helper or a function that sleeps and calls itself, and a few words
in it; most files of a project have none of them. Plain substrings come first, being many times as
fast as patterns; a pattern looks again at what is left.
"""

from __future__ import annotations

import re

from .settings import DEFAULT, Settings

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

#: Without one of these there is no task: a decorator or base class of Celery's, an attribute
#: ``.task``, an option that only Celery tasks have.
TASK_HINTS = ("task", "Task", "celery", "retry_", "_retry_delay", "bind", "acks_late", "reject_on_")

#: With one of these there likely is one.
SURE_HINTS = (
    "shared_task",
    "periodic_task",
    "register_task",
    "autoretry_for",
    "retry_backoff",
    "retry_jitter",
    "retry_kwargs",
    "default_retry_delay",
    "acks_late",
    "reject_on_worker_lost",
)

# Each pattern begins with plain text, which is what makes it fast to look for.
#: ``task`` as a decorator or as the last part of one, or with another name.
NAMED_TASK = re.compile(r"task\b(\s+as\b)?")
BEFORE_TASK = re.compile(r"\s*(?:@|\w+\s*(?::[^=]*)?=)")
#: What may put a decorator's name on a line of its own.
SPREADING = ("partial", "@(", "@ (")
#: The option ``bind``, as a keyword or the key of a dict.
BIND_OPTION = re.compile(r"bind\b['\"]?\s*[=:]")
DECORATOR_MARKS = ("\n@", " @", "\t@", "\f@")
#: A class-based task has a base ``Task`` of Celery's or of an app.
TASK_CLASS = re.compile(r"Task\b")
BEFORE_TASK_CLASS = re.compile(r"(?:^|\W)(?:Periodic|Abortable|Django)?$")
RETRY_CALL = re.compile(r"retry\s*\(")

#: CRT401 looks at tasks that call themselves in an ``except`` clause, and at plain functions too
#: that sleep and call themselves.
RUN_CALL = re.compile(r"(?:\bself|\.\s*run|\.\s*__call__)\s*\(")
FUNCTION_NAME = re.compile(r"\bdef\s+(\w+)")


def may_hold_findings(text: str, settings: Settings = DEFAULT) -> bool:
    """Whether a file with this text may hold a finding; where it says no, there is none."""
    names = [name.rpartition(".")[2] for name in settings.task_decorators | settings.task_bases]
    if (
        any(hint in text for hint in (*TASK_HINTS, *names))
        and (any(name in text for name in names) or _makes_tasks(text))
        and (_says_retry(text) or ("except" in text and _may_run_itself(text)))
    ):
        return True
    return "sleep" in text and _may_call_itself(text)


def _says_retry(text: str) -> bool:
    return any(hint in text for hint in RETRY_HINTS) or RETRY_WORDS.search(text) is not None


def _makes_tasks(text: str) -> bool:
    """Whether the text may hold a task, or a helper that gets one."""
    if any(hint in text for hint in SURE_HINTS):
        return True
    is_about_celery = "celery" in text
    if is_about_celery and RETRY_CALL.search(text) is not None:
        return True
    if "task" in text and _names_a_task(text):
        return True
    if "Task" in text and (is_about_celery or ".Task" in text) and _names_a_task_class(text):
        return True
    has_decorators = text.startswith("@") or any(mark in text for mark in DECORATOR_MARKS)
    return has_decorators and BIND_OPTION.search(text) is not None


def _names_a_task(text: str) -> bool:
    """Whether ``task`` stands in a decorator, or gets another name: ``@app.task``,
    ``job = app.task``, ``partial(app.task, …)``, ``import task as job``."""
    is_spread = any(sign in text for sign in SPREADING)
    return any(
        is_spread or match[1] or BEFORE_TASK.match(_line_before(text, match.start()))
        for match in NAMED_TASK.finditer(text)
    )


def _names_a_task_class(text: str) -> bool:
    return any(
        BEFORE_TASK_CLASS.search(_line_before(text, match.start()))
        for match in TASK_CLASS.finditer(text)
    )


def _line_before(text: str, position: int) -> str:
    """What stands before a position on its line."""
    return text[text.rfind("\n", 0, position) + 1 : position]


def _may_run_itself(text: str) -> bool:
    """Whether a task may be called by its name, or run by its methods."""
    return RUN_CALL.search(text) is not None or _may_call_itself(text)


def _may_call_itself(text: str) -> bool:
    """Whether some name is defined as a function and called: it stands before a bracket again."""
    return any(
        len(re.findall(rf"\b{name}\s*\(", text)) > 1
        for name in set(FUNCTION_NAME.findall(text))
        if not name.startswith("__")
    )
