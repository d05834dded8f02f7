"""# retry-not-raised (CRT901)

`self.retry(...)` without `raise`

An opinion: off unless `select` or `extend-select` names it (`CRT9`, `CRT901`).

## What it does

Finds retry calls that are a statement of their own.

## Why this is bad

`self.retry()` raises an exception to end the run, but it looks like a call that returns. A reader
takes the lines after it for code that runs. A type checker takes the function for one that may
return nothing, and a linter sees a variable that may be unset.

## Celery does

The same with and without `raise`: `retry` raises `Retry` by itself. Celery's own documentation
writes `raise self.retry(exc=exc)`, to say that nothing after it is executed.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        self.retry(exc=exc, countdown=60)  # CRT901
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

A call with `throw=False`, which does not raise, or with a `*` or `**` that can't be read and may
hold it; `return self.retry(...)`, which says as well that the run ends here.

## Fix

Safe: `raise` in front of the call.

## Proof

No run can show a difference, because there is none: that is why it is an opinion, and why its fix
is safe. The experiment runs the example with and without the fix and sees the same end.

## When to switch it off

It is off. Switch it on where a type checker or a reader takes the lines after the call for code
that runs.

## See also

- Celery, "Retrying":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-retry>
- celery #476, "Task user guide should mention that retry raises an exception":
  <https://github.com/celery/celery/issues/476>

## Since

Version 0.1.0.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..fixing.edits import ReplaceStatement
from ..linting.findings import Fix, Mistake
from ..model import Module


def check(module: Module) -> Iterator[Mistake]:
    for call in module.retry_calls:
        if call.is_bare_statement and call.throws is True:
            yield Mistake(
                call.node,
                f"{call.task_name} retries without raise: it seems to go on; write raise before it",
                _fix(call.statement),
            )


def _fix(statement: ast.stmt) -> Fix:
    assert isinstance(statement, ast.Expr)
    edit = ReplaceStatement(statement, ("raise ", statement.value))
    return Fix("raise the retry", safe=True, edits=(edit,))
