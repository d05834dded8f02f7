"""# retrying-task-called-directly (CRT208)

`other_task(...)` as a function: its retries never happen

## What it does

Finds tasks that call another task of the module like a function, where that one retries.

## Why this is bad

A task that is called like a function runs inside of its caller. There is no message that could be
sent again: its first failure is final, whatever its options say, and the caller fails with it.

## Celery does

Called directly, `retry` raises the original exception at once: 1 attempt, where `max_retries=3`
promises 4. Through `.apply(throw=True)` the `Retry` of the inner task passes through the outer one,
which ends in RETRY with nothing sent: it stays like that for ever. A bound task that is called with
an explicit `self` fails with `TypeError`, for Celery passes the task itself.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge
from shop.mail import send_receipt


@shared_task(autoretry_for=(GatewayDown,), retry_backoff=True, max_retries=3)
def charge_order(order_id):
    return charge(order_id)


@shared_task
def close_order(order_id):
    charge_order(order_id)  # CRT208
    send_receipt(order_id)
```

## Use instead

```python
from celery import chain, shared_task

from shop.gateway import GatewayDown, charge
from shop.mail import send_receipt


@shared_task(autoretry_for=(GatewayDown,), retry_backoff=True, max_retries=3)
def charge_order(order_id):
    return charge(order_id)


@shared_task
def mail_receipt(order_id):
    send_receipt(order_id)


@shared_task
def close_order(order_id):
    chain(charge_order.si(order_id), mail_receipt.si(order_id)).delay()
```

## What stays silent

A call of a task that never retries, or whose `max_retries` is 0; a task that is sent (`.delay`,
`.apply_async`, a signature), or applied without `throw=True`; calls outside of tasks, as in tests;
a call, in no `try` and no `with`, from a task whose own `autoretry_for` takes all that the called
one's does: the failure goes through it, and is retried one level up.

## Fix

None: the caller may need the result, or the order of things.

## When to switch it off

Where the called task is a part of this one, and a failure of it is to end this one as well.

## See also

- Celery, "Avoid launching synchronous subtasks":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-synchronous-subtasks>
- celery #1788, "Task.retry raise without retrying the task":
  <https://github.com/celery/celery/issues/1788>
- sentry-python #370, "Celery integration captures retried exceptions that it shouldn't when one
  task directly calls another":
  <https://github.com/getsentry/sentry-python/issues/370>

## Since

Version 0.1.0.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..linting.findings import Mistake
from ..model import Module
from ..model.policy.limits import is_never
from ..model.work.direct_calls import DirectCall, direct_calls, largest_limit


def check(module: Module) -> Iterator[Mistake]:
    for call in direct_calls(module):
        if not is_never(largest_limit(call.called)) and not call.is_retried_by_caller:
            yield Mistake(call.node, _message(call))


def _message(call: DirectCall) -> str:
    caller, called = call.task.name, call.called.name
    if call.throws:
        return f"{caller} applies {called} with throw=True: its Retry ends both; use .delay()"
    if call.passes_self:
        return f"{caller} calls {called} with a self: Celery passes one too; use .delay()"
    limit = largest_limit(call.called)
    retries = "retries" if limit is None or limit == math.inf else f"{limit:g} retries"
    return f"{caller} calls {called}(): its {retries} never happen; use .delay()"
