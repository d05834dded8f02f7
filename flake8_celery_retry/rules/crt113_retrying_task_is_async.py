"""# retrying-task-is-async (CRT113)

`async def`: Celery never awaits it, nothing runs

## What it does

Finds tasks that are meant to retry and are written as `async def`.

## Why this is bad

Celery calls a task as a plain function. Calling an `async def` runs nothing of it: it returns a
coroutine, which somebody has to await, and the worker does not. So nothing fails, and nothing is
retried. Where no results are kept, the task even reports SUCCESS.

## Celery does

Not a line of the body is run. With a result backend the coroutine can't be stored: FAILURE with
`EncodeError: Object of type coroutine is not JSON serializable`. With `ignore_result`, or without a
backend: SUCCESS. `autoretry_for` sees neither.

## Example

```python
import asyncio

from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(autoretry_for=(GatewayDown,), retry_backoff=True, max_retries=3)
async def charge_order(order_id):  # CRT113
    return await asyncio.to_thread(charge, order_id)
```

## Use instead

```python
import asyncio

from celery import shared_task

from shop.gateway import GatewayDown, charge


async def charge_now(order_id):
    return await asyncio.to_thread(charge, order_id)


@shared_task(autoretry_for=(GatewayDown,), retry_backoff=True, max_retries=3)
def charge_order(order_id):
    return asyncio.run(charge_now(order_id))
```

## What stays silent

A task under a decorator of the project's own, which may run the coroutine; one with another
decorator in between; one with a `base=` that isn't Celery's; one of an app with a `task_cls=`.
Modules that import a pool, a worker or an app for coroutines (`celery_aio_pool`,
`celery_pool_asyncio`, `aio_celery`…). Tasks that never retry; libraries with tasks of their own.

## Fix

None: a plain `def` that runs the coroutine (`asyncio.run`, Django's `async_to_sync`) is more than a
word, and its loop is the author's choice.

## When to switch it off

Where the worker's pool runs coroutines and this module doesn't import it. Then for the whole
project: `extend-ignore = CRT113`.

## See also

- Celery, "Retrying":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-retry>
- Python, `asyncio.run`:
  <https://docs.python.org/3/library/asyncio-runner.html#asyncio.run>

## Since

Version 0.1.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..linting.findings import Mistake
from ..model import Module
from ..model.outcome.never_awaited import retries_are_never_awaited


def check(module: Module) -> Iterator[Mistake]:
    for task in module.tasks:
        # Of a task that is not bound either, CRT102 speaks first.
        if retries_are_never_awaited(task) and not task.unbound_retry_calls:
            yield Mistake(
                task.node,
                f"{task.name} is async: the worker never runs its body; use asyncio.run in a def",
            )
