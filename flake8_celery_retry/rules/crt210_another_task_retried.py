"""# another-task-retried (CRT210)

`other_task.retry(...)`: nothing is sent

## What it does

Finds tasks that call `retry` of another task of the module.

## Why this is bad

`retry` sends the *running* task again. The other task does not run, so there is nothing of it that
could be sent. Mostly such a call was copied together with the `try` around it.

## Celery does

`charge_order` has no running request, so its `retry` raises the given exception at once:
`refund_order` ends in FAILURE with `GatewayDown: busy` after one run. Without `exc=` its state
becomes RETRY, and nothing is sent either.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge, refund


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=60)


@shared_task(bind=True, max_retries=3)
def refund_order(self, order_id):
    try:
        return refund(order_id)
    except GatewayDown as exc:
        raise charge_order.retry(exc=exc, countdown=60)  # CRT210
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge, refund


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=60)


@shared_task(bind=True, max_retries=3)
def refund_order(self, order_id):
    try:
        return refund(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=60)
```

## What stays silent

`self.retry(...)`, and in a task that is not bound its own name (`refund_order.retry(...)`), which
Celery supports; a parameter or local name that only happens to be called like another task; a
function of the task that it does not call.

## Fix

Unsafe: the running task takes the other's place, `self` where it is bound, else its own name. If
the other one shall run, `charge_order.delay(...)` is what was meant.

## When to switch it off

Where the other task is the one that runs, because it called this function.

## See also

- Celery, `Task.retry`:
  <https://docs.celeryq.dev/en/stable/reference/celery.app.task.html#celery.app.task.Task.retry>
- celery #1788, "Task.retry raise without retrying the task":
  <https://github.com/celery/celery/issues/1788>

## Since

Version 0.1.0.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..fixing.edits import ReplaceExpression
from ..linting.findings import Fix, Mistake
from ..linting.quoting import quoted
from ..model import Module, RetryCall, Task
from .repairs.binding import name_of_running_task


def check(module: Module) -> Iterator[Mistake]:
    for task in module.tasks:
        for call in task.calls_on_other_tasks:
            if call.is_own:
                yield Mistake(call.node, *_told(task, call))


def _told(task: Task, call: RetryCall) -> tuple[str, Fix | None]:
    assert isinstance(call.node.func, ast.Attribute)
    other = call.node.func.value
    receiver = name_of_running_task(task, call.node)
    is_bound = receiver not in {None, task.name}
    advice = f"write {receiver}.retry" if is_bound else "retry this task"
    message = f"{task.name} retries {quoted(other)}, not itself: nothing is sent; {advice}"
    return message, _fix(other, receiver) if receiver else None


def _fix(other: ast.expr, receiver: str) -> Fix:
    edit = ReplaceExpression(other, (receiver,))
    return Fix(f"retry {receiver}", safe=False, edits=(edit,))
