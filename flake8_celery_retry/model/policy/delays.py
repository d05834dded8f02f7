"""Delays: how long a retry waits, as far as the numbers can be read. All in seconds."""

from __future__ import annotations

import ast
import math

from ..retries import RetryCall
from ..tasks import Option, Task
from .calculation import Calculation, parts
from .counted import RETRIES, Counted
from .in_force import delay_in_force, delay_of_call_in_force, setting_of_task
from .limits import is_never, limit_of_autoretry, limit_of_call
from .retry_count import is_request_retries, limits_retries_by_hand


def largest_delay(call: RetryCall) -> float | None:
    """The largest delay that a retry call asks for by ``countdown`` (or by an ``eta`` of now and a
    ``timedelta``), jitter left aside; of a calculated one that at the retries there can be, and
    ``inf`` where it grows with every retry and nothing limits them. ``None`` where it asks for
    none, or for one that can't be read."""
    delay = _delay_from_now(call)
    limit = limit_of_call(call)
    if delay is None or is_never(limit):
        return None
    if not any(is_request_retries(call.module, part) for part in parts(call.module, delay)):
        return Calculation(call.module, 0).number(delay)
    if limit is None or call.task is None or limits_retries_by_hand(call.task):
        return None
    counts = [*range(int(min(limit, RETRIES)))]
    delays = [Calculation(call.module, count).number(delay) for count in counts]
    if limit == math.inf and _still_grows(delays):
        return math.inf
    if limit < math.inf:
        delays.append(Calculation(call.module, int(limit) - 1).number(delay))
    return max((known for known in delays if known is not None), default=None)


def _still_grows(delays: list[float | None]) -> bool:
    """Whether the last of these delays is longer than the one before."""
    last, before = delays[-1], delays[-2]
    return last is not None and before is not None and last > before


def _delay_from_now(call: RetryCall) -> ast.expr | None:
    """The ``countdown`` of a retry call, else the ``timedelta`` that its ``eta`` adds to now."""
    module = call.module
    if call.passes("countdown"):
        countdown = call.arguments["countdown"].value
        return None if module.kinds.is_timedelta(countdown) else countdown
    eta = call.argument("eta")
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

    ``None`` where no option says so or it can't be read.
    """
    limit = limit_of_autoretry(task)
    place = delay_in_force(task).place
    if limit is None or is_never(limit) or not isinstance(place, Option):
        return None
    if place.name == "retry_backoff":
        delay = _largest_backoff(task, limit)
    else:
        delay = Calculation(task.module, 0).number(place.value)
    return (place, delay) if delay is not None else None


def shortest_delay(call: RetryCall) -> float | None:
    """The shortest delay that a retry call waits; of a calculated one that at the retries there can
    be. ``None`` where it can't be told, has a random part, or where it never retries."""
    limit = limit_of_call(call)
    if is_never(limit):
        return None
    delay = _delay_from_now(call)
    if delay is None:
        return delay_of_call_in_force(call).number if waits_default_delay(call) else None
    depends = any(is_request_retries(call.module, part) for part in parts(call.module, delay))
    counts = range(int(min(limit or RETRIES, RETRIES)) if depends else 1)
    delays = [Counted(call.module, count).number(delay) for count in counts]
    known = [each for each in delays if each is not None]
    return min(known, default=None) if known == delays else None


def shortest_automatic_delay(task: Task) -> float | None:
    """The shortest delay that a task's automatic retries wait, the first one's; ``None`` where it
    can't be told, has jitter, or where there are none."""
    limit = limit_of_autoretry(task)
    setting = delay_in_force(task)
    if limit is None or is_never(limit):
        return None
    if setting.place is None or setting.place.name != "retry_backoff":
        return setting.number
    jitter = setting_of_task(task, "retry_jitter")
    return _backoff(task, 0) if jitter.value in {False, None} else None


def waits_default_delay(call: RetryCall) -> bool:
    """Whether a retry call leaves its delay to ``default_retry_delay``."""
    given = {call.passes("countdown"), call.passes("eta")}
    return given == {False} and not is_never(limit_of_call(call))


def _largest_backoff(task: Task, limit: float) -> float | None:
    """The delay of the last retry."""
    return _backoff(task, max(0, int(min(limit, RETRIES)) - 1))


def _backoff(task: Task, retries: int) -> float | None:
    """``celery.utils.time.get_exponential_backoff_interval`` at a retry count, without jitter."""
    factor = setting_of_task(task, "retry_backoff").converted_number
    maximum = setting_of_task(task, "retry_backoff_max").converted_number
    if factor is None or maximum is None or not all(map(math.isfinite, (factor, maximum))):
        return None
    return min(int(maximum), int(max(1.0, factor)) << retries)
