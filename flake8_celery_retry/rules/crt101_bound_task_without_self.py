"""# bound-task-without-self (CRT101)

`bind=True`, and no parameter takes the task

## What it does

Finds tasks with `bind=True` whose function has no parameter for the task.

## Why this is bad

With `bind=True` Celery passes the task itself as the first argument of every run. A function
without a parameter for it fails before its first line, in the worker, where nobody waits for it.
A function whose first parameter was meant for something else is worse: called with one argument
too few it runs, with the task in the place of the order number.

## Celery does

`mail_receipt.delay(7)` raises `TypeError: mail_receipt() takes 1 positional argument but 2 were
given`; sent by its name alone, the task fails with it in the worker. `mail_receipt.delay()` is
accepted, and runs with the task in the place of the order number.

## Example

```python
from celery import shared_task

from shop.mail import MailDown, send_receipt


@shared_task(bind=True, max_retries=3)
def mail_receipt(order_id):  # CRT101
    try:
        send_receipt(order_id)
    except MailDown as exc:
        raise self.retry(exc=exc, countdown=60)
```

## Use instead

```python
from celery import shared_task

from shop.mail import MailDown, send_receipt


@shared_task(bind=True, max_retries=3)
def mail_receipt(self, order_id):
    try:
        send_receipt(order_id)
    except MailDown as exc:
        raise self.retry(exc=exc, countdown=60)
```

## What stays silent

A first parameter with a name that people use for the task (`self`, `task`, `this`, `celery_task`,
`bound_task`, `current_task`, one that begins with `_` or ends in `self`), with a `Task` annotation,
or used as one in the body (`.retry(...)`, `.request.id`, `.update_state(...)`); a function that
takes `*args` first.

## Fix

Safe where the function has no positional parameter, for then no run can succeed: `self` becomes
the first one. Else unsafe (`self` is moved there where it stands further on): the first parameter
may be the task after all. Unsafe too under another decorator between the task decorator and the
`def`, which may supply the argument.

## When to switch it off

Where another decorator, between the task's and the `def`, takes the task out of the arguments.

## See also

- Celery, "Bound tasks":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#bound-tasks>
- tenant-schemas-celery #130, "@shared_task() takes 0 positional arguments but 1 was given":
  <https://github.com/maciej-gol/tenant-schemas-celery/issues/130>
- courtlistener #2088, "Fixes self param for bind celery task":
  <https://github.com/freelawproject/courtlistener/pull/2088>

## Since

Version 0.1.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..fixing.edits import SetFirstParameter
from ..linting.findings import Fix, Mistake
from ..model import Module, Task
from ..syntax.scopes import FunctionNode

#: It is about binding itself.
IS_SEEN_UNBOUND = True


def check(module: Module) -> Iterator[Mistake]:
    for task in module.tasks:
        if task.bound is not True or not isinstance(task.node, FunctionNode):
            continue
        if task.has_parameter_for_itself:
            continue
        yield Mistake(
            task.node,
            f"{task.name} has bind=True but no self: {_outcome(task)}; add self first",
            Fix(
                "add self as first parameter",
                safe=not (task.positional_parameters or task.decorators_below),
                edits=(SetFirstParameter(task.node, "self"),),
            ),
        )


def _outcome(task: Task) -> str:
    parameters = task.positional_parameters
    return f"{parameters[0].arg} gets the task" if parameters else "every run ends in TypeError"
