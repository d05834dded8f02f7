"""Unused: retry options of a task that never retries."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...facts.options import RETRY_OPTIONS
from ...syntax.values import UNKNOWN
from ..module import Module
from ..outcome.raised_by_hand import raises_retry_by_hand
from ..outcome.requeuing import endless_requeuings
from ..remembering import remembered
from ..tasks import Option, Task
from ..work.uses import may_be_retried, reads_option
from .autoretry import lacks_autoretry
from .in_force import is_hidden


@remembered
def options_of_no_retry(task: Task) -> list[Option]:
    """The retry options of a task that is seen never to retry, in source order, where one of them
    says how often or when (``max_retries``, ``default_retry_delay``); else none."""
    limits = list(_limits(task))
    if not limits or any(option.value in _values_in_use(task.module) for option in limits):
        return []
    written = [option for name in RETRY_OPTIONS if (option := task.judged_option(name))]
    unread = [option for option in written if not reads_option(task, option.name)]
    return sorted(unread, key=lambda option: (option.value.lineno, option.value.col_offset))


def _limits(task: Task) -> Iterator[Option]:
    option = task.judged_option("max_retries")
    if option is not None and task.module.values.value(option.value) not in (0, UNKNOWN):
        yield option
    option = task.judged_option("default_retry_delay")
    if option is not None:
        yield option


@remembered
def _values_in_use(module: Module) -> frozenset[ast.expr]:
    """The values of the options of tasks that may retry, which they may have in common with others:
    those of a ``**`` dict, a ``partial``, a decorator with a name, a base class."""
    return frozenset(
        option.value
        for task in module.tasks
        if _may_retry(task)
        for option in task.options.values()
    )


@remembered
def _may_retry(task: Task) -> bool:
    return (
        is_hidden(task)
        or not lacks_autoretry(task)
        or bool(task.unbound_retry_calls)
        or raises_retry_by_hand(task)
        or task in endless_requeuings(task.module)
        or may_be_retried(task)
    )
