"""# max-retries-zero (CRT303)

`max_retries=0`, and a retry all the same

## What it does

Finds a `max_retries` of 0 or less in a task that retries: in its decorator or class, in
`retry_kwargs`, or in a retry call.

## Why this is bad

The code says "try again" in one place and "never" in another. Zero is often meant as "no limit",
which would be `None`.

## Celery does

The first `retry` already counts as one too many: `charge_order` runs once and ends in FAILURE.
There is never a second run.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retries=0)  # CRT303
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=60)
```

## Use instead

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=60)
```

## What stays silent

Zero in a task that has no retry call and no `autoretry_for`: that is how one says "never". Zero in
one arm of a conditional expression (`0 if settings.DEBUG else 5`). Zero in the decorator or class
when all that retries has a limit of its own.

## Fix

Safe where nothing but `autoretry_for` retries: that goes, with the options that only it reads and
`default_retry_delay`; `max_retries=0` stays, and says "never" (out of `retry_kwargs` it moves to
the decorator). It runs once, as before. Unsafe under a decorator of the project's own, with a base
class of another module or one that overrides `retry`, and where the body reads one of the options
or hands the task out. With a retry call, unsafe: `max_retries` is dropped, so that Celery's default
holds, which is 3. None where an option stands in a dict or a class that others share, or where one
assignment sets several names.

## When to switch it off

Where the zero is for a while, to stop the retries of a task without touching its body.

## See also

- Celery, `Task.max_retries`:
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#Task.max_retries>

## Since

Version 0.1.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.options import AUTORETRY_OPTIONS
from ..fixing.edits import Edit
from ..linting.findings import Fix, Mistake
from ..model import Module, Option, Task
from ..model.policy.in_force import is_hidden
from ..model.policy.limits import calls_of, counts_limit_of_task, is_never
from ..model.work.uses import hands_itself_out, reads_option
from ..syntax.values import Item
from .repairs.options import drop, drop_limit, say_never

#: Of a task that may be another library's, nothing is said.
SPEAKS_OF_OPTIONS = True

#: What automatic retries alone read, and what only they wait for.
OF_AUTORETRY = ("autoretry_for", *sorted(AUTORETRY_OPTIONS), "default_retry_delay")


def check(module: Module) -> Iterator[Mistake]:
    for task in module.tasks:
        option = task.judged_option("max_retries")
        if (
            option is not None
            and is_never(module.values.number(option.value))
            and counts_limit_of_task(task)
        ):
            yield Mistake(option.value, _message(task, option), _fix(task, option))
        entry = task.retry_kwargs.get("max_retries")
        is_read = task.judged_option("retry_kwargs") is not None and task.retries_automatically
        if entry is not None and is_read and is_never(module.values.number(entry.value)):
            yield Mistake(entry.value, _message(task, entry), _fix(task, entry))
        for call in task.retry_calls:
            item = call.arguments.get("max_retries")
            if item is not None and call.is_own and is_never(module.values.number(item.value)):
                edits = drop_limit(task, item)
                fix = Fix("drop max_retries", safe=False, edits=edits) if edits else None
                yield Mistake(call.node, _message(task, item), fix)


def _is_automatic_only(task: Task) -> bool:
    return not calls_of(task)  # a limit that nobody counts is not reported


def _message(task: Task, option: Option | Item) -> str:
    limit = f"max_retries={task.module.values.number(option.value):g}"
    name = task.name_at(option) if isinstance(option, Option) else task.name
    if _is_automatic_only(task):
        return f"{name} has autoretry_for and {limit}: one run; drop autoretry_for"
    if option is task.judged_option("max_retries"):
        return f"{name} has {limit}: its first retry fails; drop it, the default is 3"
    return f"{name} retries with {limit}: it fails at once; drop it"


def _fix(task: Task, option: Option) -> Fix | None:
    if _is_automatic_only(task):
        return _fix_of_autoretry(task)
    edits = drop_limit(task, option) if option.is_own else None
    return Fix("drop max_retries", safe=False, edits=edits) if edits else None


def _fix_of_autoretry(task: Task) -> Fix | None:
    """Take out what only automatic retries read; ``max_retries=0`` stays, and says "never". None
    where an option stands in a place that others share."""
    written = [option for name in OF_AUTORETRY if (option := task.option(name)) is not None]
    if any(option.holder is not task.holder for option in written):
        return None
    edits: list[Edit] = []
    for option in written:
        is_where_zero_stands = option.name == "retry_kwargs" and "max_retries" in task.retry_kwargs
        edits += say_never(task, option) if is_where_zero_stands else (drop(option),)
    is_certain = not (
        is_hidden(task)
        or task.overrides_retry
        or hands_itself_out(task)
        or any(reads_option(task, option.name) for option in written)
    )
    return Fix("drop autoretry_for", safe=is_certain, edits=tuple(edits))
