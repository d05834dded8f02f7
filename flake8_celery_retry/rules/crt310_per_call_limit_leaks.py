"""# per-call-limit-leaks (CRT310)

`retry(max_retries=0)` beside `autoretry_for`

## What it does

Finds retry calls with a `max_retries=` of their own in tasks with `autoretry_for`.

## Why this is bad

The limit looks as if it were for this one message. It is kept, and decides about messages that have
nothing to do with it.

## Celery does

The limit is kept on the task object of that worker process and used by the next automatic retry of
*any* message. After one `self.retry(max_retries=1)`, orders that the gateway was too busy for run
twice, not four times, until the worker is started again.

## Example

```python
from celery import shared_task

from shop.gateway import CardRefused, GatewayDown, charge


@shared_task(
    bind=True,
    autoretry_for=(GatewayDown,),
    default_retry_delay=60,
    max_retries=3,
)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except CardRefused as exc:
        raise self.retry(exc=exc, countdown=600, max_retries=1)  # CRT310
```

## Use instead

```python
from celery import shared_task

from shop.gateway import CardRefused, GatewayDown, charge


@shared_task(
    bind=True,
    autoretry_for=(GatewayDown,),
    default_retry_delay=60,
    max_retries=3,
)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except CardRefused as exc:
        if self.request.retries:
            raise
        raise self.retry(exc=exc, countdown=600)
```

## What stays silent

`max_retries=None`, which means the task's own limit; one equal to the limit that automatic retries
have anyway; a task without `autoretry_for`.

## Fix

None: count `self.request.retries`, or let the task's own limit hold.

## When to switch it off

Where each worker process runs one task only (`worker_max_tasks_per_child = 1`).

## See also

- Celery, `Task.retry`:
  <https://docs.celeryq.dev/en/stable/reference/celery.app.task.html#celery.app.task.Task.retry>
- celery #2857, "Task.retry() parameter max_retries is not honored in subsequent task execution
  attempts":
  <https://github.com/celery/celery/issues/2857>

## Since

Version 0.1.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..linting.findings import Mistake
from ..linting.quoting import quoted
from ..model import Module, RetryCall, Task
from ..model.policy.in_force import limit_in_force, limit_of_call_in_force

#: Of a task that may be another library's, nothing is said.
SPEAKS_OF_OPTIONS = True


def check(module: Module) -> Iterator[Mistake]:
    for task in module.tasks:
        for call in task.retry_calls if task.retries_automatically else ():
            if call.is_own and call.passes("max_retries") and _differs(task, call):
                limit = call.arguments["max_retries"].value
                yield Mistake(
                    call.node,
                    f"{task.name} passes max_retries={quoted(limit, 8)}: automatic retries keep "
                    "it; test request.retries",
                )


def _differs(task: Task, call: RetryCall) -> bool:
    """Whether a retry call's limit may be another one than that of the automatic retries."""
    kept = limit_of_call_in_force(call).number
    return kept is None or kept != limit_in_force(task).number
