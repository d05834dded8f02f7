"""# autoretry-for-any-exception (CRT302)

`autoretry_for=(Exception,)`

## What it does

Finds tasks with `Exception` or `BaseException` in `autoretry_for`.

## Why this is bad

A retry helps where waiting helps: a network that is down, a service that is busy. A misspelled
name, a wrong argument or a refused card fails in the same way every time. It is run again, up to
the last retry, before anybody learns of it.

## Celery does

`charge_order` runs four times with `NameError: name 'amount' is not defined`: RETRY, RETRY, RETRY,
FAILURE. So it does with the gateway's `CardRefused`, and with a `Reject` that it raises itself;
only `Ignore` and `Retry` pass.

## Example

```python
from celery import shared_task

from shop.gateway import charge


@shared_task(autoretry_for=(Exception,), retry_backoff=True)  # CRT302
def charge_order(order_id):
    return charge(order_id)
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(autoretry_for=(GatewayDown,), retry_backoff=True)
def charge_order(order_id):
    return charge(order_id)
```

## What stays silent

A task with a `dont_autoretry_for` that holds more than `Retry` and `Ignore` (autoretry lets these
pass by itself, not `Reject`); one with `max_retries=0`, of which CRT303 says all there is to say,
or `max_retries=None`, of which CRT304 speaks. Where both a limit (`max_retries`) and a delay
(`retry_backoff`, `default_retry_delay`, `countdown`) are written out, that is a policy: CRT908, an
opinion, speaks of it. One that lets no exception out (CRT211).

## Fix

None: which failures may pass is for the author to say.

## When to switch it off

Where each failure is worth another try: write limit and delay out, and this rule is silent.

## See also

- Celery, "Automatic retry for known exceptions":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-autoretry>
- cinematacms #470, "implement data, API, and service layer":
  <https://github.com/EngageMedia-video/cinematacms/pull/470>
- celery #4898, "autoretry_for=(Exception,) creates extra retries when Retry exception raised":
  <https://github.com/celery/celery/issues/4898>

## Since

Version 0.1.0. That `Retry` passes holds since Celery 4.4.4.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..linting.findings import Mistake
from ..linting.quoting import runs_of_a_bug
from ..model import Module
from ..model.outcome.unreached import never_retries_automatically
from ..model.policy.autoretry import broad_exception, has_policy
from ..model.policy.limits import is_never, limit_of_autoretry, unlimited_option

#: Of a task that may be another library's, nothing is said.
SPEAKS_OF_OPTIONS = True


def check(module: Module) -> Iterator[Mistake]:
    for task in module.tasks_and_lone_bases:
        if broad_exception(task) is None or never_retries_automatically(task):
            continue
        limit = limit_of_autoretry(task)
        if is_never(limit) or has_policy(task) or unlimited_option(task) is not None:
            continue
        option = task.option("autoretry_for")
        assert option is not None
        yield Mistake(
            option.value,
            f"{task.name_at(option)} retries any error: {runs_of_a_bug(limit)}; "
            "list timeouts and connection errors",
        )
