"""# expires-before-the-retry (CRT314)

`countdown=300, expires=60`: the retry never runs

## What it does

Finds retries that expire before they are due: an `expires` that is no greater than the delay.

## Why this is bad

A message that has expired is dropped by the worker. The retry is announced and never comes:
nothing runs, nothing fails, `on_failure` isn't called and no alarm goes off.

## Celery does

`charge_order` runs once and is announced as RETRY. When its retry falls due, the worker revokes it:
the state is REVOKED.

A task's own `expires` counts from its first send, and goes along with each retry. So it has to be
greater than all delays together; what is reported is one that not even the first retry outlives. An
`expires` of the retry call takes its place and counts from that call.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=300, expires=60)  # CRT314
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=300, expires=600)
```

## What stays silent

An `expires` that is a date, or that can't be read; a delay that can't be read, or that has a random
part; a task's `expires` that each of its retry calls replaces (`expires=None` too); a task that is
never retried.

## Fix

None: which of the two numbers is meant is for the author to say.

## When to switch it off

Where the retry is to be dropped; a `return` says that more clearly.

## See also

- Celery, "Expiration":
  <https://docs.celeryq.dev/en/stable/userguide/calling.html#calling-expiration>
- celery #3297, "Expires not respected on task retry":
  <https://github.com/celery/celery/issues/3297>

## Since

Version 0.1.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..linting.findings import Mistake
from ..model import Module
from ..model.policy.expiry import Expiry, expiries_of_task, expiry_of_call

#: Of a task that may be another library's, nothing is said.
SPEAKS_OF_OPTIONS = True


def check(module: Module) -> Iterator[Mistake]:
    for call in module.retry_calls:
        own = expiry_of_call(call)
        if own is not None:
            yield Mistake(call.node, _message(call.task_name, own))
    for task in module.tasks:
        for option, expiry in expiries_of_task(task):
            yield Mistake(option.value, _message(task.name, expiry))


def _message(task: str, expiry: Expiry) -> str:
    return (
        f"{task} retries in {expiry.delay:g} s with expires={expiry.expires:g}: its retry "
        "never runs; expire later"
    )
