"""# sleep-before-retry (CRT403)

sleeps, and then waits for the retry's delay as well

## What it does

Finds a `sleep` on the way to a retry call, in an `except` clause or a branch.

## Why this is bad

A retry waits in the queue, where it costs nothing. The sleep before it holds a worker process, and
the delay of the retry comes on top: the order waits twice.

## Celery does

The worker process sleeps 30 seconds, then the retry waits `default_retry_delay`, 180 seconds when
not given, or the `countdown` it asks for.

## Example

```python
import time

from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        time.sleep(30)  # CRT403
        raise self.retry(exc=exc)
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=30)
```

## What stays silent

A sleep that no retry call follows: before the `try`, in its body, in a branch that leaves or that
lies beside the one with the retry.

## Fix

Unsafe, for the total wait gets shorter: the sleep becomes the retry's `countdown`. None where the
retry call has a `countdown`, an `eta` or a `**` already, and where the sleep stands under a
condition of its own or beside another one.

## When to switch it off

Where the sleep is for something else than the retry: a rate limit of the gateway.

## See also

- Celery, "Using a custom retry delay":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-retry-custom-delay>

## Since

Version 0.1.0.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..fixing.edits import Edit, RemoveStatement, SetKeyword
from ..linting.findings import Fix, Mistake
from ..model import Module, RetryCall
from ..model.policy.in_force import delay_of_call_in_force
from ..model.work.sleeps import plain_sleep_before_retry, sleeps_before_retry, time_asleep
from .repairs.names import forget_name


def check(module: Module) -> Iterator[Mistake]:
    retried: dict[ast.Call, list[RetryCall]] = {}
    for call in module.retry_calls:
        for sleep in sleeps_before_retry(call):
            retried.setdefault(sleep, []).append(call)
    for sleep, calls in retried.items():
        yield Mistake(sleep, _message(sleep, calls[0]), _fix(module, sleep, calls))


def _message(sleep: ast.Call, call: RetryCall) -> str:
    wait = time_asleep(sleep)
    seconds = call.module.values.number(wait)
    sleeps = "sleeps" if seconds is None else f"sleeps {seconds:g} s"
    instead = "a longer countdown"
    if wait is not None and _takes_countdown(call):
        written = ast.unparse(wait)
        instead = f"countdown={written}" if len(written) <= MOST else "that as countdown="
    return f"{call.task_name} {sleeps} before its retry: {_delay(call)}; write {instead}"


#: Characters of the sleep's time that the message has room for.
MOST = 16


def _delay(call: RetryCall) -> str:
    """How long the retry waits, for the message."""
    if {call.passes("countdown"), call.passes("eta")} == {False}:
        seconds = delay_of_call_in_force(call).number
    else:
        seconds = call.module.values.number(call.argument("countdown"))
    return "its own delay is added" if seconds is None else f"{seconds:g} s are added"


def _takes_countdown(call: RetryCall) -> bool:
    """Whether a retry call leaves room for a ``countdown``."""
    return not (
        call.has_unreadable_arguments
        or call.argument("countdown") is not None
        or call.argument("eta") is not None
    )


def _fix(module: Module, sleep: ast.Call, calls: list[RetryCall]) -> Fix | None:
    wait = time_asleep(sleep)
    if wait is None or not all(map(_takes_countdown, calls)):
        return None
    if any(plain_sleep_before_retry(call) is not sleep for call in calls):
        return None
    edits: list[Edit] = [SetKeyword(call.node, "countdown", (wait,)) for call in calls]
    edits += [RemoveStatement(module.tree.statement_of(sleep)), forget_name(sleep.func)]
    return Fix("let the retry wait instead", safe=False, edits=tuple(edits))
