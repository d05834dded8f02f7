"""# retry-swallowed (CRT203)

## What it does

Finds retry calls whose `Retry` never leaves the task: an `except` clause around them that catches
everything, a `with suppress(Exception):`, or a `finally` that leaves by `return`, `break` or
`continue`.

## Why this is bad

`retry` works by an exception. It sends the next run and then raises `Retry`, by which the worker
knows that this run is not the last word. `Retry` is an `Exception` like any other: a handler that
catches `Exception` somewhere around the call, mostly to log what nobody thought of, catches it too.

## Celery does

The next run is sent all the same. `charge_order` logs an error that was none and reports SUCCESS
four times, once for each run, though no order was ever charged. If the handler retries too, each
run sends two: 7 runs for `max_retries=2`, 15 for 3.

## Example

```python
import logging

from celery import shared_task

from shop.gateway import GatewayDown, charge
from shop.mail import send_receipt

logger = logging.getLogger(__name__)


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        try:
            charge(order_id)
        except GatewayDown as exc:
            raise self.retry(exc=exc, countdown=60)  # CRT203
        send_receipt(order_id)
    except Exception:
        logger.exception("order %s could not be charged", order_id)
```

## Use instead

```python
import logging

from celery import shared_task
from celery.exceptions import Retry

from shop.gateway import GatewayDown, charge
from shop.mail import send_receipt

logger = logging.getLogger(__name__)


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        try:
            charge(order_id)
        except GatewayDown as exc:
            raise self.retry(exc=exc, countdown=60)
        send_receipt(order_id)
    except Retry:
        raise
    except Exception:
        logger.exception("order %s could not be charged", order_id)
```

## What stays silent

A `try` whose first clause that catches `Retry` (one for `Exception`, `BaseException`, `Retry`,
`TaskPredicate` or `CeleryError`, or a bare one) ends in `raise`, or first of all raises again what
is a `Retry` (`if isinstance(exc, Retry): raise`). The clauses beside the one that holds the retry
call: they never see it. A call with `throw=False`, which raises nothing. Automatic retries
(`autoretry_for`): they are made outside the task's function.

## Fix

Safe where the clause does nothing but log, pass or return: `except Retry: raise` before it, and the
import. Unsafe elsewhere, for the clause may release what the next run needs. There is none for
`suppress`, `finally`, `except*`, and a clause that names `Retry` itself.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..fixing.edits import InsertHandler
from ..linting.findings import Fix, Mistake
from ..linting.quoting import quoted
from ..model import Handler, Module, RetryCall
from ..model.outcome.swallowing import Swallower, only_tells, retries, swallower_of
from ..model.policy.limits import limit_of_call
from .repairs.names import name_class

#: What to do where no clause can be put before another.
ADVICE = {
    "except": "end it in raise",
    "suppress": "suppress less, so that Retry passes",
    "finally": "do not leave the finally",
}


def check(module: Module) -> Iterator[Mistake]:
    for call in module.retry_calls:
        swallower = swallower_of(call) if call.throws is True else None
        if swallower is None:
            continue
        handler = swallower.handler
        fix = _fix(handler) if handler is not None else None
        advice = ADVICE[swallower.kind] if fix is None else "put except Retry: raise before it"
        yield Mistake(
            call.node,
            f"{call.task_name}'s retry is caught by {_described(swallower)}: "
            f"{_outcome(call, handler)}; {advice}",
            fix,
        )


def _described(swallower: Swallower) -> str:
    caught = swallower.handler.node.type if swallower.handler else None
    clause = f"{swallower.kind} {quoted(caught, 14)}" if caught else swallower.kind
    return f"{clause} (line {swallower.line})"


def _outcome(call: RetryCall, handler: Handler | None) -> str:
    if handler is not None and retries(handler):
        limit = limit_of_call(call)
        if limit is None or not 0 < limit < 10:
            return "it retries too, so runs double"
        return f"it retries too, so it runs {2 ** (int(limit) + 1) - 1} times"
    fails = handler is not None and isinstance(handler.node.body[-1], ast.Raise)
    return f"Celery counts {'FAILURE' if fails else 'SUCCESS'}, yet runs it again"


def _fix(handler: Handler) -> Fix | None:
    if handler.is_star or handler.catches("Retry"):
        return None
    name, imports = name_class(handler.module, handler.node, "celery.exceptions.Retry")
    return Fix(
        f"put except {name}: raise before the clause that swallows it",
        safe=only_tells(handler),
        edits=(InsertHandler(handler.node, name), *imports),
    )
