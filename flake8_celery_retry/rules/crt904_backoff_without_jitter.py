"""# backoff-without-jitter (CRT904)

all retries come at the same moments

An opinion: off unless `select` or `extend-select` names it (`CRT9`, `CRT904`).

## What it does

Finds delays that double with every retry but have no random part: `retry_jitter=False` beside
`retry_backoff`, or a `countdown` calculated as a power of the retry count.

## Why this is bad

Tasks that failed at the same moment, because a service went down, come back at the same moments,
each time all together. The service gets all of them at the same moment, or none.

## Celery does

Without jitter every task waits exactly 30, 60, 120 seconds. With it (the default) Celery picks a
random delay between 0 and that number.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(
    autoretry_for=(GatewayDown,),
    retry_backoff=30,
    retry_jitter=False,  # CRT904
)
def charge_order(order_id):
    return charge(order_id)
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(autoretry_for=(GatewayDown,), retry_backoff=30)
def charge_order(order_id):
    return charge(order_id)
```

## What stays silent

A countdown with a random part (`2 ** retries + random.randint(0, 10)`), or one that a function of
the project's own calculates; a power of something else than the retry count; `retry_jitter=False`
without a backoff, or on a task that can't retry automatically (CRT305) or lets no exception out
(CRT211).

## Fix

Unsafe: `retry_jitter=False` goes. None for a calculated countdown.

## When to switch it off

It is off. Switch it on where many tasks fail together, when one service is down.

## See also

- Celery, `Task.retry_jitter`:
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#Task.retry_jitter>
- AWS, exponential backoff and jitter:
  <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>

## Since

Version 0.1.0.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..linting.findings import Fix, Mistake
from ..linting.quoting import quoted
from ..model import Module, Task
from ..model.outcome.unreached import never_retries_automatically
from ..model.policy.autoretry import backs_off, lacks_autoretry
from ..model.policy.calculation import is_power_of_retry_count, may_be_random
from .repairs.options import drop


def check(module: Module) -> Iterator[Mistake]:
    for task in module.tasks:
        yield from _check_options(task)
    for call in module.retry_calls:
        countdown = call.argument("countdown")
        if countdown is not None and _comes_back_together(module, countdown):
            yield Mistake(
                call.node,
                f"{call.task_name} backs off without jitter: failed runs come back together; "
                "add a random part",
            )


def _comes_back_together(module: Module, countdown: ast.expr) -> bool:
    return is_power_of_retry_count(module, countdown) and not may_be_random(module, countdown)


def _check_options(task: Task) -> Iterator[Mistake]:
    jitter = task.own_option("retry_jitter")
    if jitter is None or not backs_off(task) or lacks_autoretry(task):
        return
    if never_retries_automatically(task):
        return
    if task.module.values.value(jitter.value) not in {False, None}:
        return
    yield Mistake(
        jitter.value,
        f"{task.name} has retry_jitter={quoted(jitter.value, 8)}: failed runs come back "
        "together; drop it",
        Fix("drop retry_jitter", safe=False, edits=(drop(jitter),)),
    )
