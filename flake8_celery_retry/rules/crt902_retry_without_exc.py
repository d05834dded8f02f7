"""# retry-without-exc (CRT902)

a retry in a handler without `exc=`

An opinion: off unless `select` or `extend-select` names it (`CRT9`, `CRT902`).

## What it does

Finds retry calls in an `except` clause that don't pass the exception on; where they pass it in the
wrong place (CRT103) or under a wrong name (CRT109), those rules say so.

## Why this is bad

The exception is what someone looks for in the log when the shop stops taking money, and what an
error tracker groups by. Without `exc=` both are told only that there was a retry.

## Celery does

The worker logs `Retry in 60s` with no cause. When the retries run out, the task ends in
`MaxRetriesExceededError: Can't retry …`, whatever went wrong.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown:
        raise self.retry(countdown=60)  # CRT902
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

A call in the body of a `try` with a handler for `MaxRetriesExceededError`, which is never reached
with `exc=`; a `*` or `**` that can't be read; task helpers.

## Fix

Unsafe: `exc=` with the exception that the handler caught, which gets a name where it has none. The
task then fails with another exception than before, and someone may wait for the old one. So none
in a class-based task whose base class may catch `MaxRetriesExceededError`.

## When to switch it off

It is off. Switch it on where people look for the cause of a failure in the log or an error
tracker.

## See also

- Celery, "Retrying":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-retry>

## Since

Version 0.1.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..fixing.edits import Edit, ReplaceExpression, SetKeyword
from ..linting.findings import Fix, Mistake
from ..model import Handler, Module, RetryCall
from ..model.misplaced import is_misplaced
from .repairs.names import name_exception


def check(module: Module) -> Iterator[Mistake]:
    for call in module.retry_calls:
        handler = call.handler
        if handler is not None and call.is_own and _names_no_cause(call):
            name, _ = name_exception(handler)
            told = f"{call.task_name} retries without exc: log and failure name no cause"
            yield Mistake(call.node, f"{told}; pass exc={name}", _fix(call, handler))


def _names_no_cause(call: RetryCall) -> bool:
    return call.passes("exc") is False and not (call.is_in_exhaustion_try or is_misplaced(call))


def _fix(call: RetryCall, handler: Handler) -> Fix | None:
    assert call.task is not None
    given = call.arguments.get("exc")
    is_elsewhere = given is not None and given.holder is not call.node
    if is_elsewhere or not call.is_inside(handler) or call.task.base_may_catch_exhaustion:
        return None
    name, naming = name_exception(handler)
    passing: Edit = (
        ReplaceExpression(given.value, (name,)) if given else SetKeyword(call.node, "exc", (name,))
    )
    return Fix(f"pass exc={name}", safe=False, edits=(*naming, passing))
