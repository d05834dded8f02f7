"""# recursive-sleep-retry (CRT401)

sleeps and calls itself again

## What it does

Finds functions that try again by calling themselves: from an `except` clause, or from a branch that
sleeps first.

## Why this is bad

The function that waits holds its worker process: no other task runs there, and a worker that is
stopped loses the order. Nothing limits the attempts but the depth of the stack, and nobody sees
them: the task is just slow.

## Celery does

The worker process sleeps through every wait, and each attempt is one frame deeper. Celery counts
one run, however often the function tried.

## Example

```python
import time

from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task
def charge_order(order_id):
    try:
        return charge(order_id)
    except GatewayDown:
        time.sleep(60)
        return charge_order(order_id)  # CRT401
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

A plain function that goes on with other work: the call changes an argument that more than sleeps
and log calls read (a smaller batch, an attempt counter that a test reads). A plain function without
a sleep, and one in a module that imports neither Celery nor Django but other libraries: a task may
be no remedy there. Recursion over a tree, outside of `except` clauses and of branches that sleep.

## Fix

Unsafe: the sleep becomes the `countdown` of `raise self.retry(...)`, and the task is bound. A plain
function becomes a task with `max_retries=3`; whoever calls it must use `.delay()` then. None where
the call changes an argument, where more happens after it, for a method of a class that is no task,
or in a task that is an `async def`: nobody awaits it.

## When to switch it off

Where the function also runs without a worker, in a script, and has to wait there.

## See also

- Celery, "Using a custom retry delay":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-retry-custom-delay>
- loom #544, "Remove sleep call from async tasks":
  <https://github.com/StanfordBioinformatics/loom/issues/544>

## Since

Version 0.1.0.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..fixing.edits import AddDecorator, Edit, RemoveStatement, SetFirstParameter
from ..linting.findings import Fix, Mistake
from ..linting.quoting import ROOM
from ..model import Module
from ..model.outcome.never_awaited import is_never_awaited
from ..model.work.attempts import Attempt, attempts_by_recursion, sleeps_in
from ..model.work.sleeps import plain_sleep_before, time_asleep
from ..syntax.scopes import FunctionNode
from .repairs.binding import receive_task
from .repairs.names import forget_name, import_name, name_exception
from .repairs.statements import raise_instead, retry_call, retry_to_write


def check(module: Module) -> Iterator[Mistake]:
    for scope in module.functions:
        for attempt in attempts_by_recursion(module, scope):
            yield Mistake(attempt.repeat.node, _message(attempt), _fix(module, attempt))


def _message(attempt: Attempt) -> str:
    module = attempt.repeat.module
    wait = time_asleep(attempt.sleeps[0]) if attempt.sleeps else None
    seconds = module.values.number(wait)
    if wait is None:
        told = "calls itself to try again: ever deeper; "
    else:
        told = f"calls itself after {'a sleep' if seconds is None else f'{seconds:g} s'}: "
        told += "ever deeper; " if attempt.task is None else "its worker waits; "
    if attempt.task is None:
        return f"{attempt.name} {told}make it a task that retries"
    delay = f"countdown={ast.unparse(wait)}" if wait is not None else ""
    bound = attempt.task.self_name or "self"
    return f"{attempt.name} {told}{retry_to_write(bound, delay, ROOM - len(told))}"


def _fix(module: Module, attempt: Attempt) -> Fix | None:
    repeat, handler = attempt.repeat, attempt.handler
    if not repeat.is_readable or repeat.changed or (handler is not None and handler.is_star):
        return None
    receiver = _receiver(module, attempt)
    if receiver is None:
        return None
    name, edits = receiver
    arguments: list[tuple[str, str | ast.expr]] = []
    if handler is not None:
        exception, naming = name_exception(handler)
        arguments.append(("exc", exception))
        edits += naming
    sleep = plain_sleep_before(module, repeat.node, attempt.way)
    if sleep is not None:
        wait = time_asleep(sleep)
        assert wait is not None
        arguments.append(("countdown", wait))
        edits += (RemoveStatement(module.tree.statement_of(sleep)), forget_name(sleep.func))
    elif sleeps_in(module, repeat.scope):
        return None
    raising = raise_instead(module, repeat.node, attempt.way.until, retry_call(name, arguments))
    if raising is None:
        return None
    return Fix("let Celery retry", safe=False, edits=(*edits, *raising))


def _receiver(module: Module, attempt: Attempt) -> tuple[str, tuple[Edit, ...]] | None:
    """What to write before ``.retry``, and the edits that make the function a bound task."""
    if attempt.task is not None:
        return None if is_never_awaited(attempt.task) else receive_task(attempt.task)
    scope = attempt.repeat.scope
    is_plain = (
        isinstance(scope.node, ast.FunctionDef)
        and scope.parent is module.tree.root
        and not scope.node.decorator_list
        and not any(scope.walk((ast.Yield, ast.YieldFrom)))
        and module.names.lookup("self", scope) is None
    )
    if not is_plain:
        return None
    assert isinstance(scope.node, FunctionNode)
    decorator, importing = import_name(module, "celery", "shared_task")
    making = AddDecorator(scope.node, f"{decorator}(bind=True, max_retries=3)")
    return "self", (*importing, making, SetFirstParameter(scope.node, "self"))
