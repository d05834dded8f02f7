"""Spelling: options that Celery does not know, and which of its own they are meant to be."""

from __future__ import annotations

import ast
from difflib import get_close_matches

from ..prefilter import RETRY_HINTS
from .build import Module
from .options import CELERY_ONLY_OPTIONS, RETRY_OPTIONS
from .tasks import Option, Task
from .uses import reads_option
from .values import UNKNOWN

#: What people write for an option, further from its name than a slip of the pen.
MEANT = {
    "auto_retry": "autoretry_for",
    "autoretry": "autoretry_for",
    "autoretry_on": "autoretry_for",
    "default_retry_countdown": "default_retry_delay",
    "jitter": "retry_jitter",
    "max_retry": "max_retries",
    "max_retry_delay": "retry_backoff_max",
    "retries": "max_retries",
    "retry_back_off": "retry_backoff",
    "retry_backoff_jitter": "retry_jitter",
    "retry_backoff_maximum": "retry_backoff_max",
    "retry_delay": "default_retry_delay",
    "retry_max_backoff": "retry_backoff_max",
    "retry_on": "autoretry_for",
}
#: How much of a name has to agree with one of Celery's (0 to 1).
LIKENESS = 0.8
#: Options of ``apply_async`` and of its ``retry_policy``, which say how long to wait there.
PUBLISH_OPTIONS = frozenset({"interval_start", "interval_step", "interval_max", "countdown", "eta"})


def meant_option(name: str) -> str | None:
    """The retry option of Celery's that a name is a misspelling of."""
    if name in RETRY_OPTIONS or name == "retry":
        return None
    if name in MEANT:
        return MEANT[name]
    if not any(hint in name for hint in RETRY_HINTS):
        return None  # a file without any of them is not looked at
    return next(iter(get_close_matches(name, RETRY_OPTIONS, 1, LIKENESS)), None)


def unknown_options(module: Module, task: Task) -> list[Option]:
    """The options of a task's decorator that mean a retry setting and that nothing reads: neither
    Celery, nor the task's own body, nor a base class or decorator of the project's own."""
    if task.is_class or task.is_house or "base" in task.options or may_be_foreign(module, task):
        return []
    return [
        option
        for name, option in task.options.items()
        if (meant_option(name) or name in PUBLISH_OPTIONS) and not reads_option(module, task, name)
    ]


def is_meant(module: Module, task: Task, name: str) -> bool:
    """Whether one of the task's unknown options is a misspelling of this one."""
    return any(meant_option(option.name) == name for option in unknown_options(module, task))


def may_be_foreign(module: Module, task: Task) -> bool:
    """Whether a decorator ``@something.task`` may be another library's: nothing in the module
    speaks of Celery."""
    return (
        task.known_by == "attribute"
        and not module.imports_celery
        and CELERY_ONLY_OPTIONS.isdisjoint(task.options)
    )


def fits(module: Module, option: Option, name: str) -> bool:
    """Whether the value of an option may be one of the option of this name."""
    value = module.value(option.value)
    if name in {"autoretry_for", "dont_autoretry_for"}:
        return value is UNKNOWN and not (
            module.is_single_class(option.value) or module.is_text(option.value)
        )
    if name == "retry_kwargs":
        return value is UNKNOWN and module.elements(option.value) is None
    if value is UNKNOWN:
        return not isinstance(option.value, (ast.Tuple, ast.List, ast.Set, ast.Dict))
    is_switch = isinstance(value, bool)
    if name == "retry_jitter":
        return is_switch
    if name == "max_retries":
        return value is None or (isinstance(value, int) and not is_switch)
    return isinstance(value, (int, float)) and (name == "retry_backoff" or not is_switch)
