"""# retry-on-does-not-exist (CRT905)

retrying until a row is committed

An opinion: off unless `select` or `extend-select` names it (`CRT9`, `CRT905`).

## What it does

Finds retries on `Model.DoesNotExist`, `ObjectDoesNotExist` and SQLAlchemy's `NoResultFound`, by a
retry call in the handler or by `autoretry_for`.

## Why this is bad

A task that looks for a row and does not find it was most often sent before the row was committed:
the worker was faster than the web request. Retrying hides this mistake. It fails again when the
commit takes longer, and when the request is rolled back, the task asks for a row that never comes.

## Celery does

`delay()` puts the message into the queue at once, whatever the database transaction does later.
A worker that takes it before the commit sees no row, retries, and may run out of retries.

## Example

```python
from celery import shared_task
from django.db import transaction

from shop.mail import send_receipt
from shop.models import Order


@shared_task(bind=True, max_retries=3)
def mail_receipt(self, order_id):
    try:
        order = Order.objects.get(pk=order_id)
    except Order.DoesNotExist as exc:  # CRT905
        raise self.retry(exc=exc, countdown=5)
    send_receipt(order.pk)


@transaction.atomic
def place_order():
    order = Order.objects.create()
    mail_receipt.delay(order.pk)
```

## Use instead

```python
from celery import shared_task
from django.db import transaction

from shop.mail import send_receipt
from shop.models import Order


@shared_task
def mail_receipt(order_id):
    order = Order.objects.get(pk=order_id)
    send_receipt(order.pk)


@transaction.atomic
def place_order():
    order = Order.objects.create()
    transaction.on_commit(lambda: mail_receipt.delay(order.pk))
```

With Django, `mail_receipt.delay_on_commit(order.pk)` does the same where the app's tasks are
Celery's `DjangoTask` (the default in a Django project). With SQLAlchemy, send the task after
`session.commit()`.

## What stays silent

A handler for a missing row that doesn't retry; one that catches other exceptions too and looks
which one it has before it retries; `autoretry_for` whose `dont_autoretry_for` names the exception,
or with a `max_retries` of 0 or less, at the call too.

## Fix

None: the mistake is where the task is sent.

## Proof

A run of the task alone can't show the mistake: it is made by whoever sends the task, often in
another module, and the row may also come from another system, where waiting for it is right. That
is why it is an opinion. The experiment sends the example's task before the commit and sees every
retry fail, then sends it on commit and sees the first run succeed.

## When to switch it off

It is off, because a row may also come from another system. Switch it on where your own web
requests send the tasks.

## See also

- Celery, tasks at the end of the database transaction:
  <https://docs.celeryq.dev/en/stable/django/first-steps-with-django.html#trigger-tasks-at-the-end-of-the-database-transaction>
- onlineweb4 #2528, "Retry on ObjectDoesNotExist":
  <https://github.com/dotkom/onlineweb4/pull/2528>

## Since

Version 0.1.0. `delay_on_commit` is Celery's since 5.4.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..linting.findings import Mistake
from ..linting.quoting import quoted
from ..model import Handler, Module, RetryCall, Task
from ..model.missing_rows import missing_rows
from ..model.outcome.sorting import is_tested
from ..model.policy.limits import is_never, limit_of_autoretry, limit_of_call


def check(module: Module) -> Iterator[Mistake]:
    for call in module.retry_calls:
        handler = call.handler
        if handler is not None and (missing := _missing_rows(handler, call)):
            yield Mistake(handler.node, _message(call.task_name, missing[0]))
    for task in module.tasks:
        yield from _check_autoretry(task)


def _missing_rows(handler: Handler, call: RetryCall) -> list[ast.expr]:
    """The missing rows that a clause retries on."""
    missing = handler.missing_rows
    is_sorted = len(missing) < len(handler.caught) and is_tested(call)
    return [] if is_sorted or is_never(limit_of_call(call)) else missing


def _check_autoretry(task: Task) -> Iterator[Mistake]:
    autoretry = task.own_option("autoretry_for")
    if autoretry is None or is_never(limit_of_autoretry(task)):
        return
    excluded = task.option("dont_autoretry_for")
    spared = missing_rows(task.module, excluded.value) if excluded else []
    names = {ast.unparse(exception) for exception in spared}
    for exception in missing_rows(task.module, autoretry.value):
        if ast.unparse(exception) not in names:
            yield Mistake(autoretry.value, _message(task.name, exception))
            return


def _message(task: str, exception: ast.expr) -> str:
    is_django = not ast.unparse(exception).endswith("NoResultFound")
    when = "use transaction.on_commit" if is_django else "send it after commit"
    return f"{task} retries on {quoted(exception, 26)}: perhaps not committed; {when}"
