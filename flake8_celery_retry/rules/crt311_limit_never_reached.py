"""# limit-never-reached (CRT311)

`retries > self.max_retries`: no run has so many

## What it does

Finds tests of the retry count (`self.request.retries`) against a number that isn't the task's
limit: no run meets them, or every run does, or they are met at another run than the last.

## Why this is bad

Such a test stands where a task gives up: it marks the order as failed, refunds it, tells the
customer. None of this ever happens; or it happens too early, and then again in each run after it.

## Celery does

The first run has `request.retries == 0`, the last one `request.retries == max_retries`, and none
has more. `charge_order` runs with 0, 1, 2 and 3 and then fails; nobody gets an apology.

`self.max_retries` is what the decorator says, or Celery's default of 3. It is not what stands in
`retry_kwargs` or in the retry call: with `retry_kwargs={"max_retries": 8}` a test of
`self.request.retries >= self.max_retries` is met in run 4, and in the five runs after it.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge
from shop.mail import send_apology


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        if self.request.retries > self.max_retries:  # CRT311
            return send_apology(order_id)
        raise self.retry(exc=exc, countdown=60)
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge
from shop.mail import send_apology


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        if self.request.retries >= self.max_retries:
            return send_apology(order_id)
        raise self.retry(exc=exc, countdown=60)
```

## What stays silent

`>=`, `==`, `<` and the like with the limit itself; a lower limit of one's own; a comparison with
0; one that picks nothing but a log level or a delay. A limit of `None`, or one that can't be read
or told: in another module's base class or decorator, in `task_annotations` of the module, set by
the task (`self.max_retries = 10`), or passed on with a send (`retries=`). A task that hands itself
to a function, which may retry it with a limit of its own.

## Fix

None: which of the two numbers is meant is for the author to say.

## When to switch it off

Where the limit is changed by another module while the worker runs.

## See also

- Celery, "Task request":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-request-info>

## Since

Version 0.1.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..linting.findings import Mistake
from ..model import Module
from ..model.policy.count_tests import CountTest, vain_tests
from ..model.work.purposes import Purposes

#: Of a task that may be another library's, nothing is said.
SPEAKS_OF_OPTIONS = True


def check(module: Module) -> Iterator[Mistake]:
    purposes = Purposes(module)
    for task in module.tasks:
        for test in vain_tests(task):
            if not purposes.only_tells_or_waits(test.node):
                yield Mistake(test.node, _message(task.name, test))


def _message(task: str, test: CountTest) -> str:
    if test.met == "early":
        return (
            f"{task} tests self.max_retries, which is {test.own_limit:g}: the limit in force is "
            f"{test.limit:g}; write {test.limit:g}"
        )
    return (
        f"{task} {test.met} meets this test: request.retries ends at {test.limit:g}; "
        f"write {'>=' if test.met == 'never' else '<'} {test.limit:g}"
    )
