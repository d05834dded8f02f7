"""# unreachable-max-retries-handler (CRT205)

`except MaxRetriesExceededError` where it is never raised

## What it does

Finds handlers for `MaxRetriesExceededError` in places where it is never raised: around retry calls
that pass `exc=`, beside the clause that retries, or around work that is retried automatically. And
tests for it in `on_failure` or `on_retry` of a task whose retries all know their error.

## Why this is bad

The handler says what happens after the last retry: the buyer gets an apology, the order is put on a
list for the morning. With `exc=` the last retry does not raise `MaxRetriesExceededError`, it raises
the exception it was given. The handler is dead code, and nobody finds out before the day it is
needed.

## Celery does

`charge_order` runs four times and ends in FAILURE with `GatewayDown: busy`. No apology is sent. In
a clause beside the retry nothing is caught either: the clauses of one `try` never see each other's
exceptions. Automatic retries are made outside the function, and give `on_failure` the error itself.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge
from shop.mail import send_apology


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        charge(order_id)
    except GatewayDown as exc:
        try:
            raise self.retry(exc=exc, countdown=60)
        except self.MaxRetriesExceededError:  # CRT205
            send_apology(order_id)
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge
from shop.mail import send_apology


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        charge(order_id)
    except GatewayDown:
        try:
            raise self.retry(countdown=60)
        except self.MaxRetriesExceededError:
            send_apology(order_id)
```

## What stays silent

A handler with a retry call in the body of its `try` that passes no `exc=`, or `None`, or what may
be `None`: a parameter with that default or annotation. A handler that also catches what `exc` is,
or may, as far as its classes can be told; beside the retry, one that catches anything else as well.
A body that raises it by hand, calls what may retry (another task, a method of the task, a function
that is given it) or waits for a result (`.get()`, `.join()`). A class of that name from elsewhere.
`on_failure` of a task with a retry that passes no `exc=`.

## Fix

Unsafe: `exc=` goes, from each retry call in the body of the `try`, and so does the name of the
exception where nothing else reads it. What was meant may as well be a handler for the exception
itself. None for a clause that raises again what it caught, for then another exception would leave
the task than today; nor for one beside the retry, automatic retries and `on_failure`.

## When to switch it off

Where what the task calls may raise `MaxRetriesExceededError` by itself, and doesn't look like it.

## See also

- Celery, "Retrying":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-retry>
- celery #5061, "Using `autoretry_for` + `retry_backoff`, how do I catch
  MaxRetriesExceededError?":
  <https://github.com/celery/celery/issues/5061>
- celery #1099, "exc argument to retry() doesn't behave as document":
  <https://github.com/celery/celery/issues/1099>

## Since

Version 0.1.0.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from ..fixing.edits import Edit, SetHandlerType
from ..linting.findings import Fix, Mistake
from ..linting.quoting import quoted
from ..model import Handler, Module, RetryCall
from ..model.outcome.exhaustion import DeadEnd, dead_ends
from ..model.outcome.swallowing import raises_again
from .repairs.options import drop_argument

#: Why it never comes where the retries are made, and what to write instead.
ELSEWHERE = {
    "beside": "clauses don't see each other; put the retry in a try",
    "autoretry": "autoretry is outside the task; use on_failure",
    "hook": "the last retry raises its exc; test for that",
}


def check(module: Module) -> Iterator[Mistake]:
    for end in dead_ends(module):
        if end.elsewhere is None:
            exc = quoted(end.calls[0].arguments["exc"].value, 12)
            why = f"the last retry raises {exc}; drop exc="
        else:
            why = ELSEWHERE[end.elsewhere]
        yield Mistake(
            end.node,
            f"{end.name} never gets MaxRetriesExceededError: {why}",
            _fix(module, end) if end.calls else None,
        )


def _fix(module: Module, end: DeadEnd) -> Fix | None:
    assert isinstance(end.node, ast.ExceptHandler)
    if _raises_on(module.handler(end.node)):
        return None
    edits: list[Edit] = []
    for call in end.calls:
        dropping = drop_argument(call, "exc", "None")
        if dropping is None:
            return None
        edits.append(dropping)
    forgetting = [SetHandlerType(handler, name="") for handler in _nameless(end.calls)]
    return Fix("drop exc=", safe=False, edits=(*edits, *forgetting))


def _raises_on(handler: Handler) -> bool:
    """Whether a clause raises what it caught: without ``exc=`` that would be another exception than
    the one which leaves the task today, and its callers may wait for that one."""
    raising = handler.module.tree.within(handler.node.body, ast.Raise)
    return any(raises_again(handler, each) for each in raising)


def _nameless(calls: Sequence[RetryCall]) -> list[ast.ExceptHandler]:
    """The clauses around the calls whose name nobody reads any more without ``exc=``."""
    dropped = {call.arguments["exc"].value for call in calls}
    handlers = {handler.node: call for call in calls for handler in call.handlers}
    return [
        handler
        for handler, call in handlers.items()
        if handler.name in {exc.id for exc in dropped if isinstance(exc, ast.Name)}
        and not any(
            read.id == handler.name
            and read not in dropped
            and call.module.tree.is_inside(read, handler)
            for scope in call.module.tree.scopes
            for read in scope.walk(ast.Name)
        )
    ]
