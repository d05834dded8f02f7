"""# retry-swallowed (CRT203)

`except Exception` around a retry call: SUCCESS, and it runs again

## What it does

Finds retry calls whose `Retry` never leaves the task: an `except` clause around them that catches
everything, a `with suppress(Exception):`, a `finally` that leaves by `return`, `break` or
`continue`; or a context manager or decorator of the module that does the same. A call of a function
of the module that retries the task counts as the retry. What tries again when it catches it is
CRT213's.

## Why this is bad

`retry` works by an exception. It sends the next run and then raises `Retry`, which tells the worker
that another run will follow. `Retry` is an `Exception` like any other: a handler around the call
that catches `Exception`, mostly to log unexpected errors, catches it too.

## Celery does

The next run is sent all the same. `charge_order` logs the `Retry` as an error and reports SUCCESS
four times, once for each run, though no order was ever charged. If the handler retries too, each
run sends two: 7 runs for `max_retries=2`, 15 for 3. With `max_retries=0` nothing is sent, which is
CRT303's to say.

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
`TaskPredicate` or `CeleryError`, or a bare one) raises it again on every path that a `Retry` can
take: at its end, or where a test finds that it is one (`if isinstance(exc, Retry): raise`). A path
for the time when `self.request.retries >= self.max_retries` is not such a path: what is raised then
is the error itself. The clauses beside the one that holds the retry call: they never see it. A
context manager or decorator of another module, and one that lets `Retry` pass. A call with
`throw=False`, which raises nothing. Automatic retries (`autoretry_for`): they are made outside the
function.

## Fix

Safe where the clause does nothing but log, pass or return: `except Retry: raise` before it, and the
import. Unsafe elsewhere, for the clause may release what the next run needs. There is none for a
context manager, a decorator, `finally`, `except*`, and a clause that names `Retry` itself.

## When to switch it off

Where the clause, by a function of another module, does raise `Retry` again.

## See also

- Celery, "Retrying":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-retry>
- celery #6358, "Same retry task received multiple times?":
  <https://github.com/celery/celery/issues/6358>
- celery #6928, "the same task is repeated. Is this normal":
  <https://github.com/celery/celery/issues/6928>
- notifications-api #2372, "Allow retry exception to propagate from ses callback task":
  <https://github.com/alphagov/notifications-api/pull/2372>

## Since

Version 0.1.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..fixing.edits import InsertHandler
from ..linting.findings import Fix, Mistake
from ..model import Handler, Module, RetryCall
from ..model.outcome.attempting import attempts_around
from ..model.outcome.swallowing import (
    Swallower,
    lets_out,
    only_tells,
    raises_another,
    retries,
    swallower_of,
)
from ..model.policy.limits import is_never, limit_of_call
from .repairs.names import name_class

#: What to do where no clause can be put before another.
ADVICE = {
    "except": "end it in raise",
    "with": "let Retry pass there",
    "finally": "don't leave the finally",
    "decorator": "let Retry pass there",
}


def check(module: Module) -> Iterator[Mistake]:
    leaving = filter(lets_out, module.retry_calls)
    for call in (*module.retry_calls, *module.calls_through_helpers(leaving)):
        if call.throws is not True or is_never(limit_of_call(call)):
            continue  # a limit of 0 publishes nothing: what CRT303 is about
        swallower = swallower_of(call)
        if swallower is not None and attempts_around(call) is None:
            yield Mistake(call.shown_at, *_told(call, swallower))


def _told(call: RetryCall, swallower: Swallower) -> tuple[str, Fix | None]:
    handler, advice, fix = swallower.handler, ADVICE[swallower.kind], None
    if handler is not None and not handler.is_star and not handler.catches("Retry"):
        name, imports = name_class(handler.module, handler.node, "celery.exceptions.Retry")
        advice = f"add except {name}: raise"
        fix = Fix(
            f"put except {name}: raise before the clause that swallows it",
            safe=only_tells(handler),
            edits=(InsertHandler(handler.node, name), *imports),
        )
    message = (
        f"{call.task_name}'s retry ends in line {swallower.line}: "
        f"{_outcome(call, handler)}; {advice}"
    )
    return message, fix


def _outcome(call: RetryCall, handler: Handler | None) -> str:
    if handler is not None and retries(handler):
        limit = limit_of_call(call)
        if limit is None or limit >= 10:
            return "it retries too, so runs double"
        return f"it retries too, so {2 ** (int(limit) + 1) - 1} runs"
    state = "FAILURE" if handler is not None and raises_another(handler) else "SUCCESS"
    return f"{state}, yet run again"
