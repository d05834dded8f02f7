"""# task-polls-by-sending-itself (CRT907)

`my_task.apply_async(..., countdown=60)` until something is ready: no limit

An opinion: off unless `select` or `extend-select` names it (`CRT9`, `CRT907`).

## What it does

Finds tasks that look whether something is ready and, where it isn't, send themselves again for
later. (CRT404 looks at sends in `except` clauses.)

## Why this is bad

What is sent is a new task: its retry count is 0 again, and there is no limit. A payment that is
never settled is asked for every minute without end, and each run counts as a success. A retry waits
in the same way, keeps the task's id, and ends.

## Celery does

22 runs and counting; each with `request.retries == 0` and an id of its own, each SUCCESS.

## Example

```python
from celery import shared_task

from shop.gateway import is_settled
from shop.mail import send_receipt


@shared_task
def mail_receipt(order_id):
    if not is_settled(order_id):
        mail_receipt.apply_async((order_id,), countdown=60)  # CRT907
        return
    send_receipt(order_id)
```

## Use instead

```python
from celery import shared_task

from shop.gateway import is_settled
from shop.mail import send_receipt


class NotSettled(Exception):
    pass


@shared_task(bind=True, max_retries=10)
def mail_receipt(self, order_id):
    if not is_settled(order_id):
        raise self.retry(exc=NotSettled(f"order {order_id}"), countdown=60)
    send_receipt(order_id)
```

## What stays silent

A send at once, after work: it works off a queue. One that nothing guards: the task is its own
clock. One with a new argument: the work goes on. One with a limit: an argument or a stored field
that counts the attempts, a clock that is compared with a deadline. One with a `task_id=`; one whose
arguments can't be read.

## Fix

None: how long to wait, and what happens when it was in vain, is for the author to say.

## When to switch it off

It is off, because some of these tasks are meant to go on for ever. Switch it on where each has to
end.

## See also

- Celery, "Using a custom retry delay":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-retry-custom-delay>
- celery #5298, "wait minutes later and send task again":
  <https://github.com/celery/celery/issues/5298>

## Since

Version 0.1.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..linting.findings import Mistake
from ..model import Module
from ..model.work.polling import polls


def check(module: Module) -> Iterator[Mistake]:
    for task in module.tasks:
        for send in polls(task):
            yield Mistake(
                send.node,
                f"{task.name} polls by sending itself: no limit applies; "
                f"raise {task.self_name or 'self'}.retry(...)",
            )
