"""# sleep-retry-loop (CRT402)

`for attempt in range(5)` with a `sleep` in a task

## What it does

Finds loops in tasks that make the same attempt again, with a `sleep` in between.

## Why this is bad

The worker process that sleeps does nothing else, so a gateway that is down for a minute takes all
workers from all other tasks. And where the loop runs out, the task ends like any other: nobody
learns that the order was not paid.

## Celery does

One run that sleeps 30 seconds after each failed attempt, five attempts, and SUCCESS at the end.

## Example

```python
import logging
import time

from celery import shared_task

from shop.gateway import GatewayDown, charge

logger = logging.getLogger(__name__)


@shared_task
def charge_order(order_id):
    for attempt in range(5):
        try:
            return charge(order_id)
        except GatewayDown:
            logger.warning("attempt %s: order %s failed", attempt, order_id)
            time.sleep(30)  # CRT402
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=4)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=30)
```

## What stays silent

Loops over work, which sleep to keep a pace: a `for` whose `try` works with what it goes through, a
`while` that takes the next item from a queue, a cursor, a page. Loops that poll without an
`except` clause. A sleep at the head of the loop or in an `else`. Loops in functions that are no
task.

## Fix

None: what belongs to one attempt, and what happens after the last one, is for the author to say.

## When to switch it off

Where the waits are so short that a message would cost more: tenths of a second.

## See also

- Celery, "Using a custom retry delay":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-retry-custom-delay>
- ocw-studio #763, "Fix poll_build_status_until_complete to use celery countdown instead of
  sleep":
  <https://github.com/mitodl/ocw-studio/pull/763>

## Since

Version 0.1.0.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..linting.findings import Mistake
from ..linting.quoting import ROOM
from ..model import Module, Task
from ..model.work.loops import countdown_without_loop, sleeps_between_attempts
from ..model.work.sleeps import time_asleep
from ..syntax.scopes import FunctionNode
from .repairs.statements import retry_to_write


def check(module: Module) -> Iterator[Mistake]:
    for scope in module.functions:
        assert isinstance(scope.node, FunctionNode)
        task = module.task_running(scope.node.body[0])
        if task is not None:
            for sleep in sleeps_between_attempts(module, scope):
                yield Mistake(sleep, _message(task, sleep))


def _message(task: Task, sleep: ast.Call) -> str:
    wait = time_asleep(sleep)
    seconds = task.module.values.number(wait)
    sleeps = "sleeps" if seconds is None else f"sleeps {seconds:g} s"
    countdown = countdown_without_loop(task.module, sleep)
    delay = f"countdown={countdown}" if countdown else ""
    told = f"{sleeps} in a loop: its worker waits; "
    return f"{task.name} {told}{retry_to_write(task.self_name, delay, ROOM - len(told))}"
