"""# retry-under-a-retry-decorator (CRT213)

`tenacity` or the like around a retry call: each attempt sends one more

## What it does

Finds retry calls in a function that a retrying decorator wraps (`tenacity`, `backoff`, `retrying`,
`retry`, `stamina`, or one of the same module), or in a `with` of such attempts.

## Why this is bad

`retry` sends the next run and then raises `Retry`. The decorator takes that for one more failure
and calls the body again, which sends one more. Every run sends as many as the decorator has
attempts, and so does each of those.

## Celery does

When the gateway is down, `charge_order`, with 3 attempts and `max_retries=2`, runs 13 times and
asks the gateway 39 times. A wrapper that catches everything and retries by itself sends two a run:
7 runs for `max_retries=2`.

## Example

```python
from celery import shared_task
from tenacity import retry, stop_after_attempt

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=2)
@retry(stop=stop_after_attempt(3))
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=60)  # CRT213
```

## Use instead

```python
from celery import shared_task
from celery.exceptions import Retry
from tenacity import retry, retry_if_not_exception_type, stop_after_attempt

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=2)
@retry(
    retry=retry_if_not_exception_type((Retry, GatewayDown)),
    stop=stop_after_attempt(3),
)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=60)
```

## What stays silent

A decorator that is told what to retry, where that isn't `Retry`
(`retry_if_exception_type(OSError)`, `on_exception(expo, RequestException)`,
`stamina.retry(on=OSError)`) or can't be read; one above the task decorator, which wraps no run; one
around a function without a retry call; a wrapper of the module that lets `Retry` pass; a call with
`throw=False`, which raises nothing.

## Fix

None: which of the two is to retry is for the author to say.

## When to switch it off

Where the decorator is told elsewhere to let `Retry` pass.

## See also

- Celery, "Retrying":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-retry>
- sentry #94580, "Make the retry decorator play nicer with retry_task":
  <https://github.com/getsentry/sentry/pull/94580>

## Since

Version 0.1.0.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..linting.findings import Mistake
from ..linting.quoting import quoted
from ..model import Module, RetryCall
from ..model.outcome.attempting import attempts_around
from ..model.outcome.swallowing import lets_out


def check(module: Module) -> Iterator[Mistake]:
    leaving = (
        call for call in module.retry_calls if attempts_around(call) is None and lets_out(call)
    )
    for call in (*module.retry_calls, *module.calls_through_helpers(leaving)):
        attempts = attempts_around(call)
        if attempts is not None:
            yield Mistake(call.shown_at, _message(call, attempts))


def _message(call: RetryCall, attempts: ast.expr) -> str:
    maker = quoted(attempts.func if isinstance(attempts, ast.Call) else attempts, 20)
    return (
        f"{call.task_name} retries under {maker}: each attempt sends a retry; keep one of the two"
    )
