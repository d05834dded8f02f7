"""# retry-options-without-a-retry (CRT308)

`max_retries=5` on a task that never retries

## What it does

Finds `max_retries` and `default_retry_delay` on tasks that have no `autoretry_for` and no retry
call, and from which no retry can be made.

## Why this is bad

These options limit retries, they don't cause any. The task looks as if the first failure were
nothing to worry about, and it is the last.

## Celery does

`charge_order` fails once and has ended in FAILURE, after one run.

## Example

```python
from celery import shared_task

from shop.gateway import charge


@shared_task(max_retries=5, default_retry_delay=60)  # CRT308
def charge_order(order_id):
    return charge(order_id)
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(autoretry_for=(GatewayDown,), max_retries=5, default_retry_delay=60)
def charge_order(order_id):
    return charge(order_id)
```

## What stays silent

`max_retries=0`, which is how one says "never"; a bound task that hands `self` to something or gives
it another name; a task that hands its own name to something in its body; `base=`, a base class of
another module, an app made with `task_cls=`, a decorator of the project's own, options that can't
be read; a task that speaks of somebody's `.retry`, raises `Retry` by hand (CRT204) or puts its
message back (CRT214); a misspelled `autoretry_for` (CRT306); a decorator `@something.task` in a
module that imports no Celery.

## Fix

None: which failures are to be retried is for the author to say.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..linting.findings import Mistake
from ..linting.quoting import quoted
from ..model import UNKNOWN, Module, Option, Task
from ..model.outcome.raised_by_hand import retries_raised_by_hand
from ..model.outcome.requeuing import endless_requeuings
from ..model.policy.autoretry import lacks_autoretry
from ..model.work.uses import may_be_retried


def check(module: Module) -> Iterator[Mistake]:
    for task in module.tasks:
        options = [*_limits(task)]
        if not options or task.retries or task.may_be_foreign:
            continue
        if not lacks_autoretry(task) or _may_retry(task):
            continue
        options.sort(key=lambda option: (option.value.lineno, option.value.col_offset))
        written = ", ".join(f"{option.name}={quoted(option.value, 7)}" for option in options)
        yield Mistake(
            options[0].value,
            f"{task.name} never retries: one failure ends it despite {written}; "
            "add autoretry_for or call self.retry",
        )


def _limits(task: Task) -> Iterator[Option]:
    option = task.own_option("max_retries")
    if option is not None and task.module.values.value(option.value) not in (0, UNKNOWN):
        yield option
    option = task.own_option("default_retry_delay")
    if option is not None:
        yield option


def _may_retry(task: Task) -> bool:
    return (
        task.has_hidden_options
        or bool(task.unbound_retry_calls)
        or any(raised.task is task for raised in retries_raised_by_hand(task.module))
        or task in endless_requeuings(task.module)
        or may_be_retried(task)
    )
