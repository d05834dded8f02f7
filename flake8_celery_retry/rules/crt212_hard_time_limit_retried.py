"""# hard-time-limit-retried (CRT212)

a retry on `TimeLimitExceeded`, which is never raised in a task

## What it does

Finds `TimeLimitExceeded` and `WorkerLostError` in `autoretry_for`, and in an `except` clause that
retries.

## Why this is bad

Nobody raises them in a task. At the hard limit (`time_limit`) the worker kills the process that the
task runs in, and writes the result down itself. It does the same when the system killed that
process. There is no task left that could retry. What a task can catch is `SoftTimeLimitExceeded`,
which is raised in it when its `soft_time_limit` is over.

## Celery does

With processes (`prefork`), `add_up_month` runs once and ends in FAILURE with `TimeLimitExceeded`.
So it does with `WorkerLostError` when its process is killed. The other pools know no hard limit.

## Example

```python
from celery import shared_task
from celery.exceptions import TimeLimitExceeded

from shop.gateway import GatewayDown
from shop.books import add_up


@shared_task(
    time_limit=1,
    autoretry_for=(GatewayDown, TimeLimitExceeded),  # CRT212
    max_retries=1,
    default_retry_delay=60,
)
def add_up_month(month):
    return add_up(month)
```

## Use instead

```python
from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded

from shop.gateway import GatewayDown
from shop.books import add_up


@shared_task(
    soft_time_limit=1,
    autoretry_for=(GatewayDown, SoftTimeLimitExceeded),
    max_retries=1,
    default_retry_delay=60,
)
def add_up_month(month):
    return add_up(month)
```

## What stays silent

A task (of a clause: the body of its `try`) that waits for the result of another one, with `.get()`
or `.join()` on what `delay`, `apply_async`, `AsyncResult` or a called signature gave: there the
other task's `TimeLimitExceeded` is raised.

## Fix

Safe where others remain in `autoretry_for`: the name goes. None for an `except` clause.

## When to switch it off

Where the exception is one of another library with the same name, or comes from a result that
another function waits for.

## See also

- Celery, "Time limits":
  <https://docs.celeryq.dev/en/stable/userguide/workers.html#worker-time-limits>
- django-celery-email #73, "Retry on `TimeLimitExceeded`":
  <https://github.com/pmclanahan/django-celery-email/issues/73>

## Since

Version 0.1.0.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..facts.exceptions import ends_a_process
from ..fixing.edits import Edit, ForgetImport, RemoveItem
from ..linting.findings import Fix, Mistake
from ..linting.quoting import quoted_class
from ..model import Module, Task
from ..model.outcome.lost_processes import never_raised_for, never_raised_for_autoretry


def check(module: Module) -> Iterator[Mistake]:
    for task in module.tasks:
        for listed in never_raised_for_autoretry(task):
            yield Mistake(listed, _message(task.name, listed), _fix(task, listed))
    for call in module.retry_calls:
        handler = never_raised_for(call)
        if handler is not None:
            assert handler.node.type is not None
            caught = module.values.elements(handler.node.type) or [handler.node.type]
            named = next(name for name in caught if ends_a_process(module.values.exception(name)))
            yield Mistake(handler.node, _message(call.task_name, named))


def _message(name: str, class_: ast.expr) -> str:
    class_name = quoted_class(class_)
    return f"{name} retries on {class_name}: its process is gone; use SoftTimeLimitExceeded"


def _fix(task: Task, listed: ast.expr) -> Fix | None:
    option = task.own_option("autoretry_for")
    display = option.value if option is not None else None
    if not isinstance(display, (ast.Tuple, ast.List)) or listed not in display.elts:
        return None
    if all(ends_a_process(task.module.values.exception(other)) for other in display.elts):
        return None
    edits: tuple[Edit, ...] = (RemoveItem(display, listed),)
    if isinstance(listed, ast.Name):
        edits += (ForgetImport(listed.id),)
    return Fix("drop what is never raised", safe=not task.is_house, edits=edits)
