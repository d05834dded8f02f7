"""# retry-rolls-back-writes (CRT207)

a retry out of `transaction.atomic()`

## What it does

Finds retry calls inside of `transaction.atomic()` with a database write on the way to them.

## Why this is bad

A task that writes down what it did before it retries needs these rows to stay: for people who look,
and for the next run. Inside of an atomic block they are rolled back. What was sent to others is
not: the mail is out, the card is charged.

## Celery does

A retry call raises `Retry`. It leaves the block as an exception, so Django rolls the block back:
0 rows after 2 runs, and two calls of the gateway.

## Example

```python
from celery import shared_task
from django.db import transaction

from shop.gateway import GatewayDown, charge
from shop.models import Payment


@shared_task(bind=True, max_retries=1)
def charge_order(self, order_id):
    with transaction.atomic():
        Payment.objects.create(order_id=order_id)
        try:
            charge(order_id)
        except GatewayDown as exc:
            raise self.retry(exc=exc, countdown=60)  # CRT207
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge
from shop.models import Payment


@shared_task(bind=True, max_retries=1)
def charge_order(self, order_id):
    Payment.objects.create(order_id=order_id)
    try:
        charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=60)
```

## What stays silent

A retry call outside of the block, as in a handler around it; `@transaction.atomic` above the task
decorator, where it wraps no run; a write in the body of the `try` that failed, in a branch that
leaves, or after the retry call; a retry that is reached only where the write changed nothing
(`if not updated:`). `.update(...)` of a dict, `.delete(...)` of a cache, `.save(path)` of an image
and their like are no writes.

## Fix

None: what belongs together, and what has to stay, is for the author to say.

## When to switch it off

Where the writes are to be undone when the task is retried: then the block does what you want.

## See also

- Celery, "Retrying":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-retry>
- Django, how `atomic` treats exceptions:
  <https://docs.djangoproject.com/en/stable/topics/db/transactions/#controlling-transactions-explicitly>
- sbomify #679, "Fix AssessmentRun not found on retry due to transaction rollback":
  <https://github.com/sbomify/sbomify/pull/679>

## Since

Version 0.1.0.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..linting.findings import Mistake
from ..linting.quoting import quoted
from ..model import Module
from ..model.work.writes import rolled_back_write

#: Characters that the message has room for what is called, and for its last name.
MOST = 20


def check(module: Module) -> Iterator[Mistake]:
    for call in module.retry_calls:
        write = rolled_back_write(call) if call.is_own else None
        if write is not None:
            yield Mistake(
                call.node,
                f"{call.task_name} retries in atomic(): {_shown(write)} (line {write.lineno}) is "
                "undone; retry outside",
            )


def _shown(write: ast.Call) -> str:
    """A write for the message: a long chain by its ends (``Order….update()``)."""
    source = quoted(write.func, MOST)
    if source.endswith("…") and isinstance(write.func, ast.Attribute):
        source = f"{source.partition('.')[0][:8]}….{write.func.attr[:MOST]}"
    return f"{source}()"
