"""# countdown-and-eta (CRT307)

both given: `eta` is ignored

## What it does

Finds retry calls that pass both `countdown=` and `eta=`.

## Why this is bad

A retry is due at one time. If two are given, one of them is ignored, and nothing says which.

## Celery does

The countdown wins: `charge_order` is retried after 60 seconds, not tomorrow. The `eta` is ignored.

## Example

```python
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        tomorrow = timezone.now() + timedelta(days=1)
        raise self.retry(exc=exc, countdown=60, eta=tomorrow)  # CRT307
```

## Use instead

```python
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        tomorrow = timezone.now() + timedelta(days=1)
        raise self.retry(exc=exc, eta=tomorrow)
```

## What stays silent

A `countdown` or `eta` that is `None`, or may be (`eta=tomorrow if closed else None`).

## Fix

None: which of the two was meant is for the author to say.

## When to switch it off

Never: one of the two is ignored.

## See also

- Celery, "ETA and countdown":
  <https://docs.celeryq.dev/en/stable/userguide/calling.html#calling-eta>
- celery #313, "Task.retry silently ignores eta":
  <https://github.com/celery/celery/issues/313>

## Since

Version 0.1.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..linting.findings import Mistake
from ..linting.quoting import quoted
from ..model import Module, RetryCall


def check(module: Module) -> Iterator[Mistake]:
    for call in module.retry_calls:
        if _always_passes(call, "countdown") and _always_passes(call, "eta"):
            countdown = call.arguments["countdown"].value
            yield Mistake(
                call.node,
                f"{call.task_name} retries with countdown={quoted(countdown, 12)} and eta: "
                "Celery ignores eta; drop one",
            )


def _always_passes(call: RetryCall, name: str) -> bool:
    value = call.argument(name)
    if value is None:
        return False
    return all(call.module.values.value(arm) is not None for arm in call.module.values.arms(value))
