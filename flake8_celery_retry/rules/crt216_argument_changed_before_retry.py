"""# argument-changed-before-retry (CRT216)

`order.pop("id")`: the retry sends the order without it

## What it does

Finds tasks that change one of their own arguments in place (`order.pop("id")`, `rows.append(…)`,
`del order["id"]`) before a retry that sends the arguments again.

## Why this is bad

A retry sends the arguments that this run was given: the same objects, as the body has left them.
What was taken out is missing in the next run; what was added stands there twice.

## Celery does

`charge_order` fails, the retry is sent with `{}` in place of `{"id": 7}`, and the next run ends
with `KeyError: 'id'`: 2 runs, FAILURE. An object that JSON can't take, put into an argument, is an
`EncodeError` when the retry is sent: nothing is sent.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=3)
def charge_order(self, order):
    order_id = order.pop("id")  # CRT216
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=60)
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=3)
def charge_order(self, order):
    order = dict(order)
    order_id = order.pop("id")
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=60)
```

## What stays silent

A copy (`order = dict(order)`, `rows = list(rows)`), and any other value that the name is given
before, but for a mere default (`rows = rows or []`): that is the argument itself, where there is
one. The signature's own `*args` and `**kwargs`, which Python makes anew for each call. A retry that
passes `args` or `kwargs`.

A change after which nothing can fail: the last thing in a `try`, and what a loop takes off the list
when it is done with it; one in a branch that leaves; `order.setdefault(…)`;
`order["total"] = …` of a value that has nothing to do with `order`, where `order["total"]` was not
read before, for each run writes it again. A task that never retries.

## Fix

None: a copy of what, and how deep, only the author knows.

## When to switch it off

Where the next run is to get what is left: a list that the task works off.

## See also

- Celery, "Retrying":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-retry>
- celery #2094, "Retry logic causes infinite loop when crashing":
  <https://github.com/celery/celery/issues/2094>

## Since

Version 0.1.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..linting.findings import Mistake
from ..model import Module
from ..model.work.changes import changed_arguments


def check(module: Module) -> Iterator[Mistake]:
    for task in module.tasks:
        for change in changed_arguments(task):
            name = change.parameter.arg
            yield Mistake(
                change.node,
                f"{task.name} changes its argument {name}: a retry sends it changed; "
                "work on a copy",
            )
