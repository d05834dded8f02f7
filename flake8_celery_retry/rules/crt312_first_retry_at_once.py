"""# first-retry-at-once (CRT312)

`countdown=60 * self.request.retries`: 0 s for the first retry

## What it does

Finds countdowns that are 0 for the first retry: the retry count times a delay, or a power of it.

## Why this is bad

In the first run the retry count is 0, and so is whatever is multiplied by it. The first retry comes
at once, while the gateway is still down, and fails for the same reason: one of the few attempts is
lost.

## Celery does

`charge_order` is retried after 0, 60 and 120 seconds.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=60 * self.request.retries)  # CRT312
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
        raise self.retry(exc=exc, countdown=60 * (self.request.retries + 1))
```

## What stays silent

`n + 1` and `2 ** n`; `max(...)` with a number above 0, `... or 5`, a number or a random part that
is added; a list of delays; a conditional expression that gives something else at 0. A call that
the first run doesn't reach (`if self.request.retries:`). A countdown of a plain 0, which is meant;
and what can't be read.

## Fix

Unsafe: the retry count becomes `(self.request.retries + 1)` in the countdown. Every retry then
waits longer.

## When to switch it off

Where the first retry is to come at once: a failure that is mostly gone in a moment.

## See also

- Celery, "Using a custom retry delay":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-retry-custom-delay>

## Since

Version 0.1.0.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..fixing.edits import ReplaceExpression
from ..linting.findings import Fix, Mistake
from ..model import Module
from ..model.policy.counted import FirstRun

#: Of a task that may be another library's, nothing is said.
SPEAKS_OF_OPTIONS = True


def check(module: Module) -> Iterator[Mistake]:
    first = FirstRun(module)
    for call in module.retry_calls:
        countdown = call.argument("countdown")
        if countdown is None or first.number(countdown) != 0:
            continue
        counts = list(first.counts_in(countdown))
        if counts and first.reaches(call):
            told = f"{call.task_name} first retries after 0 s: request.retries starts at 0"
            is_mended = first.second.number(countdown) != 0
            yield Mistake(
                call.node, f"{told}; add 1 to it", _fix(module, counts) if is_mended else None
            )


def _fix(module: Module, counts: list[ast.expr]) -> Fix:
    return Fix("count from 1", safe=False, edits=tuple(_one_more(module, each) for each in counts))


def _one_more(module: Module, count: ast.expr) -> ReplaceExpression:
    around = module.tree.parent(count)
    if not isinstance(around, ast.BinOp):
        return ReplaceExpression(count, (count, " + 1"))
    if isinstance(around.op, ast.Pow):
        # Formatters write n**2, but (n + 1) ** 2.
        other = around.right if around.left is count else around.left
        if isinstance(other, (ast.Constant, ast.Name)) and other is not count:
            more = ("(", count, " + 1)")
            power = (*more, " ** ", other) if around.left is count else (other, " ** ", *more)
            return ReplaceExpression(around, power)
    return ReplaceExpression(count, ("(", count, " + 1)"))
