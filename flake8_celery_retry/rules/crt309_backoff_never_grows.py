"""# backoff-never-grows (CRT309)

`retry_backoff=600`: 600, 600, 600

## What it does

Finds a `retry_backoff` that is no less than `retry_backoff_max` (600 when not given), and one that
is no whole number of seconds.

## Why this is bad

`retry_backoff` is the first delay in seconds, from which the next ones are doubled; it is neither a
switch with a unit nor the longest delay. One that begins at its limit does not grow.

## Celery does

`charge_order` waits 600, 600, 600 seconds (jitter, which is on by default, draws each delay from
zero up to that). A fraction is cut off: 0.5 counts as 1, and 2.9 as 2.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(autoretry_for=(GatewayDown,), retry_backoff=600, max_retries=3)  # CRT309
def charge_order(order_id):
    return charge(order_id)
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(autoretry_for=(GatewayDown,), retry_backoff=60, max_retries=3)
def charge_order(order_id):
    return charge(order_id)
```

## What stays silent

Values that can't be read; a task without `autoretry_for`, of which CRT305 speaks.

## Fix

None: the first delay is for the author to choose.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.options import DEFAULT_BACKOFF_MAX
from ..linting.findings import Mistake
from ..model import Module, Option, Task
from ..model.policy.autoretry import lacks_autoretry


def check(module: Module) -> Iterator[Mistake]:
    for task in module.tasks:
        backoff, maximum = task.option("retry_backoff"), task.option("retry_backoff_max")
        if backoff is None or lacks_autoretry(task):
            continue
        factor, limit = _factor(module, backoff), _limit(task, maximum)
        if factor is None:
            continue
        if limit is not None and factor >= limit:
            own = task.own_option("retry_backoff") or task.own_option("retry_backoff_max")
            if own is not None:
                yield Mistake(
                    own.value,
                    f"{task.name} has retry_backoff={factor:g}, and no delay is longer than "
                    f"{limit:g} s: every retry waits as long; write a smaller factor, in seconds",
                )
        elif factor != int(factor) and task.own_option("retry_backoff") is not None:
            counted = int(max(1, factor))
            yield Mistake(
                backoff.value,
                f"{task.name} has retry_backoff={factor:g}, which Celery counts as {counted}: "
                f"it is a factor in whole seconds; write retry_backoff={counted}",
            )


def _factor(module: Module, backoff: Option) -> float | None:
    """The delay that the backoff begins with, in seconds; ``None`` for no backoff."""
    return module.values.converted_number(backoff.value) or None


def _limit(task: Task, maximum: Option | None) -> float | None:
    """The longest delay, in seconds; ``None`` where it can't be read."""
    if maximum is None:
        return DEFAULT_BACKOFF_MAX if task.options_complete else None
    return task.module.values.converted_number(maximum.value)
