"""# exc-is-not-an-exception (CRT104)

`exc=str(exc)`, `exc=400`: can't be raised in the end

## What it does

Finds retry calls whose `exc=` is anything but an exception: a string, a number, an exception class,
a status code, a traceback.

## Why this is bad

`exc=` is what Celery raises when no retries are left. Until then it is only stored. So the mistake
shows up after the last retry, and hides the error that you look for.

## Celery does

While retries last it looks fine. When they run out, `raise exc` fails with
`TypeError: exceptions must derive from BaseException`. With a number the stored result can't even
be read (`If the stored exception isn't an instance of BaseException, it must be a dictionary`).
With a class the retries run, but their state is never recorded as RETRY (`EncodeError`).

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=str(exc), countdown=60)  # CRT104
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
        raise self.retry(exc=exc, countdown=60)
```

## What stays silent

The exception itself, an instance of one, `exc=None`, and whatever can't be told: names, calls and
attributes of which the module does not show what they are.

## Fix

Safe in a handler that names its exception: that name. Elsewhere none.

## When to switch it off

Never, as long as the retries may run out.

## See also

- Celery, "Retrying":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-retry>
- celery #3348, "Retry does not raise given exception":
  <https://github.com/celery/celery/issues/3348>
- notifications-api #1421, "celery.task.retry exc param should be a throwable.":
  <https://github.com/alphagov/notifications-api/pull/1421>

## Since

Version 0.1.0.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..fixing.edits import ReplaceExpression
from ..linting.findings import Fix, Mistake
from ..linting.quoting import quoted
from ..model import Module, RetryCall


def check(module: Module) -> Iterator[Mistake]:
    for call in module.retry_calls:
        value = call.argument("exc")
        if value is None:
            continue
        kind = module.kinds.kind_of_no_exception(value)
        if kind is None:
            continue
        instead = f"exc={call.exception_name}" if call.exception_name else "an exception"
        yield Mistake(
            call.node,
            f"{call.task_name} passes exc={quoted(value, 12)}, {kind}: TypeError in the end; "
            f"pass {instead}",
            _fix(call, value),
        )


def _fix(call: RetryCall, value: ast.expr) -> Fix | None:
    name = call.exception_name
    if name is None or call.arguments["exc"].holder is not call.node:
        return None
    return Fix(f"pass exc={name}", safe=True, edits=(ReplaceExpression(value, (name,)),))
