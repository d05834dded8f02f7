"""Misfits: values of a type that an argument or option of Celery's does not take."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from ...syntax.values import Item
from ..module import Module
from ..retries import RetryCall
from ..tasks import Option, Task

#: Seconds, as a number.
DELAYS = frozenset({"countdown", "default_retry_delay"})
#: When something is to happen; none takes a ``timedelta``.
TIMES = DELAYS | {"eta", "expires"}
#: What Celery converts, and how: a number in quotes fits.
BACKOFFS = {"retry_backoff": float, "retry_backoff_max": int}

#: The options of a task that are looked at.
OPTIONS = (*BACKOFFS, "default_retry_delay", "max_retries", "expires")


class Misfit(Enum):
    """What a value is that does not fit."""

    TIMEDELTA = "a timedelta"
    TEXT = "a string"
    NUMBER = "a number in the place of a moment"
    NONE = "None"


def misfits_of_call(call: RetryCall) -> Iterator[tuple[Item, Misfit]]:
    """The arguments of a retry call that don't fit."""
    has_delay = call.passes("countdown") is not False
    for item in call.arguments.values():
        misfit = _misfit(call.module, item, has_delay)
        if misfit is not None:
            yield item, misfit


def misfits_of_task(task: Task) -> Iterator[tuple[Option, Misfit]]:
    """The options of a task that don't fit, and the entries of its ``retry_kwargs``."""
    options = [option for name in OPTIONS if (option := task.written_option(name))]
    if task.written_option("retry_kwargs"):
        options += task.retry_kwargs.values()
    for option in options:
        misfit = _misfit(task.module, option, "countdown" in task.retry_kwargs)
        if misfit is not None:
            yield option, misfit


def _misfit(module: Module, option: Item | Option, has_delay: bool) -> Misfit | None:
    """``has_delay``: whether there is a ``countdown``, which wins over an ``eta``."""
    name, value = option.name, option.value
    if name in BACKOFFS:
        return _misfit_of_backoff(module, option)
    if name == "max_retries":
        return Misfit.TEXT if module.kinds.is_text(value) else None
    if name not in TIMES or (name == "eta" and has_delay):
        return None
    if module.kinds.is_timedelta(value):
        return Misfit.TIMEDELTA
    if name in DELAYS and module.kinds.is_text(value):
        return Misfit.TEXT
    # An ``eta`` of 0 is taken for none.
    return Misfit.NUMBER if name == "eta" and module.values.number(value) else None


def _misfit_of_backoff(module: Module, option: Item | Option) -> Misfit | None:
    value = module.values.value(option.value)
    if not isinstance(value, str):
        return Misfit.NONE if value is None else None
    try:
        BACKOFFS[option.name](value)
    except ValueError:
        return Misfit.TEXT
    return None
