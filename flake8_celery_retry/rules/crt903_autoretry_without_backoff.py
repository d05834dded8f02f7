"""# autoretry-without-backoff (CRT903)

`autoretry_for` with no delay written out

An opinion: off unless `select` or `extend-select` names it (`CRT9`, `CRT903`).

## What it does

Finds automatic retries whose delay nobody has chosen.

## Why this is bad

When a service goes down for a minute, a thousand tasks fail in that minute. All of them come back
after the same three minutes, at once, to a service that has just started again. And after an outage
of one second the customer waits three minutes.

## Celery does

Every retry of every task waits 180 seconds: `default_retry_delay`, when nothing else is said.
(Celery's documentation of `retry_backoff` says that without it automatic retries are not delayed.
They are.)

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(autoretry_for=(GatewayDown,), max_retries=3)  # CRT903
def charge_order(order_id):
    return charge(order_id)
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(autoretry_for=(GatewayDown,), max_retries=3, retry_backoff=True)
def charge_order(order_id):
    return charge(order_id)
```

## What stays silent

A delay that is written out, whatever it is: `retry_backoff`, `default_retry_delay`, or a
`countdown` in `retry_kwargs`; options that may come from where they can't be seen (`base=`, a base
class of another module, a house decorator, `**options`); `max_retries=0`; a task that lets no
exception out (CRT211).

## Fix

Unsafe: `retry_backoff=True`, which waits 1, 2, 4… seconds at random (up to 10 minutes). The first
retries come much sooner than before. None where `autoretry_for` stands in a class or in a dict.

## When to switch it off

It is off. Switch it on where many tasks fail together, when one service is down.

## See also

- Celery, `Task.retry_backoff`:
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#Task.retry_backoff>

## Since

Version 0.1.0.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..fixing.edits import SetKeyword
from ..linting.findings import Fix, Mistake
from ..model import Module, Option
from ..model.outcome.unreached import never_retries_automatically
from ..model.policy.in_force import delay_in_force
from ..model.policy.limits import is_never, limit_of_autoretry


def check(module: Module) -> Iterator[Mistake]:
    for task in module.tasks:
        autoretry = task.own_option("autoretry_for")
        has_delay = task.option("retry_backoff") is not None
        if autoretry is None or has_delay or is_never(limit_of_autoretry(task)):
            continue
        delay = delay_in_force(task)
        if delay.is_default and not never_retries_automatically(task):
            yield Mistake(
                autoretry.value,
                f"{task.name} sets no delay: each retry waits {delay.number:g} s; "
                "write retry_backoff=True",
                _fix(autoretry),
            )


def _fix(autoretry: Option) -> Fix | None:
    call = autoretry.holder
    if not isinstance(call, ast.Call):
        return None
    edit = SetKeyword(call, "retry_backoff", ("True",))
    return Fix("back off", safe=False, edits=(edit,))
