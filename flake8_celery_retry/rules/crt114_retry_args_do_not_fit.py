"""# retry-args-do-not-fit (CRT114)

`args=` or `kwargs=` that the task can't take: nothing is sent

## What it does

Finds retry calls whose `args` and `kwargs` the task's own signature cannot take.

## Why this is bad

The arguments of the retry were right when they were written; then the task lost a parameter, or
gained one. The call is only made when something has failed, so nobody notices, and Celery checks
the arguments before it sends anything: the retry is lost, and with it the order.

## Celery does

`TypeError: charge_order() takes 2 positional arguments but 3 were given` while the retry is sent:
nothing is sent, the run is REJECTED. Who asks for the result gets FAILURE on Celery 5.7; on 5.5 it
stays PENDING for ever. With `typing=False`, and of class-based tasks, the next run fails with the
`TypeError` instead.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=3)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(args=(order_id, "again"), kwargs={}, exc=exc)  # CRT114
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
        raise self.retry(args=(order_id,), kwargs={}, exc=exc)
```

## What stays silent

A signature with `*args` or `**kwargs` that could take it; `typing=False`; another decorator in
between, or one of the project's own. A base class with a `__call__` of its own, which may add or
take arguments, or one that isn't in the module (never mind too many by position).

`args` or `kwargs` that can't be read, or hold a `*` or `**`; `None`, which is as good as left out;
`kwargs` alone, which leave the positional arguments as they were sent. With `args` alone, a
required parameter that they leave out, for it may have been sent by name; an optional one that the
body doesn't read; one that can't be given by position; one that a test leads to leave out; all of
them, where `args` are empty.

## Fix

None: what the next run is to be given, only the author knows.

## When to switch it off

Never: Celery holds the arguments against the signature before it sends them.

## See also

- Celery, "Argument checking":
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-argument-checking>
- celery #6494, "Arguments specification when retrying task has to match the form used for calling
  the task":
  <https://github.com/celery/celery/issues/6494>

## Since

Version 0.1.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..linting.findings import Mistake
from ..model import Module
from ..model.work.signature import Misfit, misfit_of


def check(module: Module) -> Iterator[Mistake]:
    for call in module.retry_calls:
        misfit = misfit_of(call)
        if misfit is not None:
            yield Mistake(call.node, f"{call.task_name} retries {_wording(misfit)}")


def _wording(misfit: Misfit) -> str:
    names = ", ".join(misfit.names)
    names = names if len(names) <= 20 else f"{names[:19]}…"
    outcome = "TypeError, nothing is sent" if misfit.is_checked else "TypeError in the next run"
    if misfit.kind == "lost":
        return f"without {names}: lost, if sent by position; add it to args="
    if misfit.kind == "too many":
        return f"with {misfit.given} args, takes {misfit.taken}: {outcome}; pass {misfit.taken}"
    if misfit.kind == "unknown":
        return f"with {names}=, which it doesn't take: {outcome}; drop it"
    if misfit.kind == "twice":
        return f"with {names} in args and in kwargs: {outcome}; give it once"
    return f"without {names}, which it needs: {outcome}; add it"
