"""# retry-falls-through (CRT206)

`throw=False`, and the rest of the task runs

## What it does

Finds retry calls with `throw=False` after which the task goes on.

## Why this is bad

`retry` ends the run by raising. With `throw=False` it does not: it sends the next run and returns.
The lines after it then work as if nothing had failed, and they run again in the run that was just
sent.

## Celery does

The run ends in SUCCESS with its retry already queued: `charge_order` mails a receipt for a payment
that failed, and a second one when the retry comes through. Where a `raise` stands right after the
call, the run ends in FAILURE, and whoever waits for the result is told so; then the retry runs.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge
from shop.mail import send_receipt


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        charge(order_id)
    except GatewayDown as exc:
        self.retry(exc=exc, countdown=60, throw=False)  # CRT206
    send_receipt(order_id)
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge
from shop.mail import send_receipt


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=60)
    send_receipt(order_id)
```

## What stays silent

A call whose result is used (`raise self.retry(..., throw=False)`, `return`, a name); one at the
end of its function, or right before a bare `return`; one right before a `raise` of `Ignore`,
`Reject` or `Retry`, which ends the run on purpose. One with `args=` or `kwargs=` that differ from
the task's own: it sends what is left of the work, and the task goes on with the rest.

## Fix

Unsafe: `throw=False` goes, and `raise` takes its place (that of a bare `raise` after it, too). What
follows may have been meant to run.

## When to switch it off

Where the rest of the task is right after a failure, too: it cleans up, or tells somebody.

## See also

- Celery, "Retrying":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-retry>
- celery #2759, "Celery chain and retries not working":
  <https://github.com/celery/celery/issues/2759>

## Since

Version 0.1.0.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..fixing.edits import RemoveStatement, ReplaceStatement
from ..linting.findings import Fix, Mistake
from ..model import Module, RetryCall
from ..model.outcome.raised_after import is_signal, raised_after
from ..model.work.arguments import goes_on_with_other_work
from ..syntax.exits import can_continue_after
from .repairs.options import drop_argument


def check(module: Module) -> Iterator[Mistake]:
    for call in module.retry_calls:
        if call.throws is not False or not call.is_bare_statement:
            continue
        if goes_on_with_other_work(call) or not _goes_on(call):
            continue
        raised = raised_after(call)
        if raised is not None and is_signal(module, raised):
            continue
        state = "SUCCESS" if raised is None else "FAILURE"
        yield Mistake(
            call.node,
            f"{call.task_name} goes on after its retry: {state}, yet it runs again; raise it",
            _fix(call, raised),
        )


def _goes_on(call: RetryCall) -> bool:
    """Whether more runs after the call, be it after that of the nested function it stands in."""
    module = call.module
    if can_continue_after(module.tree, call.statement):
        return True
    around = module.tree.statement_of(call.called_at) if call.called_at else None
    return isinstance(around, (ast.Expr, ast.Assign)) and can_continue_after(module.tree, around)


def _fix(call: RetryCall, raised: ast.Raise | None) -> Fix | None:
    dropping = drop_argument(call, "throw", "True")
    if dropping is None:
        return None
    edits = [dropping, ReplaceStatement(call.statement, ("raise ", call.node))]
    if raised is not None and raised.exc is None:
        edits.append(RemoveStatement(raised))
    return Fix("raise the retry", safe=False, edits=tuple(edits))
