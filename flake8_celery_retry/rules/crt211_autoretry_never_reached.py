"""# autoretry-never-reached (CRT211)

the task catches what `autoretry_for` waits for: 1 run, SUCCESS

## What it does

Finds tasks whose own `except` clause catches what their `autoretry_for` lists, and never raises it
again.

## Why this is bad

Automatic retries are made outside of the function: Celery waits for an exception that leaves it. A
clause that logs the failure and goes on keeps it inside, mostly one that was there before somebody
added `autoretry_for`. The task looks as if it retried, and never does.

## Celery does

`charge_order` runs once and reports SUCCESS, though no order was charged. `autoretry_for`, the
backoff and the limit change nothing.

## Example

```python
import logging

from celery import shared_task

from shop.gateway import GatewayDown, charge

logger = logging.getLogger(__name__)


@shared_task(autoretry_for=(GatewayDown,), retry_backoff=True, max_retries=3)
def charge_order(order_id):
    try:
        receipt = charge(order_id)
    except GatewayDown:  # CRT211
        logger.exception("order %s could not be charged", order_id)
        return None
    return receipt
```

## Use instead

```python
import logging

from celery import shared_task

from shop.gateway import GatewayDown, charge

logger = logging.getLogger(__name__)


@shared_task(autoretry_for=(GatewayDown,), retry_backoff=True, max_retries=3)
def charge_order(order_id):
    try:
        receipt = charge(order_id)
    except GatewayDown:
        logger.exception("order %s could not be charged", order_id)
        raise
    return receipt
```

## What stays silent

A clause that raises or retries on some path, itself or in a function of the module that it calls;
one that tries the same call again; one that gives a name a value with which the task then goes on;
one in a loop (the next item goes on); a task with a decorator of its own below the task decorator,
which may look at the result; a listed class that an earlier clause raises again.

A broad clause (`except Exception`) around one step of several: it counts where its `try` is all
that may fail, where it is the last thing that the task does (and nothing before it calls the same
library, or the same functions), or where a `raise` of a listed class is written out in it.

## Fix

None: it is for the author to say which of the two was meant.

## When to switch it off

Where the clause is to end these failures for good, and `autoretry_for` is for other lines of the
task.

## See also

- Celery, "Automatic retry for known exceptions":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-autoretry>

## Since

Version 0.1.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..linting.findings import Mistake
from ..linting.quoting import quoted_class
from ..model import Module
from ..model.outcome.unreached import kept_from_autoretry


def check(module: Module) -> Iterator[Mistake]:
    for task in module.tasks:
        for handler, listed in kept_from_autoretry(task).clauses:
            yield Mistake(
                handler.node,
                f"{task.name} catches {quoted_class(listed, 20)} itself: "
                "autoretry never sees it; raise it again",
            )
