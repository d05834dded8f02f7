"""Delays: how long a retry waits, as far as the numbers can be read. All in seconds."""

from __future__ import annotations

import ast
import math

from ...facts.options import DEFAULT_BACKOFF_MAX
from ..retries import RetryCall
from ..tasks import Option, Task
from .calculation import Calculation, parts
from .counted import RETRIES
from .limits import limit_of_autoretry, limit_of_call
from .retry_count import is_request_retries, limits_retries_by_hand


def largest_delay(call: RetryCall) -> float | None:
    """The largest delay that a retry call asks for by ``countdown`` (or by an ``eta`` of now and a
    ``timedelta``), jitter left aside; of a calculated one that at the retries there can be.
    ``None`` where it asks for none, or for one that can't be read."""
    delay = _delay_from_now(call)
    limit = limit_of_call(call)
    if delay is None or (limit is not None and limit <= 0):
        return None
    if not any(is_request_retries(call.module, part) for part in parts(call.module, delay)):
        return Calculation(call.module, 0).number(delay)
    if limit is None or call.task is None or limits_retries_by_hand(call.task):
        return None
    counts = {*range(int(min(limit, RETRIES)))} | ({int(limit) - 1} if limit < math.inf else set())
    delays = [Calculation(call.module, count).number(delay) for count in counts]
    return max((known for known in delays if known is not None), default=None)


def _delay_from_now(call: RetryCall) -> ast.expr | None:
    """The ``countdown`` of a retry call, else the ``timedelta`` that its ``eta`` adds to now."""
    module = call.module
    countdown, eta = call.argument("countdown"), call.argument("eta")
    if countdown is not None and call.passes("countdown"):
        return None if module.kinds.is_timedelta(countdown) else countdown
    moment = module.values.read(eta) if eta is not None else None
    if not isinstance(moment, ast.BinOp) or not isinstance(moment.op, ast.Add):
        return None
    for now, delay in ((moment.left, moment.right), (moment.right, moment.left)):
        moment_now = module.values.read(now)
        if isinstance(moment_now, ast.Call) and module.is_clock(moment_now):
            return delay
    return None


def largest_automatic_delay(task: Task) -> tuple[Option, float] | None:
    """The option that says how long automatic retries wait, and the largest delay it makes.

    ``None`` where no option says so or it can't be read. ``retry_backoff`` overrides a
    ``countdown`` in ``retry_kwargs``, and that ``default_retry_delay``
    (``celery/app/autoretry.py``).
    """
    limit = limit_of_autoretry(task)
    if limit is None or limit <= 0:
        return None
    backoff = task.option("retry_backoff")
    if backoff is not None and task.module.values.value(backoff.value):
        delay = _largest_backoff(task, backoff, limit)
        return (backoff, delay) if delay is not None else None
    if not task.retry_kwargs_complete or (backoff is None and task.has_hidden_options):
        return None
    waiting = task.retry_kwargs.get("countdown") or task.option("default_retry_delay")
    delay = Calculation(task.module, 0).number(waiting.value) if waiting else None
    return (waiting, delay) if waiting is not None and delay is not None else None


def waits_default_delay(call: RetryCall) -> bool:
    """Whether a retry call leaves its delay to ``default_retry_delay``."""
    limit = limit_of_call(call)
    given = {call.passes("countdown"), call.passes("eta")}
    return given == {False} and not (limit is not None and limit <= 0)


def _largest_backoff(task: Task, backoff: Option, limit: float) -> float | None:
    """``celery.utils.time.get_exponential_backoff_interval`` at the last retry."""
    value = task.module.values.value(backoff.value)
    if not isinstance(value, (bool, int, float)):
        return None
    option = task.option("retry_backoff_max")
    if option is None and task.has_hidden_options:
        return None
    maximum = task.module.values.number(option.value) if option else DEFAULT_BACKOFF_MAX
    if maximum is None:
        return None
    factor = int(max(1.0, value))
    return min(int(maximum), factor << max(0, int(min(limit, RETRIES)) - 1))
