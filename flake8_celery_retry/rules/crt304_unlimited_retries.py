"""# unlimited-retries (CRT304)

`max_retries=None`: for ever

## What it does

Finds `max_retries=None` in a task that retries. In a decorator or class it means "no limit"; in a
retry call or in `retry_kwargs` it means "the task's own limit", which is seldom what was meant.

## Why this is bad

What never succeeds is retried for ever. Every such message stays in the queue for good, and each
of its runs takes a worker from work that could be done.

## Celery does

With `max_retries=None` on the task, `charge_order` is run again and again; the laboratory stops it
after 25 runs. With `self.retry(max_retries=None)`, or `retry_kwargs={"max_retries": None}`, it runs
four times, as if nothing had been said.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=None)  # CRT304
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=60)
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=20)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=60)
```

## What stays silent

A task that compares `self.request.retries` (through a local name, `+ 1` too), an argument of its
own that counts attempts, or a clock with a limit of its own, one way of which leaves without a
retry. `None` in one arm of a conditional expression, which somebody thought about. A decorator or
class when all that retries has a limit of its own; a task that never retries. A task that waits
for what is to come: each of its retries is a poll, outside of `except` and under a condition, that
says how long it waits, or has a delay that the exception names (`countdown=exc.retry_after`).

## Fix

None: `None` may be meant, and which number is right is for the author to say.

## When to switch it off

Where the task has to get through some day, and somebody looks at the queue.

## See also

- Celery, `Task.max_retries`:
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#Task.max_retries>
- celery #1875, "Can't set max_retries to None in withTask.retry()":
  <https://github.com/celery/celery/issues/1875>

## Since

Version 0.1.0.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..linting.findings import Mistake
from ..model import Module, Task
from ..model.policy.autoretry import broad_exception
from ..model.policy.limits import limit_of_task, unlimited_option
from ..model.policy.polling import is_paced
from ..model.policy.retry_count import limits_retries_by_hand

#: Of a task that may be another library's, nothing is said.
SPEAKS_OF_OPTIONS = True


def check(module: Module) -> Iterator[Mistake]:
    for task in module.tasks:
        if not limits_retries_by_hand(task):
            yield from _check_task(task)


def _check_task(task: Task) -> Iterator[Mistake]:
    values = task.module.values
    option = unlimited_option(task)
    if option is not None and not is_paced(task):
        what = "retries any error" if broad_exception(task) else "retries"
        yield Mistake(
            option.value,
            f"{task.name_at(option)} has max_retries=None: it {what} for ever; write a number",
        )
    entry = task.retry_kwargs.get("max_retries")
    is_read = task.judged_option("retry_kwargs") is not None and task.retries_automatically
    if entry is not None and is_read and values.value(entry.value) is None:
        yield Mistake(entry.value, _message(task, "has retry_kwargs with"))
    for call in task.retry_calls:
        item = call.arguments.get("max_retries")
        if item is not None and call.is_own and values.value(item.value) is None:
            yield Mistake(call.node, _message(task, "retries with"))


def _message(task: Task, beginning: str) -> str:
    limit = limit_of_task(task)
    default = f" {limit:g}" if limit is not None and limit < math.inf else ""
    return (
        f"{task.name} {beginning} max_retries=None: the task's limit{default} holds; write a number"
    )
