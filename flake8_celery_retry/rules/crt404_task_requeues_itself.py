"""# task-requeues-itself (CRT404)

`my_task.delay(...)` in a handler: no limit

## What it does

Finds tasks that send themselves again, with the same arguments, when something fails.

## Why this is bad

What is sent is a new task: its retry count is 0 again, so `max_retries` never applies. While the
gateway is down, every order is sent again and again without end, and each run counts as a success.

## Celery does

22 runs and counting; each with `request.retries == 0` and an id of its own, each SUCCESS.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task
def charge_order(order_id):
    try:
        return charge(order_id)
    except GatewayDown:
        charge_order.apply_async((order_id,), countdown=60)  # CRT404
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task
def charge_order(order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise charge_order.retry(exc=exc, countdown=60)
```

## What stays silent

A send outside of `except` clauses (CRT907). One with an argument that is new, other than by
counting an attempt up or down: a cursor, the rest of a batch, another account. The work goes on
then. One with a limit of its own: a counter that is tested on the way to it, in an argument or in
a row; a clock that is compared with a deadline.

## Fix

Unsafe: `raise self.retry(...)` with the exception and the options of the send; on the task's own
name where the task is not bound. A bare `return` after the send goes. None where the send has a
`task_id`, where its result is used, where more happens after it, or where a counted argument says
how long it waits; nor for a signature that was made in another statement.

## When to switch it off

Where the task has to go on for ever, and you want a new id for each run.

## See also

- Celery, "Retrying":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-retry>

## Since

Version 0.1.0.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..fixing.edits import Edit
from ..linting.findings import Fix, Mistake
from ..linting.quoting import ROOM
from ..model import Handler, Module, Task
from ..model.work.arguments import Repeat
from ..model.work.attempts import sends_of_itself
from ..model.work.endings import is_limited
from ..model.work.sleeps import handler_around
from .repairs.names import name_exception
from .repairs.statements import raise_instead, retry_call, retry_to_write


def check(module: Module) -> Iterator[Mistake]:
    for task in module.tasks:
        for send in sends_of_itself(task):
            handler = handler_around(module, send.node)
            if handler is not None and not (send.has_new_work or is_limited(send)):
                yield Mistake(send.node, _message(task, send), _fix(task, send, handler))


def _message(task: Task, send: Repeat) -> str:
    left_out = ", ".join(send.left_out)
    if len(left_out) > 14:
        left_out = f"{left_out[:13]}…"
    without = f" without {left_out}" if left_out else ""
    delays = [option for option in send.options if option.arg in {"countdown", "eta"}]
    delay = ""
    if delays and not send.counts_in_options:
        last = delays[-1]  # wins over that of a signature
        delay = f"{last.arg}={ast.unparse(last.value)}"
    told = f"sends itself again{without}: no limit applies; "
    return f"{task.name} {told}{retry_to_write(task.self_name, delay, ROOM - len(told))}"


def _fix(task: Task, send: Repeat, handler: Handler) -> Fix | None:
    names = [option.arg for option in send.options]
    if handler.is_star or send.has_nameless_options or len(set(names)) < len(names):
        return None
    if not {None, "task_id"}.isdisjoint(names) or send.counts_in_options:
        return None
    if send.is_made_elsewhere:
        return None
    exception, naming = name_exception(handler)
    options = [(str(option.arg), option.value) for option in send.options]
    retry = retry_call(task.self_name or task.name, [("exc", exception), *options])
    raising = raise_instead(task.module, send.node, handler.node, retry)
    if raising is None:
        return None
    edits: tuple[Edit, ...] = (*naming, *raising)
    return Fix("let Celery retry", safe=False, edits=edits)
