"""# retry-outside-a-task (CRT108)

`self.retry(...)` where there is no task

## What it does

Finds plain functions that retry as a task does: `self.retry(...)` or a bare `retry(...)` in a
function that no decorator makes a task, and to which no task is passed.

## Why this is bad

The decorator was forgotten, or was there once. Without it there is no message, no worker and no
task to retry; the call fails in the handler and hides the error that it was written for.

## Celery does

Nothing. Python raises `NameError: name 'self' is not defined` (for a bare call, `name 'retry' is
not defined`) or, with a parameter `self`, `AttributeError: … has no attribute 'retry'`.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge
from shop.mail import send_receipt


@shared_task
def mail_receipt(order_id):
    send_receipt(order_id)


def charge_order(order_id):
    try:
        charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=60)  # CRT108
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge
from shop.mail import send_receipt


@shared_task
def mail_receipt(order_id):
    send_receipt(order_id)


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=60)
```

## What stays silent

Functions of modules that make no app and no task; functions with any decorator; functions that the
module names again (it may hand them a task, or make a task of them: `app.task(charge_order)`);
functions that use more of `self` than `.retry`, or annotate it: they are meant to be handed a task.
Methods, and functions in functions.

## Fix

None: whether it should be a task, and with which options, is the author's choice. Those who call
the function then have to send it with `.delay()`.

## When to switch it off

Where the function is made a task in another module (`app.task(shop.jobs.charge_order)`), which
this one can't show. Then the decorator belongs here, or a `# noqa: CRT108`.

## See also

- Celery, "Bound tasks":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#bound-tasks>

## Since

Version 0.1.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..linting.findings import Mistake
from ..model import Module, RetryCall

#: It is about binding itself.
IS_SEEN_UNBOUND = True


def check(module: Module) -> Iterator[Mistake]:
    for call in module.stray_retry_calls:
        yield Mistake(
            call.node,
            f"{call.task_name} is no task: {_outcome(call)}; make it a task with bind=True",
        )


def _outcome(call: RetryCall) -> str:
    if not call.receiver:
        return "retry(...) is a NameError"
    if any(argument.arg == call.receiver for argument in call.scope.parameters):
        return f"{call.receiver}.retry is an AttributeError"
    return f"{call.receiver}.retry is a NameError"
