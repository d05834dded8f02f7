"""# reject-requeue-loop (CRT214)

`Reject(exc, requeue=True)`: the same message at once, for ever

## What it does

Finds `raise Reject(…, requeue=True)` in a task that has no limit of its own for it. A test of
`request.retries` is no limit: a requeued message keeps the old count.

## Why this is bad

It looks like a retry, and knows neither a limit nor a delay. The broker puts the message back and
delivers it again at once, to a task that does the same. `max_retries` never applies, and the retry
count stays 0.

## Celery does

With `acks_late=True`, `charge_order` runs for as long as the gateway is down: hundreds of times in
seconds. Without it the message was acknowledged before the run began. There is nothing to put back:
the run is REJECTED, and the task is gone.

Beside an `autoretry_for` that catches `Reject`, the retries come first and the loop after the last
one. `delivery_info["redelivered"]` ends such a loop where the broker sets it: AMQP and Redis do.

## Example

```python
from celery import shared_task
from celery.exceptions import Reject

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, acks_late=True)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise Reject(exc, requeue=True)  # CRT214
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, acks_late=True, max_retries=3)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=60)
```

## What stays silent

`requeue=False`, which is what `Reject` does by itself, and a value that can't be read. A test on
the way to it, in the task or in a function of the module that the test calls, of
`delivery_info["redelivered"]` (or of RabbitMQ's `x-death`, `x-delivery-count`), of a counter or of
a clock: `attempts < 5`, `time() > deadline`.

## Fix

None: a retry needs a delay and a limit, which are for the author to say.

## When to switch it off

Where the broker ends the loop: a delivery limit of a quorum queue, a queue for dead letters.

## See also

- Celery, "Reject":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-semipred-reject>
- celery #2012, "Infinite message loop due to rejects produces 100% CPU usage":
  <https://github.com/celery/celery/issues/2012>

## Since

Version 0.1.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..linting.findings import Mistake
from ..model import Module
from ..model.outcome.requeuing import endless_requeuings

#: What comes of it with late acknowledgement, without, and where it can't be told.
OUTCOMES = {
    True: "it comes again at once, for ever",
    False: "it was acknowledged, so it is gone",
    None: "for ever with acks_late, gone without",
}


def check(module: Module) -> Iterator[Mistake]:
    for requeuings in endless_requeuings(module).values():
        for task, statement, is_late in requeuings:
            yield Mistake(
                statement,
                f"{task.name} puts its message back: {OUTCOMES[is_late]}; call self.retry",
            )
