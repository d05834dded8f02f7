"""The setting in force: what Celery will use for a retry option of a task, and who says so.

One answer for all rules: the retry call's own argument, else ``retry_kwargs`` (for automatic
retries), else the decorator or class, else a base class of the module, else Celery's default.
Where another module may say otherwise, the setting is hidden.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from ...facts.options import RETRY_OPTIONS
from ...syntax.values import UNKNOWN, Constant, Item, Unknown
from ..module import Module
from ..retries import RetryCall
from ..tasks import Option, Task


class Setting(NamedTuple):
    """What Celery will use for an option.

    ``value`` is the constant that it comes to: that which is written at ``place``, or Celery's
    default where ``place`` is ``None``. It is ``UNKNOWN`` where it is hidden or can't be read, and
    where it is no constant (classes, entries).
    """

    module: Module
    value: Constant | Unknown
    place: Option | Item | None = None
    is_hidden: bool = False

    @property
    def is_default(self) -> bool:
        """Whether nobody writes it, and nobody else can have."""
        return self.place is None and not self.is_hidden

    @property
    def is_chosen(self) -> bool:
        """Whether somebody writes it, as something else than a plain ``None``."""
        return self.place is not None and self.value is not None

    @property
    def number(self) -> float | None:
        """The number that it comes to, of seconds or retries (``True`` is none)."""
        if isinstance(self.value, bool) or not isinstance(self.value, (int, float)):
            return None
        return self.value

    @property
    def converted_number(self) -> float | None:
        """The number that Celery makes of an option which it converts: 1 of ``True``, 10 of
        ``"10"``; ``None`` where that fails or it can't be read."""
        if self.place is not None:
            return self.module.values.converted_number(self.place.value)
        return self.value if isinstance(self.value, int) else None

    @property
    def limit(self) -> float | None:
        """The number of retries that it allows: ``inf`` for no limit, ``None`` where it can't be
        told."""
        return math.inf if self.value is None else self.number


def setting_of_task(task: Task, name: str) -> Setting:
    """What a task itself says of a retry option, in its decorator, its class or a base class of
    the module; else Celery's default, where nothing can hide another."""
    module = task.module
    option = task.option(name)
    if option is not None and (option.is_own or task.options_complete):
        return Setting(module, module.values.value(option.value), option)
    if is_hidden(task):
        return Setting(module, UNKNOWN, is_hidden=True)
    default = RETRY_OPTIONS[name].default
    return Setting(module, default if isinstance(default, int) else UNKNOWN)


def is_hidden(task: Task) -> bool:
    """Whether an option that the module doesn't show may hold for a task: a base class of another
    module (of all the app's tasks, too) or a house decorator may bring it, or an unreadable
    ``**``."""
    return task.has_hidden_options or task.module.recognition.makes_app_with_task_class


def limit_in_force(task: Task) -> Setting:
    """How many automatic retries there can be: ``retry_kwargs`` overrides the task."""
    return _of_autoretry(task, "max_retries") or setting_of_task(task, "max_retries")


def limit_of_call_in_force(call: RetryCall) -> Setting:
    """How many retries a retry call allows; its ``max_retries=None`` means that of the task."""
    if call.passes("max_retries"):
        item = call.arguments["max_retries"]
        return Setting(call.module, call.module.values.value(item.value), item)
    if call.task is None or call.passes("max_retries") is None:
        return Setting(call.module, UNKNOWN, is_hidden=True)
    return setting_of_task(call.task, "max_retries")


def delay_in_force(task: Task) -> Setting:
    """What says how long automatic retries wait, in seconds: ``retry_backoff`` overrides a
    ``countdown`` in ``retry_kwargs``, and that ``default_retry_delay``
    (``celery/app/autoretry.py``)."""
    backoff = setting_of_task(task, "retry_backoff")
    if backoff.value is UNKNOWN or backoff.converted_number:
        return backoff
    return _of_autoretry(task, "countdown") or setting_of_task(task, "default_retry_delay")


def delay_of_call_in_force(call: RetryCall) -> Setting:
    """What says how long a retry call waits, in seconds: its ``countdown``, else its ``eta`` (a
    moment, never a number), else the task's ``default_retry_delay``."""
    for name in ("countdown", "eta"):
        if call.passes(name):
            item = call.arguments[name]
            return Setting(call.module, call.module.values.value(item.value), item)
        if call.passes(name) is None:
            return Setting(call.module, UNKNOWN, is_hidden=True)
    if call.task is None:
        return Setting(call.module, UNKNOWN, is_hidden=True)
    return setting_of_task(call.task, "default_retry_delay")


def _of_autoretry(task: Task, name: str) -> Setting | None:
    """What ``retry_kwargs`` says of an argument of ``retry``; ``None`` where it says nothing."""
    module = task.module
    if setting_of_task(task, "retry_kwargs").place is None:
        # Hidden entries override what is written at the task, but hardly anybody has them.
        return None
    entry = task.retry_kwargs.get(name)
    if entry is not None:
        value = module.values.value(entry.value)
        # Written in a dict that others fill as well, it may be another one.
        return None if value is None else Setting(module, value, entry)
    return None if task.retry_kwargs_complete else Setting(module, UNKNOWN, is_hidden=True)
