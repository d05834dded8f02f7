"""# wrong-retry-args (CRT107)

`args=order_id`, `args=(self, order_id)`

## What it does

Finds retry calls whose `args` are a string, a number or one of the task's own parameters where a
tuple belongs, or a tuple that begins with the task itself.

## Why this is bad

`args` are the positional arguments of the next run, as a tuple. Parentheses alone make none:
`args=(order_id)` is the order number. And the task does not belong among them: Celery passes it
by itself.

## Celery does

A string is unpacked letter by letter; a number is an error (`'int' object is not iterable`) in the
place of the retry. With `self` among them there is one argument too many: the message is rejected,
the task is gone, and its result stays `PENDING` (since Celery 5.7 it is `FAILURE`).

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(args=(self, order_id), exc=exc, countdown=60)  # CRT107
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
        raise self.retry(args=(order_id,), exc=exc, countdown=60)
```

## What stays silent

A parameter that is annotated or used as a sequence (`*args` is one) or bound anew; other names and
calls; a tuple or list of whatever else.

## Fix

Safe for a literal (`(7,)` for `7`) and for the task (it goes). Unsafe for a parameter, and for a
literal that is given by position: it may have been meant for `countdown`.

## When to switch it off

Where the parameter holds a sequence, and neither its annotation nor its use shows it.

## See also

- Celery, `Task.retry`:
  <https://docs.celeryq.dev/en/stable/reference/celery.app.task.html#celery.app.task.Task.retry>
- celery #6494, "Arguments specification when retrying task has to match the form used for calling
  the task":
  <https://github.com/celery/celery/issues/6494>

## Since

Version 0.1.0.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..fixing.edits import RemoveItem, ReplaceExpression
from ..linting.findings import Fix, Mistake
from ..linting.quoting import quoted
from ..model import Module, RetryCall

OUTCOMES = {
    "a string": "split into letters",
    "a number": "a TypeError",
    "a parameter": "unpacked or TypeError",
}


#: Characters of an argument that the message has room for.
MOST = 14


def check(module: Module) -> Iterator[Mistake]:
    for call in module.retry_calls:
        value = call.argument("args")
        if value is None:
            continue
        task = _task_among(call, value)
        if task is not None:
            yield Mistake(call.node, *_about_task(call, *task))
        elif kind := _kind(call, value):
            yield Mistake(call.node, *_about_value(call, value, kind))


def _about_task(
    call: RetryCall, display: ast.Tuple | ast.List, task: ast.expr
) -> tuple[str, Fix | None]:
    name = quoted(task)
    message = f"{call.task_name} puts {name} in args: one argument too many; drop {name}"
    if not call.module.tree.is_inside(display, call.node):
        return message, None
    return message, Fix(f"drop {name}", safe=True, edits=(RemoveItem(display, task),))


def _about_value(call: RetryCall, value: ast.expr, kind: str) -> tuple[str, Fix | None]:
    outcome = OUTCOMES[kind]
    written = ast.unparse(value)
    advice = f"write args=({written},)" if len(written) <= MOST else "write a tuple"
    message = f"{call.task_name} passes args={quoted(value, MOST)}, no tuple: {outcome}; {advice}"
    is_literal = isinstance(value, (ast.Constant, ast.JoinedStr)) and value not in call.node.args
    edit = ReplaceExpression(value, ("(", value, ",)"))
    return message, Fix(advice, safe=is_literal, edits=(edit,))


def _task_among(call: RetryCall, value: ast.expr) -> tuple[ast.Tuple | ast.List, ast.expr] | None:
    """The display whose first element is the running task, and that element."""
    display = call.module.values.read(value)
    if not isinstance(display, (ast.Tuple, ast.List)) or not display.elts:
        return None
    first = display.elts[0]
    return (display, first) if call.is_the_task(first) else None


def _kind(call: RetryCall, value: ast.expr) -> str | None:
    """What is given in the place of a tuple; ``None`` where it may be one."""
    module = call.module
    if module.kinds.is_exception(value):
        return None  # CRT103 says so
    if module.kinds.is_text(value):
        return "a string"
    if module.values.number(value) is not None:
        return "a number"
    return "a parameter" if call.is_single_parameter(value) else None
