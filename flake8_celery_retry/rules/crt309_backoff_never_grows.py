"""# backoff-never-grows (CRT309)

`retry_backoff=600`: 600, 600, 600

## What it does

Finds a `retry_backoff` that is no less than `retry_backoff_max` (600 when not given), and one that
is no whole number of seconds.

## Why this is bad

`retry_backoff` is the first delay in seconds, from which the next ones are doubled; it is not the
longest delay. One that begins at its limit does not grow.

## Celery does

`charge_order` waits 600, 600, 600 seconds (jitter, which is on by default, draws each delay from
zero up to that). A fraction is cut off: 0.5 counts as 1, and 2.9 as 2.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(autoretry_for=(GatewayDown,), retry_backoff=600)  # CRT309
def charge_order(order_id):
    return charge(order_id)
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(autoretry_for=(GatewayDown,), retry_backoff=60)
def charge_order(order_id):
    return charge(order_id)
```

## What stays silent

Values that can't be read; a limit that a base class of another module, an app made with `task_cls=`
or a decorator of the project's own may set; a task without `autoretry_for`, of which CRT305 speaks.

## Fix

None: a smaller factor or a larger `retry_backoff_max`, which is for the author to choose.

## When to switch it off

Where a constant delay is what you want; `default_retry_delay` says that more clearly.

## See also

- Celery, `Task.retry_backoff_max`:
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#Task.retry_backoff_max>
- lms #5511, "Fix Celery task retry delays":
  <https://github.com/hypothesis/lms/pull/5511>

## Since

Version 0.1.0. That a fraction below 1 counts as 1 holds since Celery 5.3.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from ..linting.findings import Mistake
from ..model import Module, Option, Task
from ..model.policy.autoretry import lacks_autoretry
from ..model.policy.in_force import setting_of_task

#: Of a task that may be another library's, nothing is said.
SPEAKS_OF_OPTIONS = True


def check(module: Module) -> Iterator[Mistake]:
    for task in module.tasks_and_lone_bases:
        place = _place(task)
        backoff = setting_of_task(task, "retry_backoff")
        factor = backoff.converted_number
        if place is None or not factor or not isfinite(factor):
            continue
        if lacks_autoretry(task) and not task.is_base:
            continue
        limit = setting_of_task(task, "retry_backoff_max").converted_number
        if limit is not None and factor >= limit:
            yield Mistake(
                place.value,
                f"{task.name_at(place)} has retry_backoff={factor:g}: each retry waits "
                f"{limit:g} s; lower it or raise retry_backoff_max",
            )
        elif factor != int(factor) and place.name == "retry_backoff":
            counted = int(max(1, factor))
            yield Mistake(
                place.value,
                f"{task.name_at(place)} has retry_backoff={factor:g}: Celery counts whole seconds, "
                f"{counted}; write {counted}",
            )


def _place(task: Task) -> Option | None:
    """The option to report: the factor, or the maximum where another class brings the factor."""
    if task.may_be_foreign:
        return None
    factor, maximum = task.option("retry_backoff"), task.option("retry_backoff_max")
    if factor is not None and maximum is not None and maximum.is_own and not factor.is_own:
        return maximum
    return factor
