"""# autoretry-for-any-exception-with-limits (CRT908)

`autoretry_for=(Exception,)` with limit and delay written out

An opinion: off unless `select` or `extend-select` names it (`CRT9`, `CRT908`).

## What it does

Finds tasks with `Exception` or `BaseException` in `autoretry_for` whose limit and delay are written
out: what CRT302 leaves to the author.

## Why this is bad

A retry helps where waiting helps: a network that is down, a service that is busy. A misspelled
name, a wrong argument or a refused card fails in the same way every time. It is run again, up to
the last retry, before anybody learns of it. A limit makes this shorter; it does not make it right.

## Celery does

`charge_order` runs three times with `NameError: name 'amount' is not defined`: RETRY, RETRY,
FAILURE.

## Example

```python
from celery import shared_task

from shop.gateway import charge


@shared_task(
    autoretry_for=(Exception,),  # CRT908
    retry_backoff=True,
    max_retries=2,
)
def charge_order(order_id):
    return charge(order_id)
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(autoretry_for=(GatewayDown,), retry_backoff=True, max_retries=2)
def charge_order(order_id):
    return charge(order_id)
```

## What stays silent

A task without a limit or a delay of its own: CRT302 speaks of it. One with `max_retries=0` (CRT303)
or `max_retries=None` (CRT304). One that lets no exception out (CRT211). One with a
`dont_autoretry_for` that holds more than `Retry` and `Ignore`.

## Fix

None: which failures may pass is for the author to say.

## When to switch it off

It is off, because limit and delay show that somebody thought about it. Switch it on where tasks
move money, or where bugs have to be seen at once.

## See also

- Celery, "Automatic retry for known exceptions":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-autoretry>
- cinematacms #470, "implement data, API, and service layer":
  <https://github.com/EngageMedia-video/cinematacms/pull/470>

## Since

Version 0.1.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..linting.findings import Mistake
from ..linting.quoting import runs_of_a_bug
from ..model import Module, Task
from ..model.outcome.unreached import never_retries_automatically
from ..model.policy.autoretry import broad_exception, has_policy
from ..model.policy.limits import is_never, limit_of_autoretry


def check(module: Module) -> Iterator[Mistake]:
    for task in module.tasks_and_lone_bases:
        if broad_exception(task) is not None and has_policy(task):
            yield from _mistakes(task)


def _mistakes(task: Task) -> Iterator[Mistake]:
    limit = limit_of_autoretry(task)
    if not (is_never(limit) or never_retries_automatically(task)):
        option = task.option("autoretry_for")
        assert option is not None
        yield Mistake(
            option.value,
            f"{task.name_at(option)} retries any error: {runs_of_a_bug(limit)}; "
            "list timeouts and connection errors",
        )
