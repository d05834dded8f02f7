"""# autoretry-for-not-a-tuple (CRT106)

`autoretry_for=ValueError`: the worker does not start

## What it does

Finds an `autoretry_for` or `dont_autoretry_for` that is a single exception class, `None` or a
string, or that holds strings.

## Why this is bad

Celery makes a tuple of what it gets. Parentheses alone make none: `(GatewayDown)` is a class.

## Celery does

`TypeError: 'type' object is not iterable` (`'NoneType'`) when the task is finalized: the worker
does not start. With strings it starts, and the first failure ends in
`TypeError: catching classes that do not inherit from BaseException is not allowed`.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(autoretry_for=GatewayDown, retry_backoff=True)  # CRT106
def charge_order(order_id):
    return charge(order_id)
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(autoretry_for=(GatewayDown,), retry_backoff=True)
def charge_order(order_id):
    return charge(order_id)
```

## What stays silent

A tuple, a list, a set, or a name bound to one; names from elsewhere in lower or UPPER case
(`settings.NETWORK_ERRORS`), or in the plural (`NetworkErrors`): they may well be tuples.

## Fix

Safe: the class in a tuple of its own; an option that is `None` is dropped. None for strings.

## When to switch it off

Never: with one exception class the worker does not start.

## See also

- Celery, `Task.autoretry_for`:
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#Task.autoretry_for>

## Since

Version 0.1.0. `dont_autoretry_for` is Celery's since 5.3.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..fixing.edits import Edit, ReplaceExpression
from ..linting.findings import Fix, Mistake
from ..linting.quoting import quoted, whole
from ..model import Module, Option
from .repairs.options import drop

#: Of a task that may be another library's, nothing is said.
SPEAKS_OF_OPTIONS = True


def check(module: Module) -> Iterator[Mistake]:
    for task in module.tasks:
        for name in ("autoretry_for", "dont_autoretry_for"):
            option = task.written_option(name)
            if option is not None:
                yield from _mistakes(module, task.name, option)


def _mistakes(module: Module, name: str, option: Option) -> Iterator[Mistake]:
    value = option.value
    written = f"{name} has {option.name}={quoted(value, 20)}"
    no_start = f"{written}: no worker starts"
    if _holds_text(module, value):
        yield Mistake(
            value,
            f"{written}: strings can't be caught; write the classes",
        )
    elif module.values.value(value) is None:
        yield Mistake(value, f"{no_start}; drop it", _fix("drop it", drop(option)))
    elif module.kinds.is_single_class(value):
        edit = ReplaceExpression(value, ("(", value, ",)"))
        short = whole(value, 12)
        advice = f"write ({short},)" if short else "put it in a tuple"
        yield Mistake(value, f"{no_start}; {advice}", _fix(advice, edit))


def _holds_text(module: Module, value: ast.expr) -> bool:
    elements = module.values.elements(value)
    return any(module.kinds.is_text(element) for element in (elements or [value]))


def _fix(title: str, edit: Edit) -> Fix:
    return Fix(title, safe=True, edits=(edit,))
