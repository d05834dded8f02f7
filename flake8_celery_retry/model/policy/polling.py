"""Polling: a task that waits for something, and says how long."""

from __future__ import annotations

import ast

from ..remembering import remembered
from ..retries import RetryCall
from ..tasks import Task
from .limits import calls_of

#: The arguments of a retry call that say how long a poll goes on.
PACE = ("countdown", "eta", "max_retries")
#: What they are at one call, as a dump of their nodes.
Pace = tuple[str | None, ...]


def says_how_long_to_poll(call: RetryCall) -> bool:
    """Whether how long a retry waits *and* how many retries there can be is written out (``None``
    included): at the call, in the task's decorator or class, or in a base class of the module."""
    return _is_written(call, "countdown", "eta", "default_retry_delay") and _is_written(
        call, "max_retries"
    )


def goes_on_polling(call: RetryCall) -> bool:
    """Whether a retry in a handler is one more look of a task that polls: the task retries without
    a failure too, and both calls have the same delay and limit."""
    return call.task is not None and _pace(call) in _paces_of_polls(call.task)


@remembered
def _paces_of_polls(task: Task) -> frozenset[Pace]:
    return frozenset(_pace(call) for call in calls_of(task) if _is_poll(call))


@remembered
def is_paced(task: Task) -> bool:
    """Whether each retry of a task waits for something that is to come: it polls, or what failed
    says when to come again (``countdown=exc.retry_after``). No number of such retries is right."""
    calls = [call for call in calls_of(task) if call.passes("max_retries") is False]
    is_paced = all(_is_poll(call) or _is_told_when(call) for call in calls)
    return bool(calls) and is_paced and not task.retries_automatically


def _is_poll(call: RetryCall) -> bool:
    return call.handler is None and call.is_conditional and says_how_long_to_poll(call)


def _is_told_when(call: RetryCall) -> bool:
    """Whether the exception of a handler says how long a retry waits, by an attribute of it."""
    delay = call.argument("countdown") or call.argument("eta")
    if delay is None:
        return False
    module = call.module
    return any(
        isinstance(attribute.value, ast.Name) and attribute.value.id == call.exception_name
        for arm in module.values.arms(delay)
        for attribute in module.tree.within(arm, ast.Attribute)
    )


def _pace(call: RetryCall) -> Pace:
    given = (call.argument(name) for name in PACE)
    return tuple(None if value is None else ast.dump(value) for value in given)


def _is_written(call: RetryCall, *names: str) -> bool:
    options = call.task.options if call.task is not None else {}
    return any(name in call.arguments or name in options for name in names)
