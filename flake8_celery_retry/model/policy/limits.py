"""Limits: how many retries there can be."""

from __future__ import annotations

import math

from ...facts.options import DEFAULT_MAX_RETRIES
from ..retries import RetryCall
from ..tasks import Task


def limit_of_task(task: Task) -> float | None:
    """How many retries the task's own ``max_retries`` allows: ``inf`` for no limit, ``None``
    where it can't be read. Without the option it is Celery's default, 3."""
    option = task.option("max_retries")
    if option is None:
        return None if task.has_hidden_options else DEFAULT_MAX_RETRIES
    if task.module.values.value(option.value) is None:
        return math.inf
    return task.module.values.number(option.value)


def limit_of_call(call: RetryCall) -> float | None:
    """How many retries a retry call allows; its ``max_retries=None`` means that of the task."""
    if call.passes("max_retries"):
        return call.module.values.number(call.argument("max_retries"))
    if call.task is None or call.passes("max_retries") is None:
        return None
    return limit_of_task(call.task)


def limit_of_autoretry(task: Task) -> float | None:
    """How many automatic retries there can be: ``retry_kwargs`` overrides the task."""
    if not task.retries_automatically:
        return 0
    option = task.retry_kwargs.get("max_retries")
    if option is not None and task.module.values.value(option.value) is not None:
        return task.module.values.number(option.value)
    return limit_of_task(task) if task.retry_kwargs_complete else None


def counts_limit_of_task(task: Task) -> bool:
    """Whether the task's own ``max_retries`` is what limits one of its retry calls, or its
    automatic retries; not where each of them has a limit of its own."""
    calls = [*task.retry_calls, *(call for base in task.bases for call in base.retry_calls)]
    if any(call.passes("max_retries") is False for call in calls):
        return True
    option = task.retry_kwargs.get("max_retries")
    return (
        task.retries_automatically
        and task.retry_kwargs_complete
        and (option is None or task.module.values.value(option.value) is None)
    )
