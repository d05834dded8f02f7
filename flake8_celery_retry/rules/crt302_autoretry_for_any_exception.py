"""# autoretry-for-any-exception (CRT302)

`autoretry_for=(Exception,)`

## What it does

Finds tasks with `Exception` or `BaseException` in `autoretry_for`.

## Why this is bad

A retry mends what time mends: a network that is down, a service that is busy. A misspelled name, a
wrong argument or a refused card fails in the same way every time, and is run again, to the last
retry, before somebody hears of it.

## Celery does

`charge_order` runs four times with `NameError: name 'amount' is not defined`: RETRY, RETRY, RETRY,
FAILURE. So it does with the gateway's `CardRefused`, and with a `Reject` that it raises itself;
only `Ignore` and `Retry` pass.

## Example

```python
from celery import shared_task

from shop.gateway import charge


@shared_task(autoretry_for=(Exception,), retry_backoff=True, max_retries=3)  # CRT302
def charge_order(order_id):
    return charge(order_id)
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(autoretry_for=(GatewayDown,), retry_backoff=True, max_retries=3)
def charge_order(order_id):
    return charge(order_id)
```

## What stays silent

A task with a `dont_autoretry_for` that holds more than `Retry` and `Ignore` (autoretry lets these
pass by itself); one with `max_retries=0`, of which CRT303 says all there is to say; one that lets
no exception out (CRT211).

## Fix

None: which failures may pass is for the author to say.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..facts.exceptions import BROAD, is_celery_exception
from ..linting.findings import Mistake
from ..model import Module, Task
from ..model.outcome.unreached import never_retries_automatically
from ..model.policy.limits import limit_of_autoretry


def check(module: Module) -> Iterator[Mistake]:
    for task in module.tasks:
        option = task.own_option("autoretry_for")
        if option is None or _picks_what_it_denies(task) or never_retries_automatically(task):
            continue
        names = map(module.values.exception, module.values.known_elements(option.value))
        broad = next((name for name in names if name in BROAD), None)
        limit = limit_of_autoretry(task)
        if broad is None or (limit is not None and limit <= 0):
            continue
        yield Mistake(
            option.value,
            f"{task.name} retries automatically on {broad}: a bug or a refusal "
            f"{_outcome(limit)}; name what time may mend in autoretry_for",
        )


def _picks_what_it_denies(task: Task) -> bool:
    denied = task.never_retried
    return denied is None or not all(
        is_celery_exception(name, "Retry", "Ignore") for name in denied
    )


def _outcome(limit: float | None) -> str:
    if limit is None:
        return "is run again and again"
    if limit == math.inf:
        return "is run for ever"
    return "is run once more" if limit == 1 else f"is run {limit:g} more times"
