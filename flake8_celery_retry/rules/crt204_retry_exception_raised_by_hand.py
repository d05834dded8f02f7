"""# retry-exception-raised-by-hand (CRT204)

`raise Retry(...)` sends nothing: stuck in RETRY

## What it does

Finds tasks that raise Celery's `Retry` themselves.

## Why this is bad

`Retry` is how `self.retry` tells the worker that the next run has been sent. Raised by hand it says
the same, but nobody has sent anything.

## Celery does

The state of `charge_order` becomes RETRY and stays so. No message is sent, the task never runs
again, and since it has not failed, `on_failure` never runs either.

## Example

```python
from celery import shared_task
from celery.exceptions import Retry

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise Retry(exc=exc, when=60)  # CRT204
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

Raising what a retry call returned; raising a `Retry` that was caught (`raise`, `raise r`); a
`raise` after a retry call with `throw=False`, which has sent the next run; a method named `retry`,
which overrides Celery's; functions that are no task, and functions in one that it does not call.

## Fix

Unsafe: `raise self.retry(...)` in its place, of a task that is not bound
`raise charge_order.retry(...)`; `exc=` stays, `when=` becomes `countdown=`, or `eta=` where it is
a moment. How long to wait, and how often, may need more thought than that. None in an `async def`:
nobody awaits it.

## When to switch it off

Where something else sends the next run, before or after, in a way that the task does not show.

## See also

- Celery, "Retry" among the semipredicates:
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-semipred-retry>
- Celery, `celery.exceptions.Retry`:
  <https://docs.celeryq.dev/en/stable/reference/celery.exceptions.html#celery.exceptions.Retry>

## Since

Version 0.1.0.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..fixing.edits import ReplaceExpression
from ..linting.findings import Fix, Mistake
from ..model import Module
from ..model.outcome.never_awaited import is_never_awaited
from ..model.outcome.raised_by_hand import RaisedByHand, retries_raised_by_hand
from .repairs.binding import name_of_running_task
from .repairs.names import forget_name
from .repairs.statements import retry_call

#: The parameters of ``Retry``, in order (``celery/exceptions.py``).
PARAMETERS = ("message", "exc", "when", "is_eager", "sig")


def check(module: Module) -> Iterator[Mistake]:
    for raised in retries_raised_by_hand(module):
        receiver = name_of_running_task(raised.task, raised.statement)
        yield Mistake(
            raised.statement,
            f"{raised.task.name} raises Retry by hand: nothing is sent; "
            f"raise {receiver or 'self'}.retry(...)",
            _fix(raised, receiver) if receiver else None,
        )


def _fix(raised: RaisedByHand, receiver: str) -> Fix | None:
    made = raised.made
    arguments = _arguments(raised.task.module, made) if isinstance(made, ast.Call) else []
    if arguments is None or made is not raised.statement.exc or is_never_awaited(raised.task):
        return None
    edit = ReplaceExpression(made, retry_call(receiver, arguments))
    named = made.func if isinstance(made, ast.Call) else made
    return Fix(f"raise {receiver}.retry(...)", safe=False, edits=(edit, forget_name(named)))


def _arguments(module: Module, made: ast.Call) -> list[tuple[str, ast.expr]] | None:
    """What ``retry`` is to be given for the arguments of a ``Retry``; ``None`` where they can't
    all be read, or would not do there (``Retry`` takes a text for its exception)."""
    keywords = module.values.keywords(made)
    if not keywords.complete or any(isinstance(given, ast.Starred) for given in made.args):
        return None
    given = dict(zip(PARAMETERS, made.args, strict=False))
    given |= {item.name: item.value for item in keywords.items}
    found: list[tuple[str, ast.expr]] = []
    for name in ("exc", "when"):
        value = given.get(name)
        if value is None or module.values.value(value) is None:
            continue
        if module.kinds.is_text(value) or module.kinds.is_timedelta(value):
            return None
        if name == "when":
            name = "eta" if _is_moment(module, value) else "countdown"
        found.append((name, value))
    return found


def _is_moment(module: Module, expression: ast.expr) -> bool:
    """Whether an expression is calculated from a ``datetime``."""
    return any(
        (module.names.qualified(name) or "").startswith(
            ("datetime.datetime", "django.utils.timezone")
        )
        for name in module.tree.within(module.values.read(expression), (ast.Name, ast.Attribute))
    )
