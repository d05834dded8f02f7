"""# request-has-no-such-attribute (CRT112)

`self.request.max_retries`: an AttributeError in place of the retry

## What it does

Finds reads of `self.request.max_retries` and of other attributes that look as if the request of a
task had them: `retry_count`, `retried`, `attempts`, `countdown`, `default_retry_delay`.

## Why this is bad

The request knows how often the task was retried (`self.request.retries`); the limit belongs to the
task (`self.max_retries`). The wrong one is asked for where the task has just failed, so the mistake
shows on the day on which the retry is needed.

## Celery does

`AttributeError: 'Context' object has no attribute 'max_retries'` in place of the retry. 1 run,
FAILURE; what was to happen after the last retry doesn't happen either.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge
from shop.mail import send_apology


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        charge(order_id)
    except GatewayDown as exc:
        if self.request.retries < self.request.max_retries:  # CRT112
            raise self.retry(exc=exc, countdown=60)
        send_apology(order_id)
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge
from shop.mail import send_apology


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        charge(order_id)
    except GatewayDown as exc:
        if self.request.retries < self.max_retries:
            raise self.retry(exc=exc, countdown=60)
        send_apology(order_id)
```

## What stays silent

An attribute that the module sets on a request, or asks for first (`hasattr`); `getattr` with a
default, `.get(…)`; a read whose `AttributeError` is caught. A name that the module sends as a
header (`headers={"attempts": 1}`), for headers become attributes of the request; any name, where it
sends headers that can't be read. The request of anything that is no task: a web request, a
crawler's.

## Fix

Safe: `self.max_retries`, and `self.request.retries` for `retry_count`. None for the others: whether
`attempts` begins at 0 or at 1, only the author knows.

## When to switch it off

Where another module puts the attribute on the request: a custom `Request` class, or headers that
the sender adds.

## See also

- Celery, "Task request":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-request-info>

## Since

Version 0.1.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.options import MEANT_OF_THE_REQUEST, MEANT_OF_THE_TASK
from ..fixing.edits import ReplaceExpression, Source
from ..linting.findings import Fix, Mistake
from ..linting.quoting import quoted_source
from ..model import Module
from ..model.work.request import MissingAttribute, missing_attributes

#: Those that can mean one thing only.
CERTAIN = frozenset({"max_retries", "retry_count"})


def check(module: Module) -> Iterator[Mistake]:
    for missing in missing_attributes(module):
        name = missing.node.attr
        meant = _meant(missing)
        advice = f"use {quoted_source(meant)}" if meant else f"use task.{name}"
        yield Mistake(
            missing.node,
            f"{missing.asker} reads request.{name}: AttributeError, no retry; {advice}",
            _fix(missing, meant),
        )


def _meant(missing: MissingAttribute) -> Source | None:
    """What to read instead; ``None`` where the task has no name there."""
    name = missing.node.attr
    if name in MEANT_OF_THE_REQUEST:
        return (missing.node.value, f".{MEANT_OF_THE_REQUEST[name]}")
    return (missing.holder, f".{MEANT_OF_THE_TASK[name]}") if missing.holder is not None else None


def _fix(missing: MissingAttribute, meant: Source | None) -> Fix | None:
    if meant is None or missing.node.attr not in CERTAIN:
        return None
    edit = ReplaceExpression(missing.node, meant)
    return Fix(f"write {quoted_source(meant)}", safe=True, edits=(edit,))
