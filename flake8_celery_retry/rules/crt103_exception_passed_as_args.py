"""# exception-passed-as-args (CRT103)

`self.retry(exc)`: the exception lands in `args`

## What it does

Finds retry calls whose first positional argument is an exception.

## Why this is bad

The signature is `retry(args=None, kwargs=None, exc=None, …)`: what comes first are the arguments
that the next run gets. An exception there is taken apart as if it were a tuple.

## Celery does

`TypeError: 'GatewayDown' object is not iterable`: there is no retry, and the real error is lost.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc, countdown=60)  # CRT103
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

A tuple, a list or a starred argument, whatever it holds; names of which the module does not show
that they are exceptions.

## Fix

Safe: `exc=` before it (of a class, an instance); where `exc=` is there already, the positional one
goes. None where other positional arguments follow.

## When to switch it off

Never: an exception can't be the arguments of a run.

## See also

- Celery, `Task.retry`:
  <https://docs.celeryq.dev/en/stable/reference/celery.app.task.html#celery.app.task.Task.retry>

## Since

Version 0.1.0. For a task that was sent with keywords, Celery 5.7 words the error otherwise:
`object of type 'GatewayDown' has no len()`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..fixing.edits import Edit, NameArgument, RemoveArgument, SetKeyword
from ..linting.findings import Fix, Mistake
from ..linting.quoting import quoted
from ..model import Module, RetryCall
from ..model.misplaced import exception_in_args

#: Characters of an exception that the message has room for.
MOST = 20


def check(module: Module) -> Iterator[Mistake]:
    for call in module.retry_calls:
        exception = exception_in_args(call)
        if exception is None:
            continue
        written = ast.unparse(exception)
        written += "()" if module.kinds.is_exception_class(exception) else ""
        advice = f"write exc={written}" if len(written) <= MOST else "pass it as exc="
        yield Mistake(
            call.node,
            f"{call.task_name} passes {quoted(exception, MOST)} as args: TypeError, no retry; "
            f"{advice}",
            _fix(call, exception),
        )


def _fix(call: RetryCall, exception: ast.expr) -> Fix | None:
    if len(call.node.args) > 1:
        return None
    if "exc" in call.arguments:
        edits: tuple[Edit, ...] = (RemoveArgument(call.node, exception),)
    elif call.has_unreadable_arguments:
        return None
    elif call.module.kinds.is_exception_class(exception):
        edits = (
            RemoveArgument(call.node, exception),
            SetKeyword(call.node, "exc", (exception, "()")),
        )
    else:
        edits = (NameArgument(call.node, exception, "exc"),)
    return Fix("pass the exception as exc=", safe=True, edits=edits)
