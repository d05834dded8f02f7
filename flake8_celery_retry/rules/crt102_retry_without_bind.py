"""# retry-without-bind (CRT102)

`self.retry(...)` in a task that isn't bound

## What it does

Finds tasks without `bind=True` that retry as only a bound task can: `self.retry(...)`, or a bare
`retry(...)` that nothing defines.

## Why this is bad

Only with `bind=True` Celery passes the task to its function. Without it there is no `self`, and
nobody notices as long as all goes well: the line runs for the first time when something else has
gone wrong. The retry does not happen, and what is logged is the wrong error.

## Celery does

`NameError: name 'self' is not defined` in the worker, at the very moment the retry is needed. With
`self` among the parameters the task cannot even be sent: `charge_order.delay(7)` raises
`TypeError: charge_order() missing 1 required positional argument: 'order_id'`.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(max_retries=3)
def charge_order(order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=60)  # CRT102
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

`charge_order.retry(...)`, on the task's own name: Celery supports it without `bind`. Class-based
tasks, whose methods have a `self` anyway. Tasks of which it can't be told whether they are bound:
made by a decorator of the project's own, or with options that can't be read. A `self` or `retry`
that the module imports or defines.

## Fix

Safe: `bind=True` on the decorator, `self` as first parameter (moved there where it stands further
on), `self.retry(` for a bare `retry(`. Unsafe where another decorator between the task decorator
and the `def` may supply the argument. None where several tasks share the call that would have to
say `bind=True`.

## When to switch it off

Never, unless `self` is a global name that another module sets.

## See also

- Celery, "Bound tasks":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#bound-tasks>
- expo-server-sdk-python #57, "self.retry in the README example":
  <https://github.com/expo-community/expo-server-sdk-python/issues/57>

## Since

Version 0.1.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..fixing.edits import Edit, ReplaceExpression
from ..linting.findings import Fix, Mistake
from ..model import Module, RetryCall, Task
from .repairs.binding import bind

#: Of a task that is not bound nothing else is said about retrying.
HOLDS_OTHERS_BACK = True
#: It is about binding itself.
IS_SEEN_UNBOUND = True


def check(module: Module) -> Iterator[Mistake]:
    for task in module.tasks:
        for call in task.unbound_retry_calls:
            yield Mistake(call.node, f"{task.name} is not bound: {_outcome(call)}", _fix(task))


def _outcome(call: RetryCall) -> str:
    if not call.receiver:
        return "retry(...) is a NameError; add bind=True and self, write self.retry"
    assert call.task is not None
    assert call.task.function is not None
    if any(argument.arg == "self" for argument in call.task.function.parameters):
        return "Celery passes it no self, so it fails; add bind=True"
    return "self.retry is a NameError; add bind=True and self"


def _fix(task: Task) -> Fix | None:
    binding = bind(task)
    if binding is None:
        return None
    calls: list[Edit] = [
        ReplaceExpression(call.node.func, ("self.retry",)) for call in task.unbound_retry_calls
    ]
    return Fix("bind the task", not task.decorators_below, (*binding, *calls))
