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


@shared_task(bind=True)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=60)
```

## What stays silent

A task that compares `self.request.retries` with a limit of its own, one way of which leaves without
a retry; a decorator or class when all that retries has a limit of its own; a task that never
retries.

## Fix

Unsafe: the option is dropped, so that Celery's default holds, which is 3 (and a `retry_kwargs`
with it when nothing else is in it). None in a class body where one assignment sets several names.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..linting.findings import Fix, Mistake
from ..model import Module, Option, Task
from ..model.policy.limits import counts_limit_of_task, limit_of_task
from ..model.policy.retry_count import limits_retries_by_hand
from ..syntax.values import Item
from .repairs.options import drop_limit


def check(module: Module) -> Iterator[Mistake]:
    for task in module.tasks:
        if not limits_retries_by_hand(task):
            yield from _check_task(task)


def _check_task(task: Task) -> Iterator[Mistake]:
    module = task.module
    option = task.own_option("max_retries")
    if option is not None and counts_limit_of_task(task):
        ways = [module.values.value(arm) for arm in module.values.arms(option.value)]
        if None in ways:
            has = "has" if len(ways) == 1 else "may have"
            message = (
                f"{task.name} {has} max_retries=None: what never succeeds is retried for ever; "
                "write a number (without the option it would be 3)"
            )
            yield Mistake(option.value, message, _fix(task, option))
    option = task.retry_kwargs.get("max_retries")
    is_read = task.own_option("retry_kwargs") is not None and task.retries_automatically
    if option is not None and is_read and module.values.value(option.value) is None:
        yield Mistake(option.value, _message(task, "retry_kwargs"), _fix(task, option))
    for call in task.retry_calls:
        item = call.arguments.get("max_retries")
        if item is not None and call.is_own and module.values.value(item.value) is None:
            yield Mistake(call.node, _message(task, "a retry call"), _fix(task, item))


def _message(task: Task, where: str) -> str:
    limit = limit_of_task(task)
    default = f" ({limit:g})" if limit is not None and limit < math.inf else ""
    return (
        f"{task.name} has max_retries=None in {where}, where Celery takes it for the task's own "
        f"limit{default}; write a number"
    )


def _fix(task: Task, option: Option | Item) -> Fix | None:
    edits = drop_limit(task, option)
    return Fix("drop max_retries", safe=False, edits=edits) if edits else None
