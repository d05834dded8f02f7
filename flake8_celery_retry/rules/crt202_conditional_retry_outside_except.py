"""# conditional-retry-outside-except (CRT202)

a retry that does not say what it waits for

## What it does

Finds retry calls outside `except` clauses that do not say, with `exc=`, why the task has to wait;
where it stands in the wrong place or under a wrong name, CRT103 and CRT109 say so.

## Why this is bad

In an `except` clause Celery knows the error that is being handled. Elsewhere it knows nothing: the
log says that the task is retried, and not why. The error after the last retry does not say it
either, and that is the one that somebody has to act on.

Polling like this is legitimate, which is why it has a code of its own: teams who poll can switch
it off alone.

## Celery does

The worker logs `Retry in 180s` without a cause, three times, and the task ends in FAILURE with
`MaxRetriesExceededError: Can't retry ...`, with nothing about what was waited for.

## Example

```python
from celery import shared_task

from shop.gateway import is_settled
from shop.mail import send_receipt


@shared_task(bind=True, max_retries=3)
def mail_receipt(self, order_id):
    if not is_settled(order_id):
        raise self.retry()  # CRT202
    send_receipt(order_id)
```

## Use instead

```python
from celery import shared_task

from shop.gateway import is_settled
from shop.mail import send_receipt


class NotSettled(Exception):
    pass


@shared_task(bind=True, max_retries=3)
def mail_receipt(self, order_id):
    if not is_settled(order_id):
        raise self.retry(exc=NotSettled(f"order {order_id}"))
    send_receipt(order_id)
```

## What stays silent

A retry call with `exc=`; one in the body of a `try` with a handler for `MaxRetriesExceededError`,
which `exc=` would make useless; a task that says how long it polls: a delay (`countdown`, `eta`,
`default_retry_delay`) and a limit (`max_retries`, be it `None`) at the call, in its decorator or in
a class of the module; a task that compares `self.request.retries` with a limit and then leaves by
another way than a retry: it deals with the end itself.

## Fix

None: only the author can put into words what was not ready.

## When to switch it off

Where most of your tasks poll, and everybody knows what for: `extend-ignore = CRT202`.

## See also

- Celery, "Retrying":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-retry>
- celery #5298, "wait minutes later and send task again":
  <https://github.com/celery/celery/issues/5298>

## Since

Version 0.1.0.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..linting.findings import Mistake
from ..model import Module
from ..model.misplaced import is_misplaced
from ..model.policy.limits import limit_of_call
from ..model.policy.polling import says_how_long_to_poll
from ..model.policy.retry_count import limits_retries_by_hand


def check(module: Module) -> Iterator[Mistake]:
    for call in module.retry_calls:
        if not call.needs_no_failure or not call.is_conditional:
            continue
        if call.passes("exc") is not False or call.is_in_exhaustion_try:
            continue
        assert call.task is not None
        if limits_retries_by_hand(call.task) or is_misplaced(call):
            continue
        if says_how_long_to_poll(call):
            continue
        told = "its log" if limit_of_call(call) == math.inf else "FAILURE"
        yield Mistake(
            call.node,
            f"{call.task_name} retries without exc=: {told} names no cause; pass exc=NotReady()",
        )
