"""Ignored: retry options that Celery does not read because of other options, or for lack of one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...facts.exceptions import is_celery_exception
from ...facts.options import AUTORETRY_OPTIONS
from ...syntax.values import UNKNOWN
from ..tasks import Option, Task
from ..work.uses import hands_itself_to_retry, reads_option
from .autoretry import backs_off, lacks_autoretry, never_retried
from .limits import calls_of

WITHOUT_AUTORETRY = "without autoretry_for"


class Ignored(NamedTuple):
    """An option that Celery ignores; ``reason`` reads on after the option's name."""

    option: Option
    reason: str


def ignored_options(task: Task) -> list[Ignored]:
    """The options of a task that Celery ignores, and that nothing else in the module reads, in
    source order."""
    return sorted(
        (found for found in _ignored(task) if _is_for_celery(task, found.option)),
        key=lambda found: (found.option.value.lineno, found.option.value.col_offset),
    )


def _ignored(task: Task) -> Iterator[Ignored]:
    if lacks_autoretry(task):
        for name in sorted(AUTORETRY_OPTIONS):
            yield from _judged(task, name, WITHOUT_AUTORETRY)
    elif task.retries_automatically:
        yield from _ignored_delays(task)
        yield from _ignored_limit(task)
        denied = never_retried(task)
        if denied and all(is_celery_exception(name, "Retry", "Ignore") for name in denied):
            yield from _judged(task, "dont_autoretry_for", "as Retry and Ignore pass")


def _ignored_delays(task: Task) -> Iterator[Ignored]:
    backoff = backs_off(task)
    if backoff is False:
        yield from _judged(task, "retry_backoff_max", "without retry_backoff")
        yield from _judged(task, "retry_jitter", "without retry_backoff")
    if not backoff:
        return
    countdown = task.retry_kwargs.get("countdown")
    if countdown is not None and task.judged_option("retry_kwargs") is not None:
        yield Ignored(countdown, "beside retry_backoff")
    if not _retries_itself(task):
        yield from _judged(task, "default_retry_delay", "beside retry_backoff")


def _ignored_limit(task: Task) -> Iterator[Ignored]:
    option, other = task.judged_option("max_retries"), task.retry_kwargs.get("max_retries")
    if option is None or other is None or _retries_itself(task):
        return
    limit, used = task.module.values.value(option.value), task.module.values.value(other.value)
    if UNKNOWN not in (limit, used) and used is not None and limit != used:
        yield Ignored(option, f"beside the {used!r} in retry_kwargs")


def _judged(task: Task, name: str, reason: str) -> Iterator[Ignored]:
    option = task.judged_option(name)
    if option is not None:
        yield Ignored(option, reason)


def _retries_itself(task: Task) -> bool:
    return bool(calls_of(task)) or hands_itself_to_retry(task)


def _is_for_celery(task: Task, option: Option) -> bool:
    # A countdown of its own is no option of a task: it stands in retry_kwargs.
    return not reads_option(task, "retry_kwargs" if option.name == "countdown" else option.name)
