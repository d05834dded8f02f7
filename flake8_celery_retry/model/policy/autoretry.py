"""Autoretry: whether Celery retries a task by itself, and what it then reads."""

from __future__ import annotations

from ...syntax.values import UNKNOWN
from ..spelling import is_meant
from ..tasks import Task


def lacks_autoretry(task: Task) -> bool:
    """Whether a task is known to have no ``autoretry_for``, or an empty one: none is written, none
    is misspelled, and none can come from a base class, an app or a decorator of the project's."""
    if task.option("autoretry_for") is not None:
        return not task.retries_automatically
    return not (
        task.has_hidden_options
        or task.module.recognition.makes_app_with_task_class
        or is_meant(task, "autoretry_for")
    )


def backs_off(task: Task) -> bool | None:
    """Whether a task's automatic retries wait longer each time; ``None`` where it can't be told."""
    option = task.option("retry_backoff")
    if option is None:
        return False if task.options_complete else None
    value = task.module.values.value(option.value)
    return None if value is UNKNOWN else bool(value)
