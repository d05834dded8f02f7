"""Autoretry: whether Celery retries a task by itself, and what it then reads."""

from __future__ import annotations

from ...facts.exceptions import is_celery_exception
from ...facts.python_exceptions import BROAD
from ...syntax.values import UNKNOWN
from ..spelling import is_meant
from ..tasks import Task
from .in_force import delay_in_force, limit_in_force, setting_of_task


def lacks_autoretry(task: Task) -> bool:
    """Whether a task is known to have no ``autoretry_for``, or an empty one: none is written, none
    is misspelled, and none can come from where the module doesn't show it."""
    setting = setting_of_task(task, "autoretry_for")
    if setting.place is not None:
        return not task.retries_automatically
    return setting.is_default and not is_meant(task, "autoretry_for")


def backs_off(task: Task) -> bool | None:
    """Whether a task's automatic retries wait longer each time; ``None`` where it can't be told."""
    setting = setting_of_task(task, "retry_backoff")
    if setting.value is UNKNOWN:
        return None
    return bool(setting.converted_number)


def never_retried(task: Task) -> list[str | None] | None:
    """The qualified names in ``dont_autoretry_for`` (``None`` for each that can't be told); empty
    where it isn't written, for hardly any base class or house decorator brings it, and ``None``
    where it can't be read."""
    setting = setting_of_task(task, "dont_autoretry_for")
    if setting.place is None:
        return [] if task.options_complete else None
    if setting.value is None:
        return []
    values = task.module.values
    elements = values.elements(setting.place.value)
    return None if elements is None else [values.exception(element) for element in elements]


def broad_exception(task: Task) -> str | None:
    """``Exception`` or ``BaseException``, where a task retries automatically on it, and doesn't
    pick in ``dont_autoretry_for`` what it does not retry."""
    option = setting_of_task(task, "autoretry_for").place
    denied = never_retried(task)
    if option is None or denied is None:
        return None
    if not all(is_celery_exception(name, "Retry", "Ignore") for name in denied):
        return None
    values = task.module.values
    names = map(values.exception, values.known_elements(option.value))
    return next((name for name in names if name in BROAD), None)


def retries_whatever_fails(task: Task) -> bool:
    """Whether a task's automatic retries take every exception that leaves it."""
    return broad_exception(task) is not None and limit_in_force(task).limit != 0


def has_policy(task: Task) -> bool:
    """Whether the author has written out how often and how long its automatic retries wait: a
    limit (``None`` is none, save in a conditional expression) and a delay."""
    return limit_in_force(task).is_chosen and delay_in_force(task).is_chosen
