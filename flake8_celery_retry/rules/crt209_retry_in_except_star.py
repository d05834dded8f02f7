"""# retry-in-except-star (CRT209)

a retry in `except*` leaves in a group: FAILURE, and it runs again

## What it does

Finds retry calls in `except*` clauses.

## Why this is bad

Python runs an `except*` clause for those exceptions of a group that it names, and raises what is
left when all clauses are done. What a clause raises becomes part of that group: `Retry` then leaves
the task inside an `ExceptionGroup`, where the worker does not look for it.

## Celery does

With one card refused and one gateway down, the run counts as FAILURE and its retry is already
queued. Two such clauses queue two retries.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge_all


@shared_task(bind=True, max_retries=3)
def charge_orders(self, order_ids):
    try:
        charge_all(order_ids)
    except* GatewayDown as down:
        raise self.retry(exc=down, countdown=60)  # CRT209
```

## Use instead

```python
from celery import shared_task

from shop.gateway import CardRefused, charge_all


@shared_task(bind=True, max_retries=3)
def charge_orders(self, order_ids):
    try:
        charge_all(order_ids)
    except ExceptionGroup as failed:
        if failed.subgroup(CardRefused) is not None:
            raise
        raise self.retry(exc=failed, countdown=60)
```

## What stays silent

A call with `throw=False`, which raises nothing; a function inside the clause that it does not call.

## Fix

None: what to do with the rest of the group is the author's decision.

## When to switch it off

Never: the worker does not look into a group.

## See also

- Celery, "Retrying":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-retry>
- Python, the `except*` clause:
  <https://docs.python.org/3/reference/compound_stmts.html#except-star>

## Since

Version 0.1.0. `except*` is Python's since 3.11.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..linting.findings import Mistake
from ..model import Module


def check(module: Module) -> Iterator[Mistake]:
    for call in module.retry_calls:
        if call.throws is True and any(handler.is_star for handler in call.handlers):
            yield Mistake(
                call.node,
                f"{call.task_name} retries in except*: FAILURE beside other errors, yet run again; "
                "catch ExceptionGroup",
            )
