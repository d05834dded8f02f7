"""# countdown-past-visibility-timeout (CRT906)

a delay that is longer than the broker's visibility timeout: several workers run it

An opinion: off unless `select` or `extend-select` names it (`CRT9`, `CRT906`).

## What it does

Finds retries that may wait as long as the broker's visibility timeout or longer:
`--celery-visibility-timeout` seconds, 3600 when not given.

## Why this is bad

A worker takes a message with a countdown at once and keeps it in its memory until the time has
come. When a message isn't acknowledged within the visibility timeout, Redis (and SQS) take it for
lost, and deliver it again. The customer is charged twice, or ten times.

## Celery does

With Redis the timeout is an hour by default (`visibility_timeout` in `broker_transport_options`).
A retry with a countdown of four hours is delivered to further workers while it waits, and run by
each of them.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=4 * 60 * 60)  # CRT906
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
        raise self.retry(exc=exc, countdown=30 * 60)
```

Or raise `visibility_timeout` above the longest delay and tell `--celery-visibility-timeout`. For
work that waits for hours, a periodic task that looks for what is due holds no message at all.

## What stays silent

Numbers that can't be read; a random part; an option that every retry call overrides, or one on a
task that never retries; a module that shows an `amqp://` or `pyamqp://` broker.

## Fix

None: which delay is wanted is the author's choice.

## Proof

A run can't show it without waiting for the visibility timeout of a Redis server. Why it is right:
Celery's documentation of the Redis broker warns of just this ("Visibility timeout"), and a message
with a countdown stays unacknowledged until it runs. The experiment shows the delay that the
message asks for.

## When to switch it off

It is off, because a module seldom shows its broker. Switch it on with Redis or SQS, and say what
your visibility timeout is.

## See also

- Celery, "Visibility timeout" of Redis:
  <https://docs.celeryq.dev/en/stable/getting-started/backends-and-brokers/redis.html#redis-visibility-timeout>
- celery #4766, "docs regarding how to use eta/countdown should mention visibility_timeout":
  <https://github.com/celery/celery/issues/4766>
- celery #5186, "retry_backoff with SQS creating lots of duplicate tasks":
  <https://github.com/celery/celery/issues/5186>
- notifications-api #987, "Redo queue visibitlity timeout":
  <https://github.com/alphagov/notifications-api/pull/987>

## Since

Version 0.1.0.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..linting.findings import Mistake
from ..linting.quoting import seconds
from ..model import Module, Option, Task
from ..model.policy.delays import largest_automatic_delay, largest_delay, waits_default_delay


def check(module: Module) -> Iterator[Mistake]:
    timeout = module.recognition.settings.visibility_timeout
    if module.recognition.has_amqp_broker:
        return
    for call in module.retry_calls:
        delay = largest_delay(call)
        if delay is not None and delay >= timeout:
            yield Mistake(call.node, _message(call.task_name, delay, timeout))
    for task in module.tasks:
        for option, delay in _delays_of_options(task):
            if delay >= timeout:
                yield Mistake(option.value, _message(task.name, delay, timeout))


def _delays_of_options(task: Task) -> Iterator[tuple[Option, float]]:
    automatic = largest_automatic_delay(task)
    if automatic is not None:
        option, delay = automatic
        if option.is_own and not task.is_base:
            yield option, delay
    waiting = task.own_option("default_retry_delay")
    if waiting is None:
        return
    delay_of_calls = task.module.values.number(waiting.value)
    if delay_of_calls is not None and any(map(waits_default_delay, task.retry_calls)):
        yield waiting, delay_of_calls


def _message(task: str, delay: float, timeout: int) -> str:
    wait = "without bound" if delay == math.inf else seconds(delay)
    return f"{task} may wait {wait}: Redis and SQS redeliver it after {timeout} s; wait less"
