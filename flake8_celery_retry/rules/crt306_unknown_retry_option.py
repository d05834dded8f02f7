"""# unknown-retry-option (CRT306)

`max_retry=1`, `retries=5`: just attributes

## What it does

Finds options of a task decorator that mean a retry setting and that Celery does not know: typing
errors (`max_retires`, `retry_backof`), other words for one (`max_retry`, `retries`, `autoretry`,
`retry_delay`, `jitter`…), and those of `apply_async` and its `retry_policy` (`countdown`, `eta`,
`interval_start`, `interval_step`, `interval_max`); and settings that Celery doesn't have
(`retry_backoff_base`, `max_attempts`, `retry_on`…).

## Why this is bad

Celery takes every option: it becomes an attribute of the task, and nobody complains. The setting
that was meant stays at its default.

## Celery does

With `max_retry=1`, `charge_order` runs four times: `charge_order.max_retry` is 1, and
`charge_order.max_retries` is 3 as ever.

## Example

```python
from celery import shared_task

from shop.gateway import GatewayDown, charge


@shared_task(bind=True, max_retry=1)  # CRT306
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


@shared_task(bind=True, max_retries=1)
def charge_order(self, order_id):
    try:
        return charge(order_id)
    except GatewayDown as exc:
        raise self.retry(exc=exc, countdown=60)
```

## What stays silent

A task with a base class of another module, an app made with `task_cls=`, or a decorator of the
project's own, each of which may read the option; an option that the task's body, or a base class of
the module, reads back (`self.retry_delay`); `retry=`, of which CRT110 speaks; a decorator
`@something.task` in a module that imports no Celery; a decorator of an object that is named as
another library of tasks is (`@huey.task`, `@self.huey.task`). A name with another word in it, or
with an English word (`max_entries`), is no misspelling.

## Fix

Safe: the right name, where the option is a misspelling, the right one isn't there already, and the
value fits it (`autoretry=True` is no `autoretry_for`). Unsafe where the value is 0 or `None`: once
it is read, the task never retries, or never stops. None for a setting that Celery doesn't have: its
value may mean something else.

## When to switch it off

Where something that isn't in the module reads the attribute from the task.

## See also

- Celery, "List of options" of a task:
  <https://docs.celeryq.dev/en/stable/userguide/tasks.html#task-options>
- celery #1394, "retry_policy kwarg ignored":
  <https://github.com/celery/celery/issues/1394>

## Since

Version 0.1.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.misspellings import INVENTED_OPTIONS, PUBLISH_OPTIONS, meant_option
from ..linting.findings import Fix, Mistake
from ..linting.quoting import listed
from ..model import Module, Option, Task
from ..model.spelling import fits, unknown_options
from .repairs.options import rename

#: Of a task that may be another library's, nothing is said.
SPEAKS_OF_OPTIONS = True

#: Characters that the message has room for options and what is meant by them.
MOST = 32


def check(module: Module) -> Iterator[Mistake]:
    for task in module.tasks:
        options = unknown_options(task)
        if options:
            yield Mistake(options[0].value, _message(task, options), _fix(task, options))


def _message(task: Task, options: list[Option]) -> str:
    names = listed([option.name for option in options], MOST)
    meant = dict.fromkeys(name for option in options for name in _meant(option))
    return f"{task.name}: Celery knows no {names}; write {listed([*meant], MOST)}"


def _meant(option: Option) -> tuple[str, ...]:
    if option.name in PUBLISH_OPTIONS:
        return "default_retry_delay", "retry_backoff"
    meant = INVENTED_OPTIONS.get(option.name) or meant_option(option.name)
    return (meant,) if meant else ()


def _fix(task: Task, options: list[Option]) -> Fix | None:
    module = task.module
    renamed: dict[str, Option] = {}
    for option in options:
        name = meant_option(option.name)
        if name is not None and name not in task.options and fits(module, option, name):
            renamed.setdefault(name, option)
    if not renamed:
        return None
    edits = tuple(rename(option, name) for name, option in renamed.items())
    is_safe = not any(_turns_round(module, option) for option in renamed.values())
    return Fix(f"write {', '.join(renamed)}", is_safe, edits)


def _turns_round(module: Module, option: Option) -> bool:
    """Whether the value, once it is read, means "never" or "without end"."""
    return module.values.value(option.value) is None or module.values.number(option.value) == 0
