"""# max-retries-zero (CRT303)

`max_retries=0`, and a retry all the same

## What it does

Finds a `max_retries` of 0 or less in a task that retries: in its decorator or class, in
`retry_kwargs`, or in a retry call.

## Why this is bad

The code says "try again" in one place and "never" in another. Zero is often meant as "no limit",
which would be `None`.

## Celery does

The first `retry` already counts as one too many: `charge_order` runs once and ends in FAILURE.
There is never a second run.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=0)  # CRT303
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

Zero in a task that has no retry call and no `autoretry_for`: that is how one says "never". Zero in
one arm of a conditional expression (`0 if settings.DEBUG else 5`). Zero in the decorator or class
when all that retries has a limit of its own.

## Fix

Unsafe: the option is dropped, so that Celery's default holds, which is 3 (and a `retry_kwargs`
with it when nothing else is in it). None in a class body where one assignment sets several names.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..linting.findings import Fix, Mistake
from ..model import Module, Option, Task
from ..model.policy.limits import counts_limit_of_task
from ..syntax.values import Item
from .repairs.options import drop_limit


def check(module: Module) -> Iterator[Mistake]:
    for task in module.tasks:
        option = task.own_option("max_retries")
        if option is not None and _is_never(module, option) and counts_limit_of_task(task):
            yield Mistake(option.value, _message(task, option), _fix(task, option))
        option = task.retry_kwargs.get("max_retries")
        is_read = task.own_option("retry_kwargs") is not None and task.retries_automatically
        if option is not None and is_read and _is_never(module, option):
            yield Mistake(option.value, _message(task, option), _fix(task, option))
        for call in task.retry_calls:
            item = call.arguments.get("max_retries")
            if item is not None and call.is_own and _is_never(module, item):
                yield Mistake(call.node, _message(task, item), _fix(task, item))


def _is_never(module: Module, option: Option | Item) -> bool:
    limit = module.values.number(option.value)
    return limit is not None and limit <= 0


def _message(task: Task, option: Option | Item) -> str:
    limit = task.module.values.number(option.value)
    return (
        f"{task.name} retries with max_retries={limit:g}: the first retry is one too many, so "
        "there is never a second run; drop it (the default is 3)"
    )


def _fix(task: Task, option: Option | Item) -> Fix | None:
    edits = drop_limit(task, option)
    return Fix("drop max_retries", safe=False, edits=edits) if edits else None
