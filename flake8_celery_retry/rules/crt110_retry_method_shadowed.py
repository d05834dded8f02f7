"""# retry-method-shadowed (CRT110)

the option `retry=True` hides `Task.retry`

## What it does

Finds a task option `retry=…`, or a class attribute `retry = …` of a class-based task, that is no
function.

## Why this is bad

There is no such option. Celery makes every option an attribute of the task, and this one takes the
place of the method `retry`.

## Celery does

`TypeError: 'bool' object is not callable` where the retry is needed, automatic retries included.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, retry=True, max_retries=3)  # CRT110
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=60)
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=60)
```

## What stays silent

A function, a `lambda`, a method of that name; what can't be read; a decorator of the project's own,
which may have an option `retry`; a decorator `@something.task` in a module that imports no Celery,
which may be another library's; `apply_async(retry=…)`, which is about publishing.

## Fix

Safe: the option is dropped.

## When to switch it off

Never: without the method there is no retry.

## See also

- Celery, "List of options" of a task:
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-options>
- Celery, `Task.retry`:
  <https://docs.celeryq.dev/en/stable/reference/celery.app.task.html#celery.app.task.Task.retry>

## Since

Version 0.1.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..linting.findings import Fix, Mistake
from ..linting.quoting import quoted
from ..model import Module
from .repairs.options import drop

#: Of a task that may be another library's, nothing is said.
SPEAKS_OF_OPTIONS = True


def check(module: Module) -> Iterator[Mistake]:
    for task in module.tasks:
        option = task.written_option("retry")
        if option is None or task.is_house or not module.kinds.is_data(option.value):
            continue
        written = f"retry={quoted(option.value, 18)}"
        yield Mistake(
            option.value,
            f"{task.name} has {written}: it hides Task.retry, so no retry works; drop it",
            Fix(f"drop {written}", safe=True, edits=(drop(option),)),
        )
