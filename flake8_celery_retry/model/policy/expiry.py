"""Expiry: retries that expire before they are due. All in seconds.

A task's own ``expires`` counts from its first send and goes along with each retry; that of a retry
call, or of ``retry_kwargs``, takes its place and counts from the retry.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..retries import RetryCall
from ..tasks import Option, Task
from ..work.uses import hands_itself_out, hands_itself_to_retry
from .delays import shortest_automatic_delay, shortest_delay
from .limits import calls_of, is_never, limit_of_call


class Expiry(NamedTuple):
    """When something expires, and the shortest delay after which it is due; not before it."""

    expires: float
    delay: float


def expiry_of_call(call: RetryCall) -> Expiry | None:
    """A retry call's own ``expires``, where that is no greater than its delay."""
    expires = call.module.values.number(call.argument("expires"))
    return _too_early(expires, shortest_delay(call))


def expiries_of_task(task: Task) -> Iterator[tuple[Option, Expiry]]:
    """The options that let the first retry of a task expire: ``expires`` in ``retry_kwargs``, and
    the task's own, where none of its retries outlives it."""
    if not task.is_house:
        for option, delays in (_of_retry_kwargs(task), _of_task(task)):
            known = [delay for delay in delays if delay is not None]
            if option is not None and known and known == delays:
                found = _too_early(task.module.values.number(option.value), min(known))
                if found is not None:
                    yield option, found


def _of_retry_kwargs(task: Task) -> tuple[Option | None, list[float | None]]:
    option = task.retry_kwargs.get("expires") if task.own_option("retry_kwargs") else None
    return option, [shortest_automatic_delay(task)] if task.retries_automatically else []


def _of_task(task: Task) -> tuple[Option | None, list[float | None]]:
    """The ``expires`` of a task, with the shortest delay of each of its ways to retry for which it
    counts; ``None`` for each that can't be told."""
    option = task.own_option("expires")
    if option is None or hands_itself_out(task) or hands_itself_to_retry(task):
        return None, []
    delays = [_delay_without_own(call) for call in calls_of(task) if not _replaces(call)]
    if task.retries_automatically and "expires" not in task.retry_kwargs:
        is_readable = task.retry_kwargs_complete
        delays.append(shortest_automatic_delay(task) if is_readable else None)
    return option, delays


def _replaces(call: RetryCall) -> bool:
    """Whether a retry call has an ``expires`` of its own, be it ``None``; or never retries."""
    return call.argument("expires") is not None or is_never(limit_of_call(call))


def _delay_without_own(call: RetryCall) -> float | None:
    return None if call.has_unreadable_arguments else shortest_delay(call)


def _too_early(expires: float | None, delay: float | None) -> Expiry | None:
    if expires is None or delay is None or expires > delay:
        return None
    return Expiry(expires, delay)
