"""Limits: how many retries there can be."""

from __future__ import annotations

from ..retries import RetryCall
from ..tasks import Option, Task
from .in_force import limit_in_force, limit_of_call_in_force, setting_of_task
from .retry_count import limits_retries_by_hand


def limit_of_task(task: Task) -> float | None:
    """How many retries the task's own ``max_retries`` allows: ``inf`` for no limit, ``None``
    where it can't be told."""
    return setting_of_task(task, "max_retries").limit


def limit_of_call(call: RetryCall) -> float | None:
    """How many retries a retry call allows, in the same way."""
    return limit_of_call_in_force(call).limit


def limit_of_autoretry(task: Task) -> float | None:
    """How many automatic retries there can be, in the same way; 0 where there are none."""
    return limit_in_force(task).limit if task.retries_automatically else 0


def is_never(limit: float | None) -> bool:
    """Whether a limit is known to allow no retry at all."""
    return limit is not None and limit <= 0


def counts_limit_of_task(task: Task) -> bool:
    """Whether the task's own ``max_retries`` is what limits one of its retry calls, or its
    automatic retries; not where each of them has a limit of its own."""
    if any(call.passes("max_retries") is False for call in calls_of(task)):
        return True
    if not task.retries_automatically:
        return False
    place = limit_in_force(task).place
    return place is not None and place is task.option("max_retries")


def unlimited_option(task: Task) -> Option | None:
    """The ``max_retries=None`` for which a task never stops to retry; ``None`` where there is none,
    or where the task sets a limit by hand."""
    option = task.judged_option("max_retries")
    if option is None or task.module.values.value(option.value) is not None:
        return None
    is_limited = not counts_limit_of_task(task) or limits_retries_by_hand(task)
    return None if is_limited else option


def calls_of(task: Task) -> list[RetryCall]:
    """The retry calls that a task makes: its own, and those of its base classes in the module."""
    return [*task.retry_calls, *task.inherited_retry_calls]
