"""# unconditional-retry-outside-except (CRT201)

a retry that comes after success, too

## What it does

Finds retry calls that every run of a task reaches: nothing decides whether they are made, and they
wait for no failure.

## Why this is bad

A retry call does not mean "try again if something goes wrong": it sends the task again, each time
it is reached. A task that always reaches it repeats work that is done already, as often as its
limit allows, and then fails although nothing did.

The same holds in the `else` of a `try`, which runs when nothing failed, and in its `finally`, which
runs either way.

## Celery does

`refresh_rates` runs four times (`max_retries + 1`) and ends in FAILURE with
`MaxRetriesExceededError`, after four good answers.

## Example

```python
from celery import shared_task

from shop.gateway import fetch_rates


@shared_task(bind=True, max_retries=3)
def refresh_rates(self):
    fetch_rates()
    self.retry(countdown=600)  # CRT201
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, fetch_rates


@shared_task(bind=True, max_retries=3)
def refresh_rates(self):
    try:
        fetch_rates()
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=600)
```

What has to run every ten minutes belongs in Celery's beat schedule, or sends itself with
`refresh_rates.apply_async(countdown=600)`.

## What stays silent

A retry call in an `except` clause, be it in an `else`; one that an `if`, a loop, a `match`, an
`and`, an `or` or a conditional expression guards, or that an earlier `return`, `raise` or
`continue` can skip (CRT202 looks at these); functions that get the task from elsewhere, and
functions inside the task that its body does not call.

## Fix

None: only the author knows which failure the retry was meant for.

## When to switch it off

Where the retry is the task's own clock, on purpose, and the limit is the number of runs you want.

## See also

- Celery, "Retrying":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-retry>
- Celery, periodic tasks:
  <https://docs.celeryq.dev/en/stable/userguide/periodic-tasks.html#beat-entries>
- celery #2460, "Celery tasks no retrying as wanted.":
  <https://github.com/celery/celery/issues/2460>

## Since

Version 0.1.0.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..linting.findings import Mistake
from ..model import Module, RetryCall
from ..model.policy.limits import limit_of_call


def check(module: Module) -> Iterator[Mistake]:
    for call in module.retry_calls:
        if not call.needs_no_failure or call.is_conditional:
            continue
        yield Mistake(
            call.node,
            f"{call.task_name} always retries: {_outcome(call)}; retry in an except clause",
        )


def _outcome(call: RetryCall) -> str:
    limit = limit_of_call(call)
    if limit == math.inf:
        return "it runs without end"
    if limit is None:
        return "it fails at the last retry"
    if limit <= 0:
        return "it fails at once"
    return f"{limit + 1:,.0f} runs, then FAILURE"
